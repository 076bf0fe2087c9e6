"""Addresses of media: quotes, bases, hosts, and the inventory that they are held against."""

from __future__ import annotations

import pytest

from crawler.wechat.assets import find_style_assets, make_link, style_addresses
from storage.records import Role

PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/FXFEHGHToX35Z9jkbtG0CGr9ReF3rUW0/640?wx_fmt=png"


@pytest.mark.parametrize(
    "css", ["url({})", "url('{}')", 'url("{}")', "url( &quot;{}&quot; )", "URL(&#39;{}&#39;)", "no-repeat url({}) 0 0"]
)
def test_an_address_is_found_in_every_style_of_quotes(css):
    assert style_addresses(f"background: {css.format(PICTURE)};") == [PICTURE]


@pytest.mark.parametrize("css", ["url(data:image/png;base64,AA)", "url(#mask)", "url()", "color: red", "url(" * 50_000])
def test_what_is_no_address_is_not_taken_for_one(css):
    assert style_addresses(css) == []


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (PICTURE, PICTURE),
        (PICTURE.replace("?", "?a=1&amp;amp;"), PICTURE.replace("?", "?a=1&")),
        ("//res.wx.qq.com/a.css", "https://res.wx.qq.com/a.css"),
        ("http://mmbiz.qpic.cn/mmbiz/x/0", "http://mmbiz.qpic.cn/mmbiz/x/0"),
    ],
)
def test_an_address_is_given_absolute_and_plain(address, url):
    assert make_link(address, Role.BODY).url == url


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/a.png",
        "./page_files/0.png",
        "data:image/png;base64,AA",
        "javascript:x",
        "",
        "http://[",
        "https://mmbiz.qpic.cn.evil.example/a/b/0",
        PICTURE + "x" * 5_000,
    ],
)
def test_what_cannot_be_fetched_from_wechat_is_no_asset(address):
    assert make_link(address, Role.BODY) is None


def test_a_picture_is_one_in_all_its_sizes():
    assert make_link(PICTURE, Role.BODY).key == make_link(PICTURE.replace("640", "0"), Role.BODY).key


def test_a_style_sheet_names_what_it_fetches():
    css = b"""@charset "utf-8"; @import "b.css"; @import url(//res.wx.qq.com/c.css);
    /* url(no.png) */ .a { background: url('../i/a.png') }
    @media print { .b { background: url(https://res.wx.qq.com/b.png) } }
    .c { src: url(data:font/woff;base64,AA) } .d { background: url(https://elsewhere.example/x.png) }"""
    links = find_style_assets(css, "https://res.wx.qq.com/s/a.css")
    assert [link.url for link in links] == [
        "https://res.wx.qq.com/s/b.css",
        "https://res.wx.qq.com/c.css",
        "https://res.wx.qq.com/i/a.png",
        "https://res.wx.qq.com/b.png",
    ]
    assert {link.role for link in links} == {Role.STYLE}


def test_no_bytes_stop_the_reader_of_style_sheets():
    assert find_style_assets(bytes(range(256)) * 50 + b"{" * 5_000, "https://res.wx.qq.com/a.css") == ()
