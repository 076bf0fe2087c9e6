"""The reading room shows what waits for a person, and what a person decided."""

from __future__ import annotations

import html
import re

from starlette.testclient import TestClient

from storage.archive import Archive
from storage.decisions import Word
from storage.records import Outcome
from tests.crawler.web.conftest import visitor
from tests.storage.making import NOON, in_a_week, make_capture, make_reading, token_address
from tests.storage.test_decisions import bulletin_of, keep

X = token_address("x")


def words_of(room: TestClient, path: str) -> str:
    """A page's text, its marks taken out."""
    answer = room.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def test_the_page_lists_what_waits_with_counts_reasons_and_the_way_to_decide(own_archive: Archive) -> None:
    bulletin = keep(own_archive, bulletin_of("甲", "乙", unplaced=(X, None)))
    own_archive.keep_capture(make_capture(X, make_reading(Outcome.LINK_EXPIRED)), run=None, next_visit=in_a_week)
    room = visitor(own_archive)
    assert "待人工核对 3 项" in words_of(room, "/")
    page = words_of(room, "/review")
    waiting = own_archive.review()
    names = [entry.name for entry in (*waiting.citations, *waiting.articles)]
    for words in (
        *names,
        "引用 2",
        "文章 1",
        "未归入任何条目",
        "网址不完整",
        "临时链接已过期",
        "wxmirror review place",
    ):
        assert words in page
    assert f'href="/bulletin/{bulletin}"' in room.get("/review").text


def test_a_decision_is_shown_where_the_citation_is_told(own_archive: Archive) -> None:
    bulletin = keep(own_archive, bulletin_of("甲", "乙", unplaced=(X,)))
    (entry,) = own_archive.review().citations
    own_archive.place(bulletin, entry.name, item=2, word=Word(by="<b>王敏</b>", at=NOON, reason="原件"))
    room = visitor(own_archive)
    said = "<b>王敏</b> 于 2026-03-01 20:00 决定：归入第 2 条：乙；理由：原件"
    assert said in words_of(room, f"/bulletin/{bulletin}")
    assert said in words_of(room, f"/article/{X.article_url}")
    assert "<b>王敏" not in room.get(f"/bulletin/{bulletin}").text
    assert "没有待人工核对的内容" in words_of(room, "/review")


def test_a_decision_that_no_longer_fits_is_shown_beside_its_citation(own_archive: Archive) -> None:
    bulletin = keep(own_archive, bulletin_of("甲", "乙", unplaced=(X,)))
    (entry,) = own_archive.review().citations
    own_archive.place(bulletin, entry.name, item=2, word=Word(by="王敏", at=NOON))
    keep(own_archive, bulletin_of("甲", unplaced=(X,), body=b"2"))
    assert "此前的决定无法确定地沿用到简报的这一版本：王敏 于" in words_of(visitor(own_archive), "/review")


def test_a_long_list_has_pages(own_archive: Archive) -> None:
    keep(own_archive, bulletin_of("甲", unplaced=[token_address(f"x{number}") for number in range(60)]))
    room = visitor(own_archive)
    first, second = words_of(room, "/review"), words_of(room, "/review?p=2")
    assert (first.count("c-"), second.count("c-")) == (50, 10)
    assert "较早" in first
    assert "较新" in second
