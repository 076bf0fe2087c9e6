"""WeChat's own elements as something that can be read without WeChat: cards, players, placeholders.

An account card, a mini-program, a song or a vote is drawn by script on the page; in the markup it is an empty element
with attributes (docs/wechat.md, section 2.6). Here each becomes a small card with its name, its lines and its picture;
a sound or film that is held becomes a player. What is missing says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from crawler.mirror.markup import Element
from crawler.mirror.shelf import Shelf
from crawler.words import say
from storage.records import Role, SnapshotAsset

VOICE_URL = "https://res.wx.qq.com/voice/getvoice?mediaid={id}"
VIDEO_ID = re.compile(r"(?:[?&]vid=|data-mpvid=)([\w]+)")


@dataclass(frozen=True, slots=True)
class Kind:
    """How one of WeChat's elements is read: its name in words, and the attributes that say what it is about."""

    words: str
    names: tuple[str, ...] = ("data-title", "data-name", "data-nickname", "name", "title")
    lines: tuple[str, ...] = ("data-desc", "data-description")
    pictures: tuple[str, ...] = ("data-headimg", "data-headimgurl", "data-cover", "data-imgurl", "data-img")
    sounds: tuple[str, ...] = ()


PROFILE = Kind("Official account", ("data-nickname",), ("data-signature", "data-alias"), ("data-headimg",))
PROGRAM = Kind(
    "Mini program",
    ("data-miniprogram-title", "data-miniprogram-nickname"),
    ("data-miniprogram-nickname",),
    ("data-miniprogram-imageurl", "data-miniprogram-avatar"),
)
CHANNELS = Kind("Channels video", ("data-nickname",), ("data-desc",), ("data-url", "data-headimgurl"))
MUSIC = Kind("Music", ("music_name", "data-music_name"), ("singer", "data-singer"), ("albumurl",), ("audiourl",))
PRODUCT = Kind("Product", lines=("data-price", "data-desc"))

KINDS: Mapping[str, Kind] = {
    "mp-common-profile": PROFILE,
    "mp-weapp": PROGRAM,
    "mp-miniprogram": PROGRAM,
    "mp-common-miniprogram": PROGRAM,
    "mp-common-videosnap": CHANNELS,
    "mpvideosnap": CHANNELS,
    "qqmusic": MUSIC,
    "mp-common-qqmusic": MUSIC,
    "mp-common-plain-music": MUSIC,
    "mpcps": PRODUCT,
    "mp-common-cpsad": PRODUCT,
    "mp-common-product": PRODUCT,
    "mpshop": PRODUCT,
    "mpproduct": PRODUCT,
    "mp-common-shoptag": PRODUCT,
    "mpgongyi": Kind("Charity"),
    "mp-common-redpacket": Kind("Red packet cover"),
    "mp-common-gameprofile": Kind("Game"),
    "mp-common-article": Kind("Article"),
    "mp-common-search": Kind("Search box"),
    "mp-common-claudio": Kind("Audio album"),
    "mp-common-sticker": Kind("Sticker", pictures=("data-emoji_url",)),
    "mp-common-vote": Kind("Vote (its state cannot be kept)"),
}
VOICES = frozenset({"mpvoice", "mp-common-mpaudio"})


def card_of(element: Element, shelf: Shelf) -> Element | None:
    """Return what stands for one of WeChat's elements in a copy; None for an element that is not one."""
    tag = str(element.tag)
    if tag in VOICES:
        return _voice(element, shelf)
    if tag == "iframe":
        return _frame(element, shelf)
    kind = KINDS.get(tag)
    return _card(element, kind, shelf) if kind else None


def _voice(element: Element, shelf: Shelf) -> Element:
    file_id = element.get("voice_encode_fileid") or ""
    asset = shelf.asset(VOICE_URL.format(id=file_id)) or shelf.naming(file_id, Role.AUDIO)
    return sound(asset, unquote(element.get("name") or ""), shelf)


def _frame(element: Element, shelf: Shelf) -> Element:
    source = element.get("data-src") or element.get("src") or ""
    marks = f"{element.get('class') or ''} {source}"
    if "vote" in marks:
        return card(say("Vote (its state cannot be kept)"))
    if "video" in marks or element.get("data-mpvid"):
        named = VIDEO_ID.search(source)
        video_id = element.get("data-mpvid") or (named.group(1) if named else "")
        return film(shelf.naming(video_id, Role.VIDEO), element.get("data-cover") or "", shelf)
    return card(say("Embedded part of the page, not kept"))


def _card(element: Element, kind: Kind, shelf: Shelf) -> Element:
    name = _first(element, kind.names)
    lines = [line for attribute in kind.lines if (line := unquote(element.get(attribute) or "").strip()) != name]
    pictures = (shelf.place(url) for attribute in kind.pictures if (url := element.get(attribute)))
    picture = next(filter(None, pictures), None)
    shown = card(say(kind.words), name, *filter(None, lines), picture=picture)
    for attribute in kind.sounds:
        place = shelf.place(element.get(attribute) or "")
        if place:
            shown.append(_player("audio", place))
    return shown


def _first(element: Element, attributes: tuple[str, ...]) -> str:
    return next((unquote(value).strip() for name in attributes if (value := element.get(name))), "")


# ---- what copies are built of


def made(tag: str, css_class: str = "", text: str = "", /, **attributes: str) -> Element:
    """A new element. ``class`` names that begin with wxm- are ours alone: a page's own lose them."""
    element = etree.Element(tag, {"class": css_class} if css_class else {}, None, **attributes)
    element.text = printable(text)
    return element


def printable(text: str) -> str:
    """Text without the control characters that no tree may hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)


def card(kind: str, name: str = "", *lines: str, picture: str | None = None) -> Element:
    """A small card: what it is, its name, what it says, its picture."""
    shown = made("span", "wxm-card")
    if picture:
        shown.append(made("img", "wxm-card-picture", src=picture, alt=""))
    words = made("span", "wxm-card-words")
    words.append(made("span", "wxm-card-kind", kind))
    if name:
        words.append(made("span", "wxm-card-name", name))
    words.extend(made("span", "wxm-card-line", line[:300]) for line in lines)
    shown.append(words)
    return shown


def missing(words: str) -> Element:
    """The quiet sign that something stood here and is not held."""
    return made("span", "wxm-missing", words)


def sound(asset: SnapshotAsset | None, name: str, shelf: Shelf) -> Element:
    """A recording: a player where it is held, else a card that says that it is not."""
    place = shelf.place_of(asset) if asset else None
    if place is None:
        return card(say("Recording"), name, say("This recording is not in the archive."))
    shown = card(say("Recording"), name)
    shown.append(_player("audio", place))
    return shown


def film(asset: SnapshotAsset | None, cover_url: str, shelf: Shelf) -> Element:
    """A film: a player where it is held, else its poster with a line that says that it is not."""
    poster = shelf.place(cover_url) if cover_url else None
    held = asset is not None and asset.rendition is not None and asset.rendition.media_type.startswith("video/")
    if held and asset is not None and (place := shelf.place_of(asset)):
        player = _player("video", place)
        if poster:
            player.set("poster", poster)
        return player
    if poster is None and asset is not None and not held:  # a film's own asset may be its poster alone
        poster = shelf.place_of(asset)
    shown = made("span", "wxm-film")
    if poster:
        shown.append(made("img", "wxm-poster", src=poster, alt=say("Poster of a video")))
    kept_elsewhere = say("Video: the film is kept in the archive; it is too large to stand in this copy, or damaged.")
    shown.append(
        made("span", "wxm-film-note", kept_elsewhere if held else say("Video: the film itself is not in the archive."))
    )
    return shown


def _player(tag: str, place: str) -> Element:
    return made(tag, f"wxm-{tag}", src=place, controls="", preload="none" if tag == "audio" else "metadata")
