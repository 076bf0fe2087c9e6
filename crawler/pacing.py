"""At what pace WeChat is visited, and what happens when it turns us away.

The pace and the breaker's state stand in the archive, one row per way out (an address that requests leave from), so
that every crawl and every worker behind that address keeps to them. Nothing is ever done to get round a captcha: the
first pauses the way out for half an hour, the second for two hours, the third ends the night.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from crawler.threads import Elsewhere
from storage.records import WayOut

PAUSES = (timedelta(minutes=30), timedelta(hours=2))
"""After the first refusal, and after the second."""

REST = timedelta(hours=12)
"""After the third: the night is over, and the hourly sweeps of the day after keep away too."""

FORGOTTEN_AFTER = timedelta(hours=6)
"""A way out that was free for so long begins with a clean sheet."""

JITTER = 0.3
"""How much a pause between two articles differs from its setting, either way."""


class Clock(Protocol):
    """The time of day, and waiting. Tests bring one that does not wait."""

    def now(self) -> datetime:
        """This moment, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The real one."""

    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def refused(state: WayOut, now: datetime) -> WayOut:
    """A way out's state after one more captcha or rate limit.

    A refusal that comes in while the way out is paused already (a second page that was on its way) counts once.
    """
    if state.paused_until and state.paused_until > now:
        return state
    refusals = state.refusals + 1
    pause = PAUSES[refusals - 1] if refusals <= len(PAUSES) else REST
    return replace(state, refusals=refusals, paused_until=now + pause)


def rested(state: WayOut, now: datetime) -> WayOut:
    """A way out's state at the beginning of a crawl: earlier refusals are forgotten when it was free for long.

    So is a pause that ends later than any can: the clock that it was told by ran ahead, and was set right.
    """
    if state.paused_until and not now - FORGOTTEN_AFTER <= state.paused_until <= now + REST:
        return WayOut(name=state.name)
    return state


def ends_the_night(state: WayOut) -> bool:
    """Whether no further visit is to be made from this way out tonight."""
    return state.refusals > len(PAUSES)


class NightIsOver(Exception):
    """No further visit tonight: the breaker has ended it, its pause would pass its end, or the crawl is to stop."""


class PaceKeeper(Protocol):
    """What pacing asks of the archive."""

    def reserve_slot(self, way_out: str, *, interval_seconds: float, now: datetime) -> float: ...  # noqa: D102

    def way_out(self, name: str) -> WayOut: ...  # noqa: D102

    def keep_way_out(self, state: WayOut) -> None: ...  # noqa: D102


class Pace:
    """The gate that every visit to an article passes, one after the other."""

    def __init__(
        self,
        keeper: PaceKeeper,
        *,
        delay_seconds: float,
        clock: Clock,
        ends_at: datetime | None,
        way_out: str,
        waiting: Callable[[datetime | None], None],
        stopped: asyncio.Event,
        in_thread: Elsewhere,
    ) -> None:
        self.keeper = keeper
        self.delay_seconds = delay_seconds
        self.clock = clock
        self.ends_at = ends_at
        self.name = way_out
        self.waiting = waiting
        self.stopped = stopped
        self.in_thread = in_thread
        self._turn = asyncio.Lock()
        self._state = WayOut(name=way_out)

    async def begin(self) -> None:
        """Take over what earlier crawls have met with."""
        now = self.clock.now()
        self._state = rested(await self.in_thread(self.keeper.way_out, self.name), now)
        await self.in_thread(self.keeper.keep_way_out, self._state)

    async def wait_turn(self) -> None:
        """Return when the next article may be asked for. Raises NightIsOver when that is not tonight."""
        async with self._turn:
            await self._wait_out_pause()
            if self.delay_seconds:
                await self._wait_slot()

    async def refuse(self) -> WayOut:
        """Take note of a captcha or a rate limit; the way out's state from now on."""
        self._state = refused(self._state, self.clock.now())
        await self.in_thread(self.keeper.keep_way_out, self._state)
        return self._state

    async def _wait_out_pause(self) -> None:
        while (until := self._state.paused_until) and until > (now := self.clock.now()):
            if ends_the_night(self._state) or (self.ends_at and until >= self.ends_at):
                raise NightIsOver
            self.waiting(until)
            await self._sleep((until - now).total_seconds())
            self.waiting(None)

    async def _wait_slot(self) -> None:
        interval = self.delay_seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
        wait = await self.in_thread(
            self.keeper.reserve_slot, self.name, interval_seconds=interval, now=self.clock.now()
        )
        if wait > 0:
            await self._sleep(wait)

    async def _sleep(self, seconds: float) -> None:
        """Wait, unless the crawl is to stop. Raises NightIsOver then."""
        asleep = asyncio.ensure_future(self.clock.sleep(seconds))
        stopped = asyncio.ensure_future(self.stopped.wait())
        done, waiting = await asyncio.wait({asleep, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if stopped in done:
            raise NightIsOver
