"""Prints bulletins as PDF, in the shape of the real ones: head, sections, titles, indented bodies, credits.

Links are annotations over the titles, addresses printed below the items, or none; where they are is up to the caller.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import segno
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
LEFT, RIGHT, TOP, BOTTOM = 85, 510, 760, 90
BODY, TITLE = 16, 22
CODE = 80


@dataclass
class News:
    title: str
    body: str
    credit: str = ""
    link: str = ""  # an annotation over the title
    printed: str = ""  # an address printed below
    section: str = ""
    codes: list[str] = field(default_factory=list)  # addresses as QR codes below


@dataclass
class Issue:
    news: list[News]
    head: list[str] = field(
        default_factory=lambda: ["方志动态", "第 5 期", "四川省地方志工作办公室        2024年3月13日"]
    )
    tail: list[str] = field(
        default_factory=lambda: ["报：中国地方志工作办公室。", "四川省地方志工作办公室综合处 2024年3月13日印发"]
    )
    running_head: str = ""


def print_issue(issue: Issue, *, press: type[Press] | None = None, **options) -> bytes:
    """The issue as a PDF."""
    return (press or Press)(issue, **options).run()


class Press:
    """Prints in one column, upright."""

    def __init__(self, issue: Issue, **options) -> None:
        self.issue = issue
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=A4, **options)
        self.page, self.y = 1, TOP
        self.left, self.right, self.body, self.title = LEFT, RIGHT, BODY, TITLE
        self.address = 0.0  # the size of printed addresses; 0: the body's

    def run(self) -> bytes:
        for number, line in enumerate(self.issue.head):
            self.line(line, size=36 if number == 0 else self.body, centred=True)
        for news in self.issue.news:
            self.news(news)
        for line in self.issue.tail:
            self.line(line, size=14)
        self.end_page()
        self.canvas.save()
        return self.out.getvalue()

    def news(self, news: News) -> None:
        if news.section:
            self.line(f"【{news.section}】", size=self.body)
        for row in wrap(news.title, (self.right - self.left - 40) / self.title):
            self.line(row, size=self.title, centred=True, link=news.link)
        for paragraph in news.body.split("\n"):
            for number, row in enumerate(wrap("　　" + paragraph, (self.right - self.left) / self.body)):
                self.line(row.lstrip("　"), indent=2 * self.body if number == 0 else 0)
        if news.credit:
            self.line(f"（{news.credit}）", right=True)
        size = self.address or self.body
        for address in news.printed.split("\n"):
            for row in wrap(address, (self.right - self.left) / size - 2):
                self.line(row, size=size)
        if news.codes:
            self.codes(news.codes)

    def codes(self, urls: list[str]) -> None:
        """QR codes beside each other, every second one drawn as shapes."""
        if self.y - CODE < BOTTOM:
            self.turn_over()
        for number, url in enumerate(urls):
            place = self.left + number * (CODE + 20), self.y - CODE
            if number % 2:
                shapes = Drawing(CODE, CODE)
                shapes.add(QrCodeWidget(url, barWidth=CODE, barHeight=CODE))
                renderPDF.draw(shapes, self.canvas, *place)
            else:
                out = io.BytesIO()
                segno.make(url, micro=False).save(out, kind="png", scale=4)
                self.canvas.drawImage(ImageReader(out), *place, CODE, CODE)
        self.y -= CODE + 46

    def line(self, text, *, size=0, centred=False, right=False, indent=0, link="") -> None:
        size = size or self.body
        if self.y < BOTTOM:
            self.turn_over()
        self.canvas.setFont(FONT, size)
        width = self.canvas.stringWidth(text, FONT, size)
        x = self.left + indent
        x = (self.left + self.right - width) / 2 if centred else self.right - width if right else x
        self.canvas.drawString(x, self.y, text)
        if link:
            self.canvas.linkURL(link, (x, self.y - 0.2 * size, x + width, self.y + 0.9 * size), relative=1)
        self.y -= 1.75 * size

    def turn_over(self) -> None:
        """Go on where there is room again."""
        self.end_page()
        self.y = TOP

    def end_page(self) -> None:
        self.canvas.setFont(FONT, 12)
        self.canvas.drawCentredString((LEFT + RIGHT) / 2, 40, f"— {self.page} —")
        if self.issue.running_head:
            self.canvas.drawString(LEFT, 800, self.issue.running_head)
        self.canvas.showPage()
        self.page += 1


class SmallPress(Press):
    """Prints addresses in small type, close above the next title in large type."""

    def __init__(self, issue: Issue, **options) -> None:
        super().__init__(issue, **options)
        self.address = 8.0


class ColumnPress(Press):
    """Prints in two columns below the head; the lines of a page one column after the other, or across."""

    GUTTER = 26
    is_across = False

    def __init__(self, issue: Issue, **options) -> None:
        super().__init__(issue, **options)
        self.top, self.column, self.body, self.title = TOP, 0, 10.5, 13
        self.kept: list[tuple] = []

    def run(self) -> bytes:
        for number, line in enumerate(self.issue.head):
            self.line(line, size=30 if number == 0 else 12, centred=True)
        self.top = self.y = self.y - 12
        self.left, self.right = LEFT, (LEFT + RIGHT - self.GUTTER) / 2
        for news in self.issue.news:
            self.news(news)
        for line in self.issue.tail:
            self.line(line)
        self.end_page()
        self.canvas.save()
        return self.out.getvalue()

    def turn_over(self) -> None:
        if self.column:
            self.end_page()
            self.top = TOP
            self.left, self.right = LEFT, (LEFT + RIGHT - self.GUTTER) / 2
        else:
            self.left, self.right = (LEFT + RIGHT + self.GUTTER) / 2, RIGHT
        self.column = 1 - self.column
        self.y = self.top

    def line(self, text, **options) -> None:
        if self.is_across and (self.top != TOP or self.page > 1):
            if self.y < BOTTOM:
                self.turn_over()
            self.kept.append((self.y, self.left, self.right, text, options))
            self.y -= 1.75 * (options.get("size") or self.body)
        else:
            super().line(text, **options)

    def end_page(self) -> None:
        left, right, y, kept = self.left, self.right, self.y, sorted(self.kept, key=lambda row: (-row[0], row[1]))
        self.kept = []
        for self.y, self.left, self.right, text, options in kept:
            Press.line(self, text, **options)
        self.left, self.right, self.y = left, right, y
        super().end_page()


class AcrossPress(ColumnPress):
    """Two columns, their lines set across the page as some programs do."""

    is_across = True


class LyingPress(Press):
    """Prints on pages that lie on their side and say so: they are seen upright."""

    def __init__(self, issue: Issue, **options) -> None:
        super().__init__(issue, **options)
        self.begin_page()

    def begin_page(self) -> None:
        self.canvas.setPageSize((A4[1], A4[0]))
        self.canvas.setPageRotation(90)
        self.canvas.translate(A4[1], 0)
        self.canvas.rotate(90)

    def end_page(self) -> None:
        super().end_page()
        self.begin_page()


class TurnedPress(LyingPress):
    """Prints on pages that lie on their side and do not say so: people turn the paper."""

    def begin_page(self) -> None:
        super().begin_page()
        self.canvas.setPageRotation(0)


def wrap(text: str, ems: float) -> list[str]:
    """Rows of at most so many ems; Latin counts half."""
    rows, row, width = [], "", 0.0
    for character in text:
        step = 1.0 if ord(character) > 0x2000 else 0.5
        if width + step > ems:
            rows.append(row)
            row, width = "", 0.0
        row, width = row + character, width + step
    return [*rows, row] if row else rows
