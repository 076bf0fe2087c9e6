"""``wxmirror sources``, as a person uses it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.records import SourceState
from tests.commanding import wxmirror
from tests.simulated_wechat import Site
from tests.simulated_wechat.furniture import bulletin_index

NOW = datetime.now(UTC)
SITE = "https://www.example.org/"
CITING = "简报\n\nhttps://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA\n"


def settle(folder: Path, *sources: str) -> None:
    written = "".join(f"[[sources]]\n{source}\n" for source in sources)
    (folder / "wxmirror.toml").write_text(written, encoding="utf-8")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A working folder with a watched folder of two bulletins."""
    (tmp_path / "inbox").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "inbox" / name).write_text(CITING, encoding="utf-8")
    settle(tmp_path, 'name = "收件夹"\nfolder = "inbox"', 'name = "不在"\nfolder = "nowhere"')
    return tmp_path


def test_without_sources_it_says_how_to_set_one(tmp_path: Path) -> None:
    told = wxmirror("sources", cwd=tmp_path, language="zh")
    assert told.returncode == 2
    assert "还没有设置来源" in told.stderr
    assert json.loads(wxmirror("sources", "--json", cwd=tmp_path).stdout) == []


def test_sources_that_were_never_asked_are_shown_as_such(inbox: Path) -> None:
    told = wxmirror("sources", cwd=inbox, language="zh")
    assert told.returncode == 0
    assert told.stdout.count("尚未询问") == 2
    assert not (inbox / "archive").exists()


def test_a_source_that_fails_is_shown_with_what_to_do(inbox: Path) -> None:
    with Archive.open(inbox / "archive", writing=True, create=True) as archive:
        archive.keep_source_state(SourceState(source="收件夹", last_asked_at=NOW, last_success_at=NOW))
        archive.keep_source_state(
            SourceState(
                source="不在",
                last_asked_at=NOW,
                last_failure_at=NOW,
                failure="no_folder",
                failures=3,
                next_ask_at=NOW + timedelta(hours=6),
            )
        )
    told = wxmirror("sources", cwd=inbox, language="zh")
    assert told.returncode == 0
    for words in ("正常", "失败", "没有这个文件夹", "连续失败 3 次", "改正 wxmirror.toml 中的 folder"):
        assert words in told.stdout
    well, failing = json.loads(wxmirror("sources", "--json", cwd=inbox).stdout)
    assert (well["state"], well["failure"], well["place"]) == ("well", None, "inbox")
    assert (failing["state"], failing["failures"], failing["failure"]["kind"]) == ("failing", 3, "no_folder")
    assert set(failing["failure"]) == {"kind", "message", "remedy"}


def test_a_trial_shows_what_would_be_taken_in_and_keeps_nothing(inbox: Path) -> None:
    told = wxmirror("sources", "try", "收件夹", "--json", cwd=inbox)
    assert told.returncode == 0
    [trial] = json.loads(told.stdout)
    assert [(one["place"], one["bulletin"]["citations"]) for one in trial["wanted"]] == [("a.txt", 1), ("b.txt", 1)]
    assert not (inbox / "archive").exists()
    people = wxmirror("sources", "try", cwd=inbox, language="zh")
    assert people.returncode == 2
    assert "没有这个文件夹" in people.stdout
    assert "均未保存" in people.stderr


def test_a_name_that_no_source_has_is_told_with_those_there_are(inbox: Path) -> None:
    told = wxmirror("sources", "try", "收信夹", cwd=inbox, language="zh")
    assert told.returncode == 2
    assert "收件夹" in told.stderr


def test_a_trial_of_a_list_reads_the_first_bulletins_and_names_the_others(tmp_path: Path) -> None:
    settle(tmp_path, f'name = "网页"\nurl = "{SITE}list.html"', f'name = "没有"\nurl = "{SITE}feed.xml"')
    with Site(folder=tmp_path) as site:
        site.serve(f"{SITE}list.html", bulletin_index([(f"{n}.txt", f"第{n}期\x1b[2J") for n in range(5)]))
        for n in range(5):
            site.serve(f"{SITE}{n}.txt", CITING, content_type="text/plain; charset=utf-8")
        told = wxmirror("sources", "try", "--json", cwd=tmp_path, **site.environment)
        people = wxmirror("sources", "try", "网页", cwd=tmp_path, language="zh", **site.environment)
    assert told.returncode == 2
    page, missing = json.loads(told.stdout)
    assert (page["list"], page["listed"]) == ("page", 5)
    assert [one["bulletin"] is not None for one in page["wanted"]] == [True, True, True, False, False]
    assert missing["failure"]["kind"] == "status 404"
    assert missing["problems"] == []
    assert people.returncode == 0
    assert "第4期" in people.stdout
    assert "\x1b" not in people.stdout
    assert not (tmp_path / "archive").exists()
