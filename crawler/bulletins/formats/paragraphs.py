"""Which lines are one paragraph: what goes on below a full line, and what a link over it holds together or parts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.bulletins.formats.addresses import without_label
from crawler.bulletins.formats.contents import contents_title
from crawler.bulletins.formats.flow import BlockKind, Line
from crawler.bulletins.formats.joining import close_gaps, join_lines, width
from crawler.bulletins.formats.manner import (
    SAME_INDENT,
    SLACK,
    Manner,
    begins_text,
    is_full,
    is_large,
    own_right,
    starts_paragraph,
)
from crawler.bulletins.formats.titles import (
    NEVER_FIRST,
    is_all_link,
)
from crawler.bulletins.landmarks import (
    AFTER_TEXT,
    NUMBERING,
    ends_statement,
    ends_text,
    is_sentence_end,
    mark_of,
)

DAY_BEFORE = re.compile(
    r"^[\[【（(]?(?:[12]\d{3}\s*[年./-]\s*)?\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?[\]】）)]?\s*[：:|｜·]?\s*"
)
DAY_BEHIND = re.compile(r"\s*[\[【（(]?(?:[12]\d{3}\s*[年./-]\s*)?\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?[\]】）)]?$")
MOSTLY_LINKED = 0.75  # of the words of a title are its link
FAR_IN = 4.0  # ems: more than the indent of a paragraph
ENDS_WITH_ADDRESS = re.compile(r"[!-~]{8}[\s）)】\]>》。]*(?:[（(\[【]?[\d年月日./-]{4,12}[）)\]】]?)?$")


def linked_end(lines: Sequence[Line], kinds: Sequence[BlockKind | None], start: int) -> int:
    """Where the lines end that begin here, with the words of one link; the start itself where there is none."""
    if start >= len(lines) or kinds[start] is not None or not lines[start].links:
        return start
    if ends_statement(lines[start].text):
        return start
    end = start + 1
    while end < len(lines) and lines[end].continues_link:
        end += 1
    return end if linked_share(lines[start:end]) > 0 else start


def linked_share(lines: Sequence[Line]) -> float:
    """How much of the words of some lines is the link with which they begin, their number and day aside."""
    words = DAY_BEFORE.sub("", close_gaps(NUMBERING.sub("", join_lines(line.text for line in lines))))
    words = DAY_BEHIND.sub("", words)
    anchors = (close_gaps(NUMBERING.sub("", link.anchor_text or "")) for link in lines[0].links)
    return max((len(anchor) / len(words) for anchor in anchors if anchor and words.startswith(anchor)), default=0.0)


def parts_linked(lines: Sequence[Line], number: int) -> bool:
    """Whether one of two lines is a title under a link, and the other is no part of it.

    Linked words may begin or end a line by chance: so they are a title only below a finished sentence, below or above
    others like them, or where the link ends a page.
    """
    before, line = lines[number - 1], lines[number]
    if line.continues_link or line.text[0] in NEVER_FIRST:
        return False
    if is_linked_title(lines, number):
        below = next((n for n in range(number + 1, len(lines)) if not lines[n].continues_link), number)
        beside = (first_under_link(lines, number - 1), below)
        return is_sentence_end(before.text) or any(n != number and is_linked_title(lines, n) for n in beside)
    if is_linked_title(lines, first_under_link(lines, number - 1)):
        return True
    return line.opens_page and ends_with_anchor(before) and not is_sentence_end(before.text)


def ends_with_anchor(line: Line) -> bool:
    """Whether the words of a link are the last of a line."""
    return any(link.anchor_text and line.text.endswith(link.anchor_text) for link in line.links)


def first_under_link(lines: Sequence[Line], number: int) -> int:
    """The first of the lines under the link under which a line lies."""
    while number and lines[number].continues_link:
        number -= 1
    return number


def is_linked_title(lines: Sequence[Line], start: int) -> bool:
    """Whether the lines from here on that lie under one link are nearly nothing but that link."""
    if not lines[start].links or ends_statement(lines[start].text):
        return False
    end = next((n for n in range(start + 1, len(lines)) if not lines[n].continues_link), len(lines))
    return linked_share(lines[start:end]) >= MOSTLY_LINKED


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
    if ends_with_address(before, line) or stands_in(before, line) or parts_linked(lines, number):
        return False
    if starts_paragraph(line, manner) and (not is_indented_alike(before, line) or begins_text(lines, number, manner)):
        return False
    if line.has_gap and not line.opens_page:
        return False
    if mark_of(line.text) in manner.title_marks or ends_for_sure(before):
        return False
    if manner.listed and contents_title(line.text) in manner.listed:
        return False
    if is_sentence_end(before.text) and (is_all_link(line) or line.is_bold != before.is_bold):
        return False
    if line.lead and not before.is_bold and (is_sentence_end(before.text) or ends_with_anchor(before)):
        return False
    if not is_sentence_end(before.text):
        return True
    if stands_alone(line, manner):
        return False
    if manner.has_indents and line.left is not None:
        return True
    return not (NUMBERING.match(line.text) or opens_unindented(lines, kinds, number, manner))


def ends_with_address(before: Line, line: Line) -> bool:
    """Whether a line ends with an address, and no sentence goes on behind that: whatever its width, it is the end."""
    is_printed = any(link.is_printed for link in before.links)
    return is_printed and line.text[0] not in NEVER_FIRST and bool(ENDS_WITH_ADDRESS.search(before.text))


def stands_in(before: Line, line: Line) -> bool:
    """Whether a line begins far to the right of the one above it, as titles in the middle do."""
    return before.left is not None and line.left is not None and line.left - max(before.left, 0) > FAR_IN


def stands_alone(line: Line, manner: Manner) -> bool:
    """Whether a line without an indent ends no sentence and leaves room, as no text does below a finished sentence."""
    return own_right(line) < manner.edge - SLACK and "。" not in line.rest and not ends_text(line.rest)


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
