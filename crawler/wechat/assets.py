"""The media that make a page whole: where each is, and what it is to the page (docs/wechat.md, assets).

In the order of the page, each once by identity and role. Only what stands on WeChat's own media hosts can be
fetched and counts; scripts never do. An address is given as it stands on the page, with its entities undone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import unquote, urljoin, urlsplit

import tinycss2
from bs4 import Tag

from storage.errors import NotAnArticle
from storage.records import AssetLink, Inventory, Role

from . import landmarks, urls
from .articles import read_cover, read_type, settled_url
from .literals import Value
from .opening import Page

GETVOICE = "https://res.wx.qq.com/voice/getvoice?mediaid="
FILM_HOST = "mpvideo.qpic.cn"
# Bounded and without going back: a style attribute may be 16 MB of "url(".
_URL = re.compile(r"url\(\s*+(?:\"([^\"]{0,4000}+)\"|'([^']{0,4000}+)'|([^()\"'\s]{0,4000}+))\s*+\)", re.IGNORECASE)
_IMAGE_ATTRIBUTES = ("data-src", "src")
_AUTHORED = ("data-src", "data-ratio", "data-w", "data-s", "data-type", "data-imgfileid")
_LONGEST_ADDRESS = 4_000
MAX_MEDIA = 10_000  # of one page; the richest seen cites 250
PICTURES = 8

Found = tuple[str, Role]


def find_assets(page: Page) -> tuple[AssetLink, ...]:
    """Return every asset of the page that can be fetched, in page order, each once."""
    links: dict[tuple[str, Role], AssetLink] = {}
    for address, role in islice(_cited(page), MAX_MEDIA):
        link = make_link(address, role)
        if link is not None:
            links.setdefault((link.key, link.role), link)
    return tuple(links.values())


def make_link(address: str, role: Role, base_url: str = "https://mp.weixin.qq.com/") -> AssetLink | None:
    """Return the asset at this address, None where nothing of WeChat's can be fetched from it."""
    if len(address) > _LONGEST_ADDRESS:
        return None
    url = settled_url(address)
    if url.startswith(("//", "/")):
        url = urljoin(base_url, url)
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not urls.is_asset_host(host):
        return None
    return AssetLink(url=url, role=role, key=urls.asset_key(url))


def _cited(page: Page) -> Iterator[Found]:
    """Everything that the page cites as an asset, as it stands there."""
    yield from _sheets(page)
    cover = read_cover(page)
    if cover:
        yield cover, Role.COVER
    avatar = page.variables.find_text(
        "round_head_img", "cgiDataNew.round_head_img", "cgiData.round_head_img", "ori_head_img_url", "hd_head_img"
    )
    if avatar:
        yield avatar, Role.AVATAR
    yield from _data_media(page)
    for container in body_containers(page):
        for tag in container.find_all(True):
            yield from _element_media(tag)


def body_containers(page: Page) -> list[Tag]:
    """The elements that hold the article's own media, outermost only."""
    containers = [page.ids[name] for name in (landmarks.SHARE_PAGE, landmarks.BODY) if name in page.ids]
    if landmarks.TEXT_POST_TITLE in page.ids:
        return []  # a text post has no media; its container holds the account's chrome
    return containers[:1] if containers else [page.ids[name] for name in ("img_list",) if name in page.ids]


def _sheets(page: Page) -> Iterator[Found]:
    """Linked style sheets, and what the sheets inside the page fetch."""
    for tag in page.elements:
        if tag.name == "link" and "stylesheet" in str(tag.get("rel") or "").lower():
            yield str(tag.get("href") or ""), Role.STYLE
        elif tag.name == "style" and tag.string and not _is_in_body(tag):
            yield from ((address, Role.STYLE) for address in style_addresses(str(tag.string)))


def _is_in_body(tag: Tag) -> bool:
    return any(parent.get("id") in (landmarks.BODY, landmarks.SHARE_PAGE) for parent in tag.parents)


def _data_media(page: Page) -> Iterator[Found]:
    """What the page's data holds: pictures of a picture post, a voice, films and their covers."""
    variables = page.variables
    if read_type(page) == PICTURES:
        for picture in picture_list(page):
            yield from _member(picture, "cdn_url", Role.BODY)
    voice = variables.find_text("voiceid", "cgiData.voiceid", "cgiDataNew.voiceid")
    if voice:
        yield GETVOICE + voice, Role.AUDIO
    cover = variables.find_text("__mpVideoCoverUrl")
    if cover:
        yield cover, Role.COVER
    for film in variables.find_members("cgiDataNew.video_page_infos", "videoPageInfos", "video_page_infos"):
        yield from _member(film, "cover_url", Role.COVER)
        yield from _largest_film(film.get("mp_video_trans_info"))
    yield from _largest_film(variables.find("__mpVideoTransInfo"))


def picture_list(page: Page) -> list[dict[str, Value]]:
    """The page's own list of its pictures, in order (docs/wechat.md, variables)."""
    return page.variables.find_members("cgiDataNew.picture_page_info_list", "picture_page_info_list")


def _member(owner: dict[str, Value], name: str, role: Role) -> Iterator[Found]:
    value = owner.get(name)
    if isinstance(value, str) and value:
        yield value, role


def _largest_film(renditions: Value) -> Iterator[Found]:
    """The rendition with most pixels; ``format_id`` says nothing about quality."""
    for film in by_pixels(renditions)[:1]:
        yield from _member(film, "url", Role.VIDEO)


def by_pixels(renditions: Value) -> list[dict[str, Value]]:
    """A film's renditions, the one with most pixels first."""
    films = [film for film in renditions if isinstance(film, dict)] if isinstance(renditions, list) else []

    def pixels(film: dict[str, Value]) -> float:
        width, height = film.get("width"), film.get("height")
        return width * height if isinstance(width, int | float) and isinstance(height, int | float) else 0

    return sorted(films, key=pixels, reverse=True)


def _element_media(tag: Tag) -> Iterator[Found]:
    """What one element of the body shows or plays."""
    style = str(tag.get("style") or "")
    if "url(" in style:
        yield from ((address, Role.BACKGROUND) for address in style_addresses(style))
    for name in ("data-lazy-bgimg", "background"):
        if tag.get(name):
            yield str(tag[name]), Role.BACKGROUND
    reader = _ELEMENTS.get(tag.name)
    if reader is not None:
        yield from reader(tag)
    elif tag.name.startswith("mp"):
        yield from _card(tag)


def _image(tag: Tag) -> Iterator[Found]:
    """A picture: the address that scripts put in place goes before the placeholder; a cropped one has its original."""
    address = image_address(tag)
    if address:
        yield address, Role.AVATAR if _is_avatar(tag) else Role.BODY
    if tag.get("data-croporisrc"):
        yield str(tag["data-croporisrc"]), Role.BODY


def image_address(tag: Tag) -> str | None:
    """Where a picture is: the address for scripts before the placeholder; None for pictures within the page."""
    for name in _IMAGE_ATTRIBUTES:
        value = str(tag.get(name) or "").strip()
        if value and not value.startswith("data:"):
            return value
    return None


def _drawn_image(tag: Tag) -> Iterator[Found]:
    """An ``<image>`` inside SVG."""
    for name in ("href", "xlink:href", "data-src", "src"):
        if tag.get(name):
            yield str(tag[name]), Role.BODY
            return


def _voice(tag: Tag) -> Iterator[Found]:
    if tag.get("voice_encode_fileid"):
        yield GETVOICE + str(tag["voice_encode_fileid"]), Role.AUDIO
    if tag.get("cover"):
        yield unquote(str(tag["cover"])), Role.COVER


def _music(tag: Tag) -> Iterator[Found]:
    if tag.get("audiourl"):
        yield str(tag["audiourl"]), Role.AUDIO
    if tag.get("albumurl"):
        yield str(tag["albumurl"]), Role.COVER


def _player(tag: Tag) -> Iterator[Found]:
    """A film's frame: only its cover can be fetched; the film itself needs another request."""
    for name in ("data-cover", "poster"):
        if tag.get(name):
            yield unquote(str(tag[name])), Role.COVER


def _film(tag: Tag) -> Iterator[Found]:
    yield from _player(tag)
    if tag.get("src"):
        yield str(tag["src"]), Role.VIDEO


def _sound(tag: Tag) -> Iterator[Found]:
    if tag.get("src"):
        yield str(tag["src"]), Role.AUDIO


def _card(tag: Tag) -> Iterator[Found]:
    """A card: every picture that its attributes name."""
    for value in tag.attrs.values():
        address = str(value)
        if address.startswith(("http", "//")) and re.match(r"(?:https?:|https?%3A)?(?://|%2F%2F)", address):
            yield unquote(address) if "%3A%2F%2F" in address[:16] else address, Role.CARD


def _sheet(tag: Tag) -> Iterator[Found]:
    yield from ((address, Role.BACKGROUND) for address in style_addresses(str(tag.string or "")))


_ELEMENTS = {
    "img": _image,
    "image": _drawn_image,
    "mpvoice": _voice,
    "mp-common-mpaudio": _voice,
    "qqmusic": _music,
    "mp-common-qqmusic": _music,
    "iframe": _player,
    "video": _film,
    "audio": _sound,
    "style": _sheet,
}


def style_addresses(css: str) -> list[str]:
    """Every address in ``url()``, whatever its quotes, entities of doubly written ones undone."""
    plain = css.replace("&quot;", '"').replace("&#39;", "'").replace("&apos;", "'")
    found = (match[1] or match[2] or match[3] for match in _URL.finditer(plain))
    return [address for address in found if address and not address.startswith(("data:", "#"))]


# ---- the inventory, links, style sheets ----------------------------------------------------------------------


def inventory(page: Page, assets: Iterable[AssetLink]) -> Inventory:
    """Count the body media that the page itself says it has, and those that were found.

    A page of 2021 or later lists its pictures in order; of an older one the media elements are counted.
    """
    held = {link.key for link in assets}
    listed = [value for picture in picture_list(page) if isinstance(value := picture.get("cdn_url"), str) and value]
    if listed:
        keys = [urls.asset_key(settled_url(address)) for address in listed]
        return Inventory(expected=len(keys), found=sum(key in held for key in keys))
    elements = (tag for container in body_containers(page) for tag in container.find_all(True))
    said = list(islice((said for tag in elements if (said := _said(tag))), MAX_MEDIA))
    found = sum((link := make_link(address, Role.BODY)) is not None and link.key in held for address in said)
    return Inventory(expected=len(said), found=found)


def _said(tag: Tag) -> str | None:
    """The address by which an element says that it shows or plays something of the article's; else None."""
    if tag.name == "img":
        address = image_address(tag)
        if address is None or _is_avatar(tag):
            return None
        if address.startswith(("http", "//")):
            return address if make_link(address, Role.BODY) else None  # None: it lies elsewhere
        return address if any(name in tag.attrs for name in _AUTHORED) else None  # None: the icon of a drawn card
    if tag.name in ("mpvoice", "mp-common-mpaudio"):
        return next((address for address, role in _voice(tag) if role is Role.AUDIO), None)
    return None


def _is_avatar(tag: Tag) -> bool:
    return "avatar" in str(tag.get("class") or "")


def find_article_links(page: Page) -> tuple[str, ...]:
    """Return the articles that the body links to, by their canonical names, each once."""
    named: dict[str, None] = {}
    for address in islice(_links(page), MAX_MEDIA):
        if "weixin" not in address or len(address) > _LONGEST_ADDRESS:
            continue
        try:
            named.setdefault(urls.read_address(address).article_url)
        except NotAnArticle:
            continue
    return tuple(named)


def _links(page: Page) -> Iterator[str]:
    for container in body_containers(page):
        for tag in container.find_all(["a", "span"]):
            for name in ("href", "data-url", "data-href"):
                if tag.get(name):
                    yield str(tag[name])
    for information in page.variables.find_members("cgiDataNew.ainfos"):
        address = information.get("url")
        if isinstance(address, str):
            yield settled_url(address)


def find_style_assets(css: bytes, base_url: str) -> tuple[AssetLink, ...]:
    """Return what a style sheet fetches: ``url()`` and ``@import``, made absolute against the sheet's address."""
    rules, _ = tinycss2.parse_stylesheet_bytes(css, skip_comments=True, skip_whitespace=True)
    links: dict[str, AssetLink] = {}
    waiting = list(reversed(rules))
    while waiting:
        node = waiting.pop()
        for content in (
            getattr(node, "prelude", None),
            getattr(node, "content", None),
            getattr(node, "arguments", None),
        ):
            waiting.extend(reversed(content or ()))
        address = _node_address(node)
        if address and not address.startswith(("data:", "#")):
            link = make_link(urljoin(base_url, address), Role.STYLE, base_url)
            if link is not None:
                links.setdefault(link.key, link)
    return tuple(links.values())


def _node_address(node: tinycss2.ast.Node) -> str | None:
    if node.type == "url":
        return str(node.value)
    if node.type == "function" and node.lower_name == "url":
        return next((str(argument.value) for argument in node.arguments if argument.type == "string"), None)
    if node.type == "at-rule" and node.lower_at_keyword == "import":
        return next((str(token.value) for token in node.prelude if token.type == "string"), None)
    return None
