"""Every real page: served under its own addresses, cited in three bulletins in mixed spellings, kept, found again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.wechat.urls import read_address
from storage.archive import Archive
from storage.records import ArticleView, Outcome, Standing
from tests.simulated_wechat import Published
from tests.simulated_wechat.corpus import saved_pictures
from tests.stories.bulletins_of_ours import html_bulletin, pdf_bulletin, spellings, text_bulletin
from tests.stories.conftest import Story
from tests.stories.crawls import Crawled

PLAYED = (".qpic.cn", ".qlogo.cn")
"""The picture hosts, of which the site serves everything."""


class Whole:
    """The corpus, published, cited and crawled."""

    def __init__(self, story: Story, corpus: Path) -> None:
        self.story = story
        self.articles = story.site.publish_corpus(corpus)
        files = {"简报.txt": text_bulletin, "简报.html": html_bulletin, "简报.pdf": pdf_bulletin}
        for name, make in files.items():
            (story.folder / name).write_bytes(make(self.articles))
        self.bulletins = [str(story.folder / name) for name in files]
        self.crawled: Crawled = story.begin(*self.bulletins).wait(300)

    def views(self) -> Iterator[tuple[Published, ArticleView, Archive]]:
        """Each article as the archive has it."""
        with self.story.archive() as archive:
            for article in self.articles:
                view = archive.article(read_address(article.url))
                assert view, article.name
                yield article, view, archive


@pytest.fixture(scope="module")
def whole(long_story: Story, corpus: Path) -> Whole:
    return Whole(long_story, corpus)


pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_each_bulletin_cites_every_article(whole: Whole) -> None:
    assert not whole.crawled.problems
    with whole.story.archive() as archive:
        counted = {summary.file.rpartition("/")[2]: summary.citations for summary in archive.bulletins()}

    assert counted == {name.rpartition("/")[2]: len(whole.articles) for name in whole.bulletins}


def test_every_article_is_kept_alive_and_once(whole: Whole) -> None:
    for article, view, _ in whole.views():
        assert view.standing is Standing.ALIVE, article.name
        assert {capture.outcome for capture in view.captures} == {Outcome.ALIVE}, article.name
        assert len(view.snapshots) == 1, article.name


def test_every_picture_that_the_site_serves_is_kept(whole: Whole) -> None:
    missing, kept = [], 0
    for article, view, archive in whole.views():
        for asset in archive.snapshot_assets(view.snapshots[0].snapshot):
            if (urlsplit(asset.link.url).hostname or "").endswith(PLAYED):
                kept += 1
                missing += [(article.name, asset.link.url, asset.failure)] if asset.rendition is None else []

    assert not missing
    assert kept > 600


def test_the_bytes_are_those_that_were_served(whole: Whole, corpus: Path) -> None:
    pictures = saved_pictures(corpus)
    pages = {article.name: (corpus / "pages" / f"{article.name}.html").read_bytes() for article in whole.articles}
    compared = 0
    for article, view, archive in whole.views():
        assert archive.read_blob(view.snapshots[0].page_sha256) == pages[article.name]
        for asset in archive.snapshot_assets(view.snapshots[0].snapshot):
            if asset.rendition and asset.link.key in pictures:
                assert archive.read_blob(asset.rendition.sha256) == pictures[asset.link.key]
                compared += 1

    assert compared > 30


def test_any_spelling_finds_the_one_article_its_copy_and_its_items(whole: Whole) -> None:
    urls = [(article.name, url) for article in whole.articles for url in spellings(article)]
    found = find(whole.story, [url for _, url in urls])

    by_article: dict[str, set[str]] = {}
    for (name, url), known in zip(urls, found, strict=True):
        assert known["standing"] == "alive", url
        assert len(known["snapshots"]) == 1, url
        assert len({cited["bulletin"] for cited in known["cited_by"] if cited["item"]}) == 3, (name, url)
        by_article.setdefault(name, set()).add(known["snapshots"][0]["replay_path"])
    assert all(len(copies) == 1 for copies in by_article.values())
    assert len(set.union(*by_article.values())) == len(whole.articles)


def test_a_second_run_visits_nothing(whole: Whole) -> None:
    whole.story.site.forget()
    again = whole.story.begin(*whole.bulletins).wait(120)

    assert again.summary.visited == 0
    assert [seen.url for seen in whole.story.site.requests if seen.status == 200 and seen.method == "GET"] == []


def test_no_session_secret_is_left_anywhere_but_in_the_bulletins(whole: Whole) -> None:
    database = (whole.story.folder / "archive" / "archive.db").read_bytes()

    assert b"SECRETOFWHOEVERCOPIEDIT" not in database
    for _, view, _ in whole.views():
        assert "SECRET" not in repr((view.aliases, view.cited_by, [each.fetch_url for each in view.snapshots]))


def find(story: Story, urls: list[str]) -> list[dict[str, Any]]:
    """What the command line finds."""
    environment = {**os.environ, "WXMIRROR_ARCHIVE": str(story.folder / "archive")}
    command = [sys.executable, "-m", "crawler.cli", "find", *urls, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]
