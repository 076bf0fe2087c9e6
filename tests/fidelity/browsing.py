"""Debian's Chromium, looking at an article: as WeChat serves it, and as the archive gives it back.

Scripts are off in both. An original is shown as a phone would have shown it after its script ran: hidden parts
visible, lazy pictures in their places. What only scripts draw (players, votes, cards) is taken out of the picture on
both sides and counted instead.
"""

from __future__ import annotations

import base64
import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

ARCHIVE = "http://archive.example"
PATIENCE_SECONDS = 20.0
STRIP = 4000  # points of a page that are taken in one shot
TALLEST = 60_000  # points that are compared; the longest article of the corpus has 50,000

# Moving pictures stand still at their first frame: else two shots of one page differ.
ARGUMENTS = [
    "--no-sandbox",
    "--blink-settings=imageAnimationPolicy=2",
    "--force-color-profile=srgb",
    "--disable-lcd-text",
    "--lang=zh-CN",
    "--disable-web-security",
]

# The reader's computer speaks Chinese: WeChat's pages do not say their language, and the system's decides the glyphs.
# LC_ALL stands above all: where no locale is set, Python itself sets LC_CTYPE, for its children too.
CHINESE = {"LANG": "zh_CN.UTF-8", "LANGUAGE": "zh_CN", "LC_ALL": "zh_CN.UTF-8"}

SHOW_AS_A_PHONE_DOES = """([published, region]) => {
    for (const image of document.querySelectorAll('img[data-src]')) image.setAttribute('src', image.dataset.src);
    for (const element of document.querySelectorAll('[data-lazy-bgimg]'))
        element.style.backgroundImage = `url("${element.dataset.lazyBgimg}")`;
    const moment = document.getElementById('publish_time');
    if (moment && published && !/\\d{4}/.test(moment.textContent)) moment.textContent = published;
    const place = document.getElementById('js_ip_wording'), around = document.getElementById('js_ip_wording_wrp');
    if (place && around && region) { place.textContent = region; around.removeAttribute('style'); }
    for (const id of ['js_article', 'js_content', 'img-content', 'page-content']) {
        const element = document.getElementById(id);
        if (element) { element.style.visibility = 'visible'; element.style.opacity = '1'; }
    }
}"""

# What scripts draw, as it stands in an original and in a copy.
DRAWN = (
    "iframe, mpvoice, qqmusic, .weapp_display_element, mpcps, mpshop, mpproduct, mpgongyi, mpvideosnap, mp-weapp, "
    "mp-miniprogram, [data-drawn], [id^=voice_main_], [id^=qqmusic_main_], .wxm-card, .wxm-film, .wxm-video"
)
HIDE_WHAT_SCRIPTS_DRAW = """drawn => {
    let count = 0;
    const article = document.getElementById('js_content') || document.body;
    for (const element of article.querySelectorAll('*'))
        if (/^MP-COMMON-/.test(element.tagName)) element.setAttribute('data-drawn', '');
    for (const element of article.querySelectorAll(drawn)) {
        if (element.parentElement.closest(drawn)) continue;
        count += 1;
        element.style.setProperty('display', 'none', 'important');
    }
    return count;
}"""

# A frame that begins between two points is drawn unlike one that does not; both are put on a whole point.
PUT_ON_THE_GRID = """selector => {
    const frame = selector.split(', ').map(each => document.querySelector(each)).find(found => found);
    if (!frame) return;
    const box = frame.getBoundingClientRect(), top = box.top + scrollY, left = box.left + scrollX;
    frame.style.position = 'relative';
    frame.style.top = `${Math.ceil(top) - top}px`;
    frame.style.left = `${Math.ceil(left) - left}px`;
}"""

LOOK = """selector => {
    const article = selector.split(', ').map(each => document.querySelector(each)).find(found => found);
    if (!article) return null;
    const shown = image => image.getClientRects().length > 0;
    const box = article.getBoundingClientRect();
    const images = [...article.querySelectorAll('img')].filter(shown);
    return {
        words: article.innerText,
        images: images.map(image => [image.currentSrc, image.naturalWidth, image.naturalHeight]),
        sizes: images.map(image => { const r = image.getBoundingClientRect(); return [r.width, r.height]; }),
        box: [box.left + scrollX, box.top + scrollY, box.width, box.height],
    };
}"""

END_ANIMATIONS = """() => {
    for (const animation of document.getAnimations())
        if (animation.effect.getComputedTiming().endTime === Infinity) animation.cancel(); else animation.finish();
}"""

READY = "() => document.readyState === 'complete' && [...document.images].every(image => image.complete)"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a reader sees of an article at one width."""

    words: str
    images: tuple[tuple[str, int, int], ...]  # address, natural width and height; in order
    sizes: tuple[tuple[float, float], ...]  # as shown
    drawn_by_scripts: int
    strips: tuple[Image.Image, ...] = field(repr=False)  # the frame's picture, from the top

    @property
    def picture(self) -> Image.Image:
        """The whole picture of the frame."""
        whole = Image.new("RGB", (self.strips[0].width, sum(strip.height for strip in self.strips)), "white")
        top = 0
        for strip in self.strips:
            whole.paste(strip, (0, top))
            top += strip.height
        return whole


@contextmanager
def chromium(executable: str) -> Iterator[Browser]:
    """The browser that is there, not one that playwright would fetch."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS, env={**os.environ, **CHINESE})
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def reader(
    browser: Browser, *, width: int = 375, proxy_url: str | None = None, scripts: bool = False
) -> Iterator[BrowserContext]:
    """A reader at a screen of this width; through a proxy, or with no network at all."""
    context = browser.new_context(
        java_script_enabled=scripts,
        viewport={"width": width, "height": 800},
        ignore_https_errors=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        proxy={"server": proxy_url} if proxy_url else None,
    )
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    try:
        yield context
    finally:
        context.close()


def open_original(context: BrowserContext, url: str, *, published: str = "", region: str = "") -> Page:
    """An original, shown as a phone would have shown it."""
    page = context.new_page()
    page.goto(url, wait_until="load")
    page.evaluate(SHOW_AS_A_PHONE_DOES, [published, region])
    wait_for_pictures(page)
    return page


def open_copy(
    context: BrowserContext, path: str, serve: Callable[[str], tuple[str, bytes] | None]
) -> tuple[Page, list[str]]:
    """A copy and every address that it asked for; ``serve`` gives the archive's answer to a path. No network."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        inside = route.request.url.removeprefix(ARCHIVE) if route.request.url.startswith(ARCHIVE + "/") else None
        found = serve(inside) if inside is not None else None
        if found is None:
            route.abort()
        else:
            route.fulfill(body=found[1], content_type=found[0])

    page = context.new_page()
    page.route("**/*", answer)
    page.goto(ARCHIVE + path, wait_until="load")
    wait_for_pictures(page)
    return page, asked


def wait_for_pictures(page: Page) -> None:
    """Wait until every picture has come or failed. No timers run where scripts are off: it is asked from here."""
    until = time.monotonic() + PATIENCE_SECONDS
    page.wait_for_load_state("networkidle")
    while not page.evaluate(READY) and time.monotonic() < until:
        time.sleep(0.05)


def look(page: Page, *, body: str, frame: str) -> Look | None:
    """What there is to see: the words and pictures of ``body``, a picture of ``frame`` (selectors); None: no such."""
    drawn = page.evaluate(HIDE_WHAT_SCRIPTS_DRAW, DRAWN)
    page.evaluate(PUT_ON_THE_GRID, frame)
    seen, around = page.evaluate(LOOK, body), page.evaluate(LOOK, frame)
    if seen is None or around is None:
        return None
    return Look(
        words=seen["words"],
        images=tuple((url, width, height) for url, width, height in seen["images"]),
        sizes=tuple((width, height) for width, height in seen["sizes"]),
        drawn_by_scripts=drawn,
        strips=tuple(_shots(page, *(round(side) for side in around["box"]))),
    )


def _shots(page: Page, left: int, top: int, width: int, height: int) -> Iterator[Image.Image]:
    """Pictures of a part of the page from the top, asked of the browser itself: it packs them in a fifth of the time
    that ``page.screenshot`` takes, which knows no such wish."""
    page.evaluate(END_ANIMATIONS)
    browser = page.context.new_cdp_session(page)
    for start in range(0, min(height, TALLEST), STRIP):
        clip = {"x": left, "y": top + start, "width": width, "height": min(STRIP, height - start), "scale": 1}
        options = {"format": "png", "optimizeForSpeed": True, "captureBeyondViewport": True, "clip": clip}
        shot = browser.send("Page.captureScreenshot", options)["data"]
        yield Image.open(io.BytesIO(base64.b64decode(shot))).convert("RGB")
