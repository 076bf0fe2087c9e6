"""Printed lines become blocks: which lines are one paragraph, which are titles, sections, credits, head and colophon.

Plain text and PDF share these rules; what a format does not tell (type size, indents) is None on its lines and the
rules do without it. A line is *full* when it reaches the right edge, so that its paragraph may go on below it, across
a page break too. A *title* is short, ends without the marks that sentences end with, and stands where an item may
begin: after the head, a section, a credit or an address; in issues that close their items with no credit, after
any finished paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, takewhile

from crawler.bulletins.formats.addresses import without_label
from crawler.bulletins.formats.contents import LONGEST_HEAD, contents_range, contents_title
from crawler.bulletins.formats.crowding import relieved
from crawler.bulletins.formats.datelines import datelines
from crawler.bulletins.formats.flow import Block, BlockKind, Line, Link
from crawler.bulletins.formats.joining import close_gaps, join_lines
from crawler.bulletins.formats.leads import with_leads
from crawler.bulletins.formats.manner import (
    Manner,
    is_full,
    is_running,
    manner_of,
    starts_paragraph,
)
from crawler.bulletins.formats.paragraphs import linked_end, paragraph_length
from crawler.bulletins.formats.sections import SECTION_LEVEL, section_length
from crawler.bulletins.formats.titles import (
    Place,
    is_all_links,
    is_caption,
    level_of,
    title_length,
)
from crawler.bulletins.formats.turns import with_turns
from crawler.bulletins.landmarks import (
    APPENDIX,
    CALL,
    CODE_CAPTION,
    COLOPHON,
    CONTENTS,
    DAY_ALONE,
    LINK_WORDS,
    NUMBERING,
    PAGE_NUMBER,
    POINTS_ON,
    RULE,
    STAFF,
    TITLE_FIELD,
    credit_of,
    ends_statement,
    follows_in_number,
    mark_of,
    number_of,
    section_of,
)
from crawler.bulletins.mastheads import find_day, is_day, issuer_of, read_masthead, says_head

MOST_ENTRY_LINES = 3
SHORTEST_TITLE = 6  # characters of linked words in a head
FEWEST_NAMED = 2
NAMED_LEVEL = 5  # below headings that show by their type
UNIT = re.compile(
    r"(?:(?!走进|走入|召开|举[办行]|入选|开进|来到|亮相|进驻|落户|获评|共建|建成|成立|关于)[\u4e00-\u9fff（）()·]){4,30}"
)
MOST_HEAD_LINES = 4  # above which it may stand
LONGEST_POINTING = 16  # characters
MANY_ALIKE, MOST_ALIKE = 3, 0.6  # links with the same words; of all links
LEAST_ALIKE = 0.1  # of all links: in a long issue a title may come thrice


def to_blocks(lines: Sequence[Line]) -> list[Block]:
    """Return the blocks of a document whose lines are given in reading order, head first, colophon last."""
    lines = with_named_titles([line for line in lines if not is_furniture(line)])
    first, end = contents_range(lines)
    listed = frozenset(contents_title(line.text) for line in lines[first + 1 : end])
    manner = replace(manner_of([*lines[:first], *lines[end:]]), listed=listed)
    tail = colophon_start(lines)
    pointing = pointing_words(lines)
    kinds = [BlockKind.ADDRESS if words_of(line) in pointing else kind_of(line) for line in lines[:tail]]
    head = head_length(lines[:tail], kinds, manner)
    blocks = [block(BlockKind.MASTHEAD, [line]) for line in lines[:head]]
    blocks += body_of(lines[head:tail], kinds[head:], manner)
    blocks += [block(BlockKind.COLOPHON, [with_links_of_row(line)]) for line in lines[tail:]]
    return blocks


def with_links_of_row(line: Line) -> Line:
    """A line; a row of a table with the links in it."""
    return replace(line, links=line.ready.links) if line.ready else line


def with_named_titles(lines: Sequence[Line]) -> list[Line]:
    """The lines; where several say 标题：…, these are the titles."""
    named = [number for number, line in enumerate(lines) if TITLE_FIELD.match(line.text) and not line.ready]
    if len(named) < FEWEST_NAMED:
        return list(lines)
    told = list(lines)
    for number in named:
        text, rest = (TITLE_FIELD.sub("", said) for said in (told[number].text, told[number].rest))
        told[number] = replace(told[number], text=text, rest=rest, level=NAMED_LEVEL)
    return told


def is_furniture(line: Line) -> bool:
    """Whether a line is only a page number."""
    return bool(PAGE_NUMBER.match(line.text)) and not (line.links or line.goes_on or line.ready)


def colophon_start(lines: Sequence[Line]) -> int:
    """The number of the first line of the colophon; the count of lines where there is none.

    It is the last thing of an issue: a mark of it counts only among the last lines, below every credit and section,
    and below the first news.
    """
    earliest = max(0, len(lines) - max(25, len(lines) // 10))
    rows = (number for number in range(len(lines) - 1, earliest - 1, -1) if lines[number].ready)
    news = (number for number, line in enumerate(lines) if line.links or "。" in line.text)
    earliest = max(earliest, next(rows, -1) + 1, next(news, -1) + 1)
    for number in range(len(lines) - 1, earliest - 1, -1):
        if credit_of(lines[number].text) and not COLOPHON.match(lines[number].text):
            earliest = number + 1
            break
    for number in range(earliest, len(lines)):
        line = lines[number]
        if line.is_address:  # 网址： may announce an article
            continue
        if COLOPHON.match(line.text) or (STAFF.match(line.text) and number > len(lines) // 2):
            return number
    return signature_start([line.text for line in lines[earliest:]]) + earliest


def signature_start(texts: Sequence[str]) -> int:
    """The number of the line where the day stands that ends an issue, or of the institution above it.

    Where other days stand alone too, they are of items.
    """
    last = len(texts) - 1
    if last < 1 or not is_day(texts[last]) or len({find_day(text) for text in texts if is_day(text)}) > 1:
        return len(texts)
    above = re.sub(r"(?:整理|供稿|编制|填报|编)$", "", texts[last - 1].strip())
    return last - bool(UNIT.fullmatch(above) and issuer_of(above))


def pointing_words(lines: Sequence[Line]) -> frozenset[str]:
    """What short lines say that come again with other links, whatever it is: 原文请戳, 查看详情→点这里."""
    told: dict[str, set[str]] = {}
    for line in lines:
        for link in line.links:
            for words in filter(None, {words_of(line), short_words(link)}):
                told.setdefault(words, set()).add(link.url)
    links = sum(bool(line.links) for line in lines)
    return frozenset(words for words, urls in told.items() if comes_again(len(urls), links))


def comes_again(count: int, links: int) -> bool:
    """Whether words stand at several links that are no small part of all, or at two that are most of all."""
    return count >= max(MANY_ALIKE, LEAST_ALIKE * links) or (count == 2 and count >= MOST_ALIKE * links)


def short_words(link: Link) -> str | None:
    """What a link says in few words; None for one that says more, or nothing."""
    words = close_gaps(link.anchor_text or "")
    return words if 0 < len(words) <= LONGEST_POINTING else None


def words_of(line: Line) -> str | None:
    """What a short line with one link says; None for any other."""
    if len(line.links) != 1 or line.ready or not line.rest or len(line.rest) > LONGEST_POINTING:
        return None
    return None if ends_statement(line.rest) else close_gaps(line.rest)


def kind_of(line: Line) -> BlockKind | None:
    """What a line is by its own words; None for running text and titles."""
    if line.ready:
        return line.ready.kind
    if line.is_address or is_link_words(line) or CODE_CAPTION.match(line.text or "-"):
        return BlockKind.ADDRESS
    if RULE.match(line.text):
        return BlockKind.RULE
    if CONTENTS.match(line.text):
        return BlockKind.CONTENTS
    if APPENDIX.match(line.text):
        return BlockKind.APPENDIX
    if section_of(line.text):
        return BlockKind.SECTION
    if line.level:
        return BlockKind.HEADING
    if credit_of(line.text):
        return BlockKind.CREDIT
    return None


def is_link_words(line: Line) -> bool:
    """Whether a line is nothing but words that are linked, whatever the link leads to: 阅读原文, 了解更多→."""
    if not line.links:
        return False
    is_call = POINTS_ON.match(line.text) or CALL.match(line.text)
    return bool(LINK_WORDS.match(line.text) or (is_call and is_all_links(line)))


def head_length(lines: Sequence[Line], kinds: Sequence[BlockKind | None], manner: Manner) -> int:
    """How many lines the head has: up to the last that names a day, a number or a printer, before any running text."""
    length = 0
    units = [] if names_issuer(lines) else lone_unit(lines, kinds)
    of_items = datelines(lines, LONGEST_HEAD)
    is_dated = False
    for number, line in enumerate(lines[:LONGEST_HEAD]):
        if number in of_items or (is_dated and DAY_ALONE.match(line.text)):  # of the first item, below its title
            break
        if links_title(line):
            break
        if number == 0 and is_named_in_brackets(lines, kinds) and 1 not in of_items:
            continue
        is_dated = is_dated or find_day(line.text) is not None
        if kinds[number] in (BlockKind.SECTION, BlockKind.CONTENTS, BlockKind.ADDRESS, BlockKind.ROW):
            if kinds[number] is BlockKind.ADDRESS:
                return length
            return next((n for n in range(length, number) if mark_of(lines[n].text)), number)  # 一、 is no head
        is_said = (says_head(line.text) and number_of(line.text) is None) or STAFF.match(line.text)
        if is_said or number in units or (length == number and is_lone_day(lines, number)):
            length = number + 1
        elif kinds[number] is None and (is_running(line, manner) or (line.links and "。" in line.text)):
            break
    return length


def is_named_in_brackets(lines: Sequence[Line] | Sequence[Block], kinds: Sequence[BlockKind | None]) -> bool:
    """Whether the first line (【某某团讯】) is the issue's name: the day or number stands below it and no other."""
    named = (n for n in range(len(lines) - 1) if kinds[n] is BlockKind.SECTION and says_head(lines[n + 1].text))
    return list(islice(named, 2)) == [0]


def is_lone_day(lines: Sequence[Line] | Sequence[Block], number: int) -> bool:
    """Whether a line below another says a day (3月13日) and no more, as no other line does."""
    if number == 0 or not DAY_ALONE.match(lines[number].text):
        return False
    return not any(n != number and DAY_ALONE.match(lines[n].text) for n in range(len(lines)))


def names_issuer(lines: Sequence[Line]) -> bool:
    """Whether one of the first lines says the issuer beside the day or number of the issue."""
    return any(says_head(line.text) and read_masthead([line.text]).issuer for line in lines[:MOST_HEAD_LINES])


def links_title(line: Line) -> bool:
    """Whether a line links words that may be a title to an article: so begin lists of links, not heads."""
    words = (link.anchor_text or "" for link in line.links if "weixin" in link.url)
    return any(len(said) >= SHORTEST_TITLE and not LINK_WORDS.match(said) and not says_head(said) for said in words)


def lone_unit(lines: Sequence[Line], kinds: Sequence[BlockKind | None]) -> list[int]:
    """The line among the first that is the name of an institution, where no other line of the document is one."""
    above = list(takewhile(lambda line: not line.links and "。" not in line.text, lines))
    found = [
        number
        for number, line in enumerate(above)
        if kinds[number] is None and UNIT.fullmatch(line.text) and issuer_of(line.text)
    ]
    if len(found) > 1 and found[-1] == len(above) - 1:  # right above the first text: its title
        found.pop()
    return found if len(found) == 1 and found[0] < MOST_HEAD_LINES else []


def body_of(lines: Sequence[Line], kinds: Sequence[BlockKind | None], manner: Manner) -> list[Block]:
    """The blocks between head and colophon, with plain lines as titles where those in larger type are too few."""
    blocks = body_blocks(lines, kinds, manner)
    if led := with_leads(blocks):
        return led

    def with_plain_titles() -> list[Block]:
        return body_blocks(lines, kinds, replace(manner, has_plain_titles=True)) if manner.has_looks else blocks

    return relieved(blocks, with_plain_titles, lambda: with_turns(blocks))


def body_blocks(lines: Sequence[Line], kinds: Sequence[BlockKind | None], manner: Manner) -> list[Block]:
    """The blocks between head and colophon."""
    first, number = contents_range(lines)
    blocks = [block(BlockKind.ENTRY, [line]) for line in lines[first:number] if line.links]
    while number < len(lines):
        made, count = next_blocks(Place(lines=lines, kinds=kinds, start=number, manner=manner, before=blocks))
        blocks += made
        number += count
    return blocks


def next_blocks(place: Place) -> tuple[list[Block], int]:
    """The blocks that begin at a place, and how many lines they take."""
    lines, start, kind = place.lines, place.start, place.kinds[place.start]
    if kind is BlockKind.ADDRESS:
        count = run_length(place.kinds, start, BlockKind.ADDRESS)
        return [address_block(lines, start, count)], count
    if kind is not None:
        level = place.line.level or (SECTION_LEVEL if kind is BlockKind.SECTION else 0)
        return [place.line.ready or block(kind, [place.line], level=level)], 1
    if count := linked_entry_length(lines, place.kinds, start, place.before):
        return [block(BlockKind.ENTRY, lines[start : start + count])], count
    if section_length(place):
        return [block(BlockKind.HEADING, [place.line], level=SECTION_LEVEL)], 1
    if count := numbered_entry_length(place):
        return [block(BlockKind.ENTRY, lines[start : start + count])], count
    if count := title_length(place):
        return title_blocks(lines[start : start + count], place.manner), count
    count = paragraph_length(lines, place.kinds, start, place.manner)
    paragraph = lines[start : start + count]
    is_cited = kind_at(place.kinds, start + count) is BlockKind.ADDRESS
    if is_cited and not place.line.links and number_of(place.line.text) is not None:  # 1. …。 with its address below
        count += run_length(place.kinds, start + count, BlockKind.ADDRESS)
        paragraph = lines[start : start + count]
    return [
        block(
            BlockKind.ENTRY if is_entry(paragraph, place.before, is_cited=is_cited) else BlockKind.PARAGRAPH,
            paragraph,
        )
    ], count


def title_blocks(lines: Sequence[Line], manner: Manner) -> list[Block]:
    """One heading for each group of title lines; a group ends where more room or other type begins."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not (line.has_gap and not is_full(groups[-1][-1], manner)):
            groups[-1].append(line)
        else:
            groups.append([line])
    levels = [level_of(group[0], manner) - (number < len(groups) - 1) for number, group in enumerate(groups)]
    return [block(BlockKind.HEADING, group, level=level) for group, level in zip(groups, levels, strict=True)]


def run_length(kinds: Sequence[BlockKind | None], start: int, kind: BlockKind) -> int:
    """How many lines of a kind follow each other."""
    return next((n for n in range(start, len(kinds)) if kinds[n] is not kind), len(kinds)) - start


def address_block(lines: Sequence[Line], start: int, count: int) -> Block:
    """Lines of nothing but addresses; each link learns whether the page ends below it."""
    end = start + count
    at_foot = lines[start].page is not None and lines[start].size is None
    is_bare = not any(re.search(r"\w", line.rest) for line in lines[start:end])  # a label ties it to the text above
    at_foot = at_foot and is_bare and (end >= len(lines) or lines[end].opens_page)
    whole = block(BlockKind.ADDRESS, lines[start:end])
    return replace(whole, links=tuple(replace(link, at_page_foot=at_foot) for link in whole.links))


# ---- entries ------------------------------------------------------------------------------------------------


def linked_entry_length(
    lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int, before: Sequence[Block]
) -> int:
    """How many lines an entry of a list of links has: lines under one link, with others such next to them; else 0."""
    end = linked_end(lines, kinds, start)
    if end == start:
        return 0
    follows = bool(before) and before[-1].kind is BlockKind.ENTRY and bool(before[-1].links)
    return end - start if follows or linked_end(lines, kinds, end) > end else 0


def numbered_entry_length(place: Place) -> int:
    """How many lines a numbered entry of a list has: up to the next number, with a link, in a list of such; else 0."""
    lines, start, before = place.lines, place.start, place.before
    end = numbered_end(place)
    if end == start:
        return 0
    follows = (
        bool(before) and before[-1].kind is BlockKind.ENTRY and follows_in_number(before[-1].text, lines[start].text)
    )
    has_next = end < len(lines) and follows_in_number(lines[start].text, lines[end].text)
    return end - start if follows or (has_next and numbered_end(place.at(end)) > end) else 0


def numbered_end(place: Place) -> int:
    """Where a numbered line ends with its link, over at most three lines; the start itself where it has none.

    A line goes on below where it reaches the edge; what is indented below it is a text of its own.
    """
    lines, kinds, start, manner = place.lines, place.kinds, place.start, place.manner
    if start >= len(lines) or kinds[start] is not None or number_of(lines[start].text) is None:
        return start
    for end in range(start + 1, min(start + MOST_ENTRY_LINES, len(lines)) + 1):
        if any(link.anchor_text for link in lines[end - 1].links):
            while end < len(lines) and (lines[end].continues_link or lines[end].goes_on):
                end += 1
            is_last = end == len(lines) or kinds[end] is not None
            return end if is_last or follows_in_number(lines[start].text, lines[end].text) else start
        if end == len(lines) or kinds[end] is not None or number_of(lines[end].text) is not None:
            break
        if starts_paragraph(lines[end], manner) or not is_full(lines[end - 1], manner):
            break
    return start


def kind_at(kinds: Sequence[BlockKind | None], number: int) -> BlockKind | None:
    """What a line is by its own words; None for running text, and behind the last line."""
    return kinds[number] if number < len(kinds) else None


def is_entry(lines: Sequence[Line], before: Sequence[Block], *, is_cited: bool) -> bool:
    """Whether a paragraph is an entry of a list: numbered, with a link, or the next number after such an entry.

    ``is_cited``: an address stands right below it.
    """
    if not NUMBERING.match(lines[0].text) or is_caption(lines[0]):
        return False
    above = before[-1] if before and before[-1].kind is BlockKind.ENTRY else None
    return (
        is_cited
        or any(line.links for line in lines)
        or (above is not None and follows_in_number(above.text, lines[0].text))
    )


def block(kind: BlockKind, lines: Sequence[Line], *, level: int = 0) -> Block:
    """A block of lines, joined."""
    parts: list[str] = []
    for line in lines:
        if line.goes_on and parts:
            parts[-1] += line.text.strip()
        else:
            parts.append(line.text)
    text, rests = join_lines(parts), [line.rest for line in lines]
    said = text if rests == parts else join_lines(rests)
    links = lines[0].links if len(lines) == 1 else tuple(link for line in lines for link in line.links)
    return Block(
        kind=kind,
        text=text,
        plain=without_label(said) if links else said.strip(),
        level=level,
        page=lines[0].page,
        end_page=lines[-1].page,
        links=links,
        lead=lead_of(lines),
    )


def lead_of(lines: Sequence[Line]) -> str | None:
    """The words in bold with which lines begin, over several of them if need be; None where all or none are bold."""
    if not lines[0].is_bold:
        return (lines[0].lead or "").strip() or None
    first = next((number for number, line in enumerate(lines) if not line.is_bold), len(lines))
    if first == len(lines):
        return None
    lead = lines[first].lead
    return join_lines([*(line.text for line in lines[:first]), *([lead] if lead else [])]) or None
