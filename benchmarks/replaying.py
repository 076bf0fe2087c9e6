"""CPU for a copy from the archive, as a reader's first view of its template release takes it, and as later ones do.

``python -m benchmarks.replaying`` fills an archive with the corpus (pages, pictures, style sheets), and prints for each
page seconds of CPU: of the first view (no sheet was seen before), of a further one (least of three), and of the
baseline in the same run, the page's bytes read back, parsed and cleaned with the same two libraries and nothing else.
Ends 1 where a first view takes longer than the limit of the design.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nh3
from lxml import etree

from crawler.mirror import styles
from crawler.mirror.replay import replay
from storage.archive import Archive
from storage.records import SnapshotView
from tests.conftest import corpus_folder
from tests.fidelity.pairs import Exhibition, exhibition

LIMIT_SECONDS = 0.1
ROUNDS = 3


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU that a piece of work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def first_view(archive: Archive, snapshot: SnapshotView) -> float:
    """The least seconds of several first views: what was kept of style sheets is forgotten before each."""
    seconds = []
    for _ in range(ROUNDS):
        styles.forget_sheets()
        gc.collect()
        seconds.append(cpu(lambda: replay(archive, snapshot)))
    return min(seconds)


def bare(archive: Archive, snapshot: SnapshotView) -> None:
    """What cannot be spared: the bytes, a tree, markup again, and the last gate."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    tree = etree.fromstring(archive.read_blob(snapshot.page_sha256), parser)
    for script in tree.iter("script", "style"):
        script.text = None
    nh3.clean(etree.tostring(tree, encoding="unicode", method="html"))


def snapshots(shown: Exhibition) -> dict[str, SnapshotView]:
    """The copies of every page of the corpus that is an article."""
    alive = [name for name in shown.originals if shown.read(name).fingerprint]
    return {name: shown.snapshot(name) for name in alive}


def main(corpus: Path) -> int:
    """Print a line per page; 1 where a first view passes the limit."""
    slow = []
    with tempfile.TemporaryDirectory() as folder, exhibition(corpus, Path(folder)) as shown:
        print(f"{'page':40}{'MB':>6}{'first':>9}{'later':>9}{'bare':>9}{'later/bare':>12}")
        for name, snapshot in snapshots(shown).items():
            first = first_view(shown.archive, snapshot)
            later = min(cpu(lambda snapshot=snapshot: replay(shown.archive, snapshot)) for _ in range(ROUNDS))  # type: ignore[misc]
            least = min(cpu(lambda snapshot=snapshot: bare(shown.archive, snapshot)) for _ in range(ROUNDS))  # type: ignore[misc]
            size = len(shown.archive.read_blob(snapshot.page_sha256)) / 1e6
            print(f"{name:40}{size:6.2f}{first:9.4f}{later:9.4f}{least:9.4f}{later / least:12.1f}", flush=True)
            if first > LIMIT_SECONDS:
                slow.append(name)
    print("all within the limit" if not slow else f"over {LIMIT_SECONDS} s: {', '.join(slow)}")
    return int(bool(slow))


if __name__ == "__main__":
    place = corpus_folder()
    sys.exit(main(place) if place else "no corpus: set WXMIRROR_TEST_CORPUS to the folder of real pages")
