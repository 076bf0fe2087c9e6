"""The two databases: how each is connected, locked and told apart.

SQLite serves one machine, PostgreSQL several; both keep one writer at a time, so that a transaction which reads and
then writes never loses another's update. SQLite does it with ``BEGIN IMMEDIATE`` (its own habit of beginning a
transaction at the first write lost 760 of 1,200 updates; a plain ``BEGIN`` fails at once), PostgreSQL with an advisory
lock that lasts as long as the transaction. Readers take a plain ``BEGIN``, see one state throughout, wait for nobody.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError, StatementError, TimeoutError
from sqlalchemy.pool import NullPool, QueuePool

from storage.blobs import no_room
from storage.errors import ArchiveBusy, ArchiveDamaged, ArchiveReadOnly, NoArchive
from storage.locks import advisory_lock, file_lock

DATABASE = "archive.db"
WAIT_SECONDS = 30
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
WRITERS_LOCK = 7_796_611  # an advisory lock's number must be an integer; this one means "a writer of wxmirror"


class Database:
    """One archive's database, for readers and for one writer at a time; safe to use from several threads."""

    def __init__(self, folder: Path, readers: Engine, writer: Engine | None) -> None:
        self.folder = folder
        self._readers = readers
        self._writer = writer

    @property
    def is_postgresql(self) -> bool:
        """Whether this is PostgreSQL (else SQLite)."""
        return self._readers.dialect.name == "postgresql"

    @property
    def url(self) -> URL:
        """Where the database is reached."""
        return self._readers.url

    @property
    def writer(self) -> Engine:
        """The engine that writes. Raises ArchiveReadOnly when the archive was opened for reading."""
        if self._writer is None:
            raise ArchiveReadOnly(place=self.folder, reason="it was opened for reading")
        return self._writer

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the archive throughout. Raises ArchiveDamaged."""
        try:
            with self._readers.begin() as connection:
                yield connection
        except DatabaseError as error:
            raise _told(error, self.folder) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all is kept, or none. Raises DiskFull, ArchiveReadOnly, ArchiveBusy, ArchiveDamaged."""
        try:
            with self.writer.begin() as connection:
                yield connection
        except StatementError as error:
            raise _told(error, self.folder) from error
        except TimeoutError as error:  # another thread of this program kept the one writer's connection too long
            raise ArchiveBusy(job="writer") from error

    def lock(self, job: str, *, wait: bool = False) -> AbstractContextManager[None]:
        """Hold the archive's lock of this name. Raises ArchiveBusy at once, unless told to ``wait``."""
        if not self.is_postgresql:
            return file_lock(self.folder, job, wait=wait)
        engine = create_engine(self._readers.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        return advisory_lock(engine, job, wait=wait)

    def close(self) -> None:
        """Let go of every connection."""
        self._readers.dispose()
        if self._writer is not None:
            self._writer.dispose()


def connect_sqlite(folder: Path, *, writing: bool) -> Database:
    """The database in an archive's folder. Raises ArchiveReadOnly when it cannot be written, or not even be read."""
    file = folder / DATABASE
    may_write = os.access(folder, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))
    if writing and not may_write:
        raise ArchiveReadOnly(place=folder, reason="no permission")
    if may_write:
        alone = {"pool_size": 1, "max_overflow": 0, "pool_timeout": WAIT_SECONDS}
        writer = _sqlite(file, pool=alone) if writing else None
        readers = _sqlite(file, pool={"pool_size": 4}, begin="BEGIN", options="?mode=rwc" if writing else "?mode=rw")
        return Database(folder, readers, writer)
    return Database(folder, _read_only_sqlite(file), None)


def connect_postgresql(folder: Path, url: str, *, writing: bool) -> Database:
    """The database at this address. Raises NoArchive when nobody answers there."""
    readers = create_engine(url, pool_pre_ping=True, pool_size=4)
    writer = create_engine(url, pool_pre_ping=True, pool_size=1, max_overflow=0, pool_timeout=WAIT_SECONDS)
    event.listen(
        readers, "begin", lambda db: db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    )
    event.listen(writer, "begin", lambda db: db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})"))
    try:
        readers.connect().close()
    except OperationalError as error:
        raise NoArchive(place=readers.url.render_as_string(hide_password=True)) from error
    return Database(folder, readers, writer if writing else None)


def _sqlite(file: Path, *, pool: dict[str, Any], begin: str = "BEGIN IMMEDIATE", options: str = "?mode=rwc") -> Engine:
    address = f"file:{quote(str(file.resolve()))}{options}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address, uri=True, isolation_level=None, timeout=WAIT_SECONDS, check_same_thread=False
        )
        if "immutable" not in options and "mode=ro" not in options:
            connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = full")
        connection.execute("PRAGMA foreign_keys = on")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, **pool)
    # The driver must not begin transactions by itself; this is where they begin.
    event.listen(engine, "begin", lambda db: db.exec_driver_sql(begin))
    return engine


def _read_only_sqlite(file: Path) -> Engine:
    """An engine for a database that may not be written: on a read-only disk a WAL database opens only as immutable."""
    try:
        with sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True) as probe:
            probe.execute("SELECT count(*) FROM sqlite_master")
        options = "?mode=ro"
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise ArchiveDamaged(file=file, reason=error) from error
        options = "?mode=ro&immutable=1"
        journal = file.with_name(file.name + "-wal")
        if journal.exists() and journal.stat().st_size:
            # Immutable would pass over what lies in the journal, and show an older state without a word.
            raise ArchiveReadOnly(
                place=file.parent, reason=f"{journal.name} holds changes that only a writer can bring in"
            ) from None
    return _sqlite(file, pool={"pool_size": 4}, begin="BEGIN", options=options)


def _told(error: StatementError, folder: Path) -> Exception:
    """The database's complaint in the archive's words, where it has any."""
    if isinstance(error.orig, ValueError):
        return error.orig  # a value that no column takes, such as a naive moment
    if is_damage(error.orig):
        return ArchiveDamaged(file=folder / DATABASE, reason=error.orig)
    words = str(error.orig)
    if "disk is full" in words or "No space left" in words:
        return no_room(folder)
    if "readonly database" in words:
        return ArchiveReadOnly(place=folder, reason=words)
    if "database is locked" in words:
        return ArchiveBusy(job="writer")
    return error


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite found that a file is none of its own, or not whole."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED


def has_table(db: Connection, name: str) -> bool:
    """Whether the database has this table."""
    if db.dialect.name == "sqlite":
        return db.execute(text("SELECT 1 FROM sqlite_master WHERE name = :name"), {"name": name}).first() is not None
    return db.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar() is not None
