"""How an address is spelled out: escapes, entities, full-width letters, invisible characters and breaks.

Knows characters, not addresses: ``pieces`` turns running text into plain ASCII stretches between white space, each
remembering where its characters stood. Which stretches belong together is decided in ``mending``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LONGEST_PIECE = 4096

INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""Soft hyphens, zero-width and direction marks, as the inside of a character class."""

# One ampersand in every dress seen: entities up to any depth, JavaScript and shell escapes, the rest of a bad
# decode ("&;idx=") (docs/wechat.md, accidents).
AMPERSAND = r"(?:&|＆|\\+x26|\\+u0026|\\+&)(?:amp;|\#0*38;|\#[xX]0*26;)*"

SPACE = rf"(?:\s|\\+[nrt](?![a-z])|{AMPERSAND}(?:nbsp|ensp|emsp|\#0*(?:9|10|13|32|160)|\#[xX]0*(?:9|[aAdD]|20|[aA]0));)"

UNIT = re.compile(
    rf"""
      (?P<plain> [A-Za-z0-9_~.%+*=:/?@\#-]+ )
    | (?P<gap> {SPACE} (?: {SPACE} | [{INVISIBLE}] )* )
    | (?P<invisible> [{INVISIBLE}]+ | {AMPERSAND}(?:shy|zwj|zwnj|\#0*(?:173|8203)|\#[xX]0*(?:[aA][dD]|200[bB])); )
    | (?P<number> {AMPERSAND}\#(?P<digits>\d{{1,7}}|[xX][0-9a-fA-F]{{1,6}});
          | \\+(?:x|u00)(?P<hex>(?!26)[0-9a-fA-F]{{2}}) )
    | (?P<named> {AMPERSAND}(?P<name>equals|sol|quest|num|lowbar|colon|period|percnt|plus|ast|commat); )
    | (?P<quote> {AMPERSAND}(?:quot|lt|gt|apos); )
    | (?P<ampersand> {AMPERSAND};? )
    | (?P<escaped> \\+(?P<char>[/?=\#._~*%:+-]) )
    | (?P<times> ×(?=tamp=) )
    | (?P<wide> [０-９Ａ-Ｚａ-ｚ．／：？＝＿－％＃～＋＊＠‐‑‒–−﹣] )
    """,
    re.VERBOSE,
)

NAMED = {
    "equals": "=", "sol": "/", "quest": "?", "num": "#", "lowbar": "_", "colon": ":", "period": ".", "percnt": "%",
    "plus": "+", "ast": "*", "commat": "@",
}  # fmt: skip
DASHES = dict.fromkeys("‐‑‒–−﹣", "-")
PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~.%+*=:/?@#-&")


WORD = re.compile(r"[0-9]+|[A-Z]?[a-z]+|[A-Z]+")


@dataclass(slots=True)
class Piece:
    """A stretch of text between white space, spelled out. ``ends[n]`` is where its character n ends in the text."""

    start: int
    plain: str = ""
    ends: list[int] = field(default_factory=list)
    gap: str | None = None  # the white space after it; None: a character follows that no address can hold
    is_unescaped: bool = False
    is_respelled: bool = False
    is_closed_up: bool = False  # invisible characters were left out
    follower: str = ""  # what stands behind the piece, if not white space

    def ends_with(self, run: str) -> bool:
        """Whether a run is all of the piece, and does not look like a word or number of the prose behind it."""
        return run == self.plain and not (self.follower.isalnum() and WORD.fullmatch(run))


def pieces(text: str, position: int, end: int) -> Iterator[Piece]:
    """Spell the text out from a position, piece by piece, until a character that no address can hold."""
    while position < end:
        piece = spell_piece(text, position, end)
        yield piece
        if piece.gap is None:
            return
        position = (piece.ends[-1] if piece.ends else piece.start) + len(piece.gap)


def spell_piece(text: str, position: int, end: int) -> Piece:
    """Spell out one piece, which begins at the position."""
    piece = Piece(start=position)
    stretches: list[str] = []
    while len(piece.ends) < LONGEST_PIECE and (match := UNIT.match(text, position, end)):
        kind = match.lastgroup or ""
        if kind == "gap":
            piece.gap = text[piece.ends[-1] if piece.ends else piece.start : match.end()]
            break
        if kind == "plain":
            stretches.append(match[0])
            piece.ends.extend(range(match.start() + 1, match.end() + 1))
        elif kind == "invisible":
            piece.is_closed_up = True
        else:
            spelled = spell_unit(match, kind)
            if not spelled or spelled[0] not in PLAIN:
                break
            stretches.append(spelled)
            piece.ends.extend([match.end()] * len(spelled))
            piece.is_respelled |= kind == "wide"
            piece.is_unescaped |= kind != "wide" and match[0] != "&"
        position = match.end()
    piece.plain = "".join(stretches)
    piece.follower = "" if piece.gap else text[position : position + 1]
    return piece


def spell_unit(match: re.Match[str], kind: str) -> str:
    """Return the plain characters that an escape, an entity or a full-width letter stands for; empty: a quote."""
    if kind == "ampersand":
        return "&"
    if kind == "number":
        digits = match["digits"]
        code = int(match["hex"], 16) if not digits else int(digits[1:], 16) if digits[0] in "xX" else int(digits)
        return chr(code) if code < 128 else ""
    if kind == "named":
        return NAMED[match["name"]]
    if kind == "escaped":
        return match["char"]
    if kind == "times":  # "&timestamp" read as the entity "&times"
        return "&times"
    if kind == "wide":
        return DASHES.get(match[0]) or chr(ord(match[0]) - 0xFEE0)
    return ""
