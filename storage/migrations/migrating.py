"""Bringing an older archive up to date: the database is copied aside, then Alembic walks the revisions.

The whole walk is one transaction: a migration that fails, or is killed, leaves the archive as it was. The copy is for
what no transaction protects from: a migration that does what it should not (docs/decisions/copy-before-migration.md).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from storage.engine import DATABASE, Database
from storage.errors import NotCopiedAside

SCRIPTS = Path(__file__).parent
DUMP = "pg_dump"


def migrate(database: Database, found: str, *, is_copied: bool = False) -> None:
    """Walk from the revision found to the newest. The archive's lock must be held.

    ``is_copied``: the operator has a copy of the database already, so that none is made. Raises NotCopiedAside.
    """
    if not is_copied:
        dump_aside(database, found) if database.is_postgresql else copy_aside(database.folder / DATABASE, found)
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
    part = copy.with_name(f".{copy.name}.part")
    part.unlink(missing_ok=True)
    source, target = sqlite3.connect(file), sqlite3.connect(part)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    return part.replace(copy)


def dump_aside(database: Database, found: str) -> Path:
    """Have pg_dump write the archive's tables into its folder, in pg_restore's own form. Raises NotCopiedAside."""
    program = shutil.which(DUMP)
    if program is None:
        raise NotCopiedAside(place=database.folder, reason=f"{DUMP} is not installed")
    with database.reading() as db:
        schema = db.execute(text("SELECT current_schema()")).scalar_one()
    copy = database.folder / f"archive-{found}.dump"
    part = copy.with_name(f".{copy.name}.part")
    # The password goes by the environment: arguments can be read by everybody on the machine.
    url = database.url.set(drivername="postgresql")
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    address = url.set(password=None).render_as_string()
    options = ["--format=custom", "--no-password", f"--schema={schema}", f"--file={part}", f"--dbname={address}"]
    done = subprocess.run([program, *options], env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode != 0 or not part.exists():
        part.unlink(missing_ok=True)
        said = done.stderr.strip().splitlines() or [f"{DUMP} ended with {done.returncode}"]
        raise NotCopiedAside(place=database.folder, reason=said[0])
    return part.replace(copy)
