"""Films come piece by piece: safe before they are noted, whole before they are kept, and joined to nothing else."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import assets, blobs
from storage.archive import Archive
from storage.errors import ArchiveReadOnly
from storage.records import Role
from tests.storage.making import in_a_week, make_asset, make_capture, make_links, make_reading, token_address

NAME = "https://mpvideo.qpic.cn/film.mp4"
FIRST, SECOND = b"ftyp" + b"a" * 5000, b"b" * 3000
WHOLE = FIRST + SECOND
FILM = replace(make_asset(NAME, b"", media_type="video/mp4"), key=NAME)


def keep(archive: Archive, body: bytes, offset: int, validator: str | None = '"1"'):
    return archive.keep_part(NAME, body, offset=offset, total=len(WHOLE), validator=validator)


def test_a_film_that_came_in_pieces_is_kept_like_any_asset(archive: Archive) -> None:
    reading = make_reading(assets=make_links(NAME, role=Role.VIDEO))
    kept = archive.keep_capture(make_capture(token_address(), reading), run=None, next_visit=in_a_week)
    assert keep(archive, FIRST, 0).head == FIRST[:4096]
    assert keep(archive, SECOND, len(FIRST)).is_whole
    assert archive.keep_asset_in_parts(FILM, NAME)
    (asset,) = archive.snapshot_assets(kept.snapshot)
    assert (asset.rendition.sha256, asset.rendition.size) == (hashlib.sha256(WHOLE).hexdigest(), len(WHOLE))
    assert archive.read_blob(asset.rendition.sha256) == WHOLE
    assert archive.snapshot(token_address()).is_complete
    assert (archive.part(NAME), archive.verify().faults, archive.verify().orphans) == (None, (), 0)


def test_another_program_goes_on_where_the_first_stopped(open_archive) -> None:
    keep(open_archive(), FIRST, 0)
    part = open_archive().part(NAME)
    assert (part.size, part.total, part.validator, part.is_whole) == (len(FIRST), len(WHOLE), '"1"', False)


def test_what_was_written_but_not_noted_does_not_count(archive: Archive) -> None:
    keep(archive, FIRST, 0)
    file = next(file for file in (archive.folder / "parts").iterdir() if file.suffix != ".json")
    file.write_bytes(FIRST + b"never flushed")
    assert archive.part(NAME).size == len(FIRST)
    keep(archive, SECOND, len(FIRST))
    archive.keep_asset_in_parts(FILM, NAME)
    assert archive.renditions(NAME)[0].sha256 == hashlib.sha256(WHOLE).hexdigest()


def test_bytes_that_are_gone_leave_nothing_to_go_on_with(archive: Archive) -> None:
    keep(archive, FIRST, 0)
    file = next(file for file in (archive.folder / "parts").iterdir() if file.suffix != ".json")
    file.write_bytes(FIRST[:10])
    assert archive.part(NAME) is None


def test_a_piece_told_twice_is_there_once(archive: Archive) -> None:
    for _ in range(2):
        keep(archive, FIRST, 0)
    for _ in range(2):
        assert keep(archive, SECOND, len(FIRST)).is_whole


def test_a_gap_is_refused(archive: Archive) -> None:
    with pytest.raises(ValueError, match="a piece at"):
        keep(archive, SECOND, len(FIRST))


def test_half_a_film_is_never_kept(archive: Archive) -> None:
    keep(archive, FIRST, 0)
    with pytest.raises(ValueError, match="bytes are there"):
        archive.keep_asset_in_parts(FILM, NAME)
    assert archive.renditions(NAME) == []


def test_a_film_whose_bytes_were_safe_when_the_program_died_is_kept_by_the_next_call(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(archive, FIRST, 0)
    keep(archive, SECOND, len(FIRST))
    with monkeypatch.context() as dying:
        dying.setattr(assets, "keep_assets", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            archive.keep_asset_in_parts(FILM, NAME)
    assert archive.keep_asset_in_parts(FILM, NAME)
    assert archive.read_blob(archive.renditions(NAME)[0].sha256) == WHOLE


def test_a_film_is_moved_between_disks_too(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(archive, WHOLE, 0)
    rename = os.rename

    def across(source: object, target: str) -> None:
        if isinstance(source, Path):
            raise OSError(18, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr(blobs.os, "rename", across)
    archive.keep_asset_in_parts(FILM, NAME)
    assert archive.read_blob(archive.renditions(NAME)[0].sha256) == WHOLE


def test_what_nobody_goes_on_with_is_forgotten(archive: Archive) -> None:
    keep(archive, FIRST, 0)
    assert archive.drop_parts_before(datetime.now(UTC) - timedelta(days=1)) == 0
    assert archive.drop_parts_before(datetime.now(UTC) + timedelta(days=1)) == 1
    assert list((archive.folder / "parts").iterdir()) == []


def test_an_archive_open_for_reading_takes_no_pieces(archive: Archive, database_url: str | None) -> None:
    with Archive.open(archive.folder, database_url=database_url) as reading, pytest.raises(ArchiveReadOnly):
        keep(reading, FIRST, 0)


def test_the_newest_page_that_cites_an_asset_is_found(archive: Archive) -> None:
    links = make_links(NAME, role=Role.VIDEO)
    first = make_reading(assets=links)
    again = replace(first, assets=tuple(replace(link, url=f"{link.url}?later") for link in links))
    for at, reading in enumerate((first, again)):
        capture = make_capture(token_address(), reading, at=datetime(2026, 3, 1 + at, tzinfo=UTC))
        archive.keep_capture(capture, run=None, next_visit=in_a_week)
    assert archive.reading_citing(NAME) == again
    assert archive.reading_citing("unknown") is None
