"""The command line as a person types it: help, exit codes, messages in their language, JSON for programs."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from storage.archive import Archive
from tests.commanding import wxmirror
from tests.storage.making import keep_pages_of_one_release

HEAVY = ("scrapy", "twisted", "sqlalchemy", "fastapi", "bs4")


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['wxmirror', '--help']\n"
        "from crawler.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert told.stderr.strip() == "[]"


def test_help_and_wrong_usage_are_said_in_chinese(tmp_path: Path) -> None:
    told = wxmirror("--help", cwd=tmp_path, language="zh")
    assert told.returncode == 0
    assert "简报" in told.stdout
    assert "Options" not in told.stdout
    wrong = wxmirror("find", "--nonsense", cwd=tmp_path, language="zh")
    assert wrong.returncode == 2
    assert "没有选项" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "said"), [(["restore", "x.pdf"], "缺少选项 --out。"), (["read"], "缺少参数“文件…”。")]
)
def test_a_word_that_is_missing_is_named_also_to_programs(tmp_path: Path, words: list[str], said: str) -> None:
    told = wxmirror(*words, "--json", cwd=tmp_path, language="zh")
    assert told.returncode == 2
    assert told.stderr.rstrip().endswith("错误：" + said)
    assert json.loads(told.stdout) == {"error": {"kind": "wrong_usage", "message": said}}


def test_a_file_that_needs_too_much_memory_is_told_as_such_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "big.csv").write_text("甲,乙,丙\n" * 1_600_000)
    (tmp_path / "small.txt").write_text("甲市召开会议\nhttps://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt01\n")
    least = 200 << 20
    command = [sys.executable, "-m", "crawler.cli", "read", "--json", "big.csv", "small.txt"]
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (least, least))  # noqa: E731
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, preexec_fn=limit, timeout=60)
    big, small = json.loads(told.stdout)
    assert big["error"]["kind"] == "too_complex"
    assert "Traceback" not in told.stderr
    assert (told.returncode, len(small["items"][0]["citations"])) == (2, 1)


def test_an_unknown_setting_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    told = wxmirror("status", cwd=tmp_path, WXMIRROR_CRAWL__ARTICLE_DELAY="3")
    assert told.returncode == 2
    assert "article_delay_seconds" in told.stderr


def test_init_writes_settings_that_are_read_back_and_never_writes_over_them(tmp_path: Path) -> None:
    assert wxmirror("init", cwd=tmp_path).returncode == 0
    assert wxmirror("init", cwd=tmp_path).returncode == 2
    assert (tmp_path / "wxmirror.toml").is_file()


def test_settings_that_cannot_be_written_are_told_and_are_no_fault_of_ours(tmp_path: Path) -> None:
    (tmp_path / "wxmirror.toml").mkdir()
    told = wxmirror("init", "--force", cwd=tmp_path, language="zh")
    assert told.returncode == 2
    assert "这是文件夹" in told.stderr


def test_the_address_of_a_page_is_a_whole_one(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html></html>", encoding="utf-8")
    told = wxmirror("inspect", "page.html", "--url", "http://[bad/", cwd=tmp_path, language="zh")
    assert told.returncode == 2
    assert "请写完整的网址" in told.stderr


@pytest.mark.parametrize("command", ["status", "verify"])
def test_without_an_archive_a_reading_command_says_how_to_begin_one(command: str, tmp_path: Path) -> None:
    told = wxmirror(command, "--json", cwd=tmp_path, language="zh")
    assert told.returncode == 1
    assert "还没有存档" in told.stderr
    assert json.loads(told.stdout)["error"]["kind"] == "no_archive"
    assert not (tmp_path / "archive").exists()


def test_read_goes_on_past_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "list.txt").write_text("https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA\n", encoding="utf-8")
    told = wxmirror("read", "missing.pdf", "empty.pdf", "list.txt", "--json", cwd=tmp_path)
    assert told.returncode == 2
    missing, empty, read = json.loads(told.stdout)
    assert [missing["error"]["kind"], empty["error"]["kind"]] == ["missing", "empty"]
    assert "AAAAAAAAAAAAAAAAAAAAAA" in told.stdout
    assert read["file"] == "list.txt"


def test_inspect_tells_what_a_saved_page_is(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html><body>nothing of WeChat's</body></html>", encoding="utf-8")
    told = wxmirror("inspect", "page.html", "--json", cwd=tmp_path)
    assert told.returncode == 0
    [form] = json.loads(told.stdout)
    assert form["outcome"] == "unrecognised"
    assert form["evidence"]


def test_find_refuses_what_is_no_article(tmp_path: Path) -> None:
    told = wxmirror("find", "https://mp.weixin.qq.com.evil.example/s/AAAAAAAAAAAAAAAAAAAAAA", cwd=tmp_path)
    assert told.returncode in (1, 2)
    assert "Traceback" not in told.stderr


def test_find_says_which_words_are_no_address(tmp_path: Path) -> None:
    Archive.open(tmp_path / "archive", writing=True, create=True).close()
    told = wxmirror("find", "地方志", cwd=tmp_path, language="zh")
    assert (told.returncode, told.stderr.startswith("地方志 不是微信文章的地址")) == (2, True)


def test_find_takes_the_address_of_a_copy_and_says_how_to_keep_what_is_not_held(tmp_path: Path) -> None:
    Archive.open(tmp_path / "archive", writing=True, create=True).close()
    url = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA"
    told = wxmirror("find", f"https://archive.example.org/web/20240313020000/{url}", cwd=tmp_path, language="zh")
    assert told.returncode == 1
    assert "存档中没有" in told.stdout
    assert "“wxmirror crawl 网址”" in told.stderr


def test_repack_takes_less_disk_and_says_how_much(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", writing=True, create=True) as archive:
        keep_pages_of_one_release(archive)
    told = wxmirror("repack", "--json", cwd=tmp_path)
    done = json.loads(told.stdout)
    assert (told.returncode, done["pages"], done["references"]) == (0, 3, 1)
    assert done["bytes_after"] < done["bytes_before"] / 2
    assert set(done) == {"pages", "references", "bytes_before", "bytes_after", "seconds"}
    assert "没有需要压缩的页面" in wxmirror("repack", cwd=tmp_path, language="zh").stdout


def test_repack_waits_for_no_crawl_but_says_that_one_is_running(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", writing=True, create=True) as archive, archive.lock("crawl"):
        told = wxmirror("repack", "--json", cwd=tmp_path, language="zh")
    assert told.returncode == 1
    assert json.loads(told.stdout)["error"]["kind"] == "archive_busy"
    assert "正有另一个任务" in told.stderr
