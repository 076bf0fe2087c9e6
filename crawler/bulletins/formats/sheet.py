"""Tables in text (CSV): every row is an item; what its cells say is told by ``rows``."""

from __future__ import annotations

import csv

from crawler.bulletins.formats.flow import Block, BlockKind, Flow
from crawler.bulletins.formats.rows import table_blocks
from crawler.bulletins.formats.structured import make_block
from crawler.bulletins.formats.text import decode

DIVIDERS = ",\t;"
MOST_ROWS = 100_000
csv.field_size_limit(10_000_000)


def read_csv(body: bytes) -> Flow:
    """Return the flow of a table in text; lines of one cell above the table are its head."""
    text, warnings = decode(body)
    rows = [row for row in divided(text) if any(cell.strip() for cell in row)]
    first = next((number for number, row in enumerate(rows) if sum(bool(cell.strip()) for cell in row) > 1), 0)
    blocks = [make_block(BlockKind.MASTHEAD, cell.strip()) for row in rows[:first] for cell in row if cell.strip()]
    return Flow(media_type="text/csv", blocks=(*blocks, *row_blocks(rows[first:])), warnings=warnings)


def row_blocks(rows: list[list[str]]) -> list[Block]:
    """The rows below the head, with the addresses in their cells."""
    links = [[make_block(BlockKind.ROW, cell).links for cell in row] for row in rows]
    return list(table_blocks([[cell.strip() for cell in row] for row in rows], links))


def divided(text: str) -> list[list[str]]:
    """The rows of a table, cut by the divider that gives the most cells in the first row."""
    sample = text[:20_000].splitlines()[:1]
    divider = max(DIVIDERS, key=lambda mark: sample[0].count(mark) if sample else 0)
    rows: list[list[str]] = []
    for row in csv.reader(text.splitlines(keepends=True), delimiter=divider):
        rows.append(row)
        if len(rows) > MOST_ROWS:
            break
    return rows
