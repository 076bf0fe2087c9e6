"""A tolerant reader of the literals in a page's scripts; nothing is executed.

WeChat's pages carry their facts as JavaScript: ``var mid = "" || "2651";`` in 2013, ``d.title = "…"`` in 2018,
``'…'.html(false)`` in 2022, one object ``window.cgiDataNew = {…}`` in 2025 (docs/wechat.md, variables). Whatever the
spelling, the value is the one that a browser would see, where it follows from the literal alone; what would need
the running page (a call, an unknown name) is None and counts as false, as the pages' own fallbacks expect it.

A scanner finds the assignments and steps over strings and comments; the value behind a wanted name is read by a
small descending parser. Both only move forward, so that time is linear in the text, whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias
from urllib.parse import unquote

Value: TypeAlias = "str | float | int | bool | list[Value] | dict[str, Value] | None"

MAX_DEPTH = 40  # cgiDataNew nests six deep
MAX_DIGITS = 40  # more are no number that a page means
LONGEST_NAME = 100  # characters of a name that is looked for
MAX_STEPS = 100_000  # of one page; real pages take up to 5,000

# A string that never closes ends with its line, as for a browser. Possessive: no text makes the scan go back.
_STRING = r"\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*+\"?|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'?"
_EVENT = re.compile(
    rf"{_STRING}|//[^\n]*+|(?P<comment>/\*)|\b(?P<name>[A-Za-z_$][\w$]*+)\s*+=(?![=>])",
    re.DOTALL,
)
_TOKEN = re.compile(
    rf"(?P<string>{_STRING})|(?P<number>0[xX][0-9a-fA-F]+|\d++(?:\.\d*+)?(?:[eE][+-]?\d++)?)|(?P<word>[A-Za-z_$][\w$]*+)"
    r"|(?P<mark>[=!]==?|\|\||&&|=>|.)",
    re.DOTALL,
)
_BLANK = re.compile(r"(?:\s++|//[^\n]*+)*+")
_REGULAR_EXPRESSION = re.compile(r"/(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/\w*+")
_OWNER = re.compile(r"([\w$]+)\s?\.\s?$")
_LAST_WORD = re.compile(r"\w+$")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|\r\n|.)", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None, "undefined": None}
_PREFIXES = frozenset({"new", "typeof", "void"})
_RANKS = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "===": 3,
    "!=": 3,
    "!==": 3,
    "<": 4,
    ">": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}

# What the pages' own String.prototype.html(false) undoes, in its order: &amp; last.
_ENTITIES = (
    ("&#39;", "'"),
    ("&quot;", '"'),
    ("&nbsp;", " "),
    ("&gt;", ">"),
    ("&lt;", "<"),
    ("&yen;", "¥"),
    ("&amp;", "&"),
)
# What the pages' own JsDecode undoes, in its order.
_SURVIVORS = (
    (r"\x5c", "\\"),
    (r"\x0d", "\r"),
    (r"\x22", '"'),
    (r"\x26", "&"),
    (r"\x27", "'"),
    (r"\x3c", "<"),
    (r"\x3e", ">"),
    (r"\x0a", "\n"),
)
_COMMON_ESCAPES = tuple((escape, character) for escape, character in _SURVIVORS if character != "\\")


class Settled(str):
    """A string whose entities the page's own code has undone; nobody must undo them again."""

    __slots__ = ()


class UnreadableLiteral(ValueError):
    """What stands here is no literal (a function, the end of the text); never leaves this module."""


@dataclass(slots=True)
class Patience:
    """How many steps may still be spent on a page's scripts; what is left unread then is as if it were not there."""

    steps: int = MAX_STEPS

    def spend(self) -> None:
        """Take one step; raises UnreadableLiteral when none is left."""
        self.steps -= 1
        if self.steps < 0:
            raise UnreadableLiteral


@dataclass(frozen=True, slots=True)
class Assignment:
    """One ``owner.name = value`` of a script; ``owner`` is the word before the last dot, or empty."""

    owner: str
    name: str
    value: Value


def read_assignments(script: str, names: frozenset[str], patience: Patience | None = None) -> Iterator[Assignment]:
    """Yield each assignment to one of the names, in order. A value that is no literal is None.

    Patience is shared by the scripts of one page; when it is spent, nothing more is yielded.
    """
    if not _may_assign(script, names):
        return
    patience = patience or Patience()
    at, last_comment_end = 0, script.rfind("*/")
    while patience.steps > 0 and (event := _EVENT.search(script, at)):
        patience.steps -= 1
        at = event.end()
        if event["comment"] and at <= last_comment_end:
            at = script.index("*/", at) + 2
        if event["name"] and event["name"] in names:
            owner = _OWNER.search(script, max(0, event.start() - 40), event.start())
            value, at = read_literal(script, at, patience)
            yield Assignment(owner[1] if owner else "", event["name"], value)


def _may_assign(script: str, names: frozenset[str]) -> bool:
    """Whether one of the names stands before an equals sign, be it in a string or a comment.

    A bundle has thousands of assignments and none of ours: this tells so in a tenth of the scanner's time.
    """
    ends, whole = _ends_of(names)
    for piece in script.split("=")[:-1]:
        before = piece.rstrip()
        if (before[-2:] in ends or before[-1:] in ends) and before.endswith(whole):
            word = _LAST_WORD.search(before, max(0, len(before) - LONGEST_NAME))
            if word and word[0] in names:
                return True
    return False


@cache
def _ends_of(names: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The last two letters of each name (the one, where it has but one), and the names as ``endswith`` wants them."""
    return frozenset(name[-2:] for name in names), tuple(names)


def read_literal(script: str, at: int = 0, patience: Patience | None = None) -> tuple[Value, int]:
    """Return the value that begins at this place, and the place where reading stopped."""
    reader = _Reader(script, at, patience or Patience())
    try:
        return reader.expression(0), reader.at
    except UnreadableLiteral:
        return None, reader.at


def decode_string(literal: str) -> str:
    """Return the text of a quoted literal, its escapes undone; half a surrogate becomes U+FFFD."""
    closed = len(literal) > 1 and literal[-1] == literal[0]
    text = literal[1:-1] if closed else literal[1:]
    if "\\\\" not in text:  # no escaped backslash: the commonest escapes by the shortest way (a body has 40,000)
        for escape, character in _COMMON_ESCAPES:
            text = text.replace(escape, character)
    if "\\" not in text:
        return text
    return mend_surrogates(_ESCAPE.sub(_unescape, text))


def mend_surrogates(text: str) -> str:
    """Join the surrogate pairs that escapes spell out; put U+FFFD for one that stands alone."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def settle(text: str) -> str:
    """Undo entities once, as the pages' own ``html(false)`` and ``htmlDecode`` do."""
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def js_decode(text: str) -> str:
    """Undo the escapes that survive as text, as the pages' own ``JsDecode`` does."""
    if "\\x" in text:
        for escape, character in _SURVIVORS:
            text = text.replace(escape, character)
    return text


def is_true(value: Value) -> bool:
    """Whether JavaScript takes the value for true: empty arrays and objects are."""
    return bool(value) or isinstance(value, list | dict)


def to_number(value: Value) -> float | int | None:
    """Return what ``value * 1`` gives: nothing is 0, no number is None."""
    if isinstance(value, bool | int | float):
        return value + 0
    if not isinstance(value, str) or len(value) > MAX_DIGITS:
        return None
    text = value.strip()
    if not text:
        return 0
    if re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?\d+\.\d*", text, re.ASCII) else None


def _number(digits: str) -> float | int | None:
    return int(digits[:MAX_DIGITS], 16) if digits[1:2] in ("x", "X") else to_number(digits)


def _unescape(escape: re.Match[str]) -> str:
    body = escape[1]
    if len(body) > 1 and body[0] in "xu":
        code = int(body[1:].strip("{}"), 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return _CONTROLS.get(body, body)


def _combine(mark: str, left: Value, right: Value) -> Value:
    """Return what the operator makes of its two sides, where literals say."""
    if mark == "||":
        return left if is_true(left) else right
    if mark == "&&":
        return right if is_true(left) else left
    if mark in ("==", "==="):
        return left == right
    if mark in ("!=", "!=="):
        return left != right
    if mark == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if mark == "*":
        factors = to_number(left), to_number(right)
        return None if None in factors else _product(*factors)
    return None


def _product(left: float | int | None, right: float | int | None) -> float | int | None:
    return None if left is None or right is None else left * right


def _call(function: str, arguments: list[Value]) -> Value:
    """Return what one of the pages' own functions gives; None for any other."""
    given = arguments[0] if arguments else None
    if function in ("Number", "parseInt", "parseFloat"):
        return to_number(given)
    if not isinstance(given, str):
        return None
    if function == "JsDecode":
        return js_decode(given)
    if function == "htmlDecode":
        return Settled(settle(re.sub(r"<br\s*/?\s*>", "\n", given)))
    if function == "decodeURIComponent":
        return unquote(given)
    return given if function == "String" else None


def _method(value: Value, name: str, arguments: list[Value]) -> Value:
    """Return what a string's method gives; None where only the running page would know."""
    if isinstance(value, list) and name == "slice":
        return value  # the page shows the first twenty pictures only; the article has them all
    if not isinstance(value, str):
        return None
    if name == "html":
        return Settled(settle(value)) if arguments == [False] else value
    return value if name in ("replace", "toString", "trim") else None


@dataclass(slots=True)
class _Reader:
    """The descending parser: ``at`` only moves forward, ``open`` counts the brackets that are open."""

    text: str
    at: int
    patience: Patience
    open: int = 0
    seen: re.Match[str] | None = None

    def peek(self) -> re.Match[str]:
        if self.seen is not None and self.seen.start() == self.at:
            return self.seen
        self.patience.spend()
        while True:
            self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches nothing too
            if not self.text.startswith("/*", self.at):
                break
            end = self.text.find("*/", self.at + 2)
            self.at = end + 2 if end >= 0 else len(self.text)
        token = _TOKEN.match(self.text, self.at)
        if token is None:
            raise UnreadableLiteral
        self.seen = token
        return token

    def advance(self, token: re.Match[str]) -> None:
        self.at = token.end()
        mark = token["mark"]
        if mark:
            self.open += (mark in "{[(") - (mark in "}])")

    def take(self, mark: str) -> bool:
        """Step over the mark if it stands here."""
        token = self.peek()
        if token["mark"] == mark:
            self.advance(token)
            return True
        return False

    def expect(self, mark: str) -> None:
        if not self.take(mark):
            raise UnreadableLiteral

    def expression(self, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise UnreadableLiteral
        value = self.binary(0, depth)
        if self.ends() or not self.take("?"):
            return value
        chosen = self.expression(depth + 1)
        self.expect(":")
        other = self.expression(depth + 1)
        return chosen if is_true(value) else other

    def ends(self) -> bool:
        """Whether nothing but blanks is left."""
        if self.seen is not None and self.seen.start() == self.at:
            return False
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
        return self.at >= len(self.text)

    def binary(self, floor: int, depth: int) -> Value:
        left = self.operand(depth)
        while not self.ends():
            token = self.peek()
            rank = _RANKS.get(token["mark"] or "", 0)
            if rank <= floor:
                break
            self.advance(token)
            left = _combine(token["mark"], left, self.binary(rank, depth + 1))
        return left

    def operand(self, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise UnreadableLiteral
        token = self.peek()
        if token["string"]:
            self.advance(token)
            return self.tail(decode_string(token["string"]), "", depth)
        if token["number"]:
            self.advance(token)
            return _number(token["number"])
        if token["word"]:
            return self.word(token, depth)
        return self.marked(token, depth)

    def word(self, token: re.Match[str], depth: int) -> Value:
        word = token["word"]
        if word in ("function", "class", "async"):
            raise UnreadableLiteral
        self.advance(token)
        if word in _WORDS:
            return _WORDS[word]
        if word in _PREFIXES:
            self.operand(depth + 1)
            return None
        return self.tail(None, word, depth)

    def marked(self, token: re.Match[str], depth: int) -> Value:
        mark = token["mark"]
        if mark == "/":
            expression = _REGULAR_EXPRESSION.match(self.text, self.at)
            if expression is None:
                raise UnreadableLiteral
            self.at = expression.end()
            return None
        readers = {"{": self.object, "[": self.array, "(": self.bracket}
        if mark in readers:
            self.advance(token)
            return self.tail(readers[mark](depth + 1), "", depth)
        if mark in ("!", "-", "+"):
            self.advance(token)
            value = self.operand(depth + 1)
            return not is_true(value) if mark == "!" else _product(to_number(value), -1 if mark == "-" else 1)
        raise UnreadableLiteral

    def tail(self, value: Value, name: str, depth: int) -> Value:
        """Read what is hung on an operand: members, calls, places, a further assignment."""
        while not self.ends():
            token = self.peek()
            mark = token["mark"]
            if mark == ".":
                self.advance(token)
                name = self.member_name()
                if self.ends() or self.peek()["mark"] != "(":
                    value = value.get(name) if isinstance(value, dict) else None
            elif mark == "(":
                self.advance(token)
                arguments = self.sequence(")", depth + 1)
                value = _call(name, arguments) if value is None else _method(value, name, arguments)
            elif mark == "[":
                self.advance(token)
                self.sequence("]", depth + 1)
                value = None
            elif mark == "=" and name:
                self.advance(token)
                return self.expression(depth + 1)
            else:
                break
        return value

    def member_name(self) -> str:
        token = self.peek()
        if not token["word"]:
            raise UnreadableLiteral
        self.advance(token)
        return token["word"]

    def bracket(self, depth: int) -> Value:
        values = self.sequence(")", depth)
        return values[-1] if values else None

    def array(self, depth: int) -> Value:
        return self.sequence("]", depth)

    def sequence(self, end: str, depth: int) -> list[Value]:
        values: list[Value] = []
        level = self.open
        while not self.take(end):
            if self.take(","):
                continue
            before = self.at
            values.append(self.member_value(depth, level))
            if self.at == before:  # a bracket of another kind closes here
                raise UnreadableLiteral
        return values

    def object(self, depth: int) -> Value:
        members: dict[str, Value] = {}
        level = self.open
        while not self.take("}"):
            if self.take(","):
                continue
            token = self.peek()
            key = decode_string(token["string"]) if token["string"] else token["word"] or token["number"]
            if key is None:
                raise UnreadableLiteral
            self.advance(token)
            self.expect(":")
            members[key] = self.member_value(depth, level)
        return members

    def member_value(self, depth: int, level: int) -> Value:
        """Read one member; where it is no literal, step over it and say None."""
        try:
            return self.expression(depth)
        except UnreadableLiteral:
            if depth > MAX_DEPTH:
                raise
            self.skip_member(level)
            return None

    def skip_member(self, level: int) -> None:
        while True:
            token = self.peek()
            if self.open <= level and token["mark"] in (",", "}", "]", ")"):
                return
            self.advance(token)
