"""Runs of the jobs, and the ways out that they share.

A planned run belongs to whoever writes its row first: that is what keeps two schedulers from making it twice. A way out
is one row that everybody who leaves by it reserves the next moment from.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from storage.documents import dumps, loads
from storage.errors import NotInArchive
from storage.records import Run, RunSummary, WayOut
from storage.rows import insert_missing, replace_row
from storage.schema import run as runs
from storage.schema import way_out as ways


def begin_run(db: Connection, job: str, *, planned_at: datetime | None, now: datetime) -> str | None:
    """Begin a run; None when this planned run was begun already."""
    if planned_at is not None and db.scalar(
        select(runs.c.id).where(runs.c.job == job, runs.c.planned_at == planned_at)
    ):
        return None
    name = _free_name(db, f"{job}-{(planned_at or now):%Y%m%dT%H%M%S}")
    db.execute(insert(runs).values(run=name, job=job, planned_at=planned_at, started_at=now))
    return name


def keep_summary(db: Connection, run: str, summary: RunSummary, *, ended_at: datetime | None) -> None:
    """Record how far a run has come, or how it ended. Raises NotInArchive."""
    values = {"summary": dumps(summary)} | ({"ended_at": ended_at} if ended_at else {})
    if db.execute(update(runs).where(runs.c.run == run).values(**values)).rowcount == 0:
        raise NotInArchive(subject=run)


def latest_runs(db: Connection, *, job: str | None, limit: int) -> list[Run]:
    """The latest runs, newest first."""
    query = select(runs).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(limit)
    return [_run(row) for row in db.execute(query.where(runs.c.job == job) if job else query)]


LONGEST_QUEUE = timedelta(hours=1)
"""How far ahead slots are reserved, where pauses are not longer still."""


def reserve_slot(db: Connection, name: str, *, interval_seconds: float, now: datetime) -> float:
    """Reserve the next moment at which this way out may be used; seconds to wait until then.

    A slot further ahead than any queue reaches was reserved by a clock that ran ahead, and counts no more.
    """
    insert_missing(db, ways, [{"name": name, "refusals": 0}], unique=["name"])
    interval = timedelta(seconds=interval_seconds)
    slot: datetime = max(db.scalar(select(ways.c.next_slot_at).where(ways.c.name == name)) or now, now)
    if slot > now + max(LONGEST_QUEUE, 10 * interval):
        slot = now
    following = slot + interval
    db.execute(update(ways).where(ways.c.name == name).values(next_slot_at=following))
    return (slot - now).total_seconds()


def way_out(db: Connection, name: str) -> WayOut:
    """The state of a way out; one never used is open."""
    row = db.execute(select(ways).where(ways.c.name == name)).first()
    return WayOut(name=name, refusals=row.refusals, paused_until=row.paused_until) if row else WayOut(name=name)


def keep_way_out(db: Connection, state: WayOut) -> None:
    """Record a way out's refusals and pause."""
    row = {"name": state.name, "refusals": state.refusals, "paused_until": state.paused_until}
    replace_row(db, ways, row, unique=["name"])


def _free_name(db: Connection, name: str) -> str:
    """The name, or the first with a number behind it that no run has: several may begin within one second."""
    taken = set(db.scalars(select(runs.c.run).where(runs.c.run.startswith(name))))
    names = (name if count == 1 else f"{name}-{count}" for count in range(1, len(taken) + 2))
    return next(free for free in names if free not in taken)


def _run(row: Row[Any]) -> Run:
    return Run(
        run=row.run,
        job=row.job,
        planned_at=row.planned_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        summary=loads(RunSummary, row.summary) if row.summary else None,
    )
