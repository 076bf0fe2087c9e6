"""Bulletins: their bytes, their versions, their items and citations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from storage import search
from storage.addresses import Bound, articles_by_name, bind
from storage.due import note_citing
from storage.errors import NotInArchive
from storage.forms import recognise
from storage.records import Bulletin, Citation, KeptBulletin
from storage.rows import chunks, insert_missing, insert_row
from storage.schema import address as addresses
from storage.schema import blob as blobs
from storage.schema import bulletin as bulletins
from storage.schema import bulletin_version as versions
from storage.schema import citation as citations
from storage.schema import digest
from storage.schema import item as items
from storage.settling import needs_settling, settle


def public_id(record: Bulletin, source: str | None, source_url: str | None) -> str:
    """A bulletin's name for good: from where it is published; from its bytes where that is not known."""
    return (digest(f"{source}\0{source_url}") if source or source_url else record.sha256)[:16]


def keep_bulletin(
    db: Connection,
    record: Bulletin,
    *,
    size: int,
    source: str | None,
    source_url: str | None,
    kept_at: datetime,
    replaces: str | None = None,
) -> KeptBulletin:
    """Keep a bulletin whose bytes are safe. Bytes that are held already for this place change nothing.

    Raises NotInArchive where the bulletin that it ``replaces`` is not held.
    """
    name, number = _identify(db, record, source, source_url, replaces)
    held = _version(db, number, record.sha256)
    bound = {} if held else _keep_version(db, record, number, size, kept_at)
    version = held or _version(db, number, record.sha256)
    joined_to = None
    newest = db.scalar(select(bulletins.c.newest_version_id).where(bulletins.c.id == number))
    if newest is None or (newest != version.id and (not held or source or source_url or replaces)):
        # A publisher may go back to an earlier version; that is then the newest again. A file that is named once
        # more on the command line is no such word: another one may have replaced it.
        db.execute(update(bulletins).where(bulletins.c.id == number).values(newest_version_id=version.id))
        if held or needs_settling(db, number):
            settle(db, number)
        joined_to = recognise(db, number, now=kept_at)
    named = articles_by_name(db, [c.address.article_url for c in record.citations if c.address])
    return KeptBulletin(
        bulletin=name,
        version=version.version,
        is_new=held is None,
        items=len(record.items),
        citations=len(record.citations),
        articles=len(set(named.values())),
        new_articles=len({one.article for one in bound.values() if one.is_new_article}),
        joined_to=joined_to,
    )


def count_cited(db: Connection, names: Iterable[str]) -> int:
    """How many articles these bulletins cite, each counted once, however often it is cited and in whatever spelling."""
    found: set[int] = set()
    for some in chunks(names):
        cited = citations.c.version_id == bulletins.c.newest_version_id
        query = select(addresses.c.article_id).join_from(bulletins, citations, cited).join(addresses)
        found.update(db.scalars(query.where(bulletins.c.bulletin.in_(some)).distinct()))
    return len(found)


def _identify(
    db: Connection, record: Bulletin, source: str | None, source_url: str | None, replaces: str | None
) -> tuple[str, int]:
    """The bulletin that this is a version of: its public id and its row.

    The one that it replaces; the one at its place; from the command line the one without a place that has these bytes.
    """
    name = replaces or public_id(record, source, source_url)
    if not (replaces or source or source_url):
        nowhere = bulletins.c.source.is_(None), bulletins.c.source_url.is_(None)
        held = select(bulletins.c.bulletin).join_from(bulletins, versions, versions.c.bulletin_id == bulletins.c.id)
        of_bytes = held.where(versions.c.sha256 == record.sha256, *nowhere).order_by(versions.c.id.desc()).limit(1)
        name = db.scalar(of_bytes) or name
    if not replaces:
        place = {"bulletin": name, "source": source, "source_url": source_url}
        insert_missing(db, bulletins, [place], unique=["bulletin"])
    number = db.scalar(select(bulletins.c.id).where(bulletins.c.bulletin == name))
    if number is None:
        raise NotInArchive(subject=name)
    return name, int(number)


def _version(db: Connection, number: Any, sha256: str) -> Any:
    query = select(versions.c.id, versions.c.version)
    return db.execute(query.where(versions.c.bulletin_id == number, versions.c.sha256 == sha256)).first()


def _keep_version(db: Connection, record: Bulletin, number: Any, size: int, kept_at: datetime) -> dict[str, Bound]:
    """Keep what was understood of bytes not held before; the addresses they cite, which are due from now on."""
    blob = {"sha256": record.sha256, "size": size, "kind": "bulletin", "kept_at": kept_at}
    insert_missing(db, blobs, [blob], unique=["sha256"])
    last = db.scalar(select(func.max(versions.c.version)).where(versions.c.bulletin_id == number))
    row = {
        "bulletin_id": number,
        "version": (last or 0) + 1,
        "sha256": record.sha256,
        "file": record.file,
        "media_type": record.media_type,
        "kept_at": kept_at,
    }
    return keep_reading(db, record, insert_row(db, versions, row | head_of(record)), read_at=kept_at)


def head_of(record: Bulletin) -> dict[str, Any]:
    """What a version's row holds of what was understood."""
    return {
        "title": record.title,
        "issuer": record.issuer,
        "issue": record.issue,
        "published_on": record.published_on,
        "other_links": record.other_links,
        "warnings": json.dumps(record.warnings),
        "reader_version": record.reader_version,
    }


def keep_reading(db: Connection, record: Bulletin, version: int, *, read_at: datetime) -> dict[str, Bound]:
    """Keep the items and citations of a version; the addresses that they cite, which are due from now on."""
    bound = bind(db, [c.address for c in record.citations if c.address], seen_at=read_at)
    _keep_items(db, record, version, bound)
    cited = {one.article for one in bound.values()}
    fresh = {one.article for one in bound.values() if one.is_new_spelling}
    note_citing(db, cited, published_on=record.published_on or read_at.date(), fresh=fresh, now=read_at)
    return bound


def _keep_items(db: Connection, record: Bulletin, version: int, bound: Mapping[str, Bound]) -> None:
    rows = [
        {
            "version_id": version,
            "position": item.position,
            "section": item.section,
            "title": item.title,
            "text": item.text,
            "credit": item.credit,
            "page": item.page,
        }
        for item in record.items
    ]
    if rows:
        db.execute(insert(items), rows)
    kept = db.execute(select(items.c.position, items.c.id).where(items.c.version_id == version))
    numbers = {row.position: row.id for row in kept}
    for item in record.items:
        search.index(db, search.ITEM, numbers[item.position], item.title, item.text)
    cited = [_citation_row(c, version, numbers[item.position], bound) for item in record.items for c in item.citations]
    cited += [_citation_row(c, version, None, bound) for c in record.unplaced]
    if cited:
        db.execute(insert(citations), cited)


def _citation_row(citation: Citation, version: int, item: int | None, bound: Mapping[str, Bound]) -> dict[str, Any]:
    return {
        "version_id": version,
        "item_id": item,
        "position": citation.position,
        "cited_url": citation.cited_url,
        "address_id": bound[citation.address.cited_url].address if citation.address else None,
        "anchor_text": citation.anchor_text,
        "page": citation.page,
        "placed_by": citation.placed_by,
        "confidence": citation.confidence,
        "repair": citation.repair,
        "problem": citation.problem,
    }
