"""The rules drawn on a PDF's page, and the tables that they make: edges of rows and columns, cells that span several.

Programs draw a rule as a line, as a thin rectangle, as the frame of a cell, or as the edge of its background. Which of
these it was is of no account: every upright or level edge counts, and edges close together are one.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from operator import neg

import pypdfium2.raw as pdfium

from crawler.bulletins.formats.pdf_drawings import Drawing
from crawler.bulletins.formats.pdf_lines import AS_IT_LIES, Box, Turn

MOST_OBJECTS = 20_000  # of a page that are looked at
MOST_PATHS = 4_000
MOST_SEGMENTS = 400  # of one path; drawings have more
THIN = 2.5  # points: what is no thicker may be a rule
SHORTEST = 6.0  # points
CLOSE = 6.0  # points: edges so close are one; no line of text has room between them
MOST_EDGES = 200  # of rows; tables of more are none that anybody reads
MOST_COLUMNS = 24
MOST_TABLES = 20  # of a page
MOST_COMPARED = 1_000_000
TALLEST = 60.0  # points: the box of a link

Slot = tuple[int, int]  # row from the top, column from the left
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rules:
    """The edges drawn on a page, in points: level ones as (height, left, right), upright ones as (place, low, high)."""

    level: tuple[tuple[float, float, float], ...] = ()
    upright: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: where its columns begin and end, its rows from the top down, and what cell each slot is of."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]
    cells: tuple[tuple[Slot, ...], ...]  # by row and column: the first slot of the cell
    is_drawn: bool = True  # not only told by white: what stands beside what is sure

    def row_at(self, height: float) -> int | None:
        """The row at a height; None above and below the table."""
        if not self.rows[-1] <= height <= self.rows[0]:
            return None
        return bisect_left(self.rows, -height, 1, len(self.rows) - 1, key=neg) - 1

    def column_at(self, place: float) -> int | None:
        """The column at a place from the left; None beside the table."""
        if not self.columns[0] <= place <= self.columns[-1]:
            return None
        return min(bisect_right(self.columns, place) - 1, len(self.columns) - 2)

    def cell_at(self, place: float, height: float) -> Slot | None:
        """The first slot of the cell that covers a point; None outside the table."""
        row, column = self.row_at(height), self.column_at(place)
        return None if row is None or column is None else self.cells[row][column]


def drawn_rules(drawings: Iterable[Drawing], turn: Turn = AS_IT_LIES) -> Rules:
    """The upright and level edges of what is drawn on a page."""
    level: list[tuple[float, float, float]] = []
    upright: list[tuple[float, float, float]] = []
    shapes = (drawing for drawing in drawings if drawing.is_shape and drawing.number < MOST_OBJECTS)
    for box in drawn_boxes(islice(shapes, MOST_PATHS)):
        left, bottom, right, top = turn.box(box)
        if top - bottom <= THIN and right - left >= SHORTEST:
            level.append(((top + bottom) / 2, left, right))
        elif right - left <= THIN and top - bottom >= SHORTEST:
            upright.append(((left + right) / 2, bottom, top))
    return Rules(tuple(level), tuple(upright))


def drawn_boxes(shapes: Iterable[Drawing]) -> Iterator[Box]:
    """The boxes of thin shapes, and of the edges of others, as the page lies."""
    for shape in shapes:
        if shape.box is None:
            continue
        left, bottom, right, top = shape.box
        if min(right - left, top - bottom) <= THIN:
            yield shape.box
        else:
            yield from edges_of(shape.item)


def edges_of(shape: pdfium.FPDF_PAGEOBJECT) -> Iterator[Box]:
    """The straight edges of a shape."""
    matrix = pdfium.FS_MATRIX()
    count = pdfium.FPDFPath_CountSegments(shape)
    if not 0 < count <= MOST_SEGMENTS or not pdfium.FPDFPageObj_GetMatrix(shape, matrix):
        return
    across, up = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(shape, number)
        pdfium.FPDFPathSegment_GetPoint(segment, across, up)
        point = (
            matrix.a * across.value + matrix.c * up.value + matrix.e,
            matrix.b * across.value + matrix.d * up.value + matrix.f,
        )
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield between(last, point)
        last = point
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield between(last, start)
            last = start


def between(one: tuple[float, float], other: tuple[float, float]) -> Box:
    """The box of an edge."""
    (left, right), (bottom, top) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return left, bottom, right, top


def without_underlines(rules: Rules, boxes: Iterable[Box]) -> Rules:
    """The rules but for those that lie in one of the boxes: links are underlined.

    What ends at upright rules on both sides is the edge of a cell, however close above it a link fills the cell.
    """
    by_height = sorted((bottom, top, left, right) for left, bottom, right, top in boxes)
    if len(by_height) * len(rules.level) > MOST_COMPARED:
        return rules
    kept = []
    edges = gathered(rules.upright)
    for place, low, high in rules.level:
        first = bisect_right(by_height, (place - TALLEST,))
        last = bisect_right(by_height, (place + THIN, 0.0, 0.0, 0.0))
        lies_in = any(
            place <= top and left - THIN <= low and high <= right + THIN
            for _, top, left, right in by_height[first:last]
        )
        if not lies_in or all(meets(edges, end, place) for end in (low, high)):
            kept.append((place, low, high))
    return Rules(tuple(kept), rules.upright)


def meets(edges: Sequence[tuple[float, list[Interval]]], end: float, height: float) -> bool:
    """Whether an upright edge passes the end of a level rule, or ends there."""
    number = bisect_right(edges, (end - THIN,))
    near = takewhile(lambda edge: edge[0] <= end + THIN, edges[number:])
    return any(covers(edge[1], place) for edge in near for place in (height - THIN, height, height + THIN))


def find_grids(rules: Rules) -> list[Grid]:
    """The tables that rules make, from the top down: of two columns or more."""
    found = []
    for low, high in joined([(low, high) for _, low, high in rules.upright])[:MOST_EDGES]:
        upright = [rule for rule in rules.upright if low - CLOSE <= rule[1] and rule[2] <= high + CLOSE]
        level = [rule for rule in rules.level if low - CLOSE <= rule[0] <= high + CLOSE]
        if level and (grid := grid_of(upright, level)):
            found.append(grid)
    return sorted(without_stripes(found), key=lambda grid: -grid.rows[0])[:MOST_TABLES]


def without_stripes(grids: Sequence[Grid]) -> list[Grid]:
    """The tables but for those of one row that come again: every second row of a table has a background."""
    single = Counter(tuple(round(place / CLOSE) for place in grid.columns) for grid in grids if len(grid.rows) == 2)
    return [
        grid
        for grid in grids
        if len(grid.rows) > 2 or single[tuple(round(place / CLOSE) for place in grid.columns)] < 2
    ]


def grid_of(upright: Sequence[tuple[float, float, float]], level: Sequence[tuple[float, float, float]]) -> Grid | None:
    """The table that upright and level rules make; None where they make none."""
    left, right = min(rule[1] for rule in level), max(rule[2] for rule in level)
    low, high = min(rule[1] for rule in upright), max(rule[2] for rule in upright)
    inner = [rule for rule in upright if left - CLOSE <= rule[0] <= right + CLOSE]
    sides = [(place, low, high) for place in (left, right) if all(abs(place - rule[0]) > CLOSE for rule in inner)]
    ends = [(height, left, right) for height in (low, high) if all(abs(height - rule[0]) > CLOSE for rule in level)]
    columns = gathered([*inner, *sides])
    drawn = [rule for rule in level if all(any(abs(end - place) <= CLOSE for place, _ in columns) for end in rule[1:])]
    rows = gathered([*drawn, *ends])[::-1]
    if not (3 <= len(columns) <= MOST_COLUMNS and 2 <= len(rows) <= MOST_EDGES):
        return None
    return Grid(
        columns=tuple(place for place, _ in columns),
        rows=tuple(height for height, _ in rows),
        cells=cells_of(columns, rows),
    )


def cells_of(
    columns: Sequence[tuple[float, list[Interval]]], rows: Sequence[tuple[float, list[Interval]]]
) -> tuple[tuple[Slot, ...], ...]:
    """For each slot of a table the first slot of its cell: cells end where a rule divides them."""
    found: list[list[Slot]] = []
    for row in range(len(rows) - 1):
        middle = (rows[row][0] + rows[row + 1][0]) / 2
        told: list[Slot] = []
        for column in range(len(columns) - 1):
            centre = (columns[column][0] + columns[column + 1][0]) / 2
            if column and not covers(columns[column][1], middle):
                told.append(told[-1])
            elif row and not covers(rows[row][1], centre):
                told.append(found[-1][column])
            else:
                told.append((row, column))
        found.append(told)
    return tuple(map(tuple, found))


def gathered(rules: Iterable[tuple[float, float, float]]) -> list[tuple[float, list[Interval]]]:
    """Rules close together as one edge, from the left or from below, with what each covers."""
    groups: list[list[tuple[float, float, float]]] = []
    for rule in sorted(rules):
        if groups and rule[0] - groups[-1][-1][0] <= CLOSE:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    return [(sum(rule[0] for rule in group) / len(group), joined([rule[1:] for rule in group])) for group in groups]


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals that touch as one, in order."""
    found: list[Interval] = []
    for low, high in sorted(intervals):
        if found and low - found[-1][1] <= CLOSE:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def covers(intervals: Sequence[Interval], place: float) -> bool:
    """Whether one of several intervals, in order, covers a place."""
    number = bisect_right(intervals, (place, float("inf"))) - 1
    return number >= 0 and intervals[number][1] >= place
