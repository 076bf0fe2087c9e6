"""``wxmirror review forms``, ``join``, ``part`` and ``crawl --replaces``, as a person types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from storage.archive import Archive
from tests.commanding import wxmirror
from tests.storage.making import NOON
from tests.storage.test_forms import OTHER_TITLES, form, pdf, web


@pytest.fixture
def folder(tmp_path: Path, empty_archive: Path) -> Path:
    """An archive with a bulletin in two forms, and another one."""
    shutil.copytree(empty_archive, tmp_path / "archive")
    with Archive.open(tmp_path / "archive", writing=True) as archive:
        pdf(archive, form(b"pdf"))
        web(archive, form(b"web", file="12.html"))
        archive.keep_bulletin(*form(b"3", titles=OTHER_TITLES, issue="13"), source=None, source_url=None, kept_at=NOON)
    return tmp_path


def joined(folder: Path) -> list[dict]:
    return json.loads(wxmirror("review", "forms", "--json", cwd=folder).stdout)


def test_what_was_joined_is_listed_with_its_evidence(folder: Path) -> None:
    [merge] = joined(folder)
    assert (merge["evidence"]["articles"], merge["merged_by"]) == ([4, 4, 4], None)
    told = wxmirror("review", "forms", cwd=folder, language="zh").stdout
    for words in ("简报.pdf", "12.html", "按内容判定", "期号相同", "两者共有文章 4 篇（各有 4 篇和 4 篇）"):
        assert words in told


def test_forms_are_taken_apart_and_joined_by_name_or_file(folder: Path) -> None:
    (folder / "12.html").write_bytes(b"web")
    assert wxmirror("review", "part", "12.html", "--by", "王敏", cwd=folder).returncode == 0
    [merge] = joined(folder)
    assert merge["undone_by"] == "王敏"
    assert json.loads(wxmirror("status", "--json", cwd=folder).stdout)["bulletins"] == 3
    again = wxmirror("review", "join", "12.html", merge["bulletin"], "--by", "李强", cwd=folder, language="zh")
    assert (again.returncode, "合并显示" in again.stdout) == (0, True)
    assert json.loads(wxmirror("status", "--json", cwd=folder).stdout)["bulletins"] == 2
    twice = wxmirror("review", "join", "12.html", merge["bulletin"], cwd=folder, language="zh")
    assert (twice.returncode, "已是同一份简报" in twice.stderr) == (2, True)


@pytest.mark.parametrize(("arguments", "code", "words"), [
    (("part", "0123"), 1, "存档中没有 0123"),
    (("join", "0123", "4567"), 1, "存档中没有 0123"),
])  # fmt: skip
def test_what_is_not_held_is_said_to_be_missing(
    folder: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    told = wxmirror("review", *arguments, cwd=folder, language="zh")
    assert (told.returncode, words in told.stderr) == (code, True)


def test_a_bulletin_in_one_form_cannot_be_taken_apart(folder: Path) -> None:
    (folder / "3.pdf").write_bytes(b"3")
    told = wxmirror("review", "part", "3.pdf", cwd=folder, language="zh")
    assert (told.returncode, "不是某份简报的多个版式之一" in told.stderr) == (2, True)


@pytest.mark.parametrize("inputs", [(), ("a.txt", "b.txt"), ("https://example.org/1.html",)])
def test_only_one_file_replaces_a_bulletin(folder: Path, inputs: tuple[str, ...]) -> None:
    told = wxmirror("crawl", *inputs, "--replaces", "0123", "--dry-run", cwd=folder, language="zh")
    assert (told.returncode, "--replaces 须与一个文件同用" in told.stderr) == (2, True)


def test_what_replaces_a_bulletin_that_is_not_held_is_not_taken_in(folder: Path) -> None:
    (folder / "new.txt").write_text("https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA", encoding="utf-8")
    for more in (("--dry-run",), ()):
        told = wxmirror("crawl", "new.txt", "--replaces", "0123", *more, cwd=folder, language="zh")
        assert (told.returncode, "存档中没有 0123" in told.stderr) == (1, True)
    assert json.loads(wxmirror("status", "--json", cwd=folder).stdout)["bulletins"] == 2
