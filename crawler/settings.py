"""Scrapy's settings: every knob, with its unit and the reason for its value.

What stands here is the same for every crawl; what depends on wxmirror.toml is added by ``chosen``. Scrapy finds this
module through scrapy.cfg, so that `scrapy list` and `scrapy crawl articles` work as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.config import Config
from crawler.guard import TRUSTED_HOSTS, Origin, named_origin, proxy_hosts

BOT_NAME = "wxmirror"
SPIDER_MODULES = ["spiders"]
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# Both run any Python code for whoever reaches their port; Scrapy switches them on by itself.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False

# Scrapy checks no certificate by default. SSL_CERT_FILE adds an institution's own authority.
DOWNLOAD_VERIFY_CERTIFICATES = True
# Only the web: a bulletin must not make us read file:///etc/passwd.
DOWNLOAD_HANDLERS = {"file": None, "data": None, "ftp": None, "s3": None}
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"
DNS_TIMEOUT = 20  # seconds

# Pages have 2 to 4 MB today and slow lines need more than 20 s for them (docs/wechat.md, access limits).
DOWNLOAD_TIMEOUT = 90  # seconds
DOWNLOAD_MAXSIZE = 64 << 20  # bytes; pages over 16 MB are kept, but not built into a tree
DOWNLOAD_WARNSIZE = 0
# A page that was cut short is kept, and told to be truncated.
DOWNLOAD_FAIL_ON_DATALOSS = False

# The pace of articles is kept by crawler.pacing, over all processes; the bound on what is under way by crawler.visits
# and crawler.fetching. Scrapy's own delays and bounds would only get between.
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0
AUTOTHROTTLE_ENABLED = False
CONCURRENT_REQUESTS = 0
CONCURRENT_REQUESTS_PER_DOMAIN = 16
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 1 << 30
CONCURRENT_ITEMS = 16

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",  # WeChat's notices come in the reader's language
}

REDIRECT_MAX_TIMES = 6
# Twice more for what the network did; never for what was said: a refusal that is asked again is a second refusal.
RETRY_TIMES = 2
RETRY_HTTP_CODES = [500, 502, 504]
RETRY_EXCEPTIONS = [
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.DownloadTimeoutError",
    "twisted.internet.error.ConnectionDone",
    "twisted.internet.error.ConnectionLost",
]
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"

# Sites of bulletins are always obeyed. Requests for articles and assets say dont_obey_robotstxt: [crawl] robots rules.
ROBOTSTXT_OBEY = True

# What a request passes on its way out, and its answer on its way back: nothing that Scrapy would add by itself. (Even
# what is switched off there is imported: cookies bring tldextract and requests, remote control brings aiohttp.)
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.Guard": 20,  # first: not even a robots.txt is asked for where we may not go
    "crawler.middlewares.RobotsOfSources": 100,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "crawler.middlewares.PaceGate": 560,  # behind retries, so that each try waits for its turn
    "crawler.middlewares.Redirects": 600,  # a page's own refresh is read, not obeyed
    "crawler.middlewares.ProxyOfHost": 750,
    "crawler.middlewares.WireTap": 860,  # nearest to the wire: redirects swallow what they follow
}
# What a spider gives is its own: no further requests, no referers, no statuses to be filtered.
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
SPIDER_MIDDLEWARES = {"scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25}
ITEM_PIPELINES = {"crawler.pipelines.IntoArchive": 100}
# None: two of Scrapy's own run any Python code for whoever reaches their port.
EXTENSIONS_BASE: dict[str, int] = {}
# Nobody reads Scrapy's counters: a crawl has its own tally.
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"
DOWNLOADER_STATS = False
STATS_DUMP = False
LOG_LEVEL = "WARNING"
LOG_FORMATTER = "crawler.quiet.QuietFormatter"


SMALL_SITE = {"concurrency": 1, "delay": 0.5, "jitter": 0.3}
"""A source's pace: one request at a time, and half a second between two of them."""


def chosen(config: Config, *, named_urls: tuple[str, ...] = ()) -> dict[str, Any]:
    """The settings that follow from wxmirror.toml, and from the URLs named on the command line."""
    origins = (*source_origins(config), *map(named_origin, named_urls))
    private = {origin.host for origin in origins if origin.allow_private}
    assets = config.crawl.asset_concurrency
    return {
        "USER_AGENT": config.user_agent,
        "ROBOTSTXT_USER_AGENT": "wxmirror",
        "WXMIRROR_CONFIG": config,
        "WXMIRROR_ORIGINS": origins,
        TRUSTED_HOSTS: sorted(private | proxy_hosts()),
        "DOWNLOAD_SLOTS": {
            "articles": {"concurrency": 1, "delay": 0},
            "assets": {"concurrency": assets, "delay": 0},
            **{source_slot(name): SMALL_SITE for name in ("", *(source.name for source in config.sources))},
        },
    }


def source_slot(name: str) -> str:
    """The download slot of a source: each has one connection and a pace of its own."""
    return f"source {name}"


def source_origins(config: Config) -> Iterator[Origin]:
    """The hosts and ports of the configured sources: of the address, of its next page, and those that are listed."""
    for source in config.sources:
        for url in (source.url, source.next_url, *(f"//{host}" for host in source.hosts)):
            if url:
                yield named_origin(url, allow_private=source.allow_private, source=source.name)
