"""One box for everything: an address is looked up, other words are searched for in what is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.wechat.urls import find_addresses, read_address
from storage.errors import NotAnArticle
from storage.records import Address, ArticleView, Hit

if TYPE_CHECKING:
    from storage.archive import Archive

HITS_PER_PAGE = 20
MOST_PAGES = 25
LONGEST_QUERY = 100  # characters
AROUND = 36  # characters of a snippet on both sides of a word
MOST_SPOTS = 3
LONGEST_TEXT = 200_000  # characters; no more of a text is indexed either

# What can only be meant as an address: a scheme, or a host with something behind it.
ADDRESS_LIKE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]{1,20}:/|//|[\w-]+(?:\.[\w-]+)+(?::\d+)?/)", re.I)

# A place in a reading room, from its address bar or a restored bulletin: the article that stands behind it is meant.
IN_A_ROOM = re.compile(
    r"\s*(?:https?://[^\s?#]*?)?/(?:web|raw|article|compare|timemap/link)/(?:\d{4,14}/){0,2}(?=https?://)", re.I
)

Marked = tuple[tuple[bool, str], ...]
"""A text in runs; True: these are the words that were looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A hit as it is shown: an article, or an item of a bulletin."""

    hit: Hit
    title: Marked
    snippet: Marked
    article: ArticleView | None = None
    account_name: str | None = None
    other_copies: int = 0  # of the same article, that hold the words too


def asked_article(asked: str) -> Address | None:
    """The article that is asked for, by its address or a text with one in it; None where words are asked for.

    Raises NotAnArticle for what is plainly an address, but no article's.
    """
    try:
        return article_behind(asked)
    except NotAnArticle:
        if ADDRESS_LIKE.match(asked):
            raise
    return next((found.mended.address for found in find_addresses(asked) if found.mended.address), None)


def article_behind(asked: str) -> Address:
    """The article that an address means: WeChat's in any spelling, or a reading room's. Raises NotAnArticle."""
    return read_address(IN_A_ROOM.sub("", asked, count=1).strip())


def has_words(asked: str) -> bool:
    """Whether there is anything in it that can be looked for."""
    return any(unicodedata.category(mark)[0] in "LN" for mark in asked)


def hits_of(archive: Archive, words: str, *, page: int) -> tuple[list[Found], bool]:
    """One page of hits, newest kept first, each article once; and whether there are more. ``page`` counts from 1."""
    last = HITS_PER_PAGE * page
    limit = last + 1
    while True:
        hits = archive.search(words, limit=limit)
        grouped: dict[str, list[Hit]] = {}
        for hit in hits:
            grouped.setdefault(hit.article_url or f"{hit.bulletin} {hit.item}", []).append(hit)
        if len(grouped) > last or len(hits) < limit:
            break
        limit *= 2  # several copies of one article took the places of others
    shown = list(grouped.values())[last - HITS_PER_PAGE : last]
    return [_found(archive, same, words.split()) for same in shown], len(grouped) > last


def _found(archive: Archive, same: Sequence[Hit], words: Sequence[str]) -> Found:
    hit = same[0]
    article = archive.article(read_address(hit.article_url)) if hit.article_url else None
    snapshot = next((one for one in article.snapshots if one.snapshot == hit.snapshot), None) if article else None
    said = snapshot.reading.article if snapshot else None
    return Found(
        hit=hit,
        title=marked(hit.title or "", words),
        snippet=excerpt(said.text if said else hit.snippet, words),
        article=article,
        account_name=said.account_name if said else None,
        other_copies=len(same) - 1,
    )


# ---- the words in their places


def excerpt(text: str, words: Sequence[str]) -> Marked:
    """The places of a text where the words first stand, each with a little around it."""
    text = text[:LONGEST_TEXT]
    spots = [spot for word in words if (spot := next(_spots(text, [word]), None))]
    windows: list[list[int]] = []
    for begin, end in sorted(spots)[:MOST_SPOTS]:
        if windows and begin - AROUND <= windows[-1][1]:
            windows[-1][1] = max(windows[-1][1], end + AROUND)
        else:
            windows.append([max(0, begin - AROUND), end + AROUND])
    windows = windows or [[0, 2 * AROUND]]
    runs: list[tuple[bool, str]] = []
    for begin, end in windows:
        runs.append((False, "…" if begin else ""))
        runs += marked(text[begin:end].strip(), words)
        runs.append((False, "…" if end < len(text) else ""))
    return tuple((is_word, run) for is_word, run in runs if run)


def marked(text: str, words: Sequence[str]) -> Marked:
    """A text with every place of the words marked; case, width and compatibility forms make no difference."""
    runs: list[tuple[bool, str]] = []
    at = 0
    for begin, end in sorted(_spots(text, words)):
        if end > at:
            runs += [(False, text[at:begin]), (True, text[max(at, begin) : end])]
            at = end
    runs.append((False, text[at:]))
    return tuple((is_word, run) for is_word, run in runs if run)


def _spots(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the words stand in the text as it is written."""
    folded: list[str] = []
    places: list[int] = []
    for place, mark in enumerate(text):
        plain = _folded(mark)
        folded.append(plain)
        places += [place] * len(plain)
    plain_text = "".join(folded)
    for word in filter(None, (_folded(word) for word in words)):
        at = plain_text.find(word)
        while at >= 0:
            yield places[at], places[at + len(word) - 1] + 1
            at = plain_text.find(word, at + len(word))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
