"""What a person must remove: text, search rows and pictures go, a tombstone stays; what others show is not touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from storage.archive import CRAWL, Archive
from storage.errors import ArchiveBusy, NotInArchive
from storage.records import AssetCapture, Outcome, Tombstone
from tests.storage.making import (
    NOON,
    days,
    in_a_week,
    make_asset,
    make_bulletin,
    make_capture,
    make_links,
    make_reading,
    token_address,
)

ADDRESS, OTHER = token_address(), token_address("b")
STONE = Tombstone(reason="当事人要求", withdrawn_by="王", withdrawn_at=days(1))
SECRET = "某某的私事全文"
OWN, SHARED, TWIN = b"\x89PNG own", b"\x89PNG shared", b"\x89PNG twin"


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """Two articles: the first has a picture of its own, one that both cite, and one whose bytes the other's has too."""
    reading = make_reading(title="独有的题名", text=SECRET, assets=make_links("own", "shared", "twin-1"))
    archive.keep_capture(make_capture(ADDRESS, reading, body=b"page 1"), run=None, next_visit=in_a_week)
    other = make_reading(text="别的文章", assets=make_links("shared", "twin-2"))
    archive.keep_capture(make_capture(OTHER, other, body=b"page 2"), run=None, next_visit=in_a_week)
    for key, body in (("own", OWN), ("shared", SHARED), ("twin-1", TWIN), ("twin-2", TWIN)):
        archive.keep_asset(make_asset(key, body))
    archive.keep_bulletin(*make_bulletin(ADDRESS, OTHER), source=None, source_url=None, kept_at=NOON)
    return archive


def held(archive: Archive, asset: AssetCapture) -> bool:
    """Whether a picture's bytes are held."""
    try:
        return archive.read_blob(archive.renditions(asset.key)[0].sha256) == asset.body
    except (IndexError, NotInArchive):
        return False


def files(archive: Archive) -> set[str]:
    return {file.name[:64] for file in (archive.folder / "blobs").rglob("*") if file.is_file()}


def test_its_text_and_its_search_rows_go(filled: Archive) -> None:
    assert filled.search("私事")
    assert filled.withdraw(ADDRESS, STONE).texts == 1
    (capture,) = filled.captures(ADDRESS.article_url)
    page = filled.kept_page(capture.capture)
    assert (page.reading.article, page.reading.assets, page.reading.outcome) == (None, (), Outcome.ALIVE)
    assert page.reading.evidence == capture.evidence != ()
    assert filled.search("私事") == filled.search("题名") == []
    assert filled.search("别的文章")


def test_its_words_stand_nowhere_in_the_database(tmp_path: Path) -> None:
    with Archive.open(tmp_path, writing=True, create=True) as archive:
        reading = make_reading(title=SECRET, text=SECRET * 3000)
        archive.keep_capture(make_capture(ADDRESS, reading), run=None, next_visit=in_a_week)
        archive.withdraw(ADDRESS, STONE)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("archive.db*"))
    assert SECRET.encode() not in stored


def test_its_own_pictures_go_and_what_others_show_stays(filled: Archive) -> None:
    before = files(filled)
    done = filled.withdraw(ADDRESS, STONE)
    assert (done.renditions, done.blobs, done.bytes) == (2, 1, len(OWN))
    assert len(before - files(filled)) == 1
    assert not held(filled, make_asset("own", OWN))
    assert not held(filled, make_asset("twin-1", TWIN))
    assert held(filled, make_asset("shared", SHARED))
    assert held(filled, make_asset("twin-2", TWIN))
    assert filled.snapshot(OTHER).is_complete


def test_what_is_left_is_whole(filled: Archive) -> None:
    filled.withdraw(ADDRESS, STONE)
    found = filled.verify()
    assert (found.faults, found.orphans) == ((), 0)
    assert len(filled.captures(ADDRESS.article_url)) == 1
    assert filled.article(ADDRESS).tombstone == STONE
    assert len(filled.article(ADDRESS).cited_by) == 1


def test_a_picture_that_two_withdrawn_articles_cite_goes_with_the_second(filled: Archive) -> None:
    filled.withdraw(ADDRESS, STONE)
    filled.withdraw(OTHER, STONE)
    assert not held(filled, make_asset("shared", SHARED))
    assert filled.verify().faults == ()


def test_bytes_that_are_a_bulletin_too_stay(archive: Archive) -> None:
    archive.keep_bulletin(*make_bulletin(OTHER, body=OWN), source=None, source_url=None, kept_at=NOON)
    reading = make_reading(assets=make_links("own"))
    archive.keep_capture(make_capture(ADDRESS, reading), run=None, next_visit=in_a_week)
    archive.keep_asset(make_asset("own", OWN))
    assert archive.withdraw(ADDRESS, STONE).blobs == 0
    assert archive.verify().faults == ()


def test_earlier_readings_go_too(filled: Archive) -> None:
    (capture,) = filled.captures(ADDRESS.article_url)
    filled.keep_reading(capture.capture, make_reading(text=SECRET + "，再读", version=2))
    filled.withdraw(ADDRESS, STONE)
    assert filled.captures_read_before(2, articles=None) != [capture.capture]
    filled.lift(ADDRESS, lifted_by="李", lifted_at=days(2))
    assert capture.capture in filled.captures_read_before(1, articles=None)


def test_after_a_lift_its_pages_read_again_give_everything_back(filled: Archive) -> None:
    (capture,) = filled.captures(ADDRESS.article_url)
    before = filled.snapshot(ADDRESS)
    filled.withdraw(ADDRESS, STONE)
    filled.lift(ADDRESS, lifted_by="李", lifted_at=days(2))
    assert filled.due_articles(days(2)) != []
    assert filled.captures_read_before(1, articles=[ADDRESS.article_url]) == [capture.capture]
    reading = make_reading(title="独有的题名", text=SECRET, assets=make_links("own", "shared", "twin-1"))
    filled.keep_reading(capture.capture, reading)
    after = filled.snapshot(ADDRESS)
    assert replace(after, is_complete=True, missing_assets=0) == before
    assert after.missing_assets == 2
    assert [hit.article_url for hit in filled.search("私事")] == [ADDRESS.article_url]
    assert {task.key for task in filled.due_assets(days(2))} == {"own", "twin-1"}
    filled.keep_asset(make_asset("own", OWN))
    filled.keep_asset(make_asset("twin-1", TWIN))
    assert filled.snapshot(ADDRESS) == before


def test_withdrawing_again_does_no_harm(filled: Archive) -> None:
    filled.withdraw(ADDRESS, STONE)
    again = filled.withdraw(ADDRESS, replace(STONE, reason="又一次"))
    assert (again.texts, again.renditions, again.blobs, again.bytes) == (0, 0, 0, 0)
    assert filled.article(ADDRESS).tombstone == STONE


def test_while_a_crawl_runs_nothing_is_withdrawn(filled: Archive, open_archive) -> None:
    with open_archive().lock(CRAWL), pytest.raises(ArchiveBusy):
        filled.withdraw(ADDRESS, STONE)
    assert filled.article(ADDRESS).tombstone is None
    assert filled.search("私事")


def test_an_article_that_was_never_seen_cannot_be_withdrawn(filled: Archive) -> None:
    with pytest.raises(NotInArchive):
        filled.withdraw(token_address("never"), STONE)
