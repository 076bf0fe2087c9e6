"""Files that a person names: their bytes, or an error that says what is wrong with the file; and who reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import UnreadableBulletin

if TYPE_CHECKING:
    from crawler.readers import Reader

LARGEST_BYTES = 512 << 20


def read_file(file: Path, *, largest: int = LARGEST_BYTES) -> bytes:
    """Return a file's bytes, ``largest`` at the most. Raises UnreadableBulletin for what is no readable file."""
    try:
        if file.is_file() and file.stat().st_size > largest:
            raise UnreadableBulletin(file=str(file), kind="too_large", detail=f"{file.stat().st_size >> 20} MB")
        return file.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableBulletin(file=str(file), kind="missing") from error
    except IsADirectoryError as error:
        raise UnreadableBulletin(file=str(file), kind="not_a_file") from error
    except PermissionError as error:
        raise UnreadableBulletin(file=str(file), kind="no_permission") from error
    except OSError as error:
        raise UnreadableBulletin(file=str(file), kind="damaged", detail=error.strerror or str(error)) from error


@contextmanager
def reading(first: str) -> Iterator[Reader]:
    """A reader for a command that is given files: a child process, within the limits that the crawl has.

    It gets ready for ``first`` while the command itself is loaded. What it falls over is told as an error of the file;
    where in the code, to developers only.
    """
    from crawler.child import Child

    child = Child(first=first)
    child.begin()
    from crawler import readers

    if not os.environ.get("WXMIRROR_DEBUG"):
        readers.logger.disabled = True
    try:
        yield readers.Reader(child)
    finally:
        child.close()
