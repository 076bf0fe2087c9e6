"""Plain text, Markdown and CSV: printed addresses are replaced where they stand, every other byte stays."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from crawler.mirror.restore.links import Links
from crawler.mirror.restore.rewriting import Rewritten
from crawler.wechat import urls

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A text and how its bytes were written, so that it can be written back the same way."""

    text: str
    encoding: str
    errors: str = "strict"

    def encode(self, text: str) -> bytes:
        """Return a text as bytes of the same kind."""
        return text.encode(self.encoding, self.errors)


def rewrite_text(body: bytes, links: Links) -> Rewritten:
    """Return a text with its printed WeChat addresses leading to the archive.

    An address that was broken over lines is replaced over its whole length, line ends included; encoding, line ends
    and all other bytes stay as they are.
    """
    decoded = decode(body)
    text, pieces, fates, changed, done = decoded.text, [], [], 0, 0
    for found in urls.find_addresses(text):
        begin = links.begin_before(text, found.start)
        cited = text[begin : found.start] + (found.mended.cited_url or found.printed)
        fate = links.fate(cited)
        if fate is None:
            continue
        fates.append(fate)
        if fate.replay_url and begin == found.start:
            pieces += [text[done:begin], fate.replay_url]
            done, changed = found.end, changed + 1
    if not changed:
        return Rewritten(body=body, links=tuple(fates), changed=0)
    pieces.append(text[done:])
    return Rewritten(body=decoded.encode("".join(pieces)), links=tuple(fates), changed=changed)


def decode(body: bytes) -> Decoded:
    """Return the text of these bytes in an encoding that gives the very same bytes back.

    Byte order marks are believed (and stay in the text), then UTF-8 and GB18030 are tried; a text that is neither is
    taken as UTF-8 with its wrong bytes carried through.
    """
    marked = [encoding for mark, encoding in BYTE_ORDER_MARKS if body.startswith(mark)]
    for encoding in (*marked, *_unmarked_utf16(body), "utf-8", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.encode(encoding) == body:
            return Decoded(text=text, encoding=encoding)
    return Decoded(text=body.decode("utf-8", "surrogateescape"), encoding="utf-8", errors="surrogateescape")


def _unmarked_utf16(body: bytes) -> list[str]:
    """Return the UTF-16 that the addresses of a text without a mark are written in."""
    place = body.find(b"h\0t\0t\0p")
    return [] if place < 0 else ["utf-16-be" if place % 2 else "utf-16-le"]
