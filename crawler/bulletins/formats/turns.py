"""Items told by their turns: a short line, its text, its link, and again a short line.

Where nothing else tells titles from texts, the links do: each ends its item, so that the next line is a title. One
such line proves nothing; that nearly all of an issue's links are followed by one does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from crawler.bulletins.formats.crowding import MOSTLY, OPENS, citing, segments
from crawler.bulletins.formats.flow import Block, BlockKind
from crawler.bulletins.landmarks import CLAUSE_END, DAY_ALONE, INSTITUTION, PREFACE, STAFF, ends_statement

TURN_LEVEL = 8  # below every heading
FEWEST_TURNS = 3
SHORTEST, LONGEST = 4, 50  # characters of a title
LONGEST_SECTION = 10  # characters of a section's name
LONGEST_UNIT = 14  # characters of an institution's name
LEAST_TEXT = 20  # characters of the texts of which items are made
OUTSIDE = frozenset({BlockKind.MASTHEAD, BlockKind.CONTENTS, BlockKind.COLOPHON})


def with_turns(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; the first line of each turn is a heading, where nearly all turns have one.

    A few words above it name a section. Turns that stand below a title already are those of its item.
    """
    spans = turns(blocks)
    found = {span: title_in(blocks, span, is_first=span is spans[0]) for span in spans}
    titles = {number for number in found.values() if number is not None}
    untitled = sum(number is None and not is_below_title(blocks, span) for span, number in found.items())
    if len(titles) < FEWEST_TURNS or len(titles) < MOSTLY * (len(titles) + untitled):
        return list(blocks)
    level = level_of_titles(blocks)
    return with_headings(blocks, titles, level)


def with_headings(blocks: Sequence[Block], titles: Collection[int], level: int) -> list[Block]:
    """The blocks; those of some numbers are headings, and the few words above one name a section."""
    told = list(blocks)
    for number in titles:
        told[number] = replace(told[number], kind=BlockKind.HEADING, level=level)
        if number and names_section(blocks, number - 1):
            told[number - 1] = replace(told[number - 1], kind=BlockKind.HEADING, level=level - 1)
    return told


def level_of_titles(blocks: Sequence[Block]) -> int:
    """The level of the headings right above texts; below all where there are none, since they may name sections."""
    levels = Counter(
        block.level
        for block, below in pairwise(blocks)
        if block.kind is BlockKind.HEADING and below.kind is BlockKind.PARAGRAPH and "。" in below.plain
    )
    return levels.most_common(1)[0][0] if levels else TURN_LEVEL


def is_below_title(blocks: Sequence[Block], span: range) -> bool:
    """Whether a heading stands right above a turn."""
    return span.start > 0 and blocks[span.start - 1].kind is BlockKind.HEADING


def names_section(blocks: Sequence[Block], number: int) -> bool:
    """Whether a few words without marks stand right above a line that may be a title."""
    block, below = blocks[number], blocks[number + 1]
    is_short = block.kind is BlockKind.PARAGRAPH and 2 <= len(block.plain) <= LONGEST_SECTION and not block.links
    return is_short and not re.search(r"[，。；：！？、\d]", block.plain) and may_be_title(below)


def with_first_title(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; the line above the first text that cites is a title as those below are, whatever stands above it."""
    first = next((number for number, block in enumerate(blocks) if block.kind in OPENS), 0)
    others = [(heading, texts) for heading, texts in segments(blocks[first:]) if heading and citing(texts) == 1]
    spans = [span for span in turns(blocks[:first]) if span.stop <= first and not is_preface(blocks, span)]
    if (
        len(others) < FEWEST_TURNS - 1
        or len(spans) != 1
        or any(each.kind is not BlockKind.HEADING for each, _ in others)
    ):
        return list(blocks)
    have_text = any(len(each.plain) >= LEAST_TEXT for _, texts in others for each in texts)
    number = title_in(blocks, spans[0], is_first=True, needs_text=have_text)
    if number is None or number == 0 or (blocks[number + 1].links and "。" not in blocks[number + 1].plain):
        return list(blocks)
    return with_headings(blocks, {number}, others[0][0].level)


def is_preface(blocks: Sequence[Block], span: range) -> bool:
    """Whether the link of a turn stands in a text that speaks to the readers, alone."""
    return len(span) == 1 and bool(PREFACE.search(blocks[span.start].plain))


def turns(blocks: Sequence[Block]) -> list[range]:
    """The blocks from one link, heading or entry to the next link."""
    spans, start = [], 0
    for number, (block, below) in enumerate(pairwise([*blocks, None])):
        if block is None or block.kind in OPENS or block.kind in OUTSIDE:
            start = number + 1
        elif block.links and (below is None or not below.links):
            spans.append(range(start, number + 1))
            start = number + 1
    return spans


def title_in(blocks: Sequence[Block], span: range, *, is_first: bool, needs_text: bool = True) -> int | None:
    """The line of a turn that may be its title: its first; in the first turn of all, the last above the texts."""
    if needs_text and not any(len(blocks[number].plain) >= LEAST_TEXT for number in span[1:]):
        return None
    if not is_first:
        first = next((number for number in span if not DAY_ALONE.match(blocks[number].plain)), span.start)
        if first + 2 < span.stop and names_section(blocks, first):
            first += 1
        return first if may_be_title(blocks[first]) else None
    lines = [number for number in span[:-1] if may_be_title(blocks[number])]
    return lines[-1 - (len(lines) > 1 and names_unit(blocks, lines[-1]))] if lines else None


def names_unit(blocks: Sequence[Block], number: int) -> bool:
    """Whether a line right below another one that may be a title is the name of who sent the item."""
    said, above = blocks[number].plain, blocks[number - 1]
    return len(said) <= LONGEST_UNIT and bool(INSTITUTION.search(said)) and len(above.plain) > len(said)


def may_be_title(block: Block) -> bool:
    """Whether a paragraph is short and no sentence, and cites nothing."""
    if block.kind is not BlockKind.PARAGRAPH or block.links or not SHORTEST <= len(block.plain) <= LONGEST:
        return False
    if DAY_ALONE.match(block.plain):
        return False
    return not (ends_statement(block.plain) or block.plain.endswith(tuple(CLAUSE_END)) or STAFF.match(block.plain))
