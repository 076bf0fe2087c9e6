"""What a copy may show: the assets held for it, and where its addresses lead.

The rewriting of a page asks here, and gets a place in the archive or None; so the same copy can be shown by the reading
room, lie in a folder, or stand in a WARC, and never names a place that this shelf did not give out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import unquote, urljoin

from crawler.wechat.urls import asset_key
from storage.records import Rendition, Role, SnapshotAsset

PlaceOf = Callable[[SnapshotAsset, Rendition], str | None]
"""From a held asset to the address that a copy uses for it; None: it may not be shown."""

ArticlePlace = Callable[[str], str | None]
"""From the address of an article to where its copy stands; None: it is not held, or is no article's."""


class Shelf:
    """The assets of one copy. ``given`` holds every place that was handed out."""

    def __init__(
        self, assets: Iterable[SnapshotAsset], *, page_url: str, place_of: PlaceOf, article_place: ArticlePlace
    ) -> None:
        self.assets = tuple(assets)
        self.page_url = page_url
        self.article_place = article_place
        self.given: set[str] = set()
        self._place_of = place_of
        self._by_key: dict[str, SnapshotAsset] = {}
        for asset in self.assets:
            known = self._by_key.get(asset.link.key)
            if known is None or known.rendition is None:
                self._by_key[asset.link.key] = asset

    def resolved(self, url: str) -> str:
        """An address as the page writes it, made absolute; the empty string for what cannot be one."""
        url = unquote(url.strip()) if url.strip().lower().startswith(("http%3a", "https%3a")) else url.strip()
        try:
            return urljoin(self.page_url, url)
        except ValueError:
            return ""

    def asset(self, url: str) -> SnapshotAsset | None:
        """The asset that an address on the page means; None for an empty one, as most elements have."""
        if not url:
            return None
        return self._by_key.get(asset_key(resolved)) if (resolved := self.resolved(url)) else None

    def place(self, url: str) -> str | None:
        """Where the picture, sound or film at this address lies; None: it is not held."""
        asset = self.asset(url)
        return self.place_of(asset) if asset and asset.link.role is not Role.STYLE else None

    def place_of(self, asset: SnapshotAsset) -> str | None:
        """Where an asset lies; None: it is not held."""
        if asset.rendition is None:
            return None
        place = self._place_of(asset, asset.rendition)
        if place is not None:
            self.given.add(place)
        return place

    def of_role(self, *roles: Role) -> list[SnapshotAsset]:
        """The assets of these roles, in the page's order."""
        return [asset for asset in self.assets if asset.link.role in roles]

    def naming(self, part: str, *roles: Role) -> SnapshotAsset | None:
        """The first asset of these roles whose address holds ``part`` (the id of a voice or film)."""
        return next((asset for asset in self.of_role(*roles) if part and part in unquote(asset.link.url)), None)
