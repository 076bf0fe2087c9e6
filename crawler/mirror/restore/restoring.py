"""Restoring: a bulletin's bytes in, the same bulletin out, its links to WeChat leading to the archive.

Which document it is, is told from its bytes. A bulletin that nothing is changed in comes back byte for byte.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date

from crawler.mirror.restore.html import rewrite_html
from crawler.mirror.restore.links import Links, PlaceOfCopy, RestoredLink, read_base_url
from crawler.mirror.restore.rewriting import Caution, Rewritten
from crawler.mirror.restore.text import decode, rewrite_text
from storage.archive import Archive
from storage.errors import UnreadableBulletin

MOST_BYTES = 256 * 1024 * 1024
HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype\s+html|html|head|body|title|meta|div|p|a|table|h[1-6]|ul|ol)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # in no text
OTHER_KINDS = (  # how it begins, what stands in it, what it is
    (b"PK\x03\x04", b"word/document", "a Word document (.docx)"),
    (b"PK\x03\x04", b"xl/workbook", "an Excel workbook (.xlsx)"),
    (b"PK\x03\x04", b"", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", b"", "an old Office or WPS document"),
    (b"{\\rtf", b"", "an RTF document"),
    (b"\x89PNG", b"", "a picture"),
    (b"\xff\xd8\xff", b"", "a picture"),
    (b"GIF8", b"", "a picture"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A restored bulletin: its bytes, the fate of each of its links in their order, how many places were changed."""

    body: bytes
    media_type: str
    links: tuple[RestoredLink, ...]
    changed: int
    cautions: tuple[Caution, ...] = ()


def restore(
    archive: Archive,
    body: bytes,
    file: str,
    *,
    base_url: str | None,
    only_gone: bool = False,
    published_on: date | None = None,
    place_of: PlaceOfCopy | None = None,
) -> Restored:
    """Return the bulletin with its WeChat links leading to the reading room at ``base_url``, or to ``place_of``.

    ``only_gone`` leaves the links whose articles can still be read at WeChat. The bulletin's day decides which of
    several snapshots is meant: the archive's, where these very bytes are kept, else ``published_on``.
    Raises WrongBaseURL, UnreadableBulletin.
    """
    media_type = tell_kind(body, file)
    links = Links(
        archive,
        read_base_url(base_url) if base_url is not None else None,
        published_on=archived_day(archive, body) or published_on,
        only_gone=only_gone,
        place_of=place_of,
    )
    rewritten = rewrite(body, file, media_type, links)
    cautions = rewritten.cautions if rewritten.links else (*rewritten.cautions, Caution.NO_LINKS)
    return Restored(
        body=rewritten.body,
        media_type=media_type,
        links=rewritten.links,
        changed=rewritten.changed,
        cautions=cautions,
    )


def rewrite(body: bytes, file: str, media_type: str, links: Links) -> Rewritten:
    """Return the document with its links rewritten, as its kind wants it."""
    if media_type == "application/pdf":
        from crawler.mirror.restore.pdf import rewrite_pdf  # pikepdf and pdfium take a quarter of a second to load

        return rewrite_pdf(body, file, links)
    return rewrite_html(body, links) if media_type == "text/html" else rewrite_text(body, links)


def tell_kind(body: bytes, file: str) -> str:
    """Return the document's media type, told from its bytes. Raises UnreadableBulletin."""
    if not body:
        raise UnreadableBulletin(file=file, kind="empty")
    if b"%PDF-" in body[:1024]:
        return "application/pdf"
    if other := next((name for start, within, name in OTHER_KINDS if body.startswith(start) and within in body), None):
        raise UnreadableBulletin(file=file, kind="not_restorable", detail=other)
    start = decode(body).text[:4096].removeprefix("\ufeff")
    if CONTROL.search(start):
        raise UnreadableBulletin(file=file, kind="not_restorable", detail="binary data")
    return "text/html" if HTML_START.match(start) else "text/plain"


def archived_day(archive: Archive, body: bytes) -> date | None:
    """Return the day of the kept bulletin that has these very bytes; None where none has."""
    return archive.published_on(hashlib.sha256(body).hexdigest())
