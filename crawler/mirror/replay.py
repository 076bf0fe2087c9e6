"""A snapshot given back: a page that runs no script and needs nobody but the archive."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.mirror.rewrite import Rewritten, rewrite
from crawler.mirror.shelf import ArticlePlace, PlaceOf, Shelf
from crawler.wechat.urls import read_address
from storage.errors import ArchiveError, NotAnArticle
from storage.records import Rendition, Role, SnapshotAsset, SnapshotView

if TYPE_CHECKING:
    from storage.archive import Archive

# What the browser is told as well, in case that something was let through (docs/decisions/replay.md). `data:` is for
# pictures alone: an inline picture runs nothing, drawings included. `allow-same-origin` lets the copy load its own
# pictures, which other sites may not; without `allow-scripts` there is nothing that could use it otherwise.
COPY_POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline' 'self'; font-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-downloads allow-popups allow-popups-to-escape-sandbox "
    "allow-top-navigation-by-user-activation"
)

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
    "image/bmp": "bmp",
    "image/x-icon": "ico",
    "image/avif": "avif",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "video/mp4": "mp4",
    "video/webm": "webm",
}


def replay(
    archive: Archive, snapshot: SnapshotView, *, base: str = "", place: Callable[[str], str | None] | None = None
) -> bytes:
    """Return the copy as one page of HTML, in UTF-8.

    Its pictures and links lead below ``base``, the reading room's address. With ``place`` they lead elsewhere: it says
    where the asset that the page cites as this address lies (None: it is not held), and articles keep their own
    addresses, as in a WARC. Raises NotInArchive or BlobDamaged when the page's own bytes are lost.
    """
    if place is None:
        places = held_articles(archive, base)
        return standalone(copy_of(archive, snapshot, place_of=asset_places(base), article_place=places))
    return standalone(
        copy_of(archive, snapshot, place_of=lambda asset, _: place(asset.link.url), article_place=lambda url: url)
    )


def pass_over(url: str, error: ArchiveError) -> None:
    """Say nothing of a lost style sheet: it costs looks, not the article."""


def copy_of(
    archive: Archive,
    snapshot: SnapshotView,
    *,
    place_of: PlaceOf,
    article_place: ArticlePlace,
    lost_sheet: Callable[[str, ArchiveError], None] = pass_over,
) -> Rewritten:
    """Return the inside of a copy, for whoever puts a frame around it; ``lost_sheet`` is told of each that is lost."""
    assets = archive.snapshot_assets(snapshot.snapshot)
    shelf = Shelf(assets, page_url=snapshot.final_url, place_of=place_of, article_place=article_place)
    sheets = {it.link.url: text for it in assets if (text := _sheet(archive, it, lost_sheet)) is not None}
    return rewrite(archive.read_blob(snapshot.page_sha256), snapshot.reading, shelf, sheets)


def _sheet(archive: Archive, asset: SnapshotAsset, lost: Callable[[str, ArchiveError], None]) -> str | None:
    if asset.link.role is not Role.STYLE or asset.rendition is None or asset.rendition.media_type != "text/css":
        return None
    try:
        return archive.read_blob(asset.rendition.sha256).decode("utf-8", "replace")
    except ArchiveError as error:
        lost(asset.link.url, error)
        return None


# ---- where things lie


def asset_places(base: str) -> PlaceOf:
    """Where the reading room below ``base`` serves assets: by digest, so for ever the same bytes."""
    return lambda _, rendition: f"{base}/asset/{asset_name(rendition)}"


def asset_name(rendition: Rendition) -> str:
    """A held asset's name as a file: its digest, and the ending that its type has."""
    extension = EXTENSIONS.get(rendition.media_type)
    return f"{rendition.sha256}.{extension}" if extension else rendition.sha256


def held_articles(archive: Archive, base: str) -> ArticlePlace:
    """Where copies of other articles stand, of those that are held."""

    @cache
    def place(url: str) -> str | None:
        try:
            snapshot = archive.snapshot(read_address(url))
        except NotAnArticle:
            return None
        return base + snapshot.replay_path if snapshot else None

    return place


# ---- the page


def standalone(copy: Rewritten, *, banner: str = "", banner_styles: str = "", policy: str | None = None) -> bytes:
    """Return a whole page: the copy in its box, below a ``banner`` (markup of ours) that its styles cannot touch.

    ``policy``: what the browser is told inside the page, where no server tells it.
    """
    told = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">\n' if policy else ""
    sheets = [_text("copy.css"), "" if copy.has_template else _text("plain.css"), banner_styles, copy.styles]
    styles = "".join(f"<style>{sheet}</style>\n" for sheet in sheets if sheet)
    page = (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f"{told}"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light">\n'
        '<meta name="robots" content="noindex">\n<link rel="icon" href="data:,">\n'
        f"<title>{html.escape(copy.title)}</title>\n{styles}</head>\n<body>\n{banner}"
        f'<main class="wxm-stage">{copy.markup}</main>\n</body>\n</html>\n'
    )
    return page.encode("utf-8", "replace")


@cache
def _text(name: str) -> str:
    return files("crawler.mirror").joinpath(name).read_text(encoding="utf-8")
