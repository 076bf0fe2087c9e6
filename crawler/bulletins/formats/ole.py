"""Compound files (OLE2): the box in which old Office, WPS and Outlook keep their streams ([MS-CFB])."""

from __future__ import annotations

import struct
from collections.abc import Callable

import olefile

from storage.errors import UnreadableBulletin

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST_STREAM = 64_000_000  # bytes
FAULTS = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError, struct.error)
LOCKED = 0x0100  # fEncrypted, a bit of the fifth word of a Word document ([MS-DOC] 2.5.2)


class Box:
    """A compound file in memory. Raises UnreadableBulletin for what is damaged or too large."""

    def __init__(self, body: bytes) -> None:
        try:
            self.file = olefile.OleFileIO(body)
            self.names = {"/".join(path).lower() for path in self.file.listdir(streams=True, storages=True)}
        except FAULTS as error:
            raise UnreadableBulletin(file="", kind="damaged", detail=str(error)[:80]) from error

    def read(self, name: str) -> bytes:
        """Return the bytes of a stream; none where there is no such stream."""
        if name.lower() not in self.names:
            return b""
        try:
            if self.file.get_size(name) > LARGEST_STREAM:
                raise UnreadableBulletin(file="", kind="too_complex", detail=name)
            found: bytes = self.file.openstream(name).read()
        except FAULTS as error:
            raise UnreadableBulletin(file="", kind="damaged", detail=str(error)[:80]) from error
        return found


def boxed(name: str) -> Callable[[bytes], bool]:
    """A test for compound files that hold a stream of a name at their root."""

    def is_it(body: bytes) -> bool:
        if not body.startswith(MAGIC) or name.encode("utf-16-le") not in body:
            return False
        try:
            return name.lower() in Box(body).names
        except UnreadableBulletin:
            return False

    return is_it


def is_locked(body: bytes) -> bool:
    """Whether an old Word document is protected by a password."""
    if not body.startswith(MAGIC):
        return False
    try:
        head = Box(body).read("WordDocument")
    except UnreadableBulletin:
        return False
    return len(head) >= 12 and bool(struct.unpack_from("<H", head, 10)[0] & LOCKED)
