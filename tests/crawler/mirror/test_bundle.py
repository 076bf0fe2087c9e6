"""The folder with a restored bulletin and the copies that it leads to."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from crawler.mirror.outputs import OutputExists
from crawler.mirror.restore.bundle import HasBase, NoBundle, restore_bundle
from crawler.mirror.restore.links import Fate
from crawler.mirror.restore.pdf import find_actions
from crawler.wechat.urls import read_address
from storage.archive import Archive
from tests.conftest import CHROMIUM
from tests.crawler.mirror.keeping import (
    LONG,
    MARCH,
    OTHER,
    SHORT,
    damage,
    keep_article,
    keep_bulletin,
    keep_picture,
    png,
)
from tests.crawler.mirror.shelves import PICTURE

PAGE = f'<html><body><p><a href="{SHORT}">甲</a> <a href="{LONG}">乙</a> <a href="{OTHER}">丙</a></p></body></html>'
TEXT = f"某市召开会议\n{SHORT}\n{LONG}\n另一件事\n{OTHER}\n"


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """Two articles that are held, one of them in two copies; OTHER is not."""
    keep_article(archive, pictures=[PICTURE], text=f'见<a href="{LONG}">另一篇</a>')
    keep_picture(archive, PICTURE, png(7))
    keep_article(archive, LONG, title="另一篇的标题", text="第二篇")
    keep_article(archive, LONG, title="另一篇的标题", text="改过的第二篇", at=MARCH + timedelta(days=2))
    keep_bulletin(archive, SHORT, LONG)
    return archive


def pdf_of(*urls: str, base: str | None = None) -> bytes:
    """A PDF of one page with these links."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    links = [
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[10, 10 + 20 * number, 200, 25 + 20 * number],
            A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(url)),
        )
        for number, url in enumerate(urls)
    ]
    page.Annots = pdf.make_indirect(pikepdf.Array(links))
    if base:
        pdf.Root.URI = pikepdf.Dictionary(Base=pikepdf.String(base))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def bundled(archive: Archive, folder: Path, name: str, body: bytes, **options: Any):
    """A bundle of this document, whose original lies beside it."""
    file = folder / name
    file.write_bytes(body)
    return restore_bundle(archive, body, file, folder / "bundle", **options)


def targets(document: Path) -> list[str]:
    """Where the document's links lead."""
    if document.suffix == ".pdf":
        with pikepdf.open(document) as pdf:
            return [action.url for action in find_actions(pdf)]
    if document.suffix == ".html":
        from lxml import html

        return [target for *_, target, _ in html.fromstring(document.read_bytes()).iterlinks()]
    return [line for line in document.read_text().splitlines() if "/" in line]


DOCUMENTS = {"简报.html": PAGE.encode(), "简报.pdf": pdf_of(SHORT, LONG, OTHER), "简报.txt": TEXT.encode()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_copies_in_the_folder_and_what_is_not_held_stays(
    filled: Archive, tmp_path: Path, name: str
) -> None:
    bundle = bundled(filled, tmp_path, name, DOCUMENTS[name])
    assert bundle.document == tmp_path / "bundle" / name
    *led, last = targets(bundle.document)
    assert last == OTHER
    assert led
    assert all(target.startswith("copies/articles/") for target in led)
    assert all((tmp_path / "bundle" / target).is_file() for target in led)
    assert "见<a" in (tmp_path / "bundle" / led[0]).read_text()
    assert {link.fate for link in bundle.restored.links} == {Fate.REPLACED, Fate.NEVER_KEPT}
    assert bundle.copies == 3
    assert (tmp_path / name).read_bytes() == DOCUMENTS[name]


def test_a_link_leads_to_the_copy_of_the_bulletins_day(filled: Archive, tmp_path: Path) -> None:
    day = (MARCH + timedelta(days=1)).date()
    bundle = bundled(filled, tmp_path, "a.html", f'<a href="{LONG}">乙</a>'.encode(), published_on=day)
    (target,) = targets(bundle.document)
    assert "改过的第二篇" in (tmp_path / "bundle" / target).read_text()


def test_a_copy_that_another_says_the_same_as_is_there_too(filled: Archive, tmp_path: Path) -> None:
    """After a merge two copies may have one content; the page shows the first, a link may mean the second."""
    keep_article(filled, OTHER, title="另一篇的标题", text="第二篇", at=MARCH + timedelta(days=5))
    names = [read_address(url).article_url for url in (LONG, OTHER)]
    filled.merge(*names, evidence="a person says so", merged_at=MARCH)
    day = (MARCH + timedelta(days=4)).date()
    bundle = bundled(filled, tmp_path, "a.html", f'<a href="{LONG}">乙</a>'.encode(), published_on=day)
    (target,) = targets(bundle.document)
    assert (tmp_path / "bundle" / target).is_file()


def test_a_document_without_links_is_given_back_as_it_is(filled: Archive, tmp_path: Path) -> None:
    bundle = bundled(filled, tmp_path, "a.txt", "没有链接".encode())
    assert (bundle.copies, bundle.restored.changed) == (0, 0)
    assert bundle.document.read_text() == "没有链接"


def test_a_folder_that_is_there_is_left_alone_without_force(filled: Archive, tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "note.txt").write_text("mine")
    with pytest.raises(OutputExists):
        bundled(filled, tmp_path, "a.txt", TEXT.encode())
    with pytest.raises(NoBundle):
        bundled(filled, tmp_path, "a.txt", TEXT.encode(), force=True)
    assert [one.name for one in (tmp_path / "bundle").iterdir()] == ["note.txt"]


def test_an_earlier_bundle_is_written_over_with_force_alone(filled: Archive, tmp_path: Path) -> None:
    bundled(filled, tmp_path, "a.txt", TEXT.encode())
    with pytest.raises(OutputExists):
        bundled(filled, tmp_path, "b.txt", TEXT.encode())
    bundled(filled, tmp_path, "b.txt", TEXT.encode(), force=True)
    assert not (tmp_path / "bundle" / "a.txt").exists()
    assert (tmp_path / "bundle" / "b.txt").is_file()


def test_an_original_that_lies_in_the_folder_is_never_written_over(filled: Archive, tmp_path: Path) -> None:
    bundle = bundled(filled, tmp_path, "a.txt", TEXT.encode())
    with pytest.raises(NoBundle):
        restore_bundle(filled, TEXT.encode(), bundle.document, tmp_path / "bundle", force=True)
    assert bundle.document.is_file()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.html", PAGE.replace("<body>", '<head><base href="https://example.org/"></head><body>').encode()),
        ("a.pdf", pdf_of(SHORT, base="https://example.org/")),
    ],
)
def test_a_document_whose_short_links_lead_to_a_site_is_refused(
    filled: Archive, tmp_path: Path, name: str, body: bytes
) -> None:
    with pytest.raises(HasBase, match=r"example\.org"):
        bundled(filled, tmp_path, name, body)
    assert not (tmp_path / "bundle").exists()


def test_what_is_damaged_is_named_and_its_link_still_leads_somewhere(filled: Archive, tmp_path: Path) -> None:
    page = filled.snapshot(read_address(SHORT))
    assert page
    damage(filled, filled.read_blob(page.page_sha256))
    bundle = bundled(filled, tmp_path, "a.txt", TEXT.encode())
    assert [fault.subject for fault in bundle.faults] == [f"page {page.article_url}"]
    assert "damaged in the archive" in (tmp_path / "bundle" / targets(bundle.document)[0]).read_text()


@pytest.fixture
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_folder_opens_from_disk_with_no_request_leaving_it(
    filled: Archive, tmp_path: Path, browser: Any, name: str
) -> None:
    """A page is clicked through; a browser without a screen shows no PDF, so its links are followed as they say."""
    bundle = bundled(filled, tmp_path, name, DOCUMENTS[name])
    moved = (tmp_path / "bundle").rename(tmp_path / "搬到别处")
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    document = moved / bundle.document.name
    if name.endswith(".html"):
        page.goto(document.as_uri())
        page.click("text=甲")
    else:
        page.goto((document.parent / targets(document)[0]).as_uri())
    assert "标题" in page.inner_text("main")
    assert page.evaluate("[...document.querySelectorAll('main img')].map(one => one.naturalWidth)") == [1]
    page.click("main >> text=另一篇")
    assert "第二篇" in page.inner_text("main")
    page.click(".wxm-banner-links >> text=/Reading room|阅览室/")
    assert page.locator(".row-title").count() >= 1
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
