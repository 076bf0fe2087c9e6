"""Which lines name a section though no brackets say so, by a score over the evidence, as for titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from crawler.bulletins.formats.flow import BlockKind, Line
from crawler.bulletins.formats.manner import LONGEST_SECTION, starts_paragraph
from crawler.bulletins.formats.titles import Place, ends_with_link, plain_title_length
from crawler.bulletins.landmarks import NUMBERING, SECTION_NAME, mark_of

SECTION_LEVEL = 2  # below the publication (1)

# What speaks for the name of a section, where a title stands right below.
SECTION_SIGNS: Mapping[str, int] = {
    "marked as sections are": 3,
    "named as sections are": 2,
    "a numbered title below": 1,
    "stands apart": 1,
    "very short": 1,
    "follows the end of an item": 1,
    "half as long as the title below, which has text": 1,
}
ENOUGH_FOR_SECTION = 3
VERY_SHORT = 8  # characters


def section_length(place: Place) -> int:
    """1 where the line names a section: short, and the title of an item right below; else 0."""
    line, manner = place.line, place.manner
    name = NUMBERING.sub("", line.text)
    if manner.has_looks or len(name) > LONGEST_SECTION or re.search(r"[，。；：！？、（）()\d]", name) or line.links:
        return 0
    below = place.at(place.start + 1)
    if mark_of(line.text) in manner.title_marks - manner.section_marks:
        return 0
    if below.start >= len(place.lines) or place.kinds[below.start] is not None or not plain_title_length(below):
        return 0
    if starts_paragraph(below.line, manner) and not starts_paragraph(line, manner):
        return 0
    return int(sum(SECTION_SIGNS[sign] for sign in section_signs(line, below, name)) >= ENOUGH_FOR_SECTION)


def section_signs(line: Line, below: Place, name: str) -> Iterator[str]:
    """What speaks for the name of a section."""
    manner, mark = below.manner, mark_of(line.text)
    if mark and mark in manner.section_marks and mark_of(below.line.text) != mark:
        yield "marked as sections are"
    if SECTION_NAME.search(name):
        yield "named as sections are"
    if mark_of(below.line.text) in manner.title_marks and mark != mark_of(below.line.text):
        yield "a numbered title below"
    if below.line.has_gap:
        yield "stands apart"
    if len(name) <= VERY_SHORT:
        yield "very short"
    if follows_link(below):
        yield "follows the end of an item"
    if 2 * len(name) <= len(below.line.rest) and heads_text(below):
        yield "half as long as the title below, which has text"


def heads_text(title: Place) -> bool:
    """Whether a sentence ends right below a title of one line."""
    below = title.start + 1
    return below < len(title.lines) and title.kinds[below] is None and "。" in title.lines[below].rest


def follows_link(below: Place) -> bool:
    """Whether an item ends right above a name: with its address, a credit, or the head."""
    above = below.before[-1] if below.before else None
    return above is None or above.kind in (BlockKind.ADDRESS, BlockKind.CREDIT) or ends_with_link(above)
