"""Copies made without an archive: a shelf of assets, a page, and what came out, parsed as a browser would show it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import tinycss2
from lxml import html

from crawler.mirror.replay import standalone
from crawler.mirror.rewrite import rewrite
from crawler.mirror.shelf import Shelf
from crawler.wechat.urls import asset_key
from storage.records import Article, AssetLink, Evidence, Outcome, Reading, Rendition, Role, SnapshotAsset

PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/abcdefghijklmnop/640?wx_fmt=png"
OTHER_PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/qrstuvwxyz012345/640?wx_fmt=png"
PAGE_URL = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
LIVE_TAGS = {"script", "iframe", "object", "embed", "applet", "form", "input", "button", "base", "frame", "template"}
READABLE_ATTRIBUTES = {"title", "alt", "aria-label"}


def shelf_of(urls: Iterable[str | tuple[str, Role]] = (), *, held: bool = True, media_type: str = "image/png") -> Shelf:
    """A shelf that holds (or lacks) these assets; articles of mp.weixin.qq.com are held below /web/."""
    assets = []
    for one in urls:
        url, role = one if isinstance(one, tuple) else (one, Role.BODY)
        link = AssetLink(url=url, role=role, key=asset_key(url))
        assets.append(SnapshotAsset(link=link, rendition=rendition(link.key, media_type) if held else None))
    return Shelf(
        assets,
        page_url=PAGE_URL,
        place_of=lambda _, held: f"/asset/{held.sha256[:8]}",
        article_place=lambda url: "/web/held" if url.startswith("https://mp.weixin.qq.com/s/held") else None,
    )


def rendition(key: str, media_type: str = "image/png") -> Rendition:
    return Rendition(
        key=key,
        sha256=hashlib.sha256(key.encode()).hexdigest(),
        size=1,
        media_type=media_type,
        is_original=True,
        url=key,
        captured_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def place_of(url: str) -> str:
    return f"/asset/{hashlib.sha256(asset_key(url).encode()).hexdigest()[:8]}"


def reading_of(
    *, kind: int | None = 0, text: str = "第一段", assets: Sequence[AssetLink] = (), **article: object
) -> Reading:
    said = {"title": "标题", "account_name": "方志四川", **article}
    return Reading(
        reader_version=1,
        outcome=Outcome.ALIVE,
        evidence=(Evidence(test="container", seen="#js_content"),),
        article=Article(item_show_type=kind, text=text, **said),  # type: ignore[arg-type]
        assets=tuple(assets),
    )


def article_page(content: str, *, head: str = "", title: str = "标题", before: str = "") -> bytes:
    """An article's page in the shape of WeChat's own (docs/wechat.md, 2.3 and 2.5)."""
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title></title>{head}</head>
<body id="activity-detail" class="zh_CN mm_appmsg">{before}<div id="js_article" class="rich_media">
<div id="page-content" class="rich_media_area_primary"><div id="img-content" class="rich_media_wrp">
<h1 class="rich_media_title" id="activity-name">{title}</h1>
<div id="meta_content" class="rich_media_meta_list"><a href="javascript:void(0);" id="js_name">方志四川</a>
<em id="publish_time" class="rich_media_meta"></em></div>
<div class="rich_media_content" id="js_content" style="visibility: hidden; opacity: 0; ">{content}</div>
</div></div></div><script>throw 1</script></body></html>""".encode()


def copy_of_page(
    content: str, shelf: Shelf | None = None, reading: Reading | None = None, **page: str
) -> html.HtmlElement:
    """The whole copy of an article with this content, parsed."""
    made = rewrite(article_page(content, **page), reading or reading_of(), shelf or shelf_of([PICTURE]))
    return html.document_fromstring(standalone(made).decode())


def leaks(page: bytes) -> list[str]:
    """Everything in a page that a browser would run, or fetch from elsewhere than the archive."""
    tree = html.document_fromstring(page.decode())
    return [*_live_elements(tree), *_foreign_addresses(tree)]


def _live_elements(tree: html.HtmlElement) -> Iterator[str]:
    for element in tree.iter():
        tag = str(element.tag).lower()
        if tag in LIVE_TAGS or (tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh"):
            yield f"<{tag}>"
        for name, value in element.attrib.items():
            if name.lower().startswith("on") or "javascript:" in re.sub(r"\s", "", value.lower()):
                yield f"{tag}[{name}]"


def _foreign_addresses(tree: html.HtmlElement) -> Iterator[str]:
    for element in tree.iter():
        for name, value in element.attrib.items():
            if name in READABLE_ATTRIBUTES or (element.tag == "a" and name == "href"):
                continue
            if name == "style":
                yield from foreign_in_styles(value)
            elif re.search(r"https?:|^\s*//|url\(\s*[^)#\s]", value, re.I):
                yield f"{element.tag}[{name}={value[:60]}]"
        if element.tag == "style":
            yield from foreign_in_styles(element.text or "")


def foreign_in_styles(text: str) -> Iterator[str]:
    """Addresses in styles that lead out of the archive, and words that styles of a copy may not say."""
    waiting = list(tinycss2.parse_component_value_list(text))
    while waiting:
        token = waiting.pop()
        waiting += getattr(token, "arguments", None) or getattr(token, "content", None) or []
        is_url_function = token.type == "function" and token.lower_name == "url"
        if token.type == "url" or is_url_function:
            url = (
                token.value if token.type == "url" else "".join(a.value for a in token.arguments if a.type == "string")
            )
            if not url.startswith(("/asset/", "data:image/", "#")):
                yield f"url({url[:60]})"
        if token.type == "at-keyword" and token.lower_value in ("import", "font-face", "namespace"):
            yield f"@{token.lower_value}"
        if token.type == "function" and token.lower_name in ("expression", "image-set", "element"):
            yield f"{token.lower_name}()"
