"""What every test may ask for, and which tests run where.

A developer's run leaves out the long rounds, and what a missing service or browser would prove; it says so. With
CI=true everything runs: a test that would be skipped fails there, unless the corpus of real pages is what is missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium")
LIBREOFFICE = shutil.which("soffice")
LEFT_OUT = {"long": "a long round", "browser": "a round in a browser", "office": "a round with LibreOffice"}
"""What a developer's run leaves out, whether or not the program is there: starting one takes seconds."""
NO_CORPUS = "no corpus: set WXMIRROR_TEST_CORPUS to the folder of real pages"


def is_ci() -> bool:
    """Whether nothing may be left out."""
    return os.environ.get("CI") == "true"


def corpus_folder() -> Path | None:
    """The corpus (WXMIRROR_TEST_CORPUS, default ../shared/corpus beside the checkout), or None where it is missing."""
    folder = (ROOT / os.environ.get("WXMIRROR_TEST_CORPUS", "../shared/corpus")).resolve()
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus of real pages; the test is skipped, saying so, where it is missing."""
    folder = corpus_folder()
    if folder is None:
        pytest.skip(NO_CORPUS)
    return folder


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what a developer's run leaves out."""
    for marker, meaning in LEFT_OUT.items():
        if item.get_closest_marker(marker) and not is_ci():
            pytest.skip(f"{meaning}: runs with CI=true")
    if item.get_closest_marker("browser") and CHROMIUM is None:
        pytest.skip("no browser: install chromium")
    if item.get_closest_marker("office") and LIBREOFFICE is None:
        pytest.skip("no LibreOffice: install libreoffice-writer-nogui")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With CI=true a skipped test has proved nothing, and fails."""
    report = yield
    if is_ci() and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(call.excinfo.value) if call.excinfo else ""
        if "no corpus" not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped with CI=true: {reason}"
    return report
