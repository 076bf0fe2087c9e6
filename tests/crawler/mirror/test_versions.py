"""What an author changed is shown sentence by sentence, and nothing of either text is lost."""

from __future__ import annotations

from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from crawler.mirror.versions import Difference, Fate, compare, compare_texts
from storage.records import Article, AssetLink, Outcome, Reading, Role

CHINESE = st.text(alphabet="修志存史资政育人二〇年月日，。！？；…”\n ", max_size=80)


def reading(text: str, *media: str, title: str = "题") -> Reading:
    links = tuple(AssetLink(url=f"https://mmbiz.qpic.cn/mmbiz_png/{key}/0", role=Role.BODY, key=key) for key in media)
    article = Article(title=title, account_name="号", text=text)
    return Reading(reader_version=1, outcome=Outcome.ALIVE, evidence=(), article=article, assets=links)


def fates(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.fate.value, piece.text) for piece in compare_texts(before, after)]


@given(CHINESE, CHINESE)
def test_both_texts_can_be_read_back(before: str, after: str) -> None:
    pieces = list(compare_texts(before, after))
    assert "".join(piece.text for piece in pieces if piece.fate is not Fate.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.fate is not Fate.REMOVED) == after


def test_a_corrected_numeral_is_seen_as_that() -> None:
    told = fates("全书八十万字。明年出版。", "全书九十万字。明年出版。")
    assert told == [("same", "全书"), ("removed", "八"), ("added", "九"), ("same", "十万字。明年出版。")]


def test_a_sentence_that_was_taken_out_is_taken_out_whole() -> None:
    assert fates("会议召开。某某出席。会议要求。", "会议召开。会议要求。") == [
        ("same", "会议召开。"),
        ("removed", "某某出席。"),
        ("same", "会议要求。"),
    ]


def test_another_sentence_is_not_mixed_with_the_old_one_letter_by_letter() -> None:
    assert fates("甲乙丙丁。", "戊己庚辛！") == [("removed", "甲乙丙丁。"), ("added", "戊己庚辛！")]


def test_pictures_taken_out_added_and_reordered_are_told() -> None:
    changed = compare(reading("文", "a", "b"), reading("文", "b", "c", title="新题"))
    assert (changed.removed_media, changed.added_media) == (("a",), ("c",))
    assert changed.title == ("题", "新题")
    assert compare(reading("文", "a", "b"), reading("文", "b", "a")).is_reordered


def test_nothing_changed_is_told_as_nothing() -> None:
    same: Difference = compare(reading("文。", "a"), reading("文。", "a"))
    assert (same.removed_characters, same.added_characters, same.title, same.is_reordered) == (0, 0, None, False)


def test_long_texts_are_compared_in_bounded_time() -> None:
    before = "".join(f"第{number}句话。" for number in range(5_000))
    began = perf_counter()
    list(compare_texts(before, before.replace("第7", "第八")))
    assert perf_counter() - began < 3
