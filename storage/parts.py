"""Assets that come piece by piece: what is there of each so far, outside the blobs, until it is whole.

Films are too large for memory. A piece is safe on the disk before the note beside it says so; what is there beyond the
note, after a power cut, does not count. The note also holds by what the sender knows the very same bytes again (an
ETag or a date), so that a later run goes on where this one stopped, and never joins two films into one.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from storage.blobs import NO_ROOM, flush_folder, no_room
from storage.schema import digest

NOTE = ".json"
HEAD = 4096
PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is there of an asset that comes in pieces (sizes in bytes)."""

    name: str
    size: int
    total: int
    validator: str | None  # without one, only the run that began it may go on
    head: bytes = b""  # the first 4096 bytes: they tell the type
    sha256: str | None = None  # once it is whole and was read through

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing any more."""
        return self.size == self.total


class Parts:
    """A folder of assets on their way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def part(self, name: str) -> Part | None:
        """What is there under this name; None for nothing, or for a note that no piece is there for."""
        try:
            told = json.loads(self._note(name).read_text(encoding="ascii"))
            part = Part(name=name, **told)
            with self.file(name).open("rb") as stream:
                head = stream.read(HEAD)
                length = stream.seek(0, 2)
        except FileNotFoundError:
            return self._moved(name)
        except (ValueError, TypeError):
            return None
        return Part(name=name, **told | {"head": head}) if length >= part.size else None

    def keep(self, name: str, body: bytes, *, offset: int, total: int, validator: str | None) -> Part:
        """Put a piece in its place; what was noted beyond it counts no more. Raises DiskFull, ValueError for a gap.

        May be repeated without harm.
        """
        known = self.part(name)
        if offset and (known is None or offset > known.size):
            raise ValueError(f"a piece at {offset} of {name}, of which {known.size if known else 0} bytes are there")
        try:
            self.folder.mkdir(exist_ok=True)
            with open(self.file(name), "r+b" if offset else "wb", buffering=0) as stream:
                stream.seek(offset)
                rest = memoryview(body)
                while rest:
                    rest = rest[stream.write(rest) :]
                stream.truncate()
                os.fsync(stream.fileno())
            part = Part(name=name, size=offset + len(body), total=total, validator=validator)
            self._write_note(part)
        except OSError as error:
            if error.errno in NO_ROOM:
                self.drop(name)
                raise no_room(self.folder.parent, len(body)) from error
            raise
        return self.part(name) or part

    def read_through(self, name: str) -> Part:
        """Note the digest of an asset that is whole. Raises FileNotFoundError, ValueError where it is not whole."""
        part = self.part(name)
        if part is None:
            raise FileNotFoundError(name)
        if part.sha256:
            return part
        seen, length = hashlib.sha256(), 0
        with self.file(name).open("rb") as stream:
            while piece := stream.read(PIECE):
                seen.update(piece)
                length += len(piece)
        if not part.is_whole or length != part.total:
            raise ValueError(f"{length} of {part.total} bytes are there")
        whole = Part(name=name, size=length, total=length, validator=part.validator, sha256=seen.hexdigest())
        self._write_note(whole)
        return whole

    def drop(self, name: str) -> None:
        """Forget what is there of an asset."""
        for file in (self._note(name), self.file(name)):
            file.unlink(missing_ok=True)

    def drop_older(self, than_seconds: float) -> int:
        """Forget what nobody went on with since this moment (seconds of the epoch); how many."""
        notes = self.folder.glob(f"*{NOTE}") if self.folder.is_dir() else ()
        old = [file.name.removesuffix(NOTE) for file in notes if file.stat().st_mtime < than_seconds]
        for name in old:
            for file in (self.folder / (name + NOTE), self.folder / name):
                file.unlink(missing_ok=True)
        return len(old)

    def file(self, name: str) -> Path:
        """Where the bytes lie."""
        return self.folder / digest(name)

    def _moved(self, name: str) -> Part | None:
        """An asset whose bytes were moved to the blobs already, and whose note says their digest."""
        try:
            part = Part(name=name, **json.loads(self._note(name).read_text(encoding="ascii")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return part if part.sha256 else None

    def _note(self, name: str) -> Path:
        return self.folder / (digest(name) + NOTE)

    def _write_note(self, part: Part) -> None:
        note = self._note(part.name)
        told = {"size": part.size, "total": part.total, "validator": part.validator, "sha256": part.sha256}
        temporary = note.with_suffix(".new")
        with temporary.open("w", encoding="ascii") as stream:
            json.dump(told, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(note)
        flush_folder(str(self.folder))
