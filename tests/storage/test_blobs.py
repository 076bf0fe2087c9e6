"""Bytes are written once, whole or not at all, and read back only as they were."""

from __future__ import annotations

import errno
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.blobs import FolderBlobs, read_blob
from storage.errors import BlobDamaged, DiskFull, NotInArchive
from tests.storage.making import NOON, in_a_week, make_asset, make_capture, token_address


def name_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("body", [b"", b"x", b"words " * 100_000])
def test_bytes_come_back_as_they_were(store: FolderBlobs, body: bytes, compress: bool) -> None:
    store.put(name_of(body), body, compress=compress)
    assert read_blob(store, name_of(body)) == body
    with store.open(name_of(body)) as stream:
        stream.seek(max(0, len(body) - 1))
        assert stream.read() == body[-1:]


def test_words_take_less_room_at_rest(store: FolderBlobs) -> None:
    body = b"<p>words</p>" * 10_000
    store.put(name_of(body), body, compress=True)
    assert sum(file.stat().st_size for file in store.folder.rglob("*.zst")) < len(body) / 50


def test_the_place_is_told_by_the_name(store: FolderBlobs) -> None:
    sha256 = name_of(b"picture")
    store.put(sha256, b"picture", compress=False)
    assert (store.folder / sha256[:2] / sha256).read_bytes() == b"picture"
    assert list(store.names()) == [sha256]


def test_blobs_of_an_archive_made_before_stay_two_folders_deep(tmp_path: Path) -> None:
    old, new = name_of(b"old"), name_of(b"new")
    place = tmp_path / old[:2] / old[2:4]
    place.mkdir(parents=True)
    (place / old).write_bytes(b"old")
    store = FolderBlobs(tmp_path)
    store.put(new, b"new", compress=False)
    assert [read_blob(store, name) for name in (old, new)] == [b"old", b"new"]
    assert (tmp_path / new[:2] / new[2:4] / new).is_file()
    assert set(store.names()) == {old, new}


def test_bytes_that_are_there_are_not_written_again(store: FolderBlobs) -> None:
    sha256 = name_of(b"picture")
    store.put(sha256, b"picture", compress=False)
    (file,) = store.folder.rglob(sha256)
    before = file.stat().st_ino
    store.put(sha256, b"picture", compress=True)
    assert file.stat().st_ino == before
    assert len(list(store.folder.rglob(f"{sha256}*"))) == 1


def test_a_file_cut_short_is_mended_by_the_next_writing(store: FolderBlobs) -> None:
    sha256 = name_of(b"picture")
    store.put(sha256, b"picture", compress=False)
    (file,) = store.folder.rglob(sha256)
    file.write_bytes(b"pic")
    store.put(sha256, b"picture", compress=False)
    assert read_blob(store, sha256) == b"picture"


@pytest.mark.parametrize("compress", [True, False])
def test_damaged_bytes_are_never_given_out(store: FolderBlobs, compress: bool) -> None:
    body = bytes(range(256)) * 20
    store.put(name_of(body), body, compress=compress)
    (file,) = store.folder.rglob(f"{name_of(body)}*")
    held = bytearray(file.read_bytes())
    held[len(held) // 2] ^= 1
    file.write_bytes(held)
    with pytest.raises(BlobDamaged):
        read_blob(store, name_of(body))


def test_a_deleted_blob_is_gone(store: FolderBlobs) -> None:
    store.put(name_of(b"x"), b"x", compress=True)
    store.delete(name_of(b"x"))
    assert not store.exists(name_of(b"x"))
    with pytest.raises(FileNotFoundError):
        store.open(name_of(b"x"))


def test_many_threads_may_keep_the_same_bytes(store: FolderBlobs) -> None:
    bodies = [bytes([number % 5]) * 50_000 for number in range(100)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda body: store.put(name_of(body), body, compress=False), bodies))
    assert {read_blob(store, name)[0] for name in store.names()} == set(range(5))
    assert len(list(store.folder.rglob("*.*"))) == 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    store: FolderBlobs, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(self: io.FileIO, body: memoryview) -> int:
        raise OSError(number, "no room")

    monkeypatch.setattr("storage.blobs._write_all", full)
    with pytest.raises(DiskFull):
        store.put(name_of(b"x"), b"x", compress=False)
    assert [file for file in store.folder.rglob("*") if file.is_file()] == []


def test_a_capture_on_a_full_disk_is_not_kept_at_all(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    capture = make_capture(token_address())
    with monkeypatch.context() as patch:
        patch.setattr("storage.blobs._write_all", full)
        with pytest.raises(DiskFull):
            archive.keep_capture(capture, run=None, next_visit=in_a_week)
        with pytest.raises(DiskFull):
            archive.keep_asset(make_asset("k"))
    assert archive.article(token_address()) is None
    assert archive.status(NOON).blobs == 0
    archive.keep_capture(capture, run=None, next_visit=in_a_week)
    assert archive.article(token_address()) is not None


def test_a_blob_that_was_never_kept_and_one_that_was_lost_are_told_apart(archive: Archive) -> None:
    archive.keep_asset(make_asset("k", b"picture"))
    with pytest.raises(NotInArchive):
        archive.read_blob(name_of(b"never kept"))
    (file,) = archive.folder.rglob(name_of(b"picture"))
    file.unlink()
    with pytest.raises(BlobDamaged):
        archive.open_blob(name_of(b"picture"))
