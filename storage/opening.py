"""Opening an archive: making it, finding out how old it is, and bringing it up to date.

A new archive is made whole in one transaction. An older one is migrated by commands that write, under a lock and after
its database was copied aside; commands that read say what to run. Alembic is imported only where something is migrated:
looking an address up must stay quick.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from storage.engine import DATABASE, Database, connect_postgresql, connect_sqlite, has_table
from storage.errors import ArchiveReadOnly, ArchiveTooNew, ArchiveTooOld, NoArchive
from storage.schema import REVISIONS, metadata

OPENING = "opening"


def open_database(
    folder: Path, *, database_url: str | None, writing: bool, create: bool, is_copied: bool = False
) -> Database:
    """The archive's database, at this code's revision. ``is_copied``: no copy of an older one is made first."""
    folder = folder.absolute()
    if database_url is None and not (folder / DATABASE).exists() and not create:
        raise NoArchive(place=folder)
    if create:
        _make_folder(folder)
    database = (
        connect_postgresql(folder, database_url, writing=writing or create)
        if database_url
        else connect_sqlite(folder, writing=writing or create)
    )
    try:
        _bring_up(database, writing=writing, create=create, is_copied=is_copied)
    except BaseException:
        database.close()
        raise
    return database


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveReadOnly(place=folder, reason=error.strerror) from error


def _bring_up(database: Database, *, writing: bool, create: bool, is_copied: bool) -> None:
    found = _revision_of(database)
    if found == REVISIONS[-1]:
        return
    if found is None and not create:
        raise NoArchive(place=database.folder)
    if found is not None and found not in REVISIONS:
        raise ArchiveTooNew(place=database.folder, found=found)
    if found is not None and not writing:
        raise ArchiveTooOld(place=database.folder)
    with database.lock(OPENING, wait=True):
        found = _revision_of(database)  # another process may have been quicker
        if found is None:
            _make(database)
        elif found != REVISIONS[-1]:
            from storage.migrations.migrating import migrate

            migrate(database, found, is_copied=is_copied)


def _revision_of(database: Database) -> str | None:
    with database.reading() as db:
        if not has_table(db, "alembic_version"):
            return None
        found = db.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(found) if found is not None else None


def _make(database: Database) -> None:
    with database.writing() as db:
        metadata.create_all(db)
        stamp(db, REVISIONS[-1])


def stamp(db: Connection, revision: str) -> None:
    """Write down the revision where Alembic looks for it."""
    db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    db.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
