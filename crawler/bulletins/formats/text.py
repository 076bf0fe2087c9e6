"""Plain text, also as extracted from a PDF: encodings, pages, indents.

Extractors mark a page by a form feed, or leave a space before the first line of each page (a real issue:
sichuan-difangzhi-2024-03-13.txt of the corpus), inside paragraphs too; some put an empty line after every line.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from itertools import groupby, pairwise

from crawler.bulletins.formats.addresses import with_printed_links
from crawler.bulletins.formats.flow import Block, BlockKind, Flow, Line
from crawler.bulletins.formats.joining import width
from crawler.bulletins.formats.layout import to_blocks
from crawler.bulletins.formats.quoting import is_quoted, unquoted
from crawler.bulletins.formats.rows import table_blocks
from crawler.bulletins.formats.structured import make_block
from crawler.bulletins.landmarks import PICTURE_PLACE
from storage.errors import UnreadableBulletin

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHER_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
MOST_LINES = 150_000
FEWEST_ROWS = 2  # with links, that make a table
DOUBLE_SPACED = 0.6  # share of lines with an empty line below, from which empty lines mean nothing


def read_text(body: bytes) -> Flow:
    """Return the flow of a plain text."""
    text, warnings = decode(body)
    if is_quoted(text):
        text = unquoted(text)
    lines = with_printed_links(with_tables(printed_lines(text)))
    return Flow(media_type="text/plain", blocks=tuple(to_blocks(lines)), warnings=warnings)


def decode(body: bytes) -> tuple[str, tuple[str, ...]]:
    """Return text from bytes in UTF-8, UTF-16, UTF-32 or GB18030, and a warning where some of it was no text."""
    for encoding in candidates(body):
        try:
            return body.decode(encoding), ()
        except UnicodeDecodeError as error:
            if encoding == "utf-8" and error.start >= len(body) - 4:  # cut inside its last character
                return body.decode(encoding, "ignore"), ("cut_short",)
    gb18030, utf8 = body.decode("gb18030", "replace"), body.decode("utf-8", "replace")
    better = min(gb18030, utf8, key=lambda text: text.count("\ufffd"))
    return better, ("undecodable_bytes",)


def candidates(body: bytes) -> list[str]:
    """The encodings to try, in order."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return [encoding]
    if utf16 := unmarked_utf16(body):
        return [utf16]
    return ["utf-8", "gb18030"]


def unmarked_utf16(body: bytes) -> str | None:
    """UTF-16 without a mark shows by line ends and spaces, which are a zero byte and another."""
    sample = body[:20_000]
    if sample.count(0) < len(sample) / 50:
        return None
    little = sum(sample.count(pair) for pair in (b"\n\0", b" \0", b"/\0"))
    big = sum(sample.count(pair) for pair in (b"\0\n", b"\0 ", b"\0/"))
    return "utf-16-le" if little >= big else "utf-16-be"


def printed_lines(text: str) -> list[Line]:
    """The lines that are not empty, with their pages, indents and gaps."""
    rows = re.split(r"\r\n|[\n\r\x0b\x85\u2028\u2029]", text.replace("\f", "\n\f"))
    if len(rows) > MOST_LINES:
        raise UnreadableBulletin(file="", kind="too_complex", detail=f"more than {MOST_LINES} lines")
    is_paged_by_space = "\f" not in text and marks_pages_by_space(rows)
    is_paged = "\f" in text or is_paged_by_space
    is_spaced = share_of_gaps(rows) >= DOUBLE_SPACED
    lines: list[Line] = []
    page, has_gap, opens_page = 1, False, False
    for row in rows:
        opens_page = opens_page or row.startswith("\f") or (is_paged_by_space and is_page_opener(row))
        words = OTHER_CONTROLS.sub("", row).replace("\f", "").replace("\u00ad", "").strip(" \t\u00a0\u3000")
        if not words:
            has_gap = True
            continue
        if words[0] in "[【<" and not (words := PICTURE_PLACE.sub("", words)):
            continue
        page += opens_page and bool(lines)
        left = indent(row)
        lines.append(
            Line(
                text=words,
                rest=words,
                page=page if is_paged else None,
                opens_page=opens_page,
                left=left,
                right=left + width(words),
                has_gap=has_gap and not is_spaced,
            )
        )
        has_gap = opens_page = False
    return lines


def with_tables(lines: Sequence[Line]) -> list[Line]:
    """The lines; those that a table left behind when it was copied, with tabs between its cells, are rows of one."""
    told: list[Line] = []
    for is_table, found in groupby(lines, key=lambda line: "\t" in line.text):
        if not is_table:
            told += found
            continue
        group = list(found)
        cells = [[" ".join(cell.split()) for cell in line.text.split("\t")] for line in group]
        links = [[make_block(BlockKind.ROW, cell).links for cell in row] for row in cells]
        if sum(map(any, links)) >= max(FEWEST_ROWS, len(group) // 2):
            told += [ready_line(block) for block in table_blocks(cells, links, pages=[line.page for line in group])]
        else:
            told += group
    return told


def ready_line(block: Block) -> Line:
    """A row of a table as a line."""
    return Line(text=block.text, rest=block.text, page=block.page, ready=block)


def is_page_opener(row: str) -> bool:
    """Whether a line begins with just one space."""
    return len(row) > 1 and row[0] == " " and row[1] not in " \t\u3000"


def marks_pages_by_space(rows: Sequence[str]) -> bool:
    """Whether single spaces open pages: they are few, and nothing else is indented by spaces."""
    full = [row for row in rows if row.strip()]
    openers = sum(1 for row in full if is_page_opener(row))
    others = sum(1 for row in full if row.startswith(("  ", "\t")))
    return 0 < openers <= max(1, len(full) // 5) and not others


def share_of_gaps(rows: Sequence[str]) -> float:
    """The share of lines that have an empty line below."""
    full = [number for number, row in enumerate(rows) if row.strip()]
    gaps = sum(1 for this, following in pairwise(full) if following > this + 1)
    return gaps / max(1, len(full) - 1)


def indent(row: str) -> float:
    """How far a line is indented, in ems; the space that opens a page is no indent."""
    if is_page_opener(row):
        return 0.0
    leading = re.match(r"[ \t\u00a0\u3000\f]*", row)
    return (
        sum({"\u3000": 1.0, "\t": 2.0, "\f": 0.0}.get(character, 0.5) for character in leading.group())
        if leading
        else 0
    )
