"""What an author changed is shown sentence by sentence, and nothing of either text is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.mirror.versions import Difference, Fate, compare, compare_texts
from crawler.wechat.reading import read_page
from storage.records import Article, AssetLink, Outcome, Reading, Role
from tests.crawler.mirror.shelves import PICTURE, article_page
from tests.timing import computing_within

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


def test_a_number_is_changed_as_a_whole() -> None:
    told = fates("补贴卡9,456张、占33.5%。", "补贴卡9,466张、占35%。")
    assert [text for fate, text in told if fate == "removed"] == ["9,456", "33.5%"]
    assert [text for fate, text in told if fate == "added"] == ["9,466", "35%"]


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
    with computing_within(3):
        list(compare_texts(before, before.replace("第7", "第八")))


def test_a_sentence_that_was_put_before_a_changed_one_does_not_hide_the_change() -> None:
    told = fates("全书八十万字。", "会议召开。全书九十万字。")
    assert told == [("added", "会议召开。"), ("same", "全书"), ("removed", "八"), ("added", "九"), ("same", "十万字。")]


def test_letters_that_stayed_by_chance_do_not_tear_a_change_apart() -> None:
    told = fates("会议由省志办主任张国华主持召开。", "会议由省志办主任李国平主持召开。")
    assert told[1:3] == [("removed", "张国华"), ("added", "李国平")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("。" * 100_000, "！" + "。" * 100_001),
        ("".join(f"甲{n}。同。" for n in range(5_000)), "".join(f"乙{n}！同。" for n in range(5_000))),
        ("修志" * 50_000, "志修" * 50_000),
    ],
    ids=["stops", "refrain", "one sentence"],
)
def test_texts_made_to_be_slow_are_compared_coarsely(before: str, after: str) -> None:
    with computing_within(6):
        pieces = list(compare_texts(before, after))
    assert "".join(piece.text for piece in pieces if piece.fate is not Fate.ADDED) == before


# ---- what makes no new snapshot


WHAT_PASSES = [
    ("var nonce = '101';", "var nonce = '202';"),
    ("var read_num = 7;", "var read_num = 8000;"),
    ("/mmbizappmsg/zh_CN/htmledition/js/app.a1.js", "/mmbizappmsg/zh_CN/htmledition/js/app.b2.js"),
    ("var ct = 1710381600;", "var ct = 1710381600; var svr_time = 1710390000;"),
    ("mmbiz_png/abcdefghijklmnop/640?wx_fmt=png", "mmbiz_png/abcdefghijklmnop/640?wx_fmt=png&tp=webp#imgIndex=0"),
]


@pytest.mark.parametrize(("was", "became"), WHAT_PASSES)
def test_what_only_passes_makes_no_new_snapshot(was: str, became: str) -> None:
    page = served("<p>第一段。</p>")
    later = page.replace(was, became)
    assert later != page
    first, second = read_page(page.encode()), read_page(later.encode())
    assert first.fingerprint == second.fingerprint is not None


def test_negative_control_what_an_author_changes_makes_one() -> None:
    first, second = (read_page(served(text).encode()) for text in ("<p>第一段。</p>", "<p>第二段。</p>"))
    assert first.fingerprint != second.fingerprint


def served(content: str) -> str:
    """A page as WeChat sends it, with what changes from visit to visit."""
    head = "".join(f"<script>{was}</script>" for was, _ in WHAT_PASSES[:2] + WHAT_PASSES[3:4])
    script = f'<script src="https://res.wx.qq.com{WHAT_PASSES[2][0]}"></script>'
    return article_page(f'{content}<img data-src="{PICTURE}">', head=head + script).decode()
