"""Bulletins are kept once, in versions, with every citation bound to its article."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.archive import Archive
from storage.errors import BlobDamaged, NotInArchive
from storage.records import SourceFetch, Standing
from tests.storage.making import (
    IDENTITY,
    NOON,
    OTHER,
    days,
    in_a_week,
    long_address,
    make_bulletin,
    make_capture,
    make_citation,
    make_reading,
    token_address,
)

PLACE = {"source": "四川方志", "source_url": "https://example.org/1.html"}
NOWHERE = {"source": None, "source_url": None}


def test_a_bulletin_comes_back_as_it_was_understood(archive: Archive) -> None:
    record, body = make_bulletin(token_address(), long_address())
    kept = archive.keep_bulletin(record, body, **PLACE, kept_at=NOON)
    view = archive.bulletin(kept.bulletin)
    assert (view.record, view.source, view.source_url) == (record, PLACE["source"], PLACE["source_url"])
    assert (kept.items, kept.citations, kept.articles, kept.new_articles) == (2, 2, 2, 2)
    assert archive.read_blob(record.sha256) == body


def test_unplaced_and_broken_citations_are_kept_with_their_problem(archive: Archive) -> None:
    record, body = make_bulletin(token_address())
    record = replace(record, unplaced=(make_citation(None, 2),))
    kept = archive.keep_bulletin(record, body, **NOWHERE, kept_at=NOON)
    view = archive.bulletin(kept.bulletin)
    assert view.record == record
    assert [(c.citation.problem, c.standing, c.snapshot) for c in view.unplaced] == [("truncated", None, None)]
    assert archive.status(NOON).to_review == 1


def test_the_same_bytes_change_nothing(archive: Archive) -> None:
    record, body = make_bulletin(token_address())
    first = archive.keep_bulletin(record, body, **PLACE, kept_at=NOON)
    again = archive.keep_bulletin(record, body, **PLACE, kept_at=days(1))
    assert (first.is_new, again.is_new) == (True, False)
    assert replace(again, is_new=True, new_articles=1) == first
    assert archive.bulletin(first.bulletin).kept_at == NOON
    assert archive.status(NOON).items == 1


def test_other_bytes_at_one_place_are_a_new_version(archive: Archive) -> None:
    record, body = make_bulletin(token_address())
    first = archive.keep_bulletin(record, body, **PLACE, kept_at=NOON)
    changed, changed_body = make_bulletin(token_address("b"), body=b"changed", title="改过的")
    second = archive.keep_bulletin(changed, changed_body, **PLACE, kept_at=days(1))
    assert (second.bulletin, second.version, second.is_new) == (first.bulletin, 2, True)
    assert archive.bulletin(first.bulletin).record == changed
    assert archive.article(token_address()).cited_by == ()
    assert [one.title for one in archive.bulletins()] == ["改过的"]
    archive.keep_bulletin(record, body, **PLACE, kept_at=days(2))
    assert archive.bulletin(first.bulletin).record == record


def test_from_the_command_line_the_digest_is_the_identity(archive: Archive) -> None:
    one = archive.keep_bulletin(*make_bulletin(token_address()), **NOWHERE, kept_at=NOON)
    other = archive.keep_bulletin(*make_bulletin(token_address(), body=b"other"), **NOWHERE, kept_at=NOON)
    assert one.bulletin != other.bulletin
    assert {one.version, other.version} == {1}


def test_spellings_of_one_identity_bind_to_one_article(archive: Archive) -> None:
    plain, signed = long_address(signed="a=1"), long_address(signed="b=2")
    kept = archive.keep_bulletin(*make_bulletin(plain, signed), **NOWHERE, kept_at=NOON)
    assert (kept.citations, kept.articles) == (2, 1)
    view = archive.article(long_address(signed="never-seen=1"))
    assert set(view.aliases) == {plain.cited_url, signed.cited_url}
    assert [one.item for one in view.cited_by] == [1, 2]


def test_a_bulletin_shows_the_state_of_what_it_cites(archive: Archive) -> None:
    kept = archive.keep_bulletin(*make_bulletin(token_address(), long_address(OTHER)), **NOWHERE, kept_at=NOON)
    for at, text in ((days(-10), "before"), (days(1), "after"), (days(9), "late")):
        reading = make_reading(text=text)
        archive.keep_capture(make_capture(token_address(), reading, at=at), run=None, next_visit=in_a_week)
    alive, unseen = (item.citations[0] for item in archive.bulletin(kept.bulletin).items)
    assert (alive.standing, alive.snapshot.captured_at) == (Standing.ALIVE, days(1))
    assert (unseen.standing, unseen.snapshot) == (None, None)
    assert archive.bulletins()[0].standings == {Standing.ALIVE: 1, None: 1}


def test_a_bulletin_tells_what_changed_after_it_was_cited(archive: Archive) -> None:
    """The snapshot at the bulletin's day against the newest visit: changed, and changed back."""
    bulletin = archive.keep_bulletin(
        *make_bulletin(token_address()), source=None, source_url=None, kept_at=NOON
    ).bulletin

    def changed_to() -> str | None:
        (view,) = archive.bulletin(bulletin).items[0].citations
        return view.changed_to.title if view.changed_to else None

    for day, title in enumerate(["一", "一", "二", "一"]):
        capture = make_capture(token_address(), make_reading(title=title), at=days(day))
        archive.keep_capture(capture, run=None, next_visit=in_a_week)
        assert changed_to() == (title if title == "二" else None)


def test_articles_are_chosen_by_bulletin_and_by_days(archive: Archive) -> None:
    record, body = make_bulletin(token_address())
    kept = archive.keep_bulletin(record, body, **NOWHERE, kept_at=NOON)
    archive.keep_bulletin(*make_bulletin(long_address(), body=b"undated", published_on=None), **NOWHERE, kept_at=NOON)
    name = token_address().article_url
    assert list(archive.articles(bulletin=kept.bulletin)) == [name]
    assert list(archive.articles(cited_from=record.published_on, cited_to=record.published_on)) == [name]
    assert list(archive.articles()) == [name, IDENTITY.article_url]


def test_a_bulletin_never_kept_is_said_to_be_missing(archive: Archive) -> None:
    with pytest.raises(NotInArchive):
        archive.bulletin("0123456789abcdef")


def test_bytes_that_are_not_the_bulletins_are_refused(archive: Archive) -> None:
    record, _ = make_bulletin(token_address())
    with pytest.raises(BlobDamaged):
        archive.keep_bulletin(record, b"other bytes", **NOWHERE, kept_at=NOON)
    assert archive.bulletins() == []


def test_a_naive_moment_is_refused(archive: Archive) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        archive.keep_bulletin(*make_bulletin(token_address()), **NOWHERE, kept_at=NOON.replace(tzinfo=None))
    assert archive.bulletins() == []


def test_what_a_source_answered_is_remembered(archive: Archive) -> None:
    fetch = SourceFetch(source="四川方志", url="https://example.org/", fetched_at=NOON, sha256=None, etag='"1"')
    archive.keep_source_fetch(fetch)
    archive.keep_source_fetch(replace(fetch, etag='"2"', fetched_at=days(1)))
    assert archive.source_fetches("四川方志") == {fetch.url: replace(fetch, etag='"2"', fetched_at=days(1))}
    assert archive.source_fetches("another") == {}


def test_what_no_database_can_hold_is_replaced_and_not_refused(archive: Archive) -> None:
    kept = archive.keep_bulletin(*make_bulletin(token_address(), title="题\0目\ud800"), **NOWHERE, kept_at=NOON)
    assert archive.bulletin(kept.bulletin).record.title == "题\ufffd目\ufffd"
