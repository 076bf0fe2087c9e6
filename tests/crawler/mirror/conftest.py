"""A real archive for the tests of what is given back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.archive import Archive


@pytest.fixture
def archive(empty_archive: Path, tmp_path: Path) -> Iterator[Archive]:
    """An empty archive, open for writing."""
    shutil.copytree(empty_archive, tmp_path / "archive")
    with Archive.open(tmp_path / "archive", writing=True) as opened:
        yield opened
