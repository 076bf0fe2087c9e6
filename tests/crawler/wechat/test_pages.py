"""Pages are opened from any bytes, and the bounds and structural tests are what decides."""

from __future__ import annotations

import pytest

from crawler.wechat import landmarks
from crawler.wechat.decoding import decode
from crawler.wechat.notices import told_by
from crawler.wechat.pages import classify, open_page
from crawler.wechat.reading import read_page
from storage.records import Outcome
from tests.conftest import ROOT

BODY = '<body id="activity-detail" class="zh_CN"><div id="js_article"><div id="js_content">{}</div></div></body>'
FRAME = f"<html>{BODY}</html>"
PART = "Content-Type: {kind}\r\nContent-Transfer-Encoding: {coding}\r\nContent-Location: {place}\r\n\r\n{body}\r\n"


@pytest.mark.parametrize(
    ("bound", "limit", "seen"),
    [("MAX_BYTES", 200, "too_large"), ("MAX_TAGS", 20, "too_many_tags"), ("MAX_NESTING", 20, "too_deep")],
)
def test_a_bound_decides_and_nothing_else_does(bound, limit, seen, monkeypatch):
    body = FRAME.format("<section>" * 30 + "x" + "</section>" * 30).encode()
    assert classify(open_page(body))[0] is Outcome.ALIVE
    monkeypatch.setattr(landmarks, "MAX_NESTING", 20 if bound == "MAX_TAGS" else landmarks.MAX_NESTING)
    monkeypatch.setattr(landmarks, bound, limit)
    outcome, evidence = classify(open_page(body))
    assert (outcome, evidence[0].seen) == (Outcome.UNRECOGNISED, seen)


def test_many_shallow_elements_are_not_deep():
    body = FRAME.format("<p>x<br><img src=a>" * 6_000).encode()
    assert classify(open_page(body))[0] is Outcome.ALIVE


def test_angle_brackets_in_scripts_are_no_tags():
    body = FRAME.format("x").replace("</body>", "<script>" + "if(a<b)" * 300_000 + "</script></body>").encode()
    assert classify(open_page(body))[0] is Outcome.ALIVE


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("中文".encode(), None),
        (b"\xef\xbb\xbf" + "中文".encode(), "text/html; charset=gbk"),
        ("中文".encode("gbk"), "text/html; charset=GB2312"),
        (b'<meta charset="gbk">' + "中文".encode("gbk"), None),
        ("中文不止两个字".encode("gb18030"), None),
        ("中文不止两个字".encode("gb18030"), "text/html; charset=utf-8"),
        (b"\xff\xfe" + "中文".encode("utf-16-le"), None),
        ("中文".encode(), "text/html; charset=rot13"),
    ],
)
def test_the_charset_is_found(body, content_type):
    assert "中文" in decode(body, content_type)[0]


def test_a_page_cut_within_a_character_stays_utf8():
    assert decode(("中" * 200).encode()[:-1])[0] == "中" * 199 + "\ufffd"


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("quoted-printable", FRAME.format("=E4=B8=AD=E6=96=87").replace("id=", "id=3D").replace("class=", "class=3D")),
        ("8bit", FRAME.format("中文")),
        ("base64", __import__("base64").encodebytes(FRAME.format("中文").encode()).decode()),
    ],
)
def test_the_page_inside_an_mhtml_file_is_opened(coding, body):
    place = "https://mp.weixin.qq.com/s?__biz=MzAwMDAwMDAwMA==&mid=1&idx=1"
    parts = [
        PART.format(kind="image/gif", coding="base64", place="a.gif", body="R0lGODlh"),
        PART.format(kind="text/html; charset=utf-8", coding=coding, place=place, body=body),
    ]
    head = 'From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="=_b"\r\n\r\n--=_b\r\n'
    page = open_page((head + "--=_b\r\n".join(parts) + "--=_b--\r\n").encode())
    assert (page.saved_as, page.saved_from) == ("mhtml", place)
    assert "中文" in page.ids["js_content"].get_text()


def test_both_spellings_and_blanks_mean_one_notice():
    assert told_by("该内容已被作者\n  删除") is told_by("该内容已被发布者删除") is Outcome.DELETED
    assert told_by("此帐号已被屏蔽") is told_by("此 账号 已被屏蔽") is Outcome.ACCOUNT_BLOCKED


@pytest.mark.parametrize(
    ("path", "outcome"),
    [("/mp/rumor?action=info", Outcome.UNAVAILABLE), ("/mp/profile_ext?action=home", Outcome.UNRECOGNISED)],
)
def test_the_final_address_tells_before_the_page(path, outcome):
    assert classify(open_page(b"<html><body>x</body></html>", f"https://mp.weixin.qq.com{path}"))[0] is outcome


def test_a_tree_of_another_host_is_nobodys_article():
    outcome, evidence = classify(open_page(b"<html><body><p>x</p></body></html>", "https://elsewhere.example/a"))
    assert (outcome, evidence[0].seen) == (Outcome.UNRECOGNISED, "third_party_host")


def test_a_kind_that_nobody_knows_is_read_and_flagged() -> None:
    body = (ROOT / "tests" / "pages" / "wechat" / "alive" / "unknown-kind.html").read_bytes()
    reading = read_page(body)
    assert (reading.outcome, reading.article.text) == (Outcome.ALIVE, "还没有人认识")
    assert [one.seen for one in reading.evidence if one.test == "kind"] == ["item_show_type 42: not known yet"]
