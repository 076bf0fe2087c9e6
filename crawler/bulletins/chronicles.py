"""Chronicles (大事记): paragraphs that begin with a day, one after the other, are the items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from crawler.bulletins.formats.flow import Block, BlockKind

CHRONICLE_LEVEL = 6  # below the names of months, and titles that show by their type
FEWEST_DAYS = 3
MOSTLY = 0.75  # of the blocks that cite begin with a day; of the days follow each other
LONGEST_TITLE = 60  # characters
SHORTEST_TITLE = 12  # characters of a first clause that says enough
DAY = re.compile(
    r"^[【\[（(]?(?:(?:[12]\d{3}\s*年\s*)?(\d{1,2})\s*月\s*)?(\d{1,2})\s*日"
    r"(?:\s*(?:[至到—–~～-]|、)\s*(?:\d{1,2}\s*月\s*)?\d{1,2}\s*日)?(?:[上下]午|晚|起)?[】\]）)]?\s*(?:[，,、：:\s\u3000]|(?=\w))"
)
TOLD = frozenset({BlockKind.PARAGRAPH, BlockKind.ENTRY})


def with_days(blocks: Sequence[Block]) -> list[Block]:
    """The blocks of a chronicle, with the first sentence of each day as its title; any others as they are."""
    days = {number: found for number, block in enumerate(blocks) if (found := day_of(block))}
    if not is_chronicle(blocks, days):
        return list(blocks)
    told: list[Block] = []
    for number, block in enumerate(blocks):
        if number in days:
            told.append(title_above(block))
        told.append(block)
    return told


def day_of(block: Block) -> tuple[int, int] | None:
    """The month (0: not said) and day with which a paragraph begins."""
    found = DAY.match(block.text) if block.kind in TOLD else None
    return (int(found[1] or 0), int(found[2])) if found else None


def is_chronicle(blocks: Sequence[Block], days: dict[int, tuple[int, int]]) -> bool:
    """Whether nearly all that cites begins with a day, the days go on, and they are more than there are titles."""
    if len(days) < FEWEST_DAYS:
        return False
    citing = [number for number, block in enumerate(blocks) if block.links and block.kind in TOLD]
    if not citing or sum(number in days for number in citing) < MOSTLY * len(citing):
        return False
    titles = sum(block.kind is BlockKind.HEADING for block in blocks)
    goes_on = sum(is_later(*pair) for pair in pairwise(days.values()))
    return 2 * titles <= len(days) and goes_on >= MOSTLY * (len(days) - 1)


def is_later(before: tuple[int, int], day: tuple[int, int]) -> bool:
    """Whether a day is not before the one above it."""
    return day >= before if before[0] and day[0] else day[1] >= before[1] or bool(day[0])


def title_above(block: Block) -> Block:
    """A heading that says what a day brought: the first sentence, or its first clauses."""
    sentence = re.split(r"[。；]", block.plain, maxsplit=1)[0].strip()
    if len(sentence) > LONGEST_TITLE:
        cut = sentence.rfind("，", SHORTEST_TITLE, LONGEST_TITLE)
        sentence = sentence[: cut if cut > 0 else LONGEST_TITLE]
    return Block(
        kind=BlockKind.HEADING,
        text=sentence,
        plain=sentence,
        level=CHRONICLE_LEVEL,
        page=block.page,
        end_page=block.page,
    )
