"""What went over the wire, as records, and what a failed exchange tells.

Pure. A hop keeps its headers as they were, in their order, less what is secret: cookies and authorisations are cut
here, so that neither the archive nor an export can give them away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from OpenSSL.SSL import Error as TlsError
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from service_identity import VerificationError
from twisted.internet.error import ConnectError, NoRouteError

from crawler.wechat.urls import cut_secrets
from crawler.wechat.version import READER_VERSION
from storage.records import Evidence, Headers, Outcome, Reading, Standing

SECRET_HEADERS = frozenset({"cookie", "set-cookie", "authorization", "proxy-authorization", "proxy-authenticate"})
ADDRESS_HEADERS = frozenset({"location", "content-location", "referer", "refresh"})

WAY_OUT_FAILURES = frozenset({"dns", "refused", "proxy", "certificate"})
"""Failures that say nothing of an article: the way to WeChat itself is closed."""

MOST_PATIENCE = timedelta(days=30)

CUT = "the body is shorter than its Content-Length"


class Refused(IgnoreRequest):
    """The guard did not let a request go. ``reason`` is a word of crawler.guard.refusal."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{reason}: {url}")
        self.url = url
        self.reason = reason


def clean_headers(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Header lines as text, in their order, secrets cut."""
    lines = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
    return tuple(
        (name, cut_secrets(value) if name.lower() in ADDRESS_HEADERS else value)
        for name, value in lines
        if name.lower() not in SECRET_HEADERS
    )


def failure_word(error: BaseException) -> str:
    """One word for why an exchange failed: dns, refused, proxy, certificate, timeout, too_large, guard, lost."""
    causes = list(_causes(error))
    for kind, word in FAILURES:
        if any(isinstance(cause, kind) for cause in causes):
            return "lost" if word == "proxy" and _is_gateway_trouble(causes) else word
    return "lost"


FAILURES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (Refused, "guard"),
    (IgnoreRequest, "unusable"),  # too many redirects, or a body that unpacks to more than its limit
    (CannotResolveHostError, "dns"),
    ((DownloadConnectionRefusedError, NoRouteError), "refused"),
    (TunnelError, "proxy"),
    (VerificationError, "certificate"),
    (TlsError, "certificate"),
    (DownloadTimeoutError, "timeout"),
    (DownloadCancelledError, "too_large"),
    (ConnectError, "refused"),
)


def failed_reading(error: BaseException) -> Reading:
    """What a visit that brought no page home tells."""
    word = failure_word(error)
    refused_here = word in ("guard", "unusable", "too_large")
    outcome = Outcome.UNRECOGNISED if refused_here else Outcome.UNREACHABLE
    return told_by("exchange", f"{word}: {error}"[:300], outcome)


def told_by(test: str, seen: str, outcome: Outcome) -> Reading:
    """A reading that does not rest on a page's content."""
    return Reading(reader_version=READER_VERSION, outcome=outcome, evidence=(Evidence(test=test, seen=seen),))


def judged(reading: Reading, *, status: int, is_cut: bool) -> Reading:
    """The page's reading, in the light of the exchange that brought it.

    WeChat answers 200 whatever it shows (docs/wechat.md, ground rules): another status is somebody's between us
    and it. A body shorter than its own Content-Length is truncated, whatever can be read of it.
    """
    if is_cut:
        return _overruled(reading, Outcome.TRUNCATED, CUT)
    if reading.outcome.standing is not Standing.UNKNOWN:
        return reading
    if status == 429:
        return _overruled(reading, Outcome.RATE_LIMITED, "status 429")
    if status >= 500:
        return _overruled(reading, Outcome.UNREACHABLE, f"status {status}")
    return reading


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait: seconds, or a moment; None where it says nothing of use."""
    if not value:
        return None
    if value.strip().isdigit():
        return min(timedelta(seconds=int(value.strip()[:9])), MOST_PATIENCE)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return max(timedelta(), min((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now, MOST_PATIENCE))


def _overruled(reading: Reading, outcome: Outcome, seen: str) -> Reading:
    return replace(reading, outcome=outcome, evidence=(Evidence(test="exchange", seen=seen), *reading.evidence))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception, and all that lies under it: its causes, and the reasons that Twisted gathers."""
    yield error
    for failure in getattr(error, "reasons", None) or ():
        yield from _causes(failure.value)
    if error.__cause__ is not None:
        yield from _causes(error.__cause__)


def _is_gateway_trouble(causes: list[BaseException]) -> bool:
    """Whether the proxy let us in but could not reach this host just now (502, 503, 504)."""
    return any(f"'status': {code}" in str(cause) for cause in causes for code in (502, 503, 504))
