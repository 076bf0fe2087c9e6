"""Captures are facts, readings may follow one another, a snapshot is one content of an article."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import event

from storage.archive import Archive
from storage.errors import NotInArchive, SheetsCame
from storage.records import AssetLink, CitedBySheets, Outcome, Reading, Role, Standing
from tests.storage.making import (
    NOON,
    days,
    in_a_week,
    make_asset,
    make_capture,
    make_hop,
    make_links,
    make_reading,
    token_address,
)

ADDRESS = token_address()


def visit(archive: Archive, reading: Reading | Outcome, *, at: float = 0, body: bytes = b"page"):
    if isinstance(reading, Outcome):
        reading = make_reading(reading)
    capture = make_capture(ADDRESS, reading, at=days(at), body=body)
    return archive.keep_capture(capture, run=None, next_visit=in_a_week)


def test_a_capture_comes_back_as_it_was_kept(archive: Archive) -> None:
    hops = (make_hop("https://a/", status=302, body=b"<a>moved</a>"), make_hop("https://b/"))
    reading = make_reading(assets=make_links("k1", "k2", "k1"), expected=2)
    kept = archive.keep_capture(make_capture(ADDRESS, reading, hops=hops), run=None, next_visit=in_a_week)
    (view,) = archive.captures(ADDRESS.article_url)
    assert (view.hops, view.evidence, view.address) == (hops, reading.evidence, ADDRESS)
    assert archive.read_blob(view.page_sha256) == b"<html>a page</html>"
    snapshot = archive.snapshot(ADDRESS)
    assert (snapshot.reading, snapshot.snapshot) == (reading, kept.snapshot)
    assert [one.link for one in archive.snapshot_assets(kept.snapshot)] == list(reading.assets)


def test_keeping_the_same_capture_again_changes_nothing(archive: Archive) -> None:
    first = visit(archive, make_reading(assets=make_links("k")))
    again = visit(archive, make_reading(assets=make_links("k")))
    assert again == replace(first, is_new_snapshot=False)
    assert len(archive.captures(ADDRESS.article_url)) == 1


def test_a_page_of_many_pictures_takes_as_few_statements_as_one_of_a_few(archive: Archive) -> None:
    assert statements_of(archive, "a", pictures=2) == statements_of(archive, "b", pictures=200) <= 18


def statements_of(archive: Archive, name: str, *, pictures: int) -> int:
    """How many statements keeping a page takes that was not seen before."""
    made: list[str] = []
    reading = make_reading(text=name, assets=make_links(*(f"{name}{number}" for number in range(pictures))))
    capture = make_capture(token_address(name), reading, body=name.encode())

    def note(*details: object) -> None:
        made.append(str(details[2]))

    event.listen(archive._database.writer, "before_cursor_execute", note)
    archive.keep_capture(capture, run="crawl", next_visit=in_a_week)
    event.remove(archive._database.writer, "before_cursor_execute", note)
    return len(made)


def test_a_visit_that_brought_nothing_has_no_page(archive: Archive) -> None:
    visit(archive, Outcome.UNREACHABLE, body=b"")
    (view,) = archive.captures(ADDRESS.article_url)
    assert (view.page_sha256, view.page_size, view.snapshot) == (None, 0, None)
    assert archive.verify().faults == ()


def test_an_unchanged_page_confirms_its_snapshot_and_keeps_its_own_bytes(archive: Archive) -> None:
    first = visit(archive, make_reading(), body=b"nonce 1")
    second = visit(archive, make_reading(), at=1, body=b"nonce 2")
    assert (second.snapshot, second.is_new_snapshot) == (first.snapshot, False)
    bodies = [archive.read_blob(one.page_sha256) for one in archive.captures(ADDRESS.article_url)]
    assert bodies == [b"nonce 1", b"nonce 2"]
    assert len(archive.snapshots(ADDRESS.article_url)) == 1


def test_an_edit_is_a_further_snapshot_and_going_back_confirms_the_first(archive: Archive) -> None:
    first = visit(archive, make_reading(text="a"))
    edited = visit(archive, make_reading(text="b"), at=1)
    back = visit(archive, make_reading(text="a"), at=2)
    assert (edited.is_new_snapshot, back.snapshot) == (True, first.snapshot)
    assert [one.reading.article.text for one in archive.snapshots(ADDRESS.article_url)] == ["a", "b"]
    assert archive.snapshot(ADDRESS).snapshot == first.snapshot


def test_one_content_is_one_snapshot_per_article(archive: Archive) -> None:
    visit(archive, make_reading())
    other = make_capture(token_address("b"), make_reading())
    assert archive.keep_capture(other, run=None, next_visit=in_a_week).is_new_snapshot


@pytest.mark.parametrize(
    ("at", "or_after", "text"),
    [(0.4, False, "0"), (0.6, False, "1"), (0.4, True, "1"), (99, True, "2"), (-5, True, "0"), (None, False, "2")],
)
def test_the_nearest_snapshot_is_found(archive: Archive, at, or_after, text) -> None:
    for day in range(3):
        visit(archive, make_reading(text=str(day)), at=day)
    moment = days(at) if at is not None else None
    assert archive.snapshot(ADDRESS, at=moment, or_after=or_after).reading.article.text == text


@pytest.mark.parametrize(
    ("outcomes", "standing"),
    [
        ([Outcome.ALIVE, Outcome.CAPTCHA], Standing.ALIVE),
        ([Outcome.ALIVE, Outcome.DELETED, Outcome.UNAVAILABLE], Standing.GONE),
        ([Outcome.DELETED, Outcome.ALIVE], Standing.ALIVE),
        ([Outcome.SYSTEM_ERROR, Outcome.CAPTCHA], Standing.BLOCKED),
        ([Outcome.UNRECOGNISED], Standing.UNKNOWN),
    ],
)
def test_the_standing_is_that_of_the_newest_telling_capture(archive: Archive, outcomes, standing) -> None:
    for day, outcome in enumerate(outcomes):
        visit(archive, outcome, at=day)
    assert archive.article(ADDRESS).standing is standing
    assert archive.status(NOON).articles == {standing: 1}


def test_a_deletion_leaves_the_copy_where_it_is(archive: Archive) -> None:
    visit(archive, make_reading(text="还在"))
    visit(archive, Outcome.DELETED, at=1)
    view = archive.article(ADDRESS)
    assert (view.standing, view.snapshots[0].reading.article.text) == (Standing.GONE, "还在")
    assert [one.outcome for one in view.captures] == [Outcome.DELETED, Outcome.ALIVE]


def test_a_newer_reading_is_shown_and_the_earlier_one_stays(archive: Archive, database_url: str | None) -> None:
    kept = visit(archive, make_reading(text="poor", assets=make_links("a")))
    better = make_reading(text="better", assets=make_links("a", "b"), version=2)
    again = archive.keep_reading(kept.capture, better)
    assert again.snapshot == kept.snapshot
    assert [task.key for task in again.wanted] == ["a", "b"]
    (snapshot,) = archive.snapshots(ADDRESS.article_url)
    assert snapshot.reading == better
    assert [hit.snapshot for hit in archive.search("better")] == [kept.snapshot]
    assert archive.search("poor") == []
    assert archive.keep_reading(kept.capture, better) == again
    if database_url is None:
        with sqlite3.connect(archive.folder / "archive.db") as db:
            assert db.execute("SELECT text FROM reading ORDER BY id").fetchall() == [("poor",), ("better",)]


def test_a_page_that_is_read_as_dead_after_all_shows_no_snapshot(archive: Archive) -> None:
    kept = visit(archive, make_reading())
    archive.keep_reading(kept.capture, make_reading(Outcome.DELETED, version=2))
    view = archive.article(ADDRESS)
    assert (view.standing, view.snapshots, archive.snapshot(ADDRESS)) == (Standing.GONE, (), None)


def test_all_captures_read_anew_come_together_again(archive: Archive) -> None:
    kept = [visit(archive, make_reading(text="old"), at=day) for day in range(3)]
    for one in kept:
        archive.keep_reading(one.capture, make_reading(text="new", version=2))
    (snapshot,) = archive.snapshots(ADDRESS.article_url)
    assert {one.snapshot for one in archive.captures(ADDRESS.article_url)} == {snapshot.snapshot}


def test_a_capture_never_kept_cannot_be_read(archive: Archive) -> None:
    with pytest.raises(NotInArchive):
        archive.keep_reading("no such capture", make_reading())


def test_a_naive_moment_is_refused_and_nothing_is_kept(archive: Archive) -> None:
    capture = replace(make_capture(ADDRESS), captured_at=NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="without a time zone"):
        archive.keep_capture(capture, run=None, next_visit=lambda told: None)
    assert archive.article(ADDRESS) is None


def test_the_rule_of_revisits_is_told_every_capture_oldest_first(archive: Archive) -> None:
    heard = []
    for day, outcome in enumerate([Outcome.ALIVE, Outcome.CAPTCHA, Outcome.DELETED]):
        capture = make_capture(ADDRESS, make_reading(outcome), at=days(day))
        archive.keep_capture(capture, run=None, next_visit=lambda told: heard.append(list(told)))
    assert [[one.outcome for one in told] for told in heard][-1] == [Outcome.ALIVE, Outcome.CAPTCHA, Outcome.DELETED]
    assert heard[-1][0].captured_at == NOON
    assert archive.article(ADDRESS).next_visit_at is None


def test_a_title_that_no_database_can_hold_keeps_its_fingerprint(archive: Archive) -> None:
    odd = make_reading(title="题\ud83d\0", text="文\udc00")
    first, second = visit(archive, odd), visit(archive, odd, at=1)
    assert (second.snapshot, second.is_new_snapshot) == (first.snapshot, False)
    assert archive.snapshot(ADDRESS).reading.article.title == "题\ud83d\0"


def test_a_page_is_kept_with_what_its_sheets_cite_or_not_at_all(archive: Archive) -> None:
    sheet, picture = (
        AssetLink(key="sheet", url="https://res.wx.qq.com/a.css", role=Role.STYLE),
        make_links("picture")[0],
    )
    capture = make_capture(ADDRESS, make_reading(assets=(sheet,)))
    archive.keep_sheet(make_asset("sheet", b"p{}", media_type="text/css"), (picture,), wanted_at=NOON)
    with pytest.raises(SheetsCame):
        archive.keep_capture(capture, run=None, next_visit=in_a_week, cited_by_sheets=CitedBySheets((), frozenset()))
    assert archive.article(ADDRESS) is None
    cited = CitedBySheets((picture,), frozenset({"sheet"}))
    kept = archive.keep_capture(capture, run=None, next_visit=in_a_week, cited_by_sheets=cited)
    assert [one.link for one in archive.snapshot_assets(kept.snapshot)] == [sheet, picture]
