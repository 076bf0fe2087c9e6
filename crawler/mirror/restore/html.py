"""HTML pages: the href of a link is replaced inside its tag, with the marks of Robust Links beside it.

Only ``a[href]`` is touched. Nothing is parsed and written again: the places of the values are found, and every byte
around them stays. https://robustlinks.mementoweb.org/spec/ defines the three attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

from crawler.mirror.restore.links import Links, RestoredLink
from crawler.mirror.restore.rewriting import Caution, Rewritten
from crawler.mirror.restore.text import decode
from crawler.wechat import urls

# What a browser's tokeniser takes in one piece. Every alternative ends at the end of the page at the latest, so that
# a page of unclosed tags is still read in one pass.
MARKUP = re.compile(
    r"""
    <!--(?: -?> | .*? (?: --!?> | \Z ) )                                                    # a comment
    | <(?P<raw>script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>])
      .*? (?: </(?P=raw)(?=[\s/>]) | \Z )                                                   # text that holds no tags
    | <(?P<end>/?)(?P<name>[a-z][^\s/>]*+)
      (?P<body> (?: = \s*+ (?: "[^"]*+(?:"|\Z) | '[^']*+(?:'|\Z) )?+ | [^>=] )*+ ) (?: > | \Z )
    | <[!?/][^>]*+ (?: > | \Z )                                                             # a doctype, bogus comments
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)

ATTRIBUTE = re.compile(
    r"""
    (?P<name> [^\s/>][^\s/>=]*+ )
    (?: \s*+ = \s*+ (?: "(?P<double>[^"]*+)"? | '(?P<single>[^']*+)'? | (?P<bare>[^\s>"'][^\s>]*+) ) )?
    """,
    re.VERBOSE,
)
STYLES = {"double": '"', "single": "'", "bare": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The href of one link: where its value stands (quotes included), and what it says."""

    start: int
    end: int
    value: str
    quote: str
    attributes: frozenset[str]


def rewrite_html(body: bytes, links: Links) -> Rewritten:
    """Return a page whose links to WeChat lead to the archive; nothing else in it is changed."""
    decoded = decode(body)
    text, printed = decoded.text, list[str]()
    pieces, fates, changed, done = list[str](), list[RestoredLink](), 0, 0
    for anchor in find_anchors(text, printed):
        fate = links.fate(anchor.value)
        if fate is None:
            continue
        fates.append(fate)
        if fate.replay_url and fate.replay_url != anchor.value:
            pieces += [text[done : anchor.start], leading(anchor, fate)]
            done, changed = anchor.end, changed + 1
    pieces.append(text[done:])
    return Rewritten(
        body=decoded.encode("".join(pieces)) if changed else body,
        links=tuple(fates),
        changed=changed,
        cautions=(Caution.PRINTED_LEFT,) if has_address("".join(printed)) else (),
    )


def leading(anchor: Anchor, link: RestoredLink) -> str:
    """Return the value of an href that leads to the archive, in the quotes it had, and the marks that follow it."""
    marks = {
        "data-originalurl": link.cited_url,
        "data-versionurl": link.replay_url,
        "data-versiondate": f"{link.captured_at:%Y-%m-%d}" if link.captured_at else None,
    }
    written = [quoted(link.replay_url or "", anchor)]
    for name, value in marks.items():
        if value and name not in anchor.attributes:
            written.append(f"{name}={quoted(value, anchor)}")
    return " ".join(written)


def quoted(value: str, anchor: Anchor) -> str:
    """Return a value as it stands in a tag: in the quotes of its neighbour, in ASCII."""
    quote = anchor.quote or '"'
    return quote + escape(value).encode("ascii", "xmlcharrefreplace").decode() + quote


def has_address(text: str) -> bool:
    """Whether an article's address stands in a text."""
    return "weixin.qq.com" in text and any(found.mended.address for found in urls.find_addresses(unescape(text)))


def find_anchors(text: str, printed: list[str]) -> Iterator[Anchor]:
    """Yield every link of a page that has an href, in order; ``printed`` receives the text that is in no link."""
    is_inside, done = False, 0
    for markup in MARKUP.finditer(text):
        if not is_inside:
            printed.append(text[done : markup.start()])
        done = markup.end()
        if (markup["name"] or "").lower() != "a":
            continue
        is_inside = not markup["end"]
        if is_inside and (anchor := read_anchor(markup["body"], markup.start("body"))):
            yield anchor
    if not is_inside:
        printed.append(text[done:])


def read_anchor(body: str, start: int) -> Anchor | None:
    """Return the href among a tag's attributes, which begin at ``start``; of two, the first, as browsers do."""
    attributes = list(ATTRIBUTE.finditer(body))
    href = next((attribute for attribute in attributes if attribute["name"].lower() == "href"), None)
    style = next((style for style in STYLES if href and href[style] is not None), None)
    if href is None or style is None:
        return None
    around = len(STYLES[style])
    return Anchor(
        start=start + href.start(style) - around,
        end=start + href.end(style) + around,
        value=unescape(href[style]).strip(),
        quote=STYLES[style],
        attributes=frozenset(attribute["name"].lower() for attribute in attributes),
    )
