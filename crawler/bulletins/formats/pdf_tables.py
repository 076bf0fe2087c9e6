"""Tables on a PDF's page: which of those that rules or columns show are lists of items, and what their cells say.

A table whose rows cite is a list: each row is an item. One whose cells each hold a text with a link has items beside
each other: these are read cell by cell. Any other table is a part of the text around it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from crawler.bulletins.formats.addresses import with_printed_links
from crawler.bulletins.formats.flow import Line, Link
from crawler.bulletins.formats.joining import join_lines
from crawler.bulletins.formats.pdf_lines import Cell, PrintedLine, Row
from crawler.bulletins.formats.pdf_links import Annotation
from crawler.bulletins.formats.pdf_rules import Grid, Slot
from crawler.bulletins.formats.rows import table_blocks

ADDRESS = re.compile(r"https?:|weixin", re.IGNORECASE)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LONGEST_CELL = 500  # characters; longer ones lay out a page
MOSTLY, NEARLY_ALL = 0.5, 0.8  # of the rows cite, where rules divide them and where white does
BESIDE = 4  # characters that a cell says besides its link, where it is an item
SAME_EDGES = 4.0  # points by which a table's edges may differ from page to page


@dataclass(slots=True)
class Table:
    """One table of a page: its lines by the cells in which they stand."""

    grid: Grid
    cells: dict[Slot, list[PrintedLine]] = field(default_factory=dict)
    linked: dict[Slot, float] = field(default_factory=dict)  # characters under links, or of printed addresses

    def take(self, line: PrintedLine) -> bool:
        """Take a line, where it stands in the table; whether it does."""
        cell = self.grid.cell_at((line.left + line.right) / 2, (line.bottom + line.top) / 2)
        if cell is None:
            return False
        self.cells.setdefault(cell, []).append(line)
        if ADDRESS.search(line.text):
            self.linked[cell] = self.linked.get(cell, 0) + len(line.text)
        return True

    def see(self, annotation: Annotation) -> bool:
        """See a link that lies over the table; whether it does."""
        cell = self.grid.cell_at((annotation.left + annotation.right) / 2, (annotation.bottom + annotation.top) / 2)
        if cell is None:
            return False
        size = self.cells[cell][0].size if cell in self.cells else 1.0
        self.linked[cell] = self.linked.get(cell, 0) + max(1.0, (annotation.right - annotation.left) / max(size, 1.0))
        return True

    @property
    def has_items_in_cells(self) -> bool:
        """Whether cells beside each other hold whole items, or are so long that they lay out the page."""
        if not self.grid.is_drawn:
            return False
        rows = [row for row, column in self.cells if self.holds_item((row, column))]
        is_long = any(sum(len(line.text) for line in lines) > LONGEST_CELL for lines in self.cells.values())
        return is_long or len(rows) > len(set(rows))

    def holds_item(self, cell: Slot) -> bool:
        """Whether a cell holds a whole item: several lines, and a link that is not all of them."""
        lines, linked = self.cells[cell], self.linked.get(cell, 0)
        return 0 < linked <= sum(len(line.text) for line in lines) - BESIDE and len(lines) >= 2

    @property
    def is_list(self) -> bool:
        """Whether the rows are items: most of them cite, those that only name columns or sections aside."""
        several = {row for row, count in Counter(row for row, _ in self.cells).items() if count > 1}
        citing = {row for row, _ in self.linked} & several
        return bool(citing) and len(citing) >= (MOSTLY if self.grid.is_drawn else NEARLY_ALL) * (len(several) - 1)


def read_tables(
    rows: Sequence[Row], grids: Sequence[Grid], annotations: Sequence[Annotation]
) -> tuple[list[Row], list[list[PrintedLine]]]:
    """The lines of a page in which each table that holds items is one line, and the lines of these tables.

    The line that stands for a table says by its cell which one it is.
    """
    tables = [Table(grid) for grid in grids]
    homes: dict[int, int] = {}  # the table of each piece that stands in one
    for piece in (piece for row in rows for piece in row.pieces):
        home = next((number for number, table in enumerate(tables) if table.take(piece)), None)
        if home is not None:
            homes[id(piece)] = home
    for annotation in annotations:
        any(table.see(annotation) for table in tables)
    read = {number: lines for number, table in enumerate(tables) if (lines := lines_of(table, number))}
    left: list[Row] = []
    seen: set[int] = set()
    for row in rows:
        own = {homes[id(piece)] for piece in row.pieces if id(piece) in homes} & read.keys()
        for number in sorted(own - seen):
            standing = standing_for(read[number], number)
            left.append(Row(line=standing, pieces=[standing]))
        seen |= own
        pieces = [piece for piece in row.pieces if homes.get(id(piece)) not in read]
        if own:
            left += [Row(line=piece, pieces=[piece]) for piece in pieces]
        else:
            left.append(row)
    return left, [read.get(number, []) for number in range(len(tables))]


def lines_of(table: Table, number: int) -> list[PrintedLine]:
    """The lines of a table that holds items, cell after cell; none of any other."""
    if table.has_items_in_cells and table.linked:
        return [line for cell in sorted(table.cells) for line in in_cell(table, cell)]
    if not table.is_list:
        return []
    grid = table.grid
    return [
        replace(
            line,
            cell=Cell(
                table=number,
                row=row,
                column=column,
                columns=grid.columns,
                low=grid.rows[row + 1],
                high=grid.rows[row],
            ),
        )
        for row, column in sorted(table.cells)
        for line in downwards(table.cells[row, column])
    ]


def in_cell(table: Table, cell: Slot) -> Iterator[PrintedLine]:
    """The lines of a cell that is a column of text by itself."""
    lines = downwards(table.cells[cell])
    end = max(column for column, slot in enumerate(table.grid.cells[cell[0]]) if slot == cell)
    right = table.grid.columns[end + 1] - (min(line.left for line in lines) - table.grid.columns[cell[1]])
    edges = (min(line.left for line in lines), right)
    for number, line in enumerate(lines):
        yield replace(line, column=edges, opens_cell=number == 0)


def downwards(lines: Iterable[PrintedLine]) -> list[PrintedLine]:
    """Lines from the top down, those at one height from the left."""
    return sorted(lines, key=lambda line: (-round((line.bottom + line.top) / line.size), line.left))


def standing_for(lines: Sequence[PrintedLine], number: int) -> PrintedLine:
    """The line that stands for a table while the lines of its page are put in order."""
    low, high = min(line.bottom for line in lines), max(line.top for line in lines)
    return PrintedLine(
        text="",
        page=lines[0].page,
        left=min(line.left for line in lines),
        bottom=low,
        right=max(line.right for line in lines),
        top=high,
        size=lines[0].size,
        is_bold=False,
        cell=Cell(table=number, row=-1, column=-1, columns=(), low=low, high=high),
    )


def with_tables(lines: Sequence[PrintedLine], tables: Sequence[Sequence[PrintedLine]]) -> list[PrintedLine]:
    """The lines of a page with each table at its place."""
    found: list[PrintedLine] = []
    for line in lines:
        found += tables[line.cell.table] if line.cell else [line]
    return found


# ---- rows that are items ----------------------------------------------------------------------------------------


def table_lines(lines: Sequence[PrintedLine]) -> Iterator[Line]:
    """The rows of tables that follow each other, each as a line that is a block already.

    A table goes on over the page where its columns do; the row that names them is said again there.
    """
    rows: list[list[PrintedLine]] = []
    before: Cell | None = None
    for _, found in groupby(lines, key=lambda line: line.cell and (line.page, line.cell.table, line.cell.row)):
        row = list(found)
        if before and row[0].cell and not same_columns(before, row[0].cell):
            yield from rows_as_lines(rows)
            rows = []
        rows.append(row)
        before = row[0].cell
    yield from rows_as_lines(rows)


def same_columns(one: Cell, other: Cell) -> bool:
    """Whether two tables, or pieces of one, have the same columns."""
    return len(one.columns) == len(other.columns) and all(
        abs(edge - place) <= SAME_EDGES for edge, place in zip(one.columns, other.columns, strict=True)
    )


def rows_as_lines(rows: Sequence[Sequence[PrintedLine]]) -> Iterator[Line]:
    """The rows of one table as lines."""
    said: list[list[str]] = []
    links: list[list[Sequence[Link]]] = []
    pages: list[int] = []
    for row in rows:
        words, linked = read_row(row)
        if said and goes_on_over_page((said[-1], links[-1], pages[-1]), (words, linked, row[0].page)):
            said[-1] = [join_lines(pair) for pair in zip(said[-1], words, strict=True)]
            links[-1] = [(*above, *new_links(above, below)) for above, below in zip(links[-1], linked, strict=True)]
            continue
        if not said or words != said[0]:
            said.append(words)
            links.append(linked)
            pages.append(row[0].page)
    for block in table_blocks(said, links, pages=pages):
        yield Line(text=block.text, rest=block.text, page=block.page, ready=block)


Told = tuple[Sequence[str], Sequence[Sequence[Link]], int]  # the words of a row, its links and its page


def goes_on_over_page(above: Told, below: Told) -> bool:
    """Whether a row that begins a page is the rest of the one above: of its address, under its link, or unnumbered."""
    words, links, page = above
    rest, others, next_page = below
    if not 0 < next_page - page <= 1 or len(words) != len(rest):
        return False
    if any(new and not old for old, new in zip(words, rest, strict=True)):
        return False
    urls = {link.url for cell in links for link in cell}
    same = {link.url for cell in others for link in cell}
    is_rest = not any(CHINESE.search(cell) for cell in rest) and any(ADDRESS.search(cell) for cell in words)
    is_unnumbered = is_numbered(words) and not rest[0].strip() and any(map(str.strip, rest)) and not same
    return (bool(same) and same <= urls) or (is_rest and same <= urls and not is_numbered(rest)) or is_unnumbered


def is_numbered(words: Sequence[str]) -> bool:
    """Whether a row begins with a number, as those of a list do."""
    return bool(words) and words[0].strip().isdigit()


def new_links(above: Sequence[Link], below: Sequence[Link]) -> list[Link]:
    """The links of a cell that the cell above does not have."""
    return [link for link in below if all(link.url != other.url for other in above)]


def read_row(lines: Sequence[PrintedLine]) -> tuple[list[str], list[Sequence[Link]]]:
    """What the cells of a row say, and their links."""
    first = lines[0].cell
    count = len(first.columns) - 1 if first else 0
    words, links = [""] * count, list[Sequence[Link]]([()] * count)
    for column, found in groupby(lines, key=lambda line: line.cell.column if line.cell else 0):
        cell = with_printed_links(
            [
                Line(
                    text=line.text,
                    rest=line.text,
                    page=line.page,
                    links=tuple(line.links),
                    continues_link=line.continues_link,
                )
                for line in found
            ]
        )
        parts: list[str] = []
        for line in cell:
            parts[-1:] = [parts[-1] + line.text] if line.goes_on and parts else [*parts[-1:], line.text]
        words[column] = join_lines(parts)
        links[column] = [link for line in cell for link in line.links]
    return words, links
