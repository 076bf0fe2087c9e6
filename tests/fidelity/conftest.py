"""The corpus on show, and the browser that looks at it: once for all tests of a session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import CHROMIUM
from tests.fidelity.browsing import chromium
from tests.fidelity.pairs import Exhibition, exhibition


@pytest.fixture(scope="session")
def shown(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibition]:
    """Every page of the corpus on the simulated WeChat, and an archive that takes in what is looked at."""
    proxies = {name: os.environ.pop(name) for name in ("http_proxy", "https_proxy") if name in os.environ}
    with exhibition(corpus, tmp_path_factory.mktemp("shown")) as opened:
        yield opened
    os.environ.update(proxies)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    assert CHROMIUM is not None
    with chromium(CHROMIUM) as opened:
        yield opened
