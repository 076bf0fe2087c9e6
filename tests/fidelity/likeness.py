"""How alike two texts and two pictures of a page are: measures of our own, small enough to be read.

The measures themselves are tested in ``test_likeness``: a measure that cannot fall proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageMath

WINDOW, STRIDE = 8, 4  # points: windows of 8 by 8, 4 apart, as the encoders measure it
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2  # Wang et al., 2004
STRIP = 1024  # rows that are looked at together: bounds the memory, a multiple of WINDOW


@dataclass(frozen=True, kw_only=True)
class Alike:
    """How much of ``truth`` a text holds, and how much of the text stands in the truth, in order, by characters."""

    truth: int
    read: int
    common: int

    @property
    def recall(self) -> float:
        """The share of the truth that was read."""
        return self.common / self.truth if self.truth else 1.0

    @property
    def precision(self) -> float:
        """The share of what was read that is true."""
        return self.common / self.read if self.read else 1.0


def compare_words(truth: str, read: str) -> Alike:
    """Compare two texts by their characters, blanks and what cannot be seen left out."""
    one, other = visible(truth), visible(read)
    return Alike(truth=len(one), read=len(other), common=common_length(one, other))


def visible(text: str) -> str:
    """The characters that leave ink."""
    return "".join(character for character in text if not character.isspace() and character not in UNSEEN)


UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\ufeff\u00ad\ufe0f")


def common_length(one: str, other: str) -> int:
    """The length of the longest common subsequence, exact: bit-parallel (Hyyrö, 2004), a row is one long integer."""
    places: dict[str, int] = {}
    for at, character in enumerate(one):
        places[character] = places.get(character, 0) | 1 << at
    whole = (1 << len(one)) - 1
    row = whole
    for character in other:
        hit = row & places.get(character, 0)
        row = (row + hit | row - hit) & whole
    return len(one) - row.bit_count()


def similarity(one: Image.Image, other: Image.Image) -> float:
    """The mean structural similarity (SSIM) of two pictures' luminance; what only one of them covers counts as 0."""
    width, height = min(one.width, other.width), min(one.height, other.height)
    total, count = 0.0, 0
    for top in range(0, height, STRIP):
        box = (0, top, width, min(top + STRIP + STRIDE, height))
        for index in _indices(one.crop(box).convert("L").convert("F"), other.crop(box).convert("L").convert("F")):
            total += index
            count += 1
    covered = width * height / (max(one.width, other.width) * max(one.height, other.height))
    return total / count * covered if count else float(one.size == other.size)


def _indices(one: Image.Image, other: Image.Image) -> Iterator[float]:
    """The similarity of each pair of windows."""
    for left in (0, STRIDE):
        for top in (0, STRIDE):
            right = left + (one.width - left) // WINDOW * WINDOW
            bottom = top + (one.height - top) // WINDOW * WINDOW
            if right > left and bottom > top:
                box = (left, top, right, bottom)
                yield from _window_indices(one.crop(box), other.crop(box))


def _window_indices(one: Image.Image, other: Image.Image) -> Iterator[float]:
    means = [
        picture.reduce(WINDOW).get_flattened_data()
        for picture in (one, other, _product(one, one), _product(other, other), _product(one, other))
    ]
    for mean_one, mean_other, square_one, square_other, mixed in zip(*means, strict=True):
        both, squares = mean_one * mean_other, mean_one * mean_one + mean_other * mean_other
        spread = max(square_one + square_other - squares, 0.0)
        yield (2 * both + C1) * (2 * (mixed - both) + C2) / ((squares + C1) * (spread + C2))


def _product(one: Image.Image, other: Image.Image) -> Image.Image:
    return ImageMath.lambda_eval(lambda given: given["one"] * given["other"], one=one, other=other)
