"""Captures and what is understood of them: readings, snapshots, and the identity that a page proves.

A capture's row is written once. Its reading may be followed by newer ones; the newest is shown. An alive reading makes
a snapshot of its article, or confirms the one with its fingerprint; the snapshot is named after the capture that made
it, so its address outlives a better reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from storage import search
from storage.addresses import address_record, bind
from storage.assets import (
    add_links,
    drop_links,
    held_sheets,
    insert_links,
    missing,
    number_assets,
    renew_addresses,
    wanted_assets,
)
from storage.bytes_kept import BytesOf, Safe, hop_documents, keep_bytes
from storage.documents import dumps
from storage.due import planned, refresh, told, visited
from storage.errors import NotInArchive, SheetsCame
from storage.identity import identify
from storage.records import Address, AssetLink, Capture, CitedBySheets, Kept, Outcome, Reading, Role, Told
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
    safe: Safe[Capture],
    *,
    run: str | None,
    next_visit: NextVisit,
    moved_to: Address | None,
    cited_by_sheets: CitedBySheets | None,
) -> Kept:
    """Keep a visit whose bytes are safe; once only, however often it is told. Raises SheetsCame, and keeps nothing."""
    capture, page, hops = safe.what, safe.body, safe.hops
    name = public_id(capture, page.sha256 if page else None)
    if known := _known(db, name):
        return known
    keep_bytes(db, BytesOf(f"capture {name}", [page, *hops], capture.captured_at))
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
        "of_run": run,
        "hops": hop_documents(capture.hops, hops),
    }
    own = _Own(insert_row(db, _KEEP_CAPTURE, row), name, article, capture.captured_at)
    cited = cited_by_sheets.links if cited_by_sheets else ()
    shown = _snapshot_for(db, own, capture.reading, cited, earlier=None)
    if cited_by_sheets is not None and shown is not None:
        _be_sure_of_sheets(db, capture.reading, cited_by_sheets)
    _insert_reading(db, own, capture.reading, shown)
    spent_at = capture.captured_at if capture.reading.outcome in SPENT else None
    if spent_at != bound.spent_at:
        db.execute(update(addresses).where(addresses.c.id == bound.address).values(spent_at=spent_at))
    history = told(db, article)
    visited(db, article, history, next_visit_at=_next(db, next_visit(history), capture, moved_to))
    return _kept(db, own, shown, conflict=conflict)


def _next(db: Connection, planned_at: datetime | None, capture: Capture, moved_to: Address | None) -> datetime | None:
    """When to visit next: a migration's target at once, if it is another address that was never asked."""
    if moved_to is None or _was_asked(db, moved_to):
        return planned_at
    return min(filter(None, (planned_at, capture.captured_at)))


def _was_asked(db: Connection, address: Address) -> bool:
    """Whether a visit was made to this address, under any spelling of it."""
    same = addresses.c.article_sha256 == digest(address.article_url)
    return db.execute(select(captures.c.id).join_from(captures, addresses).where(same).limit(1)).first() is not None


def keep_reading(
    db: Connection,
    name: str,
    reading: Reading,
    *,
    next_visit: NextVisit | None = None,
    moved_to: Address | None = None,
    cited_by_sheets: Sequence[AssetLink] = (),
) -> Kept:
    """Add a reading to a kept capture; one of a version that is there already changes nothing. Raises NotInArchive.

    What the page proves of its identity, the article's standing and, where the outcome is another one than before, its
    next visit follow as they do when a capture is kept.
    """
    known = _known(db, name)
    query = select(captures.c.id.label("number"), captures, addresses).join_from(captures, addresses)
    visit = db.execute(query.where(captures.c.capture == name)).first()
    if known is None or visit is None:
        raise NotInArchive(subject=name)
    rows = db.execute(select(readings).where(readings.c.capture_id == visit.number)).all()
    if reading.reader_version in {row.reader_version for row in rows}:
        return known
    before = next((row.outcome for row in rows if row.is_newest), None)
    capture = Capture(
        address=address_record(visit),
        captured_at=visit.captured_at,
        hops=(),
        final_url=visit.final_url,
        body=b"",
        reading=reading,
    )
    article, conflict = identify(db, known.article, capture, name, moved_to=moved_to)
    own = _Own(visit.number, name, article, visit.captured_at)
    shown = _read_again(db, own, reading, cited_by_sheets)
    db.execute(update(captures).where(captures.c.id == visit.number).values(has_identity_conflict=conflict))
    _judge_address(db, visit.address_id)
    history = told(db, article)
    planned_at = planned(db, article)
    if next_visit and before != reading.outcome:
        planned_at = _next(db, next_visit(history), capture, moved_to)
    refresh(db, article, history, next_visit_at=planned_at)
    return _kept(db, own, shown, conflict=conflict)


def _judge_address(db: Connection, address: int) -> None:
    """Whether this spelling is used up, by the newest of its captures as it is read today."""
    newest = readings.join(captures, and_(readings.c.capture_id == captures.c.id, readings.c.is_newest))
    query = select(captures.c.captured_at, readings.c.outcome).select_from(newest)
    last = db.execute(
        query.where(captures.c.address_id == address).order_by(captures.c.captured_at.desc(), captures.c.id.desc())
    ).first()
    spent_at = last.captured_at if last and Outcome(last.outcome) in SPENT else None
    db.execute(update(addresses).where(addresses.c.id == address).values(spent_at=spent_at))


# ---- readings and snapshots


class _Own(NamedTuple):
    """A capture that is written down, and whose it is."""

    number: int
    name: str
    article: int
    at: datetime


class _Shown(NamedTuple):
    """The snapshot that a reading makes or confirms."""

    number: int
    name: str
    is_new: bool = False


def _read_again(db: Connection, own: _Own, reading: Reading, cited_by_sheets: Sequence[AssetLink]) -> _Shown | None:
    """Write down a reading as the capture's newest; the snapshot that it makes or confirms."""
    earlier = db.scalar(select(snapshots.c.id).where(snapshots.c.capture_id == own.number))
    if earlier is not None:
        _set_aside(db, own.number, earlier)
    shown = _snapshot_for(db, own, reading, cited_by_sheets, earlier=earlier)
    newest = and_(readings.c.capture_id == own.number, readings.c.is_newest)
    db.execute(update(readings).where(newest).values(is_newest=False))
    _insert_reading(db, own, reading, shown)
    return shown


def _insert_reading(db: Connection, own: _Own, reading: Reading, shown: _Shown | None) -> None:
    row = {
        "capture_id": own.number,
        "reader_version": reading.reader_version,
        "is_newest": True,
        "outcome": reading.outcome,
        "snapshot_id": shown.number if shown else None,
        "title": reading.article.title if reading.article else None,
        "details": dumps(_without_text(reading)),
        "text": reading.article.text if reading.article else None,
    }
    db.execute(_KEEP_READING, row)


def _snapshot_for(
    db: Connection, own: _Own, reading: Reading, cited_by_sheets: Sequence[AssetLink], *, earlier: int | None
) -> _Shown | None:
    """The snapshot that this reading makes or confirms; None when the page is not alive.

    ``earlier`` is what an earlier reading of the same capture made: it is filled anew.
    """
    fingerprint = reading.fingerprint
    if fingerprint is None or reading.article is None:
        return None
    if held := db.execute(_SNAPSHOT_OF, {"article": own.article, "fingerprint": fingerprint}).first():
        renew_addresses(db, held.id, reading.assets)
        if cited_by_sheets:
            add_links(db, held.id, cited_by_sheets, wanted_at=own.at)
        return _Shown(held.id, held.snapshot)
    cited = (*reading.assets, *_further(reading.assets, cited_by_sheets))
    known = number_assets(db, cited, wanted_at=own.at)
    row = {"fingerprint": fingerprint, "missing_assets": missing(cited, known), "unfound_assets": _unfound(reading)}
    if earlier is None:
        number = insert_row(db, snapshots, row | {"snapshot": own.name, "capture_id": own.number})
    else:
        number = earlier
        db.execute(update(snapshots).where(snapshots.c.id == number).values(**row))
        drop_links(db, number)
    insert_links(db, number, cited, known)
    search.index(db, search.SNAPSHOT, number, reading.article.title, reading.article.text)
    return _Shown(number, own.name, is_new=earlier is None)


def _further(cited: Sequence[AssetLink], more: Sequence[AssetLink]) -> list[AssetLink]:
    """Those of ``more`` that are not among the cited, each once."""
    known = {(link.key, link.url, link.role) for link in cited}
    return [link for link in dict.fromkeys(more) if (link.key, link.url, link.role) not in known]


def _be_sure_of_sheets(db: Connection, reading: Reading, by_sheets: CitedBySheets) -> None:
    """What a sheet cites is added to the snapshots that are there when it is kept, or comes with those that follow.

    A sheet that was kept while a snapshot was on its way is neither; left to be added later, what it cites would be
    lost with the process.
    """
    cited = {link.key for link in (*reading.assets, *by_sheets.links) if link.role is Role.STYLE}
    if came := held_sheets(db, cited - by_sheets.sheets):
        raise SheetsCame(sheets=sorted(came))


def _set_aside(db: Connection, number: int, snapshot: int) -> None:
    """Show a snapshot no more, until the new reading of its page says what it is."""
    query = select(readings.c.title, readings.c.text, snapshots.c.fingerprint).join_from(readings, snapshots)
    row = db.execute(query.where(readings.c.capture_id == number, readings.c.is_newest)).first()
    if row is not None and row.fingerprint is not None:
        search.forget(db, search.SNAPSHOT, snapshot, row.title, row.text)
    db.execute(update(snapshots).where(snapshots.c.id == snapshot).values(fingerprint=None))


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
    row = db.execute(_KNOWN, {"name": name}).first()
    if row is None:
        return None
    own = _Own(row.id, name, row.article_id, row.captured_at)
    shown = _Shown(row.snapshot_id, row.snapshot) if row.snapshot else None
    return _kept(db, own, shown, conflict=row.has_identity_conflict)


def _kept(db: Connection, own: _Own, shown: _Shown | None, *, conflict: bool) -> Kept:
    wanted, known = wanted_assets(db, shown.number, own.article, now=own.at) if shown else ((), 0)
    return Kept(
        capture=own.name,
        snapshot=shown.name if shown else None,
        is_new_snapshot=shown is not None and shown.is_new,
        identity_conflict=conflict,
        article=own.article,
        wanted=wanted,
        known=known,
    )


# ---- statements, each built once

_KNOWN = (
    select(
        captures.c.id,
        captures.c.captured_at,
        captures.c.has_identity_conflict,
        addresses.c.article_id,
        readings.c.snapshot_id,
        snapshots.c.snapshot,
    )
    .select_from(
        captures.join(addresses)
        .outerjoin(readings, and_(readings.c.capture_id == captures.c.id, readings.c.is_newest))
        .outerjoin(snapshots, snapshots.c.id == readings.c.snapshot_id)
    )
    .where(captures.c.capture == bindparam("name"))
)
_KEEP_CAPTURE = insert(captures).values(
    run_id=select(runs.c.id).where(runs.c.run == bindparam("of_run")).scalar_subquery()
)
_KEEP_READING = insert(readings)
# The oldest snapshot of an article with this content.
_SNAPSHOT_OF = (
    select(snapshots.c.id, snapshots.c.snapshot)
    .join_from(snapshots, captures)
    .join(addresses)
    .where(addresses.c.article_id == bindparam("article"), snapshots.c.fingerprint == bindparam("fingerprint"))
    .order_by(captures.c.captured_at)
    .limit(1)
)
