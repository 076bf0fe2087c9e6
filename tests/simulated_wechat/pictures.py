"""Small valid pictures and sounds, made without an imaging library.

The same name always gives the same bytes; two names never do. ``size`` pads a file with bytes that do not compress,
in a segment of its own that every decoder skips.
"""

from __future__ import annotations

import hashlib
import random
import struct
import zlib
from functools import cache

MEDIA_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}


def picture(name: str, kind: str = "png", *, width: int = 64, height: int = 40, size: int | None = None) -> bytes:
    """Return the bytes of a picture (or sound, or film) of this kind; ``size`` is its length in bytes, roughly."""
    seed = hashlib.sha256(name.encode()).digest()
    bare = _MAKERS[kind](seed, b"", width, height)
    padding = _noise(seed, size - len(bare)) if size and size > len(bare) else b""
    return _MAKERS[kind](seed, padding, width, height) if padding else bare


@cache
def _pool() -> bytes:
    return random.Random(20240313).randbytes(1 << 22)


def _noise(seed: bytes, length: int) -> bytes:
    """Incompressible bytes, a slice of one pool (cheap enough to make on demand, so that nothing need be held)."""
    start = int.from_bytes(seed[:3], "big") % (1 << 21)
    pool = _pool()
    return b"".join(pool[start : start + min(length - at, 1 << 21)] for at in range(0, length, 1 << 21))


def _png(seed: bytes, padding: bytes, width: int, height: int) -> bytes:
    colour = seed[:3]
    rows = b"".join(b"\0" + bytes(part * (height - y) // height for part in colour) * width for y in range(height))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"naMe", seed)]
    chunks += [(b"paDd", padding)] if padding else []
    chunks += [(b"IDAT", zlib.compress(rows, 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def _jpeg(seed: bytes, padding: bytes, width: int, height: int) -> bytes:
    """A baseline JPEG of one shade: the first block says it, every other block is "no change, end of block"."""

    def segment(marker: int, body: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body

    shade = seed[0] // 2 - 64 or 1  # the first coefficient, quantised by 8
    category = abs(shade).bit_length()
    value = shade if shade > 0 else shade + (1 << category) - 1
    bits = f"1{0}{value:0{category}b}0" + "00" * (-(-width // 8) * -(-height // 8) - 1)
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    return b"".join(
        [
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            segment(0xFE, seed),
            *(segment(0xFE, padding[at : at + 65000]) for at in range(0, len(padding), 65000)),
            segment(0xDB, b"\0" + bytes([8]) * 64),
            segment(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)),
            segment(0xC4, b"\0" + bytes([1, 1, *[0] * 14]) + bytes([0, category])),
            segment(0xC4, b"\x10" + bytes([1, *[0] * 15]) + b"\0"),
            segment(0xDA, bytes([1, 1, 0, 0, 63, 0])),
            scan,
            b"\xff\xd9",
        ]
    )


def _gif(seed: bytes, padding: bytes, width: int, height: int) -> bytes:
    """A moving GIF of two frames, each of one colour (a re-encoded, standing copy of it is a loss that shows)."""

    palette = seed[:6] + b"\0\0\0\xff\xff\xff"
    comment = b"\x21\xfe" + _blocks(seed + padding)
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF1, 0, 0) + palette
    loop = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    return head + loop + comment + _frame(0, width, height) + _frame(1, width, height) + b";"


@cache
def _frame(colour: int, width: int, height: int) -> bytes:
    # Clear codes between single pixels keep every code three bits wide.
    bits = "".join(f"{code:03b}"[::-1] for _ in range(width * height) for code in (4, colour)) + f"{5:03b}"[::-1]
    bits += "0" * (-len(bits) % 8)
    packed = bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))
    control = b"\x21\xf9\x04\x04\x32\0\0\0"
    return control + b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02" + _blocks(packed)


def _blocks(body: bytes) -> bytes:
    parts = (body[at : at + 255] for at in range(0, len(body), 255))
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def _webp(seed: bytes, padding: bytes, width: int, height: int) -> bytes:
    """A lossless WebP of one colour: five one-symbol codes, so the pixels themselves take no bits."""
    bits = f"{width - 1:014b}"[::-1] + f"{height - 1:014b}"[::-1] + "0" + "000" + "000"
    for symbol in (seed[1], seed[0], seed[2], 255):
        bits += "1" + "0" + "1" + f"{symbol:08b}"[::-1]
    bits += "1" + "0" + "0" + "0"
    bits += "0" * (-len(bits) % 8)
    lossless = b"\x2f" + bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))
    chunks = [(b"VP8L", lossless), (b"NAME", seed)] + ([(b"PADD", padding)] if padding else [])
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for kind, part in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _svg(seed: bytes, padding: bytes, width: int, height: int) -> bytes:
    name = f"{seed.hex()} {padding[: len(padding) // 2].hex()}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><!-- {name} -->'
        f'<rect width="{width}" height="{height}" fill="#{seed[:3].hex()}"/></svg>'
    ).encode()


def _mp3(seed: bytes, padding: bytes, _width: int, _height: int) -> bytes:
    """An ID3 tag that holds the name, then frames of silence (MPEG-1 layer III, 128 kbit/s, 44.1 kHz)."""
    body = seed + padding
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + size + body + (b"\xff\xfb\x90\x00" + b"\0" * 413) * 20


def _mp4(seed: bytes, padding: bytes, _width: int, _height: int) -> bytes:
    """The boxes that name a film's kind, and its bytes: enough for whoever looks at the first ones."""
    body = seed + padding
    brand = b"isom\0\0\2\0isomiso2avc1mp41"
    return struct.pack(">I4s", len(brand) + 8, b"ftyp") + brand + struct.pack(">I4s", len(body) + 8, b"mdat") + body


_MAKERS = {"png": _png, "jpeg": _jpeg, "gif": _gif, "webp": _webp, "svg": _svg, "mp3": _mp3, "mp4": _mp4}
