"""Addresses in running text: found, closed up over breaks, told from the prose round them."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crawler.wechat.urls import NotAnArticle, find_addresses, mend_address, read_address
from tests.conftest import examples
from tests.timing import slowness

TOKEN = "XWn48qu2W1s9Gpa5m3YZSg"
SHORT = f"https://mp.weixin.qq.com/s/{TOKEN}"
BIZ = "MzAxOTEwNzM5Ng=="
SN = "04ca1de8f7fe4ea9d5e5f47b2d027b63"
CHKSM = "83c7f370b4b07a6692daecd2ccb3dd7e20b16cc587515e037c4591900be1d43deb8ed97e3638"
LONG = f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=2650753115&idx=1&sn={SN}&chksm={CHKSM}&scene=21"
NAME = f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2650753115&idx=1"
SIGNATURE = "RKUiH*ekpirlk7SK76VmGtmlRMhRogQBVIFZd5uZojkFScmwAdVDll3564E1e3xqnZjJ7OKivDiLEFcZCwZnSg=="
SOGOU = f"https://mp.weixin.qq.com/s?src=11&timestamp=1523026801&ver=799&signature={SIGNATURE}&new=1"


def names(text: str) -> list[str | None]:
    """What each address found in a text amounts to: its article, else its problem."""
    return [
        found.mended.address.article_url if found.mended.address else found.mended.problem
        for found in find_addresses(text)
    ]


def printed(text: str) -> list[str]:
    """The stretches of text that were taken for addresses."""
    return [found.printed for found in find_addresses(text)]


# What follows an address and is none of it: prose that begins with letters, digits, signs or another address.
PROSE = (
    "\nabc", "\nabc def", "\n2024年3月", " 2024", "\n21", "\n1", " and more", "\nThe end", "\ndeadbeef", "\n&c", "\n=",
    "\n?", "。", "，详见", "）", "》", "”", "</a>", "](x)", "\n\n乐山市", "据报道", "；", ".\nNext", ", then",
    "\n#标题",
    "\nhttps://www.example.com/", "\nmp.weixin.qq.com",
    "&nbsp;abc", "\\nabc", '","x":1', "|", "\n## 标题",
    ",95338", ';"', "!", "\n# Title", "\n- x", "\n3. 标题",
)  # fmt: skip


@pytest.mark.parametrize("prose", PROSE)
@pytest.mark.parametrize("url", [SHORT, LONG, f"{LONG}#rd", NAME, f"{NAME}&sn={SN}"])
def test_prose_behind_an_address_is_left_alone(url, prose):
    found = find_addresses(f"前文{url}{prose}")[0]
    assert found.printed == url
    assert found.mended.repair is None
    assert found.mended.address.article_url == read_address(url).article_url


JOINED = {
    "token": (SHORT.replace("Gpa5", "Gpa5\n"), SHORT),
    "token, blank lines": (SHORT.replace("Gpa5", "Gpa5\n\n  "), SHORT),
    "token, then prose": (f"{SHORT.replace('Gpa5', 'Gpa5' + chr(10))}\nabc", SHORT),
    "token, then Chinese": (f"{SHORT.replace('Gpa5', 'Gpa5' + chr(10))}据报道", SHORT),
    "token, then its query": (f"{SHORT.replace('Gpa5', 'Gpa5' + chr(10))}?scene=1#rd", SHORT),
    "token in three lines": (SHORT.replace("W1s9", "W1\ns9").replace("m3YZ", "m3\nYZ"), SHORT),
    "host": (SHORT.replace("weixin", "wei\nxin"), SHORT),
    "scheme": (SHORT.replace("://", ":\n//"), SHORT),
    "before the token": (SHORT.replace("/s/", "/s/\n"), SHORT),
    "before the path": (SHORT.replace("/s/", "\n/s/"), SHORT),
    "account": (LONG.replace("MzAx", "MzAx\n"), NAME),
    "account's padding": (LONG.replace("==", "\n=="), NAME),
    "mid": (LONG.replace("26507", "26507\n"), NAME),
    "behind mid": (LONG.replace("&idx", "\n&idx"), NAME),
    "behind an ampersand": (LONG.replace("&idx", "&\nidx"), NAME),
    "in a name": (LONG.replace("&idx", "&id\nx"), NAME),
    "before idx's digit": (LONG.replace("&idx=", "&idx=\n"), NAME),
    "sn": (LONG.replace("04ca1d", "04ca\n1d"), NAME),
    "chksm": (LONG.replace("83c7f3", "83c7\nf3"), NAME),
    "in the name of chksm": (LONG.replace("chksm", "chk\nsm"), NAME),
    "in every line": ("\n".join(LONG[at : at + 24] for at in range(0, len(LONG), 24)), NAME),
    "in a narrow column": ("\n".join(LONG[at : at + 9] for at in range(0, len(LONG) - 9, 9)) + LONG[-9:], NAME),
    "with soft hyphens": (LONG.replace("f", "f\u00ad\n"), NAME),
    "with entities": (LONG.replace("&", "&amp;").replace("26507", "26507\n"), NAME),
}


@pytest.mark.parametrize(("text", "article_url"), JOINED.values(), ids=JOINED)
def test_an_address_broken_over_lines_is_joined_as_far_as_it_goes(text, article_url):
    found = find_addresses(text)
    assert [one.mended.address and one.mended.address.article_url for one in found] == [article_url]
    assert "joined_lines" in found[0].mended.repair
    assert "\n" not in found[0].mended.cited_url


def test_joining_keeps_the_signatures_that_fetching_needs():
    for at in range(len("http://mp.weixin.qq.com"), len(LONG)):
        found = find_addresses(f"{LONG[:at]}\n{LONG[at:]}\n乐山市")[0].mended
        assert found.address is not None
        assert f"sn={SN}&chksm={CHKSM}" in found.address.fetch_url


TRUNCATED = {
    "token": SHORT[:-4],
    "token, then prose": f"{SHORT[:-4]}\n据报道",
    "token, then a year": f"{SHORT[:-4]}\n2024年3月13日",
    "token, then a longer word": f"{SHORT[:-4]}\nabcdefgh",
    "token, then a sentence": f"{SHORT[:-12]} is the place where it can be read",
    "token, then another address": f"{SHORT[:-5]}\nhttps://www.example.com/",
    "in sn": LONG[: LONG.index("sn=") + 9],
    "in sn, then prose": f"{LONG[: LONG.index('sn=') + 9]}\nfeed the cat",
    "in chksm": LONG[: LONG.index("chksm=") + 20],
    "at chksm": LONG[: LONG.index("chksm=") + 6],
    "in mid": LONG[: LONG.index("mid=") + 8],
    "before mid": f"{LONG[: LONG.index('&mid')]}……",
    "before idx": f"{LONG[: LONG.index('&idx')]}\n2024年",
    "sn begun in the next line": f"{NAME}\n&sn={SN[:9]}",
}


@pytest.mark.parametrize("text", TRUNCATED.values(), ids=TRUNCATED)
def test_an_address_that_is_provably_cut_is_a_problem_and_never_an_address(text):
    mended = find_addresses(text)[0].mended
    assert mended.problem == "truncated"
    assert mended.address is None


def test_what_could_be_either_is_a_problem():
    """The last parameter is a number, and the next line begins with digits: another article, or none of it?"""
    text = f"https://mp.weixin.qq.com/s?__biz={BIZ}&idx=1&mid=2650\n753115 篇"
    assert names(text) == ["ambiguous"]
    assert names(f"https://mp.weixin.qq.com/s?mid=2650753115&idx=1&__biz={BIZ[:12]}\nNg 篇") == ["ambiguous"]


def test_two_addresses_in_succession_are_two():
    other = SHORT.replace("XW", "Xw")
    for between in ("\n", " ", "", "、", "，"):
        assert names(f"{SHORT}{between}{other}") == [SHORT, other]
        assert names(f"{LONG}{between}{other}") == [NAME, other]
    assert printed(f"{LONG}{LONG}") == [LONG, LONG]


def test_a_cut_address_does_not_eat_the_next():
    assert names(f"{SHORT[:-5]}\n{SHORT}") == ["truncated", SHORT]
    assert names(f"{SHORT[:-5]}{SHORT}") == ["truncated", SHORT]


def test_spans_are_exact():
    text = f"一、（{SHORT}）；二、“{LONG}”；三、[题]({SHORT}#rd)。"
    assert printed(text) == [SHORT, LONG, f"{SHORT}#rd"]
    assert all(text[found.start : found.end] == found.printed for found in find_addresses(text))


def test_wrappers_are_found_from_their_beginning():
    bridge = f"https://mp.weixinbridge.com/mp/wapredirect?url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%2F{TOKEN}"
    captcha = f"https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=H&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%2F{TOKEN}"
    archived = f"https://web.archive.org/web/20200101000000/{SHORT}"
    for url in (bridge, captcha, archived):
        assert printed(f"见 {url}。") == [url]
        assert names(f"见 {url}。") == [SHORT]


def test_only_addresses_of_wechat_are_found():
    assert find_addresses("登录 mp.weixin.qq.com 后台，或 name@mp.weixin.qq.com/s") == []
    assert (
        find_addresses(f"https://mp.weixin.qq.com.evil.tld/s/{TOKEN} https://evil.tld/mp.weixin.qq.com/s/{TOKEN}") == []
    )
    assert names("https://mp.weixin.qq.com/mp/appmsgalbum?album_id=1") == ["not_an_article"]


def test_a_text_that_begins_with_no_address_of_wechat_says_so():
    mended = mend_address("https://www.example.com/a 后文")
    assert (mended.address, mended.problem, mended.cited_url) == (None, "not_an_article", "https://www.example.com/a")


def test_a_megabyte_of_text_is_searched_in_a_fifth_of_a_second():
    text = (
        "3 月 8 日，凉山州政协副主席到宁南县调研史志工作 and some Latin text http://www.example.com/m " * 40
        + LONG
        + "\n"
    ) * 400
    text = text[:1_000_000]
    assert seconds_to_search(text) < 0.4 * slowness()  # 0.08 alone on a quiet core


HOSTILE = {
    "letters of the host": "m p . w e i x i n . q q . c o ",
    "schemes": "https://",
    "slashes": "/",
    "hosts": "mp.weixin.qq.com/",
    "short beginnings": "mp.weixin.qq.com/s/ a\n",
    "endless tokens": "https://mp.weixin.qq.com/s/" + "a\n" * 50,
    "endless queries": "https://mp.weixin.qq.com/s?" + "a=b&" * 500,
    "endless entities": "https://mp.weixin.qq.com/s?a" + "&amp;" * 100,
    "ampersands": "&amp;",
    "backslashes": "\\",
    "wrappers": "https://link.zhihu.com/?target=",
    "soft hyphens": "\u00ad",
    "nested": "https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Furl%3D",
    "white space": "mp.weixin.qq.com" + "\n" * 40,
    "brackets": "[",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_costs_no_more_than_its_length(unit):
    short, long = (unit * (size // len(unit)) for size in (25_000, 100_000))
    assert seconds_to_search(long) < max(10 * seconds_to_search(short), 0.5 * slowness())
    mend_address(long)


def seconds_to_search(text: str) -> float:
    begun = time.process_time()
    find_addresses(text)
    return time.process_time() - begun


# ---- properties -------------------------------------------------------------------------------------------------

LAST_ACCOUNT = f"https://mp.weixin.qq.com/s?mid=2650753115&idx=1&__biz={BIZ}"
LAST_MID = f"https://mp.weixin.qq.com/s?__biz={BIZ}&idx=1&mid=2650753115"
KNOWN = (
    SHORT,
    f"{SHORT}?scene=1",
    LONG,
    f"{LONG}#rd",
    NAME,
    f"{NAME}&sn={SN}",
    SOGOU,
    LAST_ACCOUNT,
    LAST_MID,
    LONG.replace("&", "&amp;"),
)
BREAKS = ("\n", " ", "\r\n", "\n\n", "\u00ad", "\u200b", "\u3000", "\t", "\u00ad\n", "\n  ", "\n\u200b\n")


@settings(max_examples=examples(300), deadline=None)
@given(
    url=some.sampled_from(KNOWN),
    cuts=some.lists(some.tuples(some.integers(0, 250), some.sampled_from(BREAKS)), min_size=1, max_size=4),
    behind=some.sampled_from(("", "\n乐山市", "\nabc def", "。", "\n2024年", " 12")),
)
def test_breaking_an_address_never_makes_another(url, cuts, behind):
    broken = url
    for at, gap in sorted(cuts, reverse=True):
        if at < len(url):
            broken = broken[:at] + gap + broken[at:]
    for mended in [mend_address(broken + behind), *(found.mended for found in find_addresses(broken + behind))]:
        assert mended.address is None or mended.address.article_url == read_address(url).article_url


@settings(max_examples=examples(100), deadline=None)
@given(
    order=some.permutations([f"__biz={BIZ}", "mid=2650753115", "idx=1", f"sn={SN}", f"chksm={CHKSM}"]),
    noise=some.lists(
        some.sampled_from(["scene=21", "from=timeline", "key=hush", "uin=MTI", "nwr_flag=1", "lang=zh_CN"])
    ),
)
def test_order_and_noise_do_not_matter(order, noise):
    address = read_address("https://mp.weixin.qq.com/s?" + "&".join([*order, *noise]) + "#wechat_redirect")
    assert address.article_url == NAME
    assert "hush" not in address.fetch_url
    assert [part for part in address.fetch_url.partition("?")[2].split("&") if part in order] == list(order)


def in_full_width(letter: str) -> str:
    return chr(ord(letter) + 0xFEE0) if letter.isalnum() or letter in ".:/?=&_%" else letter


@settings(max_examples=examples(200), deadline=None)
@given(url=some.sampled_from(KNOWN[:9]), places=some.sets(some.integers(0, 250)))
def test_full_width_letters_are_the_same_letters(url, places):
    spelled = "".join(in_full_width(letter) if at in places else letter for at, letter in enumerate(url))
    assert read_address(spelled).article_url == read_address(url).article_url


@settings(max_examples=examples(200), deadline=None)
@given(
    url=some.sampled_from(KNOWN[:9]),
    places=some.sets(some.integers(9, 250)),
    form=some.sampled_from((r"\x{:02x}", r"\u{:04x}", "&#{};", "&#x{:x};")),
)
def test_escaped_letters_are_the_same_letters(url, places, form):
    spelled = "".join(
        form.format(ord(letter)) if at in places and not letter.isalnum() else letter for at, letter in enumerate(url)
    )
    assert read_address(spelled).article_url == read_address(url).article_url


@settings(max_examples=examples(300), deadline=None)
@given(
    text=some.text(some.sampled_from("htps:/m.weixnqco/?_bz=&d1sAM\n 。\\;%4\u00ad[]('#@")),
    head=some.sampled_from(["", SHORT[:40], LONG[:60], "https://mp.weixin.qq.com/s?"]),
)
def test_any_text_at_all_is_read_or_refused(text, head):
    for found in find_addresses(head + text):
        assert (found.mended.address is None) == (found.mended.problem is not None)
    try:
        address = read_address(head + text)
    except NotAnArticle:
        return
    assert address.fetch_url.startswith("https://mp.weixin.qq.com/")
    assert not re.search(r"\s", address.fetch_url)
