"""The corpus's pages as the simulated WeChat serves them to a browser: their bytes, their pictures, their sheets.

Nothing here asks the code that is judged what a page holds; addresses and sizes of pictures are found by patterns of
our own in the page's bytes.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import html
import io
import math
import random
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from PIL import Image

from tests.simulated_wechat.corpus import SavedPage, path_id, saved_pages, saved_pictures
from tests.simulated_wechat.site import Site

NO_ARTICLES = ("other-", "thirdparty-")
PICTURE = re.compile(r"(?:https?:)?//[\w.-]*(?:qpic|qlogo)\.cn/[^\s\"'<>()\\]+")
TAG = re.compile(r"<img\b[^>]*>", re.I)
DATA = {name: re.compile(rf'\b{name}="([\d.]+)"') for name in ("data-w", "data-ratio")}
SHEET = re.compile(r"<link\b[^>]*\bhref=[\"']?((?:https?:)?//[^\s\"'>]+\.css)", re.I)
# The sheets that give an article its looks; others hold the chrome around it.
TEMPLATE_SHEET = re.compile(r"/(?:index|appmsg)\.[^/]*css$")
TEMPLATE_DONOR = "xios-2022-03-code115"  # saved with its template's sheets in itself
STATED_SECOND = re.compile(r"""\b(?:ct|oriCreateTime|create_time)["']?\s*[=:]\s*["'](\d{10})["']""")
STATED_REGION = re.compile(r"province_?name[\"']?\s*:\s*(?:JsDecode\()?[\"']([^\"']+)[\"']", re.I)
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, kw_only=True)
class Original:
    """An article of the corpus: where the site serves it, and its HTML."""

    name: str
    url: str
    body: bytes

    @property
    def source(self) -> str:
        """The page's text."""
        return self.body.decode("utf-8", "replace")

    @property
    def published(self) -> str:
        """The moment that the page's script writes into its head; empty where it states none."""
        stated = STATED_SECOND.search(self.source)
        return f"{datetime.fromtimestamp(int(stated[1]), CHINA):%Y-%m-%d %H:%M}" if stated else ""

    @property
    def region(self) -> str:
        """The author's place, which the page's script writes there too; empty where it states none."""
        stated = STATED_REGION.search(self.source)
        return stated[1] if stated else ""


def originals(corpus: Path) -> Iterator[Original]:
    """Every page of the corpus that is a WeChat article, in the order of their names."""
    stated = {page.file: page for page in saved_pages(corpus)}
    for file in sorted((corpus / "pages").iterdir()):
        if not file.name.startswith(NO_ARTICLES):
            body = as_served(html_of(file.read_bytes()))
            yield Original(name=file.stem, url=_address(file, stated.get(file)), body=body)


def page_names(corpus: Path | None) -> list[str]:
    """The names of all originals, without opening them; none where there is no corpus."""
    files = sorted((corpus / "pages").iterdir()) if corpus else []
    return [file.stem for file in files if not file.name.startswith(NO_ARTICLES)]


def html_of(body: bytes) -> bytes:
    """The page itself: of a browser's archive its part of HTML, as it was before it was wrapped up."""
    if b"multipart/related" not in body[:4096]:
        return body
    parts = email.message_from_bytes(body, policy=email.policy.compat32).walk()
    return next(bytes(part.get_payload(decode=True)) for part in parts if part.get_content_type() == "text/html")


def as_served(body: bytes) -> bytes:
    """The page with its doctype, which WeChat always sends and some savers lose: without it lines are set otherwise."""
    return body if re.search(rb"<!doctype", body[:1000], re.I) else b"<!DOCTYPE html>\n" + body


def publish(site: Site, corpus: Path, only: Collection[str] = ()) -> list[Original]:
    """Publish every original (or ``only`` those of these names) with its sheets and pictures: real ones, or drawn."""
    site.needs_chksm = False
    real = saved_pictures(corpus)
    found = [original for original in originals(corpus) if not only or original.name in only]
    for original in found:
        site.publish_page(original.name, original.body, **{_form(original.url): original.url})
        for key, (width, height) in _pictures(original.source).items():
            site.replace_picture(key, real.get(key) or drawn(key, width, height))
        for sheet in SHEET.findall(original.source):
            if TEMPLATE_SHEET.search(sheet):
                site.serve(_absolute(sheet), _template(corpus), content_type="text/css")
    return found


@cache
def drawn(key: str, width: int, height: int) -> bytes:
    """A picture that is like no other: coarse noise that follows from its name, 16 points a square."""
    small = (math.ceil(width / 16), math.ceil(height / 16))
    noise = random.Random(key).randbytes(small[0] * small[1] * 3)
    picture = Image.frombytes("RGB", small, noise).resize((width, height), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG")  # a tenth of the time that PNG takes
    return buffer.getvalue()


def _pictures(source: str) -> dict[str, tuple[int, int]]:
    """The ids of the pictures that a page names anywhere, with the size that the page says each has."""
    sizes: dict[str, tuple[int, int]] = {}
    for tag in TAG.findall(source):
        for url in PICTURE.findall(tag):
            if key := path_id(_absolute(url)):
                sizes.setdefault(key, _size(tag))
    for url in PICTURE.findall(source):
        if key := path_id(_absolute(url)):
            sizes.setdefault(key, (320, 200))
    return sizes


def _size(tag: str) -> tuple[int, int]:
    said = {name: float(match[1]) for name, pattern in DATA.items() if (match := pattern.search(tag))}
    width = min(max(int(said.get("data-w", 320)), 16), 640)
    return width, min(max(round(width * said.get("data-ratio", 0.625)), 8), 6000)


@cache
def _template(corpus: Path) -> str:
    donor = (corpus / "pages" / f"{TEMPLATE_DONOR}.html").read_text(encoding="utf-8")
    sheets = re.findall(r"<style[^>]*>(.*?)</style>", donor, re.S)
    return "\n".join(sheet for sheet in sheets if ".rich_media_content" in sheet)


def _absolute(url: str) -> str:
    url = html.unescape(url)
    return url if url.startswith("http") else "https:" + url


def _address(file: Path, page: SavedPage | None) -> str:
    """The address that the page states; else one made from its name."""
    token = hashlib.sha256(file.name.encode()).hexdigest()[:22]
    return (page and (page.short_url or page.long_url)) or f"https://mp.weixin.qq.com/s/{token}"


def _form(url: str) -> str:
    return "short_url" if "/s/" in url else "long_url"
