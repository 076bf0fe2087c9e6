"""The words of an article as a browser shows them: the truth that the reader of pages is held to.

An ordinary article is read with its scripts off and its hidden parts shown; the names on the cards that scripts would
draw are put in their places. An article that its own scripts draw from the page's data is read from what they drew, or
from that data as the page's own code gives it.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from crawler.wechat.reading import read_page
from storage.records import Inventory
from tests.fidelity.browsing import open_original, reader
from tests.fidelity.likeness import Alike, compare_words
from tests.fidelity.originals import Original
from tests.simulated_wechat.site import Site

# Where the words and pictures of an article stand; the first that is there.
BODIES = "#js_share_content, #js_content"

NAMED_CARDS = """bodies => {
    const names = {
        MPVOICE: ['name'], QQMUSIC: ['music_name'],
        'MP-COMMON-MPAUDIO': ['name'], 'MP-COMMON-QQMUSIC': ['music_name'],
        'MP-COMMON-PROFILE': ['data-nickname'], 'MP-WEAPP': ['data-miniprogram-title', 'data-miniprogram-nickname'],
        'MP-MINIPROGRAM': ['data-miniprogram-title', 'data-miniprogram-nickname'],
        'MP-COMMON-MINIPROGRAM': ['data-miniprogram-title', 'data-miniprogram-nickname'],
        'MP-COMMON-VIDEOSNAP': ['data-nickname', 'data-desc'], MPVIDEOSNAP: ['data-nickname', 'data-desc'],
    };
    const body = bodies.split(', ').map(each => document.querySelector(each)).find(found => found);
    if (!body) return null;
    for (const element of body.querySelectorAll('*')) {
        const isDrawn = element.parentElement.querySelector('.weapp_display_element') !== null;
        if (!(element.tagName in names) || element.innerText || isDrawn) continue;
        const said = names[element.tagName].map(name => element.getAttribute(name) || '').join(' ');
        try { element.textContent = decodeURIComponent(said); } catch { element.textContent = said; }
        element.style.setProperty('display', 'block', 'important');
    }
    return body.innerText;
}"""

DRAWN = """() => {
    const data = window.cgiDataNew || {};
    const words = html => {
        const box = document.createElement('div');
        box.style.whiteSpace = 'pre-line';
        box.innerHTML = html || '';
        document.body.append(box);
        const text = box.innerText;
        box.remove();
        return text;
    };
    const isPosted = /page_share_(img|text)/.test(document.body.className);
    const said = isPosted && ((data.text_page_info || {}).content_noencode || data.content_noencode);
    const body = document.querySelector('#js_content');
    const listed = (data.picture_page_info_list || []).length;
    const text = said ? words(said) : body ? body.innerText : '';
    return [text, listed || document.querySelectorAll('#img_list img').length];
}"""

DRAWN_BY_SCRIPTS = frozenset(
    {
        "wae-pic-01",
        "wae-pic-05",
        "wae-text-01",
        "weextract-2018-04-video-type5",
        "weextract-2018-08-image-type8",
        "weextract-2019-11-video-type5",
    }
)
# A share: a remark that a script writes, then the card of the article that is shared.
SHARES = frozenset({"wae-share-03"})


@dataclass(frozen=True, kw_only=True)
class Read:
    """How well a page's words were read, and its pictures counted (None: the page's scripts count none)."""

    name: str
    truth: str
    words: Alike
    inventory: Inventory | None
    listed: int | None


def measure_words(browser: Browser, site: Site, original: Original) -> Read:
    """Compare what is read of a page with what the browser shows of it."""
    is_drawn = original.name in DRAWN_BY_SCRIPTS or original.name in SHARES
    with reader(browser, proxy_url=site.proxy_url, scripts=is_drawn) as context:
        if is_drawn:
            page = context.new_page()
            page.goto(original.url, wait_until="domcontentloaded")
            truth, listed = _drawn(page, original.name)
        else:
            page = open_original(context, original.url)
            truth, listed = page.evaluate(NAMED_CARDS, BODIES), None
    reading = read_page(original.body, original.url, "text/html; charset=UTF-8")
    assert reading.article is not None, f"{original.name} is not read as an article: {reading.outcome}"
    return Read(
        name=original.name,
        truth=truth or "",
        words=compare_words(truth or "", reading.article.text),
        inventory=reading.inventory,
        listed=listed or None,
    )


def _drawn(page: Page, name: str) -> tuple[str, int]:
    if name in SHARES:
        remark, card = (page.locator(place).inner_text() for place in ("#js_share_notice", "#js_share_content"))
        return f"{remark}\n{card}", 0
    text, listed = page.evaluate(DRAWN)
    return str(text), int(listed)
