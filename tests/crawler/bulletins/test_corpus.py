"""Real bulletins: a provincial issue item by item, and the addresses that a plain scan finds in each file."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import pytest

from crawler.bulletins.formats.text import decode
from crawler.bulletins.reading import read_bulletin
from crawler.wechat.urls import mend_link
from storage.records import Bulletin, PlacedBy

ISSUE = "sichuan-difangzhi-2024-03-13.txt"
TEXTS = [
    ("839studio-ncov-updates-early.csv", 5),
    ("gocn-20180312.md", 20),
    ("ios-weekly-200.md", 17),
    ("plct-2024-10.md", 13),
    ("ruanyf-weekly-152.md", 5),
    (ISSUE, 2),
    ("we-extract-links.md", 8),
    ("wuhan2020-logistical.csv", 3),
]


def read(corpus: Path, name: str) -> Bulletin:
    path = corpus / "bulletins" / name
    return read_bulletin(path.read_bytes(), path.name)


def test_the_provincial_issue_gives_its_six_items(corpus: Path) -> None:
    bulletin = read(corpus, ISSUE)
    assert [(item.position, item.title, item.credit) for item in bulletin.items] == [
        (1, "广元市市委书记何树平对史志工作作出批示", "广元市地方志编纂中心"),
        (2, "乐山市委市政府通报表扬争创“四川精品年鉴”成绩突出集体和个人", "中共乐山市委党史和地方志研究室"),
        (3, "德阳市、绵阳市召开党史地方志工作会议", "综合德阳市、绵阳市地方志部门信息"),
        (4, "遂宁市、广安市、达州市召开地方志工作会", "综合遂宁市、广安市、达州市地方志部门信息"),
        (5, "凉山州政协副主席、宁南县委书记王显晖调研指导史志工作", "宁南县党史研究与地方志编纂中心"),
        (6, "苍溪县、内江隆昌市、天全县领导对史志工作作出批示", "综合苍溪县、内江隆昌市、天全县地方志部门信息"),
    ]
    assert {item.section for item in bulletin.items} == {"市州动态"}


def test_the_provincial_issue_says_who_published_it_and_when(corpus: Path) -> None:
    bulletin = read(corpus, ISSUE)
    assert (bulletin.issuer, bulletin.published_on) == ("四川省地方志工作办公室", date(2024, 3, 13))
    assert (bulletin.title, bulletin.issue, bulletin.warnings) == (None, None, ())


def test_the_provincial_issue_cites_one_article_twice_from_its_first_item(corpus: Path) -> None:
    bulletin = read(corpus, ISSUE)
    first, *others = bulletin.items
    assert [citation.placed_by for citation in first.citations] == [PlacedBy.NEAREST] * 2
    assert all(citation.confidence < 0.9 and citation.page == 1 for citation in first.citations)
    assert len({citation.article_url for citation in first.citations}) == 1
    assert not any(item.citations for item in others)


def test_the_provincial_issue_goes_on_over_its_pages(corpus: Path) -> None:
    texts = [item.text for item in read(corpus, ISSUE).items]
    assert "提升胜任本职工作的能力本领。会上，绵竹市" in texts[2]
    assert "并严格按方案落实工作责任。\n3 月 12 日，达州市" in texts[3]
    assert "中心在人手紧、压力大的情况下" in texts[5]


def test_the_provincial_issue_keeps_its_colophon_out_of_the_items(corpus: Path) -> None:
    whole = "".join(item.text for item in read(corpus, ISSUE).items)
    assert not re.search("信息公开|报：|送：|印发（|共印|巴蜀方志", whole)


@pytest.mark.parametrize(("name", "count"), TEXTS)
def test_every_address_in_a_text_is_cited_and_none_invented(corpus: Path, name: str, count: int) -> None:
    text = decode((corpus / "bulletins" / name).read_bytes())[0]
    scanned = re.findall(r"https?://mp\.weixin\.qq\.com/[!-'*-~]+", text)
    cited = read(corpus, name).citations
    assert sorted(citation.article_url or "" for citation in cited) == sorted(map(named, scanned))
    assert len(cited) == count


def test_every_link_of_the_list_page_is_cited(corpus: Path) -> None:
    bulletin = read(corpus, "sogou-search-articles.html")
    page = (corpus / "bulletins" / "sogou-search-articles.html").read_text("utf-8")
    scanned = {html.unescape(url) for url in re.findall(r'href="(https?://mp\.weixin[^"]+)"', page)}
    assert {citation.cited_url for citation in bulletin.citations} == scanned
    assert len(bulletin.items) == 10
    assert all(item.title and "高考" in item.title for item in bulletin.items)


def test_the_weekly_in_pdf_places_its_links_by_their_rectangles(corpus: Path) -> None:
    bulletin = read(corpus, "weekly289.pdf")
    cited = [(item.title, [citation.anchor_text for citation in item.citations]) for item in bulletin.items]
    assert [pair for pair in cited if pair[1]] == [
        ("中美企业服务市场差异浅析（中文）", ["中美企业服务市场差异浅析"]),
        ("一次尴尬的服务器被黑", ["一次尴尬的服务器被黑"]),
        ("最大的机会来自新技术", ["最大的机会来自新技术"]),
        ("2020年才是21世纪元年", ["2020年才是21世纪元年"]),
        ("听觉暂留", ["听觉暂留"]),
    ]
    assert {citation.placed_by for citation in bulletin.citations} == {PlacedBy.ANNOTATION}


def named(url: str) -> str:
    address = mend_link(url).address
    return address.article_url if address else ""
