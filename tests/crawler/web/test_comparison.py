"""Two copies side by side: what changed is shown, what did not is folded, nothing is lost on the way."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from crawler.mirror.versions import Fate, compare_texts
from crawler.web.comparison import Stretch, stretches
from storage.archive import Archive
from tests.crawler.mirror.keeping import (
    LONG,
    LONG_NAME,
    MARCH,
    OTHER,
    SHORT,
    keep_article,
    keep_bulletin,
    keep_picture,
    png,
)
from tests.crawler.mirror.shelves import OTHER_PICTURE, PICTURE

PARTS = ["修志存史。", "资政育人！", "第一段", "\n", "长" * 300, "", "改"]
LINES = st.lists(st.sampled_from(PARTS), max_size=12).map("".join)


def stretched(before: str, after: str) -> list[Stretch]:
    return stretches(tuple(compare_texts(before, after)))


def shown(page: str, tag: str) -> list[str]:
    paper = page.split('<div class="paper">')[1]
    return re.findall(rf"<{tag}>(.*?)</{tag}>", paper, re.S)


@given(LINES, LINES)
def test_both_texts_stand_on_the_page_whole(before: str, after: str) -> None:
    pieces = [piece for one in stretched(before, after) for paragraph in one.paragraphs for piece in paragraph]
    for text, hidden in ((before, Fate.ADDED), (after, Fate.REMOVED)):
        kept = "".join(one.text for one in pieces if one.fate is not hidden and one.text != "↵")
        assert kept == text.replace("\n", "")


def test_a_long_stretch_that_stayed_is_folded_up_to_the_sentences_beside_a_change() -> None:
    sentences = [f"这是没有改动的第{number}句话，照原样保留。" for number in range(100)]
    before, after = "开头。" + "".join(sentences) + "结尾。", "起头。" + "".join(sentences) + "末尾。"
    first, folded, last = stretched(before, after)
    assert [one.is_folded for one in (first, folded, last)] == [False, True, False]
    assert folded.paragraphs[0][0].text.startswith("这是没有改动的第")
    assert folded.characters > 1500


def test_paragraphs_that_were_joined_are_told_by_a_mark() -> None:
    (one,) = stretched("第一段话\n第二段话。", "第一段话第二段话。")
    (paragraph,) = one.paragraphs
    assert (Fate.REMOVED, "↵") in [(piece.fate, piece.text) for piece in paragraph]


# ---- the page


def test_the_article_leads_to_what_changed_between_its_copies(room: TestClient) -> None:
    (place,) = set(re.findall(r'href="(/compare/[^"]*)"', room.get(f"/article/{SHORT}").text))
    assert place == f"/compare/20240314020005/20240315020005/{SHORT}"
    page = room.get(place).text
    assert shown(page, "ins") == ["，改过"]
    assert shown(page, "del") == []
    assert "/compare/" not in room.get(f"/article/{LONG_NAME}").text
    assert "改回原样" not in room.get(f"/article/{SHORT}").text


def test_any_moments_lead_to_the_copies_nearest_to_them_in_order(room: TestClient) -> None:
    place = f"/compare/20240314020005/20240315020005/{SHORT}"
    for moments in ("2023/2025", "2025/2023", "20240315/20240314"):
        assert room.get(f"/compare/{moments}/{SHORT}").headers["location"] == place


def test_a_copy_compared_with_itself_is_said_to_be_the_same(room: TestClient) -> None:
    page = room.get(f"/compare/20240314020005/20240314020005/{SHORT}").text
    assert "完全相同" in page


def test_spellings_with_a_query_can_be_compared(own_room: TestClient, own_archive: Archive) -> None:
    keep_article(own_archive, LONG, title="另一篇", text="第二篇，改过", at=MARCH + timedelta(days=1))
    answer = own_room.get(f"/compare/2024/2025/{LONG}&scene=21")
    assert answer.headers["location"] == f"/compare/20240314020005/20240315020005/{LONG_NAME}"
    assert shown(own_room.get(answer.headers["location"]).text, "ins") == ["，改过"]


def test_pictures_that_came_and_went_are_shown_from_the_archive(own_room: TestClient, own_archive: Archive) -> None:
    keep_article(own_archive, OTHER, pictures=[PICTURE])
    keep_article(own_archive, OTHER, pictures=[OTHER_PICTURE], at=MARCH + timedelta(days=1))
    page = own_room.get(f"/compare/2024/2025/{OTHER}", follow_redirects=True).text
    assert len(re.findall(r'<img src="/asset/[0-9a-f]{64}\.png"', page)) == 1
    assert "存档中没有" in page
    keep_picture(own_archive, OTHER_PICTURE, png(9))
    page = own_room.get(f"/compare/2024/2025/{OTHER}", follow_redirects=True).text
    assert len(re.findall(r'<img src="/asset/[0-9a-f]{64}\.png"', page)) == 2


def test_hostile_words_are_compared_as_words(own_room: TestClient, own_archive: Archive) -> None:
    for day, word in enumerate(("<script>alert(1)</script>", "<img src=x onerror=alert(1)>\u202e")):
        keep_article(own_archive, OTHER, title=word, text=f"第一段{word}", at=MARCH + timedelta(days=day))
    page = own_room.get(f"/compare/2024/2025/{OTHER}", follow_redirects=True).text
    assert not re.search(r"<script|<img|\u202e", page)
    assert "<img src=x onerror=alert(1)>" in unescape(page)


def test_a_bulletin_says_what_changed_after_it_was_cited(own_room: TestClient, own_archive: Archive) -> None:
    (summary,) = own_archive.bulletins()
    page = own_room.get(f"/bulletin/{summary.bulletin}").text
    assert page.count("引用之后文章有改动") == 1  # of the two that it cites, one changed
    assert f"/compare/20240314020005/20240315020005/{SHORT}" in page


def test_an_article_that_was_changed_back_has_not_changed(own_room: TestClient, own_archive: Archive) -> None:
    keep_article(own_archive, text="第一段", pictures=[PICTURE], at=MARCH + timedelta(days=5))
    bulletin = keep_bulletin(own_archive, SHORT, body=b"another")
    assert "引用之后文章有改动" not in own_room.get(f"/bulletin/{bulletin}").text
    page = own_room.get(f"/article/{SHORT}").text
    assert "内容与 2024-03-14 10:00 的副本一致" in page
    assert f'class="button" href="/web/20240314020005/{SHORT}"' in page
