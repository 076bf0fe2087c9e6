"""Prints bulletins as PDF, in the shape of the real ones: head, sections, titles, indented bodies, credits.

Links are annotations over the titles, addresses printed below the items, or none; where they are is up to the caller.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
LEFT, RIGHT, TOP, BOTTOM = 85, 510, 760, 90
BODY, TITLE = 16, 22


@dataclass
class News:
    title: str
    body: str
    credit: str = ""
    link: str = ""  # an annotation over the title
    printed: str = ""  # an address printed below
    section: str = ""


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


def print_issue(issue: Issue, **options) -> bytes:
    """The issue as a PDF."""
    return Press(issue, **options).run()


class Press:
    def __init__(self, issue: Issue, **options) -> None:
        self.issue = issue
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=A4, **options)
        self.page, self.y = 1, TOP

    def run(self) -> bytes:
        for number, line in enumerate(self.issue.head):
            self.line(line, size=36 if number == 0 else BODY, centred=True)
        for news in self.issue.news:
            self.news(news)
        for line in self.issue.tail:
            self.line(line, size=14)
        self.end_page()
        self.canvas.save()
        return self.out.getvalue()

    def news(self, news: News) -> None:
        if news.section:
            self.line(f"【{news.section}】", size=BODY)
        for row in wrap(news.title, (RIGHT - LEFT - 40) / TITLE):
            self.line(row, size=TITLE, centred=True, link=news.link)
        for paragraph in news.body.split("\n"):
            for number, row in enumerate(wrap("　　" + paragraph, (RIGHT - LEFT) / BODY)):
                self.line(row.lstrip("　"), indent=2 * BODY if number == 0 else 0)
        if news.credit:
            self.line(f"（{news.credit}）", right=True)
        for address in news.printed.split("\n"):
            for row in wrap(address, (RIGHT - LEFT) / BODY - 2):
                self.line(row)

    def line(self, text, *, size=BODY, centred=False, right=False, indent=0, link="") -> None:
        if self.y < BOTTOM:
            self.end_page()
            self.y = TOP
        self.canvas.setFont(FONT, size)
        width = self.canvas.stringWidth(text, FONT, size)
        x = LEFT + indent
        x = (LEFT + RIGHT - width) / 2 if centred else RIGHT - width if right else x
        self.canvas.drawString(x, self.y, text)
        if link:
            self.canvas.linkURL(link, (x, self.y - 0.2 * size, x + width, self.y + 0.9 * size))
        self.y -= 1.75 * size

    def end_page(self) -> None:
        self.canvas.setFont(FONT, 12)
        self.canvas.drawCentredString((LEFT + RIGHT) / 2, 40, f"— {self.page} —")
        if self.issue.running_head:
            self.canvas.drawString(LEFT, 800, self.issue.running_head)
        self.canvas.showPage()
        self.page += 1


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
