"""QR codes on a PDF's page: where pictures or many small shapes are, that part of the page is drawn and looked at.

Which line a code belongs to is told by ``code_places``. What is drawn is bounded beforehand: a page may say that a
picture of some bytes is as wide as a street.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.bulletins.formats.code_places import Placer
from crawler.bulletins.formats.codes import MOST_PIXELS, can_read, find_codes
from crawler.bulletins.formats.pdf_bounds import Bounds
from crawler.bulletins.formats.pdf_drawings import Drawing, count_objects
from crawler.bulletins.formats.pdf_lines import Box, PrintedLine, Turn

SMALLEST = 24.0  # points: no telephone reads a smaller code from paper
WIDEST = 1_400  # pixels of a drawn part
SHARPEST = 5.0  # pixels a point: 360 dpi
FEWEST_SHAPES = 100  # a code drawn as shapes has some hundreds
MOST_OBJECTS = 30_000  # of a page that is drawn
NOWHERE = (0.0, 0.0, 0.0, 0.0)
MOST_PARTS = 400  # of one document
MOST_PARTS_A_PAGE = 30


@dataclass(slots=True)
class Looker:
    """Looks for the codes of one document, page after page, within its bounds."""

    bounds: Bounds
    is_wanted: bool = True
    parts: int = 0
    unread: int = 0  # pictures that were not looked at
    placer: Placer = field(default_factory=Placer)

    def look(
        self,
        page: pypdfium2.PdfPage,
        number: int,
        lines: list[PrintedLine],
        turn: Turn,
        drawings: Sequence[Drawing],
    ) -> None:
        """Give the codes of a page to its lines; ``number`` is the page's, from 1, ``drawings`` what is drawn on it."""
        parts = parts_of(page, drawings) if count_objects(page) <= MOST_OBJECTS else []
        codes = [(url, turn.box(box)) for url, box in self.codes_on(page, number, parts)]
        self.placer.place(codes, lines, number, page.get_height())

    def codes_on(self, page: pypdfium2.PdfPage, number: int, parts: Sequence[Box]) -> list[tuple[str, Box]]:
        """The codes in the parts of a page; none where they cannot or must not be looked at, which is counted."""
        if not parts:
            return []
        if not (self.is_wanted and can_read()) or self.parts + len(parts) > MOST_PARTS:
            self.unread += len(parts)
            return []
        if self.bounds.has_large_pictures(number - 1, MOST_PIXELS):
            self.unread += len(parts)
            return []
        self.parts += len(parts)
        found: dict[tuple[str, int, int], tuple[str, Box]] = {}
        for part in parts:
            for url, box in self.codes_in(page, part):
                found.setdefault((url, round(box[0] / 9), round(box[1] / 9)), (url, box))
        return list(found.values())

    def codes_in(self, page: pypdfium2.PdfPage, part: Box) -> Iterator[tuple[str, Box]]:
        """The codes in a part of a page, with their places on the page."""
        scale = min(SHARPEST, WIDEST / max(part[2] - part[0], part[3] - part[1]))
        whole = [max(1, round(side * scale)) for side in page.get_size()]
        frame = (0, 0, *whole, 0)
        corners = [on_bitmap(page, frame, x, y) for x, y in ((part[0], part[1]), (part[2], part[3]))]
        left, right = sorted(corner[0] for corner in corners)
        top, bottom = sorted(corner[1] for corner in corners)
        margin = 8  # pixels: a code needs white around it
        frame = (margin - left, margin - top, *whole, 0)
        bitmap = pypdfium2.PdfBitmap.new_native(
            right - left + 2 * margin, bottom - top + 2 * margin, pdfium.FPDFBitmap_Gray
        )
        try:
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, bitmap.width, bitmap.height)
            pdfium.FPDF_RenderPageBitmap(bitmap, page, *frame, pdfium.FPDF_GRAYSCALE)
            codes = find_codes(bitmap.to_pil())
        finally:
            bitmap.close()
        for code in codes:
            across, down = zip(
                *(on_page(page, frame, x, y) for x, y in ((code.left, code.top), (code.right, code.bottom))),
                strict=True,
            )
            yield code.url, (min(across), min(down), max(across), max(down))


def parts_of(page: pypdfium2.PdfPage, drawings: Sequence[Drawing]) -> list[Box]:
    """The parts of a page that may hold codes: its pictures, and, where it has very many shapes, all these together."""
    if not drawings:
        return []
    edges = page.get_cropbox()
    pictures: list[Box] = []
    shapes: list[Box] = []
    for drawing in drawings:
        box = drawing.box or NOWHERE
        if not drawing.is_shape:
            pictures += within(edges, box)
        else:
            is_code = pdfium.FPDFPath_CountSegments(drawing.item) >= 4 * FEWEST_SHAPES
            (pictures if is_code else shapes).extend(within(edges, box, 0.0))
    large = [box for box in pictures if min(box[2] - box[0], box[3] - box[1]) >= SMALLEST]
    if len(shapes) >= FEWEST_SHAPES:
        sides = list(zip(*shapes, strict=True))
        large.append((min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])))
    return large[:MOST_PARTS_A_PAGE]


def within(edges: Box, box: Box, smallest: float = SMALLEST) -> list[Box]:
    """A box as far as it lies between the edges of the page; none where it does not."""
    left, bottom = max(box[0], edges[0]), max(box[1], edges[1])
    right, top = min(box[2], edges[2]), min(box[3], edges[3])
    return [(left, bottom, right, top)] if right - left > smallest and top - bottom > smallest else []


def on_bitmap(page: pypdfium2.PdfPage, frame: tuple[int, ...], x: float, y: float) -> tuple[int, int]:
    """Where a place on the page comes to lie in a drawing of it."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, *frame, x, y, across, down)
    return across.value, down.value


def on_page(page: pypdfium2.PdfPage, frame: tuple[int, ...], x: float, y: float) -> tuple[float, float]:
    """Which place of the page a place in a drawing of it is."""
    across, up = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDF_DeviceToPage(page.raw, *frame, round(x), round(y), across, up)
    return across.value, up.value
