"""Captures and what is understood of them: readings, snapshots, and the identity that a page proves.

A capture's row is written once. Its reading may be followed by newer ones; the newest is shown. An alive reading makes
a snapshot of its article, or confirms the one with its fingerprint; the snapshot is named after the capture that made
it, so its address outlives a better reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage import search
from storage.addresses import bind
from storage.assets import keep_links, renew_addresses, wanted_assets
from storage.bytes_kept import Bytes, hop_documents, keep_bytes
from storage.documents import dumps
from storage.due import planned, refresh, release, told
from storage.errors import NotInArchive
from storage.identity import identify
from storage.records import Address, Capture, Kept, Outcome, Reading, Told
from storage.rows import insert_row
from storage.schema import address as addresses
from storage.schema import capture as captures
from storage.schema import digest
from storage.schema import reading as readings
from storage.schema import run as runs
from storage.schema import snapshot as snapshots

NextVisit = Callable[[Sequence[Told]], datetime | None]

# Outcomes that tell of the address: the article may be well, but this spelling leads to it no more.
SPENT = frozenset({Outcome.LINK_EXPIRED, Outcome.MIGRATED, Outcome.BAD_LINK})


def public_id(capture: Capture, page_sha256: str | None) -> str:
    """A capture's name for good: its article's key, its moment, its bytes."""
    moment = capture.captured_at.isoformat()
    return digest(f"{capture.address.article_url}\0{moment}\0{page_sha256}")[:20]


def keep_capture(
    db: Connection,
    capture: Capture,
    page: Bytes | None,
    hops: Sequence[Bytes | None],
    *,
    run: str | None,
    next_visit: NextVisit,
    moved_to: Address | None,
) -> Kept:
    """Keep a visit whose bytes are safe; once only, however often it is told."""
    name = public_id(capture, page.sha256 if page else None)
    if known := _known(db, name):
        return known
    keep_bytes(db, [page, *hops], f"capture {name}", capture.captured_at)
    bound = bind(db, [capture.address], seen_at=capture.captured_at)[capture.address.cited_url]
    article, conflict = identify(db, bound.article, capture, name, moved_to=moved_to)
    row = {
        "capture": name,
        "address_id": bound.address,
        "captured_at": capture.captured_at,
        "final_url": capture.final_url,
        "page_sha256": page.sha256 if page else None,
        "page_size": page.size if page else 0,
        "has_identity_conflict": conflict,
        "run_id": db.scalar(select(runs.c.id).where(runs.c.run == run)) if run else None,
        "hops": hop_documents(capture.hops, hops),
    }
    number = insert_row(db, captures, row)
    kept = _read(db, number, name, article, capture.reading)
    spent = capture.captured_at if capture.reading.outcome in SPENT else None
    db.execute(update(addresses).where(addresses.c.id == bound.address).values(spent_at=spent))
    history = told(db, article)
    refresh(db, article, history, next_visit_at=_next(next_visit(history), capture, moved_to))
    release(db, article, owner=None)
    return replace(kept, identity_conflict=conflict)


def _next(planned_at: datetime | None, capture: Capture, moved_to: Address | None) -> datetime | None:
    """When to visit next: a migration's target at once, since it is another address that was never asked."""
    return min(filter(None, (planned_at, capture.captured_at))) if moved_to else planned_at


def keep_reading(db: Connection, name: str, reading: Reading) -> Kept:
    """Add a reading to a kept capture; one of a version that is there already changes nothing. Raises NotInArchive."""
    known = _known(db, name)
    number = db.scalar(select(captures.c.id).where(captures.c.capture == name))
    if known is None or number is None:
        raise NotInArchive(subject=name)
    versions = set(db.scalars(select(readings.c.reader_version).where(readings.c.capture_id == number)))
    if reading.reader_version in versions:
        return known
    kept = _read(db, number, name, known.article, reading)
    refresh(db, known.article, told(db, known.article), next_visit_at=planned(db, known.article))
    return replace(kept, identity_conflict=known.identity_conflict)


# ---- readings and snapshots


def _read(db: Connection, number: int, name: str, article: int, reading: Reading) -> Kept:
    """Write down a reading as the capture's newest, and the snapshot that it makes or confirms."""
    own = db.scalar(select(snapshots.c.id).where(snapshots.c.capture_id == number))
    if own is not None:
        _set_aside(db, number, own)
    snapshot, is_new = _snapshot_for(db, number, name, article, reading, own=own)
    db.execute(update(readings).where(readings.c.capture_id == number, readings.c.is_newest).values(is_newest=False))
    row = {
        "capture_id": number,
        "reader_version": reading.reader_version,
        "is_newest": True,
        "outcome": reading.outcome,
        "snapshot_id": snapshot,
        "title": reading.article.title if reading.article else None,
        "details": dumps(_without_text(reading)),
        "text": reading.article.text if reading.article else None,
    }
    db.execute(insert(readings).values(**row))
    return replace(_outcome_of(db, number, name, article, conflict=False), is_new_snapshot=is_new)


def _snapshot_for(
    db: Connection, number: int, name: str, article: int, reading: Reading, *, own: int | None
) -> tuple[int | None, bool]:
    """The snapshot that this reading makes or confirms, and whether it is new; None when the page is not alive."""
    fingerprint = reading.fingerprint
    if fingerprint is None or reading.article is None:
        return None, False
    held = _snapshot_of(db, article, fingerprint)
    if held is not None:
        renew_addresses(db, held, reading.assets)
        return held, False
    unfound = _unfound(reading)
    if own is None:
        row = {"snapshot": name, "capture_id": number, "fingerprint": fingerprint, "unfound_assets": unfound}
        made = insert_row(db, snapshots, row | {"missing_assets": 0})
    else:
        made = own
        db.execute(
            update(snapshots).where(snapshots.c.id == own).values(fingerprint=fingerprint, unfound_assets=unfound)
        )
    moment = db.execute(select(captures.c.captured_at).where(captures.c.id == number)).scalar_one()
    keep_links(db, made, reading.assets, wanted_at=moment)
    search.index(db, search.SNAPSHOT, made, reading.article.title, reading.article.text)
    return int(made), own is None


def _set_aside(db: Connection, number: int, snapshot: int) -> None:
    """Show a snapshot no more, until the new reading of its page says what it is."""
    query = select(readings.c.title, readings.c.text, snapshots.c.fingerprint).join_from(readings, snapshots)
    row = db.execute(query.where(readings.c.capture_id == number, readings.c.is_newest)).first()
    if row is not None and row.fingerprint is not None:
        search.forget(db, search.SNAPSHOT, snapshot, row.title, row.text)
    db.execute(update(snapshots).where(snapshots.c.id == snapshot).values(fingerprint=None))


def _snapshot_of(db: Connection, article: int, fingerprint: str) -> int | None:
    """The oldest snapshot of the article with this content."""
    query = (
        select(snapshots.c.id)
        .join_from(snapshots, captures)
        .join(addresses)
        .where(addresses.c.article_id == article, snapshots.c.fingerprint == fingerprint)
        .order_by(captures.c.captured_at)
        .limit(1)
    )
    return db.scalar(query)


def _unfound(reading: Reading) -> int:
    """How many media the page says it has, beyond those that were found on it."""
    inventory = reading.inventory
    if inventory is None or inventory.expected is None:
        return 0
    return max(0, inventory.expected - inventory.found)


def _without_text(reading: Reading) -> Reading:
    return replace(reading, article=replace(reading.article, text="")) if reading.article else reading


# ---- what keeping came to


def _known(db: Connection, name: str) -> Kept | None:
    query = select(captures.c.id, captures.c.has_identity_conflict, addresses.c.article_id).join_from(
        captures, addresses
    )
    row = db.execute(query.where(captures.c.capture == name)).first()
    return _outcome_of(db, row.id, name, row.article_id, conflict=row.has_identity_conflict) if row else None


def _outcome_of(db: Connection, number: int, name: str, article: int, *, conflict: bool) -> Kept:
    query = select(readings.c.snapshot_id, snapshots.c.snapshot, captures.c.captured_at).select_from(
        readings.join(captures, captures.c.id == readings.c.capture_id).join(
            snapshots, snapshots.c.id == readings.c.snapshot_id
        )
    )
    row = db.execute(query.where(readings.c.capture_id == number, readings.c.is_newest)).first()
    wanted, known = wanted_assets(db, row.snapshot_id, article, now=row.captured_at) if row else ((), 0)
    return Kept(
        capture=name,
        snapshot=row.snapshot if row else None,
        is_new_snapshot=False,
        identity_conflict=conflict,
        article=article,
        wanted=wanted,
        known=known,
    )
