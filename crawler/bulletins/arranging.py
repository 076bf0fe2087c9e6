"""Blocks put in the order that the other rules know: a title, then what belongs to it.

Some issues set an item's link above its title; some write titles in 【…】, as others write the names of sections, or
set them in front of the text on one line. Whether one does is asked of the whole issue: a single case proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from crawler.bulletins.bylines import with_bylines
from crawler.bulletins.chronicles import with_days
from crawler.bulletins.formats.flow import Block, BlockKind
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.landmarks import (
    NUMBERING,
    PART_LABEL,
    SECTION_NAME,
    ends_statement,
    is_sentence_end,
    mark_of,
    section_of,
)

TITLE_LEVEL = 5  # of titles in brackets: below sections, and titles that show by their type
BRACKETED = re.compile(r"^【\s*([^【】]{5,80}?)\s*】\s*(?=[^\s】])")
LONGEST_LEAD = 60  # characters of a line with a link, above a title
LONGEST_NAME = 16  # characters of a section's name
LONGEST_SECTION = 10  # characters of one that stands in the type of titles
LONGEST_NEWS = 20  # blocks of an item in a list that are looked at
FEWEST = 2
UNSURE = 0.5  # the link may be that of the item above or of the one below
OUTSIDE = frozenset({BlockKind.MASTHEAD, BlockKind.CONTENTS, BlockKind.COLOPHON, BlockKind.RULE, BlockKind.SECTION})
NEWS = frozenset({BlockKind.PARAGRAPH, BlockKind.ADDRESS, BlockKind.CREDIT})


def arranged(blocks: Sequence[Block], title: str | None = None) -> tuple[Block, ...]:
    """Return the blocks of an issue with titles as headings, each above its links. ``title`` is that of the issue."""
    named = with_days(with_names_of_sections(with_bylines(with_pictures_below(blocks))))
    parted = with_parts_of_items(with_bracketed_titles(with_titles_in_front(named)))
    told = with_entries_as_titles(parted)
    return tuple(with_links_below(told, title))


def with_pictures_below(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; links without words go with the block right below, where that links the same addresses."""
    told: list[Block] = []
    for block in blocks:
        above = told[-1] if told else None
        is_picture = above is not None and not above.text and bool(above.links)
        if above and is_picture and {link.url for link in above.links} <= {link.url for link in block.links}:
            told[-1] = replace(block, links=(*above.links, *block.links))
        else:
            told.append(block)
    return told


def with_names_of_sections(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; a short heading named as sections are, right above one of the same level, stands above it."""
    told = list(blocks)
    for number, (block, below) in enumerate(pairwise(blocks)):
        is_pair = block.kind is below.kind is BlockKind.HEADING and block.level == below.level > 1
        name = NUMBERING.sub("", close_gaps(block.plain))
        if (
            is_pair
            and not block.links
            and len(name) <= LONGEST_SECTION < 2 * len(below.plain)
            and SECTION_NAME.search(name)
        ):
            told[number] = replace(block, level=block.level - 1)
    return told


# ---- entries of a list that are titles -----------------------------------------------------------------------------


def with_parts_of_items(blocks: Sequence[Block]) -> list[Block]:
    """The entries that say 链接：… or 摘要：… as paragraphs: lists within items."""
    return [
        replace(block, kind=BlockKind.PARAGRAPH)
        if block.kind is BlockKind.ENTRY and PART_LABEL.match(block.text)
        else block
        for block in blocks
    ]


def with_entries_as_titles(blocks: Sequence[Block]) -> list[Block]:
    """The entries that link nothing, each with text and a link below it, as headings: lists of whole items."""
    titles = frozenset(number for number in range(len(blocks)) if heads_text(blocks, number))
    entries = sum(block.kind is BlockKind.ENTRY for block in blocks)
    if len(titles) < FEWEST or 2 * len(titles) <= entries:
        return list(blocks)
    return [heading(block, block.plain) if number in titles else block for number, block in enumerate(blocks)]


def heads_text(blocks: Sequence[Block], number: int) -> bool:
    """Whether an entry is short and without a link, and paragraphs with one follow before the next."""
    block = blocks[number]
    if block.kind is not BlockKind.ENTRY or block.links or len(block.text) > LONGEST_LEAD or ends_statement(block.text):
        return False
    below = takewhile(lambda each: each.kind in NEWS, blocks[number + 1 : number + LONGEST_NEWS])
    return any(each.links for each in below)


# ---- titles in brackets -----------------------------------------------------------------------------------------


def with_titles_in_front(blocks: Sequence[Block]) -> list[Block]:
    """Titles in 【…】 in front of their texts, on one line, as headings; 【点评】, which comes again, is none."""
    found = {number: match.group(1) for number, block in enumerate(blocks) if (match := title_in_front(block))}
    if len(found) < FEWEST or len(set(found.values())) < len(found):
        return list(blocks)
    told: list[Block] = []
    for number, block in enumerate(blocks):
        if title := found.get(number):
            told[-1:] = map(named_above, told[-1:])
            told.append(heading(block, title))
            text, plain = (BRACKETED.sub("", said, count=1) for said in (block.text, block.plain))
            told.append(replace(block, kind=BlockKind.PARAGRAPH, text=text, plain=plain))
        else:
            told.append(block)
    return told


def title_in_front(block: Block) -> re.Match[str] | None:
    """The title in brackets with which a paragraph begins."""
    return BRACKETED.match(block.text) if block.kind in (BlockKind.PARAGRAPH, BlockKind.ENTRY) else None


def with_bracketed_titles(blocks: Sequence[Block]) -> list[Block]:
    """The 【…】 with text, a credit or an address right below as headings, where those of the issue have so."""
    numbers = [number for number, block in enumerate(blocks) if block.kind is BlockKind.SECTION]
    titles = [number for number in numbers if blocks[number + 1 : number + 2] and blocks[number + 1].kind in NEWS]
    if len(titles) < FEWEST or 2 * len(titles) <= len(numbers):
        return list(blocks)
    told = list(blocks)
    for number in titles:
        if title := section_of(blocks[number].text):
            told[number] = heading(blocks[number], title)
            if number:
                told[number - 1] = named_above(told[number - 1])
    return told


def named_above(block: Block) -> Block:
    """The block right above a title in brackets: as a heading above it, where it may name a section."""
    is_short = len(block.plain) <= LONGEST_NAME and not is_sentence_end(block.plain) and not block.links
    is_named = bool(mark_of(block.text) or SECTION_NAME.search(block.plain))
    if not (is_short and is_named and block.kind is BlockKind.PARAGRAPH):
        return block
    return replace(heading(block, block.plain), level=TITLE_LEVEL - 1)


def heading(block: Block, title: str) -> Block:
    """A title of its own; the links of its block stay with the text behind it, where there is any."""
    links = block.links if block.kind is BlockKind.SECTION else ()
    return Block(
        kind=BlockKind.HEADING,
        text=title,
        plain=title,
        level=TITLE_LEVEL,
        page=block.page,
        end_page=block.page,
        links=links,
    )


# ---- links above their titles -----------------------------------------------------------------------------------


def with_links_below(blocks: Sequence[Block], title: str | None = None) -> list[Block]:
    """The links that stand above titles below these, where all of an issue's do.

    The first stands above every title, each has one below it, and none is the last thing of the issue. Where only some
    of this is so, the links may be anyone's.
    """
    leads = [number for number, block in enumerate(blocks) if leads_title(blocks, number)]
    if len(leads) < FEWEST or any(is_item(block, title) for block in blocks[: leads[0]]):
        return list(blocks)
    lines = [number for number, block in enumerate(blocks) if is_lead(block)]
    if follows_titles(blocks, leads):
        return list(blocks)
    if lines != leads:
        return [unsure(block) if number in leads else block for number, block in enumerate(blocks)]
    return moved_down(blocks, frozenset(leads))


def follows_titles(blocks: Sequence[Block], leads: Sequence[int]) -> bool:
    """Whether each title has its link below it, the last one too, though a text above the first one cites as well."""
    if blocks[leads[0]].kind is not BlockKind.PARAGRAPH or "，" not in blocks[leads[0]].plain:
        return False
    titles = [number for number, block in enumerate(blocks) if block.kind is BlockKind.HEADING and number > leads[0]]
    ends = [*titles[1:], len(blocks)]
    return all(any(block.links for block in blocks[start + 1 : end]) for start, end in zip(titles, ends, strict=True))


def leads_title(blocks: Sequence[Block], number: int) -> bool:
    """Whether a line with a link stands right above a title."""
    below = blocks[number + 1 : number + 2]
    return is_lead(blocks[number]) and bool(below) and below[0].kind is BlockKind.HEADING and not below[0].links


def is_lead(block: Block) -> bool:
    """Whether a block is a short line with a link, and no sentence."""
    if not block.links or block.kind not in (BlockKind.ADDRESS, BlockKind.PARAGRAPH):
        return False
    return block.kind is BlockKind.ADDRESS or (len(block.plain) <= LONGEST_LEAD and not is_sentence_end(block.plain))


def is_item(block: Block, title: str | None) -> bool:
    """Whether a block above the first link says that items began already; the issue's own title does not."""
    if title is not None and close_gaps(block.plain) == title:
        return False
    return block.kind in (BlockKind.HEADING, BlockKind.ENTRY, BlockKind.ROW)


def unsure(block: Block) -> Block:
    """A block whose links may belong elsewhere."""
    return replace(block, links=tuple(replace(link, confidence=UNSURE) for link in block.links))


def moved_down(blocks: Sequence[Block], leads: frozenset[int]) -> list[Block]:
    """The blocks, each of those numbers below the headings that follow it."""
    told: list[Block] = []
    waiting: list[Block] = []
    for number, block in enumerate(blocks):
        if waiting and block.kind is not BlockKind.HEADING:
            told += waiting
            waiting = []
        if number in leads:
            waiting.append(block)
        else:
            told.append(block)
    return told + waiting
