"""The errand to the sources: ask each for new issues, and bring home what is new or changed."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import scrapy
from scrapy import Request

from crawler.config import SourceSettings
from crawler.crawling import Crawl, SourceFailed
from crawler.exchanges import Refused, failure_word
from crawler.guard import Errand
from crawler.middlewares import ERRAND, failed_request
from crawler.sources import bulletin_links, next_page
from storage.errors import MirrorError
from storage.records import SourceFetch

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

BY_HAND = ""
"""Under this name the archive remembers the URLs that were named on the command line."""


class BulletinsSpider(scrapy.Spider):
    """Fetch the bulletins named by URL, and those that the configured index pages link to."""

    name = "bulletins"

    def __init__(
        self, crawl: Crawl, urls: tuple[str, ...] = (), sources: tuple[SourceSettings, ...] = (), **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self.crawl = crawl
        self.urls = urls
        self.sources = sources
        self.known: dict[str, dict[str, SourceFetch]] = {}
        self.asked: set[tuple[str, str]] = set()

    async def start(self) -> AsyncIterator[Request]:
        """A request for every named bulletin and every index page."""
        for name in {BY_HAND, *(source.name for source in self.sources)}:
            self.known[name] = await self.crawl.threads(self.crawl.archive.source_fetches, name)
        for url in self.urls:
            yield self.request(url, self.bulletin, name=BY_HAND)
        for source in self.sources:
            yield self.request(str(source.url), self.index, source=source, seen=())

    def request(self, url: str, callback: Any, *, name: str | None = None, **details: Any) -> Request:
        """A request to a source, at a small site's pace; conditional where the same address was fetched before."""
        headers = {}
        past = self.known[name].get(url) if name is not None else None
        if past and past.sha256:
            stamps = {"If-None-Match": past.etag, "If-Modified-Since": past.last_modified}
            headers = {header: value for header, value in stamps.items() if value}
        meta = {ERRAND: Errand.SOURCE, "verbatim_url": True, "download_slot": "sources"}
        if name is not None:
            details["name"] = name
        return Request(
            url, callback, errback=self.lost, headers=headers, cb_kwargs=details, meta=meta, dont_filter=True
        )

    async def index(self, response: Response, source: SourceSettings, seen: tuple[str, ...]) -> AsyncIterator[Request]:
        """The bulletins that an index page links to, and the next page of the index."""
        if response.status != 200:
            self.report_failure(response.url, f"status {response.status}")
            return
        links = await self.crawl.reader_threads(self.crawl.reader.find_links, response.body, response.url)
        found = bulletin_links(links, source.link_pattern, next_pattern=source.next_pattern)
        if not found and not seen:
            self.report_failure(response.url, "no link on it fits link_pattern")
        for link in found:
            if (source.name, link) not in self.asked:
                self.asked.add((source.name, link))
                yield self.request(link, self.bulletin, name=source.name)
        seen = (*seen, response.url)
        leads_on = next_page(links, source.next_pattern, seen)
        if leads_on and len(seen) < source.max_pages:
            yield self.request(leads_on, self.index, source=source, seen=seen)

    async def bulletin(self, response: Response, name: str) -> None:
        """Take a bulletin in, if it is new or changed."""
        url = response.meta.get("redirect_urls", [response.url])[0]
        past = self.known[name].get(url)
        if response.status == 304:
            return
        if response.status != 200:
            self.report_failure(url, f"status {response.status}")
            return
        sha256 = hashlib.sha256(response.body).hexdigest()
        if not past or past.sha256 != sha256:
            try:
                await self.crawl.reader_threads(
                    self.crawl.intake.take, response.body, file_name(url), source=name or None, source_url=url
                )
            except MirrorError as error:
                self.crawl.tally.listener.problem(error)
        await self.crawl.threads(self.crawl.archive.keep_source_fetch, fetched(name, url, sha256, response, self.crawl))

    async def lost(self, failure: Failure) -> None:
        """Report a source that could not be asked; the rest goes on."""
        request, error = failed_request(failure)
        reason = f"guard: {error.reason}" if isinstance(error, Refused) else failure_word(error)
        self.report_failure(request.url, f"{reason}: {error}" if reason == "unusable" else reason)

    def report_failure(self, url: str, reason: str) -> None:
        """Tell whoever watches."""
        self.crawl.tally.listener.problem(SourceFailed(url=url, reason=reason))


def file_name(url: str) -> str:
    """The name that a bulletin's address ends with."""
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or urlsplit(url).netloc


def fetched(name: str, url: str, sha256: str, response: Response, crawl: Crawl) -> SourceFetch:
    """What to remember of an answer, for the next conditional request."""

    def header(key: str) -> str | None:
        value: bytes | None = response.headers.get(key)
        return value.decode("latin-1") if value else None

    return SourceFetch(
        source=name,
        url=url,
        fetched_at=crawl.clock.now(),
        sha256=sha256,
        etag=header("ETag"),
        last_modified=header("Last-Modified"),
    )
