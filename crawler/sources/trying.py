"""Trying a source: it is asked now, as a crawl would ask it, and nothing is kept.

The first few of the bulletins that a crawl would take in are fetched and read, which shows whether the source's
patterns mean what they should.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from crawler.config import Config, SourceSettings
from crawler.files import read_file
from crawler.pacing import SystemClock
from crawler.readers import Reader
from crawler.sources.at_hand import mail_name
from crawler.sources.choosing import Wanted
from crawler.sources.folders import new_files
from crawler.sources.keeping import Asker
from crawler.sources.lists import Listing, ListKind
from crawler.sources.mailboxes import opened
from crawler.sources.patience import SourceFailed
from crawler.tally import Progress
from crawler.threads import Threads
from storage.archive import Archive
from storage.errors import MirrorError, UnreadableBulletin
from storage.records import Bulletin, SourceFetch, SourceState

READ = 3
"""So many of the new bulletins are fetched and read."""


@dataclass(slots=True, kw_only=True)
class Trial:
    """What came of trying a source."""

    source: SourceSettings
    kind: ListKind | None = None  # of a source on the web
    listed: int = 0  # bulletins there, known ones and those behind pages not opened yet among them
    wanted: list[Wanted] = field(default_factory=list)  # what a crawl would ask for
    read: dict[str, Bulletin] = field(default_factory=dict)  # by address
    failure: str | None = None  # why the source cannot be had
    problems: list[MirrorError] = field(default_factory=list)  # what cannot be had of it
    notes: list[str] = field(default_factory=list)


def try_sources(
    config: Config, archive: Archive | None, sources: Sequence[SourceSettings], tell: Callable[[Trial], None]
) -> None:
    """Ask these sources, one after the other, and tell of each. May be called once in a process."""
    from crawler.child import the_child
    from crawler.crawling import run_reactor, scrapy_settings

    with ExitStack() as stack:
        reader = Reader(the_child(None, stack))
        on_the_web = [source for source in sources if source.url]
        for source in sources:
            if not source.url:
                tell(try_at_hand(source, reader, archive))
        if not on_the_web:
            return
        threads = Threads(1, "reader")
        stack.callback(threads.close)
        stopped = asyncio.Event()
        settings = scrapy_settings(config)

        async def errands() -> None:
            for source in on_the_web:
                if not stopped.is_set():
                    keeper = TrialKeeper(Trial(source=source), reader, threads, archive)
                    await ask(keeper, stopped)
                    tell(keeper.trial)

        async def ask(keeper: TrialKeeper, stopped: asyncio.Event) -> None:
            from scrapy.crawler import AsyncCrawlerRunner

            asker = keeper.asker(stopped.is_set)
            await AsyncCrawlerRunner(settings).crawl("bulletins", crawl=asker, sources=(keeper.trial.source,))

        run_reactor(errands, settings, interrupt=stopped.set)


def try_at_hand(source: SourceSettings, reader: Reader, archive: Archive | None) -> Trial:
    """Look into a folder or a mailbox."""
    trial = Trial(source=source)
    try:
        if source.folder:
            _try_folder(trial, source.folder, reader, archive)
        else:
            _try_mailbox(trial, reader, archive)
    except SourceFailed as failure:
        trial.failure = failure.reason
    return trial


def _try_folder(trial: Trial, folder: Path, reader: Reader, archive: Archive | None) -> None:
    known = archive.source_fetches(trial.source.name) if archive else {}
    trial.listed = len(new_files(folder, {}))
    files = list(new_files(folder, known))
    trial.wanted = [Wanted(file.relative_to(folder).as_posix()) for file in files]
    for wanted, file in list(zip(trial.wanted, files, strict=True))[:READ]:
        try:
            trial.read[wanted.url] = reader.read_bulletin(read_file(file), file.name)
        except UnreadableBulletin as error:
            trial.problems.append(error)


def _try_mailbox(trial: Trial, reader: Reader, archive: Archive | None) -> None:
    """The newest of the mails that were not read yet are looked at; what cites nothing would stay in the mailbox."""
    up_to = archive.source_state(trial.source.name).read_up_to if archive else None
    with opened(trial.source) as mailbox:
        trial.listed = len(mailbox.new_since(None))
        numbers = mailbox.new_since(up_to)
        trial.wanted = [Wanted(f"UID {number}") for number in reversed(numbers)]
        for number in reversed(numbers[-READ:]):
            try:
                if body := mailbox.read(number):
                    trial.read[f"UID {number}"] = reader.read_bulletin(body, mail_name(body))
            except UnreadableBulletin as error:
                trial.problems.append(error)


class TrialKeeper:
    """Keeps nothing but what came of the trial (a crawler.sources.keeping.Keeper, and a crawler.tally.Listener)."""

    most_at_once = READ

    def __init__(self, trial: Trial, reader: Reader, threads: Threads, archive: Archive | None) -> None:
        self.trial = trial
        self.reader = reader
        self.threads = threads
        self.archive = archive

    def asker(self, must_stop: Callable[[], bool]) -> Asker:
        """What asking the source needs."""
        return Asker(
            keeper=self,
            listener=self,
            clock=SystemClock(),
            read_list=self._read_list,
            must_stop=must_stop,
            by_hand=True,
        )

    def _read_list(self, body: bytes, base_url: str) -> Awaitable[Listing]:
        return self.threads(self.reader.read_list, body, base_url)

    async def fetches(self, source: str) -> dict[str, SourceFetch]:
        """What is remembered, without what would make a request conditional: the list is wanted whole."""
        known = self.archive.source_fetches(source) if self.archive else {}
        return {url: replace(past, etag=None, last_modified=None) for url, past in known.items()}

    async def state(self, source: str) -> SourceState:
        """That of a source which may be asked now."""
        return SourceState(source=source)

    def found(self, kind: ListKind | None, listed: int, wanted: Sequence[Wanted]) -> None:
        """Note what the lists hold."""
        self.trial.kind, self.trial.listed, self.trial.wanted = kind, listed, list(wanted)

    def leaves(self, source: SourceSettings, count: int) -> None:
        """Say nothing: what is not read is listed."""

    async def take(self, body: bytes, wanted: Wanted, file: str, source: str, past: SourceFetch | None) -> str:
        """Read a bulletin. Raises UnreadableBulletin."""
        self.trial.read[wanted.url] = read = await self.threads(self.reader.read_bulletin, body, file)
        if wanted.url not in {one.url for one in self.trial.wanted}:  # found on a page
            self.trial.wanted.append(wanted)
        return read.sha256

    async def keep_fetch(self, fetch: SourceFetch) -> None:
        """Keep nothing."""

    async def keep_state(self, state: SourceState) -> None:
        """Note how it went; why the source failed was told as a problem just before."""
        self.trial.failure = state.failure
        if state.failure:
            self.trial.problems.pop()

    def progress(self, progress: Progress) -> None:
        """Say nothing."""

    def note(self, sentence: str) -> None:
        """Note it."""
        self.trial.notes.append(sentence)

    def problem(self, error: MirrorError) -> None:
        """Note what cannot be had."""
        self.trial.problems.append(error)
