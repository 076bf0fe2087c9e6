"""The archive in numbers, and the proof that it is whole.

The audit reads every blob and compares it with its name, then every row with the blobs that it names. It changes
nothing and may run beside a crawl: what is written meanwhile is left to the next audit. Blobs that no row names are
orphans, and no fault: a crawler that was killed leaves them, and the next visit of the same page takes them up again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from storage.blobs import BlobStore
from storage.due import count_due
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
CERTAIN = 0.9  # a citation placed with less confidence goes to review (design, section 3.6)
TOLD_EVERY = 50


def status(db: Connection, now: datetime) -> Status:
    """The archive in numbers; of bulletins the newest versions."""
    runs = latest_runs(db, job=None, limit=1)
    size = db.execute(select(func.count(), func.coalesce(func.sum(blobs.c.size), 0)).select_from(blobs)).one()
    shown = snapshots.c.fingerprint.is_not(None)
    incomplete = or_(snapshots.c.missing_assets > 0, snapshots.c.unfound_assets > 0)
    return Status(
        bulletins=_count(db, bulletins),
        items=_count(db, _in_newest(items)),
        citations=_count(db, _in_newest(citations)),
        articles=_standings(db),
        snapshots=_count(db, snapshots, shown),
        incomplete=_count(db, snapshots, and_(shown, incomplete)),
        blobs=size[0],
        bytes=int(size[1]),
        due=count_due(db, now),
        to_review=_to_review(db),
        last_run=runs[0] if runs else None,
    )


def verify(db: Connection, store: BlobStore, *, progress: Progress | None) -> Verification:
    """Check every blob against its name and every row against its blobs."""
    known = {row.sha256: row.size for row in db.execute(select(blobs.c.sha256, blobs.c.size))}
    faults: list[Fault] = []
    checked = 0
    for done, (sha256, size) in enumerate(known.items(), 1):
        fault = _check(store, sha256, size)
        if fault is not None:
            faults += [Fault(kind=fault.kind, subject=name, detail=fault.detail) for name in _owners(db, sha256)]
        else:
            checked += size
        if progress and (done % TOLD_EVERY == 0 or done == len(known)):
            progress(done, len(known))
    orphans = sum(1 for name in store.names() if name not in known)
    rows = sum(_count(db, table) for table in (versions, captures, renditions, hop_bodies))
    return Verification(blobs=len(known), rows=rows, bytes=checked, orphans=orphans, faults=tuple(faults))


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


def _owners(db: Connection, sha256: str) -> Iterator[str]:
    """What the bytes are, in words that lead to them: the pages, pictures and bulletins that stand on this blob."""
    found = [name for query in _OWNERS for name in db.scalars(query(sha256))]
    yield from dict.fromkeys(found) or (sha256,)


def _pages(sha256: str) -> Any:
    query = select(func.concat("page ", addresses.c.article_url)).join_from(captures, addresses)
    return query.where(captures.c.page_sha256 == sha256)


def _assets(sha256: str) -> Any:
    return (
        select(func.concat("asset ", assets.c.url)).join_from(renditions, assets).where(renditions.c.sha256 == sha256)
    )


def _bulletins(sha256: str) -> Any:
    return select(func.concat("bulletin ", versions.c.file)).where(versions.c.sha256 == sha256)


def _hops(sha256: str) -> Any:
    return select(hop_bodies.c.first_seen_with).where(hop_bodies.c.sha256 == sha256)


_OWNERS = (_pages, _assets, _bulletins, _hops)


def _count(db: Connection, table: Any, condition: Any = None) -> int:
    query = select(func.count()).select_from(table)
    return int(db.scalar(query if condition is None else query.where(condition)) or 0)


def _in_newest(table: Any) -> Any:
    return table.join(bulletins, bulletins.c.newest_version_id == table.c.version_id)


def _standings(db: Connection) -> Mapping[Standing | None, int]:
    query = select(articles.c.standing, func.count()).where(articles.c.merged_into.is_(None))
    rows = db.execute(query.group_by(articles.c.standing))
    return {Standing(standing) if standing else None: count for standing, count in rows}


def _to_review(db: Connection) -> int:
    """Citations that are unplaced, uncertain or broken, and captures whose page names another article."""
    doubtful = or_(citations.c.item_id.is_(None), citations.c.confidence < CERTAIN, citations.c.problem.is_not(None))
    conflicts = _count(db, captures, captures.c.has_identity_conflict)
    return _count(db, _in_newest(citations), doubtful) + conflicts
