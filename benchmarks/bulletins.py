"""CPU and memory for reading bulletins, beside the bare libraries below, each in a process of its own.

``python -m benchmarks.bulletins`` prints a line for each of the cases that the issue on bulletins bounds: PDFs of a
hundred pages with a thousand links, whose fonts are embedded (as LibreOffice prints them; left out where that is not
here) or not, Word documents of 10 MB, a thousand texts of the seed's size; and for a PDF of one page with nearly as
many links as are read of one. Ends 1 where a limit is passed; ``--quick`` reads a hundred texts.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import shutil
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

import pypdfium2
from lxml import etree
from reportlab.pdfgen.canvas import Canvas

from benchmarks.measuring import peak_mb
from tests.crawler.bulletins import office, printing
from tests.crawler.bulletins.made import Piece, make_issue

TEXT = Path(__file__).parents[1] / "tests" / "pages" / "bulletins" / "text" / "two-pages-of-news.txt"
LINKS = 1_000
ROUNDS = 3
"""Processes that read each file: the least time counts, since what else a machine does can only make it longer."""
LINKS_A_PAGE = 10
ROWS = 70


@dataclass(frozen=True)
class Case:
    """One file, how often it is read, and what that may cost."""

    name: str
    make: Callable[[], bytes | None]  # None: it cannot be made here
    bare: Callable[[bytes], object]
    times: int
    limit_seconds: float
    limit_mb: float | None = None


def pieces_of_news(count: int) -> list[Piece]:
    """So many items."""
    return [piece for seed in range(count // 3) for piece in make_issue(seed).pieces][:count]


def an_office_pdf() -> bytes | None:
    """100 pages with ten linked titles each, as LibreOffice prints them: the fonts are embedded."""
    if shutil.which("soffice") is None:
        return None
    from tests.crawler.bulletins.written import written_by_libreoffice  # brings a browser's library with it

    relations, body = office.Relations(), []
    for number, piece in enumerate(pieces_of_news(LINKS)):
        title = office.run(piece.title, size=28, bold=True)
        title = office.hyperlink(f"https://mp.weixin.qq.com/s/{number:022d}", title, relations)
        turn = '<w:r><w:br w:type="page"/></w:r>' if number and number % LINKS_A_PAGE == 0 else ""
        body.append(office.paragraph(turn + title))
        body.append(office.paragraph(office.run(piece.paragraphs[0][:60], size=24), indent=True))
    documents = written_by_libreoffice([office.document("".join(body), relations)], "doc")  # of DOCX it prints no links
    return written_by_libreoffice(documents, "pdf", suffix="doc")[0]


def a_pdf() -> bytes:
    """100 pages with a thousand links over titles, in a font that is not embedded."""
    printing.BODY, printing.TITLE, printing.BOTTOM = 8, 10, 200
    news = [
        printing.News(piece.title, piece.paragraphs[0][:70], piece.credit, f"https://mp.weixin.qq.com/s/{number:022d}")
        for number, piece in enumerate(pieces_of_news(LINKS))
    ]
    return printing.print_issue(printing.Issue(news))


def a_page() -> bytes:
    """One page of 70 rows, each of 70 words with links over them."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(2_140, 760))
    canvas.setFont(printing.FONT, 6)
    for number in range(ROWS * ROWS):
        x, y = 20 + number % ROWS * 30, 20 + number // ROWS * 10
        canvas.drawString(x, y, f"第{number}条")
        canvas.linkURL(f"https://mp.weixin.qq.com/s/{number:022d}", (x, y - 1, x + 24, y + 7))
    canvas.save()
    return out.getvalue()


def a_document() -> bytes:
    """10 MB: a thousand items with links, among pictures that do not shrink."""
    relations, body = office.Relations(), []
    for number, piece in enumerate(pieces_of_news(LINKS)):
        title = office.run(piece.title, size=44)
        body.append(office.paragraph(office.hyperlink(f"https://mp.weixin.qq.com/s/{number:022d}", title, relations)))
        body += [office.paragraph(office.run(text), indent=True) for text in piece.paragraphs]
        body.append(office.paragraph(office.run(f"（{piece.credit}）")))
    pictures = {f"media/image{number}.png": os.urandom(500_000) for number in range(20)}
    return office.document("".join(body), relations, **pictures)


def a_text_document() -> bytes:
    """10 MB of nothing but text, which shrinks to half: 3,200 items, a thousand of them with links."""
    chance, relations, body = Random(1), office.Relations(), []
    han = [chr(code) for code in range(0x4E00, 0x4E00 + 3_000)]
    for number, piece in enumerate(pieces_of_news(3_200)):
        title = office.run(piece.title, size=44)
        url = f"https://mp.weixin.qq.com/s/{number:022d}"
        body.append(office.paragraph(office.hyperlink(url, title, relations) if number < LINKS else title))
        texts = ["".join(chance.choices(han, k=chance.randint(200, 600))) + "。" for _ in range(4)]
        body += [office.paragraph(office.run(text), indent=True) for text in texts]
        body.append(office.paragraph(office.run(f"（{piece.credit}）")))
    return office.document("".join(body), relations)


def bare_pdf(body: bytes) -> int:
    """The text of every page, by pdfium alone."""
    document = pypdfium2.PdfDocument(body)
    return sum(len(document[number].get_textpage().get_text_range()) for number in range(len(document)))


def bare_document(body: bytes) -> int:
    """The main part as a tree, by zipfile and lxml alone."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return sum(1 for _ in etree.fromstring(archive.read("word/document.xml")).iter())


def cases(*, is_quick: bool) -> list[Case]:
    """What is measured."""
    texts = 100 if is_quick else 1_000
    return [
        Case("PDF, fonts embedded, 1,000 links", an_office_pdf, bare_pdf, 1, 1.5, 200),
        Case("PDF, no fonts in it, 1,000 links", a_pdf, bare_pdf, 1, 1.5, 200),
        Case("PDF, all on a page, 4,900 links", a_page, bare_pdf, 1, 1.5, 200),
        Case("10 MB of Word, 1,000 links", a_document, bare_document, 1, 2.0),
        Case("10 MB of Word, all text", a_text_document, bare_document, 1, 2.0),
        Case(f"{texts} texts of the seed's size", TEXT.read_bytes, bytes.decode, texts, 60 * texts / 1_000),
    ]


class Told(NamedTuple):
    """What a round says."""

    seconds: float  # of CPU
    bare: float  # the same by the bare libraries
    added_mb: float  # that the reading added
    cited: int


def measure(case: Case, body: bytes) -> Told:
    """Read a case's file, and let the bare libraries do what they do of it."""
    from crawler.bulletins.reading import read_bulletin

    read_bulletin(TEXT.read_bytes(), "warm")
    before = peak_mb()
    started = time.process_time()
    for _ in range(case.times):
        bulletin = read_bulletin(body, "bulletin")
    seconds = time.process_time() - started
    added = peak_mb() - before
    started = time.process_time()
    for _ in range(case.times):
        case.bare(body)
    return Told(seconds, time.process_time() - started, added, len(bulletin.citations))


def main(*, is_quick: bool) -> int:
    """Print a line per case; 1 where a limit is passed."""
    slow = []
    columns = f"{'CPU s':>8}{'limit':>7}{'bare s':>8}{'ratio':>7}{'added MB':>10}{'cited':>7}"
    print(f"{'case':34}{'pages':>6}{'file MB':>8}{columns}")
    for number, case in enumerate(cases(is_quick=is_quick)):
        body = case.make()
        if body is None:
            print(f"{case.name:34}left out: there is no soffice here")
            continue
        pages = len(pypdfium2.PdfDocument(body)) if case.bare is bare_pdf else ""
        told = [in_a_process_of_its_own(number, body, is_quick=is_quick) for _ in range(1 if is_quick else ROUNDS)]
        seconds, bare = min(each.seconds for each in told), min(each.bare for each in told)
        added, cited = max(each.added_mb for each in told), told[0].cited
        figures = f"{seconds:8.2f}{case.limit_seconds:7.1f}{bare:8.2f}{seconds / max(bare, 1e-3):7.1f}{added:10.0f}"
        print(f"{case.name:34}{pages:>6}{len(body) / 1e6:8.2f}{figures}{cited:7}", flush=True)
        if seconds > case.limit_seconds or (case.limit_mb and added > case.limit_mb):
            slow.append(case.name)
    print("all within the limits" if not slow else f"over the limits: {', '.join(slow)}")
    return 1 if slow else 0


def in_a_process_of_its_own(number: int, body: bytes, *, is_quick: bool) -> Told:
    """One round of a case: the first reading of a process, with the loading of what it needs."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure_case, (number, body, is_quick))


def measure_case(number: int, body: bytes, is_quick: bool) -> Told:
    """One round, in the process that is measured."""
    return measure(cases(is_quick=is_quick)[number], body)


if __name__ == "__main__":
    sys.exit(main(is_quick="--quick" in sys.argv))
