"""Assets: what a snapshot's page cites, what is held of it, and what is still to fetch.

An asset is known by its key; the bytes that came for it are its renditions, of which there may be several (scaled and
original, or changed under one key). A snapshot is complete when every asset that its content needs is held, in whatever
size; an avatar is the account's, not the article's, and may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, literal, select, update

from storage.bytes_kept import Bytes, hop_documents, keep_bytes
from storage.due import asset_tasks
from storage.errors import NotInArchive
from storage.records import AssetCapture, AssetLink, AssetTask, Role
from storage.rows import chunks, insert_missing
from storage.schema import address as addresses
from storage.schema import asset as assets
from storage.schema import capture as captures
from storage.schema import digest
from storage.schema import rendition as renditions
from storage.schema import snapshot as snapshots
from storage.schema import snapshot_asset as links

NEEDED_ROLES = frozenset(Role) - {Role.AVATAR}

LONGEST_WAIT = timedelta(days=30)


def keep_links(db: Connection, snapshot: int, cited: Sequence[AssetLink], *, wanted_at: datetime) -> None:
    """Write down every asset that a snapshot cites, in order, in place of what an earlier reading had found."""
    numbers = _number(db, cited, wanted_at)
    db.execute(delete(links).where(links.c.snapshot_id == snapshot))
    _insert_links(db, snapshot, cited, numbers, start=0)
    _count_missing(db, snapshot)


def add_snapshot_assets(
    db: Connection, name: str, cited: Sequence[AssetLink], *, wanted_at: datetime
) -> tuple[AssetTask, ...]:
    """Add what a snapshot's style sheets cite to what its page does; what is to fetch now. Raises NotInArchive."""
    own = db.execute(
        select(snapshots.c.id, addresses.c.article_id)
        .select_from(snapshots.join(captures).join(addresses))
        .where(snapshots.c.snapshot == name)
    ).first()
    if own is None:
        raise NotInArchive(subject=name)
    add_links(db, own.id, cited, wanted_at=wanted_at)
    return wanted_assets(db, own.id, own.article_id, now=wanted_at)[0]


def cite_by_sheet(db: Connection, sheet: str, cited: Sequence[AssetLink], *, wanted_at: datetime) -> None:
    """Add what a style sheet cites to every snapshot whose page cites the sheet."""
    is_sheet = and_(assets.c.key_sha256 == digest(sheet), links.c.role == Role.STYLE)
    for snapshot in db.scalars(select(links.c.snapshot_id).distinct().join_from(links, assets).where(is_sheet)).all():
        add_links(db, snapshot, cited, wanted_at=wanted_at)


def add_links(db: Connection, snapshot: int, cited: Sequence[AssetLink], *, wanted_at: datetime) -> None:
    """Add assets to those that a snapshot cites, each once."""
    held = db.execute(
        select(assets.c.key, links.c.url, links.c.role).join_from(links, assets).where(links.c.snapshot_id == snapshot)
    )
    known = {(row.key, row.url, row.role) for row in held}
    fresh = [link for link in dict.fromkeys(cited) if (link.key, link.url, link.role) not in known]
    last = db.scalar(select(func.max(links.c.position)).where(links.c.snapshot_id == snapshot))
    _insert_links(db, snapshot, fresh, _number(db, fresh, wanted_at), start=0 if last is None else last + 1)
    _count_missing(db, snapshot)


def renew_addresses(db: Connection, snapshot: int, cited: Sequence[AssetLink]) -> None:
    """Take the addresses of a newer page for what is not held yet: those of an older one may have expired."""
    lacking = _lacking(snapshot, select(assets.c.id, assets.c.key, assets.c.url))
    newest = {link.key: link.url for link in cited}
    for row in db.execute(lacking).all():
        if newest.get(row.key, row.url) != row.url:
            db.execute(update(assets).where(assets.c.id == row.id).values(url=newest[row.key]))


def wanted_assets(db: Connection, snapshot: int, article: int, *, now: datetime) -> tuple[tuple[AssetTask, ...], int]:
    """A snapshot's assets whose next try has come; and how many of all are held in their original."""
    cited_here = and_(links.c.asset_id == assets.c.id, links.c.snapshot_id == snapshot)
    role = select(links.c.role).where(cited_here).order_by(links.c.position).limit(1).scalar_subquery()
    named = select(assets, literal(article).label("article_id"), role.label("role")).order_by(assets.c.id)
    query = _lacking(snapshot, named)
    lacking = db.execute(query).all()
    due = [row for row in lacking if row.next_try_at is not None and row.next_try_at <= now]
    cited = db.scalar(select(func.count(links.c.asset_id.distinct())).where(links.c.snapshot_id == snapshot))
    return tuple(asset_tasks(db, due)), int(cited or 0) - len(lacking)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An asset whose bytes, and those on the way to it, are safe."""

    asset: AssetCapture
    body: Bytes
    hops: tuple[Bytes | None, ...]


def keep_asset(db: Connection, fetched: Fetched) -> bool:
    """Keep a rendition whose bytes are safe; True when the asset did not have these bytes before.

    Runs ten times for each page, so its statements are built once (below).
    """
    asset, key = fetched.asset, digest(fetched.asset.key)
    keep_bytes(db, [fetched.body, *fetched.hops], f"asset {asset.url}", asset.captured_at)
    known = db.execute(_ASSET, {"key_sha256": key}).first()
    if known is None:
        row = {"key": asset.key, "key_sha256": key, "url": asset.url, "attempts": 0}
        insert_missing(db, assets, [row | {"is_held": False, "has_original": False}], unique=["key_sha256"])
        known = db.execute(_ASSET, {"key_sha256": key}).one()
    is_new = _keep_rendition(db, known.id, fetched)
    db.execute(_ASSET_KEPT, _state_after(known, asset) | {"number": known.id})
    if not known.is_held:
        db.execute(_COUNT_MISSING_OF, {"of_asset": known.id})
    return is_new


def keep_failure(
    db: Connection, key: str, url: str, reason: str, *, tried_at: datetime, next_try_at: datetime | None
) -> None:
    """Record why an asset could not be fetched, and when to try again (None: never)."""
    row = {"key": key, "key_sha256": digest(key), "url": url, "attempts": 0, "is_held": False, "has_original": False}
    insert_missing(db, assets, [row | {"next_try_at": tried_at}], unique=["key_sha256"])
    values = {"failure": reason, "next_try_at": next_try_at, "attempts": assets.c.attempts + 1}
    # An original that came in the meantime, from another article's visit, is not made due again.
    due = and_(assets.c.key_sha256 == digest(key), ~assets.c.has_original)
    db.execute(update(assets).where(due).values(**values))


def held_originals(db: Connection, keys: Iterable[str]) -> set[str]:
    """Those of the keys whose original rendition is held."""
    held: set[str] = set()
    for some in chunks({digest(key) for key in keys}):
        query = select(assets.c.key).where(assets.c.key_sha256.in_(some), assets.c.has_original)
        held |= set(db.scalars(query))
    return held


def _number(db: Connection, cited: Sequence[AssetLink], wanted_at: datetime) -> dict[str, int]:
    """The assets of these keys, those not seen before being due at once."""
    fresh = {"is_held": False, "has_original": False, "attempts": 0, "next_try_at": wanted_at}
    rows: dict[str, dict[str, Any]] = {}
    for link in cited:
        rows.setdefault(link.key, {"key": link.key, "key_sha256": digest(link.key), "url": link.url, **fresh})
    insert_missing(db, assets, list(rows.values()), unique=["key_sha256"])
    numbers: dict[str, int] = {}
    for some in chunks(row["key_sha256"] for row in rows.values()):
        query = select(assets.c.key_sha256, assets.c.id).where(assets.c.key_sha256.in_(some))
        numbers |= {row.key_sha256: row.id for row in db.execute(query)}
    return numbers


def _insert_links(
    db: Connection, snapshot: int, cited: Sequence[AssetLink], numbers: dict[str, int], *, start: int
) -> None:
    rows = [
        {
            "snapshot_id": snapshot,
            "position": position,
            "asset_id": numbers[digest(link.key)],
            "role": link.role,
            "url": link.url,
            "is_needed": link.role in NEEDED_ROLES,
        }
        for position, link in enumerate(cited, start)
    ]
    if rows:
        db.execute(insert(links), rows)


def _lacking(snapshot: int, query: Any) -> Any:
    cited = select(links.c.asset_id).where(links.c.snapshot_id == snapshot)
    return query.where(assets.c.id.in_(cited), ~assets.c.has_original)


def _count_missing(db: Connection, snapshot: int) -> None:
    db.execute(_COUNT_MISSING, {"of_snapshot": snapshot})


def _keep_rendition(db: Connection, number: int, fetched: Fetched) -> bool:
    asset, sha256 = fetched.asset, fetched.body.sha256
    hops = hop_documents(asset.hops, fetched.hops)
    held = db.execute(_RENDITION, {"asset": number, "bytes": sha256}).first()
    if held is None:
        row = {
            "asset_id": number,
            "sha256": sha256,
            "media_type": asset.media_type,
            "is_original": asset.is_original,
            "url": asset.url,
            "captured_at": asset.captured_at,
            "hops": hops,
        }
        db.execute(_KEEP_RENDITION, row)
    elif asset.is_original and not held.is_original:
        # The "scaled" picture turns out to be all that there ever was.
        original = {"is_original": True, "url": asset.url, "hops": hops}
        db.execute(update(renditions).where(renditions.c.id == held.id).values(**original))
    return held is None


def _state_after(known: Any, asset: AssetCapture) -> dict[str, Any]:
    """An original ends the asset's search; a scaled rendition leaves it due, at growing distances."""
    if asset.is_original or known.has_original:
        return {"original": True, "next_try": None, "tries": known.attempts}
    wait = min(LONGEST_WAIT, timedelta(days=2 ** min(known.attempts, 5)))
    next_try = max(known.next_try_at or asset.captured_at, asset.captured_at + wait)
    return {"original": False, "next_try": next_try, "tries": known.attempts + 1}


_ASSET = select(assets).where(assets.c.key_sha256 == bindparam("key_sha256"))
_ASSET_KEPT = (
    update(assets)
    .where(assets.c.id == bindparam("number"))
    .values(
        is_held=True,
        failure=None,
        has_original=bindparam("original"),
        next_try_at=bindparam("next_try"),
        attempts=bindparam("tries"),
    )
)
_RENDITION = select(renditions.c.id, renditions.c.is_original).where(
    renditions.c.asset_id == bindparam("asset"), renditions.c.sha256 == bindparam("bytes")
)
_KEEP_RENDITION = insert(renditions)
_MISSING = (
    select(func.count(links.c.asset_id.distinct()))
    .join_from(links, assets)
    .where(links.c.snapshot_id == snapshots.c.id, links.c.is_needed, ~assets.c.is_held)
    .scalar_subquery()
)
_COUNT_MISSING = update(snapshots).where(snapshots.c.id == bindparam("of_snapshot")).values(missing_assets=_MISSING)
_COUNT_MISSING_OF = (
    update(snapshots)
    .where(snapshots.c.id.in_(select(links.c.snapshot_id).where(links.c.asset_id == bindparam("of_asset"))))
    .values(missing_assets=_MISSING)
)
