"""A folder that opens from disk: bulletins, copies of what they cite, pictures beside them; nothing is fetched.

It is written beside its place under a temporary name and renamed when whole. An earlier export in its place is
replaced; anything else that lies there is left alone.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.mirror.exports import Exported
from crawler.mirror.exports.damage import LOST, Damage
from crawler.mirror.framing import banner_markup, banner_of, banner_styles, lacking_words, render
from crawler.mirror.outputs import OutputExists, OutputNotWritable
from crawler.mirror.replay import EXTENSIONS, copy_of, standalone
from crawler.mirror.rewrite import Rewritten
from crawler.wechat.urls import read_address
from crawler.words import say
from storage.errors import BlobDamaged, NotAnArticle
from storage.records import ArticleView, BulletinView, Rendition, SnapshotAsset, SnapshotView

if TYPE_CHECKING:
    from storage.archive import Archive

MARKER = "wxmirror-site.json"
ZONE = "Asia/Shanghai"
PIECE = 1 << 20
# The folder may be opened from disk or put on a server; either way nothing is asked of anywhere else.
POLICY = (
    "default-src 'none'; img-src 'self' file: data:; media-src 'self' file:; style-src 'unsafe-inline' 'self' file:; "
    "form-action 'none'; base-uri 'none'"
)


def export_site(
    archive: Archive,
    out: Path,
    articles: Iterable[str],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write these articles (by their canonical names), and the bulletins that cite them, as a folder of pages.

    Open ``index.html`` in it. In the place of a copy whose page is damaged stands a page that says so; what is damaged
    is named in the result. Raises OutputExists where something else lies, OutputNotWritable.
    """
    began = time.perf_counter()
    out = Path(os.path.abspath(out))
    refuse_foreign(out)
    part = out.with_name(f".{out.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        site = SiteFolder(archive, part)
        exported = site.write(list(articles), progress)
        put_in_place(part, out)
    except OSError as error:
        raise OutputNotWritable(out=out, reason=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    bulletins, named, snapshots, assets, size = exported
    return Exported(
        format="site",
        out=out,
        bulletins=bulletins,
        articles=named,
        snapshots=snapshots,
        assets=assets,
        bytes=size,
        seconds=round(time.perf_counter() - began, 3),
        faults=site.damage.faults,
    )


def refuse_foreign(out: Path) -> None:
    """Raise OutputExists where ``out`` is anything but free, empty, or an earlier export."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise OutputExists(out=out)
    if out.is_dir() and not (out / MARKER).is_file() and any(out.iterdir()):
        raise OutputExists(out=out)


def put_in_place(part: Path, out: Path) -> None:
    """Give a finished folder its name; the earlier export goes only when the new one stands."""
    former = out.with_name(f".{out.name}.former")
    shutil.rmtree(former, ignore_errors=True)
    if out.exists():
        out.rename(former)
    try:
        part.rename(out)
    except OSError:
        with suppress(OSError):
            former.rename(out)
        raise
    shutil.rmtree(former, ignore_errors=True)


def page_name(snapshot: SnapshotView) -> str:
    """A copy's file, from the folder's root."""
    key = hashlib.sha256(snapshot.article_url.encode()).hexdigest()[:16]
    return f"articles/{key}-{snapshot.captured_at:%Y%m%d%H%M%S}.html"


def damaged_markup() -> str:
    """What stands in the place of a copy whose bytes are damaged."""
    words = say("This copy is damaged in the archive and could not be exported. `wxmirror verify` says more.")
    return f"<p>{html.escape(words)}</p>"


class SiteFolder:
    """The folder while it is written: which copies it holds, and which assets lie in it already."""

    def __init__(self, archive: Archive, folder: Path) -> None:
        self._archive = archive
        self._folder = folder
        self._views: dict[str, ArticleView] = {}
        self._assets: set[str] = set()
        self._bytes = 0
        self._copies = 0
        self.damage = Damage()

    def write(
        self,
        named: Sequence[str],
        progress: Callable[[int, int], None] | None = None,
        *,
        also: Sequence[SnapshotView] = (),
    ) -> tuple[int, int, int, int, int]:
        """Write everything; the numbers of bulletins, articles, copies, assets and bytes. ``also``: copies that are
        written whether or not another copy says the same."""
        for folder in ("articles", "assets", "bulletins"):
            (self._folder / folder).mkdir(parents=True)
        for url in named:
            view = self._archive.article(read_address(url))
            if view is not None and view.withdrawn_at is None:
                self._views[view.article_url] = view
        for done, view in enumerate(self._views.values(), start=1):
            further = [snapshot for snapshot in also if snapshot.article_url == view.article_url]
            for snapshot in {page_name(one): one for one in (*view.snapshots, *further)}.values():
                self._write_copy(view, snapshot)
            if progress:
                progress(done, len(self._views))
        bulletins = self._bulletins()
        for bulletin in bulletins:
            page = render("site_bulletin.html", view=bulletin, site=self, zone=ZONE, policy=POLICY)
            self._write(f"bulletins/{bulletin.bulletin}.html", page.encode("utf-8", "replace"))
        self._write_index(bulletins)
        return len(bulletins), len(self._views), self._copies, len(self._assets), self._bytes

    def _write_index(self, bulletins: Sequence[BulletinView]) -> None:
        uncited = [view for view in self._views.values() if not view.cited_by]
        index = render("site_index.html", bulletins=bulletins, uncited=uncited, site=self, zone=ZONE, policy=POLICY)
        self._write("index.html", index.encode("utf-8", "replace"))
        self._write("site.css", files("crawler.mirror").joinpath("site.css").read_bytes())
        marker = {"made_by": "wxmirror", "format": "site", "version": 1, "articles": sorted(self._views)}
        self._write(MARKER, json.dumps(marker, ensure_ascii=False, indent=1).encode())

    def _bulletins(self) -> list[BulletinView]:
        """The bulletins that cite what is written, newest first."""
        names = {cited.bulletin for view in self._views.values() for cited in view.cited_by}
        views = [self._archive.bulletin(name) for name in sorted(names)]
        return sorted(
            views, key=lambda view: (view.record.published_on or view.kept_at.date(), view.kept_at), reverse=True
        )

    # ---- copies

    def page_of(self, snapshot: SnapshotView | None) -> str | None:
        """A copy's file, from the folder's root; None where it is not in the folder."""
        return page_name(snapshot) if snapshot and snapshot.article_url in self._views else None

    def _write_copy(self, view: ArticleView, snapshot: SnapshotView) -> None:
        place = self.page_of(snapshot)
        assert place is not None
        lacking = lacking_words(self._archive.snapshot_assets(snapshot.snapshot))
        try:
            copy = copy_of(
                self._archive,
                snapshot,
                place_of=self._place_of,
                article_place=self._article_place,
                lost_sheet=self.damage.asset,
            )
            self._copies += 1
        except LOST as error:
            self.damage.page(snapshot, error)
            copy, lacking = Rewritten(title=snapshot.title or "", markup=damaged_markup()), say("the page itself")
        banner = banner_of(
            view,
            snapshot,
            lacking=lacking,
            home="../index.html",
            record=None,
            raw=None,
        )
        page = standalone(copy, banner=banner_markup(banner, ZONE), banner_styles=banner_styles(), policy=POLICY)
        self._write(place, page)

    def _article_place(self, url: str) -> str | None:
        try:
            view = self._archive.article(read_address(url))
        except NotAnArticle:
            return None
        if view is None or not view.snapshots or view.article_url not in self._views:
            return None
        page = self.page_of(max(view.snapshots, key=lambda one: one.captured_at))
        return page.removeprefix("articles/") if page else None

    def _place_of(self, asset: SnapshotAsset, rendition: Rendition) -> str | None:
        """Lay an asset into the folder. A drawing goes into the page: by itself it would be a document with scripts."""
        extension = EXTENSIONS.get(rendition.media_type)
        if extension is None:
            return None
        name = f"{rendition.sha256}.{extension}"
        try:
            if extension == "svg":
                body = self._archive.read_blob(rendition.sha256)
                return f"data:image/svg+xml;base64,{base64.b64encode(body).decode('ascii')}"
            if name not in self._assets:
                self._bytes += self._lay_out(rendition.sha256, self._folder / "assets" / name)
                self._assets.add(name)
        except LOST as error:
            self.damage.asset(asset.link.url, error)
            return None  # the copy says that the picture is missing
        return f"../assets/{name}"

    def _lay_out(self, sha256: str, place: Path) -> int:
        """Copy a blob into the folder, piece by piece; its size. Raises BlobDamaged when it is something else."""
        seen = hashlib.sha256()
        with self._archive.open_blob(sha256) as source, place.open("wb") as to:
            while piece := source.read(PIECE):
                seen.update(piece)
                to.write(piece)
            size = to.tell()
        if seen.hexdigest() != sha256:
            place.unlink()
            raise BlobDamaged(sha256=sha256, reason="its bytes have another digest")
        return size

    def _write(self, place: str, body: bytes) -> None:
        with (self._folder / place).open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        self._bytes += len(body)
