"""When an article deserves another look: the ladders, step by step, and what always holds of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.revisits import GRACE, NEVER_BY_ITSELF, next_asset_try, next_visit
from storage.records import Outcome, Standing, Told

START = datetime(2026, 3, 1, 18, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def told(*captures: tuple[timedelta, Outcome]) -> list[Told]:
    return [Told(captured_at=START + after, outcome=outcome) for after, outcome in captures]


def visits(outcome: Outcome, count: int) -> list[timedelta]:
    """How long after the first visit each further one is due, when every visit finds the same and is on time."""
    captures = told((timedelta(), outcome))
    for _ in range(count):
        due_at = next_visit(captures)
        assert due_at is not None
        captures.append(Told(captured_at=due_at, outcome=outcome))
    return [one.captured_at - START for one in captures[1:]]


def test_an_alive_article_is_seen_often_at_first_and_then_every_quarter() -> None:
    days = [1, 2, 3, 7, 30, 30 + 91, 30 + 182]
    assert visits(Outcome.ALIVE, 8) == [6 * HOUR, *(day * DAY - GRACE for day in days)]


def test_a_removed_article_is_seen_monthly_for_half_a_year_and_then_yearly() -> None:
    assert visits(Outcome.DELETED, 8)[4:] == [day * DAY - GRACE for day in (150, 180, 545, 910)]


def test_what_may_come_back_is_tried_soon_then_nightly_for_a_month_then_monthly() -> None:
    later = visits(Outcome.UNREACHABLE, 34)
    assert later[:3] == [HOUR, 6 * HOUR, DAY - GRACE]
    assert later[30:] == [day * DAY - GRACE for day in (29, 30, 60, 90)]


@pytest.mark.parametrize("outcome", [Outcome.CAPTCHA, Outcome.RATE_LIMITED])
def test_an_article_that_met_a_captcha_stays_due(outcome: Outcome) -> None:
    assert next_visit(told((timedelta(), Outcome.ALIVE), (6 * HOUR, outcome))) == START + 6 * HOUR


def test_a_captcha_between_two_failures_does_not_begin_the_ladder_anew() -> None:
    captures = told((timedelta(), Outcome.UNREACHABLE), (2 * HOUR, Outcome.CAPTCHA), (3 * HOUR, Outcome.UNREACHABLE))
    assert next_visit(captures) == START + 6 * HOUR


@pytest.mark.parametrize("outcome", [Outcome.LINK_EXPIRED, Outcome.ROBOTS_EXCLUDED])
def test_what_waits_for_another_address_or_another_rule_is_not_visited_by_itself(outcome: Outcome) -> None:
    assert next_visit(told((timedelta(), outcome))) is None


@pytest.mark.parametrize("outcome", [Outcome.CLIENT_ONLY, Outcome.REGION_BLOCKED])
def test_what_is_closed_to_us_is_looked_at_weekly(outcome: Outcome) -> None:
    assert visits(outcome, 2) == [7 * DAY - GRACE, 14 * DAY - GRACE]


def test_a_restored_article_counts_from_its_first_alive_capture() -> None:
    captures = told((timedelta(), Outcome.ALIVE), (DAY, Outcome.DELETED), (31 * DAY, Outcome.ALIVE))
    assert next_visit(captures) == START + 121 * DAY - GRACE


def test_a_nightly_crawl_that_reaches_an_article_a_little_earlier_takes_its_day_step() -> None:
    """Visited at 02:40 one night, due already when the next night's crawl begins at 02:30."""
    captures = told((timedelta(), Outcome.ALIVE), (6 * HOUR, Outcome.ALIVE))
    due_at = next_visit(captures)
    assert due_at is not None
    assert due_at <= START + DAY - timedelta(minutes=10)


HISTORIES = st.lists(
    st.tuples(st.integers(0, 400 * 24 * 60), st.sampled_from(list(Outcome))), min_size=1, max_size=12
).map(lambda pairs: told(*((timedelta(minutes=at), outcome) for at, outcome in sorted(pairs, key=lambda p: p[0]))))


@given(HISTORIES)
def test_the_next_visit_lies_after_the_newest_or_the_article_stays_due(history: list[Told]) -> None:
    due_at = next_visit(history)
    newest = history[-1]
    if newest.outcome in (Outcome.CAPTCHA, Outcome.RATE_LIMITED):
        assert due_at == newest.captured_at
    elif newest.outcome in NEVER_BY_ITSELF:
        assert due_at is None
    else:
        assert due_at is not None
        assert newest.captured_at < due_at <= newest.captured_at + 366 * DAY


@given(HISTORIES, st.integers(1, 200))
def test_one_visit_satisfies_every_step_already_past(history: list[Told], slept_days: int) -> None:
    """However long an archive slept: an alive visit now leaves exactly one next step, in the future."""
    now = history[-1].captured_at + slept_days * DAY
    due_at = next_visit([*history, Told(captured_at=now, outcome=Outcome.ALIVE)])
    assert due_at is not None
    assert due_at > now


@given(HISTORIES)
def test_only_what_is_gone_moved_or_long_alive_waits_for_more_than_a_month(history: list[Told]) -> None:
    due_at = next_visit(history)
    if due_at and due_at > history[-1].captured_at + 31 * DAY:
        assert history[-1].outcome.standing in (Standing.ALIVE, Standing.GONE, Standing.MOVED)


def test_without_a_capture_there_is_nothing_to_tell() -> None:
    with pytest.raises(ValueError, match="no capture"):
        next_visit([])


@given(st.integers(1, 40))
def test_a_failing_asset_is_tried_ever_more_rarely(attempts: int) -> None:
    assert next_asset_try(attempts, START) <= next_asset_try(attempts + 1, START) <= START + 30 * DAY


def test_a_server_that_asks_for_patience_gets_it() -> None:
    assert next_asset_try(1, START, timedelta(hours=5)) == START + 5 * HOUR
    assert next_asset_try(1, START, timedelta(days=4000)) == START + 30 * DAY
