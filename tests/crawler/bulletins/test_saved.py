"""Saved bulletins, foldered by kind, each with what must be understood of it beside it.

All were written for the project. text/two-pages-of-news.txt has the anatomy of a real issue as extracted from its
PDF (docs/bulletins.md): an empty line after every line, a space before the first line of a page, titles over two
lines, one article cited twice at the foot of a page.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.bulletins.reading import read_bulletin
from tests.crawler.bulletins.saying import said

PAGES = Path(__file__).parents[2] / "pages" / "bulletins"
SAVED = sorted(path for path in PAGES.glob("*/*") if path.suffix != ".json")


@pytest.mark.parametrize("path", SAVED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_saved_bulletin_is_understood(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert said(read_bulletin(path.read_bytes(), path.name)) == expected


def test_there_are_saved_bulletins_of_every_kind() -> None:
    assert {path.parent.name for path in SAVED} == {"text", "html", "markdown", "csv"}
