"""A page's own styles, made safe to show: what they may say, which pictures they may name, how far they may reach.

An address inside ``url()`` becomes its place in the archive, or ``none``; what can run code, load a further sheet or
leave its box (``expression()``, ``behavior``, ``-moz-binding``, ``@import``, ``@font-face``, ``position: fixed``) is
dropped. tinycss2 judges every declaration but those that a strict pattern shows to be plain: no escape, no comment, no
address, none of the words above (a page of 2,500 style attributes would else take a third of a second).

A sheet is cut down to the rules that this page can use: template sheets are ten times larger than that. The cut is a
matter of size alone; what is left is judged all the same.

Selectors are tied to the box that the page is shown in (``.wxm-html``, standing for its ``html``), so that no rule of
an archived page can touch the words around it that say that it is one. ``:where()`` keeps every rule's weight.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import tinycss2
from tinycss2 import ast

Place = Callable[[str], str | None]
"""From an address as the page writes it to where its bytes lie; None: they are not held."""

BANNED_PROPERTIES = frozenset({"behavior", "-ms-behavior", "-moz-binding", "src"})
# Functions that run code, or that name an address in a plain string (image-set("x.png" 1x)).
BANNED_FUNCTIONS = frozenset(
    {"expression", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade", "src", "element"}
)
NESTING_RULES = frozenset({"media", "supports", "layer", "container"})
KEYFRAMES = frozenset({"keyframes", "-webkit-keyframes", "-moz-keyframes"})
# A picture inside an address carries no script when it is shown as a picture, SVG included.
INLINE_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp|svg\+xml)[;,]", re.I)

# What no plain declaration holds: with none of these, a style attribute can only say things about its own element.
# Sought one by one: an expression of them all takes eight times as long.
SUSPECT = (
    *("\\", "@", "<", "{", "}", "/*"),
    *("url", "expression", "behavior", "binding", "image", "cross-fade", "src", "element", "fixed"),
)

DEEPEST = 40  # how deep brackets may nest in a value, and rules in a sheet, before it is taken for an attack

HTML_BOX = "div:where(.wxm-html)"  # the weight of one element name, as `html` has
BODY_BOX = "div:where(.wxm-body)"
WITHIN = ":where(.wxm-html) "


# ---- style attributes


def clean_declarations(text: str, place: Place, *, without: frozenset[str] = frozenset()) -> str:
    """Return the content of a style attribute, safe; ``without`` names properties to leave out."""
    if not without and not is_suspect(text):
        return text.strip()
    return ";".join(_declarations(tinycss2.parse_blocks_contents(text), place, without))


def is_suspect(text: str) -> bool:
    """Whether a declaration must be judged by the parser."""
    plain = text.lower()
    return any(part in plain for part in SUSPECT)


def _declarations(nodes: Sequence[Any], place: Place, without: frozenset[str] = frozenset()) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node, ast.Declaration) or node.lower_name in BANNED_PROPERTIES | without:
            continue
        value = _value(node.value, place)
        if value is None or (node.lower_name == "position" and "fixed" in value.lower()):
            continue
        yield f"{node.name}:{value.strip()}{'!important' if node.important else ''}"


def _value(tokens: Sequence[Any], place: Place, depth: int = 0) -> str | None:
    """Return a value written anew, its addresses mapped; None when it must not be said at all."""
    parts = [_token(token, place, depth) for token in tokens] if depth <= DEEPEST else [None]
    return None if None in parts else "".join(part for part in parts if part is not None)


def _token(token: Any, place: Place, depth: int = 0) -> str | None:
    if isinstance(token, ast.URLToken):
        return _address(token.value, place)
    if isinstance(token, ast.FunctionBlock):
        if token.lower_name == "url":
            return _address("".join(part.value for part in token.arguments if part.type == "string"), place)
        if token.lower_name in BANNED_FUNCTIONS:
            return None
        inner = _value(token.arguments, place, depth + 1)
        return None if inner is None else f"{tinycss2.serializer.serialize_identifier(token.name)}({inner})"
    if isinstance(token, (ast.ParenthesesBlock, ast.SquareBracketsBlock, ast.CurlyBracketsBlock)):
        inner = _value(token.content, place, depth + 1)
        return None if inner is None else f"{token.type[0]}{inner}{token.type[1]}"
    if isinstance(token, ast.ParseError):
        return None
    return " " if isinstance(token, ast.Comment) else str(token.serialize())


def _nowhere(_: str) -> None:
    return None


def _address(url: str, place: Place) -> str:
    url = url.strip()
    if url.startswith("#"):
        return f'url("{_quoted(url)}")'
    if INLINE_PICTURE.match(url):
        return f'url("{_quoted(url)}")'
    held = place(url)
    return f'url("{_quoted(held)}")' if held else "none"


def _quoted(text: str) -> str:
    return str(tinycss2.serializer.serialize_string_value(text))


# ---- sheets


@dataclass(frozen=True, slots=True)
class Used:
    """The class names and ids that stand on a page: what a sheet's rules can be about."""

    classes: frozenset[str]
    ids: frozenset[str]


def clean_sheet(sheet: str, place: Place, used: Used) -> str:
    """Return the rules of a sheet that this page can use, safe and tied to its box."""
    text = "\n".join(_written(_chunks(sheet), place, used))
    return text.replace("</", "<\\/").replace("<!", "<\\!")  # never the end of the style element


def _written(chunks: Sequence[_Chunk], place: Place, used: Used) -> Iterator[str]:
    for chunk in chunks:
        if chunk.inner:
            if inside := "".join(_written(chunk.inner, place, used)):
                yield f"{chunk.text}{inside}}}"
        elif chunk.needs and not any(classes <= used.classes and ids <= used.ids for classes, ids in chunk.needs):
            continue
        elif chunk.plain is not None:
            yield chunk.plain
        else:
            rules = tinycss2.parse_stylesheet(chunk.text, skip_comments=True, skip_whitespace=True)
            yield from _rules(rules, place)


def _rules(rules: Sequence[Any], place: Place) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, ast.QualifiedRule):
            selectors = _scoped(rule.prelude)
            body = ";".join(_declarations(tinycss2.parse_blocks_contents(rule.content), place))
            if selectors and body:
                yield f"{selectors}{{{body}}}"
        elif isinstance(rule, ast.AtRule) and rule.content is not None:
            yield from _at_rule(rule, place)


def _at_rule(rule: Any, place: Place) -> Iterator[str]:
    prelude = _value(rule.prelude, _nowhere)
    inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
    if prelude is None:
        return
    if rule.lower_at_keyword in NESTING_RULES:
        body = "".join(_rules(inner, place))
    elif rule.lower_at_keyword in KEYFRAMES:
        body = "".join(_frames(inner, place))
    else:
        return
    if body:
        yield f"@{rule.lower_at_keyword} {prelude.strip()}{{{body}}}"


def _frames(rules: Sequence[Any], place: Place) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, ast.QualifiedRule):
            body = ";".join(_declarations(tinycss2.parse_blocks_contents(rule.content), place))
            if (prelude := _value(rule.prelude, _nowhere)) is not None:
                yield f"{prelude}{{{body}}}"


# ---- selectors


def _scoped(prelude: Sequence[Any]) -> str:
    """Return a rule's selectors, each tied to the page's box; the empty string when none can be read."""
    parts: list[list[Any]] = [[]]
    for token in prelude:
        if isinstance(token, ast.LiteralToken) and token.value == ",":
            parts.append([])
        elif isinstance(token, (ast.ParseError, ast.CurlyBracketsBlock, ast.URLToken)):
            return ""
        elif not isinstance(token, ast.Comment):
            parts[-1].append(token)
    return ",".join(scoped for part in parts if (scoped := _scoped_selector(part)))


def _scoped_selector(tokens: list[Any]) -> str:
    written: list[str] = []
    before = ""
    for token in tokens:
        text = _token(token, _nowhere)
        if text is None:
            return ""
        name = text.lower() if isinstance(token, ast.IdentToken) else ""
        if name in ("html", "body") and before not in (".", ":", "#"):
            text = HTML_BOX if name == "html" else BODY_BOX
        elif name == "root" and before == ":":
            written.pop()
            text = ".wxm-html"
        written.append(text)
        before = text
    selector = "".join(written).strip()
    if not selector or selector.startswith((HTML_BOX, ".wxm-html")):
        return selector
    return WITHIN + selector


# ---- cutting a sheet down

# Comments, addresses and strings may hold braces that mean nothing.
BRACES = re.compile(
    r"""/\*.*?(?:\*/|\Z) | url\(\s*(?!["'\s])(?:\\.|[^)\\])*(?:\)|\Z)
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | \\. | [{}]""",
    re.S | re.X | re.I,
)
SEMICOLONS = re.compile(BRACES.pattern.replace("[{}]", ";"), BRACES.flags)
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
NAMED = re.compile(r"([.#])((?:[\w-]|[^\x00-\x7f])+)")
CONDITIONS = re.compile(r":(?:not|is|where|has|matches|-webkit-any|nth-[a-z-]+)\([^()]*\)", re.I)
NEVER = (frozenset({"["}), frozenset[str]())  # a data attribute is asked for, and none is shown
DARK = re.compile(r"prefers-color-scheme\s*:\s*dark", re.I)  # copies are shown as on a light screen


# A rule of which every part can be seen at a glance: names and combinators, then plain values and strings.
PLAIN_SELECTORS = re.compile(r"[\w\s.#>+~,*:-]+", re.A)
PLAIN_BLOCK = re.compile(r"""\{(?:[^\\@<{}"'()\[\]]|"[^"\\\n<]*"|'[^'\\\n<]*'|\([^()"'\\<{}\n]*\))*\}""")
ELEMENTS = re.compile(r"(?<![\w.#:-])(html|body)(?![\w-])", re.I)


class _Chunk:
    """One statement of a sheet.

    ``needs``: for each of its selectors, the names that must stand on the page (None: too subtle to tell, or an
    at-rule).
    """

    __slots__ = ("_plain", "inner", "needs", "text")

    def __init__(
        self,
        text: str,
        needs: tuple[tuple[frozenset[str], frozenset[str]], ...] | None,
        *,
        rule: tuple[str, str] | None = None,
        inner: tuple[_Chunk, ...] = (),
    ) -> None:
        self.text = text
        self.needs = needs
        self.inner = inner
        self._plain: str | tuple[str, str] | None = rule

    @property
    def plain(self) -> str | None:
        """The rule as it may be written, where that can be told without the parser; worked out when it is first asked
        for, since nine rules in ten are about no page that is shown."""
        if isinstance(self._plain, tuple):
            self._plain = _plain(*self._plain)
        return self._plain


@lru_cache(maxsize=48)  # the sheets of a few template releases; the same ones serve thousands of articles
def _chunks(sheet: str) -> tuple[_Chunk, ...]:
    return tuple(_statements(sheet))


def forget_sheets() -> None:
    """Forget every sheet that was read: what a first view costs can be measured then."""
    _chunks.cache_clear()


def _statements(sheet: str, level: int = 0) -> Iterator[_Chunk]:
    start, depth, opened = 0, 0, 0
    for match in BRACES.finditer(sheet):
        mark = match.group()
        if mark == "{":
            if depth == 0:
                opened = match.start()
            depth += 1
        elif mark == "}":
            depth -= 1
            if depth <= 0:
                if depth == 0:
                    yield from _chunk(_prelude(sheet[start:opened]), sheet[opened : match.end()], level)
                start, depth = match.end(), 0
    if depth > 0:
        yield from _chunk(_prelude(sheet[start:opened]), sheet[opened:] + "}" * depth, level)


def _prelude(text: str) -> str:
    """What stands before a block, without the statements that have none (@import, @charset): these are never kept."""
    if ";" not in text:
        return text
    ends = [match.end() for match in SEMICOLONS.finditer(text) if match.group() == ";"]
    return text[ends[-1] :] if ends else text


def _chunk(prelude: str, block: str, level: int) -> Iterator[_Chunk]:
    prelude = (COMMENT.sub(" ", prelude) if "/*" in prelude else prelude).strip()
    if prelude.startswith("@"):
        yield from _at_chunk(prelude, block, level)
    elif "\\" in prelude:
        yield _Chunk(prelude + block, None)
    else:
        unconditional = CONDITIONS.sub("", prelude) if "(" in prelude else prelude
        needs = tuple(_needs(selector) for selector in unconditional.split(","))
        yield _Chunk(prelude + block, needs, rule=(prelude, block))


def _at_chunk(prelude: str, block: str, level: int) -> Iterator[_Chunk]:
    keyword = prelude[1:].split(None, 1)[0].split("(", 1)[0].lower() if len(prelude) > 1 else ""
    if keyword in KEYFRAMES:
        yield _Chunk(prelude + block, None)
    elif keyword in NESTING_RULES and not DARK.search(prelude) and level < DEEPEST:
        condition = _value(tinycss2.parse_component_value_list(prelude[1 + len(keyword) :]), _nowhere)
        if condition is not None:
            yield _Chunk(f"@{keyword} {condition.strip()}{{", None, inner=tuple(_statements(block[1:-1], level + 1)))


def _plain(prelude: str, block: str) -> str | None:
    if not (PLAIN_SELECTORS.fullmatch(prelude) and PLAIN_BLOCK.fullmatch(block)) or is_suspect(block[1:-1]):
        return None
    return ",".join(_tied(selector.strip()) for selector in prelude.split(",")) + block


def _tied(selector: str) -> str:
    tied = ELEMENTS.sub(lambda match: HTML_BOX if match.group().lower() == "html" else BODY_BOX, selector)
    tied = tied.replace(":root", ".wxm-html")
    return tied if tied.startswith((HTML_BOX, ".wxm-html")) else WITHIN + tied


def _needs(selector: str) -> tuple[frozenset[str], frozenset[str]]:
    if "[data-" in selector:
        return NEVER
    named = NAMED.findall(selector)
    return (
        frozenset(name for mark, name in named if mark == "."),
        frozenset(name for mark, name in named if mark == "#"),
    )
