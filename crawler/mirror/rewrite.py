"""A page's bytes -> markup and styles of a copy that runs nothing and reaches nothing but the archive.

Two manners. A page whose article stands in its markup is shown *as it stood*: the frame of the article with its own
classes, ids and styles, pictures in the place of their lazy stand-ins, WeChat's script-drawn elements as cards. A page
whose article is drawn by script (picture, text and video posts, docs/wechat.md, 2.5) is *set* from the kept reading:
its title, text and media in their order. Neither asks anything of the network, nor of anything but the shelf.

Everything is taken to be hostile: lxml builds the tree that is worked on, and nh3, which parses as browsers do, has the
last word on what comes out (``markup``).
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from lxml import etree

from crawler.mirror.cards import film, made, missing, sound
from crawler.mirror.elements import kept_attributes, mark_outside, rewrite_tree
from crawler.mirror.markup import Element, clean
from crawler.mirror.shelf import Shelf
from crawler.mirror.styles import Place, Used, clean_sheet
from crawler.words import say
from storage.records import Article, Reading, Role, SnapshotAsset

MAX_PAGE_BYTES = 16 * 1024 * 1024  # design, section 3.8
MAX_TAGS = 200_000  # angle brackets; the richest page seen has 4,622
ZONE = ZoneInfo("Asia/Shanghai")
# Kinds of articles that scripts draw: their markup holds a shell, their content is in the reading.
DRAWN_KINDS = frozenset({5, 8, 10})
# Boxes around an article's title and body, the innermost first (docs/wechat.md, 2.3).
FRAMES = ("img-content", "page-content", "js_article")
MEDIA_TAGS = frozenset({"img", "svg", "iframe", "mpvoice", "mp-common-mpaudio", "video", "audio", "qqmusic"})
TEMPLATE_RULE = ".rich_media_title"  # every era's template has a rule for it (docs/wechat.md, 2.3)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A copy's inside: ``markup`` for a page's body, ``styles`` for its head.

    ``is_shown`` False: a note stands in its place. ``has_template`` False: the sheets that gave the page its looks are
    not held, and a plain sheet should stand in for them.
    """

    title: str
    markup: str
    styles: str = ""
    is_shown: bool = True
    has_template: bool = False


def rewrite(body: bytes, reading: Reading, shelf: Shelf, sheets: Mapping[str, str] | None = None) -> Rewritten:
    """Return the copy of a page. ``sheets``: the texts of the style sheets that are held, by their addresses."""
    article = reading.article or Article(title=None, account_name=None)
    title = one_line(article.title) or say("(no title)")
    if len(body) > MAX_PAGE_BYTES or body.count(b"<") > MAX_TAGS:
        return _note(title, say("This page is too large to be shown safely. It is kept whole and can be downloaded."))
    if article.item_show_type not in DRAWN_KINDS:
        tree = _tree(body)
        content = _by_id(tree, "js_content") if tree is not None else None
        if tree is not None and content is not None and _says_something(content):
            return _as_it_stood(title, tree, content, article, shelf, sheets or {})
    if reading.article is None:
        return _note(title, say("This page is kept, but not displayed: it is no kind of article that is known."))
    return _set(title, article, reading, shelf)


def one_line(text: str | None) -> str:
    """A title as one line that steers nothing: no control and direction marks, 200 characters at most."""
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+", " ", text or "")
    line = " ".join(plain.split())
    return line if len(line) <= 200 else line[:199] + "…"


def shown_moment(moment: datetime) -> str:
    """A moment as WeChat shows it: Beijing time, to the minute."""
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"


def _note(title: str, words: str) -> Rewritten:
    return Rewritten(title, _serialised(made("div", "wxm-note", words)), is_shown=False)


def _serialised(element: Element) -> str:
    return str(etree.tostring(element, encoding="unicode", method="html", with_tail=False))


# ---- bytes to a tree


def _tree(body: bytes) -> Element | None:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(_text(body).encode("utf-8", "replace") or b"<html></html>", parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _text(body: bytes) -> str:
    """The page's text: UTF-8 as all of WeChat's pages, else as declared, else the encoding of old Chinese savers."""
    if b"multipart/related" in body[:4096].lower():
        body = _html_part(body)
    declared = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)", body[:4096], re.I)
    for charset in ("utf-8-sig", declared.group(1).decode("ascii") if declared else "gb18030", "gb18030"):
        try:
            return body.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", "replace")


def _html_part(body: bytes) -> bytes:
    for part in email.message_from_bytes(body, policy=email.policy.compat32).walk():
        if part.get_content_type() == "text/html" and isinstance(content := part.get_payload(decode=True), bytes):
            return content
    return body


def _by_id(tree: Element, name: str) -> Element | None:
    return next((element for element in tree.iter("*") if element.get("id") == name), None)


def _says_something(content: Element) -> bool:
    if any(element.tag in MEDIA_TAGS or "url(" in (element.get("style") or "") for element in content.iter("*")):
        return True
    return any(str(text).strip() for text in content.xpath(".//text()[not(ancestor::script or ancestor::style)]"))


# ---- as it stood


def _as_it_stood(
    title: str, tree: Element, content: Element, article: Article, shelf: Shelf, sheets: Mapping[str, str]
) -> Rewritten:
    frame = _frame(content)
    _fill_head(frame, article)
    texts = list(_sheets(tree, shelf, sheets))
    outer, inner = _boxes(frame, shelf)
    animations: list[str] = []
    rewrite_tree(frame, shelf, animations)
    frame.tail = None
    if not _has_title(frame):
        inner.extend([made("h1", "rich_media_title", article.title or title), _head(article)])
    inner.append(frame)
    inner.extend(_source_line(article))
    used = _used(outer)
    styles = "\n".join(clean_sheet(text, place, used) for text, place in texts)
    markup = clean(_serialised(outer), given=shelf.given, animations=animations)
    return Rewritten(title, markup, styles, has_template=TEMPLATE_RULE in styles)


def _frame(content: Element) -> Element:
    """The innermost known box that holds the article's title, head and body."""
    boxes = {box.get("id"): box for box in content.iterancestors()}
    return next((boxes[name] for name in FRAMES if name in boxes), content)


def _has_title(frame: Element) -> bool:
    return any(
        box.get("id") == "activity-name" or "rich_media_title" in (box.get("class") or "").split()
        for box in frame.iter("*")
    )


def _fill_head(frame: Element, article: Article) -> None:
    """Say what the page's scripts would have said in its head: when it was published, and from where."""
    moment = _by_id(frame, "publish_time")
    # Empty until a script fills it, and in pages that a browser saved perhaps “yesterday”.
    if moment is not None and article.published_at and not re.search(r"\d{4}", "".join(moment.itertext())):
        moment.text = shown_moment(article.published_at)
    place = _by_id(frame, "js_ip_wording")
    box = _by_id(frame, "js_ip_wording_wrp")
    if place is not None and box is not None and article.region:
        place.text = article.region
        box.attrib.pop("style", None)


def _boxes(frame: Element, shelf: Shelf) -> tuple[Element, Element]:
    """The frame's ancestors anew and empty, one inside the other; the page's html and body become boxes of ours."""
    html, body = made("div", "wxm-html"), made("div", "wxm-body")
    html.append(body)
    inner = body
    for ancestor in reversed(list(frame.iterancestors())):
        given = {str(name).lower(): str(value) for name, value in ancestor.attrib.items()}
        attributes = kept_attributes("div", given, shelf)
        if ancestor.tag in ("html", "body"):
            box = html if ancestor.tag == "html" else body
            box.set("class", f"{box.get('class')} {attributes.pop('class', '')}".strip())
            attributes.pop("style", None)
            box.attrib.update(attributes)
            if ancestor.tag == "html":
                # WeChat's pages do not say their language: fonts are chosen by it, so the copy must not say one either.
                html.set("lang", attributes.get("lang", ""))
        else:
            inner.append(made("div"))
            inner = inner[-1]
            inner.attrib.update(attributes)
    return html, inner


def _sheets(tree: Element, shelf: Shelf, held: Mapping[str, str]) -> Iterator[tuple[str, Place]]:
    """The page's style sheets in their order, its own and those it links, each with what its addresses mean."""
    for element in tree.iter("style", "link"):
        if element.tag == "style":
            yield element.text or "", shelf.place
        elif "stylesheet" in (element.get("rel") or "").lower().split():
            url = shelf.resolved(element.get("href") or "")
            if url in held:
                yield held[url], partial(_place_from, shelf, url)


def _place_from(shelf: Shelf, sheet_url: str, url: str) -> str | None:
    return shelf.place(urljoin(sheet_url, url))


def _used(tree: Element) -> Used:
    classes, ids = set[str](), set[str]()
    for element in tree.iter("*"):
        classes.update((element.get("class") or "").split())
        ids.add(element.get("id") or "")
    return Used(frozenset(classes), frozenset(ids))


def _source_line(article: Article) -> Iterator[Element]:
    if article.source_url and re.match(r"https?://", article.source_url, re.I):
        line = made("p", "wxm-source")
        line.append(made("a", "", say("Read the original"), href=article.source_url))
        mark_outside(line[0])
        yield line


# ---- set from the reading


def _set(title: str, article: Article, reading: Reading, shelf: Shelf) -> Rewritten:
    outer, body = made("div", "wxm-html"), made("div", "wxm-body wxm-set")
    outer.append(body)
    body.append(made("h1", "rich_media_title", article.title or title))
    body.append(_head(article))
    if article.item_show_type == 5 or shelf.of_role(Role.VIDEO):
        films: list[SnapshotAsset | None] = [*shelf.of_role(Role.VIDEO)]
        cover = article.cover_url or next((asset.link.url for asset in shelf.of_role(Role.COVER)), "")
        body.extend(film(asset, cover, shelf) for asset in films or [None])
    body.extend(sound(asset, "", shelf) for asset in shelf.of_role(Role.AUDIO))
    text = "" if one_line(article.text) == title else article.text  # some posts have no words but their title
    pictures, words = list(_pictures(shelf)), list(_paragraphs(text))
    body.extend([*pictures, *words] if article.item_show_type == 8 else [*words, *pictures])
    body.extend(_links(reading, shelf))
    body.extend(_source_line(article))
    return Rewritten(title, clean(_serialised(outer), given=shelf.given, animations=[]))


def _head(article: Article) -> Element:
    head = made("div", "rich_media_meta_list")
    moment = shown_moment(article.published_at) if article.published_at else None
    for words in filter(None, (article.author, article.account_name, moment, article.region)):
        head.append(made("span", "rich_media_meta", words))
        head[-1].tail = " "
    return head


def _paragraphs(text: str) -> Iterator[Element]:
    for paragraph in text.split("\n"):
        if paragraph.strip():
            yield made("p", "wxm-paragraph", paragraph)


def _pictures(shelf: Shelf) -> Iterator[Element]:
    for asset in shelf.of_role(Role.BODY, Role.BACKGROUND):
        place = shelf.place_of(asset)
        figure = made("figure", "wxm-figure")
        figure.append(made("img", src=place, alt="") if place else missing(say("[picture not in the archive]")))
        yield figure


def _links(reading: Reading, shelf: Shelf) -> Iterator[Element]:
    """Where a page is nothing but a pointer to other articles, say where it points."""
    for url in reading.article_links:
        line = made("p", "wxm-paragraph")
        place = shelf.article_place(url)
        line.append(made("a", "", url, href=place or url))
        if place is None:
            mark_outside(line[0])
        yield line
