"""People are told of a run that needs them, as their robot takes it; nothing that fails there harms a run."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from crawler import notifying
from crawler.config import Config, NotifySettings, SourceSettings
from crawler.notifying import LONGEST_TEXT, News, document_for, notify, post, post_all
from storage.archive import Archive
from storage.records import Run, RunSummary, SourceState

NOW = datetime(2026, 3, 13, 2, 30, tzinfo=UTC)


class Robot:
    """A loopback server that notes what it is sent; ``answer`` is what it says (status, headers, body)."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.heard: list[tuple[str, dict[str, str], Any]] = []
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b'{"errcode":0,"errmsg":"ok"}')
        self.seconds = 0.0
        robot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                robot.heard.append((self.path, dict(self.headers), json.loads(body)))
                time.sleep(robot.seconds)
                status, headers, said = robot.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)

            def do_GET(self) -> None:
                robot.heard.append((self.path, {}, "GET"))

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "https" if context else "http"
        self.url = f"{scheme}://localhost:{self.server.server_port}/send?key=SECRETKEY"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")


@contextmanager
def robot_server(context: ssl.SSLContext | None = None) -> Iterator[Robot]:
    """A robot that listens until the end."""
    made = Robot(context)
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def robot() -> Iterator[Robot]:
    with robot_server() as made:
        yield made


def a_run(stopped_by: str | None = None, *, job: str = "nightly", ended: bool = True) -> Run:
    summary = RunSummary(visited=3, outcomes={"alive": 2, "deleted": 1}, left_due=7, stopped_by=stopped_by)
    end = NOW + timedelta(hours=1) if ended else None
    return Run(run=f"{job}-1", job=job, planned_at=NOW, started_at=NOW, ended_at=end, summary=summary)


def keep(archive: Archive, stopped_by: str | None, *, job: str = "nightly", hour: int = 0) -> str:
    at = NOW + timedelta(hours=hour)
    run = archive.begin_run(job, planned_at=at, now=at)
    assert run
    archive.end_run(run, RunSummary(stopped_by=stopped_by, left_due=7), now=at)
    return run


@pytest.mark.parametrize(
    ("stopped_by", "is_told"),
    [
        ("error", True),
        ("breaker", True),
        ("disk", True),
        ("way_out_down", True),
        ("time", False),
        ("interrupt", False),
        (None, False),
    ],
)
def test_people_are_told_of_what_needs_them(
    stopped_by: str | None, is_told: bool, robot: Robot, tmp_path: Path
) -> None:
    with Archive.open(tmp_path, writing=True, create=True) as archive:
        run = keep(archive, stopped_by)
        for when in ("trouble", "always"):
            config = Config(notify=NotifySettings(urls=(robot.url,), when=when))  # type: ignore[arg-type]
            notify(config, archive, run, started_at=NOW, note=pytest.fail)
            assert len(robot.heard) == (is_told if when == "trouble" else is_told + 1)
    _, headers, document = robot.heard[-1]
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert (document["run"]["run"], document["run"]["stopped_by"], document["run"]["left_due"]) == (run, stopped_by, 7)
    assert document["text"].startswith(f"wxmirror 采集任务 {run}\n")


def test_the_hourly_look_in_does_not_say_every_hour_what_the_run_before_said(robot: Robot, tmp_path: Path) -> None:
    config = Config(notify=NotifySettings(urls=(robot.url,)))
    with Archive.open(tmp_path, writing=True, create=True) as archive:
        for hour, job in enumerate(("nightly", "sweep", "sweep", "nightly")):
            run = keep(archive, "breaker", job=job, hour=hour)
            notify(config, archive, run, started_at=NOW, note=pytest.fail)
        run = keep(archive, "disk", job="sweep", hour=9)
        notify(config, archive, run, started_at=NOW, note=pytest.fail)
    assert [document["run"]["job"] for _, _, document in robot.heard] == ["nightly", "nightly", "sweep"]


def test_a_source_that_has_failed_three_times_running_is_told_of_once(robot: Robot, tmp_path: Path) -> None:
    source = SourceSettings(name="方志办", url="https://www.example.org/")
    config = Config(notify=NotifySettings(urls=(robot.url,)), sources=(source,))
    with Archive.open(tmp_path, writing=True, create=True) as archive:
        for failures in (2, 3, 4):
            at = NOW + timedelta(hours=failures)
            state = SourceState(source="方志办", last_failure_at=at, failure="robots", failures=failures)
            archive.keep_source_state(state)
            notify(config, archive, keep(archive, None, hour=failures), started_at=at, note=pytest.fail)
    [(_, _, document)] = robot.heard
    assert "来源“方志办”已连续失败 3 次" in document["text"]
    assert "robots.txt" in document["text"]
    assert document["sources"][0]["failure"] == "robots"


def test_each_robot_gets_the_form_that_it_takes() -> None:
    news = News(run=a_run("breaker"))
    for host in ("qyapi.weixin.qq.com", "oapi.dingtalk.com"):
        document = document_for(f"https://{host}/send?key=x", news)
        assert document["msgtype"] == "text"
        assert "wxmirror" in document["text"]["content"]  # a word that DingTalk may be told to look for
    feishu = document_for("https://open.feishu.cn/open-apis/bot/v2/hook/x", news)
    assert (feishu["msg_type"], "要求验证" in feishu["content"]["text"]) == ("text", True)
    other = document_for("https://hooks.example.org/x", news)
    assert set(other) == {"text", "run", "sources"}
    assert other["run"]["outcomes"] == {"alive": 2, "deleted": 1}


def test_a_long_text_is_cut_between_its_letters() -> None:
    failing = tuple(SourceState(source="方" * 90, failure="robots", failures=3) for _ in range(20))
    document = document_for("https://qyapi.weixin.qq.com/send", News(run=a_run("error"), failing=failing))
    content = document["text"]["content"]
    assert LONGEST_TEXT - 3 <= len(content.encode()) <= LONGEST_TEXT
    assert "\ufffd" not in content


def test_a_run_that_ended_without_a_word_is_told_as_one() -> None:
    text = document_for("https://hooks.example.org/x", News(run=a_run(ended=False)))["text"]
    assert "强制结束" in text


# ---- what may go wrong on the way


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((200, {}, b"ok"), None),
        ((204, {}, b""), None),
        ((200, {}, b'{"code":0}'), None),
        ((200, {}, b"[]"), None),
        ((404, {}, b""), "status 404"),
        ((302, {"Location": "/elsewhere"}, b""), "status 302"),
        (
            (200, {}, b'{"errcode":310000,"errmsg":"keywords not in content"}'),
            "unusable: keywords not in content",
        ),
        ((200, {}, b'{"code":9499,"msg":"Bad Request"}'), "unusable: Bad Request"),
    ],
)
def test_a_robot_that_does_not_take_it_is_heard(
    answer: tuple[int, dict[str, str], bytes], reason: str | None, robot: Robot
) -> None:
    robot.answer = answer
    assert post(robot.url, {}) == reason
    assert [path for path, _, document in robot.heard if document == "GET"] == []


def test_nobody_there_is_a_note_that_names_no_key(robot: Robot) -> None:
    robot.server.shutdown()
    robot.server.server_close()
    notes: list[str] = []
    post_all((robot.url, "https://hooks.invalid/SECRETKEY"), News(run=a_run("error")), notes.append)
    assert len(notes) == 2
    assert "localhost" in notes[0]
    assert "SECRETKEY" not in "".join(notes)


def test_a_robot_that_never_answers_is_not_waited_for(robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifying, "SECONDS", 0.2)
    robot.seconds = 2
    notes: list[str] = []
    started = time.monotonic()
    post_all((robot.url, robot.url), News(run=a_run("error")), notes.append)
    assert time.monotonic() - started < 1
    assert len(notes) == 2


def test_a_certificate_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    with robot_server(context) as robot:
        assert post(robot.url, {}) == "certificate"
        assert robot.heard == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        assert post(robot.url, {}) is None
        assert len(robot.heard) == 1


def test_whatever_fails_a_run_is_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifying, "news_of", lambda *_: 1 / 0)
    config = Config(notify=NotifySettings(urls=("https://hooks.example.org/",)))
    with Archive.open(tmp_path, writing=True, create=True) as archive:
        notify(config, archive, "no such run", started_at=NOW, note=pytest.fail)
