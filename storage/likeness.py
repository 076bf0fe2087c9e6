"""Whether two files are one bulletin in two forms (a PDF and a web page), and which items of theirs are the same.

Pure. Two bulletins that are taken for one hide one another's citations, so nothing is guessed: the mastheads must agree
and contradict each other nowhere, and most of the content must be the same; without a masthead nearly all of it
(docs/decisions/bulletin-versions.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from storage.binding import Mark

FEWEST = 3  # articles or items that both have: fewer may be the same by chance
OF_SMALLER = 0.9  # of what the shorter one has must be in the other,
OF_LARGER = 0.6  # and so much of what the longer one has: a digest of an issue is another bulletin
OF_LINKS = 0.5  # of the articles of the one that cites fewer, where the titles decide
OF_CORRECTED = 0.5  # of the longer list, where the bytes were the same before
MANY, OF_TITLES = 5, 0.5  # titles, and of the longer list, where no masthead tells
ALIKE = 0.9  # of two titles that are one, printed or typed differently
NEIGHBOURS = 20  # how far apart in order titles are compared that are not the same: two long lists stay quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is looked at of a bulletin. ``articles`` are what it cites, by whatever tells them apart."""

    sha256: str
    title: str | None  # these three without case, width and spaces
    issuer: str | None
    issue: str | None
    published_on: date | None
    items: tuple[Mark, ...]
    articles: frozenset[str]
    earlier: frozenset[str] = frozenset()  # digests of its earlier versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why two forms are one bulletin: what the mastheads share, and how much of the content."""

    same_bytes: bool
    shared: tuple[str, ...]  # issuer, title, published_on, issue
    articles: tuple[int, int, int]  # in both, in the one, in the other
    items: tuple[int, int, int]
    same_bytes_before: bool = False  # the one has the bytes that the other had in an earlier version


def likeness(one: Form, other: Form) -> Evidence | None:
    """The evidence that both are one bulletin; None where there is not enough."""
    shared = shared_masthead(one, other)
    found = Evidence(
        same_bytes=one.sha256 == other.sha256,
        shared=shared,
        articles=(len(one.articles & other.articles), len(one.articles), len(other.articles)),
        items=(len(match_items(one.items, other.items)), len(one.items), len(other.items)),
        same_bytes_before=one.sha256 in other.earlier or other.sha256 in one.earlier,
    )
    if found.same_bytes:
        return found
    if contradict(one, other, shared):
        return None
    if found.same_bytes_before and (is_half(found.articles) or is_half(found.items)):
        return found
    is_enough = says_the_same if names_one_issue(shared) else is_the_same_throughout
    return found if is_enough(found) else None


def shared_masthead(one: Form, other: Form) -> tuple[str, ...]:
    """The parts of the masthead that both have, and have the same."""
    names = ("issuer", "title", "published_on", "issue")
    return tuple(name for name in names if getattr(one, name) and getattr(one, name) == getattr(other, name))


def contradict(one: Form, other: Form, shared: Sequence[str]) -> bool:
    """Whether both mastheads have an issuer, a day or an issue number, and have it differently."""
    names = ("issuer", "published_on", "issue")
    return any(getattr(one, name) and getattr(other, name) and name not in shared for name in names)


def names_one_issue(shared: Sequence[str]) -> bool:
    """Whether what both mastheads share names a publication, and one issue of it."""
    return bool({"issuer", "title"} & {*shared}) and bool({"published_on", "issue"} & {*shared})


def says_the_same(found: Evidence) -> bool:
    """Whether most articles are the same; or most titles, unless the articles are others: columns have titles too."""
    both, one, other = found.articles
    return is_most(found.articles) or (is_most(found.items) and both >= OF_LINKS * min(one, other))


def is_the_same_throughout(found: Evidence) -> bool:
    """Whether two files without a masthead that tells are one bulletin: the very same articles, most titles too."""
    both, one, other = found.articles
    same, items, others = found.items
    return FEWEST <= both == one == other and same >= MANY and same >= OF_TITLES * max(items, others)


def is_most(counted: tuple[int, int, int]) -> bool:
    """Whether enough of both is the same."""
    both, one, other = counted
    return both >= FEWEST and both >= OF_SMALLER * min(one, other) and both >= OF_LARGER * max(one, other)


def is_half(counted: tuple[int, int, int]) -> bool:
    """Whether half of both is the same: as much as a correction leaves, and another issue at one address does not."""
    both, one, other = counted
    return both > 0 and both >= OF_CORRECTED * max(one, other)


def match_items(one: Sequence[Mark], other: Sequence[Mark]) -> dict[int, int]:
    """The items of ``other`` that say the same as one of ``one``: from index to index, each at most once.

    The same title (where it stands once in both), the same text, a title that is nearly the same.
    """
    found: dict[int, int] = {}
    for name in ("title", "text_sha256"):
        taken = set(found.values())
        ours = _unique((getattr(mark, name), index) for index, mark in enumerate(one) if index not in taken)
        theirs = _unique((getattr(mark, name), index) for index, mark in enumerate(other) if index not in found)
        found |= {theirs[value]: ours[value] for value in ours.keys() & theirs.keys()}
    return found | _nearly_same(one, other, found)


def _unique(pairs: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    counted: dict[str, list[int]] = {}
    for value, index in pairs:
        if value:
            counted.setdefault(value, []).append(index)
    return {value: indexes[0] for value, indexes in counted.items() if len(indexes) == 1}


def _nearly_same(one: Sequence[Mark], other: Sequence[Mark], found: dict[int, int]) -> dict[int, int]:
    taken = set(found.values())
    left = [index for index, mark in enumerate(one) if index not in taken and mark.title]
    right = [index for index, mark in enumerate(other) if index not in found and mark.title]
    alike = [
        (_ratio(one[ours], other[theirs]), ours, theirs)
        for rank, ours in enumerate(left)
        for theirs in right[max(0, rank - NEIGHBOURS) : rank + NEIGHBOURS + 1]
    ]
    more: dict[int, int] = {}
    for ratio, ours, theirs in sorted(alike, reverse=True):
        if ratio >= ALIKE and theirs not in more and ours not in more.values():
            more[theirs] = ours
    return more


def _ratio(one: Mark, other: Mark) -> float:
    matcher = SequenceMatcher(None, (one.title or "")[:200], (other.title or "")[:200], autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE else 0.0
