"""Files that a person names: their bytes, or an error that says what is wrong with the file."""

from __future__ import annotations

from pathlib import Path

from storage.errors import UnreadableBulletin

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
