"""Lists of bulletins: pages, feeds and sitemaps, told apart by what they hold; hostile ones refused or bounded."""

from __future__ import annotations

import contextlib
import gzip
import time
from datetime import UTC, datetime

import pytest

from crawler.sources.lists import MOST_ENTRIES, MOST_LINKS, ListKind, UnreadableList, moment, read_list

HERE = "https://www.example.org/jianbao/index.xml"
BASE = "https://www.example.org/jianbao/"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>工作简报</title><link>https://www.example.org/</link>
<item><title>第二期 &amp; 附件</title><link>2.html#top</link><pubDate>Fri, 13 Mar 2026 09:00:00 +0800</pubDate>
<enclosure url="files/2.pdf" type="application/pdf" length="1"/></item>
<item><title>第一期</title><guid>https://www.example.org/jianbao/1.html</guid><dc:date>2026-02-13T09:00:00+08:00</dc:date></item>
<item><title>无链接</title><guid isPermaLink="false">tag:1</guid></item>
<item><title>脚本</title><link>javascript:alert(1)</link></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>简报</title><link rel="self" href="/feed.xml"/>
<entry><title>第一期</title><link rel="edit" href="/edit"/><link href="1.html"/><link rel="enclosure" href="1.docx"/>
<published>2026-02-13T01:00:00Z</published><updated>2026-02-14T01:00:00Z</updated></entry></feed>"""

SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://www.example.org/jianbao/1.html</loc><lastmod>2026-03-13</lastmod></url>
<url><loc> /jianbao/2.pdf </loc></url><url><loc>/jianbao/2.pdf</loc></url><url/></urlset>"""

INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://www.example.org/sitemap-1.xml.gz</loc><lastmod>2026-03-13T00:00:00+08:00</lastmod></sitemap></sitemapindex>"""


def test_a_page_gives_its_links_with_their_words() -> None:
    page = """<!DOCTYPE html><base href="/jianbao/2026/">
    <a href="3.pdf#p1">第三期<br>三月</a><a href='../2.pdf'>第二期</a><a href="3.pdf">again</a>
    <a href="mailto:a@example.org">mail</a><a href="http://[bad">x</a><a href="">x</a><a name="here">no link</a>"""
    listing = read_list(page.encode(), "https://www.example.org/list.html")
    assert listing.kind is ListKind.PAGE
    assert [(entry.url, entry.title) for entry in listing.entries] == [
        (f"{BASE}2026/3.pdf", "第三期 三月"),
        (f"{BASE}2.pdf", "第二期"),
    ]


def test_a_feed_gives_its_entries_with_their_files_and_dates() -> None:
    listing = read_list(RSS.encode(), HERE)
    assert listing.kind is ListKind.FEED
    second, first = listing.entries
    assert (second.url, second.files, second.title) == (f"{BASE}2.html", (f"{BASE}files/2.pdf",), "第二期 & 附件")
    assert second.changed_at == datetime(2026, 3, 13, 1, tzinfo=UTC)
    assert (first.url, first.changed_at) == (f"{BASE}1.html", datetime(2026, 2, 13, 1, tzinfo=UTC))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_feed_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    body = RSS.replace("UTF-8", encoding).encode(encoding)
    assert [entry.title for entry in read_list(body, HERE).entries] == ["第二期 & 附件", "第一期"]


def test_an_atom_entry_is_as_new_as_its_last_change() -> None:
    [entry] = read_list(ATOM.encode(), HERE).entries
    assert (entry.url, entry.files) == (f"{BASE}1.html", (f"{BASE}1.docx",))
    assert entry.changed_at == datetime(2026, 2, 14, 1, tzinfo=UTC)


def test_a_badly_written_feed_is_read_all_the_same() -> None:
    broken = RSS.replace("&amp;", "&nbsp;&").replace("第一期", "第\x0b一期")
    assert [entry.url for entry in read_list(broken.encode(), HERE).entries] == [f"{BASE}2.html", f"{BASE}1.html"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
def test_a_sitemap_gives_its_addresses_once_each(pack) -> None:
    listing = read_list(pack(SITEMAP.encode()), HERE)
    assert listing.kind is ListKind.SITEMAP
    assert [entry.url for entry in listing.entries] == [f"{BASE}1.html", f"{BASE}2.pdf"]
    assert listing.entries[0].changed_at == datetime(2026, 3, 13, 16, tzinfo=UTC)  # the end of that day in China


def test_an_index_of_sitemaps_is_told_from_a_sitemap() -> None:
    listing = read_list(INDEX.encode(), HERE)
    assert listing.kind is ListKind.SITEMAP_INDEX
    assert [entry.url for entry in listing.entries] == ["https://www.example.org/sitemap-1.xml.gz"]


# ---- somebody else's bytes

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]><rss><channel><item><title>&a11;</title><link>/1.pdf</link></item></channel></rss>"
)
READER_OF_FILES = (
    '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<rss><channel><item><title>&x;</title><link>/1.pdf</link></item></channel></rss>"
)


@pytest.mark.parametrize("body", [BOMB, READER_OF_FILES], ids=["bomb", "file"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_feed_that_declares_entities_is_refused_at_once(body: str, encoding: str) -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableList) as refused:
        read_list(body.encode(encoding), HERE)
    assert refused.value.values["reason"] == "entities"
    assert time.monotonic() - started < 1


def test_negative_control_a_document_type_alone_is_no_reason_to_refuse() -> None:
    old = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    assert len(read_list(RSS.replace("<rss", f"{old}<rss", 1).encode(), HERE).entries) == 2


def test_a_sitemap_of_100_000_addresses_is_read_as_far_as_the_protocol_goes() -> None:
    rows = "".join(f"<url><loc>https://www.example.org/{n}.pdf</loc></url>" for n in range(100_000))
    started = time.monotonic()
    listing = read_list(f"<urlset>{rows}</urlset>".encode(), HERE)
    assert (len(listing.entries), listing.is_cut) == (MOST_ENTRIES, True)
    assert time.monotonic() - started < 10


def test_a_page_of_many_links_is_read_as_far_as_people_would() -> None:
    page = "".join(f'<a href="{n}.pdf">x</a>' for n in range(MOST_LINKS + 1))
    listing = read_list(f"<html>{page}</html>".encode(), HERE)
    assert (len(listing.entries), listing.is_cut) == (MOST_LINKS, True)


def test_a_packed_sitemap_that_unpacks_too_far_is_refused() -> None:
    with pytest.raises(UnreadableList) as refused:
        read_list(gzip.compress(b" " * (60 << 20)), HERE)
    assert refused.value.values["reason"] == "too_large"


@pytest.mark.parametrize("body", [b"\x1f\x8bnot packed", b"<rss", b"<urlset\0>"])
def test_what_is_damaged_is_told_or_holds_nothing(body: bytes) -> None:
    with contextlib.suppress(UnreadableList):
        assert read_list(body, HERE).entries == ()


@pytest.mark.parametrize(
    "written", ["", "yesterday", "2026-13-45", "2026-03-13T25:00", "Fri, 99 Zzz", "9" * 400, "0000"]
)
def test_a_date_that_is_none_is_none(written: str) -> None:
    assert moment(written) is None


def test_a_date_without_a_zone_is_china_s() -> None:
    assert moment("2026-03-13 08:00:00") == datetime(2026, 3, 13, tzinfo=UTC)
