"""Tables: every row is an item; the row that names the columns is found and names the cells.

The cell under 标题 (or 名称, title …) is the item's title; without such a column it is the longest of the row's
shorter texts.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace

from crawler.bulletins.formats.flow import Block, BlockKind, Flow
from crawler.bulletins.formats.structured import make_block
from crawler.bulletins.formats.text import decode
from storage.records import PlacedBy

DIVIDERS = ",\t;"
MOST_ROWS = 100_000
TITLE_COLUMNS = re.compile(r"标题|题目|题名|文章名|名称|事项|主题|^title$|^name$|headline|subject", re.IGNORECASE)
ADDRESS = re.compile(r"^\s*(?:https?://|mp\.weixin)", re.IGNORECASE)
LONGEST_TITLE = 60
csv.field_size_limit(10_000_000)


def read_csv(body: bytes) -> Flow:
    """Return the flow of a table in text."""
    text, warnings = decode(body)
    rows = divided(text)
    has_header = bool(rows) and is_header(rows[0], rows[1:])
    names = rows[0] if has_header else []
    blocks = [row_block(row, names) for row in rows[has_header:] if any(cell.strip() for cell in row)]
    return Flow(media_type="text/csv", blocks=tuple(blocks), warnings=warnings)


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


def is_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns: short words, no address, no number, though rows below have some."""
    named = all(0 < len(cell.strip()) <= 20 and not ADDRESS.match(cell) for cell in first if cell.strip())
    figures = any(re.fullmatch(r"[\d.,-]+", cell.strip()) for cell in first)
    return bool(rows) and named and not figures and sum(bool(cell.strip()) for cell in first) >= 2


def row_block(row: Sequence[str], names: Sequence[str]) -> Block:
    """One row as a block: its cells named, its links those of the row."""
    cells = [" ".join(cell.split()) for cell in row]
    whole = make_block(BlockKind.ROW, "\n".join(named_cells(cells, names)))
    links = tuple(
        replace(link, grounds=PlacedBy.ROW, is_alone=False)
        for cell in row
        for link in make_block(BlockKind.ROW, cell).links
    )
    return replace(whole, plain=title_cell(cells, names) or "", links=links)


def named_cells(cells: Sequence[str], names: Sequence[str]) -> list[str]:
    """What the cells of a row say, with the names of their columns."""
    return [
        f"{names[number].strip()}：{cell}" if number < len(names) and names[number].strip() else cell
        for number, cell in enumerate(cells)
        if cell
    ]


def title_cell(cells: Sequence[str], names: Sequence[str]) -> str | None:
    """The cell that is a row's title."""
    for name, cell in zip(names, cells, strict=False):
        if TITLE_COLUMNS.search(name.strip()) and cell and not ADDRESS.match(cell):
            return cell
    texts = [cell for cell in cells if re.search(r"[^\W\d_]{2}", cell) and not ADDRESS.match(cell)]
    short = [cell for cell in texts if len(cell) <= LONGEST_TITLE]
    return max(short or texts, key=len, default=None)
