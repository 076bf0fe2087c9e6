"""Every WeChat address printed in real bulletins and pages is accounted for."""

from __future__ import annotations

import html
import re

import pytest

from crawler.wechat.urls import find_addresses, read_address

BULLETINS = {  # file: (its encoding, how many addresses it prints)
    "sichuan-difangzhi-2024-03-13.txt": ("utf-8", 2),
    "839studio-ncov-updates-early.csv": ("gb18030", 5),
    "gocn-20180312.md": ("utf-8", 20),
    "ios-weekly-200.md": ("utf-8", 17),
    "plct-2024-10.md": ("utf-8", 13),
    "ruanyf-weekly-152.md": ("utf-8", 5),
    "we-extract-links.md": ("utf-8", 8),
    "wuhan2020-logistical.csv": ("utf-8", 3),
}
MENTION = re.compile(r"mp\.weixin\.qq\.com", re.I)
# An independent scan: whatever stands between white space, quotes, brackets and Chinese.
WORD = re.compile(r"https?://mp\.weixin\.qq\.com/[A-Za-z0-9_~.%+*=:;/?@#&-]+")


@pytest.mark.parametrize("file", BULLETINS)
def test_every_mention_of_wechat_in_a_bulletin_is_in_an_address(corpus, file):
    encoding, count = BULLETINS[file]
    text = (corpus / "bulletins" / file).read_bytes().decode(encoding)
    found = find_addresses(text)
    for mention in MENTION.finditer(text):
        assert any(one.start <= mention.start() < one.end for one in found), text[mention.start() - 40 : mention.end()]
    assert [one.printed for one in found] == [match[0] for match in WORD.finditer(text)]
    assert [one.printed for one in found if one.mended.address is None] == []
    assert len(found) == count


# Addresses in the pages' own scripts that are put together at run time, or are no articles'.
ARTICLE = re.compile(
    r"https?:(?://|\\/\\/)mp\.weixin\.qq\.com(?:/|\\/)s(?:(?:/|\\/)[A-Za-z0-9_-]{22}|\?__biz=[^\s\"'<>)]+)"
)


def test_every_article_address_in_real_pages_is_read(corpus):
    cited = {match[0] for path in (corpus / "pages").glob("*.html") for match in ARTICLE.finditer(page_text(path))}
    refused = [url for url in cited if "$" not in url and find_addresses(url)[0].mended.address is None]
    assert refused == []
    assert len(cited) > 100


def page_text(path):
    return path.read_bytes().decode("utf-8", "replace")


def test_an_address_of_the_real_pages_is_the_same_through_every_entity(corpus):
    text = page_text(corpus / "pages" / "wae-normal-01.html")
    for url in {match[0] for match in ARTICLE.finditer(text) if "$" not in match[0]}:
        plain = read_address(url).article_url
        assert read_address(html.escape(url)).article_url == plain
        assert read_address(html.escape(html.escape(url))).article_url == plain
