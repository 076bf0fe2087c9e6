"""An archive opens for decades: made, migrated, refused or only read, always with a clear word."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from storage.archive import Archive
from storage.engine import connect_sqlite
from storage.errors import ArchiveBusy, ArchiveDamaged, ArchiveReadOnly, ArchiveTooNew, ArchiveTooOld, NoArchive
from storage.migrations.migrating import SCRIPTS, upgrade
from storage.records import Standing
from storage.schema import REVISIONS, metadata
from tests.commanding import Working
from tests.storage.making import (
    NOON,
    in_a_week,
    make_asset,
    make_bulletin,
    make_capture,
    make_links,
    make_reading,
    token_address,
)

ADDRESS = token_address()


def fill(folder: Path) -> None:
    """Make an archive with a bulletin, an article and its picture."""
    with Archive.open(folder, writing=True, create=True) as archive:
        archive.keep_bulletin(*make_bulletin(ADDRESS), source=None, source_url=None, kept_at=NOON)
        capture = make_capture(ADDRESS, make_reading(text="地方志办公室", assets=make_links("k")))
        archive.keep_capture(capture, run=None, next_visit=in_a_week)
        archive.keep_asset(make_asset("k"))


def revision_of(file: Path) -> str:
    with sqlite3.connect(file) as db:
        return db.execute("SELECT version_num FROM alembic_version").fetchone()[0]


@pytest.fixture(params=REVISIONS[:-1])
def revision(request: pytest.FixtureRequest) -> str:
    """Every revision before this code's."""
    return request.param


@pytest.fixture
def old(tmp_path: Path, revision: str) -> Path:
    """An archive as an earlier revision made it, with something in it."""
    folder = tmp_path / "old"
    fill(tmp_path / "new")
    shutil.copytree(tmp_path / "new", folder)
    (folder / "archive.db").unlink()
    database = connect_sqlite(folder, writing=True)
    with database.writing() as db:
        upgrade(db, "0001")
    database.close()
    with sqlite3.connect(folder / "archive.db") as db:
        db.execute("ATTACH ? AS new", [str(tmp_path / "new" / "archive.db")])
        for table in metadata.sorted_tables:
            columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table.name})"))
            if columns:  # a table that the first revision had
                db.execute(f"INSERT INTO main.{table.name} SELECT {columns} FROM new.{table.name}")
    database = connect_sqlite(folder, writing=True)
    with database.writing() as db:
        upgrade(db, revision)
    database.close()
    return folder


def test_an_archive_of_an_earlier_revision_is_copied_aside_and_brought_up_to_date(old: Path, revision: str) -> None:
    with Archive.open(old, writing=True) as archive:
        assert archive.article(ADDRESS).standing is Standing.ALIVE
        assert [hit.article_url for hit in archive.search("方志办")] == [ADDRESS.article_url]
        assert len(archive.search("第1条的正文")) == 1
        assert archive.verify().faults == ()
    assert revision_of(old / f"archive-{revision}.db") == revision
    with sqlite3.connect(old / f"archive-{revision}.db") as db:
        assert db.execute("SELECT count(*) FROM capture").fetchone() == (1,)


def test_a_reading_command_does_not_migrate_and_says_what_to_run(old: Path, revision: str) -> None:
    with pytest.raises(ArchiveTooOld, match="wxmirror crawl"):
        Archive.open(old)
    assert revision_of(old / "archive.db") == revision
    assert not list(old.glob("archive-*.db"))


@pytest.mark.parametrize("revision", ["0001"])
def test_a_migration_that_fails_leaves_the_archive_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("storage.search.tokens", lambda words: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Archive.open(old, writing=True)
    assert revision_of(old / "archive.db") == "0001"
    with sqlite3.connect(old / "archive.db") as db:
        assert db.execute("SELECT 1 FROM sqlite_master WHERE name = 'search'").fetchone() is None
    Archive.open(old, writing=True).close()


def test_the_revisions_and_the_tables_tell_the_same(database_url: str | None, tmp_path: Path) -> None:
    engine = create_engine(database_url or f"sqlite:///{tmp_path}/made.db")
    with engine.begin() as db:
        if database_url:
            db.execute(text("CREATE SCHEMA made"))
            db.execute(text("SET search_path TO made"))
            engine.dialect.default_schema_name = "made"
        try:
            upgrade(db, "head")
            context = MigrationContext.configure(
                db, opts={"include_object": lambda one, name, kind, *_: "search" not in name}
            )
            assert compare_metadata(context, metadata) == []
        finally:
            db.rollback()
    engine.dispose()


def test_the_newest_revision_is_the_one_that_archives_are_made_by() -> None:
    scripts = ScriptDirectory(str(SCRIPTS))
    assert tuple(reversed([one.revision for one in scripts.walk_revisions()])) == REVISIONS


def test_a_newer_archive_is_refused(tmp_path: Path) -> None:
    fill(tmp_path)
    with sqlite3.connect(tmp_path / "archive.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    for writing in (True, False):
        with pytest.raises(ArchiveTooNew, match="9999"):
            Archive.open(tmp_path, writing=writing)


@pytest.mark.parametrize("writing", [True, False])
def test_where_there_is_no_archive_none_is_made_unasked(tmp_path: Path, writing: bool) -> None:
    with pytest.raises(NoArchive):
        Archive.open(tmp_path / "nowhere", writing=writing)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("writing", [False, True])
def test_a_file_that_is_no_database_is_told_as_such_and_left_as_it_is(tmp_path: Path, writing: bool) -> None:
    file = tmp_path / "archive.db"
    file.write_bytes(b"somebody's notes\n" * 100)
    with pytest.raises(ArchiveDamaged, match=r"archive\.db is damaged, or is no database"):
        Archive.open(tmp_path, writing=writing, create=writing)
    assert file.read_bytes() == b"somebody's notes\n" * 100


def test_a_database_that_was_damaged_since_is_told_as_such(tmp_path: Path) -> None:
    fill(tmp_path)
    file = tmp_path / "archive.db"
    file.write_bytes(file.read_bytes()[:8192] + b"\xff" * (file.stat().st_size - 8192))
    with pytest.raises(ArchiveDamaged), Archive.open(tmp_path) as archive:
        archive.verify()


def test_a_database_that_was_only_begun_is_no_archive_until_it_is_made(tmp_path: Path) -> None:
    (tmp_path / "archive.db").touch()
    with pytest.raises(NoArchive):
        Archive.open(tmp_path)
    fill(tmp_path)
    with Archive.open(tmp_path) as archive:
        assert archive.article(ADDRESS) is not None


def test_an_archive_opened_for_reading_takes_nothing(tmp_path: Path) -> None:
    fill(tmp_path)
    with Archive.open(tmp_path) as archive:
        for keep in (
            lambda: archive.keep_capture(make_capture(ADDRESS), run=None, next_visit=in_a_week),
            lambda: archive.keep_asset(make_asset("other", b"other bytes")),
            lambda: archive.begin_run("crawl", planned_at=None, now=NOON),
        ):
            with pytest.raises(ArchiveReadOnly):
                keep()
        assert archive.verify().orphans == 0


# ---- a medium that cannot be written


READ_ALL = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from storage.archive import Archive
    from storage.errors import ArchiveReadOnly
    from tests.storage.making import token_address
    folder = Path(sys.argv[1])
    os.setgid(65534); os.setuid(65534)
    with Archive.open(folder) as archive:
        view = archive.article(token_address())
        assert len(view.snapshots) == len(view.cited_by) == 1
        assert archive.read_blob(view.snapshots[0].page_sha256)
        assert archive.verify().faults == ()
    try:
        Archive.open(folder, writing=True)
    except ArchiveReadOnly as error:
        print("refused:", error)
""")


KEEP_AND_DIE = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from storage.archive import Archive
    from tests.storage.making import NOON
    Archive.open(Path(sys.argv[1]), writing=True).begin_run("crawl", planned_at=None, now=NOON)
    os.kill(os.getpid(), signal.SIGKILL)
""")


@pytest.fixture
def readable() -> Iterator[Path]:
    """An archive that everybody may read and only its owner write; not in ``tmp_path``, which nobody else may enter."""
    if os.geteuid() != 0:
        pytest.skip("only root can become a user who may not write")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        fill(folder / "archive")
        yield folder / "archive"


def test_a_read_only_archive_is_found_read_and_verified(readable: Path) -> None:
    done = subprocess.run([sys.executable, "-c", READ_ALL, str(readable)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("refused:")
    assert not (readable / "archive.db-wal").exists()


def test_a_read_only_archive_whose_writer_was_killed_is_not_shown_as_an_older_one(readable: Path) -> None:
    subprocess.run([sys.executable, "-c", KEEP_AND_DIE, str(readable)])
    (readable / "archive.db-shm").unlink()
    done = subprocess.run([sys.executable, "-c", READ_ALL, str(readable)], capture_output=True, text=True)
    assert "ArchiveReadOnly" in done.stderr
    assert "archive.db-wal" in done.stderr


# ---- locks


def hold(folder: str, url: str) -> None:
    """Hold the crawl's lock, and say so."""
    with Archive.open(Path(folder), database_url=url or None, writing=True) as archive, archive.lock("crawl"):
        print("held", flush=True)
        time.sleep(60)


def test_a_lock_is_held_by_one_process_and_free_when_it_is_killed(archive: Archive, database_url: str | None) -> None:
    with Working(hold, str(archive.folder), database_url or "") as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ArchiveBusy, match="crawl"), archive.lock("crawl"):
            pass
        with archive.lock("another"):
            pass
        holder.kill()
    for _ in range(100):  # PostgreSQL notices a moment later
        try:
            with archive.lock("crawl"):
                return
        except ArchiveBusy:
            time.sleep(0.05)
    pytest.fail("the lock of a killed process stayed")


def test_a_lock_is_free_again_after_its_work_even_if_that_failed(archive: Archive) -> None:
    with pytest.raises(ZeroDivisionError), archive.lock("crawl"):
        raise ZeroDivisionError
    with archive.lock("crawl"):
        pass
