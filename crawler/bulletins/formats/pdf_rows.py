"""The lines of a PDF's page: as pdfium breaks them, put right where it took two for one.

pdfium puts a space where characters stand apart. It does so between Chinese and figures, where programs leave a quarter
of an em that nobody typed; and it takes for one line what stands in two columns, or small type close above large type.
Where such a space lies tells which it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pypdfium2

from crawler.bulletins.formats.joining import UNSPACED_CHARACTER
from crawler.bulletins.formats.pdf_lines import HYPHENS, Box, Characters, PrintedLine, Row, character_at
from crawler.bulletins.formats.pdf_rules import Grid

LONE_SPACE = re.compile(r"(?<! ) (?! )")
LINE_BREAK = re.compile("(\r\n?|\n)")
HYPHEN_OR_BREAK = re.compile("(\r\n?|\n|(?<=[\ufffe\x02]))")  # a hyphen at a line's end takes the break's place
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


def row_readers(text: str, characters: Characters, number: int) -> Iterator[RowReader]:
    """The readers of the lines of a page's text, in pdfium's order."""
    start = 0
    has_hyphens = "\ufffe" in text or "\x02" in text
    for row in (HYPHEN_OR_BREAK if has_hyphens else LINE_BREAK).split(text):
        words = row.strip().translate(HYPHENS)
        if words:
            yield RowReader(characters, number, words, start + len(row) - len(row.lstrip()))
        start += len(row)


def printed_rows(readers: Iterable[RowReader], grids: Sequence[Grid]) -> list[Row]:
    """The lines of a page, with their boxes and type; within ``grids`` each in one column."""
    return [row for reader in readers for row in reader.rows(grids)]


class RowReader:
    """Reads what pdfium gives as one line: ``words``, whose first character has the number ``first``.

    The tables of a page may be known only when its lines are: then it is asked again, and goes on from what it found.
    """

    def __init__(self, characters: Characters, number: int, words: str, first: int) -> None:
        self.characters, self.number, self.words, self.first = characters, number, words, first
        self.far, self.near, self.put = self.gaps()
        self.pieces: dict[tuple[int, int], PrintedLine] = {}  # by where they begin and end

    def rows(self, grids: Sequence[Grid]) -> Iterator[Row]:
        """The lines that it is."""
        breaks = {place: place + 1 for place in self.far} | self.column_ends(grids)
        spans = self.spans(breaks) if breaks else [(0, len(self.words))]
        pieces = [self.pieces.get(span) or self.piece(*span) for span in spans]
        start = 0
        for end in range(1, len(pieces) + 1):
            if end == len(pieces) or not on_one_line(pieces[end - 1], pieces[end]):
                whole = pieces[start] if end - start == 1 else self.line(spans[start][0], spans[end - 1][1])
                yield Row(line=whole, pieces=pieces[start:end])
                start = end

    def piece(self, begin: int, end: int) -> PrintedLine:
        """A part of the words that stands apart, with the gaps in it."""
        piece = self.pieces[begin, end] = self.line(begin, end)
        piece.gaps = tuple(gap for place, gap in self.put.items() if begin < place < end)
        return piece

    def spans(self, breaks: Mapping[int, int]) -> list[tuple[int, int]]:
        """Where the pieces begin and end, by the places where one ends and the next begins."""
        ends = sorted(breaks)
        return list(zip([0, *(breaks[end] for end in ends)], [*ends, len(self.words)], strict=True))

    def column_ends(self, grids: Sequence[Grid]) -> dict[int, int]:
        """The places where the words go from one column of a table into the next, and where they go on there."""
        if not grids:
            return {}
        across = self.box(0)
        height = (across[1] + across[3]) / 2
        grid = next((grid for grid in grids if grid.row_at(height) is not None), None)
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

    def gaps(self) -> tuple[list[int], list[int], dict[int, tuple[float, float]]]:
        """The spaces behind which words stand far off, further back, higher or lower; and those that nobody typed.

        The last are told twice: those that say nothing, and all of them with where they begin and end.
        """
        far: list[int] = []
        near: list[int] = []
        put: dict[int, tuple[float, float]] = {}
        for place in (space.start() for space in LONE_SPACE.finditer(self.words)):
            is_put = self.characters.is_generated(self.first + place)
            is_chinese = has_chinese(self.words[place - 1] + self.words[place + 1])
            if not (is_put or is_chinese):
                continue
            before, after = self.box(place - 1), self.box(place + 1)
            size = self.characters.size(self.first + place - 1)
            if is_put:
                put[place] = (before[2], after[0])
            gap, height = after[0] - before[2], max(before[3] - before[1], after[3] - after[1])
            if is_put and (
                gap > FAR * size or after[0] < before[0] or abs(after[1] - before[1]) > ON_ONE_LINE * height
            ):
                far.append(place)
            elif is_chinese and gap < NEAR * size and (is_put or after[0] < self.middle(place)):
                near.append(place)  # put there, or printed over by the next character, as LibreOffice does under links
        return far, near, put

    def box(self, place: int) -> Box:
        """The box of a character."""
        return self.characters.box(self.first + place)

    def middle(self, place: int) -> float:
        """Where the middle of a character is, from the left."""
        left, _, right, _ = self.box(place)
        return (left + right) / 2

    def line(self, begin: int, end: int) -> PrintedLine:
        """A part of the words as a line: its box and type are told by three of its characters."""
        characters, first, last = self.characters, self.first + begin, self.first + end - 1
        middle = (first + last) // 2
        lefts, bottoms, rights, tops = zip(*map(characters.box, (first, middle, last)), strict=True)
        size, other = characters.size(first), characters.size(last)
        if size != other:  # the one between the others
            size = sorted((size, other, characters.size(middle)))[1]
        opens_bold = characters.is_bold(first)
        return PrintedLine(
            text=self.said(begin, end),
            page=self.number,
            left=min(lefts),
            bottom=min(bottoms),
            right=max(rights),
            top=max(tops),
            size=size,
            is_bold=opens_bold and characters.is_bold(middle),
            lead=self.lead(begin, end) if opens_bold else None,
        )

    def said(self, begin: int, end: int) -> str:
        """A part of the words without the spaces in it that say nothing."""
        kept = ""
        for place in self.near:
            if begin <= place < end:
                kept += self.words[begin:place]
                begin = place + 1
        return kept + self.words[begin:end]

    def lead(self, begin: int, end: int) -> str | None:
        """The words in bold with which a part of the words begins, as its first character is, where others follow."""
        if end - begin < 2:
            return None
        low, high = begin, end - 1  # bold, and not
        is_bold = self.characters.is_bold
        if is_bold(self.first + high):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if is_bold(self.first + middle) else (low, middle)
        return self.words[begin:high].strip() or None


def has_chinese(pair: str) -> bool:
    """Whether one of two characters is written without spaces around it."""
    return UNSPACED_CHARACTER.search(pair) is not None


def on_one_line(piece: PrintedLine, other: PrintedLine) -> bool:
    """Whether two pieces stand on one line; larger type reaches further below it."""
    lesser, larger = sorted((piece.size, other.size))
    return abs(piece.bottom - other.bottom) <= 0.5 * lesser + 0.25 * (larger - lesser)
