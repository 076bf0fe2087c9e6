"""An original and its copy, looked at side by side."""

from __future__ import annotations

import hashlib
import ssl
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser

from crawler.mirror.replay import replay
from crawler.wechat.assets import find_style_assets
from crawler.wechat.media import media_type
from crawler.wechat.reading import read_page
from crawler.wechat.urls import read_address
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.records import AssetCapture, AssetLink, Capture, Hop, Reading, Role, SnapshotView
from tests.fidelity.browsing import Look, look, open_copy, open_original, reader
from tests.fidelity.likeness import compare_words, similarity
from tests.fidelity.originals import Original, publish
from tests.fidelity.words import BODIES
from tests.simulated_wechat.site import Site

WIDTHS = (375, 1200)
MOMENT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
# What the picture is taken of: the frame around the body; the first that is there.
FRAMES = "#img-content, #js_article"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What came of comparing one page with its copy at one width."""

    name: str
    width: int
    original: Look = field(repr=False)
    copy: Look = field(repr=False)
    words: float  # of the original's characters, those in the copy in order; times precision
    same_images: bool
    similarity: float
    outside: tuple[str, ...]  # what the copy asked for outside its origin

    @property
    def images(self) -> tuple[int, int]:
        """How many pictures the original shows, and the copy."""
        return len(self.original.images), len(self.copy.images)


class Exhibition:
    """The corpus on a simulated WeChat, and an archive that holds it."""

    def __init__(self, site: Site, archive: Archive, corpus: Path, only: Collection[str] = ()) -> None:
        self.site, self.archive = site, archive
        self.originals = {original.name: original for original in publish(site, corpus, only)}
        self._snapshots: dict[str, SnapshotView] = {}
        trusted = ssl.create_default_context(cafile=str(site.authority))
        proxies = urllib.request.ProxyHandler({"http": site.proxy_url, "https": site.proxy_url})
        self._opener = urllib.request.build_opener(proxies, urllib.request.HTTPSHandler(context=trusted))

    def snapshot(self, name: str, *, without: str | None = None) -> SnapshotView:
        """The page as kept in the archive with all that it cites (but not the asset of the key ``without``)."""
        if name not in self._snapshots or without is not None:
            self._snapshots[name] = self._keep(self.originals[name], without)
        return self._snapshots[name]

    def read(self, name: str) -> Reading:
        """The page as it is read."""
        original = self.originals[name]
        return read_page(original.body, original.url, "text/html; charset=UTF-8")

    def _keep(self, original: Original, without: str | None) -> SnapshotView:
        reading = self.read(original.name)
        address = read_address(original.url)
        hop = _hop(original.url, "text/html; charset=UTF-8")
        capture = Capture(
            address=address,
            captured_at=MOMENT,
            hops=(hop,),
            final_url=original.url,
            body=original.body,
            reading=reading,
        )
        kept = self.archive.keep_capture(capture, run=None, next_visit=lambda _: None)
        assert kept.snapshot, f"{original.name} is not alive: {reading.outcome}"
        for link in reading.assets:
            if link.key != without:
                self._keep_asset(link, kept.snapshot)
        view = self.archive.snapshot(address)
        assert view is not None
        return view

    def _keep_asset(self, link: AssetLink, snapshot: str) -> None:
        body = self.fetch(link.url)
        if body is None:
            return
        kind = (
            "text/css" if link.role is Role.STYLE and link.url.partition("?")[0].endswith(".css") else media_type(body)
        )
        self.archive.keep_asset(
            AssetCapture(
                key=link.key,
                url=link.url,
                captured_at=MOMENT,
                hops=(_hop(link.url, kind),),
                body=body,
                media_type=kind,
                is_original=True,
            )
        )
        if kind == "text/css":
            more = _inside(body, link.url)
            self.archive.add_snapshot_assets(snapshot, more, wanted_at=MOMENT)
            for inner in more:
                self._keep_asset(inner, snapshot)

    def fetch(self, url: str) -> bytes | None:
        """What the site answers; None: nothing."""
        try:
            with self._opener.open(url, timeout=20) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError:
            return None

    def answer(self, name: str, path: str) -> tuple[str, bytes] | None:
        """What the archive serves below its origin: the copy, and assets by their digest."""
        if path == f"/copy/{name}":
            return "text/html; charset=utf-8", replay(self.archive, self.snapshot(name))
        digest = path.removeprefix("/asset/").partition(".")[0]
        try:
            body = self.archive.read_blob(digest)
        except ArchiveError:
            return None
        return media_type(body), body

    # ---- looking

    def look_at_original(self, browser: Browser, name: str, width: int) -> Look | None:
        """The original as the site serves it."""
        with reader(browser, width=width, proxy_url=self.site.proxy_url) as context:
            original = self.originals[name]
            page = open_original(context, original.url, published=original.published, region=original.region)
            return look(page, body=BODIES, frame=FRAMES)

    def look_at_copy(
        self, browser: Browser, name: str, width: int, *, body: str = BODIES, frame: str = FRAMES
    ) -> tuple[Look | None, tuple[str, ...]]:
        """The copy as the archive gives it back, and what it asked for elsewhere."""
        with reader(browser, width=width) as context:
            page, asked = open_copy(context, f"/copy/{name}", lambda path: self.answer(name, path))
            outside = tuple(url for url in asked if not url.startswith(("http://archive.example/", "data:")))
            return look(page, body=body, frame=frame), outside

    def compare(self, browser: Browser, name: str, width: int) -> Pair:
        """Look at both and compare them."""
        self.snapshot(name)
        original = self.look_at_original(browser, name, width)
        copy, outside = self.look_at_copy(browser, name, width)
        assert original is not None, f"{name}: the original shows no article"
        assert copy is not None, f"{name}: the copy shows no article"
        words = compare_words(original.words, copy.words)
        return Pair(
            name=name,
            width=width,
            original=original,
            copy=copy,
            words=words.recall * words.precision,
            same_images=self.identities(original) == self.identities(copy),
            similarity=likeness(original, copy),
            outside=outside,
        )

    def identities(self, seen: Look) -> list[tuple[str, int, int]]:
        """What pictures are, in order: digest of their bytes, natural width and height."""
        return [(self._digest(url), width, height) for url, width, height in seen.images]

    def _digest(self, url: str) -> str:
        if "/asset/" in url and url.startswith("http://archive.example"):
            return url.rpartition("/")[2].partition(".")[0]
        body = url.encode() if url.startswith("data:") else self.fetch(url) if url else None
        return hashlib.sha256(body or b"").hexdigest()


def likeness(one: Look, other: Look) -> float:
    """The structural similarity of two frames."""
    return similarity(one.picture, other.picture)


@contextmanager
def exhibition(corpus: Path, folder: Path, *, only: Collection[str] = ()) -> Iterator[Exhibition]:
    """The corpus (or ``only`` these pages of it) published, and an empty archive beside it."""
    with Site() as site, Archive.open(folder / "archive", writing=True, create=True) as archive:
        yield Exhibition(site, archive, corpus, only)


@cache
def _inside(sheet: bytes, url: str) -> tuple[AssetLink, ...]:
    return tuple(find_style_assets(sheet, url))[:40]


def _hop(url: str, content_type: str) -> Hop:
    return Hop(
        method="GET",
        url=url,
        request_headers=(("Host", "mp.weixin.qq.com"),),
        status=200,
        reason="OK",
        protocol="HTTP/1.1",
        response_headers=(("Content-Type", content_type),),
        started_at=MOMENT,
        ip_address="203.0.113.7",
        body=None,
    )
