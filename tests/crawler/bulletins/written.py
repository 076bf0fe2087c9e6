"""Issues as the programs of offices write them: LibreOffice, a browser's print, python-docx."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUM
from tests.crawler.bulletins.binding import head, tail
from tests.crawler.bulletins.made import Made, Piece

MEDIA_TYPES = {
    "doc": "application/msword",
    "rtf": "application/rtf",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
}
FILTERS = {"doc": "MS Word 97", "rtf": "Rich Text Format", "odt": "writer8", "pdf": "writer_pdf_Export"}


def written_by_libreoffice(documents: Sequence[bytes], make: str, *, suffix: str = "docx") -> list[bytes]:
    """The documents, saved as another make: all in one go."""
    with TemporaryDirectory() as folder:
        for number, document in enumerate(documents):
            Path(folder, f"{number}.{suffix}").write_bytes(document)
        command = ["soffice", f"-env:UserInstallation={Path(folder, 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", f"{make}:{FILTERS[make]}", "--outdir", f"{folder}/out"]
        files = [f"{folder}/{number}.{suffix}" for number in range(len(documents))]
        subprocess.run([*command, *files], check=True, capture_output=True, timeout=100)
        return [Path(folder, "out", f"{number}.{make}").read_bytes() for number in range(len(documents))]


def printed_by_chromium(pages: Sequence[str]) -> list[bytes]:
    """Web pages as a browser prints them to PDF."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page()
        printed = []
        for html in pages:
            page.set_content(html)
            printed.append(page.pdf(format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), "25mm")))
        browser.close()
    return printed


def web_page(made: Made, seed: int) -> str:
    """An issue as a web page with the looks of an office's site; links over titles, or words below the text."""
    is_over_title = Random(f"page {seed}").random() < 0.6
    style = "body{font:12pt/1.8 'Noto Serif CJK SC'} h1{font-size:24pt;text-align:center} h3{text-align:center}"
    style += " p{text-indent:2em;margin:0} .c{text-align:right} .h{text-align:center;text-indent:0}"
    rows = [f"<h1>{made.publication}</h1>", *(f'<p class="h">{line}</p>' for line in head(made)[1:])]
    section = None
    for piece in made.pieces:
        links = list(piece.links)
        if piece.section != section:
            section = piece.section
            rows.append(f"<h2>【{section}】</h2>")
        title = f'<a href="{links.pop(0)}">{piece.title}</a>' if links and is_over_title else piece.title
        rows.append(f"<h3>{title}</h3>" + "".join(f"<p>{text}</p>" for text in piece.paragraphs))
        rows.append(f'<p class="c">（{piece.credit}）</p>')
        rows += [f'<p><a href="{url}">阅读原文</a></p>' for url in links]
    rows += [f"<p>{line}</p>" for line in tail(made)]
    return f"<html><head><meta charset=utf-8><style>{style}</style></head><body>{''.join(rows)}</body></html>"


def python_docx(made: Made, seed: int) -> bytes:
    """An issue as python-docx writes it, on its own template: headings by style or by type, links as Word has them."""
    by_style = Random(f"python-docx {seed}").random() < 0.6
    document = docx.Document()
    for number, line in enumerate(head(made)):
        added = document.add_paragraph(line, style="Title" if number == 0 and by_style else None)
        added.alignment = WD_ALIGN_PARAGRAPH.CENTER
    section = None
    for piece in made.pieces:
        if piece.section != section:
            section = piece.section
            document.add_heading(str(section), 1) if by_style else document.add_paragraph(f"【{section}】")
        add_piece(document, piece, by_style=by_style)
    for line in tail(made):
        document.add_paragraph(line)
    document.save(out := io.BytesIO())
    return out.getvalue()


def add_piece(document: docx.document.Document, piece: Piece, *, by_style: bool) -> None:
    """One item: its title linked, further links below."""
    links = list(piece.links)
    title = document.add_heading("", 2) if by_style else document.add_paragraph()
    if links:
        add_link(title, links.pop(0), piece.title, 0 if by_style else 16)
    else:
        title.add_run(piece.title).font.size = None if by_style else Pt(16)
    for text in piece.paragraphs:
        document.add_paragraph(text).paragraph_format.first_line_indent = Pt(24)
    document.add_paragraph(f"（{piece.credit}）").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for url in links:
        add_link(document.add_paragraph(), url, "原文链接", 0)


def add_link(paragraph: Paragraph, url: str, words: str, points: int) -> None:
    """A hyperlink over a relation, which python-docx itself does not make."""
    number = paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), number)
    run = paragraph.add_run(words)
    run.font.size = Pt(points) if points else None
    link.append(run._r)
    paragraph._p.append(link)
