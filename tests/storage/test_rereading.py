"""Pages read again: which they are, and what a newer reading changes of an article."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.revisits import next_visit
from storage.archive import Archive
from storage.errors import NotInArchive
from storage.records import Article, Outcome, Standing, Tombstone
from tests.storage.making import (
    IDENTITY,
    NOON,
    claim,
    days,
    in_a_week,
    long_address,
    make_capture,
    make_hop,
    make_links,
    make_reading,
    token_address,
)

ADDRESS = token_address()


def visit(archive: Archive, outcome: Outcome, *, at: float = 0, address=ADDRESS, body: bytes = b"page") -> str:
    capture = make_capture(address, make_reading(outcome), at=days(at), body=body)
    return archive.keep_capture(capture, run=None, next_visit=next_visit).capture


def test_every_page_of_an_older_reader_is_to_be_read_the_oldest_first(archive: Archive) -> None:
    second = visit(archive, Outcome.ALIVE, at=2)
    first = visit(archive, Outcome.UNRECOGNISED, at=1)
    visit(archive, Outcome.UNREACHABLE, at=3, body=b"")  # brought no page
    assert archive.captures_read_before(2) == [first, second]
    archive.keep_reading(first, make_reading(version=2))
    assert archive.captures_read_before(2) == [second]
    assert archive.captures_read_before(1) == []


def test_only_the_pages_of_the_articles_asked_for_are_to_be_read(archive: Archive) -> None:
    visit(archive, Outcome.ALIVE)
    other = visit(archive, Outcome.ALIVE, address=token_address("b"))
    assert archive.captures_read_before(2, articles=[token_address("b").article_url]) == [other]
    with pytest.raises(NotInArchive):
        archive.captures_read_before(2, articles=["https://mp.weixin.qq.com/s/unknown"])


def test_what_was_withdrawn_is_not_read(archive: Archive) -> None:
    visit(archive, Outcome.ALIVE)
    archive.withdraw(ADDRESS, Tombstone(reason="a request", withdrawn_by="office", withdrawn_at=NOON))
    assert archive.captures_read_before(2) == []


def test_a_kept_page_comes_with_all_that_its_reading_rests_on(archive: Archive) -> None:
    hops = (make_hop("https://a/", status=302, body=b"moved"), make_hop("https://b/", status=500))
    reading = make_reading(text="words")
    name = archive.keep_capture(make_capture(ADDRESS, reading, hops=hops), run=None, next_visit=in_a_week).capture
    page = archive.kept_page(name)
    assert (page.status, page.content_type) == (500, "text/html; charset=UTF-8")
    assert (page.reading, page.article_url) == (reading, ADDRESS.article_url)
    assert archive.article_of_page(page.page_sha256) == ADDRESS.article_url
    with pytest.raises(NotInArchive):
        archive.kept_page(visit(archive, Outcome.UNREACHABLE, at=3, body=b""))


def test_a_page_that_turns_out_alive_is_visited_as_one_that_was_so_from_the_beginning(archive: Archive) -> None:
    name = visit(archive, Outcome.UNRECOGNISED)
    assert archive.article(ADDRESS).standing is Standing.UNKNOWN
    archive.keep_reading(name, make_reading(assets=make_links("k"), version=2), next_visit=next_visit)
    article = archive.article(ADDRESS)
    assert article.standing is Standing.ALIVE
    assert article.next_visit_at == days(0.25)  # the first step of an alive article
    assert [task.key for task in archive.due_assets(days(1))] == ["k"]


def test_a_page_that_turns_out_gone_is_no_longer_looked_after_as_if_it_were_alive(archive: Archive) -> None:
    name = visit(archive, Outcome.ALIVE)
    archive.keep_reading(name, make_reading(Outcome.DELETED, version=2), next_visit=next_visit)
    article = archive.article(ADDRESS)
    assert (article.standing, article.next_visit_at > days(25)) == (Standing.GONE, True)


def test_a_reading_that_says_the_same_leaves_the_next_visit_as_it_was(archive: Archive) -> None:
    name = archive.keep_capture(make_capture(ADDRESS, make_reading()), run=None, next_visit=in_a_week).capture
    before = archive.article(ADDRESS).next_visit_at
    archive.keep_reading(name, make_reading(text="more words", version=2), next_visit=next_visit)
    assert archive.article(ADDRESS).next_visit_at == before


def test_an_older_capture_read_anew_does_not_overrule_the_newest(archive: Archive) -> None:
    name = visit(archive, Outcome.UNRECOGNISED)
    visit(archive, Outcome.DELETED, at=1)
    archive.keep_reading(name, make_reading(version=2), next_visit=next_visit)
    article = archive.article(ADDRESS)
    assert (article.standing, len(article.snapshots)) == (Standing.GONE, 1)


def test_the_identity_that_a_page_is_now_seen_to_state_joins_its_spellings(archive: Archive) -> None:
    visit(archive, Outcome.ALIVE, address=long_address())
    name = visit(archive, Outcome.UNRECOGNISED, at=1)
    stated = Article(title="t", account_name="a", biz=IDENTITY.biz, mid=IDENTITY.mid, idx=IDENTITY.idx, text="x")
    archive.keep_reading(name, replace(make_reading(version=2), article=stated), next_visit=next_visit)
    assert archive.article(ADDRESS).article_url == archive.article(long_address()).article_url


def test_a_move_that_is_now_seen_makes_its_target_due_at_once(archive: Archive) -> None:
    name = visit(archive, Outcome.UNRECOGNISED)
    target = token_address("target")
    reading = replace(make_reading(Outcome.MIGRATED, version=2), moved_to=target.fetch_url)
    archive.keep_reading(name, reading, next_visit=next_visit, moved_to=target)
    (number,) = archive.due_articles(days(1))
    assert claim(archive, number, owner="a", now=days(1), until=days(2)).address == target


def test_what_style_sheets_cite_stays_with_a_snapshot_that_is_read_again(archive: Archive) -> None:
    name = visit(archive, Outcome.ALIVE)
    links, cited = make_links("picture"), make_links("ground")
    kept = archive.keep_reading(name, make_reading(assets=links, version=2), cited_by_sheets=cited)
    assert [one.link.key for one in archive.snapshot_assets(kept.snapshot)] == ["picture", "ground"]
    assert [task.key for task in kept.wanted] == ["picture", "ground"]
