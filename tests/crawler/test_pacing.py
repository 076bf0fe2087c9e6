"""The pace gate and the breaker, with a clock that does not wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.pacing import FORGOTTEN_AFTER, NightIsOver, Pace, ends_the_night, refused, rested
from crawler.threads import Threads
from storage.records import WayOut

NIGHT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


class PatientClock:
    """A clock that moves on by what it is asked to wait."""

    def __init__(self) -> None:
        self.at = NIGHT
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.at += timedelta(seconds=seconds)


class OneRow:
    """The archive's row of a way out, as Archive keeps it."""

    def __init__(self) -> None:
        self.state = WayOut(name="direct")
        self.next_at = NIGHT

    def reserve_slot(self, way_out: str, *, interval_seconds: float, now: datetime) -> float:
        slot = max(self.next_at, now)
        self.next_at = slot + timedelta(seconds=interval_seconds)
        return (slot - now).total_seconds()

    def way_out(self, name: str) -> WayOut:
        return self.state

    def keep_way_out(self, state: WayOut) -> None:
        self.state = state


def paced(
    story: Callable[[Pace], Awaitable[None]],
    *,
    row: OneRow | None = None,
    clock: PatientClock | None = None,
    ends_at: datetime | None = None,
    delay_seconds: float = 0,
) -> tuple[OneRow, PatientClock, list[datetime | None]]:
    """Tell a story to a pace gate: what stands in the archive, what the clock slept, what was said of waiting."""
    row, clock, waits = row or OneRow(), clock or PatientClock(), list[datetime | None]()
    threads = Threads(1, "test")

    async def run() -> None:
        pace = Pace(
            row,
            delay_seconds=delay_seconds,
            clock=clock,
            ends_at=ends_at,
            way_out="direct",
            waiting=waits.append,
            stopped=asyncio.Event(),
            in_thread=threads,
        )
        await pace.begin()
        await story(pace)

    asyncio.run(run())
    threads.close()
    return row, clock, waits


def test_articles_follow_each_other_at_the_pace_that_was_set() -> None:
    async def story(pace: Pace) -> None:
        for _ in range(21):
            await pace.wait_turn()

    _, clock, _ = paced(story, delay_seconds=6)
    assert len(clock.slept) == 20
    assert all(6 * 0.7 <= pause <= 6 * 1.3 for pause in clock.slept)
    assert 100 < sum(clock.slept) < 140


def test_without_a_delay_there_is_no_waiting() -> None:
    async def story(pace: Pace) -> None:
        await pace.wait_turn()

    assert paced(story)[1].slept == []


def test_the_first_captcha_pauses_half_an_hour_and_the_second_two() -> None:
    async def story(pace: Pace) -> None:
        await pace.refuse()
        await pace.wait_turn()
        await pace.refuse()
        await pace.wait_turn()

    _, clock, waits = paced(story)
    assert clock.slept == [1800, 7200]
    assert waits == [NIGHT + timedelta(minutes=30), None, NIGHT + timedelta(hours=2, minutes=30), None]


def test_the_third_ends_the_night_without_waiting() -> None:
    async def story(pace: Pace) -> None:
        for _ in range(2):
            await pace.refuse()
            await pace.wait_turn()
        await pace.refuse()
        with pytest.raises(NightIsOver):
            await pace.wait_turn()

    row, clock, _ = paced(story)
    assert clock.slept == [1800, 7200]
    assert ends_the_night(row.state)


def test_a_pause_that_would_pass_the_nights_end_ends_it_at_once() -> None:
    async def story(pace: Pace) -> None:
        await pace.refuse()
        with pytest.raises(NightIsOver):
            await pace.wait_turn()

    assert paced(story, ends_at=NIGHT + timedelta(minutes=20))[1].slept == []


def test_a_pause_outlives_the_crawl_that_met_the_captcha() -> None:
    """The next crawl over this way out waits too, and a second refusal there counts as the second."""

    async def first(pace: Pace) -> None:
        await pace.refuse()

    row, clock, _ = paced(first)

    async def second(pace: Pace) -> None:
        await pace.wait_turn()
        await pace.refuse()

    row, clock, _ = paced(second, row=row, clock=clock)
    assert clock.slept == [1800]
    assert row.state.refusals == 2


def test_a_crawl_that_is_to_stop_does_not_sit_out_a_pause() -> None:
    """With a clock that really waits: the stop comes first."""

    async def story() -> None:
        stopped = asyncio.Event()
        threads = Threads(1, "test")
        row = OneRow()
        row.state = WayOut(name="direct", refusals=1, paused_until=datetime.now(UTC) + timedelta(hours=1))

        class Waiting(PatientClock):
            def now(self) -> datetime:
                return datetime.now(UTC)

            async def sleep(self, seconds: float) -> None:
                await asyncio.sleep(seconds)

        pace = Pace(
            row,
            delay_seconds=0,
            clock=Waiting(),
            ends_at=None,
            way_out="direct",
            waiting=lambda _: stopped.set(),
            stopped=stopped,
            in_thread=threads,
        )
        await pace.begin()
        with pytest.raises(NightIsOver):
            await pace.wait_turn()
        threads.close()

    asyncio.run(asyncio.wait_for(story(), timeout=5))


def test_two_pages_that_were_on_their_way_together_count_as_one_refusal() -> None:
    once = refused(WayOut(name="direct"), NIGHT)
    assert refused(once, NIGHT + timedelta(seconds=1)) == once


def test_a_long_quiet_time_clears_the_sheet() -> None:
    state = refused(WayOut(name="direct"), NIGHT)
    assert rested(state, NIGHT + timedelta(hours=2)) == state
    assert rested(state, NIGHT + timedelta(hours=1) + FORGOTTEN_AFTER) == WayOut(name="direct")


def test_a_pause_of_a_clock_that_ran_ahead_is_forgotten_once_it_is_set_right() -> None:
    state = refused(WayOut(name="direct"), NIGHT + timedelta(days=365))
    assert rested(state, NIGHT) == WayOut(name="direct")


def test_negative_control_with_a_breaker_that_forgets_the_night_never_ends() -> None:
    """Were refusals not counted, the third would pause like the first."""
    state = WayOut(name="direct")
    for hours in (0, 3, 6):
        state = refused(replace(state, refusals=0), NIGHT + timedelta(hours=hours))
    assert not ends_the_night(state)
