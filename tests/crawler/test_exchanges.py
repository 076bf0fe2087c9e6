"""What an exchange tells: of the page, of the way out, and what must not be kept of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError

from crawler.exchanges import (
    WAY_OUT_FAILURES,
    Refused,
    clean_headers,
    failed_reading,
    failure_word,
    judged,
    retry_after,
    told_by,
)
from storage.records import Outcome

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_what_is_secret_is_cut_from_the_headers_and_the_rest_stays_as_it_was() -> None:
    lines = [
        (b"Set-Cookie", b"a=b"),
        (b"Proxy-Authorization", b"Basic x"),
        (b"X-Odd", b"\xe9"),
        (b"Location", b"https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv?pass_ticket=secret&scene=1"),
    ]
    kept = clean_headers(lines)
    assert [name for name, _ in kept] == ["X-Odd", "Location"]
    assert kept[0] == ("X-Odd", "\xe9")
    assert "secret" not in kept[1][1]


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (CannotResolveHostError("x"), "dns"),
        (DownloadConnectionRefusedError("x"), "refused"),
        (TunnelError("Could not open CONNECT tunnel with proxy p:1 [{'status': 407, 'reason': b''}]"), "proxy"),
    ],
)
def test_a_closed_way_out_is_no_articles_fault(error: Exception, word: str) -> None:
    assert failure_word(error) == word
    assert word in WAY_OUT_FAILURES


def test_a_proxy_that_could_not_reach_the_host_just_now_is_not_closed() -> None:
    error = TunnelError("Could not open CONNECT tunnel with proxy p:1 [{'status': 504, 'reason': b''}]")
    assert failure_word(error) not in WAY_OUT_FAILURES


def test_what_broke_on_the_way_is_unreachable_and_what_we_refused_is_not() -> None:
    assert failed_reading(DownloadTimeoutError("x")).outcome is Outcome.UNREACHABLE
    refused = failed_reading(Refused("https://evil.example/", "host"))
    assert (refused.outcome, refused.evidence[0].seen) == (Outcome.UNRECOGNISED, "guard: host: https://evil.example/")


@pytest.mark.parametrize(
    ("status", "is_cut", "outcome"),
    [
        (200, False, Outcome.UNRECOGNISED),
        (429, False, Outcome.RATE_LIMITED),
        (502, False, Outcome.UNREACHABLE),
        (200, True, Outcome.TRUNCATED),
    ],
)
def test_a_status_speaks_only_where_the_page_says_nothing(status: int, is_cut: bool, outcome: Outcome) -> None:
    unknown = told_by("page", "?", Outcome.UNRECOGNISED)
    assert judged(unknown, status=status, is_cut=is_cut).outcome is outcome
    deleted = told_by("page", "deleted", Outcome.DELETED)
    assert judged(deleted, status=status, is_cut=False) == deleted


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Sun, 01 Mar 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Sun, 01 Mar 2020 12:00:30 GMT", timedelta()),
        ("99999999999999999999", timedelta(days=30)),
        ("soon", None),
        (None, None),
    ],
)
def test_a_server_may_ask_for_patience_in_seconds_or_until_a_moment(value: str | None, wait: timedelta | None) -> None:
    assert retry_after(value, NOW) == wait
