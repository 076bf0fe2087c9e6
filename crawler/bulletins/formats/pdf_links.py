"""The link annotations of a PDF's page, each given to the line that its rectangle covers first."""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.bulletins.formats.flow import Link
from crawler.bulletins.formats.joining import join_lines
from crawler.bulletins.formats.pdf_lines import AS_IT_LIES, HYPHENS, Box, PrintedLine, Turn
from crawler.bulletins.formats.pdf_words import Words
from storage.records import PlacedBy

MOST_LINKS_A_PAGE = 5_000
USUAL_LENGTH = 1_024  # bytes of an address
WELL_FITTING = 0.7  # of the best fit
MOST_HOMES = 50  # lines that are linked to one address
MOST_COVERED = 500  # lines through whose middle one rectangle goes
OFF_TEXT = 0.6  # how sure a link over no text is of the line next to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One rectangle with an address."""

    url: str
    left: float
    bottom: float
    right: float
    top: float
    corners: Box  # the same, as the page lies


def link_annotations(
    document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, turn: Turn = AS_IT_LIES
) -> list[Annotation]:
    """The link annotations of a page that lead to an address, in their order."""
    position, link, rectangle, found = ctypes.c_int(0), pdfium.FPDF_LINK(), pdfium.FS_RECTF(), []
    address = ctypes.create_string_buffer(USUAL_LENGTH)
    for _ in range(MOST_LINKS_A_PAGE):
        if not pdfium.FPDFLink_Enumerate(page.raw, position, link):
            break
        action = pdfium.FPDFLink_GetAction(link)
        length = pdfium.FPDFAction_GetURIPath(document.raw, action, address, len(address)) if action else 0
        if length > len(address):
            address = ctypes.create_string_buffer(length)
            pdfium.FPDFAction_GetURIPath(document.raw, action, address, length)
        if length > 1 and pdfium.FPDFLink_GetAnnotRect(link, rectangle):
            found.append(annotation(address.value, rectangle, turn))
    return found


def annotation(address: bytes, rectangle: pdfium.FS_RECTF, turn: Turn) -> Annotation:
    """One rectangle, its edges in order."""
    across = sorted((rectangle.left, rectangle.right))
    up = sorted((rectangle.bottom, rectangle.top))
    corners = across[0], up[0], across[1], up[1]
    left, bottom, right, top = turn.box(corners)
    url = address.decode("utf-8", "replace")
    return Annotation(url=url, left=left, bottom=bottom, right=right, top=top, corners=corners)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Where the last rectangle of a link ended, and the line that owns the link."""

    owner: PrintedLine
    index: int
    right: float


def attach_all(
    found: Sequence[Annotation], lines: list[PrintedLine], text_page: pypdfium2.PdfTextPage, page: int
) -> None:
    """Give every link to the line that its first rectangle covers; programs list rectangles in any order."""
    placed = list(zip(covered_lines(found, lines), found, strict=True))
    placed.sort(key=lambda pair: (len(lines), 0.0) if pair[0] is None else (pair[0], pair[1].left))
    words = Words(text_page, len(found))
    tails: dict[int, Tail] = {}  # by the number of the line that the link covers last
    homes: dict[str, list[PrintedLine]] = {}  # the lines under links to an address
    for number, annotation in placed:
        if number is None:
            attach_off_text(annotation, lines, page, homes.get(annotation.url, []))
            continue
        homes.setdefault(annotation.url, []).append(lines[number])
        said = words_under(annotation, words)
        tail = tails.get(number) or tails.get(number - 1)
        if tail and goes_on(tail, annotation, lines, is_next=number not in tails):
            link = tail.owner.links[tail.index]
            tail.owner.links[tail.index] = replace(link, anchor_text=join_lines([link.anchor_text or "", said]) or None)
            owner, index, last = tail.owner, tail.index, last_covered(annotation, number, lines)
            lines[number].continues_link = number not in tails
            for covered in range(number + 1, last + 1):
                lines[covered].continues_link = True
        else:
            owner, index, last = lines[number], len(lines[number].links), number
            owner.links.append(
                Link(url=annotation.url, grounds=PlacedBy.ANNOTATION, anchor_text=said or None, page=page)
            )
        tails[last] = Tail(owner=owner, index=index, right=annotation.right)


def last_covered(annotation: Annotation, first: int, lines: Sequence[PrintedLine]) -> int:
    """The number of the last of the lines below the first that a rectangle covers whole, as one over two lines does."""
    last = first
    for number in range(first + 1, min(first + MOST_COVERED, len(lines))):
        line = lines[number]
        is_inside = annotation.bottom < (line.bottom + line.top) / 2 < (lines[last].bottom + lines[last].top) / 2
        if not is_inside or line.left < annotation.left - line.size or line.right > annotation.right + line.size:
            break
        last = number
    return last


def goes_on(tail: Tail, annotation: Annotation, lines: Sequence[PrintedLine], *, is_next: bool) -> bool:
    """Whether a rectangle goes on with the link whose last rectangle ended at the tail."""
    if tail.owner.links[tail.index].url != annotation.url:
        return False
    if is_next:  # from the end of one line to the beginning of the next
        end = max(line.right for line in lines)
        return tail.right >= min(end, tail.owner.right) - 2 * tail.owner.size
    return annotation.left - tail.right <= tail.owner.size


def covered_lines(annotations: Sequence[Annotation], lines: Sequence[PrintedLine]) -> list[int | None]:
    """For each rectangle the number of the first line that it covers; None where it lies over no text."""
    middles = sorted(((line.bottom + line.top) / 2, number) for number, line in enumerate(lines))
    return [covered_line(annotation, lines, middles) for annotation in annotations]


def covered_line(
    annotation: Annotation, lines: Sequence[PrintedLine], middles: Sequence[tuple[float, int]]
) -> int | None:
    """The number of the first line through whose middle a rectangle goes; None where it lies over no text.

    A rectangle over large type touches small type close above it: of lines that it fits, the first is meant.
    ``middles`` are the heights of the lines' middles, from below, each with the number of its line.
    """
    low, high = bisect_left(middles, (annotation.bottom, 0)), bisect_right(middles, (annotation.top, len(lines)))
    fitting: dict[int, float] = {}
    for number in sorted(number for _, number in middles[low:high])[:MOST_COVERED]:
        line = lines[number]
        if line.left >= annotation.right or line.right <= annotation.left:
            continue
        if min(annotation.right, line.right) - max(annotation.left, line.left) > 0.1 * line.size:
            shared = min(annotation.top, line.top) - max(annotation.bottom, line.bottom)
            whole = max(annotation.top, line.top) - min(annotation.bottom, line.bottom)
            fitting[number] = shared / whole if whole > 0 else 0.0
    best = max(fitting.values(), default=0.0)
    return next((number for number, fit in fitting.items() if fit >= WELL_FITTING * best), None)


def words_under(annotation: Annotation, words: Words) -> str:
    """The text under a rectangle."""
    return join_lines(words.under(annotation.corners).translate(HYPHENS).splitlines())


def shares_row(annotation: Annotation, line: PrintedLine) -> bool:
    """Whether a rectangle lies over the row of a table in which a line stands."""
    place, height = (annotation.left + annotation.right) / 2, (annotation.bottom + annotation.top) / 2
    cell = line.cell
    return cell is not None and cell.low <= height <= cell.high and cell.columns[0] <= place <= cell.columns[-1]


def attach_off_text(
    annotation: Annotation, lines: list[PrintedLine], page: int, homes: Sequence[PrintedLine] = ()
) -> None:
    """Give a link over a picture, or over text that cannot be read, to the nearest line above it, else below.

    Where words are linked to the same address (``homes``), it is theirs: pictures are linked with their titles. Within
    a row of a table it is that row's, whatever lies nearer.
    """
    if homes:
        middle = (annotation.bottom + annotation.top) / 2
        near = min(homes[:MOST_HOMES], key=lambda line: abs((line.bottom + line.top) / 2 - middle))
        near.links.append(Link(url=annotation.url, grounds=PlacedBy.ANNOTATION, page=page))
        return
    if own := next((line for line in lines if shares_row(annotation, line)), None):
        own.links.append(Link(url=annotation.url, grounds=PlacedBy.ROW, page=page))
        return
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
