"""Which line of a print a QR code belongs to: as an address printed there would.

A code stands beside its item's text, or below it. Where it could as well be another item's (a title right below it,
titles beside it, several codes in a row over captions, the top of a page), its place is only the best candidate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from crawler.bulletins.formats.flow import Link
from crawler.bulletins.formats.pdf_lines import Box, PrintedLine
from storage.records import PlacedBy

SURE = 1.0  # as an address printed there would be
AT_PAGE_TOP = 0.6  # of the last line of the page before, where the code would have had room below it
BETWEEN = 0.6  # of the nearest line, where titles stand beside a code, or several codes beside each other
MARGIN = 0.09  # of the page's height: where running heads and page numbers stand


@dataclass(slots=True)
class Placer:
    """Gives codes to lines, page after page."""

    before: list[PrintedLine] = field(default_factory=list)  # the lines of the page before
    lowest: float = inf  # where the text of the pages before ends

    def place(self, codes: Sequence[tuple[str, Box]], lines: list[PrintedLine], number: int, height: float) -> None:
        """Give the codes of a page, with their boxes, to its lines; ``number`` is the page's, from 1."""
        body = body_lines(lines, height)
        known = len(body)
        self.attach(codes, body, number)
        lines += body[known:]
        self.before = body or self.before
        self.lowest = min([self.lowest, *(line.bottom for line in body)])

    def attach(self, codes: Sequence[tuple[str, Box]], lines: list[PrintedLine], number: int) -> None:
        """Give each code to its line; above all lines of the page, to the last of the page before."""
        places = [(url, box, *line_of(box, lines, self.before, self.lowest)) for url, box in codes]
        for url, box, line, confidence in places:
            beside = [other for _, other in codes if other != box and overlaps(box[1], box[3], other[1], other[3])]
            if beside and has_caption(box, lines):
                confidence = min(confidence, BETWEEN)
            link = Link(url=url, grounds=PlacedBy.INLINE, page=number, is_alone=True, confidence=confidence)
            if line is None:
                line = empty_line(box, number)
                lines.append(line)
            line.links.append(link if confidence == SURE else nearest(link))


def body_lines(lines: Sequence[PrintedLine], height: float) -> list[PrintedLine]:
    """The lines of a page but for those where running heads and page numbers stand."""
    body = [line for line in lines if MARGIN * height < (line.bottom + line.top) / 2 < (1 - MARGIN) * height]
    return body or list(lines)


def has_caption(box: Box, lines: Sequence[PrintedLine]) -> bool:
    """Whether words stand right below a code: with several codes in a row they may be titles, one for each."""
    return any(0 <= box[1] - line.top <= line.size for line in lines if line.left < box[2] and line.right > box[0])


def nearest(link: Link) -> Link:
    """A link whose place is only the best candidate."""
    return Link(url=link.url, grounds=PlacedBy.NEAREST, page=link.page, confidence=link.confidence)


def line_of(
    box: Box, lines: Sequence[PrintedLine], before: Sequence[PrintedLine], lowest: float
) -> tuple[PrintedLine | None, float]:
    """The line that a code belongs to, and how surely: one beside it, else the nearest above it."""
    beside = [line for line in lines if box[1] <= (line.bottom + line.top) / 2 <= box[3]]
    if beside:
        middle = (box[1] + box[3]) / 2
        line = min(beside, key=lambda line: abs((line.bottom + line.top) / 2 - middle))
        return line, SURE if are_of_one_text(beside) else BETWEEN
    above = [line for line in lines if line.bottom >= box[3] - 1]
    if not above:
        if not before:
            return next(iter(lines), None), AT_PAGE_TOP
        had_no_room = before[-1].bottom - lowest < box[3] - box[1]
        return before[-1], SURE if had_no_room else AT_PAGE_TOP
    upper = min(above, key=lambda line: line.bottom)
    below = max((line for line in lines if line.top <= box[1] + 1), key=lambda line: line.top, default=None)
    is_near_title = below is not None and is_larger(below, upper) and box[1] - below.top < 0.5 * (upper.bottom - box[3])
    return upper, BETWEEN if is_near_title else SURE


def are_of_one_text(lines: Sequence[PrintedLine]) -> bool:
    """Whether lines beside a code are one item's: none but the first is set as titles are."""
    ordered = sorted(lines, key=lambda line: -line.top)
    least = min(lines, key=lambda line: line.size)
    return not any(is_larger(line, least) or (line.is_bold and not least.is_bold) for line in ordered[1:])


def is_larger(line: PrintedLine, other: PrintedLine) -> bool:
    """Whether a line is set in larger type than another."""
    return line.size > 1.12 * other.size


def overlaps(bottom: float, top: float, other_bottom: float, other_top: float) -> bool:
    """Whether two boxes stand at one height."""
    return min(top, other_top) - max(bottom, other_bottom) > 0.5 * min(top - bottom, other_top - other_bottom)


def empty_line(box: Box, page: int) -> PrintedLine:
    """A line without words where a code is."""
    left, bottom, right, top = box
    return PrintedLine(
        text="", page=page, left=left, bottom=bottom, right=right, top=top, size=top - bottom, is_bold=False
    )
