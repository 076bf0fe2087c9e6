"""How a source stands after each asking, and when it is asked again. Pure.

A source that fails is left alone for longer each time, up to a day; one that names a time itself (Retry-After) is left
alone until then. Pauses end a little before the hour or the night, so that the run of that hour asks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from crawler.words.names import remedy
from storage.errors import MirrorError
from storage.records import SourceState

PAUSES = (timedelta(minutes=50), timedelta(hours=3), timedelta(hours=6), timedelta(hours=12), timedelta(hours=23))
"""After the first failure, the second, …; the last holds for all that follow."""

MOST_PATIENCE = timedelta(days=7)
"""A Retry-After is not believed beyond this."""


class SourceFailed(MirrorError):
    """A source, or a bulletin of it, could not be had. ``reason`` is a code of crawler.words.names, with its detail."""

    words = "{url} could not be fetched: {reason}. {remedy}"

    def __init__(self, *, url: str, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(url=url, reason=reason, remedy=remedy(reason))
        self.reason = reason
        self.retry_after = retry_after

    @property
    def is_plea(self) -> bool:
        """Whether the source asks to be left alone for now."""
        return self.reason in ("status 429", "status 503")


def is_to_be_asked(state: SourceState, now: datetime, *, by_hand: bool) -> bool:
    """Whether a source is asked in this run. A person's word outweighs our own patience, not what the source asked.

    One that was asked later than now, by a clock that has been set right since, is asked again.
    """
    if state.next_ask_at is None or state.next_ask_at <= now or (state.last_asked_at and state.last_asked_at > now):
        return True
    return by_hand and not state.is_asked_to_wait


def succeeded(state: SourceState, now: datetime, *, read_up_to: str | None = None) -> SourceState:
    """The state of a source that was asked and has answered."""
    return replace(
        state,
        last_asked_at=now,
        last_success_at=now,
        failure=None,
        failures=0,
        next_ask_at=None,
        is_asked_to_wait=False,
        read_up_to=read_up_to or state.read_up_to,
    )


def failed(state: SourceState, failure: SourceFailed, now: datetime) -> SourceState:
    """The state of a source that was asked in vain."""
    pause = PAUSES[min(state.failures, len(PAUSES) - 1)]
    wait = min(failure.retry_after or timedelta(), MOST_PATIENCE)
    return replace(
        state,
        last_asked_at=now,
        last_failure_at=now,
        failure=failure.reason,
        failures=state.failures + 1,
        next_ask_at=now + max(pause, wait),
        is_asked_to_wait=wait > timedelta(),
    )
