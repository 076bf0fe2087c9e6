"""The addresses that are printed in lines of text, mended over the line breaks that cut them, as links of the lines.

WeChat's addresses are found and mended by ``crawler.wechat.urls``; others are only counted later, so a plain
pattern serves them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from crawler.bulletins.formats.flow import Line, Link
from crawler.bulletins.landmarks import ADDRESS_LABEL, APPENDIX, MARKER, NUMBERING, figure_of
from crawler.wechat.urls import find_addresses
from storage.records import PlacedBy

OTHER_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>\"'“”‘’，。；、（）()《》【】\u4e00-\u9fff]+", re.IGNORECASE)
LEFT_OVERS = re.compile(r"^[\s()（）<>\[\]【】\"'“”,，.。;；:：、|-]*$")
EMPTY_BRACKETS = re.compile(r"[（(<\[]\s*[)）>\]]")


@dataclass(frozen=True, slots=True)
class Span:
    """Where an address stands in the text of all lines."""

    start: int
    end: int
    printed: str


def with_printed_links(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the addresses printed in them as links, and ``rest`` as what remains beside these."""
    text = "\n".join(line.text for line in lines)
    spans = printed_addresses(text)
    linked, start, first = [], 0, 0
    for line in lines:
        end = start + len(line.text)
        while first < len(spans) and spans[first].end <= start:
            first += 1
        linked.append(line if line.ready else with_spans(line, start, end, overlapping(spans, first, end)))
        start = end + 1
    return with_labels_above(linked)


def with_labels_above(lines: Sequence[Line]) -> list[Line]:
    """Return the lines; a label alone on the line above an address is a part of it."""
    return [
        replace(line, is_address=True, rest=line.text)
        if below is not None and below.is_address and not line.links and is_label(line.text)
        else line
        for line, below in zip_longest(lines, lines[1:])
    ]


def is_label(text: str) -> bool:
    """Whether a line is nothing but what announces an address."""
    return bool(ADDRESS_LABEL.match(text)) and not APPENDIX.match(text)


def printed_addresses(text: str) -> list[Span]:
    """Every address printed in a text, in order: WeChat's mended, others as far as they are one word."""
    found = [Span(found.start, found.end, found.printed) for found in find_addresses(text)]
    ends = {position for span in found for position in range(span.start, span.end)}
    others = [
        Span(match.start(), match.end(), match.group())
        for match in OTHER_ADDRESS.finditer(text)
        if match.start() not in ends
    ]
    return sorted([*found, *others], key=lambda span: span.start)


def overlapping(spans: Sequence[Span], first: int, end: int) -> list[Span]:
    """The spans from the first on that begin before the line's end."""
    inside = []
    while first < len(spans) and spans[first].start < end:
        inside.append(spans[first])
        first += 1
    return inside


def with_spans(line: Line, start: int, end: int, spans: Sequence[Span]) -> Line:
    """One line with its links; an address is the link of the line on which it begins."""
    rest, place = "", start
    for span in spans:
        rest += line.text[max(place - start, 0) : max(span.start - start, 0)]
        place = span.end
    rest += line.text[max(place - start, 0) : end - start]
    marker = MARKER.match(rest.strip())
    is_alone = bool(spans) and is_only_label(MARKER.sub("", rest))
    links = [
        Link(
            url=span.printed,
            grounds=PlacedBy.INLINE,
            page=line.page,
            is_printed=True,
            is_alone=is_alone,
            marker=str(figure_of(marker.group(1))) if marker and is_alone else None,
        )
        for span in spans
        if span.start >= start
    ]
    return replace(
        line,
        rest=rest,
        is_address=is_alone,
        goes_on=bool(spans) and spans[0].start < start,
        links=(*line.links, *links),
    )


def is_only_label(rest: str) -> bool:
    """Whether nothing stands beside an address but its label, a number or brackets."""
    rest = NUMBERING.sub("", rest.strip())
    return bool(LEFT_OVERS.match(rest) or ADDRESS_LABEL.match(rest.strip(" <>()（）[]【】,，.。;；")))


def without_label(rest: str) -> str:
    """The text beside an address, without the words and brackets that only announced it."""
    bare = EMPTY_BRACKETS.sub("", rest).strip()
    opened = max(bare.rfind("（"), bare.rfind("("))
    if opened >= 0 and bare.endswith(("）", ")")) and ADDRESS_LABEL.fullmatch(bare[opened:-1]):
        bare = bare[:opened]
    return re.sub(r"[\s:：|,，（(<\[【-]+$", "", ADDRESS_LABEL.sub("", bare))
