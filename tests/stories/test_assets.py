"""Assets: the original first, nothing that only looks like a picture, and a reason for what could not be had."""

from __future__ import annotations

import asyncio
import struct
from itertools import count

from crawler.fetching import Assets
from crawler.mirror.replay import replay
from storage.records import CitedBySheets, Kept, Reading, SnapshotAsset
from tests.simulated_wechat import Published
from tests.simulated_wechat.answers import Answer, text
from tests.simulated_wechat.pictures import picture
from tests.simulated_wechat.site import hotlink_placeholder
from tests.stories.conftest import Story


def keys_of(page: Published) -> list[str]:
    assert page.article
    return [picture.key for picture in page.article.pictures]


def failures(story: Story, page: Published) -> dict[str, str | None]:
    with story.archive() as archive:
        held: list[SnapshotAsset] = archive.snapshot_assets(story.snapshots(page)[0].snapshot)
    return {asset.link.key: asset.failure for asset in held if asset.rendition is None}


def test_what_is_no_picture_is_refused_and_says_why(story: Story) -> None:
    page = story.site.publish("one", pictures=6)
    site, keys = story.site, keys_of(page)
    site.replace_picture(keys[0], hotlink_placeholder())
    site.answer(keys[1], text("<html><body>404</body></html>"))
    site.answer(keys[2], Answer(status=200, body=b"", content_type="image/png"))
    site.truncate(keys[3], times=None)
    site.lose(keys[4])
    crawled = story.crawl(story.bulletin(page))
    assert crawled.summary.assets_failed == 5
    told = failures(story, page)
    assert [told[key] for key in keys[:5]] == [
        "placeholder",
        "not an asset: text/html",
        "empty",
        "truncated",
        "status 404",
    ]
    assert not story.snapshots(page)[0].is_complete


def test_an_article_whose_pictures_are_on_their_way_is_counted_once(story: Story) -> None:
    pages = [story.site.publish(name, pictures=40) for name in ("one", "two", "three")]
    story.site.latency = 0.05
    shown = story.crawl(story.bulletin(*pages)).shown
    assert shown is not None
    assert (shown.visited, shown.total) == (3, 3)


def test_the_original_is_asked_for_first_and_the_cited_size_where_there_is_none(story: Story) -> None:
    page = story.site.publish("one", pictures=2)
    whole, scaled = keys_of(page)
    story.site.lose_original(scaled)
    story.crawl(story.bulletin(page))
    asked = [seen.path.split("/")[3].split("?")[0] for seen in story.site.asked(".qpic.cn") if scaled in seen.path]
    assert asked == ["0", "640"]
    with story.archive() as archive:
        assert [rendition.is_original for rendition in archive.renditions(whole)] == [True]
        assert [rendition.is_original for rendition in archive.renditions(scaled)] == [False]
    story.site.find_original(scaled)
    assert story.crawl(hours_later=49).summary.assets_kept == 1
    with story.archive() as archive:
        assert archive.renditions(scaled)[0].is_original


def test_a_busy_server_is_given_the_time_that_it_asks_for(story: Story) -> None:
    page = story.site.publish("one", pictures=2)
    soon, much_later = keys_of(page)
    busy = Answer(status=503, body=b"busy", content_type="text/plain")
    story.site.answer(soon, busy.but(headers=(("Retry-After", "1"),)), times=1)
    story.site.answer(much_later, busy.but(headers=(("Retry-After", "36000"),)))
    story.crawl(story.bulletin(page))
    assert failures(story, page) == {much_later: "status 503"}
    story.site.calm()
    story.site.forget()
    story.crawl(hours_later=8)
    assert not any(much_later in seen.path for seen in story.site.requests)
    story.crawl(hours_later=11)
    assert failures(story, page) == {}


def test_a_picture_larger_than_allowed_is_left(story: Story) -> None:
    page = story.site.publish("one", pictures=1, picture_sizes=(2_000_000, 2_000_001))
    story.crawl(story.bulletin(page), config=story.config(max_asset_mb=0.5))
    assert failures(story, page) == {keys_of(page)[0]: "too_large"}


def test_pictures_that_lie_are_kept_as_they_are_and_called_what_their_bytes_show(story: Story) -> None:
    """A JPEG called PNG, a PNG that its sender cut off, one that claims 50,000 by 50,000 points, a scripted SVG."""
    page = story.site.publish("one", pictures=4)
    lying, cut, wide, alive = keys_of(page)
    whole = picture("x", "png", width=64, height=40)
    bodies = {
        lying: picture("y", "jpeg", width=64, height=40),
        cut: whole[: len(whole) // 2],
        wide: whole[:16] + struct.pack(">II", 50_000, 50_000) + whole[24:],
        alive: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    }
    for key, body in bodies.items():
        story.site.replace_picture(key, body)
    story.crawl(story.bulletin(page))
    with story.archive() as archive:
        held = {key: archive.renditions(key)[0] for key in bodies}
        assert {key: archive.read_blob(one.sha256) for key, one in held.items()} == bodies
        assert archive.verify().faults == ()
        copy = replay(archive, story.snapshots(page)[0]).decode()
    types = [held[key].media_type for key in (lying, cut, wide, alive)]
    assert types == ["image/jpeg", "image/png", "image/png", "image/svg+xml"]
    assert copy.count("<img") >= 4
    assert "alert(1)" not in copy


def lose_what_comes_later() -> None:
    """Pages after the first are long on their way into the archive, and the crawl dies before it adds to them."""
    find, pages = Assets.cited_by_sheets, count()

    async def slowly(assets: Assets, reading: Reading) -> CitedBySheets:
        known = await find(assets, reading)
        if next(pages) in (1, 2):
            await asyncio.sleep(0.5)
        return known

    async def fetch_wanted(assets: Assets, kept: Kept, *_: object) -> None:
        await assets.fetch(kept.wanted)

    Assets.cited_by_sheets = slowly  # type: ignore[method-assign]
    Assets.fetch_for = fetch_wanted  # type: ignore[method-assign]


def test_what_a_sheet_cites_that_came_while_a_page_was_being_kept_is_kept_with_the_page(story: Story) -> None:
    pages = [story.site.publish(name, pictures=0) for name in ("one", "two", "three")]
    story.crawl(story.bulletin(*pages), without=lose_what_comes_later)
    with story.archive() as archive:
        held = [archive.snapshot_assets(story.snapshots(page)[0].snapshot) for page in pages]
    by_sheets = [{one.link.key for one in assets if one.link.key.startswith("https://res.wx")} for assets in held]
    assert len(by_sheets[0]) > 2
    assert by_sheets[0] == by_sheets[1] == by_sheets[2]
