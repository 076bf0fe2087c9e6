"""Every form of WeChat's addresses, every accident seen, and what is refused."""

from __future__ import annotations

import subprocess
import sys

import pytest

from crawler.wechat.urls import NotAnArticle, cut_secrets, is_asset_host, is_wechat_host, mend_link, read_address

TOKEN = "XWn48qu2W1s9Gpa5m3YZSg"
SHORT = f"https://mp.weixin.qq.com/s/{TOKEN}"
BIZ = "MzAxOTEwNzM5Ng=="
SN = "04ca1de8f7fe4ea9d5e5f47b2d027b63"
CHKSM = "83c7f370b4b07a6692daecd2ccb3dd7e20b16cc587515e037c4591900be1d43deb8ed97e3638"
LONG = f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2650753115&idx=1&sn={SN}&chksm={CHKSM}&scene=21"
NAME = f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2650753115&idx=1"
SIGNATURE = "RKUiH*ekpirlk7SK76VmGtmlRMhRogQBVIFZd5uZojkFScmwAdVDll3564E1e3xqnZjJ7OKivDiLEFcZCwZnSg=="
SOGOU = f"https://mp.weixin.qq.com/s?src=11&timestamp=1523026801&ver=799&signature={SIGNATURE}"

BRIDGE = "https://mp.weixinbridge.com/mp/wapredirect?url="
CAPTCHA = "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?"

ARTICLES = {
    "U1 token": (SHORT, SHORT),
    "U1 with noise": (f"{SHORT}?scene=25#wechat_redirect", SHORT),
    "U1 token ends in a dash": (f"{SHORT[:-1]}-", f"{SHORT[:-1]}-"),
    "U1 from WeRead": (SHORT.replace("W1", "W~"), SHORT.replace("W1", "W_")),
    "U2 long": (LONG, NAME),
    "U2 with a fragment": (f"{LONG}#wechat_redirect", NAME),
    "U2 without checksums": (NAME, NAME),
    "U2 in another order": (f"https://mp.weixin.qq.com/s?sn={SN}&idx=1&mid=2650753115&__biz={BIZ}", NAME),
    "U3 Sogou": (f"{SOGOU}&new=1", SOGOU),
    "U3 older": (
        f"http://mp.weixin.qq.com/s?timestamp=1523026801&src=3&ver=1&signature={SIGNATURE}",
        f"https://mp.weixin.qq.com/s?src=3&timestamp=1523026801&ver=1&signature={SIGNATURE}",
    ),
    "U4 of 2013": (
        f"http://mp.weixin.qq.com/mp/appmsg/show?__biz={BIZ}&appmsgid=2650753115&itemidx=1&sign={SN}#wechat_redirect",
        NAME,
    ),
    "U5 rumour": (f"http://mp.weixin.qq.com/mp/rumor?action=info&__biz={BIZ}&mid=2650753115&idx=1&sn={SN}", NAME),
    "U5 refutation": (f"http://mp.weixin.qq.com/mp/show_refutation?__biz={BIZ}&mid=2650753115&idx=1&sn={SN}", NAME),
    "U6 draft": (
        "http://mp.weixin.qq.com/s?tempkey=MTIzX2Fi%3D%3D#rd",
        "https://mp.weixin.qq.com/s?tempkey=MTIzX2Fi==",
    ),
    "U9 captcha": (
        f"https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=HABC&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%2F{TOKEN}",
        SHORT,
    ),
    "U9 in a captcha": (
        "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fmp%2F"
        f"wappoc_appmsgcaptcha%3Ftarget_url%3Dhttps%253A%252F%252Fmp.weixin.qq.com%252Fs%252F{TOKEN}",
        SHORT,
    ),
    "U12 WeRead's id": (f"MP_WXS_3019107396_{TOKEN.replace('1', '~')}", SHORT.replace("1", "_")),
    "U13 bridge": (
        f"{BRIDGE}https%3A%2F%2Fmp.weixin.qq.com%2Fs%2F{TOKEN}&biz=Mz",
        SHORT,
    ),
    "U13 bridge, long": (
        f"{BRIDGE}http%3A%2F%2Fmp.weixin.qq.com%2Fs%3F__biz%3D{BIZ}%26mid%3D2650753115"
        f"%26idx%3D1%26sn%3D{SN}&biz=MzIyNjMxOTY0NA==&mid=1&idx=2",
        NAME,
    ),
    "U13 desktop tool": (f"officialaccount://{SHORT}", SHORT),
    "another service's redirect": (f"https://link.zhihu.com/?target=https%3A//mp.weixin.qq.com/s/{TOKEN}", SHORT),
    "a web archive's copy": (f"https://web.archive.org/web/20200101000000/{SHORT}", SHORT),
    "plain http": (LONG.replace("https", "http"), NAME),
    "no scheme": (f"mp.weixin.qq.com/s/{TOKEN}", SHORT),
    "no scheme but slashes": (f"//mp.weixin.qq.com/s/{TOKEN}", SHORT),
    "upper-case host": (f"HTTPS://MP.WEIXIN.QQ.COM/s/{TOKEN}", SHORT),
    "standard port": (f"https://mp.weixin.qq.com:443/s/{TOKEN}", SHORT),
    "slash behind": (f"{SHORT}/", SHORT),
    "double slash": (SHORT.replace("/s/", "//s/"), SHORT),
    "full stop glued": (f"{SHORT}。", SHORT),
    "comma glued": (f"{LONG}，", NAME),
    "brackets glued": (f"（{SHORT}）》", SHORT),
    "encoded full stop glued": (f"{SHORT}%E3%80%82", SHORT),
    "Chinese glued": (f"{SHORT}点击阅读原文", SHORT),
    "entities": (LONG.replace("&", "&amp;"), NAME),
    "entities of entities": (LONG.replace("&", "&amp;amp;"), NAME),
    "entities three deep": (LONG.replace("&", "&amp;amp;amp;"), NAME),
    "numbered entities": (LONG.replace("&", "&#38;").replace("=", "&#x3d;"), NAME),
    "page JavaScript": (LONG.replace("&", r"\x26amp;"), NAME),
    "page JavaScript, two deep": (LONG.replace("&", r"\x26amp;amp;"), NAME),
    "JSON": (LONG.replace("&", r"\u0026").replace("/", r"\/"), NAME),
    "shell": (LONG.replace("&", r"\&").replace("?", r"\?").replace("=", r"\="), NAME),
    "Markdown escapes": (LONG.replace("_", r"\_"), NAME),
    "Markdown ate the underscores": (LONG.replace("__biz", "biz"), NAME),
    "the entity of multiplication": (SOGOU.replace("&timestamp", "×tamp"), SOGOU),
    "half-decoded entities": (f"{NAME.replace('&idx', '&;idx')}&;sn={SN}", NAME),
    "angle brackets": (f"<{SHORT}>", SHORT),
    "quotes": (f"“{SHORT}”", SHORT),
    "Markdown link": (f"[通知]({SHORT})", SHORT),
    "encoded account": (LONG.replace("==", "%3D%3D"), NAME),
    "unpadded account": (LONG.replace("==", ""), NAME),
    "encoded question mark": (LONG.replace("?", "%3F").replace("&", "%26").replace("=", "%3D"), NAME),
    "encoded as a whole": (f"https%3A%2F%2Fmp.weixin.qq.com%2Fs%2F{TOKEN}", SHORT),
    "line break": (LONG.replace("26507", "26507\r\n"), NAME),
    "soft hyphens": (LONG.replace("2650", "26\u00ad50\u200b"), NAME),
    "space": (SHORT.replace("Gpa5", "Gpa5 "), SHORT),
    "full-width": (SHORT.replace(":", "：").replace("/", "／").replace("a5", "ａ５"), SHORT),
    "full-width signs": (LONG.replace("&", "＆").replace("?", "？").replace("=", "＝").replace("_", "＿"), NAME),
    "typographer's dash": (f"{SHORT[:-1]}‑".replace("48", "–8"), f"{SHORT[:-1]}-".replace("48", "-8")),
    "glued to the next": (f"{LONG}http://mp.weixin.qq.com/s/{TOKEN}", NAME),
}


@pytest.mark.parametrize(("url", "article_url"), ARTICLES.values(), ids=ARTICLES)
def test_every_spelling_names_its_article(url, article_url):
    assert read_address(url).article_url == article_url


@pytest.mark.parametrize("article_url", sorted({name for _, name in ARTICLES.values()}))
def test_the_canonical_address_of_a_canonical_address_is_itself(article_url):
    again = read_address(article_url)
    assert again.article_url == article_url
    assert read_address(again.fetch_url).article_url == article_url


REFUSED = {
    f"https://mp.weixin.qq.com.evil.tld/s/{TOKEN}": "lookalike_host",
    f"https://mp.weixin.qq.com@evil.tld/s/{TOKEN}": "user_info",
    f"https://mp.weixin.qq.com＠evil.tld/s/{TOKEN}": "user_info",
    f"https://user:word@mp.weixin.qq.com/s/{TOKEN}": "user_info",
    f"https://mp.weixin.qq.com%40evil.tld/s/{TOKEN}": "lookalike_host",
    f"https://evil.tld/mp.weixin.qq.com/s/{TOKEN}": "not_an_article",
    f"https://evil.tld/?u=https://mp.weixin.qq.com/s/{TOKEN}": "not_an_article",
    f"https://evil.tld\\@mp.weixin.qq.com/s/{TOKEN}": "not_an_article",
    f"https://mp.weixin.qq.com\\.evil.tld/s/{TOKEN}": "lookalike_host",
    f"https://xmp.weixin.qq.com/s/{TOKEN}": "lookalike_host",
    f"https://mp-weixin.qq.com/s/{TOKEN}": "lookalike_host",
    f"https://mp.weixin.qq.com:8080/s/{TOKEN}": "port",
    f"mp.weixin.qq.com:8080/s/{TOKEN}": "port",
    f"ftp://mp.weixin.qq.com/s/{TOKEN}": "not_an_article",
    f"http://127.0.0.1/s/{TOKEN}": "private_host",
    f"http://10.0.0.7/s/{TOKEN}": "private_host",
    f"http://[::1]/s/{TOKEN}": "not_an_article",
    f"http://localhost/s/{TOKEN}": "private_host",
    f"http://2130706433/s/{TOKEN}": "private_host",
    "https://mp.weixin.qq.com/": "not_an_article",
    "https://mp.weixin.qq.com": "not_an_article",
    "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzAxOTEwNzM5Ng==&action=getalbum&album_id=1": "album",
    "https://mp.weixin.qq.com/mp/homepage?__biz=MzAxOTEwNzM5Ng==&hid=1&sn=0": "profile",
    "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzAxOTEwNzM5Ng==": "profile",
    "MP_WXS_3019107396": "profile",
    "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=HABC": "captcha",
    "https://mp.weixin.qq.com/mp/waerrpage?appid=wx1&type=upgrade": "resource",
    "https://mp.weixin.qq.com/mp/newappmsgvote?action=show": "resource",
    "https://mp.weixin.qq.com/mp/readtemplate?t=pages/video_player_tmpl&vid=wxv_1": "resource",
    "https://mp.weixin.qq.com/mp/videoplayer?vid=wxv_1": "resource",
    "https://mp.weixin.qq.com/mp/qqmusic?id=1": "resource",
    "https://mp.weixin.qq.com/mp/appmsg_comment?action=get": "resource",
    "https://mp.weixin.qq.com/mp/opshowpage?action=oplaw": "resource",
    "https://mp.weixin.qq.com/mp/wxverify?code=1": "resource",
    "https://weixin.sogou.com/link?url=dn9a_-gY295K0Rci_xozVXfdMkSQTLW6": "sogou_link",
    "https://www.example.com/": "not_an_article",
    SHORT[:-1]: "truncated",
    f"{SHORT}x": "malformed",
    f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2650753115": "truncated",
    f"https://mp.weixin.qq.com/s?__biz={BIZ}": "truncated",
    "https://mp.weixin.qq.com/s?": "truncated",
    f"{NAME}&sn={SN[:-5]}": "truncated",
    f"{NAME}&sn=": "truncated",
    f"{NAME}&sn={SN}&chksm={CHKSM[:30]}": "truncated",
    f"{NAME}&sn={SN}&chk": "truncated",
    f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2650753115&idx=9": "malformed",
    "https://mp.weixin.qq.com/s?__biz=bm90IGRpZ2l0cw==&mid=2650753115&idx=1": "malformed",
    f"{NAME}&sn={SN}ff": "malformed",
    "": "not_an_article",
    "公众号": "not_an_article",
}


@pytest.mark.parametrize(("url", "reason"), REFUSED.items())
def test_what_is_no_article_is_refused_with_its_reason(url, reason):
    with pytest.raises(NotAnArticle) as refusal:
        read_address(url)
    assert refusal.value.values["reason"] == reason


def test_the_address_to_fetch_is_kept_as_signed():
    """Without chksm a long link gets a captcha; order and noise stay as they were signed."""
    cited = LONG.replace("https", "http") + "&key=777&uin=MTIz#wechat_redirect"
    assert read_address(cited).fetch_url == LONG


def test_temporary_links_keep_their_signature_and_say_so():
    address = read_address(f"{SOGOU}&new=1")
    assert address.is_temporary
    assert address.identity is None
    assert address.fetch_url == f"{SOGOU}&new=1"


def test_a_draft_of_a_known_article_is_temporary_too():
    address = read_address(f"{NAME}&tempkey=MTIz")
    assert address.article_url == NAME
    assert address.is_temporary


SECRETS = {
    f"{LONG}&key=abc&uin=MTI%3D&pass_ticket=x%2Fy&exportkey=n_1&poc_token=H": LONG,
    f"{SHORT}?poc_token=Habc": SHORT,
    f"{SHORT}?key=1&scene=4#rd": f"{SHORT}?scene=4#rd",
    f"{SHORT}?scene=4&key=1#rd": f"{SHORT}?scene=4#rd",
    f"{NAME}&amp;key=1&amp;sn={SN}": f"{NAME}&amp;sn={SN}",
    rf"{NAME}\x26amp;uin=MTI\x26amp;sn={SN}": rf"{NAME}\x26amp;sn={SN}",
    f"{CAPTCHA}poc_token=H&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fkey%3D1%26mid%3D2": (
        f"{CAPTCHA}target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fmid%3D2"
    ),
    "https://mp.weixin.qq.com/mp/x?target_url=a%3Fmid%3D2%26pass_ticket%3Dq&scene=1": (
        "https://mp.weixin.qq.com/mp/x?target_url=a%3Fmid%3D2&scene=1"
    ),
    "https://www.example.gov.cn/list?key=3&uin=4": "https://www.example.gov.cn/list?key=3&uin=4",
    "https://mpvideo.qpic.cn/a.mp4?dis_k=1&auth_key=2": "https://mpvideo.qpic.cn/a.mp4?dis_k=1&auth_key=2",
}


@pytest.mark.parametrize(("url", "without"), SECRETS.items())
def test_session_secrets_are_cut_and_nothing_else(url, without):
    assert cut_secrets(url) == without
    assert cut_secrets(without) == without


def test_no_spelling_of_an_address_keeps_a_secret():
    for ampersand in ("&", "&amp;", "&amp;amp;", r"\x26", r"\x26amp;", r"\u0026", r"\&", "＆", "&#38;"):
        address = read_address(f"{LONG}{ampersand}key=hush{ampersand}pass_ticket=hush{ampersand}from=timeline")
        assert "hush" not in address.fetch_url + address.cited_url
        assert address.fetch_url.endswith("from=timeline")


REPAIRS = {
    LONG: None,
    LONG.replace("https", "http"): None,
    f"{LONG}#rd": None,
    f"<{SHORT}>": None,
    f" {SHORT}\n": None,
    LONG.replace("&", "&amp;"): "unescaped",
    SHORT.replace("Gpa5", "Gpa5\n"): "joined_lines",
    f"{SHORT}。": "trimmed",
    f"{SHORT}点击": "trimmed",
    f"mp.weixin.qq.com/s/{TOKEN}": "completed",
    f"officialaccount://{SHORT}": "unwrapped",
    f"{BRIDGE}https%3A%2F%2Fmp.weixin.qq.com%2Fs%2F{TOKEN}": "unwrapped",
    SHORT.replace("a5", "ａ５"): "respelled",
    SHORT.replace("W1", "W~"): "respelled",
    LONG.replace("__biz", "biz"): "respelled",
    LONG.replace("&", "&amp;").replace("26507", "26507\n"): "joined_lines+unescaped",
}


@pytest.mark.parametrize(("target", "repair"), REPAIRS.items())
def test_a_repair_is_named_where_something_was_mended(target, repair):
    assert mend_link(target).repair == repair


def test_hosts_are_told_apart():
    assert is_wechat_host("MP.weixin.qq.com")
    assert not is_wechat_host("mp.weixin.qq.com.evil.tld")
    assert is_asset_host("mmbiz.qpic.cn")
    assert is_asset_host("mmecoa.qpic.cn")
    assert is_asset_host("wx.qlogo.cn")
    assert not is_asset_host("qpic.cn.evil.tld")
    assert not is_asset_host("notqpic.cn")


def test_only_the_standard_library_is_imported():
    """The reading wing asks this module which article is meant; it must stay light."""
    program = "import sys; import crawler.wechat.urls; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"bs4", "lxml", "scrapy", "sqlalchemy", "fastapi", "twisted"} & set(modules)
