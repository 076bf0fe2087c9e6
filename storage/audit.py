"""The archive in numbers, and the proof that it is whole.

The audit reads every blob and compares it with its name, then every row with the blobs that it names. It changes
nothing and may run beside a crawl: what is written meanwhile is left to the next audit. Blobs that no row names are
orphans, and no fault: a crawler that was killed leaves them, and the next visit of the same page takes them up again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, func, literal, or_, select

from storage import review
from storage.blobs import BlobStore
from storage.bytes_kept import REFERENCE
from storage.due import count_due
from storage.engine import Database
from storage.errors import BlobDamaged
from storage.records import Fault, Standing, Status, Verification
from storage.runs import latest_runs
from storage.schema import address as addresses
from storage.schema import article as articles
from storage.schema import asset as assets
from storage.schema import blob as blobs
from storage.schema import bulletin as bulletins
from storage.schema import bulletin_version as versions
from storage.schema import capture as captures
from storage.schema import citation as citations
from storage.schema import hop_body as hop_bodies
from storage.schema import item as items
from storage.schema import rendition as renditions
from storage.schema import snapshot as snapshots

Progress = Callable[[int, int], None]

PIECE = 1 << 20
TOLD_EVERY = 50
AT_A_TIME = 1000
NAMED = 5  # of the pages that a damaged reference takes along; each has a line of its own


def status(db: Connection, now: datetime) -> Status:
    """The archive in numbers; of bulletins the newest versions, all forms as one."""
    runs = latest_runs(db, job=None, limit=1)
    size = db.execute(select(func.count(), func.coalesce(func.sum(blobs.c.size), 0)).select_from(blobs)).one()
    shown = snapshots.c.fingerprint.is_not(None)
    incomplete = or_(snapshots.c.missing_assets > 0, snapshots.c.unfound_assets > 0)
    return Status(
        bulletins=_count(db, bulletins, bulletins.c.form_of_id.is_(None)),
        items=_count(db, _in_newest(items), items.c.same_as_id.is_(None)),
        citations=_count(db, _in_newest(citations), citations.c.same_as_id.is_(None)),
        articles=_standings(db),
        snapshots=_count(db, snapshots, shown),
        incomplete=_count(db, snapshots, and_(shown, incomplete)),
        blobs=size[0],
        bytes=int(size[1]),
        due=count_due(db, now),
        to_review=review.count(db),
        last_run=runs[0] if runs else None,
    )


def verify(database: Database, store: BlobStore, *, progress: Progress | None) -> Verification:
    """Check every blob against its name and every row against its blobs.

    No transaction is held while bytes are read: an audit of hours would keep the database from tidying up.
    """
    with database.reading() as db:
        total = _count(db, blobs)
        rows = sum(_count(db, table) for table, _ in _ROWS)
        faults = [fault for query in _UNFOUNDED for fault in _unfounded(db, query)]
    files = _Names(store.names())
    done = checked = 0
    for sha256, size in _kept_blobs(database):
        done += 1
        checked += size
        files.pass_by(sha256)
        if fault := _check(store, sha256, size):
            faults += _named(database, fault)
        if progress and (done % TOLD_EVERY == 0 or done == total):
            progress(done, total)
    files.pass_by(None)
    return Verification(blobs=done, rows=rows, bytes=checked, orphans=files.orphans, faults=tuple(faults))


class _Names:
    """The store's names, walked beside the database's, both in order: those on the way that no row has are orphans."""

    def __init__(self, names: Iterator[str]) -> None:
        self._names = names
        self._next = next(names, None)
        self.orphans = 0

    def pass_by(self, sha256: str | None) -> None:
        """Walk on to this name (None: to the end)."""
        while self._next is not None and (sha256 is None or self._next <= sha256):
            self.orphans += self._next != sha256
            self._next = next(self._names, None)


def _kept_blobs(database: Database) -> Iterator[tuple[str, int]]:
    """Names and sizes of all blobs, in order, some at a time."""
    last = ""
    while True:
        query = select(blobs.c.sha256, blobs.c.size).where(blobs.c.sha256 > last)
        with database.reading() as db:
            some = db.execute(query.order_by(blobs.c.sha256).limit(AT_A_TIME)).all()
        if not some:
            return
        yield from ((row.sha256, row.size) for row in some)
        last = some[-1].sha256


def _named(database: Database, fault: Fault) -> list[Fault]:
    """The fault, once for each page, picture or bulletin that stands on the blob."""
    with database.reading() as db:
        return [replace(fault, subject=name) for name in _owners(db, fault.subject)]


def _unfounded(db: Connection, query: Any) -> Iterator[Fault]:
    """Rows that name a blob which the archive does not know."""
    for subject, sha256 in db.execute(query):
        yield Fault(kind="missing", subject=subject, detail=f"the archive does not know blob {sha256}")


def is_known(db: Connection, sha256: str) -> bool:
    """Whether the archive ever took in these bytes."""
    return db.execute(select(blobs.c.sha256).where(blobs.c.sha256 == sha256)).first() is not None


def _check(store: BlobStore, sha256: str, size: int) -> Fault | None:
    """What is wrong with a blob; its bytes are read piece by piece."""
    seen = hashlib.sha256()
    length = 0
    try:
        with store.open(sha256) as stream:
            while piece := stream.read(PIECE):
                seen.update(piece)
                length += len(piece)
    except FileNotFoundError:
        return Fault(kind="missing", subject=sha256, detail=f"there is no file for blob {sha256}")
    except (OSError, BlobDamaged) as error:
        return Fault(kind="unreadable", subject=sha256, detail=f"blob {sha256}: {error}")
    if seen.hexdigest() != sha256:
        return Fault(
            kind="damaged", subject=sha256, detail=f"the bytes of blob {sha256} have the digest {seen.hexdigest()}"
        )
    if length != size:
        return Fault(kind="mismatch", subject=sha256, detail=f"blob {sha256} has {length} bytes, its row says {size}")
    return None


def _owners(db: Connection, sha256: str) -> list[str]:
    """What the bytes are, in words that lead to them."""
    found = [row.subject for query, column in _ROWS_SAID for row in db.execute(query.where(column == sha256))]
    return list(dict.fromkeys(found)) or [_as_reference(db, sha256) or sha256]


def _as_reference(db: Connection, sha256: str) -> str | None:
    """What depends on a reference, in words; None for a blob that is none."""
    if db.scalar(select(blobs.c.kind).where(blobs.c.sha256 == sha256)) != REFERENCE:
        return None
    dependent = _count(db, blobs, blobs.c.reference == sha256)
    pages, _ = _ROWS_SAID[0]
    query = pages.join(blobs, blobs.c.sha256 == captures.c.page_sha256).where(blobs.c.reference == sha256)
    some = [row.subject for row in db.execute(query.order_by(captures.c.id).limit(NAMED))]
    return f"reference of {dependent} pages ({', '.join(some)}{', …' if dependent > NAMED else ''})"


# Every kind of row that stands on a blob, by the column that names it, and what it is called.
_ROWS: tuple[tuple[Any, Any], ...] = (
    (captures, captures.c.page_sha256),
    (renditions, renditions.c.sha256),
    (versions, versions.c.sha256),
    (hop_bodies, hop_bodies.c.sha256),
)


def _said(words: str, named: Any, column: Any, table: Any) -> Any:
    return select((literal(words) + named).label("subject"), column.label("sha256")).select_from(table)


_ROWS_SAID: tuple[tuple[Any, Any], ...] = (
    (_said("page ", addresses.c.article_url, captures.c.page_sha256, captures.join(addresses)), captures.c.page_sha256),
    (_said("asset ", assets.c.url, renditions.c.sha256, renditions.join(assets)), renditions.c.sha256),
    (_said("bulletin ", versions.c.file, versions.c.sha256, versions), versions.c.sha256),
    (_said("on the way to ", hop_bodies.c.first_seen_with, hop_bodies.c.sha256, hop_bodies), hop_bodies.c.sha256),
)

_UNFOUNDED = tuple(
    query.where(column.is_not(None), ~exists().where(blobs.c.sha256 == column)) for query, column in _ROWS_SAID
)


def _count(db: Connection, table: Any, condition: Any = None) -> int:
    query = select(func.count()).select_from(table)
    return int(db.scalar(query if condition is None else query.where(condition)) or 0)


def _in_newest(table: Any) -> Any:
    return table.join(bulletins, bulletins.c.newest_version_id == table.c.version_id)


def _standings(db: Connection) -> Mapping[Standing | None, int]:
    query = select(articles.c.standing, func.count()).where(articles.c.merged_into.is_(None))
    rows = db.execute(query.group_by(articles.c.standing))
    return {Standing(standing) if standing else None: count for standing, count in rows}
