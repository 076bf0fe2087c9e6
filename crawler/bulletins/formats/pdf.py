"""PDF by pdfium: lines with their places and type, and link annotations with the text that lies under them.

The rectangle of an annotation decides which line a link belongs to; rectangles of one address that follow each other
are one link over several lines. Running heads and page numbers are told by coming again at the same height. What the
lines amount to (titles, paragraphs) is decided by ``layout``, as for plain text.

pdfium is not safe in threads: one lock guards it. Facts of the library: docs/bulletins.md, PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from threading import Lock

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.bulletins.formats.addresses import with_printed_links
from crawler.bulletins.formats.flow import Flow
from crawler.bulletins.formats.layout import to_blocks
from crawler.bulletins.formats.opening import Opening
from crawler.bulletins.formats.pdf_aligned import aligned_grids
from crawler.bulletins.formats.pdf_bounds import Bounds
from crawler.bulletins.formats.pdf_codes import MOST_OBJECTS, Looker
from crawler.bulletins.formats.pdf_columns import Strip, in_order, strip_of
from crawler.bulletins.formats.pdf_drawings import drawings_of
from crawler.bulletins.formats.pdf_lines import Characters, PrintedPage, open_upright
from crawler.bulletins.formats.pdf_links import MOST_LINKS_A_PAGE, attach_all, link_annotations
from crawler.bulletins.formats.pdf_measures import measured, without_furniture
from crawler.bulletins.formats.pdf_rows import printed_rows, row_readers, text_of
from crawler.bulletins.formats.pdf_rules import Rules, drawn_rules, find_grids, without_underlines
from crawler.bulletins.formats.pdf_tables import ADDRESS, read_tables, with_tables
from storage.errors import UnreadableBulletin

MOST_PAGES = 2_000
MOST_CHARACTERS = 5_000_000
PDFIUM = Lock()
NO_TEXT = re.compile(r"[\x00-\x1f\ufffd\ue000-\uf8ff]")  # what comes out of fonts without a map to characters


def read_pdf(body: bytes, opening: Opening | None = None) -> Flow:
    """Return the flow of a PDF.

    Raises UnreadableBulletin (its file name to be filled in by the caller) for what cannot be opened.
    """
    with PDFIUM, closing(open_document(body)) as document, closing(Bounds(body)) as bounds:
        if bounds.unfolds_too_far():
            raise UnreadableBulletin(file="", kind="too_complex", detail="drawings within drawings")
        looker = Looker(bounds, is_wanted=opening is None or opening.pictures)
        pages = list(PageReader(document, looker).read_all())
        title = document.get_metadata_value("Title").strip()
    lines = with_printed_links(measured(without_furniture(pages)))
    return Flow(
        media_type="application/pdf",
        blocks=tuple(to_blocks(lines)),
        title=title if is_title(title) else None,
        warnings=tuple(warnings_of(pages)),
        unread_pictures=looker.unread,
    )


def open_document(body: bytes) -> pypdfium2.PdfDocument:
    """Open a PDF, or say why it cannot be opened."""
    try:
        document = pypdfium2.PdfDocument(body)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise UnreadableBulletin(
            file="", kind="password" if is_locked else "damaged", detail="not a whole PDF"
        ) from error
    if count == 0:
        raise UnreadableBulletin(file="", kind="damaged", detail="no pages")
    if count > MOST_PAGES:
        raise UnreadableBulletin(file="", kind="too_large", detail=f"{count} pages")
    return document


def is_title(stated: str) -> bool:
    """Whether the title that a PDF states is one, not the name of the file that it was printed from."""
    return bool(stated) and not re.search(
        r"\.(?:docx?|wps|pdf|html?|txt|indd)$|^(?:untitled|microsoft|文档|无标题)", stated, re.I
    )


def warnings_of(pages: Sequence[PrintedPage]) -> Iterator[str]:
    """What a person should know of the reading."""
    for number, page in enumerate(pages, 1):
        length = sum(len(line.text) for line in page.lines)
        if page.unread > max(5, 0.2 * length):
            yield f"unreadable_text:{number}"
        if page.has_more_links:
            yield f"too_many_links:{number}"


@dataclass(slots=True)
class PageReader:
    """Reads page after page; what one page tells of the next, its columns, is held here."""

    document: pypdfium2.PdfDocument
    looker: Looker
    strip: Strip | None = None

    def read_all(self) -> Iterator[PrintedPage]:
        """Read the pages; one that is broken is an empty one.

        A page stays open until the next one is: pdfium drops a font with the last page that uses it, and loading fonts
        anew took a third of the time.
        """
        characters, last = 0, None
        for number in range(len(self.document)):
            try:
                page = self.document[number]
            except pypdfium2.PdfiumError:
                yield PrintedPage(height=1, width=1, lines=[], unread=0)
                continue
            printed = self.read(page, number + 1)
            if last is not None:
                last.close()
            last = page
            characters += sum(len(line.text) for line in printed.lines)
            if characters > MOST_CHARACTERS:
                raise UnreadableBulletin(file="", kind="too_large", detail=f"more than {MOST_CHARACTERS} characters")
            yield printed

    def read(self, page: pypdfium2.PdfPage, number: int) -> PrintedPage:
        """The lines of a page with their links and codes."""
        text_page, turn = open_upright(page)
        width, height = page.get_size()
        text = text_of(text_page)
        found = link_annotations(self.document, page, turn)
        drawings = list(drawings_of(page, MOST_OBJECTS))
        rules = drawn_rules(drawings, turn) if found or ADDRESS.search(text) else Rules()
        rules = without_underlines(rules, [(link.left, link.bottom, link.right, link.top) for link in found])
        grids = find_grids(rules)
        readers = list(row_readers(text, Characters(text_page, turn), number))
        rows = printed_rows(readers, grids)
        strip = strip_of(rows, height, self.strip)
        if aligned := aligned_grids(rows, found, rules, grids, in_columns=strip is not None):
            grids += aligned
            rows = printed_rows(readers, grids)
        rows, tables = read_tables(rows, grids, found)
        strip = strip_of(rows, height, self.strip) if grids else strip
        self.strip = strip or self.strip
        lines = with_tables(in_order(rows, strip), tables)
        attach_all(found, lines, text_page, number)
        self.looker.look(page, number, lines, turn, drawings)
        unread = sum(len(NO_TEXT.findall(line.text)) for line in lines)
        text_page.close()
        return PrintedPage(
            height=height, width=width, lines=lines, unread=unread, has_more_links=len(found) >= MOST_LINKS_A_PAGE
        )
