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
from crawler.bulletins.formats.crowding import is_crowded
from crawler.bulletins.formats.flow import Block, BlockKind
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.formats.turns import with_first_title
from crawler.bulletins.landmarks import (
    DAY_ALONE,
    INSTITUTION,
    NUMBERING,
    PART_LABEL,
    PREFACE,
    SECTION_NAME,
    ends_statement,
    is_sentence_end,
    mark_of,
    section_of,
)
from crawler.bulletins.missed import leads_to_wechat, with_marked_titles, with_missed_titles
from crawler.bulletins.pairs import with_labels_as_text, with_linked_titles

TITLE_LEVEL = 5  # of titles in brackets: below sections, and titles that show by their type
BRACKETED = re.compile(r"^【\s*([^【】]{5,80}?)\s*】\s*(?=[^\s】])")
LONGEST_LEAD = 60  # characters of a line with a link, above a title
LONGEST_NAME = 16  # characters of a section's name
LONGEST_SECTION = 10  # characters of one that stands in the type of titles
LONGEST_NEWS = 20  # blocks of an item in a list that are looked at
FEWEST = 2
LEAST_NEWS = 20  # characters of a text that tells something
MOST_NAMED = 0.75  # of the titles have the name of a section right above them
UNSURE = 0.5  # the link may be that of the item above or of the one below
OUTSIDE = frozenset({BlockKind.MASTHEAD, BlockKind.CONTENTS, BlockKind.COLOPHON, BlockKind.RULE, BlockKind.SECTION})
NEWS = frozenset({BlockKind.PARAGRAPH, BlockKind.ADDRESS, BlockKind.CREDIT})


def arranged(blocks: Sequence[Block], title: str | None = None) -> tuple[Block, ...]:
    """Return the blocks of an issue with titles as headings, each above its links. ``title`` is that of the issue."""
    blocks = with_first_title(blocks)
    named = with_days(with_names_of_sections(with_plain_names(with_bylines(with_pictures_below(blocks)))))
    parted = with_parts_of_items(with_bracketed_titles(with_titles_in_front(named)))
    paired = with_linked_titles(with_labels_as_text(with_entries_as_titles(parted)))
    told = with_missed_titles(with_marked_titles(paired))
    return tuple(with_links_below(with_days_below(told), title))


def with_days_below(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; a line that is only a day, right above a title, stands below it, where several do."""
    pairs = {
        number
        for number, (block, below) in enumerate(pairwise(blocks))
        if block.kind is BlockKind.PARAGRAPH and below.kind is BlockKind.HEADING and DAY_ALONE.match(block.plain)
    }
    if len(pairs) < FEWEST:
        return list(blocks)
    order = [number + (number in pairs) - (number - 1 in pairs) for number in range(len(blocks))]
    return [blocks[number] for number in order]


def with_pictures_below(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; links without words go with the block right below, where that links the same addresses.

    In what is pasted as text such a link is an address alone above the title with the same address beside it.
    """
    told: list[Block] = []
    for block in blocks:
        above = told[-1] if told else None
        is_address = above is not None and above.kind is BlockKind.ADDRESS and block.kind is not BlockKind.ADDRESS
        is_picture = above is not None and bool(above.links) and (is_address or not above.text)
        if above and is_picture and {link.url for link in above.links} <= {link.url for link in block.links}:
            told[-1] = replace(block, links=(*above.links, *block.links))
        else:
            told.append(block)
    return told


def with_plain_names(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; short plain lines right above some titles, the first of all among them, name sections."""
    blocks = with_names_over_entries(blocks)
    titles = [number for number, block in enumerate(blocks) if block.kind is BlockKind.HEADING and block.level > 1]
    names = {number - 1 for number in titles if number and may_name_section(blocks[number - 1])}
    if len(names) < FEWEST or titles[0] - 1 not in names or len(names) > MOST_NAMED * len(titles):
        return list(blocks)
    return [
        replace(block, kind=BlockKind.HEADING, level=blocks[number + 1].level - 1) if number in names else block
        for number, block in enumerate(blocks)
    ]


def with_names_over_entries(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; short plain lines right above linked entries name sections, where the first entry has one above."""
    entries = [number for number, block in enumerate(blocks) if block.kind is BlockKind.ENTRY and block.links]
    names = {number - 1 for number in entries if number and may_name_section(blocks[number - 1])}
    if len(names) < FEWEST or entries[0] - 1 not in names:
        return list(blocks)
    return [
        replace(block, kind=BlockKind.HEADING, level=TITLE_LEVEL) if number in names else block
        for number, block in enumerate(blocks)
    ]


def may_name_section(block: Block) -> bool:
    """Whether a paragraph is a few words without marks, and neither a day nor an institution."""
    if block.kind is not BlockKind.PARAGRAPH or block.links or not 2 <= len(block.plain) <= LONGEST_SECTION:
        return False
    is_other = DAY_ALONE.match(block.plain) or INSTITUTION.search(block.plain)
    return not is_other and not re.search(r"[，。；：！？,;:!?…\d（）()]", block.plain)


def with_names_of_sections(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; a short heading named as sections are, right above one of the same level, stands above it.

    So does any short one where several do, the first of all among them, or beside others that name sections.
    """
    told = list(blocks)
    short = [number for number in range(len(blocks) - 1) if may_head_titles(blocks, number)]
    if not short:
        return told
    titles = [number for number, block in enumerate(blocks) if block.kind is BlockKind.HEADING and block.level > 1]
    are_regular = len(short) >= FEWEST and titles[0] == short[0] and 2 * len(short) <= len(titles)
    named = [number for number in short if is_named_as_section(blocks[number], blocks[number + 1])]
    empty = [number for number in range(short[0], len(blocks) - 1) if is_empty(blocks[number], blocks[number + 1])]
    has_others = empty == short and 2 * len(short) <= len(titles) and (bool(named) or has_sections(blocks))
    for number in short if are_regular or has_others else named:
        told[number] = replace(blocks[number], level=blocks[number].level - 1)
    return told


def is_named_as_section(block: Block, below: Block) -> bool:
    """Whether a heading has the name of a section, or a number of another kind than the one below."""
    name = NUMBERING.sub("", close_gaps(block.plain))
    return bool(SECTION_NAME.search(name)) or is_numbered_otherwise(block, below)


def is_empty(block: Block, below: Block) -> bool:
    """Whether a heading links nothing, and another of its level stands right below it."""
    return block.kind is below.kind is BlockKind.HEADING and below.level == block.level and not block.links


def has_sections(blocks: Sequence[Block]) -> bool:
    """Whether a heading stands right above one of a lower level, as the names of sections do."""
    headings = ((above, block) for above, block in pairwise(blocks) if above.kind is block.kind is BlockKind.HEADING)
    return any(1 < above.level < block.level and not above.links for above, block in headings)


def may_head_titles(blocks: Sequence[Block], number: int) -> bool:
    """Whether a heading is a few words right above one of the same level that says more."""
    block, below = blocks[number], blocks[number + 1]
    if block.kind is not BlockKind.HEADING or below.kind is not BlockKind.HEADING or block.links:
        return False
    name = NUMBERING.sub("", close_gaps(block.plain))
    is_short = len(name) <= LONGEST_SECTION < 2 * len(below.plain) and len(block.plain) < len(below.plain)
    return block.level == below.level > 1 and is_short and not re.search(r"[，。；？！]", name)


def is_numbered_otherwise(block: Block, below: Block) -> bool:
    """Whether two headings have numbers of different kinds: 一、 above 1."""
    mark, other = mark_of(block.text), mark_of(below.text)
    return mark is not None and other is not None and mark != other


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
    if len(titles) < FEWEST or 2 * len(titles) <= len(numbers) or is_crowded(blocks):
        return list(blocks)
    told = list(blocks)
    for number in titles:
        if title := section_of(blocks[number].text):
            told[number] = heading(blocks[number], title)
            if number:
                told[number - 1] = named_above(told[number - 1])
    signs = {ends_of(blocks[number]) for number in titles}
    return [alike(block) if block.kind is BlockKind.HEADING and ends_of(block) in signs else block for block in told]


def ends_of(block: Block) -> str:
    """The first and the last character of a block."""
    return block.text[:1] + block.text[-1:]


def alike(block: Block) -> Block:
    """A heading in the brackets of other titles, too long for the name of a section, as they are."""
    return heading(block, block.text.strip(ends_of(block)).strip())


def named_above(block: Block) -> Block:
    """The block right above a title in brackets: as a heading above it, where it may name a section."""
    is_short = len(block.plain) <= LONGEST_NAME and not is_sentence_end(block.plain) and not block.links
    is_named = bool(mark_of(block.text) or SECTION_NAME.search(block.plain))
    if not (is_short and is_named and block.kind is BlockKind.PARAGRAPH):
        return block
    return replace(heading(block, block.plain), level=TITLE_LEVEL - 1)


def heading(block: Block, title: str) -> Block:
    """A title of its own; the links of its block stay with the text behind it, where there is any."""
    return block.title(title, level=TITLE_LEVEL, links=block.links if block.kind is BlockKind.SECTION else ())


# ---- links above their titles -----------------------------------------------------------------------------------


def with_links_below(blocks: Sequence[Block], title: str | None = None) -> list[Block]:
    """The links that stand above titles below these, where all of an issue's do.

    The first stands above every title, each has one below it, and none is the last thing of the issue. Where only some
    of this is so, the links may be anyone's; with news above the first and no text below the last title, each ends its
    item after all, the first of which has no title that shows.
    """
    leads = [number for number, block in enumerate(blocks) if leads_title(blocks, number)]
    if len(leads) < FEWEST or any(is_item(block, title) for block in blocks[: leads[0]]):
        return list(blocks)
    lines = [number for number, block in enumerate(blocks) if is_lead(block)]
    if follows_titles(blocks, leads):
        return list(blocks)
    has_news_above, has_news_below = any(map(tells_news, blocks[: leads[0]])), ends_with_news(blocks)
    if has_news_above and not has_news_below:
        return list(blocks)
    if lines != leads or has_news_above:
        above = frozenset(leads)
        return [unsure(block) if number in above else block for number, block in enumerate(blocks)]
    return moved_down(blocks, frozenset(leads))


def tells_news(block: Block) -> bool:
    """Whether a paragraph tells something, and does not speak to the readers."""
    is_text = block.kind is BlockKind.PARAGRAPH and len(block.plain) >= LEAST_NEWS and ends_statement(block.plain)
    return is_text and not PREFACE.search(block.plain)


def ends_with_news(blocks: Sequence[Block]) -> bool:
    """Whether text stands below the last title; or below none."""
    titles = [number for number, block in enumerate(blocks) if block.kind is BlockKind.HEADING]
    has_text = [
        any(tells_news(block) for block in blocks[start:end]) for start, end in pairwise([*titles, len(blocks)])
    ]
    return has_text[-1] or not any(has_text)


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
    if block.kind not in (BlockKind.ADDRESS, BlockKind.PARAGRAPH) or not any(map(leads_to_wechat, block.links)):
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
