"""Tables: which rows are data, which row names the columns, what each row says, and in which section it stands.

The cell under 标题 (or 名称, title …) is the item's title; without such a column it is the longest of the row's
shorter texts. Sections are a column (栏目, 类别 …), whose cells often stand once for several rows, or rows of one cell
between the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from crawler.bulletins.formats.flow import Block, BlockKind, Link
from crawler.bulletins.formats.structured import make_block
from crawler.bulletins.landmarks import FIELD_NAME, TITLE_NAME, ends_statement
from storage.records import PlacedBy

WIDEST = 40  # cells
LONGEST = 3_000  # characters of one row; longer ones lay out a page
TITLE_COLUMNS = (  # the surest first
    re.compile(r"标题|题目|题名|文章名|^title$|headline|subject", re.IGNORECASE),
    re.compile(r"^(?:文章|推文|稿件|新闻|篇名|信息)(?:内容)?$|文章名|推文名|稿件名"),
    re.compile(r"名称|事项|主题|^name$", re.IGNORECASE),
)
SECTION_COLUMNS = re.compile(r"^(?:所属)?(?:栏目|板块|版块|专栏|专题|类别|分类)(?:名称)?$")
ADDRESS = re.compile(r"^\s*(?:https?://|mp\.weixin)", re.IGNORECASE)
LONGEST_TITLE = 60
LONGEST_SECTION = 20
FORM, WIDEST_FORM = 0.8, 4  # share of rows that name a field; cells of a row


def is_data_row(row: Sequence[str]) -> bool:
    """Whether a row holds data: two cells or more that say something, none of them a whole text."""
    return 2 <= len(row) <= WIDEST and sum(map(bool, row)) >= 2 and sum(map(len, row)) <= LONGEST


def table_blocks(
    rows: Sequence[Sequence[str]], links: Sequence[Sequence[Sequence[Link]]], *, pages: Sequence[int | None] = ()
) -> Iterator[Block]:
    """The rows of a table as blocks, each with its links; the row that names the columns is none of them.

    ``pages`` are those on which the rows stand, where that is known.
    """
    if is_form(rows):
        yield from form_blocks(rows, links, pages)
        return
    has_header = len(rows) > 1 and is_header(rows[0], rows[1:]) and not any(cell for cell in links[0])
    names = rows[0] if has_header else []
    section = None
    for number in range(int(has_header), len(rows)):
        row, cells = rows[number], links[number]
        if is_band(rows, links, number):
            section = next(filter(None, row))
        elif any(row) or any(cells):
            section = section_cell(row, names) or section
            page = pages[number] if pages else None
            yield row_of(row, [link for cell in cells for link in cell], names, page=page, section=section)


def is_form(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first cells name what the second ones say: 标题, 来源, 链接, one below the other."""
    names = [row[0] for row in rows if row and row[0]]
    titles = sum(bool(TITLE_NAME.match(name)) for name in names)
    fields = sum(bool(FIELD_NAME.match(name)) for name in names)
    return (
        titles >= 1 and fields >= titles and titles + fields >= FORM * len(rows) and max(map(len, rows)) <= WIDEST_FORM
    )


def form_blocks(
    rows: Sequence[Sequence[str]], links: Sequence[Sequence[Sequence[Link]]], pages: Sequence[int | None]
) -> Iterator[Block]:
    """The items of a form: each begins with the row that says its title."""
    starts = [number for number, row in enumerate(rows) if row and TITLE_NAME.match(row[0])]
    for start, end in pairwise([*starts, len(rows)]):
        said = ["：".join(filter(None, (cell.rstrip("：: ") for cell in row[:2]))) for row in rows[start:end]]
        own = [link for cells in links[start:end] for cell in cells for link in cell]
        block = row_of(said, own, [], page=pages[start] if pages else None)
        yield replace(block, plain=next(filter(None, rows[start][1:]), ""))


def is_band(rows: Sequence[Sequence[str]], links: Sequence[Sequence[Sequence[Link]]], number: int) -> bool:
    """Whether a row is one short cell that names a section of the rows with links below it."""
    said = [cell for cell in rows[number] if cell]
    if len(said) != 1 or any(links[number]) or len(said[0]) > LONGEST_SECTION or ends_statement(said[0]):
        return False
    return number + 1 < len(rows) and sum(map(bool, rows[number + 1])) >= 2 and any(links[number + 1])


def section_cell(row: Sequence[str], names: Sequence[str]) -> str | None:
    """What a row says under the column that names sections."""
    for name, cell in zip(names, row, strict=False):
        if SECTION_COLUMNS.match(name.strip()) and cell and len(cell) <= LONGEST_SECTION:
            return cell
    return None


def row_of(
    row: Sequence[str],
    links: Sequence[Link],
    names: Sequence[str],
    *,
    page: int | None = None,
    section: str | None = None,
) -> Block:
    """One row as a block."""
    text = "\n".join(named_cells(row, names))
    placed = tuple(replace(link, grounds=PlacedBy.ROW, is_alone=False) for link in links)
    block = make_block(BlockKind.ROW, text, anchored="", page=page)
    return replace(block, plain=title_cell(row, names) or "", links=placed, section=section)


def is_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns: short words, no address, no number, though rows below have some."""
    named = all(0 < len(cell.strip()) <= 20 and not ADDRESS.match(cell) for cell in first if cell.strip())
    figures = any(re.fullmatch(r"[\d.,-]+", cell.strip()) for cell in first)
    return bool(rows) and named and not figures and sum(bool(cell.strip()) for cell in first) >= 2


def named_cells(cells: Sequence[str], names: Sequence[str]) -> list[str]:
    """What the cells of a row say, with the names of their columns."""
    return [
        f"{names[number].strip()}：{cell}" if number < len(names) and names[number].strip() else cell
        for number, cell in enumerate(cells)
        if cell
    ]


def title_cell(cells: Sequence[str], names: Sequence[str]) -> str | None:
    """The cell that is a row's title."""
    named = [(name.strip(), cell) for name, cell in zip(names, cells, strict=False) if cell and not ADDRESS.match(cell)]
    for columns in TITLE_COLUMNS:
        for name, cell in named:
            if columns.search(name) and not SECTION_COLUMNS.match(name):
                return cell
    texts = [cell for cell in cells if re.search(r"[^\W\d_]{2}", cell) and not ADDRESS.match(cell)]
    short = [cell for cell in texts if len(cell) <= LONGEST_TITLE]
    return max(short or texts, key=len, default=None)
