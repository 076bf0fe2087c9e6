"""What a list of bulletins says: a web page, a feed (RSS, Atom) or a sitemap. Pure; its content tells which it is.

A list is somebody else's text. Feeds and sitemaps are read as XML without entities, DTDs or network; a document that
declares entities is refused, since no publisher's does. Sizes and numbers are bounded, and what lies beyond is said.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from zoneinfo import ZoneInfo

from lxml import etree

from storage.errors import ReadingError

MOST_LINKS = 5_000  # of a web page
MOST_ENTRIES = 50_000  # of a feed or sitemap; what the protocol of sitemaps allows
LARGEST = 52_428_800  # bytes, unpacked; the same
HEAD = 4_096  # bytes in which a document shows what it is

CHINA = ZoneInfo("Asia/Shanghai")
XML_LIST = re.compile(rb"<(?:[\w.-]+:)?(rss|feed|RDF|urlset|sitemapindex)[\s>/]")
GZIP = b"\x1f\x8b"


class ListKind(StrEnum):
    """What a list of bulletins is."""

    PAGE = "page"
    FEED = "feed"
    SITEMAP = "sitemap"
    SITEMAP_INDEX = "sitemap_index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link of a list; of a feed also the files that go with it."""

    url: str
    changed_at: datetime | None = None  # when it was last changed, where the list says so
    title: str | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a list holds, in its order. ``is_cut``: it has more than is read."""

    kind: ListKind
    entries: tuple[Entry, ...]
    is_cut: bool = False


class UnreadableList(ReadingError):
    """A list that cannot be read. ``reason`` is a failure's code."""

    words = "The list cannot be read: {reason}."


def read_list(body: bytes, base_url: str) -> Listing:
    """What a list says. Raises UnreadableList."""
    body = unpacked(body)
    if not XML_LIST.search(body[:HEAD].replace(b"\0", b"")):  # UTF-16 has a zero beside each letter
        return read_page(body, base_url)
    root = parse(body)
    name = local_name(root)
    if name == "sitemapindex":
        return limited(ListKind.SITEMAP_INDEX, sitemap_entries(root, "sitemap", base_url))
    if name == "urlset":
        return limited(ListKind.SITEMAP, sitemap_entries(root, "url", base_url))
    return limited(ListKind.FEED, feed_entries(root, base_url))


def read_page(body: bytes, base_url: str) -> Listing:
    """Every web address that a page links to, absolute, without fragments, in order, each once."""
    from bs4 import BeautifulSoup  # where lists are read; a crawl's first process only asks for them

    page = BeautifulSoup(body, "lxml")
    base = page.find("base", href=True)
    start = resolved(str(base["href"]), base_url) if base else None
    anchors = page.find_all("a", href=True, limit=MOST_LINKS + 1)
    entries: dict[str, Entry] = {}
    for anchor in anchors[:MOST_LINKS]:
        if url := resolved(str(anchor["href"]), start or base_url):
            entries.setdefault(url, Entry(url=url, title=" ".join(anchor.get_text(" ").split()) or None))
    return Listing(kind=ListKind.PAGE, entries=tuple(entries.values()), is_cut=len(anchors) > MOST_LINKS)


def feed_entries(root: etree._Element, base_url: str) -> Iterator[Entry]:
    """The entries of a feed: RSS's items, Atom's entries."""
    for element in root.iter("{*}item", "{*}entry"):
        page, files = None, []
        for link in element.iterchildren("{*}link", "{*}enclosure"):
            url = resolved(link.get("href") or link.get("url") or link.text or "", base_url)
            if url and (local_name(link) == "enclosure" or link.get("rel") == "enclosure"):
                files.append(url)
            elif url and link.get("rel", "alternate") == "alternate":
                page = page or url
        if page is None:
            page = permanent_link(element, base_url)
        if page or files:
            yield Entry(
                url=page or files[0],
                changed_at=latest(
                    text_of(element, name) for name in ("updated", "modified", "pubDate", "published", "date")
                ),
                title=text_of(element, "title"),
                files=tuple(files),
            )


def permanent_link(element: etree._Element, base_url: str) -> str | None:
    """The address that an item of RSS gives as its guid, where it says nowhere that this is none."""
    guid = element.find("{*}guid")
    if guid is None or guid.get("isPermaLink", "true") != "true" or "://" not in (guid.text or ""):
        return None
    return resolved(guid.text or "", base_url)


def sitemap_entries(root: etree._Element, name: str, base_url: str) -> Iterator[Entry]:
    """The addresses of a sitemap, or of an index of sitemaps."""
    for element in root.iterchildren("{*}" + name):
        if url := resolved(text_of(element, "loc") or "", base_url):
            yield Entry(url=url, changed_at=moment(text_of(element, "lastmod")))


def limited(kind: ListKind, found: Iterator[Entry]) -> Listing:
    """A listing of so many entries as are read, each address once."""
    entries: dict[str, Entry] = {}
    for entry in found:
        if len(entries) == MOST_ENTRIES:
            return Listing(kind=kind, entries=tuple(entries.values()), is_cut=True)
        entries.setdefault(entry.url, entry)
    return Listing(kind=kind, entries=tuple(entries.values()))


def parse(body: bytes) -> etree._Element:
    """The root of an XML document; what is merely badly written is put right. Raises UnreadableList."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, recover=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableList(reason="damaged_list") from error
    if root is None:
        raise UnreadableList(reason="damaged_list")
    subset: Any = root.getroottree().docinfo.internalDTD
    if subset is not None and next(iter(subset.iterentities()), None) is not None:
        raise UnreadableList(reason="entities")
    return root


def unpacked(body: bytes) -> bytes:
    """The bytes of a list that may be packed (sitemap.xml.gz). Raises UnreadableList when they are too many."""
    if body.startswith(GZIP):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            body = unpacker.decompress(body, LARGEST + 1)
        except zlib.error as error:
            raise UnreadableList(reason="damaged_list") from error
    if len(body) > LARGEST:
        raise UnreadableList(reason="too_large")
    return body


def resolved(written: str, base_url: str) -> str | None:
    """A link's web address, absolute, without its fragment; None where it leads nowhere on the web."""
    if not written.strip():
        return None
    try:
        url = urldefrag(urljoin(base_url, written.strip())).url
        return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else None
    except ValueError:
        return None


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(etree.QName(element).localname)


def text_of(element: etree._Element, name: str) -> str | None:
    """The text of an element's first child of this name."""
    text = element.findtext("{*}" + name)
    return " ".join(text.split()) or None if text else None


def latest(written: Iterator[str | None]) -> datetime | None:
    """The latest of the moments that can be read."""
    return max(filter(None, map(moment, written)), default=None)


def moment(written: str | None) -> datetime | None:
    """A moment as feeds (RFC 822) and sitemaps (ISO 8601) write it, in UTC; without a zone it is China's.

    A day is taken as its end: what changed on it may have changed as late as that.
    """
    if not written:
        return None
    try:
        found = datetime.fromisoformat(written) if written[:4].isdigit() else parsedate_to_datetime(written)
        if len(written) == len("2026-03-13"):
            found = datetime.combine(found.date(), time(), CHINA) + timedelta(days=1)
        return (found if found.tzinfo else found.replace(tzinfo=CHINA)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
