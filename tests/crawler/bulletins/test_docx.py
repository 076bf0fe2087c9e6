"""Word documents: links of every make, where text hides, and files that mean harm."""

from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from crawler.bulletins.reading import read_bulletin
from storage.errors import UnreadableBulletin
from storage.records import Bulletin, PlacedBy
from tests.crawler.bulletins.office import (
    LINKS,
    R,
    Relations,
    W,
    document,
    hyperlink,
    paragraph,
    run,
    split_field,
    table,
    text_box,
    zipped,
)
from tests.timing import computing_within

TOKEN = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt"
NEWS = "9月1日，全市年鉴编纂工作推进会召开，各部门负责同志参加会议。"


def read(body: str, relations: Relations | None = None, **others: str) -> Bulletin:
    return read_bulletin(document(body, relations, **others), "简报.docx")


def cited(bulletin: Bulletin) -> list[tuple[str | None, list[str | None]]]:
    return [(item.title, [citation.article_url for citation in item.citations]) for item in bulletin.items]


@pytest.mark.parametrize("make", LINKS.values(), ids=LINKS)
def test_links_of_every_make_are_found_with_their_words(make) -> None:
    relations = Relations()
    body = paragraph(make(TOKEN + "01", run("年鉴工作") + run("推进会召开"), relations)) + paragraph(run(NEWS))
    [citation] = read(body, relations).citations
    assert (citation.article_url, citation.anchor_text) == (TOKEN + "01", "年鉴工作推进会召开")
    assert (citation.placed_by, citation.confidence >= 0.9) == (PlacedBy.HYPERLINK, True)


def test_the_place_in_a_field_code_belongs_to_the_address() -> None:
    url = "http://mp.weixin.qq.com/s?__biz=MzIyNjMxOTY0NA==&mid=2650700001&idx=1&sn=" + "0" * 32 + "#wechat_redirect"
    [citation] = read(paragraph(split_field(url, run("全文"), Relations()))).citations
    assert citation.cited_url == url


def test_headings_by_style_open_sections_and_items() -> None:
    relations = Relations()
    body = "".join(
        [
            paragraph(run("工作动态"), style="1"),
            paragraph(run("甲市召开会议"), style="2"),
            paragraph(run(NEWS) + hyperlink(TOKEN + "01", run("链接"), relations)),
            paragraph(run("乙县启动编纂"), style="2"),
            paragraph(run(NEWS)),
            paragraph(hyperlink(TOKEN + "02", run("阅读原文"), relations)),
            paragraph(run("经验交流"), style="1"),
            paragraph(run("丙镇的做法"), style="2"),
            paragraph(run(NEWS)),
        ]
    )
    bulletin = read(body, relations)
    assert cited(bulletin) == [("甲市召开会议", [TOKEN + "01"]), ("乙县启动编纂", [TOKEN + "02"]), ("丙镇的做法", [])]
    assert [item.section for item in bulletin.items] == ["工作动态", "工作动态", "经验交流"]


def test_a_row_of_a_table_is_an_item() -> None:
    relations = Relations()
    rows = [
        [paragraph(run("标题")), paragraph(run("链接"))],
        [paragraph(run("甲市召开会议")), paragraph(hyperlink(TOKEN + "01", run("查看"), relations))],
        [paragraph(run("乙县启动编纂")), paragraph(run(TOKEN + "02"))],
    ]
    bulletin = read(table(rows), relations)
    assert cited(bulletin) == [("甲市召开会议", [TOKEN + "01"]), ("乙县启动编纂", [TOKEN + "02"])]
    assert {citation.placed_by for citation in bulletin.citations} == {PlacedBy.ROW}


def test_a_text_box_is_read_once() -> None:
    relations = Relations()
    box = text_box(paragraph(run("一周要闻")) + paragraph(hyperlink(TOKEN + "01", run("甲市召开会议"), relations)))
    bulletin = read(paragraph(run(NEWS)) + paragraph(box), relations)
    assert [citation.article_url for citation in bulletin.citations] == [TOKEN + "01"]
    assert "".join(item.text for item in bulletin.items).count("一周要闻") <= 1


def test_a_link_in_a_note_belongs_to_the_text_that_refers_to_it() -> None:
    noted = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    body = "".join(
        paragraph(run(title), style="2") + paragraph(run(NEWS) + more)
        for title, more in (("甲市召开会议", ""), ("乙县启动编纂", noted))
    )
    footnotes = (
        f'<w:footnotes {W}><w:footnote w:id="2">{paragraph(run("见" + TOKEN + "01"))}</w:footnote></w:footnotes>'
    )
    assert cited(read(body, footnotes_xml=footnotes)) == [("甲市召开会议", []), ("乙县启动编纂", [TOKEN + "01"])]


def test_links_of_headers_and_links_that_nothing_shows_are_unplaced() -> None:
    relations = Relations([TOKEN + "01"])
    header = f"<w:hdr {W}>{paragraph(run('关注我们 ' + TOKEN + '02'))}</w:hdr>"
    bulletin = read(paragraph(run(NEWS)), relations, header1_xml=header)
    assert sorted(citation.article_url or "" for citation in bulletin.unplaced) == [TOKEN + "01", TOKEN + "02"]


def test_text_that_was_deleted_under_review_is_not_read() -> None:
    deleted = "<w:del><w:r><w:delText>旧</w:delText></w:r><w:r><w:t>旧</w:t></w:r></w:del>"
    [item] = read(paragraph(run("新") + deleted)).items
    assert item.text == "新"


def test_a_link_on_a_picture_is_placed_but_not_surely() -> None:
    relations = Relations()
    click = '<a:hlinkClick xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" r:id="{}"/>'
    picture = f"<w:r><w:drawing>{click.format(relations.add(TOKEN + '01'))}</w:drawing></w:r>"
    [citation] = read(paragraph(run(NEWS)) + paragraph(picture), relations).citations
    assert (citation.placed_by, citation.confidence < 0.9) == (PlacedBy.NEAREST, True)


def test_every_address_in_the_relations_of_a_real_document_is_cited(corpus: Path) -> None:
    body = (corpus / "bulletins" / "weekly289.docx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        relations = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".rels"))
    scanned = set(re.findall(r"[?&;]mid=(\d+)", relations))
    bulletin = read_bulletin(body, "weekly289.docx")
    assert {re.findall(r"mid=(\d+)", citation.article_url or "")[0] for citation in bulletin.citations} == scanned
    assert [(item.title, len(item.citations)) for item in bulletin.items if item.citations] == [
        ("中美企业服务市场差异浅析（中文）", 1),
        ("一次尴尬的服务器被黑", 1),
        ("最大的机会来自新技术", 1),
        ("2020年才是21世纪元年", 1),
        ("听觉暂留", 1),
    ]


def bomb() -> bytes:
    return document(f"<w:p><w:r><w:t>{'好' * 40_000_000}</w:t></w:r></w:p>")


def entities() -> bytes:
    dtd = '<!DOCTYPE a [<!ENTITY a "' + "a" * 1000 + '">' + '<!ENTITY b "' + "&a;" * 1000 + '">]>'
    body = f"{dtd}<w:document {W} {R}><w:body>{paragraph('<w:r><w:t>&b;</w:t></w:r>')}</w:body></w:document>"
    return zipped({"word/document.xml": body})


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (entities(), "damaged"),
        (zipped({"word/document.xml": "<w:document"}), "damaged"),
        (zipped({"word/document.xml": "<a>" * 100_000}), "damaged"),
        (document(paragraph(run(NEWS)))[:-30], "damaged"),
        (zipped({"word/other.xml": "<a/>"}), "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99 + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
    ids=["entities", "cut xml", "deep", "cut zip", "no text", "protected"],
)
def test_a_file_that_means_harm_or_is_broken_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(UnreadableBulletin) as refused:
        read_bulletin(body, "简报.docx")
    assert refused.value.kind == kind


def test_a_zip_bomb_is_refused_before_it_fills_the_memory() -> None:
    body = bomb()
    assert len(body) < 500_000
    tracemalloc.start()
    with pytest.raises(UnreadableBulletin) as refused:
        read_bulletin(body, "简报.docx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (refused.value.kind, peak < 200_000_000) == ("too_complex", True)


def test_a_long_text_of_nothing_but_words_is_read_in_little_time() -> None:
    text = "会议昨日召开总结上一年度情况安排部署本年任务" * 20
    body = document(paragraph(run(text), indent=True) * 3_000)
    with computing_within(1.5):
        assert len(read_bulletin(body, "简报.docx").items[0].text) >= 3_000 * len(text)


@pytest.mark.long
def test_a_small_file_that_unfolds_to_very_many_paragraphs_is_refused_soon() -> None:
    body = document("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 500_000)
    with computing_within(10):
        with pytest.raises(UnreadableBulletin) as refused:
            read_bulletin(body, "简报.docx")
        assert (refused.value.kind, len(body) < 200_000) == ("too_complex", True)


@pytest.mark.parametrize("label", ["", "原文链接："])
def test_an_address_that_word_has_linked_by_itself_is_cited_once(label: str) -> None:
    relations = Relations()
    address = "http://mp.weixin.qq.com/s?__biz=MzIyNjMxOTY0NA==&mid=2650700001&idx=1&sn=" + "0" * 32 + "#rd"
    linked = run(label) + hyperlink(address, run(address), relations)
    body = paragraph(run("甲市召开会议"), style="2") + paragraph(run(NEWS)) + paragraph(linked)
    [citation] = read(body + paragraph(run("乙县启动编纂"), style="2") + paragraph(run(NEWS)), relations).citations
    assert (citation.cited_url, citation.placed_by) == (address, PlacedBy.INLINE)


def test_a_printed_address_whose_link_leads_to_another_article_is_cited_beside_it() -> None:
    relations = Relations()
    linked = hyperlink(TOKEN + "01", run(TOKEN + "02"), relations)
    body = paragraph(run("甲市召开会议"), style="2") + paragraph(run(NEWS) + linked)
    assert cited(read(body, relations)) == [("甲市召开会议", [TOKEN + "01", TOKEN + "02"])]
