"""OFD (GB/T 33190-2016), the print format of Chinese offices: a zip of XML, its lines made from the places of its text.

Every page names pieces of text with their boxes in millimetres; pieces at one height are one line. Links are actions
with a URI, on a piece of text or on an annotation over it. Images of pages without text need OCR, which is not done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from lxml import etree

from crawler.bulletins.formats.addresses import with_printed_links
from crawler.bulletins.formats.code_places import Placer
from crawler.bulletins.formats.codes import LARGEST_BYTES, Pictures
from crawler.bulletins.formats.flow import Flow, Link
from crawler.bulletins.formats.layout import to_blocks
from crawler.bulletins.formats.opening import Opening
from crawler.bulletins.formats.packages import Package, within
from crawler.bulletins.formats.pdf_lines import Box, PrintedLine, PrintedPage
from crawler.bulletins.formats.pdf_links import Annotation, covered_lines
from crawler.bulletins.formats.pdf_measures import join_broken_link, measured, without_furniture
from storage.errors import UnreadableBulletin
from storage.records import PlacedBy

OFD = "{http://www.ofdspec.org/2016}"
MEDIA_TYPE = "application/ofd"
USUAL_BOX = (0.0, 0.0, 210.0, 297.0)  # millimetres: A4
SAME_HEIGHT = 0.5  # of the type's size: how far pieces of one line may stand apart in height
WORD_GAP = 0.25  # of the type's size: from here on a gap between Latin pieces is a space
BOLD_WEIGHT = 600
MOST_PAGES = 2_000
OFF_TEXT = 0.6  # how sure a link over no text is of the line above it


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of text: its box in millimetres from the page's upper left corner, its type, its link."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    is_bold: bool
    url: str | None


def read_ofd(body: bytes, opening: Opening | None = None) -> Flow:
    """Return the flow of an OFD document.

    Raises UnreadableBulletin (its file name to be filled in by the caller) for what is damaged or unpacks too far.
    """
    package = Package(body)
    root = package.parse("OFD.xml")
    main = root.findtext(f".//{OFD}DocRoot", "") if root is not None else ""
    name = within("OFD.xml", main)
    document = package.parse(name)
    if document is None or root is None:
        raise UnreadableBulletin(file="", kind="damaged", detail="no document")
    pictures = Pictures(picture_finder(package, name, document), are_wanted=opening is None or opening.pictures)
    pages = list(read_pages(package, name, document, pictures))
    title = root.findtext(f".//{OFD}DocInfo/{OFD}Title", "").strip()
    blocks = to_blocks(with_printed_links(measured(without_furniture(pages))))
    return Flow(media_type=MEDIA_TYPE, blocks=tuple(blocks), title=title or None, unread_pictures=pictures.unread)


def read_pages(package: Package, name: str, document: etree._Element, pictures: Pictures) -> Iterator[PrintedPage]:
    """The pages of a document, in order."""
    usual = box_of(document.findtext(f".//{OFD}CommonData/{OFD}PageArea/{OFD}PhysicalBox", "")) or USUAL_BOX
    bold = bold_fonts(package, name, document)
    annotated = links_over_pages(package, name, document)
    pages = list(document.iterfind(f".//{OFD}Pages/{OFD}Page"))
    placer = Placer()
    if len(pages) > MOST_PAGES:
        raise UnreadableBulletin(file="", kind="too_large", detail=f"{len(pages)} pages")
    for number, page in enumerate(pages, 1):
        root = package.parse(within(name, page.get("BaseLoc", "")))
        if root is None:
            continue
        box = box_of(root.findtext(f".//{OFD}Area/{OFD}PhysicalBox", "")) or usual
        lines = [line_of(group, number, box[3]) for group in rows_of(pieces(root, bold))]
        annotations = [annotation_of(url, area, box[3]) for url, area in annotated.get(page.get("ID", ""), ())]
        for annotation, covered in zip(annotations, covered_lines(annotations, lines), strict=True):
            attach(lines, annotation.url, covered, number)
        for above, line in reversed(list(pairwise(lines))):  # from below: a link over three lines ends in its first
            join_broken_link(above, line)
        placer.place(list(codes_on(root, box[3], pictures)), lines, number, box[3])
        yield PrintedPage(height=box[3], width=box[2], lines=lines, unread=0)


def pieces(root: etree._Element, bold: frozenset[str]) -> Iterator[Piece]:
    """The pieces of text of a page, in the order of the file."""
    for element in root.iter(OFD + "TextObject"):
        text = "".join(code.text or "" for code in element.iter(OFD + "TextCode")).strip()
        box = box_of(element.get("Boundary", ""))
        if not text or box is None:
            continue
        left, top, width, height = box
        weight = element.get("Weight", "")
        yield Piece(
            text,
            left,
            top,
            left + width,
            top + height,
            number_of(element.get("Size", "")) or height,
            element.get("Font") in bold or (weight.isdecimal() and int(weight) >= BOLD_WEIGHT),
            next((uri.get("URI") for uri in element.iter(OFD + "URI")), None),
        )


def codes_on(root: etree._Element, height: float, pictures: Pictures) -> Iterator[tuple[str, Box]]:
    """The QR codes in the pictures of a page, with the pictures' boxes, heights counted from below."""
    for element in root.iter(OFD + "ImageObject"):
        box = box_of(element.get("Boundary", ""))
        if box is not None:
            left, top, width, tall = box
            for url in pictures.codes(element.get("ResourceID", "")):
                yield url, (left, height - top - tall, left + width, height - top)


def picture_finder(package: Package, name: str, document: etree._Element) -> Callable[[str], bytes | None]:
    """What gives the pictures of a document by their numbers."""
    places: dict[str, str] = {}
    for kind in ("PublicRes", "DocumentRes"):
        for listed in document.iterfind(f".//{OFD}CommonData/{OFD}{kind}"):
            part = within(name, (listed.text or "").strip())
            root = package.parse(part)
            for media in root.iter(OFD + "MultiMedia") if root is not None else ():
                folder = within(part, (root.get("BaseLoc", "") if root is not None else "") + "/")
                places[media.get("ID", "")] = f"{folder}/{media.findtext(f'{OFD}MediaFile', '').strip()}"
    return lambda number: package.spare(places.get(number, ""), LARGEST_BYTES)


def rows_of(found: Iterator[Piece]) -> list[list[Piece]]:
    """The pieces that stand at one height beside each other, from top to bottom, each row from left to right."""
    rows: list[list[Piece]] = []
    for piece in sorted(found, key=lambda piece: (piece.top + piece.bottom) / 2):
        middle = (piece.top + piece.bottom) / 2
        last = rows[-1][-1] if rows else None
        if last is not None and middle - (last.top + last.bottom) / 2 <= SAME_HEIGHT * min(piece.size, last.size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.left) for row in rows]


def line_of(row: Sequence[Piece], page: int, height: float) -> PrintedLine:
    """A row of pieces as a line, with heights counted from below as in print."""
    text = row[0].text
    for before, piece in pairwise(row):
        text += (" " if piece.left - before.right > WORD_GAP * piece.size else "") + piece.text
    links = [
        Link(
            url=url, grounds=PlacedBy.ANNOTATION, anchor_text="".join(piece.text for piece in linked) or None, page=page
        )
        for url, linked in groupby(row, key=lambda piece: piece.url)
        if url
    ]
    longest = max(row, key=lambda piece: len(piece.text))
    return PrintedLine(
        text=text,
        page=page,
        left=row[0].left,
        bottom=height - max(piece.bottom for piece in row),
        right=max(piece.right for piece in row),
        top=height - min(piece.top for piece in row),
        size=longest.size,
        is_bold=all(piece.is_bold for piece in row),
        links=links,
    )


def links_over_pages(
    package: Package, name: str, document: etree._Element
) -> Mapping[str, list[tuple[str, tuple[float, float, float, float]]]]:
    """The links that lie over pages: by the page's number, address and box."""
    place = document.findtext(f".//{OFD}Annotations", "").strip()
    index = package.parse(within(name, place)) if place else None
    found: dict[str, list[tuple[str, tuple[float, float, float, float]]]] = {}
    for page in index.iter(OFD + "Page") if index is not None else ():
        root = package.parse(within(within(name, place), page.findtext(f"{OFD}FileLoc", "").strip()))
        for annotation in root.iter(OFD + "Annot") if root is not None else ():
            url = next((uri.get("URI") for uri in annotation.iter(OFD + "URI")), None)
            appearance = annotation.find(OFD + "Appearance")
            box = box_of(appearance.get("Boundary", "")) if appearance is not None else None
            if url and box:
                found.setdefault(page.get("PageID", ""), []).append((url, box))
    return found


def annotation_of(url: str, box: tuple[float, float, float, float], height: float) -> Annotation:
    """A link over a page, with heights counted from below."""
    left, top, width, tall = box
    corners = left, height - top - tall, left + width, height - top
    return Annotation(url=url, left=left, bottom=corners[1], right=corners[2], top=corners[3], corners=corners)


def attach(lines: list[PrintedLine], url: str, number: int | None, page: int) -> None:
    """Give a link to the line of a number, which its box covers, else, less surely, to the last line."""
    link = Link(url=url, grounds=PlacedBy.ANNOTATION, page=page)
    if number is not None:
        lines[number].links.append(replace(link, anchor_text=lines[number].text))
    elif lines:
        lines[-1].links.append(replace(link, grounds=PlacedBy.NEAREST, confidence=OFF_TEXT))


def bold_fonts(package: Package, name: str, document: etree._Element) -> frozenset[str]:
    """The numbers of the fonts that are bold or are those in which titles are set."""
    found: set[str] = set()
    for place in document.iterfind(f".//{OFD}CommonData/{OFD}PublicRes"):
        root = package.parse(within(name, (place.text or "").strip()))
        for font in root.iter(OFD + "Font") if root is not None else ():
            called = font.get("FontName", "") + font.get("FamilyName", "")
            if font.get("Bold") == "true" or any(word in called for word in ("黑体", "小标宋", "Bold", "SimHei")):
                found.add(font.get("ID", ""))
    return frozenset(found)


def box_of(text: str) -> tuple[float, float, float, float] | None:
    """Left, top, width and height; None where the text says no box."""
    numbers = [number_of(part) for part in text.split()]
    if len(numbers) != 4 or any(number is None for number in numbers):
        return None
    left, top, width, height = (number or 0.0 for number in numbers)
    return left, top, width, height


def number_of(text: str) -> float | None:
    """A number of millimetres; None where the text is none that a page has."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if -100_000 < number < 100_000 else None
