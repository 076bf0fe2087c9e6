"""Bytes under their SHA-256: written once, whole or not at all.

A blob store is a few methods, so that a folder today and an object store tomorrow are the same to the archive. In the
folder a blob lies at ``ab/cd/<sha256>``, at ``ab/cd/<sha256>.zst`` where it is kept compressed, or at
``ab/cd/<sha256>.zstr`` where it is kept against a reference (storage.packing), which is a blob like any other; the name
is always that of the bytes themselves. Of two forms that lie side by side, as a killed `repack` leaves them, either is
read. Writing goes to a temporary name, which is flushed, renamed, and its folder flushed: after ``put`` the bytes
survive a power cut. Hashing, compressing and flushing let other threads run.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import secrets
import shutil
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Protocol

import zstandard

from storage.errors import BlobDamaged, DiskFull
from storage.packing import NotPacked, dictionary, pack, unpack

COMPRESSED = ".zst"
PACKED = ".zstr"
FORMS = ("", COMPRESSED, PACKED)
TEMPORARY = ".new-"
LEVEL = 3  # a 3 MB page in 10 ms; `repack` may take its time later
REFERENCE_LEVEL = 19
REFERENCES_AT_HAND = 4  # of some 3 MB each; pages are read by article, and an article's pages share them

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NAME = re.compile(r"[0-9a-f]{64}(\.zstr?)?")


class BlobStore(Protocol):
    """Where the archive's bytes lie."""

    def put(self, sha256: str, body: bytes, *, compress: bool, level: int = LEVEL) -> None:
        """Keep the bytes, safely on disk when this returns. Bytes that are there already cost nothing."""

    def put_file(self, sha256: str, file: Path) -> None:
        """Keep the bytes of a file, whose digest this is; it goes. Safely on disk when this returns."""

    def put_packed(self, sha256: str, body: bytes, reference: str) -> int:
        """Keep the bytes once more, against a reference that is there; the size of that form. The other stays."""

    def read_packed(self, sha256: str) -> bytes:
        """What the form against a reference says, not verified. Raises FileNotFoundError, BlobDamaged."""

    def drop_packed(self, sha256: str) -> None:
        """Remove the form against a reference."""

    def settle(self, sha256: str) -> None:
        """Remove the forms beside the one against a reference, if there is one."""

    def size_at_rest(self, sha256: str) -> int:
        """How many bytes a blob takes, in all its forms. Raises FileNotFoundError."""

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
        self._letters = 2 * _levels(folder)
        # A mark for each of the folders that are known to be there: stats saved for each blob. Their names in a set
        # grew by 6 MB over 50,000 blobs.
        self._made = bytearray(16**self._letters)
        self._at_hand: OrderedDict[str, zstandard.ZstdCompressionDict] = OrderedDict()
        self._hand = Lock()

    def put(self, sha256: str, body: bytes, *, compress: bool, level: int = LEVEL) -> None:
        """Keep the bytes. Raises DiskFull when they do not fit; nothing half-written stays under the blob's name."""
        if self._holds(sha256, len(body)):
            return
        stored = zstandard.ZstdCompressor(level=level).compress(body) if compress else body
        self._write(sha256, COMPRESSED * compress, stored)

    def put_file(self, sha256: str, file: Path) -> None:
        """Keep the bytes of a flushed file, whose digest this is, by moving it. Raises DiskFull, FileNotFoundError."""
        if self._holds(sha256, file.stat().st_size):
            file.unlink()
            return
        place = self._place(sha256)
        self._make(sha256)
        try:
            os.rename(file, f"{place}/{sha256}")
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._copy(file, place, sha256)
            file.unlink()
        flush_folder(place)

    def put_packed(self, sha256: str, body: bytes, reference: str) -> int:
        """Keep the bytes once more, against a reference that is there; the size of that form. Raises DiskFull."""
        packed = pack(body, reference, read_blob(self, reference))
        self._write(sha256, PACKED, packed)
        return len(packed)

    def read_packed(self, sha256: str) -> bytes:
        """What the form against a reference says, not verified. Raises FileNotFoundError, BlobDamaged."""
        packed = Path(self._place(sha256), sha256 + PACKED).read_bytes()
        try:
            return unpack(packed, self._reference)
        except (NotPacked, zstandard.ZstdError) as error:
            raise BlobDamaged(sha256=sha256, reason=str(error)) from error
        except FileNotFoundError as error:
            raise BlobDamaged(sha256=sha256, reason=f"its reference is missing: {error.args[0]}") from error
        except BlobDamaged as error:
            raise BlobDamaged(
                sha256=sha256, reason=f"its reference {error.values['sha256']} is damaged ({error.values['reason']})"
            ) from error

    def drop_packed(self, sha256: str) -> None:
        """Remove the form against a reference."""
        Path(self._place(sha256), sha256 + PACKED).unlink(missing_ok=True)

    def settle(self, sha256: str) -> None:
        """Remove the forms beside the one against a reference, if there is one."""
        place = self._place(sha256)
        if os.path.exists(f"{place}/{sha256}{PACKED}"):
            for form in (COMPRESSED, ""):
                Path(place, sha256 + form).unlink(missing_ok=True)

    def size_at_rest(self, sha256: str) -> int:
        """How many bytes a blob takes, in all its forms. Raises FileNotFoundError."""
        files = [Path(self._place(sha256), sha256 + form) for form in FORMS]
        sizes = [file.stat().st_size for file in files if file.exists()]
        if not sizes:
            raise FileNotFoundError(sha256)
        return sum(sizes)

    def open(self, sha256: str) -> BinaryIO:
        """The bytes as a seekable stream. Compressed ones (text, at most some megabytes) are unpacked in memory."""
        place = self._place(sha256)
        try:
            return Path(place, sha256).open("rb")
        except FileNotFoundError:
            pass
        try:
            packed = Path(place, sha256 + COMPRESSED).read_bytes()
        except FileNotFoundError:
            return io.BytesIO(self.read_packed(sha256))  # last: its form is there before the others go
        try:
            return io.BytesIO(zstandard.ZstdDecompressor().decompress(packed))
        except zstandard.ZstdError as error:
            raise BlobDamaged(sha256=sha256, reason=str(error)) from error

    def exists(self, sha256: str) -> bool:
        """Whether there is a blob of this name."""
        return any(Path(self._place(sha256), sha256 + form).exists() for form in FORMS)

    def delete(self, sha256: str) -> None:
        """Remove a blob, in whatever form it lies there."""
        for form in FORMS:
            Path(self._place(sha256), sha256 + form).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """The names of all blobs."""
        for place in sorted(self.folder.glob("/".join(["[0-9a-f][0-9a-f]"] * (self._letters // 2)))):
            yield from sorted({file.name[:64] for file in place.iterdir() if _NAME.fullmatch(file.name)})

    def _place(self, sha256: str) -> str:
        folders = sha256[:2] if self._letters == 2 else f"{sha256[:2]}/{sha256[2:4]}"
        return f"{self.folder}/{folders}"

    def _holds(self, sha256: str, size: int) -> bool:
        """Whether these bytes are there. A plain file of another size is damaged, and written anew."""
        file = f"{self._place(sha256)}/{sha256}"
        try:
            return os.stat(file).st_size == size
        except FileNotFoundError:
            return os.path.exists(file + COMPRESSED) or os.path.exists(file + PACKED)

    def _reference(self, sha256: str) -> zstandard.ZstdCompressionDict:
        """A reference, verified when it is first needed. Raises FileNotFoundError, BlobDamaged."""
        with self._hand:
            if held := self._at_hand.get(sha256):
                self._at_hand.move_to_end(sha256)
                return held
        try:
            found = dictionary(read_blob(self, sha256))
        except FileNotFoundError as error:
            raise FileNotFoundError(sha256) from error
        with self._hand:
            self._at_hand[sha256] = found
            while len(self._at_hand) > REFERENCES_AT_HAND:
                self._at_hand.popitem(last=False)
        return found

    def _write(self, sha256: str, form: str, stored: bytes) -> None:
        """Bring a form of a blob into safety. Raises DiskFull."""
        place = self._place(sha256)
        try:
            self._make(sha256)
            _write_safely(place, sha256 + form, stored)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise no_room(self.folder, len(stored)) from error
            raise

    def _copy(self, file: Path, place: str, sha256: str) -> None:
        """Bring the bytes of a file on another disk into safety, piece by piece."""
        temporary = f"{place}/{TEMPORARY}{secrets.token_hex(8)}"
        try:
            with file.open("rb") as source, open(temporary, "xb") as stream:
                shutil.copyfileobj(source, stream, 1 << 20)
                stream.flush()
                os.fsync(stream.fileno())
            os.rename(temporary, f"{place}/{sha256}")
        except OSError as error:
            Path(temporary).unlink(missing_ok=True)
            if error.errno in NO_ROOM:
                raise no_room(self.folder, file.stat().st_size) from error
            raise

    def _make(self, sha256: str) -> None:
        """Make the folder of a blob, flushed into the one above it."""
        mark = int(sha256[: self._letters], 16)
        if self._made[mark]:
            return
        place = Path(self._place(sha256))
        for folder in (self.folder, *reversed(place.relative_to(self.folder).parents[:-1]), place):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                flush_folder(str(folder.parent))
        self._made[mark] = True


def _levels(folder: Path) -> int:
    """How deep blobs lie: one folder for the first two letters, or in archives made before, one more for the next two.

    The second level cost a third of the time of keeping a picture, and a million blobs need but 4,000 in a folder.
    """
    if folder.is_dir():
        for first in sorted(folder.iterdir()):
            for second in first.iterdir() if first.is_dir() else ():
                return 2 if second.is_dir() else 1
    return 1


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
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            _write_all(handle, body)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.rename(temporary, f"{place}/{name}")
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    flush_folder(place)


def _write_all(handle: int, body: bytes) -> None:
    rest = memoryview(body)
    while rest:
        rest = rest[os.write(handle, rest) :]
