"""Whether headings leave several citing texts together, so that they can only be names of sections.

Issues may set the names of their sections in large or bold type and the titles of their items as plain lines. The
type alone would make one item of a whole section; that several texts in it cite shows that it is not one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crawler.bulletins.formats.flow import Block, BlockKind

FEWEST_TITLES = 2
LONG = 30  # characters: a text of its own, not the words of a link
MOSTLY = 0.75  # of the plain titles cite

SHORTEST_LEAD, LONGEST_LEAD = 4, 50  # characters
LEAD_LEVEL = 8  # below every heading, and paragraphs all in bold type

OPENS = frozenset({BlockKind.SECTION, BlockKind.HEADING, BlockKind.ENTRY, BlockKind.ROW})


def is_crowded(blocks: Sequence[Block]) -> bool:
    """Whether half of the texts with links between headings hold several texts that cite."""
    counts = [count for _, texts in segments(blocks) if (count := citing(texts))]
    return bool(counts) and 2 * sum(count > 1 for count in counts) >= len(counts)


def relieves(blocks: Sequence[Block], crowded: Sequence[Block]) -> bool:
    """Whether more headings than those of crowded blocks give each citing text its own."""
    known = {block.text for block in crowded if block.kind is BlockKind.HEADING}
    new = [texts for heading, texts in segments(blocks) if heading and heading.text not in known]
    citing_alone = sum(citing(texts) == 1 for texts in new)
    return len(new) >= FEWEST_TITLES and citing_alone >= MOSTLY * len(new) and not is_crowded(blocks)


def segments(blocks: Sequence[Block]) -> Iterator[tuple[Block | None, list[Block]]]:
    """What stands below each heading or entry, with it."""
    heading: Block | None = None
    texts: list[Block] = []
    for block in blocks:
        if block.kind in OPENS:
            yield heading, texts
            heading, texts = block, [block] if block.links else []
        else:
            texts.append(block)
    yield heading, texts


def citing(texts: Sequence[Block]) -> int:
    """How many texts with a link there are, with others without one between them."""
    count, is_open = 0, True
    for block in texts:
        if block.links:
            count += is_open or (block.kind is BlockKind.PARAGRAPH and len(block.plain) >= LONG)
            is_open = False
        elif block.kind is BlockKind.PARAGRAPH:
            is_open = True
    return count


def with_leads(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; the bold words with which texts begin are headings above these."""
    told: list[Block] = []
    for block in blocks:
        lead = (block.lead or "").strip(" 　：:。.")
        if block.kind not in (BlockKind.PARAGRAPH, BlockKind.ENTRY) or not SHORTEST_LEAD <= len(lead) <= LONGEST_LEAD:
            told.append(block)
            continue
        rest = [said.removeprefix(block.lead or "").lstrip(" 　：:。.") for said in (block.text, block.plain)]
        told.append(Block(kind=BlockKind.HEADING, text=lead, plain=lead, level=LEAD_LEVEL, page=block.page))
        told.append(replace(block, kind=BlockKind.PARAGRAPH, text=rest[0], plain=rest[1]))
    return told
