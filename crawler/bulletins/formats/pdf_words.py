"""The words under rectangles of a PDF's page.

pdfium goes over all characters of a page for every rectangle. Where very many are asked for, the characters are put
in small groups first, and only the groups are looked into that a rectangle touches; what comes out is the same.
"""

from __future__ import annotations

import ctypes
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import chain
from math import inf

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.bulletins.formats.pdf_lines import Box

USUAL_UNITS = 64  # of 16 bits: there is room for four times as many at first
MANY = 200  # rectangles on a page, from which the characters are put in groups
GROUP = 32  # characters that follow each other
SPACE = ord(" ")


class Words:
    """Says what stands under rectangles of a page; ``count``: how many may be asked for."""

    def __init__(self, text_page: pypdfium2.PdfTextPage, count: int) -> None:
        self.text_page = text_page
        self.groups = Groups(text_page) if count >= MANY else None

    def under(self, box: Box) -> str:
        """The text under a rectangle, broken as its lines are."""
        return self.groups.under(box) if self.groups else asked(self.text_page, box)


def asked(text_page: pypdfium2.PdfTextPage, box: Box) -> str:
    """The text under a rectangle as pdfium tells it; it is not asked first how long that is."""
    left, bottom, right, top = box
    length = size = USUAL_UNITS
    while length >= size:  # there may be more of it
        size *= 4
        units = (ctypes.c_ushort * size)()
        length = pdfium.FPDFText_GetBoundedText(text_page.raw, left, top, right, bottom, units, size)
    return bytes(units)[: 2 * max(length - 1, 0)].decode("utf-16-le", "replace")  # the last unit ends the text


def boxes(text_page: pypdfium2.PdfTextPage, count: int) -> Iterator[Box]:
    """The boxes of the ink of a page's characters; of those without any, what no rectangle touches."""
    raw, edges = text_page.raw, [ctypes.c_double() for _ in range(4)]
    for index in range(count):
        pdfium.FPDFText_GetCharBox(raw, index, *edges)
        left, right, bottom, top = (edge.value for edge in edges)
        if left == right or bottom == top:
            yield inf, inf, -inf, -inf
        else:
            yield min(left, right), min(bottom, top), max(left, right), max(bottom, top)


class Groups:
    """The characters of a page with their boxes, in groups of those that follow each other."""

    def __init__(self, text_page: pypdfium2.PdfTextPage) -> None:
        self.text_page = text_page
        count = max(text_page.count_chars(), 0)
        self.codes = array("L", (pdfium.FPDFText_GetUnicode(text_page.raw, index) for index in range(count)))
        self.edges = array("d", chain.from_iterable(boxes(text_page, count)))  # four a character
        around = [(*self.around(start), start) for start in range(0, count, GROUP)]
        self.by_height = sorted((bottom, top, left, right, start) for left, bottom, right, top, start in around)
        self.highest = max((top - bottom for bottom, top, *_ in self.by_height if top > bottom), default=0.0)

    def around(self, start: int) -> Box:
        """A box around the characters of a group."""
        edges = self.edges[4 * start : 4 * (start + GROUP)]
        return min(edges[0::4]), min(edges[1::4]), max(edges[2::4]), max(edges[3::4])

    def touched(self, box: Box) -> Iterator[int]:
        """The characters whose boxes a rectangle touches, in order."""
        left, bottom, right, top = box
        first = bisect_left(self.by_height, (bottom - self.highest,))
        last = bisect_right(self.by_height, (top,))
        groups = (
            start
            for _, group_top, group_left, group_right, start in self.by_height[first:last]
            if group_top > bottom and group_left < right and group_right > left
        )
        for start in sorted(groups) if left < right and bottom < top else ():
            edges = iter(self.edges[4 * start : 4 * (start + GROUP)])
            for index, (low, foot, high, head) in enumerate(zip(edges, edges, edges, edges, strict=True), start):
                if low < right and high > left and foot < top and head > bottom:
                    yield index

    def under(self, box: Box) -> str:
        """The text under a rectangle as pdfium puts it together: what is left out is a space or a line's end."""
        said: list[str] = []
        before, height = -1, 0.0
        for index in self.touched(box):
            if 0 <= before < index - 1 and self.is_space(before + 1):
                said.append(" ")
            if not all(map(self.is_space, range(before + 1, index))):
                here = self.height_of(index)
                if here != height:
                    height = here
                    said += ["\r\n"] if said else []
            said += character(self.codes[index])
            before = index
        if before >= 0 and self.is_space(before + 1):
            said.append(" ")
        return "".join(said)

    def is_space(self, index: int) -> bool:
        """Whether a character is a space."""
        return index < len(self.codes) and self.codes[index] == SPACE

    def height_of(self, index: int) -> float:
        """The height at which a character stands."""
        across, up = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(self.text_page.raw, index, across, up)
        return up.value


def character(code: int) -> str:
    """A character; nothing for none, and a sign for what is none."""
    if not code:
        return ""
    return chr(code) if code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd"
