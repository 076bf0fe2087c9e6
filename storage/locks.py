"""Locks between processes, free again the moment their holder dies.

On one machine a lock is a ``flock`` on a file in the archive's folder; with PostgreSQL it is an advisory lock of a
session, so that it holds over all machines.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from storage.errors import ArchiveBusy, ArchiveReadOnly

LOCKS = "locks"


@contextmanager
def file_lock(folder: Path, job: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the folder's lock of this name. Raises ArchiveBusy at once, unless told to ``wait``."""
    try:
        (folder / LOCKS).mkdir(exist_ok=True)
        handle = os.open(folder / LOCKS / f"{job}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise ArchiveReadOnly(place=folder, reason=error.strerror) from error
        raise
    try:
        _lock(handle, job, wait=wait)
        yield
    finally:
        os.close(handle)  # the file stays: removing it would let two hold the "same" lock


def _lock(handle: int, job: str, *, wait: bool) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError as error:
        raise ArchiveBusy(job=job) from error


@contextmanager
def advisory_lock(engine: Engine, job: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the database's lock of this name, on a connection of its own.

    ``engine`` must be in autocommit: a transaction held open for a night keeps PostgreSQL from tidying up. Raises
    ArchiveBusy at once, unless told to ``wait``.
    """
    number = int.from_bytes(hashlib.sha256(job.encode()).digest()[:8], "big", signed=True)
    with engine.connect() as connection:
        if wait:
            connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": number})
        elif not connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}).scalar():
            raise ArchiveBusy(job=job)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})
