"""The measures can fall: a likeness that is always near one would prove nothing."""

import random

import pytest
from PIL import Image, ImageChops, ImageDraw

from tests.fidelity.likeness import common_length, compare_words, similarity


def noisy(seed: int, *, width: int = 120, height: int = 90) -> Image.Image:
    return Image.frombytes("L", (width, height), random.Random(seed).randbytes(width * height))


def written(lines: int) -> Image.Image:
    page = Image.new("RGB", (300, 400), "white")
    for line in range(lines):
        ImageDraw.Draw(page).text((10, 10 + 18 * line), f"line {line} of a page of words" * 2, fill="black")
    return page


def test_a_text_is_all_of_itself():
    assert (compare_words("第一段。 第二段", "第一段。\n第二段").recall, common_length("", "abc")) == (1.0, 0)


def test_lost_and_added_words_are_told_apart():
    lost, added = (
        compare_words("一二三四五六七八九十", "一二三四五"),
        compare_words("一二三四五", "一二三四五广告链接收"),
    )
    assert (lost.recall, lost.precision) == (0.5, 1.0)
    assert (added.recall, added.precision) == (1.0, 0.5)


def test_words_in_another_order_are_not_the_same():
    assert compare_words("前言后语", "后语前言").recall == 0.5


@pytest.mark.parametrize("seed", range(30))
def test_the_common_length_is_that_of_the_plain_table(seed):
    chance = random.Random(seed)
    one, other = ("".join(chance.choices("abcd", k=chance.randrange(40))) for _ in range(2))
    table = [[0] * (len(other) + 1)]
    for left in one:
        row = [0]
        for at, right in enumerate(other):
            row.append(table[-1][at] + 1 if left == right else max(table[-1][at + 1], row[-1]))
        table.append(row)
    assert common_length(one, other) == table[-1][-1]


def test_a_picture_is_wholly_like_itself_and_unlike_another():
    assert similarity(noisy(1), noisy(1)) == pytest.approx(1.0, abs=1e-6)
    assert abs(similarity(noisy(1), noisy(2))) < 0.05


def test_likeness_falls_with_each_line_that_is_missing_or_moved():
    page = written(20)
    assert similarity(page, page) == pytest.approx(1.0, abs=1e-6)
    assert similarity(page, written(19)) < 0.99
    assert similarity(page, ImageChops.offset(page, 0, 9)) < 0.9


def test_what_one_picture_lacks_counts_against_it():
    assert similarity(noisy(3), noisy(3).crop((0, 0, 120, 45))) == pytest.approx(0.5, abs=0.01)
    assert similarity(noisy(3), noisy(3).crop((0, 0, 60, 90))) == pytest.approx(0.5, abs=0.01)


def test_the_index_is_the_published_formula():
    """Two flat pictures: (2ab + c1) / (a² + b² + c1)."""
    dark, light = Image.new("L", (16, 16), 100), Image.new("L", (16, 16), 200)
    assert similarity(dark, light) == pytest.approx((2 * 100 * 200 + 6.5025) / (100**2 + 200**2 + 6.5025), abs=1e-3)
