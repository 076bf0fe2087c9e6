"""Which article an address means.

Each spelling is a row of ``address`` and is never deleted. Spellings of one canonical name belong to one article; how
names come together is told in ``storage.identity``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, select, update

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
        query = select(addresses.c.article_sha256, addresses.c.article_id).where(addresses.c.article_sha256.in_(some))
        found |= {digests[row.article_sha256]: row.article_id for row in db.execute(query)}
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


def fetchable_address(db: Connection, article: int) -> Address | None:
    """The spelling to visit an article by; None when only its pages ever named it.

    One that no visit found used up, lasting before temporary, a token (which needs no signature) before a long
    address, and the newest of these, which is the likeliest to be signed as WeChat signs today.
    """
    table = addresses.c
    order = (
        table.spent_at.is_not(None),
        table.is_temporary,
        case((table.biz.is_(None), 0), else_=1),
        table.id.desc(),
    )
    query = select(addresses).where(table.article_id == article, ~table.is_name).order_by(*order).limit(1)
    row = db.execute(query).first()
    return address_record(row) if row else None


def _kept_spellings(db: Connection, spellings: Iterable[str]) -> dict[str, Bound]:
    """Those that are held. What only a page had named, and is printed now, may be fetched from now on."""
    table = addresses.c
    digests = {digest(url): url for url in spellings}
    bound = {}
    for some in chunks(digests):
        query = select(table.cited_sha256, table.id, table.article_id, table.is_name)
        for row in db.execute(query.where(table.cited_sha256.in_(some))):
            bound[digests[row.cited_sha256]] = Bound(row.id, row.article_id, is_new_spelling=row.is_name)
            if row.is_name:
                db.execute(update(addresses).where(table.id == row.id).values(is_name=False))
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
