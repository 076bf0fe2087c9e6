"""What a line of a PDF's page is, which way a page is turned, and what pdfium says of single characters, in points."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from dataclasses import dataclass, field
from math import pi

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.bulletins.formats.flow import Link

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points
SAMPLED = 40  # characters of a page that tell how it is turned
HYPHENS = str.maketrans({"\ufffe": "-", "\x02": "-"})  # what pdfium puts for a hyphen at a line's end
BOLD_WEIGHT = 600
BOLD_NAMES = re.compile(r"bold|black|heavy|simhei|heiti|xiaobiaosong|黑体|小标宋", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where a line stands in a table: by number, and the edges of its columns and of its row, in points."""

    table: int  # of the page
    row: int
    column: int
    columns: tuple[float, ...]
    low: float
    high: float


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
    column: tuple[float, float] | None = None  # the edges of its column, where the page has columns
    opens_column: bool = False
    cell: Cell | None = None  # of a table whose rows are items
    opens_cell: bool = False  # of a table whose cells are items
    lead: str | None = None  # the words in bold with which it begins, where others follow
    gaps: tuple[tuple[float, float], ...] = ()  # within it, that nobody typed: where each begins and ends
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPage:
    """One page: its lines, and how high and wide it is."""

    height: float
    width: float
    lines: list[PrintedLine]
    has_more_links: bool = False  # than are read
    unread: int  # characters that no map gives a meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What pdfium gives as one line, and the pieces of it that stand apart: over columns it is several lines."""

    line: PrintedLine
    pieces: list[PrintedLine]


@dataclass(frozen=True, slots=True)
class Turn:
    """How a page is turned so that its text stands upright: clockwise quarters, and its size before that."""

    quarters: int = 0
    width: float = 0.0
    height: float = 0.0

    def box(self, box: Box) -> Box:
        """A box of the page as it lies, once the page is turned."""
        left, bottom, right, top = box
        if self.quarters == 1:
            return bottom, self.width - right, top, self.width - left
        if self.quarters == 2:
            return self.width - right, self.height - top, self.width - left, self.height - bottom
        if self.quarters == 3:
            return self.height - top, left, self.height - bottom, right
        return box


AS_IT_LIES = Turn()


def open_upright(page: pypdfium2.PdfPage) -> tuple[pypdfium2.PdfTextPage, Turn]:
    """The text of a page, read the way in which most of it runs: pages lie on their side, or say that they do.

    pdfium gives lines in the order in which they are seen, and boxes as the page lies.
    """
    text_page = page.get_textpage()
    quarters = direction(text_page)
    if quarters == 0 and page.get_rotation() == 0:
        return text_page, AS_IT_LIES
    text_page.close()
    page.set_rotation(0)
    width, height = page.get_size()
    page.set_rotation(90 * quarters)
    return page.get_textpage(), Turn(quarters, width, height)


def direction(text_page: pypdfium2.PdfTextPage) -> int:
    """By how many quarters most of a page's text is turned against the clock."""
    count = text_page.count_chars()
    step = max(1, count // SAMPLED)
    angles = [pdfium.FPDFText_GetCharAngle(text_page.raw, index) for index in range(0, max(count, 0), step)]
    quarters = Counter(round(angle / (pi / 2)) % 4 for angle in angles if angle >= 0)
    return quarters.most_common(1)[0][0] if quarters else 0


def character_at(text_page: pypdfium2.PdfTextPage, index: int) -> str:
    """One character; a space where it has no meaning at all."""
    code = pdfium.FPDFText_GetUnicode(text_page.raw, index)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def loose_box(text_page: pypdfium2.PdfTextPage, index: int) -> Box:
    """A character's box by its font's height: left, bottom, right, top."""
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text_page.raw, index, box)
    left, right = sorted((box.left, box.right))
    bottom, top = sorted((box.bottom, box.top))
    return left, bottom, right, top


def font_size(text_page: pypdfium2.PdfTextPage, index: int) -> float:
    """The size of a character's type in points, as printed."""
    size = pdfium.FPDFText_GetFontSize(text_page.raw, index)
    matrix = pdfium.FS_MATRIX()
    if pdfium.FPDFText_GetMatrix(text_page.raw, index, matrix):
        scale = (matrix.c**2 + matrix.d**2) ** 0.5
        return float(size * scale) if 0 < scale < 1000 else float(size)
    return float(size)


def is_bold(text_page: pypdfium2.PdfTextPage, index: int) -> bool:
    """Whether a character is set in bold type: by its font's weight or name, or drawn with a line around it.

    Word and WPS draw so where a font (SimSun, KaiTi) has no bold of its own.
    """
    drawn = pdfium.FPDFText_GetTextObject(text_page.raw, index)
    if drawn and pdfium.FPDFTextObj_GetTextRenderMode(drawn) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE:
        return True
    if pdfium.FPDFText_GetFontWeight(text_page.raw, index) >= BOLD_WEIGHT:
        return True
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(text_page.raw, index, name, 128, flags)
    return 0 < length <= 128 and bool(BOLD_NAMES.search(name.value.decode("utf-8", "replace")))
