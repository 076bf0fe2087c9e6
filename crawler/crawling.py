"""A crawl: take in what is named and what the sources hold, then visit what is due.

One crawl is one process's work: Twisted's reactor can be run only once. Bulletins are taken in whatever else happens;
articles are visited under the archive's lock, so that two crawls never do the same twice. Everything that is due stands
in the archive; a crawl that ends early, for whatever reason, leaves the rest due and says why.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor

from crawler import settings as knobs
from crawler.child import GARBAGE_AFTER, SWITCH_SECONDS, Child, the_child
from crawler.config import Config
from crawler.exchanges import WAY_OUT_FAILURES, failure_word
from crawler.fetching import Assets
from crawler.files import read_file
from crawler.guard import TRUSTED_HOSTS, GuardedResolver, proxy_hosts
from crawler.inputs import told_apart
from crawler.intake import Intake, list_of
from crawler.notifying import notify
from crawler.pacing import Clock, NightIsOver, Pace, SystemClock
from crawler.quiet import keep_quiet
from crawler.readers import Reader
from crawler.robots import Robots
from crawler.sources.at_hand import ask_at_hand
from crawler.sources.keeping import Asker, IntoArchive
from crawler.tally import Listener, LogListener, Tally
from crawler.threads import InChild, Threads
from crawler.visits import OWNER, Visits
from crawler.words import say
from storage.archive import Archive
from storage.errors import ArchiveBusy, MirrorError
from storage.records import Reading, RunSummary

BYTES_THREADS = 2
"""Threads that bring bytes into safety: hashing, compressing and the disk leave Python to the downloads meanwhile."""

logger = logging.getLogger(__name__)


WAY_OUT_WORDS = {
    "dns": "No name can be resolved: is this machine connected to the network? Nothing was visited or counted.",
    "refused": "The connection was refused: is the proxy or firewall right? Nothing was visited or counted.",
    "proxy": "The proxy refuses to lead to WeChat. Check https_proxy and its permissions. Nothing was counted.",
    "certificate": "WeChat's certificate does not verify. If a proxy of your institution opens TLS, name its"
    " authority in SSL_CERT_FILE; else somebody is in between. Nothing was counted.",
}


class Crawl:
    """Everything that one crawl's parts share."""

    def __init__(
        self,
        config: Config,
        archive: Archive,
        *,
        run: str,
        tally: Tally,
        child: Child,
        clock: Clock,
        ends_at: datetime | None = None,
        only_urgent: bool = False,
    ) -> None:
        self.config = config
        self.archive = archive
        self.run = run
        self.tally = tally
        self.reader = Reader(child)
        self.clock = clock
        self.threads = InChild(child)
        self.reader_threads = Threads(1, "reader")
        self.bytes_threads = Threads(BYTES_THREADS, "bytes")
        self.intake = Intake(archive, self.reader, tally, clock)
        self.pace = Pace(
            archive,
            delay_seconds=config.crawl.article_delay_seconds,
            clock=clock,
            ends_at=ends_at,
            way_out=next(iter(sorted(proxy_hosts())), "direct"),
            waiting=tally.waits,
            stopped=tally.stopped,
            in_thread=self.threads,
        )
        self.visits = Visits(
            archive,
            run=run,
            tally=tally,
            pace=self.pace,
            clock=clock,
            threads=self.threads,
            bytes_threads=self.bytes_threads,
            only_urgent=only_urgent,
            ends_at=ends_at,
            min_free_bytes=int(config.archive.min_free_gb * 1_000_000_000),
        )
        self.assets = Assets(
            archive,
            settings=config.crawl,
            tally=tally,
            clock=clock,
            threads=self.threads,
            bytes_threads=self.bytes_threads,
            reader=self.reader,
            reader_threads=self.reader_threads,
            must_stop=self.visits.must_stop,
        )
        self.keeper = IntoArchive(archive, self.intake, threads=self.threads, reader_threads=self.reader_threads)
        self.robots = Robots(archive, rule=config.crawl.robots, clock=clock, threads=self.threads)
        self._alone: ExitStack | None = None

    def asker(self, *, by_hand: bool) -> Asker:
        """What asking the sources needs of this crawl."""
        return Asker(
            keeper=self.keeper,
            listener=self.tally.listener,
            clock=self.clock,
            read_list=lambda body, base_url: self.reader_threads(self.reader.read_list, body, base_url),
            must_stop=self.visits.must_stop,
            by_hand=by_hand,
        )

    async def begin(self, download: Callable[[Request], Awaitable[Response]]) -> None:
        """Take over the pace, and ask for robots.txt, which also shows whether WeChat can be reached at all."""
        self.assets.download = download
        await self.pace.begin()
        if not await self.threads(self.archive.count_due, self.clock.now()):
            return
        try:
            await self.robots.ask(download)
            await self.robots.readmit()
        except NightIsOver:
            self.tally.stop("breaker")
        except Exception as error:  # noqa: BLE001  # robots.txt alone must not end a crawl
            if (word := failure_word(error)) in WAY_OUT_FAILURES:
                self.say_way_out(word, error)
                self.tally.stop("way_out_down")

    async def read(self, body: bytes, final_url: str, content_type: str | None) -> Reading:
        """What a page says, read in the child process."""
        return await self.reader_threads(self.reader.read_page, body, final_url, content_type)

    def say_way_out(self, word: str, error: BaseException) -> None:
        """Tell people why nothing can be reached."""
        logger.info("%s: %s", word, error)
        self.tally.listener.note(say(WAY_OUT_WORDS[word]))

    def close(self) -> None:
        """Wait for what is being read and written."""
        self.reader_threads.close()
        self.bytes_threads.close()

    def stands_alone(self, until_closed: ExitStack) -> None:
        """Have the spider's end let go of these."""
        self._alone = until_closed

    def end_alone(self) -> None:
        """End what ``begin_alone`` began."""
        if self._alone:
            stack, self._alone = self._alone, None
            stack.close()


def crawl(
    config: Config,
    archive: Archive,
    inputs: Sequence[str] = (),
    *,
    replaces: str | None = None,
    job: str = "crawl",
    planned_at: datetime | None = None,
    ends_at: datetime | None = None,
    only_urgent: bool = False,
    listener: Listener | None = None,
    clock: Clock | None = None,
    child: Child | None = None,
) -> RunSummary:
    """Take in the named bulletins (files, URLs, articles' own addresses) and the sources', visit what is due.

    ``replaces`` is the bulletin that the one named file is a new version of (its public id).
    ``ends_at`` ends the night; ``only_urgent`` is the hourly sweep's. Inputs that cannot be read are told to the
    listener, and the others go on. ``stopped_by`` in the summary says why a crawl ended early. ``child`` is the second
    process, where the caller has begun it. May be called once in a process. Raises ArchiveError.
    """
    clock = clock or SystemClock()
    tally = Tally(listener or LogListener())
    keep_quiet()
    started_at = clock.now()
    run = archive.begin_run(job, planned_at=planned_at, now=started_at)
    if run is None:
        tally.listener.note(say("This run was begun already, here or by another scheduler."))
        return RunSummary()
    try:
        with ExitStack() as stack:
            child = child or the_child(config, stack)
            one = Crawl(
                config,
                archive,
                run=run,
                tally=tally,
                child=child,
                clock=clock,
                ends_at=ends_at,
                only_urgent=only_urgent,
            )
            stack.callback(one.close)
            _take_in_and_visit(one, job, inputs, stack, replaces=replaces)
    except BaseException:
        tally.stop("error")
        raise
    finally:
        tally.say_what_is_new()
        tally.articles = archive.count_cited(tally.taken_in)
        summary = tally.summary(left_due=archive.count_due(clock.now()))
        archive.end_run(run, summary, now=clock.now())
        notify(config, archive, run, started_at=started_at, note=tally.listener.note)
    return summary


def rehearse(
    config: Config, archive: Archive | None, inputs: Sequence[str], *, listener: Listener | None = None
) -> RunSummary:
    """What a crawl would take in and visit: the named files are read, nothing is written or fetched."""
    tally = Tally(listener or LogListener())
    files, urls, by_hand = told_apart(inputs, tally.listener)
    bulletins = [list_of(by_hand)[0]] if by_hand else []
    with ExitStack() as stack:
        reader = Reader(the_child(None, stack))
        for file in files:
            try:
                bulletins.append(reader.read_bulletin(read_file(file), file.name))
            except MirrorError as error:
                tally.listener.problem(error)
    for url in urls:
        tally.listener.note(say("{url} would be fetched.", url=url))
    if config.sources:
        tally.listener.note(
            say(
                "{count} sources would be asked; `wxmirror sources try` shows what would come in.",
                count=len(config.sources),
            )
        )
    citations = [citation for bulletin in bulletins for citation in bulletin.citations]
    tally.bulletins = len(bulletins)
    tally.items = sum(len(bulletin.items) for bulletin in bulletins)
    tally.citations = len(citations)
    articles = {citation.article_url: citation.address for citation in citations if citation.address}
    tally.articles = len(articles)
    new = sum(1 for address in articles.values() if archive is None or archive.article(address) is None)
    return tally.summary(left_due=new + (archive.count_due(SystemClock().now()) if archive else 0))


def begin_alone(config: Config) -> Crawl:
    """A crawl without the command line, for ``scrapy crawl articles``; the spider's end ends it."""
    stack = ExitStack()
    clock = SystemClock()
    archive = stack.enter_context(
        Archive.open(config.folder, database_url=config.archive.database_url, writing=True, create=True)
    )
    stack.enter_context(archive.lock(OWNER))
    tally = Tally(LogListener())
    run = archive.begin_run("crawl", planned_at=None, now=clock.now())
    assert run is not None, "an unplanned run is begun by nobody else"
    stack.callback(
        lambda: archive.end_run(run, tally.summary(left_due=archive.count_due(clock.now())), now=clock.now())
    )
    one = Crawl(config, archive, run=run, tally=tally, child=the_child(config, stack), clock=clock)
    stack.callback(one.close)
    one.stands_alone(stack)
    return one


def _take_in_and_visit(
    one: Crawl, job: str, inputs: Sequence[str], stack: ExitStack, *, replaces: str | None = None
) -> None:
    has_lock = True
    try:
        stack.enter_context(one.archive.lock(OWNER))
    except ArchiveBusy:
        has_lock = False
        one.tally.listener.note(
            say("Another crawl is running on this archive. The bulletins are taken in; it will visit their articles.")
        )
    files, urls, by_hand = told_apart(inputs, one.tally.listener)
    one.intake.take_files(files, replaces=replaces)
    _reporting(one, lambda: one.intake.take_urls(by_hand))
    is_by_hand = job == "crawl" and not inputs
    for source in one.config.sources:
        if not source.url:
            stop = one.visits.must_stop
            _reporting(one, partial(ask_at_hand, source, one.intake, by_hand=is_by_hand, must_stop=stop))
    if has_lock:
        _readmit(one)
    on_the_web = tuple(source for source in one.config.sources if source.url)
    settings = scrapy_settings(one.config, tuple(urls))

    async def errands() -> None:
        runner = AsyncCrawlerRunner(settings)
        if urls or on_the_web:
            asker = one.asker(by_hand=is_by_hand)
            await runner.crawl("bulletins", crawl=asker, urls=tuple(urls), sources=on_the_web)
        if has_lock and not one.tally.stopped_by:
            await runner.crawl("articles", crawl=one)

    if urls or on_the_web or (has_lock and _has_work(one)):
        run_reactor(errands, settings, interrupt=lambda: one.tally.stop("interrupt"))


def _readmit(one: Crawl) -> None:
    """Where only what is cited counts, robots.txt shuts out nothing any more; under "obey" it is asked first."""
    if one.config.crawl.robots == "cited" and (shut_out := one.archive.excluded_articles()):
        one.archive.visit_again(list(shut_out), now=one.clock.now())


def _has_work(one: Crawl) -> bool:
    now = one.clock.now()
    return bool(one.archive.count_due(now) or one.archive.due_assets(now, limit=1))


def _reporting(one: Crawl, take: Callable[[], None]) -> None:
    try:
        take()
    except MirrorError as error:
        one.tally.listener.problem(error)


def scrapy_settings(config: Config, named_urls: tuple[str, ...] = ()) -> Settings:
    """Scrapy's settings for a crawl."""
    settings = Settings()
    settings.setmodule(knobs, priority="project")
    settings.setdict(knobs.chosen(config, named_urls=named_urls), priority="cmdline")
    return settings


def run_reactor(work: Callable[[], Awaitable[None]], settings: Settings, *, interrupt: Callable[[], None]) -> None:
    """Run ``work`` in Twisted's reactor, once in a process; the first signal asks it to end, the second ends it."""
    install_reactor(knobs.TWISTED_REACTOR)
    from twisted.internet import reactor as installed

    reactor: Any = installed
    resolver = GuardedResolver(reactor, settings.getint("DNSCACHE_SIZE"), settings.getfloat("DNS_TIMEOUT"))
    resolver.trusted_hosts = frozenset(settings.getlist(TRUSTED_HOSTS))
    resolver.install_on_reactor()
    failures: list[BaseException] = []
    gc.freeze()  # what was imported stays; looking through it for garbage took a tenth of the downloads' time
    gc.set_threshold(*GARBAGE_AFTER)
    sys.setswitchinterval(SWITCH_SECONDS)

    async def to_the_end() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, lambda number=number: _first_signal(number, interrupt))  # type: ignore[misc]
        try:
            await work()
        except BaseException as error:  # noqa: BLE001  # told to the caller, outside the reactor
            failures.append(error)
        finally:
            reactor.stop()

    reactor.callWhenRunning(lambda: asyncio.ensure_future(to_the_end()))
    reactor.run(installSignalHandlers=False)
    if failures:
        raise failures[0]


def _first_signal(number: int, interrupt: Callable[[], None]) -> None:
    asyncio.get_running_loop().remove_signal_handler(number)
    signal.signal(number, signal.SIG_DFL)
    interrupt()
