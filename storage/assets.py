"""Assets: what a snapshot's page cites, what is held of it, and what is still to fetch.

An asset is known by its key; the bytes that came for it are its renditions, of which there may be several (scaled and
original, or changed under one key). A snapshot is complete when every asset that its content needs is held, in whatever
size; an avatar is the account's, not the article's, and may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, insert, select, update

from storage.bytes_kept import BytesOf, Safe, hop_documents, keep_bytes
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


def number_assets(db: Connection, cited: Iterable[AssetLink], *, wanted_at: datetime) -> dict[str, Row[Any]]:
    """The rows of what is cited, by its key; what was not seen before is due at once."""
    fresh = {"is_held": False, "has_original": False, "attempts": 0, "next_try_at": wanted_at}
    rows: dict[str, dict[str, Any]] = {}
    for link in cited:
        if link.key not in rows:
            rows[link.key] = {"key": link.key, "key_sha256": digest(link.key), "url": link.url, **fresh}
    insert_missing(db, assets, list(rows.values()), unique=["key_sha256"])
    keys = {row["key_sha256"]: key for key, row in rows.items()}
    return {keys[row.key_sha256]: row for some in chunks(keys) for row in db.execute(_ASSETS, {"keys": some})}


def missing(cited: Iterable[AssetLink], known: Mapping[str, Row[Any]]) -> int:
    """How many of the assets that are needed of what is cited are not held in any size."""
    return len({link.key for link in cited if link.role in NEEDED_ROLES and not known[link.key].is_held})


def insert_links(
    db: Connection, snapshot: int, cited: Sequence[AssetLink], known: Mapping[str, Row[Any]], *, start: int = 0
) -> None:
    """Write down that a snapshot cites these assets, in this order."""
    rows = [
        {
            "snapshot_id": snapshot,
            "position": position,
            "asset_id": known[link.key].id,
            "role": link.role,
            "url": link.url,
            "is_needed": link.role in NEEDED_ROLES,
        }
        for position, link in enumerate(cited, start)
    ]
    if rows:
        db.execute(_KEEP_LINK, rows)


def drop_links(db: Connection, snapshot: int) -> None:
    """Forget what a snapshot cites."""
    db.execute(delete(links).where(links.c.snapshot_id == snapshot))


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
    there = {(row.key, row.url, row.role) for row in held}
    fresh = [link for link in dict.fromkeys(cited) if (link.key, link.url, link.role) not in there]
    last = db.scalar(select(func.max(links.c.position)).where(links.c.snapshot_id == snapshot))
    known = number_assets(db, fresh, wanted_at=wanted_at)
    insert_links(db, snapshot, fresh, known, start=0 if last is None else last + 1)
    db.execute(_COUNT_MISSING, {"of_snapshot": snapshot})


def renew_addresses(db: Connection, snapshot: int, cited: Sequence[AssetLink]) -> None:
    """Take the addresses of a newer page for what is not held yet: those of an older one may have expired."""
    newest = {link.key: link.url for link in cited}
    for row in db.execute(_LACKING, {"snapshot": snapshot}).all():
        if newest.get(row.key, row.url) != row.url:
            db.execute(update(assets).where(assets.c.id == row.id).values(url=newest[row.key]))


def wanted_assets(db: Connection, snapshot: int, article: int, *, now: datetime) -> tuple[tuple[AssetTask, ...], int]:
    """A snapshot's assets whose next try has come; and how many of all are held in their original."""
    cited: dict[int, Row[Any]] = {}
    for row in db.execute(_CITED, {"snapshot": snapshot}):
        cited.setdefault(row.id, row)  # an asset that is cited twice has its first role
    lacking = [row for row in cited.values() if not row.has_original]
    due = [row for row in lacking if row.next_try_at is not None and row.next_try_at <= now]
    return tuple(asset_tasks(db, [(row, article) for row in due])), len(cited) - len(lacking)


def keep_assets(db: Connection, some: Sequence[Safe[AssetCapture]]) -> list[bool]:
    """Keep renditions whose bytes are safe; for each, whether its asset did not have these bytes before.

    A page has ten assets and more, so each statement is for all that came together, and is built once (below).
    """
    if len({one.what.key for one in some}) < len(some):  # the later of two must find what the earlier left
        return [is_new for one in some for is_new in keep_assets(db, [one])]
    keep_bytes(db, *(BytesOf(f"asset {it.what.url}", [it.body, *it.hops], it.what.captured_at) for it in some))
    known = _known_assets(db, some)
    is_new = _keep_renditions(db, known, some)
    states = [_state_after(row, one.what) | {"number": row.id} for row, one in zip(known, some, strict=True)]
    db.execute(_ASSET_KEPT, states)
    if first_held := [row.id for row in known if not row.is_held]:
        db.execute(_COUNT_MISSING_OF, {"of_assets": first_held})
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


def held_sheets(db: Connection, keys: Iterable[str]) -> set[str]:
    """Those of the keys that are style sheets which are held; what a sheet cites, pictures too, goes by its role."""
    held: set[str] = set()
    for some in chunks({digest(key) for key in keys}):
        held |= set(db.scalars(_HELD_SHEETS, {"keys": some}))
    return held


def _known_assets(db: Connection, some: Sequence[Safe[AssetCapture]]) -> list[Any]:
    """The rows of these assets, in their order; those that no page was seen to cite are written down first."""
    keys = [digest(one.what.key) for one in some]
    known = {row.key_sha256: row for row in db.execute(_ASSETS, {"keys": keys})}
    if len(known) < len(keys):
        fresh = {"attempts": 0, "is_held": False, "has_original": False}
        rows = [
            {"key": one.what.key, "key_sha256": key, "url": one.what.url, **fresh}
            for key, one in zip(keys, some, strict=True)
            if key not in known
        ]
        insert_missing(db, assets, rows, unique=["key_sha256"])
        known = {row.key_sha256: row for row in db.execute(_ASSETS, {"keys": keys})}
    return [known[key] for key in keys]


def _keep_renditions(db: Connection, known: Sequence[Any], some: Sequence[Safe[AssetCapture]]) -> list[bool]:
    """Write down what came for these assets; for each, whether it was not held before."""
    numbers = [row.id for row in known]
    earlier = [row.id for row in known if row.is_held]
    rows = db.execute(_RENDITIONS, {"assets": earlier}).all() if earlier else []
    held = {(row.asset_id, row.sha256): row for row in rows}
    before = [held.get((number, _digest_of(one))) for number, one in zip(numbers, some, strict=True)]
    fresh = [_rendition(*it) for it, was in zip(zip(numbers, some, strict=True), before, strict=True) if was is None]
    if fresh:
        db.execute(_KEEP_RENDITION, fresh)
    for one, was in zip(some, before, strict=True):
        if was is not None and one.what.is_original and not was.is_original:
            # The "scaled" picture turns out to be all that there ever was.
            hops = hop_documents(one.what.hops, one.hops)
            original = {"is_original": True, "url": one.what.url, "hops": hops}
            db.execute(update(renditions).where(renditions.c.id == was.id).values(**original))
    return [was is None for was in before]


def _digest_of(fetched: Safe[AssetCapture]) -> str:
    assert fetched.body, "an asset without bytes is a failure, and no asset"
    return fetched.body.sha256


def _rendition(number: int, fetched: Safe[AssetCapture]) -> dict[str, Any]:
    asset = fetched.what
    return {
        "asset_id": number,
        "sha256": _digest_of(fetched),
        "media_type": asset.media_type,
        "is_original": asset.is_original,
        "url": asset.url,
        "captured_at": asset.captured_at,
        "hops": hop_documents(asset.hops, fetched.hops),
    }


def _state_after(known: Any, asset: AssetCapture) -> dict[str, Any]:
    """An original ends the asset's search; a scaled rendition leaves it due, at growing distances."""
    if asset.is_original or known.has_original:
        return {"original": True, "next_try": None, "tries": known.attempts}
    wait = min(LONGEST_WAIT, timedelta(days=2 ** min(known.attempts, 5)))
    next_try = max(known.next_try_at or asset.captured_at, asset.captured_at + wait)
    return {"original": False, "next_try": next_try, "tries": known.attempts + 1}


_ASSETS: Select[Any] = select(
    assets.c.id,
    assets.c.key_sha256,
    assets.c.is_held,
    assets.c.has_original,
    assets.c.attempts,
    assets.c.next_try_at,
).where(assets.c.key_sha256.in_(bindparam("keys", expanding=True)))
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
_RENDITIONS = select(renditions.c.id, renditions.c.asset_id, renditions.c.sha256, renditions.c.is_original).where(
    renditions.c.asset_id.in_(bindparam("assets", expanding=True))
)
_KEEP_RENDITION = insert(renditions)
_KEEP_LINK = insert(links)
_CITED = (
    select(assets, links.c.role)
    .join_from(links, assets)
    .where(links.c.snapshot_id == bindparam("snapshot"))
    .order_by(assets.c.id, links.c.position)
)
_LACKING = select(assets.c.id, assets.c.key, assets.c.url).where(
    assets.c.id.in_(select(links.c.asset_id).where(links.c.snapshot_id == bindparam("snapshot"))),
    ~assets.c.has_original,
)
_HELD_SHEETS = (
    select(assets.c.key)
    .join_from(assets, renditions)
    .where(assets.c.key_sha256.in_(bindparam("keys", expanding=True)), renditions.c.media_type == "text/css")
)
_MISSING = (
    select(func.count(links.c.asset_id.distinct()))
    .join_from(links, assets)
    .where(links.c.snapshot_id == snapshots.c.id, links.c.is_needed, ~assets.c.is_held)
    .scalar_subquery()
)
_COUNT_MISSING = update(snapshots).where(snapshots.c.id == bindparam("of_snapshot")).values(missing_assets=_MISSING)
_COUNT_MISSING_OF = (
    update(snapshots)
    .where(
        snapshots.c.id.in_(
            select(links.c.snapshot_id).where(links.c.asset_id.in_(bindparam("of_assets", expanding=True)))
        )
    )
    .values(missing_assets=_MISSING)
)
