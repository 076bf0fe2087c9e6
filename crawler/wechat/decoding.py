"""A page's bytes into text: by byte order mark, header and meta, UTF-8 by default, GB18030 where that is what it is.

Pages are UTF-8 (docs/wechat.md, frames); what differs comes from other hands: pages saved by old browsers in GBK, a
wrong charset in a header, a page cut in the middle of a character. No bytes are refused.
"""

from __future__ import annotations

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_DECLARED_WITHIN = 8192
_WORST_UTF8 = 0.01  # more broken characters than this, and it is not UTF-8 that was damaged

# Only these are believed: Python knows codecs that are no charsets (rot13, unicode_escape). The Chinese ones are
# read as GB18030, which holds them all.
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "gb_2312-80": "gb18030",
    "big5": "big5",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}


def decode(body: bytes, content_type: str | None = None) -> tuple[str, bytes]:
    """Return the text of a page, and the same in UTF-8 (nearly always the bytes that came).

    What is broken becomes U+FFFD; nothing is raised.
    """
    text = _marked(body)
    if text is None:
        try:
            return body.decode("utf-8"), body
        except UnicodeDecodeError:
            text = _decode_other(body, _declared_charset(body, content_type))
    return text, text.encode("utf-8", "replace")


def _marked(body: bytes) -> str | None:
    """The text of a page with a byte order mark."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    return None


def _declared_charset(body: bytes, content_type: str | None) -> str | None:
    header = _HEADER.search(content_type or "")
    meta = _DECLARED.search(body, 0, _DECLARED_WITHIN)
    names = [header[1] if header else "", meta[1].decode("ascii") if meta else ""]
    return next((_CHARSETS[name.lower()] for name in names if name.lower() in _CHARSETS), None)


def _decode_other(body: bytes, declared: str | None) -> str:
    """Return the text of bytes that are not clean UTF-8."""
    damaged = body.decode("utf-8", "replace")
    if declared in (None, "utf-8") and damaged.count("\ufffd") <= _WORST_UTF8 * len(damaged):
        return damaged
    for charset in (declared, "gb18030"):
        if charset and charset != "utf-8":
            try:
                return body.decode(charset)
            except UnicodeDecodeError:
                continue
    if declared and declared != "utf-8":
        return body.decode(declared, "replace")
    return damaged
