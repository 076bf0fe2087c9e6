"""``python -m examples.make_bulletin``: writes the sample bulletin as text, PDF and HTML beside this file.

The text looks as it comes out of a PDF: every line by itself, a space where a page begins, addresses at the foot of a
page. The PDF has link annotations over titles and credits, and one address printed; the HTML has links.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from examples.sample import COLOPHON, DAY, ISSUER, ITEMS, SECTION, SampleItem

HERE = Path(__file__).parent
LINE, INDENT = 28, 2
"""Full-width characters in a printed line, and how far a paragraph is indented."""
NEW_PAGE_AT = (1, 3)
"""The items that begin a page."""


def main() -> None:
    """Write the three files."""
    (HERE / "bulletin.txt").write_text(as_text(), encoding="utf-8")
    (HERE / "bulletin.html").write_text(as_html(), encoding="utf-8")
    draw_pdf(HERE / "bulletin.pdf")


def as_text() -> str:
    """The bulletin as extracted from a PDF: the addresses of an item follow it, a new page begins with a space."""
    pages = [[f"{ISSUER} {DAY}", SECTION]]
    feet: list[list[str]] = [[]]
    for number, item in enumerate(ITEMS):
        if number in NEW_PAGE_AT:
            pages.append([])
            feet.append([])
        pages[-1] += [*item.title, *(line for text in item.paragraphs for line in broken(text)), item.credit]
        feet[-1] += item.cites
    text = "".join(
        " " + "\n\n".join(lines) + "\n\n" + "".join(f"{address}\n" for address in foot)
        for lines, foot in zip(pages, feet, strict=True)
    )
    return text + "\n" + "\n\n".join(COLOPHON) + "\n"


def broken(paragraph: str) -> list[str]:
    """The lines of a printed paragraph, the first one shorter by its indentation."""
    lines, room = [""], float(LINE - INDENT)
    for letter in paragraph:
        width = 0.5 if letter.isascii() else 1
        if room < width:
            lines.append("")
            room = LINE
        lines[-1] += letter
        room -= width
    return lines


def as_html() -> str:
    """The bulletin as a web page."""
    items = "\n".join(_html_item(item) for item in ITEMS)
    colophon = "\n".join(f"<p>{escape(line)}</p>" for line in COLOPHON)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>{ISSUER}工作简报</title></head>
<body>
<h1>{ISSUER}工作简报</h1>
<p>{ISSUER} {DAY}</p>
<h2>{SECTION}</h2>
{items}
<footer>
{colophon}
</footer>
</body>
</html>
"""


def _html_item(item: SampleItem) -> str:
    first, *others = (url if "://" in url else f"https://{url}" for url in item.cites)
    title = f'<h3><a href="{escape(first)}">{"".join(map(escape, item.title))}</a></h3>'
    text = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in item.paragraphs)
    more = "".join(f'<p><a href="{escape(url)}">阅读原文</a></p>' for url in others)
    return f"{title}\n{text}\n<p>{escape(item.credit)}</p>\n{more}"


def draw_pdf(file: Path) -> None:
    """Draw the bulletin; the same bytes every time."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(file), pagesize=A4, invariant=1, pageCompression=1)
    page = _Page(canvas)
    page.line(f"{ISSUER}    {DAY}", size=16)
    page.line(SECTION, size=16)
    for number, item in enumerate(ITEMS):
        if number in NEW_PAGE_AT:
            page.turn()
        _draw_item(page, item, is_printed=number == 0)
    for line in COLOPHON:
        page.line(line, size=12)
    canvas.save()


def _draw_item(page: _Page, item: SampleItem, *, is_printed: bool) -> None:
    """The first address lies under the title; a second one under the credit, or printed out."""
    first, *others = (url if "://" in url else f"https://{url}" for url in item.cites)
    for line in item.title:
        page.line(line, size=18, is_centred=True, link=first)
    for paragraph in item.paragraphs:
        for number, line in enumerate(broken(paragraph)):
            page.line(line, indent=0 if number else INDENT)
    page.line(item.credit, link=None if is_printed or not others else others[0])
    if is_printed:
        page.y = 90
        page.line(others[0], size=5)


class _Page:
    """A pen that goes down the page."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self.y = canvas, A4[1] - 80

    def turn(self) -> None:
        """Begin a new page."""
        self.canvas.showPage()
        self.y = A4[1] - 80

    def line(
        self, text: str, *, size: int = 15, is_centred: bool = False, indent: int = 0, link: str | None = None
    ) -> None:
        """Write a line, and lay a link over it."""
        self.canvas.setFont("STSong-Light", size)
        width = pdfmetrics.stringWidth(text, "STSong-Light", size)
        x = (A4[0] - width) / 2 if is_centred else 80 + indent * size
        self.canvas.drawString(x, self.y, text)
        if link:
            self.canvas.linkURL(link, (x, self.y - 3, x + width, self.y + size), relative=0)
        self.y -= size * 1.9


if __name__ == "__main__":
    main()
