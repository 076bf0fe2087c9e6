"""Two snapshots of one article side by side: what its author changed in title, text and pictures.

The text is compared sentence by sentence, as Chinese is read: a sentence ends with 。！？；… (and the closing quotes
behind it) or with its line. Sentences that were changed rather than replaced are paired, and within a pair the
characters that differ are marked, so that one corrected numeral is seen as that. Sentences that stand once in each text
are found first, so the cost stays near that of reading; what is left is compared within bounds.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from storage.records import FINGERPRINTED_ROLES, Reading

SENTENCE = re.compile(r"[^。！？；…!?;\n]*(?:[。！？；…!?;]+[”’」』）)》]*\n?|\n|$)")
UNIT = re.compile(r"[0-9]+(?:[.,][0-9]+)*%?|[A-Za-z]+|.", re.S)
ALIKE = 0.5
"""Two sentences of at least this similarity (difflib's ratio) are one sentence, changed."""

NEAR = 20
"""How many sentences on a changed one is looked for."""

MOST_EFFORT = 20_000_000
"""Steps of a comparison (about two seconds); what would cost more is shown as removed and added as a whole."""

LOOK = 100
"""Steps that it costs to see that two sentences are not alike."""


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
    yield from _joined(_pieces(_sentences(before), _sentences(after), _Effort()))


@dataclass(slots=True)
class _Effort:
    """What a comparison may still cost, so that texts made to be slow are compared coarsely instead."""

    left: int = MOST_EFFORT

    def may_match(self, old: Sequence[str], new: Sequence[str]) -> bool:
        """Whether difflib may match these: it looks at every pair of equals, once for each match in the worst case."""
        counts, others = Counter(old), Counter(new)
        pairs = sum(count * others[one] for one, count in counts.items())
        cost = pairs * sum(min(count, others[one]) for one, count in counts.items()) + len(old) + len(new)
        if cost <= self.left:
            self.left -= cost
            return True
        return False


def _pieces(old: Sequence[str], new: Sequence[str], effort: _Effort) -> Iterator[Piece]:
    """What lies between the sentences that both texts hold just once, and those sentences."""
    from_old = from_new = 0
    for at_old, at_new in [*_anchors(old, new), (len(old), len(new))]:
        yield from _between(old[from_old:at_old], new[from_new:at_new], effort)
        if at_old < len(old):
            yield Piece(fate=Fate.SAME, text=old[at_old])
        from_old, from_new = at_old + 1, at_new + 1


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Sentences that stand once in each text, as many as keep their order: the longest rising row of places."""
    once_old, once_new = ({one for one, count in Counter(text).items() if count == 1} for text in (old, new))
    places = {sentence: at for at, sentence in enumerate(new) if sentence in once_new}
    pairs = [(at, places[one]) for at, one in enumerate(old) if one in once_old and one in places]
    ends: list[int] = []  # for each length, the least place in the new text that a row of it ends with
    tops: list[int] = []  # the pair that does
    before: list[int | None] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(tops[length - 1] if length else None)
        ends[length : length + 1] = [place]
        tops[length : length + 1] = [number]
    row: list[tuple[int, int]] = []
    at = tops[-1] if tops else None
    while at is not None:
        row.append(pairs[at])
        at = before[at]
    return row[::-1]


def _between(old: Sequence[str], new: Sequence[str], effort: _Effort) -> Iterator[Piece]:
    if not effort.may_match(old, new):
        yield Piece(fate=Fate.REMOVED, text="".join(old))
        yield Piece(fate=Fate.ADDED, text="".join(new))
        return
    for fate, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if fate == "equal":
            yield Piece(fate=Fate.SAME, text="".join(old[from_old:to_old]))
        else:
            for was, became in _pairs(old[from_old:to_old], new[from_new:to_new], effort):
                yield from _changed(was, became)


def _pairs(old: Sequence[str], new: Sequence[str], effort: _Effort) -> Iterator[tuple[str, str]]:
    """Sentences in order; each changed one beside what it became, the others beside nothing."""
    at = 0
    for was in old:
        likely = (place for place in range(at, min(len(new), at + NEAR)) if _is_alike(was, new[place], effort))
        match = next(likely, None)
        if match is None:
            yield was, ""
            continue
        yield from (("", became) for became in new[at:match])
        yield was, new[match]
        at = match + 1
    yield from (("", became) for became in new[at:])


def _is_alike(was: str, became: str, effort: _Effort) -> bool:
    effort.left -= LOOK
    if effort.left < 0:
        return False
    old, new = _units(was), _units(became)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < ALIKE:
        return False
    return effort.may_match(old, new) and matcher.ratio() >= ALIKE


def _changed(was: str, became: str) -> Iterator[Piece]:
    """A sentence and what it became, letter by letter where both are given.

    One letter that stayed between two changes would tear both apart for the eye: it counts as changed.
    """
    old, new = _units(was), _units(became)
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if old and new else []
    from_old = from_new = 0
    for number, (fate, i, to_old, j, to_new) in enumerate(codes):
        stayed = "".join(old[i:to_old])
        if fate != "equal" or (len(stayed) == 1 and 0 < number < len(codes) - 1):
            continue
        yield from (
            Piece(fate=Fate.REMOVED, text="".join(old[from_old:i])),
            Piece(fate=Fate.ADDED, text="".join(new[from_new:j])),
            Piece(fate=Fate.SAME, text=stayed),
        )
        from_old, from_new = to_old, to_new
    yield Piece(fate=Fate.REMOVED, text="".join(old[from_old:]))
    yield Piece(fate=Fate.ADDED, text="".join(new[from_new:]))


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


def _units(sentence: str) -> list[str]:
    """Letters of Chinese one by one, numbers and Latin words as wholes."""
    return UNIT.findall(sentence)


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in SENTENCE.findall(text) if sentence]


def _media(reading: Reading) -> list[str]:
    return [link.key for link in reading.assets if link.role in FINGERPRINTED_ROLES]
