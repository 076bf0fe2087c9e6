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

from crawler.bulletins.formats.addresses import without_label
from crawler.bulletins.formats.contents import LONGEST_HEAD, contents_range
from crawler.bulletins.formats.crowding import is_crowded, relieves, with_leads
from crawler.bulletins.formats.flow import Block, BlockKind, Line
from crawler.bulletins.formats.joining import close_gaps, join_lines, width
from crawler.bulletins.formats.manner import SLACK, Manner, is_full, is_large, is_running, manner_of, starts_paragraph
from crawler.bulletins.formats.sections import SECTION_LEVEL, section_length
from crawler.bulletins.formats.titles import Place, is_all_link, is_all_links, is_caption, level_of, title_length
from crawler.bulletins.landmarks import (
    AFTER_TEXT,
    APPENDIX,
    CALL,
    CODE_CAPTION,
    COLOPHON,
    CONTENTS,
    LINK_WORDS,
    NUMBERING,
    PAGE_NUMBER,
    POINTS_ON,
    RULE,
    STAFF,
    TITLE_FIELD,
    credit_of,
    ends_statement,
    ends_text,
    follows_in_number,
    is_sentence_end,
    mark_of,
    number_of,
    section_of,
)
from crawler.bulletins.mastheads import is_day, issuer_of, says_head

MOST_ENTRY_LINES = 3
FEWEST_NAMED = 2
NAMED_LEVEL = 5  # below headings that show by their type
UNIT = re.compile(
    r"(?:(?!走进|走入|召开|举[办行]|入选|开进|来到|亮相|进驻|落户|获评|关于)[\u4e00-\u9fff（）()·]){4,30}"
)
MOST_HEAD_LINES = 4  # above which it may stand
SAME_INDENT = 0.3  # ems


def to_blocks(lines: Sequence[Line]) -> list[Block]:
    """Return the blocks of a document whose lines are given in reading order, head first, colophon last."""
    lines = with_named_titles([line for line in lines if not is_furniture(line)])
    first, end = contents_range(lines)
    manner = manner_of([*lines[:first], *lines[end:]])
    tail = colophon_start(lines)
    kinds = [kind_of(line) for line in lines[:tail]]
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

    It is the last thing of an issue: a mark of it counts only among the last lines, below every credit and section.
    """
    earliest = max(0, len(lines) - max(25, len(lines) // 10))
    rows = (number for number in range(len(lines) - 1, earliest - 1, -1) if lines[number].ready)
    earliest = max(earliest, next(rows, -1) + 1)
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
    """The number of the line where the day stands that ends an issue, or of the institution above it."""
    last = len(texts) - 1
    if last < 1 or not is_day(texts[last]):
        return len(texts)
    above = re.sub(r"(?:整理|供稿|编制|填报|编)$", "", texts[last - 1].strip())
    return last - bool(UNIT.fullmatch(above) and issuer_of(above))


def kind_of(line: Line) -> BlockKind | None:
    """What a line is by its own words; None for running text and titles."""
    if line.ready:
        return line.ready.kind
    is_call = POINTS_ON.match(line.text) or CALL.match(line.text)
    is_link_words = line.links and (LINK_WORDS.match(line.text) or (is_call and is_all_links(line)))
    if line.is_address or is_link_words or CODE_CAPTION.match(line.text or "-"):
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


def head_length(lines: Sequence[Line], kinds: Sequence[BlockKind | None], manner: Manner) -> int:
    """How many lines the head has: up to the last that names a day, a number or a printer, before any running text."""
    length = 0
    units = lone_unit(lines, kinds)
    for number, line in enumerate(lines[:LONGEST_HEAD]):
        if kinds[number] in (BlockKind.SECTION, BlockKind.CONTENTS, BlockKind.ADDRESS, BlockKind.ROW):
            if kinds[number] is BlockKind.ADDRESS:
                return length
            return next((n for n in range(length, number) if mark_of(lines[n].text)), number)  # 一、 is no head
        if says_head(line.text) or STAFF.match(line.text) or number in units:
            length = number + 1
        elif kinds[number] is None and (is_running(line, manner) or (line.links and "。" in line.text)):
            break
    return length


def lone_unit(lines: Sequence[Line], kinds: Sequence[BlockKind | None]) -> list[int]:
    """The line among the first that is the name of an institution, where no other line of the document is one."""
    found = [
        number
        for number, line in enumerate(lines)
        if kinds[number] is None and not line.links and UNIT.fullmatch(line.text) and issuer_of(line.text)
    ]
    return found if len(found) == 1 and found[0] < MOST_HEAD_LINES else []


def body_of(lines: Sequence[Line], kinds: Sequence[BlockKind | None], manner: Manner) -> list[Block]:
    """The blocks between head and colophon, with plain lines as titles where those in larger type are too few."""
    blocks = body_blocks(lines, kinds, manner)
    if is_crowded(blocks) and relieves(led := with_leads(blocks), blocks):
        return led
    if manner.has_looks and is_crowded(blocks):
        finer = body_blocks(lines, kinds, replace(manner, has_plain_titles=True))
        return finer if relieves(finer, blocks) else blocks
    return blocks


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
    if count := numbered_entry_length(lines, place.kinds, start, place.before):
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


def numbered_entry_length(
    lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int, before: Sequence[Block]
) -> int:
    """How many lines a numbered entry of a list has: up to the next number, with a link, in a list of such; else 0."""
    end = numbered_end(lines, kinds, start)
    if end == start:
        return 0
    follows = (
        bool(before) and before[-1].kind is BlockKind.ENTRY and follows_in_number(before[-1].text, lines[start].text)
    )
    has_next = end < len(lines) and follows_in_number(lines[start].text, lines[end].text)
    return end - start if follows or (has_next and numbered_end(lines, kinds, end) > end) else 0


def numbered_end(lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int) -> int:
    """Where a numbered line ends with its link, over at most three lines; the start itself where it has none."""
    if start >= len(lines) or kinds[start] is not None or number_of(lines[start].text) is None:
        return start
    for end in range(start + 1, min(start + MOST_ENTRY_LINES, len(lines)) + 1):
        if any(link.anchor_text for link in lines[end - 1].links):
            while end < len(lines) and (lines[end].continues_link or lines[end].goes_on):
                end += 1
            is_last = end == len(lines) or kinds[end] is not None
            return end if is_last or follows_in_number(lines[start].text, lines[end].text) else start
        if end < len(lines) and (kinds[end] is not None or number_of(lines[end].text) is not None):
            break
    return start


def linked_end(lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int) -> int:
    """Where the lines end that begin here, with the words of one link; the start itself where there is none."""
    if start >= len(lines) or kinds[start] is not None or ends_statement(lines[start].text):
        return start
    end = start + 1
    while end < len(lines) and lines[end].continues_link:
        end += 1
    words = close_gaps(NUMBERING.sub("", join_lines(line.text for line in lines[start:end])))
    anchors = (close_gaps(NUMBERING.sub("", link.anchor_text or "")) for link in lines[start].links)
    return end if any(anchor and words.startswith(anchor) for anchor in anchors) else start


# ---- paragraphs -----------------------------------------------------------------------------------------------


def paragraph_length(lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int, manner: Manner) -> int:
    """How many lines from this one on are one paragraph."""
    end = start + 1
    while end < len(lines) and kinds[end] is None and goes_on(lines, kinds, end, manner):
        end += 1
    return end - start


def goes_on(lines: Sequence[Line], kinds: Sequence[BlockKind | None], number: int, manner: Manner) -> bool:
    """Whether a line continues the paragraph of the line before it."""
    before, line = lines[number - 1], lines[number]
    if line.goes_on:
        return True
    if is_large(line) != is_large(before) or not (is_full(before, manner) or has_no_room(before, line, manner)):
        return False
    if (starts_paragraph(line, manner) and not is_indented_alike(before, line)) or (
        line.has_gap and not line.opens_page
    ):
        return False
    if mark_of(line.text) in manner.title_marks or ends_for_sure(before):
        return False
    if is_sentence_end(before.text) and (is_all_link(line) or line.is_bold != before.is_bold):
        return False
    if not is_sentence_end(before.text):
        return True
    if manner.has_indents and line.left is not None:
        return True
    return not (NUMBERING.match(line.text) or opens_unindented(lines, kinds, number, manner))


def is_indented_alike(before: Line, line: Line) -> bool:
    """Whether a line goes on with the one above it in a text that is indented as a whole."""
    is_alike = before.left is not None and line.left is not None and abs(before.left - line.left) < SAME_INDENT
    return is_alike and not is_sentence_end(before.text)


def ends_for_sure(line: Line) -> bool:
    """Whether a paragraph ends with a line, however wide: a credit, a marker or an address is behind its stop."""
    if is_sentence_end(line.text):
        return False
    rest = without_label(line.rest).lstrip("）)】」 ") if line.links else line.text
    return ends_text(rest) or bool(line.links and not AFTER_TEXT.sub("", rest))


def has_no_room(before: Line, line: Line, manner: Manner) -> bool:
    """Whether the first word of a line, a Latin one, would not have fitted on the line before."""
    word = re.match(r"[!-~]+", line.text)
    return (
        manner.is_wrapped
        and word is not None
        and not is_sentence_end(before.text)
        and before.right + 0.25 + width(word.group()) > manner.edge - 0.5
    )


def opens_unindented(lines: Sequence[Line], kinds: Sequence[BlockKind | None], number: int, manner: Manner) -> bool:
    """Whether a line falls short by just the indent that extraction has lost, and goes on below."""
    short = manner.edge - lines[number].right
    has_more = number + 1 < len(lines) and kinds[number + 1] is None
    return 1.4 <= short <= SLACK and has_more and not is_sentence_end(lines[number].text)


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
    said = join_lines(line.rest for line in lines)
    return Block(
        kind=kind,
        text=join_lines(parts),
        plain=without_label(said) if any(line.links for line in lines) else said.strip(),
        level=level,
        page=lines[0].page,
        end_page=lines[-1].page,
        links=tuple(link for line in lines for link in line.links),
        lead=lines[0].lead,
    )
