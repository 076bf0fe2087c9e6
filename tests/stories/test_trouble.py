"""What goes wrong on the way to WeChat: the reason is said, nothing is lost, nothing is counted against an article."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from crawler.config import Config
from storage.archive import Archive
from storage.records import Outcome
from tests.simulated_wechat import Published, Site
from tests.stories.conftest import Story
from tests.stories.crawls import wait_until

SOON = timedelta(minutes=10)
"""A night that ends before the breaker's shortest pause does."""


def publish(story: Story, count: int) -> list[Published]:
    return [story.site.publish(f"article {number}", pictures=1) for number in range(count)]


# ---- the way out


def closed_port(story: Story) -> None:
    story.environment = {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}


def no_name(story: Story) -> None:
    story.environment = {"https_proxy": "", "http_proxy": "", "no_proxy": "*"}


def refusing_proxy(story: Story) -> None:
    story.site.refuse("mp.weixin.qq.com", 407)


def unknown_authority(story: Story) -> None:
    story.site.distrust("mp.weixin.qq.com")


def other_name(story: Story) -> None:
    story.site.misname("mp.weixin.qq.com")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (closed_port, "refused"),
        (no_name, "No name can be resolved"),
        (refusing_proxy, "proxy refuses"),
        (unknown_authority, "SSL_CERT_FILE"),
        (other_name, "SSL_CERT_FILE"),
    ],
)
def test_when_wechat_cannot_be_reached_no_article_counts_as_tried(
    story: Story, trouble: Callable[[Story], None], words: str
) -> None:
    articles = publish(story, 2)
    trouble(story)
    crawled = story.crawl(story.bulletin(*articles))
    assert crawled.summary.stopped_by == "way_out_down"
    assert (crawled.summary.visited, crawled.summary.left_due) == (0, 2)
    assert any(words in note for note in crawled.notes), crawled.notes
    assert story.outcomes(articles[0]) == []


def test_five_visits_running_that_reach_nothing_end_the_run_and_count_for_nothing(story: Story) -> None:
    articles = publish(story, 8)
    story.site.reset(None, times=None)
    crawled = story.crawl(story.bulletin(*articles))
    assert crawled.summary.stopped_by == "way_out_down"
    assert (crawled.summary.visited, crawled.summary.left_due) == (0, 8)
    assert len({seen.path for seen in story.site.visits()}) == 5


def test_one_article_that_cannot_be_reached_among_others_is_unreachable(story: Story) -> None:
    articles = publish(story, 3)
    story.site.reset(articles[0], times=None)
    crawled = story.crawl(story.bulletin(*articles))
    assert crawled.summary.outcomes == {"alive": 2, "unreachable": 1}
    assert story.outcomes(articles[0]) == [Outcome.UNREACHABLE]


def test_a_connection_that_breaks_once_is_tried_again(story: Story) -> None:
    articles = publish(story, 2)
    story.site.reset(articles[1], times=1)
    assert story.crawl(story.bulletin(*articles)).summary.outcomes == {"alive": 2}


def test_a_page_cut_short_is_kept_and_told_to_be_truncated(story: Story) -> None:
    (article,) = publish(story, 1)
    story.site.truncate(article, times=None)
    assert story.crawl(story.bulletin(article)).summary.outcomes == {"truncated": 1}
    with story.archive() as archive:
        assert archive.verify().faults == ()


# ---- captchas


@pytest.mark.parametrize("refuse", [Site.captcha, Site.rate_limit])
def test_a_captcha_ends_a_night_that_is_shorter_than_its_pause(story: Story, refuse: Callable[[Site], None]) -> None:
    articles = publish(story, 4)
    refuse(story.site)
    crawled = story.crawl(story.bulletin(*articles), ends_in=SOON)
    assert crawled.summary.stopped_by == "breaker"
    assert crawled.summary.visited == 1
    assert crawled.summary.left_due == 4


def test_an_article_that_met_a_captcha_loses_nothing(story: Story) -> None:
    """It is visited, first of all, when the pause is over; the captcha stays as evidence."""
    articles = publish(story, 2)
    story.site.captcha(times=1)
    story.crawl(story.bulletin(*articles), ends_in=SOON)
    crawled = story.crawl(hours_later=1)
    assert crawled.summary.outcomes == {"alive": 2}
    assert sorted(map(story.outcomes, articles), key=len)[-1] == [Outcome.CAPTCHA, Outcome.ALIVE]


def test_the_pause_outlives_the_crawl(story: Story) -> None:
    articles = publish(story, 2)
    story.site.captcha(times=1)
    story.crawl(story.bulletin(*articles), ends_in=SOON)
    story.site.forget()
    again = story.crawl(ends_in=SOON)
    assert again.summary.stopped_by == "breaker"
    assert story.site.visits() == []


def without_breaker() -> None:
    import crawler.visits

    crawler.visits.AT_ONCE = frozenset()  # type: ignore[misc]


def test_negative_control_without_the_breaker_every_article_meets_the_captcha(story: Story) -> None:
    articles = publish(story, 4)
    story.site.captcha()
    crawled = story.crawl(story.bulletin(*articles), ends_in=SOON, without=without_breaker)
    assert crawled.summary.outcomes == {"captcha": 4}


# ---- the guard

HOME = "http://127.0.0.1:8080/secrets"


def lead_astray(story: Story, to: str) -> Published:
    article = story.site.publish("astray")
    story.site.redirect(article.url, to)
    story.site.serve(to, "a secret")
    return article


@pytest.mark.parametrize("to", [HOME, "https://intranet.example.org/secrets", "https://mp.weixin.qq.com:8443/s/x"])
def test_a_redirect_leads_nowhere_but_to_wechat(story: Story, to: str) -> None:
    article = lead_astray(story, to)
    crawled = story.crawl(story.bulletin(article))
    assert crawled.summary.outcomes == {"unrecognised": 1}
    assert not any("secrets" in seen.url or ":8443" in seen.url for seen in story.site.requests)
    with story.archive() as archive:
        (capture,) = archive.captures(next(iter(archive.articles())))
    assert capture.evidence[0].seen.startswith("guard:")
    assert [hop.status for hop in capture.hops] == [302]


def without_guard() -> None:
    import crawler.middlewares

    crawler.middlewares.refusal = lambda *_: None  # type: ignore[assignment]


def test_negative_control_without_the_guard_a_redirect_leads_anywhere(story: Story) -> None:
    article = lead_astray(story, HOME)
    story.crawl(story.bulletin(article), without=without_guard)
    assert any("secrets" in seen.url for seen in story.site.requests)


def test_a_picture_elsewhere_is_not_fetched_and_says_why(story: Story) -> None:
    page = story.site.publish("hotlinking", pictures=1)
    assert page.article
    key = page.article.pictures[0].key
    story.site.redirect(page.article.pictures[0].url("0"), HOME)
    story.site.redirect(page.article.pictures[0].url("640"), HOME)
    crawled = story.crawl(story.bulletin(page))
    assert crawled.summary.assets_failed == 1
    assert not any("secrets" in seen.url for seen in story.site.requests)
    with story.archive() as archive:
        assert archive.renditions(key) == []
        assert not story.snapshots(page)[0].is_complete


# ---- room and time, and other crawls


def test_a_full_disk_stops_the_crawl_before_it_is_full(story: Story) -> None:
    articles = publish(story, 2)
    crawled = story.crawl(story.bulletin(*articles), config=story.config(min_free_gb=10_000_000))
    assert crawled.summary.stopped_by == "disk"
    assert (crawled.summary.visited, crawled.summary.left_due) == (0, 2)


def no_room_for_pictures() -> None:
    """Let the disk be full, for assets."""
    from storage.archive import Archive
    from storage.errors import DiskFull

    def full(*_: object, **__: object) -> None:
        raise DiskFull(free="0 MB", floor="1 GB")

    Archive.secure = full  # type: ignore[method-assign, assignment]  # in a process of its own


def test_a_disk_that_fills_meanwhile_stops_the_crawl_with_a_sentence(story: Story) -> None:
    article = story.site.publish("one", pictures=2)
    crawled = story.crawl(story.bulletin(article), without=no_room_for_pictures)
    assert crawled.summary.stopped_by == "disk"
    assert [line for line in crawled.logged if article.url in line and "min_free_gb" in line]
    assert not [line for line in crawled.logged if "not kept" in line]


def nothing_can_be_claimed(*, is_disk_full: bool) -> None:
    """Let it fail to note that articles are about to be visited."""
    from crawler.visits import Visits
    from storage.errors import DiskFull

    async def fail(*_: object) -> None:
        raise DiskFull(free="0 MB", floor="1 MB") if is_disk_full else RuntimeError("nobody planned for this")

    Visits._claim = fail  # type: ignore[method-assign, assignment]  # in a process of its own


@pytest.mark.parametrize(
    ("is_disk_full", "stopped_by", "told"),
    [(True, "disk", ["Only 0 MB left on the disk"]), (False, "error", [])],
    ids=["the disk is full", "a fault of ours"],
)
def test_a_crawl_that_cannot_choose_what_comes_next_does_not_pass_for_one_that_is_done(
    story: Story, is_disk_full: bool, stopped_by: str, told: list[str]
) -> None:
    articles = publish(story, 2)
    crawled = story.crawl(story.bulletin(*articles), without=partial(nothing_can_be_claimed, is_disk_full=is_disk_full))
    assert (crawled.summary.stopped_by, crawled.summary.left_due) == (stopped_by, 2)
    assert [note[:26] for note in crawled.notes] == told
    assert bool(crawled.logged) is (not told)


def test_the_nights_end_stops_the_crawl(story: Story) -> None:
    articles = publish(story, 2)
    crawled = story.crawl(story.bulletin(*articles), ends_in=timedelta(seconds=-1))
    assert (crawled.summary.stopped_by, crawled.summary.left_due) == ("time", 2)


def test_an_interrupted_crawl_finishes_its_article_and_leaves_the_rest_due(story: Story) -> None:
    articles = publish(story, 5)
    story.site.delay(None, seconds=0.5)
    running = story.begin(story.bulletin(*articles))
    wait_until(lambda: len(story.site.visits()) == 1)
    running.interrupt()
    crawled = running.wait()
    assert crawled.summary.stopped_by == "interrupt"
    assert crawled.summary.visited + crawled.summary.left_due == 5
    assert 1 <= crawled.summary.visited < 5


def test_a_second_crawl_takes_its_bulletin_in_and_leaves_the_visits_to_the_first(story: Story) -> None:
    articles = publish(story, 2)
    with (
        Archive.open(story.config().folder, writing=True, create=True) as archive,
        archive.lock("crawl"),
    ):
        crawled = story.crawl(story.bulletin(*articles))
    assert (crawled.summary.bulletins, crawled.summary.visited, crawled.summary.left_due) == (1, 0, 2)
    assert crawled.summary.stopped_by is None
    assert any("Another crawl is running" in note for note in crawled.notes)
    assert story.site.visits() == []


def without_lock() -> None:
    from contextlib import nullcontext

    Archive.lock = lambda self, job: nullcontext()  # type: ignore[method-assign,assignment,misc]


def test_negative_control_without_the_lock_a_second_crawl_visits_as_well(story: Story) -> None:
    articles = publish(story, 2)
    with (
        Archive.open(story.config().folder, writing=True, create=True) as archive,
        archive.lock("crawl"),
    ):
        assert story.crawl(story.bulletin(*articles), without=without_lock).summary.visited == 2


def test_a_running_crawl_visits_what_another_takes_in(story: Story) -> None:
    first, second = publish(story, 2)
    story.site.delay(first, seconds=1.5)
    running = story.begin(story.bulletin(first))
    wait_until(lambda: story.site.visits(first))
    other = story.crawl(story.bulletin(second, name="又一期.txt"))
    assert other.summary.visited == 0
    assert running.wait().summary.outcomes == {"alive": 2}


def test_an_input_that_cannot_be_read_is_reported_and_the_others_go_on(story: Story) -> None:
    (article,) = publish(story, 1)
    empty = story.folder / "空.pdf"
    empty.touch()
    crawled = story.crawl(str(empty), str(story.folder / "没有.pdf"), story.bulletin(article))
    assert len(crawled.problems) == 2
    assert crawled.summary.outcomes == {"alive": 1}


def test_a_crawl_killed_at_once_is_gone_on_with_by_the_next(story: Story) -> None:
    articles = publish(story, 6)
    story.site.delay(None, seconds=0.05)
    running = story.begin(story.bulletin(*articles))
    wait_until(lambda: len(story.site.visits()) >= 3)
    running.kill()
    crawled = story.crawl()
    assert crawled.summary.left_due == 0
    assert [story.outcomes(article) for article in articles] == [[Outcome.ALIVE]] * 6
    with story.archive() as archive:
        assert archive.verify().faults == ()


# ---- robots.txt


def test_robots_txt_is_obeyed_where_the_operator_wants_it(story: Story) -> None:
    articles = publish(story, 2)
    crawled = story.crawl(story.bulletin(*articles), config=story.config(robots="obey"))
    assert crawled.summary.outcomes == {"robots_excluded": 2}
    assert story.site.visits() == []


def test_robots_txt_that_allows_it_lets_articles_be_visited(story: Story) -> None:
    articles = publish(story, 1)
    story.site.serve(
        "https://mp.weixin.qq.com/robots.txt", "User-agent: *\nDisallow: /mp/\n", content_type="text/plain"
    )
    crawled = story.crawl(story.bulletin(*articles), config=story.config(robots="obey"))
    assert crawled.summary.outcomes == {"alive": 1}


def test_what_robots_txt_shut_out_comes_back_when_the_setting_changes(story: Story) -> None:
    articles = publish(story, 2)
    story.crawl(story.bulletin(*articles), config=story.config(robots="obey"))
    assert story.crawl(config=story.config(robots="obey"), hours_later=24 * 30).summary.visited == 0
    crawled = story.crawl(config=story.config(robots="cited"), only_urgent=True)
    assert crawled.summary.outcomes == {"alive": 2}
    assert crawled.summary.left_due == 0


def test_what_robots_txt_shut_out_comes_back_when_robots_txt_changes(story: Story) -> None:
    first, second = publish(story, 2)
    story.crawl(story.bulletin(first), config=story.config(robots="obey"))
    story.site.serve("https://mp.weixin.qq.com/robots.txt", "User-agent: *\nAllow: /\n", content_type="text/plain")
    crawled = story.crawl(story.bulletin(second, name="又一期.txt"), config=story.config(robots="obey"))
    assert crawled.summary.outcomes == {"alive": 2}


def test_config_is_what_a_person_can_write() -> None:
    """The stories set nothing that wxmirror.toml could not."""
    assert Config.model_config["extra"] == "forbid"
    assert "http_proxy" not in os.environ
