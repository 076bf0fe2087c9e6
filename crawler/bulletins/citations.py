"""Links become citations: the address mended and told apart, the item, the grounds and how sure they are.

``placed_by`` and ``confidence`` follow the design, section 3.6: below ``SURE`` a person looks at the place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

from crawler.bulletins.drafts import Draft
from crawler.bulletins.items import Placed
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
LAST_BEFORE = 0.4  # listed, and nothing tells which item is meant


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
    owned = runs_below_items(links)
    for run, group in groupby(links, key=lambda placed: placed.run):
        members = list(group)
        found += run_places(members, drafts, owned) if run else [own_place(placed) for placed in members]
    return found


def runs_below_items(links: Sequence[Placed]) -> int:
    """How many runs of addresses stand below an item with other text behind them."""
    return len({placed.run for placed in links if placed.run and placed.draft and not placed.closes_flow})


def own_place(placed: Placed) -> Place:
    """The place of a link that stands in an item's text."""
    if placed.draft is None:
        return Place(draft=None)
    grounds = placed.link.grounds
    confidence = ALONE if grounds is PlacedBy.INLINE and placed.link.is_alone else CONFIDENCE.get(grounds, LAST_BEFORE)
    return Place(draft=placed.draft, placed_by=grounds, confidence=min(confidence, placed.link.confidence))


def run_places(run: Sequence[Placed], drafts: Sequence[Draft], owned: int) -> list[Place]:
    """The places of addresses printed one below the other.

    With a marker they belong to the item that shows it. Below an item they are that item's; listed at the foot of a
    page, or at the end of all where no other item has addresses of its own, they are the best candidate's.
    """
    if any(placed.link.marker for placed in run):
        return [marked_place(placed, drafts) for placed in run]
    if run[0].link.at_page_foot:
        return listed_places(run, drafts_on_page(drafts, run[0].link.page))
    if run[0].draft is None or (run[0].closes_flow and not owned and len(drafts) > 1 and len(distinct(run)) > 1):
        return listed_places(run, drafts)
    return [own_place(placed) for placed in run]


def marked_place(placed: Placed, drafts: Sequence[Draft]) -> Place:
    """The place of an address that is listed behind a marker: the one item that shows the marker."""
    marker = placed.link.marker
    showing = [draft for draft in drafts if marker and marker in draft.markers]
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
