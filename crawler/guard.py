"""Where a request may go at all.

A bulletin is somebody else's text, and so is a redirect: left to themselves they could lead the crawl into the
institution's own network. So each errand has its list of hosts, looked at on every hop (``refusal``), and below it the
resolver refuses names that lead to private addresses (``GuardedResolver``). Twisted dials the very address that was
checked, so a name that changes its answer between check and use gains nothing.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from crawler.wechat.urls import is_asset_host, is_wechat_host

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred

TRUSTED_HOSTS = "WXMIRROR_TRUSTED_HOSTS"
"""The Scrapy setting with the names that may lead to private addresses: proxies, and sources that say so."""

WEB_PORTS = frozenset({80, 443})

logger = logging.getLogger(__name__)


class Errand(StrEnum):
    """What a request is for; decides where it may go."""

    ARTICLE = "article"
    ASSET = "asset"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Origin:
    """A host that the operator wrote for a source, and the ports that go with it."""

    host: str
    ports: frozenset[int]
    allow_private: bool = False
    source: str = ""  # empty: named on the command line


def named_origin(url: str, *, allow_private: bool = False, source: str = "") -> Origin:
    """The origin that an operator's URL names: its own port where it has one, else 80 and 443."""
    parts = urlsplit(url)
    ports = frozenset({parts.port}) if parts.port else WEB_PORTS
    return Origin((parts.hostname or "").lower(), ports, allow_private, source)


def refusal(url: str, errand: Errand, origins: Iterable[Origin] = ()) -> str | None:
    """Why a request may not be sent: scheme, user_info, port, address or host; None when it may."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "host"
    if parts.scheme not in ("http", "https"):
        return "scheme"
    if "@" in parts.netloc:
        return "user_info"
    port = port or (443 if parts.scheme == "https" else 80)
    if errand is Errand.SOURCE:
        return _source_refusal(host, port, [origin for origin in origins if origin.host == host])
    if port not in WEB_PORTS:
        return "port"
    if _literal(host):
        return "address"
    is_known = is_wechat_host(host) or (errand is Errand.ASSET and is_asset_host(host))
    return None if is_known else "host"


def proxy_hosts() -> frozenset[str]:
    """The hosts of the proxies that the environment names."""
    named = (urlsplit(url if "//" in url else f"//{url}").hostname for url in getproxies().values())
    return frozenset(host.lower() for host in named if host)


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, refusing names that lead to private or local addresses."""

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self.trusted_hosts: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        """The resolver that Scrapy's settings ask for."""
        resolver: GuardedResolver = super().from_crawler(crawler, reactor)
        resolver.trusted_hosts = frozenset(crawler.settings.getlist(TRUSTED_HOSTS))
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        """The address of a name. Fails with DNSLookupError when it is private and the name is not trusted."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        if name.lower() in self.trusted_hosts:
            return found
        return found.addCallback(self._public_only, name)

    def _public_only(self, address: str, name: str) -> str:
        if is_public(address):
            return address
        logger.warning("refused: %s leads to the private address %s", name, address)
        raise DNSLookupError(f"{name} leads to the private address {address}")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's."""
    found = ipaddress.ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global and not (mapped or found).is_multicast


def leads_inside(host: str) -> bool:
    """Whether a name that could not be used leads only to addresses that are not the public internet's. Blocks."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return bool(found) and not any(is_public(address.partition("%")[0]) for address in found)


def _source_refusal(host: str, port: int, named: list[Origin]) -> str | None:
    if not named:
        return "host"
    if all(port not in origin.ports for origin in named):
        return "port"
    if _literal(host) and not any(origin.allow_private for origin in named) and not is_public(host):
        return "address"
    return None


def _literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # Decimal, octal and hexadecimal spellings (2130706433, 0x7f000001, 127.1) are what resolvers take for numbers.
        return host.rpartition(".")[2].isdigit() or host.rpartition(".")[2].startswith("0x")
    return True
