"""Scrapy's messages, made short and rare: a night's log holds what a person should look at, and nothing else."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.logformatter import LogFormatter

NOISY = ("scrapy", "twisted", "filelock", "asyncio", "py.warnings", "apscheduler")


class QuietFormatter(LogFormatter):
    """Says nothing of single requests and records: the archive knows them, and the crawl logs what failed."""

    def crawled(self, request: Any, response: Any, spider: Any) -> Any:
        """Nothing: kept in the archive."""
        return None

    def scraped(self, item: Any, response: Any, spider: Any) -> Any:
        """Nothing: records hold whole pages."""
        return None

    def dropped(self, item: Any, exception: BaseException, response: Any, spider: Any) -> Any:
        """Nothing."""
        return None

    def download_error(self, failure: Any, request: Any, spider: Any, errmsg: str | None = None) -> Any:
        """One line: what a failed visit tells is kept with it."""
        return {
            "level": logging.INFO,
            "msg": "failed (%(error)s): %(url)s",
            "args": {"error": errmsg or failure.value, "url": request.url},
        }


def keep_quiet(*, verbose: bool = False) -> None:
    """Let the libraries speak up from warnings on only; all of it when ``verbose``."""
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.INFO if verbose else logging.WARNING)
    # Where a site's robots.txt cannot be had, its page is asked for next; what becomes of that is told.
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.INFO if verbose else logging.CRITICAL)
