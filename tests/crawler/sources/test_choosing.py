"""Which links are bulletins, and which of them are asked for now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.config import SourceSettings
from crawler.sources.choosing import (
    MOST_SITEMAPS,
    Wanted,
    bulletins_of,
    due,
    known_again,
    next_page,
    pages_of,
    sitemaps_of,
)
from crawler.sources.lists import Entry, Listing, ListKind
from storage.records import SourceFetch

SITE = "https://www.example.org/"
NOW = datetime(2026, 3, 13, 2, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def source(**settings: object) -> SourceSettings:
    return SourceSettings(name="方志办", url=SITE, **settings)  # type: ignore[arg-type]


def listing(*names: str, kind: ListKind = ListKind.PAGE) -> Listing:
    return Listing(kind=kind, entries=tuple(Entry(url=SITE + name) for name in names))


def chosen(found: list[Wanted]) -> list[str]:
    return [wanted.url.removeprefix(SITE) for wanted in found]


def fetched(name: str, ago: timedelta, sha256: str | None = "a", *, is_list: bool = False) -> dict[str, SourceFetch]:
    fetch = SourceFetch(source="方志办", url=SITE + name, fetched_at=NOW - ago, sha256=sha256, is_list=is_list)
    return {fetch.url: fetch}


def test_without_a_pattern_documents_are_bulletins() -> None:
    found = listing("about.html", "1.PDF", "2.docx?v=1", "pdf.html", "3.zip", "3.zip")
    assert chosen(bulletins_of(found, source())) == ["1.PDF", "2.docx?v=1", "3.zip"]


def test_a_pattern_says_what_a_bulletin_is_and_the_way_to_the_next_page_is_none() -> None:
    found = listing("1.pdf", "jianbao/2.html", "jianbao/list_2.html")
    chosen_links = bulletins_of(found, source(link_pattern="/jianbao/", next_pattern=r"list_\d"))
    assert chosen(chosen_links) == ["jianbao/2.html"]


def test_every_entry_of_a_feed_is_a_bulletin_in_its_file_where_it_has_one() -> None:
    entries = (
        Entry(url=f"{SITE}1.html", files=(f"{SITE}1.mp3", f"{SITE}1.pdf")),
        Entry(url=f"{SITE}2.html", files=(f"{SITE}2.mp3",)),
        Entry(url=f"{SITE}3.docx"),
    )
    feed = Listing(kind=ListKind.FEED, entries=entries)
    assert chosen(bulletins_of(feed, source())) == ["1.pdf", "2.html", "3.docx"]
    assert chosen(bulletins_of(feed, source(link_pattern=r"html$"))) == ["1.html", "2.html"]


def test_pages_on_which_bulletins_are_found_are_no_bulletins() -> None:
    follows = source(page_pattern=r"/news/\d+\.html$")
    found = listing("news/1.html", "about.html", "2.pdf")
    assert chosen(pages_of(found, follows)) == ["news/1.html"]
    assert chosen(bulletins_of(found, follows)) == ["2.pdf"]
    feed = Listing(kind=ListKind.FEED, entries=found.entries)
    assert chosen(bulletins_of(feed, follows)) == ["2.pdf"]


@pytest.mark.parametrize(
    ("past", "changed_at", "is_due"),
    [
        ({}, None, True),
        (fetched("1.pdf", HOUR), None, False),
        (fetched("1.pdf", 20 * HOUR), None, True),
        (fetched("1.pdf", HOUR), NOW - 2 * HOUR, False),
        (fetched("1.pdf", 99 * HOUR), NOW - 100 * HOUR, False),
        (fetched("1.pdf", 2 * HOUR), NOW - HOUR, True),
        (fetched("1.pdf", HOUR), NOW + 100 * HOUR, False),
        (fetched("1.pdf", HOUR, None), None, False),
        (fetched("1.pdf", 3 * HOUR, None), None, True),
        (fetched("1.pdf", 3 * HOUR, None), NOW - 100 * HOUR, True),
    ],
    ids=[
        "new",
        "seen an hour ago",
        "seen yesterday",
        "as it was",
        "long as it was",
        "changed since",
        "a date that is none",
        "failed just now",
        "failed a while ago",
        "failed, however old",
    ],
)
def test_a_bulletin_is_asked_for_when_something_may_be_new(
    past: dict[str, SourceFetch], changed_at: datetime | None, is_due: bool
) -> None:
    assert bool(due([Wanted(f"{SITE}1.pdf", changed_at)], past, NOW)) is is_due


def test_the_newest_come_first_and_the_undated_in_the_list_s_order() -> None:
    dates = {"old": NOW - 9 * HOUR, "a": None, "new": NOW - HOUR, "b": None}
    wanted = [Wanted(SITE + name, at) for name, at in dates.items()]
    assert chosen(due(wanted, {}, NOW)) == ["new", "old", "a", "b"]


def test_a_list_that_is_as_it_was_leads_to_what_is_known_of_it() -> None:
    known = (
        fetched("list", HOUR, is_list=True) | fetched("news/1.html", HOUR, is_list=True) | fetched("1.pdf", 30 * HOUR)
    )
    bulletins, pages = known_again(known, source(page_pattern="/news/"))
    assert (chosen(bulletins), chosen(pages)) == (["1.pdf"], ["news/1.html"])


def test_the_next_page_is_found_by_its_link_or_by_its_number() -> None:
    found = listing("list.html", "list_2.html", "list_3.html")
    follows = source(next_pattern=r"list_\d", max_pages=3)
    assert next_page(found, follows, (SITE,)) == f"{SITE}list_2.html"
    assert next_page(found, follows, (SITE, f"{SITE}list_2.html")) == f"{SITE}list_3.html"
    assert next_page(found, follows, (SITE, f"{SITE}list_2.html", f"{SITE}list_3.html")) is None
    numbered = source(next_url=f"{SITE}index_{{1}}.html", max_pages=3)
    assert next_page(found, numbered, (SITE,)) == f"{SITE}index_1.html"
    assert next_page(found, numbered, (SITE, f"{SITE}index_1.html")) == f"{SITE}index_2.html"
    assert next_page(found, source(), (SITE,)) is None


def test_of_an_index_only_sitemaps_that_may_say_something_new_are_read() -> None:
    entries = [Entry(url=f"{SITE}{n}.xml", changed_at=NOW - n * HOUR) for n in range(1, 100)]
    index = Listing(kind=ListKind.SITEMAP_INDEX, entries=tuple(entries))
    wanted = sitemaps_of(index, fetched("1.xml", timedelta(), is_list=True) | fetched("2.xml", 5 * HOUR, is_list=True))
    assert chosen(wanted)[:2] == ["2.xml", "3.xml"]
    assert len(wanted) == MOST_SITEMAPS
