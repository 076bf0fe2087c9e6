"""Bytes under their SHA-256: written once, whole or not at all.

A blob store is five methods, so that a folder today and an object store tomorrow are the same to the archive. In the
folder a blob lies at ``ab/cd/<sha256>``, or at ``ab/cd/<sha256>.zst`` where it is kept compressed; the name is always
that of the bytes themselves. Writing goes to a temporary name, which is flushed, renamed, and its folder flushed: after
``put`` the bytes survive a power cut. Hashing, compressing and flushing let other threads run.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

from storage.errors import BlobDamaged, DiskFull

COMPRESSED = ".zst"
TEMPORARY = ".new-"
LEVEL = 3  # a 3 MB page in 10 ms; `repack` may take its time later

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NAME = re.compile(r"[0-9a-f]{64}(\.zst)?")


class BlobStore(Protocol):
    """Where the archive's bytes lie."""

    def put(self, sha256: str, body: bytes, *, compress: bool) -> None:
        """Keep the bytes, safely on disk when this returns. Bytes that are there already cost nothing."""

    def open(self, sha256: str) -> BinaryIO:
        """The bytes as a seekable stream, not verified. Raises FileNotFoundError."""

    def exists(self, sha256: str) -> bool:
        """Whether there is a blob of this name."""

    def delete(self, sha256: str) -> None:
        """Remove a blob, in whatever form it lies there."""

    def names(self) -> Iterator[str]:
        """The names of all blobs; what a killed writer left behind is passed over."""


class FolderBlobs:
    """Blobs in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: set[str] = set()  # folders known to be there: a stat saved for each blob

    def put(self, sha256: str, body: bytes, *, compress: bool) -> None:
        """Keep the bytes. Raises DiskFull when they do not fit; nothing half-written stays under the blob's name."""
        if self._holds(sha256, len(body)):
            return
        try:
            place = self._place(sha256)
            self._make(place)
            stored = zstandard.ZstdCompressor(level=LEVEL).compress(body) if compress else body
            _write_safely(place, sha256 + COMPRESSED * compress, stored)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise no_room(self.folder, len(body)) from error
            raise

    def open(self, sha256: str) -> BinaryIO:
        """The bytes as a seekable stream. Compressed ones (text, at most some megabytes) are unpacked in memory."""
        place = self._place(sha256)
        try:
            return Path(place, sha256).open("rb")
        except FileNotFoundError:
            packed = Path(place, sha256 + COMPRESSED).read_bytes()
        try:
            return io.BytesIO(zstandard.ZstdDecompressor().decompress(packed))
        except zstandard.ZstdError as error:
            raise BlobDamaged(sha256=sha256, reason=str(error)) from error

    def exists(self, sha256: str) -> bool:
        """Whether there is a blob of this name."""
        return any(Path(self._place(sha256), name).exists() for name in (sha256, sha256 + COMPRESSED))

    def delete(self, sha256: str) -> None:
        """Remove a blob, in whatever form it lies there."""
        for name in (sha256, sha256 + COMPRESSED):
            Path(self._place(sha256), name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """The names of all blobs."""
        for place in sorted(self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            yield from sorted({file.name[:64] for file in place.iterdir() if _NAME.fullmatch(file.name)})

    def _place(self, sha256: str) -> str:
        return f"{self.folder}/{sha256[:2]}/{sha256[2:4]}"

    def _holds(self, sha256: str, size: int) -> bool:
        """Whether these bytes are there. A plain file of another size is damaged, and written anew."""
        file = f"{self._place(sha256)}/{sha256}"
        try:
            return os.stat(file).st_size == size
        except FileNotFoundError:
            return os.path.exists(file + COMPRESSED)

    def _make(self, place: str) -> None:
        """Make the two folders above a blob, each flushed into its parent."""
        if place in self._made:
            return
        for folder in (str(self.folder), os.path.dirname(place), place):
            if folder not in self._made:
                if not os.path.isdir(folder):
                    os.makedirs(folder, exist_ok=True)
                    flush_folder(os.path.dirname(folder))
                self._made.add(folder)


def read_blob(store: BlobStore, sha256: str) -> bytes:
    """A blob's bytes, checked against their name. Raises BlobDamaged, FileNotFoundError."""
    with store.open(sha256) as stream:
        body = stream.read()
    if hashlib.sha256(body).hexdigest() != sha256:
        raise BlobDamaged(sha256=sha256, reason="its bytes have another digest")
    return body


def no_room(folder: Path, wanted: int = 1 << 20) -> DiskFull:
    """The error that says how little room is left, and how much it would have taken (bytes)."""
    free = shutil.disk_usage(folder if folder.exists() else folder.parent).free
    return DiskFull(free=f"{free / 2**20:.1f} MB", floor=f"{max(0.1, wanted / 2**20):.1f} MB")


def flush_folder(folder: str) -> None:
    """Make sure that the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_safely(place: str, name: str, body: bytes) -> None:
    temporary = f"{place}/{TEMPORARY}{secrets.token_hex(8)}"
    try:
        with open(temporary, "xb", buffering=0) as stream:
            _write_all(stream, body)
            os.fsync(stream.fileno())
        os.rename(temporary, f"{place}/{name}")
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    flush_folder(place)


def _write_all(stream: io.FileIO, body: bytes) -> None:
    rest = memoryview(body)
    while rest:
        rest = rest[stream.write(rest) :]
