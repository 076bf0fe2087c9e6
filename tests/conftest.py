"""What every test may ask for, and which tests run where.

A developer's run leaves out the long rounds, and what a missing service or browser would prove; it says so. With
CI=true everything runs: a test that would be skipped fails there, unless the corpus of real pages is what is missing.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.together import scheduler

# Modules are compiled once, whatever the environment says: by this process, or by any that a test begins.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium")
LIBREOFFICE = shutil.which("soffice")
LEFT_OUT = {"long": "a long round", "browser": "a round in a browser", "office": "a round with LibreOffice"}
"""What a developer's run leaves out, whether or not the program is there: starting one takes seconds."""
NO_CORPUS = "no corpus: set WXMIRROR_TEST_CORPUS to the folder of real pages"


def is_ci() -> bool:
    """Whether nothing may be left out."""
    return os.environ.get("CI") == "true"


def examples(count: int) -> int:
    """How many examples of a property are tried: so many with CI=true, a fifth of them in a developer's run."""
    return count if is_ci() else count // 5


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


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an empty archive, made once: copying it takes an eighth of the time that making one takes."""
    from storage.archive import Archive

    folder = tmp_path_factory.mktemp("empty") / "archive"
    Archive.open(folder, writing=True, create=True).close()
    return folder


@pytest.fixture(scope="session", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All archives of a session share what SQLAlchemy compiled, as all visits of a crawl do: a quarter of the time."""
    from storage import engine

    open_sqlite = engine._sqlite
    first = open_sqlite(tmp_path_factory.mktemp("first") / engine.DATABASE, pool={})
    first.connect().close()

    def sharing(*given: Any, **options: Any) -> Any:
        opened = open_sqlite(*given, **options)
        opened.dialect, opened._compiled_cache = first.dialect, first._compiled_cache
        return opened

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_sqlite", sharing)
        yield


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what a developer's run leaves out."""
    for marker, meaning in LEFT_OUT.items():
        if item.get_closest_marker(marker) and not is_ci():
            pytest.skip(f"{meaning}: runs with CI=true")
    if item.get_closest_marker("browser") and CHROMIUM is None:
        pytest.skip("no browser: install chromium")
    if item.get_closest_marker("office") and LIBREOFFICE is None:
        pytest.skip("no LibreOffice: install libreoffice-writer-nogui")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share the tests out among processes, those that look at one costly thing together."""
    return scheduler(config, log, is_ci=is_ci()) if config.getvalue("dist") == "loadgroup" else None


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
