"""Words are found exactly, in Chinese too, and alike on both databases."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.archive import Archive
from storage.search import plain_words, tokens
from tests.storage.making import NOON, days, in_a_week, make_bulletin, make_capture, make_reading, token_address

TEXTS = {
    "a": "四川省地方志工作办公室召开会议，学习《地方志工作条例》。",
    "b": "成都市志办调研；ＷｅＣｈａｔ 公众号 wxmirror-2026 上线",
    "c": "方地志川四（倒着写的）",
}


@pytest.fixture
def library(archive: Archive) -> Archive:
    for day, (name, text) in enumerate(TEXTS.items()):
        capture = make_capture(token_address(name), make_reading(title=name, text=text), at=days(day))
        archive.keep_capture(capture, run=None, next_visit=in_a_week)
    return archive


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("地方志", "a"),
        ("志", "cba"),
        ("地方志工作条例", "a"),
        ("方志地方", ""),  # every pair of it stands in a text, the whole in none
        ("四川 条例", "a"),
        ("wechat", "b"),
        ("WXM", "b"),
        ("2026", "b"),
        ("志办调研", "b"),
        ("。", ""),
        ("", ""),
        ("' OR 1=1 --", ""),
        ('"地方志" AND', ""),
    ],
)
def test_words_are_found_exactly(library: Archive, words: str, found: str) -> None:
    assert "".join(hit.title or "" for hit in library.search(words)) == found


def test_a_hit_says_where_it_stands(library: Archive) -> None:
    kept = library.keep_bulletin(*make_bulletin(token_address()), source=None, source_url=None, kept_at=NOON)
    (item,) = library.search("第1条的正文")
    assert (item.bulletin, item.item, item.snippet) == (kept.bulletin, 1, "第1条的正文。")
    (article,) = library.search("成都市志办")
    assert (article.article_url, article.captured_at) == (token_address("b").article_url, days(1))
    assert article.snippet.startswith("成都市志办调研")


def test_items_of_replaced_bulletins_are_not_found(archive: Archive) -> None:
    place = {"source": "s", "source_url": "u"}
    archive.keep_bulletin(*make_bulletin(token_address()), **place, kept_at=NOON)
    archive.keep_bulletin(*make_bulletin(body=b"emptied"), **place, kept_at=NOON)
    assert archive.search("正文") == []


def test_no_more_than_asked_for_and_the_newest_first(archive: Archive) -> None:
    for day in range(5):
        capture = make_capture(token_address(), make_reading(text=f"会议 {day}"), at=days(day))
        archive.keep_capture(capture, run=None, next_visit=in_a_week)
    assert [hit.captured_at for hit in archive.search("会议", limit=2)] == [days(4), days(3)]


@given(st.text(alphabet="地方志办公室ab 1。\0", max_size=30), st.integers(0, 30), st.integers(1, 6))
def test_every_piece_of_chinese_in_a_text_is_found_by_its_tokens(text: str, start: int, length: int) -> None:
    piece = plain_words(text)[start : start + length]
    runs = [run for run in tokens(piece) if len(run) == 2 and not run.isascii()]
    assert set(runs) <= set(tokens(text))


@given(st.text(st.sampled_from("方志\u3400\u9fff\uf900\U0002f800Ａａé\u0301\u3099かｶﾞ①ﬁ，。 \n\r한ᄒ\u1161\u11ab")))
def test_forms_are_made_one_piece_by_piece_as_in_the_whole_text(text: str) -> None:
    assert plain_words(text) == unicodedata.normalize("NFKC", text).casefold()


def test_a_text_is_indexed_by_pairs_the_ends_of_runs_and_other_words() -> None:
    assert sorted(tokens("四川方志，2024年Ａb 志")) == sorted(["四川", "川方", "方志", "志", "2024", "年", "ab"])
    assert tokens("x" * 200) == ["x" * 64]


def test_a_hostile_text_is_indexed(archive: Archive) -> None:
    text = "a" * 100_000 + "地" * 300_000 + "\ud800\0" + "𠮷野家"
    capture = make_capture(token_address(), make_reading(title="t" * 5000, text=text))
    archive.keep_capture(capture, run=None, next_visit=in_a_week)
    assert len(archive.search("a" * 70)) == 1
    assert len(archive.search("地地地")) == 1
