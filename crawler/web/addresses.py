"""Which article a request asks for: everything behind the prefix is somebody's address, its query included."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from fastapi import Request

from crawler.wechat.urls import read_address
from storage.records import Address, SnapshotView

MOMENT = re.compile(r"(\d{4,14})/(.+)", re.S)
EARLIEST = "00000101000000"  # what a moment of fewer digits begins with: 2024 is the first second of that year


class WrongMoment(ValueError):
    """Digits where a moment should stand, that are none."""


def asked_address(request: Request, prefix: str) -> str:
    """Return the address behind ``prefix``, as it was asked for.

    The path is taken as it came over the wire: the server's own decoding would turn an escaped ``&`` of the address
    into one of its separators. Proxies that merge slashes are forgiven.
    """
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    path = raw.decode("latin-1").partition("?")[0].removeprefix(prefix)
    query = request.scope.get("query_string", b"").decode("latin-1")
    if not re.match(r"[a-z]+:/", path.partition("/")[2] if MOMENT.fullmatch(path) else path, re.I):
        path = unquote(path)
    path = re.sub(r"(^|/)(https?):/(?=[^/])", r"\1\2://", path, count=1, flags=re.I)
    return f"{path}?{query}" if query else path


def split_moment(asked: str) -> tuple[datetime | None, str]:
    """Return the moment that stands before an address, if one does, and the address. Raises WrongMoment."""
    match = MOMENT.fullmatch(asked)
    if match is None:
        return None, asked
    digits = match.group(1)
    try:
        moment = datetime.strptime(digits + EARLIEST[len(digits) :], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise WrongMoment(digits) from error
    return moment, match.group(2)


def meant_article(asked: str) -> Address:
    """Return the article that an address means, in any spelling. Raises NotAnArticle."""
    return read_address(asked.strip())


def page_number(asked: str, *, most: int = 9_999_999) -> int:
    """Which page of a list is asked for; the first for what is no such number."""
    return min(int(asked), most) if re.fullmatch(r"[1-9]\d{0,6}", asked, re.A) else 1


def record_path(article_url: str) -> str:
    """The address of an article's page in the reading room."""
    return "/article/" + href(article_url)


def raw_path(captured_at: datetime, article_url: str) -> str:
    """The address of a page as received."""
    return f"/raw/{captured_at:%Y%m%d%H%M%S}/{href(article_url)}"


def compare_path(earlier: SnapshotView, later: SnapshotView) -> str:
    """The address of the page that shows what changed between two copies of an article."""
    moments = f"{earlier.captured_at:%Y%m%d%H%M%S}/{later.captured_at:%Y%m%d%H%M%S}"
    return f"/compare/{moments}/{href(later.article_url)}"


def href(url: str) -> str:
    """An address fit for a header or a link: nothing in it but what may stand there."""
    return quote(url, safe=":/?&=%~-_.+*@!$,;'()[]")
