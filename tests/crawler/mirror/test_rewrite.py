"""A page's markup as a copy: pictures shown, cards readable, links led, and nothing that is alive."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.mirror import rewrite as rewriting
from crawler.mirror.replay import standalone
from crawler.mirror.rewrite import rewrite
from storage.records import AssetLink, Role
from tests.crawler.mirror.shelves import (
    OTHER_PICTURE,
    PICTURE,
    article_page,
    copy_of_page,
    leaks,
    place_of,
    reading_of,
    shelf_of,
)

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": '<p onclick="alert(1)">x</p>',
    "broken image": "<img src=x onerror=alert(1)>",
    "javascript link": '<a href="javascript:alert(1)">x</a>',
    "disguised link": '<a href=" java\nscript:alert(1)">x</a>',
    "data page": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    "base": '<base href="https://evil.example/">',
    "srcdoc": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "frame": '<iframe src="https://evil.example/"></iframe>',
    "object": '<object data="https://evil.example/x.swf"></object><embed src="https://evil.example/x">',
    "form": '<form action="https://evil.example/"><input name=a><button>go</button></form>',
    "svg script": "<svg><script>alert(1)</script></svg>",
    "svg handler": "<svg onload=alert(1)><rect width=1 height=1 /></svg>",
    "svg picture": '<svg><image xlink:href="https://evil.example/x.png" /></svg>',
    "svg use": '<svg><use href="https://evil.example/x.svg#a"></use></svg>',
    "svg animation": '<svg><a><animate attributeName="href" values="javascript:alert(1)"></animate>x</a></svg>',
    "svg set": '<svg><rect><set attributeName="onclick" to="alert(1)"></set></rect></svg>',
    "svg fill": '<svg><rect fill="url(https://evil.example/#a)"></rect></svg>',
    "svg foreign": "<svg><foreignObject><iframe src=https://evil.example/></iframe></foreignObject></svg>",
    "math": '<math><a xlink:href="javascript:alert(1)">x</a></math>',
    "mutation": '<svg></p><style><a id="</style><img src=x onerror=alert(1)>">',
    "template": "<template><img src=x onerror=alert(1)></template>",
    "background": '<p style="background:url(https://evil.example/x.png)">x</p>',
    "expression": '<p style="width:expression(alert(1))">x</p>',
    "binding": '<p style="-moz-binding:url(https://evil.example/x.xml#a);behavior:url(x.htc)">x</p>',
    "escaped address": '<p style="background:u\\72l(https://evil.example/x)">x</p>',
    "style element": "<style>@import url(https://evil.example/x.css);p{background:url(//evil.example/x)}</style>",
    "video": '<video src="https://evil.example/x.mp4" poster="https://evil.example/x.png"></video>',
    "srcset": '<img srcset="https://evil.example/x.png 2x" src="https://evil.example/y.png">',
    "ping": '<a href="https://example.org/" ping="https://evil.example/">x</a>',
    "table": '<table background="https://evil.example/x.png"><tr><td>x</table>',
    "card": '<mp-common-profile data-nickname="<img src=x onerror=alert(1)>"></mp-common-profile>',
    "class of ours": '<p class="wxm-banner" id="wxm-x" data-wxm-animation="0">x</p><g data-wxm-animation="0"></g>',
}


@pytest.mark.parametrize("probe", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_hostile_is_left(probe: str) -> None:
    for content in (f"<p>before</p>{probe}<p>after</p>", f"<p>{probe}"):
        copy = rewrite(article_page(content, before=probe), reading_of(), shelf_of([PICTURE]))
        assert leaks(standalone(copy)) == []
        assert "evil.example" not in copy.markup + copy.styles or "title=" in copy.markup


@pytest.mark.parametrize("probe", ["script", "handler", "svg picture", "background", "refresh"])
def test_negative_control_without_rewriting_the_raw_page_leaks(probe: str) -> None:
    assert leaks(article_page(HOSTILE[probe]))


def test_a_hostile_title_is_text() -> None:
    reading = reading_of(title='</title><script>alert(1)</script>\u202e"' + "长" * 100_000)
    copy = rewrite(article_page("<p>x</p>"), reading, shelf_of())
    page = standalone(copy)
    assert leaks(page) == []
    assert "\u202e" not in copy.title
    assert len(copy.title) <= 200


def test_a_copy_says_its_title_account_moment_and_text() -> None:
    reading = reading_of(published_at=datetime(2024, 3, 14, 1, 5, tzinfo=UTC))
    words = copy_of_page("<p>第一段</p>", reading=reading).text_content()
    assert [word in words for word in ("标题", "方志四川", "2024-03-14 09:05", "第一段")] == [True] * 4


def test_what_wechat_hides_until_its_script_has_run_is_shown() -> None:
    content = copy_of_page("<p style='opacity:.5'>x</p>").get_element_by_id("js_content")
    assert content.get("style") is None
    assert content[0].get("style") == "opacity:.5"


def test_a_lazy_picture_is_shown_from_the_archive() -> None:
    page = copy_of_page(
        f'<img class="rich_pages" src="data:image/gif;base64,R0lGOD" data-src="{PICTURE}" data-w="640">'
    )
    (picture,) = page.xpath("//main//img")
    assert picture.get("src") == place_of(PICTURE)


def test_one_picture_under_two_addresses_is_one() -> None:
    page = copy_of_page(f'<img data-src="{PICTURE.replace("/640?wx_fmt=png", "/0?tp=webp")}">')
    assert page.xpath("//main//img/@src") == [place_of(PICTURE)]


def test_a_picture_that_is_not_held_says_so() -> None:
    page = copy_of_page(f'<img data-src="{OTHER_PICTURE}">')
    assert page.xpath("//main//img") == []
    assert page.xpath('string(//*[@class="wxm-missing"])') != ""


def test_an_icon_that_a_script_drew_before_the_page_was_saved_leaves_no_sign() -> None:
    page = copy_of_page('<p>听</p><img src="./page_files/icon_audio.png" alt="" class="pic_audio_default">')
    assert page.xpath("//main//img | //main//*[@class='wxm-missing']") == []


def test_the_copy_says_no_more_of_its_language_than_the_page_did() -> None:
    """A browser chooses fonts by it, and WeChat's pages say none; the page around the copy is Chinese."""
    page = copy_of_page("<p>第一段</p>")
    assert page.xpath("//html/@lang") == ["zh-CN"]
    assert page.xpath("//main//*[contains(@class, 'wxm-html')]/@lang") == [""]


def test_background_pictures_lead_to_the_archive_or_nowhere() -> None:
    page = copy_of_page(
        f'<p id=a style="background:#fff url(&quot;{PICTURE}&quot;)"></p>'
        f'<p id=b style="background:red url({OTHER_PICTURE})"></p>'
    )
    assert page.get_element_by_id("a").get("style") == f'background:#fff url("{place_of(PICTURE)}")'
    assert page.get_element_by_id("b").get("style") == "background:red none"


def test_an_interactive_drawing_keeps_working() -> None:
    page = rewrite(
        article_page(
            f'<svg viewBox="0 0 9 9"><foreignObject width="9" height="9"><svg style="background-image:url({PICTURE})">'
            "</svg></foreignObject>"
            '<animate attributeName="opacity" begin="click" values="1;0" dur="1s" fill="freeze" />'
            f'<image xlink:href="{PICTURE}" /></svg>'
        ),
        reading_of(),
        shelf_of([PICTURE]),
    ).markup
    assert '<svg viewBox="0 0 9 9"><foreignObject width="9" height="9">' in page
    assert '<animate attributeName="opacity" begin="click" values="1;0" dur="1s" fill="freeze"></animate>' in page
    assert f'<image href="{place_of(PICTURE)}">' in page


def test_a_link_between_kept_articles_stays_in_the_archive() -> None:
    page = copy_of_page('<a href="https://mp.weixin.qq.com/s/held">a</a><a href="https://example.org/">b</a>')
    first, second = page.xpath('//*[@id="js_content"]//a')
    assert (first.get("href"), first.get("class")) == ("/web/held", None)
    assert (second.get("href"), second.get("class")) == ("https://example.org/", "wxm-outside")
    assert second.get("rel") == "noopener noreferrer nofollow"


CARDS = {
    "account": ('<mp-common-profile data-nickname="轩辕" data-signature="趣话"></mp-common-profile>', ["轩辕", "趣话"]),
    "mini program": ('<mp-miniprogram data-miniprogram-title="领券"></mp-miniprogram>', ["领券"]),
    "channels": ('<mp-common-videosnap data-nickname="号主" data-desc="说明"></mp-common-videosnap>', ["号主", "说明"]),
    "music": ('<qqmusic music_name="你那么爱她" singer="李圣杰"></qqmusic>', ["你那么爱她", "李圣杰"]),
    "voice": ('<mpvoice name="%E6%97%A9%E5%AE%89" voice_encode_fileid="Mz"></mpvoice>', ["早安"]),
    "vote": ('<iframe class="vote_iframe" data-src="/mp/newappmsgvote?x"></iframe>', ["Vote"]),
    "video": ('<iframe class="video_iframe" data-src="https://v.qq.com/iframe?vid=s13"></iframe>', ["Video"]),
}


@pytest.mark.parametrize(("markup", "words"), CARDS.values(), ids=CARDS.keys())
def test_what_scripts_would_draw_is_a_card(markup: str, words: list[str]) -> None:
    text = copy_of_page(f"<section>{markup}</section><p>后文</p>").text_content()
    assert [word for word in [*words, "后文"] if word not in text] == []


def test_a_recording_that_is_held_can_be_played() -> None:
    voice = "https://res.wx.qq.com/voice/getvoice?mediaid=MjM5ODAyNTcwMF8y"
    page = copy_of_page('<mpvoice voice_encode_fileid="MjM5ODAyNTcwMF8y">', shelf_of([(voice, Role.AUDIO)]))
    (player,) = page.xpath("//audio")
    assert (player.get("src"), player.get("controls")) == (place_of(voice), "")


DRAWN_PLAYER = (
    '<p><mpvoice name="%E6%97%A9%E5%AE%89" voice_encode_fileid="Mz"></mpvoice>'
    '<span id="voice_main_Mz_0" class="db audio_area"><span class="audio_length tips_global">1:00</span>'
    '<strong class="db audio_title">早安</strong><span class="audio_source">来自史志办</span></span>后文</p>'
)


def test_a_player_that_a_script_drew_is_shown_once() -> None:
    page = copy_of_page(DRAWN_PLAYER).text_content()
    assert page.count("早安") == 1
    assert "来自史志办" in page
    assert "1:00" in page
    assert "后文" in page


def test_what_only_bears_a_players_name_is_shown() -> None:
    assert "正文" in copy_of_page('<p><span id="voice_main_Mz_0">正文</span></p>').text_content()


def test_a_film_that_is_held_can_be_played() -> None:
    film = "https://mpvideo.qpic.cn/x/wxv_123.f10002.mp4?dis_k=1"
    shelf = shelf_of([(film, Role.VIDEO)], media_type="video/mp4")
    page = copy_of_page('<iframe class="video_iframe" data-mpvid="wxv_123"></iframe>', shelf)
    assert page.xpath("//video/@src") == [place_of(film)]


@pytest.mark.parametrize("kind", [8, 10, 5, 17, 99])
def test_posts_that_scripts_draw_are_set_from_the_reading(kind: int) -> None:
    """Picture, text and video posts hold no body in their markup."""
    links = [AssetLink(url=url, role=Role.BODY, key=url) for url in (PICTURE, OTHER_PICTURE)]
    reading = reading_of(kind=kind, text="第一段\n第二段", assets=links, author="作者")
    body = b'<html><body class="page_share_img"><div id="js_article"><div id="js_content"></div></div></body></html>'
    copy = rewrite(body, reading, shelf_of([PICTURE, OTHER_PICTURE]))
    page = standalone(copy).decode()
    assert [part for part in ("标题", "方志四川", "作者", "第一段", "第二段") if part not in page] == []
    assert page.index(place_of(PICTURE)) < page.index(place_of(OTHER_PICTURE))


def test_a_page_over_the_bounds_is_kept_but_not_displayed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "MAX_TAGS", 5)
    copy = rewrite(article_page("<p>geheim</p>" * 9), reading_of(), shelf_of())
    assert not copy.is_shown
    assert "geheim" not in copy.markup


def test_a_page_that_nobody_knows_is_kept_but_not_displayed() -> None:
    reading = reading_of()
    unread = type(reading)(reader_version=1, outcome=reading.outcome, evidence=())
    assert not rewrite(b"<html><body>?</body></html>", unread, shelf_of()).is_shown


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<", "<div id=js_content>中文".encode("gb18030"), b"\0" * 99])
def test_any_bytes_make_a_page(body: bytes) -> None:
    assert leaks(standalone(rewrite(body, reading_of(), shelf_of()))) == []


def test_text_in_the_encoding_of_old_savers_is_read() -> None:
    body = "<meta charset=gbk><div id=js_content><p>地方志工作</p></div>".encode("gbk")
    assert "地方志工作" in rewrite(body, reading_of(), shelf_of()).markup


def test_deep_nesting_ends_quickly() -> None:
    copy = rewrite(article_page("<section>" * 100_000 + "x"), reading_of(), shelf_of())
    assert leaks(standalone(copy)) == []
