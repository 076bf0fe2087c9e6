"""One exchange over HTTP as WARC keeps it: what was asked and what was answered, nothing secret in either."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from crawler.mirror.exports.warc_file import REQUEST, RESPONSE, Record, Written, is_compressed
from crawler.wechat import urls
from storage.records import Headers, Hop

RENAMED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
SECRET = frozenset({"cookie", "set-cookie", "set-cookie2", "authorization", "proxy-authorization"})
WITH_ADDRESS = frozenset({"location", "content-location", "referer", "link", "refresh"})
LINE_END = re.compile(r"[\r\n\0]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A hop with the body of its answer. ``name`` tells the capture that it belongs to from all others."""

    hop: Hop
    body: bytes
    name: str
    media_type: str | None = None  # as told from the bytes

    @property
    def has_answer(self) -> bool:
        """Whether the other side answered at all."""
        return self.hop.status > 0

    def holding(self, body: bytes, *, media_type: str | None = None) -> Exchange:
        """Return the same exchange with its body."""
        return replace(self, body=body, media_type=media_type)


def response_record(exchange: Exchange, at: int, date: datetime) -> Record:
    """Return the answer; ``at`` counts the hops of its capture from 0."""
    identified = [("WARC-Identified-Payload-Type", exchange.media_type)] if exchange.media_type else []
    return Record(
        type="response",
        name=f"{exchange.name} {at}",
        date=date,
        uri=target_uri(exchange.hop.url),
        content_type=RESPONSE,
        head=response_head(exchange),
        payload=exchange.body,
        payload_sha256=hashlib.sha256(exchange.body).hexdigest(),
        links=(*ip_address(exchange.hop), *identified),
        is_compressed=is_compressed(exchange.media_type or ""),
    )


def request_record(exchange: Exchange, at: int, date: datetime, response: Written | None) -> Record:
    """Return the question that an answer was given to."""
    return Record(
        type="request",
        name=f"{exchange.name} {at}",
        date=date,
        uri=target_uri(exchange.hop.url),
        content_type=REQUEST,
        head=request_head(exchange.hop),
        links=(*([("WARC-Concurrent-To", response.id)] if response else []), *ip_address(exchange.hop)),
    )


def response_head(exchange: Exchange, *, size: int | None = None) -> bytes:
    """Return status line and headers as they came, but for the three that the decoded body would belie.

    ``size`` is the decoded body's, where that is not at hand.
    """
    hop = exchange.hop
    named = [
        (f"X-Archive-Orig-{name}" if name.lower() in RENAMED else name, value) for name, value in hop.response_headers
    ]
    true_length = ("Content-Length", str(len(exchange.body) if size is None else size))
    return head(f"{hop.protocol} {hop.status} {hop.reason}", (*named, true_length))


def request_head(hop: Hop) -> bytes:
    """Return request line and headers as they were sent."""
    parts = urlsplit(urls.cut_secrets(hop.url))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return head(f"{hop.method} {target} {hop.protocol}", hop.request_headers)


def target_uri(url: str) -> str:
    """Return an address as the target of a record: without session secrets, and as it is asked for."""
    return urls.cut_secrets(url).partition("#")[0]


def head(first: str, headers: Headers) -> bytes:
    """Return the head of a message, its empty line included; secrets are left out, line ends cannot be smuggled in."""
    kept = [(name, value) for name, value in headers if name.lower() not in SECRET]
    lines = [first, *(f"{name}: {shown(name, value)}" for name, value in kept)]
    return b"".join(encoded(LINE_END.sub(" ", line)) + b"\r\n" for line in lines) + b"\r\n"


def shown(name: str, value: str) -> str:
    """Return a header's value, its addresses without session secrets."""
    return urls.cut_secrets(value) if name.lower() in WITH_ADDRESS else value


def encoded(line: str) -> bytes:
    """Return a header line as it went over the wire: one byte a character where that can be."""
    try:
        return line.encode("latin-1")
    except UnicodeEncodeError:
        return line.encode("utf-8", "replace")


def ip_address(hop: Hop) -> list[tuple[str, str]]:
    """Return the field for the address that answered, where it is known."""
    return [("WARC-IP-Address", hop.ip_address)] if hop.ip_address else []
