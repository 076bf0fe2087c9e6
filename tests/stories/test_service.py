"""The systemd unit of deploy/: understood by systemd, and what it starts ends gracefully when it is told to.

Held here is what can be held without a running systemd: the command, the folder, the environment and the signal are
those of the unit.
"""

from __future__ import annotations

import configparser
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import scheduler
from crawler.wechat.urls import read_address
from storage.archive import Archive
from storage.records import RunSummary
from tests.conftest import ROOT
from tests.stories.conftest import Story
from tests.stories.crawls import wait_until

UNIT = ROOT / "deploy" / "wxmirror.service"
PROGRAM = Path(sys.executable).with_name("wxmirror")


def service() -> configparser.SectionProxy:
    """The unit's own section."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT, "utf-8")
    return parser["Service"]


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze: install systemd")
    unit = tmp_path / UNIT.name
    # Verifying looks for the program, which lies elsewhere here.
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/wxmirror/.venv/bin/wxmirror", str(PROGRAM)), "utf-8")
    said = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert (said.returncode, [line for line in said.stderr.splitlines() if UNIT.name in line]) == (0, [])


def test_systemd_waits_longer_than_a_stopping_crawl_may_take() -> None:
    assert int(service()["TimeoutStopSec"]) > scheduler.GRACE.total_seconds()
    assert service()["KillMode"] == "mixed"  # the scheduler alone is told, and tells its child


def test_all_that_the_service_writes_lies_where_it_may_write() -> None:
    assert service()["ProtectSystem"] == "strict"
    assert service()["WorkingDirectory"] in service()["ReadWritePaths"].split()


@contextmanager
def started(story: Story, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """What the unit starts, as it starts it, in a folder with its settings."""
    settings = "[crawl]\ncontact = 'mirror@example.org'\narticle_delay_seconds = 0\n[archive]\nmin_free_gb = 0\n"
    (story.folder / "wxmirror.toml").write_text(settings)
    command = [str(PROGRAM), *shlex.split(service()["ExecStart"])[1:]]
    clean = {"PATH": os.defpath, "HOME": str(story.folder), "USER": "wxmirror"} | story.site.environment | environment
    with subprocess.Popen(command, cwd=story.folder, env=clean, stderr=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def was_in_use(story: Story, *urls: str) -> None:
    """An archive that was in use the day before yesterday and missed its night."""
    begun_at = datetime.now(UTC) - timedelta(days=2)
    with Archive.open(story.folder / "archive", writing=True, create=True) as archive:
        archive.keep_addresses([read_address(url) for url in urls], seen_at=begun_at)
        run = archive.begin_run("crawl", planned_at=None, now=begun_at)
        assert run
        archive.end_run(run, RunSummary(), now=begun_at)


def test_it_says_what_is_next_and_ends_at_once_when_nothing_runs(story: Story) -> None:
    with started(story, WXMIRROR_LANGUAGE="zh") as child:
        assert child.stderr
        assert "nightly" in child.stderr.readline()
        assert "sweep" in child.stderr.readline()
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0


def test_told_to_stop_it_lets_the_running_crawl_finish_its_article(story: Story) -> None:
    articles = [story.site.publish(f"article {number}", pictures=1) for number in range(20)]
    was_in_use(story, *(article.url for article in articles))
    story.site.delay(None, seconds=0.3)
    with started(story) as child:
        wait_until(lambda: story.site.visits())
        child.send_signal(signal.SIGTERM)
        assert child.wait(int(service()["TimeoutStopSec"])) == 0
    with story.archive() as archive:
        (night,) = archive.runs(job="nightly")
        assert night.ended_at
        assert night.summary
        assert night.summary.stopped_by == "interrupt"
        assert night.summary.visited + night.summary.left_due == 20
        assert 1 <= night.summary.visited < 20
