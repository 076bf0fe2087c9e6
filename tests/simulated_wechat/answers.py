"""What the simulated site answers with: bytes, their kind, and what goes wrong on the way."""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache


class Trouble(StrEnum):
    """What may befall an answer on its way."""

    RESET = "reset"  # TCP RST instead of an answer
    CUT = "cut"  # half of the promised bytes, then the end of the connection
    SLOW = "slow"  # the bytes in small pieces


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response; ``packed`` is the body in gzip, for those who accept it."""

    body: bytes = b""
    content_type: str | None = "text/html; charset=UTF-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    packed: bytes | None = None
    trouble: Trouble | None = None
    seconds: float = 0.0  # how long it takes, beyond the site's latency

    def but(self, **changes: object) -> Answer:
        """The same answer with something else about it."""
        return replace(self, **changes)  # type: ignore[arg-type]


def text(body: bytes | str, content_type: str = "text/html; charset=UTF-8", **more: object) -> Answer:
    """An answer of text, packed when asked for."""
    body = body.encode() if isinstance(body, str) else body
    return Answer(body=body, packed=gzip.compress(body, 6, mtime=0), content_type=content_type, **more)  # type: ignore[arg-type]


def composed(before: bytes, middle: bytes, after: bytes) -> Answer:
    """A page of three parts of which the middle one is shared by many: it is packed once for all of them."""
    crc = zlib.crc32(after, zlib.crc32(middle, zlib.crc32(before)))
    length = len(before) + len(middle) + len(after)
    packed = b"".join(
        [
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
            _deflated(before),
            _shared(middle),
            _deflated(after, is_last=True),
            struct.pack("<II", crc, length & 0xFFFFFFFF),
        ]
    )
    return Answer(body=before + middle + after, packed=packed)


@cache
def _shared(middle: bytes) -> bytes:
    return _deflated(middle)


def _deflated(part: bytes, *, is_last: bool = False) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(part) + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)


def redirect(to: str, status: int = 302) -> Answer:
    """A redirect, wherever it leads."""
    return Answer(status=status, headers=(("Location", to),), content_type=None)


NOT_FOUND = Answer(status=404, body=b"404 Not Found", content_type="text/plain")
