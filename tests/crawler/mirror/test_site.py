"""The folder that opens from disk."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.mirror.exports.site import export_site
from crawler.mirror.outputs import OutputExists, OutputNotWritable
from crawler.wechat.urls import read_address
from storage.archive import Archive
from storage.records import Tombstone
from tests.crawler.mirror.keeping import (
    LONG,
    MARCH,
    SHORT,
    damage,
    keep_article,
    keep_bulletin,
    keep_loss,
    keep_picture,
    png,
)
from tests.crawler.mirror.shelves import PICTURE, leaks


@pytest.fixture
def filled(archive: Archive) -> Archive:
    keep_article(archive, text=f'见<a href="{LONG}">另一篇</a>', pictures=[PICTURE])
    keep_picture(archive, PICTURE, png(7))
    keep_article(archive, LONG, title="另一篇的标题", text="第二篇")
    keep_bulletin(archive, SHORT, LONG)
    keep_loss(archive, at=MARCH + timedelta(days=3))
    return archive


def pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def test_a_folder_holds_bulletins_copies_and_pictures(filled: Archive, tmp_path: Path) -> None:
    exported = export_site(filled, tmp_path / "site", filled.articles())
    assert (exported.bulletins, exported.articles, exported.snapshots, exported.assets) == (1, 2, 2, 1)
    assert exported.bytes == sum(file.stat().st_size for file in (tmp_path / "site").rglob("*") if file.is_file()) + 0
    assert [len(pages(tmp_path / "site" / part)) for part in ("bulletins", "articles")] == [1, 2]


def test_every_link_in_the_folder_leads_to_a_file_in_it(filled: Archive, tmp_path: Path) -> None:
    export_site(filled, tmp_path / "site", filled.articles())
    from lxml import html

    for page in pages(tmp_path / "site"):
        for element, _, target, _ in html.fromstring(page.read_bytes()).iterlinks():
            if element.get("rel") != "noopener noreferrer nofollow" and not target.startswith(("#", "data:")):
                assert (page.parent / target).is_file(), f"{page.name}: {target}"


def test_copies_in_the_folder_run_and_fetch_nothing(filled: Archive, tmp_path: Path) -> None:
    export_site(filled, tmp_path / "site", filled.articles())
    for page in pages(tmp_path / "site" / "articles"):
        assert leaks(page.read_bytes()) == []
        assert b'http-equiv="Content-Security-Policy"' in page.read_bytes()


def test_a_copy_in_the_folder_says_what_became_of_the_article(filled: Archive, tmp_path: Path) -> None:
    export_site(filled, tmp_path / "site", [SHORT])
    (page,) = pages(tmp_path / "site" / "articles")
    assert "deleted by its author" in page.read_text()


def test_file_names_are_ascii(filled: Archive, tmp_path: Path) -> None:
    export_site(filled, tmp_path / "site", filled.articles())
    assert all(str(file.relative_to(tmp_path)).isascii() for file in (tmp_path / "site").rglob("*"))


def test_an_earlier_export_is_replaced_whole(filled: Archive, tmp_path: Path) -> None:
    export_site(filled, tmp_path / "site", filled.articles())
    export_site(filled, tmp_path / "site", [LONG])
    assert len(pages(tmp_path / "site" / "articles")) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["archive", "site"]


def test_a_folder_of_somebody_else_is_left_alone(filled: Archive, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.docx").write_text("mine")
    with pytest.raises(OutputExists):
        export_site(filled, tmp_path / "site", filled.articles())
    assert (tmp_path / "site" / "thesis.docx").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(filled: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputNotWritable):
        export_site(filled, tmp_path / "file" / "site", filled.articles())


def test_what_is_damaged_is_named_and_the_rest_goes_out(filled: Archive, tmp_path: Path) -> None:
    """A page in the lost copy's place keeps every link into it alive."""
    damage(filled, png(7))
    page = filled.snapshot(read_address(LONG))
    assert page
    damage(filled, filled.read_blob(page.page_sha256))
    exported = export_site(filled, tmp_path / "site", filled.articles())
    assert [fault.subject for fault in exported.faults] == [f"asset {PICTURE}", f"page {page.article_url}"]
    assert (exported.articles, exported.snapshots, exported.assets) == (2, 1, 0)
    assert list((tmp_path / "site" / "assets").iterdir()) == []
    texts = [one.read_text() for one in pages(tmp_path / "site" / "articles")]
    assert sum("damaged in the archive" in text for text in texts) == 1
    test_every_link_in_the_folder_leads_to_a_file_in_it(filled, tmp_path)


def test_a_withdrawn_article_is_not_exported(filled: Archive, tmp_path: Path) -> None:
    from crawler.wechat.urls import read_address

    stone = Tombstone(reason="应作者要求", withdrawn_by="王", withdrawn_at=MARCH)
    filled.withdraw(read_address(SHORT), stone)
    exported = export_site(filled, tmp_path / "site", [SHORT, LONG])
    assert exported.articles == 1
    assert not any("见" in page.read_text() for page in pages(tmp_path / "site" / "articles"))


@pytest.mark.browser
def test_the_folder_opens_in_a_browser_with_no_request_leaving_it(filled: Archive, tmp_path: Path) -> None:
    export_site(filled, tmp_path / "site", filled.articles())
    from playwright.sync_api import sync_playwright

    requests: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.goto((tmp_path / "site" / "index.html").as_uri())
        page.click(".row-title")
        page.click(".read")
        assert "标题" in page.inner_text("main")
        assert page.evaluate("[...document.querySelectorAll('main img')].map(one => one.naturalWidth)") == [1]
        assert (
            page.evaluate("getComputedStyle(document.querySelector('.wxm-banner')).backgroundColor")
            == "rgb(32, 54, 75)"
        )
        browser.close()
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
