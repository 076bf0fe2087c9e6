"""The timetable: which moments are planned, and when a run must have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.config import Config, ScheduleSettings
from crawler.timetable import Job, next_run, timetable
from storage.errors import WrongSettings


def nightly(**settings: str | None) -> Job:
    return timetable(Config(schedule=ScheduleSettings(**settings)))[0]


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def test_the_night_begins_in_beijing() -> None:
    job = nightly()
    assert job.next_after(beijing("2026-03-01 12:00")) == beijing("2026-03-02 02:30")
    assert job.last_before(beijing("2026-03-01 12:00")) == beijing("2026-03-01 02:30")


def test_a_planned_moment_is_its_own_last_and_not_its_next() -> None:
    job, at = nightly(), beijing("2026-03-01 02:30")
    assert job.last_before(at) == at
    assert job.next_after(at) == beijing("2026-03-02 02:30")


def test_the_night_ends_when_the_settings_say() -> None:
    planned_at = beijing("2026-03-01 02:30")
    assert nightly().ends_at(planned_at, planned_at) == beijing("2026-03-01 06:30")


def test_a_night_may_end_on_the_next_day() -> None:
    planned_at = beijing("2026-03-01 22:00")
    assert nightly(nightly="0 22 * * *", until="05:00").ends_at(planned_at, planned_at) == beijing("2026-03-02 05:00")


def test_a_night_that_is_made_up_for_by_day_gets_its_full_length() -> None:
    started_at = beijing("2026-03-01 09:00")
    assert nightly().ends_at(beijing("2026-03-01 02:30"), started_at) == started_at + timedelta(hours=4)


@pytest.mark.parametrize(("field", "day"), [("1", 0), ("5", 4), ("0", 6), ("7", 6), ("1-5", 0), ("mon", 0)])
def test_weekdays_are_counted_as_cron_does(field: str, day: int) -> None:
    found = nightly(nightly=f"30 2 * * {field}").next_after(beijing("2026-03-01 12:00"))  # a Sunday
    assert found is not None
    assert found.weekday() == day


def test_what_is_no_cron_line_is_refused_by_name() -> None:
    with pytest.raises(WrongSettings, match="nightly"):
        timetable(Config(schedule=ScheduleSettings(nightly="every night")))


def test_without_a_sweep_there_is_only_the_night() -> None:
    assert [job.name for job in timetable(Config(schedule=ScheduleSettings(sweep=None)))] == ["nightly"]
    assert [job.name for job in timetable(Config())] == ["nightly", "sweep"]


def test_the_next_run_is_the_earliest_of_all_jobs() -> None:
    assert next_run(Config(), beijing("2026-03-01 02:20")) == beijing("2026-03-01 02:30")
    assert next_run(Config(), beijing("2026-03-01 02:40")) == beijing("2026-03-01 03:15")


@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)))
def test_the_last_and_the_next_planned_moment_lie_a_day_apart(moment: datetime) -> None:
    job, now = nightly(), moment.replace(tzinfo=UTC)
    last, coming = job.last_before(now), job.next_after(now)
    assert last is not None
    assert coming is not None
    assert last <= now < coming == last + timedelta(days=1)
