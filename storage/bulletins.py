"""Bulletins: their bytes, their versions, their items and citations; and what is remembered of their sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from storage import search
from storage.addresses import Bound, articles_by_name, bind
from storage.due import note_citing
from storage.records import Bulletin, Citation, KeptBulletin, SourceFetch
from storage.rows import insert_missing, insert_row, replace_row
from storage.schema import blob as blobs
from storage.schema import bulletin as bulletins
from storage.schema import bulletin_version as versions
from storage.schema import citation as citations
from storage.schema import digest
from storage.schema import item as items
from storage.schema import source_fetch as fetches


def public_id(record: Bulletin, source: str | None, source_url: str | None) -> str:
    """A bulletin's name for good: from where it is published; from its bytes where that is not known."""
    return (digest(f"{source}\0{source_url}") if source or source_url else record.sha256)[:16]


def keep_bulletin(
    db: Connection, record: Bulletin, *, size: int, source: str | None, source_url: str | None, kept_at: datetime
) -> KeptBulletin:
    """Keep a bulletin whose bytes are safe. Bytes that are held already for this place change nothing."""
    name = public_id(record, source, source_url)
    place = {"bulletin": name, "source": source, "source_url": source_url}
    insert_missing(db, bulletins, [place], unique=["bulletin"])
    number = db.scalar(select(bulletins.c.id).where(bulletins.c.bulletin == name))
    held = _version(db, number, record.sha256)
    bound = {} if held else _keep_version(db, record, number, size, kept_at)
    version = held or _version(db, number, record.sha256)
    # A publisher may go back to an earlier version; that is then the newest again.
    db.execute(update(bulletins).where(bulletins.c.id == number).values(newest_version_id=version.id))
    named = articles_by_name(db, [c.address.article_url for c in record.citations if c.address])
    return KeptBulletin(
        bulletin=name,
        version=version.version,
        is_new=held is None,
        items=len(record.items),
        citations=len(record.citations),
        articles=len(set(named.values())),
        new_articles=len({one.article for one in bound.values() if one.is_new_article}),
    )


def source_fetches(db: Connection, source: str) -> dict[str, SourceFetch]:
    """What is remembered of a source's addresses, by address."""
    rows = db.execute(select(fetches).where(fetches.c.source == source))
    return {
        row.url: SourceFetch(
            source=row.source,
            url=row.url,
            fetched_at=row.fetched_at,
            sha256=row.sha256,
            etag=row.etag,
            last_modified=row.last_modified,
        )
        for row in rows
    }


def keep_source_fetch(db: Connection, fetch: SourceFetch) -> None:
    """Remember one answer of a source, in place of the one before."""
    row = {
        "source": fetch.source,
        "url_sha256": digest(fetch.url),
        "url": fetch.url,
        "fetched_at": fetch.fetched_at,
        "sha256": fetch.sha256,
        "etag": fetch.etag,
        "last_modified": fetch.last_modified,
    }
    replace_row(db, fetches, row, unique=["source", "url_sha256"])


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
        "title": record.title,
        "issuer": record.issuer,
        "issue": record.issue,
        "published_on": record.published_on,
        "other_links": record.other_links,
        "warnings": json.dumps(record.warnings),
        "kept_at": kept_at,
    }
    version = insert_row(db, versions, row)
    bound = bind(db, [c.address for c in record.citations if c.address], seen_at=kept_at)
    _keep_items(db, record, version, bound)
    cited = {one.article for one in bound.values()}
    fresh = {one.article for one in bound.values() if one.is_new_spelling}
    note_citing(db, cited, published_on=record.published_on or kept_at.date(), fresh=fresh, now=kept_at)
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
