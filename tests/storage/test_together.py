"""Threads that come at the same time share one transaction, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from storage.archive import Archive
from storage.errors import ArchiveReadOnly
from storage.together import Together
from tests.storage.making import in_a_week, make_asset, make_capture, make_links, make_reading, token_address


def test_entries_that_come_while_one_is_done_are_done_together() -> None:
    begun, go_on, groups = Event(), Event(), []

    def work(entries):
        groups.append(list(entries))
        begun.set()
        go_on.wait(10)
        return [entry * 2 for entry in entries]

    together = Together(work)
    with ThreadPoolExecutor(5) as threads:
        first = threads.submit(together, 0)
        begun.wait(10)
        others = [threads.submit(together, number) for number in range(1, 5)]
        while len(together._waiting) < 4:
            pass
        go_on.set()
        assert first.result() == 0
        assert [other.result() for other in others] == [2, 4, 6, 8]
    assert [len(group) for group in groups] == [1, 4]


def test_an_entry_that_fails_fails_alone() -> None:
    barrier = Barrier(6)

    def work(entries):
        return [10 // entry for entry in entries]

    together = Together(work)

    def call(entry: int) -> object:
        barrier.wait(10)
        try:
            return together(entry)
        except ZeroDivisionError:
            return "failed"

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(call, [1, 0, 2, 5, 0, 10])) == [10, "failed", 5, 2, "failed", 1]


def test_pictures_from_many_threads_are_all_kept(archive: Archive) -> None:
    keys = [f"k{number}" for number in range(40)]
    capture = make_capture(token_address(), make_reading(assets=make_links(*keys)))
    archive.keep_capture(capture, run=None, next_visit=in_a_week)
    with ThreadPoolExecutor(8) as threads:
        made = [make_asset(key, f"picture {number % 20}".encode()) for number, key in enumerate(keys)]
        assert all(threads.map(archive.keep_asset, made))
        assert not any(threads.map(archive.keep_asset, made))
    assert archive.snapshot(token_address()).is_complete
    assert archive.verify().blobs == 21


def test_each_thread_hears_of_its_own_failure(archive: Archive, database_url: str | None) -> None:
    with Archive.open(archive.folder, database_url=database_url) as reader, ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(reader.keep_asset, make_asset(f"k{number}")) for number in range(4)]
        for call in calls:
            with pytest.raises(ArchiveReadOnly):
                call.result()
