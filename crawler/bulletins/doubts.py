"""Which items look misread, so that a person should see where their links were placed.

A link that stands within an item is sure only if the item is one. What speaks against that shows in the issue as a
whole: no title where others have one, a title that is a name, a day, half a sentence or that of another item too,
several titles linked below a word or two, one item that holds nearly all links beside others that hold none, the same
words linked twice about a short line that are the one link of most items.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.bulletins.bylines import BYLINE
from crawler.bulletins.drafts import Draft
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.items import Placed
from crawler.bulletins.landmarks import (
    CALL,
    CAPTION,
    CLAUSE_END,
    DAY_ALONE,
    FIELD_NAME,
    INSTITUTION,
    LINK_WORDS,
    NUMBERING,
    SECTION_NAME,
    ends_statement,
)
from crawler.bulletins.listings import title_key
from crawler.bulletins.mastheads import DAY

MOSTLY = 0.5  # of the items
MANY = 3  # links, and texts, of the only item
TITLE_LIKE = 8  # characters of linked words that may be a title
SHORTEST_TITLE = 5  # characters of a heading that is surely a title
BESIDE_TITLE = 10  # characters beside each of these: its day
LONGEST_LINE = 40  # characters of a line that may be a title
LITTLE = 30  # characters of an item's text beside its linked titles
LONGEST_NAME = 8  # characters of a section's name
LONGEST_TITLE = 60  # characters of a title with a sentence's end in it
LONGEST_UNIT = 20  # characters of an institution's name
ADDRESS = re.compile(r"^(?:https?:|www\.|mp\.weixin)", re.IGNORECASE)
ACCOUNT = re.compile(r"^[^，。：！？]{2,16}(?:公众号|视频号)$")
OF_ADDRESS = re.compile(r"[=&?/][!-~]{6}|[!-~]{24}")
NO_TITLE = re.compile(r"^[\W\d_]*$|^[，。、；：,;:）)】]|^(?:近日|日前|据悉|同时|此外|会上|会议指出|其中)[，,]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An item and the words of the links that it holds."""

    draft: Draft
    anchors: tuple[str, ...]


def doubtful(links: Sequence[Placed], drafts: Sequence[Draft], holders: Sequence[Draft | None]) -> frozenset[int]:
    """Return the items, by ``id``, whose links are not sure. ``holders`` are those in which the links were placed."""
    anchors: dict[int, list[str]] = defaultdict(list)
    for placed, draft in zip(links, holders, strict=True):
        if draft is not None:
            words = close_gaps(placed.link.anchor_text or "")
            anchors[id(draft)].append("" if ADDRESS.match(words) else words)
    held = [Holding(draft=draft, anchors=tuple(anchors[id(draft)])) for draft in drafts if id(draft) in anchors]
    same = repeated(held)
    units = units_as_titles(held)
    alone = lone_words(held)
    return frozenset(
        id(each.draft)
        for each in held
        if is_heap(each, is_only=len(drafts) == 1)
        or is_untitled(each, drafts)
        or title_key(each.draft.title) in same
        or id(each.draft) in units
        or is_misnamed(each)
        or (is_short_as_a_section(each) and not is_among_titles(each, held))
        or is_list_of_titles(each)
        or holds_nearly_all(each, held, drafts)
        or (alone is not None and each.anchors.count(alone) > 1 and holds_title(each, alone))
    )


def is_heap(each: Holding, *, is_only: bool) -> bool:
    """Whether an item is most likely several whose titles were missed.

    So is one without a title that holds several links, and the only one of an issue that holds many in several texts.
    """
    count = len(each.anchors)
    if each.draft.title is None:
        return count > 1
    return is_only and count >= MANY and len(each.draft.paragraphs) >= MANY


def is_untitled(each: Holding, drafts: Sequence[Draft]) -> bool:
    """Whether an item has no title, though there are others."""
    return each.draft.title is None and len(drafts) > 1


def repeated(held: Sequence[Holding]) -> frozenset[str]:
    """The titles that several items with links have."""
    seen: dict[str, int] = defaultdict(int)
    for each in held:
        seen[title_key(each.draft.title)] += 1
    return frozenset(key for key, count in seen.items() if key and count > 1)


def units_as_titles(held: Sequence[Holding]) -> frozenset[int]:
    """The items whose titles are names of institutions, where those of several are: a column or line of senders."""
    named = [each for each in held if not is_anchored(each) and is_unit(each.draft.title or "")]
    return frozenset(id(each.draft) for each in named) if len(named) > 1 else frozenset()


def is_unit(title: str) -> bool:
    """Whether a title is no more than the name of an institution."""
    return (
        3 <= len(title) <= LONGEST_UNIT and bool(INSTITUTION.search(title)) and not re.search(r"[，：！？“《\d]", title)
    )


def is_anchored(each: Holding) -> bool:
    """Whether the item's title is itself what its link says."""
    title = close_gaps(each.draft.title or "")
    return bool(title) and any(anchor == title or (len(anchor) >= 4 and anchor in title) for anchor in each.anchors)


def is_misnamed(each: Holding) -> bool:
    """Whether an item's title is none: a person, a day, a caption, the words of a link, a part of a sentence."""
    title = (each.draft.title or "").strip()
    if not title:
        return False
    if NO_TITLE.match(title) or LINK_WORDS.match(title) or CALL.match(title) or FIELD_NAME.match(title):
        return True
    if is_anchored(each):
        return False
    if DAY_ALONE.match(title) or OF_ADDRESS.search(title) or ACCOUNT.search(title):
        return True
    bare = DAY.sub("", title).strip(" ()（）：:,，")
    is_name = bool(BYLINE.match(title)) or bool(CAPTION.match(title)) or len(bare) < 2
    has_stop = each.draft.level > 0 and ends_statement(title) and not title.endswith("…")
    is_open = has_stop or title.endswith(tuple(CLAUSE_END))
    return is_name or is_open or names_section(each)


def names_section(each: Holding) -> bool:
    """Whether a short title is one that sections have, and several links or texts stand below it."""
    name = NUMBERING.sub("", close_gaps(each.draft.title or ""))
    several = len(each.anchors) > 1 or len(each.draft.paragraphs) > MANY
    return len(name) <= LONGEST_NAME and bool(SECTION_NAME.search(name)) and several


def is_short_as_a_section(each: Holding) -> bool:
    """Whether a heading says too little for a title (1月, 典型经验, 榜样力量), and is not what is linked."""
    name = NUMBERING.sub("", close_gaps(each.draft.title or ""))
    return each.draft.level > 0 and 0 < len(name) < SHORTEST_TITLE and not is_anchored(each)


def is_among_titles(each: Holding, held: Sequence[Holding]) -> bool:
    """Whether several titles of the same level say enough, and this one is no name of a section."""
    draft = each.draft
    alike = [
        other for other in held if other.draft.level == draft.level and bool(other.draft.number) == bool(draft.number)
    ]
    has_sections = any(other.draft.section for other in held)
    longer = sum(not is_short_as_a_section(other) for other in alike)
    heads_text = any("。" in paragraph for paragraph in draft.paragraphs[:1])  # the name of a section heads a title
    is_title = heads_text or draft.number is not None or not has_sections
    return is_title and len(each.anchors) == 1 and longer >= MANY - 1


def is_list_of_titles(each: Holding) -> bool:
    """Whether an item is a name over several linked titles, with next to nothing said beside them."""
    named = (anchor for anchor in each.anchors if len(anchor) >= TITLE_LIKE)
    titles = {anchor for anchor in named if not LINK_WORDS.match(anchor) and not CALL.match(anchor)}
    titles -= {close_gaps(each.draft.title or "")}
    said = sum(map(len, each.draft.paragraphs))
    beside = said - sum(map(len, titles))
    return len(titles) > 1 and beside <= max(LITTLE, BESIDE_TITLE * len(titles)) and not is_anchored(each)


def holds_nearly_all(each: Holding, held: Sequence[Holding], drafts: Sequence[Draft]) -> bool:
    """Whether an item holds several links, more than all others, while most of these hold none."""
    count = len(each.anchors)
    others = len(drafts) - 1
    return count >= MANY and others >= MANY and 2 * (len(held) - 1) <= others and count > total(held) - count


def lone_words(held: Sequence[Holding]) -> str | None:
    """The words that are the one link of most items."""
    lone = Counter(each.anchors[0] for each in held if len(each.anchors) == 1)
    return next((words for words, count in lone.most_common(1) if words and count > MOSTLY * len(held)), None)


def holds_title(each: Holding, words: str) -> bool:
    """Whether a short line of an item's text, but for that of the link with these words, may be a title."""
    lines = [line for line in each.draft.paragraphs if words not in close_gaps(line)]
    return any(TITLE_LIKE <= len(line) <= LONGEST_LINE and not ends_statement(line) for line in lines)


def total(held: Sequence[Holding]) -> int:
    """How many links items hold."""
    return sum(len(each.anchors) for each in held)
