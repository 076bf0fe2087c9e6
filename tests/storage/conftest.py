"""Archives for tests, over both databases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from storage.archive import Archive
from storage.schema import metadata

POSTGRES = "WXMIRROR_TEST_POSTGRES"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a database of this session's own, dropped at its end."""
    server = os.environ.get(POSTGRES)
    if not server:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{POSTGRES} is not set: under CI the archive is tested on PostgreSQL too")
        pytest.skip(f"no PostgreSQL: set {POSTGRES} to the address of a server")
    name = f"wxmirror_test_{uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as db:
        db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the archive's tables lie: None for SQLite, else a PostgreSQL database with nothing in it."""
    if request.param == "sqlite":
        yield None
        return
    url = request.getfixturevalue("postgres_server")
    yield url
    _empty(url)


def _empty(url: str) -> None:
    """Take out every row: quicker than making the tables anew for each test."""
    engine = create_engine(url)
    with engine.begin() as db:
        if db.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return  # no archive was made here yet
        for table in ("search", *(table.name for table in reversed(metadata.sorted_tables))):
            db.execute(text(f"DELETE FROM {table}"))
    engine.dispose()


@pytest.fixture
def open_archive(tmp_path: Path, database_url: str | None, empty_archive: Path) -> Iterator[Callable[[], Archive]]:
    """Opens the test's archive for writing, as often as it is called; every one is closed at the end."""
    opened: list[Archive] = []
    if database_url is None:
        shutil.copytree(empty_archive, tmp_path / "archive")

    def open_it() -> Archive:
        opened.append(Archive.open(tmp_path / "archive", database_url=database_url, writing=True, create=True))
        return opened[-1]

    yield open_it
    for archive in opened:
        archive.close()


@pytest.fixture
def archive(open_archive: Callable[[], Archive]) -> Archive:
    """An empty archive, open for writing."""
    return open_archive()
