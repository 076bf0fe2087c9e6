"""Sheets as PDF, by reportlab: columns, headers, footers, tables, notes at the foot of a page."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as DrawnTable

from .describing import Description
from .sheets import Cell, Line, Run, Table, read_sheet

FONT = "STSong-Light"
MARGIN = 72
WIDTH, HEIGHT = A4


def style(size: float, **more: object) -> ParagraphStyle:
    options = {"spaceBefore": size / 4, "spaceAfter": size / 4, **more}
    return ParagraphStyle("sheet", fontName=FONT, fontSize=size, leading=size * 1.6, wordWrap="CJK", **options)


STYLES = {
    "T": style(22, alignment=TA_CENTER),
    "C": style(12, alignment=TA_CENTER),
    "R": style(12, alignment=TA_RIGHT),
    "H": style(16),
    "h": style(15),
    "hc": style(16, alignment=TA_CENTER, spaceBefore=0, spaceAfter=0),
    "n": style(15),
    "P": style(12, firstLineIndent=24),
    "p": style(12),
    "cell": style(11),
}


class Note(Flowable):
    """Words at the foot of the page that this comes to stand on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def wrap(self, *_: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        canvas = self.canv
        drawn = getattr(canvas, "notes_drawn", {})
        page = canvas.getPageNumber()
        line = drawn.get(page, 0)
        canvas.notes_drawn = {**drawn, page: line + 1}
        canvas.saveState()
        x, y = canvas.absolutePosition(0, 0)
        canvas.setFont(FONT, 9)
        canvas.drawString(MARGIN - x, 84 - 14 * line - y, self.text)
        canvas.restoreState()


def build_pdf(description: Description) -> bytes:
    """Return a bulletin as PDF."""
    columns = int(description.settings.get("columns", "1"))
    gap, bottom = 18, 100
    width = (WIDTH - 2 * MARGIN - gap * (columns - 1)) / columns
    frames = [
        Frame(MARGIN + number * (width + gap), bottom, width, HEIGHT - bottom - 80, 0, 0, 0, 0)
        for number in range(columns)
    ]

    def furniture(canvas: object, document: BaseDocTemplate) -> None:
        canvas.setFont(FONT, 9)
        if header := description.settings.get("header"):
            canvas.drawCentredString(WIDTH / 2, HEIGHT - 50, header)
        if footer := description.settings.get("footer"):
            canvas.drawCentredString(WIDTH / 2, 40, footer.replace("%d", str(document.page)))

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    body = io.BytesIO()
    document = BaseDocTemplate(body, pagesize=A4, pageTemplates=[PageTemplate(frames=frames, onPage=furniture)])
    document.build([draw(part, width) for part in read_sheet(description.said, description.addresses)])
    return body.getvalue()


def draw(part: Line | Table, width: float) -> Flowable:
    if isinstance(part, Table):
        return draw_table(part, width)
    if part.kind == "-":
        return HRFlowable(width="100%", color="red")
    if part.kind == "PAGE":
        return PageBreak()
    if part.kind == "FOOT":
        return Note("".join(run.text for run in part.runs))
    return Paragraph(marked(part.runs), STYLES[part.kind]) if part.runs else Spacer(1, 12)


def marked(runs: tuple[Run, ...]) -> str:
    text = "".join(
        f"<a href={quoteattr(run.url)} color='blue'>{escape(run.text)}</a>" if run.url else escape(run.text)
        for run in runs
    )
    return text.replace("↵", "<br/>").replace("⇥", "\u3000" * 4)


def draw_table(table: Table, width: float) -> DrawnTable:
    commands: list[tuple[object, ...]] = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    rows = []
    for number, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            if cell.rows > 1 or cell.columns > 1:
                end = (column + cell.columns - 1, number + cell.rows - 1)
                commands.append(("SPAN", (column, number), end))
        rows.append([draw_cell(cell) for cell in row])
    count = len(table.rows[0])
    widths = [width * 0.15, width * 0.5, width * 0.15, width * 0.2] if count == 4 else [width / count] * count
    return DrawnTable(rows, colWidths=widths, style=commands, repeatRows=1)


def draw_cell(cell: Cell) -> list[Paragraph]:
    return [Paragraph(marked(line), STYLES["cell"]) for line in cell.lines if line]
