"""``wxmirror withdraw`` as a person types it."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from crawler.cli import main
from crawler.config import Config
from crawler.intake import Intake
from crawler.pacing import SystemClock
from crawler.tally import Tally
from crawler.web.app import create_app
from storage.archive import CRAWL, Archive
from tests.crawler.mirror.keeping import OTHER, SHORT, keep_article, keep_bulletin, keep_picture, png
from tests.crawler.mirror.shelves import PICTURE
from tests.stories.crawls import Noting

REASON = ["--reason", "当事人要求", "--by", "王"]


@pytest.fixture
def folder(tmp_path, empty_archive):
    """An archive of two articles that a bulletin cites."""
    shutil.copytree(empty_archive, tmp_path / "archive")
    with Archive.open(tmp_path / "archive", writing=True) as archive:
        keep_article(archive, title="要撤下的文章", text="私事", pictures=[PICTURE])
        keep_picture(archive, PICTURE, png(1))
        keep_article(archive, OTHER, title="别的文章")
        keep_bulletin(archive, SHORT, OTHER)
    return tmp_path


@pytest.fixture
def wxmirror(folder, monkeypatch, capsys):
    """The command line in this process: its exit code, and what it said on stdout and stderr."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wxmirror", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code or 0, *capsys.readouterr())

    return run


def opened(folder) -> Archive:
    return Archive.open(folder / "archive")


def test_an_article_is_withdrawn_and_readers_see_the_reason(folder, wxmirror):
    code, out, _ = wxmirror("withdraw", SHORT, *REASON, "--yes")
    assert code == 0
    assert "已撤下：要撤下的文章" in out
    assert "1 份副本的正文，图片等资源 1 个" in out
    with opened(folder) as archive:
        assert archive.snapshot(archive.captures(SHORT)[0].address) is None
        assert archive.search("私事") == []
        page = TestClient(create_app(Config(), archive)).get(f"/web/{SHORT}")
    assert (page.status_code, "当事人要求" in page.text, "要撤下的文章" in page.text) == (410, True, False)
    code, out, _ = wxmirror("find", SHORT)
    assert "撤下：当事人要求" in out
    assert wxmirror("export", "site", "--out", "site")[0] == 0
    assert len(list((folder / "site" / "articles").iterdir())) == 1


@pytest.mark.parametrize("form", ["warc", "site", "html"])
def test_what_is_withdrawn_goes_into_no_package(folder, wxmirror, form):
    wxmirror("withdraw", SHORT, *REASON, "--yes")
    code, _, err = wxmirror("export", form, "--out", "out", "--url", SHORT)
    assert (code, "没有选中任何内容" in err, (folder / "out").exists()) == (1, True, False)


def test_programs_are_told_what_went(wxmirror):
    code, out, _ = wxmirror("withdraw", SHORT, SHORT, *REASON, "--yes", "--json")
    (told,) = json.loads(out)
    assert (code, told["reason"], told["withdrawn_by"]) == (0, "当事人要求", "王")
    assert (told["texts"], told["renditions"], told["blobs"]) == (1, 1, 1)


def test_a_lift_brings_the_text_back_at_once_and_the_pictures_with_the_next_crawl(folder, wxmirror):
    wxmirror("withdraw", SHORT, *REASON, "--yes")
    code, out, _ = wxmirror("withdraw", SHORT, "--lift", "--by", "李")
    assert code == 0
    assert "已恢复" in out
    with opened(folder) as archive:
        snapshot = archive.snapshot(archive.captures(SHORT)[0].address)
        assert snapshot
        assert not snapshot.is_complete
        assert "私事" in snapshot.reading.article.text
        assert [hit.article_url for hit in archive.search("私事")] == [SHORT]
        assert archive.count_due(datetime.now(UTC)) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([SHORT, "--yes"], 2, "请用 --reason 写明原因"),
        ([SHORT, *REASON], 2, "请加 --yes"),
        (["https://mp.weixin.qq.com/s/ZZZZZZZZZZZZZZZZZZZZZZ", *REASON, "--yes"], 1, "存档中没有"),
        (["https://example.org/", *REASON, "--yes"], 2, "不是微信文章的"),
        ([SHORT, "--lift"], 2, "没有被撤下"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_removed(folder, wxmirror, words, code, said):
    done, _, err = wxmirror("withdraw", *words)
    assert (done, said in err) == (code, True)
    with opened(folder) as archive:
        assert archive.search("私事")


def test_while_a_crawl_runs_nothing_is_withdrawn(folder, wxmirror):
    with Archive.open(folder / "archive", writing=True) as archive, archive.lock(CRAWL):
        code, _, err = wxmirror("withdraw", SHORT, *REASON, "--yes")
    assert code == 1
    assert "请等它结束" in err


def test_who_names_a_withdrawn_article_for_a_crawl_is_told(folder, wxmirror):
    wxmirror("withdraw", SHORT, *REASON, "--yes")
    listener = Noting()
    with Archive.open(folder / "archive", writing=True) as archive:
        Intake(archive, None, Tally(listener), SystemClock()).take_urls([SHORT, OTHER])
    assert listener.notes == [f"{SHORT} 已从存档撤下，不再访问。如需恢复，请运行“wxmirror withdraw --lift”。"]
