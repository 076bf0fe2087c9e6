"""How far an address reaches over line breaks and spaces, proved by its grammar.

A token has 22 characters, an account number decodes to digits, ``sn`` has 32 hexadecimal digits and ``chksm`` 76.
Text behind a break is joined only while the grammar asks for it and only if the grammar then closes, so that no
prose is swallowed (docs/wechat.md, repair grammar; docs/decisions/addresses.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice

from .addresses import HEXADECIMAL, LENGTHS, LONG_PATHS, TOKEN_LENGTH, parameters, read_biz
from .spelling import Piece, pieces

MOST_BREAKS = 40
"""An address of 270 characters in a column of 8 has 34 line breaks; what has more is no address."""


@dataclass(slots=True)
class Draft:
    """What has been gathered of an address: plain characters, and where each ends in the text."""

    plain: str = ""
    ends: list[int] = field(default_factory=list)
    repairs: set[str] = field(default_factory=set)
    problem: str | None = None

    def add(self, piece: Piece, *, is_joined: bool = False) -> None:
        """Add a piece of text."""
        self.plain += piece.plain
        self.ends += piece.ends
        flags = {
            "joined_lines": is_joined or piece.is_closed_up,
            "unescaped": piece.is_unescaped,
            "respelled": piece.is_respelled,
        }
        self.repairs |= {name for name, is_so in flags.items() if is_so}

    def cut(self, length: int) -> None:
        """Keep only the first characters."""
        self.plain = self.plain[:length]
        del self.ends[length:]


class Join(Enum):
    """What the grammar says of the text behind a break."""

    NO = auto()
    MAYBE = auto()  # fits, and closes nothing yet
    SURE = auto()  # the address certainly goes on here


def gather(text: str, position: int, end: int) -> Draft:
    """Gather path, query and fragment from behind the host, over as many breaks as the grammar proves."""
    draft, whole, gap = Draft(), 0, ""
    for count, piece in enumerate(islice(pieces(text, position, end), MOST_BREAKS)):
        if count:
            join = joins(draft.plain, gap, piece)
            if join is Join.NO:
                if whole and is_open_ended(draft.plain, piece.plain):
                    draft.problem = "ambiguous"
                break
            whole = 0 if join is Join.SURE else whole
        begun = len(draft.plain)
        draft.add(piece, is_joined=count > 0 and bool(piece.plain))
        is_glued = cut_glue(draft, begun)
        whole = len(draft.plain) if is_whole(draft.plain) else whole
        if is_glued or piece.gap is None:
            break
        gap = piece.gap
    return draft if whole == len(draft.plain) else settle(draft, whole, text, position, end)


def settle(draft: Draft, whole: int, text: str, position: int, end: int) -> Draft:
    """Return the draft as far as it is proved: up to where it was whole, else its first piece."""
    if whole:
        draft.cut(whole)
        return draft
    first = Draft()
    first.add(next(pieces(text, position, end)))
    cut_glue(first, 0)
    first.problem = "truncated" if is_begun(first.plain) else None
    return first


GLUED = re.compile(r"https?:/|(?<!=)mp\.weixin\.qq\.com/|(?<![:=])//mp\.weixin", re.I)


def cut_glue(draft: Draft, begun: int) -> bool:
    """Cut the draft where another address is glued to it; whether one was."""
    if draft.plain.startswith(("/mp/wap", "/mp/wappoc")):  # wrappers hold another address on purpose
        return False
    glued = GLUED.search(draft.plain, begun)
    if glued:
        draft.cut(glued.start())
    return glued is not None


# ---- is it whole? -----------------------------------------------------------------------------------------------

SHORT = re.compile(r"/+s/+(?P<token>[A-Za-z0-9_~-]*)(?P<rest>.*)", re.S)
LONG = re.compile(
    rf"/*(?P<path>{'|'.join(re.escape(path) for path in LONG_PATHS)})/?\?(?P<query>[^#]*)(?P<fragment>\#.*)?", re.S
)
ROUTES = ("/s/", "/s?", "/mp/appmsg/show?", "/mp/rumor?", "/mp/show_refutation?", "/mp/wappoc_appmsgcaptcha?")


def is_whole(tail: str) -> bool:
    """Whether the grammar is content with what there is; text may end here."""
    if short := SHORT.fullmatch(tail):
        return len(short["token"]) >= TOKEN_LENGTH
    if long := LONG.fullmatch(tail):
        return is_whole_query(long["query"])
    return not is_begun(tail)


def is_begun(tail: str) -> bool:
    """Whether this is how the path of an article's address begins."""
    is_route = any(route.startswith(tail) or tail.startswith(route) for route in ROUTES[:-1])
    return len(tail) > 1 and (is_route or LONG.fullmatch(tail) is not None)


def is_whole_query(query: str) -> bool:
    """Whether a query names an article and none of its signatures is unfinished."""
    parts = dict(parameters(query))
    stem, _, last = query.rpartition("&")
    name, equals, value = last.partition("=")
    if not equals and is_signature_begun(stem, name):
        return False
    if name in LENGTHS and len(value) < LENGTHS[name]:
        return False
    if has_identity(parts):
        return True
    signature = parts.get("signature", "").replace("%3D", "=")
    return bool(parts.get("tempkey") or (parts.get("timestamp") and signature and len(signature) % 4 == 0))


def has_identity(parts: dict[str, str]) -> bool:
    """Whether account, send-out and place are there."""
    biz = parts.get("__biz") or parts.get("_biz") or parts.get("biz") or ""
    has_mid = bool(parts.get("mid") or parts.get("appmsgid"))
    return has_mid and bool(parts.get("idx") or parts.get("itemidx")) and read_biz(biz) is not None


def is_signature_begun(stem: str, name: str) -> bool:
    """Whether a last word without "=" is the beginning of a signature's name that is still missing."""
    missing = [signed for signed in ("sn", "chksm") if f"&{signed}=" not in stem and f"?{signed}=" not in stem]
    return bool(name) and any(signed.startswith(name) for signed in missing)


def is_open_ended(tail: str, behind: str) -> bool:
    """Whether a whole address might go on behind the break, and nothing proves or disproves it."""
    long = LONG.fullmatch(tail)
    if not long or long["fragment"] or not behind:
        return False
    name, _, value = long["query"].rpartition("&")[2].partition("=")
    if name in ("mid", "appmsgid"):
        return behind[0].isdigit() and len(value) < MID_LENGTH
    if name.endswith("biz"):  # nine digits of an account of ten decode as well as all ten
        return behind[0].isalnum() and "=" not in value and "%" not in value and len(value) < UNPADDED_BIZ
    is_temporary = name == "tempkey" or (name == "signature" and not value.endswith("="))
    return is_temporary and behind[0].isalnum()


# ---- does it go on? ---------------------------------------------------------------------------------------------

# The parameters that WeChat's links carry (docs/wechat.md, identity and noise); a break may fall inside a name.
NAMES = frozenset(
    (
        "__biz",
        "mid",
        "idx",
        "sn",
        "chksm",
        "appmsgid",
        "itemidx",
        "sign",
        "src",
        "timestamp",
        "ver",
        "signature",
        "new",
        "tempkey",
        "action",
        "scene",
        "ascene",
        "subscene",
        "srcid",
        "sharer_sharetime",
        "sharer_shareid",
        "sharer_shareinfo",
        "sharer_shareinfo_first",
        "sharer_username",
        "shareto",
        "mpshare",
        "from",
        "isappinstalled",
        "lang",
        "version",
        "exportkey",
        "pass_ticket",
        "uin",
        "key",
        "clicktime",
        "enterid",
        "devicetype",
        "nettype",
        "abtest_cookie",
        "wx_header",
        "sessionid",
        "session_us",
        "cur_album_id",
        "count",
        "color_scheme",
        "poc_token",
        "token",
        "xtrack",
        "wxtoken",
        "click_id",
        "fontgear",
        "winzoom",
        "rd2werd",
        "nwr_flag",
        "realreporttime",
        "forceh5",
        "search_click_id",
        "from_msgid",
        "from_itemidx",
        "nolastread",
        "forcenew",
        "target_url",
        "type",
        "msgid",
        "ptlang",
        "ADUIN",
        "ADSESSION",
        "ADTAG",
        "ADPUBNO",
        "acctmode",
        "appinstall",
        "first_view",
        "weread",
        "from_safari",
        "plg_nld",
        "plg_auth",
        "plg_uin",
        "plg_usr",
        "plg_vkey",
        "plg_dev",
        "wechat_real_lang",
    )
)
FRAGMENTS = ("rd", "wechat_redirect")
MID_LENGTH = 10  # a 32-bit number: nothing longer was seen
LONGEST_BIZ = 20
UNPADDED_BIZ = 14  # ten digits
PARAMETER = re.compile(r"[?&]([A-Za-z_0-9]+)=")
FRAGMENT = re.compile(r"#(?:rd|wechat_redirect)(?![A-Za-z0-9_])")
ANOTHER = re.compile(r"https?:|//|www\.|mp\.weixin\.", re.I)
TOKEN_RUN = re.compile(r"[A-Za-z0-9_~-]*")
BIZ_RUN = re.compile(r"[A-Za-z0-9]+(?:=|%3[Dd]|%253[Dd])*")
VALUE_RUN = re.compile(r"[A-Za-z0-9_.%*~+-]*")
SIGNATURE_RUN = re.compile(r"[A-Za-z0-9_.~*-]*(?:=|%3[Dd])*")
DIGITS = re.compile(r"[0-9]+")


def joins(tail: str, gap: str, piece: Piece) -> Join:
    """Say whether a piece of text behind a break belongs to the address."""
    behind = piece.plain
    if not behind or ANOTHER.match(behind):
        return Join.NO
    is_line = "\n" in gap and piece.gap is not None and "\n" in piece.gap
    maybe = Join.MAYBE if is_line else Join.NO
    if any(route != tail and route.startswith(tail) for route in ROUTES):
        return joins_path(tail, behind, maybe)
    if (short := SHORT.fullmatch(tail)) and not short["rest"]:
        return joins_token(short["token"], piece, maybe)
    if "#" in tail:
        return joins_fragment(tail.rpartition("#")[2], behind)
    return joins_query(tail, piece, maybe)


def joins_path(tail: str, behind: str, maybe: Join) -> Join:
    """Go on with a path that has not reached an article's yet."""
    both = tail + behind
    if short := SHORT.fullmatch(both):
        length = len(short["token"])
        return (
            Join.SURE if length == TOKEN_LENGTH else maybe if length < TOKEN_LENGTH and not short["rest"] else Join.NO
        )
    if any(both.startswith(route) for route in ROUTES):
        return Join.SURE
    return maybe if any(route.startswith(both) for route in ROUTES) else Join.NO


def joins_token(token: str, piece: Piece, maybe: Join) -> Join:
    """Go on with a token until it has its 22 characters, not one more."""
    behind = piece.plain
    if len(token) == TOKEN_LENGTH:
        return Join.SURE if is_next_parameter(behind, mark="?") else Join.NO
    run = TOKEN_RUN.match(behind)[0]  # type: ignore[index]
    return joins_run(len(token), TOKEN_LENGTH, run, piece, maybe)


def joins_run(held: int, length: int, run: str, piece: Piece, maybe: Join) -> Join:
    """Go on with a part of known length."""
    if held + len(run) < length:
        return maybe if run == piece.plain else Join.NO
    is_end = len(run) < len(piece.plain) and piece.plain[len(run)] in "?&#.,;:!/*%"
    if held + len(run) > length:
        return Join.SURE if GLUED.match(piece.plain, length - held) else Join.NO
    return Join.SURE if is_end or piece.ends_with(run) else Join.NO


def joins_fragment(fragment: str, behind: str) -> Join:
    """Go on with a fragment that is one of WeChat's two."""
    rests = [known[len(fragment) :] for known in FRAGMENTS if known.startswith(fragment) and known != fragment]
    is_rest = any(re.match(rf"{re.escape(rest)}(?![A-Za-z0-9_])", behind) for rest in rests)
    return Join.SURE if is_rest else Join.NO


def is_next_parameter(behind: str, mark: str = "&") -> bool:
    """Whether text behind a break begins with a parameter or fragment of WeChat's, as no prose does."""
    parameter = PARAMETER.match(behind) if behind.startswith(mark) else None
    return (parameter is not None and parameter[1] in NAMES) or FRAGMENT.match(behind) is not None


def joins_query(tail: str, piece: Piece, maybe: Join) -> Join:
    """Go on with a query: at its next parameter, or inside a name or value."""
    behind = piece.plain
    last = re.split(r"[?&]", tail)[-1]
    name, equals, value = last.partition("=")
    is_next = is_next_parameter(behind)
    if not equals:
        if is_next and not name:
            return Join.SURE
        return joins_name(name, behind, maybe)
    if is_next:
        return Join.SURE if is_finished(name, value) else Join.NO
    is_needed = not is_whole(tail)
    rule = VALUE_RULES.get(name, joins_noise)
    return rule(name, value, piece, maybe if is_needed else Join.NO)


def is_finished(name: str, value: str) -> bool:
    """Whether a value may be followed by the next parameter."""
    if name in LENGTHS:
        return len(value) in (0, LENGTHS[name])
    return read_biz(value) is not None if name.endswith("biz") else True


def joins_name(name: str, behind: str, maybe: Join) -> Join:
    """Go on inside a parameter's name."""
    written, equals, _ = (name + behind).partition("=")
    if equals:
        return Join.SURE if written in NAMES else Join.NO
    return maybe if any(known.startswith(written) for known in NAMES) else Join.NO


def joins_signature(name: str, value: str, piece: Piece, maybe: Join) -> Join:
    """Go on inside ``sn`` or ``chksm``."""
    if len(value) >= LENGTHS[name]:
        return Join.NO
    run = HEXADECIMAL.match(piece.plain)[0]  # type: ignore[index]
    return joins_run(len(value), LENGTHS[name], run, piece, maybe)


def joins_biz(name: str, value: str, piece: Piece, maybe: Join) -> Join:
    """Go on inside an account number, which must then decode to digits."""
    both = value + piece.plain
    run = BIZ_RUN.match(both)
    if run is None or run.end() < len(value.rstrip("%32")):
        return Join.NO
    rest = both[run.end() :]
    if rest.startswith("&"):
        return Join.SURE if read_biz(run[0]) else Join.NO
    if not rest and run[0].endswith(("=", "%3D", "%3d")) and read_biz(run[0]):
        return Join.SURE
    return maybe if rest in ("", "%", "%3", "%2", "%25", "%253") and len(run[0]) <= LONGEST_BIZ else Join.NO


def joins_number(name: str, value: str, piece: Piece, maybe: Join) -> Join:
    """Go on inside a number whose length is not known: only if the next parameter follows it."""
    run = DIGITS.match(piece.plain)
    if run is None or len(value) + run.end() > (MID_LENGTH if name.endswith(("mid", "msgid")) else 12):
        return Join.NO
    rest = piece.plain[run.end() :]
    if is_next_parameter(rest):
        return Join.SURE
    return maybe if not rest or is_name_begun(rest) else Join.NO


def is_name_begun(rest: str) -> bool:
    """Whether this is an ampersand and the beginning of a parameter's name."""
    return rest.startswith("&") and any(known.startswith(rest[1:]) for known in NAMES)


def joins_place(name: str, value: str, piece: Piece, maybe: Join) -> Join:
    """Go on behind ``idx=``: one digit, 1 to 8."""
    is_place = not value and re.match(r"[1-8](?![0-9A-Za-z])", piece.plain)
    return Join.SURE if is_place else Join.NO


def joins_temporary(name: str, value: str, piece: Piece, maybe: Join) -> Join:
    """Go on inside a temporary signature: base64, closed by its padding or by the next parameter."""
    if value.endswith("="):
        return joins_noise(name, value, piece, Join.NO) if piece.plain.startswith("=") else Join.NO
    run = SIGNATURE_RUN.match(piece.plain)[0]  # type: ignore[index]
    rest = piece.plain[len(run) :]
    is_closed = (value + run).replace("%3D", "=").endswith("=") and len((value + run).replace("%3D", "=")) % 4 == 0
    if is_next_parameter(rest) or (is_closed and not rest):
        return Join.SURE
    return maybe if not rest else Join.NO


def joins_noise(name: str, value: str, piece: Piece, maybe: Join) -> Join:
    """Go on inside a value without grammar: only if the next parameter or fragment follows it."""
    run = VALUE_RUN.match(piece.plain)[0]  # type: ignore[index]
    rest = piece.plain[len(run) :]
    if is_next_parameter(rest):
        return Join.SURE
    return maybe if not rest else Join.NO


VALUE_RULES = {
    **dict.fromkeys(LENGTHS, joins_signature),
    **dict.fromkeys(("__biz", "_biz", "biz"), joins_biz),
    **dict.fromkeys(("mid", "appmsgid", "timestamp", "src", "ver"), joins_number),
    **dict.fromkeys(("idx", "itemidx"), joins_place),
    "signature": joins_temporary,
}
