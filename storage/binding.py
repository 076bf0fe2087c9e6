"""Which citation a person's decision is about, in a version of the bulletin that the person may never have seen.

Pure. A decision knows the article's name, which of the bulletin's citations of it was meant (the occurrence, of how
many), what stood around it, and the item that it was placed in. Where that does not tell surely, the citation goes back
to the person: a link in the wrong item is worse than one in the list (docs/decisions/review.md).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

ALIKE = 0.8  # of a title that was corrected: an item at the same place that says nearly the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An item, as it is known again in another version: its place, its title, its text."""

    position: int
    title: str | None
    text_sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Mark):
    """The item that a citation was placed in, and what people are told of it."""

    shown_position: int
    shown_title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What stands around a citation, as it was read."""

    anchor: str | None
    item: str | None  # its title, or the digest of its text


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One of the citations of one article in a version; ``number`` is its row's."""

    number: int
    context: Context


def plain(words: str | None) -> str:
    """Words without what differs between two printings: width, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", words or "").casefold().split())


def text_sha256(text: str | None) -> str | None:
    """The digest of a text's words; None where it has none."""
    words = plain(text)
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest() if words else None


def mark_of(position: int, title: str | None, text: str | None) -> Mark:
    """How this item is known again."""
    return Mark(position=position, title=plain(title) or None, text_sha256=text_sha256(text))


def context_of(anchor: str | None, item: Mark | None) -> Context:
    """What stands around a citation in this item (None: in none)."""
    return Context(anchor=plain(anchor) or None, item=(item.title or item.text_sha256) if item else None)


def meant_citation(occurrence: int, occurrences: int, context: Context, cited: Sequence[Standing]) -> int | None:
    """The number of the citation meant, among all of this article in a version, in their order; None: not sure.

    The only one, where there was only one. Else the one with the same surroundings: that of the same occurrence, as
    long as nothing was added or taken away; otherwise the only one that has them.
    """
    if len(cited) == occurrences == 1:
        return cited[0].number
    alike = [one.number for one in cited if one.context == context]
    if len(cited) == occurrences and cited[occurrence - 1].number in alike:
        return cited[occurrence - 1].number
    return alike[0] if len(alike) == 1 else None


def meant_item(target: Mark, items: Sequence[Mark]) -> int | None:
    """The index of the item meant, among those of a version; None: not sure.

    The one with its title (of several the one with its text, else the one at its place); of an item without a title the
    one with its text; else the one at its place, if its title was only corrected.
    """
    if target.title:
        titled = [index for index, item in enumerate(items) if item.title == target.title]
        if len(titled) > 1:
            titled = [index for index in titled if items[index].text_sha256 == target.text_sha256] or [
                index for index in titled if items[index].position == target.position
            ]
        if titled:
            return titled[0] if len(titled) == 1 else _at_place(target, items, titled)
    text = target.text_sha256
    worded = [index for index, item in enumerate(items) if text and item.text_sha256 == text]
    if worded:
        return worded[0] if len(worded) == 1 else _at_place(target, items, worded)
    if not (target.title or text):
        bare = [index for index, item in enumerate(items) if not (item.title or item.text_sha256)]
        return _at_place(target, items, bare)
    near = [index for index, item in enumerate(items) if item.position == target.position and _alike(item, target)]
    return near[0] if len(near) == 1 else None


def _at_place(target: Mark, items: Sequence[Mark], some: Sequence[int]) -> int | None:
    return next((index for index in some if items[index].position == target.position), None)


def _alike(one: Mark, other: Mark) -> bool:
    if not (one.title and other.title):
        return False
    return SequenceMatcher(None, one.title, other.title, autojunk=False).ratio() >= ALIKE
