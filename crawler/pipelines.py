"""Records into the archive: what a spider brings home is kept, and what its page cites is fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from storage.errors import SheetsCame
from storage.records import Capture, CitedBySheets, Kept, Visit

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.crawling import Crawl


class IntoArchive:
    """Keep each capture, the page first, then its assets, each by itself: the page is what dies."""

    def __init__(self, crawl: Crawl) -> None:
        self.crawl = crawl
        self._fetching: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> IntoArchive:
        """The pipeline into the spider's archive."""
        return cls(crawler.spider.crawl)  # type: ignore[union-attr]  # each of our spiders has its crawl

    async def process_item(self, item: Capture) -> Capture:
        """Keep a capture, and begin to fetch its assets: a page of megabytes need not stay in memory for them."""
        visits, assets = self.crawl.visits, self.crawl.assets
        visit = visits.visit_of(item)
        try:
            known, kept = await self._keep(visit, item)
        except Exception as error:  # noqa: BLE001  # one article must not end a crawl
            await visits.failed(visit, error)
            return item
        visits.answered(visit)
        if kept:
            self.crawl.tally.assets_known += kept.known
            task = asyncio.ensure_future(self._fetch(visit, assets.fetch_for(kept, item.reading, known)))
            self._fetching.add(task)
            task.add_done_callback(self._fetching.discard)
        else:
            visits.done(visit)
        return item

    async def _keep(self, visit: Visit, capture: Capture) -> tuple[CitedBySheets, Kept | None]:
        while True:
            known = await self.crawl.assets.cited_by_sheets(capture.reading)
            try:
                return known, await self.crawl.visits.keep(visit, capture, known)
            except SheetsCame as error:  # while the page was on its way: it must be kept with what they cite
                self.crawl.assets.came(error.sheets)

    async def _fetch(self, visit: Visit, assets: Awaitable[None]) -> None:
        """Fetch the assets of a page that is kept; whatever happens, the visit is over then."""
        try:
            await assets
        except Exception as error:  # noqa: BLE001
            await self.crawl.visits.failed(visit, error)
        finally:
            self.crawl.visits.done(visit)
