"""Kill it at any moment: the next run goes on where this one stopped, and ends where an undisturbed one ends."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.records import CitationView
from tests.conftest import is_ci
from tests.simulated_wechat import Published, Site
from tests.stories.conftest import Story
from tests.stories.crawls import bulletin, have_server

ROUNDS = 50 if is_ci() else 2
KINDS_OF_CRAWL = (False, True) if is_ci() else (True,)
"""Whether the second process is forked. With CI=true every fifth crawl begins it as in real life."""
KINDS = ("article", "pictures", "text", "old")

Kept = frozenset[tuple[object, ...]]
"""(bulletin, position, cited address, article, ...) of every citation: its outcomes, page and asset digests."""


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """A site that never changes, and what a crawl of it comes to when nobody kills it."""

    site: Site
    inputs: tuple[str, ...]
    kept: Kept
    seconds: dict[bool, float]
    """How long a crawl takes whose second process is forked, and one whose second process is not."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    folder = tmp_path_factory.mktemp("undisturbed")
    with Site(folder=folder, latency=0.01) as site:
        inputs = publish(site, folder)
        have_server()
        seconds = {}
        for forks in KINDS_OF_CRAWL:
            story = Story(site=site, folder=tmp_path_factory.mktemp("undisturbed"), forks=forks)
            begun = time.monotonic()
            crawled = story.crawl(*inputs)
            seconds[forks] = time.monotonic() - begun
            assert (crawled.summary.left_due, crawled.problems) == (0, [])
        with story.archive() as archive:
            assert archive.verify().faults == ()
            yield Undisturbed(site=site, inputs=inputs, kept=kept_of(archive), seconds=seconds)


def publish(site: Site, folder: Path) -> tuple[str, ...]:
    """Articles of every kind, one gone, one moved, and two bulletins that cite them."""
    articles = [site.publish(f"article {number}", kind=KINDS[number % 4], pictures=3) for number in range(10)]
    site.delete(articles[3])
    # Cited by nothing else: visited under one address, so that its page (which echoes the address) has one digest.
    site.migrate(articles[4], site.publish("the new home", pictures=3))
    site.lose(articles[0].article.pictures[1].key)
    site.lose_original(articles[1].article.pictures[0].key)
    first = bulletin(folder, *(each.url for each in articles), name="一.txt")
    second = bulletin(folder, *(other_form(each) for each in articles[::-2]), name="二.txt")
    return first, second


def other_form(article: Published) -> str:
    """The long address: only a visit shows that it is the same article."""
    assert article.long_url
    return article.long_url


@pytest.mark.timeout(180)
@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_crawl_killed_at_any_moment_ends_where_an_undisturbed_one_ends(
    undisturbed: Undisturbed, tmp_path: Path, number: int
) -> None:
    forks = number % 5 != 0 or not is_ci()
    story = Story(site=undisturbed.site, folder=tmp_path, forks=forks)
    chance = random.Random(number)
    for _ in range(chance.choice((1, 1, 2))):
        running = story.begin(*undisturbed.inputs)
        time.sleep(chance.uniform(0, undisturbed.seconds[forks] * 1.05))
        running.kill()

    crawled = story.crawl(*undisturbed.inputs)

    assert (crawled.summary.left_due, crawled.summary.stopped_by) == (0, None)
    with story.archive() as archive:
        assert kept_of(archive) ^ undisturbed.kept == frozenset()
        assert archive.verify().faults == ()


def kept_of(archive: Archive) -> Kept:
    """All that bulletins cite, with what is kept of it, without the moments."""
    summaries = archive.bulletins(limit=1000)
    return frozenset(
        (Path(summary.file).name, view.citation.position, view.citation.cited_url, *fact)
        for summary in summaries
        for item in archive.bulletin(summary.bulletin).items
        for view in item.citations
        for fact in of_article(archive, view)
    )


def of_article(archive: Archive, view: CitationView) -> Iterator[tuple[object, ...]]:
    """What is kept of the article that a citation means, each fact by itself, so that a difference is one line."""
    assert view.citation.address
    article = archive.article(view.citation.address)
    assert article
    yield article.article_url, "exists"
    for capture in article.captures:
        yield article.article_url, capture.outcome, capture.page_sha256
    for snapshot in article.snapshots:
        for asset in archive.snapshot_assets(snapshot.snapshot):
            yield article.article_url, asset.link.key, asset.rendition.sha256 if asset.rendition else asset.failure
