"""Tables: which rows are data, which row names the columns, what each row says, and in which section it stands.

The cell under 标题 (or 名称, title …) is the item's title; without such a column it is the longest of the row's
shorter texts, those left out that say when, who, where or how many by their columns' names. Of a cell of several
lines the first is the title, where text stands below it. Sections are a column (栏目, 类别 …), whose cells often stand
once for several rows, or rows of one cell between the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from crawler.bulletins.formats.flow import Block, BlockKind, Link
from crawler.bulletins.landmarks import (
    FIELD_NAME,
    INSTITUTION,
    LINK_WORDS,
    TITLE_NAME,
    ends_statement,
    is_sentence_end,
)
from storage.records import PlacedBy

WIDEST = 40  # cells
LONGEST = 3_000  # characters of one row; longer ones lay out a page
TITLE_COLUMNS = (  # the surest first
    re.compile(r"标题|题目|题名|文章名|^title$|headline|subject", re.IGNORECASE),
    re.compile(r"^(?:文章|推文|稿件|新闻|篇名|信息)(?:内容)?$|文章名|推文名|稿件名"),
    re.compile(r"名称|事项|主题|^name$", re.IGNORECASE),
)
# 单位名称, 公众号名称, 提交时间, 参与人数, 联系人, 推文链接: columns that say something of an item, not its title.
OTHER_COLUMNS = re.compile(
    r"^(?:序号|编号|no\.?|id)$|(?:单位|部门|机构|学校|院系|科室|支部|工会|组织|账号|公众号|平台|媒体|载体|栏目|作者|姓名)(?:名称?)?$"
    r"|(?:时间|日期|人数|次数|数量|[阅读点赞]+[数量]|链接|网址|地址|地点|场所|备注|电话|手机|邮箱|状态|是否.{1,8}|联系人|负责人|主讲人|填报人|报送人"
    r"|编辑|审核|记者|来源|出处|部门|单位|账号|平台)$|(?:^|[^\w])(?:date|time|url|link|author|account)(?:$|[^\w])",
    re.IGNORECASE,
)
SECTION_COLUMNS = re.compile(r"^(?:所属)?(?:栏目|板块|版块|专栏|专题|类别|分类)(?:名称)?$")
ADDRESS = re.compile(r"^\s*(?:https?://|mp\.weixin)", re.IGNORECASE)
LONGEST_TITLE = 60
LONGEST_SECTION = 20
SHORTEST_LINE = 4  # characters of a title above its text in one cell
FEWEST_ROWS = 2  # that tell the columns of a table apart
DISTINCT = 0.8  # of a column's titles
LONGEST_UNIT = 20  # characters of an institution's name
RIVAL = 0.6  # of the weight of the column that says most
UNSURE = 0.7
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
    column, is_sure = title_column(rows[int(has_header) :], links[int(has_header) :], names)
    section = None
    for number in range(int(has_header), len(rows)):
        row, cells = rows[number], links[number]
        if is_band(rows, links, number):
            section = next(filter(None, row))
        elif any(row) or any(cells):
            section = section_cell(row, names) or section
            page = pages[number] if pages else None
            told = row_of(row, [link for cell in cells for link in cell], names, page=page, section=section)
            if column is not None and column < len(row) and is_text(row[column]):
                told = replace(told, plain=first_line(row[column]))
            yield told if is_sure else replace(told, links=tuple(map(doubted, told.links)))


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
    text = "\n".join(named_cells([" ".join(cell.split()) for cell in row], names))
    placed = tuple(replace(link, grounds=PlacedBy.ROW, is_alone=False) for link in links)
    return Block(
        kind=BlockKind.ROW,
        text=text,
        plain=title_cell(row, names) or "",
        page=page,
        end_page=page,
        links=placed,
        section=section,
    )


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


def title_column(
    rows: Sequence[Sequence[str]], links: Sequence[Sequence[Sequence[Link]]], names: Sequence[str]
) -> tuple[int | None, bool]:
    """The column that holds the titles of a table whose names do not say which, and whether no other may hold them.

    It is the one whose words are links, else the one that says most in words that differ from row to row, without
    being text or names of institutions. None: each row is asked for itself.
    """
    numbered = enumerate(name.strip() for name in names)
    own = [name for column, name in numbered if not is_other_column(name) and not is_link_column(rows, column)]
    if any(columns.search(name) for name in own for columns in TITLE_COLUMNS):
        return None, True
    told = [number for number, row in enumerate(rows) if sum(map(bool, row)) >= 2]
    widest = max((len(rows[number]) for number in told), default=0)
    if len(told) < FEWEST_ROWS:
        return None, True
    linked = [
        column for column in range(widest) if 2 * sum(is_linked(rows[n], links[n], column) for n in told) > len(told)
    ]
    if len(linked) == 1:
        return linked[0], True
    weighed = sorted(
        (
            (weight_of([rows[n][column] for n in told if column < len(rows[n]) and rows[n][column]], len(told)), column)
            for column in range(widest)
            if column >= len(names) or not is_other_column(names[column].strip())
        ),
        reverse=True,
    )
    if not weighed or not weighed[0][0]:
        return None, True
    rival = weighed[1][0] if len(weighed) > 1 else 0.0
    return weighed[0][1], rival < RIVAL * weighed[0][0]


def is_link_column(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Whether the cells of a column say 查看, or an address."""
    cells = [row[column] for row in rows if column < len(row) and row[column]]
    return 2 * sum(bool(LINK_WORDS.match(cell) or ADDRESS.match(cell)) for cell in cells) > len(cells)


def is_linked(row: Sequence[str], cells: Sequence[Sequence[Link]], column: int) -> bool:
    """Whether the words of a cell are a link, and say more than 查看原文."""
    if column >= len(row) or column >= len(cells):
        return False
    words = row[column].strip()
    return is_text(words) and not LINK_WORDS.match(words) and any(link.anchor_text for link in cells[column])


def weight_of(cells: Sequence[str], count: int) -> float:
    """How much a column says, in characters a cell; 0 where it is no titles': sparse, repeated, text, institutions."""
    titles = [first_line(cell) for cell in cells if is_text(cell)]
    if 2 * len(titles) <= count or len(set(titles)) < DISTINCT * len(titles):
        return 0.0
    texts = sum(ends_statement(title) or len(title) > LONGEST_TITLE for title in titles)
    units = sum(len(title) <= LONGEST_UNIT and bool(INSTITUTION.search(title)) for title in titles)
    return 0.0 if 2 * texts > len(titles) or 2 * units > len(titles) else sum(map(len, titles)) / len(titles)


def doubted(link: Link) -> Link:
    """A link of a row whose title may stand in another cell."""
    return replace(link, confidence=min(link.confidence, UNSURE))


def title_cell(cells: Sequence[str], names: Sequence[str]) -> str | None:
    """The cell that is a row's title, or its first line."""
    named = [(name.strip(), cell) for name, cell in zip(names, cells, strict=False) if cell and not ADDRESS.match(cell)]
    for columns in TITLE_COLUMNS:
        for name, cell in named:
            if columns.search(name) and not is_other_column(name) and not LINK_WORDS.match(cell):
                return first_line(cell)
    others = {number for number, name in enumerate(names) if is_other_column(name.strip())}
    texts = [first_line(cell) for number, cell in enumerate(cells) if number not in others and is_text(cell)]
    texts = texts or [first_line(cell) for cell in cells if is_text(cell)]
    short = [cell for cell in texts if len(cell) <= LONGEST_TITLE]
    return max(short or texts, key=len, default=None)


def is_other_column(name: str) -> bool:
    """Whether a column says something of the items, but not their titles."""
    return bool(SECTION_COLUMNS.match(name) or OTHER_COLUMNS.search(name))


def is_text(cell: str) -> bool:
    """Whether a cell holds words."""
    return bool(re.search(r"[^\W\d_]{2}", cell)) and not ADDRESS.match(cell)


def first_line(cell: str) -> str:
    """The first line of a cell that holds a title with its text below; else the whole cell."""
    first, _, rest = cell.strip().partition("\n")
    is_title = SHORTEST_LINE <= len(first) <= LONGEST_TITLE and not first.rstrip().endswith(("，", "、", "：", ":"))
    heads_text = is_title and not ends_statement(first) and is_sentence_end(rest)
    return " ".join((first if heads_text else cell).split())
