"""The main job: a bulletin goes in, and what it cites is kept, whole, once, and tied to the item that cited it."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.wechat.urls import asset_key, read_address
from storage.records import Outcome
from tests.simulated_wechat import Published
from tests.stories.conftest import Story
from tests.stories.crawls import Crawled

Night = tuple[Story, dict[str, Published], list[Crawled]]


@pytest.fixture(scope="module")
def night(long_story: Story) -> Night:
    """Six articles, crawled once; then some change, and seven hours later they are crawled again."""
    story, site = long_story, long_story.site
    names = ("plain", "dying", "edited", "moving", "scaled", "lacking")
    kinds = {"scaled": "pictures", "edited": "text"}
    articles = {name: site.publish(name, pictures=3, kind=kinds.get(name, "article")) for name in names}
    articles["target"] = site.publish("target", pictures=1)
    scaled, lacking = articles["scaled"].article, articles["lacking"].article
    assert scaled
    assert lacking
    site.lose_original(scaled.pictures[0].key)
    site.lose(lacking.pictures[0].key)
    file = story.bulletin(*(articles[name] for name in names), str(articles["plain"].long_url))
    first = story.crawl(file)
    story.first_requests = list(site.requests)  # type: ignore[attr-defined]
    site.forget()
    again = story.crawl(file)
    story.idle_requests = list(site.requests)  # type: ignore[attr-defined]
    site.forget()
    site.delete(articles["dying"])
    site.edit("edited", paragraphs=("改过的第一段。",))
    site.migrate(articles["moving"], articles["target"])
    site.calm()
    return story, articles, [first, again, story.crawl(hours_later=7)]


def test_every_article_is_visited_and_kept(night: Night) -> None:
    _, _, (first, *_) = night
    assert first.summary.outcomes == {"alive": 6}
    assert (first.summary.bulletins, first.summary.citations, first.summary.articles) == (1, 7, 6)
    assert first.summary.left_due == 0
    assert first.summary.stopped_by is None


def test_a_night_without_trouble_leaves_nothing_in_the_log(night: Night) -> None:
    _, _, crawls = night
    assert [crawled.logged for crawled in crawls] == [[], [], []]


def test_every_copy_but_the_one_that_lacks_a_picture_is_complete(night: Night) -> None:
    story, articles, _ = night
    for name in ("plain", "dying", "scaled"):
        assert story.snapshots(articles[name])[0].is_complete, name


def test_both_spellings_of_an_article_lead_to_one_copy_and_its_citing_items(night: Night) -> None:
    story, articles, _ = night
    plain = articles["plain"]
    with story.archive() as archive:
        views = [archive.article(read_address(str(url))) for url in (plain.short_url, plain.long_url)]
    assert views[0] is not None
    assert views[0] == views[1]
    assert sorted(str(cited.item) for cited in views[0].cited_by) == ["1", "7"]


def test_what_is_held_is_not_asked_for_again(night: Night) -> None:
    story, _, (_, again, _) = night
    assert again.summary.visited == 0
    assert story.idle_requests == []  # type: ignore[attr-defined]


def test_an_article_cited_under_two_addresses_is_asked_for_once(story: Story) -> None:
    """The next visit leaves while the page before it is still being kept: it may be the same article's."""
    articles = [story.site.publish(f"twofold {number}", pictures=6) for number in range(12)]
    cited = [address for each in articles for address in (each.url, str(each.long_url))]
    crawled = story.crawl(story.bulletin(*cited))
    pages = [seen for seen in story.site.requests if seen.path.startswith("/s")]
    assert (crawled.summary.outcomes, len(pages)) == ({"alive": 12}, 12)


def read_slowly(*, next_leaves: bool) -> None:
    """The first page's reading takes a while, and fails unless the next visit has left meanwhile, or has not."""
    import crawler.crawling
    import crawler.visits

    read, ask, asked = crawler.crawling.Crawl.read, crawler.visits.Visits.asks, []

    async def read_after_a_while(crawl: Any, *page: Any) -> Any:
        if len(asked) == 1:
            await asyncio.sleep(0.3)
            assert (len(asked) > 1) == next_leaves
        return await read(crawl, *page)

    crawler.crawling.Crawl.read = read_after_a_while  # type: ignore[method-assign]
    crawler.visits.Visits.asks = lambda visits, visit: (asked.append(visit), ask(visits, visit))[1]  # type: ignore


@pytest.mark.parametrize(("pause", "is_before"), [(0, True), (0.01, False)])
def test_an_article_is_asked_for_before_the_last_is_read_only_where_no_pause_is_kept(
    story: Story, pause: float, is_before: bool
) -> None:
    articles = [story.site.publish(name, pictures=0) for name in ("one", "two", "three")]
    config = story.config(article_delay_seconds=pause)
    crawled = story.crawl(story.bulletin(*articles), config=config, without=partial(read_slowly, next_leaves=is_before))
    assert crawled.summary.outcomes == {"alive": 3}


def test_no_asset_is_asked_for_twice(night: Night) -> None:
    story, _, _ = night
    asked = [seen for seen in story.first_requests if seen.method == "GET" and seen.status == 200]  # type: ignore[attr-defined]
    assert [url for url, times in Counter(seen.url for seen in asked).items() if times > 1] == []
    keys = Counter(asset_key(seen.url) for seen in asked if seen.host.endswith("qpic.cn"))
    assert set(keys.values()) == {1}


def test_articles_come_over_one_connection(night: Night) -> None:
    story, _, _ = night
    pages = [seen for seen in story.first_requests if seen.path.startswith("/s")]  # type: ignore[attr-defined]
    assert len({seen.connection for seen in pages}) == 1


def test_no_foreign_referer_is_ever_sent(night: Night) -> None:
    story, _, _ = night
    referers = {
        urlsplit(seen.headers["referer"]).hostname for seen in story.first_requests if "referer" in seen.headers
    }  # type: ignore[attr-defined]
    assert referers == {"mp.weixin.qq.com"}


def test_the_sites_are_told_who_asks(night: Night) -> None:
    story, _, _ = night
    agents = {seen.headers["user-agent"] for seen in story.first_requests if seen.method == "GET"}  # type: ignore[attr-defined]
    assert all("wxmirror" in agent and "mirror@example.org" in agent for agent in agents)


def test_robots_txt_is_asked_for_once_and_kept_as_evidence(night: Night) -> None:
    story, _, _ = night
    assert sum(seen.path == "/robots.txt" for seen in story.first_requests) == 1  # type: ignore[attr-defined]
    with story.archive() as archive:
        held = archive.renditions("https://mp.weixin.qq.com/robots.txt")
        assert b"Disallow: /" in archive.read_blob(held[0].sha256)


def test_the_exchange_is_kept_as_it_went_over_the_wire(night: Night) -> None:
    story, articles, _ = night
    with story.archive() as archive:
        (hop,) = archive.captures(story.snapshots(articles["plain"])[0].article_url)[0].hops
    sent, came = dict(hop.request_headers), dict(hop.response_headers)
    assert sent["Host"] == "mp.weixin.qq.com"
    assert "wxmirror" in sent["User-Agent"]
    assert came["Content-Encoding"] == "gzip"  # as sent, though the page is kept unpacked
    assert (hop.status, hop.protocol) == (200, "HTTP/1.1")


def test_a_scaled_picture_is_held_until_its_original_comes(night: Night) -> None:
    story, articles, _ = night
    article = articles["scaled"].article
    assert article
    with story.archive() as archive:
        held = archive.renditions(article.pictures[0].key)
    assert [rendition.is_original for rendition in held][-1] is False


def test_a_deleted_article_is_an_event_on_a_copy_that_stays(night: Night) -> None:
    story, articles, _ = night
    assert story.outcomes(articles["dying"]) == [Outcome.ALIVE, Outcome.DELETED]
    assert len(story.snapshots(articles["dying"])) == 1


def test_an_edit_is_a_further_snapshot(night: Night) -> None:
    story, articles, _ = night
    assert [snapshot.reading.article and "改过的" in snapshot.reading.article.text for snapshot in
            story.snapshots(articles["edited"])] == [False, True]  # fmt: skip


def test_a_migrated_article_is_followed_in_the_same_run(night: Night) -> None:
    story, articles, (*_, later) = night
    assert story.outcomes(articles["moving"]) == [Outcome.ALIVE, Outcome.MIGRATED, Outcome.ALIVE]
    with story.archive() as archive:
        views = [archive.article(read_address(str(articles[name].long_url))) for name in ("target", "moving")]
    assert views[0] is not None
    assert views[0] == views[1]
    assert later.summary.outcomes == {"alive": 5, "deleted": 1, "migrated": 1}
    assert later.summary.left_due == 0


def test_a_migration_that_is_cited_under_two_addresses_leaves_nothing_due(story: Story) -> None:
    old, new = story.site.publish("old"), story.site.publish("new")
    story.site.migrate(old, new)
    crawled = story.crawl(story.bulletin(old, str(old.long_url)))
    assert crawled.summary.outcomes == {"migrated": 2, "alive": 1}
    assert crawled.summary.left_due == 0


def test_a_missing_picture_is_tried_again_and_completes_the_copy(night: Night) -> None:
    story, articles, (first, *_) = night
    assert first.summary.assets_failed >= 1
    assert story.snapshots(articles["lacking"])[-1].is_complete


def test_nothing_that_is_kept_is_damaged(night: Night) -> None:
    story, _, _ = night
    with story.archive() as archive:
        assert archive.verify().faults == ()
