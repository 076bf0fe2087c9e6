"""Chronicles (大事记): paragraphs that begin with a day, one after the other, are the items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from crawler.bulletins.formats.flow import Block, BlockKind
from crawler.bulletins.landmarks import PERIOD, figure_of

CHRONICLE_LEVEL = 6  # below the names of months, and titles that show by their type
FEWEST_DAYS = 3
MOSTLY = 0.75  # of the blocks that cite begin with a day; of the days follow each other
LONGEST_TITLE = 60  # characters
SHORTEST_TITLE = 12  # characters of a first clause that says enough
DAY = re.compile(
    r"^[【\[（(]?(?:(?:[12]\d{3}\s*年\s*)?(\d{1,2})\s*月\s*)?(\d{1,2})\s*日"
    r"(?:\s*(?:[至到—–~～-]|、)\s*(?:\d{1,2}\s*月\s*)?\d{1,2}\s*日)?(?:[上下]午|晚|起)?[】\]）)]?\s*(?:[，,、：:\s\u3000]|(?=\w))"
)
MONTH = re.compile(r"(\d{1,2}|[一二三四五六七八九十]{1,2})\s*月")
TOLD = frozenset({BlockKind.PARAGRAPH, BlockKind.ENTRY})


def with_days(blocks: Sequence[Block]) -> list[Block]:
    """The blocks of a chronicle, with the first sentence of each day as its title; any others as they are."""
    days = dict(days_of(blocks))
    if not is_chronicle(blocks, days):
        return list(blocks)
    told: list[Block] = []
    for number, block in enumerate(blocks):
        if number in days:
            told.append(title_above(block))
        told.append(period(block) if is_period(block) else block)
    return told


def days_of(blocks: Sequence[Block]) -> Iterator[tuple[int, tuple[int, int]]]:
    """The blocks that begin with a day, with its month (that of the heading above, where the day says none) and day."""
    month = 0
    for number, block in enumerate(blocks):
        if is_period(block):
            found = MONTH.search(block.text)
            month = figure_of(found[1]) if found else 0
        elif day := day_of(block):
            yield number, (day[0] or month, day[1])


def is_period(block: Block) -> bool:
    """Whether a block is the name of a month or the like, over the days in it."""
    return block.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH) and bool(PERIOD.match(block.text))


def period(block: Block) -> Block:
    """The name of a month as a heading above the days."""
    return replace(block, kind=BlockKind.HEADING, level=min(block.level or CHRONICLE_LEVEL, CHRONICLE_LEVEL) - 1)


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
    titles = sum(block.kind is BlockKind.HEADING and not is_period(block) for block in blocks)
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
    return block.title(sentence, level=CHRONICLE_LEVEL)
