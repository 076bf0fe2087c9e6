"""Lines that look like titles by what stands next to them, told by the pairs that come again through an issue.

A short line over a link may be no title: where nearly each stands below an item that has text and no link, it is the
caption or the label of that item's link. And words under a link may be one: where nearly each has its text below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from crawler.bulletins.formats.crowding import MOSTLY, OPENS
from crawler.bulletins.formats.flow import Block, BlockKind
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.formats.turns import TURN_LEVEL
from crawler.bulletins.landmarks import LINK_WORDS, NUMBERING, number_of
from crawler.bulletins.missed import leads_to_wechat, segments_of

FEWEST = 2
LEAST_TEXT = 20  # characters
SHORTEST_TITLE = 6  # characters
MOST_BESIDE = 12  # characters beside the words of a linked title: its day, its source


def with_labels_as_text(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; headings over nothing but a link are text, where nearly all stand below items with text and none."""
    spans = list(segments_of(blocks))
    cited = [span for span in spans if any(map(cites, (blocks[number] for number in span)))]
    below = [lower for upper, lower in pairwise(spans) if is_text_alone(blocks, upper) and is_link_alone(blocks, lower)]
    if len(below) < FEWEST or len(below) < MOSTLY * len(cited):
        return list(blocks)
    labels = {span.start for span in below}
    return [
        replace(block, kind=BlockKind.PARAGRAPH, level=0) if number in labels else block
        for number, block in enumerate(blocks)
    ]


def cites(block: Block) -> bool:
    """Whether a block links an article."""
    return any(map(leads_to_wechat, block.links))


def is_text_alone(blocks: Sequence[Block], span: range) -> bool:
    """Whether text stands below a heading, and no link at either."""
    own = [blocks[number] for number in span]
    return not any(block.links for block in own) and any(tells(block) for block in own[1:])


def is_link_alone(blocks: Sequence[Block], span: range) -> bool:
    """Whether an unnumbered heading has a link, or one below it, and no text."""
    own = [blocks[number] for number in span]
    return any(map(cites, own)) and not any(map(tells, own[1:])) and number_of(own[0].text) is None


def tells(block: Block) -> bool:
    """Whether a block is a text that tells something."""
    return block.kind is BlockKind.PARAGRAPH and len(block.plain) >= LEAST_TEXT


def with_linked_titles(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; lines that are a link with their text below are headings, where nearly all that cites is so.

    One at least has no title right above, or is one already: else each is the link of the title above it.
    """
    cited = [number for number, block in enumerate(blocks) if cites(block)]
    titles = [number for number in cited if is_linked_title(blocks, number)]
    has_own = any(is_heading(blocks[number]) or not is_below_title(blocks, number) for number in titles[1:])
    if len(titles) < FEWEST or len(titles) < MOSTLY * len(cited) or not has_own:
        return list(blocks)
    level, chosen = level_of(blocks, titles), frozenset(titles)
    return [
        replace(block, kind=BlockKind.HEADING, level=level) if number in chosen else block
        for number, block in enumerate(blocks)
    ]


def is_heading(block: Block) -> bool:
    """Whether a block is a heading already."""
    return block.kind is BlockKind.HEADING


def is_below_title(blocks: Sequence[Block], number: int) -> bool:
    """Whether a heading, an entry or the like without a link stands right above."""
    return number > 0 and blocks[number - 1].kind in OPENS and not blocks[number - 1].links


def level_of(blocks: Sequence[Block], titles: Sequence[int]) -> int:
    """The level of the titles: below the headings right above some of them, else that of those that are headings."""
    above = [blocks[number - 1].level for number in titles if number and is_heading(blocks[number - 1])]
    own = [blocks[number].level for number in titles if is_heading(blocks[number])]
    return max(above) + 1 if above else min(own, default=TURN_LEVEL)


def is_linked_title(blocks: Sequence[Block], number: int) -> bool:
    """Whether a line is the words of one link, and text without a link stands right below."""
    block, below = blocks[number], blocks[number + 1 : number + 2]
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING) or len(block.links) != 1 or not below:
        return False
    words = close_gaps(block.links[0].anchor_text or "")
    said = close_gaps(NUMBERING.sub("", block.text))
    is_title = len(words) >= SHORTEST_TITLE and words in said and len(said) - len(words) <= MOST_BESIDE
    heads_text = tells(below[0]) and not below[0].links and "。" in below[0].plain
    return is_title and heads_text and not LINK_WORDS.match(words)
