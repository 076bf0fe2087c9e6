"""The engine alone: a Scrapy spider that makes the same requests and writes what comes to files, and nothing else.

``python -m benchmarks.null_spider PLAN FOLDER ASSET_CONNECTIONS``: the same settings, handlers and slots as the crawl.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response


class NullSpider(scrapy.Spider):
    """Fetches a list."""

    name = "null"

    def __init__(self, plan: dict[str, list[str]], folder: Path, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.plan, self.folder = plan, folder

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Pages and assets, each in their own slot, mixed as a crawl mixes them."""
        each = max(1, len(self.plan["assets"]) // max(1, len(self.plan["pages"])))
        assets = iter(enumerate(self.plan["assets"]))
        for number, url in enumerate(self.plan["pages"]):
            yield self.request(url, f"page-{number}", "articles")
            for asset, address in (next(assets, (0, "")) for _ in range(each)):
                if address:
                    yield self.request(address, f"asset-{asset}", "assets")
        for asset, address in assets:
            yield self.request(address, f"asset-{asset}", "assets")

    def request(self, url: str, file: str, slot: str) -> scrapy.Request:
        """One request of the plan."""
        return scrapy.Request(
            url,
            self.keep,
            cb_kwargs={"file": file},
            meta={"download_slot": slot, "verbatim_url": True},
            dont_filter=True,
        )

    def keep(self, response: Response, file: str) -> None:
        """Write what came."""
        (self.folder / file).write_bytes(response.body)


def main() -> None:
    """Run the spider."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    process = CrawlerProcess(
        {
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
            "ROBOTSTXT_OBEY": False,
            "COOKIES_ENABLED": False,
            "HTTPERROR_ALLOW_ALL": True,
            "DOWNLOAD_VERIFY_CERTIFICATES": True,
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS": 16,
            "DOWNLOAD_SLOTS": {
                "articles": {"concurrency": 1, "delay": 0},
                "assets": {"concurrency": int(sys.argv[3]), "delay": 0},
            },
        }
    )
    process.crawl(NullSpider, plan=plan, folder=Path(sys.argv[2]))
    process.start()


if __name__ == "__main__":
    main()
