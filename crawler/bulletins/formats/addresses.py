"""The addresses that are printed in lines of text, mended over the line breaks that cut them, as links of the lines.

WeChat's addresses are found and mended by ``crawler.wechat.urls``; others are only counted later, so a plain
pattern serves them.
"""

from __future__ import annotations

import re
from collections import Counter
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

# What stands before the colon is looked at behind it, so that a text is passed over quickly.
OTHER_ADDRESS = re.compile(
    r"://(?:(?<=(http)://)|(?<=(https)://)|(?<=(ftp)://))[^\s<>\"'“”‘’，。；、（）()《》【】\u4e00-\u9fff]+",
    re.IGNORECASE,
)
LEFT_OVERS = re.compile(r"^[\W_]*$")  # signs alone: brackets, a colon, 👉
LONGEST_REPEATED = 10  # characters of a label that is told by coming again
LONGEST_LABEL = 60  # characters
BRACKETS = ("（", "(", "<", "〈", "[", "【")
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
    if not spans and not any(line.links or line.is_address for line in lines):
        return [line if line.ready or line.rest == line.text else replace(line, rest=line.text) for line in lines]
    linked, start, first = [], 0, 0
    for line in lines:
        end = start + len(line.text)
        while first < len(spans) and spans[first].end <= start:
            first += 1
        linked.append(line if line.ready else with_spans(line, start, end, overlapping(spans, first, end)))
        start = end + 1
    return with_labels_above(said_once(with_labels(with_bracketed(linked))))


def with_bracketed(lines: Sequence[Line]) -> list[Line]:
    """The lines; one that ends with a bracket, below which only an address stands, has that address beside it."""
    told: list[Line] = []
    for line in lines:
        above = told[-1] if told else None
        if above and line.is_address and not line.goes_on and above.text.endswith(BRACKETS) and is_bare(line):
            beside = tuple(replace(link, is_alone=False, number=None) for link in line.links)
            text, rest = above.text + line.text, above.rest + line.rest
            told[-1] = replace(above, text=text, rest=rest, links=(*above.links, *beside))
        else:
            told.append(line)
    return told


def is_bare(line: Line) -> bool:
    """Whether nothing but signs stand beside the addresses printed on a line."""
    return not line.ready and any(link.is_printed for link in line.links) and bool(LEFT_OVERS.match(line.rest))


def with_labels(lines: Sequence[Line]) -> list[Line]:
    """The lines; the few words before an address that come again before others are no title, but announce it."""
    labels = Counter(label for line in lines if (label := possible_label(line)))
    return [
        replace(line, is_address=True, links=tuple(replace(link, is_alone=link.is_printed) for link in line.links))
        if (label := possible_label(line)) and labels[label] > 1
        else line
        for line in lines
    ]


def possible_label(line: Line) -> str | None:
    """The few words that stand before one printed address, if nothing else is on the line."""
    if line.is_address or line.ready or line.goes_on or len(line.links) != 1 or not line.links[0].is_printed:
        return None
    label = line.rest.strip()
    return label if 2 <= len(label) <= LONGEST_REPEATED and line.text.startswith(label) else None


def said_once(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines; an address that is printed and linked itself, as Word does by itself, is one link and not two.

    Alone on its line it stands where it is printed, and leads where its link leads; a printed one of another article
    than its link leads to stays.
    """
    above: Line | None = None  # the line that owns the link under which this one lies
    for line in lines:
        owner = above if line.continues_link and above is not None else line
        if any(link.is_printed for link in line.links):
            line = replace(line, links=tuple(links_once(line.links, owner.links)))
        above = owner if line.continues_link else line
        yield line


def links_once(links: Sequence[Link], owned: Sequence[Link]) -> list[Link]:
    """The links of a line without the addresses over which another of them lies, or one that its owner has."""
    told: list[Link | None] = list(links)
    # The links with words, by these, each with its place on the line; None: it is only the owner's.
    over: list[tuple[Link, str, int | None]] = [
        (link, compact(link.anchor_text), place) for place, link in enumerate(links) if has_words(link)
    ]
    if owned is not links:
        over += [(link, compact(link.anchor_text), None) for link in owned if has_words(link)]
    for number, printed in enumerate(links) if over else ():
        if not printed.is_printed:
            continue
        words = compact(printed.url)
        candidates = (each for each, (link, said, _) in enumerate(over) if words in said and leads_to(link, printed))
        if (found := next(candidates, None)) is None:
            continue
        told[number] = None
        link, said, place = over[found]
        if printed.is_alone and place is not None:
            link = replace(printed, url=link.url, anchor_text=link.anchor_text, is_printed=False)
            told[place], over[found] = link, (link, said, place)
    return [link for link in told if link is not None]


def has_words(link: Link) -> bool:
    """Whether a link lies over words, and is not itself printed."""
    return not link.is_printed and link.anchor_text is not None


def leads_to(link: Link, printed: Link) -> bool:
    """Whether a link over the words of a printed address leads to what that names."""
    target, named = mend_link(link.url).address, mend_address(printed.url).address
    if target is not None and named is not None:
        return target.article_url == named.article_url
    told, meant = (compact(unquote(url)).rstrip("/") for url in (printed.url, link.url))
    return meant == told or (named is None and meant.startswith(told))  # what is printed of it ends with the line


def compact(text: str | None) -> str:
    """A text without white space."""
    return "".join((text or "").split())


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
    schemes = ((match.start(match.lastindex or 0), match.end()) for match in OTHER_ADDRESS.finditer(text))
    others = [Span(start, end, text[start:end]) for start, end in schemes if start not in ends]
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
