"""CPU for a page from bytes to its reading, beside a bare parse, over every page of the corpus.

``python -m benchmarks.reading`` prints seconds (best of five) for the reading, for lxml alone and for Beautiful Soup
over lxml alone, all in one run, and the ratios. Ends 1 where a page takes longer than the limit of the design.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bs4 import BeautifulSoup
from lxml import html

from crawler.wechat.decoding import decode
from crawler.wechat.mhtml import find_html_part
from crawler.wechat.reading import read_page

LIMIT_SECONDS = 0.15  # any page of the corpus, MHTML counted in
LIMIT_AT_3_MB = 0.08
ROUNDS = 5


def best(work: Callable[[], object]) -> float:
    """The least CPU seconds of several rounds."""
    seconds = []
    for _ in range(ROUNDS):
        gc.collect()
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return min(seconds)


def measure(body: bytes) -> tuple[float, float, float]:
    """Seconds of the reading, of lxml alone, of Beautiful Soup over lxml alone, over the same HTML."""
    part = find_html_part(body)
    _, markup = decode(part.body if part else body)
    parser = html.HTMLParser(huge_tree=True, encoding="utf-8")
    return (
        best(lambda: read_page(body)),
        best(lambda: html.document_fromstring(markup, parser=parser)),
        best(lambda: BeautifulSoup(markup, "lxml", from_encoding="utf-8")),
    )


def main(corpus: Path) -> int:
    """Print a line per page and a summary; 1 where a limit is passed."""
    slow = []
    print(f"{'page':44}{'MB':>6}{'reading':>10}{'lxml':>8}{'bs4':>8}{'/lxml':>8}{'/bs4':>7}")
    for page in sorted([*corpus.glob("pages/*"), *corpus.glob("errors/*")]):
        body = page.read_bytes()
        reading, lxml, soup = measure(body)
        size = len(body) / 1e6
        print(
            f"{page.name:44}{size:6.2f}{reading:10.4f}{lxml:8.4f}{soup:8.4f}{reading / lxml:8.1f}{reading / soup:7.2f}"
        )
        if reading > LIMIT_SECONDS or (size <= 3.1 and reading > LIMIT_AT_3_MB):
            slow.append(page.name)
    print("all within the limits" if not slow else f"over the limits: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    from tests.conftest import corpus_folder

    folder = corpus_folder()
    sys.exit(main(folder) if folder else "no corpus: set WXMIRROR_TEST_CORPUS to the folder of real pages")
