"""One crawl of a story, in a process of its own.

A reactor runs once in a process, so each crawl has a child. The children are forked from a server that has imported
everything, which makes a crawl cost a fraction of a second. They reach the simulated WeChat as any program would: by
http_proxy, https_proxy and SSL_CERT_FILE.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from crawler import child, settings
from crawler.config import Config
from crawler.pacing import SystemClock
from crawler.tally import Progress
from storage.errors import MirrorError
from storage.records import RunSummary

ROOT = Path(__file__).resolve().parents[2]


class Server(ForkServerContext):
    """Processes that are forked from one that has imported what they need."""

    def Process(self, *given: Any, **options: Any) -> BaseProcess:  # type: ignore[override]
        """A process; the server is begun where it finds what to import, wherever the test has gone."""
        here = Path.cwd()
        os.chdir(ROOT)
        try:
            forkserver.ensure_running()
        finally:
            os.chdir(here)
        return super().Process(*given, **options)


SERVER = Server()
SERVER.set_forkserver_preload(["tests.stories.preload"])


def have_server() -> None:
    """Begin the server, before a crawl is timed."""
    process = SERVER.Process(target=time.sleep, args=(0,))
    process.start()
    process.join()


@dataclass
class Crawled:
    """What became of a crawl: its summary, what was said to people, and what stands in the log beside."""

    summary: RunSummary
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    shown: Progress | None = None


class Noting:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.problems: list[str] = []
        self.shown: Progress | None = None

    def progress(self, progress: Progress) -> None:
        self.shown = progress

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)

    def problem(self, error: MirrorError) -> None:
        self.problems.append(str(error))


class Remembering(logging.Handler):
    """A log that is kept in memory, from warnings on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class LaterClock(SystemClock):
    """The clock of somebody who crawls some hours from now."""

    def __init__(self, hours: float) -> None:
        self.ahead = timedelta(hours=hours)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Running:
    """A crawl that is under way."""

    def __init__(self, config: Config, inputs: tuple[str, ...], environment: Mapping[str, str], **options: Any) -> None:
        self._here, there = SERVER.Pipe()
        self.process = SERVER.Process(
            target=_crawl, args=(there, config, inputs, dict(environment), options), daemon=False
        )
        self.process.start()
        there.close()

    def wait(self, seconds: float = 60) -> Crawled:
        """Its end. Raises what the crawl raised."""
        if not self._here.poll(seconds):
            self.kill()
            raise TimeoutError("the crawl did not end")
        told = self._here.recv()
        self.process.join(10)
        if isinstance(told, BaseException):
            raise told
        return told  # type: ignore[no-any-return]

    def has_ended(self) -> bool:
        """Whether there is an end to be told."""
        return self._here.poll(0)

    def interrupt(self) -> None:
        """Ctrl-C."""
        os.kill(self.process.pid or 0, signal.SIGINT)

    def kill(self) -> None:
        """The power goes out."""
        self.process.kill()
        self.process.join(10)


def wait_until(true: Callable[[], object], seconds: float = 20) -> None:
    """Wait for something that the other side does."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen")
        time.sleep(0.01)


def _crawl(
    told: Connection, config: Config, inputs: tuple[str, ...], environment: dict[str, str], options: dict[str, Any]
) -> None:
    from crawler.crawling import crawl
    from storage.archive import Archive

    os.environ.update(environment)
    hurry()
    if options.pop("forks"):
        have_a_child_ready()
    if without := options.pop("without", None):
        without()
    logging.getLogger().addHandler(log := Remembering())
    listener, clock = Noting(), LaterClock(options.pop("hours_later", 0))
    if "ends_in" in options:
        options["ends_at"] = clock.now() + options.pop("ends_in")
    try:
        with Archive.open(config.folder, writing=True, create=True) as archive:
            summary = crawl(config, archive, inputs, listener=listener, clock=clock, **options)
        said = (listener.notes, listener.problems, log.lines, listener.shown)
        told.send(Crawled(summary, *said))
    except BaseException as error:
        told.send(error)


def hurry() -> None:
    """Ask a site that is simulated without the pauses that a real one is left."""
    settings.SMALL_SITE["delay"] = 0.05


def have_a_child_ready() -> None:
    """Fork the crawl's second process now, so that it need not import anything: half of a story's time.

    Before the archive is opened, since what SQLite knows of its locks must not be copied. A second process that is
    begun anew is begun as in a real crawl.
    """
    spare, begun = [Forked()], child.begun
    child.begun = lambda arguments: spare.pop().answer(arguments) if spare else begun(arguments)


class Forked:
    """A fork that waits for its arguments and then answers calls; in the shape of ``subprocess.Popen``."""

    def __init__(self) -> None:
        there_in, here_in = os.pipe()
        here_out, there_out = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.dup2(there_in, 0)
            os.dup2(there_out, 1)
            for end in (here_in, here_out, there_in, there_out):
                os.close(end)
            sys.stdin = os.fdopen(0)
            arguments = json.loads(sys.stdin.buffer.readline() or b"null")
            if arguments:
                child.main(arguments)
            os._exit(0)
        os.close(there_in)
        os.close(there_out)
        self.stdin, self.stdout = os.fdopen(here_in, "wb"), os.fdopen(here_out, "rb")

    def answer(self, arguments: list[str]) -> Any:
        """Begin."""
        self.stdin.write(json.dumps(arguments).encode() + b"\n")
        self.stdin.flush()
        return self

    def kill(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """The code that it ended with, negative for a signal; once more, it is known already."""
        with suppress(ChildProcessError):
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    returncode = 0


def bulletin(folder: Path, *urls: str, name: str = "简报.txt") -> str:
    """Write a bulletin that cites these addresses, one item each; the name of its file."""
    lines = ["四川省地方志工作简报", "2026年3月13日", "", "【市州动态】", ""]
    for number, url in enumerate(urls, start=1):
        lines += [f"第{number}处开展地方志工作", f"    三月，第{number}处开展了地方志工作。（供稿）", url, ""]
    file = folder / name
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(file)
