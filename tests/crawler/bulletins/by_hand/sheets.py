"""A printed sheet as it is written down here: a line for each paragraph, with what it is before it.

``T`` a great title, ``C`` a centred line, ``R`` one to the right, ``H`` a section, ``h`` an item's title, ``hc`` one in
the middle, ``n`` one with a number that the program gives, ``P`` a paragraph, ``p`` one without indent, ``-`` a rule,
``FOOT`` a note at the foot of this page, ``PAGE`` a new page, ``| a | b |`` a row of a table (``^`` is one with the
cell above, ``<`` with the one before, ``//`` parts paragraphs in a cell).

Inside a line ``[words](1)`` is a link, ``<1>`` a printed address that is one, ``{1}`` a printed address and no more,
``^[text]`` a note, ``**words**`` bold words, ``↵`` a new line in the same paragraph, ``⇥`` a tab.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from .describing import Addresses

TOKEN = re.compile(
    r"\^\[(?P<note>(?:[^\[\]])*)\]|\[(?P<words>[^\]]*)\]\((?P<target>[^)]*)\)"
    r"|<(?P<linked>\d+(?::[a-z]+)?)>|\{(?P<printed>\d+(?::[a-z]+)?)\}|\*\*(?P<bold>[^*]+)\*\*"
)


@dataclass(frozen=True, slots=True)
class Run:
    """Words, and where they lead."""

    text: str
    url: str | None = None
    note: tuple[Run, ...] = ()
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph."""

    kind: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its paragraphs, and how far it reaches."""

    lines: tuple[tuple[Run, ...], ...]
    columns: int = 1
    rows: int = 1
    is_covered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that follow each other."""

    rows: tuple[tuple[Cell, ...], ...]


def read_sheet(said: str, addresses: Addresses) -> list[Line | Table]:
    """Return the paragraphs and the tables in order."""
    parts: list[Line | Table] = []
    for is_row, lines in groupby(filter(str.strip, said.splitlines()), key=lambda line: line.startswith("|")):
        if is_row:
            parts.append(read_table(list(lines), addresses))
        else:
            parts += [read_line(line, addresses) for line in lines]
    return parts


def read_line(line: str, addresses: Addresses) -> Line:
    kind, _, text = line.partition(" ")
    return Line(kind, read_runs(text, addresses))


def read_runs(text: str, addresses: Addresses) -> tuple[Run, ...]:
    """Return the words of a line, and their links."""
    runs: list[Run] = []
    end = 0
    for token in TOKEN.finditer(text):
        if token.start() > end:
            runs.append(Run(text[end : token.start()]))
        end = token.end()
        runs.append(read_token(token, addresses))
    if end < len(text):
        runs.append(Run(text[end:]))
    return tuple(runs)


def read_token(token: re.Match[str], addresses: Addresses) -> Run:
    if token["note"] is not None:
        return Run("", note=read_runs(token["note"], addresses))
    if token["bold"]:
        return Run(token["bold"], is_bold=True)
    if token["printed"]:
        return Run(addresses.address(*token["printed"].split(":")))
    if token["linked"]:
        address = addresses.address(*token["linked"].split(":"))
        return Run(address, address)
    target = token["target"]
    return Run(token["words"], target if "//" in target else addresses.address(*target.split(":")))


def read_table(lines: list[str], addresses: Addresses) -> Table:
    """Return a table, with the cells that others cover marked so."""
    texts = [[cell.strip() for cell in line.strip().rstrip().strip("|").split("|")] for line in lines]
    rows = []
    for number, row in enumerate(texts):
        cells = []
        for column, text in enumerate(row):
            down = sum(1 for _ in takewhile_is(texts, number + 1, column, "^"))
            right = next((step for step, other in enumerate(row[column + 1 :]) if other != "<"), len(row) - column - 1)
            paragraphs = tuple(read_runs(part, addresses) for part in text.split("//")) if text not in "^<" else ()
            if text in ("^", "<"):  # reaches nowhere itself; one that the cell before covers takes no column
                cells.append(Cell((), int(text == "^"), 1, is_covered=True))
            else:
                cells.append(Cell(paragraphs, 1 + right, 1 + down))
        rows.append(tuple(cells))
    return Table(tuple(rows))


def takewhile_is(texts: list[list[str]], row: int, column: int, mark: str) -> list[int]:
    """Return the rows from this one on that carry the mark in this column."""
    found = []
    while row < len(texts) and texts[row][column] == mark:
        found.append(row)
        row += 1
    return found
