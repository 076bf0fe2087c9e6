"""Word documents (.docx): paragraphs with their type, tables by rows, and links of every make.

A link may be a hyperlink over a relation, a field code in one piece (fldSimple) or in runs (instrText, as WPS and
older versions of Word write them), or lie on a picture. Text boxes, notes, headers and comments hold text and links
too. A paragraph is one line to ``layout``: what it is, is told by its style, its type, or its words, as in print.
Macros and embedded files are never looked at. How Word says these things: ``docx_text``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from lxml import etree

from crawler.bulletins.formats.addresses import with_printed_links
from crawler.bulletins.formats.codes import LARGEST_BYTES, Pictures
from crawler.bulletins.formats.docx_styles import Looks, Styles, read_styles
from crawler.bulletins.formats.docx_text import WORD, Paragraph, TextReader, w
from crawler.bulletins.formats.flow import Block, BlockKind, Flow, Line, Link
from crawler.bulletins.formats.joining import width
from crawler.bulletins.formats.layout import to_blocks
from crawler.bulletins.formats.opening import Opening
from crawler.bulletins.formats.packages import Package
from crawler.bulletins.formats.rows import is_data_row, table_blocks
from storage.errors import UnreadableBulletin
from storage.records import PlacedBy

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
PARAGRAPH, TABLE, *NO_TEXT = map(w, ("p", "tbl", "sectPr", "del", "moveFrom"))
NOTES = ("footnote", "endnote")
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
MOST_PARAGRAPHS = 200_000  # 10 MB of nothing but text have 25,000
LONGEST_MEASURED = 80  # characters: beyond, a paragraph is wide, however wide
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
SURROUNDINGS = ("header", "footer", "comments")  # parts whose links belong to no item


def read_docx(body: bytes, opening: Opening | None = None) -> Flow:
    """Return the flow of a Word document.

    Raises UnreadableBulletin (its file name to be filled in by the caller) for what is damaged or unpacks too far.
    """
    package = Package(body)
    main = main_part(package)
    root = package.parse(main)
    if root is None:
        raise UnreadableBulletin(file="", kind="damaged", detail="no word/document.xml")
    reader = DocumentReader(package, main, looks_at_pictures=opening is None or opening.pictures)
    lines = reader.lines(root)
    blocks = [*to_blocks(measured(lines)), *reader.surroundings()]
    return Flow(
        media_type=MEDIA_TYPE, blocks=tuple(blocks), title=stated_title(package), unread_pictures=reader.pictures.unread
    )


def main_part(package: Package) -> str:
    """The name of the part that holds the text."""
    named = [
        target
        for target, is_outside in package.relations("").values()
        if not is_outside and target.endswith("document.xml")
    ]
    return next((name for name in [*named, "word/document.xml"] if name in package.members), "word/document.xml")


def stated_title(package: Package) -> str | None:
    """The title that the document's properties state, where it is one."""
    root = package.parse("docProps/core.xml")
    title = root.findtext(f"{DUBLIN_CORE}title", "").strip() if root is not None else ""
    is_name = title.lower().endswith((".doc", ".docx", ".wps")) or title.lower() in ("", "untitled", "文档", "无标题")
    return None if is_name else title


@dataclass(slots=True, kw_only=True)
class Typed:
    """A line as it is typed; its size is in half-points."""

    text: str
    links: tuple[Link, ...]
    looks: Looks
    is_bold: bool
    lead: str | None

    @property
    def size(self) -> float:
        """The size of its type."""
        return self.looks.size

    @property
    def level(self) -> int:
        """The level of the heading that its style says it is."""
        return self.looks.level if self.text else 0

    def line(self, *, size: float, is_bold: bool, lead: str | None) -> Line:
        """The line, with its type as it counts among that of the others."""
        indent, text = self.looks.indent, self.text
        return Line(
            text=text,
            rest=text,
            size=size,
            is_bold=is_bold,
            is_centred=self.looks.is_centred and len(text) > 1,
            level=self.level,
            is_whole=True,
            left=indent,
            right=indent + width(text[:LONGEST_MEASURED]),
            links=self.links,
            lead=lead,
        )


class DocumentReader:
    """Reads the parts of one document into lines."""

    def __init__(self, package: Package, main: str, *, looks_at_pictures: bool = True) -> None:
        self.package, self.main = package, main
        self.pictures = Pictures(self.picture, are_wanted=looks_at_pictures)
        self.relations = package.relations(main)
        self.styles: Styles = read_styles(package.parse(self.part("styles.xml")))
        self.notes = {kind: self.read_notes(kind) for kind in NOTES}
        self.seen: set[str] = set()  # relations that the text refers to
        self.paragraphs = 0

    def part(self, name: str) -> str:
        """The name of a part beside the main one."""
        return f"{self.main.rpartition('/')[0]}/{name}".lstrip("/")

    def read_notes(self, kind: str) -> dict[str, list[Link]]:
        """The links of the foot- or endnotes, by the number of the note."""
        name = self.part(f"{kind}s.xml")
        root = self.package.parse(name)
        if root is None:
            return {}
        reader = TextReader(self.package.relations(name))
        return {
            note.get(w("id")) or "": [link for line in self.read_into_lines(note, reader) for link in line.links]
            for note in root.iter(w(kind))
        }

    def lines(self, root: etree._Element) -> list[Line | Typed]:
        """The lines of the main text, rows of tables among them."""
        reader = TextReader(self.relations, self.pictures.codes)
        lines = list(self.read_body(root.find(w("body")), reader))
        self.seen = reader.seen
        return lines

    def picture(self, name: str) -> bytes | None:
        """The bytes of a picture in the document; None for what is no picture that is looked at."""
        return self.package.spare(name, LARGEST_BYTES) if name.lower().endswith(PICTURES) else None

    def read_body(self, parent: etree._Element | None, reader: TextReader) -> Iterator[Line | Typed]:
        """The paragraphs and tables below an element, in order."""
        for child in parent if parent is not None else ():
            tag = child.tag
            if tag == PARAGRAPH:
                yield from self.read_paragraph(child, reader)
            elif tag == TABLE:
                yield from self.read_table(child, reader)
            elif isinstance(tag, str) and tag not in NO_TEXT:
                yield from self.read_body(child, reader)

    def read_table(self, table: etree._Element, reader: TextReader) -> Iterator[Line]:
        """A table: rows of data as they are, other rows (a table that lays out the page) as the text in them."""
        rows = [list(row.iterchildren(w("tc"))) for row in table.iterchildren(w("tr"))]
        read = [[list(map(as_line, self.read_body(cell, reader))) for cell in cells] for cells in rows]
        texts = [["\n".join(line.text for line in cell if line.text) for cell in cells] for cells in read]
        read = [[with_printed_links(cell) for cell in cells] for cells in read]
        if not any(is_data_row(row) for row in texts) or is_layout(read):
            yield from (line for cells in read for line in with_codes_behind(list(chain(*cells))))
            return
        links = [[[link for line in cell for link in line.links] for cell in row] for row in read]
        for block in table_blocks(texts, links):
            yield Line(text=block.text, rest=block.text, ready=block)

    def read_paragraph(self, paragraph: etree._Element, reader: TextReader) -> Iterator[Line | Typed]:
        """The lines of a paragraph (more than one where it is broken by hand), and those of the boxes in it."""
        self.paragraphs += 1
        if self.paragraphs > MOST_PARAGRAPHS:
            raise UnreadableBulletin(file="", kind="too_complex", detail=f"more than {MOST_PARAGRAPHS} paragraphs")
        read = reader.read(paragraph)
        if any(text or links for text, links in read.lines):
            yield from self.lines_of(read)
        for box in read.boxes:
            yield from self.read_body(box, reader)

    def lines_of(self, read: Paragraph) -> Iterator[Typed]:
        """The lines that a paragraph is."""
        looks = self.styles.looks(read)
        lead = self.styles.lead(read)
        noted = [link for kind, number in read.notes for link in self.notes[kind].get(number, ())]
        for number, (text, links) in enumerate(read.lines):
            text = text.strip()
            if not text and not links:
                continue
            yield Typed(
                text=text,
                links=(*links, *(noted if number == len(read.lines) - 1 else ())),
                looks=looks,
                is_bold=looks.is_bold or (number == 0 and lead == text),
                lead=lead if number == 0 else None,
            )

    def read_into_lines(self, parent: etree._Element, reader: TextReader) -> list[Line]:
        """The lines of a note or header, with the addresses printed in them as links."""
        lines = [
            Line(text=text, links=tuple(links))
            for paragraph in parent.iter(w("p"))
            for text, links in reader.read(paragraph).lines
        ]
        return with_printed_links(lines)

    def surroundings(self) -> list[Block]:
        """The links of headers, footers and comments, and those that nothing in the text refers to: in no item."""
        links: dict[str, Link] = {}
        for name in self.package.names:
            if name.endswith(".xml") and name.rpartition("/")[2].startswith(SURROUNDINGS):
                root = self.package.parse(name)
                if root is not None and root.tag.startswith(WORD):
                    reader = TextReader(self.package.relations(name))
                    links |= {link.url: link for line in self.read_into_lines(root, reader) for link in line.links}
        for number, (target, is_outside) in self.relations.items():
            if is_outside and number not in self.seen and target.startswith("http"):
                links.setdefault(target, Link(url=target, grounds=PlacedBy.HYPERLINK))
        return [Block(kind=BlockKind.CONTENTS, text="", plain="", links=tuple(links.values()))] if links else []


def is_layout(rows: Sequence[Sequence[Sequence[Line]]]) -> bool:
    """Whether most rows that link anything hold whole items beside each other, each in a cell."""
    linked = [row for row in rows if any(line.links for cell in row for line in cell)]
    return 2 * sum(sum(map(holds_item, row)) >= 2 for row in linked) > len(linked)


def holds_item(cell: Sequence[Line]) -> bool:
    """Whether a cell holds several lines, one with a link, one with words and none."""
    return any(line.links for line in cell) and any(len(line.text) >= 4 and not line.links for line in cell)


def with_codes_behind(lines: Sequence[Line]) -> list[Line]:
    """The lines of a row that lays out the page; a picture in a cell of its own belongs to the text beside it."""
    return sorted(lines, key=lambda line: not line.text) if any(line.text for line in lines) else list(lines)


def as_line(line: Line | Typed) -> Line:
    """A line with its type as it is typed."""
    return line if isinstance(line, Line) else line.line(size=line.size, is_bold=line.is_bold, lead=line.lead)


def measured(lines: Sequence[Line | Typed]) -> list[Line]:
    """The lines with the addresses printed in them, their type in ems of the body's, and links on pictures placed."""
    sizes: Counter[float] = Counter()
    for line in lines:
        if line.size and not line.level:
            sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 1.0
    mostly_bold = 2 * sum(len(line.text) for line in lines if line.is_bold) > sum(len(line.text) for line in lines)

    def in_ems(line: Line | Typed) -> Line:
        size = round((line.size or body) / body, 2)
        is_bold, lead = line.is_bold and not mostly_bold, None if mostly_bold else line.lead
        if isinstance(line, Typed):
            return line.line(size=size, is_bold=is_bold, lead=lead)
        return replace(line, size=size, is_bold=is_bold, lead=lead)

    return list(settled(with_printed_links(list(map(in_ems, lines)))))


def settled(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines; the link of a picture that stands alone goes to the line before it, else the line behind it."""
    waiting: tuple[Link, ...] = ()
    held: Line | None = None
    for line in lines:
        if not line.text and line.links and held is not None:
            alone = (replace(link, is_alone=link.grounds is PlacedBy.INLINE) for link in line.links)
            held = replace(held, links=(*held.links, *alone))
        elif not line.text:
            waiting = (*waiting, *line.links)
        else:
            if held is not None:
                yield held
            held, waiting = replace(line, links=(*waiting, *line.links)) if waiting else line, ()
    if held is not None:
        yield held
    elif waiting:
        yield Line(text="", size=1.0, links=waiting)
