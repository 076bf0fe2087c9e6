"""What mp.weixin.qq.com's robots.txt says, and what follows from it.

It turns robots away in general. With ``robots = "cited"`` the single articles that the institution itself cited are
visited all the same, at a reader's pace, and the robots.txt of the day is kept in the archive as evidence, as an asset
under its own address. With ``"obey"`` nothing that it forbids is visited.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Literal

from protego import Protego
from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.exchanges import told_by
from crawler.guard import Errand
from crawler.middlewares import ERRAND, hops_of
from crawler.pacing import Clock
from crawler.threads import Elsewhere
from storage.archive import Archive
from storage.records import AssetCapture, Capture, Outcome, SourceFetch, Visit

HOST = "mp.weixin.qq.com"
ADDRESS = f"https://{HOST}/robots.txt"
AGENT = "wxmirror"
GOOD_FOR = timedelta(hours=20)
"""Asked for once a day; a little less, so that every night's crawl does."""

logger = logging.getLogger(__name__)


class Robots:
    """The robots.txt of the articles' host."""

    def __init__(self, archive: Archive, *, rule: Literal["cited", "obey"], clock: Clock, threads: Elsewhere) -> None:
        self.archive = archive
        self.rule = rule
        self.clock = clock
        self.threads = threads
        self._rules: Protego | None = None

    async def ask(self, download: Callable[[Request], Awaitable[Response]]) -> None:
        """Fetch robots.txt when its day is over, or when it is to be obeyed. Raises what the download raised."""
        if self.rule == "cited" and not await self._is_stale():
            return
        meta = {
            ERRAND: Errand.ARTICLE,
            "download_slot": "articles",
            "dont_obey_robotstxt": True,
            "download_maxsize": 1 << 20,
        }
        response = await download(Request(ADDRESS, NO_CALLBACK, meta=meta, dont_filter=True))
        await self._keep(response)
        self._rules = Protego.parse(self._text(response))

    async def readmit(self) -> None:
        """Make due what robots.txt shut out, where the rule, or robots.txt itself, is another now."""
        shut_out = await self.threads(self.archive.excluded_articles)
        allowed = [article for article, url in shut_out.items() if self.allows(url)]
        if allowed:
            await self.threads(self.archive.visit_again, allowed, now=self.clock.now())

    def allows(self, url: str) -> bool:
        """Whether an article may be visited under the rule that the operator chose."""
        return self.rule == "cited" or (self._rules is not None and self._rules.can_fetch(url, AGENT))

    def excluded(self, visit: Visit) -> Capture:
        """The capture of a visit that is not made."""
        reading = told_by("robots", f"{ADDRESS} does not allow {AGENT}", Outcome.ROBOTS_EXCLUDED)
        return Capture(
            address=visit.address,
            captured_at=self.clock.now(),
            hops=(),
            final_url=visit.address.fetch_url,
            body=b"",
            reading=reading,
        )

    async def _is_stale(self) -> bool:
        known = (await self.threads(self.archive.source_fetches, HOST)).get(ADDRESS)
        return known is None or known.fetched_at + GOOD_FOR <= self.clock.now()

    async def _keep(self, response: Response) -> None:
        now = self.clock.now()
        if response.status == 200 and response.body:
            asset = AssetCapture(
                key=ADDRESS,
                url=ADDRESS,
                captured_at=now,
                hops=hops_of(response),
                body=response.body,
                media_type="text/plain",
                is_original=True,
            )
            await self.threads(self.archive.keep_asset, asset)
        sha256 = hashlib.sha256(response.body).hexdigest() if response.status == 200 else None
        await self.threads(
            self.archive.keep_source_fetch, SourceFetch(source=HOST, url=ADDRESS, fetched_at=now, sha256=sha256)
        )

    def _text(self, response: Response) -> str:
        """The rules: none where there is no such file (4xx), all forbidden where it cannot be had (RFC 9309)."""
        if response.status == 200:
            text: str = response.body.decode("utf-8", "replace")
            return text
        return "" if 400 <= response.status < 500 else "User-agent: *\nDisallow: /"
