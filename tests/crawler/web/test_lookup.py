"""One box: addresses are looked up, words are searched for, and odd input is told what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from crawler.web.lookup import asked_article, excerpt, has_words, marked
from crawler.wechat.urls import read_address
from storage.archive import Archive
from storage.errors import NotAnArticle
from storage.records import Tombstone
from tests.crawler.mirror.keeping import LONG_NAME, MARCH, OTHER, SHORT, keep_article, keep_bulletin
from tests.crawler.web.conftest import visitor


def search(room: TestClient, words: str, page: int = 1) -> str:
    return unescape(room.get(f"/find?q={quote(words)}&p={page}").text)


# ---- what is meant


@pytest.mark.parametrize(
    "asked",
    [
        SHORT,
        SHORT.removeprefix("https://"),
        f"  {SHORT} ",
        f"看这篇：{SHORT} 很好",
        f"标题\n{SHORT}",
        f"https://archive.example.org/room/web/20240313020000/{SHORT}",
        f"/compare/20240313020000/20240320020000/{SHORT}",
        quote(SHORT, safe=""),
    ],
)
def test_an_address_is_looked_up_in_any_company(room: TestClient, asked: str) -> None:
    answer = room.get("/find", params={"q": asked})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/article/{SHORT}")


@pytest.mark.parametrize(
    "asked", ["http://example.org/", "mp.weixin.qq.com.evil.example/s/abc", "//x/y", "javascript:/x"]
)
def test_what_is_plainly_an_address_is_not_searched_for(asked: str) -> None:
    with pytest.raises(NotAnArticle):
        asked_article(asked)


@pytest.mark.parametrize("asked", ["地方志", "2024/2025", "WeChat/微信", "a:b", "12:30", "x.y", "方志 四川"])
def test_words_are_no_address(asked: str) -> None:
    assert asked_article(asked) is None


# ---- what is found


def test_words_of_an_article_lead_to_it_with_all_that_is_asked_of_a_hit(room: TestClient) -> None:
    page = search(room, "第二篇")
    assert f'href="/article/{LONG_NAME}"' in page
    assert "另一篇" in page
    assert "方志四川" in page
    assert "2024-03-14 10:00" in page
    assert "<mark>第二篇</mark>" in page
    assert "四川省地方志工作办公室 2024-03-13" in page
    assert "#item-1" in page


def test_a_bulletin_that_cites_an_article_twice_is_named_once(own_archive: Archive, own_room: TestClient) -> None:
    keep_bulletin(own_archive, LONG_NAME, f"{LONG_NAME}#rd", body=b"another", on=date(2024, 4, 2))
    assert search(own_room, "第二篇").count("四川省地方志工作办公室 2024-04-02") == 1


def test_words_of_an_item_lead_to_it_in_its_bulletin(room: TestClient, archive: Archive) -> None:
    (summary,) = archive.bulletins()
    page = search(room, "广元市委书记")
    assert f'href="/bulletin/{summary.bulletin}#item-1"' in page
    assert "<mark>广元市委书记</mark>批示" in page


def test_an_article_stands_there_once_however_many_copies_hold_the_words(room: TestClient) -> None:
    page = search(room, "第一段")
    assert page.count('class="row-title"') == 1
    assert "另有 1 份副本含这些词语" in page


def test_several_words_must_all_be_there(room: TestClient) -> None:
    assert "<mark>第一段</mark>，<mark>改过</mark>" in search(room, "第一段 改过")
    assert "没有找到" in search(room, "第一段 第二篇")


@pytest.mark.parametrize("asked", ["，。！", "***", '"', "\u202e\u200b", "\x00", "…"])
def test_signs_alone_are_told_to_be_nothing_to_search_for(room: TestClient, asked: str) -> None:
    answer = room.get("/find", params={"q": asked})
    assert answer.status_code == 400
    assert "没有可以查找的文字" in answer.text


def test_what_is_too_long_is_told(room: TestClient) -> None:
    answer = room.get("/find", params={"q": "志" * 2000})
    assert answer.status_code == 400
    assert "100 个字以内" in answer.text
    assert len(answer.content) < 10_000


@pytest.mark.parametrize("asked", ["' OR 1=1 --", 'NEAR("志" AND', "a* OR b", "\ud7ff志", "志%00", "\\"])
def test_what_looks_like_a_query_is_words(room: TestClient, asked: str) -> None:
    assert room.get("/find", params={"q": asked}).status_code in (200, 400)


def test_hostile_titles_and_texts_are_found_as_words(own_room: TestClient, own_archive: Archive) -> None:
    keep_article(own_archive, OTHER, title="<script>危险</script>\u202e", text="<img src=x onerror=alert(1)>危险")
    page = own_room.get("/find", params={"q": "危险"}).text
    assert not re.search(r"<script|<img|\u202e", page)
    assert "&lt;script&gt;<mark>危险</mark>" in page
    assert "<svg" not in own_room.get("/find", params={"q": '"><svg onload=x>'}).text


def test_a_withdrawn_article_is_not_found(own_room: TestClient, own_archive: Archive) -> None:
    own_archive.withdraw(read_address(SHORT), Tombstone(reason="r", withdrawn_by="w", withdrawn_at=MARCH))
    assert "没有找到" in search(own_room, "改过")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """22 articles, the first in 8 copies."""
    folder: Path = tmp_path_factory.mktemp("many") / "archive"
    with Archive.open(folder, writing=True, create=True) as archive:
        for number in range(22):
            url = f"https://mp.weixin.qq.com/s/{number:022}"
            keep_article(archive, url, title=f"第{number}篇", text="修志存史")
        for day in range(1, 8):
            text = f"修志存史{day}"
            keep_article(archive, "https://mp.weixin.qq.com/s/" + "0" * 22, text=text, at=MARCH + timedelta(days=day))
        yield visitor(archive)


def test_results_go_on_over_pages_each_article_once(many: TestClient) -> None:
    pages = [search(many, "修志", number) for number in (1, 2, 3)]
    titles = [re.findall(r'href="(/article/[^"]+)"', page) for page in pages]
    assert [len(one) for one in titles] == [20, 2, 0]
    assert len({title for one in titles for title in one}) == 22
    assert ['rel="next"' in page for page in pages] == [True, False, False]
    assert "没有更多结果" in pages[2]


# ---- the words in their places


def test_words_are_marked_whatever_their_case_and_width() -> None:
    assert marked("ＷｅＣｈａｔ 公众号", ["wechat"]) == ((True, "ＷｅＣｈａｔ"), (False, " 公众号"))
    assert marked("㍿と株式会社", ["株式会社"]) == ((True, "㍿"), (False, "と"), (True, "株式会社"))


def test_words_that_overlap_are_marked_as_one_place() -> None:
    assert "".join(run for _, run in marked("地方志办", ["地方志", "方志办"])) == "地方志办"
    assert [is_word for is_word, _ in marked("地方志办", ["地方志", "方志办"])] == [True, True]


@given(st.text(alphabet="修志㍿ßＡa 。", max_size=30), st.lists(st.text(alphabet="修志㍿ßＡa", max_size=3), max_size=3))
def test_marking_loses_nothing(text: str, words: list[str]) -> None:
    assert "".join(run for _, run in marked(text, words)) == text


def test_each_word_is_shown_where_it_stands() -> None:
    text = "修志。" + "甲" * 500 + "存史。" + "乙" * 500
    told = excerpt(text, ["存史", "修志"])
    assert [run for is_word, run in told if is_word] == ["修志", "存史"]
    assert sum(len(run) for _, run in told) < 200


def test_words_that_stand_in_the_title_alone_leave_the_beginning_of_the_text() -> None:
    assert excerpt("正文开头" * 100, ["标题"])[0] == (False, ("正文开头" * 18))


def test_letters_and_numbers_are_words_signs_are_not() -> None:
    assert [has_words(one) for one in ("志", "a", "5", "-", "，", "")] == [True, True, True, False, False, False]
