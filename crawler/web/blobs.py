"""Kept bytes over HTTP: with the type that the bytes show, in parts where a player asks for parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

BLOCK = 256 * 1024
YEAR = "public, max-age=31536000, immutable"
# Opened by itself, a drawing is a document: it gets no script, no form and no address either.
ASSET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

MAGIC: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.S), media_type)
    for pattern, media_type in (
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF....WEBP", "image/webp"),
        (rb"RIFF....WAVE", "audio/wav"),
        (rb"BM.{4}\x00\x00\x00\x00", "image/bmp"),
        (rb"\x00\x00\x01\x00.\x00", "image/x-icon"),
        (rb"....ftypavi[fs]", "image/avif"),
        (rb"....ftypM4A", "audio/mp4"),
        (rb"....ftyp", "video/mp4"),
        (rb"\x1aE\xdf\xa3", "video/webm"),
        (rb"OggS", "audio/ogg"),
        (rb"#!AMR", "audio/amr"),
        (rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "audio/mpeg"),
        (rb"\xff[\xf0\xf1\xf8\xf9]", "audio/aac"),
        (
            rb"\xef?\xbb?\xbf?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]",
            "image/svg+xml",
        ),
    )
)
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def shown_type(head: bytes) -> str | None:
    """The media type of bytes that may be shown in a page, told from their beginning; None: they may not."""
    return next((media_type for pattern, media_type in MAGIC if pattern.match(head)), None)


def asset_response(request: Request, stream: BinaryIO) -> Response:
    """Answer with a picture, sound or film, or the part of it that is asked for; other bytes as a download."""
    head = stream.read(1024)
    media_type = shown_type(head)
    total = stream.seek(0, 2)
    headers = {"Cache-Control": YEAR, "Content-Security-Policy": ASSET_POLICY, "Accept-Ranges": "bytes"}
    if media_type is None:
        headers["Content-Disposition"] = "attachment"
    first, last = 0, total - 1
    status = 200
    if asked := RANGE.fullmatch(request.headers.get("range", "").strip()):
        bounds = _bounds(asked.group(1), asked.group(2), total)
        if bounds is None:
            stream.close()
            return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{total}"})
        first, last = bounds
        status = 206
        headers["Content-Range"] = f"bytes {first}-{last}/{total}"
    headers["Content-Length"] = str(last - first + 1)
    return StreamingResponse(
        _part(stream, first, last), status, headers, media_type=media_type or "application/octet-stream"
    )


def _bounds(first: str, last: str, total: int) -> tuple[int, int] | None:
    """The first and last byte that a Range header asks for; None when there are no such bytes."""
    if not first and not last:
        return 0, total - 1
    if not first:
        begin, end = max(0, total - int(last)), total - 1
    else:
        begin, end = int(first), min(int(last) if last else total - 1, total - 1)
    return (begin, end) if begin <= end and total else None


def _part(stream: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    with stream:
        stream.seek(first)
        left = last - first + 1
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            left -= len(block)
            yield block


def download(body: bytes, name: str) -> Response:
    """Answer with bytes that are saved, never shown."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "page"
    return Response(
        body,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
