"""Citations as they are shown: of newest versions, once for all forms of a bulletin, where a person placed them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from storage.binding import Target
from storage.documents import loads
from storage.family import CERTAIN
from storage.records import Decision, DecisionKind
from storage.rows import chunks
from storage.schema import bulletin as bulletins
from storage.schema import bulletin_version as versions
from storage.schema import citation as citations
from storage.schema import decision as decisions
from storage.schema import item as items

first = bulletins.alias("first")
"""The form of a bulletin under which all of its forms are shown."""

first_version = versions.alias("first_version")
shown_item = items.alias("shown_item")

IS_SHOWN = citations.c.same_as_id.is_(None)
ITEM = func.coalesce(citations.c.shown_item_id, citations.c.item_id)
POSITION = func.coalesce(shown_item.c.shown_position, shown_item.c.position)
IS_DOUBTFUL = and_(
    IS_SHOWN,
    citations.c.decision_id.is_(None),
    or_(ITEM.is_(None), citations.c.confidence < CERTAIN, citations.c.problem.is_not(None)),
)


def is_newest(version: Any) -> Any:
    """The condition that this column names the newest version of ``bulletin``."""
    return bulletins.c.newest_version_id == version


def joined_to_first(joined: Any) -> Any:
    """Join to ``bulletin`` the form that stands for it, with its newest version."""
    form = func.coalesce(bulletins.c.form_of_id, bulletins.c.id)
    return joined.join(first, first.c.id == form).join(first_version, first_version.c.id == first.c.newest_version_id)


@cache
def shown_citations() -> Any:
    """Citations of newest versions, with the bulletin that they are shown in, and their item there."""
    joined = citations.join(bulletins, is_newest(citations.c.version_id))
    return joined_to_first(joined).outerjoin(shown_item, shown_item.c.id == ITEM)


def of_bulletin(form: Any, name: str) -> Any:
    """The condition that this row of ``bulletin`` stands for the bulletin of this public id."""
    named = bulletins.alias("named")
    of_named = select(func.coalesce(named.c.form_of_id, named.c.id)).where(named.c.bulletin == name)
    return form == of_named.scalar_subquery()


def decisions_by_number(db: Connection, numbers: Iterable[int | None]) -> dict[int | None, Decision]:
    """Decisions, by the numbers of their rows."""
    found: dict[int | None, Decision] = {}
    for some in chunks({number for number in numbers if number is not None}):
        found |= {row.id: decision_record(row) for row in db.execute(_decisions().where(decisions.c.id.in_(some)))}
    return found


def all_decisions(db: Connection, bulletin: str | None) -> list[Decision]:
    """Every decision, undone ones too, the newest first; of one bulletin, where it is named."""
    query = _decisions().order_by(decisions.c.decided_at.desc(), decisions.c.id.desc())
    if bulletin is not None:
        query = query.where(of_bulletin(func.coalesce(bulletins.c.form_of_id, bulletins.c.id), bulletin))
    return [decision_record(row) for row in db.execute(query)]


def decision_record(row: Any) -> Decision:
    """The Decision of a row with its bulletin's public id."""
    target = loads(Target, row.target) if row.target else None
    return Decision(
        decision=row.decision,
        kind=DecisionKind(row.kind),
        bulletin=row.bulletin,
        cited_url=row.cited_url,
        occurrence=row.occurrence,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        item=target.shown_position if target else None,
        item_title=target.shown_title if target else None,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
    )


def _decisions() -> Any:
    return select(decisions, bulletins.c.bulletin).select_from(decisions.outerjoin(bulletins))
