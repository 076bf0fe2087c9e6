"""Outlook messages (MSG): subject, sender, day, the text in its best form, and the documents attached ([MS-OXMSG]).

A message is a compound file: each property of it is a stream named by its number and type, those of fixed length
stand together in one stream. An attachment is a storage with properties of its own; an attached message is a storage
within that.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from crawler.bulletins.formats.flow import Flow
from crawler.bulletins.formats.html import read_html
from crawler.bulletins.formats.mail import CHINA, MOST_PARTS, office_of
from crawler.bulletins.formats.ole import Box
from crawler.bulletins.formats.opening import DEEPEST, Opening, read_files, read_flow, together
from crawler.bulletins.formats.rtf import from_html, unpack_rtf
from crawler.bulletins.formats.text import read_text
from storage.errors import UnreadableBulletin

MEDIA_TYPE = "application/vnd.ms-outlook"
BOM = b"\xef\xbb\xbf"
UNICODE, ANSI, BINARY, TIME = "001F", "001E", "0102", 0x0040
SUBJECT, SENDER, BODY, RTF, HTML = "0037", "0C1A", "1000", "1009", "1013"
SUBMITTED, DELIVERED, PAGE_OF_HTML, PAGE = 0x0039, 0x0E06, 0x3FDE, 0x3FFD
DATA, NAME, SHORT_NAME, CONTENT_ID, EMBEDDED = "3701", "3707", "3704", "3712", "3701000D"
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)  # of Windows' time, which counts tenths of microseconds
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emz", ".wmz")
CODE_PAGES = {936: "gb18030", 54936: "gb18030", 950: "big5", 65001: "utf-8", 1200: "utf-16-le"}


def read_msg(body: bytes, opening: Opening) -> Flow:
    """Return the text of a message and the documents attached to it, as one flow; its day is the day it was sent.

    Raises UnreadableBulletin for a message in which nothing can be read.
    """
    return read_message(Message(Box(body)), opening)


def read_message(message: Message, opening: Opening) -> Flow:
    """The flow of a message, or of one attached to another."""
    text = message.text(opening)
    attached, warnings = read_files(list(message.files()), opening)
    for inner in message.messages():
        if opening.depth >= DEEPEST:
            raise UnreadableBulletin(file="", kind="too_complex", detail="messages within messages")
        attached.append((inner.said(SUBJECT), read_message(inner, replace(opening, depth=opening.depth + 1))))
    if text is None and not attached:
        raise UnreadableBulletin(file="", kind="damaged", detail="no text and no document")
    whole = together([*([("", text)] if text else []), *attached], MEDIA_TYPE)
    return replace(
        whole,
        title=" ".join(message.said(SUBJECT).split()) or whole.title,
        issuer=office_of(message.said(SENDER)),
        published_on=whole.published_on or (sent.astimezone(CHINA).date() if (sent := message.sent_at()) else None),
        warnings=(*whole.warnings, *warnings),
    )


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a compound file: the file's own, or one attached, whose streams lie below a storage."""

    box: Box
    within: str = ""

    def said(self, number: str, below: str = "") -> str:
        """A property that is text; empty where there is none."""
        place = f"{self.within}{below}__substg1.0_{number}"
        if found := self.box.read(place + UNICODE):
            return found.decode("utf-16-le", "replace").rstrip("\0")
        return self.box.read(place + ANSI).decode(self.encoding(PAGE), "replace").rstrip("\0")

    def encoding(self, number: int) -> str:
        """The encoding that a property names by its code page; that of Chinese Windows where it names none."""
        value = self.fixed().get(number, b"")[:4]
        page = struct.unpack("<I", value)[0] if len(value) == 4 else 936
        encoding = CODE_PAGES.get(page, f"cp{page}")
        try:
            "".encode(encoding)
        except LookupError:
            return "gb18030"
        return encoding

    def fixed(self) -> dict[int, bytes]:
        """The properties of fixed length, by their number."""
        stream = self.box.read(f"{self.within}__properties_version1.0")
        head = 24 if self.within else 32
        rows = (stream[place : place + 16] for place in range(head, len(stream) - 15, 16))
        return {struct.unpack_from("<H", row, 2)[0]: row[8:] for row in rows}

    def sent_at(self) -> datetime | None:
        """When the message was sent, else when it came."""
        fixed = self.fixed()
        for number in (SUBMITTED, DELIVERED):
            if ticks := int.from_bytes(fixed.get(number, b""), "little"):
                with suppress(OverflowError):
                    return EPOCH + timedelta(microseconds=ticks // 10)
        return None

    def text(self, opening: Opening) -> Flow | None:
        """The message's text, of its forms the one that has the links: HTML, HTML within RTF, plain, RTF."""
        html = self.box.read(f"{self.within}__substg1.0_{HTML}{BINARY}")
        if html:
            return filled(read_html(marked(html, self.encoding(PAGE_OF_HTML)), opening))
        if said := self.said(HTML):
            return filled(read_html(BOM + said.encode("utf-8", "replace"), opening))
        rtf = unpack_rtf(self.box.read(f"{self.within}__substg1.0_{RTF}{BINARY}"))
        if page := from_html(rtf):
            return filled(read_html(BOM + page.encode("utf-8", "replace"), opening))
        if said := self.said(BODY).strip():
            return filled(read_text(BOM + said.encode("utf-8", "replace")))
        if rtf and opening.convert:
            with suppress(UnreadableBulletin):
                return filled(read_flow(rtf, opening))
        return None

    def storages(self) -> Iterator[str]:
        """The attachments' storages, in order."""
        depth = self.within.count("/")
        found = sorted(
            name
            for name in self.box.names
            if name.startswith(f"{self.within.lower()}__attach_version1.0_") and name.count("/") == depth
        )
        if len(found) > MOST_PARTS:
            raise UnreadableBulletin(file="", kind="too_complex", detail=f"more than {MOST_PARTS} attachments")
        yield from (f"{name}/" for name in found)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The files attached, by their names; pictures within the text are none."""
        for storage in self.storages():
            below = storage.removeprefix(self.within.lower())
            name = self.said(NAME, below) or self.said(SHORT_NAME, below)
            if name.lower().endswith(PICTURES):
                continue
            if body := self.box.read(f"{storage}__substg1.0_{DATA}{BINARY}"):
                yield name or "attachment", body

    def messages(self) -> Iterator[Message]:
        """The messages attached."""
        for storage in self.storages():
            inner = f"{storage}__substg1.0_{EMBEDDED.lower()}"
            if f"{inner}/__properties_version1.0" in self.box.names:
                yield Message(self.box, f"{inner}/")


def marked(page: bytes, encoding: str) -> bytes:
    """A page in UTF-8, marked as such, where it is in the encoding that the message states; else as it is."""
    try:
        return BOM + page.decode(encoding).encode()
    except UnicodeError:
        return page


def filled(flow: Flow) -> Flow | None:
    """A flow that says something."""
    return flow if flow.blocks else None
