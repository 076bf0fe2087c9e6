"""Where the words of an article stand: in the container, or in the page's data, by kind (docs/wechat.md, kinds).

Picture and text posts have no container for their words: scripts draw them from the data. Reading ``#js_content``
there gives the account's chrome.
"""

from __future__ import annotations

import re

from . import landmarks
from .opening import Page
from .text import read_beginning, read_drawn_text, read_fragment, read_text

SHARED_CHARACTERS = 140  # as the script of a share page cuts it (2019 pages, served in 2025)
# As the script of a share page names them (a page of 2019, served in 2025); possessive, so that nothing goes back.
_MEDIA_WORDS = tuple(
    (re.compile(pattern, re.IGNORECASE), word)
    for pattern, word in (
        (r"<img[^<>]*+>", "图片"),
        (r"<iframe(?=[^<>]*?js_editor_card)[^<>]*+></iframe>", "卡券"),
        (r"<iframe(?=[^<>]*?js_editor_vote_card)[^<>]*+></iframe>", "投票"),
        (r"<iframe(?=[^<>]*?video_iframe)[^<>]*+></iframe>", "视频"),
        (r"<mpvoice[^<>]*+></mpvoice>", "语音"),
        (r"<qqmusic[^<>]*+></qqmusic>", "音乐"),
        (r"<mpgongyi[^<>]*+></mpgongyi>", "公益"),
        (r"<mpshop[^<>]*+></mpshop>", "小店"),
        (r"<mp-(?:weapp|miniprogram)[^<>]*+></mp-(?:weapp|miniprogram)>", "小程序"),
        (r"<mp(?:product|cps)[^<>]*+></mp(?:product|cps)>", "商品"),
    )
)
_WORDS_OF_TEXT_POSTS = ("TextContentNoEncode", "ContentNoEncode", "cgiDataNew.content_noencode", "content_noencode")
_WORDS_OF_POSTS = (
    "cgiDataNew.content_noencode",
    "cgiDataNew.desc",
    "desc",
    "videoContentNoEncode",
    "content_noencode",
    "msg_desc",
)


def read_body(page: Page) -> str:
    """Return the words of the article; empty where it has none."""
    if landmarks.SHARE_PAGE in page.ids:
        return read_share(page)
    if landmarks.TEXT_POST_TITLE in page.ids:
        return read_text_post(page)
    container = page.ids.get(landmarks.BODY)
    if container is None:
        return read_data(page, *_WORDS_OF_POSTS) or read_meta_description(page)
    words = joined(read_drawn_text(container), read_text(container))
    if landmarks.POST_WORDS in page.ids and not read_text(page.ids[landmarks.POST_WORDS]):
        words = joined(words, read_data(page, "cgiDataNew.desc", "cgiData.desc") or read_meta_description(page))
    return words or read_data(page, "cgiDataNew.content_noencode")


def read_share(page: Page) -> str:
    """A share page: the sharer's remark, and the card of the article that is shared, with how that begins."""
    notice = page.ids.get(landmarks.SHARE_NOTICE)
    remark = read_drawn_text(notice) or read_text(notice) if notice is not None else ""
    card, link = read_text(page.ids[landmarks.SHARE_PAGE]), page.ids.get(landmarks.SHARE_SOURCE)
    invitation = read_text(link) if link is not None else ""
    return joined(remark, card.removesuffix(invitation).rstrip("\n"), read_shared_beginning(page), invitation)


def read_shared_beginning(page: Page) -> str:
    """The beginning of the shared article, as a script draws it on the card; empty where it stands there already."""
    place = page.ids.get(landmarks.BODY)
    if place is None or read_text(place):
        return ""
    template = page.ids.get(landmarks.SHARED_TEMPLATE)
    if template is not None and template.string:
        return read_beginning(name_media(str(template.string)), SHARED_CHARACTERS)
    return read_beginning(page.variables.find_text("cgiDataNew.content_noencode") or "", SHARED_CHARACTERS)


def name_media(html: str) -> str:
    """A fragment with words in the place of what is no text, as the card's script writes them."""
    for pattern, word in _MEDIA_WORDS:
        html = pattern.sub(f"<p>[{word}]</p>", html)
    return html


def read_text_post(page: Page) -> str:
    """A text post: its words are in the data; in pages taken from a browser they have been drawn."""
    details = page.variables.find_object("cgiDataNew.text_page_info", "text_page_info")
    for name in ("content_noencode", "content"):
        words = details.get(name)
        if isinstance(words, str) and words.strip():
            return read_fragment(words)
    drawn = page.ids.get(landmarks.TEXT_POST_WORDS)
    return read_data(page, *_WORDS_OF_TEXT_POSTS) or (read_text(drawn) if drawn is not None else "")


def read_data(page: Page, *names: str) -> str:
    """The words of the first variable that has some."""
    words = page.variables.find_text(*names)
    return read_fragment(words) if words else ""


def read_meta_description(page: Page) -> str:
    """The words of the description, where posts repeat themselves."""
    return read_fragment(page.meta("og:description") or page.meta("description") or "")


def joined(*parts: str) -> str:
    """The parts that say something, each on lines of its own."""
    return "\n".join(part for part in parts if part)
