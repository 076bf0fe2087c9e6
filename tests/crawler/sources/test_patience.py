"""How long a source is left alone after a failure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.sources.patience import MOST_PATIENCE, PAUSES, SourceFailed, failed, is_to_be_asked, succeeded
from storage.records import SourceState

NOW = datetime(2026, 3, 13, 2, 30, tzinfo=UTC)
FRESH = SourceState(source="方志办")


def failure(reason: str = "timeout", retry_after: timedelta | None = None) -> SourceFailed:
    return SourceFailed(url="https://www.example.org/", reason=reason, retry_after=retry_after)


def test_a_source_that_fails_is_left_alone_for_longer_each_time_up_to_a_day() -> None:
    state, waits = FRESH, []
    for _ in range(len(PAUSES) + 2):
        state = failed(state, failure(), NOW)
        assert state.next_ask_at
        waits.append(state.next_ask_at - NOW)
    assert waits == [*PAUSES, PAUSES[-1], PAUSES[-1]]
    assert (state.failures, state.failure, state.last_failure_at) == (len(waits), "timeout", NOW)
    assert waits[-1] < timedelta(days=1)


def test_what_a_source_asks_for_outweighs_our_own_pause_within_reason() -> None:
    asked = failed(FRESH, failure("status 503", timedelta(hours=5)), NOW)
    assert (asked.next_ask_at, asked.is_asked_to_wait) == (NOW + timedelta(hours=5), True)
    forever = failed(FRESH, failure("status 429", timedelta(days=30)), NOW)
    assert forever.next_ask_at == NOW + MOST_PATIENCE


def test_a_person_s_word_outweighs_our_own_patience_but_not_the_source_s() -> None:
    ours = failed(FRESH, failure(), NOW)
    theirs = failed(FRESH, failure("status 503", timedelta(hours=5)), NOW)
    assert not is_to_be_asked(ours, NOW, by_hand=False)
    assert is_to_be_asked(ours, NOW, by_hand=True)
    assert is_to_be_asked(ours, NOW + PAUSES[0], by_hand=False)
    assert not is_to_be_asked(theirs, NOW, by_hand=True)


def test_a_source_that_answers_again_begins_with_a_clean_sheet() -> None:
    state = succeeded(failed(FRESH, failure(), NOW - timedelta(hours=2)), NOW)
    assert (state.failures, state.failure, state.next_ask_at) == (0, None, None)
    assert (state.last_success_at, state.last_failure_at) == (NOW, NOW - timedelta(hours=2))
    assert is_to_be_asked(state, NOW, by_hand=False)


def test_a_clock_that_ran_ahead_holds_up_no_source_once_it_is_set_right() -> None:
    ahead = failed(FRESH, failure("status 503", timedelta(hours=5)), NOW + timedelta(days=400))
    assert is_to_be_asked(ahead, NOW, by_hand=False)
