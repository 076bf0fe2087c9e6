"""The archive's one door: records in, records out.

Bytes first, row second: a blob is safe on disk before a row names it. A keeping method is one transaction and may be
repeated without harm. No session, row or column leaves this package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from storage.records import (
    Address,
    ArticleView,
    AssetCapture,
    AssetTask,
    Bulletin,
    BulletinSummary,
    BulletinView,
    Capture,
    CaptureView,
    Kept,
    KeptBulletin,
    Reading,
    Rendition,
    Run,
    RunSummary,
    SnapshotAsset,
    SnapshotView,
    SourceFetch,
    Status,
    Told,
    Verification,
    Visit,
    WayOut,
)

NextVisit = Callable[[Sequence[Told]], datetime | None]
"""From all of an article's captures, oldest first, the new one included, to the moment of the next visit."""


class Archive:
    """A folder (or a PostgreSQL database and a folder) of kept bulletins, articles and their bytes."""

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
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the database."""
        raise NotImplementedError

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def lock(self, job: str) -> Iterator[None]:
        """Hold the archive's OS lock of this name (flock; an advisory lock in PostgreSQL), free after SIGKILL.

        ``crawl`` is the lock under which articles are visited and blobs removed. Raises ArchiveBusy at once.
        """
        raise NotImplementedError
        yield

    def free_bytes(self) -> int | None:
        """Room left on the disk of the blobs; None where that means nothing (an object store)."""
        raise NotImplementedError

    # ---- bulletins and sources

    def keep_bulletin(
        self, bulletin: Bulletin, body: bytes, *, source: str | None, source_url: str | None, kept_at: datetime
    ) -> KeptBulletin:
        """Keep a bulletin's bytes and what was understood of it; its articles become due at once.

        Its identity is (source, source_url); from the command line, where both are None, the digest. Other bytes under
        one identity are a new version; the same bytes change nothing. Citations of an article under a further spelling
        bind to the same article.
        """
        raise NotImplementedError

    def source_fetches(self, source: str) -> dict[str, SourceFetch]:
        """What is remembered of a source's addresses, by address."""
        raise NotImplementedError

    def keep_source_fetch(self, fetch: SourceFetch) -> None:
        """Remember one answer of a source."""
        raise NotImplementedError

    # ---- what is due

    def due_articles(self, now: datetime, *, only_urgent: bool = False) -> list[int]:
        """Handles of the articles to visit now, in the order of design section 5. ``only_urgent``: the hourly sweep's
        (never captured, and steps under a day)."""
        raise NotImplementedError

    def claim(self, article: int, *, owner: str, now: datetime, until: datetime) -> Visit | None:
        """Take an article for a visit; None when it is no longer due, is taken by another, or is withdrawn."""
        raise NotImplementedError

    def release(self, article: int, *, owner: str) -> None:
        """Give an article back unvisited: it stays due and loses nothing."""
        raise NotImplementedError

    def due_assets(self, now: datetime, *, limit: int = 1000) -> list[AssetTask]:
        """Assets not held, or held scaled, whose next try has come, of articles that are not known to be gone."""
        raise NotImplementedError

    def count_due(self, now: datetime) -> int:
        """How many articles are due."""
        raise NotImplementedError

    # ---- what visits bring home

    def keep_capture(self, capture: Capture, *, run: str | None, next_visit: NextVisit) -> Kept:
        """Keep a visit: the page's bytes, then one transaction with the capture, its reading, its snapshot (made, or
        confirmed), its assets, a merge where the page's own identity proves one, and the article's next visit."""
        raise NotImplementedError

    def keep_reading(self, capture: str, reading: Reading) -> Kept:
        """Add a newer reading of a kept capture; earlier ones stay."""
        raise NotImplementedError

    def keep_asset(self, asset: AssetCapture) -> bool:
        """Keep an asset's bytes; True when they were not held before. A scaled rendition leaves the asset due."""
        raise NotImplementedError

    def keep_asset_failure(
        self, key: str, url: str, reason: str, *, tried_at: datetime, next_try_at: datetime | None
    ) -> None:
        """Record why an asset could not be fetched, and when to try again."""
        raise NotImplementedError

    def has_assets(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys whose original rendition is held."""
        raise NotImplementedError

    # ---- identity

    def merge(self, kept_url: str, merged_url: str, *, evidence: str, merged_at: datetime) -> str:
        """Make two articles one; the older survives. Returns the merge's id, by which it can be undone."""
        raise NotImplementedError

    def undo_merge(self, merge: str) -> None:
        """Take two articles apart again as they were."""
        raise NotImplementedError

    # ---- the way out: pace and breaker

    def reserve_slot(self, way_out: str, *, interval_seconds: float, now: datetime) -> float:
        """Reserve the next moment at which this way out may be used; seconds to wait until then."""
        raise NotImplementedError

    def way_out(self, name: str) -> WayOut:
        """The state of a way out."""
        raise NotImplementedError

    def keep_way_out(self, state: WayOut) -> None:
        """Record a way out's refusals and pause."""
        raise NotImplementedError

    # ---- runs

    def begin_run(self, job: str, *, planned_at: datetime | None, now: datetime) -> str | None:
        """Begin a run; None when this planned run was begun already, here or by another scheduler."""
        raise NotImplementedError

    def keep_progress(self, run: str, summary: RunSummary) -> None:
        """Record how far a run has come."""
        raise NotImplementedError

    def end_run(self, run: str, summary: RunSummary, *, now: datetime) -> None:
        """Record a run's end."""
        raise NotImplementedError

    def runs(self, *, job: str | None = None, limit: int = 20) -> list[Run]:
        """The latest runs, newest first."""
        raise NotImplementedError

    # ---- reading: look-ups

    def article(self, address: Address) -> ArticleView | None:
        """The article that this address, in any spelling, means; None when the archive never saw it."""
        raise NotImplementedError

    def articles(
        self, *, bulletin: str | None = None, cited_from: date | None = None, cited_to: date | None = None
    ) -> Iterator[str]:
        """Canonical names of all articles, or of those that a bulletin (or bulletins of these days) cite."""
        raise NotImplementedError

    def snapshot(self, address: Address, *, at: datetime | None = None, or_after: bool = False) -> SnapshotView | None:
        """The snapshot nearest to ``at`` (None: the newest). ``or_after``: the first from then on, else the nearest."""
        raise NotImplementedError

    def snapshots(self, article_url: str) -> list[SnapshotView]:
        """An article's snapshots, oldest first."""
        raise NotImplementedError

    def snapshot_assets(self, snapshot: str) -> list[SnapshotAsset]:
        """Every asset that a snapshot's page cites, in order, with the best rendition held."""
        raise NotImplementedError

    def captures(self, article_url: str) -> list[CaptureView]:
        """An article's captures, oldest first."""
        raise NotImplementedError

    def renditions(self, key: str) -> list[Rendition]:
        """Every rendition held of an asset, the best first."""
        raise NotImplementedError

    def bulletins(self, *, limit: int = 100, offset: int = 0) -> list[BulletinSummary]:
        """Kept bulletins, newest first."""
        raise NotImplementedError

    def bulletin(self, bulletin: str) -> BulletinView:
        """A kept bulletin with its items and the state of every citation. Raises NotInArchive."""
        raise NotImplementedError

    def read_blob(self, sha256: str) -> bytes:
        """A blob's bytes, verified. Raises BlobDamaged, NotInArchive."""
        raise NotImplementedError

    def open_blob(self, sha256: str) -> BinaryIO:
        """A blob as a stream of its bytes (seekable for media)."""
        raise NotImplementedError

    # ---- numbers and audit

    def status(self, now: datetime) -> Status:
        """The archive in numbers."""
        raise NotImplementedError

    def verify(self, *, progress: Callable[[int, int], None] | None = None) -> Verification:
        """Check every blob against its name and every row against its blobs. ``progress`` is told (done, of)."""
        raise NotImplementedError
