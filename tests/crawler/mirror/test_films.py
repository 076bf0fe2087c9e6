"""Films given back: as a player in the copy, whole in a WARC, and as a poster where a file has no room for them."""

from __future__ import annotations

import base64
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.mirror.exports.html import LARGEST_INSIDE, export_html
from crawler.mirror.exports.site import export_site
from crawler.mirror.exports.warc import export_warc
from crawler.mirror.replay import replay
from crawler.wechat.urls import read_address
from storage.archive import Archive
from tests.crawler.mirror.films import keep_film_post
from tests.crawler.mirror.keeping import SHORT, png
from tests.crawler.mirror.test_warc import check, of_type
from tests.simulated_wechat.films import Film

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SOME = Film(size=20_000_000)


def test_a_copy_shows_a_player_with_its_poster(archive: Archive) -> None:
    keep_film_post(archive, SOME)
    snapshot = archive.snapshot(read_address(SHORT))
    assert snapshot
    copy = replay(archive, snapshot).decode()
    assert f'src="/asset/{SOME.sha256}.mp4"' in copy
    assert "poster=" in copy
    assert "controls" in copy


def warc_of(archive: Archive, folder: Path) -> Path:
    out = folder / "film.warc.gz"
    export_warc(archive, out, [SHORT], now=NOW)
    return out


def test_a_film_in_pieces_goes_out_whole_and_says_that_no_single_answer_brought_it(
    archive: Archive, tmp_path: Path
) -> None:
    link = keep_film_post(archive, SOME)
    out = warc_of(archive, tmp_path)
    (film,) = of_type(out, "resource")
    assert (film["WARC-Target-URI"], film["Content-Type"]) == (link.url, "video/mp4")
    assert film["body"] == SOME.read(0, SOME.size - 1)
    assert film["WARC-Payload-Digest"] == f"sha256:{SOME.sha256}" == film["WARC-Block-Digest"]


@pytest.mark.oracle
def test_independent_checkers_find_nothing_wrong_with_a_film(archive: Archive, tmp_path: Path) -> None:
    keep_film_post(archive, SOME)
    check(warc_of(archive, tmp_path))


def test_an_export_never_holds_a_film_in_memory(archive: Archive, tmp_path: Path) -> None:
    keep_film_post(archive, Film(size=60_000_000))
    tracemalloc.start()
    try:
        warc_of(archive, tmp_path)
        export_site(archive, tmp_path / "site", [SHORT])
        export_html(archive, tmp_path / "html", [SHORT])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_damaged_film_is_left_out_and_named(archive: Archive, tmp_path: Path) -> None:
    keep_film_post(archive, SOME)
    (file,) = (archive.folder / "blobs").rglob(SOME.sha256)
    with file.open("r+b") as stream:
        stream.seek(10_000_000)
        stream.write(b"damaged")
    result = export_warc(archive, tmp_path / "film.warc.gz", [SHORT], now=NOW)
    assert [fault.kind for fault in result.faults] == ["damaged"]
    assert of_type(tmp_path / "film.warc.gz", "resource") == []


def test_a_small_film_lies_inside_a_single_file(archive: Archive, tmp_path: Path) -> None:
    small = Film(size=100_000)
    keep_film_post(archive, small)
    export_html(archive, tmp_path / "copy.html", [SHORT])
    inside = base64.b64encode(small.read(0, small.size - 1)).decode()
    assert f"data:video/mp4;base64,{inside}" in (tmp_path / "copy.html").read_text()


def test_a_film_too_large_for_a_single_file_leaves_its_poster_and_a_note(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")
    keep_film_post(archive, Film(size=LARGEST_INSIDE + 1))
    export_html(archive, tmp_path / "copy.html", [SHORT])
    copy = (tmp_path / "copy.html").read_text()
    assert "video/mp4" not in copy
    assert f"data:image/png;base64,{base64.b64encode(png(3)).decode()}" in copy
    assert "存档中有此视频" in copy
