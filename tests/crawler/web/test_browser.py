"""Copies in a real browser: they ask nobody and run nothing, and each of the two guards holds alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crawler.config import Config
from crawler.mirror.replay import COPY_POLICY, standalone
from crawler.mirror.rewrite import rewrite
from crawler.web.app import create_app
from crawler.wechat.reading import read_page
from crawler.wechat.urls import asset_key, read_address
from storage.archive import Archive
from storage.records import Capture
from tests.crawler.mirror.keeping import MARCH, OTHER, SHORT, keep_picture, png
from tests.crawler.mirror.shelves import article_page, reading_of, shelf_of
from tests.crawler.mirror.test_rewrite import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

MARK = "window.ran = true; document.title = 'ran'"
PROBES = "".join(HOSTILE.values()).replace("alert(1)", "document.title='ran'") + f"<script>{MARK}</script>"


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """The app on a free port of loopback."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("no chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield started
        started.close()


def visit(browser: Any, url: str) -> tuple[Any, list[str]]:
    """Open a page; the page, and what it asked of other hosts."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url, wait_until="load")
    origin = "/".join(url.split("/")[:3])
    return page, [one for one in asked if not one.startswith((origin, "data:"))]


def served(body: bytes, policy: str | None) -> Starlette:
    """One page with this policy."""
    headers = {"Content-Security-Policy": policy} if policy else {}
    return Starlette(routes=[Route("/{path:path}", lambda _: Response(body, headers=headers, media_type="text/html"))])


def world(heard: list[str]) -> Starlette:
    """A host that is not the archive's, and writes down whatever reaches it."""

    def answer(request: Request) -> Response:
        heard.append(request.url.path)
        return Response(b"")

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST", "HEAD"])])


@pytest.mark.long
@pytest.mark.parametrize(
    ("is_rewritten", "policy"),
    [(True, COPY_POLICY), (True, None), (False, COPY_POLICY)],
    ids=["both guards", "rewriting alone", "policy alone"],
)
def test_each_guard_alone_stops_every_probe(browser: Any, is_rewritten: bool, policy: str | None) -> None:
    assert seen_of_probes(browser, is_rewritten=is_rewritten, policy=policy) == (False, False)


@pytest.mark.long
def test_negative_control_without_rewriting_and_policy_probes_run_and_reach_the_world(browser: Any) -> None:
    assert seen_of_probes(browser, is_rewritten=False, policy=None) == (True, True)


def seen_of_probes(browser: Any, *, is_rewritten: bool, policy: str | None) -> tuple[bool, bool]:
    """Whether a script of the page ran, and whether anything was asked of the world."""
    heard: list[str] = []
    with listening(world(heard)) as elsewhere:
        raw = article_page(f"<p>第一段</p>{PROBES}").replace(b"https://evil.example", elsewhere.encode())
        # A refresh or base that works would lead away from the page whose title is looked at.
        raw = raw.replace(b'<meta http-equiv="refresh"', b"<meta").replace(b"<base ", b"<b ")
        body = standalone(rewrite(raw, reading_of(), shelf_of())) if is_rewritten else raw
        with listening(served(body, policy)) as origin:
            page, _ = visit(browser, f"{origin}/")
            ran = page.title() == "ran"
            page.close()
    return ran, bool(heard)


def test_a_copy_is_whole_in_a_browser(browser: Any, archive: Archive) -> None:
    with listening(create_app(Config(), archive)) as origin:
        page, asked = visit(browser, f"{origin}/web/{SHORT}")
        assert asked == []
        assert "第一段" in page.inner_text("main")
        assert page.is_visible("#js_content")
        assert page.evaluate("[...document.querySelectorAll('main img')].every(one => one.naturalWidth > 0)")
        page.click("text=采集记录")
        assert "已被发布者删除" in page.inner_text("main")
        page.close()


@pytest.mark.long
def test_the_room_can_be_used_from_the_keyboard_at_any_width(browser: Any, archive: Archive) -> None:
    with listening(create_app(Config(), archive)) as origin:
        for width in (320, 375, 1200):
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.goto(origin)
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.className") == "skip"
            page.fill("#find", SHORT)
            page.keyboard.press("Enter")
            page.wait_for_url("**/article/**")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.close()


@pytest.mark.long
def test_styles_of_a_copy_cannot_touch_the_words_around_it(browser: Any) -> None:
    hostile = (
        "*,header,.wxm-banner{display:none!important}body{transform:scale(0)}html~*,html+*{display:none!important}"
    )
    raw = article_page(
        '<p style="position:fixed;inset:0;background:red">x</p>'
        '<p style="position:absolute;top:-500px;left:0;width:100vw;height:2000px;background:red;z-index:999">y</p>',
        head=f"<style>{hostile}</style>",
    )
    banner = '<header class="wxm-banner">存档副本</header>'
    body = standalone(rewrite(raw, reading_of(), shelf_of()), banner=banner)
    with listening(served(body, COPY_POLICY)) as origin:
        page, _ = visit(browser, origin)
        assert page.is_visible(".wxm-banner")
        box = page.locator(".wxm-banner").bounding_box()
        top = "([x, y]) => document.elementFromPoint(x, y).className"
        assert page.evaluate(top, [box["x"] + 20, box["y"] + box["height"] / 2]) == "wxm-banner"
        page.close()


@pytest.mark.long
def test_pages_of_every_age_ask_nobody_in_a_browser(browser: Any, own_archive: Archive, corpus: Path) -> None:
    for number, file in enumerate(sorted((corpus / "pages").glob("*.html"))[::3]):
        reading = read_page(file.read_bytes())
        if reading.article is None:
            continue
        address = read_address(OTHER[:-2] + f"{number:02}")
        capture = Capture(
            address=address, captured_at=MARCH, hops=(), final_url=OTHER, body=file.read_bytes(), reading=reading
        )
        own_archive.keep_capture(capture, run=None, next_visit=lambda _: None)
        for link in reading.assets[:40]:
            if asset_key(link.url) == link.key and "qpic" in link.url:
                keep_picture(own_archive, link.url, png(number))
    with listening(create_app(Config(), own_archive)) as origin:
        for url in list(own_archive.articles()):
            page, asked = visit(browser, f"{origin}/web/{url}")
            assert asked == [], url
            page.close()
