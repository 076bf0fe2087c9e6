"""Telling people about a run that needs them: a small JSON document, posted to each address of ``[notify] urls``.

Group robots of WeCom, DingTalk and Feishu want a form of their own and refuse any other, so they get that; every other
address gets the sentence together with the run's numbers. Whatever becomes of it, the run is what it was.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from time import monotonic
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from crawler.config import VERSION, Config
from crawler.forms import plain, summary_form
from crawler.lines import failure_of
from crawler.showing.runs import stopped_words
from crawler.words import say
from crawler.words.names import outcome_name, problem_name, remedy
from storage.archive import Archive
from storage.records import Outcome, Run, RunSummary, SourceState

SECONDS = 10.0
LONGEST_ANSWER = 65_536  # bytes
LONGEST_TEXT = 2_000  # bytes: WeCom takes 2,048
TELLING = frozenset({"error", "breaker", "disk", "way_out_down"})
"""Ends of a run that a person must see. ``time`` and ``interrupt`` are nobody's fault, and the next run goes on."""

FAILURES_TOLD = 3
"""A source that has failed so often running is told of, once."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What there is to tell of a run."""

    run: Run
    failing: tuple[SourceState, ...] = ()  # sources that have just failed for the third time running
    is_repeated: bool = False  # the run before ended for the same reason

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody should look. An hourly look-in that meets what the run before met is not told again."""
        summary = self.run.summary
        is_cut = self.run.ended_at is None
        is_stopped = summary is not None and summary.stopped_by in TELLING
        return is_cut or bool(self.failing) or (is_stopped and not (self.is_repeated and self.run.job == "sweep"))


def notify(config: Config, archive: Archive, run: str, *, started_at: datetime, note: Callable[[str], None]) -> None:
    """Tell of a run that has ended, where it must be told. Never raises; what fails is noted."""
    if not config.notify.urls:
        return
    try:
        news = news_of(config, archive, run, started_at)
        if news and (news.needs_a_person or config.notify.when == "always"):
            post_all(config.notify.urls, news, note)
    except Exception:  # telling of a run must not undo it
        logger.exception("nobody was told of %s", run)


def news_of(config: Config, archive: Archive, run: str, started_at: datetime) -> News | None:
    """What there is to tell of a run, from what the archive knows."""
    latest = archive.runs(limit=2)
    told = next((one for one in latest if one.run == run), None)
    if told is None:
        return None
    before = [one.summary.stopped_by for one in latest if one.run != run and one.summary]
    states = [archive.source_state(source.name) for source in config.sources]
    failing = [
        state
        for state in states
        if state.failures == FAILURES_TOLD and state.last_failure_at and state.last_failure_at >= started_at
    ]
    is_repeated = bool(before and told.summary and before[0] == told.summary.stopped_by)
    return News(run=told, failing=tuple(failing), is_repeated=is_repeated)


def post_all(urls: Sequence[str], news: News, note: Callable[[str], None]) -> None:
    """Post the news to every address, side by side, within the time; note those that did not take it."""
    failures: dict[str, str] = {}
    posting = [threading.Thread(target=_post_into, args=(url, news, failures), daemon=True) for url in urls]
    for thread in posting:
        thread.start()
    until = monotonic() + SECONDS
    for thread, url in zip(posting, urls, strict=True):
        thread.join(max(0.0, until - monotonic()))
        reason = "timeout" if thread.is_alive() else failures.get(url)
        if reason:  # only the host: the rest of the address is a key
            host = urlsplit(url).hostname
            note(say("{host} could not be told of this run: {reason}.", host=host, reason=problem_name(reason)))


def _post_into(url: str, news: News, failures: dict[str, str]) -> None:
    try:
        if reason := post(url, document_for(url, news)):
            failures[url] = reason
    except Exception:  # the thread's edge
        logger.exception("the news could not be posted to %s", urlsplit(url).hostname)
        failures[url] = "unusable"


def post(url: str, document: Mapping[str, Any]) -> str | None:
    """Post a document; why it was not taken (a code of crawler.words.names), None when it was."""
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"wxmirror/{VERSION}"}
    request = Request(url, body, headers)  # noqa: S310  # the settings take http and https only
    try:
        with build_opener(_NoRedirect).open(request, timeout=SECONDS) as response:
            return _refusal(response.read(LONGEST_ANSWER))
    except HTTPError as error:
        return f"status {error.code}"
    except URLError as error:
        return failure_of(error.reason) if isinstance(error.reason, OSError) else "lost"
    except OSError as error:
        return failure_of(error)
    except (HTTPException, ValueError):
        return "unusable"


class _NoRedirect(HTTPRedirectHandler):
    """A robot's address is what the operator wrote; following would also make a GET of the POST."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse, which makes the redirect an error."""


def _refusal(answer: bytes) -> str | None:
    """Why a robot did not take what it answered 200 to: they say so in the answer."""
    try:
        told = json.loads(answer)
    except ValueError:
        return None
    number = next((told[key] for key in ("errcode", "code") if key in told), 0) if isinstance(told, dict) else 0
    return f"unusable: {told.get('errmsg') or told.get('msg') or number}"[:200] if number not in (0, "0") else None


# ---- what is said


def document_for(url: str, news: News) -> dict[str, Any]:
    """The document in the form that the address wants."""
    form = ROBOTS.get(urlsplit(url).hostname or "", _everything)
    return form(news)


def text_of(news: News) -> str:
    """The sentence that people read, in the language of the settings."""
    run, summary = news.run, news.run.summary
    lines = [say("wxmirror: run {run}", run=run.run)]
    if run.ended_at is None:
        lines.append(
            say("It ended without a word: it was killed, or the machine was. What was kept is safe; the log says more.")
        )
    elif summary:
        lines.append(stopped_words(summary) if summary.stopped_by else say("It went through to its end."))
    if summary:
        lines.append(_numbers(summary))
    for state in news.failing:
        reason = state.failure or ""
        failed = say(
            "Source {source} has failed {times} times running: {reason}.",
            source=state.source,
            times=state.failures,
            reason=problem_name(reason),
        )
        lines.append(f"{failed} {remedy(reason)}")
    return "\n".join(lines)


def _numbers(summary: RunSummary) -> str:
    found = say(", ").join(f"{outcome_name(Outcome(name))} {count}" for name, count in summary.outcomes.items())
    words = say(
        "{bulletins} bulletins taken in, {visited} articles visited",
        bulletins=summary.bulletins,
        visited=summary.visited,
    )
    return words + say(": ") + found if found else words


def _everything(news: News) -> dict[str, Any]:
    """For whoever takes JSON: the sentence, the run's numbers as ``crawl --json`` has them, the failing sources."""
    run = news.run
    numbers = summary_form(run.run, run.summary or RunSummary())
    moments = {name: plain(getattr(run, name)) for name in ("planned_at", "started_at", "ended_at")}
    failing = [
        {
            "name": state.source,
            "failure": state.failure,
            "failures": state.failures,
            "next_ask_at": plain(state.next_ask_at),
        }
        for state in news.failing
    ]
    return {"text": text_of(news), "run": {**numbers, "job": run.job, **moments}, "sources": failing}


def _wecom(news: News) -> dict[str, Any]:
    """WeCom's and DingTalk's form of a text, as both document it for the robots of a group."""
    return {"msgtype": "text", "text": {"content": _short(text_of(news))}}


def _feishu(news: News) -> dict[str, Any]:
    """Feishu's form of a text, as it documents it for the robots of a group."""
    return {"msg_type": "text", "content": {"text": _short(text_of(news))}}


def _short(text: str) -> str:
    return text.encode()[:LONGEST_TEXT].decode(errors="ignore")


ROBOTS: Mapping[str, Callable[[News], dict[str, Any]]] = {
    "qyapi.weixin.qq.com": _wecom,
    "oapi.dingtalk.com": _wecom,
    "open.feishu.cn": _feishu,
    "open.larksuite.com": _feishu,
}
"""Hosts of group robots, and the form that each takes."""
