"""What the archive gives back of bulletins: lists, and one bulletin with the state of every citation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from storage.addresses import address_record
from storage.errors import NotInArchive
from storage.family import forms_of, outdated_forms
from storage.records import (
    Bulletin,
    BulletinForm,
    BulletinSummary,
    BulletinView,
    Citation,
    CitationView,
    Decision,
    DecisionKind,
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
from storage.schema import bulletin_merge as merges
from storage.schema import bulletin_version as versions
from storage.schema import capture as captures
from storage.schema import citation as citations
from storage.schema import item as items
from storage.schema import reading as readings
from storage.schema import snapshot as snapshots
from storage.shown import IS_SHOWN, ITEM, decisions_by_number
from storage.views import nearest, snapshots_by_number

BEIJING = timezone(timedelta(hours=8))
"""The zone of the days that bulletins carry."""


def bulletin_summaries(db: Connection, *, limit: int, offset: int) -> list[BulletinSummary]:
    """Kept bulletins in their newest versions, newest first, each once whatever its forms."""
    query = (
        select(bulletins.c.id.label("first_id"), bulletins.c.bulletin, versions)
        .join_from(bulletins, versions, versions.c.id == bulletins.c.newest_version_id)
        .where(bulletins.c.form_of_id.is_(None))
        .order_by(versions.c.published_on.desc().nulls_last(), versions.c.kept_at.desc(), versions.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = db.execute(query).all()
    forms = _newest_of_forms(db, [row.first_id for row in rows])
    standings = _standings(db, forms)
    listed = _counts(db, items.c.version_id, items.c.same_as_id.is_(None), forms)
    cited = _counts(db, citations.c.version_id, IS_SHOWN, forms)
    counted = Counter(forms.values())
    return [
        BulletinSummary(
            bulletin=row.bulletin,
            title=row.title,
            issuer=row.issuer,
            issue=row.issue,
            published_on=row.published_on,
            file=row.file,
            kept_at=row.kept_at,
            items=listed[row.first_id],
            citations=cited[row.first_id],
            standings=standings.get(row.first_id, {}),
            forms=counted[row.first_id],
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
    """A kept bulletin in its newest version, with what its other forms say more. Raises NotInArchive."""
    number = db.scalar(select(bulletins.c.id).where(bulletins.c.bulletin == name))
    if number is None:
        raise NotInArchive(subject=name)
    forms = forms_of(db, number)
    outdated = outdated_forms(db, forms)
    rows = _forms(db, forms)
    cited = _citation_views(db, rows)
    kept = db.execute(
        select(items).where(items.c.version_id.in_([row.id for row in rows]), items.c.same_as_id.is_(None))
    ).all()
    in_order = sorted(kept, key=lambda one: one.shown_position or one.position)
    item_views = tuple(_item_view(one, cited.get(one.id, ())) for one in in_order)
    unplaced = tuple(cited.get(None, ()))
    head = next(row for row in rows if row.number not in outdated)
    return BulletinView(
        bulletin=rows[0].bulletin,
        version=head.version,
        record=_record(head, item_views, unplaced),
        kept_at=head.kept_at,
        source=head.source,
        source_url=head.source_url,
        items=item_views,
        unplaced=unplaced,
        forms=tuple(_form(row) for row in rows),
    )


def _forms(db: Connection, numbers: Sequence[int]) -> list[Any]:
    """The forms of a bulletin in their newest versions, the one that stands for all first."""
    why = and_(merges.c.merged_id == bulletins.c.id, merges.c.undone_at.is_(None))
    query = (
        select(
            bulletins.c.id.label("number"),
            bulletins.c.bulletin,
            bulletins.c.source,
            bulletins.c.source_url,
            merges.c.evidence,
            versions,
        )
        .select_from(bulletins.join(versions, versions.c.id == bulletins.c.newest_version_id).outerjoin(merges, why))
        .where(bulletins.c.id.in_(numbers))
    )
    return sorted(db.execute(query).all(), key=lambda row: numbers.index(row.number))


def _form(row: Any) -> BulletinForm:
    names = ("bulletin", "file", "sha256", "media_type", "version", "kept_at", "source", "source_url", "evidence")
    return BulletinForm(**{name: getattr(row, name) for name in names})


def _record(row: Row[Any], item_views: Sequence[ItemView], unplaced: Sequence[CitationView]) -> Bulletin:
    own = tuple(view.item for view in item_views)
    return version_record(row, own, tuple(view.citation for view in unplaced))


def version_record(row: Any, own: tuple[Item, ...], unplaced: tuple[Citation, ...]) -> Bulletin:
    """The Bulletin of a version's row, with these items and citations."""
    return Bulletin(
        file=row.file,
        sha256=row.sha256,
        media_type=row.media_type,
        title=row.title,
        issuer=row.issuer,
        issue=row.issue,
        published_on=row.published_on,
        items=own,
        unplaced=unplaced,
        other_links=row.other_links,
        warnings=tuple(json.loads(row.warnings)),
        reader_version=row.reader_version,
    )


def _item_view(row: Row[Any], cited: Sequence[CitationView]) -> ItemView:
    position = row.shown_position or row.position
    return ItemView(item=item_record(row, position, [view.citation for view in cited]), citations=tuple(cited))


def item_record(row: Any, position: int, cited: Sequence[Citation]) -> Item:
    """The Item of a row, at this position."""
    return Item(
        position=position,
        section=row.section,
        title=row.title,
        text=row.text,
        credit=row.credit,
        page=row.page,
        citations=tuple(cited),
    )


def _citation_views(db: Connection, forms: Sequence[Any]) -> Mapping[int | None, list[CitationView]]:
    """The citations of a bulletin's forms with the state of what they cite, by the number of their item."""
    query = (
        select(
            *(column for column in citations.c if column.name not in ("id", "cited_url", "item_id")),
            ITEM.label("item_id"),
            citations.c.cited_url.label("printed"),
            *(column for column in addresses.c if column.name != "id"),
            articles.c.id.label("article"),
            articles.c.standing,
            articles.c.withdrawn_at,
        )
        .select_from(citations.outerjoin(addresses).outerjoin(articles, articles.c.id == addresses.c.article_id))
        .where(citations.c.version_id.in_([form.id for form in forms]), IS_SHOWN)
    )
    order = {form.id: rank for rank, form in enumerate(forms)}
    rows: Sequence[Any] = sorted(db.execute(query), key=lambda row: (order[row.version_id], row.position))
    day = forms[0].published_on
    at = datetime.combine(day, time(), tzinfo=BEIJING) if day else forms[0].kept_at
    led_to = _led_to(db, {row.article for row in rows if row.article is not None}, at)
    decided = decisions_by_number(db, [row.decision_id for row in rows])
    views: dict[int | None, list[CitationView]] = {}
    for row in rows:
        standing = Standing(row.standing) if row.standing else None
        then, now = led_to.get(row.article, (None, None))
        view = CitationView(
            citation=citation_record(row, decided.get(row.decision_id)),
            standing=standing,
            snapshot=then,
            is_withdrawn=row.withdrawn_at is not None,
            changed_to=now,
            decision=decided.get(row.decision_id),
        )
        views.setdefault(row.item_id, []).append(view)
    return views


def citation_record(row: Any, decision: Decision | None) -> Citation:
    """The Citation of a row with its address, as it was read or as a person placed it."""
    placed_by = PlacedBy(row.placed_by) if row.placed_by else None
    is_placed = decision is not None and decision.kind is DecisionKind.PLACE
    return Citation(
        position=row.position,
        cited_url=row.printed,
        address=address_record(row) if row.address_id is not None else None,
        anchor_text=row.anchor_text,
        page=row.page,
        placed_by=PlacedBy.PERSON if is_placed else placed_by,
        confidence=1.0 if is_placed else row.confidence,
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


def _newest_of_forms(db: Connection, numbers: Sequence[int]) -> dict[int, int]:
    """The newest versions of these bulletins' forms, each with the bulletin that it is a form of."""
    found: dict[int, int] = {}
    for some in chunks(numbers):
        query = select(bulletins.c.newest_version_id, func.coalesce(bulletins.c.form_of_id, bulletins.c.id))
        of_them = or_(bulletins.c.id.in_(some), bulletins.c.form_of_id.in_(some))
        found |= {row[0]: row[1] for row in db.execute(query.where(of_them))}
    return found


def _standings(db: Connection, forms: Mapping[int, int]) -> dict[int, Mapping[Standing | None, int]]:
    """How many articles of each standing bulletins cite in these versions."""
    seen: set[tuple[int, int, str | None]] = set()
    for some in chunks(forms):
        query = (
            select(citations.c.version_id, articles.c.id, articles.c.standing)
            .select_from(citations.join(addresses).join(articles))
            .where(citations.c.version_id.in_(some), IS_SHOWN)
            .distinct()
        )
        seen |= {(forms[row[0]], row[1], row[2]) for row in db.execute(query)}
    counts: dict[int, Counter[Standing | None]] = {}
    for bulletin, _, standing in sorted(seen, key=lambda one: (one[0], one[2] or "")):
        counts.setdefault(bulletin, Counter())[Standing(standing) if standing else None] += 1
    return {bulletin: dict(counter) for bulletin, counter in counts.items()}


def _counts(db: Connection, version: Any, condition: Any, forms: Mapping[int, int]) -> Counter[int]:
    """How many rows of a table there are in these versions, by bulletin."""
    counts: Counter[int] = Counter()
    for some in chunks(forms):
        query = select(version, func.count()).where(version.in_(some), condition).group_by(version)
        for number, count in db.execute(query):
            counts[forms[number]] += count
    return counts
