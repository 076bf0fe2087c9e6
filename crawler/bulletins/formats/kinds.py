"""Which kind a file is, told by its content alone; and who reads that kind.

``KINDS`` is the seam for further kinds: a row each. Names are never asked: a PDF called .docx is a PDF.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass

from crawler.bulletins.formats.ole import boxed
from crawler.bulletins.formats.text import decode

SAMPLE = 65_536  # bytes that tell
LONGEST_TYPE = 100  # bytes, of what a zip file says that it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of file. ``reader`` names the module and function that read it; None: not read yet."""

    name: str
    is_it: Callable[[bytes], bool]
    reader: str | None = None
    is_text: bool = False  # text all through: bounded more tightly
    takes_opening: bool = False  # its reader is told how files are opened: those in it, the pictures in it
    is_packed: bool = False  # holds files; is to be unpacked by others
    is_old_office: bool = False  # Word or WPS can save it as something that is read
    converted: str | None = None  # "suffix media/type" of a document that is converted to DOCX and read as that


def begins(*starts: bytes) -> Callable[[bytes], bool]:
    """A test for files that begin with one of these bytes."""
    return lambda body: body.startswith(starts)


def zipped(*members: bytes) -> Callable[[bytes], bool]:
    """A test for zip files that hold a member so named, or say by their first (mimetype) that they are of a type."""
    return lambda body: body.startswith(b"PK\x03\x04") and any(member in contents(body) for member in members)


def office(folder: bytes) -> Callable[[bytes], bool]:
    """A test for documents of Office: zip files with XML, and with a folder of theirs."""
    return lambda body: zipped(folder)(body) and zipped(b".xml")(body)


def contents(body: bytes) -> bytes:
    """What a zip file says itself that it holds, not what the zip files in it say: its type, and its directory.

    Where the directory is missing, its beginning and end: names stand there in the clear too.
    """
    end = body.rfind(b"PK\x05\x06", -SAMPLE)
    if end < 0 or len(body) < end + 16:
        return body[:SAMPLE] + body[-SAMPLE:]
    size = int.from_bytes(body[end + 12 : end + 16], "little")
    stated = body[38 : 38 + LONGEST_TYPE] if body[30:38] == b"mimetype" else b""
    return stated + body[max(end - size, 0) : end]


def is_pdf(body: bytes) -> bool:
    """Whether %PDF- stands among the first 1,024 bytes, as readers allow."""
    return b"%PDF-" in body[:1024]


TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|p|table|ul|ol|span|a\s+href|h[1-6]|meta|title|article|section)\b", re.I
)


def is_html(body: bytes) -> bool:
    """Whether a text begins with markup, or is full of it."""
    sample = sample_of(body)
    tags = TAG.findall(sample[:20_000])
    begins_so = re.match(
        r"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body|[a-z]+[\s>])", sample, re.I | re.S
    )
    return bool(begins_so and tags) or len(tags) >= 10


def is_markdown(body: bytes) -> bool:
    """Whether a text has the headings and links of Markdown."""
    sample = sample_of(body)
    headings = len(re.findall(r"(?m)^#{1,6} +\S", sample)) or len(re.findall(r"(?m)^#{1,6}[^\s#!]", sample)) > 2
    links = len(re.findall(r"\]\(\s*<?(?:https?:)?//?", sample))
    named = re.search(r"(?m)^ {0,3}\[[^\]\n]{1,80}\]:\s*<?https?:", sample) and re.search(
        r"\]\[[^\]\n]{0,80}\]", sample
    )
    return (headings and bool(links)) or headings >= 2 or links >= 2 or bool(named)


def is_table(body: bytes) -> bool:
    """Whether every line of a text has the same number of cells, divided by commas, tabs or semicolons."""
    sample = sample_of(body)
    return any(is_divided(sample, divider) for divider in ",\t;")


def is_divided(sample: str, divider: str) -> bool:
    """Whether a divider cuts the first rows of a text into equally many cells."""
    try:
        rows = [row for row in csv.reader(sample.splitlines()[:200], delimiter=divider) if row][:-1]
    except csv.Error:
        return False
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    return sum(len(row) == len(rows[0]) for row in rows) >= 0.9 * len(rows)


def is_binary(body: bytes) -> bool:
    """Whether a file holds what no text holds."""
    sample = sample_of(body)
    odd = len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]", sample))
    return odd > 0.02 * len(sample)


def sample_of(body: bytes) -> str:
    """The beginning of a file as text."""
    return decode(body[:SAMPLE])[0]


def always(_body: bytes) -> bool:
    """A test that every file passes."""
    return True


def is_message(body: bytes) -> bool:
    """Whether a file begins with the headers of a message."""
    head = body[:SAMPLE]
    return (
        bool(re.match(rb"(?:[A-Za-z-]{2,40}:.*\r?\n(?:[ \t].*\r?\n)*){2,}", head)) and b"mime-version:" in head.lower()
    )


def is_saved_page(body: bytes) -> bool:
    """Whether a message is a web page saved as one file: a page with what belongs to it, sent to nobody."""
    head = re.split(rb"\r?\n\r?\n", body[:SAMPLE], maxsplit=1)[0].lower()
    is_page = b"multipart/related" in head or b"snapshot-content-location" in head or b"saved by" in head
    return is_message(body) and is_page and b"\nto:" not in head


KINDS: tuple[Kind, ...] = (
    Kind(name="PDF", is_it=is_pdf, reader="pdf:read_pdf", takes_opening=True),
    Kind(name="a Word document (.docx)", is_it=office(b"word/"), reader="docx:read_docx", takes_opening=True),
    Kind(name="an Excel workbook (.xlsx)", is_it=office(b"xl/"), reader="xlsx:read_xlsx"),
    Kind(name="a PowerPoint presentation (.pptx)", is_it=office(b"ppt/"), is_old_office=True),
    Kind(name="an OFD document", is_it=zipped(b"OFD.xml"), reader="ofd:read_ofd", takes_opening=True),
    Kind(
        name="an e-book (EPUB)",
        is_it=zipped(b"application/epub+zip", b"META-INF/container.xml"),
        reader="archives:read_epub",
        takes_opening=True,
    ),
    Kind(
        name="an OpenDocument text (.odt)",
        is_it=zipped(b"application/vnd.oasis.opendocument.text"),
        is_old_office=True,
        converted="odt application/vnd.oasis.opendocument.text",
    ),
    Kind(name="an OpenDocument file", is_it=zipped(b"application/vnd.oasis.opendocument"), is_old_office=True),
    Kind(
        name="a ZIP archive",
        is_it=begins(b"PK\x03\x04", b"PK\x05\x06"),
        reader="archives:read_zip",
        takes_opening=True,
    ),
    Kind(
        name="an Outlook message (MSG)",
        is_it=boxed("__properties_version1.0"),
        reader="msg:read_msg",
        takes_opening=True,
    ),
    Kind(
        name="an old Word or WPS document (.doc, .wps)",
        is_it=boxed("WordDocument"),
        is_old_office=True,
        converted="doc application/msword",
    ),
    Kind(name="an old Office or WPS document", is_it=begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), is_old_office=True),
    Kind(name="an RTF document", is_it=begins(b"{\\rtf"), is_old_office=True, converted="rtf application/rtf"),
    Kind(
        name="a RAR, 7z or gzip archive",
        is_it=begins(b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ"),
        is_packed=True,
    ),
    Kind(
        name="a picture",
        is_it=begins(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF", b"\0\0\1\0"),
    ),
    Kind(name="a program", is_it=begins(b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")),
    Kind(name="a film or a sound", is_it=lambda body: body[4:8] == b"ftyp" or body.startswith((b"ID3", b"OggS"))),
    Kind(name="a saved web archive (MHTML)", is_it=is_saved_page, reader="mail:read_mhtml", takes_opening=True),
    Kind(name="a mail message (EML)", is_it=is_message, reader="mail:read_mail", takes_opening=True),
    Kind(name="HTML", is_it=is_html, reader="html:read_html", is_text=True, takes_opening=True),
    Kind(name="binary data", is_it=is_binary),
    Kind(name="a table (CSV)", is_it=is_table, reader="sheet:read_csv", is_text=True),
    Kind(name="Markdown", is_it=is_markdown, reader="markdown:read_markdown", is_text=True),
    Kind(name="plain text", is_it=always, reader="text:read_text", is_text=True),
)
