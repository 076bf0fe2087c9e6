"""The visits of one crawl: which comes next, and what becomes of each.

What is due stands in the archive; here is only what one run adds: one article at a time over one connection, few pages
in memory, and the judgement whether the way to WeChat is open at all. A visit that never reached WeChat is held back
until that is known: when nothing can be reached, no article may be counted as tried.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from crawler.pacing import Clock, Pace, ends_the_night
from crawler.revisits import AT_ONCE, next_visit
from crawler.tally import Tally
from crawler.threads import Elsewhere
from crawler.wechat.landmarks import FRAME_AS_SERVED
from crawler.wechat.urls import read_address
from crawler.words import say, say_error
from storage.archive import Archive
from storage.errors import ArchiveError, DiskFull, NotAnArticle
from storage.records import Address, Capture, CitedBySheets, Kept, Outcome, Reading, Standing, Visit

OWNER = "crawl"
"""Claims are made under the lock of this name, so whatever another run left claimed is this one's to take."""

LEASE = timedelta(minutes=30)
OPEN_VISITS = 8
"""Articles on the way, being read, or waiting for their pictures, at once: the bound on memory."""

CLAIMED_AT_ONCE = 4
"""Articles claimed in one transaction, ahead of their turn."""

WAY_OUT_IS_DOWN_AFTER = 5
"""Visits running that end unreachable."""

FAILURES_IN_A_ROW = 5
"""Captures running that could not be kept, though the archive itself said nothing: something is wrong with us."""

PROGRESS_SECONDS = 10
"""How often a run's history is told how far it has come."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BeingKept:
    """An article whose page is read, on its way into the archive."""

    names: frozenset[str]
    is_over: asyncio.Event


class Visits:
    """What is due, one visit after the other, until nothing is or there is a reason to stop."""

    def __init__(
        self,
        archive: Archive,
        *,
        run: str,
        tally: Tally,
        pace: Pace,
        clock: Clock,
        threads: Elsewhere,
        bytes_threads: Elsewhere,
        only_urgent: bool,
        ends_at: datetime | None,
        min_free_bytes: int,
    ) -> None:
        self.archive = archive
        self.run = run
        self.tally = tally
        self.pace = pace
        self.clock = clock
        self.threads = threads
        self.bytes_threads = bytes_threads
        self.only_urgent = only_urgent
        self.ends_at = ends_at
        self.min_free_bytes = min_free_bytes
        self._list: deque[int] = deque()
        self._moved: deque[Visit] = deque()
        self._tried: set[int] = set()
        self._asked: set[str] = set()
        self._open: dict[str, Visit] = {}
        self._failures = 0
        self._told_at = monotonic()
        self._held_back: list[tuple[Visit, Capture]] = []
        self._has_reached = False
        self._changed = asyncio.Event()
        self._on_its_way: Visit | None = None
        self._is_clear = asyncio.Event()
        self._is_clear.set()
        self._claimed: deque[Visit] = deque()
        self._claiming: asyncio.Task[None] | None = None
        self._unread: dict[str, Visit] = {}
        self._counted: set[str] = set()
        self._one_is_read = asyncio.Event()
        self._being_kept: dict[str, BeingKept] = {}
        self._told_since: set[str] = set()

    async def due(self) -> AsyncIterator[Visit]:
        """Each visit, when the page before it is read: that may have told that both are one article, or that we were
        turned away. Pages may still be being kept, and pictures on their way. Where no pause is kept between articles,
        a page that is surely an article need not even be read (``arrived``)."""
        while not self.must_stop():
            await self._is_clear.wait()
            if len(self._open) >= OPEN_VISITS:
                await self._one_is_done()
                continue
            if self.must_stop():
                break
            visit = await self._next()
            if visit is None:
                if not self._open:
                    break
                await self._one_is_done()
                continue
            self._open[visit.address.cited_url] = visit
            self._asked.add(visit.address.fetch_url)
            yield visit
        if self._claiming:
            await self._claiming
        with contextlib.suppress(DiskFull):  # what cannot be given back comes back by itself, when its lease is over
            for visit in self._claimed:
                await self.threads(self.archive.release, visit.article, owner=OWNER)
        while self._open:
            await self._one_is_done()
        await self._settle_held_back()

    def asks(self, visit: Visit) -> None:
        """A request for an article leaves; the next waits until its page is read, and is claimed meanwhile."""
        self._on_its_way = visit
        self._is_clear.clear()
        if not (self._claimed or self._claiming):
            self._claiming = asyncio.ensure_future(self._claim_some())

    def arrived(self, visit: Visit, body: bytes) -> None:
        """A visit's page is here, and will be read. One with an article's frame turns nobody away."""
        if not self.pace.delay_seconds and FRAME_AS_SERVED in body:
            self._unread[visit.address.cited_url] = visit
            self._clear_way(visit)

    def told(self, visit: Visit, reading: Reading) -> None:
        """A visit's page is read. Where it tells of its article, the next visit need not wait until it is kept."""
        self._is_read(visit)
        if reading.outcome.standing in (Standing.ALIVE, Standing.GONE):
            names = names_of(visit, reading)
            self._being_kept[visit.address.cited_url] = BeingKept(names, asyncio.Event())
            self._told_since |= names
            self._clear_way(visit)

    def answered(self, visit: Visit) -> None:
        """The visit's page is kept, or will not come."""
        self._is_read(visit)
        if kept := self._being_kept.pop(visit.address.cited_url, None):
            kept.is_over.set()
        self._clear_way(visit)

    def must_stop(self) -> bool:
        """Whether no further visit is to be made, for one reason or another."""
        if self.tally.stopped_by is None:
            if self.ends_at and self.clock.now() >= self.ends_at:
                self.tally.stop("time")
            elif (free := self.archive.free_bytes()) is not None and free < self.min_free_bytes:
                self.tally.stop("disk")
        return self.tally.stopped_by is not None

    def visit_of(self, capture: Capture) -> Visit:
        """The visit that brought this capture home."""
        return self._open[capture.address.cited_url]

    async def keep(self, visit: Visit, capture: Capture, cited_by_sheets: CitedBySheets) -> Kept | None:
        """Keep what a visit found; None when it is held back until the way out is known to be open.

        Raises SheetsCame, and has kept nothing.
        """
        if capture.reading.outcome is Outcome.UNREACHABLE:
            await self._hold_back(visit, capture)
            return None
        await self._reached()
        return await self._keep(visit, capture, cited_by_sheets)

    async def give_back(self, visit: Visit) -> None:
        """Leave an article due, unvisited."""
        await self.threads(self.archive.release, visit.article, owner=OWNER)
        self.done(visit)

    def done(self, visit: Visit) -> None:
        """A visit is over, its pictures too."""
        self._open.pop(visit.address.cited_url, None)
        self._counted.discard(visit.address.cited_url)
        self.answered(visit)
        self._changed.set()

    async def failed(self, visit: Visit, error: Exception) -> None:
        """A visit could not be kept for a reason that nobody planned: leave the article due, and go on for a while."""
        if isinstance(error, DiskFull):  # nobody looks for a fault of ours behind it
            logger.error("%s: %s", visit.address.cited_url, say_error(error))
        else:
            logger.error("not kept: %s", visit.address.cited_url, exc_info=error)
        self._failures += 1
        if isinstance(error, DiskFull):
            self.tally.stop("disk")
        elif isinstance(error, ArchiveError) or self._failures >= FAILURES_IN_A_ROW:
            self.tally.stop("error")
        with contextlib.suppress(ArchiveError):
            await self.give_back(visit)
        self.done(visit)

    async def way_out_is_down(self, visit: Visit) -> None:
        """Nothing can be reached: stop, and take back what was held against the articles."""
        self.tally.stop("way_out_down")
        for held, _ in self._held_back:
            await self.threads(self.archive.release, held.article, owner=OWNER)
        self._held_back.clear()
        await self.give_back(visit)

    # ---- which comes next

    async def _next(self) -> Visit | None:
        """The next visit, unless a page that was read since it was claimed names its article as itself: that is one
        article, and visited."""
        visit = await self._next_claimed()
        while visit and any(may_be_one(visit.address, it.address) for it in self._unread.values()):
            self._one_is_read.clear()
            await self._one_is_read.wait()
        while visit and (names := names_of(visit)) & self._told_since:
            for same in [it for it in self._being_kept.values() if it.names & names]:
                await same.is_over.wait()
            visit = next(iter(await self._claim([visit.article])), None) or await self._next_claimed()
        return visit

    async def _next_claimed(self) -> Visit | None:
        if self._moved:
            return self._moved.popleft()
        if self._claiming:
            claiming, self._claiming = self._claiming, None
            await claiming
        if not self._claimed:
            await self._claim_some()
        return self._claimed.popleft() if self._claimed else None

    async def _claim_some(self) -> None:
        """Claim the next few articles; from now on note what pages tell."""
        self._told_since = {name for it in self._being_kept.values() for name in it.names}
        while not self._claimed and (self._list or await self._refill()):
            some = [self._list.popleft() for _ in range(min(CLAIMED_AT_ONCE, len(self._list)))]
            self._tried.update(some)
            self._claimed.extend(await self._claim(some))

    async def _claim(self, articles: Sequence[int]) -> list[Visit]:
        now = self.clock.now()
        return await self.threads(self.archive.claim, articles, owner=OWNER, now=now, until=now + LEASE)

    async def _refill(self) -> bool:
        """Ask the archive again: bulletins may have come in meanwhile, and what met a captcha is due still."""
        due = await self.threads(self.archive.due_articles, self.clock.now(), only_urgent=self.only_urgent)
        self._list.extend(article for article in due if article not in self._tried)
        coming = self._open.keys() - self._counted  # of the others, pictures alone are on their way
        self.tally.total = self.tally.outcomes.total() + len(coming) + len(self._list)
        return bool(self._list)

    def _is_read(self, visit: Visit) -> None:
        if self._unread.pop(visit.address.cited_url, None):
            self._one_is_read.set()

    def _clear_way(self, visit: Visit) -> None:
        if visit is self._on_its_way:
            self._is_clear.set()

    async def _one_is_done(self) -> None:
        await self._changed.wait()
        self._changed.clear()

    # ---- what becomes of it

    async def _keep(self, visit: Visit, capture: Capture, cited_by_sheets: CitedBySheets | None = None) -> Kept:
        reading = capture.reading
        moved_to = target_of(reading)
        [safe] = await self.bytes_threads(self.archive.secure, [capture])
        kept = await self.threads(
            self.archive.keep_capture,
            safe,
            run=self.run,
            next_visit=next_visit,
            moved_to=moved_to,
            cited_by_sheets=cited_by_sheets,
        )
        self._failures = 0
        self.tally.visited(reading)
        self._counted.add(visit.address.cited_url)
        if reading.outcome in AT_ONCE:
            self._tried.discard(visit.article)
            await self._pause()
        if moved_to and moved_to.fetch_url not in self._asked:
            # A migration's target is visited in the same run; never the same address twice.
            self._asked.add(moved_to.fetch_url)
            self._moved.append(
                Visit(article=kept.article, address=moved_to, due_for=visit.due_for, due_at=self.clock.now())
            )
        if monotonic() - self._told_at > PROGRESS_SECONDS:
            self._told_at = monotonic()
            await self.threads(self.archive.keep_progress, self.run, self.tally.summary(left_due=len(self._list)))
        return kept

    async def _pause(self) -> None:
        """WeChat turned us away: nothing is done to get round it."""
        state = await self.pace.refuse()
        if ends_the_night(state) or state.paused_until is None:
            self.tally.listener.note(
                say("WeChat turned us away; no further visit is made for now, and the rest stays due.")
            )
        else:
            until = state.paused_until.astimezone().strftime("%H:%M")
            self.tally.listener.note(
                say(
                    "WeChat asked for a captcha or for patience. The crawl pauses until {until}.",
                    until=until,
                )
            )

    async def _hold_back(self, visit: Visit, capture: Capture) -> None:
        self._held_back.append((visit, capture))
        if len(self._held_back) >= WAY_OUT_IS_DOWN_AFTER:
            self.tally.listener.note(
                say(
                    "Five visits running reached nothing: the way out is closed or WeChat is down. Nothing was counted."
                )
            )
            await self.way_out_is_down(visit)

    async def _reached(self) -> None:
        """The way out is open, so what was unreachable before is so by itself."""
        self._has_reached = True
        held_back, self._held_back = self._held_back, []
        for visit, capture in held_back:
            await self._keep(visit, capture)

    async def _settle_held_back(self) -> None:
        """At the end: failures count against articles only if anything could be reached."""
        if not self._held_back:
            return
        if self._has_reached:
            await self._reached()
            return
        last, _ = self._held_back[-1]
        await self.way_out_is_down(last)


def may_be_one(one: Address, other: Address) -> bool:
    """Whether a page may tell that two addresses, of which neither is known as the other's, lead to one article.

    Where both state the article, or both are short, they do not: WeChat has been seen to give an article a second short
    address (docs/wechat.md), but two of them one after the other cost no more than a second visit.
    """
    return (one.identity is None, one.is_temporary) != (other.identity is None, other.is_temporary)


def names_of(visit: Visit, reading: Reading | None = None) -> frozenset[str]:
    """Under which names an article is known by its address, and by its page where that is read."""
    identity = reading.article.identity if reading and reading.article else None
    names = (visit.address.article_url, identity.article_url if identity else None, reading and reading.short_url)
    return frozenset(name for name in names if name)


def target_of(reading: Reading) -> Address | None:
    """Where an article has moved to, when its page names an article there."""
    try:
        return read_address(reading.moved_to) if reading.moved_to else None
    except NotAnArticle as error:
        logger.warning("%s", error)
        return None
