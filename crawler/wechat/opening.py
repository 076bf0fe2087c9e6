"""Bytes into a `Page`: unpacked, decoded, bounded, and parsed once.

What is too large, too deep or no page at all becomes a `Page` without a tree, with the reason as evidence; nothing
is raised for what the bytes hold (design, section 3.8). Why Beautiful Soup over the whole page, and what it costs:
docs/decisions/one-parse.md.
"""

from __future__ import annotations

import gc
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bs4 import BeautifulSoup, Comment, Tag
from bs4.builder import ParserRejectedMarkup
from bs4.builder._lxml import LXMLTreeBuilder

from storage.records import Evidence

from . import landmarks
from .decoding import decode
from .mhtml import find_html_part
from .variables import Variables, read_variables

_TAG = re.compile(rb"<(?P<close>/?)(?P<name>[A-Za-z][^\s/>]*+)")
_SCRIPT_END = re.compile(rb"</(?i:script|style)")  # the case aside, so that it is sought by its first two bytes
_SAVED_FROM = re.compile(r"^\s*saved from url=\(\d+\)(?P<url>\S+)|^\s*(?P<bare>https?://\S+)")

# Elements that hold nothing, and those that a following one closes: neither makes a page deeper.
_SHALLOW = frozenset(
    bytes.split(
        b"area base br col embed hr img input link meta param source track wbr "
        b"p li dt dd tr td th thead tbody tfoot option optgroup colgroup"
    )
)


@dataclass(frozen=True, slots=True)
class Page:
    """One HTML document, parsed at most once. Without a tree, ``fault`` says why there is none."""

    final_url: str | None
    text: str = ""
    soup: BeautifulSoup | None = None
    fault: Evidence | None = None
    saved_as: str | None = None  # mhtml, browser_saved, rendered_dom, where a note in the file says so
    saved_from: str | None = None  # the address that this note gives
    ids: dict[str, Tag] = field(default_factory=dict)
    elements: tuple[Tag, ...] = ()
    scripts: tuple[str, ...] = ()
    variables: Variables = field(default_factory=Variables)

    def meta(self, name: str) -> str | None:
        """The content of the first meta element of this name or property."""
        for tag in self.elements:
            if tag.name == "meta" and name in (tag.get("property"), tag.get("name")):
                return str(tag.get("content") or "")
        return None


class TooMuch(Exception):
    """A page would take longer to build into a tree than any article does."""


class BoundedBuilder(LXMLTreeBuilder):
    """Beautiful Soup's lxml builder for HTML, within a bound of work: TooMuch is raised where that is spent.

    What is cheap to write is not cheap to hold: 16 MB of empty comments cost 11 seconds and a gigabyte. So everything
    that makes a node, or a part of one, is counted as it comes.
    """

    work_left = landmarks.MAX_WORK

    def start(self, tag: str | bytes, attrib: Any, nsmap: Any = None) -> None:
        """Take an element. HTML has no namespaces: what the original does about them is a third of its time."""
        self._spend(ELEMENT + ATTRIBUTE * len(attrib))
        assert self.soup is not None
        attributes = self.attribute_dict_class(attrib)
        self.soup.handle_starttag(str(tag), None, None, attributes, namespaces=self.active_namespace_prefixes[-1])

    def data(self, data: str | bytes) -> None:
        """Take a piece of text."""
        self._spend(TEXT)
        super().data(data)

    def comment(self, text: str | bytes) -> None:
        """Take a comment."""
        self._spend(COMMENT)
        super().comment(text)

    def pi(self, target: str, data: str) -> None:
        """Take a processing instruction, which HTML does not have."""
        self._spend(COMMENT)
        super().pi(target, data)

    def doctype(self, name: str, pubid: str, system: str) -> None:
        """Take a document type."""
        self._spend(COMMENT)
        super().doctype(name, pubid, system)

    def _spend(self, work: int) -> None:
        self.work_left -= work
        if self.work_left < 0:
            raise TooMuch


# What each costs in microseconds of CPU, the reading that follows counted in (docs/decisions/one-parse.md).
ELEMENT = 20
ATTRIBUTE = 3
COMMENT = 6
TEXT = 1


def open_page(body: bytes, final_url: str | None = None, content_type: str | None = None) -> Page:
    """Return the page that these bytes are, MHTML unpacked; never raises, whatever the bytes."""
    part = find_html_part(body)
    html = part.body if part else body
    if len(html) > landmarks.MAX_BYTES:
        return Page(final_url=final_url, fault=Evidence(test="bounds", seen="too_large"))
    text, utf8 = decode(html, part.content_type if part else content_type)
    excess = find_excess(utf8)
    if excess:
        return Page(final_url=final_url, text=text, fault=Evidence(test="bounds", seen=excess))
    try:
        soup = parse(utf8)
    except TooMuch:
        return Page(final_url=final_url, text=text, fault=Evidence(test="bounds", seen="too_many_tags"))
    if soup is None:
        return Page(final_url=final_url, text=text, fault=Evidence(test="form", seen="not_html"))
    page = index(soup, text, final_url)
    return replace(page, saved_as="mhtml", saved_from=page.saved_from or part.location) if part else page


def find_excess(utf8: bytes) -> str | None:
    """Return ``too_many_tags`` or ``too_deep`` for a page that no tree shall be built of, else None.

    Scripts and styles are stepped over, as the parser does. A page with few angle brackets needs no count of its tags.
    All is sought in bytes, which is several times quicker than in a text.
    """
    brackets = utf8.count(b"<")
    if brackets <= landmarks.MAX_NESTING:
        return None
    if brackets <= landmarks.MAX_TAGS and brackets - utf8.count(b"</") <= landmarks.MAX_NESTING:
        return None
    tags = depth = at = 0
    while tag := _TAG.search(utf8, at):
        at = tag.end()
        tags += 1
        name = tag["name"].lower()
        if tags > landmarks.MAX_TAGS:
            return "too_many_tags"
        if name in (b"script", b"style") and not tag["close"]:
            end = _SCRIPT_END.search(utf8, at)
            at = end.start() if end else len(utf8)
        elif name not in _SHALLOW:
            depth = max(0, depth - 1) if tag["close"] else depth + 1
            if depth > landmarks.MAX_NESTING:
                return "too_deep"
    return None


def parse(utf8: bytes) -> BeautifulSoup | None:
    """Return the tree of a page in UTF-8, or None where there is nothing to make one of. Raises TooMuch."""
    builder = BoundedBuilder(huge_tree=True, multi_valued_attributes=None)
    with warnings.catch_warnings(), paused_collection():
        warnings.simplefilter("ignore")  # that it looks like XML or an address: it is read as HTML all the same
        try:
            soup = BeautifulSoup(utf8, builder=builder, from_encoding="utf-8")
        except ParserRejectedMarkup:
            return None
    return soup if soup.find(True) else None


@contextmanager
def paused_collection() -> Iterator[None]:
    """Hold back the garbage collector: it would walk the growing tree again and again, for half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def index(soup: BeautifulSoup, text: str, final_url: str | None) -> Page:
    """Walk the tree once and note what the readers ask for by name."""
    ids: dict[str, Tag] = {}
    elements: list[Tag] = []
    note: re.Match[str] | None = None
    for node in soup.descendants:
        if isinstance(node, Tag):
            elements.append(node)
            if identifier := node.get("id"):
                ids.setdefault(str(identifier), node)
        elif isinstance(node, Comment) and not elements:
            note = note or _SAVED_FROM.match(node)
    scripts = tuple(str(tag.string) for tag in elements if tag.name == "script" and tag.string)
    return Page(
        final_url=final_url,
        text=text,
        soup=soup,
        saved_as=("browser_saved" if note["url"] else "rendered_dom") if note else None,
        saved_from=(note["url"] or note["bare"]) if note else None,
        ids=ids,
        elements=tuple(elements),
        scripts=scripts,
        variables=read_variables(scripts),
    )
