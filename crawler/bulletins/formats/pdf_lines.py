"""The lines of a PDF's page as pdfium breaks them, with their places and type, in points."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.bulletins.formats.flow import Link

HYPHENS = str.maketrans({"\ufffe": "-", "\x02": "-"})  # what pdfium puts for a hyphen at a line's end
BOLD_WEIGHT = 600
BOLD_NAMES = re.compile(r"bold|black|heavy|simhei|heiti|xiaobiaosong|黑体|小标宋", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class PrintedLine:
    """A line of a page, in points from the page's lower left corner."""

    text: str
    page: int
    left: float
    bottom: float
    right: float
    top: float
    size: float
    is_bold: bool
    continues_link: bool = False
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPage:
    """One page: its lines, and how high and wide it is."""

    height: float
    width: float
    lines: list[PrintedLine]
    has_more_links: bool = False  # than are read
    unread: int  # characters that no map gives a meaning


def printed_lines(text_page: pypdfium2.PdfTextPage, number: int) -> Iterator[PrintedLine]:
    """The lines of a page in reading order, as pdfium breaks them, with their boxes and type."""
    count = text_page.count_chars()
    if count <= 0:
        return
    text = text_page.get_text_range(0, count, errors="replace").translate(HYPHENS)
    if len(text) != count:  # characters beyond the basic plane, or without a meaning: look them up singly
        text = "".join(character_at(text_page, index) for index in range(count))
    start = 0
    for row in re.split(r"(\r\n|\r|\n)", text):
        words = row.strip()
        if words:
            first = start + len(row) - len(row.lstrip())
            yield printed_line(text_page, words, first, first + len(words) - 1, number)
        start += len(row)


def character_at(text_page: pypdfium2.PdfTextPage, index: int) -> str:
    """One character; a space where it has no meaning at all."""
    code = pdfium.FPDFText_GetUnicode(text_page.raw, index)
    return (chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " ").translate(HYPHENS)


def printed_line(text_page: pypdfium2.PdfTextPage, words: str, first: int, last: int, number: int) -> PrintedLine:
    """One line with its box and its type, told by three of its characters."""
    middle = (first + last) // 2
    boxes = [loose_box(text_page, index) for index in sorted({first, middle, last})]
    sizes = [font_size(text_page, index) for index in (first, middle, last)]
    return PrintedLine(
        text=words,
        page=number,
        left=min(box[0] for box in boxes),
        bottom=min(box[1] for box in boxes),
        right=max(box[2] for box in boxes),
        top=max(box[3] for box in boxes),
        size=sorted(sizes)[1],
        is_bold=all(is_bold(text_page, index) for index in (first, middle)),
    )


def loose_box(text_page: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float, float]:
    """A character's box by its font's height: left, bottom, right, top."""
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text_page.raw, index, box)
    return box.left, min(box.bottom, box.top), box.right, max(box.bottom, box.top)


def font_size(text_page: pypdfium2.PdfTextPage, index: int) -> float:
    """The size of a character's type in points, as printed."""
    size = pdfium.FPDFText_GetFontSize(text_page.raw, index)
    matrix = pdfium.FS_MATRIX()
    if pdfium.FPDFText_GetMatrix(text_page.raw, index, matrix):
        scale = (matrix.c**2 + matrix.d**2) ** 0.5
        return float(size * scale) if 0 < scale < 1000 else float(size)
    return float(size)


def is_bold(text_page: pypdfium2.PdfTextPage, index: int) -> bool:
    """Whether a character is set in bold type, by its font's weight or name."""
    if pdfium.FPDFText_GetFontWeight(text_page.raw, index) >= BOLD_WEIGHT:
        return True
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(text_page.raw, index, name, 128, flags)
    return 0 < length <= 128 and bool(BOLD_NAMES.search(name.value.decode("utf-8", "replace")))
