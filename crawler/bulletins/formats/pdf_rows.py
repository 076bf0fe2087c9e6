"""The lines of a PDF's page: as pdfium breaks them, put right where it took two for one.

pdfium puts a space where characters stand apart. It does so between Chinese and figures, where programs leave a quarter
of an em that nobody typed; and it takes for one line what stands in two columns, or small type close above large type.
Where such a space lies tells which it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.bulletins.formats.joining import UNSPACED_CHARACTER
from crawler.bulletins.formats.pdf_lines import (
    AS_IT_LIES,
    HYPHENS,
    Box,
    PrintedLine,
    Row,
    Turn,
    character_at,
    font_size,
    is_bold,
    loose_box,
)

FAR = 1.0  # of the type's size: words so far apart may stand in two columns
ON_ONE_LINE = 0.3  # of the larger type's height: words may stand so much higher or lower
NEAR = 0.5  # of the type's size: Chinese and figures so close stand apart by their setting only


def printed_rows(text_page: pypdfium2.PdfTextPage, number: int, turn: Turn = AS_IT_LIES) -> Iterator[Row]:
    """The lines of a page in pdfium's order, with their boxes and type."""
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
            yield from RowReader(text_page, number, turn, words, first).rows()
        start += len(row)


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads what pdfium gives as one line: ``words``, whose first character has the number ``first``."""

    text_page: pypdfium2.PdfTextPage
    number: int
    turn: Turn
    words: str
    first: int

    def rows(self) -> Iterator[Row]:
        """The lines that it is."""
        far, near = self.gaps()
        spans = [(begin + (begin > 0), end) for begin, end in pairwise([0, *far, len(self.words)])]
        pieces = [self.line(begin, end, near) for begin, end in spans]
        start = 0
        for end in range(1, len(pieces) + 1):
            if end == len(pieces) or not on_one_line(pieces[end - 1], pieces[end]):
                whole = pieces[start] if end - start == 1 else self.line(spans[start][0], spans[end - 1][1], near)
                yield Row(line=whole, pieces=pieces[start:end])
                start = end

    def gaps(self) -> tuple[list[int], frozenset[int]]:
        """The spaces behind which words stand far off, further back, higher or lower; and those that nobody typed."""
        far: list[int] = []
        near: list[int] = []
        for place, mark in enumerate(self.words):
            if mark != " " or self.words[place + 1] == " " or self.words[place - 1] == " ":
                continue
            is_put = pdfium.FPDFText_IsGenerated(self.text_page.raw, self.first + place) == 1
            is_chinese = has_chinese(self.words[place - 1] + self.words[place + 1])
            if not (is_put or is_chinese):
                continue
            before, space, after = (self.box(place + step) for step in (-1, 0, 1))
            size = font_size(self.text_page, self.first + place - 1)
            gap, height = after[0] - before[2], max(before[3] - before[1], after[3] - after[1])
            if is_put and (
                gap > FAR * size or after[0] < before[0] or abs(after[1] - before[1]) > ON_ONE_LINE * height
            ):
                far.append(place)
            elif is_chinese and gap < NEAR * size and (is_put or after[0] < (space[0] + space[2]) / 2):
                near.append(place)  # put there, or printed over by the next character, as LibreOffice does under links
        return far, frozenset(near)

    def box(self, place: int) -> Box:
        """The box of a character."""
        return self.turn.box(loose_box(self.text_page, self.first + place))

    def line(self, begin: int, end: int, near: frozenset[int]) -> PrintedLine:
        """A part of the words as a line: its box and type are told by three of its characters."""
        first, last = self.first + begin, self.first + end - 1
        middle = (first + last) // 2
        boxes = [self.box(index - self.first) for index in sorted({first, middle, last})]
        sizes = [font_size(self.text_page, index) for index in (first, middle, last)]
        return PrintedLine(
            text="".join(mark for place, mark in enumerate(self.words[begin:end], begin) if place not in near)
            if near
            else self.words[begin:end],
            page=self.number,
            left=min(box[0] for box in boxes),
            bottom=min(box[1] for box in boxes),
            right=max(box[2] for box in boxes),
            top=max(box[3] for box in boxes),
            size=sorted(sizes)[1],
            is_bold=all(is_bold(self.text_page, index) for index in (first, middle)),
        )


def has_chinese(pair: str) -> bool:
    """Whether one of two characters is written without spaces around it."""
    return any(UNSPACED_CHARACTER.match(mark) for mark in pair)


def on_one_line(piece: PrintedLine, other: PrintedLine) -> bool:
    """Whether two pieces stand on one line; larger type reaches further below it."""
    lesser, larger = sorted((piece.size, other.size))
    return abs(piece.bottom - other.bottom) <= 0.5 * lesser + 0.25 * (larger - lesser)
