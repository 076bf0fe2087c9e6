"""Which links of a list are bulletins, which lead on to them, and which of them to ask for now. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.config import SourceSettings
from crawler.sources.lists import Entry, Listing, ListKind
from storage.records import SourceFetch

# What institutions put their bulletins out as. A source whose bulletins are web pages names its own link_pattern.
DOCUMENTS = re.compile(r"\.(pdf|docx?|wps|ofd|rtf|xlsx?|csv|txt|md|eml|msg|epub|mht|mhtml|zip)([?#]|$)", re.IGNORECASE)

AGAIN_AFTER = timedelta(hours=20)
"""What is held is asked for again once a day, where its list does not say when it changed: a little less, so that every
night does."""

FAILED_AGAIN_AFTER = timedelta(hours=3)

TOMORROW = timedelta(days=1)
"""A date beyond it is no date of a change."""

MOST_AT_ONCE = 500
"""Bulletins asked for in one run of a source: a publisher's whole past comes in over several nights."""

MOST_SITEMAPS = 50
"""Sitemaps of an index that are read in one run, those changed last before the others."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An address to ask for: a bulletin's, or that of a page on which bulletins are found."""

    url: str
    changed_at: datetime | None = None
    title: str | None = None


def bulletins_of(listing: Listing, source: SourceSettings) -> list[Wanted]:
    """The bulletins that a list links to: what fits link_pattern, else documents; of a feed, else every entry."""
    pattern = re.compile(source.link_pattern) if source.link_pattern else None
    leads_on = [re.compile(other) for other in (source.next_pattern, source.page_pattern) if other]
    found = (
        Wanted(url, entry.changed_at, entry.title)
        for entry in listing.entries
        for url in _addresses(entry, pattern, is_feed=listing.kind is ListKind.FEED and not source.page_pattern)
        if not any(other.search(url) for other in leads_on)
    )
    return list({wanted.url: wanted for wanted in found}.values())


def pages_of(listing: Listing, source: SourceSettings) -> list[Wanted]:
    """The pages on which bulletins' files are to be looked for."""
    if not source.page_pattern:
        return []
    pattern = re.compile(source.page_pattern)
    return [Wanted(one.url, one.changed_at, one.title) for one in listing.entries if pattern.search(one.url)]


def sitemaps_of(listing: Listing, known: Mapping[str, SourceFetch]) -> list[Wanted]:
    """The sitemaps of an index that may say something new, those changed last before the others."""
    if listing.kind is not ListKind.SITEMAP_INDEX:
        return []
    sitemaps = [Wanted(entry.url, entry.changed_at) for entry in listing.entries]
    return newest_first(one for one in sitemaps if not _is_as_it_was(one, known.get(one.url)))[:MOST_SITEMAPS]


def next_page(listing: Listing, source: SourceSettings, seen: tuple[str, ...]) -> str | None:
    """The list's next page: by the pattern, the first link to one not seen yet; else by its number."""
    if listing.kind is not ListKind.PAGE or len(seen) >= source.max_pages:
        return None
    if source.next_pattern:
        pattern = re.compile(source.next_pattern)
        return next(
            (entry.url for entry in listing.entries if pattern.search(entry.url) and entry.url not in seen), None
        )
    if source.next_url:
        return re.sub(r"\{(\d+)\}", lambda number: str(int(number[1]) + len(seen) - 1), source.next_url)
    return None


def known_again(known: Mapping[str, SourceFetch], source: SourceSettings) -> tuple[list[Wanted], list[Wanted]]:
    """The bulletins and the pages of a list that is as it was."""
    pattern = re.compile(source.page_pattern) if source.page_pattern else None
    bulletins = [Wanted(url) for url, past in known.items() if not past.is_list]
    return bulletins, [Wanted(url) for url, past in known.items() if past.is_list and pattern and pattern.search(url)]


def due(wanted: Iterable[Wanted], known: Mapping[str, SourceFetch], now: datetime) -> list[Wanted]:
    """Those to ask for now: what is new, what has changed since, and what was not looked at for a day; newest first."""
    return newest_first(one for one in wanted if _is_due(one, known.get(one.url), now))


def newest_first(wanted: Iterable[Wanted]) -> list[Wanted]:
    """In the list's order, but what is dated by its date, the newest first, and before what is not."""
    return sorted(wanted, key=lambda one: one.changed_at.timestamp() if one.changed_at else float("-inf"), reverse=True)


def _addresses(entry: Entry, pattern: re.Pattern[str] | None, *, is_feed: bool) -> Iterator[str]:
    """Which of an entry's addresses are bulletins. Whatever a feed announces is one, in its file where it has one."""
    fitting = [url for url in (entry.url, *entry.files) if (pattern or DOCUMENTS).search(url)]
    yield from fitting if fitting or pattern or not is_feed else [entry.url]


def _is_due(wanted: Wanted, past: SourceFetch | None, now: datetime) -> bool:
    if past is None:
        return True
    if past.sha256 is None:
        return past.fetched_at + FAILED_AGAIN_AFTER <= now
    if wanted.changed_at is not None and wanted.changed_at <= now + TOMORROW:
        return wanted.changed_at > past.fetched_at
    return past.fetched_at + AGAIN_AFTER <= now


def _is_as_it_was(wanted: Wanted, past: SourceFetch | None) -> bool:
    return bool(past and past.sha256 and wanted.changed_at and wanted.changed_at <= past.fetched_at)
