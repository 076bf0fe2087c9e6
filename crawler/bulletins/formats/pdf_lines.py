"""What a line of a PDF's page is, which way a page is turned, and what pdfium says of single characters, in points."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from math import pi

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.bulletins.formats.flow import Link

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points
SAMPLED = 40  # characters of a page that tell how it is turned
HYPHENS = str.maketrans({"\ufffe": "-", "\x02": "-"})  # what pdfium puts for a hyphen at a line's end
BOLD_WEIGHT = 600
MOST_KEPT = 100_000  # boxes of characters
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


class Characters:
    """What pdfium says of the characters of a page, by their number; each is asked for once."""

    def __init__(self, text_page: pypdfium2.PdfTextPage, turn: Turn = AS_IT_LIES) -> None:
        self.raw, self.turn = text_page.raw, turn
        self.boxes: dict[int, Box] = {}
        self.sizes: dict[int, float] = {}
        self.weights: dict[int, bool] = {}
        self.rectangle, self.matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
        self.name = ctypes.create_string_buffer(128)

    def box(self, index: int) -> Box:
        """A character's box by its font's height, once the page is turned: left, bottom, right, top."""
        if (found := self.boxes.get(index)) is None:
            box = self.rectangle
            pdfium.FPDFText_GetLooseCharBox(self.raw, index, box)
            left, bottom, right, top = box.left, box.bottom, box.right, box.top
            found = min(left, right), min(bottom, top), max(left, right), max(bottom, top)
            found = found if self.turn is AS_IT_LIES else self.turn.box(found)
            if len(self.boxes) >= MOST_KEPT:
                self.boxes.clear()
            self.boxes[index] = found
        return found

    def is_generated(self, index: int) -> bool:
        """Whether pdfium put a character there that is not printed."""
        return bool(pdfium.FPDFText_IsGenerated(self.raw, index) == 1)

    def size(self, index: int) -> float:
        """The size of a character's type in points, as printed."""
        if (found := self.sizes.get(index)) is None:
            found, matrix = float(pdfium.FPDFText_GetFontSize(self.raw, index)), self.matrix
            if pdfium.FPDFText_GetMatrix(self.raw, index, matrix):
                scale = (matrix.c**2 + matrix.d**2) ** 0.5
                found = float(found * scale) if 0 < scale < 1000 else found
            self.sizes[index] = found
        return found

    def is_bold(self, index: int) -> bool:
        """Whether a character is set in bold type: by its font's weight or name, or drawn with a line around it.

        Word and WPS draw so where a font (SimSun, KaiTi) has no bold of its own.
        """
        if (found := self.weights.get(index)) is None:
            found = self.weights[index] = self.is_drawn_bold(index) or self.is_in_bold_font(index)
        return found

    def is_drawn_bold(self, index: int) -> bool:
        """Whether a character is drawn with a line around it."""
        drawn = pdfium.FPDFText_GetTextObject(self.raw, index)
        return bool(drawn) and pdfium.FPDFTextObj_GetTextRenderMode(drawn) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE

    def is_in_bold_font(self, index: int) -> bool:
        """Whether a character's font is bold by its weight or name."""
        if pdfium.FPDFText_GetFontWeight(self.raw, index) >= BOLD_WEIGHT:
            return True
        length = pdfium.FPDFText_GetFontInfo(self.raw, index, self.name, len(self.name), None)
        return 0 < length <= len(self.name) and says_bold(self.name.value)


@lru_cache(maxsize=1_024)
def says_bold(name: bytes) -> bool:
    """Whether the name of a font says that it is bold."""
    return bool(BOLD_NAMES.search(name.decode("utf-8", "replace")))
