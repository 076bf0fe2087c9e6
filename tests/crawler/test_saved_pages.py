"""What is given to ``inspect``: a page of whatever site is one, a file of another kind is told for what it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.saved_pages import NotAPage, refuse_other_files
from tests.commanding import wxmirror
from tests.conftest import ROOT

OTHERS = {
    "bulletin.pdf": (b"%PDF-1.7\n", "PDF", True),
    "scan.jpg": (b"\xff\xd8\xff\xe0" + bytes(64), "a picture", False),
    "bulletin.docx": (b"PK\x03\x04" + bytes(22) + b"word/document.xml", "a Word document (.docx)", True),
    "old.doc": (b"{\\rtf1 ", "an RTF document", True),
    "list.txt": ("甲市召开会议。\n".encode(), "plain text", True),
    "nothing.html": (b"", "an empty file", False),
}
PAGES = {
    "another site's": b"<html><body>nothing of WeChat's</body></html>",
    "a piece of one": "正文 <section>第一段</section>".encode(),
    "in UTF-16": "\ufeff<p>正文</p>".encode("utf-16-le"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_is_no_page_is_told_for_what_it_is(name: str) -> None:
    body, what, is_bulletin = OTHERS[name]
    with pytest.raises(NotAPage) as told:
        refuse_other_files(body, name)
    assert told.value.values == {"file": name, "what": what, "is_bulletin": is_bulletin}
    assert ("wxmirror read" in str(told.value)) is is_bulletin


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_not_wechats_is_a_page(name: str) -> None:
    refuse_other_files(PAGES[name], name)


def test_every_page_that_is_held_as_unrecognised_is_a_page() -> None:
    for page in (ROOT / "tests" / "pages" / "wechat" / "unrecognised").glob("*.html"):
        refuse_other_files(page.read_bytes(), page.name)


def test_inspect_ends_as_for_other_bad_input_and_goes_on_with_the_next(tmp_path: Path) -> None:
    for name in ("bulletin.pdf", "scan.jpg"):
        (tmp_path / name).write_bytes(OTHERS[name][0])
    (tmp_path / "page.html").write_bytes(PAGES["another site's"])
    told = wxmirror("inspect", "--json", "bulletin.pdf", "scan.jpg", "page.html", cwd=tmp_path, language="zh")
    bulletin, picture, page = json.loads(told.stdout)
    assert told.returncode == 2
    assert bulletin["error"]["kind"] == picture["error"]["kind"] == "not_a_page"
    assert "wxmirror read" in bulletin["error"]["message"]
    assert "图片" in picture["error"]["message"]
    assert page["outcome"] == "unrecognised"
