"""How two articles become one, and two again.

Names come together when a page states its own identity, or a migration its target; nothing else proves it. A merge
moves addresses and nothing else, so it can be undone: bulletins, captures and snapshots follow their address.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select, update

from storage.addresses import add_name, articles_by_name, bind
from storage.due import planned, refresh, told
from storage.errors import NotInArchive
from storage.records import Address, Capture, Identity
from storage.schema import address as addresses
from storage.schema import article as articles
from storage.schema import bulletin_version as versions
from storage.schema import citation as citations
from storage.schema import digest
from storage.schema import merge as merges
from storage.schema import tombstone as tombstones
from storage.settling import settle_citing


def identify(
    db: Connection, article: int, capture: Capture, name: str, *, moved_to: Address | None
) -> tuple[int, bool]:
    """The article that was visited, after what its page proves; and whether the page names another one.

    A token or temporary address, whose identity only a page can tell, is tied to the identity that its page states. A
    long address names its identity itself: a page that contradicts it proves nothing (design, section 3.4).
    """
    at = capture.captured_at
    if moved_to is not None:
        target = bind(db, [moved_to], seen_at=at)[moved_to.cited_url].article
        evidence = f"capture {name}: {capture.address.article_url} moved to {moved_to.article_url}"
        article, _ = _tie(db, article, target, evidence, at)
    identity = capture.reading.article.identity if capture.reading.article else None
    if identity and capture.address.identity and identity != capture.address.identity:
        stated = identity.article_url
        return article, articles_by_name(db, [stated]).get(stated) != article
    conflict = False
    names: list[tuple[str, Identity | None]] = [(identity.article_url, identity)] if identity else []
    names += [(short, None)] if (short := capture.reading.short_url) else []
    for stated, stated_identity in names:
        if stated != capture.address.article_url:
            own = Address(cited_url=stated, fetch_url=stated, article_url=stated, identity=stated_identity)
            article, is_other = _call(db, article, own, capture, name)
            conflict |= is_other
    return article, conflict


def _call(db: Connection, article: int, own: Address, capture: Capture, name: str) -> tuple[int, bool]:
    """Give the article a name that its page states as its own; whoever has that name already becomes one with it."""
    stated = own.article_url
    named = articles_by_name(db, [stated]).get(stated)
    if named is None:
        add_name(db, own, article, seen_at=capture.captured_at)
        return article, False
    evidence = f"capture {name}: the page of {capture.address.article_url} names {stated}"
    return _tie(db, article, named, evidence, capture.captured_at)


def merge(db: Connection, one: int, other: int, *, evidence: str, merged_at: datetime) -> str:
    """Make two articles one, the older of them; the merge's public id."""
    survivor, merged = sorted((one, other))
    moving = select(addresses.c.id).where(addresses.c.article_id == merged)
    moved = [int(row.id) for row in db.execute(moving)]
    before = planned(db, survivor)
    visits = [visit for visit in (before, planned(db, merged)) if visit]
    public = f"merge-{digest(f'{survivor} {merged} {merged_at.isoformat()}')[:16]}"
    row = {"survivor_id": survivor, "merged_id": merged, "evidence": evidence, "merged_at": merged_at}
    db.execute(insert(merges).values(**row, merge=public, moved=json.dumps(moved), survivor_next_visit_at=before))
    db.execute(update(addresses).where(addresses.c.article_id == merged).values(article_id=survivor))
    db.execute(update(articles).where(articles.c.id == merged).values(merged_into=survivor, owner=None))
    settle(db, survivor, next_visit_at=min(visits, default=None))
    settle_citing(db, moved)
    return public


def undo_merge(db: Connection, public: str, *, undone_at: datetime) -> None:
    """Take two articles apart again. Raises NotInArchive.

    Spellings that came in since then go with their canonical name; the survivor's next visit goes back to what it was,
    unless it was visited in the meantime.
    """
    row = db.execute(select(merges).where(merges.c.merge == public, merges.c.undone_at.is_(None))).first()
    if row is None:
        raise NotInArchive(subject=public)
    holder = _survivor(db, row.survivor_id)
    names = select(addresses.c.article_sha256).where(addresses.c.id.in_(json.loads(row.moved)))
    belongs = and_(addresses.c.article_id == holder, addresses.c.article_sha256.in_(names))
    db.execute(update(addresses).where(belongs).values(article_id=row.merged_id))
    db.execute(update(articles).where(articles.c.id == row.merged_id).values(merged_into=None))
    db.execute(update(merges).where(merges.c.id == row.id).values(undone_at=undone_at))
    own, merged = planned(db, holder), planned(db, row.merged_id)
    was_taken_over = own == min(filter(None, (row.survivor_next_visit_at, merged)), default=None)
    settle(db, holder, next_visit_at=row.survivor_next_visit_at if was_taken_over else own)
    settle(db, row.merged_id, next_visit_at=merged)
    settle_citing(db, json.loads(row.moved))


def _survivor(db: Connection, article: int) -> int:
    """Where an article's addresses are now: it may have been merged into another since."""
    while (further := db.scalar(select(articles.c.merged_into).where(articles.c.id == article))) is not None:
        article = further
    return article


def settle(db: Connection, article: int, *, next_visit_at: datetime | None) -> None:
    """Work out anew all that an article has from its addresses: its standing, its newest bulletin, its tombstone."""
    own = select(addresses.c.id).where(addresses.c.article_id == article)
    cited = (
        select(func.max(versions.c.published_on)).join_from(versions, citations).where(citations.c.address_id.in_(own))
    )
    standing = tombstones.c.address_id.in_(own), tombstones.c.lifted_at.is_(None)
    withdrawn = select(func.min(tombstones.c.withdrawn_at)).where(*standing)
    values = {"newest_cited_on": cited.scalar_subquery(), "withdrawn_at": withdrawn.scalar_subquery()}
    db.execute(update(articles).where(articles.c.id == article).values(**values))
    refresh(db, article, told(db, article), next_visit_at=next_visit_at)


def was_undone(db: Connection, one: int, other: int) -> bool:
    """Whether a person took these two articles apart: then no page brings them together again."""
    survivor, merged = sorted((one, other))
    pair = and_(merges.c.survivor_id == survivor, merges.c.merged_id == merged, merges.c.undone_at.is_not(None))
    return db.execute(select(merges.c.id).where(pair)).first() is not None


def _take_over(db: Connection, survivor: int, merged: int) -> None:
    """Give the survivor what the merged article's bulletins and people decided; the merged one only redirects."""
    rows = db.execute(select(articles).where(articles.c.id.in_((survivor, merged)))).all()
    cited = [row.newest_cited_on for row in rows if row.newest_cited_on]
    withdrawn = [row.withdrawn_at for row in rows if row.withdrawn_at]
    visits = [row.next_visit_at for row in rows if row.next_visit_at]
    kept = {
        "newest_cited_on": max(cited, default=None),
        "withdrawn_at": min(withdrawn, default=None),
        "next_visit_at": min(visits, default=None),
    }
    db.execute(update(articles).where(articles.c.id == survivor).values(**kept))
    db.execute(update(articles).where(articles.c.id == merged).values(merged_into=survivor, owner=None))


def _tie(db: Connection, article: int, other: int, evidence: str, at: datetime) -> tuple[int, bool]:
    """Make both one, unless a person took them apart: then it is a conflict."""
    if article == other:
        return article, False
    if was_undone(db, article, other):
        return article, True
    merge(db, article, other, evidence=evidence, merged_at=at)
    return min(article, other), False
