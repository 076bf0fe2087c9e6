"""Where each link of a bulletin shall lead: the fate of an address, told by the archive.

A link leads to the first snapshot at or after the bulletin's day, else to the nearest; of a bulletin without a day,
to the first snapshot. A link that leads to this archive already keeps its snapshot, so that restoring a restored
bulletin changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from crawler.wechat import urls
from storage.archive import Archive
from storage.errors import NotAnArticle, WrongUsage
from storage.records import Address, SnapshotView, Standing

CHINA = ZoneInfo("Asia/Shanghai")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
HOST = re.compile(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]")
NOWHERE = re.compile(r"(?!)")  # fits nothing
SINCE_LOST = (Standing.GONE, Standing.MOVED)


class WrongBaseURL(WrongUsage):
    """The public address of the reading room is no address that a link could lead to."""

    words = (
        "{url} cannot be the address of a reading room. Give it as https://archive.example.org; a folder may follow "
        "the host, but no question mark, number sign or user name."
    )


class Fate(StrEnum):
    """What becomes of a link."""

    REPLACED = "replaced"
    LEFT = "left"  # its article can still be read at WeChat, and only lost ones were asked for
    NEVER_KEPT = "never_kept"
    NOT_AN_ARTICLE = "not_an_article"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredLink:
    """One link to WeChat in a bulletin, and where it leads now. ``cited_url`` has its session secrets cut."""

    cited_url: str
    article_url: str | None
    fate: Fate
    snapshot: str | None = None  # public id
    replay_url: str | None = None
    captured_at: datetime | None = None


PlaceOfCopy = Callable[[SnapshotView], str]
"""From a snapshot to the address that a link leads to."""


class Links:
    """The fates of a bulletin's addresses, each asked of the archive once.

    Links lead to the reading room at ``base_url``; where there is none, to what ``place_of`` says.
    """

    def __init__(
        self,
        archive: Archive,
        base_url: str | None,
        *,
        published_on: date | None,
        only_gone: bool,
        place_of: PlaceOfCopy | None = None,
    ) -> None:
        self._archive = archive
        self._place_of = place_of or (lambda snapshot: f"{base_url}{snapshot.replay_path}")
        self._longest_before = len(base_url or "") + len("/web/YYYYMMDDhhmmss/")
        self._at = datetime.combine(published_on, time(), CHINA).astimezone(UTC) if published_on else LONG_AGO
        self._only_gone = only_gone
        self._fates: dict[str, RestoredLink | None] = {}
        self._led = re.compile(re.escape(base_url) + r"/web/([0-9]{14})/") if base_url else NOWHERE

    def fate(self, cited_url: str) -> RestoredLink | None:
        """Return the fate of an address, in any spelling; None when it has nothing to do with WeChat."""
        if cited_url not in self._fates:
            self._fates[cited_url] = self._led_already(cited_url) or self._ask(cited_url)
        return self._fates[cited_url]

    def begin_before(self, text: str, start: int) -> int:
        """Return where the link begins whose article's address begins at ``start``: there, or before it, when what
        stands before makes it an address of this archive."""
        reach = max(0, start - self._longest_before)
        led = self._led.search(text, reach, start)
        return led.start() if led and led.end() == start else start

    def _led_already(self, url: str) -> RestoredLink | None:
        led = self._led.match(url)
        if led is None:
            return None
        try:
            address = urls.read_address(url[led.end() :])
            at = datetime.strptime(led[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except (NotAnArticle, ValueError):
            return None
        snapshot = self._archive.snapshot(address, at=at)
        return RestoredLink(
            cited_url=address.cited_url,
            article_url=address.article_url,
            fate=Fate.REPLACED,
            snapshot=snapshot.snapshot if snapshot else None,
            replay_url=url,
            captured_at=at,
        )

    def _ask(self, cited_url: str) -> RestoredLink | None:
        try:
            address = urls.read_address(cited_url)
        except NotAnArticle:
            if not is_wechat(cited_url):
                return None
            return RestoredLink(cited_url=urls.cut_secrets(cited_url), article_url=None, fate=Fate.NOT_AN_ARTICLE)
        return self._lead(address)

    def _lead(self, address: Address) -> RestoredLink:
        snapshot = self._archive.snapshot(address, at=self._at, or_after=True)
        if snapshot is None:
            return RestoredLink(cited_url=address.cited_url, article_url=address.article_url, fate=Fate.NEVER_KEPT)
        if self._only_gone and self._standing(address) not in SINCE_LOST:
            return RestoredLink(cited_url=address.cited_url, article_url=address.article_url, fate=Fate.LEFT)
        return RestoredLink(
            cited_url=address.cited_url,
            article_url=address.article_url,
            fate=Fate.REPLACED,
            snapshot=snapshot.snapshot,
            replay_url=self._place_of(snapshot),
            captured_at=snapshot.captured_at,
        )

    def _standing(self, address: Address) -> Standing | None:
        article = self._archive.article(address)
        return article.standing if article else None


def is_wechat(url: str) -> bool:
    """Whether an address names one of WeChat's article hosts, whatever else may be wrong with it."""
    try:
        host = urlsplit(url.strip()).hostname
    except ValueError:
        return False
    return host is not None and urls.is_wechat_host(host)


def read_base_url(url: str) -> str:
    """Return the reading room's address in the form in which links begin: ASCII, without a slash at its end.

    Raises WrongBaseURL unless it is an http or https address of a host, with no user, query or fragment.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
        name = f"[{host}]" if ":" in host else host.encode("idna").decode()
    except ValueError as error:
        raise WrongBaseURL(url=url) from error
    has_more = parts.username is not None or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(name) or has_more:
        raise WrongBaseURL(url=url)
    path = quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~-._")
    return f"{parts.scheme}://{name}{f':{port}' if port is not None else ''}{path}"
