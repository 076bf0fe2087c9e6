"""What of a page is its template's: program text and style sheets that would be the same around any other article.

Told by structure: a script counts when it shows itself as a bundle of program text (landmarks.PROGRAM), never one
that states data; a style sheet when it stands above the article's frame. And held to it: a piece in which anything of
this very article is found (its title, its identity, a line of its text) is left out whole. Over real pages of 2024 to
2026, three quarters to 95 % of a page are template in this sense (docs/decisions/repack.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.wechat import landmarks
from crawler.wechat.reading import read_page

SHORTEST = 1000  # bytes; less is not worth its place in a reference
FROM_WECHAT = "https://mp.weixin.qq.com/s"
SHORTEST_WORDS = 10  # characters that are surely an article's own

_OPENING = re.compile(rb"<(script|style)\b([^<>]{0,1000})>", re.IGNORECASE)
_CLOSING = {name: re.compile(rb"</" + name + rb"\b", re.IGNORECASE) for name in (b"script", b"style")}
_PROGRAM = re.compile(landmarks.PROGRAM.pattern.encode())
_OTHER_TYPE = re.compile(
    rb"\btype\s*=\s*[\"']?+(?!text/javascript|application/javascript|text/css|module)", re.IGNORECASE
)
_FRAME = re.compile(rb"\bid\s*=\s*[\"']?(?:js_article|js_content|img-content|page-content)\b")


def template_text(page: bytes) -> tuple[bytes, ...]:
    """Return the pieces of a page that hold nothing of its article, in their order; none where that is not sure."""
    frame = _FRAME.search(page)
    if frame is None:
        return ()
    pieces = [text for name, start, text in _elements(page) if _is_template(name, text, is_above=start < frame.start())]
    own = _own_words(page) if pieces else None
    return () if own is None else tuple(piece for piece in pieces if not any(words in piece for words in own))


def _elements(page: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Scripts and style sheets of the page itself: (name, place, text). What never closes ends the page."""
    start = 0
    while opening := _OPENING.search(page, start):
        name = opening[1].lower()
        closing = _CLOSING[name].search(page, opening.end())
        if closing is None:
            return
        if not _OTHER_TYPE.search(opening[2]):
            yield name, opening.start(), page[opening.end() : closing.start()]
        start = closing.end()


def _is_template(name: bytes, text: bytes, *, is_above: bool) -> bool:
    if len(text) < SHORTEST:
        return False
    return is_above if name == b"style" else bool(_PROGRAM.search(text, 0, landmarks.PROGRAM_HEAD))


def _own_words(page: bytes) -> tuple[bytes, ...] | None:
    """What only this article says: none of it may stand in a template. None where it cannot be told."""
    article = read_page(page, FROM_WECHAT).article
    if article is None:
        return None
    said = [article.title, article.digest, article.account_id, article.biz, article.mid, article.sn, article.cover_url]
    words = {line.strip() for said_once in [*said, article.text] if said_once for line in said_once.splitlines()}
    return tuple(line.encode("utf-8", "replace") for line in words if len(line) >= SHORTEST_WORDS)
