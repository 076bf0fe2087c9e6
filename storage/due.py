"""What is due, in which order, and who is on the way.

What is due is in the database, never in a crawler's queue: an article by ``next_visit_at``, an asset by
``next_try_at``. A visit is claimed for a time; a crawler that dies gives its articles back by that time running out.
Withdrawn articles and those that were merged into another are never due.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, case, exists, func, or_, select, update

from storage.addresses import fetchable_addresses
from storage.records import AssetTask, DueFor, Outcome, Role, Standing, Told, Visit
from storage.rows import chunks
from storage.schema import address as addresses
from storage.schema import article as articles
from storage.schema import asset as assets
from storage.schema import blob as blobs
from storage.schema import capture as captures
from storage.schema import reading as readings
from storage.schema import rendition as renditions
from storage.schema import snapshot as snapshots
from storage.schema import snapshot_asset as links

RANKS = (DueFor.FIRST, DueFor.LATER, DueFor.ASSETS, DueFor.REVISIT)
"""The order of visits. An article's row holds FIRST, LATER or REVISIT; ASSETS follows from its newest snapshot."""

FIRST, LATER, ASSETS, REVISIT = range(4)

# Visits that ended at the gate: the article itself was never seen.
REFUSED = frozenset({Outcome.CAPTCHA, Outcome.RATE_LIMITED, Outcome.UNREACHABLE, Outcome.ROBOTS_EXCLUDED})
URGENT_STEP = timedelta(days=1)


def due_articles(db: Connection, now: datetime, *, only_urgent: bool) -> list[int]:
    """Articles to visit: never captured (newest bulletin first), later, missing assets, revisits by age."""
    wanted = _is_due(now)
    if only_urgent:
        wanted = and_(wanted, articles.c.is_urgent)
    is_first = articles.c.rank == FIRST
    order = (
        _rank(),
        case((is_first, articles.c.newest_cited_on)).desc().nulls_last(),
        articles.c.next_visit_at,
        articles.c.id,
    )
    query = select(articles.c.id).select_from(_with_snapshot()).where(wanted).order_by(*order)
    return [int(number) for number in db.scalars(query)]


def count_due(db: Connection, now: datetime) -> int:
    """How many articles are due."""
    return int(db.scalar(select(func.count()).select_from(articles).where(_is_due(now))) or 0)


def claim(db: Connection, some: Iterable[int], *, owner: str, now: datetime, until: datetime) -> list[Visit]:
    """Take articles for visits, but those that are no longer due, or that another is on the way to."""
    visits: list[Visit] = []
    for numbers in chunks(some):
        free = {row.id: row for row in db.execute(_FREE, {"articles": numbers, "by": owner, "now": now})}
        leading = fetchable_addresses(db, free)
        if leading:
            db.execute(_CLAIM, {"articles": list(leading), "by": owner, "until": until})
        visits += [
            Visit(
                article=number,
                address=leading[number],
                due_for=RANKS[free[number].rank],
                due_at=free[number].next_visit_at,
            )
            for number in numbers
            if number in leading
        ]
    return visits


def release(db: Connection, article: int, *, owner: str) -> None:
    """Give an article back, if this owner is on the way to it."""
    held = and_(articles.c.id == article, articles.c.owner == owner)
    db.execute(update(articles).where(held).values(owner=None, lease_until=None))


def note_citing(
    db: Connection, cited: Iterable[int], *, published_on: Any, fresh: Iterable[int], now: datetime
) -> None:
    """Remember the newest bulletin that cites these articles.

    ``fresh`` were just given a further spelling: where the ones before led nowhere, there is a new way to try at once.
    """
    newest = articles.c.newest_cited_on
    for some in chunks(cited):
        newer = and_(articles.c.id.in_(some), or_(newest.is_(None), newest < published_on))
        db.execute(update(articles).where(newer).values(newest_cited_on=published_on))
    lost = or_(articles.c.standing.is_(None), articles.c.standing.not_in((Standing.ALIVE, Standing.MOVED)))
    for some in chunks(fresh):
        stuck = and_(articles.c.id.in_(some), articles.c.next_visit_at.is_(None), lost)
        db.execute(update(articles).where(stuck).values(next_visit_at=now, is_urgent=True))


def excluded(db: Connection) -> dict[int, str]:
    """Articles that robots.txt shut out the last time, with the addresses they would be fetched by."""
    query = (
        select(addresses.c.article_id)
        .distinct()
        .select_from(captures.join(addresses).join(articles).join(readings, readings.c.capture_id == captures.c.id))
        .where(readings.c.outcome == Outcome.ROBOTS_EXCLUDED, readings.c.is_newest)
        .where(articles.c.withdrawn_at.is_(None), articles.c.next_visit_at.is_(None))
    )
    candidates = [int(number) for number in db.scalars(query)]
    shut_out = [number for number in candidates if told(db, number)[-1].outcome is Outcome.ROBOTS_EXCLUDED]
    leading = fetchable_addresses(db, shut_out)
    return {number: leading[number].fetch_url for number in shut_out if number in leading}


def visit_again(db: Connection, some: Iterable[int], *, now: datetime) -> None:
    """Make articles due that nothing else would make due again."""
    for numbers in chunks(some):
        waiting = and_(articles.c.id.in_(numbers), articles.c.next_visit_at.is_(None))
        db.execute(update(articles).where(waiting).values(next_visit_at=now, is_urgent=True))


def told(db: Connection, article: int) -> list[Told]:
    """An article's captures as they are read today, oldest first."""
    rows = db.execute(_TOLD, {"article": article})
    return [Told(captured_at=row.captured_at, outcome=Outcome(row.outcome)) for row in rows]


def refresh(db: Connection, article: int, history: Sequence[Told], *, next_visit_at: datetime | None) -> None:
    """Write down what an article's captures amount to, and when it is visited next."""
    db.execute(_REFRESH, {"article": article, **_amounts_to(history, next_visit_at)})


def visited(db: Connection, article: int, history: Sequence[Told], *, next_visit_at: datetime | None) -> None:
    """The same after a visit, which gives the article back, whoever was on the way to it."""
    db.execute(_VISITED, {"article": article, **_amounts_to(history, next_visit_at)})


def planned(db: Connection, article: int) -> datetime | None:
    """When an article is visited next."""
    return db.scalar(select(articles.c.next_visit_at).where(articles.c.id == article))


def due_assets(db: Connection, now: datetime, *, limit: int) -> list[AssetTask]:
    """Assets whose next try has come, what is not held at all first, of articles that are not known to be gone."""
    standing = articles.c.standing
    living = and_(articles.c.withdrawn_at.is_(None), or_(standing.is_(None), standing != Standing.GONE))
    # Any one of the articles will do: an account's avatar may stand in thousands.
    citing = (
        select(articles.c.id)
        .select_from(links.join(snapshots).join(captures).join(addresses).join(articles))
        .where(links.c.asset_id == assets.c.id, living)
        .limit(1)
        .scalar_subquery()
    )
    role = select(links.c.role).where(links.c.asset_id == assets.c.id).limit(1).scalar_subquery()
    query = (
        select(assets, citing.label("article_id"), role.label("role"))
        .where(assets.c.next_try_at <= now, citing.is_not(None))
        .order_by(assets.c.is_held, assets.c.next_try_at, assets.c.id)
        .limit(limit)
    )
    return asset_tasks(db, [(row, row.article_id) for row in db.execute(query)])


def asset_tasks(db: Connection, rows: Sequence[tuple[Row[Any], int]]) -> list[AssetTask]:
    """Tasks for rows of ``asset`` with a ``role``, each for an article."""
    scaled: dict[int, str] = {}
    for some in chunks(row.id for row, _ in rows if row.is_held):
        scaled |= {row.asset_id: row.sha256 for row in db.execute(_largest().where(renditions.c.asset_id.in_(some)))}
    return [
        AssetTask(
            key=row.key,
            url=row.url,
            role=Role(row.role),
            article=article,
            held_sha256=scaled.get(row.id),
            attempts=row.attempts,
        )
        for row, article in rows
    ]


def _is_due(now: Any) -> ColumnElement[bool]:
    return and_(
        articles.c.next_visit_at <= now,
        articles.c.merged_into.is_(None),
        articles.c.withdrawn_at.is_(None),
        exists().where(addresses.c.article_id == articles.c.id, ~addresses.c.is_name),
    )


def _with_snapshot() -> Any:
    return articles.outerjoin(snapshots, snapshots.c.id == articles.c.newest_snapshot_id)


def _rank() -> ColumnElement[int]:
    lacks_assets = and_(articles.c.rank == REVISIT, snapshots.c.missing_assets > 0)
    return case((lacks_assets, ASSETS), else_=articles.c.rank)


def _rank_of(history: Sequence[Told]) -> int:
    if all(capture.outcome in REFUSED for capture in history):
        return FIRST
    return LATER if history[-1].outcome.standing in (Standing.LATER, Standing.UNKNOWN) else REVISIT


def _amounts_to(history: Sequence[Told], next_visit_at: datetime | None) -> dict[str, Any]:
    """The columns of an article that follow from its captures and its next visit."""
    last = history[-1].captured_at if history else None
    step = next_visit_at - last if next_visit_at and last else timedelta(0)
    due = {"next_visit_at": next_visit_at, "rank": _rank_of(history), "is_urgent": step < URGENT_STEP}
    return due | _standing(history)


def _standing(history: Sequence[Told]) -> dict[str, Any]:
    """Design, section 3.5: the newest capture that is alive, gone or moved; only if there is none, the newest."""
    telling = [capture for capture in history if capture.outcome.is_telling]
    alive = [capture.captured_at for capture in history if capture.outcome is Outcome.ALIVE]
    last = next(reversed(telling or history), None)
    return {
        "standing": last.outcome.standing if last else None,
        "last_told_at": telling[-1].captured_at if telling else None,
        "first_alive_at": min(alive, default=None),
    }


def _largest() -> Any:
    """Renditions held, the largest last, so that it is the one that stays."""
    table = renditions.join(blobs, blobs.c.sha256 == renditions.c.sha256)
    return select(renditions.c.asset_id, renditions.c.sha256).select_from(table).order_by(blobs.c.size)


# ---- statements, each built once

_FREE = (
    select(articles.c.id, articles.c.next_visit_at, _rank().label("rank"))
    .select_from(_with_snapshot())
    .where(
        articles.c.id.in_(bindparam("articles", expanding=True)),
        _is_due(bindparam("now")),
        or_(
            articles.c.owner.is_(None), articles.c.owner == bindparam("by"), articles.c.lease_until <= bindparam("now")
        ),
    )
)
_CLAIM = (
    update(articles)
    .where(articles.c.id.in_(bindparam("articles", expanding=True)))
    .values(owner=bindparam("by"), lease_until=bindparam("until"))
)
_NEWEST_READINGS = captures.join(addresses).join(
    readings, and_(readings.c.capture_id == captures.c.id, readings.c.is_newest)
)
_TOLD = (
    select(captures.c.captured_at, readings.c.outcome)
    .select_from(_NEWEST_READINGS)
    .where(addresses.c.article_id == bindparam("article"))
    .order_by(captures.c.captured_at, captures.c.id)
)
# The snapshot that the article's newest alive capture made or confirmed.
_NEWEST_SNAPSHOT = (
    select(readings.c.snapshot_id)
    .select_from(_NEWEST_READINGS)
    .where(addresses.c.article_id == articles.c.id, readings.c.snapshot_id.is_not(None))
    .order_by(captures.c.captured_at.desc())
    .limit(1)
    .scalar_subquery()
)
# Sets the columns of _amounts_to too, which are given with the article.
_REFRESH = update(articles).where(articles.c.id == bindparam("article")).values(newest_snapshot_id=_NEWEST_SNAPSHOT)
_VISITED = _REFRESH.values(owner=None, lease_until=None)
