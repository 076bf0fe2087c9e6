"""Printed lines measured in ems of the body's type, without running heads and page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from crawler.bulletins.formats.flow import Line
from crawler.bulletins.formats.joining import join_lines
from crawler.bulletins.formats.pdf_lines import PrintedLine, PrintedPage
from crawler.bulletins.formats.pdf_tables import table_lines
from crawler.bulletins.landmarks import PAGE_NUMBER
from storage.records import PlacedBy

FEW_PAGES = 4  # of which two may be all that have a running head: the first page often has none
MARGIN = 0.09  # of the page's height: where running heads and page numbers stand


def without_furniture(pages: Sequence[PrintedPage]) -> list[PrintedPage]:
    """The pages without their running heads, running feet and page numbers."""
    seen = Counter(key for page in pages for key in {furniture_key(line) for line in margins(page)})
    often = 2 if len(pages) <= FEW_PAGES else max(3, 0.4 * len(pages))
    return [
        replace(
            page,
            lines=[
                line
                for line in page.lines
                if not (is_in_margin(line, page) and not line.links)
                or not (seen[furniture_key(line)] >= often or PAGE_NUMBER.match(line.text))
            ],
        )
        for page in pages
    ]


def join_over_pages(pages: Sequence[PrintedPage]) -> None:
    """Make one link of two where its words end a page or column and go on at the top of the next."""
    for page, following in pairwise(page for page in pages if page.lines):
        if not join_broken_link(page.lines[-1], following.lines[0]):
            join_block_link(page.lines, following.lines[0])
    for page in pages:
        for last, first in pairwise(page.lines):
            if first.opens_column:
                join_broken_link(last, first)


def join_block_link(lines: Sequence[PrintedLine], first: PrintedLine) -> None:
    """Make one link of two where one lies over several lines, the last of the page among them, and goes on below."""
    owner = next((line for line in reversed(lines) if line.links), None)
    if owner is None or not first.links or owner.links[-1].url != first.links[0].url:
        return
    end = owner.links[-1]
    if end.anchor_text and end.anchor_text.endswith(lines[-1].text):
        owner.links[-1] = replace(end, anchor_text=join_lines([end.anchor_text, first.links[0].anchor_text or ""]))
        del first.links[0]
        first.continues_link = True


def join_broken_link(last: PrintedLine, first: PrintedLine) -> bool:
    """Make one link of two with the same address where one ends a line and the other begins the next."""
    if not (last.links and first.links):
        return False
    end, start = last.links[-1], first.links[0]
    same = end.url == start.url and end.grounds is start.grounds is PlacedBy.ANNOTATION
    if not (same and last.text.endswith(end.anchor_text or "-") and first.text.startswith(start.anchor_text or "-")):
        return False
    last.links[-1] = replace(end, anchor_text=join_lines([end.anchor_text or "", start.anchor_text or ""]))
    del first.links[0]
    first.continues_link = True
    return True


def margins(page: PrintedPage) -> list[PrintedLine]:
    """The lines in the upper and lower margin of a page."""
    return [line for line in page.lines if is_in_margin(line, page)]


def is_in_margin(line: PrintedLine, page: PrintedPage) -> bool:
    """Whether a line stands where running heads and page numbers do."""
    middle = (line.bottom + line.top) / 2
    return middle < MARGIN * page.height or middle > (1 - MARGIN) * page.height


def furniture_key(line: PrintedLine) -> tuple[str, int]:
    """What running heads have in common: their words but for numbers, and their height."""
    return re.sub(r"\d+", "#", line.text), round(line.bottom / 4)


def measured(pages: Sequence[PrintedPage]) -> list[Line]:
    """The lines of all pages, measured in ems of the body's type from the left edge of the text."""
    join_over_pages(pages)
    printed = [line for page in pages for line in page.lines if not line.cell] or [
        line for page in pages for line in page.lines
    ]
    if not printed:
        return []
    body = body_size(printed)
    pitch = line_pitch(pages)
    right = percentile([line.right for line in printed], 0.95)
    mostly_bold = 2 * sum(len(line.text) for line in printed if line.is_bold) > sum(len(line.text) for line in printed)
    left = percentile([line.left for line in printed if line.size < 1.1 * body], 0.1)
    edges = [left_edge(page, body, left) for page in pages]
    lines: list[Line] = []
    for is_table, found in groupby(placed_lines(pages), key=lambda placed: placed.line.cell is not None):
        if is_table:
            lines += table_lines([placed.line for placed in found])
            continue
        for placed in found:
            line, before = placed.line, placed.before
            edge, end = line.column or (edges[placed.number], right)
            lines.append(
                Line(
                    text=line.text,
                    rest=line.text,
                    page=line.page,
                    opens_page=before is None or line.opens_column,
                    left=(line.left - edge) / body,
                    right=(line.right - edge) / body,
                    size=round(line.size / body, 2),
                    is_bold=line.is_bold and not mostly_bold,
                    is_centred=is_centred(line, edge, end, body),
                    has_gap=line.opens_cell or has_room_above(line, before, pitch),
                    continues_link=line.continues_link,
                    lead=None if mostly_bold else line.lead,
                    links=tuple(line.links),
                )
            )
    return lines


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line, the one before it on its page, and the number of the page in the list of pages."""

    line: PrintedLine
    before: PrintedLine | None
    number: int


def placed_lines(pages: Sequence[PrintedPage]) -> Iterator[PlacedLine]:
    """The lines of all pages."""
    for number, page in enumerate(pages):
        for before, line in pairwise([None, *page.lines]):
            if line is not None:
                yield PlacedLine(line, before, number)


def has_room_above(line: PrintedLine, before: PrintedLine | None, pitch: float) -> bool:
    """Whether there is more room above a line than between those of a paragraph."""
    return before is not None and before.bottom - line.bottom > 1.4 * max(pitch, 1.3 * line.size)


def body_size(lines: Sequence[PrintedLine]) -> float:
    """The size in which most of the text is set."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes.most_common(1)[0][0], 1.0)


def line_pitch(pages: Sequence[PrintedPage]) -> float:
    """How far below each other lines of a paragraph stand."""
    steps = [
        upper.bottom - lower.bottom
        for page in pages
        for upper, lower in pairwise(page.lines)
        if not (upper.cell or lower.cell) and upper.bottom > lower.bottom
    ]
    return percentile(steps, 0.25) if steps else 0.0


def left_edge(page: PrintedPage, body: float, usual: float) -> float:
    """The left edge of a page's text: pages of one document may have their own."""
    lefts = [line.left for line in page.lines if line.size < 1.1 * body and not line.cell]
    return percentile(lefts, 0.1) if len(lefts) >= 8 else usual


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def is_centred(line: PrintedLine, left: float, right: float, body: float) -> bool:
    """Whether a line stands in the middle between the edges."""
    before, behind = line.left - left, right - line.right
    return before > 2.5 * body and abs(before - behind) < 1.2 * body
