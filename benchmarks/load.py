"""The load: a simulated WeChat in a process of its own, so that its share of the CPU can be told.

``python -m benchmarks.load ARTICLES PICTURES SMALLEST LARGEST`` plays it; ``Load`` starts that process and talks to it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from types import TracebackType
from typing import Any
from urllib.request import ProxyHandler, build_opener

from tests.simulated_wechat import SimulatedArticle, Site, write_article
from tests.simulated_wechat.site import CONTROL_HOST

PAGE_SIZES = (100_000, 2_600_000, 200_000, 3_000_000, 300_000, 2_400_000, 600_000, 1_200_000)
"""Bytes of inlined script: pages of before 2020 and of 2025 (docs/wechat.md, page families)."""
PICTURE_SIZES = (20_000, 200_000)


def make_articles(count: int, pictures: int, sizes: tuple[int, int], *, pages: float = 1.0) -> list[SimulatedArticle]:
    """The articles of a run, always the same. ``pages`` scales the pages' sizes."""
    return [
        write_article(
            f"bench-{number}",
            pictures=pictures,
            picture_sizes=sizes,
            paragraphs=40,
            script_bytes=int(PAGE_SIZES[number % len(PAGE_SIZES)] * pages),
            mid=str(2_247_000_000 + number),
        )
        for number in range(count)
    ]


class Load:
    """The process that plays WeChat."""

    def __init__(self, articles: int, pictures: int, sizes: tuple[int, int], *, pages: float = 1.0) -> None:
        command = [sys.executable, "-m", "benchmarks.load", *map(str, (articles, pictures, *sizes, pages))]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Load:
        assert self._process.stdout
        self.environment: dict[str, str] = json.loads(self._process.stdout.readline())
        self._opener = build_opener(ProxyHandler({"http": self.environment["http_proxy"]}))
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait()

    def ask(self, question: str) -> Any:
        """``cpu`` (seconds used), ``requests`` (addresses asked for), ``forget``, ``latency/SECONDS``."""
        with self._opener.open(f"http://{CONTROL_HOST}/{question}") as answer:
            return json.load(answer)


def main() -> None:
    """Play until terminated. Prints one line: the environment by which it is reached, as JSON."""
    count, pictures, smallest, largest = map(int, sys.argv[1:5])
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    with Site() as site:
        for article in make_articles(count, pictures, (smallest, largest), pages=float(sys.argv[5])):
            site.publish(article)
        site.prepare()
        print(json.dumps(site.environment), flush=True)
        signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    main()
