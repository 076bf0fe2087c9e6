"""When things run: the timetable of ``crawler.timetable``, each run in a child process of its own.

A crawl that hangs, leaks or dies costs itself and nothing more: the child has until the night's end, is asked to
stop, and is killed with all its children when it does not. Which run has been made stands in the archive (a job and the
moment that it was planned for, together unique), so that two schedulers on one archive make each run once, and one that
was down makes up for the night that it missed.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from crawler.config import Config, load_config
from crawler.notifying import TELLING, News, post_all
from crawler.showing.runs import stopped_words
from crawler.timetable import Job, timetable
from crawler.words import say, say_error
from storage.archive import Archive
from storage.errors import ArchiveError, MirrorError, WrongSettings
from storage.records import Run

GRACE = timedelta(minutes=2)
"""How long a run may take to finish what it has begun: after its end, and again after it was asked to stop."""

MISSED = timedelta(minutes=30)
"""A job that is late by more, because another was running, is left out, unless it is one that is made up for."""

LEAVES_TIME = (None, "breaker", "way_out_down")
"""How a night's visits may have ended so that there is time left to pack, and nobody waits for the end."""

logger = logging.getLogger("wxmirror.scheduler")


def run(config: Config) -> None:
    """Keep the timetable until a signal ends it. Raises WrongSettings, ArchiveError."""
    begin_log()
    jobs = timetable(config)
    with _open(config) as archive:
        missed = [job for job in jobs if is_missed(job, archive, datetime.now(UTC))]
    children, ended = Children(cut=partial(tell_of_cut_run, config)), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    clockwork = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone=UTC)
    for job in jobs:
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": lateness(job)}
        clockwork.add_job(children.make_run, job.trigger, args=[job], id=job.name, **options)
        logger.info("%s", say("{job}: next at {at}", job=job.name, at=f"{job.next_after(datetime.now(UTC)):%F %H:%M}"))
    for job in missed:
        logger.info("%s", say("{job}: the last planned run was missed and is made up for now", job=job.name))
        clockwork.add_job(children.make_run, args=[job])
    clockwork.start()
    ended.wait()
    clockwork.shutdown(wait=False)
    children.end()


def is_missed(job: Job, archive: Archive, now: datetime) -> bool:
    """Whether the job's last planned run was never begun, though the archive was in use by then."""
    planned_at = job.last_before(now) if job.catches_up else None
    if planned_at is None:
        return False
    runs = archive.runs(limit=1000)
    return (
        bool(runs)
        and not any(run.job == job.name and run.planned_at == planned_at for run in runs)
        and (min(run.started_at for run in runs) < planned_at)
    )


def lateness(job: Job) -> int | None:
    """How many seconds a job may be late; None where it is made however late: a captcha's pause may hold up a night."""
    return None if job.catches_up else int(MISSED.total_seconds())


class Children:
    """The child processes that make the runs; one at a time, ended with the scheduler."""

    def __init__(self, *, cut: Callable[[Job, datetime], None] = lambda *_: None) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._is_ended = False
        self._cut = cut
        """Told of a run that may have ended without a word: its job, and the moment it was planned for."""

    def make_run(self, job: Job) -> None:
        """Make the run of a job that is planned for now, in a child process, and wait for its end."""
        now = datetime.now(UTC)
        planned_at = job.last_before(now)
        if planned_at is None or self._is_ended:
            return
        ends_at = job.ends_at(planned_at, now)
        command = [sys.executable, "-m", "scheduler", job.name, planned_at.isoformat(), ends_at.isoformat()]
        code = self.wait_for(command, ends_at=ends_at + GRACE, grace=GRACE)
        logger.info("%s", say("{job}: ended with exit code {code}", job=job.name, code=code))
        if code and not self._is_ended:
            self._cut(job, planned_at)

    def wait_for(self, command: Sequence[str], *, ends_at: datetime, grace: timedelta) -> int:
        """The exit code of a command that is asked to stop at ``ends_at``, and killed ``grace`` later."""
        with subprocess.Popen(command, start_new_session=True) as child:
            self._child = child
            try:
                return child.wait(timeout=max(0.0, (ends_at - datetime.now(UTC)).total_seconds()))
            except subprocess.TimeoutExpired:
                return stop(child, grace)
            finally:
                self._child = None

    def end(self, grace: timedelta = GRACE) -> None:
        """Pass on the signal that ended the scheduler: a child must not outlive it."""
        self._is_ended = True
        if child := self._child:
            stop(child, grace)


def stop(child: subprocess.Popen[bytes], grace: timedelta) -> int:
    """Ask a child to end, and kill it with all that it started when it does not; its exit code."""
    child.send_signal(signal.SIGTERM)
    try:
        return child.wait(timeout=grace.total_seconds())
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        return child.wait()


def tell_of_cut_run(config: Config, job: Job, planned_at: datetime) -> None:
    """Tell of a run whose process ended before it could say how: killed, or never begun. Others told of themselves."""
    if not config.notify.urls:
        return
    try:
        with _open(config) as archive:
            runs = [run for run in archive.runs(job=job.name) if run.planned_at == planned_at]
    except ArchiveError as error:
        logger.error("%s", say_error(error))
        runs = []
    unknown = Run(run=job.name, job=job.name, planned_at=planned_at, started_at=planned_at, ended_at=None, summary=None)
    if (run := runs[0] if runs else unknown).ended_at is None:
        post_all(config.notify.urls, News(run=run), lambda sentence: logger.warning("%s", sentence))


def begin_log() -> None:
    """Say on stderr what is done, what is next and what a person should look at; a service manager keeps it."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logger.setLevel(logging.INFO)
    # A sweep that was due while the night went on is left out as planned, every hour anew.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _open(config: Config) -> Archive:
    return Archive.open(config.folder, database_url=config.archive.database_url, writing=True, create=True)


def main(arguments: Sequence[str]) -> int:
    """Make one run, in the child process, and log what a person must see of its end; its exit code."""
    begin_log()
    try:
        return make(*arguments)
    except MirrorError as error:
        logger.error("%s", say_error(error))
        return 1


def make(name: str, planned: str, ends: str) -> int:
    """Make the run of a job: its name, what it was planned for, when it must end. Raises MirrorError."""
    from crawler.crawling import crawl

    config = load_config()
    job = next((job for job in timetable(config) if job.name == name), None)
    if job is None:
        changed = say("the job {job} is in it no more: begin `wxmirror schedule` anew", job=name)
        raise WrongSettings(place="wxmirror.toml", reason=changed)
    planned_at, ends_at = datetime.fromisoformat(planned), datetime.fromisoformat(ends)
    with _open(config) as archive:
        summary = crawl(
            config, archive, job=job.name, planned_at=planned_at, ends_at=ends_at, only_urgent=job.only_urgent
        )
        if job.name == "nightly" and summary.stopped_by in LEAVES_TIME:
            repack(archive, job.name, ends_at)
    if summary.stopped_by in TELLING:
        logger.warning("%s", job.name + say(": ") + stopped_words(summary))
    return 1 if summary.stopped_by == "error" else 3 if summary.stopped_by else 0


def repack(archive: Archive, job: str, ends_at: datetime) -> None:
    """After the night's visits, use what is left of it to make the new pages take less disk."""
    from crawler.wechat.templates import template_text

    try:
        done = archive.repack(template_text, now=datetime.now(UTC), is_over=lambda: datetime.now(UTC) >= ends_at)
    except ArchiveError as error:  # the crawl's work is done and safe; the next night tries again
        logger.warning("%s", say("{job}: pages were not packed: {reason}", job=job, reason=say_error(error)))
        return
    if done.pages:
        before, after = (f"{size / 1e6:.1f} MB" for size in (done.bytes_before, done.bytes_after))
        logger.info("%s", say("{job}: pages packed, {before} now take {after}", job=job, before=before, after=after))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
