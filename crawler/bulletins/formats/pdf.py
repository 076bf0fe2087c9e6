"""PDF by pdfium: lines with their places and type, and link annotations with the text that lies under them.

The rectangle of an annotation decides which line a link belongs to; rectangles of one address that follow each other
are one link over several lines. Running heads and page numbers are told by coming again at the same height. What the
lines amount to (titles, paragraphs) is decided by ``layout``, as for plain text.

pdfium is not safe in threads: one lock guards it. Facts of the library: docs/bulletins.md, PDF.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.bulletins.formats.addresses import with_printed_links
from crawler.bulletins.formats.flow import Flow, Line, Link
from crawler.bulletins.formats.joining import join_lines
from crawler.bulletins.formats.layout import to_blocks
from crawler.bulletins.formats.pdf_bounds import unfolds_too_far
from crawler.bulletins.landmarks import PAGE_NUMBER
from storage.errors import UnreadableBulletin
from storage.records import PlacedBy

MOST_PAGES = 2_000
MOST_CHARACTERS = 5_000_000
MOST_LINKS_A_PAGE = 5_000
PDFIUM = Lock()
HYPHENS = str.maketrans({"\ufffe": "-", "\x02": "-"})  # what pdfium puts for a hyphen at a line's end
NO_TEXT = re.compile(r"[\x00-\x1f\ufffd\ue000-\uf8ff]")  # what comes out of fonts without a map to characters
BOLD_WEIGHT = 600
BOLD_NAMES = re.compile(r"bold|black|heavy|simhei|heiti|xiaobiaosong|黑体|小标宋", re.IGNORECASE)
MARGIN = 0.09  # of the page's height: where running heads and page numbers stand
OFF_TEXT = 0.6  # how sure a link over no text is of the line next to it


@dataclass(slots=True, kw_only=True)
class PrintedLine:
    """A line of a page, in points from the page's lower left corner."""

    text: str
    page: int
    left: float
    bottom: float
    right: float
    top: float
    size: float
    is_bold: bool
    continues_link: bool = False
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One rectangle with an address."""

    url: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        return self.left, self.bottom, self.right, self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPage:
    """One page: its lines, and how high and wide it is."""

    height: float
    width: float
    lines: list[PrintedLine]
    has_more_links: bool = False  # than are read
    unread: int  # characters that no map gives a meaning


def read_pdf(body: bytes) -> Flow:
    """Return the flow of a PDF.

    Raises UnreadableBulletin (its file name to be filled in by the caller) for what cannot be opened.
    """
    with PDFIUM:
        document = open_document(body)
        if unfolds_too_far(body):
            document.close()
            raise UnreadableBulletin(file="", kind="too_complex", detail="drawings within drawings")
        try:
            pages = list(read_pages(document))
            title = document.get_metadata_value("Title").strip()
        finally:
            document.close()
    lines = with_printed_links(measured(without_furniture(pages)))
    return Flow(
        media_type="application/pdf",
        blocks=tuple(to_blocks(lines)),
        title=title if is_title(title) else None,
        warnings=tuple(warnings_of(pages)),
    )


def open_document(body: bytes) -> pypdfium2.PdfDocument:
    """Open a PDF, or say why it cannot be opened."""
    try:
        document = pypdfium2.PdfDocument(body)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise UnreadableBulletin(file="", kind="password" if is_locked else "damaged", detail=str(error)) from error
    if count == 0:
        raise UnreadableBulletin(file="", kind="damaged", detail="no pages")
    if count > MOST_PAGES:
        raise UnreadableBulletin(file="", kind="too_large", detail=f"{count} pages")
    return document


def is_title(stated: str) -> bool:
    """Whether the title that a PDF states is one, not the name of the file that it was printed from."""
    return bool(stated) and not re.search(
        r"\.(?:docx?|wps|pdf|html?|txt|indd)$|^(?:untitled|microsoft|文档|无标题)", stated, re.I
    )


def warnings_of(pages: Sequence[PrintedPage]) -> Iterator[str]:
    """What a person should know of the reading."""
    for number, page in enumerate(pages, 1):
        length = sum(len(line.text) for line in page.lines)
        if page.unread > max(5, 0.2 * length):
            yield f"unreadable_text:{number}"
        if page.has_more_links:
            yield f"too_many_links:{number}"


def read_pages(document: pypdfium2.PdfDocument) -> Iterator[PrintedPage]:
    """Read page after page; a page that is broken is an empty one.

    A page stays open until the next one is: pdfium drops a font with the last page that uses it, and loading fonts
    anew took a third of the time.
    """
    characters, last = 0, None
    for number in range(len(document)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            yield PrintedPage(height=1, width=1, lines=[], unread=0)
            continue
        printed = read_page(document, page, number + 1)
        if last is not None:
            last.close()
        last = page
        characters += sum(len(line.text) for line in printed.lines)
        if characters > MOST_CHARACTERS:
            raise UnreadableBulletin(file="", kind="too_large", detail=f"more than {MOST_CHARACTERS} characters")
        yield printed


def read_page(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, number: int) -> PrintedPage:
    """The lines of a page with their links."""
    text_page = page.get_textpage()
    lines = list(printed_lines(text_page, number))
    found = link_annotations(document, page)
    attach_all(found, lines, text_page, number)
    unread = sum(len(NO_TEXT.findall(line.text)) for line in lines)
    width, height = page.get_size()
    text_page.close()
    return PrintedPage(
        height=height, width=width, lines=lines, unread=unread, has_more_links=len(found) >= MOST_LINKS_A_PAGE
    )


# ---- lines ----------------------------------------------------------------------------------------------------


def printed_lines(text_page: pypdfium2.PdfTextPage, number: int) -> Iterator[PrintedLine]:
    """The lines of a page in reading order, as pdfium breaks them, with their boxes and type."""
    count = text_page.count_chars()
    if count <= 0:
        return
    text = text_page.get_text_range(0, count, errors="replace").translate(HYPHENS)
    if len(text) != count:  # characters beyond the basic plane, or without a meaning: look them up singly
        text = "".join(character_at(text_page, index) for index in range(count))
    start = 0
    for row in re.split(r"(\r\n|\r|\n)", text):
        words = row.strip()
        if words:
            first = start + len(row) - len(row.lstrip())
            yield printed_line(text_page, words, first, first + len(words) - 1, number)
        start += len(row)


def character_at(text_page: pypdfium2.PdfTextPage, index: int) -> str:
    """One character; a space where it has no meaning at all."""
    code = pdfium.FPDFText_GetUnicode(text_page.raw, index)
    return (chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " ").translate(HYPHENS)


def printed_line(text_page: pypdfium2.PdfTextPage, words: str, first: int, last: int, number: int) -> PrintedLine:
    """One line with its box and its type, told by three of its characters."""
    middle = (first + last) // 2
    boxes = [loose_box(text_page, index) for index in sorted({first, middle, last})]
    sizes = [font_size(text_page, index) for index in (first, middle, last)]
    return PrintedLine(
        text=words,
        page=number,
        left=min(box[0] for box in boxes),
        bottom=min(box[1] for box in boxes),
        right=max(box[2] for box in boxes),
        top=max(box[3] for box in boxes),
        size=sorted(sizes)[1],
        is_bold=all(is_bold(text_page, index) for index in (first, middle)),
    )


def loose_box(text_page: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float, float]:
    """A character's box by its font's height: left, bottom, right, top."""
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text_page.raw, index, box)
    return box.left, min(box.bottom, box.top), box.right, max(box.bottom, box.top)


def font_size(text_page: pypdfium2.PdfTextPage, index: int) -> float:
    """The size of a character's type in points, as printed."""
    size = pdfium.FPDFText_GetFontSize(text_page.raw, index)
    matrix = pdfium.FS_MATRIX()
    if pdfium.FPDFText_GetMatrix(text_page.raw, index, matrix):
        scale = (matrix.c**2 + matrix.d**2) ** 0.5
        return float(size * scale) if 0 < scale < 1000 else float(size)
    return float(size)


def is_bold(text_page: pypdfium2.PdfTextPage, index: int) -> bool:
    """Whether a character is set in bold type, by its font's weight or name."""
    if pdfium.FPDFText_GetFontWeight(text_page.raw, index) >= BOLD_WEIGHT:
        return True
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(text_page.raw, index, name, 128, flags)
    return 0 < length <= 128 and bool(BOLD_NAMES.search(name.value.decode("utf-8", "replace")))


# ---- links ----------------------------------------------------------------------------------------------------


def link_annotations(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> list[Annotation]:
    """The link annotations of a page that lead to an address, in their order."""
    position, link, found = ctypes.c_int(0), pdfium.FPDF_LINK(), []
    for _ in range(MOST_LINKS_A_PAGE):
        if not pdfium.FPDFLink_Enumerate(page.raw, position, link):
            break
        action = pdfium.FPDFLink_GetAction(link)
        length = pdfium.FPDFAction_GetURIPath(document.raw, action, None, 0) if action else 0
        rectangle = pdfium.FS_RECTF()
        if length > 1 and pdfium.FPDFLink_GetAnnotRect(link, rectangle):
            address = ctypes.create_string_buffer(length)
            pdfium.FPDFAction_GetURIPath(document.raw, action, address, length)
            found.append(annotation(address.value, rectangle))
    return found


def annotation(address: bytes, rectangle: pdfium.FS_RECTF) -> Annotation:
    """One rectangle, its edges in order."""
    return Annotation(
        url=address.decode("utf-8", "replace"),
        left=min(rectangle.left, rectangle.right),
        bottom=min(rectangle.bottom, rectangle.top),
        right=max(rectangle.left, rectangle.right),
        top=max(rectangle.bottom, rectangle.top),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Where the last rectangle of a link ended, and the line that owns the link."""

    owner: PrintedLine
    index: int
    right: float


def attach_all(
    found: Sequence[Annotation], lines: list[PrintedLine], text_page: pypdfium2.PdfTextPage, page: int
) -> None:
    """Give every link to the line that its first rectangle covers."""
    tails: dict[int, Tail] = {}  # by the number of the line that the link covers last
    for annotation in found:
        number = covered_line(annotation, lines)
        if number is None:
            attach_off_text(annotation, lines, page)
            continue
        words = words_under(annotation, text_page)
        tail = tails.get(number) or tails.get(number - 1)
        if tail and goes_on(tail, annotation, lines, is_next=number not in tails):
            link = tail.owner.links[tail.index]
            tail.owner.links[tail.index] = replace(
                link, anchor_text=join_lines([link.anchor_text or "", words]) or None
            )
            owner, index = tail.owner, tail.index
            lines[number].continues_link = number not in tails
        else:
            owner, index = lines[number], len(lines[number].links)
            owner.links.append(
                Link(url=annotation.url, grounds=PlacedBy.ANNOTATION, anchor_text=words or None, page=page)
            )
        tails[number] = Tail(owner=owner, index=index, right=annotation.right)


def goes_on(tail: Tail, annotation: Annotation, lines: Sequence[PrintedLine], *, is_next: bool) -> bool:
    """Whether a rectangle goes on with the link whose last rectangle ended at the tail."""
    if tail.owner.links[tail.index].url != annotation.url:
        return False
    if is_next:  # from the end of one line to the beginning of the next
        end = max(line.right for line in lines)
        return tail.right >= min(end, tail.owner.right) - 2 * tail.owner.size
    return annotation.left - tail.right <= tail.owner.size


def covered_line(annotation: Annotation, lines: Sequence[PrintedLine]) -> int | None:
    """The number of the first line through whose middle a rectangle goes; None where it lies over no text."""
    for number, line in enumerate(lines):
        middle = (line.bottom + line.top) / 2
        if annotation.bottom <= middle <= annotation.top and (
            min(annotation.right, line.right) - max(annotation.left, line.left) > 0.1 * line.size
        ):
            return number
    return None


def words_under(annotation: Annotation, text_page: pypdfium2.PdfTextPage) -> str:
    """The text under a rectangle."""
    words = text_page.get_text_bounded(*annotation.corners, errors="replace")
    return join_lines(words.translate(HYPHENS).splitlines())


def attach_off_text(annotation: Annotation, lines: list[PrintedLine], page: int) -> None:
    """Give a link over a picture, or over text that cannot be read, to the nearest line above it, else below."""
    above = [line for line in lines if (line.bottom + line.top) / 2 >= annotation.bottom]
    link = Link(url=annotation.url, grounds=PlacedBy.NEAREST, page=page, confidence=OFF_TEXT)
    if lines:
        nearest = min(above or lines, key=lambda line: abs(line.bottom - annotation.top))
        nearest.links.append(link)
    else:
        lines.append(
            PrintedLine(
                text="",
                page=page,
                left=annotation.left,
                bottom=annotation.bottom,
                right=annotation.right,
                top=annotation.top,
                size=annotation.top - annotation.bottom,
                is_bold=False,
                links=[link],
            )
        )


# ---- measures -------------------------------------------------------------------------------------------------


def without_furniture(pages: Sequence[PrintedPage]) -> list[PrintedPage]:
    """The pages without their running heads, running feet and page numbers."""
    seen = Counter(key for page in pages for key in {furniture_key(line) for line in margins(page)})
    often = max(3, 0.4 * len(pages))
    return [
        replace(
            page,
            lines=[
                line
                for line in page.lines
                if not (is_in_margin(line, page) and not line.links)
                or not (seen[furniture_key(line)] >= often or PAGE_NUMBER.match(line.text))
            ],
        )
        for page in pages
    ]


def margins(page: PrintedPage) -> list[PrintedLine]:
    """The lines in the upper and lower margin of a page."""
    return [line for line in page.lines if is_in_margin(line, page)]


def is_in_margin(line: PrintedLine, page: PrintedPage) -> bool:
    """Whether a line stands where running heads and page numbers do."""
    middle = (line.bottom + line.top) / 2
    return middle < MARGIN * page.height or middle > (1 - MARGIN) * page.height


def furniture_key(line: PrintedLine) -> tuple[str, int]:
    """What running heads have in common: their words but for numbers, and their height."""
    return re.sub(r"\d+", "#", line.text), round(line.bottom / 4)


def measured(pages: Sequence[PrintedPage]) -> list[Line]:
    """The lines of all pages, measured in ems of the body's type from the left edge of the text."""
    printed = [line for page in pages for line in page.lines]
    if not printed:
        return []
    body = body_size(printed)
    pitch = line_pitch(pages)
    right = percentile([line.right for line in printed], 0.95)
    mostly_bold = sum(line.is_bold for line in printed) > len(printed) / 2
    left = percentile([line.left for line in printed if line.size < 1.1 * body], 0.1)
    lines = []
    for page in pages:
        edge = left_edge(page, body, left)
        for number, line in enumerate(page.lines):
            before = page.lines[number - 1] if number else None
            lines.append(
                Line(
                    text=line.text,
                    page=line.page,
                    opens_page=number == 0,
                    left=(line.left - edge) / body,
                    right=(line.right - edge) / body,
                    size=round(line.size / body, 2),
                    is_bold=line.is_bold and not mostly_bold,
                    is_centred=is_centred(line, edge, right, body),
                    has_gap=before is not None and before.bottom - line.bottom > 1.4 * max(pitch, line.size),
                    continues_link=line.continues_link,
                    links=tuple(line.links),
                )
            )
    return lines


def body_size(lines: Sequence[PrintedLine]) -> float:
    """The size in which most of the text is set."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes.most_common(1)[0][0], 1.0)


def line_pitch(pages: Sequence[PrintedPage]) -> float:
    """How far below each other lines of a paragraph stand."""
    steps = [
        upper.bottom - lower.bottom
        for page in pages
        for upper, lower in zip(page.lines, page.lines[1:], strict=False)
        if upper.bottom > lower.bottom
    ]
    return percentile(steps, 0.4) if steps else 0.0


def left_edge(page: PrintedPage, body: float, usual: float) -> float:
    """The left edge of a page's text: pages of one document may have their own."""
    lefts = [line.left for line in page.lines if line.size < 1.1 * body]
    return percentile(lefts, 0.1) if len(lefts) >= 8 else usual


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def is_centred(line: PrintedLine, left: float, right: float, body: float) -> bool:
    """Whether a line stands in the middle between the edges."""
    before, behind = line.left - left, right - line.right
    return before > 2.5 * body and abs(before - behind) < 1.2 * body
