"""A reading room over a small real archive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from crawler.config import Config
from crawler.web.app import create_app
from storage.archive import Archive
from tests.crawler.mirror.keeping import LONG, MARCH, SHORT, keep_article, keep_bulletin, keep_loss, keep_picture, png
from tests.crawler.mirror.shelves import PICTURE


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")


def visitor(archive: Archive) -> TestClient:
    app = create_app(Config(), archive)
    return TestClient(app, "http://room.example", follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One article in two copies, since deleted; another, still readable; a bulletin that cites both. Made once."""
    folder = tmp_path_factory.mktemp("room") / "archive"
    with Archive.open(folder, writing=True, create=True) as opened:
        keep_article(opened, text="第一段", pictures=[PICTURE])
        keep_picture(opened, PICTURE, png(7))
        keep_article(opened, text="第一段，改过", pictures=[PICTURE], at=MARCH + timedelta(days=1))
        keep_loss(opened, at=MARCH + timedelta(days=3))
        keep_article(opened, LONG, title="另一篇", text="第二篇")
        keep_bulletin(opened, SHORT, LONG)
    return folder


@pytest.fixture(scope="session")
def archive(filled: Path) -> Iterator[Archive]:
    """An archive for tests that only look."""
    with Archive.open(filled) as opened:
        yield opened


@pytest.fixture(scope="session")
def room(archive: Archive) -> TestClient:
    return visitor(archive)


@pytest.fixture
def own_archive(filled: Path, tmp_path: Path) -> Iterator[Archive]:
    """The same, for a test that changes it."""
    shutil.copytree(filled, tmp_path / "archive")
    with Archive.open(tmp_path / "archive", writing=True) as opened:
        yield opened


@pytest.fixture
def own_room(own_archive: Archive) -> TestClient:
    return visitor(own_archive)
