"""What is drawn on a PDF's page beside its text: pictures, forms and shapes, with their boxes, in points as it lies."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.bulletins.formats.pdf_lines import Box

KINDS = frozenset({pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_PATH})


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture, a form or a shape; ``box`` None: pdfium does not tell it."""

    number: int  # among the objects of its page; text is of these too
    item: pdfium.FPDF_PAGEOBJECT
    is_shape: bool
    box: Box | None


def drawings_of(page: pypdfium2.PdfPage, most: int) -> Iterator[Drawing]:
    """What is drawn, among the first objects of a page."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for number in range(min(count_objects(page), most)):
        item = pdfium.FPDFPage_GetObject(page.raw, number)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind in KINDS:
            has_box = pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top)
            box = (left.value, bottom.value, right.value, top.value) if has_box else None
            yield Drawing(number, item, kind == pdfium.FPDF_PAGEOBJ_PATH, box)


def count_objects(page: pypdfium2.PdfPage) -> int:
    """How many objects a page has, text among them."""
    return int(pdfium.FPDFPage_CountObjects(page.raw))
