"""What bytes are, told from the bytes."""

from __future__ import annotations

import hashlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crawler.wechat.media import image_size, is_hotlink_placeholder, media_type


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int) -> bytes:
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    exif = b"\xff\xe1" + struct.pack(">H", 40) + b"Exif\0\0" + b"\xff\xc0" * 16
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + exif + b"\xff" + frame + b"\xff\xd9"


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b";"


def bmp(width: int, height: int) -> bytes:
    return (
        b"BM"
        + struct.pack("<IHHI", 54, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, width, -height, 1, 24, 0, 0, 0, 0, 0, 0)
    )


def webp(kind: bytes, content: bytes) -> bytes:
    body = b"WEBP" + kind + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(8))


def webp_lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + bytes(8))


def webp_extended(width: int, height: int) -> bytes:
    return webp(b"VP8X", bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def box(*brands: bytes) -> bytes:
    return struct.pack(">I", 12 + 4 * len(brands)) + b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:]) + b"....moov"


FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1, layer III, 128 kbit/s at 44.1 kHz: 417 bytes

TYPES = {
    "image/jpeg": [jpeg(3, 2)],
    "image/png": [png(3, 2)],
    "image/gif": [gif(3, 2), b"GIF87a" + bytes(10)],
    "image/webp": [webp_lossy(3, 2), webp_lossless(3, 2), webp_extended(3, 2)],
    "image/bmp": [bmp(3, 2)],
    "image/svg+xml": [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>',
    ],
    "image/avif": [box(b"avif", b"mif1"), box(b"mif1", b"miaf", b"avif")],
    "image/heic": [box(b"heic", b"mif1"), box(b"mif1", b"heic")],
    "audio/mp4": [box(b"M4A ", b"isom")],
    "video/mp4": [box(b"isom", b"mp41"), box(b"mp42")],
    "video/quicktime": [box(b"qt  ")],
    "audio/mpeg": [b"ID3\x04" + bytes(20), FRAME, FRAME + FRAME],
    "audio/amr": [b"#!AMR\n" + bytes(20)],
    "text/html": [b"<!DOCTYPE html>\n<html>", b"\n<!-- x --><HTML lang=zh>", b"<script>var a</script>"],
    "application/xml": [b'<?xml version="1.0"?><error/>'],
    "application/json": [b'{"base_resp": {"ret": -3}}', b"[1, 2]"],
    "text/css": [b'@charset "UTF-8";', b".rich_media { color: red; }", b"/* x */ a{b:c}"],
    "text/plain": ["系统繁忙，请稍后再试".encode(), b"{not json", b"BM and a text"],
    "application/octet-stream": [b"", b"\x00\x01", b"\xff\xfb", b"\xff\xfb\x90\x00" + bytes(600), bytes(100)],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "body"), [(kind, body) for kind, bodies in TYPES.items() for body in bodies])
def test_the_bytes_tell_their_type(kind, body):
    assert media_type(body) == kind


@pytest.mark.parametrize("make", [png, jpeg, gif, bmp, webp_lossy, webp_lossless, webp_extended])
def test_the_header_tells_the_size(make):
    assert image_size(make(640, 401)) == (640, 401)


@pytest.mark.parametrize("make", [png, jpeg, gif, bmp, webp_lossy, webp_lossless, webp_extended])
def test_a_picture_cut_anywhere_is_no_error(make):
    whole = make(640, 401)
    assert {image_size(whole[:length]) for length in range(len(whole))} <= {None, (640, 401)}


@given(some.binary(max_size=64), some.sampled_from([b"", *(bodies[0][:12] for bodies in TYPES.values())]))
def test_any_bytes_have_a_type(body, head):
    assert "/" in media_type(head + body)
    image_size(head + body)


def test_a_character_cut_at_the_end_of_what_is_looked_at_is_still_text():
    assert media_type(("a" + "字" * 600).encode()) == "text/plain"
    assert media_type("简体中文".encode("gb18030")) == "application/octet-stream"


def test_the_placeholder_is_told_by_its_size():
    assert is_hotlink_placeholder(png(470, 349))
    assert not is_hotlink_placeholder(png(470, 350))
    assert not is_hotlink_placeholder(jpeg(470, 349) + bytes(30_000))


def test_a_known_placeholder_is_told_by_its_digest():
    body = gif(1, 1)
    assert not is_hotlink_placeholder(body)
    assert is_hotlink_placeholder(body, known=frozenset({hashlib.sha256(body).hexdigest()}))


def test_real_pictures_have_the_types_that_were_found_by_hand(corpus):
    lines = (corpus / "images" / "MAP.tsv").read_text().splitlines()
    held = [line.split("\t") for line in lines if (corpus / "images" / line.split("\t")[0]).is_file()]
    told = {name: media_type((corpus / "images" / name).read_bytes()) for name, _, _ in held}
    assert told == {name: kind for name, _, kind in held}
    assert len(told) > 90


def test_no_real_picture_is_taken_for_the_placeholder(corpus):
    pictures = [path.read_bytes() for path in (corpus / "images").rglob("*.*") if path.suffix != ".tsv"]
    assert all(image_size(body) for body in pictures)
    assert not any(is_hotlink_placeholder(body) for body in pictures)
