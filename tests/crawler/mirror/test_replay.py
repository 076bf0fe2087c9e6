"""Snapshots given back from a real archive, and every page of the corpus."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from lxml import html

from crawler.mirror.replay import replay, standalone
from crawler.mirror.rewrite import rewrite
from crawler.mirror.shelf import Shelf
from crawler.wechat.reading import read_page
from crawler.wechat.urls import read_address
from storage.archive import Archive
from storage.errors import BlobDamaged, NotInArchive
from storage.records import SnapshotAsset, SnapshotView
from tests.conftest import corpus_folder
from tests.crawler.mirror.keeping import LONG, OTHER, SHORT, keep_article, keep_picture, png
from tests.crawler.mirror.shelves import PAGE_URL, PICTURE, leaks, rendition
from tests.timing import computing_within

BASE = "https://archive.example.org"


def kept(archive: Archive, url: str = SHORT) -> SnapshotView:
    snapshot = archive.snapshot(read_address(url))
    assert snapshot is not None
    return snapshot


def test_a_copy_shows_its_words_and_pictures_from_the_archive_alone(archive: Archive) -> None:
    keep_article(archive, text="第一段", pictures=[PICTURE])
    keep_picture(archive, PICTURE, png(7))
    page = replay(archive, kept(archive), base=BASE)
    assert "第一段" in page.decode()
    assert f'<img class="rich_pages" src="{BASE}/asset/' in page.decode()
    assert leaks(page.replace(BASE.encode(), b"")) == []


def test_the_same_copy_is_the_same_bytes(archive: Archive) -> None:
    keep_article(archive, pictures=[PICTURE])
    assert replay(archive, kept(archive)) == replay(archive, kept(archive))


def test_links_lead_to_the_copies_that_are_held(archive: Archive) -> None:
    keep_article(archive, text=f'<a href="{LONG}">另一篇</a><a href="{OTHER}">没有的</a>')
    keep_article(archive, LONG)
    page = replay(archive, kept(archive)).decode()
    assert f'href="{kept(archive, LONG).replay_path}"'.replace("&", "&amp;") in page
    assert f'href="{OTHER}"' in page


def test_a_copy_for_elsewhere_names_the_places_that_it_is_given(archive: Archive) -> None:
    """As in a WARC: pictures under the addresses that the page cites."""
    keep_article(archive, pictures=[PICTURE], text=f'<a href="{LONG}">另一篇</a>')
    keep_picture(archive, PICTURE, png(7))
    page = replay(archive, kept(archive), place=lambda url: url).decode()
    assert f'src="{PICTURE}"'.replace("&", "&amp;") in page
    assert f'href="{LONG}"'.replace("&", "&amp;") in page
    assert "wxm-missing" not in replay(archive, kept(archive), place=lambda url: url).decode().split("<main")[1]


def test_a_lost_page_is_an_error_and_a_lost_picture_a_gap(archive: Archive) -> None:
    keep_article(archive)
    lost = dataclasses.replace(kept(archive), page_sha256="0" * 64)
    with pytest.raises((NotInArchive, BlobDamaged)):
        replay(archive, lost)


QUICK = (
    "hxmjava",
    "llmwebkit",
    "magichtml",
    "raw-2018-11",
    "mpvoice",
    "bgimage",
    "wae-normal",
    "pic-01",
    "text-01",
    "share",
)


def squeezed(text: str) -> str:
    return "".join(text.split()).replace("\u200b", "")


def pages() -> Iterator[ParameterSet]:
    """Every page of the corpus; those of every kind and age in the quick suite, the rest in the long rounds."""
    for file in sorted((corpus_folder() or Path("nowhere")).glob("pages/*")):
        is_quick = any(name in file.name for name in QUICK)
        yield pytest.param(file, id=file.name, marks=() if is_quick else pytest.mark.long)


# A player that the page's script drew is in its text; the copy shows the recording in a player of its own.
DRAWN = {"laopo-04.html": ["1:00自然拼读法-短a音来自安格努努"]}
TITLES_OF_DRAWN = {"laopo-04.html": ["自然拼读法-短a音"]}


@pytest.mark.parametrize("file", list(pages()))
def test_every_page_of_the_corpus_replays_without_the_world(file: Path) -> None:
    reading = read_page(file.read_bytes())
    assets = [SnapshotAsset(link=link, rendition=rendition(link.key)) for link in reading.assets]
    shelf = Shelf(
        assets,
        page_url=PAGE_URL,
        place_of=lambda _, held: f"/asset/{held.sha256}",
        article_place=lambda _: None,
    )
    with computing_within(0.5):  # 0.1 s on a quiet machine; the bar is measured by the benchmarks
        copy = rewrite(file.read_bytes(), reading, shelf)
    page = standalone(copy)
    assert leaks(page) == []
    assert copy.is_shown == (reading.article is not None or "dmlei" in file.name)
    shown = squeezed("".join(html.fromstring(page).itertext()))
    lines = [squeezed(line) for line in reading.article.text.splitlines()] if reading.article else []
    assert [line for line in lines if line not in shown] == DRAWN.get(file.name, [])
    assert all(title in shown for title in TITLES_OF_DRAWN.get(file.name, []))
