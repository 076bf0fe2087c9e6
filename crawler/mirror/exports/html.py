"""A copy as one file: the page, its styles, and every picture and sound inside it. It opens anywhere, for good.

The copy is first made with short names in the place of its assets, which pass the last gate as they are; the bytes
are put in afterwards, so that megabytes of base64 are neither parsed nor judged.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.mirror.exports import Exported
from crawler.mirror.exports.damage import LOST, Damage
from crawler.mirror.framing import banner_markup, banner_of, banner_styles, lacking_words
from crawler.mirror.outputs import OutputNotWritable, refuse_overwriting, write_whole
from crawler.mirror.replay import copy_of, standalone
from crawler.mirror.rewrite import one_line
from crawler.wechat.urls import read_address
from storage.errors import MirrorError, NotAnArticle
from storage.records import ArticleView, Rendition, SnapshotAsset, SnapshotView

if TYPE_CHECKING:
    from storage.archive import Archive

# What is inside runs nothing and asks for nothing, wherever the file is opened.
POLICY = (
    "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
)
STAND_IN = "wxm-inside-"
INSIDE = re.compile(STAND_IN.encode() + rb"([0-9a-f]{64})")
SHOWABLE = re.compile(r"(?:image|audio|video)/[a-z0-9.+-]+")
LARGEST_INSIDE = 32_000_000
"""Bytes of one picture, sound or film. Base64 makes a third more of them, and a browser holds the whole file at once;
for a larger film its poster stands in the copy, and a line that says where it is."""
LONGEST_NAME = 50  # characters of a title in a file's name: 150 bytes in UTF-8


class OneFileOneArticle(MirrorError):
    """A single file was named for several articles."""

    words = "{out} can hold one article, and {count} were chosen. Name a folder instead, or choose one with --url."


class NoCopies(MirrorError):
    """Articles were chosen of which there is nothing to read: withdrawn, or never seen alive."""

    words = (
        "No copy is held of what was chosen, so nothing was written. `wxmirror find` says what is held of an article."
    )


def export_html(
    archive: Archive,
    out: Path,
    articles: Iterable[str],
    *,
    zone: str = "Asia/Shanghai",
    progress: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write each copy of these articles (by their canonical names) as one file.

    ``out`` is the file of one article's newest copy when it ends in .html, else a folder for all copies. Raises
    NoCopies, OneFileOneArticle, OutputExists, OutputNotWritable. A copy whose page is damaged is left out and named
    in the result, as is what lacks in a copy for that reason.
    """
    began = time.perf_counter()
    chosen = list(chosen_articles(archive, articles))
    if not chosen:
        raise NoCopies
    is_file = out.suffix.lower() in (".html", ".htm")
    if is_file and len(chosen) != 1:
        raise OneFileOneArticle(out=out, count=len(chosen))
    pairs = [(view, snapshot) for view in chosen for snapshot in view.snapshots]
    if is_file:
        pairs = sorted(pairs, key=lambda pair: pair[1].captured_at)[-1:]
    else:
        make_folder(out)
    files = [out if is_file else out / file_name(snapshot) for _, snapshot in pairs]
    for file in files:
        refuse_overwriting(file, force=False)
    copies = SingleFiles(archive, zone)
    written = []
    for done, (file, (view, snapshot)) in enumerate(zip(files, pairs, strict=True), start=1):
        try:
            write_whole(file, copies.page(view, snapshot), force=False)
            written.append(file)
        except LOST as error:
            copies.damage.page(snapshot, error)
        if progress:
            progress(done, len(pairs))
    return Exported(
        format="html",
        out=out,
        bulletins=len({citing.bulletin for view in chosen for citing in view.cited_by}),
        articles=len(chosen),
        snapshots=len(written),
        assets=len(copies.assets),
        bytes=sum(file.stat().st_size for file in written),
        seconds=round(time.perf_counter() - began, 3),
        faults=copies.damage.faults,
    )


def chosen_articles(archive: Archive, named: Iterable[str]) -> Iterable[ArticleView]:
    """Yield the articles of these names that may go out and have a copy, each once."""
    seen = set()
    for url in named:
        view = archive.article(read_address(url))
        if view and view.tombstone is None and view.snapshots and view.article_url not in seen:
            seen.add(view.article_url)
            yield view


def make_folder(out: Path) -> None:
    """Make a folder. Raises OutputNotWritable."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritable(out=out, reason=error.strerror or str(error)) from error


def file_name(snapshot: SnapshotView) -> str:
    """Return a copy's file name: its moment, its title, and what tells it from others of the same title."""
    title = re.sub(r"\W+", "_", one_line(snapshot.title or ""))[:LONGEST_NAME].strip("_")
    key = hashlib.sha256(snapshot.article_url.encode()).hexdigest()[:8]
    return "-".join(filter(None, (f"{snapshot.captured_at:%Y%m%d%H%M%S}", title, key))) + ".html"


class SingleFiles:
    """Copies made one after the other; ``assets`` counts what lies inside them."""

    def __init__(self, archive: Archive, zone: str) -> None:
        self._archive = archive
        self._zone = zone
        self.assets: set[str] = set()
        self.damage = Damage()

    def page(self, view: ArticleView, snapshot: SnapshotView) -> bytes:
        """Return one copy with everything in it."""
        inside: dict[bytes, bytes] = {}
        copy = copy_of(
            self._archive,
            snapshot,
            place_of=lambda asset, rendition: self._take_in(asset, rendition, inside),
            article_place=as_it_is,
            lost_sheet=self.damage.asset,
        )
        banner = banner_of(
            view,
            snapshot,
            lacking=lacking_words(self._archive.snapshot_assets(snapshot.snapshot)),
            home=None,
            record=None,
            raw=None,
        )
        page = standalone(copy, banner=banner_markup(banner, self._zone), banner_styles=banner_styles(), policy=POLICY)
        return INSIDE.sub(lambda match: inside.get(match[1], match[0]), page)

    def _take_in(self, asset: SnapshotAsset, rendition: Rendition, inside: dict[bytes, bytes]) -> str | None:
        """Return the stand-in for an asset, whose bytes are put aside; None for what no browser shows, or is lost."""
        if not SHOWABLE.fullmatch(rendition.media_type) or rendition.size > LARGEST_INSIDE:
            return None
        name = rendition.sha256.encode()
        if name not in inside:
            try:
                body = self._archive.read_blob(rendition.sha256)
            except LOST as error:
                self.damage.asset(asset.link.url, error)
                return None  # the copy says that the picture is missing
            inside[name] = b"data:" + rendition.media_type.encode() + b";base64," + base64.b64encode(body)
            self.assets.add(asset.link.key)
        return STAND_IN + rendition.sha256


def as_it_is(url: str) -> str | None:
    """Return an article's own address: other copies are not in this file."""
    try:
        return read_address(url).fetch_url
    except NotAnArticle:
        return None
