"""Excel workbooks: every row is an item, its links those of its cells; each sheet is a section where there are more.

A link is a hyperlink over a cell, a formula HYPERLINK("…"), or an address written in a cell. Formulas are never
worked out: what Excel saved as their result is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from crawler.bulletins.formats.flow import Block, BlockKind, Flow, Link
from crawler.bulletins.formats.packages import Package
from crawler.bulletins.formats.rows import table_blocks
from crawler.bulletins.formats.structured import clean, make_block
from crawler.bulletins.formats.xlsx_dates import DayFormats
from storage.errors import UnreadableBulletin
from storage.records import PlacedBy

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
FORMULA = re.compile(r'HYPERLINK\s*\(\s*"([^"]+)"', re.IGNORECASE)
MAY_BE_ADDRESS = re.compile(r"://|weixin|．|／", re.IGNORECASE)  # most cells hold none: looking closely costs
MOST_ROWS = 100_000
WIDEST = 200  # columns that are looked at

Cells = dict[int, dict[int, tuple[str, list[Link]]]]  # by row and column


@dataclass(frozen=True, slots=True)
class Said:
    """What cells refer to: shared texts by number, and the styles that make days of numbers."""

    strings: Sequence[str]
    days: DayFormats


def read_xlsx(body: bytes) -> Flow:
    """Return the flow of a workbook.

    Raises UnreadableBulletin (its file name to be filled in by the caller) for what is damaged or unpacks too far.
    """
    package = Package(body)
    root = package.parse("xl/workbook.xml")
    if root is None:
        raise UnreadableBulletin(file="", kind="damaged", detail="no xl/workbook.xml")
    relations = package.relations("xl/workbook.xml")
    said = Said(shared_strings(package.parse("xl/sharedStrings.xml")), DayFormats(package.parse("xl/styles.xml"), root))
    sheets = [
        (sheet.get("name") or "", list(sheet_blocks(package, relations[number][0], said)))
        for sheet in root.iter(SHEET + "sheet")
        if (number := sheet.get(RELATED + "id") or "") in relations
    ]
    filled = [(name, blocks) for name, blocks in sheets if blocks]
    blocks: list[Block] = []
    for name, rows in filled:
        if len(filled) > 1:
            blocks.append(Block(kind=BlockKind.SECTION, text=name, plain=name))
        blocks += rows
    return Flow(media_type=MEDIA_TYPE, blocks=tuple(blocks))


def shared_strings(root: etree._Element | None) -> list[str]:
    """The texts that cells refer to by number."""
    return [text_of(entry) for entry in root.iter(SHEET + "si")] if root is not None else []


def text_of(element: etree._Element) -> str:
    """The text of a string, whatever its type; the reading aids for Japanese are left out."""
    runs = element.iter(SHEET + "t")
    return "".join(run.text or "" for run in runs if next(run.iterancestors()).tag != SHEET + "rPh")


def sheet_blocks(package: Package, name: str, book: Said) -> Iterator[Block]:
    """The rows of a sheet; lines of one cell above the table are its head."""
    root = package.parse(name)
    if root is None:
        return
    cells = read_cells(root, book)
    for (number, column), url in hyperlinks(root, package.relations(name)):
        text, links = cells.setdefault(number, {}).get(column, ("", []))
        own = [link for link in links if not link.is_printed]  # the address under the link is not a second one
        cells[number][column] = (text, [*own, Link(url=url, grounds=PlacedBy.ROW, anchor_text=text or None)])
    rows = [cells[row] for row in sorted(cells) if any(text or links for text, links in cells[row].values())]
    first = next((number for number, row in enumerate(rows) if len(row) > 1), 0)
    for row in rows[:first]:
        for text, links in row.values():
            yield make_block(BlockKind.MASTHEAD, text, links=links, anchored="")
    width = min(WIDEST, max((max(row) for row in rows), default=0) + 1)
    table = [[row.get(column, ("", []))[0] for column in range(width)] for row in rows[first:]]
    linked = [[row.get(column, ("", []))[1] for column in range(width)] for row in rows[first:]]
    if table:
        yield from table_blocks(table, linked)


def read_cells(root: etree._Element, book: Said) -> Cells:
    """What the cells of a sheet say, and the links of formulas and of addresses written in them."""
    cells: Cells = {}
    for number, row in enumerate(root.iter(SHEET + "row")):
        if number >= MOST_ROWS:
            break
        for position, cell in enumerate(row.iterchildren(SHEET + "c")):
            at = place_of(cell.get("r") or "") or (number, position)
            if at[1] < WIDEST and (said := read_cell(cell, book)):
                cells.setdefault(at[0], {})[at[1]] = said
    return cells


def read_cell(cell: etree._Element, book: Said) -> tuple[str, list[Link]] | None:
    """One cell's text and links; None for an empty one."""
    value = cell.findtext(SHEET + "v", "")
    if cell.get("t") == "s":
        text = book.strings[int(value)] if value.isdecimal() and int(value) < len(book.strings) else ""
    elif cell.get("t") == "inlineStr":
        text = text_of(cell)
    else:
        text = book.days.shown(value, cell.get("s")) if cell.get("t") in (None, "n") else value
    text = "\n".join(line for said in text.splitlines() if (line := clean(said)))
    found = FORMULA.search(cell.findtext(SHEET + "f", ""))
    if found:
        return text, [Link(url=found.group(1), grounds=PlacedBy.ROW, anchor_text=text or None)]
    printed = make_block(BlockKind.ROW, text).links if MAY_BE_ADDRESS.search(text) else ()
    return (text, list(printed)) if text else None


def hyperlinks(root: etree._Element, relations: dict[str, tuple[str, bool]]) -> Iterator[tuple[tuple[int, int], str]]:
    """The hyperlinks of a sheet, with the cell that each lies over first."""
    for link in root.iter(SHEET + "hyperlink"):
        target, is_outside = relations.get(link.get(RELATED + "id") or "", ("", False))
        place = place_of((link.get("ref") or "").split(":")[0])
        if is_outside and target and place:
            location = link.get("location")
            yield place, f"{target}#{location}" if location and "#" not in target else target


def place_of(reference: str) -> tuple[int, int] | None:
    """Row and column, from 0, of a cell named B12."""
    found = PLACE.fullmatch(reference.replace("$", ""))
    if not found:
        return None
    column = 0
    for letter in found.group(1):
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(found.group(2)) - 1, column - 1
