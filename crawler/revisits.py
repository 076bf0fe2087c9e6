"""When an article deserves another look.

Pure: from all of an article's captures to the moment of the next visit. The ladders are those of the house's design,
made from how fast articles die: half of the removals come within two days of publication, nearly all within five
(docs/wechat.md, how fast articles die), and removals are sometimes lifted. One visit satisfies every step that is
already past, so an archive that slept for a month makes one visit, not ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.records import Outcome, Standing, Told

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# A nightly crawl begins at the same minute each night, and an article was visited some minutes after that. Without
# this grace a step of whole days would always fall a few minutes behind the crawl that should take it.
GRACE = 2 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Steps counted from a beginning, then one visit every ``then``; after ``late_from`` one every ``late``."""

    steps: tuple[timedelta, ...]
    then: timedelta
    late_from: timedelta | None = None
    late: timedelta | None = None

    def moments(self, begun_at: datetime) -> Iterator[datetime]:
        """Every step's moment, without end."""
        at = timedelta()
        for at in self.steps:
            yield begun_at + at
        while True:
            is_late = self.late_from is not None and at >= self.late_from
            at += self.late if is_late and self.late else self.then
            yield begun_at + at

    def after(self, begun_at: datetime, seen_at: datetime) -> datetime:
        """The first step that a visit at ``seen_at`` does not satisfy."""
        for step in self.moments(begun_at):
            due_at = step - GRACE if step - begun_at >= DAY else step
            if due_at > seen_at:
                return due_at
        raise AssertionError("a ladder has no end")


ALIVE = Ladder(steps=(6 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 30 * DAY), then=91 * DAY)
GONE = Ladder(steps=(30 * DAY,), then=30 * DAY, late_from=180 * DAY, late=365 * DAY)
LATER = Ladder(steps=(HOUR, 6 * HOUR, DAY), then=DAY, late_from=30 * DAY, late=30 * DAY)
# The target is visited in the same run. These steps are for the run that died before, and for a move without target.
MOVED = Ladder(steps=(HOUR, DAY, 30 * DAY), then=30 * DAY, late_from=180 * DAY, late=365 * DAY)
WEEKLY = Ladder(steps=(7 * DAY,), then=7 * DAY)

AT_ONCE = frozenset({Outcome.CAPTCHA, Outcome.RATE_LIMITED})
"""We were turned away, the article was not: it stays due."""

NEVER_BY_ITSELF = frozenset({Outcome.LINK_EXPIRED, Outcome.ROBOTS_EXCLUDED})
"""Another address must be found, or the rule that shut it out must change (crawler.robots)."""

LADDERS = {
    Standing.ALIVE: ALIVE,
    Standing.GONE: GONE,
    Standing.MOVED: MOVED,
    Standing.LATER: LATER,
    Standing.UNKNOWN: LATER,
    Standing.BLOCKED: WEEKLY,
}


def next_visit(told: Sequence[Told]) -> datetime | None:
    """When to look again, from all of an article's captures, oldest first; None: never by itself.

    An alive article is counted from its first alive capture; everything else from the first of the captures at the
    end that say the same. A captcha or a rate limit changes nothing: the article stays due as it was. Raises
    ValueError when there is no capture.
    """
    if not told:
        raise ValueError("no capture tells when to look again")
    newest = told[-1]
    if newest.outcome in AT_ONCE:
        return newest.captured_at
    if newest.outcome in NEVER_BY_ITSELF:
        return None
    return LADDERS[newest.outcome.standing].after(_begun_at(told), newest.captured_at)


def next_asset_try(attempts: int, now: datetime, retry_after: timedelta | None = None) -> datetime:
    """When to try an asset again that failed ``attempts`` times (from 1): an hour, six, then nightly, monthly.

    A server's own Retry-After is honoured where it asks for more patience than that, up to a month.
    """
    patience = (HOUR, 6 * HOUR, *(DAY - GRACE,) * 10)[attempts - 1] if 1 <= attempts <= 12 else 30 * DAY
    return now + max(patience, min(retry_after or timedelta(), 30 * DAY))


def _begun_at(told: Sequence[Told]) -> datetime:
    standing = told[-1].outcome.standing
    if standing is Standing.ALIVE:
        return next(one.captured_at for one in told if one.outcome is Outcome.ALIVE)
    begun_at = told[-1].captured_at
    for one in reversed(told):
        if one.outcome in AT_ONCE:
            continue
        if LADDERS[one.outcome.standing] is not LADDERS[standing]:
            break
        begun_at = one.captured_at
    return begun_at
