"""Mail messages (EML) and web pages saved as one file (MHTML): the text, and the documents attached to it."""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from zoneinfo import ZoneInfo

from crawler.bulletins.formats.flow import Flow
from crawler.bulletins.formats.html import read_html
from crawler.bulletins.formats.opening import read_files, together
from crawler.bulletins.formats.text import read_text
from storage.errors import UnreadableBulletin

CHINA = ZoneInfo("Asia/Shanghai")
MOST_PARTS = 1_000


def read_mail(body: bytes, depth: int) -> Flow:
    """Return the text of a message and the documents attached to it, as one flow; its day is the day it was sent.

    Raises UnreadableBulletin for a message in which nothing can be read.
    """
    message = parse(body)
    flows = [("", flow) for flow in texts(message)]
    attached, warnings = read_files(list(attachments(message)), depth)
    if not flows and not attached:
        raise UnreadableBulletin(file="", kind="damaged", detail="no text and no document")
    whole = together([*flows, *attached], "message/rfc822")
    subject = header(message, "subject")
    sent = sent_at(message)
    return replace(
        whole,
        title=subject or whole.title,
        published_on=whole.published_on or (sent.astimezone(CHINA).date() if sent else None),
        warnings=(*whole.warnings, *warnings),
    )


def read_mhtml(body: bytes) -> Flow:
    """Return the page in a web page saved as one file."""
    page = next((part for part in parts(parse(body)) if part.get_content_type() == "text/html"), None)
    if page is None:
        raise UnreadableBulletin(file="", kind="damaged", detail="no page")
    return together([("", read_html(page_bytes(page)))], "multipart/related")


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


def texts(message: EmailMessage) -> list[Flow]:
    """The text of a message: its form in HTML, else the plain one."""
    shown = [part for part in parts(message) if not is_attached(part)]
    pages = [part for part in shown if part.get_content_type() == "text/html"]
    plain = [part for part in shown if part.get_content_type() == "text/plain"]
    flows = [read_html(page_bytes(part)) for part in pages] or [read_text(page_bytes(part)) for part in plain]
    return [flow for flow in flows if flow.blocks]


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
    except (LookupError, UnicodeError):
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


def sent_at(message: EmailMessage) -> datetime | None:
    """When a message was sent, where it says so with its zone."""
    try:
        date = message.get("date")
        sent = date.datetime if date is not None else None
    except (MessageError, ValueError, TypeError, IndexError, AttributeError):
        return None
    return sent if isinstance(sent, datetime) and sent.tzinfo else None
