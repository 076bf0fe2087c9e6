"""Reading in a child process, under limits.

Pages and bulletins are somebody else's bytes: one that takes for ever, or all the memory, must cost itself and
nothing more. So one long-lived child reads them all, in turn; it is ended and begun anew when it exceeds its limits,
and what it was reading is told to be unreadable. It also keeps the event loop free: reading a page takes a good part
of what a visit costs.

A frame on the pipes is eight bytes of length and a pickle; both ends are this module.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import IO, Any

from storage.errors import MirrorError, UnreadableBulletin
from storage.records import AssetLink, Bulletin, Evidence, Outcome, Reading

PAGE_SECONDS = 60
STYLE_SECONDS = 20
BULLETIN_SECONDS = 180
MEMORY_BYTES = 2 << 30
"""Address space of the child: a 3 MB page takes 0.1 GB, the largest that is built into a tree (16 MB) under 1 GB."""

LENGTH = struct.Struct(">Q")


class ReaderDied(Exception):
    """The child did not survive what it was given, or did not end in time."""


class Reader:
    """A child process that reads, begun when it is first needed. Safe to use from several threads, in turn."""

    def __init__(self, *, memory_bytes: int = MEMORY_BYTES) -> None:
        self._memory_bytes = memory_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def read_page(self, body: bytes, final_url: str | None, content_type: str | None) -> Reading:
        """What a page says; a page that cannot be read within the limits is unrecognised, and says so."""
        try:
            reading: Reading = self.ask("page", body, final_url, content_type, seconds=PAGE_SECONDS)
        except ReaderDied as died:
            from crawler.wechat.reading import READER_VERSION

            evidence = Evidence(test="reader", seen=str(died))
            return Reading(reader_version=READER_VERSION, outcome=Outcome.UNRECOGNISED, evidence=(evidence,))
        return reading

    def find_style_assets(self, css: bytes, base_url: str) -> tuple[AssetLink, ...]:
        """The pictures that a style sheet cites; none where it cannot be read."""
        try:
            found: tuple[AssetLink, ...] = self.ask("style", css, base_url, seconds=STYLE_SECONDS)
        except ReaderDied:
            return ()
        return found

    def read_bulletin(self, body: bytes, file: str) -> Bulletin:
        """A bulletin. Raises UnreadableBulletin."""
        try:
            bulletin: Bulletin = self.ask("bulletin", body, file, seconds=BULLETIN_SECONDS)
        except ReaderDied as died:
            raise UnreadableBulletin(file=file, kind="too_complex", detail=str(died)) from died
        return bulletin

    def find_links(self, body: bytes, base_url: str) -> list[str]:
        """Every address that an index page links to, absolute, in order; none where it cannot be read."""
        try:
            links: list[str] = self.ask("links", body, base_url, seconds=STYLE_SECONDS)
        except ReaderDied:
            return []
        return links

    def ask(self, what: str, *arguments: Any, seconds: float) -> Any:
        """The child's answer. Raises ReaderDied, or what reading raised."""
        with self._turn:
            child = self._living()
            try:
                _send(child.stdin, (what, arguments))
                is_error, answer = _receive_within(child.stdout, seconds)
            except (OSError, EOFError, TimeoutError) as error:
                raise ReaderDied(self._end(error)) from error
        if is_error:
            kind, values = answer
            raise kind(**values)
        return answer

    def warm_up(self) -> None:
        """Begin the child now, so that the first page does not wait for it."""
        with self._turn:
            self._living()

    def close(self) -> None:
        """End the child."""
        with self._turn:
            if self._child:
                self._end(EOFError())

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _living(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            command = [sys.executable, "-m", "crawler.readers", str(self._memory_bytes)]
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._child

    def _end(self, cause: Exception) -> str:
        """End the child, and say what was wrong with it."""
        child, self._child = self._child, None
        if child is None:
            return "not started"
        if isinstance(cause, TimeoutError):
            child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:
                    continue
        try:
            code = child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            code = child.wait()
        return str(cause) if isinstance(cause, TimeoutError) else f"the reader ended with {code}"


def _send(pipe: IO[bytes] | None, value: object) -> None:
    assert pipe is not None
    frame = pickle.dumps(value, protocol=5)
    pipe.write(LENGTH.pack(len(frame)))
    pipe.write(frame)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    frame = pipe.read(length)
    if len(frame) < length:
        raise EOFError
    return pickle.loads(frame)  # noqa: S301  # the other end is our own child


def _receive_within(pipe: IO[bytes] | None, seconds: float) -> Any:
    """The next frame, when its first byte comes in time: the child writes only when it is done."""
    assert pipe is not None
    deadline = monotonic() + seconds
    while not select.select([pipe], [], [], max(0.0, deadline - monotonic()))[0]:
        if monotonic() >= deadline:
            raise TimeoutError(f"not read within {seconds:.0f} seconds")
    return _receive(pipe)


# ---- the child


def main() -> None:
    """Answer frame after frame, until the parent closes the pipe."""
    memory_bytes = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # Ctrl-C and the scheduler's TERM go to the whole group: the parent decides when the last page has been read.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the frames
    while True:
        try:
            what, arguments = _receive(asked)
        except EOFError:
            return
        try:
            _send(told, (False, CALLS[what]()(*arguments)))
        except MirrorError as error:
            _send(told, (True, (type(error), error.values)))


def _page() -> Callable[..., object]:
    from crawler.wechat.reading import read_page

    return read_page


def _style() -> Callable[..., object]:
    from crawler.wechat.assets import find_style_assets

    return find_style_assets


def _bulletin() -> Callable[..., object]:
    from crawler.bulletins.reading import read_bulletin

    return read_bulletin


def _links() -> Callable[..., object]:
    from crawler.sources import find_links

    return find_links


CALLS: dict[str, Callable[[], Callable[..., object]]] = {
    "page": _page,
    "style": _style,
    "bulletin": _bulletin,
    "links": _links,
}

if __name__ == "__main__":
    main()
