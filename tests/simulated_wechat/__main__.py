"""``python -m tests.simulated_wechat``: the simulated WeChat for use by hand.

Prints the three lines to export, then the addresses of what it serves, and plays until it is interrupted.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from .articles import Kind, write_article
from .site import Site

KINDS: tuple[Kind, ...] = ("article", "pictures", "text", "old")


def main() -> None:
    """Serve the corpus, or articles that are made here."""
    options = argparse.ArgumentParser(prog="python -m tests.simulated_wechat", description=__doc__)
    options.add_argument("--corpus", type=Path, help="serve every article of this folder of real pages")
    options.add_argument(
        "--articles", type=int, default=4, help="how many articles to make (default: one of each kind)"
    )
    options.add_argument("--pictures", type=int, default=3, help="pictures in each of them")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--latency", type=float, default=0.0, help="seconds that every answer takes")
    options.add_argument("--no-chksm", action="store_true", help="answer long addresses without their chksm too")
    chosen = options.parse_args()
    with Site(port=chosen.port, latency=chosen.latency) as site:
        site.needs_chksm = not chosen.no_chksm
        for name, value in site.environment.items():
            print(f"export {name}={value}")
        for number in range(chosen.articles):
            site.publish(write_article(f"made-{number}", kind=KINDS[number % len(KINDS)], pictures=chosen.pictures))
        if chosen.corpus:
            site.publish_corpus(chosen.corpus)
        for published in site.published:
            print(f"# {published.name}: {published.short_url or ''} {published.long_url or ''}")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
