"""The archive's one door: records in, records out.

Bytes first, row second: a blob is safe on disk before a row names it. A keeping method is one transaction and may be
repeated without harm. No session, row or column leaves this package. An archive may be used from several threads.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
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
    bulletin_readings,
    bulletin_views,
    bulletins,
    captures,
    decisions,
    due,
    forms,
    identity,
    removal,
    repacking,
    rereading,
    review,
    runs,
    search,
    sources,
    tombstones,
    views,
)
from storage.blobs import BlobStore, FolderBlobs, read_blob
from storage.bytes_kept import Brought, Bytes, Safe
from storage.captures import NextVisit
from storage.decisions import Word
from storage.engine import Database
from storage.errors import BlobDamaged, NotInArchive
from storage.opening import open_database
from storage.parts import Part, Parts
from storage.records import (
    Address,
    ArticleView,
    AssetCapture,
    AssetLink,
    AssetTask,
    Bulletin,
    BulletinMerge,
    BulletinSummary,
    BulletinView,
    Capture,
    CaptureView,
    CitationEntry,
    CitedBySheets,
    Decision,
    Doubt,
    Hit,
    Kept,
    KeptBulletin,
    KeptFile,
    KeptPage,
    Reading,
    Rendition,
    Repacked,
    Review,
    Run,
    RunSummary,
    SnapshotAsset,
    SnapshotView,
    SourceCount,
    SourceFetch,
    SourceState,
    Status,
    Tombstone,
    Verification,
    Visit,
    WayOut,
    Withdrawn,
)
from storage.shown import all_decisions

BLOBS = "blobs"
PARTS = "parts"
CRAWL = "crawl"

_TEXT = ("text/", "application/json", "application/xml", "application/xhtml", "application/javascript", "image/svg")
"""Kinds of bytes that are kept compressed; pictures, sound and PDF are compressed already."""


class Archive:
    """A folder (or a PostgreSQL database and a folder) of kept bulletins, articles and their bytes."""

    def __init__(self, folder: Path, database: Database, blobs: BlobStore) -> None:
        self.folder = folder
        self._database = database
        self._blobs = blobs
        self._parts = Parts(folder / PARTS)

    # ---- opening

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        database_url: str | None = None,
        writing: bool = False,
        create: bool = False,
        is_copied: bool = False,
    ) -> Archive:
        """Open the archive in ``folder``.

        ``writing`` migrates an older archive (under a lock, the database copied aside first); without it the archive
        may lie on a read-only medium. ``create`` makes it where there is none; ``is_copied``: somebody copied an older
        database aside already. Raises NoArchive, ArchiveTooNew, ArchiveTooOld, ArchiveReadOnly, NotCopiedAside.
        """
        database = open_database(folder, database_url=database_url, writing=writing, create=create, is_copied=is_copied)
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
        self,
        bulletin: Bulletin,
        body: bytes,
        *,
        source: str | None,
        source_url: str | None,
        kept_at: datetime,
        replaces: str | None = None,
    ) -> KeptBulletin:
        """Keep a bulletin's bytes and what was understood of it; its articles become due at once.

        Its identity is (source, source_url); from the command line, where both are None, the digest. Other bytes under
        one identity are a new version; the same bytes change nothing. Citations of an article under a further spelling
        bind to the same article. ``replaces`` names the bulletin that this is a new version of, whatever its place:
        Raises NotInArchive. A bulletin that is another one in another form is told and shown as one with it.
        """
        self._put(body, "bulletin", compress=bulletin.media_type.startswith(_TEXT), sha256=bulletin.sha256)
        with self._database.writing() as db:
            return bulletins.keep_bulletin(
                db,
                bulletin,
                size=len(body),
                source=source,
                source_url=source_url,
                kept_at=kept_at,
                replaces=replaces,
            )

    def count_cited(self, names: Iterable[str]) -> int:
        """How many articles these bulletins cite, each counted once."""
        with self._database.reading() as db:
            return bulletins.count_cited(db, names)

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
            return sources.fetches_of(db, source)

    def keep_source_fetch(self, fetch: SourceFetch) -> None:
        """Remember one answer of a source."""
        with self._database.writing() as db:
            sources.keep_fetch(db, fetch)

    def source_state(self, source: str) -> SourceState:
        """How a source stands: when it was asked, how that went, when it is asked again."""
        with self._database.reading() as db:
            return sources.state_of(db, source)

    def keep_source_state(self, state: SourceState) -> None:
        """Remember how a source stands."""
        with self._database.writing() as db:
            sources.keep_state(db, state)

    def source_count(self, source: str) -> SourceCount:
        """How many bulletins of a source are held, and how many of its addresses or files gave none."""
        with self._database.reading() as db:
            return sources.count_of(db, source)

    # ---- what is due

    def due_articles(self, now: datetime, *, only_urgent: bool = False) -> list[int]:
        """Handles of the articles to visit now, in the order of design section 5. ``only_urgent``: the hourly sweep's
        (never captured, and steps under a day)."""
        with self._database.reading() as db:
            return due.due_articles(db, now, only_urgent=only_urgent)

    def claim(self, some: Sequence[int], *, owner: str, now: datetime, until: datetime) -> list[Visit]:
        """Take articles for visits; those that are no longer due, are taken by another, or are withdrawn are left."""
        with self._database.writing() as db:
            return due.claim(db, some, owner=owner, now=now, until=until)

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

    def excluded_articles(self) -> dict[int, str]:
        """Articles that were left out because of robots.txt the last time, each with the address to fetch."""
        with self._database.reading() as db:
            return due.excluded(db)

    def visit_again(self, some: Sequence[int], *, now: datetime) -> None:
        """Make articles due that wait for nothing else: the rule that shut them out has changed."""
        with self._database.writing() as db:
            due.visit_again(db, some, now=now)

    # ---- what visits bring home

    def secure(self, brought: Sequence[Brought]) -> list[Safe[Brought]]:
        """Bring the bytes of visits or assets into safety; they may be kept then, told without them."""
        return [self._secure(one) for one in brought]

    def keep_capture(
        self,
        capture: Capture | Safe[Capture],
        *,
        run: str | None,
        next_visit: NextVisit,
        moved_to: Address | None = None,
        cited_by_sheets: CitedBySheets | None = None,
    ) -> Kept:
        """Keep a visit: the page's bytes, then one transaction with the capture, its reading, its snapshot (made, or
        confirmed), its assets, a merge where the page's own identity proves one, and the article's next visit.

        ``moved_to`` is the address of a migration's target, which becomes one article with what was visited;
        ``cited_by_sheets`` what the page's style sheets cite, as far as they are held. Raises SheetsCame where more of
        them are held by now: ask again what they cite, and keep it with that. None: nobody asked what they cite.
        """
        safe = capture if isinstance(capture, Safe) else self._secure(capture)
        with self._database.writing() as db:
            return captures.keep_capture(
                db,
                safe,
                run=run,
                next_visit=next_visit,
                moved_to=moved_to,
                cited_by_sheets=cited_by_sheets,
            )

    def keep_reading(
        self,
        capture: str,
        reading: Reading,
        *,
        next_visit: NextVisit | None = None,
        moved_to: Address | None = None,
        cited_by_sheets: Sequence[AssetLink] = (),
    ) -> Kept:
        """Add a newer reading of a kept capture, in one transaction; earlier ones stay.

        Its snapshot, its assets, the article's identity and standing follow; so does its next visit, by ``next_visit``,
        where the outcome is another one than before.
        """
        with self._database.writing() as db:
            return captures.keep_reading(
                db, capture, reading, next_visit=next_visit, moved_to=moved_to, cited_by_sheets=cited_by_sheets
            )

    def captures_read_before(self, version: int, *, articles: Collection[str] | None = None) -> list[str]:
        """Captures with a page whose newest reading is of an older reader than ``version``, oldest first; of these
        articles (any of their canonical names), or of all that are not withdrawn."""
        with self._database.reading() as db:
            return rereading.captures_read_before(db, version, articles=articles)

    def kept_page(self, capture: str) -> KeptPage:
        """A capture with what its page was taken for last. Raises NotInArchive."""
        with self._database.reading() as db:
            return rereading.kept_page(db, capture)

    def article_of_page(self, sha256: str) -> str | None:
        """The canonical name of the article of which these very bytes are a page; None where they are none's."""
        with self._database.reading() as db:
            return rereading.article_of_page(db, sha256)

    def keep_asset(self, asset: AssetCapture) -> bool:
        """Keep an asset's bytes; True when they were not held before. A scaled rendition leaves the asset due."""
        return self.keep_assets([asset])[0]

    def keep_assets(self, some: Sequence[AssetCapture | Safe[AssetCapture]]) -> list[bool]:
        """Keep the bytes of several, then all in one transaction; for each whether they were not held before."""
        safe = [one if isinstance(one, Safe) else self._secure(one) for one in some]
        with self._database.writing() as db:
            return assets.keep_assets(db, safe)

    def part(self, name: str) -> Part | None:
        """What is there of an asset that comes in pieces, under this name of the caller's."""
        return self._parts.part(name)

    def keep_part(self, name: str, body: bytes, *, offset: int, total: int, validator: str | None) -> Part:
        """Keep a piece; it is safe on disk when this returns. Raises DiskFull, ValueError for a gap."""
        self._database.writer  # noqa: B018  an archive opened for reading takes no bytes either
        return self._parts.keep(name, body, offset=offset, total=total, validator=validator)

    def drop_part(self, name: str) -> None:
        """Forget what is there of an asset that comes in pieces."""
        self._parts.drop(name)

    def drop_parts_before(self, moment: datetime) -> int:
        """Forget the pieces of assets that nobody went on with since then; of how many."""
        return self._parts.drop_older(moment.timestamp())

    def keep_asset_in_parts(self, asset: AssetCapture, name: str) -> bool:
        """Keep an asset whose bytes came in pieces (``body`` is empty); True when they were not held before.

        Raises FileNotFoundError, ValueError where a piece is missing.
        """
        self._database.writer  # noqa: B018  an archive opened for reading takes no bytes either
        part = self._parts.read_through(name)
        assert part.sha256
        if self._parts.file(name).exists():
            self._blobs.put_file(part.sha256, self._parts.file(name))
        safe = replace(self._secure(asset), body=Bytes(sha256=part.sha256, size=part.total, kind="asset"))
        with self._database.writing() as db:
            [is_new] = assets.keep_assets(db, [safe])
        self._parts.drop(name)
        return is_new

    def reading_citing(self, key: str) -> Reading | None:
        """The newest reading of a page that cites this asset; None where none does."""
        with self._database.reading() as db:
            return views.reading_citing(db, key)

    def keep_sheet(
        self, sheet: AssetCapture | Safe[AssetCapture], cited: Sequence[AssetLink], *, wanted_at: datetime
    ) -> bool:
        """Keep a style sheet, and in the same transaction what it cites, for every snapshot whose page cites it."""
        safe = sheet if isinstance(sheet, Safe) else self._secure(sheet)
        with self._database.writing() as db:
            [is_new] = assets.keep_assets(db, [safe])
            assets.cite_by_sheet(db, safe.what.key, cited, wanted_at=wanted_at)
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

    def held_sheets(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that are style sheets which are held."""
        with self._database.reading() as db:
            return assets.held_sheets(db, keys)

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

    def bulletins_read_before(self, reader_version: int, *, only: Collection[str] | None = None) -> list[KeptFile]:
        """The newest versions that an older reader read, oldest first; of these bulletins (public ids) or of all."""
        with self._database.reading() as db:
            return bulletin_readings.files_read_before(db, reader_version, only=only)

    def bulletin_as_read(self, bulletin: str) -> Bulletin:
        """A bulletin's newest version as its reader understood it, without decisions and other forms.

        Raises NotInArchive.
        """
        with self._database.reading() as db:
            return bulletin_readings.bulletin_as_read(db, bulletin)

    def keep_bulletin_reading(self, bulletin: str, record: Bulletin, *, read_at: datetime) -> bool:
        """Show a newer reading of a bulletin's newest version; whether anything is understood differently.

        The earlier one stays (``earlier_readings``); decisions and forms are worked out anew. Raises NotInArchive.
        """
        with self._database.writing() as db:
            return bulletin_readings.keep_bulletin_reading(db, bulletin, record, read_at=read_at)

    def earlier_readings(self, bulletin: str) -> list[Bulletin]:
        """What earlier readers understood of a bulletin's newest version, the newest first. Raises NotInArchive."""
        with self._database.reading() as db:
            return bulletin_readings.earlier_readings(db, bulletin)

    # ---- what people decide

    def review(self, *, bulletin: str | None = None) -> Review:
        """All that waits for a person; or of one bulletin its citations. ``status`` counts the same."""
        with self._database.reading() as db:
            return review.review(db, bulletin=bulletin)

    def citations(self, *, bulletin: str | None = None) -> list[CitationEntry]:
        """Every citation as people name it, of one bulletin or of all, the newest bulletin first."""
        with self._database.reading() as db:
            return review.citation_entries(db, bulletin=bulletin, only_doubtful=False)

    def decisions(self, *, bulletin: str | None = None) -> list[Decision]:
        """What people decided, undone decisions too, the newest first; of one bulletin or of all."""
        with self._database.reading() as db:
            return all_decisions(db, bulletin)

    def place(self, bulletin: str, citation: str, *, item: int, word: Word) -> None:
        """Put a citation (by its entry's name) into an item of its bulletin (by its position).

        Raises NotInArchive, NoSuchItem.
        """
        with self._database.writing() as db:
            decisions.place(db, bulletin, citation, item=item, word=word)

    def ignore(self, bulletin: str, citation: str, *, word: Word) -> None:
        """Take a citation (by its entry's name) off the list. Raises NotInArchive."""
        with self._database.writing() as db:
            decisions.ignore(db, bulletin, citation, word=word)

    def ignore_article(self, article_url: str, doubts: Sequence[Doubt], *, word: Word) -> None:
        """Take an article off the list, for as long as there is no other doubt. Raises NotInArchive."""
        with self._database.writing() as db:
            decisions.ignore_article(db, article_url, doubts, word=word)

    def undo(self, bulletin: str, citation: str, *, word: Word) -> None:
        """Take back what was decided last about a citation; the decision before counts again.

        Raises NotInArchive, NothingDecided.
        """
        with self._database.writing() as db:
            decisions.undo(db, bulletin, citation, word=word)

    def undo_article(self, article_url: str, *, word: Word) -> None:
        """Take back what was decided last about an article. Raises NotInArchive, NothingDecided."""
        with self._database.writing() as db:
            decisions.undo_article(db, article_url, word=word)

    def join_bulletins(self, one: str, other: str, *, word: Word) -> None:
        """Make two bulletins forms of one, on a person's word. Raises NotInArchive, SameBulletin."""
        with self._database.writing() as db:
            forms.join(db, one, other, word=word)

    def part_bulletin(self, bulletin: str, *, word: Word) -> BulletinMerge:
        """Take a form out of its bulletin again; what was undone. No rule joins them any more.

        Raises NotInArchive, NotJoined.
        """
        with self._database.writing() as db:
            return forms.part(db, bulletin, word=word)

    def bulletin_merges(self) -> list[BulletinMerge]:
        """Which bulletins were joined as forms of one, why, by whom, the newest first; undone ones too."""
        with self._database.reading() as db:
            return forms.all_merges(db)

    # ---- taking down

    def withdraw(self, address: Address, stone: Tombstone) -> Withdrawn:
        """Take an article out of sight: not visited, shown, searched or exported until it is lifted.

        Its derived text and search rows go, and the renditions that no other article shows, with their bytes; a
        tombstone stays, and so do the captures. Holds the crawl's lock. May be repeated: an article that is withdrawn
        keeps its stone. Raises NotInArchive, ArchiveBusy.
        """
        with self.lock(CRAWL):
            with self._database.writing() as db:
                article = self._article(db, address)
                tombstones.withdraw(db, article, address.article_url, stone)
                texts = removal.clear_texts(db, article)
                count, digests = removal.clear_renditions(db, article, at=stone.withdrawn_at)
            freed = sum(self._drop(sha256) for sha256 in digests)
        return Withdrawn(texts=texts, renditions=count, blobs=len(digests), bytes=freed)

    def lift(self, address: Address, *, lifted_by: str, lifted_at: datetime) -> None:
        """Let a withdrawn article be visited again, at once; what is held of it is shown when its pages are read again.

        Raises NotInArchive when it was not withdrawn.
        """
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

    def capture(self, capture: str) -> CaptureView:
        """One capture by its public id, with the bodies of its hops. Raises NotInArchive, BlobDamaged."""
        with self._database.reading() as db:
            view = views.capture_named(db, capture, read_body=self.read_blob)
        if view is None:
            raise NotInArchive(subject=capture)
        return view

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

    def _secure(self, brought: Brought) -> Safe[Brought]:
        kind, compress = "page", True
        if isinstance(brought, AssetCapture):
            kind, compress = "asset", brought.media_type.startswith(_TEXT)
        body = self._put(brought.body, kind, compress=compress) if brought.body else None
        hops = tuple(self._put(hop.body, "hop", compress=True) if hop.body else None for hop in brought.hops)
        bare = tuple(replace(hop, body=None) for hop in brought.hops)
        return Safe(replace(brought, body=b"", hops=bare), body, hops)

    def _put(self, body: bytes, kind: str, *, compress: bool, sha256: str | None = None) -> Bytes:
        """Bring bytes into safety, outside any transaction."""
        name = hashlib.sha256(body).hexdigest()
        if sha256 not in (None, name):
            raise BlobDamaged(sha256=sha256, reason=f"the bytes given have the digest {name}")
        self._database.writer  # noqa: B018  an archive opened for reading takes no bytes either
        self._blobs.put(name, body, compress=compress)
        return Bytes(sha256=name, size=len(body), kind=kind)

    def _drop(self, sha256: str) -> int:
        """Remove a blob that no row names any more; the bytes of disk that it took."""
        try:
            freed = self._blobs.size_at_rest(sha256)
        except FileNotFoundError:
            return 0
        self._blobs.delete(sha256)
        return freed

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
