"""What a kept page takes on the disk, and how long reading it back takes, before and after ``wxmirror repack``.

``python -m benchmarks.repacking [--quick]``. Two rounds, each over an archive of its own: the corpus's pages of 2024 to
2026 as they are (nine, of eight releases of the template), and one release with many articles. The corpus has one raw
page of most releases, so the articles of the second round are siblings made of two real ones: the frame and all scripts
stay, the body is that of another real page (under 100 KB), and what names the article is changed. Beside each stands
the same page compressed alone, by zstd as pages are first kept (level 3), and at level 19.
"""

from __future__ import annotations

import argparse
import itertools
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import zstandard

from benchmarks.measuring import peak_mb
from crawler.wechat.templates import template_text
from crawler.wechat.urls import read_address
from storage.archive import Archive
from storage.records import Capture, Outcome, Reading
from tests.conftest import corpus_folder

RECENT = re.compile(r"hxmjava-2026|jface-2026|llmwebkit-2024|wae-")
RELEASES = ("jface-2026-01.html", "hxmjava-2026-05-table-code.html")
ACROSS_KB, WITHIN_KB, READ_SECONDS = 120, 70, 0.010
LARGEST_BODY = 100_000
MOMENT = datetime(2026, 3, 1, 18, tzinfo=UTC)

_BODY = re.compile(rb"id=\"js_content\"[^>]*>(.*?)<script", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Round:
    """What a set of pages takes, in KB a page."""

    pages: int
    references: int
    alone: float
    alone_19: float
    packed: float  # without the references
    whole: float  # with them
    seconds: float  # to repack, a page
    read: float  # seconds of CPU, with the reference at hand
    read_first: float  # the reference read and verified too


def main() -> int:
    """Print the figures; 1 when a bar was missed."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.repacking", description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer siblings")
    quick = options.parse_args().quick
    folder = corpus_folder()
    if folder is None:
        print("no corpus: set WXMIRROR_TEST_CORPUS to the folder of real pages")
        return 1
    pages = folder / "pages"
    recent = [file.read_bytes() for file in sorted(pages.glob("*.html")) if RECENT.match(file.name)]
    print("   KB a page:                        alone  zstd -19  packed  with references  | CPU ms to read, first | s")
    across = show("real pages of 2024 to 2026", measure(recent))
    missed = [] if across.whole < ACROSS_KB else [f"{ACROSS_KB} KB with references"]
    bodies = list(itertools.chain.from_iterable(find_bodies(pages)))
    for name in RELEASES:
        original = (pages / name).read_bytes()
        for count in (5, 10) if quick else (5, 10, 20):
            within = show(f"{count} of {name[:16]}", measure(siblings(original, bodies, count)))
            missed += [f"{WITHIN_KB} KB, {count} of {name}"] if within.packed >= WITHIN_KB else []
            missed += [f"{READ_SECONDS} s to read, {name}"] if within.read > READ_SECONDS else []
    print(f"   peak memory {peak_mb():.0f} MB")
    for bar in missed:
        print(f"MISSED: {bar}")
    return int(bool(missed))


def show(name: str, seen: Round) -> Round:
    """Print a line."""
    sizes = f"{seen.alone:7.1f} {seen.alone_19:9.1f} {seen.packed:7.1f} {seen.whole:9.1f} ({seen.references:2})"
    times = f"{seen.read * 1000:6.1f} {seen.read_first * 1000:6.1f}     | {seen.seconds:.2f}"
    print(f"   {name:30} {seen.pages:3} {sizes}    | {times}", flush=True)
    return seen


def measure(pages: Iterable[bytes]) -> Round:
    """Keep the pages in an archive, repack it, read every page back."""
    with tempfile.TemporaryDirectory(prefix="wxmirror-bench-") as folder:
        names, alone_19 = [], 0
        with Archive.open(Path(folder), writing=True, create=True) as archive:
            for number, body in enumerate(pages):
                address = read_address(f"https://mp.weixin.qq.com/s/n{number:A<21}")
                reading = Reading(reader_version=1, outcome=Outcome.UNRECOGNISED, evidence=())
                capture = Capture(
                    address=address,
                    captured_at=MOMENT,
                    hops=(),
                    final_url=address.fetch_url,
                    body=body,
                    reading=reading,
                )
                archive.keep_capture(capture, run=None, next_visit=lambda told: None)
                alone_19 += len(zstandard.ZstdCompressor(level=19).compress(body))
                names.append(archive.captures(address.article_url)[0].page_sha256)
            alone = at_rest(folder)
            begun = time.perf_counter()
            done = archive.repack(template_text, now=MOMENT)
            seconds = time.perf_counter() - begun
        first: list[float] = []
        again: list[float] = []
        for name in names:
            assert name
            with Archive.open(Path(folder)) as archive:
                for times in (first, again):
                    begun = time.process_time()
                    archive.read_blob(name)
                    times.append(time.process_time() - begun)
        count = len(names)
        return Round(
            pages=count,
            references=done.references,
            alone=alone / count / 1000,
            alone_19=alone_19 / count / 1000,
            packed=sum(file.stat().st_size for file in Path(folder).rglob("*.zstr")) / max(1, done.pages) / 1000,
            whole=at_rest(folder) / count / 1000,
            seconds=seconds / count,
            read=statistics.median(again),
            read_first=statistics.median(first),
        )


def at_rest(folder: str) -> int:
    """Bytes of all blobs as they lie on the disk."""
    return sum(file.stat().st_size for file in Path(folder, "blobs").rglob("*") if file.is_file())


def find_bodies(pages: Path) -> Iterator[list[bytes]]:
    """The bodies of real pages, those that are not too large."""
    for file in sorted(pages.glob("*.html")):
        if (found := _BODY.search(file.read_bytes())) and 2_000 < len(found[1]) < LARGEST_BODY:
            yield [found[1]]


def siblings(original: bytes, bodies: list[bytes], count: int) -> Iterator[bytes]:
    """Pages of the same release with other bodies and other names."""
    for number, body in zip(range(count), itertools.cycle(bodies), strict=False):
        page = original
        if found := _BODY.search(original):
            page = original[: found.start(1)] + body + original[found.end(1) :]
        mark = f"{number:06}".encode()
        page = re.sub(rb"nonce=\"\d+\"", b'nonce="1' + mark + b'"', page)
        yield re.sub(rb"(mid|sn|biz|appmsgid)(['\"]?\s*[:=]\s*['\"])[^'\"]{3}", rb"\1\g<2>" + mark[-3:], page)


if __name__ == "__main__":
    sys.exit(main())
