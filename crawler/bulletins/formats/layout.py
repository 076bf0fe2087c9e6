"""Printed lines become blocks: which lines are one paragraph, which are titles, sections, credits, head and colophon.

Plain text and PDF share these rules; what a format does not tell (type size, indents) is None on its lines and the
rules do without it. A line is *full* when it reaches the right edge, so that its paragraph may go on below it, across
a page break too. A *title* is short, ends without the marks that sentences end with, and stands where an item may
begin: after the head, a section, a credit or an address; in issues that close their items with no credit, after
any finished paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from crawler.bulletins.formats.addresses import without_label
from crawler.bulletins.formats.flow import Block, BlockKind, Line
from crawler.bulletins.formats.joining import close_gaps, join_lines, width
from crawler.bulletins.landmarks import (
    CLAUSE_END,
    CLOSERS,
    COLOPHON,
    CONTENTS,
    NUMBERING,
    PAGE_NUMBER,
    STAFF,
    credit_of,
    is_sentence_end,
    section_of,
)
from crawler.bulletins.mastheads import says_head

SLACK = 2.5  # ems by which a full line may fall short of the edge: no mark of punctuation may begin a line
NARROWEST, WIDEST = 10.0, 70.0  # ems: what a column of print measures
LONGEST_TITLE = 80  # characters
LONGEST_HEAD = 14  # lines
HEADING_SIZE = 1.12  # of body type
TITLE_LEVEL = 3  # below the publication (1) and its sections (2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one document is set."""

    edge: float  # where full lines end, in ems
    is_wrapped: bool  # paragraphs run over several lines
    has_indents: bool  # paragraphs are indented
    has_credits: bool  # items close with a credit
    has_looks: bool  # the format tells type sizes, and titles show by them
    heading_sizes: tuple[float, ...]  # largest first


def to_blocks(lines: Sequence[Line]) -> list[Block]:
    """Return the blocks of a document whose lines are given in reading order, head first, colophon last."""
    lines = [line for line in lines if not is_furniture(line)]
    manner = manner_of(lines)
    tail = colophon_start(lines)
    kinds = [kind_of(line) for line in lines[:tail]]
    head = head_length(lines[:tail], kinds, manner)
    blocks = [block(BlockKind.MASTHEAD, [line]) for line in lines[:head]]
    blocks += body_blocks(lines[head:tail], kinds[head:], manner)
    blocks += [block(BlockKind.COLOPHON, [line]) for line in lines[tail:]]
    return blocks


def is_furniture(line: Line) -> bool:
    """Whether a line is only a page number."""
    return bool(PAGE_NUMBER.match(line.text)) and not line.links and not line.goes_on


def manner_of(lines: Sequence[Line]) -> Manner:
    """Measure how a document is set."""
    running = [line for line in lines if not line.is_address and (line.size is None or 0.9 <= line.size < HEADING_SIZE)]
    edge = right_edge(running)
    full = [line for line in running if edge - SLACK <= line.right <= edge + 1]
    broken = count_broken(lines, edge)
    indents = sum(1 for line in running if line.left is not None and 1.2 <= line.left <= 4)
    sizes = {round(line.size, 1) for line in lines if line.size and line.size >= HEADING_SIZE}
    return Manner(
        edge=edge,
        is_wrapped=broken >= max(2, 0.35 * len(full)),
        has_indents=indents >= max(2, 0.04 * len(running)),
        has_credits=sum(1 for line in lines if credit_of(line.text)) >= 2,
        has_looks=sum(1 for line in lines if is_large(line) or line.is_bold) >= 2,
        heading_sizes=tuple(sorted(sizes, reverse=True)),
    )


def right_edge(lines: Sequence[Line]) -> float:
    """Where full lines end: three quarters up in the narrow band that holds the most ends of lines."""
    ends = sorted(line.right for line in lines if NARROWEST <= line.right <= WIDEST)
    edge, most, first = 0.0, 0, 0
    for last, end in enumerate(ends):
        while ends[first] < end - SLACK:
            first += 1
        if last - first + 1 >= most:
            edge, most = ends[first + (last - first) * 3 // 4], last - first + 1
    return edge


def count_broken(lines: Sequence[Line], edge: float) -> int:
    """How many lines reach the edge in the middle of a sentence that goes on below."""
    return sum(
        1
        for line, below in pairwise(lines)
        if edge - SLACK <= line.right <= edge + 1
        and not (line.is_address or below.is_address or is_sentence_end(line.text))
        and (not below.has_gap or below.opens_page)
    )


def colophon_start(lines: Sequence[Line]) -> int:
    """The number of the first line of the colophon; the count of lines where there is none.

    It is the last thing of an issue: a mark of it counts only among the last lines, below every credit and section.
    """
    earliest = max(0, len(lines) - max(25, len(lines) // 10))
    for number in range(len(lines) - 1, earliest - 1, -1):
        if credit_of(lines[number].text) and not COLOPHON.match(lines[number].text):
            earliest = number + 1
            break
    for number in range(earliest, len(lines)):
        if COLOPHON.match(lines[number].text) or (STAFF.match(lines[number].text) and number > len(lines) // 2):
            return number
    return len(lines)


def kind_of(line: Line) -> BlockKind | None:
    """What a line is by its own words; None for running text and titles."""
    if line.is_address:
        return BlockKind.ADDRESS
    if CONTENTS.match(line.text):
        return BlockKind.CONTENTS
    if section_of(line.text):
        return BlockKind.SECTION
    if credit_of(line.text):
        return BlockKind.CREDIT
    return None


def head_length(lines: Sequence[Line], kinds: Sequence[BlockKind | None], manner: Manner) -> int:
    """How many lines the head has: up to the last that names a day, a number or a printer, before any running text."""
    length = 0
    for number, line in enumerate(lines[:LONGEST_HEAD]):
        if kinds[number] in (BlockKind.SECTION, BlockKind.CONTENTS):
            return number
        if says_head(line.text) or STAFF.match(line.text):
            length = number + 1
        elif kinds[number] is None and is_running(line, manner):
            break
    return length


def is_running(line: Line, manner: Manner) -> bool:
    """Whether a line is one of a paragraph: it ends a sentence, or holds more than a title would."""
    if manner.is_wrapped and is_full(line, manner) and not is_large(line):
        return True
    return is_sentence_end(line.text) and not is_large(line)


def is_full(line: Line, manner: Manner) -> bool:
    """Whether a line reaches the right edge, so that its paragraph may go on."""
    return manner.is_wrapped and line.right >= manner.edge - SLACK


def is_first_full(line: Line, manner: Manner) -> bool:
    """Whether a line would reach the right edge with the indent of a first line, which extraction loses."""
    return manner.is_wrapped and line.right >= manner.edge - SLACK - (0 if manner.has_indents else 2)


def is_large(line: Line) -> bool:
    """Whether a line is set in larger type than the body."""
    return line.size is not None and line.size >= HEADING_SIZE


def body_blocks(lines: Sequence[Line], kinds: Sequence[BlockKind | None], manner: Manner) -> list[Block]:
    """The blocks between head and colophon."""
    blocks: list[Block] = []
    number = skip_contents(lines, kinds)
    while number < len(lines):
        kind = kinds[number]
        count = 1
        if kind in (BlockKind.SECTION, BlockKind.CREDIT, BlockKind.CONTENTS):
            blocks.append(block(kind, lines[number : number + 1], level=2 if kind is BlockKind.SECTION else 0))
        elif kind is BlockKind.ADDRESS:
            count = run_length(kinds, number, BlockKind.ADDRESS)
            blocks.append(address_block(lines, number, count))
        elif count := linked_entry_length(lines, kinds, number, blocks):
            blocks.append(block(BlockKind.ENTRY, lines[number : number + count]))
        elif count := title_length(lines, kinds, number, manner, blocks):
            blocks += title_blocks(lines[number : number + count], manner)
        else:
            count = paragraph_length(lines, kinds, number, manner)
            paragraph = lines[number : number + count]
            blocks.append(block(BlockKind.ENTRY if is_entry(paragraph) else BlockKind.PARAGRAPH, paragraph))
        number += count
    return blocks


def skip_contents(lines: Sequence[Line], kinds: Sequence[BlockKind | None]) -> int:
    """Where the news begins: below a table of contents, whose lines are told by coming again as titles."""
    start = next((number for number, kind in enumerate(kinds) if kind is BlockKind.CONTENTS), None)
    if start is None or start > LONGEST_HEAD:
        return 0
    number = start + 1
    while number < len(lines) and comes_again(lines, number):
        number += 1
    return number


def comes_again(lines: Sequence[Line], number: int) -> bool:
    """Whether a later line says the same, leaders and page numbers aside."""
    title = contents_title(lines[number].text)
    return len(title) >= 4 and any(contents_title(line.text).startswith(title) for line in lines[number + 1 :])


def contents_title(text: str) -> str:
    """A line of a table of contents without numbering, leaders and page number."""
    return re.sub(r"[\s.．…·—-]*[(（]?\d{0,3}[)）]?$", "", NUMBERING.sub("", close_gaps(text)))


def run_length(kinds: Sequence[BlockKind | None], start: int, kind: BlockKind) -> int:
    """How many lines of a kind follow each other."""
    return next((n for n in range(start, len(kinds)) if kinds[n] is not kind), len(kinds)) - start


def address_block(lines: Sequence[Line], start: int, count: int) -> Block:
    """Lines of nothing but addresses; each link learns whether the page ends below it."""
    end = start + count
    at_foot = lines[start].page is not None and lines[start].size is None
    is_bare = not any(re.search(r"\w", line.rest) for line in lines[start:end])  # a label ties it to the text above
    at_foot = at_foot and is_bare and (end >= len(lines) or lines[end].opens_page)
    whole = block(BlockKind.ADDRESS, lines[start:end])
    return replace(whole, links=tuple(replace(link, at_page_foot=at_foot) for link in whole.links))


# ---- titles ---------------------------------------------------------------------------------------------------


def title_length(
    lines: Sequence[Line],
    kinds: Sequence[BlockKind | None],
    start: int,
    manner: Manner,
    before: Sequence[Block],
) -> int:
    """How many lines from this one on are titles; 0 where a paragraph begins."""
    if count := large_length(lines, kinds, start, manner):
        return count
    if manner.has_looks and not NUMBERING.match(lines[start].text):
        return 0
    if before and before[-1].kind is BlockKind.HEADING and is_first_full(lines[start], manner):
        return 0
    is_numbered = manner.has_looks and bool(NUMBERING.match(lines[start].text))
    if not (is_numbered and lines[start].has_gap) and not may_begin_item(manner, before):
        return 0
    count = plain_title_length(lines, kinds, start, manner)
    if not count or len(join_lines(line.rest for line in lines[start : start + count])) > LONGEST_TITLE:
        return 0
    return count if is_numbered or has_news_below(lines, kinds, start + count, manner) else 0


def large_length(lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int, manner: Manner) -> int:
    """How many lines in larger type, or in the bold type of a body that is not bold, follow each other."""
    first, count = lines[start], 0
    if not (is_large(first) or stands_out(first, manner)):
        return 0
    for number in range(start, min(start + 4, len(lines))):
        line = lines[number]
        same = line.size == first.size and line.is_bold == first.is_bold
        new = count and (NUMBERING.match(line.text) or (line.has_gap and not is_full(lines[number - 1], manner)))
        if kinds[number] is not None or not same or new:
            break
        count += 1
    text = join_lines(line.rest for line in lines[start : start + count])
    return count if count and len(text) <= LONGEST_TITLE and not text.endswith(("。", "；", "，", "：")) else 0


def stands_out(line: Line, manner: Manner) -> bool:
    """Whether a line of body size looks like a heading: bold or centred, and short."""
    return (line.is_bold or line.is_centred) and not is_full(line, manner) and not is_sentence_end(line.text)


def may_begin_item(manner: Manner, before: Sequence[Block]) -> bool:
    """Whether an item may begin here, by what stands before."""
    if not before or (before[-1].kind is not BlockKind.PARAGRAPH and before[-1].kind is not BlockKind.ENTRY):
        return True
    if manner.has_credits:
        return False
    return is_sentence_end(before[-1].text) or not manner.is_wrapped


def linked_entry_length(
    lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int, before: Sequence[Block]
) -> int:
    """How many lines an entry of a list of links has: lines under one link, with others such next to them; else 0."""
    end = linked_end(lines, kinds, start)
    if end == start:
        return 0
    follows = bool(before) and before[-1].kind is BlockKind.ENTRY and bool(before[-1].links)
    return end - start if follows or linked_end(lines, kinds, end) > end else 0


def linked_end(lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int) -> int:
    """Where the lines end that begin here, with the words of one link; the start itself where there is none."""
    if start >= len(lines) or kinds[start] is not None or is_sentence_end(lines[start].text):
        return start
    end = start + 1
    while end < len(lines) and lines[end].continues_link:
        end += 1
    words = close_gaps(NUMBERING.sub("", join_lines(line.text for line in lines[start:end])))
    anchors = (close_gaps(NUMBERING.sub("", link.anchor_text or "")) for link in lines[start].links)
    return end if any(anchor and words.startswith(anchor) for anchor in anchors) else start


def plain_title_length(lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int, manner: Manner) -> int:
    """How many lines from here on could be a title by their words and length; 0 if none."""
    count = 0
    for number in range(start, min(start + 4, len(lines))):
        line = lines[number]
        if kinds[number] is not None or not reads_as_title(line, is_last=True):
            break
        if count and (NUMBERING.match(line.text) or starts_paragraph(line, manner)):
            break
        if count and ((manner.has_looks and line.has_gap) or is_first_full(line, manner)):
            break
        if is_full(line, manner) and not goes_on_as_title(lines, kinds, number, manner):
            break
        count += 1
    if count < 4:
        return count
    return 0


def reads_as_title(line: Line, *, is_last: bool) -> bool:
    """Whether a line's words could be a title's: no sentence in it, no clause left open."""
    text = line.rest.strip()
    if not text or STAFF.match(text) or COLOPHON.match(text) or "。" in text.rstrip(CLOSERS):
        return False
    bare = text.rstrip(CLOSERS)
    return len(re.findall(r"[^\W\d_]", text)) >= 2 and not (is_last and bare.endswith(("；", ";", *CLAUSE_END)))


def goes_on_as_title(lines: Sequence[Line], kinds: Sequence[BlockKind | None], number: int, manner: Manner) -> bool:
    """Whether a full line that could begin a title is ended by a short one that could end it."""
    following = number + 1
    if following >= len(lines) or kinds[following] is not None:
        return False
    return reads_as_title(lines[following], is_last=True) and not is_full(lines[following], manner)


def starts_paragraph(line: Line, manner: Manner) -> bool:
    """Whether a line's indent says that a paragraph begins."""
    return manner.has_indents and line.left is not None and 1.2 <= line.left <= 4 and not line.is_centred


def has_news_below(lines: Sequence[Line], kinds: Sequence[BlockKind | None], number: int, manner: Manner) -> bool:
    """Whether running text or an address follows, as it does under a title."""
    if number >= len(lines):
        return False
    if kinds[number] is not None:
        return kinds[number] in (BlockKind.ADDRESS, BlockKind.CREDIT)
    below = lines[number]
    is_text = is_running(below, manner) or is_first_full(below, manner) or starts_paragraph(below, manner)
    return is_text or bool(below.links) or not manner.is_wrapped


def title_blocks(lines: Sequence[Line], manner: Manner) -> list[Block]:
    """One heading for each group of title lines; a group ends where more room or other type begins."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not (line.has_gap and not is_full(groups[-1][-1], manner)):
            groups[-1].append(line)
        else:
            groups.append([line])
    levels = [level_of(group[0], manner) - (number < len(groups) - 1) for number, group in enumerate(groups)]
    return [block(BlockKind.HEADING, group, level=level) for group, level in zip(groups, levels, strict=True)]


def level_of(line: Line, manner: Manner) -> int:
    """A heading's level: by its type size among the sizes of the document's headings."""
    if line.size is None or round(line.size, 1) not in manner.heading_sizes:
        return TITLE_LEVEL + len(manner.heading_sizes)
    return TITLE_LEVEL + manner.heading_sizes.index(round(line.size, 1))


# ---- paragraphs -----------------------------------------------------------------------------------------------


def paragraph_length(lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int, manner: Manner) -> int:
    """How many lines from this one on are one paragraph."""
    end = start + 1
    while end < len(lines) and kinds[end] is None and goes_on(lines, kinds, end, manner):
        end += 1
    return end - start


def goes_on(lines: Sequence[Line], kinds: Sequence[BlockKind | None], number: int, manner: Manner) -> bool:
    """Whether a line continues the paragraph of the line before it."""
    before, line = lines[number - 1], lines[number]
    if line.goes_on:
        return True
    if is_large(line) != is_large(before) or not (is_full(before, manner) or has_no_room(before, line, manner)):
        return False
    if starts_paragraph(line, manner) or (line.has_gap and not line.opens_page):
        return False
    if not is_sentence_end(before.text):
        return True
    if manner.has_indents and line.left is not None:
        return True
    return not (NUMBERING.match(line.text) or opens_unindented(lines, kinds, number, manner))


def has_no_room(before: Line, line: Line, manner: Manner) -> bool:
    """Whether the first word of a line, a Latin one, would not have fitted on the line before."""
    word = re.match(r"[!-~]+", line.text)
    return (
        manner.is_wrapped
        and word is not None
        and not is_sentence_end(before.text)
        and before.right + 0.25 + width(word.group()) > manner.edge - 0.5
    )


def opens_unindented(lines: Sequence[Line], kinds: Sequence[BlockKind | None], number: int, manner: Manner) -> bool:
    """Whether a line falls short by just the indent that extraction has lost, and goes on below."""
    short = manner.edge - lines[number].right
    has_more = number + 1 < len(lines) and kinds[number + 1] is None
    return 1.4 <= short <= SLACK and has_more and not is_sentence_end(lines[number].text)


def is_entry(lines: Sequence[Line]) -> bool:
    """Whether a paragraph is an entry of a list: numbered, with a link."""
    return bool(NUMBERING.match(lines[0].text)) and any(line.links for line in lines)


def block(kind: BlockKind, lines: Sequence[Line], *, level: int = 0) -> Block:
    """A block of lines, joined."""
    parts: list[str] = []
    for line in lines:
        if line.goes_on and parts:
            parts[-1] += line.text.strip()
        else:
            parts.append(line.text)
    return Block(
        kind=kind,
        text=join_lines(parts),
        plain=without_label(join_lines(line.rest for line in lines)),
        level=level,
        page=lines[0].page,
        end_page=lines[-1].page,
        links=tuple(link for line in lines for link in line.links),
    )
