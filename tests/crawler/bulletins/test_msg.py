"""Outlook messages: read in whichever form they hold their text, with what is attached to them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from random import Random

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.bulletins.formats.rtf import from_html, unpack_rtf
from crawler.bulletins.reading import read_bulletin
from storage.errors import UnreadableBulletin
from tests.conftest import examples
from tests.crawler.bulletins.compound import Tree, compound, message, packed_rtf
from tests.crawler.bulletins.test_containers import TOKEN, cited, damaged, page

URL = TOKEN + "01"
HTML = f'<html><body><h2>甲市召开会议</h2><p>会议昨日召开。<a href="{URL}">全文</a></p></body></html>'


def escaped(text: str) -> str:
    """Characters as RTF writes them: a signed number each, and what older readers show."""
    return "".join(rf"\u{code - 0x10000 if code > 0x7FFF else code}?" for code in map(ord, text))


# As Outlook writes it: tags kept as they were, text between them, what is for readers of RTF apart.
RTF = (
    r"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fnil\fcharset134 SimSun;}}"
    r"{\colortbl\red0\green0\blue0;}{\*\generator Microsoft Exchange Server;}\uc1\pard\plain\deftab360 \f0\fs24 "
    r"{\*\htmltag19 <html>}{\*\htmltag50 <body>}{\*\htmltag148 <h2>}\htmlrtf {\f1\htmlrtf0 "
    r"\'bc\'d7\'ca\'d0\'d5\'d9\'bf\'aa\'bb\'e1\'d2\'e9\htmlrtf }\htmlrtf0 {\*\htmltag156 </h2>}{\*\htmltag64 <p>}"
    + escaped("会议昨日召开。")
    + rf'{{\*\htmltag84 <a href="{URL}">}}'
    + r"\htmlrtf {\field{\*\fldinst{HYPERLINK x}}{\fldrslt\htmlrtf0 \{"
    + escaped("全文")
    + r"\}\htmlrtf }\htmlrtf0 \htmlrtf }\htmlrtf0 {\*\htmltag92 </a>}\htmlrtf\par\htmlrtf0 {\*\htmltag72 </p>}"
    r"{\*\htmltag58 </body>}{\*\htmltag27 </html>}}"
)


def test_a_compound_file_of_the_tests_is_one() -> None:
    tree: Tree = {"a": b"x" * 5000, "b": b"small", "c": {f"{number}": b"%d" % number for number in range(40)}, "d": b""}
    box = olefile.OleFileIO(compound(tree), raise_defects=olefile.DEFECT_INCORRECT)
    assert box.openstream("a").read() == b"x" * 5000
    assert [box.openstream(f"c/{number}").read() for number in range(40)] == [b"%d" % number for number in range(40)]


@pytest.mark.parametrize(
    "text",
    [
        {"html": HTML.encode(), "body": "甲市召开会议"},
        {"html": HTML.encode("gb18030"), "code_page": 936},
        {"rtf": packed_rtf(RTF.encode()), "body": "甲市召开会议"},
        {"body": f"甲市召开会议\r\n会议昨日召开。\r\n{URL}\r\n"},
    ],
    ids=["HTML", "HTML in GB18030", "HTML within RTF", "plain"],
)
def test_a_message_gives_its_subject_its_sender_its_day_and_its_links(text: dict) -> None:
    bulletin = read_bulletin(compound(message(**text)), "信.msg")
    assert (bulletin.title, bulletin.issuer) == ("史志简报第3期", "石门县地方志办公室")
    assert bulletin.published_on == date(2024, 3, 2)
    assert bulletin.media_type == "application/vnd.ms-outlook"
    assert cited(bulletin) == [(None, "甲市召开会议", [URL])]


def test_the_html_within_rtf_comes_out_as_it_was() -> None:
    assert from_html(RTF.encode()) == (
        f'<html><body><h2>甲市召开会议</h2><p>会议昨日召开。<a href="{URL}">{{全文}}</a></p></body></html>'
    )


def test_documents_and_messages_attached_are_read_and_pictures_are_not() -> None:
    inner = message(subject="转发", html=page("丙镇的做法", TOKEN + "03"), is_inner=True)
    files = {"乙.html": page("乙县启动编纂", TOKEN + "02"), "章.png": b"\x89PNG", "丁.pdf": b"%PDF-1.7 cut"}
    bulletin = read_bulletin(compound(message(html=HTML.encode(), files=files, messages=[inner])), "信.msg")
    links = [citation.article_url for citation in bulletin.citations]
    assert links == [URL, TOKEN + "02", TOKEN + "03"]
    assert bulletin.warnings == ("unread_part:丁.pdf",)


def test_a_message_without_text_or_documents_is_refused() -> None:
    with pytest.raises(UnreadableBulletin) as refused:
        read_bulletin(compound(message()), "信.msg")
    assert refused.value.kind == "damaged"


def test_messages_within_messages_are_opened_only_so_deep() -> None:
    tree = message(html=HTML.encode(), is_inner=True)
    for _ in range(6):
        tree = message(messages=[tree], is_inner=True)
    with pytest.raises(UnreadableBulletin) as refused:
        read_bulletin(compound(message(messages=[tree])), "信.msg")
    assert refused.value.kind == "too_complex"


def test_a_text_that_claims_to_unpack_to_gigabytes_is_refused() -> None:
    packed = bytearray(packed_rtf(RTF.encode()))
    packed[4:8] = b"\xff\xff\xff\x7f"
    with pytest.raises(UnreadableBulletin) as refused:
        unpack_rtf(bytes(packed))
    assert refused.value.kind == "too_complex"


@settings(max_examples=examples(150), deadline=None)
@given(st.randoms(use_true_random=False))
def test_any_damaged_message_is_read_or_refused(chance: Random) -> None:
    whole = compound(message(rtf=packed_rtf(RTF.encode()), files={"乙.html": page("乙县启动编纂", TOKEN + "02")}))
    with suppress(UnreadableBulletin):
        assert read_bulletin(damaged(whole, chance), "file").file == "file"


@settings(max_examples=examples(150), deadline=None)
@given(st.randoms(use_true_random=False))
def test_any_damaged_text_in_rtf_comes_to_an_end(chance: Random) -> None:
    broken = damaged(RTF.encode(), chance)
    assert len(from_html(broken) or "") <= 20 * len(broken)
    assert len(unpack_rtf(damaged(packed_rtf(RTF.encode()), chance))) <= 20_000_000
