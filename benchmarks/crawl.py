"""A whole crawl beside three clients that fetch the very same addresses and write them to files.

``python -m benchmarks.crawl [--quick] [--articles N] [--pictures N] [--rounds N] [--only wxmirror]``. The clients take
turns, and the least time of each counts: what else a machine does can only make a run longer. Only the ratios say
something of the program. Start-up is part of every time. Memory is looked at in a run of its own.
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
PEAK_MB = 250


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where one latency's runs happen."""

    load: Load
    folder: Path
    bulletin: Path
    articles: int
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
                place = Place(
                    load=load,
                    folder=folder,
                    bulletin=bulletin,
                    articles=chosen.articles,
                    latency=latency,
                    connections=chosen.connections,
                    plan=folder / "plan.json",
                )
                slots = f"1 + {chosen.connections} connections"
                print(f"-- {chosen.articles} articles, {latency * 1000:.0f} ms latency, {slots}", flush=True)
                if not chosen.only:
                    missed += compare(place, chosen.rounds)
                if chosen.only or latency == chosen.latency[0]:
                    missed += watch_memory(place)
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
    options.add_argument("--rounds", type=int, help="how often the clients take turns (default 3)")
    options.add_argument("--small", action="store_true", help="small pages and pictures, to look at memory over many")
    options.add_argument("--only", choices=["wxmirror"], help="leave out the other clients")
    options.add_argument("--keep", action="store_true", help="leave the temporary folder")
    chosen = options.parse_args()
    chosen.articles = chosen.articles or (24 if chosen.quick else 200)
    chosen.rounds = chosen.rounds or (1 if chosen.quick else 3)
    return chosen


def compare(place: Place, rounds: int) -> list[str]:
    """Let the clients take turns, print a line for each run and the ratios of the best ones; what was missed."""
    runs: dict[str, list[Measured]] = {}
    for number in range(rounds):
        for name, command in CLIENTS.items():
            if name == "wxmirror":
                place.load.ask("forget")
            if name == "wget" and number:
                continue  # it takes twice as long as all others together, and has nothing to reach
            result = measured(place, f"{name} {number}", command)
            if name == "wxmirror":
                if wrong := not_whole(place, result):
                    return [wrong]
                write_plan(place)
            runs.setdefault(name, []).append(result)
            print_line(name, result, place)
    missed = []
    best = {name: min((run for run in some if run.counts), key=seconds, default=None) for name, some in runs.items()}
    for name in [name for name in CLIENTS if name != "wxmirror"]:
        if (ours := best["wxmirror"]) and (other := best[name]):
            ratio = other.seconds / ours.seconds
            target = TARGETS.get((name, place.latency)) if place.articles >= FEWEST else None
            print(f"   wxmirror has {ratio:.2f} of the speed of {name}" + (f", to reach {target}" if target else ""))
            if target and ratio < target:
                missed.append(f"{ratio:.2f} of {name}'s speed at {place.latency * 1000:.0f} ms, below {target}")
    return missed


def seconds(run: Measured) -> float:
    """How long a run took."""
    return run.seconds


def watch_memory(place: Place) -> list[str]:
    """Run the crawl once more, and look at its memory; what was missed."""
    place.load.ask("forget")
    ours = measured(place, "wxmirror watched", wxmirror, is_watched=True)
    if wrong := not_whole(place, ours):
        return [wrong]
    write_plan(place)
    print_line("wxmirror", ours, place)
    return [f"the crawl's peak is {ours.peak_mb:.0f} MB, over {PEAK_MB}"] if (ours.peak_mb or 0) > PEAK_MB else []


def not_whole(place: Place, ours: Measured) -> str | None:
    """What is wrong with a crawl that did not keep everything."""
    if ours.code != 0:
        return f"the crawl ended with {ours.code}"
    summary = json.loads(ours.output)
    is_whole = summary["outcomes"].get("alive") == place.articles and not summary["assets"]["failed"]
    return None if is_whole else f"the crawl was not whole: {summary}"


def write_plan(place: Place) -> None:
    """Write down what the crawl asked for, for the others."""
    asked = [url for url in place.load.ask("requests") if urlsplit(url).path != "/robots.txt"]
    plan = {
        "pages": [url for url in asked if urlsplit(url).hostname == "mp.weixin.qq.com"],
        "assets": [url for url in asked if urlsplit(url).hostname != "mp.weixin.qq.com"],
    }
    place.plan.write_text(json.dumps(plan))


Command = Callable[[Place, Path], tuple[list[str], dict[str, str]]]


def measured(place: Place, name: str, command: Command, *, is_watched: bool = False) -> Measured:
    """Run one client in a fresh folder. It stays until the end: a file system that has just removed thousands of files
    is slower in making the next client's (ext4 passes over numbers that were lately in use)."""
    folder = place.folder / f"{name.replace(' ', '-')}-{place.latency}"
    folder.mkdir()
    words, environment = command(place, folder)
    log = place.folder / f"{folder.name}.log"
    result = run(words, environment=environment, load=place.load, folder=folder, log=log, is_watched=is_watched)
    if result.code not in (0, 8):  # wget says 8 for any 404
        print(log.read_text(errors="replace")[-2000:], file=sys.stderr)
    return result


def print_line(name: str, result: Measured, place: Place) -> None:
    """One run's figures."""
    plan = json.loads(place.plan.read_text())
    pages, assets = len(plan["pages"]) / result.seconds, len(plan["assets"]) / result.seconds
    busy = "" if result.counts else f" - DOES NOT COUNT: the server needed over {TOO_BUSY:.0%} of a core"
    peak = f"  peak {result.peak_mb:4.0f} MB" if result.peak_mb is not None else ""
    print(
        f"   {name:<12} {result.seconds:7.1f} s  {result.cpu_seconds:6.1f} s CPU  {pages:6.1f} pages/s  "
        f"{assets:7.1f} assets/s  server {result.load_share:4.0%} of a core{peak}{busy}",
        flush=True,
    )


def wxmirror(place: Place, folder: Path) -> tuple[list[str], dict[str, str]]:
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


def null_spider(place: Place, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Scrapy without our parts."""
    return python(place, folder, "null_spider")


def bare_client(place: Place, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Asyncio without Scrapy."""
    return python(place, folder, "bare_client")


def python(place: Place, folder: Path, module: str) -> tuple[list[str], dict[str, str]]:
    """One of the clients beside this module."""
    command = [sys.executable, "-m", f"benchmarks.{module}", str(place.plan), str(folder), str(place.connections)]
    return command, {**place.load.environment, "PYTHONPATH": str(ROOT)}


def wget(place: Place, folder: Path) -> tuple[list[str], dict[str, str]]:
    """The common tool. It is given the addresses: its own --page-requisites does not see lazy pictures (data-src)."""
    plan = json.loads(place.plan.read_text())
    addresses = folder / "addresses"
    addresses.write_text("\n".join([*plan["pages"], *plan["assets"]]))
    certificate = place.load.environment["SSL_CERT_FILE"]
    command = ["wget", "-q", "-i", str(addresses), "--page-requisites", f"--ca-certificate={certificate}", "--tries=1"]
    return [*command, "--warc-file=bench", "--warc-cdx"], place.load.environment


CLIENTS: dict[str, Command] = {
    "wxmirror": wxmirror,
    "null spider": null_spider,
    "bare client": bare_client,
    "wget": wget,
}
TARGETS = {("null spider", 0.0): 0.7, ("bare client", 0.03): 0.6}
"""What is to be reached: of the null spider's speed at 0 ms, of the bare client's at 30 ms."""
FEWEST = 200
"""With fewer articles nothing need be reached: start-up is much of the time."""


if __name__ == "__main__":
    sys.exit(main())
