"""Records into the archive: what a spider brings home is kept, and what its page cites is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.records import Capture

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.crawling import Crawl


class IntoArchive:
    """Keep each capture, the page first, then its assets, each by itself: the page is what dies."""

    def __init__(self, crawl: Crawl) -> None:
        self.crawl = crawl

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> IntoArchive:
        """The pipeline into the spider's archive."""
        return cls(crawler.spider.crawl)  # type: ignore[union-attr]  # each of our spiders has its crawl

    async def process_item(self, item: Capture) -> Capture:
        """Keep a capture and its assets; whatever happens, the visit is over then."""
        visits, assets = self.crawl.visits, self.crawl.assets
        visit = visits.visit_of(item)
        try:
            known = await assets.cited_by_sheets(item.reading)
            kept = await visits.keep(visit, item, known)
            visits.answered(visit)
            if kept:
                self.crawl.tally.assets_known += kept.known
                await assets.fetch_for(kept, item.reading, known)
        except Exception as error:  # noqa: BLE001  # one article must not end a crawl
            await visits.failed(visit, error)
        finally:
            visits.done(visit)
        return item
