"""Sources: a watched folder, an index page, a bulletin by its address, articles named by hand."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from crawler.config import SourceSettings
from storage.archive import Archive
from storage.decisions import Word
from storage.records import Outcome
from tests.simulated_wechat import Published
from tests.simulated_wechat.furniture import bulletin_index
from tests.stories.conftest import Story
from tests.stories.crawls import bulletin

INDEX = "https://www.example.org/jianbao/"


def text_of(story: Story, *articles: Published) -> str:
    return Path(story.bulletin(*articles, name="文本.txt")).read_text(encoding="utf-8")


def watched(story: Story) -> Path:
    folder = story.folder / "简报"
    folder.mkdir()
    story.sources = (SourceSettings(name="方志办", folder=folder),)
    return folder


def followed(story: Story, **settings: object) -> None:
    story.sources = (SourceSettings(name="方志办", url=INDEX, **settings),)  # type: ignore[arg-type]


def long_ago(file: str | Path, hours: int = 2) -> str:
    """Let a file have been written a while ago: a fresh one is looked at twice."""
    at = time.time() - hours * 3600
    os.utime(file, (at, at))
    return str(file)


def bulletins(story: Story) -> int:
    with story.archive() as archive:
        return len(archive.bulletins())


def test_a_watched_folder_gives_what_is_new_and_what_has_changed(story: Story) -> None:
    folder = watched(story)
    first, second, third = (story.site.publish(name, pictures=0) for name in ("one", "two", "three"))
    (folder / "2026").mkdir()
    file = long_ago(bulletin(folder / "2026", first.url))
    (folder / ".hidden.txt").write_text(second.url)
    (folder / "half.pdf.part").write_text(second.url)
    assert story.crawl().summary.bulletins == 1
    assert story.crawl().summary.bulletins == 0
    long_ago(bulletin(folder / "2026", first.url, third.url), hours=1)
    again = story.crawl()
    assert (again.summary.bulletins, again.summary.visited) == (1, 1)
    assert story.outcomes(third) == [Outcome.ALIVE]
    assert story.outcomes(second) == []
    assert bulletins(story) == 1  # a new version of the same
    assert Path(file).name == "简报.txt"


def test_a_source_that_fails_is_reported_and_the_rest_goes_on(story: Story) -> None:
    folder = watched(story)
    article = story.site.publish("one", pictures=0)
    long_ago(bulletin(folder, article.url))
    broken = folder / "坏的.pdf"
    broken.write_bytes(b"%PDF-1.4 cut")
    long_ago(broken)
    gone = SourceSettings(name="gone", url="https://gone.example.org/list")
    story.sources = (SourceSettings(name="no folder", folder=story.folder / "nowhere"), gone, *story.sources)
    crawled = story.crawl()
    assert len(crawled.problems) == 3
    assert crawled.summary.outcomes == {"alive": 1}
    assert crawled.summary.stopped_by is None


@pytest.fixture
def index(story: Story) -> tuple[Published, Published]:
    """Two pages of an index, one bulletin on each, and much that is none."""
    first, second = (story.site.publish(name, pictures=0) for name in ("one", "two"))
    links = [("a.txt", "第一期"), ("/about.html", "关于我们"), ("https://elsewhere.example.org/b.pdf", "别处")]
    story.site.serve(INDEX, bulletin_index(links, next_page="list_2.html"))
    story.site.serve(f"{INDEX}list_2.html", bulletin_index([("c.txt", "第二期"), ("a.txt", "第一期")]))
    tagged = {"content_type": "text/plain; charset=utf-8", "headers": (("ETag", '"1"'),)}
    story.site.serve(f"{INDEX}a.txt", text_of(story, first), **tagged)  # type: ignore[arg-type]
    story.site.serve(f"{INDEX}c.txt", text_of(story, second), **tagged)  # type: ignore[arg-type]
    return first, second


def test_an_index_page_is_followed_to_its_bulletins_over_its_pages(
    story: Story, index: tuple[Published, Published]
) -> None:
    followed(story, link_pattern=r"\.(txt|pdf)$", next_pattern=r"list_\d+", max_pages=2)
    crawled = story.crawl()
    assert (crawled.summary.bulletins, crawled.summary.outcomes) == (2, {"alive": 2})
    assert [problem for problem in crawled.problems if "elsewhere" in problem and "guard" in problem]
    assert story.site.asked("elsewhere.example.org") == []
    story.site.forget()
    again = story.crawl(hours_later=24)
    assert again.summary.bulletins == 0
    asked = [seen for seen in story.site.requests if seen.url.endswith(".txt") and "robots" not in seen.url]
    assert [seen.status for seen in asked] == [304, 304]


def test_a_bulletin_whose_address_is_written_in_chinese_is_followed(story: Story) -> None:
    article = story.site.publish("one", pictures=0)
    story.site.serve(INDEX, bulletin_index([("附件/第 3 期.txt", "第三期")]))
    escaped = f"{INDEX}%E9%99%84%E4%BB%B6/%E7%AC%AC%203%20%E6%9C%9F.txt"
    story.site.serve(escaped, text_of(story, article), content_type="text/plain; charset=utf-8")
    followed(story, link_pattern=r"附件/第 \d 期\.txt$")
    assert (story.crawl().problems, story.outcomes(article)) == ([], [Outcome.ALIVE])


def test_a_changed_bulletin_is_a_new_version(story: Story, index: tuple[Published, Published]) -> None:
    followed(story, link_pattern=r"a\.txt$")
    story.crawl()
    changed = (("ETag", '"2"'),)
    story.site.serve(f"{INDEX}a.txt", text_of(story, *index), content_type="text/plain; charset=utf-8", headers=changed)
    assert story.crawl().summary.bulletins == 0  # what is held is looked at once a day
    crawled = story.crawl(hours_later=24)
    assert crawled.summary.bulletins == 1
    assert story.outcomes(index[1]) == [Outcome.ALIVE]
    assert bulletins(story) == 1


def test_a_bulletin_site_is_always_obeyed(story: Story, index: tuple[Published, Published]) -> None:
    story.site.serve(
        "https://www.example.org/robots.txt", "User-agent: *\nDisallow: /jianbao/a", content_type="text/plain"
    )
    followed(story, link_pattern=r"\.txt$")
    crawled = story.crawl()
    assert crawled.summary.bulletins == 0
    assert not any(seen.url.endswith("a.txt") for seen in story.site.requests)
    assert any("robots" in problem for problem in crawled.problems)


def test_a_bulletin_is_taken_in_by_its_address_and_an_article_by_its_own(
    story: Story, index: tuple[Published, Published]
) -> None:
    by_hand = story.site.publish("by hand", pictures=0)
    crawled = story.crawl(f"{INDEX}a.txt", by_hand.url)
    assert (crawled.summary.bulletins, crawled.summary.outcomes) == (2, {"alive": 2})
    assert crawled.problems == []


def test_what_is_named_and_cannot_be_had_is_reported(story: Story) -> None:
    crawled = story.crawl(f"{INDEX}nothing.pdf", "https://mp.weixin.qq.com/mp/homepage?__biz=x")
    assert len(crawled.problems) == 2
    assert crawled.summary.stopped_by is None


def test_a_site_that_cannot_be_reached_is_told_of_in_a_sentence(story: Story) -> None:
    crawled = story.crawl("https://gone.example.org/a.pdf")
    assert (len(crawled.problems), crawled.logged) == (1, [])


def test_a_file_replaces_the_bulletin_that_is_named_and_what_was_decided_holds(story: Story) -> None:
    articles = [story.site.publish(name, pictures=0) for name in ("one", "two", "three")]
    story.crawl(story.bulletin(*articles[:2]))
    with story.archive() as archive:
        (first,) = archive.bulletins()
        entry = archive.citations(bulletin=first.bulletin)[0]
    with Archive.open(story.folder / "archive", writing=True) as archive:
        archive.place(first.bulletin, entry.name, item=2, word=Word(by="王敏", at=first.kept_at))
    story.crawl(story.bulletin(*articles, name="修订.txt"), replaces=first.bulletin)
    with story.archive() as archive:
        (second,) = archive.bulletins()
        view = archive.bulletin(second.bulletin)
        decided = [one.item.position for one in view.items for cited in one.citations if cited.decision]
    assert (second.bulletin, view.version, decided) == (first.bulletin, 2, [2])
    assert story.outcomes(articles[2]) == [Outcome.ALIVE]


def test_a_crawl_says_when_a_file_is_a_bulletin_that_is_held_in_another_form(story: Story) -> None:
    articles = [story.site.publish(name, pictures=0) for name in ("one", "two", "three")]
    story.crawl(story.bulletin(*articles))
    other = story.folder / "网页版.txt"
    other.write_bytes(Path(story.bulletin(*articles)).read_bytes() + "\n又一行说明。\n".encode())
    assert any("in another form" in note for note in story.crawl(str(other)).notes)
    assert bulletins(story) == 1
