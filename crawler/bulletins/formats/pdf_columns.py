"""Pages in two columns: where the space between them is, and their lines in the order in which they are read.

A column is told by running text: at one height on both sides of an empty strip down the page, whose lines reach the
strip and the margin. Tables have such strips too, but their cells seldom fill them. What goes across the strip (the
head, a headline over both columns) divides the page; above and below it the columns are read by themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise

from crawler.bulletins.formats.pdf_lines import PrintedLine, Row

STEP = 2.0  # points: how finely the strip is looked for
MIDDLE = 0.2  # of the text's width: the strip lies so far from its edges at the least
NARROWEST = 0.8  # of the type's size: the strip
MOST_ACROSS = 0.15  # of the lines may go across the strip
FEWEST, FEWEST_BESIDE = 6, 3  # lines in the longer column and in the shorter
LONGEST_STRAY, MOST_STRAYS = 12, 200  # characters of a line drawn apart; such lines
FILLED = 0.2  # of a column's lines reach its right edge
NARROWEST_TEXT = 8.0  # of the type's size: a column
MOSTLY = 0.7
NEAR = 1.8  # of the type's size: that is how far a full line may fall short
MARGIN = 0.09  # of the page's height: running heads and page numbers tell nothing of columns


@dataclass(frozen=True, slots=True)
class Strip:
    """The empty strip between two columns: its edges, in points."""

    left: float
    right: float

    def side(self, line: PrintedLine) -> int:
        """-1: the line stands in the left column, 1: in the right one, 0: across the strip."""
        if line.right <= self.right:  # a long word may stand out into the strip
            return -1
        return 1 if line.left >= self.left else 0


def strip_of(rows: Sequence[Row], height: float, usual: Strip | None) -> Strip | None:
    """The strip between the columns of a page; None where it has none.

    ``usual`` is the strip of the pages before: a last page may have too few lines to tell by itself.
    """
    pieces = [piece for row in rows for piece in row.pieces]
    body = [piece for piece in pieces if MARGIN * height < (piece.bottom + piece.top) / 2 < (1 - MARGIN) * height]
    return find_strip(body) or (usual if usual and fits(usual, body) else None)


def in_order(rows: Sequence[Row], strip: Strip | None) -> list[PrintedLine]:
    """The lines of a page in reading order, those in columns with the edges of their column."""
    if strip is None:
        return with_strays([row.line for row in rows])
    ordered: list[PrintedLine] = []
    for is_across, group in groupby(bands(rows, strip), key=lambda line: strip.side(line) == 0):
        lines = list(group)
        ordered += lines if is_across else columns(lines, strip)
    return ordered


def with_strays(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """The lines of a page without columns; a run of short ones that was drawn apart stands at its height.

    Browsers draw what floats to a side (更多, a day) before or after all other text.
    """
    jumps = [n for n, (one, other) in enumerate(pairwise(lines), 1) if other.bottom > one.top]
    if len(jumps) != 1 or any(line.cell for line in lines):
        return list(lines)
    parts = [list(lines[: jumps[0]]), list(lines[jumps[0] :])]
    strays, others = sorted(parts, key=lambda part: max(len(line.text) for line in part))
    is_apart = all(len(line.text) <= LONGEST_STRAY and stands_among(line, others) for line in strays)
    if not is_apart or len(strays) > MOST_STRAYS:
        return list(lines)
    for stray in strays:
        height = (stray.bottom + stray.top) / 2
        above = [number for number, line in enumerate(others) if line.top > height]
        others.insert(above[-1] + 1, stray)
    return others


def stands_among(line: PrintedLine, others: Sequence[PrintedLine]) -> bool:
    """Whether a line stands below the top of other lines and above the lowest: running heads and feet do not."""
    height = (line.bottom + line.top) / 2
    return min(other.bottom for other in others) < height < max(other.top for other in others)


def fits(strip: Strip, pieces: Sequence[PrintedLine]) -> bool:
    """Whether next to no line goes across a strip."""
    return sum(strip.side(piece) == 0 for piece in pieces) <= MOST_ACROSS * len(pieces)


def bands(rows: Sequence[Row], strip: Strip) -> list[PrintedLine]:
    """All lines from top to bottom, those across the strip whole, the others by their pieces."""
    found: list[PrintedLine] = []
    for row in rows:
        sides = {strip.side(piece) for piece in row.pieces}
        found += [row.line] if sides == {0} or (0 in sides and len(row.pieces) == 1) else row.pieces
    return sorted(found, key=lambda line: -(line.bottom + line.top))


def columns(lines: Sequence[PrintedLine], strip: Strip) -> Iterator[PrintedLine]:
    """The lines of the left column, then those of the right one, each with its column's edges."""
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    for side, edges in ((-1, (left, strip.left)), (1, (strip.right, right))):
        own = [line for line in lines if strip.side(line) == side]
        for number, line in enumerate(own):
            yield replace(line, column=edges, opens_column=number == 0)


def find_strip(pieces: Sequence[PrintedLine]) -> Strip | None:
    """The strip between two columns of running text; None where the page has none."""
    if len(pieces) < FEWEST + FEWEST_BESIDE:
        return None
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    size = sorted(piece.size for piece in pieces)[len(pieces) // 2]
    strip = widest_strip(pieces, left + MIDDLE * (right - left), right - MIDDLE * (right - left))
    if strip is None or strip.right - strip.left < NARROWEST * size:
        return None
    sides = [[piece for piece in pieces if strip.side(piece) == side] for side in (-1, 1)]
    fewest, most = sorted(map(len, sides))
    is_text = fewest >= FEWEST_BESIDE and most >= FEWEST and all(is_filled(side, size) for side in sides)
    return strip if is_text and stand_beside(*sides) else None


def widest_strip(pieces: Sequence[PrintedLine], left: float, right: float) -> Strip | None:
    """The widest strip between two places that hardly any line covers."""
    count = int((right - left) / STEP)
    changes = [0] * (count + 2)  # how many more pieces cover a place than the one before it
    for piece in pieces:
        first, last = max(int((piece.left - left) / STEP), 0), min(int((piece.right - left) / STEP), count)
        if first <= last:
            changes[first] += 1
            changes[last + 1] -= 1
    covered = list(accumulate(changes))[:-1]
    best, start = (0, 0), 0
    for place, lines in enumerate([*covered, len(pieces)]):
        if lines > MOST_ACROSS * len(pieces):
            best, start = max(best, (place - start, start)), place + 1
    length, start = best
    return Strip(left + start * STEP, left + (start + length) * STEP) if length else None


def is_filled(lines: Sequence[PrintedLine], size: float) -> bool:
    """Whether lines are running text: wide, not often two at one height, and many of them reach their right edge."""
    edge = max(line.right for line in lines)
    heights = Counter(round((line.bottom + line.top) / size) for line in lines)
    if edge - min(line.left for line in lines) < NARROWEST_TEXT * size or len(heights) < MOSTLY * len(lines):
        return False
    return sum(line.right >= edge - NEAR * size for line in lines) >= FILLED * len(lines)


def stand_beside(lefts: Sequence[PrintedLine], rights: Sequence[PrintedLine]) -> bool:
    """Whether the shorter of two columns stands beside the other, not below it."""
    shorter, longer = sorted((lefts, rights), key=len)
    top, bottom = max(line.top for line in longer), min(line.bottom for line in longer)
    return sum(bottom <= (line.bottom + line.top) / 2 <= top for line in shorter) >= 0.5 * len(shorter)
