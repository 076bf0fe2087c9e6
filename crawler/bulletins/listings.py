"""Lists of links for all items: which item each entry means.

An issue may gather its links at its end (相关链接, 附录, 注释) or in its table of contents. An entry says which item it
means by that item's title, by a marker that the item's text shows ([1], ①, a raised figure), or by the item's own
number. A kind of number counts only where every number of the list is that of exactly one item.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Mapping, Sequence

from crawler.bulletins.drafts import Draft
from crawler.bulletins.formats.flow import Block, BlockKind
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.landmarks import BRACED, CIRCLED, LISTING, MARKER, NUMBERING, RAISED, is_sentence_end

SHORTEST_TITLE = 6  # characters: shorter ones come again by chance
LONGEST_HEAD = 20  # characters
MOST_HEADS = 5
LONGEST_ENTRY = 90  # characters of an entry beside its address

Shown = Callable[[Draft], frozenset[int]]


def shows_own_number(draft: Draft) -> frozenset[int]:
    """The number of an item's title."""
    return frozenset() if draft.number is None else frozenset({draft.number})


# How an item may be named by a number, the surest first.
MARKED = 0  # [1]
NAMED_BY: tuple[Shown, ...] = (
    lambda draft: draft.shows(MARKER),
    lambda draft: draft.shows(CIRCLED),
    lambda draft: draft.shows(BRACED),
    lambda draft: draft.shows(RAISED),
    shows_own_number,
)


class NumberIndex:
    """The items by the numbers that name them; asked often, so each kind of number is looked for once."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.kinds: list[dict[int, list[Draft]]] = []

    def find(self, numbers: Collection[int], *, own: bool = True) -> Mapping[int, Draft]:
        """The items that the numbers of a list mean; nothing where no kind of number fits them all.

        ``own``: whether the items' own numbers may be meant.
        """
        for kind in range(len(NAMED_BY) - (not own)) if numbers else ():
            showing = self.showing(kind)
            if all(len(showing.get(number, ())) == 1 for number in numbers):
                return {number: showing[number][0] for number in numbers}
        return {}

    def showing(self, kind: int) -> dict[int, list[Draft]]:
        """The items that show each number, in one manner of showing it."""
        while len(self.kinds) <= kind:
            found: dict[int, list[Draft]] = {}
            for draft in self.drafts:
                for number in NAMED_BY[len(self.kinds)](draft):
                    found.setdefault(number, []).append(draft)
            self.kinds.append(found)
        return self.kinds[kind]


def title_key(text: str | None) -> str:
    """A title as it is compared: without its number, gaps and what announces an address behind it."""
    return NUMBERING.sub("", close_gaps(text or "")).strip(" :：…·.—-“”\"'《》【】[]")


class TitleIndex:
    """The items by their titles."""

    def __init__(self) -> None:
        self.titles: dict[str, list[Draft]] = {}
        self.ordered: list[str] = []
        self.count = 0

    def take(self, drafts: Sequence[Draft]) -> None:
        """Take in the items that came since the last time."""
        for draft in drafts[self.count :]:
            if len(key := title_key(draft.title)) < SHORTEST_TITLE:
                continue
            if key not in self.titles:
                insort(self.ordered, key)
            self.titles.setdefault(key, []).append(draft)
        self.count = len(drafts)

    def find(self, text: str) -> Draft | None:
        """The one item with this title, or with one that begins so; None where none or several have it."""
        key = title_key(text)
        if not SHORTEST_TITLE <= len(key) <= LONGEST_ENTRY:
            return None
        alike = self.titles.get(key) or [draft for title in self.akin(key) for draft in self.titles[title]]
        return alike[0] if len(alike) == 1 else None

    def akin(self, key: str) -> list[str]:
        """The titles that begin as this one, or with which it begins; two are as bad as many."""
        shorter = [key[:length] for length in range(SHORTEST_TITLE, len(key)) if key[:length] in self.titles]
        place = bisect_left(self.ordered, key)
        return shorter + [title for title in self.ordered[place : place + 2] if title.startswith(key)]


def begins_listing(blocks: Sequence[Block], number: int, drafts: Sequence[Draft]) -> bool:
    """Whether a block is the head of a list of links for the items above it, with which the issue ends."""
    if len(drafts) < 2 or not is_listing_head(blocks[number]):
        return False
    if sum(draft.has_links for draft in drafts) > len(drafts) // 2:
        return False
    if any(each.text == blocks[number].text for each in blocks[:number]):  # a label of each item's own links
        return False
    below = [each for each in blocks[number + 1 :] if each.kind not in (BlockKind.COLOPHON, BlockKind.CONTENTS)]
    return sum(bool(each.links) for each in below) >= 1 and all(is_listed(each) for each in below)


def is_listing_head(block: Block) -> bool:
    """Whether a block says no more than that links follow."""
    return len(block.text) <= LONGEST_HEAD and not block.links and bool(LISTING.match(close_gaps(block.text)))


def last_listing_heads(blocks: Sequence[Block]) -> int:
    """The number of the first of the last few blocks that may head a list: no issue has more, and each is costly."""
    heads = [number for number, block in enumerate(blocks) if is_listing_head(block)]
    return heads[-MOST_HEADS:][0] if heads else len(blocks)


def is_listed(block: Block) -> bool:
    """Whether a block may be a part of a list of links."""
    if block.kind in (BlockKind.ADDRESS, BlockKind.ENTRY, BlockKind.RULE, BlockKind.ROW):
        return True
    return len(block.plain) <= LONGEST_ENTRY and (bool(block.links) or not is_sentence_end(block.plain))


def joined_repetitions(drafts: Sequence[Draft]) -> dict[int, Draft]:
    """For each item that is only the title of another one once more, with a link: that other one, by ``id``.

    So do tables of contents that are links, and lists of links at the end without a heading.
    """
    joined: dict[int, Draft] = {}
    titles: dict[str, list[Draft]] = {}
    for draft in drafts:
        titles.setdefault(title_key(draft.title), []).append(draft)
    for title, same in titles.items():
        if len(title) < SHORTEST_TITLE or len(same) != 2:
            continue
        told = [draft for draft in same if not draft.is_bare]
        listed = [draft for draft in same if draft.is_bare and draft.has_links]
        if len(told) == 1 and len(listed) == 1:
            joined[id(listed[0])] = told[0]
    return joined
