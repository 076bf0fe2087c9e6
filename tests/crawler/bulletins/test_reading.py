"""What the door of the bulletins does with what is no good bulletin, and what always holds of it."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.bulletins.formats.joining import join_lines
from crawler.bulletins.formats.opening import LARGEST_TEXT
from crawler.bulletins.formats.text import MOST_LINES
from crawler.bulletins.reading import read_bulletin
from storage.errors import UnreadableBulletin
from storage.records import PlacedBy
from tests.conftest import examples
from tests.timing import computing_within

TOKEN = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStU"
LINES = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            [
                "【市州动态】",
                "（某某办公室）",
                TOKEN + "1",
                "原文链接：" + TOKEN + "2",
                "# 标题",
                "- [甲](" + TOKEN + "3)",
                "2024年3月13日",
                "　　会议要求，要深入学习贯彻会议精神。",
                "印发",
                "\f",
                "<p>",
                "1、",
            ]
        ),
    ),
    max_size=25,
)


@pytest.mark.parametrize(
    ("body", "kind", "detail"),
    [
        (b"", "empty", ""),
        (b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml", "damaged", "the file's directory: File is not a zip file"),
        (b"PK\x03\x04" + b"\0" * 26 + b"xl/workbook.xml", "damaged", "the file's directory: File is not a zip file"),
        (b"PK\x03\x04" + b"\0" * 26 + b"a.txt", "damaged", "the file's directory: File is not a zip file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old_office", "an old Office or WPS document"),
        (b"{\\rtf1 text}", "old_office", "an RTF document"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "unknown_kind", "a picture"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "unknown_kind", "a picture"),
        (b"Rar!\x1a\x07\x01\0" + b"\0" * 50, "packed", "a RAR, 7z or gzip archive"),
        (b"PK\x03\x04" + b"\0" * 26 + b"ppt/presentation.xml", "old_office", "a PowerPoint presentation (.pptx)"),
        (b"\x7fELF" + b"\0" * 50, "unknown_kind", "a program"),
        (bytes(range(256)) * 8, "unknown_kind", "binary data"),
        (b"%PDF-1.7\nnothing", "damaged", "not a whole PDF"),
        (b"a" * (LARGEST_TEXT + 1), "too_large", "20 MB"),
        (b"a\n" * (MOST_LINES + 1), "too_complex", f"more than {MOST_LINES} lines"),
        (b"<html><p>" * 250_000, "too_complex", "more than 200000 tags"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_cannot_be_read_says_what_it_is(body: bytes, kind: str, detail: str) -> None:
    with pytest.raises(UnreadableBulletin) as refused:
        read_bulletin(body, "通报.pdf")
    assert refused.value.values == {"file": "通报.pdf", "kind": kind, "detail": detail}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_text_is_read_in_every_encoding(encoding: str) -> None:
    body = f"要闻\n\n史志工作会议召开\n\n会议于昨日召开。{TOKEN}1\n".encode(encoding)
    bulletin = read_bulletin(body, "news.txt")
    assert [citation.article_url for citation in bulletin.citations] == [TOKEN + "1"]
    assert "会议于昨日召开。" in bulletin.items[0].text


@pytest.mark.parametrize("name", ["news.pdf", "news.docx", "news"])
def test_the_content_decides_the_kind_not_the_name(name: str) -> None:
    assert read_bulletin(b"<html><body><p>text</p></body></html>", name).media_type == "text/html"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" \n\n ", "no_text"),
        ("会议昨日召开。".encode(), "no_links"),
        ("会议昨日召开。http://www.example.org/a".encode(), "no_articles"),
        ("会议昨日召开。".encode()[:-1], "cut_short"),
        (b"<html><p>\xff\xfe\x80\x81 \xc3\x28</p>", "undecodable_bytes"),
    ],
)
def test_what_is_odd_is_a_warning(body: bytes, code: str) -> None:
    assert code in read_bulletin(body, "odd").warnings


@pytest.mark.parametrize(
    "url",
    [
        "http://mp.weixin.qq.com.evil.example/s/AbCdEfGhIjKlMnOpQrStU1",
        "http://mp.weixin.qq.com@evil.example/s/AbCdEfGhIjKlMnOpQrStU1",
        "http://evil.example/?u=mp.weixin.qq.com",
    ],
)
def test_a_lookalike_is_another_link(url: str) -> None:
    bulletin = read_bulletin(f'<html><p>消息<a href="{url}">全文</a></p></html>'.encode(), "page.html")
    assert (bulletin.citations, bulletin.other_links) == ((), 1)


def test_a_cut_address_is_cited_with_its_problem() -> None:
    page = '<html><h2>消息</h2><p>正文<a href="https://mp.weixin.qq.com/s/AbCdEf">全文</a></p></html>'
    [citation] = read_bulletin(page.encode(), "page.html").citations
    assert (citation.address, citation.article_url, citation.problem) == (None, None, "truncated")
    assert citation.placed_by is PlacedBy.HYPERLINK


def test_a_link_in_a_menu_or_footer_is_unplaced() -> None:
    menu, footer = (f'<{tag}><a href="{TOKEN}{n}">我们</a></{tag}>' for n, tag in enumerate(("nav", "footer"), 1))
    page = f"<html>{menu}<h2>消息</h2><p>正文。</p>{footer}"
    bulletin = read_bulletin(page.encode(), "page.html")
    assert [(c.article_url, c.placed_by, c.confidence) for c in bulletin.unplaced] == [
        (TOKEN + "1", None, 0.0),
        (TOKEN + "2", None, 0.0),
    ]
    assert [item.title for item in bulletin.items] == ["消息"]


@pytest.mark.long
@pytest.mark.parametrize("opening", ["<div>", "<b>", "<table><tr><td>", "<ul><li>"])
def test_a_page_nested_twenty_thousand_deep_is_read(opening: str) -> None:
    page = f'<html><body>{opening * 20_000}<a href="{TOKEN}1">全文</a>'
    with computing_within(10):  # about one; 50 where each row looks through all rows in it
        assert [citation.article_url for citation in read_bulletin(page.encode(), "deep.html").citations] == [
            TOKEN + "1"
        ]


def test_as_many_addresses_at_the_end_as_items_are_taken_in_order_but_not_for_sure() -> None:
    news = "".join(f"{title}\n\n会议于昨日召开，听取了情况汇报。\n\n" for title in ("甲市召开会议", "乙县启动编纂"))
    bulletin = read_bulletin(f"{news}{TOKEN}1\n{TOKEN}2\n".encode(), "list.txt")
    found = [(item.title, [citation.article_url for citation in item.citations]) for item in bulletin.items]
    assert found == [("甲市召开会议", [TOKEN + "1"]), ("乙县启动编纂", [TOKEN + "2"])]
    assert all(citation.confidence < 0.9 for citation in bulletin.citations)


@settings(max_examples=examples(150), deadline=None)
@given(LINES)
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    try:
        bulletin = read_bulletin("\n".join(lines).encode("utf-8", "surrogatepass") or b" ", "any")
    except UnreadableBulletin:
        return
    numbers = [citation.position for citation in bulletin.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [item.position for item in bulletin.items] == list(range(1, len(bulletin.items) + 1))


@settings(max_examples=examples(150), deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"%PDF-1.4\n", b"<html>", b"PK\x03\x04", b"\xff\xfe", b"a,b\n1,2\n"])
)
def test_any_bytes_are_read_or_refused(body: bytes, head: bytes) -> None:
    with suppress(UnreadableBulletin):
        assert read_bulletin(head + body, "any").file == "any"


@given(st.lists(st.text(max_size=20), max_size=8))
def test_joining_lines_loses_no_character(lines: list[str]) -> None:
    assert "".join(join_lines(lines).split()) == "".join("".join(lines).split())


@given(st.lists(st.text(alphabet="中文标题，。“”（）《》", min_size=1, max_size=8), min_size=1, max_size=5))
def test_chinese_is_joined_without_a_space(lines: list[str]) -> None:
    assert not re.search(r"\s", join_lines(lines))


def test_every_kind_of_file_has_a_chinese_name() -> None:
    from crawler.bulletins.formats.kinds import KINDS
    from crawler.words import chinese

    assert {kind.name for kind in KINDS} <= set(chinese())
