"""The words of an article, in lines as a reader sees them.

Block-level rules of our own: ``get_text()`` knows none. What a browser would not show inside an article (scripts,
hidden decoys, line numbers of code) is left out; a card is one line with its name (docs/wechat.md, body). The walk
keeps its own stack: pages may nest thousands deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

from bs4 import BeautifulSoup, CData, Tag
from bs4.element import NavigableString, PageElement

from .literals import read_literal
from .opening import TooMuch, find_excess, parse

BLOCKS = frozenset(
    str.split(
        "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer "
        "foreignobject form "
        "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul"
    )
)
CELLS = frozenset({"td", "th"})
SILENT = frozenset(
    str.split(
        "script style template noscript iframe object embed audio video canvas textarea select input head title desc "
        "metadata mp-style-type"
    )
)
LINE_NUMBERS = "code-snippet__line-index"
# Elements that only scripts draw, and the attributes that hold the words of the card that they draw.
CARDS: dict[str, tuple[str, ...]] = {
    "mpvoice": ("name",),
    "mp-common-mpaudio": ("name",),
    "qqmusic": ("music_name",),
    "mp-common-qqmusic": ("music_name",),
    "mp-common-profile": ("data-nickname",),
    "mp-miniprogram": ("data-miniprogram-title", "data-miniprogram-nickname"),
    "mp-common-miniprogram": ("data-miniprogram-title", "data-miniprogram-nickname"),
    "mp-weapp": ("data-miniprogram-title", "data-miniprogram-nickname"),
    "mpvideosnap": ("data-nickname", "data-desc"),
    "mp-common-videosnap": ("data-nickname", "data-desc"),
    "mp-common-product": ("data-title",),
    "mp-common-article": ("data-title",),
    "mp-common-claudio": ("data-title",),
}

_HIDDEN = re.compile(r"(?:^|;)\s*display\s*:\s*none", re.IGNORECASE)
_KEEPS_BLANKS = re.compile(r"white-space(?:-collapse)?\s*:\s*(?:pre|preserve|break-spaces)", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_SPACES = re.compile(r"[ \t\xa0]+")
_CARD_NODES = 60  # a drawn card has words among its first nodes; an unclosed one holds the rest of the page
_TAG = re.compile(r"<[^<>]*+>?")
_MARKUP = re.compile(r"<[a-zA-Z/!]")
_DRAWN = re.compile(r"(?:document\.write\(|\.innerHTML\s*=)\s*(?=[\"'])")


def read_text(container: Tag) -> str:
    """Return the words inside an element, one line per block, without empty lines (but in code)."""
    lines = _Lines()
    waiting: list[tuple[PageElement, bool, bool]] = [(container, False, False)]
    while waiting:
        node, is_leaving, is_preserved = waiting.pop()
        if isinstance(node, Tag):
            if is_leaving:
                _leave(node, lines)
            elif node is container or not _is_silent(node):
                _enter(node, lines)
                is_preserved = is_preserved or _keeps_blanks(node)
                waiting.append((node, True, is_preserved))
                waiting.extend((child, False, is_preserved) for child in reversed(node.contents))
        elif type(node) in (NavigableString, CData):
            lines.add(str(node), is_preserved=is_preserved)
    return lines.finish()


def read_fragment(html: str) -> str:
    """Return the words of a fragment that a script holds; its line ends count, its entities are undone once."""
    if not _MARKUP.search(html):
        return _tidy(unescape(html))
    tree = _tree(html.replace("\n", "<br>"))
    return read_text(tree) if tree else _read_without_tree(html)


def read_beginning(html: str, characters: int) -> str:
    """Return the first characters of a fragment, blanks between its tags counted, as scripts cut a text.

    A script counts a character beyond the first 65,536 (an emoji) as two.
    """
    tree = _tree(html)
    words = (tree.get_text() if tree else _read_without_tree(html)).strip()
    units = words.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * characters:
        return _tidy(words)
    return _tidy(units[: 2 * characters].decode("utf-16-le", "replace") + "...")


def _tree(html: str) -> BeautifulSoup | None:
    """A fragment as a tree, within the bounds of a page; None beyond them, or where there is nothing to make one of."""
    utf8 = html.encode("utf-8", "replace")
    try:
        return None if find_excess(utf8) else parse(utf8)
    except TooMuch:
        return None


def _read_without_tree(html: str) -> str:
    """The words of a fragment that no tree is built of, each tag taken for the end of a line."""
    return _tidy(unescape(_TAG.sub("\n", html)))


def read_drawn_text(container: Tag) -> str:
    """Return the words that a script inside the element writes there by a literal (posts and shares since 2018)."""
    for script in container.find_all("script"):
        code = script.string or ""
        if drawn := _DRAWN.search(code):
            words, _ = read_literal(code, drawn.end())
            if isinstance(words, str):
                return read_fragment(words)
    return ""


class _Lines:
    """The lines written so far, and the one being written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.is_preserved = False

    def add(self, text: str, *, is_preserved: bool) -> None:
        text = text.replace("\xa0", " ") if is_preserved else _BLANKS.sub(" ", text).replace("\xa0", " ")
        if not is_preserved:
            self.line.append(text)
            return
        first, *more = text.replace("\r\n", "\n").split("\n")
        self.line.append(first)
        self.is_preserved = True
        for following in more:
            self.end(is_blank_kept=True)
            self.is_preserved = True
            self.line.append(following)

    def end(self, *, is_blank_kept: bool = False) -> None:
        """End the line that is being written, if anything stands in it."""
        line = "".join(self.line)
        line = line.rstrip() if self.is_preserved else re.sub(" {2,}", " ", line).strip()
        if line or is_blank_kept:
            self.lines.append(line)
        self.line, self.is_preserved = [], False

    def finish(self) -> str:
        self.end()
        return "\n".join(self.lines).strip("\n")


def _enter(tag: Tag, lines: _Lines) -> None:
    if tag.name in BLOCKS or tag.name == "br" or (tag.name == "code" and _is_code_line(tag)):
        lines.end()
    if tag.name in CARDS and not _is_drawn(tag):
        words = [str(tag.get(name) or "") for name in CARDS[tag.name]]
        lines.end()
        lines.add(" ".join(unescape(unquote(word)) for word in words if word), is_preserved=False)
        lines.end()


def _is_drawn(card: Tag) -> bool:
    """Whether scripts have drawn the card already, inside its element or (mini-programs) right behind it."""
    beside = card.find_next_sibling()
    is_beside = isinstance(beside, Tag) and "display_element" in str(beside.get("class") or "")
    return is_beside or any(isinstance(node, NavigableString) and node.strip() for node in _first_nodes(card))


def _first_nodes(tag: Tag) -> Iterator[PageElement]:
    """The first nodes inside an element; ``descendants`` would first walk down to the last of them."""
    waiting = list(reversed(tag.contents[:_CARD_NODES]))
    for _ in range(_CARD_NODES):
        if not waiting:
            return
        node = waiting.pop()
        yield node
        if isinstance(node, Tag):
            waiting.extend(reversed(node.contents[:_CARD_NODES]))


def _leave(tag: Tag, lines: _Lines) -> None:
    if tag.name in BLOCKS:
        lines.end()
    elif tag.name in CELLS:
        lines.line.append("\t")
    elif tag.name == "code" and _is_code_line(tag):
        lines.end(is_blank_kept=not lines.line)


def _is_code_line(tag: Tag) -> bool:
    """Whether this is one line of WeChat's code block: one of several <code> in a <pre>."""
    parent = tag.parent
    if parent is None or parent.name != "pre":
        return False
    return tag.find_next_sibling("code") is not None or tag.find_previous_sibling("code") is not None


def _is_silent(tag: Tag) -> bool:
    if tag.name in SILENT or LINE_NUMBERS in str(tag.get("class") or ""):
        return True
    style = tag.get("style")
    return bool(style) and "none" in str(style) and bool(_HIDDEN.search(str(style)))


def _keeps_blanks(tag: Tag) -> bool:
    style = tag.get("style")
    return tag.name == "pre" or (bool(style) and "white-space" in str(style) and bool(_KEEPS_BLANKS.search(str(style))))


def _tidy(text: str) -> str:
    lines = map(str.strip, _SPACES.sub(" ", text).splitlines())
    return "\n".join(filter(None, lines))
