"""Writes Word documents and workbooks as zips of plain XML: as small as a file can be that Word would open."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
OUTSIDE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = f"""<w:styles {W}><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>
<w:rPr><w:sz w:val="32"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/>
<w:rPr><w:b/><w:sz w:val="40"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/><w:basedOn w:val="a"/>
<w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style></w:styles>"""


WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CONTENT_TYPES = f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{WORD_TYPE}.styles+xml"/></Types>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ROOT_RELATIONS = f"""<Relationships xmlns="{RELATIONS}">
<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>"""


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


@dataclass
class Relations:
    """The relations of one part."""

    targets: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def add(self, target: str) -> str:
        self.targets.append(target)
        return f"rId{len(self.targets)}"

    def xml(self) -> str:
        rows = f'<Relationship Id="styles" Type="{OFFICE}/styles" Target="styles.xml"/>' + "".join(
            f'<Relationship Id="rId{number}" Type="{OUTSIDE}" Target={quoteattr(target)} TargetMode="External"/>'
            for number, target in enumerate(self.targets, 1)
        )
        rows += "".join(
            f'<Relationship Id="part{number}" Type="{OFFICE}/image" Target="{part}"/>'
            for number, part in enumerate(self.parts, 1)
        )
        return f'<Relationships xmlns="{RELATIONS}">{rows}</Relationships>'


def run(text: str, *, size: int = 0, bold: bool = False) -> str:
    """A run of text; its size in half-points."""
    looks = ("<w:b/>" if bold else "") + (f'<w:sz w:val="{size}"/>' if size else "")
    return f'<w:r><w:rPr>{looks}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(content: str, *, style: str = "", align: str = "", indent: bool = False) -> str:
    """A paragraph."""
    said = (f'<w:pStyle w:val="{style}"/>' if style else "") + (f'<w:jc w:val="{align}"/>' if align else "")
    said += '<w:ind w:firstLineChars="200" w:firstLine="640"/>' if indent else ""
    return f"<w:p><w:pPr>{said}</w:pPr>{content}</w:p>"


def hyperlink(url: str, content: str, relations: Relations) -> str:
    """A link over a relation."""
    return f'<w:hyperlink r:id="{relations.add(url)}">{content}</w:hyperlink>'


def simple_field(url: str, content: str, _relations: Relations) -> str:
    """A link as a field in one piece."""
    code = quoteattr(f' HYPERLINK "{url}" ')
    return f"<w:fldSimple w:instr={code}>{content}</w:fldSimple>"


def split_field(url: str, content: str, _relations: Relations) -> str:
    """A link as a field in runs, its code in two pieces, as WPS writes it."""
    address, _, place = url.partition("#")
    code = f' HYPERLINK "{address}" ' + (f'\\l "{place}" ' if place else "")
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    pieces = "".join(f"<w:r><w:instrText>{escape(piece)}</w:instrText></w:r>" for piece in (code[:20], code[20:]))
    return char("begin") + pieces + char("separate") + content + char("end")


LINKS = {"hyperlink": hyperlink, "simple field": simple_field, "split field": split_field}


def table(rows: list[list[str]]) -> str:
    """A table of cells that hold paragraphs."""
    wide = '<w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr>'
    cells = "".join("<w:tr>" + "".join(f"<w:tc>{wide}{cell}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    grid = '<w:gridCol w:w="2000"/>' * max(len(row) for row in rows)
    return f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{cells}</w:tbl>'


def text_box(content: str) -> str:
    """A text box in a run, said twice as Word does."""
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = f"<w:txbxContent>{content}</w:txbxContent>"
    drawing = f'<w:drawing><wps:txbx xmlns:wps="x">{box}</wps:txbx></w:drawing>'
    pict = f'<w:pict><v:textbox xmlns:v="urn:schemas-microsoft-com:vml">{box}</v:textbox></w:pict>'
    return (
        f'<w:r><mc:AlternateContent {mc}><mc:Choice Requires="wps">{drawing}</mc:Choice>'
        f"<mc:Fallback>{pict}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def picture(name: str, relations: Relations) -> str:
    """A picture in a run: a part that ``document`` is given as ``media/NAME``."""
    relations.parts.append(f"media/{name}")
    a = "http://schemas.openxmlformats.org/drawingml/2006/main"
    pic = "http://schemas.openxmlformats.org/drawingml/2006/picture"
    inline = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    fill = f'<pic:blipFill><a:blip r:embed="part{len(relations.parts)}"/></pic:blipFill>'
    graphic = f'<a:graphic xmlns:a="{a}"><a:graphicData uri="{pic}"><pic:pic xmlns:pic="{pic}">{fill}</pic:pic>'
    extent = '<wp:extent cx="1080000" cy="1080000"/>'
    whole = f"{extent}{graphic}</a:graphicData></a:graphic>"
    return f'<w:r><w:drawing><wp:inline xmlns:wp="{inline}">{whole}</wp:inline></w:drawing></w:r>'


def document(body: str, relations: Relations | None = None, **others: str | bytes) -> bytes:
    """A Word document; ``others`` are further parts by their name in word/, dots as _."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": ROOT_RELATIONS,
        "word/document.xml": f"<w:document {W} {R}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": STYLES,
        "word/_rels/document.xml.rels": (relations or Relations()).xml(),
    }
    return zipped(members | {f"word/{name.replace('_xml', '.xml')}": part for name, part in others.items()})


# ---- workbooks --------------------------------------------------------------------------------------------------

S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@dataclass
class Cell:
    """A cell; with an address it is a link of the make named."""

    text: str
    url: str = ""
    make: str = "hyperlink"


def workbook(sheets: dict[str, list[list[Cell]]], **others: str | bytes) -> bytes:
    """A workbook of these sheets; texts are shared strings, as Excel writes them."""
    strings: list[str] = []
    members: dict[str, str | bytes] = {}
    for number, rows in enumerate(sheets.values(), 1):
        relations = Relations()
        members[f"xl/worksheets/sheet{number}.xml"] = sheet(rows, strings, relations)
        members[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = relations.xml()
    named = "".join(f'<sheet name={quoteattr(name)} r:id="rId{n}"/>' for n, name in enumerate(sheets, 1))
    related = "".join(
        f'<Relationship Id="rId{n}" Type="x" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1)
    )
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    book: dict[str, str | bytes] = {
        "xl/workbook.xml": f"<workbook {S} {R}><sheets>{named}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{related}</Relationships>',
        "xl/sharedStrings.xml": f"<sst {S}>{shared}</sst>",
    }
    return zipped(book | members | others)


def sheet(rows: list[list[Cell]], strings: list[str], relations: Relations) -> str:
    """One sheet."""
    written, links = "", ""
    for number, row in enumerate(rows, 1):
        cells = ""
        for column, cell in enumerate(row):
            place = f"{chr(65 + column)}{number}"
            if cell.url and cell.make == "formula":
                formula = escape(f'HYPERLINK("{cell.url}","{cell.text}")')
                cells += f'<c r="{place}" t="str"><f>{formula}</f><v>{escape(cell.text)}</v></c>'
                continue
            if cell.url and cell.make == "hyperlink":
                target, _, location = cell.url.partition("#")
                said = f" location={quoteattr(location)}" if location else ""
                links += f'<hyperlink ref="{place}" r:id="{relations.add(target)}"{said}/>'
            strings.append(cell.text)
            cells += f'<c r="{place}" t="s"><v>{len(strings) - 1}</v></c>'
        written += f'<row r="{number}">{cells}</row>'
    return f"<worksheet {S} {R}><sheetData>{written}</sheetData><hyperlinks>{links}</hyperlinks></worksheet>"


# ---- OFD --------------------------------------------------------------------------------------------------------

OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


@dataclass
class OfdLine:
    """One line of print: where it stands in millimetres, how large it is, and its link."""

    text: str
    left: float
    top: float
    size: float
    url: str = ""


def ofd(pages: list[list[OfdLine]], *, is_annotated: bool, picture: bytes = b"", place: str = "") -> bytes:
    """An OFD document; links are annotations, or actions of the text. A picture stands on its first page."""
    members: dict[str, str | bytes] = {}
    index, listed = "", ""
    for number, lines in enumerate(pages, 1):
        members[f"Doc_0/Pages/Page_{number}/Content.xml"] = ofd_page(
            lines, with_actions=not is_annotated, place=place if number == 1 else ""
        )
        listed += f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
        annots = "".join(
            f'<ofd:Annot Type="Link">{action(line.url)}<ofd:Appearance Boundary="{ofd_box(line)}"/></ofd:Annot>'
            for line in lines
            if line.url and is_annotated
        )
        members[f"Doc_0/Annots/A{number}.xml"] = f"<ofd:PageAnnot {OFD}>{annots}</ofd:PageAnnot>"
        index += f'<ofd:Page PageID="{number}"><ofd:FileLoc>A{number}.xml</ofd:FileLoc></ofd:Page>'
    area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    media = '<ofd:MultiMedia ID="77" Type="Image"><ofd:MediaFile>image_77.png</ofd:MediaFile></ofd:MultiMedia>'
    members["Doc_0/DocumentRes.xml"] = (
        f'<ofd:Res {OFD} BaseLoc="Res"><ofd:MultiMedias>{media}</ofd:MultiMedias></ofd:Res>'
    )
    members["Doc_0/Res/image_77.png"] = picture
    area += "<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
    body = f"<ofd:CommonData>{area}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>"
    body += "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>"
    root = "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
    members["OFD.xml"] = f"<ofd:OFD {OFD}>{root}</ofd:OFD>"
    members["Doc_0/Document.xml"] = f"<ofd:Document {OFD}>{body}</ofd:Document>"
    members["Doc_0/Annots/Annotations.xml"] = f"<ofd:Annotations {OFD}>{index}</ofd:Annotations>"
    return zipped(members)


def ofd_page(lines: list[OfdLine], *, with_actions: bool, place: str = "") -> str:
    """One page."""
    texts = "".join(
        f'<ofd:TextObject ID="{number}" Boundary="{ofd_box(line)}" Font="1" Size="{line.size}">'
        f"{action(line.url) if with_actions and line.url else ''}"
        f'<ofd:TextCode X="0" Y="{line.size}">{escape(line.text)}</ofd:TextCode></ofd:TextObject>'
        for number, line in enumerate(lines, 1)
    )
    texts += f'<ofd:ImageObject ID="900" Boundary="{place}" ResourceID="77"/>' if place else ""
    return f"<ofd:Page {OFD}><ofd:Content><ofd:Layer>{texts}</ofd:Layer></ofd:Content></ofd:Page>"


def action(url: str) -> str:
    """An action that leads to an address."""
    return f'<ofd:Actions><ofd:Action Event="CLICK"><ofd:URI URI={quoteattr(url)}/></ofd:Action></ofd:Actions>'


def ofd_box(line: OfdLine) -> str:
    """The box of a line."""
    wide = sum(line.size * (1.0 if ord(character) > 0x2000 else 0.5) for character in line.text)
    return f"{line.left} {line.top} {wide:.2f} {line.size * 1.2:.2f}"
