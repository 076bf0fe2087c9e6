"""The addresses that are printed in lines of text, mended over the line breaks that cut them, as links of the lines.

WeChat's addresses are found and mended by ``crawler.wechat.urls``; others are only counted later, so a plain
pattern serves them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from urllib.parse import unquote

from crawler.bulletins.formats.flow import Line, Link
from crawler.bulletins.landmarks import (
    ADDRESS_LABEL,
    APPENDIX,
    LONE_LABEL,
    MARKER,
    NOTE,
    NUMBERING,
    figure_of,
    number_of,
)
from crawler.wechat.urls import find_addresses, mend_address, mend_link
from storage.records import PlacedBy

OTHER_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>\"'“”‘’，。；、（）()《》【】\u4e00-\u9fff]+", re.IGNORECASE)
LEFT_OVERS = re.compile(r"^[\W_]*$")  # signs alone: brackets, a colon, 👉
LONGEST_LABEL = 60  # characters
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
    return with_labels_above(said_once(linked))


def said_once(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines; an address that is printed and linked itself, as Word does by itself, is one link and not two.

    Alone on its line it stands where it is printed, and leads where its link leads; a printed one of another article
    than its link leads to stays.
    """
    above: Line | None = None  # the line that owns the link under which this one lies
    for line in lines:
        owner = above if line.continues_link and above is not None else line
        if any(link.is_printed for link in line.links):
            links = list(line.links)
            for printed in [link for link in links if link.is_printed]:
                over = next((link for link in (*links, *owner.links) if lies_over(link, printed)), None)
                if over is None:
                    continue
                links.remove(printed)
                if printed.is_alone and over in links:
                    links[links.index(over)] = replace(
                        printed, url=over.url, anchor_text=over.anchor_text, is_printed=False
                    )
            line = replace(line, links=tuple(links))
        above = owner if line.continues_link else line
        yield line


def lies_over(link: Link, printed: Link) -> bool:
    """Whether a link lies over a printed address, and leads to what it names."""
    if link.is_printed or link.anchor_text is None or compact(printed.url) not in compact(link.anchor_text):
        return False
    target, named = mend_link(link.url).address, mend_address(printed.url).address
    if target is not None and named is not None:
        return target.article_url == named.article_url
    told, meant = (compact(unquote(url)).rstrip("/") for url in (printed.url, link.url))
    return meant == told or (named is None and meant.startswith(told))  # what is printed of it ends with the line


def compact(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def with_labels_above(found: Iterable[Line]) -> list[Line]:
    """Return the lines; a label alone on the line above an address is a part of it."""
    lines = list(found)
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
    if not spans:
        return line if line.rest == line.text else replace(line, rest=line.text)
    rest, place = "", start
    for span in spans:
        rest += line.text[max(place - start, 0) : max(span.start - start, 0)]
        place = span.end
    rest += line.text[max(place - start, 0) : end - start]
    marker = MARKER.match(rest.strip())
    is_alone = bool(spans) and is_only_label(MARKER.sub("", rest))
    number = listed_number(rest) if is_alone else None
    links = [
        Link(
            url=span.printed,
            grounds=PlacedBy.INLINE,
            page=line.page,
            is_printed=True,
            is_alone=is_alone,
            marker=str(figure_of(marker.group(1))) if marker and is_alone else None,
            number=number,
        )
        for span in spans
        if span.start >= start
    ]
    return replace(
        line,
        rest=rest,
        is_address=is_alone,
        goes_on=bool(spans) and spans[0].start < start,
        links=(*(replace(link, number=number) for link in line.links), *links),
    )


def listed_number(rest: str) -> int | None:
    """The number in a list that stands before an address: [1], 1., ①; None where there is none."""
    marker = MARKER.match(rest.strip()) or NOTE.match(rest.strip())
    return figure_of(marker.group(1)) if marker else number_of(rest.strip())


def is_only_label(rest: str) -> bool:
    """Whether nothing stands beside an address but its label, a number or brackets."""
    rest = NUMBERING.sub("", rest.strip())
    return bool(
        LEFT_OVERS.match(rest) or LONE_LABEL.match(rest) or ADDRESS_LABEL.match(rest.strip(" <>()（）[]【】,，.。;；"))
    )


def without_label(rest: str) -> str:
    """The text beside an address, without the words and brackets that only announced it."""
    bare = EMPTY_BRACKETS.sub("", rest).strip()
    if len(bare) > 2 * LONGEST_LABEL:  # a label ends the text: looking for it all through a long one costs
        return bare[:-LONGEST_LABEL] + without_label("-" + bare[-LONGEST_LABEL:])[1:]
    opened = max(bare.rfind("（"), bare.rfind("("))
    if opened >= 0 and bare.endswith(("）", ")")) and ADDRESS_LABEL.fullmatch(bare[opened:-1]):
        bare = bare[:opened]
    return re.sub(r"[\s:：|,，（(<\[【-]+$", "", ADDRESS_LABEL.sub("", bare))
