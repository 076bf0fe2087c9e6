"""Titles in front of their texts: the words with which texts begin, set apart throughout the issue in one manner.

That a text begins with bold words says nothing by itself. That nearly all texts that cite begin so, each with other
words, and hold one link each, says that these words are the titles of items, and the headings above names of sections.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from crawler.bulletins.formats.crowding import MOSTLY, is_crowded, segments
from crawler.bulletins.formats.flow import Block, BlockKind
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.landmarks import DAY_ALONE, FIELD, INSTITUTION, LINK_WORDS, NUMBERING, PART_LABEL, SECTION_NAME

LEAD_LEVEL = 8  # below every heading, and paragraphs all in bold type
SHORTEST, LONGEST = 4, 50  # characters
LEAST_TEXT = 8  # characters behind a title
LONGEST_NAME = 8  # characters of a section's name
LEAST_CITED = 0.5  # of the titles in front of texts; other items cite nothing
MARKS = " 　：:。.|｜—-"
TEXTS = frozenset({BlockKind.PARAGRAPH, BlockKind.ENTRY})
BEFORE_ROOM = re.compile(r"^([^，。；：！？\u3000]{4,40}(?:[！？][”’》]?)?)(?:\u3000+| {2,})(?=\S)")
BEFORE_SPACE = re.compile(
    r"^([^，。；：！？ ]{4,40}(?:：[^，。；：！？ ]{3,30})?[！？]?[”’》]?)(?<=[^\x00-\x7f]) (?=[^\x00-\x7f]|\d)"
)
BEFORE_COLON = re.compile(r"^([^。；：]{4,40})：(?=\S)")
BEFORE_STOP = re.compile(r"^([^，。；]{4,36})。 ?(?=\S)")
BEFORE_LATE_STOP = re.compile(r"^((?!近日|日前|目前|\d)[^，。；]{4,24}，[^，。；]{3,24})。 ?(?=\S)")
PLACE = re.compile(r"(?:[省市州区县旗乡镇村]|街道|社区)$")
POINT = re.compile(
    r"^(?:[一二三四五六七八九十]{1,2}是|首先|其次|再次|最后|此外|同时|第[一二三四五六七八九十])"
)  # in one text
LONGEST_SENDER = 12  # characters


@dataclass(frozen=True, slots=True)
class Manner:
    """One manner of setting a title in front of its text, and how many texts show that an issue has it.

    ``longer`` gives the titles that are told only beside others.
    """

    words: Callable[[Block], str | None]
    fewest: int
    longer: Callable[[Block], str | None] | None = None


def bold_words(block: Block) -> str | None:
    """The words in bold type."""
    return block.lead


def linked_words(block: Block) -> str | None:
    """The words of the link with which a text begins, where sentences follow."""
    words, said = next((link.anchor_text for link in block.links if link.anchor_text), None), block.text
    if words is None or LINK_WORDS.match(words) or not NUMBERING.sub("", said).startswith(words):
        return None
    return words if "。" in said.partition(words)[2] else None


def words_before(sign: re.Pattern[str]) -> Callable[[Block], str | None]:
    """The words before the first sign of a kind, where sentences follow."""

    def words(block: Block) -> str | None:
        said = NUMBERING.sub("", block.plain)
        found = sign.match(said)
        return found.group(1) if found and "。" in said[found.end() :] else None

    return words


# The surest first.
MANNERS = (
    Manner(bold_words, fewest=2),
    Manner(linked_words, fewest=2),
    Manner(words_before(BEFORE_ROOM), fewest=2),
    Manner(words_before(BEFORE_SPACE), fewest=3),
    Manner(words_before(BEFORE_COLON), fewest=3),
    Manner(words_before(BEFORE_STOP), fewest=3, longer=words_before(BEFORE_LATE_STOP)),
)


def with_leads(blocks: Sequence[Block]) -> list[Block] | None:
    """The blocks with the titles in front of their texts as headings above these; None where an issue has none."""
    if not (is_crowded(blocks) or any(block.kind is BlockKind.HEADING and names_section(block) for block in blocks)):
        return None
    for manner in MANNERS:
        leads = {
            number: title
            for number, block in enumerate(blocks)
            if block.kind in TEXTS and (words := manner.words(block)) and (title := title_of(block, words))
        }
        if len(leads) >= manner.fewest and are_regular(blocks, leads):
            return parted(blocks, {**leads, **longer_leads(blocks, leads, manner)})
    return None


def longer_leads(blocks: Sequence[Block], leads: Mapping[int, str], manner: Manner) -> dict[int, str]:
    """The titles that have a comma, before a stop as the others, in front of texts below the first of those."""
    if manner.longer is None:
        return {}
    cited = (number for number in range(min(leads), len(blocks)) if number not in leads and blocks[number].links)
    return {
        number: title
        for number in cited
        if blocks[number].kind in TEXTS
        and (words := manner.longer(blocks[number]))
        and (title := title_of(blocks[number], words))
    }


def title_of(block: Block, words: str | None) -> str | None:
    """The words as a title, where they may be one and text follows."""
    title = NUMBERING.sub("", (words or "").strip(MARKS)).strip(MARKS)
    rest = len(block.plain) - len(words or "")
    if not SHORTEST <= len(title) <= LONGEST or rest < LEAST_TEXT or FIELD.match(block.text):
        return None
    is_none = any(sign.match(title) for sign in (PART_LABEL, LINK_WORDS, DAY_ALONE, POINT))
    return None if is_none else title


def are_regular(blocks: Sequence[Block], leads: Mapping[int, str]) -> bool:
    """Whether nearly each text that cites has such words, each other ones, and half of these one link below them.

    So they are titles where the headings above cannot be: they stand over several such texts, or are shorter.
    """
    told = parted(blocks, leads)
    new = {id(block) for block in told if block.kind is BlockKind.HEADING} - set(map(id, blocks))
    cited = [heading for heading, texts in segments(told) if any(text.links for text in texts)]
    led = sum(heading is not None and id(heading) in new for heading in cited)
    if len({close_gaps(title) for title in leads.values()}) < len(leads) or is_crowded(told):
        return False
    if 2 * sum(map(names_sender, leads.values())) > len(leads):  # 石桥镇：稻虾田里话丰收。
        return False
    if led < LEAST_CITED * len(leads) or led < MOSTLY * len(cited):
        return False
    return is_crowded(blocks) or all(names_section(block) for block in over(blocks, leads))


def names_sender(title: str) -> bool:
    """Whether words are no more than the name of an institution or a place."""
    return len(title) <= LONGEST_SENDER and bool(INSTITUTION.search(title) or PLACE.search(title))


def over(blocks: Sequence[Block], leads: Mapping[int, str]) -> list[Block]:
    """The headings right above texts that begin so."""
    return [blocks[number - 1] for number in leads if number and blocks[number - 1].kind is BlockKind.HEADING]


def names_section(heading: Block) -> bool:
    """Whether a heading says no more than the name of a section does."""
    name = NUMBERING.sub("", close_gaps(heading.plain))
    return len(name) <= LONGEST_NAME and (len(name) < SHORTEST + 1 or bool(SECTION_NAME.search(name)))


def parted(blocks: Sequence[Block], leads: Mapping[int, str]) -> list[Block]:
    """The blocks, each text parted from the title in front of it."""
    told: list[Block] = []
    for number, block in enumerate(blocks):
        if (title := leads.get(number)) is None:
            told.append(block)
            continue
        text, plain = (behind(said, title) for said in (block.text, block.plain))
        told.append(block.title(title, level=LEAD_LEVEL))
        told.append(replace(block, kind=BlockKind.PARAGRAPH, text=text, plain=plain, lead=None))
    return told


def behind(said: str, title: str) -> str:
    """What a text says behind its title."""
    return said.partition(title)[2].lstrip(MARKS)
