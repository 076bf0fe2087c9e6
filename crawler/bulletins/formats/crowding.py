"""Whether headings leave several citing texts together, so that they can only be names of sections.

Issues may set the names of their sections in large or bold type and the titles of their items as plain lines. The
type alone would make one item of a whole section; that several texts in it cite shows that it is not one. Another
reading of the same document is taken where it gives each citing text a title of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from crawler.bulletins.formats.flow import Block, BlockKind
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.landmarks import PERIOD

FEWEST_TITLES = 2
LONG = 30  # characters: a text of its own, not the words of a link
MOSTLY = 0.75  # of the titles cite

OPENS = frozenset({BlockKind.SECTION, BlockKind.HEADING, BlockKind.ENTRY, BlockKind.ROW})


def relieved(blocks: Sequence[Block], *readings: Callable[[], Sequence[Block]]) -> list[Block]:
    """The first of other readings that gives the texts of crowded blocks their titles; else the blocks."""
    if is_crowded(blocks):
        for reading in readings:
            if relieves(finer := reading(), blocks):
                return list(finer)
    return list(blocks)


def is_crowded(blocks: Sequence[Block]) -> bool:
    """Whether half of the texts with links between headings hold several texts that cite, or have no title above."""
    counts = [(heading, count) for heading, texts in segments(blocks) if (count := citing(texts))]
    crowded = sum(count > 1 or (heading is not None and is_period(heading)) for heading, count in counts)
    return bool(counts) and 2 * crowded >= len(counts)


def is_period(heading: Block) -> bool:
    """Whether a heading only says when something happened."""
    return bool(PERIOD.match(close_gaps(heading.plain)))


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
