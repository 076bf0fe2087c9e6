"""How long a person waits: ``wxmirror --help``, and ``wxmirror find`` over 100,000 articles.

``python -m benchmarks.finding [--quick] [--articles N]``. The large archive is made through the archive's own door:
bulletins of 1,000 citations each, and visits for some of them. "Beyond start-up" is the difference to the same command
over an archive of ten articles, the best of several runs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crawler.wechat.reading import read_page
from crawler.wechat.urls import read_address
from storage.archive import Archive
from storage.records import Bulletin, Capture, Citation, Item, PlacedBy
from tests.simulated_wechat import SimulatedArticle, write_article
from tests.simulated_wechat.article_pages import render

ROOT = Path(__file__).resolve().parent.parent
IN_A_BULLETIN = 1000
HELP_SECONDS = 0.3
FIND_SECONDS = 0.05
MOMENT = datetime(2026, 3, 1, 18, tzinfo=UTC)


def main() -> int:
    """Print the figures; 1 when a target was missed."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.finding", description=__doc__)
    options.add_argument("--quick", action="store_true", help="5,000 articles")
    options.add_argument("--articles", type=int, help="how many articles (default 100,000)")
    chosen = options.parse_args()
    count = chosen.articles or (5_000 if chosen.quick else 100_000)
    with tempfile.TemporaryDirectory(prefix="wxmirror-bench-") as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        build(small, 10)
        begun = time.monotonic()
        build(large, count)
        print(f"   {count} articles in the archive, made in {time.monotonic() - begun:.0f} s")
        asked = article(count // 2)
        help_seconds, start_up, find, unknown = best(
            (["--help"], small),
            (["find", article(5).long_url], small),
            (["find", asked.long_url], large),
            (["find", write_article("never cited").short_url], large),
        )
    print(f"   wxmirror --help               {help_seconds * 1000:6.0f} ms (to stay under {HELP_SECONDS * 1000:.0f})")
    print(f"   wxmirror find, 10 articles    {start_up * 1000:6.0f} ms (start-up)")
    print(
        f"   wxmirror find, {count} articles {find * 1000:6.0f} ms ({(find - start_up) * 1000:+.0f} ms beyond start-up)"
    )
    print(f"   ... an address never seen     {unknown * 1000:6.0f} ms ({(unknown - start_up) * 1000:+.0f} ms)")
    missed = [
        *(["wxmirror --help"] if help_seconds > HELP_SECONDS else []),
        *(["wxmirror find"] if max(find, unknown) - start_up > FIND_SECONDS else []),
    ]
    for command in missed:
        print(f"MISSED: {command}")
    return int(bool(missed))


def article(number: int) -> SimulatedArticle:
    """The article of this number, always the same."""
    return write_article(f"found-{number}", mid=str(2_247_000_000 + number), paragraphs=2, pictures=1)


def build(folder: Path, count: int) -> None:
    """Make an archive of so many articles; every hundredth (at least the one asked for) was visited."""
    with Archive.open(folder, writing=True, create=True) as archive:
        for start in range(0, count, IN_A_BULLETIN):
            bulletin = cite(start, min(IN_A_BULLETIN, count - start))
            archive.keep_bulletin(bulletin, bulletin.file.encode(), source=None, source_url=None, kept_at=MOMENT)
        for number in {*range(0, count, max(1, count // 100)), count // 2}:
            visit(archive, article(number))


def cite(start: int, count: int) -> Bulletin:
    """A bulletin that cites the articles from ``start`` on."""
    items = tuple(
        Item(
            position=position,
            section="市州动态",
            title=f"第{start + position}处开展工作",
            text="三月，该处开展了地方志工作。" * 5,
            credit=None,
            page=1,
            citations=(citation(article(start + position - 1), position),),
        )
        for position in range(1, count + 1)
    )
    return Bulletin(
        file=f"{start}.txt",
        sha256=hashlib.sha256(f"{start}.txt".encode()).hexdigest(),
        media_type="text/plain",
        title=None,
        issuer="某省地方志工作办公室",
        issue=None,
        published_on=date(2010, 1, 1) + timedelta(days=start // 100),
        items=items,
    )


def citation(cited: SimulatedArticle, position: int) -> Citation:
    """A citation of an article by its long address."""
    return Citation(
        position=position,
        cited_url=cited.long_url,
        address=read_address(cited.long_url),
        anchor_text=None,
        page=1,
        placed_by=PlacedBy.INLINE,
        confidence=0.95,
    )


def visit(archive: Archive, visited: SimulatedArticle) -> None:
    """Keep a visit that found the article alive."""
    body = b"".join(render(visited, visited.long_url))
    address = read_address(visited.long_url)
    capture = Capture(
        address=address,
        captured_at=MOMENT,
        hops=(),
        final_url=address.fetch_url,
        body=body,
        reading=read_page(body, address.fetch_url),
    )
    archive.keep_capture(capture, run=None, next_visit=lambda told: told[-1].captured_at + timedelta(days=1))


def best(*commands: tuple[list[str], Path], rounds: int = 9) -> list[float]:
    """The shortest time of each command in seconds, over rounds in which they take turns."""
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(rounds):
        for (arguments, archive), taken in zip(commands, times, strict=True):
            environment = {**os.environ, "WXMIRROR_ARCHIVE": str(archive), "PYTHONPATH": str(ROOT)}
            command = [sys.executable, "-m", "crawler.cli", *arguments]
            begun = time.perf_counter()
            done = subprocess.run(command, env=environment, capture_output=True, check=False, cwd=archive.parent)
            taken.append(time.perf_counter() - begun)
            assert done.returncode in (0, 1), done.stderr.decode()  # 1: not found
            assert b"Error" not in done.stderr, done.stderr.decode()
    return [min(taken) for taken in times]


if __name__ == "__main__":
    sys.exit(main())
