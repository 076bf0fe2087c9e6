"""The lines of a PDF's page: as pdfium breaks them, put right where it took two for one.

pdfium puts a space where characters stand apart. It does so between Chinese and figures, where programs leave a quarter
of an em that nobody typed; and it takes for one line what stands in two columns, or small type close above large type.
Where such a space lies tells which it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
from crawler.bulletins.formats.pdf_rules import Grid

LINE_BREAK = re.compile("(\r\n|\r|\n|(?<=[\ufffe\x02]))")  # a hyphen at a line's end takes the break's place
FAR = 1.0  # of the type's size: words so far apart may stand in two columns
ON_ONE_LINE = 0.3  # of the larger type's height: words may stand so much higher or lower
NEAR = 0.5  # of the type's size: Chinese and figures so close stand apart by their setting only


def text_of(text_page: pypdfium2.PdfTextPage) -> str:
    """The text of a page, a character for each that pdfium counts."""
    count = text_page.count_chars()
    if count <= 0:
        return ""
    text: str = text_page.get_text_range(0, count, errors="replace")
    if len(text) != count:  # characters beyond the basic plane, or without a meaning: look them up singly
        text = "".join(character_at(text_page, index) for index in range(count))
    return text


def printed_rows(
    text_page: pypdfium2.PdfTextPage,
    number: int,
    turn: Turn = AS_IT_LIES,
    *,
    text: str | None = None,
    grids: Sequence[Grid] = (),
) -> Iterator[Row]:
    """The lines of a page in pdfium's order, with their boxes and type; within ``grids`` each in one column.

    ``text`` is that of the page, where it was asked for already.
    """
    text = text_of(text_page) if text is None else text
    start = 0
    for row in LINE_BREAK.split(text):
        words = row.strip().translate(HYPHENS)
        if words:
            first = start + len(row) - len(row.lstrip())
            yield from RowReader(text_page, number, turn, words, first, grids).rows()
        start += len(row)


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads what pdfium gives as one line: ``words``, whose first character has the number ``first``."""

    text_page: pypdfium2.PdfTextPage
    number: int
    turn: Turn
    words: str
    first: int
    grids: Sequence[Grid] = ()

    def rows(self) -> Iterator[Row]:
        """The lines that it is."""
        far, near, put = self.gaps()
        spans = self.spans({place: place + 1 for place in far} | self.column_ends())
        pieces = [self.line(begin, end, near) for begin, end in spans]
        for piece, (begin, end) in zip(pieces, spans, strict=True):
            piece.gaps = tuple(gap for place, gap in put.items() if begin < place < end)
        start = 0
        for end in range(1, len(pieces) + 1):
            if end == len(pieces) or not on_one_line(pieces[end - 1], pieces[end]):
                whole = pieces[start] if end - start == 1 else self.line(spans[start][0], spans[end - 1][1], near)
                yield Row(line=whole, pieces=pieces[start:end])
                start = end

    def spans(self, breaks: Mapping[int, int]) -> list[tuple[int, int]]:
        """Where the pieces begin and end, by the places where one ends and the next begins."""
        ends = sorted(breaks)
        return list(zip([0, *(breaks[end] for end in ends)], [*ends, len(self.words)], strict=True))

    def column_ends(self) -> dict[int, int]:
        """The places where the words go from one column of a table into the next, and where they go on there."""
        if not self.grids:
            return {}
        across = self.box(0)
        height = (across[1] + across[3]) / 2
        grid = next((grid for grid in self.grids if grid.row_at(height) is not None), None)
        if grid is None:
            return {}
        found: dict[int, int] = {}
        cell = grid.cell_at((across[0] + across[2]) / 2, height)
        last, column = 0, cell and cell[1]
        for place, mark in enumerate(self.words[1:], 1):
            if mark == " ":
                continue
            left, bottom, right, top = self.box(place)
            cell = grid.cell_at((left + right) / 2, (bottom + top) / 2)
            if (here := cell and cell[1]) != column:
                found[last + 1] = place
            last, column = place, here
        return found

    def gaps(self) -> tuple[list[int], frozenset[int], dict[int, tuple[float, float]]]:
        """The spaces behind which words stand far off, further back, higher or lower; and those that nobody typed.

        The last are told twice: those that say nothing, and all of them with where they begin and end.
        """
        far: list[int] = []
        near: list[int] = []
        put: dict[int, tuple[float, float]] = {}
        for place, mark in enumerate(self.words):
            if mark != " " or self.words[place + 1] == " " or self.words[place - 1] == " ":
                continue
            is_put = pdfium.FPDFText_IsGenerated(self.text_page.raw, self.first + place) == 1
            is_chinese = has_chinese(self.words[place - 1] + self.words[place + 1])
            if not (is_put or is_chinese):
                continue
            before, space, after = (self.box(place + step) for step in (-1, 0, 1))
            size = font_size(self.text_page, self.first + place - 1)
            if is_put:
                put[place] = (before[2], after[0])
            gap, height = after[0] - before[2], max(before[3] - before[1], after[3] - after[1])
            if is_put and (
                gap > FAR * size or after[0] < before[0] or abs(after[1] - before[1]) > ON_ONE_LINE * height
            ):
                far.append(place)
            elif is_chinese and gap < NEAR * size and (is_put or after[0] < (space[0] + space[2]) / 2):
                near.append(place)  # put there, or printed over by the next character, as LibreOffice does under links
        return far, frozenset(near), put

    def box(self, place: int) -> Box:
        """The box of a character."""
        return self.turn.box(loose_box(self.text_page, self.first + place))

    def line(self, begin: int, end: int, near: frozenset[int]) -> PrintedLine:
        """A part of the words as a line: its box and type are told by three of its characters."""
        first, last = self.first + begin, self.first + end - 1
        middle = (first + last) // 2
        boxes = [self.box(index - self.first) for index in sorted({first, middle, last})]
        size, other = (font_size(self.text_page, index) for index in (first, last))
        if size != other:  # the one between the others
            size = sorted((size, other, font_size(self.text_page, middle)))[1]
        opens_bold = is_bold(self.text_page, first)
        return PrintedLine(
            text="".join(mark for place, mark in enumerate(self.words[begin:end], begin) if place not in near)
            if near
            else self.words[begin:end],
            page=self.number,
            left=min(box[0] for box in boxes),
            bottom=min(box[1] for box in boxes),
            right=max(box[2] for box in boxes),
            top=max(box[3] for box in boxes),
            size=size,
            is_bold=opens_bold and is_bold(self.text_page, middle),
            lead=self.lead(begin, end) if opens_bold else None,
        )

    def lead(self, begin: int, end: int) -> str | None:
        """The words in bold with which a part of the words begins, as its first character is, where others follow."""
        if end - begin < 2:
            return None
        low, high = begin, end - 1  # bold, and not
        if is_bold(self.text_page, self.first + high):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if is_bold(self.text_page, self.first + middle) else (low, middle)
        return self.words[begin:high].strip() or None


def has_chinese(pair: str) -> bool:
    """Whether one of two characters is written without spaces around it."""
    return any(UNSPACED_CHARACTER.match(mark) for mark in pair)


def on_one_line(piece: PrintedLine, other: PrintedLine) -> bool:
    """Whether two pieces stand on one line; larger type reaches further below it."""
    lesser, larger = sorted((piece.size, other.size))
    return abs(piece.bottom - other.bottom) <= 0.5 * lesser + 0.25 * (larger - lesser)
