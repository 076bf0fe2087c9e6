"""Files written for a person: whole or not at all, and never over something by accident."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from storage.errors import WrongUsage


class OutputExists(WrongUsage):
    """The file to write is there already."""

    words = (
        "{out} exists already and was left as it is. Choose another name; `restore` writes over a file with --force."
    )


class OutputIsInput(WrongUsage):
    """The file to write is the one that was read."""

    words = "{out} is the original itself, which is never written over. Choose another name."


class OutputNotWritable(WrongUsage):
    """The file or folder cannot be written."""

    words = "{out} cannot be written ({reason}). Check the folder, its owner and the room on the disk."


def write_whole(out: Path, body: bytes, *, force: bool, original: Path | None = None) -> None:
    """Write a file under a temporary name beside it, then give it its name.

    Raises OutputIsInput when ``out`` is the file ``original``, OutputExists unless ``force``, OutputNotWritable.
    """
    refuse_overwriting(out, force=force, original=original)
    part = part_of(out)
    try:
        with part.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise OutputNotWritable(out=out, reason=error.strerror or str(error)) from error


def refuse_overwriting(out: Path, *, force: bool, original: Path | None = None) -> None:
    """Raise OutputIsInput, OutputExists or OutputNotWritable where ``out`` may not be written."""
    try:
        if original is not None and out.exists() and original.exists() and out.samefile(original):
            raise OutputIsInput(out=out)
        if out.is_dir():
            raise OutputNotWritable(out=out, reason=os.strerror(errno.EISDIR))
        if out.exists() and not (force and out.is_file()):  # a device is never written over
            raise OutputExists(out=out)
    except OSError as error:
        raise OutputNotWritable(out=out, reason=error.strerror or str(error)) from error


def part_of(path: Path) -> Path:
    """Return the temporary name under which a file is written."""
    return path.with_name(f".{path.name}.part")
