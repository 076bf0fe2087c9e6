"""The text of a Word paragraph with its links: runs, fields, hyperlinks, pictures, notes, text boxes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate

from lxml import etree

from crawler.bulletins.formats.flow import Link
from crawler.bulletins.formats.structured import clean
from storage.records import PlacedBy

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
# HYPERLINK "address" \l "place" \o "tip": the field code of a link.
FIELD = re.compile(r'^\s*HYPERLINK\s+(?:\\\w\s+)*(?:"([^"]*)"|(\S+))(.*)$', re.IGNORECASE | re.DOTALL)
PLACE = re.compile(r'\\l\s+(?:"([^"]*)"|(\S+))', re.IGNORECASE)
PICTURES = {DRAWING + "blip": RELATED + "embed", "{urn:schemas-microsoft-com:vml}imagedata": RELATED + "id"}
ON_PICTURE = 0.6  # how sure a link on a picture is of the text next to it


@cache
def w(name: str) -> str:
    """A name of WordprocessingML."""
    return WORD + name


RUN, LINKED, SIMPLE_FIELD, TEXT, CODE, FIELD_MARK = map(w, ("r", "hyperlink", "fldSimple", "t", "instrText", "fldChar"))
RUN_PROPERTIES, SIZE, BOLD, VALUE = map(w, ("rPr", "sz", "b", "val"))
PROPERTIES, STYLE, ALIGNMENT, OUTLINE, INDENT = map(w, ("pPr", "pStyle", "jc", "outlineLvl", "ind"))
IN_CHARACTERS, IN_TWIPS = map(w, ("firstLineChars", "firstLine"))
NOTES = {w("footnoteReference"): "footnote", w("endnoteReference"): "endnote"}
DRAWINGS = frozenset(map(w, ("drawing", "pict", "object")))
SILENT = frozenset(map(w, ("pPr", "del", "moveFrom", "rPr", "delText", "sectPr", "commentReference")))
BREAKS = {w("tab"): " ", w("ptab"): " ", w("noBreakHyphen"): "-", w("br"): "\n", w("cr"): "\n"}


@dataclass(frozen=True, slots=True)
class Run:
    """How long a run of text is and how it is set; None: as the paragraph's style says."""

    length: int
    size: float | None
    is_bold: bool | None


@dataclass(slots=True, kw_only=True)
class Paragraph:
    """One paragraph as read."""

    lines: list[tuple[str, list[Link]]] = field(default_factory=list)  # broken by hand
    text: str = ""  # of all lines, as it was typed
    runs: list[Run] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)  # kind and number of each note referred to
    boxes: list[etree._Element] = field(default_factory=list)
    style: str | None = None
    alignment: str | None = None
    outline: int | None = None
    indent: float = 0.0  # of its first line, in ems


@dataclass(slots=True)
class Open:
    """A link that has begun: where its words began, and how they are told apart from its code."""

    url: str | None
    start: int
    code: str = ""
    is_field: bool = False
    is_code: bool = False


class TextReader:
    """Reads paragraphs in order: a field may begin in one and end in another."""

    def __init__(
        self, relations: Mapping[str, tuple[str, bool]], codes_in: Callable[[str], Sequence[str]] | None = None
    ) -> None:
        self.relations = relations
        self.codes_in = codes_in  # the addresses that the QR codes of a picture say, by its name in the file
        self.seen: set[str] = set()
        self.fields: list[Open] = []
        self.pieces: list[str] = []  # of the paragraph's text
        self.starts: list[int] = []  # where each of them begins
        self.length = 0
        self.links: list[tuple[int, Link]] = []  # with the place where their words end
        self.paragraph = Paragraph()

    def read(self, element: etree._Element) -> Paragraph:
        """Return a paragraph. Text boxes in it are left to the caller."""
        self.pieces, self.starts, self.length = [], [], 0
        self.links, self.paragraph = [], Paragraph()
        for open_field in self.fields:
            open_field.start = 0
        self.read_properties(next(element.iterchildren(PROPERTIES), ()))
        self.walk(element)
        for open_field in self.fields:  # goes on in the next paragraph: what has been said so far is linked too
            if open_field.url and not open_field.is_code:
                self.add_link(open_field.url, open_field.start)
        self.paragraph.text = "".join(self.pieces)
        self.paragraph.lines = self.broken()
        return self.paragraph

    def read_properties(self, properties: Iterable[etree._Element]) -> None:
        """Style, alignment, outline level and indent."""
        for said in properties:
            if said.tag == STYLE:
                self.paragraph.style = said.get(VALUE)
            elif said.tag == ALIGNMENT:
                self.paragraph.alignment = said.get(VALUE)
            elif said.tag == OUTLINE:
                level = said.get(VALUE, "")
                self.paragraph.outline = int(level) if level.isdecimal() else None
            elif said.tag == INDENT:
                chars, twips = said.get(IN_CHARACTERS, ""), said.get(IN_TWIPS, "")
                self.paragraph.indent = int(chars) / 100 if chars.isdecimal() else 2.0 if twips.isdecimal() else 0.0

    def walk(self, element: etree._Element) -> None:
        """What stands below an element, in order."""
        for child in element:
            tag = child.tag
            if tag == RUN:
                self.read_run(child)
            elif tag == LINKED:
                start = self.length
                self.walk(child)
                if url := self.target(child.get(RELATED + "id"), child.get(w("anchor"))):
                    self.add_link(url, start)
            elif tag == SIMPLE_FIELD:
                start = self.length
                self.walk(child)
                if url := field_target(child.get(w("instr")) or ""):
                    self.add_link(url, start)
            elif tag not in SILENT and isinstance(tag, str):
                self.walk(child)

    def read_run(self, run: etree._Element) -> None:
        """One run: text, breaks, pieces of fields, pictures, references to notes."""
        start, properties = self.length, None
        for child in run:
            if child.tag != RUN_PROPERTIES:
                self.read_piece(child)
            elif properties is None:
                properties = child
        if length := self.length - start:
            self.paragraph.runs.append(run_of(length, properties))

    def read_piece(self, piece: etree._Element) -> None:
        """One piece of a run."""
        tag = piece.tag
        if tag == TEXT:
            if not (self.fields and self.fields[-1].is_code):
                self.add(piece.text or "")
        elif tag in BREAKS:
            self.add(BREAKS[tag])
        elif tag == CODE:
            if self.fields:
                self.fields[-1].code += piece.text or ""
        elif tag == FIELD_MARK:
            self.turn_field(piece.get(w("fldCharType")))
        elif tag in NOTES:
            self.paragraph.notes.append((NOTES[tag], piece.get(w("id")) or ""))
        elif tag == ALTERNATIVES:  # the same thing twice, for newer and older programs
            chosen = piece.find(CHOICE)
            self.read_drawing(chosen if chosen is not None else piece)
        elif tag in DRAWINGS:
            self.read_drawing(piece)

    def add(self, text: str) -> None:
        """More of the paragraph's text."""
        self.pieces.append(text)
        self.starts.append(self.length)
        self.length += len(text)

    def turn_field(self, kind: str | None) -> None:
        """A field begins, its code ends, or it ends."""
        if kind == "begin":
            self.fields.append(Open(None, self.length, is_field=True, is_code=True))
        elif kind == "separate" and self.fields:
            self.fields[-1].is_code, self.fields[-1].start = False, self.length
            self.fields[-1].url = field_target(self.fields[-1].code)
        elif kind == "end" and self.fields:
            ended = self.fields.pop()
            if url := ended.url or field_target(ended.code):
                self.add_link(url, ended.start)

    def read_drawing(self, drawing: etree._Element) -> None:
        """Pictures with links, and boxes of text."""
        for element in drawing.iter():
            if element.tag == w("txbxContent"):
                if not any(parent.tag == w("txbxContent") for parent in element.iterancestors()):
                    self.paragraph.boxes.append(element)
                elif element not in self.paragraph.boxes:
                    continue
            elif element.tag == DRAWING + "hlinkClick":
                self.add_picture_link(self.target(element.get(RELATED + "id"), None))
            elif element.tag in PICTURES:
                self.add_codes(element.get(PICTURES[element.tag]) or "", element)
            elif element.get("href"):
                self.add_picture_link(element.get("href"))

    def add_picture_link(self, url: str | None) -> None:
        """A link that lies on a picture; a picture is often said to be one several times over."""
        if url and not any(link.url == url and link.anchor_text is None for _, link in self.links):
            link = Link(url=url, grounds=PlacedBy.NEAREST, confidence=ON_PICTURE)
            self.links.append((self.length, link))

    def add_codes(self, number: str, picture: etree._Element) -> None:
        """The QR codes of a picture; one in a text box is read with the paragraphs of the box."""
        name, is_outside = self.relations.get(number, ("", True))
        if (
            self.codes_in is None
            or is_outside
            or any(parent.tag == w("txbxContent") for parent in picture.iterancestors())
        ):
            return
        links = [Link(url=url, grounds=PlacedBy.INLINE) for url in self.codes_in(name)]
        self.links += [(self.length, link) for link in links]

    def add_link(self, url: str, start: int) -> None:
        """A link over the words since a place."""
        words = clean("".join(self.pieces[bisect_left(self.starts, start) :]))
        self.links.append((start, Link(url=url, grounds=PlacedBy.HYPERLINK, anchor_text=words or None)))

    def target(self, number: str | None, anchor: str | None) -> str | None:
        """The address that a relation leads to; None for places within the document."""
        url, is_outside = self.relations.get(number or "", ("", False))
        if number:
            self.seen.add(number)
        if not is_outside or not url:
            return None
        return f"{url}#{anchor}" if anchor and "#" not in url else url

    def broken(self) -> list[tuple[str, list[Link]]]:
        """The paragraph's lines, as broken by hand, each with the links that begin in it."""
        rows = self.paragraph.text.split("\n")
        if len(rows) == 1:
            return [(clean(rows[0]), [link for _, link in self.links])]
        ends = list(accumulate(len(row) + 1 for row in rows))  # behind the break
        held: list[list[Link]] = [[] for _ in rows]
        for place, link in self.links:
            held[bisect_right(ends, place)].append(link)
        return [(clean(row), links) for row, links in zip(rows, held, strict=True)]


def run_of(length: int, properties: etree._Element | None) -> Run:
    """A run of text as its properties set it."""
    size = bold = None
    for child in properties if properties is not None else ():
        if child.tag == SIZE and size is None:
            size = child
        elif child.tag == BOLD and bold is None:
            bold = child
    points = size.get(VALUE, "") if size is not None else ""
    is_bold = None if bold is None else bold.get(VALUE, "1").lower() not in ("0", "false", "off")
    return Run(length, float(points) if points.isdecimal() else None, is_bold)


def field_target(code: str) -> str | None:
    """The address that a field code leads to; None for other fields."""
    found = FIELD.match(code)
    if not found:
        return None
    url = (found.group(1) if found.group(1) is not None else found.group(2)).strip()
    place = PLACE.search(found.group(3))
    if url.startswith("\\"):  # a place within the document
        return None
    named = (place.group(1) or place.group(2) or "") if place else ""
    return f"{url}#{named}" if url and named and "#" not in url else url or None
