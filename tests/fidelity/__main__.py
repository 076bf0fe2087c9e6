"""``python -m tests.fidelity [PAGE…] [--shots FOLDER]``: what came of every page of the corpus, as a table."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.conftest import NO_CORPUS, corpus_folder
from tests.fidelity.browsing import chromium
from tests.fidelity.floors import NOT_COMPARED, PRECISION, RECALL, SIMILARITY
from tests.fidelity.pairs import WIDTHS, Pair, exhibition
from tests.fidelity.words import Read, measure_words


def main() -> int:
    """Measure, print, and end with 1 where a page falls short."""
    wanted = argparse.ArgumentParser(prog="python -m tests.fidelity")
    wanted.add_argument("pages", nargs="*", help="names of pages; all of them, if none is named")
    wanted.add_argument("--shots", type=Path, help="a folder for the pictures of originals and copies")
    options = wanted.parse_args()
    corpus, executable = corpus_folder(), shutil.which("chromium")
    if corpus is None or executable is None:
        print(NO_CORPUS if corpus is None else "no browser: install chromium", file=sys.stderr)
        return 2
    fell_short = False
    with (
        tempfile.TemporaryDirectory() as folder,
        exhibition(corpus, Path(folder), only=options.pages) as shown,
        chromium(executable) as browser,
    ):
        for name, original in shown.originals.items():
            read = measure_words(browser, shown.site, original)
            fell_short |= not _is_well_read(read)
            print(_words_line(read), flush=True)
            for width in WIDTHS if name not in NOT_COMPARED else ():
                pair = shown.compare(browser, name, width)
                fell_short |= not _is_alike(pair)
                print(_looks_line(pair), flush=True)
                _keep_shots(pair, options.shots)
    return int(fell_short)


def _is_well_read(read: Read) -> bool:
    return read.words.recall >= RECALL and read.words.precision >= PRECISION


def _is_alike(pair: Pair) -> bool:
    return pair.words >= RECALL and pair.same_images and pair.similarity >= SIMILARITY and not pair.outside


def _words_line(read: Read) -> str:
    counted = f"{read.inventory.found}/{read.inventory.expected}" if read.inventory else "-"
    short = "" if _is_well_read(read) else "  SHORT"
    return (
        f"{read.name:32} words {read.words.truth:6} recall {read.words.recall:.5f} "
        f"precision {read.words.precision:.5f} pictures {counted}{short}"
    )


def _looks_line(pair: Pair) -> str:
    images = f"{pair.images[1]}/{pair.images[0]}{'' if pair.same_images else ' (others)'}"
    short = "" if _is_alike(pair) else "  SHORT"
    return (
        f"    {pair.width:5} wide  words {pair.words:.5f}  images {images}  "
        f"likeness {pair.similarity:.4f}  outside {len(pair.outside)}{short}"
    )


def _keep_shots(pair: Pair, folder: Path | None) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    pair.original.picture.save(folder / f"{pair.name}-{pair.width}-original.png")
    pair.copy.picture.save(folder / f"{pair.name}-{pair.width}-copy.png")


if __name__ == "__main__":
    sys.exit(main())
