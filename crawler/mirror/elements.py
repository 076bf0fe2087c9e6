"""An article's elements, one by one: pictures shown, links led, attributes judged, WeChat's own elements as cards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.mirror.cards import card_of, film, made, missing, printable, sound
from crawler.mirror.markup import ANIMATIONS, CUT_TAGS, MARK, Element, kept_animation, plain_attribute
from crawler.mirror.shelf import Shelf
from crawler.mirror.styles import INLINE_PICTURE, clean_declarations
from crawler.words import say

# Parts of the frame that only scripts fill, or that speak to the WeChat app.
IDLE_IDS = frozenset(
    {
        "js_author_name_text",
        "js_more_read_area",
        "js_novel_card",
        "js_pc_qr_code",
        "js_preview_reward_author",
        "js_preview_reward_qrcode",
        "js_profile_card",
        "js_profile_qrcode",
        "js_sponsor_ad_area",
        "js_tags_preview_toast",
        "js_toobar3",
    }
)
HIDDEN = re.compile(r"display\s*:\s*none", re.I)
# What WeChat hides until its script has run (docs/wechat.md, 2.5).
UNHIDDEN = frozenset({"visibility", "opacity"})
# A lazy picture's own address first; `src` may be a stand-in, the others are the picture before it was cropped.
PICTURE_ATTRIBUTES = ("data-src", "src", "data-backsrc", "data-croporisrc", "data-original")
NOTHING = frozenset[str]()
MAX_ATTRIBUTE = 200_000  # characters: the outline of a large drawing, not a whole document
# What scripts draw beside <mpvoice> and <qqmusic> (docs/wechat.md, 2.6; laopo-04 was saved by a browser).
DRAWN_PLAYER = re.compile(r"(?:voice|qqmusic)_main_")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.I)


def rewrite_tree(root: Element, shelf: Shelf, animations: list[str]) -> None:
    """Make everything below ``root`` fit for a copy; ``animations`` takes those that are put back at the end."""
    rewrite_attributes(root, shelf)
    waiting: list[tuple[Any, bool]] = [(root, root.get("id") == "js_content")]
    while waiting:
        element, in_content = waiting.pop()
        for child in list(element):
            shown = _shown(child, shelf, animations, in_content=in_content)
            if shown is None or shown is not child:
                _replace(child, shown)
                continue
            waiting.append((child, in_content or child.get("id") == "js_content"))
            rewrite_attributes(child, shelf)


def _shown(element: Element, shelf: Shelf, animations: list[str], *, in_content: bool) -> Element | None:
    """What stands in an element's place: itself, something made for it, or nothing."""
    tag = element.tag
    if not isinstance(tag, str):
        return None
    card = card_of(element, shelf)
    if card is not None or tag in CUT_TAGS:
        return card
    if DRAWN_PLAYER.match(element.get("id") or "") and _follows_a_card(element):
        return None
    if tag in ANIMATIONS:
        return _set_aside(element, animations)
    if not in_content and (element.get("id") in IDLE_IDS or HIDDEN.search(element.get("style") or "")):
        return None
    if tag == "img":
        return _picture(element, shelf)
    if tag in ("audio", "video"):
        return _player(element, shelf)
    return element


def _follows_a_card(player: Element) -> bool:
    """Whether a player that a script drew (a browser saved it so) comes after what stands for it in the copy.

    What it says beyond that (whose recording it is, how long) goes onto the card.
    """
    before = player.getprevious()
    if before is None or (before.tail or "").strip() or before.get("class") != "wxm-card":
        return False
    words = before.find("span[@class='wxm-card-words']")
    for part in player.iter("span") if words is not None else ():
        if "audio_source" in (part.get("class") or "") or "audio_length" in (part.get("class") or ""):
            words.append(made("span", "wxm-card-line", " ".join("".join(part.itertext()).split())[:300]))
    return True


def _set_aside(element: Element, animations: list[str]) -> Element | None:
    kept = kept_animation(element)
    if kept is None:
        return None
    animations.append(kept)
    return made("g", "", "", **{MARK: str(len(animations) - 1)})


def _replace(element: Element, shown: Element | None) -> None:
    parent: Element = element.getparent()
    if shown is not None:
        shown.tail = element.tail
        parent.replace(element, shown)
        return
    before = element.getprevious()
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


# ---- pictures and players


def _picture(element: Element, shelf: Shelf) -> Element | None:
    urls = [url for name in PICTURE_ATTRIBUTES if (url := (element.get(name) or "").strip())]
    place = next(filter(None, (shelf.place(url) for url in urls if not url.startswith("data:"))), None)
    inline = next((url for url in urls if INLINE_PICTURE.match(url)), None)
    is_lazy = bool(element.get("data-src"))
    if place is None and (not urls or (inline and not is_lazy)):
        place = inline
    if place is None:
        return missing(say("[picture not in the archive]")) if urls and not _is_decoration(element, shelf) else None
    element.set("src", place)
    shelf.given.add(place)
    return element


def _is_decoration(element: Element, shelf: Shelf) -> bool:
    """Whether a picture is an icon that a script drew before a browser saved the page.

    Such an icon has no lazy address, says that it says nothing (``alt=""``), and is none of the article's assets.
    """
    src = element.get("src") or ""
    return element.get("alt") == "" and not element.get("data-src") and shelf.asset(src) is None


def _player(element: Element, shelf: Shelf) -> Element:
    urls = [
        url for source in (element, *element.iter("source")) if (url := source.get("src") or source.get("data-src"))
    ]
    asset = next(filter(None, (shelf.asset(url) for url in urls)), None)
    if element.tag == "audio":
        return sound(asset, element.get("title") or "", shelf)
    return film(asset, element.get("poster") or "", shelf)


# ---- attributes


def rewrite_attributes(element: Element, shelf: Shelf) -> None:
    """Keep of an element's attributes what a copy may hold, with its addresses mapped."""
    given = {str(name).lower(): str(value) for name, value in element.attrib.items()}
    element.attrib.clear()
    for name, value in kept_attributes(str(element.tag), given, shelf).items():
        element.set(name, value)
    href = given.get("href") or given.get("xlink:href") or ""
    if element.tag == "a":
        _lead(element, href, shelf)
    elif element.tag in ("image", "use") and (place := _reference(str(element.tag), href.strip(), shelf)):
        element.set("href", place)


def kept_attributes(tag: str, given: Mapping[str, str], shelf: Shelf) -> dict[str, str]:
    """Of an element's attributes those that a copy may hold; links and references apart."""
    kept = {name: printable(text) for name, value in given.items() if (text := _kept(tag, name, value, given, shelf))}
    if place := shelf.place(given.get("data-lazy-bgimg") or ""):
        kept["style"] = f'{kept.get("style", "")};background-image:url("{place}")'.lstrip(";")
    return kept


def _kept(tag: str, name: str, value: str, given: Mapping[str, str], shelf: Shelf) -> str | None:
    if name == "style":
        is_content = given.get("id") == "js_content" or "rich_media_content" in given.get("class", "").split()
        return clean_declarations(value, shelf.place, without=UNHIDDEN if is_content else NOTHING)
    if name == "class":
        return " ".join(part for part in value.split() if not part.startswith("wxm-"))
    if name == "id":
        return None if value.startswith("wxm-") else value[:MAX_ATTRIBUTE]
    if name == "src":
        return value if tag == "img" and value in shelf.given else None
    return value if len(value) <= MAX_ATTRIBUTE and plain_attribute(name, value) else None


def _lead(link: Element, href: str, shelf: Shelf) -> None:
    """Lead a link to the copy of the article that it means, else to where it led, marked as outside."""
    href = href.strip()
    if href.startswith("#"):
        link.set("href", href)
        return
    target = shelf.resolved(href) if href else ""
    scheme = SCHEME.match(target)
    if not scheme or scheme.group(1).lower() not in ("http", "https", "mailto", "tel"):
        return
    if place := shelf.article_place(target):
        link.set("href", place)
    else:
        link.set("href", target)
        mark_outside(link)


def mark_outside(link: Element) -> None:
    """Mark a link that leaves the archive, for the eye and for the browser."""
    has_picture = next(link.iter("img", "svg", "image"), None) is not None
    classes = [link.get("class") or "", "wxm-outside" if not has_picture else "wxm-outside wxm-outside-picture"]
    link.set("class", " ".join(filter(None, classes)))
    link.set("rel", "noopener noreferrer nofollow")
    link.set("title", say("Leads out of the archive: {url}", url=(link.get("href") or "")[:200]))


def _reference(tag: str, href: str, shelf: Shelf) -> str | None:
    if href.startswith("#"):
        return href
    if tag == "use":
        return None
    return href if INLINE_PICTURE.match(href) else shelf.place(href)
