"""Lines become text again: where a line break stood, Chinese goes on without a space and Latin words with one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Written without spaces between words: Han, kana, their punctuation and full-width forms.
UNSPACED = (
    r"\u2e80-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    r"\U00020000-\U0003ffff“”‘’—…·"
)
SPACE_BETWEEN_UNSPACED = re.compile(rf" (?<=[{UNSPACED}] )(?=[{UNSPACED}])")
UNSPACED_CHARACTER = re.compile(f"[{UNSPACED}]")
NARROW = "“”‘’·"  # full-width in Chinese fonts, but set narrow as often as not
NOT_SURELY_WIDE = re.compile("[^\u4e00-\u9fff，。、；：！？（）《》]")  # what else there is is looked up one by one


def join_lines(lines: Iterable[str]) -> str:
    """Return lines as one text; no character but white space is added or lost."""
    joined = ""
    for line in (line.strip() for line in lines):
        joined += (" " if needs_space(joined, line) else "") + line
    return joined


def needs_space(before: str, after: str) -> bool:
    """Whether a line break between the two stood for a space: only between Latin words and numbers."""
    if not before or not after:
        return False
    if UNSPACED_CHARACTER.match(before[-1]) or UNSPACED_CHARACTER.match(after[0]):
        return False
    is_one_number = before[-1].isdigit() and after[0].isdigit()
    return not is_one_number and not before.endswith(("-", "/", "_", "=", "&", "?"))


def close_gaps(text: str) -> str:
    """Return a title or name without the spaces that typesetters put between Chinese characters (方 志 动 态)."""
    said = " ".join(text.split())
    return SPACE_BETWEEN_UNSPACED.sub("", said) if " " in said else said


def width(text: str) -> float:
    """How wide a text prints, in ems: Chinese characters are 1, Latin about a half, spaces between them a quarter."""
    others = NOT_SURELY_WIDE.findall(text)
    return len(text) - len(others) + sum(map(character_width, others), 0.0)


@lru_cache(maxsize=65_536)
def character_width(character: str) -> float:
    """One character's width in ems."""
    if character == " ":
        return 0.25
    if character in NARROW:
        return 0.5
    if character in "—…" or unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return 0.5
