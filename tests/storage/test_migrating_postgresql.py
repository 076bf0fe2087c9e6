"""Before an older archive on PostgreSQL is brought up to date, pg_dump copies it; without a copy nothing is done."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from storage.archive import Archive
from storage.engine import connect_postgresql
from storage.errors import ArchiveTooOld, NotCopiedAside
from storage.migrations.migrating import upgrade
from storage.schema import REVISIONS
from tests.storage.making import NOON, token_address

pytestmark = pytest.mark.postgres


@pytest.fixture
def server(postgres_server: str) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    name = f"wxmirror_old_{uuid4().hex[:12]}"
    engine = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as db:
        db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def old(server: str, tmp_path: Path) -> Path:
    """The folder of an archive whose database stands at the first revision, with an article in it."""
    (tmp_path / "archive").mkdir()
    database = connect_postgresql(tmp_path / "archive", server, writing=True)
    row = {"url": token_address().article_url, "sha": "0" * 64, "at": NOON}
    with database.writing() as db:
        upgrade(db, "0001")
        db.execute(
            text(
                "INSERT INTO article (article_url, article_sha256, first_seen_at, rank, is_urgent) "
                "VALUES (:url, :sha, :at, 0, true)"
            ),
            row,
        )
    database.close()
    return tmp_path / "archive"


def revision_of(server: str) -> str:
    engine = create_engine(server)
    with engine.connect() as db:
        found = db.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    engine.dispose()
    return str(found)


def without_pg_dump(patch: pytest.MonkeyPatch, folder: Path, script: str | None = None) -> None:
    """A machine without pg_dump, or with one that does this."""
    folder.mkdir()
    if script is not None:
        (folder / "pg_dump").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "pg_dump").chmod(0o755)
    patch.setenv("PATH", str(folder))


def test_it_is_copied_and_brought_up_to_date(old: Path, server: str) -> None:
    if shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump: install postgresql-client")
    Archive.open(old, database_url=server, writing=True).close()
    assert revision_of(server) == REVISIONS[-1]
    assert [file.name for file in old.glob("*archive-*")] == ["archive-0001.dump"]


def test_the_copy_gives_the_older_archive_back(old: Path, server: str) -> None:
    if shutil.which("pg_restore") is None:
        pytest.skip("no pg_restore: install postgresql-client")
    Archive.open(old, database_url=server, writing=True).close()
    url = make_url(server).set(drivername="postgresql")
    # What the older program did not know of has to go first, as it would in a database made anew.
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(text("DROP SCHEMA public CASCADE"))
    engine.dispose()
    command = ["pg_restore", "--exit-on-error", f"--dbname={url.set(password=None).render_as_string()}"]
    environment = os.environ | {"PGPASSWORD": str(url.password or "")}
    subprocess.run([*command, old / "archive-0001.dump"], check=True, env=environment)
    assert revision_of(server) == "0001"
    with pytest.raises(ArchiveTooOld):
        Archive.open(old, database_url=server)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (None, "not installed"),
        ("echo 'pg_dump: error: aborting because of server version mismatch' >&2; exit 1", "version mismatch"),
        ("exit 3", "ended with 3"),
    ],
)
def test_without_a_copy_nothing_is_done(
    old: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, said: str
) -> None:
    without_pg_dump(monkeypatch, tmp_path / "bin", script)
    with pytest.raises(NotCopiedAside, match=said):
        Archive.open(old, database_url=server, writing=True)
    assert revision_of(server) == "0001"
    assert list(old.glob("*archive-*")) == []


def test_an_operator_who_has_a_copy_goes_on_without_one(
    old: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_pg_dump(monkeypatch, tmp_path / "bin")
    Archive.open(old, database_url=server, writing=True, is_copied=True).close()
    assert revision_of(server) == REVISIONS[-1]
    assert list(old.glob("*archive-*")) == []


def test_a_password_is_no_argument(old: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments can be read by everybody on the machine. The server of the tests trusts whoever comes."""
    note = tmp_path / "said"
    without_pg_dump(monkeypatch, tmp_path / "bin", f'echo "$@" > {note}; echo "$PGPASSWORD" >> {note}')
    url = make_url(server).set(password="s3cr3t").render_as_string(hide_password=False)
    with pytest.raises(NotCopiedAside, match="ended with 0"):  # it wrote nothing
        Archive.open(old, database_url=url, writing=True)
    arguments, password = note.read_text().splitlines()
    assert "s3cr3t" not in arguments
    assert password == "s3cr3t"
