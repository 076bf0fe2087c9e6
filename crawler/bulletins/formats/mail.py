"""Mail messages (EML) and web pages saved as one file (MHTML): the text, and the documents attached to it."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from crawler.bulletins.formats.flow import Flow
from crawler.bulletins.formats.html import read_html
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.formats.opening import Opening, read_files, together
from crawler.bulletins.formats.quoting import unquoted
from crawler.bulletins.formats.text import decode, read_text
from crawler.bulletins.landmarks import INSTITUTION
from storage.errors import UnreadableBulletin

CHINA = ZoneInfo("Asia/Shanghai")
MOST_PARTS = 1_000


def read_mail(body: bytes, opening: Opening) -> Flow:
    """Return the text of a message and the documents attached to it, as one flow; its day is the day it was sent.

    Raises UnreadableBulletin for a message in which nothing can be read.
    """
    message = parse(body)
    flows = [("", flow) for flow in texts(message, opening)]
    attached, warnings = read_files(list(attachments(message)), opening)
    if not flows and not attached:
        raise UnreadableBulletin(file="", kind="damaged", detail="no text and no document")
    whole = together([*flows, *attached], "message/rfc822")
    subject = header(message, "subject")
    sent = sent_at(message)
    return replace(
        whole,
        title=subject or whole.title,
        issuer=office_of(header(message, "from")),
        published_on=whole.published_on or (sent.astimezone(CHINA).date() if sent else None),
        warnings=(*whole.warnings, *warnings),
    )


def read_mhtml(body: bytes, opening: Opening) -> Flow:
    """Return the page in a web page saved as one file."""
    message = parse(body)
    page = next((part for part in parts(message) if part.get_content_type() == "text/html"), None)
    if page is None:
        raise UnreadableBulletin(file="", kind="damaged", detail="no page")
    return together([("", read_html(page_bytes(page), opening, find=pictures_of(message)))], "multipart/related")


def parse(body: bytes) -> EmailMessage:
    """Return the message that bytes are."""
    try:
        message = email.message_from_bytes(body, policy=default)
    except (MessageError, ValueError, IndexError, RecursionError) as error:
        raise UnreadableBulletin(file="", kind="damaged", detail=str(error)) from error
    return message


def parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts of a message that hold something, in order."""
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            raise UnreadableBulletin(file="", kind="too_complex", detail=f"more than {MOST_PARTS} parts")
        if not part.is_multipart() and isinstance(part, EmailMessage):
            yield part


def texts(message: EmailMessage, opening: Opening) -> list[Flow]:
    """The text of a message: its form in HTML, else the plain one."""
    shown = [part for part in parts(message) if not is_attached(part)]
    pages = [part for part in shown if part.get_content_type() == "text/html"]
    plain = [part for part in shown if part.get_content_type() == "text/plain"]
    find = pictures_of(message)
    flows = [read_html(page_bytes(part), opening, find=find) for part in pages] or [
        read_text(unquoted(decode(page_bytes(part))[0]).encode()) for part in plain
    ]
    return [flow for flow in flows if flow.blocks]


def pictures_of(message: EmailMessage) -> Callable[[str], bytes | None]:
    """What gives the pictures that came with a page, by their addresses in it."""
    found: dict[str, EmailMessage] = {}
    for part in parts(message):
        if part.get_content_maintype() == "image":
            found[header(part, "content-location")] = part
            found["cid:" + header(part, "content-id").strip("<>")] = part
    return lambda address: payload(found[address]) if address in found else None


def attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """The files attached to a message, by their names."""
    for part in parts(message):
        if is_attached(part) and (body := payload(part)):
            yield part.get_filename() or "attachment", body


def is_attached(part: EmailMessage) -> bool:
    """Whether a part is a file of its own; a picture within the text is none."""
    return part.get_filename() is not None and part.get_content_maintype() != "image"


def page_bytes(part: EmailMessage) -> bytes:
    """The text of a part in UTF-8, marked as such, where the part says its encoding; else its bytes."""
    body, charset = payload(part), part.get_content_charset()
    if charset in ("gb2312", "gbk"):
        charset = "gb18030"
    try:
        return b"\xef\xbb\xbf" + body.decode(charset).encode() if charset else body
    except (LookupError, ValueError):  # a charset that nobody knows, with a NUL in its name, or not that of the bytes
        return body


def payload(part: EmailMessage) -> bytes:
    """The bytes of a part."""
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""


def header(message: EmailMessage, name: str) -> str:
    """A header of a message; empty where it is missing or broken."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except (MessageError, ValueError, IndexError, AttributeError):
        return ""


def office_of(sender: str) -> str | None:
    """The office that a message is from, where the sender's name is an office's."""
    name = close_gaps(parseaddr(sender)[0] or sender)
    return name if len(name) > 3 and INSTITUTION.search(name) and "@" not in name else None


def sent_at(message: EmailMessage) -> datetime | None:
    """When a message was sent, where it says so with its zone."""
    try:
        date = message.get("date")
        sent = date.datetime if date is not None else None
    except (MessageError, ValueError, TypeError, IndexError, AttributeError, OverflowError):
        return None
    return sent if isinstance(sent, datetime) and sent.tzinfo else None
