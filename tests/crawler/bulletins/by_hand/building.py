"""Descriptions as the bytes of documents: texts, pages, sheets of a workbook, mails, books."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from email import message_from_string, policy
from email.message import EmailMessage
from xml.sax.saxutils import escape, quoteattr

from .as_docx import HEAD, RELATIONS, as_relations, build_docx, zipped
from .as_pdf import build_pdf
from .describing import PLACE, Description
from .sheets import Cell, Table, read_sheet

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TITLE = re.compile(r"TITLE (.*)\n")
CHAPTER = re.compile(r"CHAPTER (.*)\n")
SHEET = re.compile(r"^SHEET (.*)\n", re.MULTILINE)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def build(description: Description) -> bytes:
    """Return the bytes of a bulletin."""
    return BUILDERS[description.kind](description)


def build_text(description: Description) -> bytes:
    """Return a text, in lines and pages as a printed sheet leaves them when it is taken apart."""
    settings = description.settings
    lines = description.said.splitlines()
    if width := int(settings.get("wrap", "0")):
        lines = [part for line in lines for part in wrapped(line, width)]
    if "gap" in settings:
        lines = [part for line in lines for part in (line, "")]
    if pages := settings.get("pages"):
        lines = paged(lines, *pages.split(" ", 1))
    text = description.addresses.fill("\n".join(lines) + "\n")
    return text.encode(settings.get("encoding", "utf-8"))


def wrapped(line: str, width: int) -> list[str]:
    """Return a line in parts of so many Chinese characters; one with an address is left alone."""
    if PLACE.search(line):
        return [line]
    parts, part, taken = [], "", 0
    for character in line:
        step = 2 if unicodedata.east_asian_width(character) in "FWA" else 1
        if taken + step > 2 * width and character not in "，。、；：”）》":
            parts.append(part)
            part, taken = "", 0
        part += character
        taken += step
    return [*parts, part]


def paged(lines: list[str], every: str, footer: str) -> list[str]:
    """Return lines with what stands at the foot of each page, and the page's end."""
    result = []
    for number, line in enumerate(lines, start=1):
        result.append(line)
        if number % int(every) == 0:
            page = number // int(every)
            result += [footer.replace("%d", str(page)), "\f"]
    return result


def build_page(description: Description) -> bytes:
    text = description.addresses.fill(description.said, html=True)
    return text.encode(description.settings.get("encoding", "utf-8"))


def build_mail(description: Description) -> bytes:
    """Return a mail: the headers as they are written, the text in base64 as mail programs send it.

    ``Type: alternative`` has the plain text, a line of ``-----``, and the page; ``Charset`` and ``Coding`` may be said.
    """
    head, _, text = description.said.partition("\n\n")
    written = message_from_string(head, policy=policy.SMTP)
    kind, charset, coding = (
        str(written[name] or usual) for name, usual in (("Type", ""), ("Charset", "utf-8"), ("Coding", "base64"))
    )
    mail = EmailMessage(policy=policy.SMTP)
    for name, value in written.items():
        if name not in ("Type", "Charset", "Coding"):
            mail[name] = value
    plain, _, page = text.partition("\n-----\n") if kind == "alternative" else (text, "", "")
    first = "plain" if kind == "alternative" else kind
    filled = description.addresses.fill(plain, html=first == "html")
    mail.set_content(filled, subtype=first, charset=charset, cte=coding)
    if page:
        filled = description.addresses.fill(page, html=True)
        mail.add_alternative(filled, subtype="html", charset=charset, cte=coding)
        mail.set_boundary("----=_NextPart_000_0001")
    return mail.as_bytes()


def build_book(description: Description) -> bytes:
    """Return an EPUB with a file for each chapter."""
    title = TITLE.search(description.said)
    assert title
    chapters = CHAPTER.split(description.said)[1:]
    names = [f"chapter{number}.xhtml" for number in range(1, 1 + len(chapters) // 2)]
    texts = [description.addresses.fill(text, html=True) for text in chapters[1::2]]
    pages = {
        f"OEBPS/{name}": f'{HEAD}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{head}</title></head>'
        f"<body>{text}</body></html>"
        for name, head, text in zip(names, chapters[::2], texts, strict=True)
    }
    manifest = "".join(f'<item id="c{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in names)
    spine = "".join(f'<itemref idref="c{n}"/>' for n in names)
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": f'{HEAD}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
            'version="1.0"><rootfiles><rootfile full-path="OEBPS/content.opf" '
            'media-type="application/oebps-package+xml"/></rootfiles></container>',
            "OEBPS/content.opf": f'{HEAD}<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
            f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title[1])}</dc:title></metadata>'
            f"<manifest>{manifest}</manifest><spine>{spine}</spine></package>",
            **pages,
        }
    )


def build_workbook(description: Description) -> bytes:
    """Return a workbook: one sheet, or one for each line that says ``SHEET name``.

    ``@strings shared`` keeps the words apart, as Excel does; ``@dates serial`` writes days as numbers in their clothes.
    """
    before, *rest = SHEET.split(description.said)
    sheets = list(zip(rest[::2], rest[1::2], strict=True)) or [("Sheet1", before)]
    words = Words(description.settings)
    files: dict[str, str] = {}
    for number, (_, said) in enumerate(sheets, start=1):
        files |= build_worksheet(number, said, description, words)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{WORKBOOK}.worksheet+xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, (name, _) in enumerate(sheets, start=1)
    )
    relations = [
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    ]
    for kind, text in words.parts().items():
        overrides += f'<Override PartName="/xl/{kind}.xml" ContentType="{WORKBOOK}.{kind}+xml"/>'
        relations.append(f'<Relationship Id="rId{kind}" Type="{RELATIONS}/{kind}" Target="{kind}.xml"/>')
        files[f"xl/{kind}.xml"] = text
    return zipped(
        {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{WORKBOOK}.sheet.main+xml"/>{overrides}</Types>',
            "_rels/.rels": as_relations(
                f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
            ),
            "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
            f"<sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": as_relations(*relations),
            **files,
        }
    )


def build_worksheet(number: int, said: str, description: Description, words: Words) -> dict[str, str]:
    """Return the files of one sheet."""
    (table,) = read_sheet(said, description.addresses)
    assert isinstance(table, Table)
    rows, links, merged = [], [], []
    for row_number, row in enumerate(table.rows, start=1):
        cells = []
        for column, cell in enumerate(row):
            name = f"{chr(65 + column)}{row_number}"
            cells.append(words.as_cell(cell, name))
            links += [(name, run.url) for line in cell.lines for run in line if run.url]
            if cell.rows > 1 or cell.columns > 1:
                last = f"{chr(64 + column + cell.columns)}{row_number + cell.rows - 1}"
                merged.append(f'<mergeCell ref="{name}:{last}"/>')
        rows.append(f'<row r="{row_number}">{"".join(cells)}</row>')
    hyperlinks = "".join(f'<hyperlink ref="{name}" r:id="rId{n}"/>' for n, (name, _) in enumerate(links, start=1))
    relations = (
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/hyperlink" Target={quoteattr(url)} TargetMode="External"/>'
        for n, (_, url) in enumerate(links, start=1)
    )
    return {
        f"xl/worksheets/sheet{number}.xml": f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheetData>'
        f"{''.join(rows)}</sheetData>"
        + (f"<mergeCells>{''.join(merged)}</mergeCells>" if merged else "")
        + (f"<hyperlinks>{hyperlinks}</hyperlinks>" if links else "")
        + "</worksheet>",
        f"xl/worksheets/_rels/sheet{number}.xml.rels": as_relations(*relations),
    }


class Words:
    """What stands in the cells of a workbook, and what is kept apart from them."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.are_shared = settings.get("strings") == "shared"
        self.has_serial_dates = settings.get("dates") == "serial"
        self.shared: list[str] = []

    def as_cell(self, cell: Cell, name: str) -> str:
        text = ("\n" if self.are_shared else "").join("".join(run.text for run in line) for line in cell.lines)
        if not text:
            return f'<c r="{name}"/>'
        if text.isdigit():
            return f'<c r="{name}"><v>{text}</v></c>'
        if self.has_serial_dates and DAY.fullmatch(text):
            return f'<c r="{name}" s="1"><v>{(date.fromisoformat(text) - date(1899, 12, 30)).days}</v></c>'
        if self.are_shared:
            self.shared.append(text)
            return f'<c r="{name}" t="s"><v>{len(self.shared) - 1}</v></c>'
        return f'<c r="{name}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'

    def parts(self) -> dict[str, str]:
        """Return the other parts of the workbook that are needed."""
        parts = {}
        if self.shared:
            each = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in self.shared)
            parts["sharedStrings"] = f'{HEAD}<sst xmlns="{MAIN}">{each}</sst>'
        if self.has_serial_dates:
            parts["styles"] = (
                f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
                '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
                '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
                '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
            )
        return parts


BUILDERS = {
    "txt": build_text,
    "md": build_text,
    "csv": build_text,
    "html": build_page,
    "pdf": build_pdf,
    "docx": build_docx,
    "xlsx": build_workbook,
    "eml": build_mail,
    "epub": build_book,
}
