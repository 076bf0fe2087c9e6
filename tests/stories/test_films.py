"""Films: piece by piece onto the disk, gone on with after a cut, the largest that the settings allow."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from crawler.films import PIECE_BYTES
from storage.records import SnapshotAsset
from tests.simulated_wechat import Published
from tests.simulated_wechat.answers import text
from tests.simulated_wechat.films import Film, video_post
from tests.stories.conftest import Story
from tests.stories.crawls import Running, wait_until

LARGE, SMALL = "https://mpvideo.qpic.cn/0bc3.f10002.mp4", "https://mpvideo.qpic.cn/0bc3.f10104.mp4"
MID = 2247483650


def publish(story: Story, *films: Film, sizes: tuple[int | None, ...] = (None, None)) -> Published:
    """A video post with a film in up to two sizes."""
    listed = []
    for url, film, size in zip((LARGE, SMALL), films, sizes, strict=False):
        story.site.publish_film(film, url)
        signed = url.replace("https:", "http:") + "?dis_k=0123&dis_t=1762338600"
        listed.append((signed, 1572 if url == LARGE else 480, 1080 if url == LARGE else 328, size))
    short = "https://mp.weixin.qq.com/s/AFilmAAAAAAAAAAAAAAAAA"
    return story.site.publish_page("film", video_post("影片", MID, *listed), short_url=short)


def asset(story: Story, page: Published) -> SnapshotAsset:
    with story.archive() as archive:
        (one,) = archive.snapshot_assets(story.snapshots(page)[0].snapshot)
        assert archive.verify().faults == ()
    return one


def asked(story: Story) -> list[str]:
    """The ranges that were asked for."""
    return [seen.headers["range"] for seen in story.site.asked("mpvideo.qpic.cn")]


def everything(story: Story, **more: float) -> object:
    return story.config(media="all", **more)


def ranges(size: int, first: int = 0) -> list[str]:
    return [f"bytes={at}-{at + PIECE_BYTES - 1}" for at in range(first, size, PIECE_BYTES)]


def test_a_film_is_kept_byte_for_byte_in_pieces(story: Story) -> None:
    film = Film(size=20_000_001)
    page = publish(story, film)
    crawled = story.crawl(story.bulletin(page), config=everything(story))
    held = asset(story, page).rendition
    assert held
    assert (held.sha256, held.size, held.media_type) == (film.sha256, film.size, "video/mp4")
    assert held.is_original
    assert [hop.status for hop in held.hops] == [206, 206, 206]
    assert asked(story) == ranges(film.size)
    assert (crawled.summary.assets_kept, crawled.summary.assets_bytes) == (1, film.size)
    assert story.snapshots(page)[0].is_complete
    assert list((story.folder / "archive" / "parts").iterdir()) == []


def test_a_piece_that_is_cut_or_lost_costs_no_more_than_itself(story: Story) -> None:
    film = Film(size=10_000_000)
    page = publish(story, film)
    story.site.truncate(LARGE + "?dis_k=0123&dis_t=1762338600", times=1)
    story.crawl(story.bulletin(page), config=everything(story))
    assert asset(story, page).rendition.sha256 == film.sha256  # type: ignore[union-attr]
    assert asked(story)[1] == f"bytes={PIECE_BYTES // 2}-{PIECE_BYTES // 2 + PIECE_BYTES - 1}"


def begin_and_stop(story: Story, page: Published, *, kill: bool) -> None:
    """A crawl that ends when two pieces of the film have come."""
    running: Running = story.begin(story.bulletin(page), config=everything(story))
    wait_until(lambda: len(asked(story)) >= 3)
    if kill:
        running.kill()
    else:
        running.interrupt()
        assert running.wait().summary.stopped_by == "interrupt"
    story.site.forget()


@pytest.mark.parametrize("kill", [pytest.param(False, marks=pytest.mark.long), True])
def test_the_next_run_goes_on_where_this_one_stopped(story: Story, kill: bool) -> None:
    film = Film(size=60_000_000)
    page = publish(story, film)
    story.site.latency = 0.05
    begin_and_stop(story, page, kill=kill)
    story.crawl(config=everything(story))
    assert asset(story, page).rendition.sha256 == film.sha256  # type: ignore[union-attr]
    first, *_ = asked(story)
    assert first in ranges(film.size)[1:]


@pytest.mark.parametrize(
    "change", [Film(size=60_000_000, number=1), pytest.param(Film(size=50_000_000), marks=pytest.mark.long)]
)
def test_another_film_under_the_address_is_never_joined_to_the_first(story: Story, change: Film) -> None:
    page = publish(story, Film(size=60_000_000))
    story.site.latency = 0.05
    begin_and_stop(story, page, kill=False)
    story.site.publish_film(change, LARGE)
    story.crawl(config=everything(story))
    assert asset(story, page).rendition.sha256 == change.sha256  # type: ignore[union-attr]


def test_what_cannot_be_told_to_be_the_same_film_is_begun_anew(story: Story) -> None:
    film = Film(size=40_000_000, has_etag=False)
    page = publish(story, film)
    story.site.latency = 0.05
    begin_and_stop(story, page, kill=False)
    story.crawl(config=everything(story))
    assert asked(story) == ranges(film.size)
    assert asset(story, page).rendition.sha256 == film.sha256  # type: ignore[union-attr]


@pytest.mark.parametrize("stated", [True, False])
def test_of_several_sizes_the_largest_under_the_setting_is_taken(story: Story, stated: bool) -> None:
    large, small = Film(size=12_000_000), Film(size=3_000_000, number=1)
    page = publish(story, large, small, sizes=(large.size, small.size) if stated else (None, None))
    story.crawl(story.bulletin(page), config=everything(story, max_asset_mb=10))
    held = asset(story, page).rendition
    assert held
    assert (held.sha256, held.is_original) == (small.sha256, False)
    assert len(asked(story)) == (1 if stated else 2)
    assert story.snapshots(page)[0].is_complete


@pytest.mark.parametrize("stated", [True, False])
def test_a_film_too_large_in_every_size_is_flagged(story: Story, stated: bool) -> None:
    large, small = Film(size=12_000_000), Film(size=11_000_000, number=1)
    page = publish(story, large, small, sizes=(large.size, small.size) if stated else (None, None))
    story.crawl(story.bulletin(page), config=everything(story, max_asset_mb=10))
    assert (asset(story, page).failure, asset(story, page).rendition) == ("too_large", None)
    assert not story.snapshots(page)[0].is_complete


def test_a_sender_without_ranges_gives_small_films_only(story: Story) -> None:
    page = publish(story, Film(size=PIECE_BYTES - 1, has_ranges=False))
    story.crawl(story.bulletin(page), config=everything(story))
    assert asset(story, page).rendition.size == PIECE_BYTES - 1  # type: ignore[union-attr]


def test_a_large_film_that_only_comes_whole_is_flagged(story: Story) -> None:
    page = publish(story, Film(size=PIECE_BYTES + 1, has_ranges=False))
    story.crawl(story.bulletin(page), config=everything(story))
    assert asset(story, page).failure == "no_ranges"


def test_a_page_in_place_of_a_film_is_refused(story: Story) -> None:
    page = publish(story, Film(size=3_000_000))
    story.site.answer(LARGE + "?dis_k=0123&dis_t=1762338600", text("<html><body>expired</body></html>"))
    story.crawl(story.bulletin(page), config=everything(story))
    assert asset(story, page).failure == "not an asset: text/html"


def test_films_are_left_where_the_settings_say_so(story: Story) -> None:
    page = publish(story, Film(size=3_000_000))
    story.crawl(story.bulletin(page), config=story.config(media="audio"))
    assert (asset(story, page).failure, asked(story)) == ("unwanted", [])


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_film_of_300_mb_takes_no_more_memory_than_a_page(story: Story) -> None:
    film = Film(size=300_000_000)
    page = publish(story, film)
    running = story.begin(story.bulletin(page), config=everything(story, max_asset_mb=400))
    peak = watched(running, seconds=240)
    running.wait()
    assert asset(story, page).rendition.sha256 == film.sha256  # type: ignore[union-attr]
    print(f"peak of the crawl's two processes together: {peak / 1e6:.0f} MB")
    assert peak < 250_000_000


def watched(running: Running, *, seconds: float) -> int:
    """The most memory that a crawl and its second process had together (bytes; what they share is counted once)."""
    deadline, peak = time.monotonic() + seconds, 0
    while running.process.is_alive() and time.monotonic() < deadline and not running.has_ended():
        peak = max(peak, sum(proportional(pid) for pid in family(running.process.pid or 0)))
        time.sleep(0.05)
    return peak


def family(pid: int) -> list[int]:
    """A process and those that it began."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in family(int(child)))]


def proportional(pid: int) -> int:
    """A process's share of the memory, in bytes (PSS)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
