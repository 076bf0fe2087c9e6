"""Which lines that name a day are said of items, not of the issue: 来源：某某发布　2024-03-08 below each title.

Below the first title such a line looks as the last one of a head does. That it comes again below other titles tells
them apart: the head of an issue is said once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from crawler.bulletins.formats.flow import Block, BlockKind, Line
from crawler.bulletins.landmarks import PUBLICATION, RULE, ends_statement
from crawler.bulletins.mastheads import DAY, find_day, issuer_of, names_in, says_head

LONGEST = 60  # characters
FEWEST = 3  # below titles, where no label says what they are
FEWEST_LABELLED = 2
UNLABELLED = frozenset({"institution", "words", ""})
LABEL = re.compile(r"([\u4e00-\u9fff]{2,6})\s*[：:]")

Manner = tuple[str, ...]
"""How a line names a day: by which labels, else what stands before and behind it."""


def datelines(lines: Sequence[Line] | Sequence[Block], head: int) -> frozenset[int]:
    """The numbers of the lines that name the days of items in the manner in which one among the first lines does."""
    first = {manner_of(lines[number].text) for number in range(min(head, len(lines))) if is_below_title(lines, number)}
    told: dict[Manner, list[int]] = defaultdict(list)
    for number in range(len(lines)) if first else ():
        if is_below_title(lines, number) and (manner := manner_of(lines[number].text)) in first:
            told[manner].append(number)
    return frozenset(number for manner, numbers in told.items() for number in of_items(lines, numbers, manner))


def is_below_title(lines: Sequence[Line] | Sequence[Block], number: int) -> bool:
    """Whether a line names a day in no sentence, below one that may be an item's title."""
    text = lines[number].text
    if number == 0 or len(text) > LONGEST or re.search(r"[，。；？！]", text) or find_day(text) is None:
        return False
    above = lines[number - 1].text
    return not (ends_statement(above) or RULE.match(above) or says_head(above) or PUBLICATION.search(above))


def manner_of(text: str) -> Manner:
    """How a line names a day."""
    if labels := LABEL.findall(text):
        return tuple(labels)
    before, *_, behind = DAY.split(text, maxsplit=1)
    return is_said(before), is_said(behind)


def is_said(words: str) -> str:
    """What kind of words stand beside a day: the name of an institution, as in heads, others, or none."""
    if any(map(issuer_of, names_in(words))):
        return "institution"
    return "words" if re.search(r"\w", words) else ""


def of_items(lines: Sequence[Line] | Sequence[Block], numbers: Sequence[int], manner: Manner) -> Sequence[int]:
    """Those of some lines that are of items; the first is the head's where no news stand between it and the next."""
    is_head = not any(is_news(line) for line in lines[numbers[0] + 1 : next(iter(numbers[1:]), None)])
    numbers = numbers[is_head:]
    is_labelled = not UNLABELLED.issuperset(manner)
    return numbers if len(numbers) >= (FEWEST_LABELLED if is_labelled else FEWEST) else ()


def is_news(line: Line | Block) -> bool:
    """Whether a line cites, or says something of an item."""
    return bool(line.links) or "。" in line.text or (isinstance(line, Block) and line.kind is BlockKind.ROW)
