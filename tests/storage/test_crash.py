"""Killed at any moment, the archive is whole: no row points at missing bytes, nothing that was kept is lost."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage.archive import Archive
from tests.commanding import Working
from tests.storage.making import (
    days,
    in_a_week,
    make_asset,
    make_bulletin,
    make_capture,
    make_links,
    make_reading,
    token_address,
)


def write_for_ever(folder: str, url: str, start: str) -> None:
    """Keep bulletins, pages and pictures, saying after each page that it is safe; from several threads."""
    archive = Archive.open(Path(folder), database_url=url or None, writing=True, create=True)
    with ThreadPoolExecutor(3) as threads:
        for number in range(int(start), int(start) + 10_000):
            address = token_address(f"n{number}")
            record, body = make_bulletin(address, body=f"bulletin {number}".encode())
            archive.keep_bulletin(record, body, source=None, source_url=None, kept_at=days(0))
            keys = [f"{number}-{part}" for part in range(3)]
            capture = make_capture(address, make_reading(assets=make_links(*keys)), body=os.urandom(40_000))
            archive.keep_capture(capture, run=None, next_visit=in_a_week)
            print(number, flush=True)
            list(threads.map(archive.keep_asset, [make_asset(key, os.urandom(30_000)) for key in keys]))


def killed_after(folder: Path, url: str | None, seconds: float, start: int) -> int:
    """Let a child write until it is killed, so many seconds after its first page; the last page it said is safe."""
    with Working(write_for_ever, str(folder), url or "", str(start)) as child:
        first = child.stdout.readline()
        time.sleep(seconds)
        child.kill()
        said = first + child.stdout.read()
    return int(said.split()[-1])


@pytest.fixture(params=[2, pytest.param(12, marks=pytest.mark.long)])
def moments(request: pytest.FixtureRequest) -> Iterator[list[float]]:
    choose = random.Random(20261122)
    return [choose.uniform(0, 0.25) for _ in range(request.param)]


def test_a_writer_killed_at_any_moment_leaves_a_whole_archive(
    tmp_path: Path, database_url: str | None, moments: list[float]
) -> None:
    folder, start = tmp_path / "archive", 0
    for seconds in moments:
        last = killed_after(folder, database_url, seconds, start)
        with Archive.open(folder, database_url=database_url, writing=True) as archive:
            assert archive.verify().faults == ()
            for number in range(last + 1):
                snapshot = archive.snapshot(token_address(f"n{number}"))
                assert len(archive.read_blob(snapshot.page_sha256)) == 40_000
        start = last + 1


def test_what_was_left_undone_is_done_again_without_harm(tmp_path: Path) -> None:
    last = killed_after(tmp_path, None, 0.05, 0)
    with Archive.open(tmp_path, writing=True) as archive:
        for task in archive.due_assets(days(1)):
            archive.keep_asset(make_asset(task.key))
        assert archive.due_assets(days(1)) == []
        assert archive.status(days(0)).incomplete == 0
        assert archive.status(days(0)).snapshots >= last + 1


def count_up(folder: str, url: str) -> None:
    """Read and write one number, twenty times."""
    with Archive.open(Path(folder), database_url=url or None, writing=True) as archive:
        for _ in range(20):
            archive.reserve_slot("counter", interval_seconds=1, now=days(0))
    print("done")


def test_no_update_is_lost_between_processes(archive: Archive, database_url: str | None) -> None:
    with ExitStack() as at_once:
        children = [at_once.enter_context(Working(count_up, str(archive.folder), database_url or "")) for _ in range(3)]
        assert [child.stdout.read() for child in children] == ["done\n"] * 3
    assert archive.reserve_slot("counter", interval_seconds=1, now=days(0)) == 60
