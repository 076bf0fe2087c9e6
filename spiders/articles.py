"""The errand to WeChat: visit what is due, and bring home what was found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy import Request

from crawler.crawling import Crawl, begin_alone
from crawler.exchanges import WAY_OUT_FAILURES, failed_reading, failure_word, judged
from crawler.guard import Errand
from crawler.middlewares import ERRAND, failed_request, hops_of, last_body
from crawler.pacing import NightIsOver
from crawler.settings import chosen
from crawler.wechat.urls import cut_secrets
from crawler.words import say_error
from storage.errors import ArchiveError, DiskFull
from storage.records import Capture, DueFor, Reading, Visit

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure


class ArticlesSpider(scrapy.Spider):
    """Visit every article that is due and report what was found."""

    name = "articles"

    def __init__(self, crawl: Crawl, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.crawl = crawl
        self.pace = crawl.pace

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Add what follows from wxmirror.toml, where the crawl has not done so."""
        super().update_settings(settings)
        if "WXMIRROR_CONFIG" not in settings:
            from crawler.config import load_config

            settings.setdict(chosen(load_config()), priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *arguments: Any, crawl: Crawl | None = None, **options: Any) -> Any:
        """The spider of a crawl; by itself (``scrapy crawl articles``) it opens the archive that the settings name."""
        crawl = crawl or begin_alone(crawler.settings["WXMIRROR_CONFIG"])
        return super().from_crawler(crawler, *arguments, crawl=crawl, **options)

    async def start(self) -> AsyncIterator[Any]:
        """A request for each visit. What fails stops the crawl: Scrapy would take it for the end."""
        try:
            async for request in self.requests():
                yield request
        except ArchiveError as error:
            self.crawl.tally.stop("disk" if isinstance(error, DiskFull) else "error")
            self.crawl.tally.listener.note(say_error(error))
        except Exception:
            self.crawl.tally.stop("error")
            raise  # Scrapy logs it

    async def requests(self) -> AsyncIterator[Any]:
        """What to ask for next; what misses assets comes before what is looked at again. Raises ArchiveError."""
        await self.crawl.begin(self.crawler.engine.download_async)
        has_fetched_due = False
        async for visit in self.crawl.visits.due():
            if visit.due_for in (DueFor.ASSETS, DueFor.REVISIT) and not has_fetched_due:
                has_fetched_due = True
                await self.crawl.assets.fetch_due()
            if self.crawl.robots.allows(visit.address.fetch_url):
                self.crawl.visits.asks(visit)
                yield self.request(visit)
            else:
                yield self.crawl.robots.excluded(visit)
        if not has_fetched_due:
            await self.crawl.assets.fetch_due()

    def request(self, visit: Visit) -> Request:
        """The request for a visit, its address exactly as it was signed."""
        return Request(
            visit.address.fetch_url,
            self.report,
            errback=self.lost,
            cb_kwargs={"visit": visit},
            meta={
                ERRAND: Errand.ARTICLE,
                "verbatim_url": True,
                "download_slot": "articles",
                "dont_obey_robotstxt": True,
            },
            dont_filter=True,
        )

    async def report(self, response: Response, visit: Visit) -> AsyncIterator[Capture]:
        """The page as it came, and what it is."""
        final_url = cut_secrets(response.url)
        self.crawl.visits.arrived(visit, response.body)
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1") or None
        try:
            reading = await self.crawl.read(response.body, final_url, content_type)
        except Exception as error:  # noqa: BLE001  # one article must not end a crawl
            await self.crawl.visits.failed(visit, error)
            return
        reading = judged(reading, status=response.status, is_cut="dataloss" in response.flags)
        self.crawl.visits.told(visit, reading)
        yield self.captured(visit, reading, answer=response, final_url=final_url, body=response.body)

    async def lost(self, failure: Failure) -> AsyncIterator[Capture]:
        """What a visit that brought no page home tells; nothing of the article, when the way out is closed."""
        request, error = failed_request(failure)
        visit: Visit = request.cb_kwargs["visit"]
        if isinstance(error, NightIsOver):
            self.crawl.tally.stop("breaker")
            await self.crawl.visits.give_back(visit)
        elif (word := failure_word(error)) in WAY_OUT_FAILURES:
            self.crawl.say_way_out(word, error)
            await self.crawl.visits.way_out_is_down(visit)
        else:
            url, body = last_body(request)
            yield self.captured(visit, failed_reading(error), answer=request, final_url=url, body=body)

    def captured(
        self, visit: Visit, reading: Reading, *, answer: Response | Request, final_url: str, body: bytes
    ) -> Capture:
        """The capture of a visit; its moment is that of the first request."""
        hops = hops_of(answer)
        return Capture(
            address=visit.address,
            captured_at=hops[0].started_at if hops else self.crawl.clock.now(),
            hops=hops,
            final_url=final_url,
            body=body,
            reading=reading,
        )

    async def closed(self, reason: str) -> None:
        """Let go of what the spider opened by itself."""
        self.crawl.end_alone()
