"""What is remembered of the followed sources: each of their addresses, and how the asking went."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from storage.records import SourceCount, SourceFetch, SourceState
from storage.rows import replace_row
from storage.schema import bulletin as bulletins
from storage.schema import digest
from storage.schema import source_fetch as fetches
from storage.schema import source_state as states


def fetches_of(db: Connection, source: str) -> dict[str, SourceFetch]:
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
            is_list=row.is_list,
        )
        for row in rows
    }


def keep_fetch(db: Connection, fetch: SourceFetch) -> None:
    """Remember one answer of a source, in place of the one before."""
    row = {
        "source": fetch.source,
        "url_sha256": digest(fetch.url),
        "url": fetch.url,
        "fetched_at": fetch.fetched_at,
        "sha256": fetch.sha256,
        "etag": fetch.etag,
        "last_modified": fetch.last_modified,
        "is_list": fetch.is_list,
    }
    replace_row(db, fetches, row, unique=["source", "url_sha256"])


def state_of(db: Connection, source: str) -> SourceState:
    """How a source stands; one that was never asked has nothing to tell."""
    row = db.execute(select(states).where(states.c.source == source)).first()
    if row is None:
        return SourceState(source=source)
    return SourceState(
        source=row.source,
        last_asked_at=row.last_asked_at,
        last_success_at=row.last_success_at,
        last_failure_at=row.last_failure_at,
        failure=row.failure,
        failures=row.failures,
        next_ask_at=row.next_ask_at,
        is_asked_to_wait=row.is_asked_to_wait,
        read_up_to=row.read_up_to,
    )


def keep_state(db: Connection, state: SourceState) -> None:
    """Remember how a source stands."""
    row = {
        "source": state.source,
        "last_asked_at": state.last_asked_at,
        "last_success_at": state.last_success_at,
        "last_failure_at": state.last_failure_at,
        "failure": state.failure,
        "failures": state.failures,
        "next_ask_at": state.next_ask_at,
        "is_asked_to_wait": state.is_asked_to_wait,
        "read_up_to": state.read_up_to,
    }
    replace_row(db, states, row, unique=["source"])


def count_of(db: Connection, source: str) -> SourceCount:
    """How many bulletins of a source are held, and how many of its addresses or files gave none."""
    held = db.scalar(select(func.count()).select_from(bulletins).where(bulletins.c.source == source))
    failed = db.scalar(
        select(func.count()).select_from(fetches).where(fetches.c.source == source, fetches.c.sha256.is_(None))
    )
    return SourceCount(bulletins=held or 0, failed=failed or 0)
