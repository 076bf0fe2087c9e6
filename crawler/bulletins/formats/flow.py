"""What every format is read into: a flow of blocks in reading order, with the links at their places.

A block is one heading, one paragraph, one entry of a list, one row of a table: lines are joined already. Formats
that know only lines (plain text, PDF) give ``Line`` records, and ``layout`` makes blocks of them; formats that
know their structure (HTML, Markdown, tables) give blocks directly. Nothing here knows what an item is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from storage.records import PlacedBy


class BlockKind(StrEnum):
    """What a block is, as far as its format or its looks say."""

    SECTION = "section"  # 【…】: always above a heading
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ENTRY = "entry"  # of a list
    ROW = "row"  # of a table
    CREDIT = "credit"
    ADDRESS = "address"  # nothing but addresses
    MASTHEAD = "masthead"
    RULE = "rule"  # a line between items
    APPENDIX = "appendix"  # announces the addresses of all items
    CONTENTS = "contents"  # a table of contents, page furniture
    COLOPHON = "colophon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One printed line. Measures are in ems of the body's type; None: the format does not tell.

    ``rest`` is the text without the addresses that were found in it; ``links`` are those, and the annotations over it.
    """

    text: str
    rest: str = ""
    page: int | None = None
    opens_page: bool = False
    left: float | None = None  # from the left edge of the text
    right: float = 0.0  # where the line ends, from the left edge of the text
    size: float | None = None  # of the type; body text is 1.0
    is_bold: bool = False
    is_centred: bool = False
    has_gap: bool = False  # more room above it than between lines of one paragraph
    links: tuple[Link, ...] = ()
    is_address: bool = False  # nothing but an address, its label, or a part of one
    goes_on: bool = False  # begins inside an address that the line before began
    level: int = 0  # of the heading that the format says it is; 0: it says nothing
    is_whole: bool = False  # the format says that it is a whole paragraph
    ready: Block | None = None  # a row of a table: it is a block already
    lead: str | None = None  # the words in bold with which it begins, where others follow
    continues_link: bool = False  # lies under the same link as the line before


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as it is written, and the grounds on which it stands where it stands."""

    url: str
    grounds: PlacedBy
    anchor_text: str | None = None
    page: int | None = None
    confidence: float = 1.0  # below 1: the format itself is not sure which text the link belongs to
    is_printed: bool = False  # found in the text: its address may run on over line breaks
    is_alone: bool = False  # printed on lines of its own
    marker: str | None = None  # printed before it: [1]; the text that it belongs to says [1] too
    number: int | None = None  # printed before it in any manner: 1. ① [1]; in a list for all items it says which
    at_page_foot: bool = False  # printed under the page's last text, as extractors list links


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One piece of the flow. ``level`` is a heading's: 1 is the highest."""

    kind: BlockKind
    text: str
    plain: str  # the text without printed addresses and what is left of their labels
    level: int = 0
    page: int | None = None
    end_page: int | None = None
    links: tuple[Link, ...] = ()
    lead: str | None = None  # the words in bold with which a text begins
    section: str | None = None  # of a row, where its table says so

    def title(self, words: str, *, level: int, links: tuple[Link, ...] = ()) -> Block:
        """A heading of these words above the block, on the page where it begins."""
        return Block(
            kind=BlockKind.HEADING,
            text=words,
            plain=words,
            level=level,
            page=self.page,
            end_page=self.page,
            links=links,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A document as its format tells it."""

    media_type: str
    blocks: tuple[Block, ...]
    title: str | None = None  # what the document's own metadata say
    issuer: str | None = None
    published_on: date | None = None
    warnings: tuple[str, ...] = field(default=())
    unread_pictures: int = 0  # that were not looked at for QR codes
