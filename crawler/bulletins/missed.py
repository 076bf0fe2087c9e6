"""Titles that stand where others of the issue do, and were missed: right behind the link of the item above.

Most items of an issue are told by a heading and end with their link. Where one heading holds several texts with a link
each, the short line behind each of these links is a title as well; a few words above it name a section.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from crawler.bulletins.formats.crowding import MOSTLY, OPENS, citing
from crawler.bulletins.formats.flow import Block, BlockKind, Link
from crawler.bulletins.formats.turns import OUTSIDE, may_be_title, title_in, turns, with_headings, with_turns
from crawler.bulletins.landmarks import ANNOUNCES_LINKS, CAPTION, LISTING, PART_LABEL, mark_of

FEWEST_ALIKE = 2  # items of one heading and one link
FEWEST_SECTIONS = 2
LONGEST_SECTION = 10  # characters


def with_marked_titles(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; lines with the bullet or kind of number that headings have are headings too, where text follows."""
    marked = Counter((mark_of(block.text), block.level) for block in blocks if block.kind is BlockKind.HEADING)
    levels = {mark: level for (mark, level), count in marked.most_common() if mark and count >= FEWEST_ALIKE}
    if not levels:
        return list(blocks)
    return [
        replace(block, kind=BlockKind.HEADING, level=levels[mark])
        if (mark := mark_of(block.text)) in levels and mark and heads_text(blocks, number)
        else block
        for number, block in enumerate(blocks)
    ]


def heads_text(blocks: Sequence[Block], number: int) -> bool:
    """Whether a line may be a title, and stands between a text that cites or a heading and a text."""
    above, below = blocks[number - 1 : number] if number else [], blocks[number + 1 : number + 2]
    if not may_be_title(blocks[number]) or not above or not below:
        return False
    ends_item = above[0].kind in (BlockKind.HEADING, BlockKind.SECTION, BlockKind.CREDIT) or bool(above[0].links)
    return ends_item and below[0].kind is BlockKind.PARAGRAPH and "。" in below[0].plain


def with_missed_titles(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; titles behind links as headings, where most items that show have one heading and one link."""
    counts = {segment: citing(blocks[segment.start + 1 : segment.stop]) for segment in segments_of(blocks)}
    if are_sections(blocks, [segment for segment, count in counts.items() if count]):
        return with_turns(blocks)
    alike = [segment for segment, count in counts.items() if count == 1]
    crowded = [segment for segment, count in counts.items() if count > 1]
    if len(alike) < FEWEST_ALIKE or not crowded or len(crowded) > len(alike):
        return list(blocks)
    level = Counter(blocks[segment[0]].level for segment in alike).most_common(1)[0][0]
    return with_headings(blocks, {number for segment in crowded for number in missed_in(blocks, segment)}, level)


def are_sections(blocks: Sequence[Block], cited: Sequence[range]) -> bool:
    """Whether nearly all headings over what cites are a few words, and the line below is a title with its text."""
    named = [segment for segment in cited if names_section(blocks, segment)]
    return len(named) >= FEWEST_SECTIONS and len(named) >= MOSTLY * len(cited)


def names_section(blocks: Sequence[Block], segment: range) -> bool:
    """Whether a heading is a few words, and a longer line that may be a title stands below it, text below that."""
    name, below = blocks[segment.start], blocks[segment.start + 1 : segment.stop][:2]
    if len(below) < 2 or name.links or len(name.plain) > LONGEST_SECTION or not may_be_title(below[0]):
        return False
    is_longer = len(below[0].plain) > len(name.plain) and not is_label(below[0])
    return is_longer and below[1].kind is BlockKind.PARAGRAPH and "。" in below[1].plain


def segments_of(blocks: Sequence[Block]) -> Iterator[range]:
    """The numbers of each heading and what stands below it."""
    starts = [number for number, block in enumerate(blocks) if block.kind in OPENS or block.kind in OUTSIDE]
    for start, end in pairwise([*starts, len(blocks)]):
        if blocks[start].kind is BlockKind.HEADING:
            yield range(start, end)


def missed_in(blocks: Sequence[Block], segment: range) -> Iterator[int]:
    """The lines behind links below one heading that may be titles."""
    below = blocks[segment[1] : segment.stop]
    for span in turns(below)[1:]:
        number = title_in(below, span, is_first=False)
        if number is not None and not is_label(below[number]) and any(map(leads_to_wechat, below[span[-1]].links)):
            yield segment[1] + number


def leads_to_wechat(link: Link) -> bool:
    """Whether a link may lead to an article: those of footers say nothing of the items."""
    return "weixin" in link.url or link.is_printed


def is_label(block: Block) -> bool:
    """Whether a short line belongs to the links around it, or to a picture."""
    return any(sign.match(block.plain) for sign in (LISTING, CAPTION, PART_LABEL)) or bool(
        ANNOUNCES_LINKS.search(block.plain)
    )
