"""Which article a page says that it is (docs/wechat.md, identity).

Account, send-out and place make an article: ``biz``, ``mid``, ``idx``. Pages state them under many names, some with
empty parts, some only in a link; a statement that is whole goes before one that is not.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlsplit

from .opening import Page

# Where a page states its identity, in the order in which it is believed; by the names of biz, mid, idx and sn.
_STATEMENTS = (
    ("cgiDataNew.bizuin", "cgiDataNew.mid", "cgiDataNew.idx", "cgiDataNew.sn"),
    ("biz", "mid", "idx", "sn"),
    ("cgiData.biz", "cgiData.mid", "cgiData.idx", "cgiData.sn"),
    ("biz", "appmsgid", "itemidx", "sn"),
    ("cgiDataNew.bizuin", "appmsgid", "itemidx", "sign"),
)
# Links that name the page itself. They echo the form that was asked for: a short one says nothing.
_LINKS = ("msg_link", "cgiDataNew.link", "cgiData.msg_link", "link")

_SHORT = re.compile(r"https?://mp\.weixin\.qq\.com/s/([A-Za-z0-9_-]{22})(?:[?#]|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stated:
    """The parts as a page states them, checked; ``biz`` padded."""

    biz: str | None = None
    mid: str | None = None
    idx: str | None = None
    sn: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all three parts that make an article are there."""
        return bool(self.biz and self.mid and self.idx)


def read_identity(page: Page) -> Stated:
    """Return the first whole statement of the page's own identity, else the parts that there are."""
    variables = page.variables
    found = [checked(*(variables.find_text(name) for name in names)) for names in _STATEMENTS]
    links = [variables.find_text(name) for name in _LINKS]
    found += [read_link(link) for link in (*links, page.meta("og:url"), page.saved_from) if link]
    whole = next((stated for stated in found if stated.is_whole), None)
    if whole is None:
        whole = Stated(*(first(getattr(stated, part) for stated in found) for part in ("biz", "mid", "idx", "sn")))
    return whole if whole.sn else Stated(whole.biz, whole.mid, whole.idx, matching_sn(whole, found))


def read_short_url(page: Page) -> str | None:
    """Return the short address that the page states as its own, in its one spelling; None where it states none.

    Pages echo the form that was asked for, so a page asked for by its long address mostly states no short one; where
    it does (a copy of it does, or a redirect led there), both name the same article.
    """
    stated = (*(page.variables.find_text(name) for name in _LINKS), page.meta("og:url"), page.saved_from)
    tokens = (_SHORT.match(unescape(link)) for link in stated if link)
    return first(f"https://mp.weixin.qq.com/s/{found[1]}" for found in tokens if found)


def read_link(link: str) -> Stated:
    """Read the identity out of a long link, its entities undone (they come doubled)."""
    for _ in range(3):
        link = unescape(link)
    try:
        query = parse_qs(urlsplit(link).query)
    except ValueError:
        return Stated()

    def part(*names: str) -> str | None:
        return first(query[name][0] for name in names if name in query)

    return checked(part("__biz", "biz"), part("mid", "appmsgid"), part("idx", "itemidx"), part("sn", "sign"))


def checked(biz: str | None, mid: str | None, idx: str | None, sn: str | None) -> Stated:
    """Keep the parts that are what they should be: an account number in base64, digits, 32 hexadecimal digits."""
    return Stated(
        padded(biz) if biz else None,
        mid if mid and re.fullmatch(r"\d{1,12}", mid, re.ASCII) and int(mid) else None,
        idx if idx and re.fullmatch(r"\d{1,2}", idx, re.ASCII) and int(idx) else None,
        sn.lower() if sn and re.fullmatch(r"[0-9a-fA-F]{32}", sn) else None,
    )


def padded(biz: str) -> str | None:
    """The account's number in base64 with its padding, None where it is no number."""
    bare = biz.strip().rstrip("=")
    try:
        number = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return bare + "=" * (-len(bare) % 4) if number.isdigit() else None


def matching_sn(whole: Stated, found: list[Stated]) -> str | None:
    """The signature that another statement gives for the same article."""
    same = (whole.biz, whole.mid, whole.idx)
    return first(stated.sn for stated in found if (stated.biz, stated.mid, stated.idx) == same)


def first(values: Iterable[str | None]) -> str | None:
    """The first that says something."""
    return next((value for value in values if value), None)
