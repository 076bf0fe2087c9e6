"""Workbooks, mail, e-books and archives: what is in them is read, what cannot be read in them is said."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.bulletins.reading import read_bulletin
from storage.errors import UnreadableBulletin
from storage.records import Bulletin, PlacedBy
from tests.conftest import examples
from tests.crawler.bulletins import binding
from tests.crawler.bulletins.made import make_issue
from tests.crawler.bulletins.office import Cell, OfdLine, S, ofd, workbook, zipped

TOKEN = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt"
DAMAGED = ["docx", "docx_table", "xlsx", "ofd", "epub", "mail", "mhtml"]
LONG = "http://mp.weixin.qq.com/s?__biz=MzIyNjMxOTY0NA==&mid=2650700001&idx=1&sn=" + "0" * 32 + "#rd"


def cited(bulletin: Bulletin) -> list[tuple[str | None, str | None, list[str | None]]]:
    return [
        (item.section, item.title, [citation.article_url for citation in item.citations]) for item in bulletin.items
    ]


def page(title: str, url: str) -> bytes:
    return f'<html><h2>{title}</h2><p>会议昨日召开。<a href="{url}">全文</a></p></html>'.encode()


def test_a_workbook_gives_a_section_for_each_sheet_and_an_item_for_each_row() -> None:
    header = [Cell("标题"), Cell("链接")]
    sheets = {
        "一月": [header, [Cell("甲市召开会议"), Cell("查看", TOKEN + "01")], [Cell("乙县启动编纂"), Cell("无")]],
        "二月": [header, [Cell("丙镇的做法"), Cell("查看", TOKEN + "02", "formula")]],
    }
    bulletin = read_bulletin(workbook(sheets), "表.xlsx")
    assert cited(bulletin) == [
        ("一月", "甲市召开会议", [TOKEN + "01"]),
        ("一月", "乙县启动编纂", []),
        ("二月", "丙镇的做法", [TOKEN + "02"]),
    ]
    assert {citation.placed_by for citation in bulletin.citations} == {PlacedBy.ROW}


def test_an_address_that_is_also_the_link_of_its_cell_is_cited_once_and_whole() -> None:
    rows = [[Cell("标题"), Cell("链接")], [Cell("甲市召开会议"), Cell(LONG, LONG)]]
    [citation] = read_bulletin(workbook({"表": rows}), "表.xlsx").citations
    assert citation.cited_url == LONG


@pytest.mark.parametrize(
    ("style", "value", "shown"),
    [
        (1, "45352", "2024-03-01"),  # 14, the system's own short day
        (2, "45352.5", "2024-03-01 12:00"),  # 31, yyyy年m月d日 in Chinese Excel
        (3, "45352", "2024-03-01"),  # yyyy"年"m"月"d"日", written out
        (4, "0.75", "0.75"),  # an hour of no day
        (5, "45352", "45352"),  # [Red]0 "days"
        (0, "45352", "45352"),
        (1, "59", "1900-02-28"),
        (1, "61", "1900-03-01"),
        (1, "1e99", "1e99"),
        (1, "x", "x"),
        (99, "45352", "45352"),
    ],
)
def test_days_are_shown_as_excel_shows_them(style: int, value: str, shown: str) -> None:
    body = workbook({"表": [[Cell("标题"), Cell("日期")], [Cell("甲市召开会议"), Cell("DAY")]]})
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    place = re.compile(r'<c r="B2" t="s"><v>\d+</v></c>')
    cell = f'<c r="B2" s="{style}"><v>{value}</v></c>'
    members["xl/worksheets/sheet1.xml"] = place.sub(cell, members["xl/worksheets/sheet1.xml"])
    written = {164: 'yyyy"年"m"月"d"日"', 165: "h:mm:ss", 166: '[Red]0 "days"'}
    formats = "".join(f"<numFmt numFmtId='{number}' formatCode='{code}'/>" for number, code in written.items())
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 31, 164, 165, 166))
    members["xl/styles.xml"] = f"<styleSheet {S}><numFmts>{formats}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>"
    [item] = read_bulletin(zipped(dict(members)), "表.xlsx").items
    assert item.text == f"标题：甲市召开会议\n日期：{shown}"


def test_every_address_of_a_real_workbook_is_cited(corpus: Path) -> None:
    body = (corpus / "bulletins" / "reports-sources.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        scanned = sum(archive.read(name).count(b"//mp.weixin.qq.com/s") for name in archive.namelist())
    [citation] = read_bulletin(body, "reports-sources.xlsx").citations
    assert (scanned, citation.placed_by) == (1, PlacedBy.ROW)


def test_a_message_gives_its_subject_its_day_and_the_documents_attached() -> None:
    message = EmailMessage()
    message["Subject"], message["To"] = "史志简报第3期", "a@example.org"
    message["Date"] = "Fri, 01 Mar 2024 23:30:00 +0000"
    message.set_content("简报请查收。")
    message.add_attachment(page("甲市召开会议", TOKEN + "01"), maintype="text", subtype="html", filename="甲.html")
    message.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="章.png")
    message.add_attachment(b"%PDF-1.7 cut", maintype="application", subtype="pdf", filename="乙.pdf")
    bulletin = read_bulletin(message.as_bytes(), "信.eml")
    assert (bulletin.title, bulletin.published_on) == ("史志简报第3期", date(2024, 3, 2))
    assert [citation.article_url for item in bulletin.items for citation in item.citations] == [TOKEN + "01"]
    assert bulletin.warnings == ("unread_part:乙.pdf",)


def test_what_is_packed_in_a_message_is_said_to_be_unread() -> None:
    """Pictures beside it are nothing to read; an archive may hold the issue."""
    message = EmailMessage()
    message["Subject"], message["To"] = "简报", "a@example.org"
    message.set_content("简报请查收。")
    message.add_attachment(b"Rar!\x1a\x07\x01\0", maintype="application", subtype="x-rar", filename="第3期.rar")
    message.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="章.png")
    assert read_bulletin(message.as_bytes(), "信.eml").warnings == ("unread_part:第3期.rar", "no_links")


def test_a_message_in_two_forms_is_read_once() -> None:
    message = EmailMessage()
    message["Subject"], message["To"] = "简报", "a@example.org"
    message.set_content("甲市召开会议 " + TOKEN + "01")
    message.add_alternative(page("甲市召开会议", TOKEN + "01").decode(), subtype="html")
    assert len(read_bulletin(message.as_bytes(), "信.eml").citations) == 1


def test_the_documents_of_an_archive_stand_under_their_names() -> None:
    body = zipped({"一月.html": page("甲市召开会议", TOKEN + "01"), "二月.html": page("乙县启动编纂", TOKEN + "02")})
    assert cited(read_bulletin(body, "全年.zip")) == [
        ("一月", "甲市召开会议", [TOKEN + "01"]),
        ("二月", "乙县启动编纂", [TOKEN + "02"]),
    ]


def test_an_archive_that_only_stores_its_documents_is_none_of_them() -> None:
    """Mail on the web packs attachments so; then the names within them stand in the clear."""
    names = [f"word/{number}.xml" for number in range(3)]
    inner = zipped({"[Content_Types].xml": "<a/>"} | dict.fromkeys(names, "<a/>"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("一月.html", page("甲市召开会议", TOKEN + "01"))
        archive.writestr("二月.docx", inner)
    bulletin = read_bulletin(out.getvalue(), "附件.zip")
    assert cited(bulletin) == [(None, "甲市召开会议", [TOKEN + "01"])]
    assert bulletin.warnings == ("unread_part:二月.docx",)


def test_a_folder_that_is_called_word_makes_no_word_document_of_an_archive() -> None:
    assert len(read_bulletin(zipped({"word/a.html": page("甲市召开会议", TOKEN + "01")}), "a.zip").citations) == 1


def test_names_in_archives_of_chinese_windows_are_spelled_right() -> None:
    names = {"aaaa.html": "一月", "bbbb.html": "二月"}
    body = zipped({name: page(month + "会议", TOKEN + "01") for name, month in names.items()})
    for name, month in names.items():  # as Windows writes them: GB18030, without the mark of UTF-8
        body = body.replace(name.encode(), f"{month}.html".encode("gb18030"))
    assert [section for section, _, _ in cited(read_bulletin(body, "a.zip"))] == ["一月", "二月"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (zipped({"a.png": b"\x89PNG", "b.exe": b"MZ"}), "unknown_kind"),
        (zipped({f"{number}.txt": b"x" for number in range(400)}), "too_complex"),
        (zipped({"mimetype": "application/epub+zip", "META-INF/container.xml": "<a/>"}), "damaged"),
        (zipped({"xl/other.xml": "<a/>"}), "damaged"),
        (b"Subject: a\r\nMIME-Version: 1.0\r\nTo: a\r\nContent-Type: image/png\r\n\r\nx", "damaged"),
    ],
    ids=["no document", "too many files", "no chapters", "no sheets", "no text"],
)
def test_a_file_in_which_nothing_can_be_read_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(UnreadableBulletin) as refused:
        read_bulletin(body, "file")
    assert refused.value.kind == kind


def test_archives_within_archives_are_opened_only_so_deep() -> None:
    body = page("甲市召开会议", TOKEN + "01")
    for depth in range(5):
        body = zipped({f"{depth}.zip" if depth else "a.html": body})
        if depth < 2:
            assert len(read_bulletin(body, "a.zip").citations) == 1
    with pytest.raises(UnreadableBulletin):
        read_bulletin(body, "a.zip")


def test_formulas_that_lead_out_are_read_and_never_worked_out() -> None:
    rows = [[Cell("标题"), Cell("链接")], [Cell("=cmd|' /C calc'!A0"), Cell("查看", TOKEN + "01", "formula")]]
    [item] = read_bulletin(workbook({"表": rows}), "表.xlsx").items
    assert item.title == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize("is_annotated", [True, False], ids=["annotations", "actions of the text"])
def test_a_link_over_two_lines_of_an_ofd_is_one(is_annotated: bool) -> None:
    text = "会议昨日召开，总结上一年度情况，安排部署本年任务。"
    lines = [
        OfdLine("甲市召开第三轮市志编修启动会", 36, 30, 8, TOKEN + "01"),
        OfdLine("暨业务培训班", 60, 44, 8, TOKEN + "01"),
        *(OfdLine(text, 28, 60 + 10 * number, 5.6) for number in range(3)),
    ]
    bulletin = read_bulletin(ofd([lines], is_annotated=is_annotated), "简报.ofd")
    assert cited(bulletin) == [(None, "甲市召开第三轮市志编修启动会暨业务培训班", [TOKEN + "01"])]
    assert [(c.placed_by, c.page) for c in bulletin.citations] == [(PlacedBy.ANNOTATION, 1)]


@pytest.mark.parametrize("box", ["", "1 2 3", "nan nan nan nan", "1e99 0 1 1", "a b c d"])
def test_text_of_an_ofd_without_a_place_is_left_out(box: str) -> None:
    body = ofd([[OfdLine("甲市召开会议", 28, 30, 5.6)]], is_annotated=False)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    page = members["Doc_0/Pages/Page_1/Content.xml"]
    members["Doc_0/Pages/Page_1/Content.xml"] = page.replace(b'Boundary="28 30', f'Boundary="{box}" x="'.encode())
    assert "no_text" in read_bulletin(zipped(dict(members)), "简报.ofd").warnings


@pytest.mark.parametrize("charset", [b"utf\0-8", b"nobody-knows", b"rot13", b"hex"])
def test_a_mail_whose_charset_is_none_is_read_by_its_bytes(charset: bytes) -> None:
    head = b'MIME-Version: 1.0\r\nContent-Type: text/html; charset="' + charset + b'"\r\n\r\n'
    link = b'<html><p>one</p><a href="https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA">x</a></html>'
    assert len(read_bulletin(b"From: a@example.org\r\nSubject: x\r\n" + head + link, "a.eml").citations) == 1


@settings(max_examples=examples(120), deadline=None)
@given(
    st.sampled_from(["docx", "docx_table", "xlsx", "ofd", "epub", "mail", "mhtml"]), st.randoms(use_true_random=False)
)
def test_any_damaged_file_is_read_or_refused(kind: str, chance: Random) -> None:
    body = getattr(binding, f"bind_{kind}")(make_issue(3), 3)
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        name = chance.choice(sorted(members))
        body = zipped(members | {name: damaged(members[name], chance)})
    else:
        body = damaged(body, chance)
    with suppress(UnreadableBulletin):
        assert read_bulletin(body, "file").file == "file"


def damaged(body: bytes, chance: Random) -> bytes:
    place, length = chance.randrange(len(body) + 1), chance.randrange(1, 40)
    return body[:place] + chance.choice([b"", b"\0", b"<a>", b"9" * 9, body[:length]]) + body[place + length :]


def test_a_mail_of_a_year_that_no_calendar_has_is_read_without_its_day():
    body = b"From: a@b.example\r\nSubject: issue\r\nDate: Fri, 05 Sep 999999999025 09:00:00 +0000\r\n\r\ntext\r\n"
    assert read_bulletin(body, "a.eml").published_on is None
