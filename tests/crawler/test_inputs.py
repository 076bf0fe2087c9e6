"""What is named on the command line: files, bulletins' addresses, articles' addresses, and what is none of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.inputs import told_apart
from crawler.tally import LogListener
from storage.errors import MirrorError, NotAnArticle
from tests.commanding import wxmirror

TOKEN = "mp.weixin.qq.com/s/KDWh_qGpFN5Vu1TR9t30Mw"


class Heard(LogListener):
    def __init__(self) -> None:
        self.problems: list[MirrorError] = []

    def problem(self, error: MirrorError) -> None:
        self.problems.append(error)


def test_files_bulletins_and_articles_are_told_apart() -> None:
    named = ["简报.pdf", "https://office.example.org:8443/a.html", f"https://{TOKEN}", TOKEN]
    files, urls, by_hand = told_apart(named, Heard())
    assert files == [Path("简报.pdf")]
    assert urls == ["https://office.example.org:8443/a.html"]
    assert by_hand == [f"https://{TOKEN}", TOKEN]


def test_one_wrong_address_keeps_no_other_from_being_taken_in() -> None:
    heard = Heard()
    wrong = [
        "https://mp.weixin.qq.com/s/abc",
        "http://mp.weixin.qq.com.evil.tld/s/x",
        "https://mp.weixin.qq.com@evil.tld/",
    ]
    _, urls, by_hand = told_apart([*wrong, f"https://{TOKEN}"], heard)
    assert (urls, by_hand) == ([], [f"https://{TOKEN}"])
    assert all(isinstance(problem, NotAnArticle) for problem in heard.problems)
    assert len(heard.problems) == 3


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("http://[bad/", "a whole address"),
        ("ftp://office.example.org/a.pdf", "a whole address"),
        ("http://office example.org/a.pdf", "a whole address"),
        (f"https://m\N{CYRILLIC SMALL LETTER ER}.weixin.qq.com/s/{TOKEN[-22:]}", "lookalike_host"),
        ("www.example.org/a.html", "begin it with https://"),
    ],
)  # fmt: skip
def test_what_is_no_address_is_told_for_what_it_is(named: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "en")
    heard = Heard()
    assert told_apart([named], heard) == ([], [], [])
    assert reason in str(heard.problems[0])


def test_a_host_in_another_alphabet_is_no_disguise() -> None:
    urls = ["https://简报.中国/1.html", "https://office.example.рф/1.html"]
    assert told_apart(urls, Heard()) == ([], urls, [])


def test_no_archive_is_begun_for_a_name_that_was_mistyped(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    told = wxmirror("crawl", "missing.pdf", "ftp://a/b", "empty.pdf", cwd=tmp_path, language="zh")
    assert told.returncode == 2
    assert "没有这个文件" in told.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["empty.pdf"]


def test_a_files_name_steers_no_terminal(tmp_path: Path) -> None:
    told = wxmirror("read", "\x1b[31mmissing.pdf", cwd=tmp_path)
    assert told.returncode == 2
    assert "\x1b" not in told.stderr
