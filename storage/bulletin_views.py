"""What the archive gives back of bulletins: lists, and one bulletin with the state of every citation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, Row, func, select

from storage.addresses import address_record
from storage.errors import NotInArchive
from storage.records import (
    Bulletin,
    BulletinSummary,
    BulletinView,
    Citation,
    CitationView,
    Item,
    ItemView,
    PlacedBy,
    SnapshotView,
    Standing,
)
from storage.rows import chunks
from storage.schema import address as addresses
from storage.schema import article as articles
from storage.schema import bulletin as bulletins
from storage.schema import bulletin_version as versions
from storage.schema import capture as captures
from storage.schema import citation as citations
from storage.schema import item as items
from storage.schema import reading as readings
from storage.schema import snapshot as snapshots
from storage.views import nearest, snapshots_by_number

BEIJING = timezone(timedelta(hours=8))
"""The zone of the days that bulletins carry."""


def bulletin_summaries(db: Connection, *, limit: int, offset: int) -> list[BulletinSummary]:
    """Kept bulletins in their newest versions, newest first."""
    counted = select(func.count()).where(items.c.version_id == versions.c.id).scalar_subquery()
    query = (
        select(bulletins.c.bulletin, versions, counted.label("items"))
        .join_from(bulletins, versions, versions.c.id == bulletins.c.newest_version_id)
        .order_by(versions.c.published_on.desc().nulls_last(), versions.c.kept_at.desc(), versions.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = db.execute(query).all()
    standings = _standings(db, [row.id for row in rows])
    cited = _citation_counts(db, [row.id for row in rows])
    return [
        BulletinSummary(
            bulletin=row.bulletin,
            title=row.title,
            issuer=row.issuer,
            issue=row.issue,
            published_on=row.published_on,
            file=row.file,
            kept_at=row.kept_at,
            items=row.items,
            citations=cited.get(row.id, 0),
            standings=standings.get(row.id, {}),
        )
        for row in rows
    ]


def published_on(db: Connection, sha256: str) -> date | None:
    """The day that stands in a version with these bytes; where several differ, the one kept last."""
    days = select(versions.c.published_on).where(versions.c.sha256 == sha256, versions.c.published_on.is_not(None))
    return db.scalar(days.order_by(versions.c.kept_at.desc(), versions.c.id.desc()).limit(1))


def bulletin_of(db: Connection, sha256: str) -> str | None:
    """The public id of the bulletin that has, or once had, these very bytes; where several do, the one kept last."""
    query = select(bulletins.c.bulletin).join_from(bulletins, versions, versions.c.bulletin_id == bulletins.c.id)
    return db.scalar(query.where(versions.c.sha256 == sha256).order_by(versions.c.id.desc()).limit(1))


def bulletin_view(db: Connection, name: str) -> BulletinView:
    """A kept bulletin in its newest version. Raises NotInArchive."""
    row = db.execute(
        select(bulletins.c.bulletin, bulletins.c.source, bulletins.c.source_url, versions)
        .join_from(bulletins, versions, versions.c.id == bulletins.c.newest_version_id)
        .where(bulletins.c.bulletin == name)
    ).first()
    if row is None:
        raise NotInArchive(subject=name)
    cited = _citation_views(db, row)
    kept = db.execute(select(items).where(items.c.version_id == row.id).order_by(items.c.position)).all()
    item_views = tuple(_item_view(one, cited.get(one.id, ())) for one in kept)
    unplaced = tuple(cited.get(None, ()))
    return BulletinView(
        bulletin=row.bulletin,
        version=row.version,
        record=_record(row, item_views, unplaced),
        kept_at=row.kept_at,
        source=row.source,
        source_url=row.source_url,
        items=item_views,
        unplaced=unplaced,
    )


def _record(row: Row[Any], item_views: Sequence[ItemView], unplaced: Sequence[CitationView]) -> Bulletin:
    return Bulletin(
        file=row.file,
        sha256=row.sha256,
        media_type=row.media_type,
        title=row.title,
        issuer=row.issuer,
        issue=row.issue,
        published_on=row.published_on,
        items=tuple(view.item for view in item_views),
        unplaced=tuple(view.citation for view in unplaced),
        other_links=row.other_links,
        warnings=tuple(json.loads(row.warnings)),
    )


def _item_view(row: Row[Any], cited: Sequence[CitationView]) -> ItemView:
    item = Item(
        position=row.position,
        section=row.section,
        title=row.title,
        text=row.text,
        credit=row.credit,
        page=row.page,
        citations=tuple(view.citation for view in cited),
    )
    return ItemView(item=item, citations=tuple(cited))


def _citation_views(db: Connection, version: Row[Any]) -> Mapping[int | None, list[CitationView]]:
    """The citations of a version with the state of what they cite, by the number of their item."""
    query = (
        select(
            *(column for column in citations.c if column.name not in ("id", "cited_url")),
            citations.c.cited_url.label("printed"),
            *(column for column in addresses.c if column.name != "id"),
            articles.c.id.label("article"),
            articles.c.standing,
            articles.c.withdrawn_at,
        )
        .select_from(citations.outerjoin(addresses).outerjoin(articles, articles.c.id == addresses.c.article_id))
        .where(citations.c.version_id == version.id)
        .order_by(citations.c.position)
    )
    rows: Sequence[Any] = db.execute(query).all()
    day = version.published_on
    at = datetime.combine(day, time(), tzinfo=BEIJING) if day else version.kept_at
    led_to = _led_to(db, {row.article for row in rows if row.article is not None}, at)
    views: dict[int | None, list[CitationView]] = {}
    for row in rows:
        standing = Standing(row.standing) if row.standing else None
        then, now = led_to.get(row.article, (None, None))
        view = CitationView(
            citation=_citation(row),
            standing=standing,
            snapshot=then,
            is_withdrawn=row.withdrawn_at is not None,
            changed_to=now,
        )
        views.setdefault(row.item_id, []).append(view)
    return views


def _citation(row: Row[Any]) -> Citation:
    return Citation(
        position=row.position,
        cited_url=row.printed,
        address=address_record(row) if row.address_id is not None else None,
        anchor_text=row.anchor_text,
        page=row.page,
        placed_by=PlacedBy(row.placed_by) if row.placed_by else None,
        confidence=row.confidence,
        repair=row.repair,
        problem=row.problem,
    )


def _led_to(db: Connection, wanted: set[int], at: datetime) -> dict[int, tuple[SnapshotView, SnapshotView | None]]:
    """For each article the snapshot that a reader is led to: the first from the bulletin's day on, else the nearest;
    and the one that the newest visit saw, where its content is another.
    """
    seen: dict[int, list[tuple[datetime, int]]] = {}
    for some in chunks(wanted):
        query = (
            select(addresses.c.article_id, captures.c.captured_at, readings.c.snapshot_id)
            .select_from(
                captures.join(addresses)
                .join(readings, readings.c.capture_id == captures.c.id)
                .join(snapshots, snapshots.c.id == readings.c.snapshot_id)
            )
            .where(addresses.c.article_id.in_(some), readings.c.is_newest, snapshots.c.fingerprint.is_not(None))
            .order_by(captures.c.captured_at)
        )
        for row in db.execute(query):
            seen.setdefault(row.article_id, []).append((row.captured_at, row.snapshot_id))
    chosen = {article: nearest(moments, at=at, or_after=True) for article, moments in seen.items()}
    newest = {article: moments[-1][1] for article, moments in seen.items()}
    views = snapshots_by_number(db, list({*chosen.values(), *newest.values()}))
    return {
        article: (views[number], _other(views[number], views.get(newest[article])))
        for article, number in chosen.items()
        if number in views
    }


def _other(cited: SnapshotView, newest: SnapshotView | None) -> SnapshotView | None:
    """The newest snapshot, where an author changed the article since; merged articles may hold one content twice."""
    return newest if newest and newest.reading.fingerprint != cited.reading.fingerprint else None


def _standings(db: Connection, numbers: Sequence[int]) -> dict[int, Mapping[Standing | None, int]]:
    """How many articles of each standing these versions cite."""
    counts: dict[int, Counter[Standing | None]] = {}
    for some in chunks(numbers):
        query = (
            select(citations.c.version_id, articles.c.standing, func.count(articles.c.id.distinct()))
            .select_from(citations.join(addresses).join(articles))
            .where(citations.c.version_id.in_(some))
            .group_by(citations.c.version_id, articles.c.standing)
        )
        for number, standing, count in db.execute(query):
            counts.setdefault(number, Counter())[Standing(standing) if standing else None] += count
    return {number: dict(counter) for number, counter in counts.items()}


def _citation_counts(db: Connection, numbers: Sequence[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for some in chunks(numbers):
        query = select(citations.c.version_id, func.count()).where(citations.c.version_id.in_(some))
        counts |= {row[0]: row[1] for row in db.execute(query.group_by(citations.c.version_id))}
    return counts
