"""Tables inside documents: which rows are data, which row names the columns, what each row says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crawler.bulletins.formats.flow import Block, BlockKind, Link
from crawler.bulletins.formats.sheet import is_header, named_cells, title_cell
from crawler.bulletins.formats.structured import make_block
from storage.records import PlacedBy

WIDEST = 40  # cells
LONGEST = 3_000  # characters of one row; longer ones lay out a page


def is_data_row(row: Sequence[str]) -> bool:
    """Whether a row holds data: two cells or more that say something, none of them a whole text."""
    return 2 <= len(row) <= WIDEST and sum(map(bool, row)) >= 2 and sum(map(len, row)) <= LONGEST


def table_blocks(
    rows: Sequence[Sequence[str]], links: Sequence[Sequence[Sequence[Link]]], *, page: int | None = None
) -> Iterator[Block]:
    """The rows of a table as blocks, each with its links; the row that names the columns is none of them."""
    has_header = len(rows) > 1 and is_header(rows[0], rows[1:]) and not any(cell for cell in links[0])
    names = rows[0] if has_header else []
    for row, cells in zip(rows[has_header:], links[has_header:], strict=True):
        if any(row) or any(cells):
            yield row_of(row, [link for cell in cells for link in cell], names, page=page)


def row_of(row: Sequence[str], links: Sequence[Link], names: Sequence[str], *, page: int | None = None) -> Block:
    """One row as a block."""
    text = "\n".join(named_cells(row, names))
    placed = tuple(replace(link, grounds=PlacedBy.ROW, is_alone=False) for link in links)
    block = make_block(BlockKind.ROW, text, anchored="", page=page)
    return replace(block, plain=title_cell(row, names) or "", links=placed)
