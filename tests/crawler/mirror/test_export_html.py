"""One file for one copy, with everything inside."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest

from crawler.mirror.exports.html import NoCopies, OneFileOneArticle, export_html
from crawler.mirror.exports.site import export_site
from crawler.mirror.outputs import OutputExists
from crawler.wechat.urls import asset_key, read_address
from storage.records import AssetCapture, AssetLink, Role
from tests.crawler.mirror.keeping import (
    MARCH,
    OTHER,
    SHORT,
    capture_of,
    damage,
    keep_article,
    keep_bulletin,
    keep_picture,
    png,
)

PICTURE = f"https://mmbiz.qpic.cn/mmbiz_png/{'AbCdEfGh' * 10}/640?wx_fmt=png"


def test_every_picture_lies_inside_the_file(archive, tmp_path):
    keep_article(archive, pictures=[PICTURE])
    keep_picture(archive, PICTURE, png(1))
    keep_bulletin(archive, SHORT)

    result = export_html(archive, tmp_path / "copy.html", [SHORT])
    page = (tmp_path / "copy.html").read_bytes()

    assert b'src="data:image/png;base64,' + base64.b64encode(png(1)) in page
    assert "第一段".encode() in page
    assert b"<script" not in page
    assert b"Content-Security-Policy" in page
    assert (result.format, result.bulletins, result.articles, result.snapshots, result.assets) == ("html", 1, 1, 1, 1)
    assert result.bytes == len(page)


def test_where_no_copy_is_held_nothing_is_written(archive, tmp_path):
    keep_bulletin(archive, SHORT)
    for out in (tmp_path / "copy.html", tmp_path / "copies"):
        with pytest.raises(NoCopies):
            export_html(archive, out, [SHORT])
        assert not out.exists()


def test_nothing_in_the_file_is_fetched_from_anywhere(archive, tmp_path):
    keep_article(archive, pictures=[PICTURE, PICTURE.replace("AbCd", "XyZw")])
    keep_picture(archive, PICTURE, png(1))
    export_html(archive, tmp_path / "copy.html", [SHORT])
    page = (tmp_path / "copy.html").read_text()
    sources = re.findall(r"""(?:\bsrc|\bposter)="([^"]*)"|url\(["']?([^)"']*)""", page)
    assert all(place.startswith("data:") for pair in sources for place in pair if place)
    assert "wxm-inside-" not in page


def test_a_file_holds_the_newest_copy_of_one_article(archive, tmp_path):
    keep_article(archive, text="旧稿")
    keep_article(archive, text="新稿", at=MARCH + timedelta(days=1))
    export_html(archive, tmp_path / "copy.html", [SHORT])
    assert "新稿" in (tmp_path / "copy.html").read_text()

    keep_article(archive, OTHER)
    with pytest.raises(OneFileOneArticle):
        export_html(archive, tmp_path / "both.html", [SHORT, OTHER])


def test_what_is_damaged_is_named_and_the_rest_is_written(archive, tmp_path):
    keep_article(archive, pictures=[PICTURE])
    keep_picture(archive, PICTURE, png(1))
    keep_article(archive, OTHER)
    damage(archive, png(1))
    lost = archive.snapshot(read_address(OTHER))
    damage(archive, archive.read_blob(lost.page_sha256))
    exported = export_html(archive, tmp_path / "copies", [SHORT, OTHER])
    assert [fault.subject for fault in exported.faults] == [f"asset {PICTURE}", f"page {OTHER}"]
    assert (exported.snapshots, len(list((tmp_path / "copies").iterdir()))) == (1, 1)


def test_a_style_sheet_that_is_damaged_is_named_and_the_copy_is_written_without_it(archive, tmp_path):
    sheet, url = b"#js_content{color:red}", "https://res.wx.qq.com/a.css"
    link = AssetLink(url=url, role=Role.STYLE, key=asset_key(url))
    keep_article(archive, styles=[link])
    archive.keep_asset(
        AssetCapture(
            key=link.key, url=url, captured_at=MARCH, hops=(), body=sheet, media_type="text/css", is_original=True
        )
    )
    damage(archive, sheet)
    for number, export in enumerate((export_html, export_site)):
        exported = export(archive, tmp_path / f"{number}", [SHORT])
        assert [fault.subject for fault in exported.faults] == [f"asset {url}"]


def test_a_folder_holds_every_copy_under_its_title(archive, tmp_path):
    keep_article(archive, title="关于/印发\u202e的 通知", text="旧稿")
    keep_article(archive, title="关于/印发\u202e的 通知", text="新稿", at=MARCH + timedelta(days=1))
    export_html(archive, tmp_path / "copies", [SHORT])
    names = sorted(file.name for file in (tmp_path / "copies").iterdir())
    assert len(names) == 2
    assert re.fullmatch(r"20240314020005-关于_印发_?的_通知-[0-9a-f]{8}\.html", names[0])


def test_a_file_that_is_there_stays(archive, tmp_path):
    keep_article(archive)
    (tmp_path / "copy.html").write_text("mine")
    with pytest.raises(OutputExists):
        export_html(archive, tmp_path / "copy.html", [SHORT])
    assert (tmp_path / "copy.html").read_text() == "mine"


@pytest.mark.browser
@pytest.mark.long
def test_a_real_article_opens_from_its_file_with_every_picture_and_no_request(archive, corpus, tmp_path):
    from playwright.sync_api import sync_playwright

    from crawler.wechat.reading import read_page

    body = (corpus / "pages" / "savetruth-raw-2018-11-16-01.html").read_bytes()
    reading = read_page(body, SHORT, "text/html")
    archive.keep_capture(capture_of(SHORT, body, reading, at=MARCH), run=None, next_visit=lambda _: None)
    for shade, link in enumerate(reading.assets):
        if link.role is not Role.STYLE:
            keep_picture(archive, link.url, png(shade))
    export_html(archive, tmp_path / "copy.html", [SHORT])

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "copy.html").as_uri())
        shown = page.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 0)")
        browser.close()

    assert len(shown) > 50
    assert all(shown)
    assert [url for url in asked if not url.startswith("data:")] == [(tmp_path / "copy.html").as_uri()]
