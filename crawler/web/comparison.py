"""Two copies of one article, arranged for reading: paragraphs with what changed in them, long same stretches folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.mirror.versions import Difference, Fate, Piece
from storage.records import Rendition, Role, SnapshotAsset, SnapshotView

FOLDED = 240
"""Characters: a longer unchanged stretch is folded."""

AROUND = 60
"""Characters of it that stay before and after a change, up to where their sentence begins or ends."""

SENTENCE_END = re.compile(r"[。！？；…!?;][”’」』）)》]*\n?|\n")
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/svg+xml", "image/bmp", "image/avif"})

Paragraph = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Paragraphs that stand together; ``is_folded``: unchanged, and too long to be shown at once."""

    paragraphs: tuple[Paragraph, ...]
    is_folded: bool = False

    @property
    def characters(self) -> int:
        """How many characters it holds."""
        return sum(len(piece.text) for paragraph in self.paragraphs for piece in paragraph)


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A picture, sound or film that only one of two copies cites."""

    url: str
    role: Role
    rendition: Rendition | None

    @property
    def is_shown(self) -> bool:
        """Whether it is held, and a picture."""
        return self.rendition is not None and self.rendition.media_type in SHOWN


def neighbours(snapshots: Iterable[SnapshotView]) -> dict[str, SnapshotView]:
    """For each snapshot but the first, by its name, the one before it."""
    ordered = sorted(snapshots, key=lambda one: one.captured_at)
    return {later.snapshot: earlier for earlier, later in pairwise(ordered)}


def is_same(difference: Difference) -> bool:
    """Whether nothing of the content changed."""
    changed = difference.title or difference.author or difference.removed_media or difference.added_media
    is_same_text = all(piece.fate is Fate.SAME for piece in difference.text)
    return not changed and is_same_text and not difference.is_reordered


def media_of(keys: Sequence[str], assets: Iterable[SnapshotAsset]) -> list[Medium]:
    """The media of these keys, in order, with what is held of each."""
    known: Mapping[str, SnapshotAsset] = {asset.link.key: asset for asset in assets}
    return [
        Medium(url=asset.link.url, role=asset.link.role, rendition=asset.rendition)
        for key in dict.fromkeys(keys)
        if (asset := known.get(key))
    ]


def stretches(pieces: Sequence[Piece]) -> list[Stretch]:
    """Return the text in stretches: what changed with a little around it, and what is the same between."""
    shown: list[Piece] = []
    made: list[Stretch] = []
    for number, piece in enumerate(pieces):
        head, middle, tail = _parts(piece, is_first=number == 0, is_last=number == len(pieces) - 1)
        shown.append(Piece(fate=piece.fate, text=head))
        if middle:
            made.append(Stretch(paragraphs=tuple(_paragraphs(shown))))
            made.append(Stretch(paragraphs=tuple(_paragraphs([Piece(fate=Fate.SAME, text=middle)])), is_folded=True))
            shown = [Piece(fate=Fate.SAME, text=tail)]
    made.append(Stretch(paragraphs=tuple(_paragraphs(shown))))
    return [one for one in made if one.paragraphs]


def _parts(piece: Piece, *, is_first: bool, is_last: bool) -> tuple[str, str, str]:
    """Beginning, middle and end of a piece: the middle is folded. Nothing is kept where no change stands beside."""
    text = piece.text
    if piece.fate is not Fate.SAME or len(text) <= FOLDED:
        return text, "", ""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    head = 0 if is_first else next((end for end in ends if AROUND <= end <= FOLDED // 2), AROUND)
    wanted = len(text) - AROUND
    tail = next((end for end in reversed(ends) if len(text) - FOLDED // 2 <= end <= wanted), wanted)
    tail = len(text) if is_last else tail
    return text[:head], text[head:tail], text[tail:]


def _paragraphs(pieces: Sequence[Piece]) -> Iterator[Paragraph]:
    """Lines of pieces. The end of a line that came or went inside what stayed is shown as a mark of its own."""
    line: list[Piece] = []
    for piece in pieces:
        for part in piece.text.splitlines(keepends=True):
            text = part.rstrip("\r\n")
            if text:
                line.append(Piece(fate=piece.fate, text=text))
            if text == part:
                continue
            is_whole = all(one.fate is piece.fate for one in line)
            if not is_whole and piece.fate is not Fate.SAME:
                line.append(Piece(fate=piece.fate, text="↵"))
            if is_whole or piece.fate is not Fate.REMOVED:
                if line:
                    yield tuple(line)
                line = []
    if line:
        yield tuple(line)
