"""Tables that no upright rules divide: columns told by the white between them, rows by their lines.

Lines that stand apart in pieces, one below the other, with white down between the pieces, are a table, where several
of them cite. What goes over columns ends it, but for a short line with rows below, which names a section. Rows are
divided by level rules, or by more white than their own lines, in the way that leaves each row its link.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, dropwhile, pairwise

from crawler.bulletins.formats.pdf_lines import PrintedLine, Row
from crawler.bulletins.formats.pdf_links import Annotation
from crawler.bulletins.formats.pdf_rules import Grid, Interval, Rules, Slot

MOST_LEVELS = 150  # of one page
MOST_PIECES = 150  # at one height
FEWEST_ROWS = 3
FEWEST_CITING = 2
NARROWEST = 0.2  # of the type's size: a strip
APART = 7.0  # of the type's size: no two rows stand further from each other
ON_LEVEL = 0.4  # of the type's size
LONGEST_BAND = 20  # characters
SAME_SIZE = 0.15  # by which type may differ within a table
MOSTLY = 0.45  # of the lines in a column: addresses may be broken over two
MORE = 0.2  # of the type's size
MOST_LINES = 6  # of a cell; longer ones are columns of text
MOST_MEASURES = 12  # of white that are tried
CITES = ("http", "weixin")


@dataclass(frozen=True)
class Level:
    """What stands at one height: the pieces from the left, and whether there is a link among them."""

    pieces: tuple[PrintedLine, ...]
    urls: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        """The height of the level."""
        return (self.pieces[0].bottom + self.pieces[0].top) / 2

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return min(piece.bottom for piece in self.pieces)

    @property
    def top(self) -> float:
        """Where it begins above."""
        return max(piece.top for piece in self.pieces)

    @property
    def size(self) -> float:
        """The size of its type."""
        return self.pieces[0].size

    @cached_property
    def words(self) -> list[Interval]:
        """What it covers, from the left: pieces, and within them what small gaps divide."""
        found: list[Interval] = []
        for piece in self.pieces:
            left = piece.left
            for end, begin in piece.gaps:
                found.append((left, end))
                left = begin
            found.append((left, piece.right))
        return found

    @property
    def may_be_band(self) -> bool:
        """Whether it may name a section of a table: short, without a link."""
        return len(self.pieces) == 1 and len(self.pieces[0].text) <= LONGEST_BAND and not self.urls


def aligned_grids(
    rows: Sequence[Row], annotations: Sequence[Annotation], rules: Rules, ruled: Sequence[Grid], *, in_columns: bool
) -> list[Grid]:
    """The tables of a page that upright rules do not divide; ``ruled`` are those that they do.

    ``in_columns``: the page looks as if its text ran in columns; a table must show one of addresses then.
    """
    levels = levels_of(rows, annotations, ruled)
    if len(levels) > MOST_LEVELS or any(len(level.pieces) > MOST_PIECES for level in levels):
        return []
    if sum(bool(level.urls) for level in levels) < FEWEST_CITING:
        return []
    found, start = [], 0
    while start < len(levels):
        runs = [run for first in range(start, min(start + 3, len(levels))) if (run := run_from(levels, first))]
        best = max(runs, key=lambda run: run.weight, default=None)
        if best is None:
            start += 1
            continue
        if (not in_columns or best.has_address_column) and (grid := best.grid(rules)):
            found.append(grid)
            start = best.end
        else:
            start += 1
    return found


def levels_of(rows: Sequence[Row], annotations: Sequence[Annotation], ruled: Sequence[Grid]) -> list[Level]:
    """What stands at one height outside the tables that are ruled, from the top down; none where all stands alone."""
    pieces = [
        piece
        for row in rows
        for piece in row.pieces
        if not any(grid.row_at((piece.bottom + piece.top) / 2) is not None for grid in ruled)
    ]
    pieces.sort(key=lambda piece: -(piece.bottom + piece.top))
    groups: list[list[PrintedLine]] = []
    for piece in pieces:
        last = groups[-1][0] if groups else None
        if last and abs((last.bottom + last.top) - (piece.bottom + piece.top)) <= 2 * ON_LEVEL * last.size:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    if all(len(group) == 1 for group in groups):
        return []
    by_height = sorted(((each.bottom + each.top) / 2, each.url) for each in annotations)
    return [level_of(group, by_height) for group in groups]


def level_of(pieces: Sequence[PrintedLine], annotations: Sequence[tuple[float, str]]) -> Level:
    """Pieces at one height as a level, with the links at that height."""
    first = pieces[0]
    low = bisect_left(annotations, (first.bottom - 0.2 * first.size, ""))
    high = bisect_left(annotations, (first.top + 0.2 * first.size, ""))
    urls = [url for _, url in annotations[low:high]]
    if not urls:
        urls = [piece.text for piece in pieces if any(mark in piece.text.lower() for mark in CITES)]
    return Level(tuple(sorted(pieces, key=lambda piece: piece.left)), tuple(urls))


@dataclass(frozen=True, slots=True)
class Run:
    """Levels that follow each other, and what they cover from the left: columns, with white down between them."""

    levels: tuple[Level, ...]
    columns: tuple[Interval, ...]
    end: int  # the number of the level behind it

    @property
    def weight(self) -> int:
        """How much of a table it is."""
        return (len(self.columns) - 1) * sum(len(touched(level, self.columns)) > 1 for level in self.levels)

    @property
    def has_address_column(self) -> bool:
        """Whether one of the columns holds little else than addresses."""
        filled: list[list[bool]] = [[] for _ in self.columns]
        for level in self.levels:
            for piece in level.pieces:
                begins = piece.text.lower().startswith((*CITES, "mp."))
                for number in touched(Level((piece,)), self.columns):
                    filled[number].append(begins)
        return any(sum(column) > MOSTLY * len(column) for column in filled)

    def is_band(self, level: Level) -> bool:
        """Whether a level goes over several columns, as the name of a section does."""
        return is_across(level, self.columns)

    def grid(self, rules: Rules) -> Grid | None:
        """The table that it is; None where it is none."""
        left, right = self.columns[0][0] - 1, self.columns[-1][1] + 1
        strips = [(low[1] + high[0]) / 2 for low, high in pairwise(self.columns)]
        rows = self.from_first(self.ruled_rows(rules, left, right) or rows_by_white(self.levels))
        rows = self.from_first(with_head_apart(rows))
        if not self.is_table(rows):
            return None
        edges = [max(level.top for level in rows[0]) + 1]
        for upper, lower in pairwise(rows):
            edges.append((min(level.middle for level in upper) + max(level.middle for level in lower)) / 2)
        edges.append(min(level.bottom for level in rows[-1]) - 1)
        cells = tuple(self.slots(number, row) for number, row in enumerate(rows))
        return Grid(columns=(left, *strips, right), rows=tuple(edges), cells=cells, is_drawn=False)

    def is_table(self, rows: Sequence[Sequence[Level]]) -> bool:
        """Whether rows have words in several columns, and some of these cite."""
        filled = [Counter(column for level in row for column in touched(level, self.columns)) for row in rows]
        urls = [any(level.urls for level in row) for row in rows]
        citing = sum(len(row) > 1 and cites for row, cites in zip(filled, urls, strict=True))
        is_short = all(max(row.values()) <= MOST_LINES for row in filled)
        urls_told = len({url for row in rows for level in row for url in level.urls})
        return (
            is_short and min(citing, urls_told) >= FEWEST_CITING and sum(len(row) > 1 for row in filled) >= FEWEST_ROWS
        )

    def from_first(self, rows: Sequence[list[Level]]) -> list[list[Level]]:
        """The rows from the first on that may be one of a table."""
        return list(dropwhile(lambda row: not self.is_row(row), rows))

    def is_row(self, row: Sequence[Level]) -> bool:
        """Whether levels may be the first row of a table: with words in several columns, or a link."""
        columns = {column for level in row for column in touched(level, self.columns)}
        return len(columns) > 1 or any(level.urls for level in row)

    def slots(self, row: int, levels: Sequence[Level]) -> tuple[Slot, ...]:
        """The cells of a row: one for each column, or one over all where it names a section."""
        is_band = len(levels) == 1 and self.is_band(levels[0])
        return tuple((row, 0 if is_band else column) for column in range(len(self.columns)))

    def ruled_rows(self, rules: Rules, left: float, right: float) -> list[list[Level]]:
        """The rows that level rules divide; nothing where there are no such for all of them."""
        middle, top, bottom = (left + right) / 2, self.levels[0].middle, self.levels[-1].middle
        heights = sorted({place for place, low, high in rules.level if low <= middle <= high and bottom < place < top})
        groups: dict[int, list[Level]] = {}
        for level in self.levels:
            groups.setdefault(bisect_left(heights, level.middle), []).append(level)
        rows = [groups[number] for number in sorted(groups, reverse=True)]
        return rows if worth(rows) >= max(worth(rows_by_white(self.levels)), FEWEST_CITING) else []


def rows_by_white(levels: Sequence[Level]) -> list[list[Level]]:
    """The levels by rows: those with more white between them than some measure, which leaves each row its link."""
    whites = whites_of(levels)
    measures = sorted({round(white) for white in whites})
    measures = measures[:: 1 + len(measures) // MOST_MEASURES]
    return max((divided(levels, whites, measure) for measure in measures), key=worth)


def with_head_apart(rows: Sequence[list[Level]]) -> list[list[Level]]:
    """The rows; lines above the first, with more white below them than is within any other, are one of their own."""
    if len(rows) < 2:
        return list(rows)
    usual = max((white for row in rows[1:] for white in whites_of(row)), default=0.0)
    first = rows[0]
    ends = [number for number, white in enumerate(whites_of(first), 1) if white > usual + MORE * first[0].size]
    return [first[: ends[-1]], first[ends[-1] :], *rows[1:]] if ends else list(rows)


def whites_of(levels: Sequence[Level]) -> list[float]:
    """How much white is above each level but the first: none, where it stands beside those above."""
    whites, low = [], levels[0].bottom
    for level in levels[1:]:
        whites.append(round(low - level.top, 1))
        low = min(low, level.bottom)
    return whites


def divided(levels: Sequence[Level], whites: Sequence[float], measure: float) -> list[list[Level]]:
    """The levels in groups with at least so much white between them."""
    groups = [[levels[0]]]
    for level, white in zip(levels[1:], whites, strict=True):
        if white >= measure - 0.5:
            groups.append([level])
        else:
            groups[-1].append(level)
    return groups


def worth(rows: Sequence[Sequence[Level]]) -> int:
    """How well levels are divided: rows that cite count for it, against it rows that do not, and links in two.

    The first row may name the columns.
    """
    urls = [{url for level in row for url in level.urls} for row in rows]
    citing = sum(map(bool, urls))
    shared = sum(bool(upper & lower) for upper, lower in pairwise(urls))
    return 2 * citing - len(rows[not urls[0] :]) - 2 * shared


def run_from(levels: Sequence[Level], start: int) -> Run | None:
    """The levels from one on that white divides alike; None where the first stands in one piece."""
    if len(levels[start].pieces) < 2:
        return None
    taken, columns, end = [levels[start]], levels[start].words, start + 1
    while end < len(levels):
        level = levels[end]
        if taken[-1].middle - level.middle > APART * level.size:
            break
        if not joins(level, columns, taken):
            columns = merged([*columns, *level.words], NARROWEST * level.size)
        elif not level.may_be_band:
            break
        if len(columns) < 2:
            break
        taken.append(level)
        end += 1
    while len(taken) > 1 and not taken[-1].urls and is_across(taken[-1], columns):
        taken.pop()
        end -= 1
    if len(columns) < 2 or len(taken) < 2:
        return None
    return Run((*lines_above(levels, start, columns), *taken), tuple(columns), end)


def lines_above(levels: Sequence[Level], start: int, columns: Sequence[Interval]) -> list[Level]:
    """The lines above one that stand in its columns, in type of its size: words broken within cells of rows above."""
    first, size = start, levels[start].size
    while first > 0:
        above, below = levels[first - 1], levels[first]
        is_far = above.middle - below.middle > APART * size or abs(above.size - size) > SAME_SIZE * size
        if is_far or is_across(above, columns) or not touched(above, columns):
            break
        first -= 1
    return list(levels[first:start])


def joins(level: Level, columns: Sequence[Interval], taken: Sequence[Level]) -> bool:
    """Whether a level goes over columns that stand beside each other in several levels above it."""
    return any(
        len(over) > 1 and sum(len(touched(each, columns) & set(over)) > 1 for each in taken) >= FEWEST_CITING
        for over in under(level.words, columns)
    )


def is_across(level: Level, columns: Sequence[Interval]) -> bool:
    """Whether one piece of a level goes over several columns."""
    return any(len(over) > 1 for over in under(level.words, columns))


def touched(level: Level, columns: Sequence[Interval]) -> set[int]:
    """The numbers of the columns in which a level has words."""
    return set(chain.from_iterable(under(level.words, columns)))


def under(words: Sequence[Interval], columns: Sequence[Interval]) -> list[Sequence[int]]:
    """For each of some words the numbers of the columns over which they stand."""
    edges = list(chain.from_iterable(columns))
    if edges == sorted(edges):
        lefts, rights = edges[0::2], edges[1::2]
        return [range(bisect_right(rights, low), bisect_left(lefts, high)) for low, high in words]
    return [
        [number for number, (left, right) in enumerate(columns) if low < right and high > left] for low, high in words
    ]


def merged(intervals: Iterable[Interval], least: float) -> list[Interval]:
    """Intervals with less than so much white between them as one, from the left."""
    found: list[Interval] = []
    for low, high in sorted(intervals):
        if found and low - found[-1][1] < least:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found
