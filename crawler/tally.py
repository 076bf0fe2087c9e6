"""What a crawl has come to so far, and whether it is to stop; the numbers of its summary, and of the progress bar."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Protocol

from crawler.words import say, say_error
from storage.errors import MirrorError
from storage.records import KeptBulletin, Reading, RunSummary

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a crawl has come."""

    visited: int
    total: int
    assets: int
    title: str | None  # of the article read last
    waiting_until: datetime | None  # the way out is paused


UNKNOWN_KIND = "kind"
"""The test of the evidence that flags a page of a kind nobody knows yet (crawler.wechat.pages)."""


class Listener(Protocol):
    """Whoever shows a crawl to people. Called from the crawl's own thread; must not block."""

    def progress(self, progress: Progress) -> None:
        """The crawl has come this far."""

    def note(self, sentence: str) -> None:
        """Something a person should know, in their language."""

    def problem(self, error: MirrorError) -> None:
        """An input or a source could not be read; the rest goes on."""


class LogListener:
    """For runs that nobody watches."""

    def progress(self, progress: Progress) -> None:
        """Say nothing: the summary will."""

    def note(self, sentence: str) -> None:
        """Log it."""
        logger.warning("%s", sentence)

    def problem(self, error: MirrorError) -> None:
        """Log it."""
        logger.warning("%s", say_error(error))


class Tally:
    """The counters of one crawl. Only the crawl's own thread writes here."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.started = monotonic()
        self.stopped_by: str | None = None
        self.stopped = asyncio.Event()
        self.bulletins = self.items = self.citations = self.articles = 0
        self.taken_in: set[str] = set()
        self.outcomes: Counter[str] = Counter()
        self.unknown_kinds = 0
        self.assets_kept = self.assets_known = self.assets_failed = self.assets_bytes = 0
        self.total = 0
        self.title: str | None = None
        self.waiting_until: datetime | None = None

    def stop(self, reason: str) -> None:
        """Have the crawl end, leaving the rest due; the first reason counts."""
        self.stopped_by = self.stopped_by or reason
        self.stopped.set()

    def took_in(self, kept: KeptBulletin) -> None:
        """Count a bulletin that was taken in. Two may cite the same article; how many there are is known at the end."""
        self.taken_in.add(kept.bulletin)
        self.bulletins += 1
        self.items += kept.items
        self.citations += kept.citations
        self.articles += kept.articles

    def visited(self, reading: Reading) -> None:
        """Count a visit whose capture was kept."""
        self.outcomes[reading.outcome.value] += 1
        self.unknown_kinds += any(evidence.test == UNKNOWN_KIND for evidence in reading.evidence)
        self.title = reading.article.title if reading.article and reading.article.title else self.title
        self.show()

    def say_what_is_new(self) -> None:
        """Tell of pages that this version does not wholly understand."""
        if self.unknown_kinds:
            sentence = (
                "{count} articles are of a kind that this version does not know yet. What was fetched is kept whole; "
                "a newer version will read it again with `wxmirror reread`."
            )
            self.listener.note(say(sentence, count=self.unknown_kinds))

    def waits(self, until: datetime | None) -> None:
        """Say that the crawl is paused, or goes on."""
        self.waiting_until = until
        self.show()

    def show(self) -> None:
        """Tell the listener."""
        visited = self.outcomes.total()
        self.listener.progress(
            Progress(
                visited=visited,
                total=max(self.total, visited),
                assets=self.assets_kept + self.assets_known,
                title=self.title,
                waiting_until=self.waiting_until,
            )
        )

    def summary(self, *, left_due: int) -> RunSummary:
        """The numbers as they stand."""
        return RunSummary(
            bulletins=self.bulletins,
            items=self.items,
            citations=self.citations,
            articles=self.articles,
            visited=self.outcomes.total(),
            outcomes=dict(self.outcomes),
            assets_kept=self.assets_kept,
            assets_known=self.assets_known,
            assets_failed=self.assets_failed,
            assets_bytes=self.assets_bytes,
            seconds=round(monotonic() - self.started, 3),
            left_due=left_due,
            stopped_by=self.stopped_by,
        )
