"""Fetching the assets of a page: pictures, sounds, style sheets and what those cite.

In parallel and apart from the articles' pace. An asset that is held already, or was tried in this run, is not asked
for; the original size comes first, then the address as cited. What cannot be had is recorded with the reason and with
the moment of the next try.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.config import CrawlSettings
from crawler.exchanges import failure_word, retry_after
from crawler.films import Failure, Films
from crawler.guard import Errand
from crawler.middlewares import ERRAND, hops_of
from crawler.pacing import Clock
from crawler.readers import Reader
from crawler.revisits import next_asset_try
from crawler.tally import Tally
from crawler.threads import Elsewhere, Gathered
from crawler.wechat.media import is_hotlink_placeholder, media_type
from crawler.wechat.urls import asset_addresses, cut_secrets
from storage.archive import Archive
from storage.records import AssetCapture, AssetLink, AssetTask, CitedBySheets, Kept, Reading, Role

REFERER = "https://mp.weixin.qq.com/"
"""The only referer that WeChat's picture hosts take for their own (docs/wechat.md, assets): a foreign one is answered
with a placeholder. So articles' own host, or none."""

UNWANTED_UNTIL = timedelta(days=30)
"""How long media that the settings leave out are not asked about again."""

DEEPEST_IMPORT = 3
"""How far style sheets that import others are followed."""

BEING_KEPT = 64
BYTES_BEING_KEPT = 8_000_000
"""Assets, and bytes of them, that may be on their way into the archive while others are fetched: the bytes bound the
memory. With 16 assets, as many as come in the time that keeping takes, the connections stood idle for half of it."""

GATHER_SECONDS = 0.05
"""How long an asset waits for others that are kept with it: a page's ten in one transaction, not in three."""

SHORT_PATIENCE = timedelta(seconds=20)
"""A Retry-After up to this is waited for at once."""

PICTURES = frozenset({Role.BODY, Role.BACKGROUND, Role.COVER, Role.AVATAR, Role.CARD})
UNWANTED = {"none": frozenset({Role.AUDIO, Role.VIDEO}), "audio": frozenset({Role.VIDEO}), "all": frozenset[Role]()}

Download = Callable[[Request], Awaitable[Response]]

logger = logging.getLogger(__name__)


class Assets:
    """The assets of one crawl."""

    def __init__(
        self,
        archive: Archive,
        *,
        settings: CrawlSettings,
        tally: Tally,
        clock: Clock,
        threads: Elsewhere,
        bytes_threads: Elsewhere,
        reader: Reader,
        reader_threads: Elsewhere,
        must_stop: Callable[[], bool],
    ) -> None:
        self.archive = archive
        self.settings = settings
        self.tally = tally
        self.clock = clock
        self.threads = threads
        self.bytes_threads = bytes_threads
        self.reader = reader
        self.reader_threads = reader_threads
        self.must_stop = must_stop
        self.download: Download | None = None
        self._films = Films(
            archive,
            largest_bytes=self._largest_bytes,
            clock=clock,
            threads=threads,
            must_stop=must_stop,
            download=self._downloaded,
            request=self._request,
        )
        self._tried: set[int] = set()  # hashes of keys: the keys themselves take 9 MB in a night of 50,000 assets
        self._sheets: dict[str, tuple[AssetLink, ...]] = {}
        self._not_held: set[str] = set()  # no sheets, or not held: what becomes one in this run is in _sheets first
        self._keep_together = Gathered(self._keep_some, seconds=GATHER_SECONDS)
        self._connections = asyncio.Semaphore(settings.asset_concurrency)
        self._room = asyncio.Semaphore(settings.asset_concurrency + BEING_KEPT)
        self._bytes_being_kept = 0
        self._has_room = asyncio.Event()
        self._has_room.set()

    @property
    def _largest_bytes(self) -> int:
        return int(self.settings.max_asset_mb * 1_000_000)

    async def cited_by_sheets(self, reading: Reading) -> CitedBySheets:
        """What a page's style sheets cite, as far as they are held; those that are not are read when they come."""
        cited: dict[AssetLink, None] = {}
        sheets: set[str] = set()
        waiting = _sheets_of(reading)
        for _ in range(DEEPEST_IMPORT):
            held = await self._read_held(waiting)
            links = [link for key in held for link in self._sheets[key]]
            waiting = [link.key for link in links if link not in cited]
            cited.update(dict.fromkeys(links))
            sheets.update(held)
        sheets.update(waiting)  # imported too deep: followed no further
        return CitedBySheets(tuple(cited), frozenset(sheets))

    def came(self, sheets: Sequence[str]) -> None:
        """Ask the archive again about these sheets: somebody else has kept them."""
        self._not_held.difference_update(sheets)

    async def fetch_for(self, kept: Kept, reading: Reading, known: CitedBySheets) -> None:
        """Fetch what a kept page wants; then what style sheets want that came since ``known`` was asked for."""
        await self.fetch(kept.wanted)
        sheets, told = _sheets_of(reading), set(known.links)
        for _ in range(DEEPEST_IMPORT):
            cited = [link for key in sheets for link in self._sheets.get(key, ()) if link not in told]
            if not cited or not kept.snapshot or self.must_stop():
                break
            now = self.clock.now()
            await self.fetch(await self.threads(self.archive.add_snapshot_assets, kept.snapshot, cited, wanted_at=now))
            sheets, told = [link.key for link in cited], told | set(cited)

    async def fetch(self, tasks: Sequence[AssetTask]) -> None:
        """Fetch what is wanted; returns when each is kept, or its failure is recorded."""
        new = [task for task in tasks if hash(task.key) not in self._tried]
        self._tried.update(hash(task.key) for task in new)
        await asyncio.gather(*(self._one(task) for task in new))

    async def fetch_due(self) -> None:
        """Fetch what earlier runs could not, while there is any whose time has come."""
        while not self.must_stop():
            due = await self.threads(self.archive.due_assets, self.clock.now(), limit=200)
            new = [task for task in due if hash(task.key) not in self._tried]
            if not new:
                break
            await self.fetch(new)

    async def _one(self, task: AssetTask) -> None:
        async with self._room:
            if self.must_stop():
                return
            if task.role in UNWANTED[self.settings.media]:
                await self._record(task, Failure(task.url, "unwanted"))
                return
            try:
                await (self._film(task) if task.role is Role.VIDEO else self._try_addresses(task))
            except asyncio.CancelledError:
                raise
            except OSError:
                self.tally.stop("disk")
                logger.exception("not kept: %s", cut_secrets(task.url))

    async def _film(self, task: AssetTask) -> None:
        """Fetch a film; one that the crawl's end cuts off stays due, and what is there of it is gone on with."""
        found = await self._films.fetch(task)
        if isinstance(found, Failure):
            await self._record(task, found)
        elif found is not None:
            asset, name = found
            part = await self.threads(self.archive.part, name)
            is_new = await self.threads(self.archive.keep_asset_in_parts, asset, name)
            self._count(part.total if part else 0, is_new=is_new)

    async def _try_addresses(self, task: AssetTask) -> None:
        failures: list[Failure] = []
        for url, is_original in asset_addresses(task.url, task.role):
            if task.held_sha256 and not is_original:
                continue  # a scaled rendition is held; only the original is still wanted
            found = await self._ask(task, url, is_original=is_original)
            if isinstance(found, AssetCapture):
                await self._keep(task, found)
                break
            failures.append(found)
        for failure in failures[-1:]:
            await self._record(task, failure)

    async def _ask(self, task: AssetTask, url: str, *, is_original: bool) -> AssetCapture | Failure:
        asked_at = self.clock.now()
        for is_last in (False, True):
            request = self._request(task, url)
            try:
                response = await self._downloaded(request)
            except Exception as error:  # noqa: BLE001  # whatever it was, it is this asset's failure
                word = failure_word(error)
                return Failure(url, f"guard: {error.reason}" if hasattr(error, "reason") else word)
            patience = retry_after(_text(response.headers.get("Retry-After")), self.clock.now())
            if is_last or response.status not in (429, 503) or not patience or patience > SHORT_PATIENCE:
                break
            await self.clock.sleep(patience.total_seconds())
        if reason := unusable(response, task.role):
            return Failure(url, reason, patience)
        return AssetCapture(
            key=task.key,
            url=cut_secrets(url),
            captured_at=asked_at,
            hops=hops_of(response),
            body=response.body,
            media_type=kind_of(response.body, task.role),
            is_original=is_original,
        )

    async def _downloaded(self, request: Request) -> Response:
        assert self.download is not None, "the engine is not running"
        async with self._connections:
            await self._has_room.wait()
            return await self.download(request)

    def _request(self, task: AssetTask, url: str) -> Request:
        meta = {
            ERRAND: Errand.ASSET,
            "verbatim_url": True,
            "download_slot": "assets",
            "download_maxsize": self._largest_bytes,
            "dont_obey_robotstxt": True,
        }
        accept = "text/css,*/*;q=0.1" if task.role is Role.STYLE else "*/*"
        return Request(url, NO_CALLBACK, headers={"Referer": REFERER, "Accept": accept}, meta=meta, dont_filter=True)

    async def _keep(self, task: AssetTask, asset: AssetCapture) -> None:
        self._carry(len(asset.body))
        try:
            await self._into_archive(task, asset)
        finally:
            self._carry(-len(asset.body))

    def _carry(self, size: int) -> None:
        """Count bytes on their way into the archive; while they are many, nothing more is asked for."""
        self._bytes_being_kept += size
        if self._bytes_being_kept < BYTES_BEING_KEPT:
            self._has_room.set()
        else:
            self._has_room.clear()

    async def _into_archive(self, task: AssetTask, asset: AssetCapture) -> None:
        if asset.media_type == "text/css":
            cited = await self.reader_threads(self.reader.find_style_assets, asset.body, asset.url)
            self._sheets[task.key] = cited  # before it is kept: whoever keeps a page after it must know of it
            [safe] = await self.bytes_threads(self.archive.secure, [asset])
            is_new = await self.threads(self.archive.keep_sheet, safe, cited, wanted_at=self.clock.now())
        else:
            is_new = await self._keep_together(asset)
        self._count(len(asset.body), is_new=is_new)

    async def _keep_some(self, some: list[AssetCapture]) -> list[bool]:
        safe = await self.bytes_threads(self.archive.secure, some)
        return await self.threads(self.archive.keep_assets, safe)

    def _count(self, size: int, *, is_new: bool) -> None:
        if is_new:
            self.tally.assets_kept += 1
            self.tally.assets_bytes += size
        else:
            self.tally.assets_known += 1
        self.tally.show()

    async def _read_held(self, sheets: Sequence[str]) -> list[str]:
        """Those of the sheets that are held, each of them read, once in a run."""
        unread = [key for key in sheets if key not in self._sheets and key not in self._not_held]
        found = await self.threads(self.archive.held_sheets, unread) if unread else ()
        self._not_held.update(key for key in unread if key not in found)
        for key in found:
            held = next(it for it in await self.threads(self.archive.renditions, key) if it.media_type == "text/css")
            css = await self.threads(self.archive.read_blob, held.sha256)
            self._sheets[key] = await self.reader_threads(self.reader.find_style_assets, css, held.url)
        return [key for key in dict.fromkeys(sheets) if key in self._sheets]

    async def _record(self, task: AssetTask, failure: Failure) -> None:
        now = self.clock.now()
        if failure.reason == "unwanted":
            next_try_at = now + UNWANTED_UNTIL
        else:
            next_try_at = next_asset_try(task.attempts + 1, now, failure.retry_after)
            self.tally.assets_failed += 1
            logger.info("asset not kept (%s): %s", failure.reason, cut_secrets(failure.url))
        await self.threads(
            self.archive.keep_asset_failure,
            task.key,
            cut_secrets(failure.url),
            failure.reason,
            tried_at=now,
            next_try_at=next_try_at,
        )


def kind_of(body: bytes, role: Role) -> str:
    """The media type that the bytes show; those of a style sheet show none, but its pictures' do."""
    kind = media_type(body)
    return "text/css" if role is Role.STYLE and kind in ("application/octet-stream", "text/plain") else kind


def _sheets_of(reading: Reading) -> list[str]:
    return [link.key for link in reading.assets if link.role is Role.STYLE]


def unusable(response: Response, role: Role) -> str | None:
    """Why an answer is no asset: its status, or what its bytes are; None when it is one.

    A picture is judged by its bytes, not by what the server calls it; bytes of a kind that we do not know are kept, a
    page or a message in place of a picture is not.
    """
    if response.status != 200:
        return f"status {response.status}"
    if not response.body:
        return "empty"
    if "dataloss" in response.flags:
        return "truncated"
    if is_hotlink_placeholder(response.body):
        return "placeholder"
    kind = media_type(response.body)
    is_message = kind in ("text/html", "application/json", "text/plain")
    if is_message and (role in PICTURES or kind == "text/html"):
        return f"not an asset: {kind}"
    return None


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value else None
