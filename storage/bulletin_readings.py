"""Bulletins that are held, read anew by a better reader.

The newest version's items and citations make room for the new ones; what the earlier reader understood is kept as a
document. What people decided, and which forms are one, is worked out anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from storage import search
from storage.bulletin_views import citation_record, item_record, version_record
from storage.bulletins import head_of, keep_reading
from storage.documents import dumps, loads
from storage.errors import NotInArchive
from storage.forms import recognise
from storage.records import Bulletin, KeptFile
from storage.rows import insert_missing
from storage.schema import address as addresses
from storage.schema import bulletin as bulletins
from storage.schema import bulletin_version as versions
from storage.schema import citation as citations
from storage.schema import earlier_reading as earlier
from storage.schema import item as items
from storage.settling import settle

LIST = "text/uri-list"  # addresses that a person named: no reader made items of them


def files_read_before(db: Connection, reader_version: int, *, only: Collection[str] | None) -> list[KeptFile]:
    """Newest versions that an older reader read, oldest first; of these bulletins (public ids) or of all."""
    query = (
        select(bulletins.c.bulletin, versions.c.file, versions.c.sha256)
        .join_from(bulletins, versions, versions.c.id == bulletins.c.newest_version_id)
        .where(versions.c.reader_version < reader_version, versions.c.media_type != LIST)
        .order_by(versions.c.id)
    )
    return [
        KeptFile(bulletin=row.bulletin, file=row.file, sha256=row.sha256)
        for row in db.execute(query)
        if only is None or row.bulletin in only
    ]


def bulletin_as_read(db: Connection, name: str) -> Bulletin:
    """A bulletin's newest version as its reader understood it, without decisions and other forms.

    Raises NotInArchive.
    """
    return _as_read(db, _newest(db, name))


def keep_bulletin_reading(db: Connection, name: str, record: Bulletin, *, read_at: datetime) -> bool:
    """Show a newer reading of a bulletin's newest version; whether anything is understood differently.

    Raises NotInArchive where these are not the bytes of its newest version.
    """
    row = _newest(db, name)
    if row.sha256 != record.sha256:
        raise NotInArchive(subject=f"{name} ({record.sha256})")
    before = _as_read(db, row)
    if is_same(before, record):
        db.execute(update(versions).where(versions.c.id == row.id).values(reader_version=record.reader_version))
        return False
    kept = {"version_id": row.id, "reader_version": before.reader_version, "replaced_at": read_at}
    insert_missing(db, earlier, [kept | {"document": dumps(before)}], unique=["version_id", "reader_version"])
    _clear(db, row.id)
    db.execute(update(versions).where(versions.c.id == row.id).values(**head_of(record)))
    keep_reading(db, record, row.id, read_at=read_at)
    settle(db, row.bulletin_id)
    recognise(db, row.bulletin_id, now=read_at)
    return True


def earlier_readings(db: Connection, name: str) -> list[Bulletin]:
    """What earlier readers understood of a bulletin's newest version, the newest of them first. Raises NotInArchive."""
    query = select(earlier.c.document).where(earlier.c.version_id == _newest(db, name).id)
    return [loads(Bulletin, one) for one in db.scalars(query.order_by(earlier.c.reader_version.desc()))]


def is_same(one: Bulletin, other: Bulletin) -> bool:
    """Whether two readings say the same; whose they are, and what the file is called, makes no difference."""
    passed_over = {"reader_version", "file"}
    names = [name for name in Bulletin.__dataclass_fields__ if name not in passed_over]
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _newest(db: Connection, name: str) -> Any:
    query = select(versions).join_from(versions, bulletins, bulletins.c.newest_version_id == versions.c.id)
    row = db.execute(query.where(bulletins.c.bulletin == name)).first()
    if row is None:
        raise NotInArchive(subject=name)
    return row


def _as_read(db: Connection, row: Any) -> Bulletin:
    query = (
        select(
            *(column for column in citations.c if column.name not in ("id", "cited_url")),
            citations.c.cited_url.label("printed"),
            *(column for column in addresses.c if column.name != "id"),
        )
        .select_from(citations.outerjoin(addresses))
        .where(citations.c.version_id == row.id)
        .order_by(citations.c.position)
    )
    cited: dict[int | None, list[Any]] = {}
    for one in db.execute(query):
        cited.setdefault(one.item_id, []).append(citation_record(one, None))
    kept = db.execute(select(items).where(items.c.version_id == row.id).order_by(items.c.position)).all()
    own = tuple(item_record(one, one.position, cited.get(one.id, ())) for one in kept)
    return version_record(row, own, tuple(cited.get(None, ())))


def _clear(db: Connection, version: int) -> None:
    """Take out a version's items and citations, and what they are found by."""
    db.execute(delete(citations).where(citations.c.version_id == version))
    for one in db.execute(select(items).where(items.c.version_id == version)).all():
        search.forget(db, search.ITEM, one.id, one.title, one.text)
    db.execute(delete(items).where(items.c.version_id == version))
