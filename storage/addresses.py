"""Which article an address means.

Each spelling is a row of ``address`` and is never deleted. Spellings of one canonical name belong to one article; how
names come together is told in ``storage.identity``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, select, update

from storage.errors import NotInArchive
from storage.records import Address, Identity
from storage.rows import chunks, insert_row
from storage.schema import address as addresses
from storage.schema import article as articles
from storage.schema import digest

FIRST = 0  # the rank of an article that was never captured (storage.due)


@dataclass(frozen=True, slots=True)
class Bound:
    """An address as it is kept."""

    address: int
    article: int
    is_new_article: bool = False
    is_new_spelling: bool = False
    spent_at: datetime | None = None


def bind(db: Connection, wanted: Iterable[Address], *, seen_at: datetime) -> dict[str, Bound]:
    """Keep these spellings, each with its article, by ``cited_url``; a name never seen before makes an article."""
    spellings = {address.cited_url: address for address in wanted}
    bound = _kept_spellings(db, spellings)
    missing = [address for url, address in spellings.items() if url not in bound]
    named = articles_by_name(db, [address.article_url for address in missing])
    for address in missing:
        name = address.article_url
        is_new = name not in named
        if is_new:
            named[name] = _make_article(db, name, seen_at)
        made = _make_address(db, address, named[name], seen_at, is_name=False)
        bound[address.cited_url] = Bound(made, named[name], is_new_article=is_new, is_new_spelling=True)
    return bound


def add_name(db: Connection, address: Address, article: int, *, seen_at: datetime) -> None:
    """Give an article a name that its own page states, and that was never printed anywhere."""
    _make_address(db, address, article, seen_at, is_name=True)


def articles_by_name(db: Connection, names: Iterable[str]) -> dict[str, int]:
    """The articles that these canonical names mean today."""
    digests = {digest(name): name for name in names}
    found: dict[str, int] = {}
    for some in chunks(digests):
        found |= {digests[row.article_sha256]: row.article_id for row in db.execute(_NAMED, {"digests": some})}
    return found


def find_article(db: Connection, address: Address) -> int | None:
    """The article that this address means; None when the archive never saw it."""
    names = [address.article_url, *([address.identity.article_url] if address.identity else [])]
    by_name = articles_by_name(db, names)
    if found := next((by_name[name] for name in names if name in by_name), None):
        return found
    spelled = select(addresses.c.article_id).where(addresses.c.cited_sha256 == digest(address.cited_url))
    found = db.scalar(spelled)
    return int(found) if found is not None else None


def named_article(db: Connection, article_url: str) -> int:
    """The article of this canonical name. Raises NotInArchive."""
    found = articles_by_name(db, [article_url]).get(article_url)
    if found is None:
        raise NotInArchive(subject=article_url)
    return found


def address_record(row: Row[Any]) -> Address:
    """The Address of a row of the table."""
    identity = Identity(biz=row.biz, mid=row.mid, idx=row.idx) if row.biz is not None else None
    return Address(
        cited_url=row.cited_url,
        fetch_url=row.fetch_url,
        article_url=row.article_url,
        identity=identity,
        is_temporary=row.is_temporary,
    )


def fetchable_addresses(db: Connection, some: Iterable[int]) -> dict[int, Address]:
    """The spelling to visit each of these articles by, but those that only their pages ever named.

    One that no visit found used up, lasting before temporary, a token (which needs no signature) before a long
    address, and the newest of these, which is the likeliest to be signed as WeChat signs today.
    """
    best: dict[int, Row[Any]] = {}
    for numbers in chunks(some):
        for row in db.execute(_FETCHABLE, {"articles": numbers}):
            best.setdefault(row.article_id, row)
    return {article: address_record(row) for article, row in best.items()}


def _kept_spellings(db: Connection, spellings: Iterable[str]) -> dict[str, Bound]:
    """Those that are held. What only a page had named, and is printed now, may be fetched from now on."""
    digests = {digest(url): url for url in spellings}
    bound = {}
    for some in chunks(digests):
        for row in db.execute(_SPELLED, {"digests": some}):
            bound[digests[row.cited_sha256]] = Bound(
                row.id, row.article_id, is_new_spelling=row.is_name, spent_at=row.spent_at
            )
            if row.is_name:
                db.execute(update(addresses).where(addresses.c.id == row.id).values(is_name=False))
    return bound


def _make_article(db: Connection, name: str, seen_at: datetime) -> int:
    row = {"article_url": name, "article_sha256": digest(name), "first_seen_at": seen_at}
    due = {"next_visit_at": seen_at, "rank": FIRST, "is_urgent": True}
    return insert_row(db, articles, row | due)


def _make_address(db: Connection, address: Address, article: int, seen_at: datetime, *, is_name: bool) -> int:
    identity = address.identity
    row = {
        "cited_url": address.cited_url,
        "cited_sha256": digest(address.cited_url),
        "fetch_url": address.fetch_url,
        "article_url": address.article_url,
        "article_sha256": digest(address.article_url),
        "biz": identity.biz if identity else None,
        "mid": identity.mid if identity else None,
        "idx": identity.idx if identity else None,
        "is_temporary": address.is_temporary,
        "is_name": is_name,
        "first_seen_at": seen_at,
        "article_id": article,
    }
    return insert_row(db, addresses, row)


# ---- statements, each built once

_NAMED = select(addresses.c.article_sha256, addresses.c.article_id).where(
    addresses.c.article_sha256.in_(bindparam("digests", expanding=True))
)
_SPELLED = select(
    addresses.c.id, addresses.c.cited_sha256, addresses.c.article_id, addresses.c.is_name, addresses.c.spent_at
).where(addresses.c.cited_sha256.in_(bindparam("digests", expanding=True)))
_FETCHABLE = (
    select(addresses)
    .where(addresses.c.article_id.in_(bindparam("articles", expanding=True)), ~addresses.c.is_name)
    .order_by(
        addresses.c.spent_at.is_not(None),
        addresses.c.is_temporary,
        case((addresses.c.biz.is_(None), 0), else_=1),
        addresses.c.id.desc(),
    )
)
