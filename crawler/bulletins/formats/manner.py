"""How one document is set, measured before it is read: its edges, what closes its items and what marks them.

Plain text and PDF share these measures; what a format does not tell (type size, indents) is None on its lines. A
line is *full* when it reaches the right edge, so that its paragraph may go on below it, across a page break too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.bulletins.formats.flow import Line
from crawler.bulletins.formats.joining import width
from crawler.bulletins.landmarks import (
    CLAUSE_END,
    CLOSERS,
    credit_of,
    ends_text,
    is_sentence_end,
    mark_of,
    number_of,
)

SLACK = 2.5  # ems by which a full line may fall short of the edge: no mark of punctuation may begin a line
NARROWEST, WIDEST = 10.0, 70.0  # ems: what a column of print measures
NARROWEST_TEXT = 18.0  # ems: plain text set narrower than half a page is no text broken at its edge, but short lines
HEADING_SIZE = 1.12  # of body type
LONGEST_SECTION = 14  # characters
SAME_INDENT = 0.3  # ems
FULL_SHARE = 0.15  # of the lines of a wrapped text end at its edge, at the least


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one document is set."""

    edge: float  # where full lines end, in ems
    is_wrapped: bool  # paragraphs run over several lines
    has_indents: bool  # paragraphs are indented
    has_credits: bool  # items close with a credit
    has_looks: bool  # the format tells type sizes, and titles show by them
    has_plain_titles: bool = False  # what shows by its type are sections only
    has_gaps: bool  # empty lines mean something
    heading_sizes: tuple[float, ...]  # largest first
    deepest: int = 0  # level of the headings that the format says are headings
    title_marks: frozenset[str]  # the numberings and bullets that open items
    section_marks: frozenset[str]  # those that open sections
    listed: frozenset[str] = frozenset()  # the titles that the table of contents names


def manner_of(lines: Sequence[Line]) -> Manner:
    """Measure how a document is set; its table of contents is left out, which has a manner of its own."""
    lines = [line for line in lines if not line.ready]
    running = [line for line in lines if not line.is_address and (line.size is None or 0.9 <= line.size < HEADING_SIZE)]
    edge = right_edge(running)
    indents = sum(1 for line in running if line.left is not None and 1.2 <= line.left <= 4)
    sizes = {round(line.size, 1) for line in lines if line.size and line.size >= HEADING_SIZE}
    roles = mark_roles(lines)
    return Manner(
        edge=edge,
        is_wrapped=breaks_lines(lines, running, edge),
        has_indents=indents >= max(2, 0.04 * len(running)),
        has_credits=closing_credits(lines) >= 2,
        has_looks=sum(1 for line in lines if is_large(line) or line.is_bold or line.level) >= 2,
        has_gaps=any(line.has_gap for line in lines),
        heading_sizes=tuple(sorted(sizes, reverse=True)),
        deepest=max((line.level for line in lines), default=0),
        title_marks=frozenset(mark for mark, role in roles.items() if role == "title"),
        section_marks=frozenset(mark for mark, role in roles.items() if role == "section"),
    )


def right_edge(lines: Sequence[Line]) -> float:
    """Where full lines end: three quarters up in the rightmost narrow band that holds a good share of the ends."""
    ends = sorted(line.right for line in lines if NARROWEST <= line.right <= WIDEST)
    enough = max(3, FULL_SHARE * len(ends))
    for last in range(len(ends) - 1, -1, -1):
        first = bisect_left(ends, ends[last] - SLACK)
        if last - first + 1 >= enough:
            return ends[first + (last - first) * 3 // 4]
    return ends[-1] if ends else 0.0


def breaks_lines(lines: Sequence[Line], running: Sequence[Line], edge: float) -> bool:
    """Whether paragraphs run over several lines: many lines stop at the edge inside a sentence, few pass it."""
    if any(line.is_whole for line in lines) or (edge < NARROWEST_TEXT and all(line.size is None for line in lines)):
        return False
    full = [line for line in running if edge - SLACK <= line.right <= edge + 1]
    beyond = sum(1 for line in running if line.size is None and own_right(line) > edge + SLACK)
    return count_broken(lines, edge) >= max(2, 0.35 * len(full)) and beyond <= 0.5 * len(full)


def own_right(line: Line) -> float:
    """Where a line would end without the addresses in it: nobody breaks those."""
    return (line.left or 0) + width(line.rest) if line.links else line.right


def count_broken(lines: Sequence[Line], edge: float) -> int:
    """How many lines reach the edge in the middle of a sentence that goes on below."""
    return sum(
        1
        for line, below in pairwise(lines)
        if edge - SLACK <= line.right <= edge + 1
        and not (line.is_address or below.is_address or is_sentence_end(line.text))
        and (not below.has_gap or below.opens_page)
    )


def closing_credits(lines: Sequence[Line]) -> int:
    """How many credits stand below text that they close; those below titles are none, nor sources that are linked."""
    return sum(
        1 for above, line in pairwise(lines) if not line.links and credit_of(line.text) and ends_text(above.text)
    )


def mark_roles(lines: Sequence[Line]) -> dict[str, str]:
    """What each kind of numbering or bullet opens: titles, sections, or (not named) points within a text."""
    votes: dict[str, Counter[str]] = {}
    for number, line in enumerate(lines):
        if (mark := mark_of(line.text)) and not line.is_address:
            votes.setdefault(mark, Counter())[vote(lines, number)] += 1
    return {
        mark: role
        for mark, cast in votes.items()
        if (role := cast.most_common(1)[0][0]) != "text" and cast.total() >= 2 and counts_on(mark, lines)
    }


def vote(lines: Sequence[Line], number: int) -> str:
    """What one marked line looks like: a title, a section's name, or text."""
    line = lines[number]
    if not is_title_like(line):
        return "text"
    below = next(iter(lines[number + 1 : number + 2]), None)
    further = next(iter(lines[number + 2 : number + 3]), None)
    if line.links or below is None or len(line.text) > LONGEST_SECTION:
        return "title"
    is_above_title = is_title_like(below) and not (below.is_address or credit_of(below.text))
    if not is_above_title or mark_of(below.text) == mark_of(line.text):
        return "title"
    is_title_below = mark_of(below.text) or below.links or further is None or is_news(further)
    return "section" if is_title_below else "title"


def counts_on(mark: str, lines: Sequence[Line]) -> bool:
    """Whether a numbering goes on from item to item; anew it may begin only below what could name a section."""
    before, breaks, count = 0, 0, 0
    for above, line in pairwise([None, *lines]):
        if line is None or mark_of(line.text) != mark or line.is_address:  # addresses have a numbering of their own
            continue
        number = number_of(line.text)
        opens = above is not None and len(above.text) <= LONGEST_SECTION and is_title_like(above)
        breaks += number is not None and number != before + 1 and not (number == 1 and opens)
        before, count = number or 0, count + 1
    return breaks <= max(1, count // 5)


def is_title_like(line: Line) -> bool:
    """Whether a line's words could be a title's: no sentence in it, no clause left open."""
    text = (line.rest if line.links else line.text).strip().rstrip(CLOSERS)
    return "。" not in text and (bool(line.links) or not text.endswith(("；", ";", *CLAUSE_END)))


def is_news(line: Line) -> bool:
    """Whether a line is what stands below a title: text, in which a clause ends, a credit, an address."""
    return not is_title_like(line) or "，" in line.text or line.is_address or credit_of(line.text) is not None


def is_full(line: Line, manner: Manner) -> bool:
    """Whether a line reaches the right edge, so that its paragraph may go on."""
    return manner.is_wrapped and line.right >= manner.edge - SLACK


def is_first_full(line: Line, manner: Manner) -> bool:
    """Whether a line would reach the right edge with the indent of a first line, which extraction loses."""
    return manner.is_wrapped and line.right >= manner.edge - SLACK - (0 if manner.has_indents else 2)


def is_large(line: Line) -> bool:
    """Whether a line is set in larger type than the body."""
    return line.size is not None and line.size >= HEADING_SIZE


def is_running(line: Line, manner: Manner) -> bool:
    """Whether a line is one of a paragraph: it ends a sentence, or holds more than a title would."""
    if manner.is_wrapped and is_full(line, manner) and not is_large(line):
        return True
    return is_sentence_end(line.text) and not is_large(line)


def starts_paragraph(line: Line, manner: Manner) -> bool:
    """Whether a line's indent says that a paragraph begins."""
    return manner.has_indents and line.left is not None and 1.2 <= line.left <= 4 and not line.is_centred


def begins_text(lines: Sequence[Line], number: int, manner: Manner) -> bool:
    """Whether an indented line goes on below at the edge, as the first line of a paragraph does."""
    below = lines[number + 1] if number + 1 < len(lines) else None
    if below is None or below.left is None or not is_full(lines[number], manner):
        return False
    return below.left < SAME_INDENT and not below.has_gap and below.size == lines[number].size
