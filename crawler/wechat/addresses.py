"""What one WeChat address, already spelled out in plain characters, means.

The forms of WeChat's article addresses, the grammar of their parts, the wrappers that other services put round
them, and the session secrets that must not be kept. Mending what print, e-mail and decoders did to an address is
the business of ``mending``; this module takes the result at its word and refuses what the grammar refuses.
(docs/wechat.md, URL forms; identity, noise, and what one must send.)
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from functools import lru_cache
from urllib.parse import quote, unquote

from storage.errors import NotAnArticle
from storage.records import Address, Identity

ARTICLE_HOST = "mp.weixin.qq.com"
TOKEN_LENGTH = 22  # 16 bytes in URL-safe base64: every token seen (docs/wechat.md, repair grammar)
LENGTHS = {"sn": 32, "sign": 32, "chksm": 76}  # hexadecimal digits, in all 200 seen
LONG_PATHS = ("/s", "/mp/appmsg/show", "/mp/rumor", "/mp/show_refutation")
DEEPEST_NESTING = 4

# Why an address is no article's: the words that NotAnArticle carries as its reason.
# docs/decisions/addresses.md has the table with an example of each.
OTHER_PATHS: tuple[tuple[str, str], ...] = (
    ("/mp/appmsgalbum", "album"),
    ("/mp/homepage", "profile"),
    ("/mp/profile", "profile"),  # profile_ext too
    ("/profile", "profile"),
    ("/mp/getmasssendmsg", "profile"),
    ("/mp/getprofiletransferpage", "profile"),
    ("/mp/wappoc_appmsgcaptcha", "captcha"),
    ("/mp/", "resource"),
    ("/mmbizappmsg/", "resource"),
    ("/mmec/", "resource"),
    ("/shop/", "resource"),
    ("/cgi-bin/", "resource"),
)

# Services that lead on to the address in a parameter of theirs. They are never asked: the address is taken out.
WRAPPERS: dict[str, tuple[str, ...]] = {
    "mp.weixinbridge.com": ("url",),
    "weixin110.qq.com": ("url",),
    "support.weixin.qq.com": ("url",),
    "c.pc.qq.com": ("pfurl", "url"),
    "docs.qq.com": ("url",),
    "link.zhihu.com": ("target",),
    "link.jianshu.com": ("t",),
    "link.csdn.net": ("target",),
    "link.juejin.cn": ("target",),
    "weibo.cn": ("u",),
    "sinaurl.cn": ("u",),
    "www.google.com": ("url", "q"),
    "www.oschina.net": ("url",),
    "gitee.com": ("target",),
}
WRAPPING_PATHS = {"/mp/wappoc_appmsgcaptcha": ("target_url",), "/mp/wapredirect": ("url",)}

URL = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*):)?/{0,3}(?P<authority>[^/?#\\]*)(?P<path>[^?#]*)(?P<tail>.*)", re.I | re.S
)
PERCENT_SCHEME = re.compile(r"(?:officialaccount://|view-source:)+", re.I)
WEREAD = re.compile(r"MP_WXS_(?P<account>\d+)(?:_(?P<token>.*))?")
TOKEN = re.compile(r"[A-Za-z0-9_-]*")
HEXADECIMAL = re.compile(r"[0-9a-fA-F]*")
SCHEMES = frozenset({None, "http", "https"})


def read_plain(plain: str, cited_url: str, *, depth: int = 0) -> Address:
    """Return the address that a plain spelling (no white space, no escapes but percent signs) means.

    Raises NotAnArticle with the reason.
    """
    plain = PERCENT_SCHEME.sub("", plain)
    if weread := WEREAD.fullmatch(plain):
        return read_weread(weread, cited_url)
    if re.match(r"https?%(?:25)*3A", plain, re.I):
        return read_nested(plain, cited_url, depth)
    scheme, host, path, query = split(plain, cited_url)
    if nested := wrapped(host, path, query):
        return read_nested(nested, cited_url, depth)
    if host != ARTICLE_HOST:
        raise NotAnArticle(url=cited_url, reason=foreign(host))
    if scheme not in SCHEMES:
        raise NotAnArticle(url=cited_url, reason="not_an_article")
    return read_article_address(path, query, cited_url)


def split(plain: str, cited_url: str) -> tuple[str | None, str, str, str]:
    """Return scheme, host (without a port that goes without saying), path and query; the fragment is dropped."""
    match = URL.fullmatch(plain)
    if match is None or "\\" in plain:
        raise NotAnArticle(url=cited_url, reason="malformed")
    scheme = match["scheme"]
    authority = match["authority"].lower()
    if scheme and not plain[len(scheme) + 1 :].startswith("/"):  # "mp.weixin.qq.com:8080/s/…" has no scheme
        scheme, authority, path = None, f"{scheme}:{authority}".lower(), match["path"]
    else:
        path = match["path"]
    if "@" in authority:
        raise NotAnArticle(url=cited_url, reason="user_info")
    host, _, port = authority.partition(":")
    if port not in ("", "80", "443"):
        raise NotAnArticle(url=cited_url, reason="port")
    query = match["tail"].partition("#")[0].removeprefix("?")
    return (scheme.lower() if scheme else None), host.rstrip("."), path, query


def foreign(host: str) -> str:
    """Return why a host is not WeChat's."""
    if host == "weixin.sogou.com":  # only Sogou's own page, for some minutes, knows where this leads
        return "sogou_link"
    if "weixin" in host or host.startswith("mp.") or "xn--" in host:
        return "lookalike_host"
    if host == "localhost" or host.endswith((".local", ".localhost", ".internal")) or is_private(host):
        return "private_host"
    return "not_an_article"


PRIVATE = re.compile(
    r"(?:127|10|0|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\..*|\d+|0x[0-9a-f]+|\[.*"
)


def is_private(host: str) -> bool:
    """Whether a host is written as a private or local IP address (or in a disguise that only attackers use)."""
    return PRIVATE.fullmatch(host) is not None


# ---- wrappers ---------------------------------------------------------------------------------------------------


def wrapped(host: str, path: str, query: str) -> str | None:
    """Return the address that a captcha page, a redirect or a web archive was asked to lead to."""
    if host in ("web.archive.org", "archive.org"):
        inner = re.search(r"/web/[0-9a-z_*]+/(https?:/{0,2}.+)", path, re.I)
        return inner[1] + (f"?{query}" if query else "") if inner else None
    names = WRAPPING_PATHS.get(path) if host == ARTICLE_HOST else WRAPPERS.get(host)
    parts = dict(parameters(query))
    value = next((parts[name] for name in names or () if parts.get(name)), None)
    if value is None:
        return None
    if re.match(r"https?:", value, re.I):  # not encoded: the rest of the query is the article's
        return query[query.index(value) :]
    return unquote(value)


def read_nested(plain: str, cited_url: str, depth: int) -> Address:
    """Read an address that was taken out of another."""
    if depth == DEEPEST_NESTING:
        raise NotAnArticle(url=cited_url, reason="malformed")
    plain = unquote(plain) if re.match(r"https?%", plain, re.I) else plain
    return read_plain(re.sub(r"&(?:amp;)+", "&", plain), cited_url, depth=depth + 1)


# ---- articles ---------------------------------------------------------------------------------------------------


def read_weread(match: re.Match[str], cited_url: str) -> Address:
    """Read WeRead's id of an article, which carries the token."""
    if match["token"] is None:
        raise NotAnArticle(url=cited_url, reason="profile")
    return read_token(match["token"], "", cited_url)


def read_article_address(path: str, query: str, cited_url: str) -> Address:
    """Read an address on WeChat's own host by its path."""
    if path[:5].lower() == "/s%3f":
        path, _, encoded = unquote(path).partition("?")
        query = encoded + (f"&{query}" if query else "")
    path = re.sub(r"/{2,}", "/", path)
    if path.startswith("/s/") and path != "/s/":
        return read_token(unquote(path[3:]), query, cited_url)
    path = path.rstrip("/") or "/"
    if path in LONG_PATHS:
        return read_long(path, query, cited_url)
    raise NotAnArticle(
        url=cited_url, reason=next((word for start, word in OTHER_PATHS if path.startswith(start)), "not_an_article")
    )


def read_token(token: str, query: str, cited_url: str) -> Address:
    """Read a short address. Lists taken from WeRead write ``~`` for ``_``."""
    token = token.replace("~", "_").rstrip("/")
    if not TOKEN.fullmatch(token) or len(token) > TOKEN_LENGTH:
        raise NotAnArticle(url=cited_url, reason="malformed")
    if len(token) < TOKEN_LENGTH:
        raise NotAnArticle(url=cited_url, reason="truncated")
    article_url = f"https://{ARTICLE_HOST}/s/{token}"
    fetch_url = cut_secrets(f"{article_url}?{query}" if query else article_url)
    return Address(cited_url=cited_url, fetch_url=fetch_url, article_url=article_url)


def read_long(path: str, query: str, cited_url: str) -> Address:
    """Read a long address: an identity with its signatures, or a temporary signature alone."""
    query = re.sub(r"(?<![^&])_?biz=", "__biz=", query.strip("&"))  # Markdown takes "__" for emphasis
    parts = dict(parameters(query))
    identity = read_identity(parts, cited_url)
    name = identity.article_url if identity else temporary_name(parts, cited_url)
    check_signatures(parts, cited_url)
    return Address(
        cited_url=cited_url,
        fetch_url=cut_secrets(f"https://{ARTICLE_HOST}{path}?{query}"),
        article_url=name,
        identity=identity,
        is_temporary=identity is None or "tempkey" in parts,
    )


def parameters(query: str) -> list[tuple[str, str]]:
    """Return the names and values of a query in reverse order, so that a dictionary of them keeps the first."""
    pairs = [part.partition("=") for part in query.split("&")]
    return [(name, value) for name, _, value in reversed(pairs)]


def read_identity(parts: dict[str, str], cited_url: str) -> Identity | None:
    """Return the article's identity, None where a temporary signature stands in its place."""
    biz = parts.get("__biz", "")
    mid = parts.get("mid") or parts.get("appmsgid") or ""
    idx = parts.get("idx") or parts.get("itemidx") or ""
    account = read_biz(biz)
    if account and re.fullmatch(r"[0-9]{1,12}", mid) and re.fullmatch(r"[1-8]", idx):
        return Identity(biz=account, mid=mid, idx=idx)
    if parts.get("tempkey") or parts.get("signature"):
        return None
    raise NotAnArticle(url=cited_url, reason="truncated" if is_cut_short(biz, mid, idx) else "malformed")


def is_cut_short(biz: str, mid: str, idx: str) -> bool:
    """Whether what there is of an identity could be the beginning of a good one."""
    parts = ((biz, r"[A-Za-z0-9]*(?:=|%3[Dd])*"), (mid, "[0-9]{0,12}"), (idx, "[1-8]?"))
    is_missing = not (biz and mid and idx)
    return is_missing and all(re.fullmatch(grammar, part) for part, grammar in parts)


def read_biz(written: str) -> str | None:
    """Return an account number in padded base64, None unless it decodes to 8 to 10 digits."""
    bare = unquote(unquote(written)).rstrip("=")
    try:
        digits = b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (NotBase64, ValueError):
        return None
    padded = b64encode(digits).decode()
    is_account = digits.isdigit() and 8 <= len(digits) <= 10
    return padded if is_account and padded.rstrip("=") == bare else None


def temporary_name(parts: dict[str, str], cited_url: str) -> str:
    """Return the name of a temporary address: the signed parts alone, since nothing else tells it from others."""
    if parts.get("tempkey"):
        names = ["tempkey"]
    else:
        names = [name for name in ("src", "timestamp", "ver", "signature") if parts.get(name)]
        if "timestamp" not in names:
            raise NotAnArticle(url=cited_url, reason="truncated")
    signed = "&".join(f"{name}={quote(unquote(parts[name]), safe='*-._~=')}" for name in names)
    return f"https://{ARTICLE_HOST}/s?{signed}"


def check_signatures(parts: dict[str, str], cited_url: str) -> None:
    """Raise NotAnArticle where a signature is provably cut or wrong: WeChat would call a living article dead."""
    for name, length in LENGTHS.items():
        value = parts.get(name, "")
        if value and (len(value) != length or not HEXADECIMAL.fullmatch(value)):
            is_short = len(value) < length and HEXADECIMAL.fullmatch(value)
            raise NotAnArticle(url=cited_url, reason="truncated" if is_short else "malformed")


# ---- session secrets --------------------------------------------------------------------------------------------

SECRETS = (
    "key|uin|pass_ticket|exportkey|poc_token|poc_sid|appmsg_token|wxtoken|wap_sid2|sessionid|session_us|abtest_cookie"
    "|wx_header|token"
)
WECHAT_NAMES = re.compile(r"weixin|qq\.com|qpic\.cn|qlogo\.cn", re.I)
# One pattern for each depth of encoding: (question mark, ampersand, equals sign, what a value may not go past).
_RAW = (r"[?？]", r"(?:&|＆|\\x26|\\u0026)(?:amp;|\#0*38;)*;?", r"(?:=|＝|\\x3d|\\u003d|&\#61;)", r"[&＆#\s\"'<>\\]")
_ONCE = ("%3F", "%26(?:amp%3B)*", "%3D", r"%26|%23|[&#\s\"'<>]")
_TWICE = ("%253F", "%2526", "%253D", r"%2526|%2523|%26|%23|[&#\s\"'<>]")


def secret_patterns() -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    """Return, for each depth of encoding, what finds a secret after an ampersand and one after a question mark."""
    found = []
    for question, ampersand, equals, end in (_RAW, _ONCE, _TWICE):
        pair = rf"(?:{SECRETS}){equals}(?:(?!{end}).)*"
        later = re.compile(rf"{ampersand}{pair}", re.I | re.S)
        first = re.compile(rf"({question}|\#){pair}(?:{ampersand}|(?=#|%23|$))", re.I | re.S)
        found.append((later, first))
    return found


SECRET_PATTERNS = secret_patterns()
REMEMBERED = 2_000  # characters of an address; a hostile page has some of megabytes
SECRET_HINT = re.compile(rf"(?:{SECRETS})(?:=|＝|%|\\|&)", re.I)


def cut_secrets(url: str) -> str:
    """Return an address without the session secrets of whoever copied it; all else stays as it is spelled.

    Only addresses that name a WeChat host are touched: ``key=`` means something else elsewhere.
    """
    return _cut_again(url) if len(url) <= REMEMBERED else _cut(url)


@lru_cache(maxsize=64)
def _cut_again(url: str) -> str:
    """The same, remembered: an address is cut again for each record that names it."""
    return _cut(url)


def _cut(url: str) -> str:
    if not SECRET_HINT.search(url) or not WECHAT_NAMES.search(url):
        return url
    for later, first in SECRET_PATTERNS:
        url = first.sub(r"\1", later.sub("", url))
    return re.sub(r"(?:\?|%3F|%253F)(?=#|&|%26|%23|$)", "", url) if url.endswith(("?", "%3F")) or "?#" in url else url
