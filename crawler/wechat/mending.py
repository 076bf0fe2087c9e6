"""Where WeChat's addresses stand in printed text, and what breaks, escapes and glue did to them.

Finds where an address begins, closes it up over breaks (``joining`` says how far), trims what hangs on behind, and
says what was mended. What the grammar proves to be cut short is reported and never fetched
(docs/wechat.md, accidents and repair grammar; docs/decisions/addresses.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from storage.errors import NotAnArticle
from storage.records import Address

from .addresses import (
    ARTICLE_HOST,
    DEEPEST_NESTING,
    LENGTHS,
    TOKEN_LENGTH,
    WRAPPERS,
    WRAPPING_PATHS,
    cut_secrets,
    read_plain,
)
from .joining import Draft, gather, is_signature_begun
from .spelling import INVISIBLE, pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What an address came to. ``length`` is how much of the text belongs to it.

    ``cited_url`` is the address as it was printed, closed up over breaks, session secrets cut. ``repair`` names what
    was mended, joined by "+" in the order of REPAIRS. ``problem`` says why there is no address (one of PROBLEMS),
    ``reason`` says it more closely (as NotAnArticle does).
    """

    cited_url: str
    address: Address | None
    repair: str | None
    problem: str | None
    length: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An address in a text. ``printed`` is the text from ``start`` to ``end`` as it stands, secrets and all."""

    start: int
    end: int
    printed: str
    mended: Mended


REPAIRS = ("joined_lines", "unescaped", "respelled", "completed", "unwrapped", "trimmed")
PROBLEMS = ("truncated", "ambiguous", "malformed", "not_an_article")


def is_wechat_host(host: str) -> bool:
    """Whether articles live on this host."""
    return host.lower().rstrip(".") == ARTICLE_HOST


def read_address(url: str) -> Address:
    """Return what an address means, in any spelling, wrapper or escape.

    Raises NotAnArticle with the reason (docs/decisions/addresses.md lists them all).
    """
    mended = mend_address(url)
    if mended.address is None:
        raise NotAnArticle(url=mended.cited_url or url, reason=mended.reason or "not_an_article")
    return mended.address


def mend_address(text: str) -> Mended:
    """Return the address that a text begins with (white space, quotes and brackets aside); the text may run on."""
    match = LEADING.match(text)
    start = match.end() if match else 0
    mended = mend(text, start, len(text))
    return replace(mended, length=start + mended.length)


def mend_link(target: str) -> Mended:
    """Return the address that a link leads to: all of the target is meant to be the address.

    What hangs on behind it is therefore trimmed, and named as a repair.
    """
    mended = mend_address(target)
    if mended.address is None or NOTHING.fullmatch(target, mended.length):
        return mended
    return replace(mended, repair=name_repairs({*(mended.repair or "").split("+"), "trimmed"}))


def find_addresses(text: str) -> list[Found]:
    """Return every WeChat address printed in a text, in order, mended across line breaks."""
    found: list[Found] = []
    hosts = list(HOST.finditer(text))
    position = 0
    for number, host in enumerate(hosts):
        if host.start() < position or (start := beginning(text, host, position)) is None:
            continue
        # As many hosts as a wrapped address may hold: so hostile text is not spelled out over and over.
        beyond = number + DEEPEST_NESTING + 1
        end = hosts[beyond].start() if beyond < len(hosts) else len(text)
        mended = mend(text, start, end)
        position = start + mended.length
        found.append(Found(start=start, end=position, printed=text[start:position], mended=mended))
    return found


# ---- where an address begins ------------------------------------------------------------------------------------

_GAP = rf"[\s{INVISIBLE}]{{0,6}}"
_SLASH = r"(?:\\*[/／]|%(?:25)?2[Ff]|\\+x2[fF]|\\+u002[fF]|&\#(?:x2[fF]|47);)"


def spaced(word: str) -> str:
    """A pattern for a word in any case and width, broken anywhere."""
    letters = [r"\\?[.．]" if letter == "." else f"[{letter}{letter.upper()}{wide(letter)}]" for letter in word]
    return _GAP.join(letters)


def wide(letter: str) -> str:
    """The full-width forms of a letter."""
    return chr(ord(letter) + 0xFEE0) + chr(ord(letter.upper()) + 0xFEE0)


_HOST = spaced(ARTICLE_HOST)
_SCHEME = rf"{spaced('http')}{_GAP}(?:[sSｓＳ]{_GAP})?(?:[:：]|%(?:25)?3[Aa]){_GAP}{_SLASH}{_GAP}(?:{_SLASH}{_GAP})?"
_WRAPPERS = "|".join(re.escape(host) for host in WRAPPERS)
HOST = re.compile(_HOST)
SCHEME = re.compile(rf"(?:officialaccount://)?{_SCHEME}|{_SLASH}{{2,3}}{_GAP}")
SCHEME_BEFORE = re.compile(rf"(?:officialaccount://)?(?:{_SCHEME}|(?<![:/\\]){_SLASH}{{2}}{_GAP})\Z")
WRAPPER_BEFORE = re.compile(
    rf"(?:https?:)?//(?:(?:{_WRAPPERS})/[^\s<>\"'()]*[?&][a-z]+=|web\.archive\.org/web/[0-9a-z_*]+/)\Z", re.I
)
LEADING = re.compile(rf"[\s{INVISIBLE}<>\"'“”‘’「『《（(【\[`*|]*(?:[^\]\n]{{0,300}}\]\(\s*<?)?")
NOTHING = re.compile(rf"[\s{INVISIBLE}>\"'”’」』》）)】\]`*|]*")
# Behind the host: a path, or an end; a further label, an "@" or a port make it another's.
BOUNDED = re.compile(rf"[{INVISIBLE}]*(?!\\*[.．。]{_GAP}[A-Za-z0-9]|[A-Za-z0-9@＠_:：-]|%40)")
PATH_FOLLOWS = re.compile(rf"{_GAP}{_SLASH}")
LOOK_BACK = 64
LOOK_BACK_FOR_WRAPPER = 400


def beginning(text: str, host: re.Match[str], after: int) -> int | None:
    """Return where the address with this host begins, None where the host is part of something else."""
    start = host.start()
    window = text[max(after, start - LOOK_BACK) : start]
    scheme = SCHEME_BEFORE.search(window)
    if not BOUNDED.match(text, host.end()):
        return None
    if scheme is None:
        is_inside = start > after and (
            text[start - 1].isascii() and (text[start - 1].isalnum() or text[start - 1] in "._@%/-\\")
        )
        return None if is_inside or not PATH_FOLLOWS.match(text, host.end()) else start
    start -= len(window) - scheme.start()
    window = text[max(after, start - LOOK_BACK_FOR_WRAPPER) : start]
    wrapper = WRAPPER_BEFORE.search(window)
    return start - (len(window) - wrapper.start()) if wrapper else start


# ---- one address ------------------------------------------------------------------------------------------------


def mend(text: str, start: int, end: int) -> Mended:
    """Mend the address that begins at a place and may reach as far as another."""
    scheme = SCHEME.match(text, start)
    host = HOST.match(text, scheme.end() if scheme else start)
    if host and BOUNDED.match(text, host.end()) and "%" not in text[start : host.end() + 1]:
        draft, origin, begun = gather(text, host.end(), end), f"https://{ARTICLE_HOST}", host.end()
        repairs = prefix_repairs(text[start:begun], scheme[0] if scheme else "")
    else:  # wrapped, encoded or foreign: no grammar says where it goes on, so it ends at the first white space
        draft, origin, begun = gather_word(text, start, end), "", start
        repairs = set() if re.match(r"[a-z]+:", draft.plain, re.I) else {"completed"}
    tail = trim(draft.plain)
    if not SENTENCE_MARKS.fullmatch(draft.plain, len(tail)):
        repairs.add("trimmed")
    if OTHER_SPELLING.search(tail):
        repairs.add("respelled")
    if is_wrapped(origin + tail):
        repairs.add("unwrapped")
    reach = draft.ends[len(tail) - 1] if tail else begun
    return judge(origin + tail, draft.problem, as_cited(text[start:reach]), repairs | draft.repairs, reach - start)


def judge(plain: str, problem: str | None, cited_url: str, repairs: set[str], length: int) -> Mended:
    """Read a mended address, and say what came of it."""
    address, reason = None, problem
    try:
        address = read_plain(plain, cited_url)
    except NotAnArticle as error:
        reason = str(error.values["reason"])
    if address is None or reason:
        return Mended(
            cited_url=cited_url, address=None, repair=None, problem=problem_of(reason), length=length, reason=reason
        )
    return Mended(cited_url=cited_url, address=address, repair=name_repairs(repairs), problem=None, length=length)


def problem_of(reason: str | None) -> str:
    """Return the problem that a reason amounts to."""
    return reason if reason in PROBLEMS else "not_an_article"


def name_repairs(repairs: set[str]) -> str | None:
    """Return the repairs as one word, None for none."""
    return "+".join(repair for repair in REPAIRS if repair in repairs) or None


def as_cited(printed: str) -> str:
    """Return an address as it was printed, closed up, without session secrets."""
    return cut_secrets(CLOSED_UP.sub("", printed))


CLOSED_UP = re.compile(rf"[\s{INVISIBLE}]+")


def prefix_repairs(written: str, scheme: str) -> set[str]:
    """Return what had to be mended in scheme and host."""
    found = set()
    closed_up = CLOSED_UP.sub("", written)
    if closed_up != written:
        found.add("joined_lines")
    if "\\" in written or "&" in written:
        found.add("unescaped")
    if not closed_up.isascii():
        found.add("respelled")
    if scheme[:1] in ("", "/", "\\"):
        found.add("completed")
    if scheme.startswith("officialaccount"):
        found.add("unwrapped")
    return found


def is_wrapped(plain: str) -> bool:
    """Whether the article's address was taken out of another."""
    match = re.match(r"(?:[a-z]+:)?/*([^/?#]+)([^?#]*)", plain, re.I)
    return match is not None and (match[1].lower() != ARTICLE_HOST or match[2] in WRAPPING_PATHS)


# WeRead's "~" for "_", and "__biz" without what Markdown takes for emphasis.
OTHER_SPELLING = re.compile(r"/s/[A-Za-z0-9_-]*~|[?&]_?biz=")


def gather_word(text: str, start: int, end: int) -> Draft:
    """Return what is spelled up to the next white space."""
    draft = Draft()
    if piece := next(pieces(text, start, end), None):
        draft.add(piece)
    return draft


# ---- what hangs on behind ---------------------------------------------------------------------------------------

SENTENCE_MARKS = re.compile(r"[.,:;!?*_~/$@-]*")
SHORT = re.compile(r"(/+s/+[A-Za-z0-9_~-]*)(.*)", re.S)
ENDS = ".,:;!?&@$*~/"


def trim(tail: str) -> str:
    """Return a path with query and fragment without what cannot belong to it."""
    if (short := SHORT.fullmatch(tail)) and len(short[1].rpartition("/")[2]) >= TOKEN_LENGTH:
        base = short[1][: short[1].rindex("/") + 1]
        token, rest = short[1][len(base) :], short[2]
        if not token[TOKEN_LENGTH:].strip("_~-") and token[TOKEN_LENGTH:]:
            return base + token[:TOKEN_LENGTH]
        if not rest.startswith(("?", "#")) or len(token) > TOKEN_LENGTH:
            return base + token
    head, mark, fragment = tail.partition("#")
    fragment = re.match(r"[A-Za-z0-9_=&.%-]*", fragment)[0]  # type: ignore[index]
    if fragment.rstrip(".-"):
        return head + mark + fragment.rstrip(".-")
    return trim_query(head.rstrip(ENDS))


def trim_query(head: str) -> str:
    """Return a path and query whose last parameter ends where its grammar ends."""
    stem, mark, last = head.rpartition("&")
    name, equals, value = last.partition("=")
    if mark and not equals and not is_signature_begun(stem, name):
        return trim_query(stem.rstrip(ENDS))
    length = LENGTHS.get(name) or (1 if name in ("idx", "itemidx") else None)
    if length and len(value) > length and not value[length].isalnum():
        return f"{stem}{mark}{name}{equals}{value[:length]}"
    return head
