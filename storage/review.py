"""What waits for a person: citations that are unplaced, uncertain or broken, and articles that no visit can settle.

The list and the count of ``status`` are made by the same statements. What a person decided about is off the list;
an article that was ignored comes back when there is another reason to look at it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select

from storage.decisions import article_name, citation_name
from storage.family import CERTAIN, read_family
from storage.records import ArticleEntry, CitationEntry, Doubt, Outcome, PlacedBy, Review, Standing
from storage.rows import chunks
from storage.schema import address as addresses
from storage.schema import article as articles
from storage.schema import bulletin as bulletins
from storage.schema import capture as captures
from storage.schema import citation as citations
from storage.schema import decision as decisions
from storage.schema import digest
from storage.schema import reading as readings
from storage.settling import work_out
from storage.shown import (
    IS_DOUBTFUL,
    IS_SHOWN,
    ITEM,
    POSITION,
    decisions_by_number,
    first,
    first_version,
    of_bulletin,
    shown_citations,
    shown_item,
)
from storage.views import cited_by

UNSETTLED: Mapping[Outcome, Doubt] = {
    Outcome.BAD_LINK: Doubt.BAD_LINK,
    Outcome.UNRECOGNISED: Doubt.UNRECOGNISED,
    Outcome.LINK_EXPIRED: Doubt.LINK_EXPIRED,
    Outcome.CLIENT_ONLY: Doubt.CLIENT_ONLY,
    Outcome.REGION_BLOCKED: Doubt.REGION_BLOCKED,
}
"""Outcomes that leave an article to a person, where they give it its standing (design, section 5)."""

NEWEST_FIRST = first_version.c.published_on.desc().nulls_last(), first_version.c.id.desc()


def review(db: Connection, *, bulletin: str | None) -> Review:
    """All that waits for a person; or of one bulletin its citations."""
    waiting = citation_entries(db, bulletin=bulletin, only_doubtful=True)
    return Review(citations=tuple(waiting), articles=() if bulletin else tuple(_article_entries(db)))


def count(db: Connection) -> int:
    """How many entries the list has."""
    doubtful = select(func.count()).select_from(shown_citations()).where(IS_DOUBTFUL)
    return int(db.scalar(doubtful) or 0) + len(_waiting_articles(db))


def citation_entries(db: Connection, *, bulletin: str | None, only_doubtful: bool) -> list[CitationEntry]:
    """Citations as people name them, all or those in doubt; of one bulletin or all, the newest first."""
    chosen = [IS_DOUBTFUL if only_doubtful else IS_SHOWN]
    if bulletin is not None:
        chosen.append(of_bulletin(first.c.id, bulletin))
    rows = db.execute(_entries().where(*chosen)).all()
    firsts = sorted({row.first_id for row in rows})
    named, lapsed = _named(db, firsts), _lapsed(db, firsts)
    decided = decisions_by_number(db, [*(row.decision_id for row in rows), *lapsed.values()])
    return [_entry(row, named[row.id], decided.get(row.decision_id), decided.get(lapsed.get(row.id))) for row in rows]


def _entries() -> Any:
    columns = ("id", "position", "cited_url", "anchor_text", "page", "placed_by", "confidence", "problem")
    return (
        select(
            *(citations.c[name] for name in columns),
            citations.c.decision_id,
            ITEM.label("shown_item"),
            POSITION.label("item"),
            shown_item.c.title.label("item_title"),
            addresses.c.article_url,
            first.c.id.label("first_id"),
            first.c.bulletin,
            func.coalesce(first_version.c.title, first_version.c.issuer, first_version.c.file).label("bulletin_title"),
            first_version.c.published_on,
        )
        .select_from(shown_citations().outerjoin(addresses, addresses.c.id == citations.c.address_id))
        .order_by(
            first_version.c.published_on.desc().nulls_last(),
            first_version.c.id.desc(),
            bulletins.c.id,
            citations.c.position,
        )
    )


def _named(db: Connection, firsts: Sequence[int]) -> dict[int, tuple[str, int, int]]:
    """Of every citation of these bulletins, by its row: its name, its occurrence, and of how many."""
    cited: dict[tuple[str, str], list[int]] = {}
    joined = citations.join(bulletins, bulletins.c.newest_version_id == citations.c.version_id).outerjoin(addresses)
    query = select(citations.c.id, bulletins.c.bulletin, addresses.c.article_sha256, citations.c.cited_url)
    for some in chunks(firsts):
        of_them = func.coalesce(bulletins.c.form_of_id, bulletins.c.id).in_(some)
        for row in db.execute(query.select_from(joined).where(of_them).order_by(citations.c.position)):
            cited.setdefault((row.bulletin, row.article_sha256 or digest(row.cited_url)), []).append(row.id)
    return {
        number: (citation_name(*key, occurrence), occurrence, len(numbers))
        for key, numbers in cited.items()
        for occurrence, number in enumerate(numbers, 1)
    }


def _lapsed(db: Connection, firsts: Sequence[int]) -> dict[int, int]:
    """Decisions that could not be carried over surely, by the citations that they may be about."""
    decided = select(decisions.c.bulletin_id).where(
        decisions.c.bulletin_id.is_not(None), decisions.c.undone_at.is_(None)
    )
    form = func.coalesce(bulletins.c.form_of_id, bulletins.c.id)
    found: dict[int, int] = {}
    for number in set(db.scalars(select(form).where(bulletins.c.id.in_(decided)))) & set(firsts):
        found |= work_out(db, read_family(db, number)).lapsed
    return found


def _entry(row: Any, named: tuple[str, int, int], decision: Any, lapsed: Any) -> CitationEntry:
    name, occurrence, occurrences = named
    return CitationEntry(
        name=name,
        bulletin=row.bulletin,
        bulletin_title=row.bulletin_title,
        published_on=row.published_on,
        position=row.position,
        occurrence=occurrence,
        occurrences=occurrences,
        cited_url=row.cited_url,
        article_url=row.article_url,
        anchor_text=row.anchor_text,
        page=row.page,
        item=row.item,
        item_title=row.item_title,
        placed_by=_placed_by(row, decision),
        confidence=1.0 if decision and decision.item else row.confidence,
        problem=row.problem,
        doubts=() if decision else _doubts(row),
        decision=decision,
        lapsed=None if decision else lapsed,
    )


def _placed_by(row: Any, decision: Any) -> PlacedBy | None:
    if decision and decision.item:
        return PlacedBy.PERSON
    return PlacedBy(row.placed_by) if row.placed_by else None


def _doubts(row: Any) -> tuple[Doubt, ...]:
    unplaced = row.shown_item is None
    found = {
        Doubt.UNPLACED: unplaced,
        Doubt.UNCERTAIN: not unplaced and row.confidence < CERTAIN,
        Doubt.PROBLEM: row.problem is not None,
    }
    return tuple(doubt for doubt, is_so in found.items() if is_so)


# ---- articles


def _article_entries(db: Connection) -> list[ArticleEntry]:
    return [
        ArticleEntry(
            name=article_name(url),
            article_url=url,
            doubts=doubts,
            seen_at=seen_at,
            cited_by=tuple(cited_by(db, number)),
        )
        for number, url, doubts, seen_at in _waiting_articles(db)
    ]


def _waiting_articles(db: Connection) -> list[tuple[int, str, tuple[Doubt, ...], datetime]]:
    """Articles that wait, the newest doubt first: (row, canonical name, why, seen when)."""
    found: dict[int, tuple[str, dict[Doubt, datetime]]] = {}
    for row, doubt in (*_in_conflict(db), *_without_standing(db), *_expired(db)):
        found.setdefault(row.id, (row.article_url, {}))[1][doubt] = row.captured_at
    settled = _ignored(db)
    waiting = [
        (number, url, tuple(doubts), max(doubts.values()))
        for number, (url, doubts) in found.items()
        if not set(doubts) <= settled.get(number, set())
    ]
    return sorted(waiting, key=lambda one: (one[3], one[0]), reverse=True)


def _in_conflict(db: Connection) -> list[tuple[Any, Doubt]]:
    """Articles with a page that names another one."""
    query = _seen().where(captures.c.has_identity_conflict)
    return [(row, Doubt.IDENTITY_CONFLICT) for row in db.execute(query)]


def _without_standing(db: Connection) -> list[tuple[Any, Doubt]]:
    """Articles that no visit told anything of, by what the newest one saw."""
    nothing_told = articles.c.standing.in_((Standing.UNKNOWN, Standing.BLOCKED))
    newest = {row.id: row for row in db.execute(_seen().where(nothing_told))}
    return [(row, UNSETTLED[outcome]) for row in newest.values() if (outcome := Outcome(row.outcome)) in UNSETTLED]


def _expired(db: Connection) -> list[tuple[Any, Doubt]]:
    """Articles whose address is used up: another one may still lead there."""
    told = articles.c.standing == Standing.GONE, captures.c.captured_at == articles.c.last_told_at
    query = _seen().where(*told, readings.c.outcome == Outcome.LINK_EXPIRED)
    return [(row, Doubt.LINK_EXPIRED) for row in db.execute(query)]


def _seen() -> Any:
    """Captures of articles that are shown, oldest first, as they are read today."""
    newest = and_(readings.c.capture_id == captures.c.id, readings.c.is_newest)
    return (
        select(articles.c.id, articles.c.article_url, captures.c.captured_at, readings.c.outcome)
        .select_from(
            articles.join(addresses, addresses.c.article_id == articles.c.id)
            .join(captures, captures.c.address_id == addresses.c.id)
            .join(readings, newest)
        )
        .where(articles.c.merged_into.is_(None), articles.c.withdrawn_at.is_(None))
        .order_by(captures.c.captured_at, captures.c.id)
    )


def _ignored(db: Connection) -> dict[int, set[Doubt]]:
    """What a person decided to leave as it is, by article."""
    query = (
        select(addresses.c.article_id, decisions.c.context)
        .join_from(decisions, addresses)
        .where(decisions.c.bulletin_id.is_(None), decisions.c.undone_at.is_(None))
    )
    found: dict[int, set[Doubt]] = {}
    for row in db.execute(query):
        found.setdefault(row.article_id, set()).update(Doubt(word) for word in json.loads(row.context))
    return found
