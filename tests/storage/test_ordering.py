"""Bytes first, row second: whatever step a writer is cut at, no row names bytes that are not there.

A child that is forked for each step does the same work and ends, without a word, just before that step: a statement, a
commit, a flush, a rename. What it leaves is what a power cut or SIGKILL leaves, but for the disk's own cache; what that
may lose is told by the order of flushes, which the last tests look at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event

from storage.archive import BLOBS, Archive
from storage.blobs import FolderBlobs
from tests.conftest import is_ci
from tests.storage.making import (
    days,
    in_a_week,
    make_asset,
    make_bulletin,
    make_capture,
    make_hop,
    make_links,
    make_reading,
    token_address,
)

Step = Callable[..., None]
"""Told the step's name, and the files that it is about to touch."""

STEPS_ON_DISK = ("fsync", "rename", "unlink")
DONE, CUT = 0, 66


class RowFirst(FolderBlobs):
    """The rule turned round: bytes are written only when their row is."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._late: list[tuple[str, bytes, bool]] = []

    def put(self, sha256: str, body: bytes, *, compress: bool, level: int = 3) -> None:
        self._late.append((sha256, body, compress))

    def catch_up(self) -> None:
        while self._late:
            sha256, body, compress = self._late.pop(0)
            super().put(sha256, body, compress=compress)


class Unflushed(FolderBlobs):
    """Bytes are written before their row, but nobody asks the disk for them."""

    def _write(self, sha256: str, form: str, stored: bytes) -> None:
        place = Path(self._place(sha256))
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{sha256}{form}").write_bytes(stored)


def keep_some(archive: Archive, store: FolderBlobs, on_step: Step) -> None:
    """Keep a bulletin, a page with a body on its way, a sheet and a picture: every keeping method that has bytes."""
    address = token_address()
    record, body = make_bulletin(address)
    hops = (make_hop("https://a/", status=302, body=b"<a>moved</a>"), make_hop("https://b/"))
    keeping: list[Callable[[], object]] = [
        lambda: archive.keep_bulletin(record, body, source=None, source_url=None, kept_at=days(0)),
        lambda: archive.keep_capture(
            make_capture(address, make_reading(assets=make_links("k")), hops=hops), run=None, next_visit=in_a_week
        ),
        lambda: archive.keep_sheet(make_asset("sheet", b"p{}", media_type="text/css"), (), wanted_at=days(0)),
        lambda: archive.keep_asset(make_asset("k")),
    ]
    for keep in keeping:
        keep()
        if isinstance(store, RowFirst):
            on_step("row")
            store.catch_up()


def in_a_child(folder: Path, make_store: type[FolderBlobs], on_step: Step) -> int:
    """Keep some in a child, which asks ``on_step`` before each step; its exit code."""
    child = os.fork()
    if child == 0:
        try:
            _watch_disk(on_step)
            with Archive.open(folder, writing=True) as archive:
                archive._blobs = store = make_store(folder / BLOBS)
                event.listen(archive._database.writer, "before_cursor_execute", lambda *_: on_step("statement"))
                event.listen(archive._database.writer, "commit", lambda _: on_step("commit"))
                keep_some(archive, store, on_step)
            os._exit(DONE)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _watch_disk(on_step: Step) -> None:
    """Ask before each call that changes the disk; only a child that is about to end does this to its own ``os``."""
    for name in STEPS_ON_DISK:
        real = getattr(os, name)

        def asking(*values: object, name: str = name, real: Callable[..., object] = real) -> object:
            on_step(name, *map(_file_of, values))
            return real(*values)

        setattr(os, name, asking)


def _file_of(value: object) -> str:
    return os.readlink(f"/proc/self/fd/{value}") if isinstance(value, int) else str(value)


def cut_at(number: int) -> Step:
    """Ends the program, with no chance to tidy up, at the step of this number."""
    steps = count()

    def on_step(*_: str) -> None:
        if next(steps) == number:
            os._exit(CUT)

    return on_step


def faults_at_every_step(folder: Path, make_store: type[FolderBlobs]) -> Iterator[int]:
    """What `verify` finds after a cut at the first step, at the second, and so on until there is none to cut at.

    Every fourth step only, but with CI=true.
    """
    code, empty = CUT, folder / "empty"
    Archive.open(empty, writing=True, create=True).close()
    for number in count(step=1 if is_ci() else 4):
        if code == DONE:
            return
        archive = folder / f"{number}"
        shutil.copytree(empty, archive)
        code = in_a_child(archive, make_store, cut_at(number))
        assert code in (DONE, CUT)
        with Archive.open(archive) as left:
            yield len(left.verify().faults)


def test_cut_at_any_step_no_row_is_without_its_bytes(tmp_path: Path) -> None:
    faults = list(faults_at_every_step(tmp_path, FolderBlobs))
    # Steps: five blobs of three flushes and a rename each, and four transactions.
    assert len(faults) > (50 if is_ci() else 12)
    assert not any(faults)


def test_negative_control_with_rows_before_bytes_a_cut_leaves_rows_without_bytes(tmp_path: Path) -> None:
    assert any(faults_at_every_step(tmp_path, RowFirst))


class Disk:
    """What a disk has promised to remember: names of flushed files whose folder was flushed after they got them."""

    def __init__(self) -> None:
        self.safe: set[str] = set()
        self._flushed: set[str] = set()
        self._named: set[str] = set()

    def note(self, step: str, *files: str) -> None:
        if step == "rename" and files[0] in self._flushed:
            self._named.add(files[1])
        elif step == "fsync":
            self._flushed.add(files[0])
            self.safe |= {file for file in self._named if os.path.dirname(file) == files[0]}


def unsafe_at_commit(folder: Path, make_store: type[FolderBlobs]) -> set[str]:
    """The blobs that a transaction was committed over while the disk might still lose them."""
    Archive.open(folder, writing=True, create=True).close()
    told, disk = folder / "told", Disk()
    told.touch()

    def on_step(step: str, *files: str) -> None:
        disk.note(step, *files)
        if step == "commit":
            there = {str(file) for file in (folder / BLOBS).glob("??/*")}
            with told.open("a") as out:
                out.writelines(f"{Path(file).name}\n" for file in there - disk.safe)

    assert in_a_child(folder, make_store, on_step) == DONE
    return set(told.read_text().split())


def test_what_a_row_names_was_flushed_before_the_row_was_committed(tmp_path: Path) -> None:
    assert unsafe_at_commit(tmp_path, FolderBlobs) == set()


def test_negative_control_without_flushing_a_power_cut_would_leave_rows_without_bytes(tmp_path: Path) -> None:
    assert len(unsafe_at_commit(tmp_path, Unflushed)) == 5


@pytest.mark.parametrize("make_store", [FolderBlobs, RowFirst, Unflushed])
def test_undisturbed_each_order_comes_to_the_same(tmp_path: Path, make_store: type[FolderBlobs]) -> None:
    """What makes the controls fair: only a cut tells them from the rule."""
    Archive.open(tmp_path, writing=True, create=True).close()
    assert in_a_child(tmp_path, make_store, lambda *_: None) == DONE
    with Archive.open(tmp_path) as archive:
        assert archive.verify().faults == ()
        assert archive.status(days(0)).snapshots == 1
