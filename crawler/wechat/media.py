"""What the bytes of a picture, sound or film are, told from the bytes themselves.

WeChat's ``wx_fmt`` and the Content-Type of its picture servers are wrong too often to be believed (24 of 113 real
pictures are not what their address says; docs/wechat.md, assets). Nothing is decoded: only headers are looked at.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

UNKNOWN = "application/octet-stream"
HEAD = 1024  # bytes of a text that are looked at

# ---- the type ---------------------------------------------------------------------------------------------------

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"#!SILK_V3", "audio/silk"),
    (b"\x02#!SILK_V3", "audio/silk"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"FLV\x01", "video/x-flv"),
    (b"%PDF-", "application/pdf"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"\x00\x01\x00\x00\x00", "font/ttf"),
    (b"OTTO", "font/otf"),
)
RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
# Brands of the ISO base media format ("ftyp" boxes).
BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}


def media_type(body: bytes) -> str:
    """Return the media type that the bytes show, ``application/octet-stream`` where they show none."""
    for magic, found in MAGIC:
        if body.startswith(magic):
            return found
    for tell in (riff_type, box_type, bitmap_type, frame_type, text_type):
        if told := tell(body):
            return told
    return UNKNOWN


def riff_type(body: bytes) -> str | None:
    """Tell WebP, WAV and AVI apart."""
    return RIFF.get(body[8:12]) if body.startswith(b"RIFF") else None


def box_type(body: bytes) -> str | None:
    """Tell the formats made of boxes apart: by the major brand, or by a compatible one where that is general."""
    if body[4:8] != b"ftyp":
        return None
    size = min(int.from_bytes(body[:4], "big"), 256)
    brands = [body[8:12], *(body[at : at + 4] for at in range(16, size, 4))]
    if brands[0] in (b"mif1", b"msf1"):  # "some HEIF": AVIF says so only among the compatible brands
        brands.sort(key=lambda brand: brand not in (b"avif", b"avis"))
    return BRANDS.get(brands[0], "video/mp4")


def bitmap_type(body: bytes) -> str | None:
    """Recognise a Windows bitmap: two letters alone would be too little."""
    is_bitmap = body.startswith(b"BM") and len(body) >= 26 and int.from_bytes(body[14:18], "little") in BITMAP_HEADERS
    return "image/bmp" if is_bitmap else None


BITMAP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})


def frame_type(body: bytes) -> str | None:
    """Recognise MPEG audio without an ID3 tag: a frame header, and another one where the first frame ends."""
    length = frame_length(body)
    if not length:
        return None
    return "audio/mpeg" if len(body) <= length or frame_length(body[length : length + 4]) else None


BIT_RATES = {  # in kbit/s, by (version is 1, layer)
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def frame_length(header: bytes) -> int:
    """Return the length in bytes of the MPEG audio frame that begins here, 0 if none does."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = (header[1] >> 3) & 3, 4 - ((header[1] >> 1) & 3)
    rate, sampling, padding = header[2] >> 4, (header[2] >> 2) & 3, (header[2] >> 1) & 1
    is_first = version == 3
    if version == 1 or (is_first, layer) not in BIT_RATES or rate in (0, 15) or sampling == 3:
        return 0
    samples = 72 if layer == 3 and not is_first else 144
    return samples * BIT_RATES[is_first, layer][rate] * 1000 // SAMPLE_RATES[version][sampling] + padding


def text_type(body: bytes) -> str | None:
    """Tell SVG, HTML, XML, JSON, style sheets and plain text apart; None for what is no text."""
    head = body[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head or b"\x00" in head or CONTROLS.search(head):
        return None
    for pattern, found in TEXTS:
        if pattern.match(head):
            return found
    if head[:1] in b"{[" and is_json(body):
        return "application/json"
    if STYLE.search(head):
        return "text/css"
    return "text/plain" if is_unicode(body[:HEAD]) else None


CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PROLOGUE = rb"(?:<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE svg[^>]*>|\s)*"
TEXTS = (
    (re.compile(_PROLOGUE + rb"<(?:\w+:)?svg[\s>]", re.I | re.S), "image/svg+xml"),
    (
        re.compile(rb"(?:<!--.*?-->|\s)*<(?:!doctype html|html|head|body|script|meta|title|div|p)\b", re.I | re.S),
        "text/html",
    ),
    (re.compile(rb"<\?xml\b"), "application/xml"),
)
STYLE = re.compile(rb"^\s*@(?:charset|import|media|font-face|keyframes)\b|[\w.#*:\])-]\s*\{\s*[\w-]+\s*:[^{}]*[;}]")


def is_json(body: bytes) -> bool:
    """Whether the bytes are a JSON document."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def is_unicode(head: bytes) -> bool:
    """Whether the bytes begin as UTF-8 (a character may be cut at their end)."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) == HEAD and error.start > HEAD - 4
    return True


# ---- the size ---------------------------------------------------------------------------------------------------


def image_size(body: bytes) -> tuple[int, int] | None:
    """Return width and height of a picture in pixels, from its header; None where the bytes do not say."""
    read = SIZES.get(media_type(body))
    size = read(body) if read else None
    return size if size and all(size) else None


def gif_size(body: bytes) -> tuple[int, int] | None:
    """Size of a GIF's canvas."""
    return (little(body, 6, 2), little(body, 8, 2)) if len(body) >= 10 else None


def png_size(body: bytes) -> tuple[int, int] | None:
    """Size in a PNG's first chunk."""
    if len(body) < 24 or body[12:16] != b"IHDR":
        return None
    return int.from_bytes(body[16:20], "big"), int.from_bytes(body[20:24], "big")


def bmp_size(body: bytes) -> tuple[int, int] | None:
    """Size in a bitmap's header; a negative height means that its rows run from the top."""
    if little(body, 14, 4) == 12:
        return little(body, 18, 2), little(body, 20, 2)
    return little(body, 18, 4), abs(int.from_bytes(body[22:26], "little", signed=True))


def webp_size(body: bytes) -> tuple[int, int] | None:
    """Size of a WebP in its three layouts."""
    kind = body[12:16]
    if len(body) < 30 and not (kind == b"VP8L" and len(body) >= 25):
        return None
    if kind == b"VP8X":
        return little(body, 24, 3) + 1, little(body, 27, 3) + 1
    if kind == b"VP8L" and body[20] == 0x2F:
        bits = little(body, 21, 4)
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8 " and body[23:26] == b"\x9d\x01\x2a":
        return little(body, 26, 2) & 0x3FFF, little(body, 28, 2) & 0x3FFF
    return None


def jpeg_size(body: bytes) -> tuple[int, int] | None:
    """Size in the first frame header of a JPEG, segment by segment."""
    at = 2
    while at + 9 <= len(body):
        if body[at] != 0xFF:
            return None
        marker = body[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker in FRAME_HEADERS:
            return int.from_bytes(body[at + 7 : at + 9], "big"), int.from_bytes(body[at + 5 : at + 7], "big")
        elif marker in STANDING_ALONE:
            at += 2
        else:
            at += 2 + max(int.from_bytes(body[at + 2 : at + 4], "big"), 2)
    return None


FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
STANDING_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def little(body: bytes, at: int, length: int) -> int:
    """Return a little-endian number."""
    return int.from_bytes(body[at : at + length], "little")


SIZES: dict[str, Callable[[bytes], tuple[int, int] | None]] = {
    "image/jpeg": jpeg_size,
    "image/png": png_size,
    "image/gif": gif_size,
    "image/webp": webp_size,
    "image/bmp": bmp_size,
}

# ---- the placeholder --------------------------------------------------------------------------------------------

# SHA-256 of pictures that stand in for the one asked for. To add one: `sha256sum` of the bytes, with the day and
# the address where it was served; tests/crawler/wechat/test_media.py shows how it is told.
PLACEHOLDERS: frozenset[str] = frozenset()
PLACEHOLDER_SIZE = (470, 349)
PLACEHOLDER_BYTES = 20_000


def is_hotlink_placeholder(body: bytes, known: frozenset[str] = PLACEHOLDERS) -> bool:
    """Whether this is the picture "此图片来自微信公众平台 未经允许不可引用" and not the one asked for.

    WeChat serves it with status 200 to requests with a foreign Referer. Not seen: no sample is at hand, so the
    reported size (470 x 349) has to tell, together with few bytes, since two lines of text on a plain ground take
    few and a photograph of that size takes more (docs/wechat.md, Referer rule). A hit counts as a failure, never as
    the picture; a real picture that is taken for it stays missing and listed, which is the lesser harm.
    """
    if known and hashlib.sha256(body).hexdigest() in known:
        return True
    return len(body) <= PLACEHOLDER_BYTES and image_size(body) == PLACEHOLDER_SIZE
