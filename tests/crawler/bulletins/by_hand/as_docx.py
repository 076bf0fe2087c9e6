"""Sheets as DOCX, written out by hand: styles or bold lines, links as relations or fields, tables, notes, numbering."""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape, quoteattr

from .describing import Description
from .sheets import Cell, Line, Run, Table, read_sheet

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
STYLES = (
    f"{HEAD}<w:styles {SPACES}>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/>'
    '<w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/><w:basedOn w:val="a"/>'
    '<w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:b/><w:sz w:val="30"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="a3"><w:name w:val="Title"/><w:basedOn w:val="a"/>'
    '<w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:b/><w:sz w:val="44"/></w:rPr></w:style></w:styles>'
)
SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
LINES = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in SIDES)
BORDERS = f"<w:tblBorders>{LINES}</w:tblBorders>"
NUMBERING = (
    f'{HEAD}<w:numbering {SPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
# Half points, bold, centred: what each kind of line looks like.
LOOKS = {
    "T": (44, True, "center"),
    "C": (24, False, "center"),
    "R": (24, False, "right"),
    "H": (32, True, None),
    "h": (28, True, None),
    "hc": (32, True, "center"),
    "n": (28, True, None),
    "P": (24, False, None),
    "p": (24, False, None),
}
SIGNS = {"↵": "<w:br/>", "⇥": "<w:tab/>"}
STYLED = {"T": "a3", "H": "1", "h": "2"}


def in_text(words: str) -> str:
    return f'<w:t xml:space="preserve">{escape(words)}</w:t>'


class Writing:
    """A document as it is being written: its relations and its notes gather beside it."""

    def __init__(self, description: Description) -> None:
        self.has_fields = description.settings.get("links") == "fields"
        self.has_styles = description.settings.get("headings") == "styles"
        self.furniture = {
            kind: description.settings[kind] for kind in ("header", "footer") if kind in description.settings
        }
        self.targets: list[str] = []
        self.note_targets: list[str] = []
        self.notes: list[str] = []

    def part(self, part: Line | Table) -> str:
        if isinstance(part, Table):
            rows = "".join(f"<w:tr>{''.join(map(self.cell, row))}</w:tr>" for row in part.rows)
            # Word writes a paragraph behind a table that ends a document; without it LibreOffice loses the table
            return f"<w:tbl><w:tblPr>{BORDERS}</w:tblPr><w:tblGrid/>{rows}</w:tbl><w:p/>"
        if part.kind == "-":
            return '<w:p><w:pPr><w:pBdr><w:bottom w:val="single" w:sz="12" w:color="FF0000"/></w:pBdr></w:pPr></w:p>'
        if part.kind == "PAGE":
            return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
        return self.paragraph(part.runs, part.kind)

    def cell(self, cell: Cell) -> str:
        if cell.is_covered and cell.columns == 0:  # the cell before reaches over it
            return ""
        merged = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
        merged += '<w:vMerge w:val="restart"/>' if cell.rows > 1 else "<w:vMerge/>" if cell.is_covered else ""
        paragraphs = "".join(self.paragraph(line, "p") for line in cell.lines) or "<w:p/>"
        return f"<w:tc><w:tcPr>{merged}</w:tcPr>{paragraphs}</w:tc>"

    def paragraph(self, runs: tuple[Run, ...], kind: str) -> str:
        size, is_bold, side = LOOKS[kind]
        if self.has_styles and kind in STYLED:
            properties, look = f'<w:pStyle w:val="{STYLED[kind]}"/>', ""
        else:
            properties = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' if kind == "n" else ""
            properties += '<w:ind w:firstLineChars="200"/>' if kind == "P" else ""
            properties += f'<w:jc w:val="{side}"/>' if side else ""
            look = f'<w:rPr>{"<w:b/>" if is_bold else ""}<w:sz w:val="{size}"/></w:rPr>'
        return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(self.run(run, look) for run in runs)}</w:p>"

    def run(self, run: Run, look: str) -> str:
        if run.note:
            own, self.targets = self.targets, self.note_targets  # notes have relations of their own, as in Word
            inside = "".join(self.run(each, "") for each in run.note)
            self.targets = own
            self.notes.append(f'<w:footnote w:id="{len(self.notes) + 2}"><w:p>{inside}</w:p></w:footnote>')
            return f'<w:r><w:footnoteReference w:id="{len(self.notes) + 1}"/></w:r>'
        if run.is_bold and "<w:b/>" not in look:
            look = f"<w:rPr><w:b/>{look.removeprefix('<w:rPr>') or '</w:rPr>'}"
        text = "".join(SIGNS.get(part) or in_text(part) for part in re.split("([↵⇥])", run.text) if part)
        words = f"<w:r>{look}{text}</w:r>"
        if run.url is None:
            return words
        if self.has_fields:
            code = escape(f' HYPERLINK "{run.url}" ')
            return (
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
                f'<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>'
                f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{words}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            )
        self.targets.append(run.url)
        return f'<w:hyperlink r:id="rId{len(self.targets) + 10}">{words}</w:hyperlink>'

    def relations(self) -> str:
        """Return the relations of the main text."""
        parts = [
            f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{kind}.xml"/>'
            for number, kind in enumerate(("styles", "numbering", "footnotes", *self.furniture), start=1)
        ]
        return as_relations(*parts, *as_links(self.targets))


def as_furniture(kind: str, text: str) -> str:
    """Return the head or the foot of every page; ``%d`` is the page's number."""
    tag = {"header": "hdr", "footer": "ftr"}[kind]
    before, has_number, after = text.partition("%d")
    number = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>' if has_number else ""
    runs = f"<w:r>{in_text(before)}</w:r>{number}" + (f"<w:r>{in_text(after)}</w:r>" if after else "")
    return f'{HEAD}<w:{tag} {SPACES}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>{runs}</w:p></w:{tag}>'


def as_links(targets: list[str]) -> list[str]:
    return [
        f'<Relationship Id="rId{number + 11}" Type="{RELATIONS}/hyperlink" Target={quoteattr(url)} '
        'TargetMode="External"/>'
        for number, url in enumerate(targets)
    ]


def as_relations(*relations: str) -> str:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{HEAD}<Relationships xmlns="{space}">{"".join(relations)}</Relationships>'


def build_docx(description: Description) -> bytes:
    """Return a bulletin as DOCX."""
    writing = Writing(description)
    parts = read_sheet(description.said, description.addresses)
    content = "".join(map(writing.part, parts))
    kinds = {"document": "document.main", "styles": "styles", "numbering": "numbering", "footnotes": "footnotes"}
    kinds |= {kind: kind for kind in writing.furniture}
    references = "".join(
        f'<w:{kind}Reference w:type="default" r:id="rId{number}"/>' for number, kind in enumerate(writing.furniture, 4)
    )
    section = f"<w:sectPr>{references}</w:sectPr>" if references else "<w:sectPr/>"
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{TYPES}.{kind}+xml"/>' for name, kind in kinds.items()
    )
    files = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": as_relations(
            f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/document.xml": f"{HEAD}<w:document {SPACES}><w:body>{content}{section}</w:body></w:document>",
        "word/styles.xml": STYLES,
        "word/numbering.xml": NUMBERING,
        "word/footnotes.xml": f"{HEAD}<w:footnotes {SPACES}>{''.join(writing.notes)}</w:footnotes>",
        **{f"word/{kind}.xml": as_furniture(kind, text) for kind, text in writing.furniture.items()},
        "word/_rels/document.xml.rels": writing.relations(),
        "word/_rels/footnotes.xml.rels": as_relations(*as_links(writing.note_targets)),
    }
    return zipped(files)


def zipped(files: dict[str, str]) -> bytes:
    """Return files in a ZIP, the same bytes each time."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return body.getvalue()
