"""The HTML part of an MHTML file, as browsers and exporters save pages.

Only the headers are parsed, by the standard library; the parts themselves are found by their boundary, so that
megabytes of pictures are stepped over (docs/wechat.md, forms).
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

_MULTIPART = re.compile(rb"content-type:\s*multipart/related", re.IGNORECASE)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*+<")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_HEAD_WITHIN = 65536  # characters in which the headers of a file or part end
MAX_PARTS = 5_000


@dataclass(frozen=True, slots=True)
class HtmlPart:
    """The page inside an MHTML file: its bytes, decoded from transfer, and what its headers say."""

    body: bytes
    location: str | None
    content_type: str | None


def find_html_part(body: bytes) -> HtmlPart | None:
    """Return the first HTML part, or None where the bytes are no MHTML file."""
    if _MARKUP.match(body):
        return None  # a page, in a hundredth of the time that looking for headers takes
    head_end = _BLANK_LINE.search(body, 0, _HEAD_WITHIN)
    if not head_end or not _MULTIPART.search(body, 0, head_end.end()):
        return None
    boundary = _read_headers(body[: head_end.end()]).get_boundary()
    if not boundary:
        return None
    delimiter = b"--" + boundary.encode("latin-1", "replace")
    start = body.find(delimiter, head_end.start())
    for _ in range(MAX_PARTS):
        if start < 0:
            break
        end = body.find(b"\n" + delimiter, start + len(delimiter))
        part = _read_part(body, start + len(delimiter), end if end >= 0 else len(body))
        if part:
            return part
        start = end + 1 if end >= 0 else -1
    return None


def _read_part(body: bytes, start: int, end: int) -> HtmlPart | None:
    head_end = _BLANK_LINE.search(body, start, min(end, start + _HEAD_WITHIN))
    if not head_end:
        return None
    headers = _read_headers(body[start : head_end.start()].lstrip())
    content = body[head_end.end() : end]
    if headers.get_content_type() != "text/html" and not (
        headers.get_content_maintype() == "text" and content.lstrip()[:9].lower() in (b"<!doctype", b"<html><he")
    ):
        return None
    location = re.sub(r"\s+", "", str(headers["Content-Location"] or ""))
    return HtmlPart(
        _decode_transfer(content, str(headers["Content-Transfer-Encoding"] or "")),
        location or None,
        headers["Content-Type"],
    )


def _read_headers(lines: bytes) -> Message:
    return BytesParser(policy=compat32).parsebytes(lines, headersonly=True)


def _decode_transfer(content: bytes, encoding: str) -> bytes:
    encoding = encoding.strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(content)
    if encoding == "base64":
        try:
            return binascii.a2b_base64(content + b"===")
        except binascii.Error:  # one character too many: a file cut short
            return binascii.a2b_base64(content.rstrip(b"\r\n-=")[:-1] + b"===")
    return content
