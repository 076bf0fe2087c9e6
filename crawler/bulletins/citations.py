"""Links become citations: the address mended and told apart, the item, the grounds and how sure they are.

``placed_by`` and ``confidence`` follow the design, section 3.6: below ``SURE`` a person looks at the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import urlsplit

from crawler.bulletins.doubts import doubtful
from crawler.bulletins.drafts import Draft
from crawler.bulletins.items import Placed
from crawler.bulletins.landmarks import LONGEST_CONTACT
from crawler.bulletins.listings import MARKED, NumberIndex
from crawler.wechat.urls import is_wechat_host, mend_address, mend_link
from storage.records import Citation, PlacedBy

SURE = 0.9
CONFIDENCE: Mapping[PlacedBy, float] = {
    PlacedBy.ANNOTATION: 0.98,  # a rectangle over the item's text
    PlacedBy.HYPERLINK: 0.98,
    PlacedBy.ROW: 0.97,
    PlacedBy.INLINE: 0.95,
}
ALONE = 0.92  # an address on a line of its own below the item's text, above the next title
ONLY_ITEM_OF_PAGE = 0.8  # listed at the foot of a page that shows no other item
IN_ORDER = 0.6  # as many addresses as items, in a list
DOUBTFUL = 0.7  # in an item that looks misread
LAST_BEFORE = 0.4  # listed, and nothing tells which item is meant
FEWEST_REGULAR = 3  # items that hold one link each
TO_READERS = re.compile(r"[？?]|请(?!示)|您|欢迎|我们")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The item that a link stands in, and why. ``draft`` None: unplaced."""

    draft: Draft | None
    placed_by: PlacedBy | None = None
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The citations of each item by its index, those that no item holds, and how many other links there are."""

    of_items: tuple[tuple[Citation, ...], ...]
    unplaced: tuple[Citation, ...]
    other_links: int


def find_citations(links: Sequence[Placed], drafts: Sequence[Draft]) -> Found:
    """Return the citations among a bulletin's links, numbered in reading order."""
    of_items: list[list[Citation]] = [[] for _ in drafts]
    unplaced: list[Citation] = []
    index = {id(draft): number for number, draft in enumerate(drafts)}
    position = others = 0
    for placed, place in zip(links, places(links, drafts), strict=True):
        citation = read_citation(placed, place, position + 1)
        if citation is None:
            others += is_web_link(placed.link.url)
            continue
        position += 1
        (unplaced if place.draft is None else of_items[index[id(place.draft)]]).append(citation)
    return Found(of_items=tuple(map(tuple, of_items)), unplaced=tuple(unplaced), other_links=others)


def read_citation(placed: Placed, place: Place, position: int) -> Citation | None:
    """Return the citation that a link is; None for a link that has nothing to do with WeChat."""
    mended = mend_address(placed.link.url) if placed.link.is_printed else mend_link(placed.link.url)
    if mended.address is None and not names_wechat(mended.cited_url):
        return None
    return Citation(
        position=position,
        cited_url=mended.cited_url,
        address=mended.address,
        anchor_text=placed.link.anchor_text,
        page=placed.link.page,
        placed_by=place.placed_by,
        confidence=place.confidence,
        repair=mended.repair,
        problem=mended.problem if mended.address is None else None,
    )


def names_wechat(url: str) -> bool:
    """Whether an address leads to WeChat's article host, whatever it names there."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return False
    return host is not None and is_wechat_host(host)


def is_web_link(url: str) -> bool:
    """Whether a link leads somewhere on the web."""
    return url.strip().lower().startswith(("http://", "https://", "//", "ftp://"))


def places(links: Sequence[Placed], drafts: Sequence[Draft]) -> list[Place]:
    """The place of every link, in their order."""
    found: list[Place] = []
    habits = habits_of(links, drafts)
    for run, group in groupby(links, key=lambda placed: placed.run):
        members = list(group)
        found += run_places(members, drafts, habits) if run else [own_place(placed) for placed in members]
    holders = [place.draft for place in found]
    doubts, at_the_end = doubtful(links, drafts, holders), beyond_the_last(links, holders)
    return [
        doubted(place) if id(place.draft) in doubts or number in at_the_end else place
        for number, place in enumerate(found)
    ]


def beyond_the_last(links: Sequence[Placed], holders: Sequence[Draft | None]) -> frozenset[int]:
    """The links by number that end an issue whose items hold one each, in a line that speaks to the reader: a form to
    fill in, a card to apply for. They stand below the last item, and most likely are not of it."""
    cited: dict[int, list[int]] = {}
    for number, (placed, draft) in enumerate(zip(links, holders, strict=True)):
        if draft is not None and names_wechat(placed.link.url):
            cited.setdefault(id(draft), []).append(number)
    *others, last = cited.values() or [[]]
    if len(others) < FEWEST_REGULAR or any(len({links[number].link.url for number in each}) > 1 for each in others):
        return frozenset()
    own, draft = links[last[0]].link.url, holders[last[0]]
    ends = draft.paragraphs[-2:] if draft else []
    return frozenset(
        number
        for number in last
        if links[number].link.url != own and any(speaks_to_readers(end, links[number].link.anchor_text) for end in ends)
    )


def speaks_to_readers(line: str, anchor: str | None) -> bool:
    """Whether a short line with the words of a link turns to the reader beside them."""
    words = anchor or ""
    return words in line and len(line) <= LONGEST_CONTACT and bool(TO_READERS.search(line.replace(words, "", 1)))


def doubted(place: Place) -> Place:
    """A place that a person should look at."""
    return replace(place, confidence=min(place.confidence, DOUBTFUL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Where an issue sets its runs of addresses."""

    below_items: int  # how many stand below an item, with other text behind them
    at_page_feet: int  # how many of these end a page
    index: NumberIndex  # the items by the numbers that name them
    listed: Mapping[int, Draft]  # what the numbers mean before the addresses that stand in no item

    @property
    def are_items_own(self) -> bool:
        """Whether those at the feet of pages stand there by chance: most stand below their items."""
        return self.below_items - self.at_page_feet >= max(2, self.at_page_feet)


def habits_of(links: Sequence[Placed], drafts: Sequence[Draft]) -> Habits:
    """Look where an issue sets its runs of addresses."""
    runs = [placed for placed in links if placed.run]
    below = {placed.run: placed.link.at_page_foot for placed in runs if placed.draft and not placed.closes_flow}
    numbers = {placed.link.number for placed in runs if placed.draft is None and placed.link.number is not None}
    index = NumberIndex(drafts)
    return Habits(
        below_items=len(below),
        at_page_feet=sum(below.values()),
        index=index,
        listed=index.find(numbers),
    )


def own_place(placed: Placed) -> Place:
    """The place of a link that stands in an item's text."""
    if placed.draft is None:
        return Place(draft=None)
    grounds = placed.link.grounds
    confidence = ALONE if grounds is PlacedBy.INLINE and placed.link.is_alone else CONFIDENCE.get(grounds, LAST_BEFORE)
    return Place(draft=placed.draft, placed_by=grounds, confidence=min(confidence, placed.link.confidence))


def run_places(run: Sequence[Placed], drafts: Sequence[Draft], habits: Habits) -> list[Place]:
    """The places of addresses printed one below the other.

    With a marker they belong to the item that shows it. Below an item they are that item's; listed at the foot of a
    page, or at the end of all where no other item has addresses of its own, they are the best candidate's.
    """
    is_last = run[0].closes_flow and not habits.below_items and len(drafts) > 1
    if named := numbered_places(run, habits, is_for_all=is_last):
        return named
    if any(placed.link.marker for placed in run):
        return [marked_place(placed, habits) for placed in run]
    if run[0].link.at_page_foot and not (run[0].draft and habits.are_items_own):
        return listed_places(run, drafts_on_page(drafts, run[0].link.page))
    if run[0].draft is None or (is_last and len(distinct(run)) > 1):
        return listed_places(run, drafts)
    return [own_place(placed) for placed in run]


def numbered_places(run: Sequence[Placed], habits: Habits, *, is_for_all: bool) -> list[Place]:
    """The places of addresses with numbers before them, by the items that the numbers mean; else nothing.

    An address without a number goes with the one before it. The items' own numbers are meant only in a list for all,
    which may go on over several runs.
    """
    numbers = [placed.link.number for placed in run]
    counted = [number for number in numbers if number is not None]
    if not counted or numbers[0] is None:
        return []
    named = habits.listed if run[0].draft is None else habits.index.find(set(counted), own=is_for_all)
    if not named:
        return []
    places, draft = [], named[numbers[0]]
    for number in numbers:
        draft = draft if number is None else named[number]
        places.append(Place(draft=draft, placed_by=PlacedBy.INLINE, confidence=ALONE))
    return places


def marked_place(placed: Placed, habits: Habits) -> Place:
    """The place of an address that is listed behind a marker: the one item that shows the marker."""
    showing = habits.index.showing(MARKED).get(int(placed.link.marker), []) if placed.link.marker else []
    if len(showing) == 1:
        return Place(draft=showing[0], placed_by=PlacedBy.INLINE, confidence=ALONE)
    return nearest(placed.draft, LAST_BEFORE)


def listed_places(run: Sequence[Placed], candidates: Sequence[Draft]) -> list[Place]:
    """The places of a list of addresses, by the items that it may belong to."""
    if len(candidates) == 1:
        return [nearest(candidates[0], ONLY_ITEM_OF_PAGE) for _ in run]
    addresses = distinct(run)
    if candidates and len(addresses) == len(candidates):
        return [nearest(candidates[addresses.index(placed.link.url)], IN_ORDER) for placed in run]
    return [nearest(placed.draft, LAST_BEFORE) for placed in run]


def nearest(draft: Draft | None, confidence: float) -> Place:
    """A place that is only the best candidate."""
    return Place(draft=draft, placed_by=PlacedBy.NEAREST, confidence=confidence) if draft else Place(draft=None)


def distinct(run: Sequence[Placed]) -> list[str]:
    """The different addresses of a run, in order."""
    return list(dict.fromkeys(placed.link.url for placed in run))


def drafts_on_page(drafts: Sequence[Draft], page: int | None) -> list[Draft]:
    """The items that show on a page."""
    return [draft for draft in drafts if page in draft.pages]
