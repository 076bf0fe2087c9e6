"""Sources on the web and mailboxes: from what they announce to the article that is kept."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.config import NotifySettings, SourceSettings
from crawler.wechat.urls import read_address
from storage.records import Outcome, SourceState
from tests.crawler.test_notifying import robot_server as robot
from tests.simulated_mail import PASSWORD, USER, MailServer, make_mail
from tests.simulated_wechat import Published
from tests.simulated_wechat.answers import Answer
from tests.simulated_wechat.furniture import bulletin_index
from tests.stories.conftest import Story
from tests.stories.crawls import wait_until

SITE = "https://www.example.org/"
FEED = f"{SITE}feed.xml"
PLAIN = "text/plain; charset=utf-8"
XML = "application/xml"


def follow(story: Story, url: str, **settings: Any) -> None:
    story.sources = (SourceSettings(name="方志办", url=url, **settings),)


def publish(story: Story, name: str) -> Published:
    """An article, and a bulletin of this name on the site that cites it."""
    article = story.site.publish(name, pictures=0)
    words = f"某省地方志工作简报\n\n2026年3月13日\n\n某市召开会议\n\n会议召开。（供稿）\n{article.url}\n"
    story.site.serve(f"{SITE}{name}.txt", words, content_type=PLAIN, headers=(("ETag", f'"{name}"'),))
    return article


def feed(*names: str, updated: str = "2026-03-13T08:00:00+08:00") -> str:
    entries = "".join(
        f"<entry><title>{name}</title><link href='/{name}.txt'/><updated>{updated}</updated></entry>" for name in names
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>"


def serve_feed(story: Story, *names: str, **more: Any) -> None:
    stamps = (("ETag", f'"{"-".join(names)}"'), ("Last-Modified", "Fri, 13 Mar 2026 00:00:00 GMT"))
    story.site.serve(FEED, feed(*names, **more), content_type=XML, headers=stamps)


def state(story: Story) -> SourceState:
    with story.archive() as archive:
        return archive.source_state("方志办")


def asked(story: Story, url: str) -> list[int]:
    """How requests for an address were answered."""
    return [seen.status for seen in story.site.requests if seen.url == url and seen.method == "GET"]


def forget_to_keep() -> None:
    """Let the disk be full, for bulletins."""
    from storage.archive import Archive
    from storage.errors import DiskFull

    def full(*_: object, **__: object) -> None:
        raise DiskFull(free="0 MB", floor="1 GB")

    Archive.keep_bulletin = full  # type: ignore[method-assign, assignment]  # in a process of its own


def test_a_feed_leads_to_its_bulletins_and_they_to_the_articles_that_are_kept(story: Story) -> None:
    first = publish(story, "one")
    serve_feed(story, "one")
    follow(story, FEED)
    crawled = story.crawl()
    assert (crawled.summary.bulletins, crawled.problems) == (1, [])
    assert story.outcomes(first) == [Outcome.ALIVE]
    [snapshot] = story.snapshots(first)
    with story.archive() as archive:
        view = archive.article(read_address(first.url))
        assert view is not None
        assert [citing.item_title for citing in view.cited_by] == ["某市召开会议"]
        assert archive.source_count("方志办").bulletins == 1
        assert snapshot.replay_path.startswith("/web/")
    assert state(story).last_success_at is not None


def test_a_feed_that_is_as_it_was_costs_one_request_and_a_new_entry_is_taken_in(story: Story) -> None:
    publish(story, "one")
    serve_feed(story, "one")
    follow(story, FEED)
    story.crawl()
    story.site.forget()
    assert story.crawl().summary.bulletins == 0
    assert asked(story, FEED) == [304]
    assert asked(story, f"{SITE}one.txt") == []
    second = publish(story, "two")
    serve_feed(story, "two", "one")
    story.site.forget()
    assert story.crawl().summary.bulletins == 1
    assert asked(story, f"{SITE}one.txt") == []  # its entry says that it did not change
    assert story.outcomes(second) == [Outcome.ALIVE]


def test_a_list_is_wanted_whole_until_all_that_it_leads_to_came_home(story: Story) -> None:
    publish(story, "one")
    second = publish(story, "two")
    serve_feed(story, "one", "two")
    follow(story, FEED)
    story.site.lose(f"{SITE}two.txt")
    crawled = story.crawl()
    assert crawled.summary.bulletins == 1
    assert [problem for problem in crawled.problems if "two.txt" in problem and "status 404" in problem]
    assert state(story).failure is None  # the source itself is well
    story.site.calm()
    story.site.forget()
    again = story.crawl(hours_later=4)
    assert asked(story, FEED) == [200]
    assert (again.summary.bulletins, again.problems) == (1, [])
    assert story.outcomes(second) == [Outcome.ALIVE]
    story.site.forget()
    story.crawl(hours_later=5)
    assert asked(story, FEED) == [304]


def test_a_page_of_each_issue_leads_to_its_file_over_the_pages_of_the_list(story: Story) -> None:
    first, second = publish(story, "one"), publish(story, "two")
    story.site.serve(f"{SITE}list.html", bulletin_index([("news/1.html", "第一期"), ("about.html", "关于")]))
    story.site.serve(f"{SITE}list_1.html", bulletin_index([("news/2.html", "第二期")]))
    story.site.serve(f"{SITE}news/1.html", bulletin_index([("../one.txt", "附件"), ("../list.html", "返回")]))
    story.site.serve(f"{SITE}news/2.html", bulletin_index([("../two.txt", "附件")]))
    follow(
        story,
        f"{SITE}list.html",
        page_pattern=r"/news/\d+\.html$",
        link_pattern=r"\.txt$",
        next_url=f"{SITE}list_{{1}}.html",
        max_pages=5,
    )
    crawled = story.crawl()
    assert (crawled.summary.bulletins, crawled.problems) == (2, [])
    assert story.outcomes(first) == story.outcomes(second) == [Outcome.ALIVE]
    assert asked(story, f"{SITE}list_2.html") == [404]  # behind the last page; no failure
    assert asked(story, f"{SITE}about.html") == []


def test_an_index_of_packed_sitemaps_is_followed_to_its_bulletins(story: Story) -> None:
    article = publish(story, "one")
    day = "<lastmod>2026-03-13T00:00:00+08:00</lastmod>"
    maps = f"<sitemapindex><sitemap><loc>{SITE}map.xml.gz</loc>{day}</sitemap></sitemapindex>"
    story.site.serve(f"{SITE}sitemap.xml", maps, content_type=XML)
    urls = f"<urlset><url><loc>{SITE}one.txt</loc>{day}</url><url><loc>{SITE}about.html</loc></url></urlset>"
    story.site.serve(f"{SITE}map.xml.gz", gzip.compress(urls.encode()), content_type="application/gzip")
    follow(story, f"{SITE}sitemap.xml", link_pattern=r"\.txt$")
    assert story.crawl().summary.bulletins == 1
    assert story.outcomes(article) == [Outcome.ALIVE]
    story.site.forget()
    assert story.crawl().problems == []
    assert asked(story, f"{SITE}map.xml.gz") == []  # its date says that nothing changed
    assert state(story).failure is None


def test_a_web_page_is_a_new_version_only_when_it_says_something_else(story: Story) -> None:
    article, other = (story.site.publish(name, pictures=0) for name in ("one", "two"))

    def serve(counter: int, *cited: Published) -> None:
        items = "".join(f"<h3><a href='{one.url}'>第{one.name}处开展工作</a></h3><p>取得成效。</p>" for one in cited)
        page = f"<html><body><!-- {counter} --><a href='/x?{counter}'>菜单</a>{items}</body></html>"
        story.site.serve(f"{SITE}page.html", page)

    story.site.serve(
        FEED,
        feed("one").replace("/one.txt", "/page.html").replace("<updated>", "<x>").replace("</updated>", "</x>"),
        content_type=XML,
    )
    follow(story, FEED)
    serve(1, article)
    assert story.crawl().summary.bulletins == 1
    serve(2, article)
    for day in (1, 2):
        assert story.crawl(hours_later=24 * day).summary.bulletins == 0
    serve(3, article, other)
    assert story.crawl(hours_later=72).summary.bulletins == 1
    assert story.outcomes(other) == [Outcome.ALIVE]


def test_a_disk_that_is_full_loses_no_bulletin(story: Story) -> None:
    article = publish(story, "one")
    serve_feed(story, "one")
    follow(story, FEED)
    story.crawl(without=forget_to_keep)
    with story.archive() as archive:
        assert archive.source_fetches("方志办") == {}
        assert archive.source_state("方志办").last_success_at is None
    story.crawl()
    assert story.outcomes(article) == [Outcome.ALIVE]


def test_a_crawl_that_is_ended_by_hand_leaves_the_rest_for_the_next(story: Story) -> None:
    names = [f"n{number}" for number in range(6)]
    articles = [publish(story, name) for name in names]
    serve_feed(story, *names)
    follow(story, FEED)
    running = story.begin()
    wait_until(lambda: asked(story, f"{SITE}n1.txt"))
    running.interrupt()
    crawled = running.wait()
    assert crawled.summary.stopped_by == "interrupt"
    assert 0 < crawled.summary.bulletins < len(names)
    crawled = story.crawl()
    assert asked(story, FEED) == [200, 200]  # wanted whole, since not all of it came home
    assert [story.outcomes(article) for article in articles] == [[Outcome.ALIVE]] * len(names)


# ---- what fails


def test_a_source_that_fails_is_left_alone_for_a_while_and_says_so(story: Story) -> None:
    story.site.serve(SITE, "here")
    follow(story, FEED)
    crawled = story.crawl(job="nightly")
    assert len(crawled.problems) == 1
    assert (state(story).failure, state(story).failures) == ("status 404", 1)
    story.site.forget()
    assert story.crawl(job="sweep").problems == []
    assert asked(story, FEED) == []
    publish(story, "one")
    serve_feed(story, "one")
    assert story.crawl().summary.bulletins == 1  # a person who asks is answered at once
    assert (state(story).failure, state(story).next_ask_at) == (None, None)


def test_a_site_that_asks_for_patience_is_left_alone_whoever_asks(story: Story) -> None:
    publish(story, "one")
    publish(story, "two")
    serve_feed(story, "one", "two")
    follow(story, FEED)
    busy = Answer(status=503, headers=(("Retry-After", "7200"),), content_type=None)
    story.site.answer(f"{SITE}one.txt", busy)
    story.crawl()
    assert state(story).failure == "status 503"
    assert asked(story, f"{SITE}two.txt") == []
    story.site.forget()
    story.crawl(hours_later=1)
    assert asked(story, FEED) == []
    story.site.calm()
    assert story.crawl(hours_later=3).summary.bulletins == 2


def test_a_site_in_trouble_that_cannot_give_its_robots_txt_is_not_asked(story: Story) -> None:
    publish(story, "one")
    serve_feed(story, "one")
    story.site.serve(f"{SITE}robots.txt", "in trouble", content_type="text/plain", status=503)
    follow(story, FEED)
    story.crawl()
    assert state(story).failure == "robots"
    assert asked(story, FEED) == []


def test_a_source_that_leads_inside_is_told_of_in_a_sentence(story: Story) -> None:
    story.sources = (SourceSettings(name="内网", url="http://127.0.0.1/list"),)
    crawled = story.crawl()
    assert (len(crawled.problems), crawled.logged) == (1, [])


def test_a_source_has_its_own_hosts_and_those_that_are_named(story: Story) -> None:
    article = story.site.publish("far", pictures=0)
    story.site.serve("https://files.example.org/far.txt", f"第一期\n{article.url}\n", content_type=PLAIN)
    story.site.serve(FEED, feed("one").replace("/one.txt", "https://files.example.org/far.txt"), content_type=XML)
    other = SourceSettings(name="另一处", url="https://files.example.org/list")
    follow(story, FEED)
    story.sources += (other,)  # its hosts are not the first one's
    crawled = story.crawl()
    assert [problem for problem in crawled.problems if "far.txt" in problem and "guard: host" in problem]
    assert asked(story, "https://files.example.org/far.txt") == []
    follow(story, FEED, hosts=("files.example.org",))
    assert story.crawl(hours_later=4).summary.bulletins == 1
    assert story.outcomes(article) == [Outcome.ALIVE]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            '<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><item><link>/one.txt</link></item></channel></rss>',
            "entities",
        ),
        ("<rss><channel></channel></rss>", "no_links"),
        ("<html><p>Wartung</p></html>", "no_links"),
    ],
)
def test_a_list_that_is_none_is_told(story: Story, body: str, reason: str) -> None:
    story.site.serve(FEED, body, content_type=XML)
    follow(story, FEED)
    story.crawl()
    assert state(story).failure == reason


# ---- mail


@pytest.fixture
def mail(story: Story) -> Iterator[MailServer]:
    with MailServer(story.folder) as server:
        both = story.folder / "both.pem"
        both.write_bytes(server.authority.read_bytes() + story.site.authority.read_bytes())
        story.environment = {"SSL_CERT_FILE": str(both), "MAIL_PASSWORD": PASSWORD}
        story.sources = (
            SourceSettings(
                name="方志办",
                imap=f"localhost:{server.port}",
                user=USER,
                password_variable="MAIL_PASSWORD",
                allow_private=True,
            ),
        )
        yield server


def test_mails_that_cite_articles_are_bulletins_with_what_is_attached_each_read_once(
    story: Story, mail: MailServer
) -> None:
    in_text, attached, later = (story.site.publish(name, pictures=0) for name in ("one", "two", "three"))
    file = Path(story.bulletin(attached)).read_bytes()
    mail.deliver(make_mail("第一期", f"某市召开会议\n\n{in_text.url}\n", ("简报.txt", file)))
    mail.deliver(make_mail("Re: lunch", "See you at noon."))
    crawled = story.crawl()
    assert (crawled.summary.bulletins, crawled.problems) == (1, [])
    assert story.outcomes(in_text) == story.outcomes(attached) == [Outcome.ALIVE]
    assert state(story).read_up_to == "7:2"
    fetched = sum("BODY.PEEK[]" in command for command in mail.commands)
    mail.deliver(make_mail("第二期", later.url))
    assert story.crawl().summary.bulletins == 1
    assert sum("BODY.PEEK[]" in command for command in mail.commands) == fetched + 1
    with story.archive() as archive:
        assert len(archive.bulletins()) == archive.source_count("方志办").bulletins == 2


def test_a_mailbox_made_anew_brings_no_bulletin_twice(story: Story, mail: MailServer) -> None:
    article = story.site.publish("one", pictures=0)
    mail.deliver(make_mail("第一期", article.url))
    story.crawl()
    mail.renumber(99)
    story.crawl()
    assert state(story).read_up_to == "99:1"
    with story.archive() as archive:
        assert len(archive.bulletins()) == 1


def test_a_mail_with_hostile_names_and_a_broken_mail_are_taken_as_they_are(story: Story, mail: MailServer) -> None:
    article = story.site.publish("one", pictures=0)
    words = f"某市召开会议\n\n{article.url}\n".encode()
    names = ("../../../etc/cron.d/x.txt", "C:\\Windows\\x.txt", "a\x1b[2J.txt", "‮fdp.txt", "x" * 5000 + ".txt", ".txt")
    mail.deliver(b"\xff\xfe\x00 no mail at all \x00" * 50)
    mail.deliver(make_mail("第\x1b[31m一\u202e期 ../../x", "附件", *((name, words) for name in names)))
    story.crawl()
    assert story.outcomes(article) == [Outcome.ALIVE]
    assert state(story).read_up_to == "7:2"
    with story.archive() as archive:
        [bulletin] = archive.bulletins()
        file = archive.bulletin(bulletin.bulletin).record.file
    assert "/" not in file
    assert file.isprintable()
    assert not list(story.folder.rglob("x.txt"))


def test_a_mailbox_that_cannot_be_had_is_told_without_the_password(story: Story, mail: MailServer) -> None:
    story.environment["MAIL_PASSWORD"] = "wrong-secret"
    crawled = story.crawl()
    assert state(story).failure == "login"
    assert "wrong-secret" not in "".join([*crawled.problems, *crawled.notes])
    kept = b"".join(file.read_bytes() for file in (story.folder / "archive").rglob("*") if file.is_file())
    assert b"wrong-secret" not in kept


# ---- telling people


def test_a_night_that_needs_a_person_is_told_where_the_settings_say(story: Story) -> None:
    story.site.refuse("mp.weixin.qq.com")
    story.environment = {"no_proxy": "localhost"}
    with robot() as told:
        config = story.config().model_copy(update={"notify": NotifySettings(urls=(told.url,))})
        crawled = story.crawl(story.bulletin("https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA"), config=config)
        assert crawled.summary.stopped_by == "way_out_down"
        [(_, _, document)] = told.heard
    assert document["run"]["stopped_by"] == "way_out_down"
    assert document["run"]["left_due"] == 1
