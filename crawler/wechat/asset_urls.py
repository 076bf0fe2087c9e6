"""The addresses of pictures, sounds, films and style sheets: whose they are, which are one, where the original is.

(docs/wechat.md, assets.)
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

from storage.records import Role

# Hosts that WeChat's pages take their media and style sheets from (docs/wechat.md, assets; pages of 2016 to 2026).
ASSET_DOMAINS = ("qpic.cn", "qlogo.cn")
ASSET_HOSTS = frozenset(
    {
        "res.wx.qq.com",
        "res2.wx.qq.com",
        "mmbiz.qq.com",
        "mp.weixin.qq.com",  # style sheets, and voices by /cgi-bin/readtemplate and getvoice
        "vpic.video.qq.com",
        "y.gtimg.cn",
        "imgcache.qq.com",
        "file.daihuo.qq.com",
    }
)
ASSET_SUFFIXES = (".qqmusic.qq.com", ".tc.qq.com", ".wxs.qq.com")

PICTURE = re.compile(r"/(?P<bucket>[A-Za-z0-9_]+)/(?P<id>[^/?#]{16,})(?:/(?P<size>[^/?#]*))?/?", re.ASCII)
AVATAR = re.compile(r"(?P<stem>/(?:.+/)?(?P<id>[^/]+))/(?P<size>0|46|64|96|132)?")
DELIVERY = frozenset({"tp", "wxfrom", "wx_lazy", "wx_co", "usepicprefetch"})
"""Parameters that ask for another encoding or time of the same picture."""

VOICE = re.compile(r"[?&]mediaid=([^&#]+)", re.I)
PARTS = re.compile(r"(https?):/{1,3}([^/?#]+)([^?#]*)(?:\?([^#]*))?", re.I)


def is_asset_host(host: str) -> bool:
    """Whether WeChat's pages take media from this host."""
    host = host.lower().rstrip(".")
    return (
        host in ASSET_HOSTS
        or host.endswith(ASSET_SUFFIXES)
        or any(host == domain or host.endswith(f".{domain}") for domain in ASSET_DOMAINS)
    )


def asset_key(url: str) -> str:
    """Return what makes an asset one and the same, however it is asked for.

    The path id of a picture or avatar (host, bucket, size and query are matters of delivery), the media id of a
    voice, a film's address without its signature, else the address over https without its fragment.
    """
    full = full_address(url)
    match = PARTS.match(full)
    if match is None:
        return full
    host, path, query = match[2].lower(), match[3], match[4] or ""
    if picture := picture_path(host, path):
        return unquote(picture["id"])
    if path.endswith("/getvoice") and (voice := VOICE.search(f"?{query}")):
        return unquote(voice[1])
    if host.endswith("qlogo.cn") and (avatar := AVATAR.fullmatch(path)):
        return unquote(avatar["id"])
    if host == "mpvideo.qpic.cn":
        return f"https://{host}{path}"
    return full


def asset_addresses(url: str, role: Role) -> tuple[tuple[str, bool], ...]:
    """Return the addresses to try in order, each with whether it gives the original.

    A picture's original is its size ``0`` with ``wx_fmt`` kept and without the parameters that ask for another
    encoding; then comes the address as cited, which is scaled unless it says the same.
    """
    full = full_address(url)
    original = original_address(full) if role not in (Role.STYLE, Role.AUDIO, Role.VIDEO) else None
    if original is None or original == full:
        return ((full, True),)
    return ((original, True), (full, False))


def original_address(full: str) -> str | None:
    """Return where the original of a picture or avatar is, None for an address that has no sizes."""
    match = PARTS.match(full)
    if match is None:
        return None
    host, path, query = match[2].lower(), match[3], match[4]
    if picture := picture_path(host, path):
        path = f"/{picture['bucket']}/{picture['id']}/0"
    elif host.endswith("qlogo.cn") and (avatar := AVATAR.fullmatch(path)):
        path = f"{avatar['stem']}/0"
    else:
        return None
    kept = [part for part in (query or "").split("&") if part and part.partition("=")[0].lower() not in DELIVERY]
    return f"https://{host}{path}" + ("?" + "&".join(kept) if kept else "")


def picture_path(host: str, path: str) -> re.Match[str] | None:
    """Return bucket, id and size of a picture in WeChat's own store; None for films and others' covers on qpic."""
    is_store = host.endswith(".qpic.cn") and not host.startswith(("mpvideo.", "puui.", "vpic."))
    return PICTURE.fullmatch(path) if is_store or host == "mmbiz.qlogo.cn" else None


def full_address(url: str) -> str:
    """Return an address as one asks for it: entities undone, with its host, over https, without a fragment."""
    plain = unescape(re.sub(r"&times(?=tamp=)", "&amp;times", url)) if "&" in url else url
    plain = re.sub(r"[\t\r\n]", "", plain).strip().partition("#")[0]
    if plain.startswith("//"):
        plain = f"https:{plain}"
    match = re.match(r"(https?):/*(?=[^/])([^/?#]*)", plain, re.I)
    if match is None:
        return plain
    host = match[2].lower()
    scheme = "https" if is_asset_host(host.partition(":")[0]) else match[1].lower()
    return f"{scheme}://{host}{plain[match.end() :]}"
