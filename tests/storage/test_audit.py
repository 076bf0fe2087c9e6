"""An audit names every damage, and nothing that is whole."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.records import Fault
from tests.storage.making import (
    NOON,
    in_a_week,
    make_asset,
    make_bulletin,
    make_capture,
    make_hop,
    make_links,
    make_reading,
    token_address,
)

ADDRESS = token_address()
BYTES = {
    "page": b"<html>a page</html>",
    "asset": b"\x89PNG picture",
    "bulletin": b"a bulletin",
    "on the way to": b"<a>moved</a>",
}


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """An archive with one blob of every kind."""
    archive.keep_bulletin(*make_bulletin(ADDRESS), source=None, source_url=None, kept_at=NOON)
    hops = (make_hop("https://a/", status=302, body=BYTES["on the way to"]), make_hop("https://b/"))
    capture = make_capture(ADDRESS, make_reading(assets=make_links("k")), hops=hops)
    archive.keep_capture(capture, run=None, next_visit=in_a_week)
    archive.keep_asset(make_asset("k"))
    return archive


def file_of(archive: Archive, body: bytes) -> Path:
    (file,) = archive.folder.rglob(hashlib.sha256(body).hexdigest() + "*")
    return file


def test_a_whole_archive_has_no_fault(filled: Archive) -> None:
    told = []
    audit = filled.verify(progress=lambda done, of: told.append((done, of)))
    assert (audit.faults, audit.blobs, audit.rows, audit.orphans) == ((), 4, 4, 0)
    assert audit.bytes == sum(map(len, BYTES.values()))
    assert told == [(4, 4)]


@pytest.mark.parametrize("kind", BYTES)
def test_one_flipped_bit_is_named_by_what_it_is(filled: Archive, kind: str) -> None:
    file = file_of(filled, BYTES[kind])
    held = bytearray(file.read_bytes())
    held[-1] ^= 1
    file.write_bytes(held)
    (fault,) = filled.verify().faults
    assert fault.kind in ("damaged", "unreadable")
    assert fault.subject.startswith(kind + " ")
    assert hashlib.sha256(BYTES[kind]).hexdigest() in fault.detail


def test_a_file_that_is_gone_is_named(filled: Archive) -> None:
    file_of(filled, BYTES["page"]).unlink()
    sha256 = hashlib.sha256(BYTES["page"]).hexdigest()
    assert filled.verify().faults == (
        Fault(kind="missing", subject=f"page {ADDRESS.article_url}", detail=f"there is no file for blob {sha256}"),
    )


def test_bytes_that_no_row_names_are_counted_and_are_no_fault(filled: Archive) -> None:
    for name in ("0" * 64, "f" * 64 + ".zst"):
        place = filled.folder / "blobs" / name[:2]
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(b"left by a killed crawl")
    (place / ".new-0123").write_bytes(b"half")
    audit = filled.verify()
    assert (audit.orphans, audit.faults) == (2, ())


def test_a_row_that_names_an_unknown_blob_is_a_fault(tmp_path: Path) -> None:
    with Archive.open(tmp_path, writing=True, create=True) as archive:
        archive.keep_asset(make_asset("k"))
    with sqlite3.connect(tmp_path / "archive.db") as db:
        db.execute("DELETE FROM blob")
    with Archive.open(tmp_path) as archive:
        audit = archive.verify()
    assert [(fault.kind, fault.subject.split()[0]) for fault in audit.faults] == [("missing", "asset")]
    assert audit.orphans == 1


def test_the_numbers_of_an_archive(filled: Archive) -> None:
    status = filled.status(NOON)
    assert (status.bulletins, status.items, status.citations, status.snapshots) == (1, 1, 1, 1)
    assert (status.blobs, status.bytes, status.incomplete) == (4, sum(map(len, BYTES.values())), 0)
    assert (status.due, status.to_review, status.last_run) == (0, 0, None)
