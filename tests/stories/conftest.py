"""A simulated WeChat, an archive in a temporary folder, and crawls between them."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.config import ArchiveSettings, Config, CrawlSettings, SourceSettings
from crawler.wechat.urls import read_address
from storage.archive import Archive
from storage.records import Outcome, SnapshotView
from tests.conftest import is_ci
from tests.simulated_wechat import Published, Site
from tests.stories.crawls import Crawled, Running, bulletin


@dataclasses.dataclass(kw_only=True)
class Story:
    """A site, an archive, and what happens between them."""

    site: Site
    folder: Path
    sources: tuple[SourceSettings, ...] = ()
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    forks: bool = True
    """Whether a crawl's second process is forked, which takes less time than beginning it as a real crawl does."""

    def config(self, *, min_free_gb: float = 0, **crawl: Any) -> Config:
        return Config(
            folder=self.folder / "archive",
            archive=ArchiveSettings(min_free_gb=min_free_gb),
            crawl=CrawlSettings(**({"article_delay_seconds": 0, "contact": "mirror@example.org"} | crawl)),
            sources=self.sources,
        )

    def begin(self, *inputs: str, config: Config | None = None, **options: Any) -> Running:
        environment = self.site.environment | self.environment
        return Running(config or self.config(), inputs, environment, forks=self.forks, **options)

    def crawl(self, *inputs: str, config: Config | None = None, **options: Any) -> Crawled:
        return self.begin(*inputs, config=config, **options).wait()

    def bulletin(self, *articles: Published | str, name: str = "简报.txt") -> str:
        return bulletin(self.folder, *(each if isinstance(each, str) else each.url for each in articles), name=name)

    def archive(self) -> Archive:
        return Archive.open(self.folder / "archive")

    def outcomes(self, article: Published) -> list[Outcome]:
        with self.archive() as archive:
            view = archive.article(read_address(article.url))
            return [capture.outcome for capture in archive.captures(view.article_url)] if view else []

    def snapshots(self, article: Published) -> list[SnapshotView]:
        with self.archive() as archive:
            view = archive.article(read_address(article.url))
            return archive.snapshots(view.article_url) if view else []


@pytest.fixture
def story(tmp_path: Path, empty_archive: Path) -> Iterator[Story]:
    """One for a test of its own, with an archive that nothing is in yet."""
    shutil.copytree(empty_archive, tmp_path / "archive")
    with Site(folder=tmp_path) as site:
        yield Story(site=site, folder=tmp_path)


@pytest.fixture(scope="module")
def long_story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """One for several tests that look at the same crawls; the first of them makes the archive."""
    folder = tmp_path_factory.mktemp("story")
    with Site(folder=folder) as site:
        yield Story(site=site, folder=folder, forks=not is_ci())
