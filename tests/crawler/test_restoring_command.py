"""``wxmirror restore`` as a person types it."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import pytest

from crawler.cli import main
from storage.archive import Archive
from tests.crawler.mirror.keeping import SHORT, keep_article

pytestmark = pytest.mark.usefixtures("quick_child")

BULLETIN = (
    f"四川省地方志工作办公室 2024年 3月 18日\n\n【市州动态】\n\n某市召开会议\n\n3月 12日，某市召开会议。\n\n{SHORT}\n"
)


@pytest.fixture
def folder(tmp_path):
    """A folder with an archive of two copies of one article, and a bulletin that cites it."""
    with Archive.open(tmp_path / "archive", writing=True, create=True) as archive:
        for day in (14, 20):
            keep_article(archive, text=f"第{day}稿", at=datetime(2024, 3, day, 2, tzinfo=UTC))
    (tmp_path / "bulletin.txt").write_text(BULLETIN)
    return tmp_path


@pytest.fixture
def wxmirror(folder, monkeypatch, capsys):
    """The command line in this process: its exit code, and what it said on stdout and stderr."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WXMIRROR_ARCHIVE", str(folder / "archive"))
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wxmirror", "restore", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code or 0, *capsys.readouterr())

    return run


def test_a_bulletin_that_was_never_crawled_is_dated_by_its_masthead(folder, wxmirror):
    code, out, _ = wxmirror("bulletin.txt", "--out", "whole.txt", "--base-url", "https://archive.example.org", "--json")

    (link,) = json.loads(out)["links"]
    assert code == 0
    assert link["replay_url"] == f"https://archive.example.org/web/20240320020000/{SHORT}"
    assert (folder / "whole.txt").read_text() == BULLETIN.replace(SHORT, link["replay_url"])


def test_links_that_were_never_kept_are_told_with_what_to_do(folder, wxmirror):
    (folder / "new.txt").write_text(BULLETIN.replace(SHORT, "https://mp.weixin.qq.com/s/" + "B" * 22))
    code, out, err = wxmirror("new.txt", "--out", "whole.txt", "--base-url", "https://archive.example.org")

    assert (code, "没有存档副本" in out) == (0, True)
    assert "有 1 处链接没有存档副本" in err
    assert "“wxmirror crawl new.txt”" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.pdf", "--out", "x.pdf"], "没有这个文件"),
        (["bulletin.txt", "--out", "bulletin.txt", "--force"], "就是原件本身"),
        (["bulletin.txt", "--out", "archive"], "无法写入"),
        (["bulletin.txt", "--out", "x.txt", "--base-url", "ftp://x"], "不能作为阅览室的网址"),
    ],
)
def test_what_cannot_be_restored_is_told_in_chinese_and_nothing_is_written(folder, wxmirror, words, said):
    before = sorted(folder.iterdir())
    words = words if "--base-url" in words else [*words, "--base-url", "https://archive.example.org"]
    code, out, err = wxmirror(*words)
    assert said in err
    assert code in (1, 2)
    assert out == ""
    assert sorted(folder.iterdir()) == before
    assert (folder / "bulletin.txt").read_text() == BULLETIN


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"PK\x03\x04 word/document.xml", "Word 文档（.docx）"),
        (b"PK\x03\x04", "ZIP 压缩包"),
        (b"\x89PNG", "图片"),
        (b"\x01\x02\x03", "二进制数据"),
        (b"%PDF-1.4 cut", "不是完整的 PDF"),
        (b"%PDF-1.4\n1 0 obj\n<<", "不是完整的 PDF"),
    ],
)
def test_a_file_that_cannot_be_restored_is_named_in_words(folder, wxmirror, body, said):
    (folder / "given").write_bytes(body)
    code, _, err = wxmirror("given", "--out", "x", "--base-url", "https://archive.example.org")
    assert (code, said in err) == (2, True)


def test_a_bundle_holds_the_document_and_its_copies(folder, wxmirror):
    code, out, _ = wxmirror("bulletin.txt", "--out", "whole", "--bundle")
    assert (code, "旁边存有 2 份副本" in out) == (0, True)
    code, out, _ = wxmirror("bulletin.txt", "--out", "again", "--bundle", "--json")
    told = json.loads(out)
    (link,) = told["links"]
    assert (code, told["document"], told["faults"]) == (0, str(folder / "again" / "bulletin.txt"), [])
    assert (folder / "again" / link["replay_url"]).is_file()
    assert (folder / "again" / "bulletin.txt").read_text() == BULLETIN.replace(SHORT, link["replay_url"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "x.txt"], "--bundle"),
        (["--out", "x", "--bundle", "--base-url", "https://a.example"], "只能选一个"),
        (["--out", "archive", "--bundle"], "已经存在"),
        (["--out", "archive", "--bundle", "--force"], "即使加上 --force"),
        (["--out", "bulletin.txt", "--bundle", "--force"], "即使加上 --force"),
    ],
)
def test_what_cannot_be_bundled_is_told_and_nothing_is_written(folder, wxmirror, words, said):
    before = sorted(folder.rglob("*"))
    code, _, err = wxmirror("bulletin.txt", *words)
    assert code == 2
    assert said in err
    assert sorted(folder.rglob("*")) == before
