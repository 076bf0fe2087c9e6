"""A planned run is made once; a way out is used by one at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from storage.archive import Archive
from storage.errors import NotInArchive
from storage.records import RunSummary, WayOut
from tests.storage.making import NOON, days, make_capture, token_address


def test_a_planned_run_is_begun_once_whoever_asks(open_archive) -> None:
    one, other = open_archive(), open_archive()
    assert one.begin_run("nightly", planned_at=NOON, now=NOON) is not None
    assert other.begin_run("nightly", planned_at=NOON, now=NOON) is None
    assert other.begin_run("sweep", planned_at=NOON, now=NOON) is not None
    assert other.begin_run("nightly", planned_at=days(1), now=days(1)) is not None


def test_runs_by_hand_are_begun_as_often_as_asked(archive: Archive) -> None:
    runs = [archive.begin_run("crawl", planned_at=None, now=NOON) for _ in range(3)]
    assert len(set(runs)) == 3


def test_the_history_tells_how_far_a_run_came_and_how_it_ended(archive: Archive) -> None:
    run = archive.begin_run("nightly", planned_at=NOON, now=days(0.1))
    summary = RunSummary(visited=2, outcomes={"alive": 1, "deleted": 1}, left_due=7)
    archive.keep_progress(run, summary)
    (under_way,) = archive.runs()
    assert (under_way.summary, under_way.ended_at) == (summary, None)
    archive.end_run(run, replace(summary, stopped_by="time"), now=days(0.2))
    (ended,) = archive.runs(job="nightly")
    assert (ended.ended_at, ended.summary.stopped_by, ended.planned_at) == (days(0.2), "time", NOON)
    assert archive.status(NOON).last_run == ended
    assert archive.runs(job="sweep") == []


def test_an_unknown_run_has_no_history(archive: Archive) -> None:
    with pytest.raises(NotInArchive):
        archive.end_run("nightly-1", RunSummary(), now=NOON)


def test_a_capture_may_belong_to_a_run(archive: Archive) -> None:
    run = archive.begin_run("crawl", planned_at=None, now=NOON)
    archive.keep_capture(make_capture(token_address()), run=run, next_visit=lambda told: None)
    assert len(archive.captures(token_address().article_url)) == 1


def test_moments_on_the_way_out_are_given_one_after_the_other(open_archive) -> None:
    one, other = open_archive(), open_archive()
    waits = [archive.reserve_slot("direct", interval_seconds=6, now=NOON) for archive in (one, other, one)]
    assert waits == [0, 6, 12]
    assert one.reserve_slot("proxy", interval_seconds=6, now=NOON) == 0
    assert one.reserve_slot("direct", interval_seconds=6, now=days(1)) == 0


def test_a_clock_that_ran_ahead_holds_up_no_visit_once_it_is_set_right(archive: Archive) -> None:
    archive.reserve_slot("direct", interval_seconds=6, now=days(365))
    waits = [archive.reserve_slot("direct", interval_seconds=6, now=NOON) for _ in range(3)]
    assert waits == [0, 6, 12]


def test_no_moment_is_given_twice_to_many_threads(open_archive) -> None:
    archives = [open_archive(), open_archive()]
    with ThreadPoolExecutor(8) as threads:
        reserve = [(archives[number % 2], number) for number in range(60)]
        waits = list(threads.map(lambda one: one[0].reserve_slot("w", interval_seconds=1, now=NOON), reserve))
    assert sorted(waits) == list(range(60))


def test_refusals_and_pauses_are_remembered_beside_the_pace(archive: Archive) -> None:
    assert archive.way_out("direct") == WayOut(name="direct")
    archive.reserve_slot("direct", interval_seconds=6, now=NOON)
    state = WayOut(name="direct", refusals=2, paused_until=days(0.1))
    archive.keep_way_out(state)
    assert archive.way_out("direct") == state
    assert archive.reserve_slot("direct", interval_seconds=6, now=NOON) == 6
