"""What is named on the command line: files, bulletins' addresses, articles' addresses, and what is none of these."""

from __future__ import annotations

from pathlib import Path

from crawler.crawling import told_apart
from crawler.tally import LogListener
from storage.errors import MirrorError, NotAnArticle

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
