"""What there is to read again: captures whose page is held and was read by an older reader than today's."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, and_, select

from storage.addresses import named_article
from storage.errors import NotInArchive
from storage.records import KeptPage
from storage.rows import chunks
from storage.schema import address as addresses
from storage.schema import article as articles
from storage.schema import capture as captures
from storage.schema import reading as readings
from storage.views import reading_record

_NEWEST = and_(readings.c.capture_id == captures.c.id, readings.c.is_newest)
_CAPTURES = captures.join(addresses).join(articles, articles.c.id == addresses.c.article_id).join(readings, _NEWEST)


def captures_read_before(db: Connection, version: int, *, articles: Collection[str] | None) -> list[str]:
    """Public ids of the captures to read again, oldest first: a content keeps the name of its first capture.

    Raises NotInArchive for an article that is not known.
    """
    if articles is None:
        return [row.capture for row in db.execute(_older_than(version))]
    numbers = {named_article(db, url) for url in articles}
    found: set[Any] = set()
    for some in chunks(numbers):
        found |= set(db.execute(_older_than(version).where(addresses.c.article_id.in_(some))).all())
    return [row.capture for row in sorted(found, key=lambda row: (row.captured_at, row.id))]


def kept_page(db: Connection, name: str) -> KeptPage:
    """A capture with its newest reading. Raises NotInArchive where there is none of this name, or it has no page."""
    query = select(captures, articles.c.article_url, readings.c.details, readings.c.text).select_from(_CAPTURES)
    row = db.execute(query.where(captures.c.capture == name, captures.c.page_sha256.is_not(None))).first()
    if row is None:
        raise NotInArchive(subject=name)
    last = next(reversed(json.loads(row.hops)), None)
    headers = last["response_headers"] if last else ()
    return KeptPage(
        capture=row.capture,
        article_url=row.article_url,
        captured_at=row.captured_at,
        final_url=row.final_url,
        status=last["status"] if last else None,
        content_type=next((value for name, value in headers if name.lower() == "content-type"), None),
        page_sha256=row.page_sha256,
        reading=reading_record(row.details, row.text),
    )


def article_of_page(db: Connection, sha256: str) -> str | None:
    """The canonical name of the article whose page has this digest."""
    query = select(articles.c.article_url).select_from(_CAPTURES).where(captures.c.page_sha256 == sha256)
    return db.scalar(query.order_by(captures.c.captured_at).limit(1))


def _older_than(version: int) -> Any:
    """Pages that are held, of articles that are shown."""
    return (
        select(captures.c.id, captures.c.capture, captures.c.captured_at)
        .select_from(_CAPTURES)
        .where(captures.c.page_sha256.is_not(None), readings.c.reader_version < version)
        .where(articles.c.withdrawn_at.is_(None))
        .order_by(captures.c.captured_at, captures.c.id)
    )
