"""A whole crawl beside three clients that fetch the very same addresses and write them to files.

``python -m benchmarks.crawl [--quick] [--articles N] [--pictures N] [--only wxmirror]``. Every figure is of one run on
this machine; only the ratios say something of the program. Start-up is part of every time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.load import PICTURE_SIZES, Load, make_articles
from benchmarks.measuring import TOO_BUSY, Measured, run

ROOT = Path(__file__).resolve().parent.parent
AGAINST_BARE, AGAINST_NULL = 0.6, 0.7
"""What is to be reached: of the bare client's speed at 30 ms, of the null spider's at 0 ms."""
PEAK_MB = 250


@dataclass(frozen=True, kw_only=True)
class Round:
    """Where one latency's runs happen."""

    load: Load
    folder: Path
    bulletin: Path
    latency: float
    connections: int
    plan: Path


def main() -> int:
    """Run every client at each latency; 1 when a target was missed in a run that counts."""
    chosen = arguments()
    sizes = (2_000, 8_000) if chosen.small else PICTURE_SIZES
    pages = 0.1 if chosen.small else 1.0
    articles = make_articles(chosen.articles, chosen.pictures, sizes, pages=pages)
    folder = Path(tempfile.mkdtemp(prefix="wxmirror-bench-"))
    missed = []
    try:
        bulletin = folder / "bulletin.txt"
        lines = [f"第{number}条\n\n{each.short_url}\n" for number, each in enumerate(articles, 1)]
        bulletin.write_text("某省地方志工作办公室 2024年3月13日\n\n" + "\n".join(lines), encoding="utf-8")
        with Load(chosen.articles, chosen.pictures, sizes, pages=pages) as load:
            for latency in chosen.latency:
                load.ask(f"latency/{latency}")
                place = Round(
                    load=load,
                    folder=folder,
                    bulletin=bulletin,
                    latency=latency,
                    connections=chosen.connections,
                    plan=folder / "plan.json",
                )
                missed += one_latency(place, only=chosen.only, articles=chosen.articles)
    finally:
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    for words in missed:
        print(f"MISSED: {words}")
    return int(bool(missed))


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.crawl", description=__doc__)
    options.add_argument("--quick", action="store_true", help="a small round: 24 articles")
    options.add_argument("--articles", type=int, help="how many articles (default 200)")
    options.add_argument("--pictures", type=int, default=10, help="pictures in each")
    options.add_argument("--connections", type=int, default=4, help="connections for assets")
    options.add_argument("--latency", type=float, nargs="*", default=[0.0, 0.03], help="seconds that each answer takes")
    options.add_argument("--small", action="store_true", help="small pages and pictures, to look at memory over many")
    options.add_argument("--only", choices=["wxmirror"], help="leave out the other clients")
    options.add_argument("--keep", action="store_true", help="leave the temporary folder")
    chosen = options.parse_args()
    chosen.articles = chosen.articles or (24 if chosen.quick else 200)
    return chosen


def one_latency(place: Round, *, only: str | None, articles: int) -> list[str]:
    """Run the clients, print a line for each and the ratios; what was missed."""
    print(f"-- {articles} articles, {place.latency * 1000:.0f} ms latency, 1 + {place.connections} connections")
    place.load.ask("forget")
    ours = measured(place, "wxmirror", wxmirror)
    if ours.code != 0:
        return [f"the crawl ended with {ours.code}"]
    summary = json.loads(ours.output)
    kept, failed = summary["assets"]["kept"], summary["assets"]["failed"]
    if summary["outcomes"].get("alive") != articles or failed:
        return [f"the crawl was not whole: {summary}"]
    asked = [url for url in place.load.ask("requests") if urlsplit(url).path != "/robots.txt"]
    plan = {
        "pages": [url for url in asked if urlsplit(url).hostname == "mp.weixin.qq.com"],
        "assets": [url for url in asked if urlsplit(url).hostname != "mp.weixin.qq.com"],
    }
    place.plan.write_text(json.dumps(plan))
    print(f"   {len(plan['pages'])} pages, {len(plan['assets'])} assets asked for, {kept} kept")
    print_line("wxmirror", ours, plan)
    missed = [] if ours.peak_mb <= PEAK_MB else [f"the crawl's peak is {ours.peak_mb:.0f} MB, over {PEAK_MB}"]
    if only:
        return missed
    for name, command in (("null spider", null_spider), ("bare client", bare_client), ("wget", wget)):
        other = measured(place, name, command)
        print_line(name, other, plan)
        ratio = other.seconds / ours.seconds
        target = {("null spider", 0.0): AGAINST_NULL, ("bare client", 0.03): AGAINST_BARE}.get((name, place.latency))
        verdict = f", to reach {target}" if target else ""
        print(f"   wxmirror has {ratio:.2f} of the speed of {name}{verdict}")
        if target and ratio < target and other.counts and ours.counts:
            missed.append(f"{ratio:.2f} of {name}'s speed at {place.latency * 1000:.0f} ms; {target} is to be reached")
    return missed


def measured(place: Round, name: str, command: Callable[[Round, Path], tuple[list[str], dict[str, str]]]) -> Measured:
    """Run one client in a fresh folder. It stays until the end: a file system that has just removed thousands of files
    is slower in making the next client's (ext4 passes over numbers that were lately in use)."""
    folder = place.folder / f"{name.replace(' ', '-')}-{place.latency}"
    folder.mkdir()
    words, environment = command(place, folder)
    log = place.folder / f"{folder.name}.log"
    result = run(words, environment=environment, load=place.load, folder=folder, log=log)
    if result.code not in (0, 8):  # wget says 8 for any 404
        print(log.read_text(errors="replace")[-2000:], file=sys.stderr)
    return result


def print_line(name: str, result: Measured, plan: dict[str, list[str]]) -> None:
    """One client's figures."""
    pages, assets = len(plan["pages"]) / result.seconds, len(plan["assets"]) / result.seconds
    busy = "" if result.counts else f" - DOES NOT COUNT: the server needed over {TOO_BUSY:.0%} of a core"
    print(
        f"   {name:<12} {result.seconds:7.1f} s  {result.cpu_seconds:6.1f} s CPU  {pages:6.1f} pages/s  "
        f"{assets:7.1f} assets/s  peak {result.peak_mb:4.0f} MB  server {result.load_share:4.0%} of a core{busy}",
        flush=True,
    )


def wxmirror(place: Round, folder: Path) -> tuple[list[str], dict[str, str]]:
    """The crawl as a person starts it, without the pause between articles."""
    return (
        [sys.executable, "-m", "crawler.cli", "crawl", str(place.bulletin), "--json"],
        {
            **place.load.environment,
            "PYTHONPATH": str(ROOT),
            "WXMIRROR_ARCHIVE": str(folder / "archive"),
            "WXMIRROR_CRAWL__ARTICLE_DELAY_SECONDS": "0",
            "WXMIRROR_CRAWL__ASSET_CONCURRENCY": str(place.connections),
            "WXMIRROR_CRAWL__CONTACT": "benchmark@example.org",
        },
    )


def null_spider(place: Round, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Scrapy without our parts."""
    return python(place, folder, "null_spider")


def bare_client(place: Round, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Asyncio without Scrapy."""
    return python(place, folder, "bare_client")


def python(place: Round, folder: Path, module: str) -> tuple[list[str], dict[str, str]]:
    """One of the clients beside this module."""
    command = [sys.executable, "-m", f"benchmarks.{module}", str(place.plan), str(folder), str(place.connections)]
    return command, {**place.load.environment, "PYTHONPATH": str(ROOT)}


def wget(place: Round, folder: Path) -> tuple[list[str], dict[str, str]]:
    """The common tool. It is given the addresses: its own --page-requisites does not see lazy pictures (data-src)."""
    plan = json.loads(place.plan.read_text())
    addresses = folder / "addresses"
    addresses.write_text("\n".join([*plan["pages"], *plan["assets"]]))
    certificate = place.load.environment["SSL_CERT_FILE"]
    command = ["wget", "-q", "-i", str(addresses), "--page-requisites", f"--ca-certificate={certificate}", "--tries=1"]
    return [*command, "--warc-file=bench", "--warc-cdx"], place.load.environment


if __name__ == "__main__":
    sys.exit(main())
