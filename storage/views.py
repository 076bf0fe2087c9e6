"""What the archive gives back of articles: captures, snapshots, assets, and where they are cited."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, select

from storage.addresses import address_record
from storage.documents import loads, revive
from storage.records import (
    ArticleView,
    AssetLink,
    CaptureView,
    CitedBy,
    Hop,
    Outcome,
    Reading,
    Rendition,
    Role,
    SnapshotAsset,
    SnapshotView,
    Standing,
)
from storage.rows import chunks
from storage.schema import address as addresses
from storage.schema import article as articles
from storage.schema import asset as assets
from storage.schema import blob as blobs
from storage.schema import capture as captures
from storage.schema import citation as citations
from storage.schema import digest
from storage.schema import reading as readings
from storage.schema import rendition as renditions
from storage.schema import snapshot as snapshots
from storage.schema import snapshot_asset as links
from storage.shown import (
    IS_SHOWN,
    POSITION,
    decisions_by_number,
    first,
    first_version,
    of_bulletin,
    shown_citations,
    shown_item,
)
from storage.tombstones import tombstone_of

ReadBody = Callable[[str], bytes]
"""From a blob's name to its bytes."""

_NEWEST = and_(readings.c.capture_id == captures.c.id, readings.c.is_newest)


def article_view(db: Connection, number: int) -> ArticleView:
    """An article with everything the archive knows of it."""
    row = db.execute(select(articles).where(articles.c.id == number)).one()
    spelled = select(addresses.c.cited_url, addresses.c.article_url).where(addresses.c.article_id == number)
    spellings = {url for one in db.execute(spelled.order_by(addresses.c.id)) for url in one}
    return ArticleView(
        article_url=row.article_url,
        aliases=tuple(sorted(spellings - {row.article_url})),
        standing=Standing(row.standing) if row.standing else None,
        last_told_at=row.last_told_at,
        next_visit_at=row.next_visit_at,
        snapshots=tuple(snapshots_of(db, number)),
        captures=tuple(reversed(captures_of(db, number, read_body=None))),
        cited_by=tuple(cited_by(db, number)),
        tombstone=tombstone_of(db, number) if row.withdrawn_at else None,
    )


def captures_of(db: Connection, number: int, *, read_body: ReadBody | None) -> list[CaptureView]:
    """An article's captures, oldest first; the bodies of their hops are left out unless ``read_body`` is given."""
    query = (
        select(captures, addresses, readings.c.outcome, readings.c.details, snapshots.c.snapshot)
        .select_from(captures.join(addresses).join(readings, _NEWEST).outerjoin(snapshots, _MADE_OR_CONFIRMED))
        .where(addresses.c.article_id == number)
        .order_by(captures.c.captured_at, captures.c.id)
    )
    return [_capture_view(row, read_body) for row in db.execute(query)]


def capture_named(db: Connection, name: str, *, read_body: ReadBody) -> CaptureView | None:
    """One capture by its public id, with the bodies of its hops."""
    query = select(captures, addresses, readings.c.outcome, readings.c.details, snapshots.c.snapshot).select_from(
        captures.join(addresses).join(readings, _NEWEST).outerjoin(snapshots, _MADE_OR_CONFIRMED)
    )
    row = db.execute(query.where(captures.c.capture == name)).first()
    return _capture_view(row, read_body) if row else None


_MADE_OR_CONFIRMED = snapshots.c.id == readings.c.snapshot_id


def snapshots_of(db: Connection, number: int) -> list[SnapshotView]:
    """An article's snapshots, oldest first, each content once."""
    views: dict[str, SnapshotView] = {}
    for row in db.execute(_snapshots().where(addresses.c.article_id == number)):
        views.setdefault(row.fingerprint, _snapshot_view(row))
    return list(views.values())


def snapshot_near(db: Connection, number: int, *, at: datetime | None, or_after: bool) -> SnapshotView | None:
    """The snapshot that the alive capture nearest to ``at`` made or confirmed."""
    seen = [(row.captured_at, row.snapshot_id) for row in db.execute(_alive_moments(), {"number": number})]
    if not seen:
        return None
    chosen = nearest(seen, at=at, or_after=or_after)
    return _snapshot_view(db.execute(_snapshots().where(snapshots.c.id == chosen)).one())


@cache
def _alive_moments() -> Any:
    """When the captures of the article ``number`` were made that found it alive, and the snapshots that they mean."""
    return (
        select(captures.c.captured_at, readings.c.snapshot_id)
        .select_from(
            captures.join(addresses).join(articles).join(readings, _NEWEST).join(snapshots, _MADE_OR_CONFIRMED)
        )
        .where(addresses.c.article_id == bindparam("number"))
        .where(snapshots.c.fingerprint.is_not(None), articles.c.withdrawn_at.is_(None))
        .order_by(captures.c.captured_at)
    )


def nearest(seen: Sequence[tuple[datetime, int]], *, at: datetime | None, or_after: bool) -> int:
    """Of (moment, snapshot), oldest first: the newest, the nearest, or the first from then on (else the nearest)."""
    if at is None:
        return seen[-1][1]
    after = [snapshot for moment, snapshot in seen if moment >= at]
    if or_after and after:
        return after[0]
    return min(seen, key=lambda one: abs(one[0] - at))[1]


def snapshots_by_number(db: Connection, numbers: Sequence[int]) -> dict[int, SnapshotView]:
    """Snapshots, by the numbers of their rows."""
    views: dict[int, SnapshotView] = {}
    for some in chunks(numbers):
        views |= {row.number: _snapshot_view(row) for row in db.execute(_snapshots().where(snapshots.c.id.in_(some)))}
    return views


def snapshot_assets(db: Connection, name: str) -> list[SnapshotAsset]:
    """Every asset that a snapshot cites, in order, with the best rendition held."""
    number = select(snapshots.c.id).where(snapshots.c.snapshot == name).scalar_subquery()
    query = select(links.c.url, links.c.role, links.c.asset_id, assets.c.key, assets.c.failure, assets.c.next_try_at)
    rows = db.execute(
        query.join_from(links, assets).where(links.c.snapshot_id == number).order_by(links.c.position)
    ).all()
    best = _best_renditions(db, [row.asset_id for row in rows])
    return [
        SnapshotAsset(
            link=AssetLink(url=row.url, role=Role(row.role), key=row.key),
            rendition=best.get(row.asset_id),
            failure=row.failure,
            next_try_at=row.next_try_at,
        )
        for row in rows
    ]


def reading_citing(db: Connection, key: str) -> Reading | None:
    """The newest reading of a page whose snapshot cites this asset."""
    query = (
        select(readings.c.details, readings.c.text)
        .select_from(links.join(assets).join(readings, readings.c.snapshot_id == links.c.snapshot_id))
        .join(captures, captures.c.id == readings.c.capture_id)
        .where(assets.c.key_sha256 == digest(key), readings.c.is_newest)
        .order_by(captures.c.captured_at.desc())
        .limit(1)
    )
    row = db.execute(query).first()
    return reading_record(row.details, row.text) if row else None


def renditions_of(db: Connection, key: str, *, read_body: ReadBody) -> list[Rendition]:
    """Every rendition held of an asset, the best first, with the bodies of their hops."""
    number = db.scalar(select(assets.c.id).where(assets.c.key_sha256 == digest(key)))
    return [rendition for _, rendition in _renditions(db, [number], read_body)] if number is not None else []


def cited_by(db: Connection, number: int) -> list[CitedBy]:
    """Where the newest versions of bulletins cite this article, newest first."""
    query = (
        select(
            first.c.bulletin,
            first_version.c.title,
            first_version.c.issuer,
            first_version.c.published_on,
            POSITION.label("position"),
            shown_item.c.title.label("item_title"),
            citations.c.cited_url,
            citations.c.decision_id,
        )
        .select_from(shown_citations().join(addresses, addresses.c.id == citations.c.address_id))
        .where(addresses.c.article_id == number, IS_SHOWN)
        .order_by(first_version.c.published_on.desc().nulls_last(), first_version.c.id.desc(), citations.c.position)
    )
    rows = db.execute(query).all()
    decided = decisions_by_number(db, [row.decision_id for row in rows])
    return [
        CitedBy(
            bulletin=row.bulletin,
            bulletin_title=row.title,
            issuer=row.issuer,
            published_on=row.published_on,
            item=row.position,
            item_title=row.item_title,
            cited_url=row.cited_url,
            decision=decided.get(row.decision_id),
        )
        for row in rows
    ]


def article_names(
    db: Connection, *, bulletin: str | None, cited_from: date | None, cited_to: date | None
) -> Iterator[str]:
    """Canonical names of all articles, or of those that the bulletins asked for cite, oldest first; none withdrawn."""
    shown = articles.c.merged_into.is_(None), articles.c.withdrawn_at.is_(None)
    query = select(articles.c.article_url).where(*shown).order_by(articles.c.id)
    asked = [
        of_bulletin(first.c.id, bulletin) if bulletin else None,
        first_version.c.published_on >= cited_from if cited_from else None,
        first_version.c.published_on <= cited_to if cited_to else None,
    ]
    conditions = [condition for condition in asked if condition is not None]
    if conditions:
        cited = select(addresses.c.article_id).select_from(
            shown_citations().join(addresses, addresses.c.id == citations.c.address_id)
        )
        query = query.where(articles.c.id.in_(cited.where(*conditions)))
    yield from db.scalars(query)


def _hops(document: str, read_body: ReadBody | None) -> tuple[Hop, ...]:
    """An exchange, with the bodies of the hops on its way if they are wanted."""
    hops = json.loads(document)
    bodies = [read_body(hop["body"]) if read_body and hop["body"] else None for hop in hops]
    return tuple(revive(Hop, hop | {"body": body}) for hop, body in zip(hops, bodies, strict=True))


@cache
def _snapshots() -> Any:
    """Snapshots that are shown, with all that their views need, oldest first."""
    own = and_(readings.c.capture_id == captures.c.id, readings.c.is_newest)
    return (
        select(
            snapshots.c.id.label("number"),
            snapshots.c.snapshot,
            snapshots.c.fingerprint,
            snapshots.c.missing_assets,
            snapshots.c.unfound_assets,
            captures.c.captured_at,
            captures.c.page_sha256,
            captures.c.final_url,
            addresses.c.fetch_url,
            articles.c.article_url,
            readings.c.title,
            readings.c.details,
            readings.c.text,
        )
        .select_from(
            snapshots.join(captures, captures.c.id == snapshots.c.capture_id)
            .join(addresses, addresses.c.id == captures.c.address_id)
            .join(articles, articles.c.id == addresses.c.article_id)
            .join(readings, own)
        )
        .where(snapshots.c.fingerprint.is_not(None), articles.c.withdrawn_at.is_(None))
        .order_by(captures.c.captured_at, snapshots.c.id)
    )


def _snapshot_view(row: Row[Any]) -> SnapshotView:
    return SnapshotView(
        snapshot=row.snapshot,
        article_url=row.article_url,
        captured_at=row.captured_at,
        title=row.title,
        is_complete=row.missing_assets == 0 and row.unfound_assets == 0,
        missing_assets=row.missing_assets,
        reading=reading_record(row.details, row.text),
        page_sha256=row.page_sha256,
        fetch_url=row.fetch_url,
        final_url=row.final_url,
    )


def reading_record(details: str, text: str | None) -> Reading:
    """A reading, from the two columns that hold it."""
    reading = loads(Reading, details)
    return replace(reading, article=replace(reading.article, text=text or "")) if reading.article else reading


def _capture_view(row: Row[Any], read_body: ReadBody | None) -> CaptureView:
    return CaptureView(
        capture=row.capture,
        address=address_record(row),
        captured_at=row.captured_at,
        outcome=Outcome(row.outcome),
        evidence=loads(Reading, row.details).evidence,
        hops=_hops(row.hops, read_body),
        final_url=row.final_url,
        page_sha256=row.page_sha256,
        page_size=row.page_size,
        snapshot=row.snapshot,
        identity_conflict=row.has_identity_conflict,
    )


def _best_renditions(db: Connection, numbers: Sequence[int]) -> Mapping[int, Rendition]:
    best: dict[int, Rendition] = {}
    for number, rendition in _renditions(db, numbers, None):
        best.setdefault(number, rendition)
    return best


def _renditions(db: Connection, numbers: Sequence[int], read_body: ReadBody | None) -> Iterator[tuple[int, Rendition]]:
    """Renditions of these assets, the best first: the original as it first came, then the largest."""
    scaled_size = case((renditions.c.is_original, 0), else_=blobs.c.size)
    for some in chunks(set(numbers)):
        query = (
            select(renditions, blobs.c.size, assets.c.key)
            .select_from(renditions.join(blobs).join(assets))
            .where(renditions.c.asset_id.in_(some))
            .order_by(renditions.c.is_original.desc(), scaled_size.desc(), renditions.c.captured_at)
        )
        for row in db.execute(query):
            yield (
                row.asset_id,
                Rendition(
                    key=row.key,
                    sha256=row.sha256,
                    size=row.size,
                    media_type=row.media_type,
                    is_original=row.is_original,
                    url=row.url,
                    captured_at=row.captured_at,
                    hops=_hops(row.hops, read_body),
                ),
            )
