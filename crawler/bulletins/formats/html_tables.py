"""Tables of HTML as they are seen: cells over several rows and columns, rows that name columns or sections, layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bs4.element import CData, NavigableString, PageElement, Tag

from crawler.bulletins.formats.rows import is_header, section_cell, title_cell
from crawler.bulletins.landmarks import LINK_WORDS

CELLS = ["td", "th"]
WIDEST_ROW = 12  # cells; wider ones are calendars and such
LONGEST_ROW = 1500  # characters; longer ones lay out a page
DEEPEST_ROW = 40  # elements around a row that is still looked at as one
BROKEN = ["br", "p", "div", "li", "section"]  # elements that begin lines within a cell
LONGEST_BAND = 20  # characters
WECHAT = re.compile("weixin")
SHORTEST_TITLE = 6  # characters
HEADING = re.compile(r"^h[1-6]$")


def is_data(row: Tag, depth: int) -> bool:
    """Whether a table row is one of data: a few short cells, no table inside, not several items beside each other."""
    if depth > DEEPEST_ROW or row.find("table") or row.find(HEADING):
        return False
    cells = row.find_all(CELLS, limit=WIDEST_ROW + 1)
    texts = [cell.get_text(strip=True) for cell in cells]
    is_small = 2 <= len(cells) <= WIDEST_ROW and sum(map(bool, texts)) >= 2 and sum(map(len, texts)) <= LONGEST_ROW
    return is_small and sum(map(holds_item, cells)) < 2 and not are_linked_titles(cells)


def are_linked_titles(cells: Sequence[Tag]) -> bool:
    """Whether several cells, and all that say something, are each the title of another article, linked."""
    told = [cell for cell in cells if cell.get_text(strip=True)]
    targets = {linked_title(cell) for cell in told}
    return len(told) > 1 and len(targets) == len(told) and None not in targets


def linked_title(cell: Tag) -> str | None:
    """The address of the article whose title is all that a cell says; None where it says anything else."""
    links = [link for link in cell.find_all("a", href=WECHAT) if link.get_text(strip=True)]
    if len(links) != 1:
        return None
    words = links[0].get_text(strip=True)
    is_title = len(words) >= SHORTEST_TITLE and not LINK_WORDS.match(words)
    return str(links[0]["href"]) if is_title and words == cell.get_text(strip=True) else None


def holds_item(cell: Tag) -> bool:
    """Whether a cell holds a whole item: lines of text, and a link that is not all of them."""
    if cell.find("a") is None or len(cell.find_all(BROKEN, limit=2)) < 1:
        return False
    linked = sum(len(link.get_text(strip=True)) for link in cell.find_all("a"))
    return len(cell.get_text(strip=True)) >= linked + 4 and len(list(cell.stripped_strings)) >= 2


def is_band(row: Tag, depth: int) -> bool:
    """Whether a row is one short cell over all columns: the name of a section of the rows below."""
    if depth > DEEPEST_ROW:
        return False
    cells = row.find_all(CELLS, limit=2)
    if len(cells) != 1 or not str(cells[0].get("colspan") or "1").strip().isdecimal():
        return False
    is_wide = int(str(cells[0].get("colspan") or "1")) >= 2
    return is_wide and row.find("a") is None and 2 <= len(cells[0].get_text(strip=True)) <= LONGEST_BAND


@dataclass(slots=True)
class Grid:
    """One table, read row by row."""

    names: list[str] = field(default_factory=list)
    section: str | None = None
    covered: dict[int, int] = field(default_factory=dict)  # by column: in how many further rows
    rows: int = 0

    def read(self, row: Tag) -> tuple[str | None, str | None]:
        """The title and section that a row says; a title of None: it names the columns."""
        cells = self.cells(row)
        self.rows += 1
        if self.rows == 1 and row.find("a") is None and is_header(cells, [[""]] if row.find_next("tr") else []):
            self.names = cells
            return None, None
        self.section = section_cell(cells, self.names) or self.section
        return title_cell(cells, self.names) or "", self.section

    def cells(self, row: Tag) -> list[str]:
        """What the cells of a row say, by column; one that another covers says nothing."""
        said: list[str] = []
        for cell in row.find_all(CELLS, limit=WIDEST_ROW):
            self.skip(said)
            span, height = (number_of(cell, name) for name in ("colspan", "rowspan"))
            if height > 1:
                self.covered.update({len(said) + step: height - 1 for step in range(span)})
            said += [lines_of(cell), *[""] * (span - 1)]
        self.skip(said)
        return said

    def skip(self, said: list[str]) -> None:
        """Leave out the columns that cells above cover."""
        while self.covered.get(len(said), 0) > 0:
            self.covered[len(said)] -= 1
            said.append("")


def lines_of(cell: Tag) -> str:
    """What a cell says, in its lines."""
    parts = ("\n" if isinstance(node, Tag) else str(node) for node in cell.descendants if is_told(node))
    return "\n".join(line for said in "".join(parts).split("\n") if (line := " ".join(said.split())))


def is_told(node: PageElement) -> bool:
    """Whether a node within a cell is text, or begins a line."""
    return node.name in BROKEN if isinstance(node, Tag) else type(node) in (NavigableString, CData)


def number_of(cell: Tag, name: str) -> int:
    """How many rows or columns a cell reaches over."""
    value = str(cell.get(name) or "1").strip()
    return min(max(int(value), 1), 1000) if value.isdecimal() and len(value) <= 4 else 1
