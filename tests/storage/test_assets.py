"""Assets that came together are kept together, each as if it had come alone."""

from __future__ import annotations

import pytest

from storage.archive import Archive
from storage.errors import ArchiveReadOnly
from tests.storage.making import in_a_week, make_asset, make_capture, make_links, make_reading, token_address


def test_many_pictures_are_kept_together(archive: Archive) -> None:
    keys = [f"k{number}" for number in range(40)]
    capture = make_capture(token_address(), make_reading(assets=make_links(*keys)))
    archive.keep_capture(capture, run=None, next_visit=in_a_week)
    made = [make_asset(key, f"picture {number % 20}".encode()) for number, key in enumerate(keys)]
    assert archive.keep_assets(made) == [True] * 40
    assert archive.keep_assets(made) == [False] * 40
    assert archive.snapshot(token_address()).is_complete
    assert archive.verify().blobs == 21


def test_one_asset_may_come_twice_at_a_time_and_be_new_but_once(archive: Archive) -> None:
    assert archive.keep_assets([make_asset("k", b"one"), make_asset("k", b"one"), make_asset("k", b"other")]) == [
        True,
        False,
        True,
    ]
    assert len(archive.renditions("k")) == 2


def test_what_no_page_cites_is_kept_beside_what_one_does(archive: Archive) -> None:
    archive.keep_capture(
        make_capture(token_address(), make_reading(assets=make_links("cited"))), run=None, next_visit=in_a_week
    )
    assert archive.keep_assets([make_asset("uncited"), make_asset("cited")]) == [True, True]
    assert archive.has_assets(["cited", "uncited"]) == {"cited", "uncited"}
    assert archive.snapshot(token_address()).is_complete


def test_an_archive_opened_for_reading_takes_no_assets(archive: Archive, database_url: str | None) -> None:
    with Archive.open(archive.folder, database_url=database_url) as reader, pytest.raises(ArchiveReadOnly):
        reader.keep_assets([make_asset("k")])


def test_style_sheets_that_are_held_are_told_from_pictures(archive: Archive) -> None:
    archive.keep_assets([make_asset("sheet", b"a{}", media_type="text/css"), make_asset("picture")])
    assert archive.held_sheets(["sheet", "picture", "unheard of"]) == {"sheet"}
