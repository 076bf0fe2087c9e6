"""The scheduler: child processes with a time limit, nights made up for, never the same run twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from crawler.config import Config, NotifySettings
from crawler.timetable import timetable
from scheduler import Children, is_missed, lateness, main, repack, stop, tell_of_cut_run
from storage.archive import Archive
from storage.errors import ArchiveReadOnly
from storage.records import Run, RunSummary
from tests.storage.making import keep_pages_of_one_release

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
NIGHTLY = timetable(Config())[0]
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Beijing
PLANNED_AT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)  # 02:30


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_a_run_that_ends_in_time_is_let_alone() -> None:
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    assert Children().wait_for(command, ends_at=soon(20), grace=timedelta(seconds=1)) == 3


def test_a_run_that_passes_its_end_is_asked_to_stop() -> None:
    polite = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(3)); time.sleep(60)"
    code = Children().wait_for([sys.executable, "-c", polite], ends_at=soon(0.5), grace=timedelta(seconds=20))
    assert code == 3


def test_a_run_that_does_not_listen_is_killed_with_its_children(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    parent = (
        f"import subprocess, sys, pathlib; child = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]);"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid)); {STUBBORN}"
    )
    code = Children().wait_for([sys.executable, "-c", parent], ends_at=soon(0.8), grace=timedelta(seconds=0.3))
    assert code == -signal.SIGKILL
    assert is_gone(int(note.read_text()))


def test_a_child_does_not_outlive_the_scheduler() -> None:
    children, codes = Children(), list[int]()
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    waiting = threading.Thread(
        target=lambda: codes.append(children.wait_for(command, ends_at=soon(60), grace=timedelta(seconds=5)))
    )
    waiting.start()
    while children._child is None:
        sleep(0.01)
    children.end(timedelta(seconds=5))
    waiting.join(timeout=10)
    assert codes == [-signal.SIGTERM]


def test_negative_control_a_stubborn_child_outlives_a_mere_request() -> None:
    """Were there no kill after the grace, this is what would stay."""
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout
        child.stdout.readline()
        child.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout=0.3)
        assert stop(child, timedelta(seconds=0.1)) == -signal.SIGKILL


def test_a_night_that_the_scheduler_slept_through_is_missed(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", writing=True, create=True) as archive:
        assert not is_missed(NIGHTLY, archive, MORNING)  # a new archive has missed nothing
        made(archive, "nightly", PLANNED_AT - timedelta(days=1))
        assert is_missed(NIGHTLY, archive, MORNING)
        made(archive, "nightly", PLANNED_AT)
        assert not is_missed(NIGHTLY, archive, MORNING)


def test_a_night_is_made_however_late_a_sweep_lets_it_begin() -> None:
    """Two captchas hold a sweep for two and a half hours; a machine may sleep through the night's hour."""
    nightly, sweep = timetable(Config())
    assert lateness(nightly) is None
    assert lateness(sweep) == 1800
    begun_at = PLANNED_AT + timedelta(hours=2)
    assert nightly.last_before(begun_at) == PLANNED_AT
    assert nightly.ends_at(PLANNED_AT, begun_at) == PLANNED_AT + timedelta(hours=4)


def test_two_schedulers_make_a_planned_run_once(tmp_path: Path) -> None:
    with (
        Archive.open(tmp_path / "archive", writing=True, create=True) as one,
        Archive.open(tmp_path / "archive", writing=True) as other,
    ):
        begun = [archive.begin_run("nightly", planned_at=PLANNED_AT, now=PLANNED_AT) for archive in (one, other)]
        assert [run is not None for run in begun] == [True, False]


def test_a_run_that_is_killed_is_told_of_and_one_that_ended_by_itself_is_not(tmp_path: Path, monkeypatch) -> None:
    told: list[Run] = []
    monkeypatch.setattr("scheduler.post_all", lambda urls, news, note: told.append(news.run))
    config = Config(folder=tmp_path / "archive", notify=NotifySettings(urls=("https://hooks.example.org/",)))
    tell_of_cut_run(config, NIGHTLY, PLANNED_AT)  # not even begun
    with Archive.open(tmp_path / "archive", writing=True, create=True) as archive:
        run = archive.begin_run("nightly", planned_at=PLANNED_AT, now=PLANNED_AT)
        tell_of_cut_run(config, NIGHTLY, PLANNED_AT)
        archive.end_run(str(run), RunSummary(stopped_by="error"), now=PLANNED_AT)
        tell_of_cut_run(config, NIGHTLY, PLANNED_AT)
    assert [one.run for one in told] == ["nightly", run]


def test_the_log_holds_what_a_person_should_look_at() -> None:
    says = """
import logging, scheduler
scheduler.begin_log()
scheduler.logger.info("nightly: next at 02:30")
logging.getLogger("crawler.fetching").info("asset not kept (status 404): https://res.wx.qq.com/font.woff2")
logging.getLogger("apscheduler.scheduler").warning("Execution of job skipped: maximum number of running instances")
logging.getLogger("crawler.tally").warning("The source has failed.")
"""
    told = subprocess.run([sys.executable, "-c", says], capture_output=True, text=True, check=True).stderr
    assert [line.partition(" ")[2].split(" ", 1)[1] for line in told.splitlines()] == [
        "INFO nightly: next at 02:30",
        "WARNING The source has failed.",
    ]


@pytest.mark.parametrize(
    ("end", "told", "code"),
    [
        (RunSummary(stopped_by="disk", left_due=7), "nightly: The disk of the archive is nearly full", 3),
        (RunSummary(stopped_by="time", left_due=7), None, 3),
        (ArchiveReadOnly(place="archive", reason="no permission"), "The archive in archive cannot be written to", 1),
    ],
    ids=["the disk is full", "the night is over", "the archive is read-only"],
)
def test_the_log_tells_in_a_sentence_why_a_run_ended_badly(tmp_path, monkeypatch, caplog, end, told, code) -> None:
    def crawl(*_, **__) -> RunSummary:
        if isinstance(end, Exception):
            raise end
        return end

    monkeypatch.setattr("crawler.crawling.crawl", crawl)
    monkeypatch.setenv("WXMIRROR_ARCHIVE", str(tmp_path))
    assert main(["nightly", PLANNED_AT.isoformat(), MORNING.isoformat()]) == code
    assert [told in record.message for record in caplog.records] == ([True] if told else [])
    assert all(record.exc_info is None for record in caplog.records)


def test_a_job_that_was_taken_out_of_the_settings_since_is_told_in_a_sentence(tmp_path, monkeypatch, caplog) -> None:
    monkeypatch.setenv("WXMIRROR_ARCHIVE", str(tmp_path))
    assert main(["weekly", PLANNED_AT.isoformat(), MORNING.isoformat()]) == 1
    assert ["the job weekly is in it no more" in record.message for record in caplog.records] == [True]


def made(archive: Archive, job: str, planned_at: datetime) -> None:
    run = archive.begin_run(job, planned_at=planned_at, now=planned_at)
    assert run
    archive.end_run(run, RunSummary(), now=planned_at + timedelta(hours=1))


def is_gone(number: int) -> bool:
    """Whether a process is gone, or on its way (a zombie that its new parent has not yet taken)."""
    deadline = monotonic() + 5
    while monotonic() < deadline:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{number}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        sleep(0.02)
    return False


def test_after_the_night_pages_are_packed(tmp_path: Path) -> None:
    with Archive.open(tmp_path, writing=True, create=True) as archive:
        names = keep_pages_of_one_release(archive)
        repack(archive, "nightly", soon(60))
        assert {file.name for file in tmp_path.rglob("*.zstr")} == {f"{name}.zstr" for name in names}


@pytest.mark.parametrize("seconds", [60, -1], ids=["another crawl runs", "the night is over"])
def test_pages_are_left_for_the_next_night(tmp_path: Path, seconds: float) -> None:
    with Archive.open(tmp_path, writing=True, create=True) as archive:
        keep_pages_of_one_release(archive)
        with archive.lock("crawl" if seconds > 0 else "another"):
            repack(archive, "nightly", soon(seconds))
        assert not list(tmp_path.rglob("*.zstr"))
