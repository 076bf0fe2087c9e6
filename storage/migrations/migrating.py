"""Bringing an older archive up to date: the database is copied aside, then Alembic walks the revisions.

The whole walk is one transaction: a migration that fails, or is killed, leaves the archive as it was. A PostgreSQL
database is not copied (its operators have their own backups); the transaction protects it alike.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage.engine import DATABASE, Database

SCRIPTS = Path(__file__).parent


def migrate(database: Database, found: str) -> None:
    """Walk from the revision found to the newest. The archive's lock must be held."""
    if not database.is_postgresql:
        copy_aside(database.folder / DATABASE, found)
    with database.writing() as db:
        upgrade(db, "head")


def upgrade(db: Connection, revision: str) -> None:
    """Walk up to a revision, in the connection's transaction."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = db
    command.upgrade(config, revision)


def copy_aside(file: Path, found: str) -> Path:
    """Copy a SQLite database, with what is still in its journal, beside itself; the copy's name tells its revision."""
    copy = file.with_name(f"{file.stem}-{found}{file.suffix}")
    source, target = sqlite3.connect(file), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    return copy
