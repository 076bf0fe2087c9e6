"""What withdrawing an article takes away: its derived text, its search rows, and renditions that nothing else shows.

A capture's facts stay: its moment, its exchange, and the page's own bytes, which nothing shows any more. Each reading
is brought down to what the visit found and how that is known, at version 0, so that after a lift every page is read
again. Rows go first, files after (storage.archive): a crash between leaves files that no row names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, or_, select, update

from storage import search
from storage.documents import dumps, loads
from storage.records import Reading
from storage.rows import chunks
from storage.schema import address as addresses
from storage.schema import article as articles
from storage.schema import asset as assets
from storage.schema import blob as blobs
from storage.schema import capture as captures
from storage.schema import metadata
from storage.schema import reading as readings
from storage.schema import rendition as renditions
from storage.schema import snapshot as snapshots
from storage.schema import snapshot_asset as links

WITHDRAWN_VERSION = 0
"""The version of a reading of which only the outcome is left; every reader's is higher."""


def clear_texts(db: Connection, article: int) -> int:
    """Take away what was derived from an article's pages, and its search rows; the number of copies that had any."""
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("PRAGMA secure_delete = on")  # else the words stay readable in the file's free pages
    own = select(captures.c.id).join_from(captures, addresses).where(addresses.c.article_id == article)
    shown = (
        select(snapshots.c.id, readings.c.title, readings.c.text)
        .join_from(snapshots, readings, and_(readings.c.capture_id == snapshots.c.capture_id, readings.c.is_newest))
        .where(snapshots.c.capture_id.in_(own), snapshots.c.fingerprint.is_not(None))
    )
    held = db.execute(shown).all()
    for row in held:
        search.forget(db, search.SNAPSHOT, row.id, row.title, row.text)
    db.execute(update(snapshots).where(snapshots.c.capture_id.in_(own)).values(fingerprint=None))
    db.execute(delete(readings).where(readings.c.capture_id.in_(own), ~readings.c.is_newest))
    left = select(readings.c.id, readings.c.details).where(readings.c.capture_id.in_(own))
    for number, details in db.execute(left).all():
        bare = _bare(loads(Reading, details))
        values: dict[str, Any] = {"reader_version": bare.reader_version, "details": dumps(bare)}
        db.execute(update(readings).where(readings.c.id == number).values(**values, title=None, text=None))
    return len(held)


def _bare(reading: Reading) -> Reading:
    """What the visit found, and how that is known; nothing of the article."""
    return replace(reading, reader_version=WITHDRAWN_VERSION, article=None, assets=(), inventory=None, article_links=())


def clear_renditions(db: Connection, article: int, *, at: datetime) -> tuple[int, set[str]]:
    """Take away the renditions of assets that only this article cites, of those that are shown.

    The number of renditions, and the digests of the blobs whose rows went with them.
    """
    keys = _only_cited_by(db, article)
    digests: set[str] = set()
    count = 0
    for some in chunks(keys):
        mine = renditions.c.asset_id.in_(some)
        digests |= set(db.scalars(select(renditions.c.sha256).where(mine)))
        count += db.execute(delete(renditions).where(mine)).rowcount
        # Due as soon as the article is shown again (storage.due.due_assets).
        bare = {"is_held": False, "has_original": False, "failure": None, "attempts": 0, "next_try_at": at}
        db.execute(update(assets).where(assets.c.id.in_(some)).values(**bare))
        _count_missing(db, some)
    return count, forget_blobs(db, digests)


def _only_cited_by(db: Connection, article: int) -> list[int]:
    """Assets that an article's snapshots cite, and no snapshot of another article that is shown."""
    cited = links.join(snapshots).join(captures, captures.c.id == snapshots.c.capture_id).join(addresses)
    own = select(links.c.asset_id).distinct().select_from(cited).where(addresses.c.article_id == article)
    others = (
        select(links.c.asset_id)
        .select_from(cited.join(articles, articles.c.id == addresses.c.article_id))
        .where(links.c.asset_id == assets.c.id, articles.c.id != article, articles.c.withdrawn_at.is_(None))
    )
    return list(db.scalars(select(assets.c.id).where(assets.c.id.in_(own), ~others.exists())))


def _count_missing(db: Connection, some: Collection[int]) -> None:
    """Count anew what lacks in every snapshot that cites one of these assets."""
    missing = (
        select(func.count(links.c.asset_id.distinct()))
        .join_from(links, assets)
        .where(links.c.snapshot_id == snapshots.c.id, links.c.is_needed, ~assets.c.is_held)
        .scalar_subquery()
    )
    citing = select(links.c.snapshot_id).where(links.c.asset_id.in_(some))
    db.execute(update(snapshots).where(snapshots.c.id.in_(citing)).values(missing_assets=missing))


def forget_blobs(db: Connection, digests: Iterable[str]) -> set[str]:
    """Take away the rows of those of these blobs that no other row names; their digests."""
    gone: set[str] = set()
    for some in chunks(digests):
        named = or_(*(exists().where(column == blobs.c.sha256) for column in _naming()))
        free = set(db.scalars(select(blobs.c.sha256).where(blobs.c.sha256.in_(some), ~named)))
        db.execute(delete(blobs).where(blobs.c.sha256.in_(free)))
        gone |= free
    return gone


def _naming() -> list[Any]:
    """Every column that names a blob, one that is packed against it among them."""
    found = []
    for table in metadata.sorted_tables:
        source = table.alias() if table is blobs else table
        for column in table.columns:
            if any(key.target_fullname == "blob.sha256" for key in column.foreign_keys):
                found.append(source.c[column.name])
    return found
