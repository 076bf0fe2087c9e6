"""``wxmirror review`` as a person types it: the list, names to copy, decisions, and wrong input."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.records import Outcome
from tests.commanding import wxmirror
from tests.storage.making import NOON, in_a_week, make_capture, make_reading, token_address
from tests.storage.test_decisions import bulletin_of, keep

X = token_address("x")


@pytest.fixture
def folder(tmp_path: Path, empty_archive: Path) -> Path:
    """An archive with a bulletin of two items, one citation in none of them, one cut short."""
    shutil.copytree(empty_archive, tmp_path / "archive")
    with Archive.open(tmp_path / "archive", writing=True) as archive:
        keep(archive, bulletin_of("甲", "乙", unplaced=(X, None)))
    return tmp_path


def entries(folder: Path, *arguments: str) -> list[dict]:
    return json.loads(wxmirror("review", "--json", *arguments, cwd=folder).stdout)["citations"]


def test_the_list_gives_names_and_says_why_in_chinese(folder: Path) -> None:
    told = wxmirror("review", cwd=folder, language="zh")
    assert told.returncode == 0
    for words in (
        *(entry["name"] for entry in entries(folder)),
        "待人工核对 2 项",
        "未归入任何条目",
        "网址不完整",
        X.cited_url,
    ):
        assert words in told.stdout
    assert "wxmirror review place" in told.stderr


def test_a_citation_is_placed_by_its_name_and_found_with_who_decided(folder: Path) -> None:
    name = entries(folder)[0]["name"]
    told = wxmirror("review", "place", name, "2", "--by", "王敏", "--reason", "原件", cwd=folder, language="zh")
    assert (told.returncode, "归入第 2 条：乙" in told.stdout) == (0, True)
    assert [entry["name"] for entry in entries(folder)] != [name]
    [found] = json.loads(wxmirror("find", X.cited_url, "--json", cwd=folder).stdout)
    [cited] = found["cited_by"]
    assert (cited["item"], cited["decision"]["decided_by"], cited["decision"]["reason"]) == (2, "王敏", "原件")
    assert "王敏 于" in wxmirror("find", X.cited_url, cwd=folder, language="zh").stdout
    status = json.loads(wxmirror("status", "--json", cwd=folder).stdout)
    assert status["to_review"] == len(entries(folder)) == 1


def test_an_address_will_do_for_a_name_and_login_names_for_who(folder: Path) -> None:
    told = wxmirror("review", "ignore", f"{X.cited_url}#rd", cwd=folder, LOGNAME="limin")
    assert told.returncode == 0, told.stderr
    [decision] = json.loads(wxmirror("review", "decisions", "--json", cwd=folder).stdout)
    assert (decision["decided_by"], decision["kind"]) == ("limin", "ignore")
    assert wxmirror("review", "undo", X.cited_url, cwd=folder).returncode == 0
    assert len(entries(folder)) == 2


def test_an_article_that_waits_is_ignored_and_brought_back_by_its_name(folder: Path) -> None:
    with Archive.open(folder / "archive", writing=True) as archive:
        archive.keep_capture(make_capture(X, make_reading(Outcome.BAD_LINK)), run=None, next_visit=in_a_week)
    [article] = json.loads(wxmirror("review", "--json", cwd=folder).stdout)["articles"]
    assert article["doubts"] == ["bad_link"]
    refused = wxmirror("review", "place", article["name"], "1", cwd=folder, language="zh")
    assert (refused.returncode, "只有引用才能归入条目" in refused.stderr) == (2, True)
    assert wxmirror("review", "ignore", article["name"], cwd=folder).returncode == 0
    assert json.loads(wxmirror("review", "--json", cwd=folder).stdout)["articles"] == []
    assert wxmirror("review", "undo", article["name"], cwd=folder).returncode == 0
    assert len(json.loads(wxmirror("review", "--json", cwd=folder).stdout)["articles"]) == 1


def test_every_citation_of_a_bulletin_can_be_named_with_its_items_beside(folder: Path) -> None:
    bulletin = entries(folder)[0]["bulletin"]
    assert [entry["item"] for entry in entries(folder, "--bulletin", bulletin, "--all")] == [1, 2, None, None]
    told = wxmirror("review", "--bulletin", bulletin, cwd=folder, language="zh").stdout
    assert "  1  甲\n" in told


def test_what_was_decided_wrongly_is_refused_with_a_sentence(folder: Path) -> None:
    name = entries(folder)[0]["name"]
    with Archive.open(folder / "archive", writing=True) as archive:
        twice = bulletin_of("丙", unplaced=(X,), body=b"other")
        archive.keep_bulletin(*twice, source=None, source_url=None, kept_at=NOON)
    for arguments, code, words in (
        (("place", name, "9"), 2, "没有第 9 条"),
        (("place", name, "0"), 2, "0"),
        (("place", "c-0000000000", "1"), 2, "没有名称或网址为 c-0000000000"),
        (("ignore", X.cited_url), 2, "对应多处"),
        (("ignore", name, "--by", " "), 2, "--by"),
        (("ignore", name, "--bulletin", "nothing"), 1, "存档中没有 nothing"),
        (("undo", name), 1, "没有可撤销的"),
    ):
        told = wxmirror("review", *arguments, cwd=folder, language="zh")
        assert (told.returncode, words in told.stderr) == (code, True), told.stderr
    assert name in wxmirror("review", "ignore", X.cited_url, cwd=folder).stderr
    assert json.loads(wxmirror("review", "decisions", "--json", cwd=folder).stdout) == []


def test_one_wrong_name_among_several_decides_nothing(folder: Path) -> None:
    name = entries(folder)[0]["name"]
    assert wxmirror("review", "ignore", name, "c-0000000000", cwd=folder).returncode == 2
    assert len(entries(folder)) == 2
