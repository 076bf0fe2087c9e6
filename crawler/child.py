"""The crawl's second process: it reads what was fetched, and writes it into the archive.

Two reasons. Pages and bulletins are somebody else's bytes: one that takes for ever, or all the memory, must cost itself
and nothing more, so what reads them can be ended and begun anew. And one Python process uses one core: while the first
downloads, the second reads, hashes, compresses and commits.

A call is a frame on a pipe (eight bytes of length, a pickle), its answer another; both ends are this module. Several
calls may be under way: readings follow each other, and so do the archive's transactions. When the parent is gone, so is
the child, at once: whatever it was keeping is whole in the archive, or not there at all.
"""

from __future__ import annotations

import gc
import itertools
import os
import pickle
import queue
import resource
import signal
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from storage.errors import MirrorError

if TYPE_CHECKING:
    from crawler.config import Config
    from storage.archive import Archive

MEMORY_BYTES = 2 << 30
"""Address space of the child: a 3 MB page takes 0.1 GB, the largest that is built into a tree (16 MB) under 1 GB."""

KEEPING_THREADS = 2
"""While one waits for the disk, the other computes."""

READING_FIRST_SECONDS = 0.05
"""How long keeping waits for a reading to end: the next visit waits for that, and for what is kept nobody does."""

GARBAGE_AFTER = (20_000, 10, 10)
"""Objects made before Python looks for garbage: a page's tree has tens of thousands, which are no garbage yet."""

SWITCH_SECONDS = 0.001
"""How long a thread may compute while another waits, in both processes: what one answers, the other waits for."""

PIPE_BYTES = 1 << 20
LENGTH = struct.Struct(">Q")

ArchivePlace = tuple[Path, str | None]
"""An archive's folder, and its database where that is another."""


class ChildDied(Exception):
    """The child did not survive a call, or was ended because one took too long."""


class CallFailed(Exception):
    """A call raised what nobody planned; the message is the child's traceback."""


def the_child(config: Config | None, until_closed: ExitStack) -> Child:
    """The second process of a crawl, with its archive open, or without; begun at once, it imports while we do."""
    child = Child((config.folder, config.archive.database_url) if config else None)
    until_closed.callback(child.close)
    child.begin()
    return child


class Child:
    """The child process, begun when it is first needed, and anew when it has died. Safe to use from any thread."""

    def __init__(
        self, archive: ArchivePlace | None = None, *, first: str = "page", memory_bytes: int = MEMORY_BYTES
    ) -> None:
        """A child that writes into an archive, or none; ``first`` is the reading that it gets ready for."""
        self._archive = archive
        self._first = first
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._under_way: dict[int, Future[Any]] = {}
        self._numbers = itertools.count()
        self._lock = threading.RLock()
        self._cause = ""

    def call(self, what: str, *arguments: Any, **options: Any) -> Future[Any]:
        """Ask for something: the future has the answer, what the call raised, or ChildDied."""
        future: Future[Any] = Future()
        with self._lock:
            if self._process is None:
                self._begin()
            number = next(self._numbers)
            self._under_way[number] = future
            self._frames.put((number, what, arguments, options))
        return future

    def begin(self) -> None:
        """Begin the child now, so that the first call does not wait for it."""
        with self._lock:
            if self._process is None:
                self._begin()

    def end(self, cause: str) -> None:
        """End the child; every call that is under way is told the cause."""
        with self._lock:
            if self._process:
                self._cause = cause
                self._process.kill()

    def close(self) -> None:
        """End the child for good."""
        self.end("closed")
        with self._lock:
            process = self._process
        if process:
            process.wait()

    def _begin(self) -> None:
        place = [str(part) for part in self._archive or () if part]
        process = begun([str(self._memory_bytes), self._first, *place])
        self._process, self._cause, self._frames = process, "", queue.SimpleQueue()
        for pipe in (process.stdin, process.stdout):
            _widen(pipe)
        threading.Thread(target=self._send, args=(process, self._frames), name="to child", daemon=True).start()
        threading.Thread(target=self._receive, args=(process, self._frames), name="from child", daemon=True).start()

    def _send(self, process: subprocess.Popen[bytes], frames: queue.SimpleQueue[object]) -> None:
        assert process.stdin
        while (call := frames.get()) is not None:
            try:
                _write(process.stdin, call)
            except OSError:
                return  # the child is gone; the other thread tells everybody

    def _receive(self, process: subprocess.Popen[bytes], frames: queue.SimpleQueue[object]) -> None:
        assert process.stdout
        while True:
            try:
                number, is_error, answer = _read(process.stdout)
            except (EOFError, OSError, pickle.UnpicklingError):
                break
            future = self._under_way.pop(number)
            if is_error:
                kind, values = answer
                future.set_exception(kind(**values) if issubclass(kind, MirrorError) else kind(*values))
            else:
                future.set_result(answer)
        self._bury(process, frames)

    def _bury(self, process: subprocess.Popen[bytes], frames: queue.SimpleQueue[object]) -> None:
        process.kill()
        code = process.wait()
        frames.put(None)
        with self._lock:
            lost, self._under_way = self._under_way, {}
            cause = self._cause or f"ended with {code}"
            self._process = None
        for future in lost.values():
            future.set_exception(ChildDied(cause))


def begun(arguments: list[str]) -> subprocess.Popen[bytes]:
    """A process that answers calls (``main``), and has nothing of ours but its two pipes."""
    command = [sys.executable, "-m", "crawler.child", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a page pass in few pieces, where the system has that (Linux)."""
    import fcntl

    if pipe and hasattr(fcntl, "F_SETPIPE_SZ"):
        try:
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        except OSError:
            return


def _write(pipe: IO[bytes], value: object) -> None:
    frame = pickle.dumps(value, protocol=5)
    pipe.write(LENGTH.pack(len(frame)))
    pipe.write(frame)
    pipe.flush()


def _read(pipe: IO[bytes]) -> Any:
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    frame = pipe.read(length)
    if len(frame) < length:
        raise EOFError
    return pickle.loads(frame)  # noqa: S301  # the other end is this module


# ---- in the child


class Answering:
    """What the child does with each call."""

    def __init__(self, told: IO[bytes], place: ArchivePlace | None) -> None:
        self._told = told
        self._place = place
        self._opened: Archive | None = None
        self._lock = threading.Lock()
        self._readings = 0
        self._reads_nothing = threading.Event()
        self._reads_nothing.set()
        self._reading = ThreadPoolExecutor(1, "reading")
        self._keeping = ThreadPoolExecutor(KEEPING_THREADS, "keeping")

    def get_ready(self, first: str) -> None:
        """Import what the first calls need while the parent is on its way to them (it may be making the archive)."""
        if self._place:
            self._keeping.submit(_import_archive)
        self._reading.submit(READINGS[first])

    def take(self, number: int, what: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        """Begin a call, in the thread that is for it."""
        if what in READINGS:
            self._count_reading(1)
            self._reading.submit(self._read, number, what, arguments, options)
        else:
            self._keeping.submit(self._keep, number, what, arguments, options)

    def _read(self, number: int, what: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        try:
            self._answer(number, what, arguments, options)
        finally:
            self._count_reading(-1)

    def _keep(self, number: int, what: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        self._reads_nothing.wait(READING_FIRST_SECONDS)
        self._answer(number, what, arguments, options)

    def _count_reading(self, change: int) -> None:
        with self._lock:
            self._readings += change
            if self._readings:
                self._reads_nothing.clear()
            else:
                self._reads_nothing.set()

    def _answer(self, number: int, what: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        try:
            call = READINGS[what]() if what in READINGS else getattr(self._archive, what)
            told: tuple[int, bool, Any] = (number, False, call(*arguments, **options))
        except MirrorError as error:
            told = (number, True, (type(error), error.values))
        except Exception:  # noqa: BLE001  # told to whoever asked
            told = (number, True, (CallFailed, (traceback.format_exc(limit=8),)))
        with self._lock:
            _write(self._told, told)

    @property
    def _archive(self) -> Archive:
        with self._lock:
            if self._opened is None:
                assert self._place, "a call for the archive, to a child that has none"
                self._opened = _import_archive().open(self._place[0], database_url=self._place[1], writing=True)
            return self._opened


def _import_archive() -> type[Archive]:
    from storage.archive import Archive

    return Archive


def main(arguments: list[str]) -> None:
    """Answer call after call, until the parent is gone."""
    limit_memory(int(arguments[0]))
    # Ctrl-C and the scheduler's TERM go to the whole group: the parent decides when the last page has been read.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    gc.set_threshold(*GARBAGE_AFTER)
    sys.setswitchinterval(SWITCH_SECONDS)
    place = (Path(arguments[2]), arguments[3] if len(arguments) > 3 else None) if len(arguments) > 2 else None
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the frames
    answering = Answering(told, place)
    answering.get_ready(arguments[1])
    while True:
        try:
            call = _read(asked)
        except EOFError:
            os._exit(0)  # at once, whatever is under way
        answering.take(*call)


def limit_memory(memory_bytes: int) -> None:
    """Limit the address space of this process, unless it is limited more tightly already."""
    _, hardest = resource.getrlimit(resource.RLIMIT_AS)
    least = memory_bytes if hardest == resource.RLIM_INFINITY else min(memory_bytes, hardest)
    resource.setrlimit(resource.RLIMIT_AS, (least, least))


def _page() -> Callable[..., object]:
    from crawler.wechat import reading

    return reading.read_page


def _no_page() -> Callable[..., object]:
    from crawler import saved_pages

    return saved_pages.refuse_other_files


def _style() -> Callable[..., object]:
    from crawler.wechat import assets

    return assets.find_style_assets


def _bulletin() -> Callable[..., object]:
    from crawler import office

    return office.read_bulletin


def _without_pictures() -> Callable[..., object]:
    from crawler import office

    return office.read_without_pictures


def _list() -> Callable[..., object]:
    from crawler.sources import lists

    return lists.read_list


READINGS: dict[str, Callable[[], Callable[..., object]]] = {
    "page": _page,
    "no page": _no_page,
    "style": _style,
    "bulletin": _bulletin,
    "bulletin without pictures": _without_pictures,
    "list": _list,
}

if __name__ == "__main__":
    # As crawler.child, not __main__: the parent must find the exceptions that are told by their names.
    from crawler import child

    child.main(sys.argv[1:])
