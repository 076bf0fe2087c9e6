"""Which lines are titles, and of what: told by type where the format tells it, else by a score over the evidence.

No single sign makes a title: a heading may stand after a credit or after a paragraph, with a number or without, with
empty lines around it or none. So every sign that speaks for or against is weighed (``SIGNS``), and from ``ENOUGH``
on the lines are a title. The weights were set on the made-up issues of the labelled set and on the real ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crawler.bulletins.formats.addresses import without_label
from crawler.bulletins.formats.contents import contents_title
from crawler.bulletins.formats.flow import Block, BlockKind, Line
from crawler.bulletins.formats.joining import close_gaps, join_lines, width
from crawler.bulletins.formats.manner import (
    LONGEST_SECTION,
    Manner,
    begins_text,
    is_first_full,
    is_full,
    is_large,
    is_running,
    starts_paragraph,
)
from crawler.bulletins.landmarks import (
    ANNOUNCES_LINKS,
    CALL,
    CAPTION,
    CLAUSE_END,
    CLOSERS,
    COLOPHON,
    DAY_ALONE,
    FIELD,
    LINK_WORDS,
    NUMBERING,
    STAFF,
    ends_statement,
    ends_text,
    is_sentence_end,
    is_source,
    mark_of,
)

LONGEST_TITLE = 80  # characters
MOST_LINES = 3  # of one title
TITLE_LEVEL = 3

# What speaks for a title and against it, where type says nothing.
SIGNS: Mapping[str, int] = {
    "follows the end of an item": 2,  # a credit, an address, a section, the head
    "follows a finished paragraph": 1,
    "follows a paragraph, though items here close with a credit": -2,
    "follows an unfinished paragraph": -2,
    "stands apart": 1,  # an empty line above, where empty lines mean something
    "news below": 2,
    "an address or a credit below": 2,
    "a link beside it": 2,
    "nothing like news below": -3,
    "numbered as titles are": 3,
    "named in the table of contents": 3,
    "not numbered, though titles here are": -1,
    "below a title that is numbered as titles are, itself not": -2,
    "announced as a link of the item above": -4,
    "marked as points in a text are": -3,
    "long": -2,
    "many clauses": -2,
    "opens with a day": -2,
    "indented as paragraphs are": -3,
}
ENOUGH = 3
LONG = 45  # ems
MOST_HEAD = 3  # lines
LONGEST_CALL = 32  # characters
MOST_ANNOUNCED = 12  # links of one item
MANY_CLAUSES = 2  # commas
LAST_CHARACTER = re.compile(r"^[^\W\d_]$")  # of a title, alone on its last line
ANNOUNCES = ("：", ":")  # 现将有关情况摘报如下：
IN_BRACKETS = re.compile(r"^[（(][^）)]*[）)]?$")  # （“某某发布”微信公众号）
OPENERS = ("（", "(", "《", "【", "[", "“", "<", "＜")
NEVER_FIRST = "）)】」』，。、；：！？,;"
OPENS_WITH_DAY = re.compile(r"^(?:\d{4}年)?\d{1,2}\s*月\s*\d{1,2}\s*日[，,]?.{10}|^(?:近日|日前|目前|连日来)[，,]")


# 文/梁树声, 4月2日 党委宣传部, 2024-04-02 below a title.
ORIGIN = re.compile(
    r"^(?:(?:图?文|撰文|作者)\s*[/／|｜]\s*\S.{0,20}"
    r"|(?:[12]\d{3}\s*[年./-]\s*)?\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?(?:[\s\u3000|｜·/／]+[^，。；：:！？\s]{2,24})?)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a title may begin: the lines of the document, what they are by their own words, and the blocks so far."""

    lines: Sequence[Line]
    kinds: Sequence[BlockKind | None]
    start: int
    manner: Manner
    before: Sequence[Block]

    @property
    def line(self) -> Line:
        """The first line."""
        return self.lines[self.start]

    def at(self, start: int) -> Place:
        """Another place of the same document."""
        return Place(lines=self.lines, kinds=self.kinds, start=start, manner=self.manner, before=self.before)


def title_length(place: Place) -> int:
    """How many lines from this one on are titles; 0 where a paragraph begins."""
    if is_caption(place.line) or DAY_ALONE.match(place.line.text):
        return 0
    if count := large_length(place):
        return count
    if place.manner.has_looks and not is_all_link(place.line):
        count = numbered_length(place)
        if count or not place.manner.has_plain_titles:
            return count
    count = plain_title_length(place)
    if not count or is_too_long(place, count):
        return 0
    return count if sum(SIGNS[sign] for sign in signs(place, count)) >= ENOUGH else 0


def is_caption(line: Line) -> bool:
    """Whether a line stands below a picture: marked so, in no larger type, centred if marked by a sign."""
    return bool(CAPTION.match(line.text)) and not is_large(line) and (line.is_centred or line.text[0] not in "▲△▼▽↑")


def is_all_link(line: Line) -> bool:
    """Whether a line is the words of one link and nothing else."""
    return any(link.anchor_text and close_gaps(link.anchor_text) == close_gaps(line.text) for link in line.links)


def is_all_links(line: Line) -> bool:
    """Whether a line is the words of its links and nothing else."""
    words = close_gaps(line.text)
    for link in line.links:
        words = words.replace(close_gaps(link.anchor_text or ""), "", 1)
    return bool(line.links) and not re.search(r"\w", words)


def is_too_long(place: Place, count: int) -> bool:
    """Whether the lines are more than a title says."""
    return len(join_lines(line.rest for line in place.lines[place.start : place.start + count])) > LONGEST_TITLE


# ---- told by type ---------------------------------------------------------------------------------------------


def large_length(place: Place) -> int:
    """How many lines in larger type, or in the bold type of a body that is not bold, follow each other."""
    lines, start, manner = place.lines, place.start, place.manner
    first, count = lines[start], 0
    if not (is_large(first) or stands_out(first, manner)):
        return 0
    for number in range(start, min(start + 4, len(lines))):
        line = lines[number]
        same = line.size == first.size and line.is_bold == first.is_bold
        same = same and (is_large(first) or first.is_bold or (line.is_centred and not is_full(line, manner)))
        new = count and (
            NUMBERING.match(line.text)
            or (line.has_gap and not is_full(lines[number - 1], manner))
            or (line.is_centred != first.is_centred and not is_full(lines[number - 1], manner))
            or (is_all_link(line) != is_all_link(first) and not line.continues_link)
        )
        if place.kinds[number] is not None or not same or new:
            break
        count += 1
    text = join_lines(line.rest for line in lines[start : start + count])
    if not count or len(text) > LONGEST_TITLE or text.endswith(("。", "；", "，")):
        return 0
    return count if not text.endswith("：") or heads_numbers(text, lines[start + count : start + count + 1]) else 0


def heads_numbers(text: str, below: Sequence[Line]) -> bool:
    """Whether a name with a colon stands over numbered lines: 经济：."""
    return len(text) <= LONGEST_SECTION and any(NUMBERING.match(line.text) for line in below)


def stands_out(line: Line, manner: Manner) -> bool:
    """Whether a line of body size looks like a heading: bold or centred, and short."""
    return (line.is_bold or line.is_centred) and not is_full(line, manner) and not ends_statement(line.text)


def numbered_length(place: Place) -> int:
    """How many lines from this one on are a numbered title in body type, where other titles show by their type."""
    if not NUMBERING.match(place.line.text):
        return 0
    before = place.before[-1].kind if place.before else None
    if place.before and ANNOUNCES_LINKS.search(place.before[-1].plain):
        return 0
    is_marked = mark_of(place.line.text) in place.manner.title_marks
    if before is BlockKind.HEADING and is_first_full(place.line, place.manner) and not is_marked:
        return 0
    may_begin = before not in (BlockKind.PARAGRAPH, BlockKind.ENTRY) or ends_item(place)
    if not (place.line.has_gap or may_begin):
        return 0
    count = plain_title_length(place)
    return 0 if is_too_long(place, count) else count


def ends_item(place: Place) -> bool:
    """Whether the text above may be the end of an item."""
    if place.manner.has_credits:
        return False
    above = place.before[-1]
    return ends_text(above.plain) or ends_with_link(above) or not place.manner.is_wrapped


def ends_with_link(block: Block) -> bool:
    """Whether a text ends with its link, or the address of it."""
    return any(link.is_printed or (link.anchor_text and block.text.endswith(link.anchor_text)) for link in block.links)


# ---- told by evidence -----------------------------------------------------------------------------------------


def signs(place: Place, count: int) -> Iterator[str]:
    """What speaks for and against the lines as a title."""
    line, manner = place.line, place.manner
    text = NUMBERING.sub("", join_lines(line.rest for line in place.lines[place.start : place.start + count]))
    yield sign_above(place)
    yield sign_below(place, count)
    if any(line.links for line in place.lines[place.start : place.start + count]):
        yield "a link beside it"
        if is_announced(place):
            yield "announced as a link of the item above"
    if line.has_gap and manner.has_gaps:
        yield "stands apart"
    if manner.listed and contents_title(line.text) in manner.listed:
        yield "named in the table of contents"
    mark = mark_of(line.text)
    if mark in manner.title_marks:
        yield "numbered as titles are"
    elif manner.title_marks:
        yield "not numbered, though titles here are"
        above = place.before[-1] if place.before else None
        if above and above.kind is BlockKind.HEADING and mark_of(above.text) in manner.title_marks:
            yield "below a title that is numbered as titles are, itself not"
    elif mark and mark not in manner.section_marks:
        yield "marked as points in a text are"
    if width(text) > LONG:
        yield "long"
    if OPENS_WITH_DAY.match(text):
        yield "opens with a day"
    if text.count("，") >= MANY_CLAUSES:
        yield "many clauses"
    if starts_paragraph(line, manner) and not place.lines[place.start + count - 1].is_centred:
        yield "indented as paragraphs are"


def is_announced(place: Place) -> bool:
    """Whether the line above, or the one above others with links, says that links of an item follow."""
    above = next((block for block in reversed(place.before[-MOST_ANNOUNCED:]) if not block.links), None)
    has_item = any(block.kind is BlockKind.HEADING for block in place.before)
    return has_item and above is not None and bool(ANNOUNCES_LINKS.search(above.plain))


def sign_above(place: Place) -> str:
    """What stands above."""
    if not place.before or place.before[-1].kind not in (BlockKind.PARAGRAPH, BlockKind.ENTRY):
        return "follows the end of an item"
    above = place.before[-1]
    if points_on(above.plain) or is_day_of_linked(place.before) or is_head(place.before):
        return "follows the end of an item"
    if not (ends_text(above.plain) or above.links or above.plain.endswith(ANNOUNCES)):
        return "follows an unfinished paragraph"
    if place.manner.has_credits:
        return "follows a paragraph, though items here close with a credit"
    return "follows a finished paragraph"


def is_day_of_linked(before: Sequence[Block]) -> bool:
    """Whether a day, below a title that is linked, is all that stands above."""
    return len(before) > 1 and bool(before[-2].links and DAY_ALONE.match(before[-1].plain))


def is_head(before: Sequence[Block]) -> bool:
    """Whether only a few lines stand above, none of which tells or cites anything."""
    return len(before) <= MOST_HEAD and not any(
        block.links or "。" in block.plain or block.kind is not BlockKind.PARAGRAPH for block in before
    )


def points_on(text: str) -> bool:
    """Whether a line is 阅读全文 and its like: at the end of an item, even where pasting lost its link."""
    return len(text) <= LONGEST_CALL and bool(LINK_WORDS.match(text) or CALL.match(text))


def sign_below(place: Place, count: int) -> str:
    """What stands below."""
    number, manner = place.start + count, place.manner
    if number >= len(place.lines):
        is_listed = bool(place.line.links and place.before and place.before[-1].links)  # the last of a list of titles
        return "news below" if is_listed else "nothing like news below"
    if kind := place.kinds[number]:
        is_news = kind in (BlockKind.ADDRESS, BlockKind.CREDIT)
        return "an address or a credit below" if is_news else "nothing like news below"
    below = place.lines[number]
    if says_origin(place.lines, number) or (place.line.links and DAY_ALONE.match(below.text)):
        return "an address or a credit below"
    if is_source(below.text) or FIELD.match(below.text):
        return "an address or a credit below"
    is_text = is_running(below, manner) or is_first_full(below, manner) or starts_paragraph(below, manner)
    if is_text or below.links or "。" in below.text or below.text.count("，") >= MANY_CLAUSES:
        return "news below"
    if has_address(place.line) and is_linked_heading(place.before[-1:]):  # in a list of titles, one links nothing
        return "news below"
    return "nothing like news below"


def says_origin(lines: Sequence[Line], number: int) -> bool:
    """Whether a line says only who wrote something, or when and who, and a sentence ends right below it."""
    if number + 1 >= len(lines) or lines[number].links or "。" not in lines[number + 1].text:
        return False
    return bool(ORIGIN.match(lines[number].text))


def is_linked_heading(above: Sequence[Block]) -> bool:
    """Whether a title with its own link stands right above."""
    return any(block.kind is BlockKind.HEADING and bool(block.links) for block in above)


def plain_title_length(place: Place) -> int:
    """How many lines from here on could be a title by their words and length; 0 if none."""
    lines, kinds, start, manner = place.lines, place.kinds, place.start, place.manner
    if is_source(lines[start].text) and start > 0 and kinds[start - 1] is None and reads_as_title(lines[start - 1]):
        return 0  # 云岭日报 4月3日 below a title; below an address it is one itself: 讲座预告 6月18日
    if start > 0 and kinds[start - 1] is None and says_origin(lines, start) and reads_as_title(lines[start - 1]):
        return 0
    is_marked = mark_of(lines[start].text) in manner.title_marks
    heads_section = bool(place.before) and place.before[-1].kind is BlockKind.HEADING
    if heads_section and not is_marked and is_text_width(lines[start], manner):
        return 0
    count = 0
    for number in range(start, min(start + MOST_LINES + 1, len(lines))):
        line = lines[number]
        if kinds[number] is not None or not (reads_as_title(line) or (count and LAST_CHARACTER.match(line.text))):
            break
        if count and (NUMBERING.match(line.text) or starts_paragraph(line, manner) or is_source(line.text)):
            break
        if count and ((manner.has_looks and line.has_gap) or is_first_full(line, manner)):
            break
        if count and not goes_on_below(lines[number - 1], line, manner):
            break
        if count and is_all_link(line) != is_all_link(lines[start]) and not line.continues_link:
            break
        if is_full(line, manner) and not has_address(line) and not ends_below(place.at(number)):
            break
        count += 1
    return count if count <= MOST_LINES else 0


def is_text_width(line: Line, manner: Manner) -> bool:
    """Whether a line is as wide as those of a paragraph, and not only by the address beside it."""
    return is_first_full(line, manner) and not has_address(line)


def has_address(line: Line) -> bool:
    """Whether an address is printed on a line, which makes it wider than its words."""
    return any(link.is_printed for link in line.links)


def goes_on_below(above: Line, line: Line, manner: Manner) -> bool:
    """Whether a title may go on from one line to the next: only where lines are broken at all."""
    if has_address(above) or not manner.is_wrapped:
        return False
    if is_full(above, manner):
        return True
    return not line.has_gap and 2 * width(above.text) >= width(line.text)


def reads_as_title(line: Line) -> bool:
    """Whether a line's words could be a title's: no sentence in it, no clause left open."""
    text = (without_label(line.rest) if line.links else line.rest).strip()
    if (
        not text
        or text[0] in NEVER_FIRST
        or FIELD.match(text)
        or STAFF.match(text)
        or COLOPHON.match(text)
        or "。" in text.rstrip(CLOSERS)
    ):
        return False
    if line.links and line.rest.rstrip(CLOSERS).endswith(("，", "、", "；", "。", ",", ";")):
        return False  # the sentence goes on behind the address
    if ends_with_link_words(line):
        return False
    if text.endswith(OPENERS) or IN_BRACKETS.match(text):
        return False
    bare = text.rstrip(CLOSERS)
    return len(re.findall(r"[^\W\d_]", text)) >= 2 and not bare.endswith(("。", "；", ";", *CLAUSE_END))


def ends_with_link_words(line: Line) -> bool:
    """Whether a sentence ends on a line, and behind it 阅读原文 is linked: the end of an item's text."""
    for link in line.links:
        words = link.anchor_text or ""
        if LINK_WORDS.match(words) and line.text.endswith(words):
            return is_sentence_end(line.text.removesuffix(words).rstrip("（( "))
    return False


def ends_below(place: Place) -> bool:
    """Whether a full line that could begin a title is ended by a short one that could end it, or is all of it."""
    following = place.start + 1
    if following >= len(place.lines) or place.kinds[following] is not None:
        return False
    below = place.lines[following]
    is_indented = starts_paragraph(place.line, place.manner)
    if starts_paragraph(below, place.manner) and (not is_indented or begins_text(place.lines, following, place.manner)):
        return True  # it is whole, and as wide as the column: the text below begins with an indent
    return (reads_as_title(below) or bool(LAST_CHARACTER.match(below.text))) and not is_full(below, place.manner)


def level_of(line: Line, manner: Manner) -> int:
    """A heading's level: by the size of its type among those of the headings; below all, where its words tell it."""
    if line.size is None or round(line.size, 1) not in manner.heading_sizes:
        return max(TITLE_LEVEL + len(manner.heading_sizes), manner.deepest + 1)
    return TITLE_LEVEL + manner.heading_sizes.index(round(line.size, 1))
