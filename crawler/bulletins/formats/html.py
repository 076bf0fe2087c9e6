"""HTML: pages of articles and lists of them, as saved or as served.

The tree is walked once, without recursion (pages nest 100,000 deep). Block elements end a block, as browsers
show them; a link belongs to the block in which it stands, a link around a picture to the text that follows it.
Scripts, styles and forms say nothing; menus and footers are no news, but their links are kept, unplaced.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from bs4.element import CData, NavigableString, PageElement, Tag

from crawler.bulletins.formats.codes import Pictures
from crawler.bulletins.formats.flow import Block, BlockKind, Flow, Link
from crawler.bulletins.formats.frames import without_frame
from crawler.bulletins.formats.html_tables import Grid, is_band, is_data
from crawler.bulletins.formats.opening import Opening
from crawler.bulletins.formats.structured import SHADED_LEVEL, clean, make_block, told_apart
from crawler.bulletins.formats.text import decode
from crawler.bulletins.landmarks import ends_statement
from crawler.bulletins.mastheads import find_day, issuer_of
from storage.errors import UnreadableBulletin
from storage.records import PlacedBy

FindPicture = Callable[[str], bytes | None]

MOST_TAGS = 200_000
SILENT = frozenset(
    {"script", "style", "template", "noscript", "head", "select", "textarea", "svg", "math", "object", "iframe"}
)
FURNITURE = frozenset({"nav", "footer", "aside", "form", "menu"})
BLOCK = re.compile(
    "address|article|aside|blockquote|body|caption|center|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure"
    "|footer|form|h[1-6]|header|hgroup|hr|html|li|main|menu|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th"
    "|thead|tr|ul"
)
BOLD = frozenset({"b", "strong"})
HEADING = re.compile(r"^h([1-6])$")
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
BOLD_LEVEL = 7  # a paragraph all in bold type: below every real heading
LONGEST_SHADED = 16  # characters
SHADED = re.compile(
    r"background(?:-color|-image)?\s*:\s*(?!\s*(?:#fff(?:fff)?\b|white|none|transparent|inherit|initial))", re.I
)
BAND_LEVEL = 6  # a row of a table that names a section of it
LONGEST_BOLD_HEADING = 60
FEWEST_ALIKE, MOST_ALIKE = 3, 0.75  # of the blocks with sentences: bold, or headings of one level, which tells nothing
CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)
DATE_NAME = re.compile(
    "pubdate|publish_?date|publish_?time|(?:article|og):published_time|datepublished|dc.date", re.IGNORECASE
)

ISSUER_NAME = re.compile("content_?source|source|publisher|site_?name|og:site_name", re.IGNORECASE)


def read_html(body: bytes, opening: Opening | None = None, *, find: FindPicture | None = None) -> Flow:
    """Return the flow of an HTML document. ``find`` gives the pictures that came with it, by their addresses in it.

    Raises UnreadableBulletin (its file name to be filled in by the caller) for one of more than 200,000 tags.
    """
    if body.count(b"<") > 2 * MOST_TAGS:
        raise UnreadableBulletin(file="", kind="too_complex", detail=f"more than {MOST_TAGS} tags")
    text, warned = decode_html(body)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        soup = BeautifulSoup(text, "lxml")
    pictures = Pictures(find or (lambda _: None), are_wanted=opening is None or opening.pictures)
    blocks = without_frame(Walk(pictures).read(soup))
    return Flow(
        media_type="text/html",
        blocks=tuple(told_apart(blocks)),
        title=page_title(soup),
        published_on=stated_day(soup),
        issuer=stated_issuer(soup),
        warnings=warned,
        unread_pictures=pictures.unread,
    )


def decode_html(body: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of an HTML document by its mark, its own word, or its bytes."""
    found = CHARSET.search(body[:4096])
    named = found.group(1).decode("ascii").lower() if found else ""
    if named in ("gb2312", "gbk", "gb18030"):
        named = "gb18030"
    if named and not body.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return body.decode(named), ()
        except (LookupError, UnicodeError):
            pass
    return decode(body)


def page_title(soup: BeautifulSoup) -> str | None:
    """What the page calls itself."""
    stated = soup.find("meta", attrs={"property": "og:title"})
    content = stated.get("content") if isinstance(stated, Tag) else None
    if isinstance(content, str) and clean(content):
        return clean(content)
    return clean(soup.title.get_text()) or None if soup.title else None


def stated_day(soup: BeautifulSoup) -> date | None:
    """The day of publication that the page's metadata state."""
    for meta in soup.find_all("meta", limit=200):
        name = str(meta.get("name") or meta.get("property") or meta.get("itemprop") or "")
        if DATE_NAME.fullmatch(name) and (day := find_day(str(meta.get("content") or "")[:40])):
            return day
    return None


def stated_issuer(soup: BeautifulSoup) -> str | None:
    """The institution that the page's metadata state as its source."""
    for meta in soup.find_all("meta", limit=200):
        name = str(meta.get("name") or meta.get("property") or "")
        content = clean(str(meta.get("content") or ""))
        if ISSUER_NAME.fullmatch(name) and issuer_of(content):
            return content
    return None


def is_shaded(tag: Tag) -> bool:
    """Whether an element has a ground of its own, by its style or attributes."""
    if not BLOCK.fullmatch(tag.name) or tag.name in ("body", "html", "table", "tbody", "tr"):
        return False
    style, color = tag.get("style"), tag.get("bgcolor")
    if isinstance(color, str):
        return color.strip().lower() not in ("#fff", "#ffffff", "white", "")
    return isinstance(style, str) and bool(SHADED.search(style))


def may_name(block: Block) -> bool:
    """Whether a block may be the name of a section: short, no link, no sentence."""
    is_plain = block.kind is BlockKind.PARAGRAPH or (block.kind is BlockKind.HEADING and block.level > SHADED_LEVEL)
    is_short = (
        len(block.text) <= LONGEST_SHADED
        and bool(re.search(r"[^\W\d_]{2}", block.text))
        and not re.search(r"[，。；：！？,;:!?]", block.text)
    )
    return is_plain and is_short and not block.links


def without_level(block: Block, level: int) -> Block:
    """A block; one of a level that texts have too, by bold type or their element, as it would be in plain type."""
    kind = BlockKind.PARAGRAPH if block.kind is BlockKind.HEADING else block.kind
    return replace(block, kind=kind, level=0) if block.level == level else block


def walk(root: Tag) -> Iterator[tuple[PageElement, bool]]:
    """Every element and text below a root in document order: (node, True) as it opens, (node, False) as it ends."""
    open_tags = [(root, iter(root.contents))]
    while open_tags:
        parent, children = open_tags[-1]
        child = next(children, None)
        if child is None:
            open_tags.pop()
            yield parent, False
            continue
        yield child, True
        if isinstance(child, Tag):
            if child.name in SILENT:
                yield child, False
            else:
                open_tags.append((child, iter(child.contents)))


class Walk:
    """One walk over a page; what it holds is the block being gathered and the elements it stands in."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures
        self.codes: list[str] = []  # the addresses of QR codes in the block being gathered
        self.blocks: list[Block] = []
        self.words: list[str] = []  # of the block being gathered
        self.free_words: list[str] = []  # those of them outside link elements
        self.bold_length = 0
        self.sentences: Counter[int] = Counter()  # the blocks with a sentence, by the level that their type gives them
        self.lead: list[str] = []  # the bold words with which it begins
        self.is_lead_over = False
        self.links: list[Link] = []
        self.waiting: list[Link] = []  # links around pictures: they belong to the text that follows
        self.anchor: tuple[Tag, int] | None = None  # the open link, and where in words it began
        self.depth = self.bold = self.hidden = self.furniture = self.entries = 0
        self.heading = 0
        self.is_new_entry = False
        self.row: Tag | None = None
        self.is_band = False  # in a row that names a section of those below
        self.shades: list[tuple[Tag, int]] = []  # the elements with a ground of their own, and the blocks before each
        self.heads_list = False  # what ends here stands in an entry, above a list within that
        self.grids: dict[int, Grid] = {}  # by the table's identity

    def read(self, soup: BeautifulSoup) -> list[Block]:
        """Return the blocks of a page."""
        for node, opens in walk(soup):
            if isinstance(node, Tag):
                (self.open if opens else self.close)(node)
            elif opens and type(node) in (NavigableString, CData):
                self.add_words(str(node))
        self.end_block()
        if self.waiting:
            self.blocks.append(Block(kind=BlockKind.PARAGRAPH, text="", plain="", links=tuple(self.waiting)))
        for level, count in self.sentences.most_common(1):
            if level and count >= FEWEST_ALIKE and count > MOST_ALIKE * self.sentences.total():
                return [without_level(block, level) for block in self.blocks]
        return self.blocks

    def open(self, tag: Tag) -> None:
        """An element begins."""
        self.depth += 1
        if self.row is None and is_shaded(tag):
            self.end_block()
            self.shades.append((tag, len(self.blocks)))
        if tag.name == "a":
            self.anchor = (tag, len(self.words))
        elif tag.name == "area" and isinstance(href := tag.get("href"), str):
            self.waiting.append(Link(url=href.strip(), grounds=PlacedBy.HYPERLINK))
        elif tag.name == "img" and isinstance(source := tag.get("src"), str) and not self.hidden:
            self.codes += self.pictures.codes(source.strip())
        elif tag.name == "br":
            self.add_words("\n") if self.heading or self.row else self.end_block()
        elif BLOCK.fullmatch(tag.name) and self.row is None:
            self.open_block(tag)
        elif tag.name in ("td", "th") and self.row is not None:
            self.add_words(" | " if "".join(self.words).strip() else "")
        self.count(tag, 1)

    def open_block(self, tag: Tag) -> None:
        """A block element begins, and ends what was being gathered: in an entry, the name of the list within it."""
        self.heads_list = tag.name in ("ul", "ol") and self.is_new_entry and not (self.links or self.waiting)
        self.end_block()
        self.heads_list = False
        if found := HEADING.match(tag.name):
            self.heading = int(found.group(1))
        elif tag.name in ("li", "dt"):
            self.is_new_entry = True
        elif tag.name == "tr" and is_data(tag, self.depth):
            self.row = tag
        elif tag.name == "tr":
            self.is_band = is_band(tag, self.depth)

    def close(self, tag: Tag) -> None:
        """An element ends."""
        self.depth -= 1
        if self.shades and self.shades[-1][0] is tag:
            self.end_shade()
        if tag.name == "a" and self.anchor and self.anchor[0] is tag:
            self.end_link()
        elif tag is self.row:
            self.end_block()
            self.row = None
        elif BLOCK.fullmatch(tag.name) and self.row is None:
            self.end_block()
            if HEADING.match(tag.name):
                self.heading = 0
            elif tag.name == "tr":
                self.is_band = False
            elif tag.name in ("li", "dt"):
                self.settle_waiting()
                self.is_new_entry = False
        self.count(tag, -1)

    def end_shade(self) -> None:
        """An element with a ground of its own ends: a short text that is all of it names what stands below."""
        self.end_block()
        _, start = self.shades.pop()
        if len(self.blocks) == start + 1 and may_name(self.blocks[start]):
            self.blocks[start] = replace(self.blocks[start], kind=BlockKind.HEADING, level=SHADED_LEVEL)

    def count(self, tag: Tag, step: int) -> None:
        """Keep count of the bold, hidden and unnewsworthy elements around the place."""
        style = tag.get("style")
        style = style if isinstance(style, str) else ""
        self.bold += step * (tag.name in BOLD or bool(style and BOLD_STYLE.search(style)))
        self.hidden += step * bool(style and HIDDEN.search(style))
        self.entries += step * (tag.name in ("li", "dt", "dd", "td"))
        self.furniture += step * (tag.name in FURNITURE)

    def add_words(self, text: str) -> None:
        """Text at this place."""
        if self.hidden:
            return
        self.words.append(text)
        if self.anchor is None:
            self.free_words.append(text)
        else:
            self.free_words.append(" ")
        if self.bold:
            self.bold_length += len("".join(text.split()))
        if self.bold and not self.is_lead_over:
            self.lead.append(text)
        elif text.strip():
            self.is_lead_over = True

    def end_link(self) -> None:
        """A link element ends: it is a link of the block, or waits for the text that follows when it has none."""
        if self.anchor is None:
            return
        tag, start = self.anchor
        self.anchor = None
        href = tag.get("href")
        words = clean("".join(self.words[start:]))
        if not isinstance(href, str) or not href.strip() or href.startswith("#"):
            return
        grounds = PlacedBy.ROW if self.row is not None else PlacedBy.HYPERLINK
        link = Link(url=href.strip(), grounds=grounds, anchor_text=words or None)
        (self.links if words else self.waiting).append(link)

    def end_block(self) -> None:
        """What was gathered is a block."""
        if self.anchor is not None:  # a link around blocks goes with the first of them
            self.end_link()
        text, free = clean("".join(self.words)), clean("".join(self.free_words))
        is_bold = self.bold_length >= max(1, len("".join(text.split())) * 0.95)
        links = (*self.links, *self.code_links(is_alone=not text))
        lead = clean("".join(self.lead)) if self.is_lead_over else ""
        self.words, self.free_words, self.links, self.codes, self.bold_length = [], [], [], [], 0
        self.lead, self.is_lead_over = [], False
        if not text and not links:
            self.leave_pictures()
            return
        if not text and self.blocks and all(link.is_alone for link in links):
            self.blocks[-1] = replace(self.blocks[-1], links=(*self.blocks[-1].links, *links))
            return
        if "。" in text:
            self.sentences[self.heading or BOLD_LEVEL * is_bold] += 1
        kind, level = self.kind_of(text, is_bold=is_bold)
        links, self.waiting = (*self.waiting, *links), []
        block = replace(make_block(kind, text, links=links, anchored=free, level=level), lead=lead or None)
        self.blocks.append(self.with_grid(block) if kind is BlockKind.ROW else block)
        self.is_new_entry = False

    def leave_pictures(self) -> None:
        """Links around pictures in a block of their own stand for themselves, but in entries: there text follows."""
        if self.waiting and not self.entries and self.anchor is None:
            links, self.waiting = tuple(self.waiting), []
            self.blocks.append(Block(kind=BlockKind.ADDRESS, text="", plain="", links=links))

    def with_grid(self, block: Block) -> Block:
        """A row with the title and section that its table gives it; the row that names the columns is no news."""
        table = self.row.find_parent("table") if self.row else None
        if self.row is None or table is None:
            return block
        title, section = self.grids.setdefault(id(table), Grid()).read(self.row)
        if title is None or not self.row.find("td"):
            return replace(block, kind=BlockKind.CONTENTS)
        return replace(block, plain=title, section=section)

    def code_links(self, *, is_alone: bool) -> Iterator[Link]:
        """The links that QR codes are: as addresses printed there would be."""
        grounds = PlacedBy.ROW if self.row is not None else PlacedBy.INLINE
        return (Link(url=url, grounds=grounds, is_alone=is_alone) for url in self.codes)

    def kind_of(self, text: str, *, is_bold: bool) -> tuple[BlockKind, int]:
        """The kind and level of the block that ends here."""
        if self.furniture:
            return BlockKind.CONTENTS, 0
        if self.row is not None:
            return BlockKind.ROW, 0
        if self.heading:
            return BlockKind.HEADING, self.heading
        if self.is_band:
            return BlockKind.HEADING, BAND_LEVEL
        if self.heads_list and len(text) <= LONGEST_SHADED:
            return BlockKind.HEADING, SHADED_LEVEL
        if self.is_new_entry:
            return BlockKind.ENTRY, 0
        if is_bold and 2 <= len(text) <= LONGEST_BOLD_HEADING and not ends_statement(text) and text[-1] not in "：:，,":
            return BlockKind.HEADING, BOLD_LEVEL
        return BlockKind.PARAGRAPH, 0

    def settle_waiting(self) -> None:
        """Links around pictures with no text behind them in their entry go with the text before."""
        if self.waiting and self.blocks:
            last = self.blocks[-1]
            self.blocks[-1] = replace(last, links=(*last.links, *self.waiting))
            self.waiting = []
