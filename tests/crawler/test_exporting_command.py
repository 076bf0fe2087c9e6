"""``wxmirror export`` as a person types it."""

from __future__ import annotations

import json
import sys

import pytest

from crawler.cli import main
from storage.archive import Archive
from tests.crawler.mirror.keeping import OTHER, SHORT, damage, keep_article, page_of


@pytest.fixture
def wxmirror(tmp_path, monkeypatch, capsys):
    """An archive with a damaged page among two, and the command line: its exit code, and what it said."""
    with Archive.open(tmp_path / "archive", writing=True, create=True) as archive:
        keep_article(archive)
        keep_article(archive, OTHER, title="另一篇")
        damage(archive, page_of("另一篇", "第一段"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wxmirror", "export", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code or 0, *capsys.readouterr())

    return run


@pytest.mark.parametrize("form", ["warc", "site", "html"])
def test_what_is_damaged_is_named_and_the_exit_code_says_so(wxmirror, form):
    code, out, _ = wxmirror(form, "--out", "out")
    assert code == 1
    assert f"页面 {OTHER}" in out
    assert "其余均已写出" in out
    code, out, _ = wxmirror(form, "--out", "again", "--json")
    assert (code, [fault["subject"] for fault in json.loads(out)["faults"]]) == (1, [f"page {OTHER}"])


def test_what_is_whole_goes_out_with_exit_code_zero(wxmirror):
    code, out, _ = wxmirror("warc", "--out", "out", "--url", SHORT, "--json")
    assert (code, json.loads(out)["faults"]) == (0, [])
