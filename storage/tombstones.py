"""Taking an article out of sight, and bringing it back.

A tombstone stands on an address and so follows it through merges. While one stands, the article is neither visited nor
shown, searched or exported; its captures stay. What goes with it is told in ``storage.removal``.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.due import planned
from storage.errors import NotInArchive
from storage.identity import settle
from storage.records import Tombstone
from storage.schema import address as addresses
from storage.schema import digest
from storage.schema import tombstone as tombstones


def withdraw(db: Connection, article: int, article_url: str, stone: Tombstone) -> None:
    """Put a tombstone on an article; one that has one already keeps it."""
    if tombstone_of(db, article) is None:
        row = {"reason": stone.reason, "withdrawn_by": stone.withdrawn_by, "withdrawn_at": stone.withdrawn_at}
        db.execute(insert(tombstones).values(**row, address_id=_address(db, article, article_url)))
        settle(db, article, next_visit_at=planned(db, article))


def lift(db: Connection, article: int, *, lifted_by: str, lifted_at: datetime) -> None:
    """Lift an article's tombstone; the row stays, and says who did it. The article is due at once.

    Raises NotInArchive when there is none.
    """
    own = select(addresses.c.id).where(addresses.c.article_id == article)
    standing = tombstones.c.address_id.in_(own), tombstones.c.lifted_at.is_(None)
    lifted = db.execute(update(tombstones).where(*standing).values(lifted_by=lifted_by, lifted_at=lifted_at))
    if lifted.rowcount == 0:
        raise NotInArchive(subject="a tombstone")
    settle(db, article, next_visit_at=lifted_at)


def tombstone_of(db: Connection, article: int) -> Tombstone | None:
    """The tombstone that stands on an article."""
    query = select(tombstones).join_from(tombstones, addresses)
    standing = query.where(addresses.c.article_id == article, tombstones.c.lifted_at.is_(None))
    row = db.execute(standing.order_by(tombstones.c.withdrawn_at).limit(1)).first()
    if row is None:
        return None
    return Tombstone(reason=row.reason, withdrawn_by=row.withdrawn_by, withdrawn_at=row.withdrawn_at)


def _address(db: Connection, article: int, article_url: str) -> int:
    """The address that was named, so that the stone goes with it should a merge be undone."""
    named = (addresses.c.article_sha256 == digest(article_url)).desc()
    query = select(addresses.c.id).where(addresses.c.article_id == article).order_by(named, addresses.c.id).limit(1)
    return int(db.execute(query).scalar_one())
