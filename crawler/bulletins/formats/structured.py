"""What formats with a structure of their own share: paragraphs that turn out to be sections, credits, addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from crawler.bulletins.formats.addresses import listed_number, with_printed_links, without_label
from crawler.bulletins.formats.crowding import relieved
from crawler.bulletins.formats.datelines import datelines
from crawler.bulletins.formats.flow import Block, BlockKind, Line, Link
from crawler.bulletins.formats.joining import width
from crawler.bulletins.formats.layout import (
    NAMED_LEVEL,
    UNIT,
    is_lone_day,
    is_named_in_brackets,
    signature_start,
    to_blocks,
)
from crawler.bulletins.formats.leads import with_leads
from crawler.bulletins.formats.turns import with_turns
from crawler.bulletins.landmarks import (
    CALL,
    COLOPHON,
    DATED,
    LINK_WORDS,
    LISTING,
    PUBLICATION,
    STAFF,
    TITLE_FIELD,
    credit_of,
    is_sentence_end,
    number_of,
    section_of,
)
from crawler.bulletins.mastheads import find_day, issuer_of, read_masthead, says_head

HEAD_BLOCKS = 12
MOST_HEAD_BLOCKS = 4  # above which the name of the issuer may stand alone
SHADED_LEVEL = 6  # of a short text on a ground of its own
FEWEST_PARAGRAPHS = 4  # from which their words may tell titles from text
LONGEST_TITLE = 40  # of a publication
SIGNATURE = 2  # blocks: an institution and a day
LONGEST_HEAD_LINE = 120  # 时间、来源、浏览次数 on one line
# The first of them by itself, so that a text without any is passed over quickly.
WHITE = re.compile(r"[ \t\r\n\f\u00a0\u200b\ufeff][ \t\r\n\f\u00a0\u200b\ufeff]*")


def make_block(
    kind: BlockKind,
    text: str,
    *,
    links: Sequence[Link] = (),
    anchored: str | None = None,
    level: int = 0,
    page: int | None = None,
) -> Block:
    """Return a block; addresses printed in its text become links, but those in ``anchored`` (the text outside
    link elements), where given, alone."""
    line = with_printed_links([Line(text=text, page=page)])[0]
    printed = with_printed_links([Line(text=anchored, page=page)])[0].links if anchored is not None else line.links
    if line.is_address and (printed or links) and kind in (BlockKind.PARAGRAPH, BlockKind.HEADING):
        kind = BlockKind.ADDRESS
        links = [replace(link, number=listed_number(anchored if anchored is not None else line.rest)) for link in links]
    return Block(
        kind=kind,
        text=text,
        plain=without_label(line.rest) if line.links else text.strip(),
        level=level,
        page=page,
        end_page=page,
        links=(*links, *printed),
    )


def told_apart(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks, with sections, credits, head and colophon told by their words.

    Where the format names no titles (a page of plain paragraphs), the words must tell these too, as in print.
    """
    blocks = with_leads(blocks) or blocks
    if not has_structure(blocks):
        return to_blocks([line_of(block) for block in blocks])
    told = with_colophon(with_head([named_title(replace(block, kind=kind_of(block))) for block in blocks]))
    return relieved(told, lambda: to_blocks([line_of(block) for block in blocks]), lambda: with_turns(told))


def named_title(block: Block) -> Block:
    """The block; a paragraph that says 标题：… is a title."""
    if block.kind is not BlockKind.PARAGRAPH or not TITLE_FIELD.match(block.text):
        return block
    text, plain = (TITLE_FIELD.sub("", said) for said in (block.text, block.plain))
    return replace(block, kind=BlockKind.HEADING, text=text, plain=plain, level=NAMED_LEVEL)


def has_structure(blocks: Sequence[Block]) -> bool:
    """Whether headings, or entries and rows with links, say where items begin; or there is too little to tell."""
    headings = sum(block.kind is BlockKind.HEADING and not LISTING.match(block.text) for block in blocks)
    listed = any(block.kind in (BlockKind.ENTRY, BlockKind.ROW) and block.links for block in blocks)
    paragraphs = sum(block.kind is BlockKind.PARAGRAPH for block in blocks)
    return headings > 1 or listed or paragraphs < FEWEST_PARAGRAPHS


def line_of(block: Block) -> Line:
    """A paragraph as a line of print; what is no paragraph stays as it is."""
    is_plain = block.kind in (BlockKind.PARAGRAPH, BlockKind.ADDRESS)
    return Line(
        text=block.text,
        rest=block.plain,
        right=width(block.text),
        level=block.level,
        ready=None if is_plain or block.kind is BlockKind.HEADING else block,
        links=block.links,
        is_address=block.kind is BlockKind.ADDRESS,
        is_whole=True,
    )


def kind_of(block: Block) -> BlockKind:
    """What a block is by its words."""
    if block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING) and section_of(block.text):
        is_link = block.links and (CALL.match(block.text) or LINK_WORDS.match(block.text))
        return BlockKind.PARAGRAPH if is_link else BlockKind.SECTION
    if block.kind is BlockKind.PARAGRAPH and not block.links and credit_of(block.text):
        return BlockKind.CREDIT
    return block.kind


def with_head(blocks: Sequence[Block]) -> list[Block]:
    """Lines above the text that say a day, a number or who made the issue are the head."""
    told = list(blocks)
    unit = lone_unit(told)
    of_items = datelines(told, HEAD_BLOCKS)
    for number, block in enumerate(told[:HEAD_BLOCKS]):
        if number in of_items:
            break
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.CREDIT, BlockKind.ENTRY) and not block.links:
            is_below_head = number > 0 and told[number - 1].kind is BlockKind.MASTHEAD
            if is_head(block.text) or number == unit or (is_below_head and is_lone_day(told, number)):
                told[number] = replace(block, kind=BlockKind.MASTHEAD)
            elif len(block.text) > LONGEST_HEAD_LINE:
                break
    if names_publication(told):
        told[0] = replace(told[0], kind=BlockKind.MASTHEAD)
    last = max((number for number, block in enumerate(told) if block.kind is BlockKind.MASTHEAD), default=0)
    return [replace(block, kind=BlockKind.MASTHEAD) if names_issue(block) else block for block in told[:last]] + told[
        last:
    ]


def names_publication(blocks: Sequence[Block]) -> bool:
    """Whether the first block, right above the head, is the name of the publication.

    So is one in brackets, and a heading of the level that others have.
    """
    if len(blocks) < 2 or blocks[1].kind is not BlockKind.MASTHEAD or blocks[0].links:
        return False
    first, *others = blocks[: HEAD_BLOCKS + 1]
    if first.kind is not BlockKind.HEADING:
        return is_named_in_brackets(blocks, [block.kind for block in blocks])
    is_alike = any(other.kind is BlockKind.HEADING and other.level == first.level for other in others)
    return is_alike and bool(PUBLICATION.search(first.text.strip()))


def lone_unit(blocks: Sequence[Block]) -> int | None:
    """The number of the one paragraph above all that cites which is the name of an institution."""
    first = blocks[:MOST_HEAD_BLOCKS]
    above = list(takewhile(lambda block: not block.links and block.kind is not BlockKind.ROW, first))
    if any(says_head(block.text) and read_masthead([block.text]).issuer for block in above):
        return None
    found = [
        number
        for number, block in enumerate(above)
        if block.kind is BlockKind.PARAGRAPH and UNIT.fullmatch(block.text) and issuer_of(block.text)
    ]
    return found[0] if len(found) == 1 else None


def names_issue(block: Block) -> bool:
    """Whether a paragraph above the day or number of an issue may be its title: short, no sentence, no link."""
    is_short = len(block.text) <= LONGEST_TITLE and not is_sentence_end(block.text)
    is_title = block.kind is BlockKind.PARAGRAPH or (block.kind is BlockKind.HEADING and block.level == SHADED_LEVEL)
    return is_title and is_short and not block.links


def is_head(text: str) -> bool:
    """Whether a short line says when and where the issue was published."""
    if len(text) > LONGEST_HEAD_LINE or "。" in text:
        return False
    is_said = says_head(text) and number_of(text) is None
    return is_said or bool(STAFF.match(text)) or bool(DATED.search(text) and find_day(text))


def with_colophon(blocks: Sequence[Block]) -> list[Block]:
    """From the first mark of a colophon among the last blocks on, all is colophon; rows that cite stand above it.

    Without a mark, an institution and a day that end the document are.
    """
    told = list(blocks)
    rows = [number for number, block in enumerate(told) if block.kind is BlockKind.ROW and block.links]
    news = [number for number, block in enumerate(told) if block.links or "。" in block.text]
    for number in range(max(1, len(told) - 12, *(above + 1 for above in (*rows[-1:], *news[:1]))), len(told)):
        if told[number].kind is BlockKind.PARAGRAPH and COLOPHON.match(told[number].text):
            return closed_from(told, number)
    signed = [block.kind is BlockKind.PARAGRAPH and not block.links for block in told[-SIGNATURE:]]
    first = signature_start([block.text for block in told])
    return closed_from(told, first) if all(signed) and first == len(told) - SIGNATURE else told


def closed_from(blocks: Sequence[Block], number: int) -> list[Block]:
    """The blocks; all from one on are the colophon."""
    return [*blocks[:number], *(replace(block, kind=BlockKind.COLOPHON) for block in blocks[number:])]


def clean(text: str) -> str:
    """Text with its white space as a browser shows it."""
    return WHITE.sub(" ", text).strip(" \u3000")
