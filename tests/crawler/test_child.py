"""The second process: it reads and keeps, is ended when a reading takes too long, and does not outlive its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.child import CallFailed, Child, ChildDied
from crawler.readers import Reader, ReadingFailed
from crawler.threads import InChild
from storage.archive import Archive
from storage.errors import UnreadableBulletin
from storage.records import Outcome, WayOut

PAGE = "<html><head><title>x</title></head><body><p>没有文章</p></body></html>".encode()
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def child() -> Iterator[Child]:
    one = Child()
    yield one
    one.close()


def test_a_page_is_read_in_another_process(child: Child) -> None:
    reading = Reader(child).read_page(PAGE, "https://mp.weixin.qq.com/s/x", "text/html")
    assert reading.outcome is Outcome.UNRECOGNISED


def test_what_is_no_bulletin_says_so_as_if_it_were_read_here(child: Child) -> None:
    with pytest.raises(UnreadableBulletin) as raised:
        Reader(child).read_bulletin(b"", "empty.pdf")
    assert raised.value.kind == "empty"


def test_a_reading_that_takes_too_long_is_ended_and_the_next_goes_on(child: Child) -> None:
    reader = Reader(child)
    with pytest.raises(ReadingFailed, match="not read within 0 seconds"):
        reader.ask("page", PAGE, None, None, seconds=0.001)
    assert reader.read_page(PAGE, None, None).outcome is Outcome.UNRECOGNISED


def test_a_page_that_needs_too_much_memory_is_unrecognised_and_says_so() -> None:
    child = Child(memory_bytes=200 << 20)
    try:
        reading = Reader(child).read_page(b"<p>" + b"x" * 120_000_000, None, None)
    finally:
        child.close()
    assert reading.outcome is Outcome.UNRECOGNISED
    assert reading.evidence[0].test == "reader"


def test_a_bulletin_that_cannot_be_read_with_its_pictures_is_read_without_them() -> None:
    class Stumbling(Child):
        def call(self, what: str, *arguments: Any, **options: Any) -> Future[Any]:
            if what != "bulletin":
                return super().call(what, *arguments, **options)
            future: Future[Any] = Future()
            future.set_exception(ChildDied("ended with -9"))
            return future

    child = Stumbling()
    try:
        bulletin = Reader(child).read_bulletin(
            "甲市召开会议 https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt01".encode(), "a"
        )
    finally:
        child.close()
    assert (len(bulletin.citations), bulletin.warnings) == (1, ("pictures_left_out",))


def test_every_call_that_was_under_way_learns_of_the_childs_death(child: Child) -> None:
    calls = [child.call("page", PAGE, None, None) for _ in range(3)]
    child.end("the plug was pulled")
    assert {str(call.exception(20)) for call in calls} == {"the plug was pulled"}
    assert all(isinstance(call.exception(), ChildDied) for call in calls)


def test_a_failure_that_nobody_planned_comes_with_its_traceback(child: Child) -> None:
    with pytest.raises(CallFailed, match="Traceback"):
        child.call("page", PAGE, 1, 2, 3, 4, 5).result(20)


def test_the_archive_is_written_to_from_there(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", writing=True, create=True) as archive:
        child = Child((tmp_path / "archive", None))
        try:
            keeping = InChild(child)
            state = WayOut(name="direct", refusals=1, paused_until=NOW)
            asyncio.run(keep(keeping, archive, state))
        finally:
            child.close()
        assert archive.way_out("direct") == state


async def keep(keeping: InChild, archive: Archive, state: WayOut) -> None:
    await keeping(archive.keep_way_out, state)


def test_a_keeping_that_was_under_way_when_the_child_died_is_made_again(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", writing=True, create=True) as archive:
        child = Child((tmp_path / "archive", None))

        async def story() -> None:
            keeping = InChild(child)
            kept = asyncio.ensure_future(keep(keeping, archive, WayOut(name="direct", refusals=2)))
            await asyncio.sleep(0)
            child.end("killed")
            await kept

        try:
            asyncio.run(story())
        finally:
            child.close()
        assert archive.way_out("direct").refusals == 2


def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "child"
    program = (
        "import pathlib, time; from crawler.child import Child; child = Child(); child.begin();"
        f"pathlib.Path({str(note)!r}).write_text(str(child._process.pid)); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        wait_for(note.exists)
        wait_for(lambda: note.read_text())
        parent.send_signal(signal.SIGKILL)
    wait_for(lambda: not is_running(int(note.read_text())))


def wait_for(true: object) -> None:
    deadline = time.monotonic() + 20
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
