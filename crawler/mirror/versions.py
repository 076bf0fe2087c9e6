"""Two snapshots of one article side by side: what its author changed in title, text and pictures.

The text is compared sentence by sentence, as Chinese is read: a sentence ends with 。！？；… (and the closing quotes
behind it) or with its line. Sentences that were changed rather than replaced are paired, and within a pair the
characters that differ are marked, so that one corrected numeral is seen as that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

from storage.records import FINGERPRINTED_ROLES, Reading

SENTENCE = re.compile(r"[^。！？；…!?;\n]*(?:[。！？；…!?;]+[”’」』）)》]*|\n|$)")
ALIKE = 0.5
"""Two sentences of at least this similarity (difflib's ratio) are one sentence, changed."""

LONGEST_SENTENCE = 1_000
"""Longer ones are not compared letter by letter: the cost grows with the square of the length."""


class Fate(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of characters with one fate."""

    fate: Fate
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changed from one snapshot to a later one."""

    title: tuple[str, str] | None  # before and after; None: the same
    author: tuple[str, str] | None
    text: tuple[Piece, ...]  # the whole text, in order
    removed_media: tuple[str, ...]  # keys of pictures, sounds and films
    added_media: tuple[str, ...]
    is_reordered: bool  # the same media, in another order

    @property
    def removed_characters(self) -> int:
        """How many characters of the earlier text are gone."""
        return sum(len(piece.text) for piece in self.text if piece.fate is Fate.REMOVED)

    @property
    def added_characters(self) -> int:
        """How many characters of the later text are new."""
        return sum(len(piece.text) for piece in self.text if piece.fate is Fate.ADDED)


def compare(earlier: Reading, later: Reading) -> Difference:
    """Return what changed from an alive reading to a later one."""
    before, after = earlier.article, later.article
    titles = ((before and before.title) or "", (after and after.title) or "")
    authors = ((before and before.author) or "", (after and after.author) or "")
    media_before, media_after = _media(earlier), _media(later)
    return Difference(
        title=titles if titles[0] != titles[1] else None,
        author=authors if authors[0] != authors[1] else None,
        text=tuple(compare_texts(before.text if before else "", after.text if after else "")),
        removed_media=tuple(key for key in media_before if key not in media_after),
        added_media=tuple(key for key in media_after if key not in media_before),
        is_reordered=set(media_before) == set(media_after) and media_before != media_after,
    )


def compare_texts(before: str, after: str) -> Iterator[Piece]:
    """Yield the pieces of both texts in reading order; neighbours of one fate are joined.

    The pieces that are not ADDED give back ``before``, those that are not REMOVED give ``after``.
    """
    yield from _joined(_pieces(before, after))


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = _sentences(before), _sentences(after)
    for fate, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if fate == "equal":
            yield Piece(fate=Fate.SAME, text="".join(old[from_old:to_old]))
        else:
            yield from _changed(old[from_old:to_old], new[from_new:to_new])


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for was, became in zip_longest(old, new, fillvalue=""):
        matcher = SequenceMatcher(None, was, became, autojunk=False)
        is_short = max(len(was), len(became)) <= LONGEST_SENTENCE
        if was and became and is_short and matcher.ratio() >= ALIKE:
            for _, from_old, to_old, from_new, to_new in matcher.get_opcodes():
                if was[from_old:to_old] == became[from_new:to_new]:
                    yield Piece(fate=Fate.SAME, text=was[from_old:to_old])
                    continue
                yield Piece(fate=Fate.REMOVED, text=was[from_old:to_old])
                yield Piece(fate=Fate.ADDED, text=became[from_new:to_new])
        else:
            yield Piece(fate=Fate.REMOVED, text=was)
            yield Piece(fate=Fate.ADDED, text=became)


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    held: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if held and held.fate is piece.fate:
            held = Piece(fate=held.fate, text=held.text + piece.text)
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in SENTENCE.findall(text) if sentence]


def _media(reading: Reading) -> list[str]:
    return [link.key for link in reading.assets if link.role in FINGERPRINTED_ROLES]
