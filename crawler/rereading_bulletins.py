"""Bulletins that are held, read again by the present reader: their items, and what they cite.

Each is read in a child process, within the limits of the crawl's, and its new reading is one transaction. A bulletin
that cannot be read now, or only in part, keeps the reading that it has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from crawler.bulletins.reading import READER_VERSION
from crawler.readers import Reader
from crawler.words import say_error
from storage.archive import Archive
from storage.errors import BlobDamaged, NotInArchive, UnreadableBulletin
from storage.records import Bulletin, KeptFile

IN_PART = "pictures_left_out"
"""The warning of a reading that had to do without the pictures: QR codes that were found before would be lost."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinChange:
    """What the present reader understands differently of one bulletin."""

    bulletin: str
    file: str
    items_before: int
    items: int
    added: tuple[str, ...]  # addresses cited that were not found before
    removed: tuple[str, ...]
    moved: int  # citations that stand in another item, or are otherwise sure of it
    is_masthead_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadBulletin:
    """A bulletin that could not be read again; the reading that it has stays."""

    bulletin: str
    file: str
    kind: str  # damaged, in_part, or as `read` says
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RereadBulletins:
    """What reading bulletins again came to."""

    read: int
    changed: tuple[BulletinChange, ...]
    failed: tuple[UnreadBulletin, ...]
    left: int  # of an older reader, and not come to


def reread_bulletins(
    archive: Archive,
    reader: Reader,
    *,
    only: Collection[str] | None,
    now: Callable[[], datetime],
    is_kept: bool,
    progress: Progress | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> RereadBulletins:
    """Read again what an older reader read, of these bulletins (public ids) or of all.

    Without ``is_kept`` nothing is written. ``progress`` is told (done, of); ``is_over`` is asked before each bulletin.
    The archive's lock of the crawl must be held where it is written. Raises DiskFull.
    """
    files = archive.bulletins_read_before(READER_VERSION, only=only)
    changed: list[BulletinChange] = []
    failed: list[UnreadBulletin] = []
    read = 0
    for done, file in enumerate(files, 1):
        if is_over():
            break
        outcome = read_again(archive, reader, file)
        if isinstance(outcome, UnreadBulletin):
            failed.append(outcome)
        else:
            read += 1
            if change := compare(file, archive.bulletin_as_read(file.bulletin), outcome):
                changed.append(change)
            if is_kept:
                archive.keep_bulletin_reading(file.bulletin, outcome, read_at=now())
        if progress:
            progress(done, len(files))
    return RereadBulletins(
        read=read, changed=tuple(changed), failed=tuple(failed), left=len(files) - read - len(failed)
    )


def read_again(archive: Archive, reader: Reader, file: KeptFile) -> Bulletin | UnreadBulletin:
    """What the present reader understands of a bulletin, or why it could not be read."""
    try:
        record = reader.read_bulletin(archive.read_blob(file.sha256), file.file)
    except UnreadableBulletin as error:
        return _unread(file, error.kind, say_error(error))
    except (BlobDamaged, NotInArchive) as error:
        return _unread(file, "damaged", say_error(error))
    if IN_PART in record.warnings and IN_PART not in archive.bulletin_as_read(file.bulletin).warnings:
        return _unread(file, "in_part", IN_PART)
    return record


def compare(file: KeptFile, before: Bulletin, after: Bulletin) -> BulletinChange | None:
    """What changed between two readings; None where nothing did."""
    cited_before, cited = _places(before), _places(after)
    change = BulletinChange(
        bulletin=file.bulletin,
        file=file.file,
        items_before=len(before.items),
        items=len(after.items),
        added=tuple(url for url in cited if url not in cited_before),
        removed=tuple(url for url in cited_before if url not in cited),
        moved=sum(1 for url in cited if url in cited_before and cited[url] != cited_before[url]),
        is_masthead_changed=_masthead(before) != _masthead(after),
    )
    is_changed = change.added or change.removed or change.moved or change.is_masthead_changed
    return change if is_changed or _texts(before) != _texts(after) else None


def _places(record: Bulletin) -> dict[str, list[tuple[str | None, float]]]:
    """Where each address is cited, by the title of its item, and how surely."""
    places: dict[str, list[tuple[str | None, float]]] = {}
    for item in record.items:
        for citation in item.citations:
            name = citation.article_url or citation.cited_url
            places.setdefault(name, []).append((item.title, citation.confidence))
    for citation in record.unplaced:
        places.setdefault(citation.article_url or citation.cited_url, []).append((None, 0.0))
    return places


def _masthead(record: Bulletin) -> tuple[object, ...]:
    return (record.title, record.issuer, record.issue, record.published_on)


def _texts(record: Bulletin) -> list[tuple[object, ...]]:
    return [(item.title, item.text, item.section, item.credit) for item in record.items]


def _unread(file: KeptFile, kind: str, detail: str) -> UnreadBulletin:
    return UnreadBulletin(bulletin=file.bulletin, file=file.file, kind=kind, detail=detail)
