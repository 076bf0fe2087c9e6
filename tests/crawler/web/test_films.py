"""Films in the reading room: they play, and a player asks for the parts that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.config import Config
from crawler.web.app import create_app
from storage.archive import Archive
from tests.crawler.mirror.films import keep_film_post
from tests.crawler.mirror.keeping import SHORT
from tests.crawler.web.conftest import visitor
from tests.crawler.web.test_browser import browser as browser  # a fixture
from tests.crawler.web.test_browser import listening
from tests.simulated_wechat.films import Film


def ask_until(page: Any, true: str) -> None:
    """Ask the page again and again; half a minute at the most."""
    for _ in range(300):
        if page.evaluate(true):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(true)


FILM = Film(size=30_000_000)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder: Path = tmp_path_factory.mktemp("films") / "archive"
    with Archive.open(folder, writing=True, create=True) as archive:
        keep_film_post(archive, FILM)
        yield archive


@pytest.mark.parametrize(("first", "last"), [(0, 99), (29_999_000, 29_999_999), (15_000_000, 15_000_000)])
def test_a_part_of_a_film_can_be_asked_for(archive: Archive, first: int, last: int) -> None:
    answer = visitor(archive).get(f"/asset/{FILM.sha256}.mp4", headers={"Range": f"bytes={first}-{last}"})
    assert (answer.status_code, answer.headers["content-range"]) == (206, f"bytes {first}-{last}/{FILM.size}")
    assert answer.content == FILM.read(first, last)


@pytest.mark.browser
@pytest.mark.timeout(120)
def test_a_kept_film_plays_in_a_browser(archive: Archive, browser: Any) -> None:
    with listening(create_app(Config(), archive)) as origin:
        page = browser.new_page()
        sent: list[int] = []
        page.on("response", lambda answer: sent.append(answer.status) if ".mp4" in answer.url else None)
        page.goto(f"{origin}/web/{SHORT}")
        film = "document.querySelector('video')"
        ask_until(page, f"{film}.readyState >= 2")
        page.evaluate(f"{film}.muted = true, {film}.play(), true")  # the copy runs no script: nobody hears an event
        ask_until(page, f"{film}.ended")
        seen = page.evaluate(f"[{film}.videoWidth, {film}.videoHeight, {film}.duration, {film}.error]")
        page.close()
    assert seen == [32, 32, 1, None]
    assert set(sent) == {206}
