"""What the simulated site has published, what was asked of it, and what an article's address means to WeChat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

from .articles import ORIGIN, SimulatedArticle


@dataclass(frozen=True, kw_only=True)
class Published:
    """An article on the site and its addresses (None: it has no address of that form)."""

    name: str
    short_url: str | None
    long_url: str | None
    article: SimulatedArticle | None = None  # None: a saved page

    @property
    def url(self) -> str:
        """The address that a bulletin would print: the short one, where there is one."""
        return self.short_url or self.long_url or ""


@dataclass(frozen=True, kw_only=True)
class PublishedArticle(Published):
    """One that was written here: it has both addresses."""

    short_url: str
    long_url: str
    article: SimulatedArticle


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One request that reached the site, and what it was answered."""

    method: str
    url: str
    headers: dict[str, str]  # names in lower case
    at: datetime
    moment: float  # of the monotonic clock, in seconds
    connection: int
    status: int

    @property
    def host(self) -> str:
        """The host that was asked."""
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        """The path and the query."""
        url = urlsplit(self.url)
        return url.path + (f"?{url.query}" if url.query else "")


def plain(url: str) -> str:
    """An address without scheme and fragment: the form in which addresses are compared."""
    parts = urlsplit(url)
    return f"//{parts.netloc}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


def address(url: str) -> tuple[str, ...]:
    """What an article's address means to WeChat: its token, its three numbers, or its signature."""
    parts = urlsplit(url)
    if parts.path.startswith("/s/"):
        return ("token", parts.path[3:])
    query = dict(parse_qsl(parts.query))
    if biz := query.get("__biz"):
        mid, idx = query.get("mid") or query.get("appmsgid"), query.get("idx") or query.get("itemidx")
        return ("identity", biz.rstrip("="), mid or "", idx or "1")
    return ("temporary", query.get("signature") or query.get("tempkey") or "")


def captcha_url(url: str) -> str:
    """Where WeChat sends whom it suspects."""
    return f"{ORIGIN}/mp/wappoc_appmsgcaptcha?poc_token=HAnHSimulatedPocToken&target_url={quote(url, safe='')}"
