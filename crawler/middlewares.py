"""What stands between a spider and the wire: the guard, the pace gate, the proxy, the wire tap.

Each is here because no setting of Scrapy's will do. The guard looks at every hop, which OffsiteMiddleware does not
do for ports, user info and literal addresses; the gate shares its pace with other processes, and knows of captchas;
the proxy of a host is looked up once; the tap keeps what Scrapy throws away, the headers of every hop as they were.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.exchanges import Refused, clean_headers
from crawler.guard import Errand, Origin, refusal
from crawler.wechat.urls import cut_secrets
from storage.records import Hop

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from crawler.pacing import Pace

ERRAND = "wxmirror_errand"
"""The request's meta key with its Errand. A request without one is Scrapy's own: a robots.txt of a source."""

SOURCE = "wxmirror_source"
"""The request's meta key with the name of the source that it is for; nothing but that source's hosts is asked."""

HOPS = "wxmirror_hops"
"""The request's meta key with the list of hops so far, filled by the tap."""

STARTED = "wxmirror_started"

AT_ONCE_BYTES = 50_000
"""What is unpacked in less time than it takes to have it done elsewhere."""

logger = logging.getLogger(__name__)


class Guard:
    """Let a request go only where its errand may lead, on every hop."""

    def __init__(self, origins: tuple[Origin, ...]) -> None:
        self.origins = origins

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Guard:
        """The guard over the origins that the operator named."""
        return cls(tuple(crawler.settings["WXMIRROR_ORIGINS"] or ()))

    def process_request(self, request: Request) -> None:
        """Raise Refused when the request may not be sent."""
        errand, source = request.meta.get(ERRAND, Errand.SOURCE), request.meta.get(SOURCE)
        origins = [origin for origin in self.origins if source in (None, origin.source)]
        reason = refusal(request.url, errand, origins)
        if reason:
            level = logging.INFO if errand is Errand.SOURCE else logging.WARNING  # a source's failure is told anyway
            logger.log(level, "refused (%s): %s", reason, cut_secrets(request.url))
            raise Refused(cut_secrets(request.url), reason)


class RobotsOfSources(RobotsTxtMiddleware):
    """Obey the robots.txt of bulletins' sites; where the site is in trouble and has none to give, ask for nothing.

    RobotsTxtMiddleware reads whatever was answered as if it were the rules (RFC 9309, section 2.3.1, knows better).
    """

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status != HTTPStatus.OK:
            rules = b"User-agent: *\nDisallow: /" if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR else b""
            response = response.replace(body=rules)
        await super()._parse_robots(response, netloc, request)


class PaceGate:
    """Hold each request for an article until its turn; redirects belong to the visit that they are part of."""

    def __init__(self, pace: Pace | None) -> None:
        self.pace = pace

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PaceGate:
        """The gate at the spider's own pace; a spider without one asks for no articles."""
        return cls(getattr(crawler.spider, "pace", None))

    async def process_request(self, request: Request) -> None:
        """Return when the request may go. Raises NightIsOver."""
        is_article = request.meta.get(ERRAND) is Errand.ARTICLE
        if self.pace and is_article and not request.meta.get("redirect_times"):
            await self.pace.wait_turn()


class Redirects(RedirectMiddleware):
    """Follow redirects with the request's own referer: WeChat's, or none, neither of which says who reads what.

    RedirectMiddleware's part, but for the referer that a further middleware would make of the page before.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Redirects:
        """The middleware, which looks for no other."""
        one = cls(crawler.settings)
        one.crawler = crawler
        return one

    def handle_referer(self, request: Request, response: Response) -> None:
        """Leave it as it is."""


class ProxyOfHost(HttpProxyMiddleware):
    """Lead each request through the proxy that the environment names for its host, if any.

    HttpProxyMiddleware's part, with one difference: whether ``no_proxy`` leaves a host out is asked once for each host.
    For each request it took a tenth of a download's time.
    """

    def __init__(self, auth_encoding: str | None = "latin-1") -> None:
        super().__init__(auth_encoding)
        self._is_direct: dict[str, bool] = {}

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """Note the proxy, where the request does not name one itself (as one does that follows a redirect)."""
        parts = urlparse_cached(request)
        if "proxy" in request.meta or parts.scheme not in self.proxies or not parts.hostname:
            super().process_request(request)
            return
        if parts.hostname not in self._is_direct:
            self._is_direct[parts.hostname] = bool(proxy_bypass(parts.hostname))
        if self._is_direct[parts.hostname]:
            self._set_proxy_and_creds(request, None, None, None)
        else:
            credentials, proxy = self.proxies[parts.scheme]
            self._set_proxy_and_creds(request, proxy, credentials, parts.scheme)


class WireTap(HttpCompressionMiddleware):
    """Note every hop as it goes over the wire, and undo the content coding.

    It stands in the place nearest to the wire (behind redirects, which swallow what they follow), and takes
    HttpCompressionMiddleware's part with it: here alone the headers still say how the body was coded while the body
    is about to be unpacked.
    """

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self.clock = crawler.spider.crawl.clock  # type: ignore[union-attr]  # each of our spiders has its crawl

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """Note when the request left."""
        super().process_request(request)
        if not request.meta.get("redirect_times"):
            request.meta[HOPS] = []
        request.meta[STARTED] = self.clock.now()

    async def process_response(  # type: ignore[override]  # either is awaited
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Response:
        """Note what came, and unpack it: a page elsewhere, since other downloads go on meanwhile."""
        headers = clean_headers(_pairs(response.headers))
        unpack = partial(super().process_response, request, response)
        is_large = b"Content-Encoding" in response.headers and len(response.body) > AT_ONCE_BYTES
        unpacked = await asyncio.to_thread(unpack) if is_large else unpack()
        assert isinstance(unpacked, Response), "it makes no requests"
        request.meta.setdefault(HOPS, []).append(
            Hop(
                method=request.method,
                url=cut_secrets(request.url),
                request_headers=(("Host", urlsplit(request.url).netloc), *clean_headers(_pairs(request.headers))),
                status=response.status,
                reason=_phrase(response.status),
                protocol=response.protocol or "HTTP/1.1",
                response_headers=headers,
                started_at=request.meta[STARTED],
                ip_address=None if request.meta.get("proxy") else str(response.ip_address or "") or None,
                body=unpacked.body,
            )
        )
        return unpacked


def hops_of(answer: Response | Request) -> tuple[Hop, ...]:
    """Every hop that led to a response (or that a failed request got to), the last one's body left to its owner."""
    request = answer if isinstance(answer, Request) else answer.request
    hops: list[Hop] = request.meta.get(HOPS) or [] if request else []
    return (*hops[:-1], *(replace(hop, body=None) for hop in hops[-1:]))


def failed_request(failure: Failure) -> tuple[Request, BaseException]:
    """The request that failed, as it was when it did, and why."""
    request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it for errbacks
    assert failure.value is not None
    return request, failure.value


def last_body(request: Request) -> tuple[str, bytes]:
    """Where a failed request got to, and what was said there: nothing, when it never left."""
    hops: list[Hop] = request.meta.get(HOPS) or []
    return (hops[-1].url, hops[-1].body or b"") if hops else (cut_secrets(request.url), b"")


def _pairs(headers: Any) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in headers.items() for value in values]


def _phrase(status: int) -> str:
    """The standard phrase: Scrapy drops the one that was sent, which says nothing that the number does not."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
