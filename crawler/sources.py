"""What an index page links to, and which of its links are bulletins. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup

# What institutions put their bulletins out as. A source whose bulletins are web pages names its own link_pattern.
DOCUMENTS = r"\.(pdf|docx?|wps|ofd|rtf|xlsx?|csv|txt|md|eml|zip)([?#]|$)"
MOST_LINKS = 5000


def find_links(body: bytes, base_url: str) -> list[str]:
    """Every web address that a page links to, absolute, without fragments, in order, each once."""
    page = BeautifulSoup(body, "lxml")
    base = page.find("base", href=True)
    start = urljoin(base_url, str(base["href"])) if base else base_url
    links: dict[str, None] = {}
    for anchor in page.find_all("a", href=True, limit=MOST_LINKS):
        try:
            link = urldefrag(urljoin(start, str(anchor["href"]).strip())).url
            is_web = urlsplit(link).scheme in ("http", "https")
        except ValueError:
            continue
        if is_web:
            links[link] = None
    return list(links)


def bulletin_links(links: Iterable[str], pattern: str | None, *, next_pattern: str | None = None) -> list[str]:
    """Those of the links that are bulletins: the source's pattern, else what ends like a document."""
    found = re.compile(pattern or DOCUMENTS, 0 if pattern else re.IGNORECASE)
    leads_on = re.compile(next_pattern) if next_pattern else None
    return [link for link in links if found.search(link) and not (leads_on and leads_on.search(link))]


def next_page(links: Iterable[str], pattern: str | None, seen: Iterable[str]) -> str | None:
    """The first link to a further page of the index that was not seen yet."""
    known = set(seen)
    return next((link for link in links if pattern and re.search(pattern, link) and link not in known), None)
