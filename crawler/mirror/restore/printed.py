"""WeChat addresses printed on the pages of a PDF, and the rectangles that they fill. Read with pdfium."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

from crawler.wechat import urls

LINE_OVERLAP = 0.5  # characters whose heights share this much stand on one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on a page, in points, from the page's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        """Whether the two have an area in common."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )

    def joined(self, other: Box) -> Box:
        """The smallest rectangle around both."""
        return Box(
            left=min(self.left, other.left),
            bottom=min(self.bottom, other.bottom),
            right=max(self.right, other.right),
            top=max(self.top, other.top),
        )

    def is_beside(self, other: Box) -> bool:
        """Whether the two stand on one line of text."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        return shared >= LINE_OVERLAP * min(self.top - self.bottom, other.top - other.bottom)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedAddress:
    """An article's address as it is printed, mended over its line breaks. ``page`` counts from 0."""

    url: str
    page: int
    boxes: tuple[Box, ...]  # one a line


def find_printed(body: bytes, pages: int) -> list[PrintedAddress]:
    """Return the articles' addresses printed in a PDF, page by page.

    None where pdfium cannot open it, or counts other ``pages`` than qpdf does: of a damaged file, the two may see
    different ones.
    """
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError:
        return []
    with document:
        if len(document) != pages:
            return []
        return [address for number in range(pages) for address in find_on_page(document, number)]


def find_on_page(document: pypdfium2.PdfDocument, number: int) -> list[PrintedAddress]:
    """Return the articles' addresses printed on one page; none on a page that pdfium cannot read."""
    try:
        page = document[number]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        return []
    try:
        text = read_characters(text_page)
        return [
            PrintedAddress(url=found.mended.cited_url, page=number, boxes=lines_of(text_page, found.start, found.end))
            for found in urls.find_addresses(text)
            if found.mended.address
        ]
    finally:
        text_page.close()
        page.close()


def read_characters(text_page: pypdfium2.PdfTextPage) -> str:
    """Return a page's text in which each character's place is its index in pdfium's list.

    ``get_text_range`` is fast but may leave characters out; it decides whether the slow way is worth its time.
    """
    if "weixin" not in "".join(text_page.get_text_range().split()).lower():
        return ""
    codes = (raw.FPDFText_GetUnicode(text_page, index) for index in range(text_page.count_chars()))
    return "".join(chr(code) if code else " " for code in codes)


def lines_of(text_page: pypdfium2.PdfTextPage, start: int, end: int) -> tuple[Box, ...]:
    """Return the rectangles of these characters, one a line; empty ones (line ends, blanks) are passed over."""
    lines: list[Box] = []
    for index in range(start, end):
        left, bottom, right, top = text_page.get_charbox(index, loose=True)
        if left >= right or bottom >= top:
            continue
        box = Box(left=left, bottom=bottom, right=right, top=top)
        if lines and lines[-1].is_beside(box):
            lines[-1] = lines[-1].joined(box)
        else:
            lines.append(box)
    return tuple(lines)
