"""The reading room shows a bulletin that lies in several forms as one, and gives each of its files."""

from __future__ import annotations

from storage.archive import Archive
from tests.crawler.web.conftest import visitor
from tests.crawler.web.test_reviewing import words_of
from tests.storage.test_forms import article, cite, form, pdf, web


def test_a_bulletin_in_two_forms_has_one_page_that_names_both_and_says_why(own_archive: Archive) -> None:
    first = pdf(own_archive, form(b"pdf"))
    other = web(own_archive, form(b"web", file="12.html", unplaced=[cite(article(9))]))
    room = visitor(own_archive)
    page = words_of(room, f"/bulletin/{first}")
    for words in (
        "存有 2 个版式",
        "简报.pdf",
        "12.html",
        "两者共有文章 4 篇",
        "条目 4 条，引用 5 处",
        article(9).cited_url,
    ):
        assert words in page
    assert room.get(f"/bulletin/{other}").headers["location"] == f"/bulletin/{first}"
    assert [room.get(f"/bulletin/{one}/file").content for one in (first, other)] == [b"pdf", b"web"]
    home = words_of(room, "/")
    assert "条目 4 条，引用 5 处 · 2 个版式" in home
    assert home.count("市州动态") == 1


def test_a_bulletin_in_one_form_says_nothing_of_forms(own_archive: Archive) -> None:
    assert "版式" not in words_of(visitor(own_archive), f"/bulletin/{pdf(own_archive, form(b'pdf'))}")
