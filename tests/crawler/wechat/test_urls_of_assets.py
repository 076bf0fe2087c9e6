"""Which media addresses are one, and where the original is."""

from __future__ import annotations

import pytest

from crawler.wechat.urls import asset_addresses, asset_key
from storage.records import Role

ID = "HbaLxQfPqJ8PHI8V32jtkqp47zNibAqMxcGcWcxnIXhAAdicgibKDGNdZVuxI3TSSwkraol48fuaTAkAOsFuyMmLg"
HEAD = "Q3auHgzwzM6GuU0Y6q6sKHzq3MjY1aGibIzR4xrJc1VY60It"

ONE_PICTURE = (
    f"https://mmbiz.qpic.cn/mmbiz_jpg/{ID}/640?wx_fmt=jpeg",
    f"http://mmbiz.qpic.cn/mmbiz_jpg/{ID}/0?wx_fmt=jpeg",
    f"//mmbiz.qpic.cn/mmbiz_jpg/{ID}/300",
    f"https://mmbiz.qpic.cn/sz_mmbiz_png/{ID}/640?wx_fmt=png&amp;from=appmsg&amp;tp=webp&amp;wxfrom=5&amp;wx_lazy=1&amp;wx_co=1#imgIndex=3",
    f"https://mmecoa.qpic.cn/sz_mmecoa_jpg/{ID}/0?wx_fmt=jpeg",
    f"https://mmbiz.qlogo.cn/mmbiz_jpg/{ID}/0?wx_fmt=jpeg",
    f"https://MMBIZ.qpic.cn/mmbiz/{ID}/",
    f"https://mmbiz.qpic.cn/mmbiz_gif/{ID}",
)


@pytest.mark.parametrize("url", ONE_PICTURE)
def test_a_picture_is_one_however_it_is_asked_for(url):
    assert asset_key(url) == ID


def test_other_media_have_keys_of_their_own():
    assert asset_key("https://res.wx.qq.com/voice/getvoice?mediaid=MzAx_2247&uin=1") == "MzAx_2247"
    assert (
        asset_key(f"http://wx.qlogo.cn/mmhead/{HEAD}/132") == asset_key(f"https://wx.qlogo.cn/mmhead/{HEAD}/0") == HEAD
    )
    assert asset_key("//res.wx.qq.com/a/style.css?v=2#x") == "https://res.wx.qq.com/a/style.css?v=2"
    assert (
        asset_key("https://mpvideo.qpic.cn/0bc3.f10002.mp4?dis_k=1&auth_key=2")
        == "https://mpvideo.qpic.cn/0bc3.f10002.mp4"
    )
    assert asset_key("http://www.example.com/a.png#b") == "http://www.example.com/a.png"


def test_the_original_is_tried_first_and_the_cited_size_after_it():
    base = f"https://mmbiz.qpic.cn/mmbiz_jpg/{ID}"
    cited = f"{base}/640?wx_fmt=jpeg&amp;tp=webp&amp;wxfrom=5&amp;wx_lazy=1&amp;wx_co=1#imgIndex=1"
    assert asset_addresses(cited, Role.BODY) == (
        (f"{base}/0?wx_fmt=jpeg", True),
        (f"{base}/640?wx_fmt=jpeg&tp=webp&wxfrom=5&wx_lazy=1&wx_co=1", False),
    )


def test_an_original_that_is_cited_as_such_is_asked_for_once():
    url = f"https://mmbiz.qpic.cn/mmbiz_gif/{ID}/0?wx_fmt=gif&from=appmsg"
    assert asset_addresses(url.replace("https", "http"), Role.BODY) == ((url, True),)


def test_avatars_have_an_original_too():
    assert asset_addresses(f"http://wx.qlogo.cn/mmhead/{HEAD}/132", Role.AVATAR) == (
        (f"https://wx.qlogo.cn/mmhead/{HEAD}/0", True),
        (f"https://wx.qlogo.cn/mmhead/{HEAD}/132", False),
    )


@pytest.mark.parametrize(
    ("url", "role"),
    [
        ("https://res.wx.qq.com/a/style.css", Role.STYLE),
        ("https://res.wx.qq.com/voice/getvoice?mediaid=MzAx_2247", Role.AUDIO),
        ("https://mpvideo.qpic.cn/0bc3.f10002.mp4?dis_k=1", Role.VIDEO),
        ("https://vpic.video.qq.com/0/abc_ori_3.jpg", Role.COVER),
        ("https://puui.qpic.cn/vpic/0/u3528abcdefghijklmn.png/0", Role.COVER),
    ],
)
def test_what_has_no_sizes_is_asked_for_as_cited(url, role):
    assert asset_addresses(url, role) == ((url, True),)


def test_the_pictures_of_the_corpus_have_the_key_that_stands_in_their_path(corpus):
    rows = [line.split("\t") for line in (corpus / "images" / "MAP.tsv").read_text().splitlines()]
    keys = {url: asset_key(url) for _, url, _ in rows if "qpic.cn/" in url}
    assert len(keys) > 60
    assert all("/" not in key and f"/{key}" in url for url, key in keys.items())
