"""What every test may ask for: the corpus of real pages and bulletins, where it is present."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def corpus_folder() -> Path | None:
    """The corpus (WXMIRROR_TEST_CORPUS, default ../shared/corpus beside the checkout), or None where it is missing."""
    folder = (ROOT / os.environ.get("WXMIRROR_TEST_CORPUS", "../shared/corpus")).resolve()
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus of real pages; the test is skipped, saying so, where it is missing."""
    folder = corpus_folder()
    if folder is None:
        pytest.skip("no corpus: set WXMIRROR_TEST_CORPUS to the folder of real pages")
    return folder
