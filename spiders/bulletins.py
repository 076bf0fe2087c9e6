"""The errand to the sources: ask each for new issues, and bring home what is new or changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import scrapy

from crawler.config import SourceSettings
from crawler.sources.following import Following

if TYPE_CHECKING:
    from crawler.sources.keeping import Asker


class BulletinsSpider(scrapy.Spider):
    """Fetch the bulletins named by URL, and those that the sources on the web list."""

    name = "bulletins"

    def __init__(
        self, crawl: Asker, urls: tuple[str, ...] = (), sources: tuple[SourceSettings, ...] = (), **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self.crawl = crawl
        self.urls = urls
        self.sources = sources

    async def start(self) -> AsyncIterator[Any]:
        """Ask for everything, one thing at a time, and have each taken in as it comes: no request is left to Scrapy."""
        following = Following(self.crawl, download=self.crawler.engine.download_async)
        await following.ask_all(self.urls, self.sources)
        return
        yield  # what makes this the generator that Scrapy asks for
