"""The archive's one door: records in, records out.

Bytes first, row second: a blob is safe on disk before a row names it. A keeping method is one transaction and may be
repeated without harm. No session, row or column leaves this package. An archive may be used from several threads.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from storage import (
    addresses,
    assets,
    audit,
    bulletin_views,
    bulletins,
    captures,
    due,
    identity,
    repacking,
    runs,
    search,
    tombstones,
    views,
)
from storage.blobs import BlobStore, FolderBlobs, read_blob
from storage.bytes_kept import Bytes
from storage.captures import NextVisit
from storage.engine import Database
from storage.errors import BlobDamaged, NotInArchive
from storage.opening import open_database
from storage.records import (
    Address,
    ArticleView,
    AssetCapture,
    AssetLink,
    AssetTask,
    Bulletin,
    BulletinSummary,
    BulletinView,
    Capture,
    CaptureView,
    Hit,
    Hop,
    Kept,
    KeptBulletin,
    Reading,
    Rendition,
    Repacked,
    Run,
    RunSummary,
    SnapshotAsset,
    SnapshotView,
    SourceFetch,
    Status,
    Tombstone,
    Verification,
    Visit,
    WayOut,
)
from storage.together import Together

BLOBS = "blobs"
CRAWL = "crawl"

_TEXT = ("text/", "application/json", "application/xml", "application/xhtml", "application/javascript", "image/svg")
"""Kinds of bytes that are kept compressed; pictures, sound and PDF are compressed already."""


class Archive:
    """A folder (or a PostgreSQL database and a folder) of kept bulletins, articles and their bytes."""

    def __init__(self, folder: Path, database: Database, blobs: BlobStore) -> None:
        self.folder = folder
        self._database = database
        self._blobs = blobs
        self._keep_assets: Together[assets.Fetched, bool] = Together(self._keep_assets_together)

    # ---- opening

    @classmethod
    def open(
        cls, folder: Path, *, database_url: str | None = None, writing: bool = False, create: bool = False
    ) -> Archive:
        """Open the archive in ``folder``.

        ``writing`` migrates an older archive (under a lock, the database copied aside first); without it the archive
        may lie on a read-only medium. ``create`` makes it where there is none. Raises NoArchive, ArchiveTooNew,
        ArchiveTooOld, ArchiveReadOnly.
        """
        database = open_database(folder, database_url=database_url, writing=writing, create=create)
        return cls(folder, database, FolderBlobs(folder / BLOBS))

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def lock(self, job: str) -> AbstractContextManager[None]:
        """Hold the archive's OS lock of this name (flock; an advisory lock in PostgreSQL), free after SIGKILL.

        ``crawl`` is the lock under which articles are visited and blobs removed. Raises ArchiveBusy at once.
        """
        return self._database.lock(job)

    def free_bytes(self) -> int | None:
        """Room left on the disk of the blobs; None where that means nothing (an object store)."""
        return shutil.disk_usage(self.folder).free

    # ---- bulletins and sources

    def keep_bulletin(
        self, bulletin: Bulletin, body: bytes, *, source: str | None, source_url: str | None, kept_at: datetime
    ) -> KeptBulletin:
        """Keep a bulletin's bytes and what was understood of it; its articles become due at once.

        Its identity is (source, source_url); from the command line, where both are None, the digest. Other bytes under
        one identity are a new version; the same bytes change nothing. Citations of an article under a further spelling
        bind to the same article.
        """
        self._put(body, "bulletin", compress=bulletin.media_type.startswith(_TEXT), sha256=bulletin.sha256)
        with self._database.writing() as db:
            return bulletins.keep_bulletin(
                db, bulletin, size=len(body), source=source, source_url=source_url, kept_at=kept_at
            )

    def keep_addresses(self, wanted: Iterable[Address], *, seen_at: datetime) -> list[int]:
        """Keep addresses that a person named; handles of their articles, in order. New articles are due at once."""
        named = list(wanted)
        with self._database.writing() as db:
            bound = addresses.bind(db, named, seen_at=seen_at)
            fresh = {one.article for one in bound.values() if one.is_new_spelling}
            due.note_citing(db, [], published_on=None, fresh=fresh, now=seen_at)
            return [bound[address.cited_url].article for address in named]

    def source_fetches(self, source: str) -> dict[str, SourceFetch]:
        """What is remembered of a source's addresses, by address."""
        with self._database.reading() as db:
            return bulletins.source_fetches(db, source)

    def keep_source_fetch(self, fetch: SourceFetch) -> None:
        """Remember one answer of a source."""
        with self._database.writing() as db:
            bulletins.keep_source_fetch(db, fetch)

    # ---- what is due

    def due_articles(self, now: datetime, *, only_urgent: bool = False) -> list[int]:
        """Handles of the articles to visit now, in the order of design section 5. ``only_urgent``: the hourly sweep's
        (never captured, and steps under a day)."""
        with self._database.reading() as db:
            return due.due_articles(db, now, only_urgent=only_urgent)

    def claim(self, article: int, *, owner: str, now: datetime, until: datetime) -> Visit | None:
        """Take an article for a visit; None when it is no longer due, is taken by another, or is withdrawn."""
        with self._database.writing() as db:
            return due.claim(db, article, owner=owner, now=now, until=until)

    def release(self, article: int, *, owner: str) -> None:
        """Give an article back unvisited: it stays due and loses nothing."""
        with self._database.writing() as db:
            due.release(db, article, owner=owner)

    def due_assets(self, now: datetime, *, limit: int = 1000) -> list[AssetTask]:
        """Assets not held, or held scaled, whose next try has come, of articles that are not known to be gone."""
        with self._database.reading() as db:
            return due.due_assets(db, now, limit=limit)

    def count_due(self, now: datetime) -> int:
        """How many articles are due."""
        with self._database.reading() as db:
            return due.count_due(db, now)

    # ---- what visits bring home

    def keep_capture(
        self,
        capture: Capture,
        *,
        run: str | None,
        next_visit: NextVisit,
        moved_to: Address | None = None,
        cited_by_sheets: Sequence[AssetLink] = (),
    ) -> Kept:
        """Keep a visit: the page's bytes, then one transaction with the capture, its reading, its snapshot (made, or
        confirmed), its assets, a merge where the page's own identity proves one, and the article's next visit.

        ``moved_to`` is the address of a migration's target, which becomes one article with what was visited;
        ``cited_by_sheets`` what the page's style sheets cite, as far as that is known already.
        """
        page = self._put(capture.body, "page", compress=True) if capture.body else None
        hops = self._put_hops(capture.hops)
        with self._database.writing() as db:
            kept = captures.keep_capture(db, capture, page, hops, run=run, next_visit=next_visit, moved_to=moved_to)
            if not (kept.snapshot and cited_by_sheets):
                return kept
            at = capture.captured_at
            wanted = assets.add_snapshot_assets(db, kept.snapshot, cited_by_sheets, wanted_at=at)
            return replace(kept, wanted=wanted)

    def keep_reading(self, capture: str, reading: Reading) -> Kept:
        """Add a newer reading of a kept capture; earlier ones stay."""
        with self._database.writing() as db:
            return captures.keep_reading(db, capture, reading)

    def keep_asset(self, asset: AssetCapture) -> bool:
        """Keep an asset's bytes; True when they were not held before. A scaled rendition leaves the asset due."""
        kept = self._put(asset.body, "asset", compress=asset.media_type.startswith(_TEXT))
        hops = self._put_hops(asset.hops)
        return self._keep_assets(assets.Fetched(asset, kept, tuple(hops)))

    def keep_sheet(self, sheet: AssetCapture, cited: Sequence[AssetLink], *, wanted_at: datetime) -> bool:
        """Keep a style sheet, and in the same transaction what it cites, for every snapshot whose page cites it."""
        kept = self._put(sheet.body, "asset", compress=True)
        hops = self._put_hops(sheet.hops)
        with self._database.writing() as db:
            is_new = assets.keep_asset(db, assets.Fetched(sheet, kept, tuple(hops)))
            assets.cite_by_sheet(db, sheet.key, cited, wanted_at=wanted_at)
            return is_new

    def keep_asset_failure(
        self, key: str, url: str, reason: str, *, tried_at: datetime, next_try_at: datetime | None
    ) -> None:
        """Record why an asset could not be fetched, and when to try again."""
        with self._database.writing() as db:
            assets.keep_failure(db, key, url, reason, tried_at=tried_at, next_try_at=next_try_at)

    def add_snapshot_assets(
        self, snapshot: str, links: Sequence[AssetLink], *, wanted_at: datetime
    ) -> tuple[AssetTask, ...]:
        """Add what a snapshot's style sheets cite to its assets; those of the snapshot that are still to fetch."""
        with self._database.writing() as db:
            return assets.add_snapshot_assets(db, snapshot, links, wanted_at=wanted_at)

    def has_assets(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys whose original rendition is held."""
        with self._database.reading() as db:
            return assets.held_originals(db, keys)

    # ---- identity

    def merge(self, kept_url: str, merged_url: str, *, evidence: str, merged_at: datetime) -> str:
        """Make two articles one; the older survives. Returns the merge's id, by which it can be undone."""
        with self._database.writing() as db:
            kept, merged = (addresses.named_article(db, url) for url in (kept_url, merged_url))
            if kept == merged:
                raise NotInArchive(subject=f"{merged_url} as an article apart from {kept_url}")
            return identity.merge(db, kept, merged, evidence=evidence, merged_at=merged_at)

    def undo_merge(self, merge: str) -> None:
        """Take two articles apart again as they were."""
        with self._database.writing() as db:
            identity.undo_merge(db, merge, undone_at=datetime.now(UTC))

    # ---- taking down

    def withdraw(self, address: Address, stone: Tombstone) -> None:
        """Take an article out of sight: not visited, shown, searched or exported until it is lifted."""
        with self._database.writing() as db:
            tombstones.withdraw(db, self._article(db, address), address.article_url, stone)

    def lift(self, address: Address, *, lifted_by: str, lifted_at: datetime) -> None:
        """Bring a withdrawn article back. Raises NotInArchive when it was not withdrawn."""
        with self._database.writing() as db:
            tombstones.lift(db, self._article(db, address), lifted_by=lifted_by, lifted_at=lifted_at)

    # ---- the way out: pace and breaker

    def reserve_slot(self, way_out: str, *, interval_seconds: float, now: datetime) -> float:
        """Reserve the next moment at which this way out may be used; seconds to wait until then."""
        with self._database.writing() as db:
            return runs.reserve_slot(db, way_out, interval_seconds=interval_seconds, now=now)

    def way_out(self, name: str) -> WayOut:
        """The state of a way out."""
        with self._database.reading() as db:
            return runs.way_out(db, name)

    def keep_way_out(self, state: WayOut) -> None:
        """Record a way out's refusals and pause."""
        with self._database.writing() as db:
            runs.keep_way_out(db, state)

    # ---- runs

    def begin_run(self, job: str, *, planned_at: datetime | None, now: datetime) -> str | None:
        """Begin a run; None when this planned run was begun already, here or by another scheduler."""
        with self._database.writing() as db:
            return runs.begin_run(db, job, planned_at=planned_at, now=now)

    def keep_progress(self, run: str, summary: RunSummary) -> None:
        """Record how far a run has come."""
        with self._database.writing() as db:
            runs.keep_summary(db, run, summary, ended_at=None)

    def end_run(self, run: str, summary: RunSummary, *, now: datetime) -> None:
        """Record a run's end."""
        with self._database.writing() as db:
            runs.keep_summary(db, run, summary, ended_at=now)

    def runs(self, *, job: str | None = None, limit: int = 20) -> list[Run]:
        """The latest runs, newest first."""
        with self._database.reading() as db:
            return runs.latest_runs(db, job=job, limit=limit)

    # ---- reading: look-ups

    def article(self, address: Address) -> ArticleView | None:
        """The article that this address, in any spelling, means; None when the archive never saw it."""
        with self._database.reading() as db:
            number = addresses.find_article(db, address)
            return views.article_view(db, number) if number is not None else None

    def articles(
        self, *, bulletin: str | None = None, cited_from: date | None = None, cited_to: date | None = None
    ) -> Iterator[str]:
        """Canonical names of all articles, or of those that a bulletin (or bulletins of these days) cite."""
        with self._database.reading() as db:
            yield from views.article_names(db, bulletin=bulletin, cited_from=cited_from, cited_to=cited_to)

    def snapshot(self, address: Address, *, at: datetime | None = None, or_after: bool = False) -> SnapshotView | None:
        """The snapshot nearest to ``at`` (None: the newest). ``or_after``: the first from then on, else the nearest."""
        with self._database.reading() as db:
            number = addresses.find_article(db, address)
            return views.snapshot_near(db, number, at=at, or_after=or_after) if number is not None else None

    def snapshots(self, article_url: str) -> list[SnapshotView]:
        """An article's snapshots, oldest first."""
        with self._database.reading() as db:
            return views.snapshots_of(db, addresses.named_article(db, article_url))

    def snapshot_assets(self, snapshot: str) -> list[SnapshotAsset]:
        """Every asset that a snapshot's page cites, in order, with the best rendition held."""
        with self._database.reading() as db:
            return views.snapshot_assets(db, snapshot)

    def captures(self, article_url: str) -> list[CaptureView]:
        """An article's captures, oldest first."""
        with self._database.reading() as db:
            return views.captures_of(db, addresses.named_article(db, article_url), read_body=self.read_blob)

    def renditions(self, key: str) -> list[Rendition]:
        """Every rendition held of an asset, the best first."""
        with self._database.reading() as db:
            return views.renditions_of(db, key, read_body=self.read_blob)

    def bulletins(self, *, limit: int = 100, offset: int = 0) -> list[BulletinSummary]:
        """Kept bulletins, newest first."""
        with self._database.reading() as db:
            return bulletin_views.bulletin_summaries(db, limit=limit, offset=offset)

    def bulletin(self, bulletin: str) -> BulletinView:
        """A kept bulletin with its items and the state of every citation. Raises NotInArchive."""
        with self._database.reading() as db:
            return bulletin_views.bulletin_view(db, bulletin)

    def bulletin_of(self, sha256: str) -> str | None:
        """The public id of the kept bulletin that has, or once had, these very bytes; None where none has."""
        with self._database.reading() as db:
            return bulletin_views.bulletin_of(db, sha256)

    def published_on(self, sha256: str) -> date | None:
        """The day of the kept bulletin that has, or once had, these very bytes; None where none has or it has none."""
        with self._database.reading() as db:
            return bulletin_views.published_on(db, sha256)

    def search(self, words: str, *, limit: int = 50) -> list[Hit]:
        """Where all of these words (separated by spaces) stand, in snapshots and items, the newest kept first."""
        with self._database.reading() as db:
            return search.search(db, words, limit=limit)

    def read_blob(self, sha256: str) -> bytes:
        """A blob's bytes, verified. Raises BlobDamaged, NotInArchive."""
        try:
            return read_blob(self._blobs, sha256)
        except FileNotFoundError as error:
            raise self._missing(sha256) from error

    def open_blob(self, sha256: str) -> BinaryIO:
        """A blob as a stream of its bytes (seekable for media)."""
        try:
            return self._blobs.open(sha256)
        except FileNotFoundError as error:
            raise self._missing(sha256) from error

    # ---- numbers and audit

    def status(self, now: datetime) -> Status:
        """The archive in numbers."""
        with self._database.reading() as db:
            return audit.status(db, now)

    def verify(self, *, progress: Callable[[int, int], None] | None = None) -> Verification:
        """Check every blob against its name and every row against its blobs. ``progress`` is told (done, of)."""
        return audit.verify(self._database, self._blobs, progress=progress)

    def repack(
        self,
        template_of: repacking.TemplateOf,
        *,
        now: datetime,
        progress: Callable[[int, int], None] | None = None,
        is_over: Callable[[], bool] = lambda: False,
    ) -> Repacked:
        """Keep pages against references of their template, where that saves room; every page's bytes stay the same.

        ``template_of`` gives the pieces of a page that hold nothing of its article. ``progress`` is told (done, of);
        ``is_over`` is asked before each page, and ends the work: the next call goes on. Holds the crawl's lock.
        Raises ArchiveBusy, ArchiveReadOnly, DiskFull, NotReadBack.
        """
        self._database.writer  # noqa: B018  an archive opened for reading is left as it is
        with self.lock(CRAWL):
            work = repacking.Work(self._database, self._blobs, template_of, now)
            return work.repack(progress=progress, is_over=is_over)

    # ---- bytes

    def _put(self, body: bytes, kind: str, *, compress: bool, sha256: str | None = None) -> Bytes:
        """Bring bytes into safety, outside any transaction."""
        name = hashlib.sha256(body).hexdigest()
        if sha256 not in (None, name):
            raise BlobDamaged(sha256=sha256, reason=f"the bytes given have the digest {name}")
        self._database.writer  # noqa: B018  an archive opened for reading takes no bytes either
        self._blobs.put(name, body, compress=compress)
        return Bytes(sha256=name, size=len(body), kind=kind)

    def _keep_assets_together(self, some: Sequence[assets.Fetched]) -> list[bool]:
        with self._database.writing() as db:
            return [assets.keep_asset(db, one) for one in some]

    def _put_hops(self, hops: Sequence[Hop]) -> list[Bytes | None]:
        return [self._put(hop.body, "hop", compress=True) if hop.body else None for hop in hops]

    def _article(self, db: Connection, address: Address) -> int:
        """The article that an address means. Raises NotInArchive."""
        number = addresses.find_article(db, address)
        if number is None:
            raise NotInArchive(subject=address.article_url)
        return number

    def _missing(self, sha256: str) -> Exception:
        """A blob's file is not there: was it ever?"""
        with self._database.reading() as db:
            if audit.is_known(db, sha256):
                return BlobDamaged(sha256=sha256, reason="its file is missing")
        return NotInArchive(subject=sha256)
