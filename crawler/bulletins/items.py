"""A flow becomes the parts of a bulletin: its head, its sections, its items with their texts, credits and links.

A heading opens an item, unless other headings or a list of links stand right below it: then it names a section.
Entries of such a list, rows of a table and numbered titles are items of their own. A deeper heading below an
item's own text is a part of that item. Which article a link means, and how sure its place is, is decided in
``citations``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.bulletins.arranging import arranged
from crawler.bulletins.drafts import Draft, take_closing_credit
from crawler.bulletins.formats.crowding import is_period
from crawler.bulletins.formats.flow import Block, BlockKind, Flow, Link
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.heads import document_title, masthead_of
from crawler.bulletins.landmarks import (
    ANNOUNCES_LINKS,
    CLOSING,
    CONTACT,
    CREDIT_LINE,
    LINK_WORDS,
    LONGEST_CONTACT,
    NUMBERING,
    PREFACE,
    SECTION,
    STAFF,
    credit_of,
    ends_statement,
    follows_in_number,
    mark_of,
    number_of,
    section_of,
)
from crawler.bulletins.listings import TitleIndex, begins_listing, joined_repetitions, last_listing_heads
from crawler.bulletins.mastheads import DAY, Masthead

LONGEST_HEAD = 12  # characters of a line that announces links to the account or earlier issues, and has none
CONTACT_LINES = frozenset({BlockKind.PARAGRAPH, BlockKind.ENTRY, BlockKind.ADDRESS})
LONGEST_SOURCE = 12  # characters before a linked title: 新华社：
FEWEST_LINKED = 2  # linked titles that make a list
LONGEST_HEADLINE = 50  # characters of an entry that cites nothing
DAY_BEHIND = re.compile(
    r"(?<=\S)\s*(?:[（(]\s*(?:来源[：:][^（）()]{0,24}|(?:[12]\d{3}\s*[年./-]\s*)?\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?)\s*[）)]"
    r"|[|｜/／]\s*(?:[12]\d{3}\s*[年./-]\s*)?\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?|[→>＞»]+)$"
)  # 古琴修复记（3月25日）, 控盐小妙招（来源：营养师说）, 志愿者招募→
ORNAMENTS = "◆★●■◇☆ "  # ◆热点关注◆
SHORTEST_TITLE, LONGEST_LEAD = 4, 40  # characters of a sentence that is a title
LONGEST_CLOSING = 80  # characters
MOST_PREFACE = 4  # paragraphs
LONGEST_TITLE = 120  # characters; an entry without a link of its own gives its beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A link and the item in which it stands; None: it stands in no item (head, colophon, contents)."""

    link: Link
    draft: Draft | None
    run: int = 0  # links of one run of address lines share its number; 0: not in a run
    closes_flow: bool = False  # nothing but the colophon follows the run


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a flow holds."""

    masthead: Masthead
    drafts: tuple[Draft, ...]
    links: tuple[Placed, ...]  # in reading order


def read_parts(flow: Flow) -> Parts:
    """Return the head, the items and the links of a flow."""
    title = document_title(flow)
    flow = replace(flow, blocks=arranged(flow.blocks, title))
    reader = Reader(flow, title or document_title(flow))
    for number in range(len(reader.blocks)):
        reader.take(number)
    joined = joined_repetitions(reader.drafts)
    drafts = [draft for draft in reader.drafts if id(draft) not in joined and reader.is_item(draft)]
    for draft in drafts:
        take_closing_credit(draft)
    kept = set(drafts)
    moved = [replace(placed, draft=joined.get(id(placed.draft), placed.draft)) for placed in reader.links]
    links = [
        placed if placed.draft is None or placed.draft in kept else Placed(link=placed.link, draft=None)
        for placed in moved
    ]
    return Parts(masthead=masthead_of(flow, reader.title), drafts=tuple(drafts), links=tuple(links))


class Reader:
    """Walks once over the blocks of a flow; what it holds is where it stands."""

    def __init__(self, flow: Flow, title: str | None) -> None:
        self.blocks = flow.blocks
        self.title = title
        self.headings: list[Block] = []
        self.section: str | None = None  # of 【…】
        self.current: Draft | None = None
        self.opener = ""  # the words with which the current item was opened
        self.is_appendix = False  # the addresses that follow are listed for all items
        self.listed: Draft | None = None  # the item that the list at the end speaks of
        self.titles = TitleIndex()  # of the items above that list
        self.is_contact = False  # the links that follow lead to the account or earlier issues
        self.is_listing = False  # the current item is an entry or a row: the next one opens another
        self.drafts: list[Draft] = []
        self.links: list[Placed] = []
        self.runs = 0
        self.section_levels = {
            block.level
            for number, block in enumerate(self.blocks)
            if block.kind is BlockKind.HEADING and has_links_ahead(self.blocks, number + 1)
        }
        self.introduced = introduced_lists(self.blocks)
        self.linkless = linkless_entries(flow.blocks)
        self.last_heads = last_listing_heads(flow.blocks)
        closing = (BlockKind.COLOPHON, BlockKind.ADDRESS)
        self.last_text = max((n for n, block in enumerate(flow.blocks) if block.kind not in closing), default=-1)

    def take(self, number: int) -> None:
        """Take one block to where it belongs."""
        block = self.blocks[number]
        if self.take_contact(block) or (self.is_appendix and self.take_listed(block)):
            return
        if not self.is_appendix and number >= self.last_heads and begins_listing(self.blocks, number, self.drafts):
            block = replace(block, kind=BlockKind.APPENDIX)
        match block.kind:
            case BlockKind.MASTHEAD | BlockKind.CONTENTS | BlockKind.COLOPHON:
                self.keep_links(block, None)
            case BlockKind.APPENDIX:
                self.is_appendix, self.listed = True, None
                self.titles.take(self.drafts)
                self.keep_links(block, None)
            case BlockKind.SECTION:
                self.open_section(block)
            case BlockKind.HEADING:
                self.take_heading(number)
            case BlockKind.CREDIT:
                self.take_credit(block)
            case BlockKind.ADDRESS:
                self.take_addresses(number)
            case BlockKind.ROW:
                self.open_item(block, title=block.plain, is_listing=True)
            case BlockKind.ENTRY | BlockKind.PARAGRAPH:
                self.take_text(block)

    def take_contact(self, block: Block) -> bool:
        """Take 往期回顾 on a line of its own, and the short lines with links below it; whether it was taken."""
        words = close_gaps(block.plain)
        longest = LONGEST_CONTACT if block.links else LONGEST_HEAD
        opens = len(words) <= longest and bool(CONTACT.match(words))
        goes_on = self.is_contact and bool(block.links) and len(block.plain) <= LONGEST_CONTACT
        self.is_contact = opens or (goes_on and block.kind in CONTACT_LINES)
        if self.is_contact:
            self.keep_links(block, None)
        return self.is_contact

    def take_listed(self, block: Block) -> bool:
        """Take an entry of the list at the end, where it says the title of an item; whether it does."""
        if block.kind in (BlockKind.ADDRESS, BlockKind.CREDIT, BlockKind.MASTHEAD, BlockKind.COLOPHON):
            return False
        named = self.titles.find(block.plain)
        if named is not None:
            self.listed = named
            self.keep_links(block, named)
        return named is not None

    def open_section(self, block: Block) -> None:
        """A 【…】: it stands above all headings."""
        found = SECTION.match(block.text)
        self.section = section_of(block.text) or (found.group(1).strip() if found else block.plain)
        self.headings.clear()
        self.current = None
        self.keep_links(block, None)

    def take_heading(self, number: int) -> None:
        """A heading opens an item, names a section, or is a part of the item in which it stands."""
        block = self.blocks[number]
        if self.title and close_gaps(block.plain) == self.title and not self.headings and self.section is None:
            self.headings = [block]
            self.keep_links(block, None)
            return
        if same := self.numbered_alike(block):
            block = replace(block, level=same.level)
        elif self.is_part(block):
            self.append(block)
            return
        while self.headings and self.headings[-1].level >= block.level:
            self.headings.pop()
        self.current = None
        if self.names_section(number):
            self.headings.append(block)
            self.keep_links(block, None)
            return
        self.open_item(block, title=title_of(block), level=block.level)
        self.headings.append(block)

    def numbered_alike(self, heading: Block) -> Block | None:
        """The name of a section above, where a heading has the number after it: 二、 after 一、."""
        return next((each for each in self.headings[:-1] if follows_in_number(each.text, heading.text)), None)

    def is_part(self, heading: Block) -> bool:
        """Whether a heading is one within the open item: deeper than its title, below text of its own, no link."""
        if self.current is None or self.is_listing or not self.current.paragraphs:
            return False
        return 0 < self.current.level < heading.level and not heading.links

    def names_section(self, number: int) -> bool:
        """Whether what stands right below a heading are items of their own."""
        block = self.blocks[number]
        if block.links or number + 1 >= len(self.blocks):
            return False
        if is_period(block) or number in self.introduced:
            return True
        below = self.blocks[number + 1]
        if below.kind is BlockKind.HEADING:
            return below.level > block.level
        if below.kind is BlockKind.ENTRY and block.level in self.section_levels:
            return True
        return is_numbered_title(below) or has_links_ahead(self.blocks, number + 1)

    def take_credit(self, block: Block) -> None:
        """A credit closes its item."""
        if self.current and self.current.credit is None and (self.current.paragraphs or CREDIT_LINE.match(block.text)):
            self.current.credit = credit_of(block.text)
            self.see_pages(block)
            self.keep_links(block, self.current)
        else:
            self.append(block)

    def take_addresses(self, number: int) -> None:
        """Lines of nothing but addresses belong to the item above them."""
        block = self.blocks[number]
        self.runs += 1
        draft = self.listed if self.is_appendix else self.current
        if CONTACT.match(block.text):
            draft = None
        self.keep_links(block, draft, run=self.runs, closes_flow=number > self.last_text)

    def take_text(self, block: Block) -> None:
        """An entry of a list of links is an item; other text belongs to the item that is open."""
        is_entry = block.kind is BlockKind.ENTRY and (
            ((bool(block.links) or block in self.linkless) and (self.is_listing or self.heads_list()))
            or self.is_next_entry(block)
            or self.follows_item(block)
        )
        if is_entry or (is_numbered_title(block) and not self.points_on(block)):
            self.open_item(block, title=title_of(block), is_listing=True)
        else:
            self.append(block)

    def follows_item(self, block: Block) -> bool:
        """Whether an entry with a link has the number after that of the item above, or its bullet; that cites too."""
        if self.current is None or not (block.links and self.current.has_links):
            return False
        if self.current.number is None:
            return mark_of(block.text) is not None and mark_of(block.text) == mark_of(self.opener)
        return bool(self.current.paragraphs) and follows_in_number(self.opener, block.text)

    def heads_list(self) -> bool:
        """Whether nothing above is an item of which a list may be a part: a text without title or link is none."""
        return self.current is None or not (self.current.title or self.current.has_links)

    def points_on(self, block: Block) -> bool:
        """Whether a link behind a sign (👉, ▶, ·) belongs to the item above: that has a title, and text of its own."""
        if self.current is None or self.is_listing or not self.current.level or not self.current.paragraphs:
            return False
        return number_of(block.text) is None or bool(ANNOUNCES_LINKS.search(self.current.paragraphs[-1]))

    def is_next_entry(self, block: Block) -> bool:
        """Whether an entry without a link has the number after that of the entry before it."""
        if self.current is None or not self.is_listing or len(self.current.paragraphs) != 1:
            return False
        return follows_in_number(self.current.paragraphs[0], block.text)

    def open_item(self, block: Block, *, title: str | None, level: int = 0, is_listing: bool = False) -> None:
        """Open an item with a block that is its title, or the whole of it."""
        self.current = Draft(
            title=title or None,
            section=block.section or self.section_name(),
            page=block.page,
            level=level,
            number=number_of(block.text),
        )
        self.is_listing, self.listed, self.opener = is_listing, self.current, block.text
        self.drafts.append(self.current)
        if is_listing:
            self.current.paragraphs.append(block.text)
        self.see_pages(block)
        self.keep_links(block, self.current)

    def unused_heading(self) -> Block | None:
        """The nearest heading, where it was taken for a section's name and text follows after all."""
        heading = self.headings[-1] if self.headings else None
        if heading is None or close_gaps(heading.plain) == self.title or is_period(heading):
            return None
        return None if any(heading is self.blocks[number] for number in self.introduced) else heading

    def section_name(self, above: Block | None = None) -> str | None:
        """The section in which a new item stands: the nearest heading above it, else the 【…】."""
        names = [
            close_gaps(NUMBERING.sub("", heading.plain)).rstrip(ORNAMENTS + "：")
            for heading in self.headings
            if heading is not above
        ]
        names = [name for name in names if name and name != self.title]
        return names[-1] if names else self.section

    def append(self, block: Block) -> None:
        """Add a block to the open item; text with no item above it makes one of its own."""
        if is_imprint(block) or self.is_closing(block):
            self.keep_links(block, None)
            return
        if self.is_appendix and not block.links:
            self.listed = None
        if self.current is None:
            heading = self.unused_heading()
            self.current = Draft(
                title=title_of(heading) if heading else None,
                section=self.section_name(above=heading),
                page=block.page,
                level=heading.level if heading else 0,
            )
            self.is_listing = False
            self.drafts.append(self.current)
        self.current.paragraphs.append(block.text)
        self.see_pages(block)
        self.keep_links(block, self.current)

    def is_closing(self, block: Block) -> bool:
        """Whether the last text of all speaks to the readers, below an item that has its link already."""
        if self.current is None or not self.current.has_links or len(block.plain) > LONGEST_CLOSING:
            return False
        return block is self.blocks[self.last_text] and bool(CLOSING.match(block.plain))

    def see_pages(self, block: Block) -> None:
        """Remember on which pages the open item stands."""
        if self.current:
            self.current.pages.update(page for page in (block.page, block.end_page) if page is not None)

    def keep_links(self, block: Block, draft: Draft | None, *, run: int = 0, closes_flow: bool = False) -> None:
        """Keep a block's links with the item in which they stand."""
        for link in block.links:
            self.links.append(Placed(link=link, draft=draft, run=run, closes_flow=closes_flow))
            if draft:
                draft.has_links = True

    def is_item(self, draft: Draft) -> bool:
        """Whether a draft is news: it has a title, a section or links, or it is all that there is."""
        if draft is self.drafts[0] and is_preface(draft, self.drafts):
            return False
        return bool(draft.title or draft.section or draft.has_links) or len(self.drafts) == 1


def is_preface(draft: Draft, drafts: Sequence[Draft]) -> bool:
    """Whether the text above all titles speaks to the readers, or of the issue itself: what it cites is no news."""
    is_above = draft.title is None and draft.section is None and sum(bool(other.title) for other in drafts) > 1
    return is_above and len(draft.paragraphs) <= MOST_PREFACE and bool(PREFACE.search(draft.text))


def is_imprint(block: Block) -> bool:
    """Whether a short block says who made the issue, or leads to the account and to earlier issues: it is no news."""
    if len(block.plain) > LONGEST_CONTACT:
        return False
    return bool(STAFF.match(block.text) or CONTACT.match(block.text))


def introduced_lists(blocks: Sequence[Block]) -> frozenset[int]:
    """The short headings with a text and a list of linked titles below: sections, where all of their level are so."""
    headings = [number for number, block in enumerate(blocks) if block.kind is BlockKind.HEADING]
    found = {number for number in headings if heads_introduced_list(blocks, number)}
    levels = {blocks[number].level for number in found}
    others = [number for number in headings if blocks[number].level in levels and number not in found]
    return frozenset(found) if len(found) > 1 and not others else frozenset()


def heads_introduced_list(blocks: Sequence[Block], number: int) -> bool:
    """Whether a text that cites nothing stands below a short heading, then linked titles that it does not announce."""
    below = blocks[number + 1 : number + 4]
    is_introduced = bool(below) and below[0].kind is BlockKind.PARAGRAPH and not below[0].links
    if not is_introduced or len(blocks[number].plain) > LONGEST_HEAD or ANNOUNCES_LINKS.search(below[0].plain):
        return False
    return len(below) > FEWEST_LINKED and all(map(is_linked_title, below[1:]))


def is_linked_title(block: Block) -> bool:
    """Whether an entry begins with the words of a link that may be a title."""
    anchor = next((link.anchor_text for link in block.links if link.anchor_text), None)
    if block.kind is not BlockKind.ENTRY or anchor is None or len(anchor) < SHORTEST_TITLE or LINK_WORDS.match(anchor):
        return False
    return close_gaps(NUMBERING.sub("", block.text)).startswith(close_gaps(anchor))


def linkless_entries(blocks: Sequence[Block]) -> set[Block]:
    """The short entries without a link in lists whose other entries have one: news that cites nothing."""
    entries = [block for block in blocks if block.kind is BlockKind.ENTRY]
    if not are_news(entries):
        return set()
    return {
        entry
        for entry in entries
        if not entry.links and len(entry.text) <= LONGEST_HEADLINE and not ends_statement(entry.text)
    }


def are_news(entries: Sequence[Block]) -> bool:
    """Whether the entries of a list are items: at least every second one has a link."""
    return sum(bool(entry.links) for entry in entries) >= 0.5 * len(entries)


def title_of(block: Block) -> str | None:
    """The title that a heading or an entry gives: the words of its first link in an entry, else its own words."""
    plain = DAY_BEHIND.sub("", close_gaps(NUMBERING.sub("", without_link_words(block))).strip("*"))
    first = next((link.anchor_text for link in block.links if link.anchor_text), None)
    if block.kind is BlockKind.HEADING:
        return plain[:LONGEST_TITLE].strip() or None
    if first is not None and close_gaps(first) in DAY.sub("", plain)[: len(first) + 8]:
        return close_gaps(first)
    return first_sentence(plain) or plain[:LONGEST_TITLE].strip() or None


def first_sentence(text: str) -> str | None:
    """The first sentence of an entry, where it is short and text follows: so begin news in one paragraph."""
    sentence, _, rest = text.partition("。")
    return sentence.strip() if SHORTEST_TITLE <= len(sentence) <= LONGEST_LEAD and rest.strip() else None


def without_link_words(block: Block) -> str:
    """The words of a heading without 原文 or 查看全文, where these are linked behind them."""
    words = block.plain
    for link in reversed(block.links):
        anchor = link.anchor_text or ""
        if block.kind is BlockKind.HEADING and LINK_WORDS.match(anchor) and words.endswith(anchor):
            words = words.removesuffix(anchor).rstrip(" |｜：:（([【") or words
    return words


def is_numbered_title(block: Block) -> bool:
    """Whether a paragraph is a number and, right behind it or a source, a link: 1、[title](…), ◇ 新华社：[title](…)."""
    if block.kind is not BlockKind.PARAGRAPH or not NUMBERING.match(block.text):
        return False
    anchor = next((link.anchor_text for link in block.links if link.anchor_text), None)
    if anchor is None or LINK_WORDS.match(anchor):
        return False
    words, title = close_gaps(NUMBERING.sub("", block.text)), close_gaps(anchor)
    return words.startswith(title) or (words.endswith(f"：{title}") and len(words) - len(title) <= LONGEST_SOURCE)


def has_links_ahead(blocks: Sequence[Block], start: int) -> bool:
    """Whether the entries or rows that follow each other from here on hold a link."""
    for number in range(start, len(blocks)):
        block = blocks[number]
        if block.kind not in (BlockKind.ENTRY, BlockKind.ROW):
            return False
        if block.links:
            return True
    return False
