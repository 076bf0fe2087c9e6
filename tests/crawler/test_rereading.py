"""``wxmirror reread``: pages that are held, read by a better reader than the one that first saw them."""

from __future__ import annotations

import base64
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.child import Child
from crawler.cli import main
from crawler.exchanges import CUT
from crawler.readers import Reader
from crawler.rereading import reread_pages
from crawler.wechat.reading import read_page
from crawler.wechat.version import READER_VERSION
from storage.archive import Archive
from storage.blobs import FolderBlobs
from storage.records import Address, AssetCapture, Evidence, Outcome, Reading, Role, Standing
from tests.conftest import ROOT
from tests.storage.making import make_bulletin, make_capture, make_hop, make_reading, token_address

pytestmark = pytest.mark.usefixtures("quick_child")

PAGES = ROOT / "tests" / "pages" / "wechat"
ALIVE = (PAGES / "alive" / "every-medium.html").read_bytes()
DELETED = next((PAGES / "deleted").glob("*.html")).read_bytes()
LATER = datetime(2030, 1, 1, tzinfo=UTC)

Run = Callable[..., tuple[int, str, str]]


def poor(outcome: Outcome = Outcome.UNRECOGNISED, **more: Any) -> Reading:
    """What an older reader made of a page."""
    return replace(make_reading(outcome, **more), reader_version=0)


def keep(archive: Archive, name: str, body: bytes, reading: Reading | None = None, *, status: int = 200) -> Address:
    address = token_address(name)
    hops = [make_hop(address.fetch_url, status=status)]
    capture = make_capture(address, reading or poor(), body=body, hops=hops)
    archive.keep_capture(capture, run=None, next_visit=lambda told: None)
    return address


def browser_saved(page: bytes) -> bytes:
    """The page as a browser saves it: a note above it, its pictures in a folder beside it."""
    note = b"<!-- saved from url=(0051)https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA -->\n"
    return note + page.replace(b"<head>", b'<head><script src="./page_files/a.js"></script>', 1)


def mhtml(page: bytes) -> bytes:
    head = (
        "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="----b"\r\n\r\n'
        "------b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Location: https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(page) + b"\r\n------b--\r\n"


@pytest.fixture
def archive(tmp_path: Path, empty_archive: Path) -> Iterator[Archive]:
    shutil.copytree(empty_archive, tmp_path / "archive")
    with Archive.open(tmp_path / "archive", writing=True) as archive:
        yield archive


@pytest.fixture
def wxmirror(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Run:
    """The command line in this process: its exit code, and what it said on stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WXMIRROR_ARCHIVE", str(archive.folder))
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wxmirror", "reread", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(str(ended.value.code)), said.out, said.err

    return run


def outcome_of(archive: Archive, address: Address) -> Outcome:
    article = archive.article(address)
    assert article
    return article.captures[0].outcome


@pytest.mark.parametrize("form", [bytes, browser_saved, mhtml])
def test_a_page_that_nobody_understood_becomes_an_article_with_its_pictures_due(
    archive: Archive, wxmirror: Run, form: Callable[[bytes], bytes]
) -> None:
    address = keep(archive, "a", form(ALIVE))
    code, out, _ = wxmirror()
    article = archive.article(address)
    assert article
    assert (code, article.standing) == (0, Standing.ALIVE)
    assert article.snapshots[0].title == read_page(ALIVE).article.title  # type: ignore[union-attr]
    due = {task.key for task in archive.due_assets(LATER)}
    assert due == {link.key for link in read_page(ALIVE).assets}
    assert "原判：无法识别的页面；现判：可读" in out
    assert f"新发现图片等资源 {len(due)} 个" in out


def test_what_was_taken_for_alive_and_is_a_notice_changes_the_standing(archive: Archive, wxmirror: Run) -> None:
    address = keep(archive, "a", DELETED, poor(Outcome.ALIVE))
    code, out, _ = wxmirror("--json")
    (change,) = json.loads(out)["pages"]["changed"]
    assert (code, change["outcome_before"], change["outcome"]) == (0, "alive", "deleted")
    article = archive.article(address)
    assert article
    assert (article.standing, article.snapshots) == (Standing.GONE, ())


def test_a_rehearsal_says_what_would_change_and_writes_nothing(archive: Archive, wxmirror: Run) -> None:
    address = keep(archive, "a", ALIVE)
    with archive.lock("crawl"):  # it waits for no crawl either
        code, out, _ = wxmirror("--dry-run", "--json")
    pages = json.loads(out)["pages"]
    assert (code, pages["read"], pages["outcomes"], pages["assets_due"] > 0) == (0, 1, {"alive": 1}, True)
    assert outcome_of(archive, address) is Outcome.UNRECOGNISED
    assert "将重新解读 1 个页面" in wxmirror("--dry-run")[1]


def test_a_second_run_has_nothing_to_do(archive: Archive, wxmirror: Run) -> None:
    keep(archive, "a", ALIVE)
    wxmirror()
    assert json.loads(wxmirror("--json")[1])["pages"]["read"] == 0
    assert "没有需要重新解读的页面" in wxmirror()[1]


def test_only_what_is_named_is_read(archive: Archive, wxmirror: Run, tmp_path: Path) -> None:
    first, second, third, fourth = (keep(archive, name, ALIVE + name.encode()) for name in "abcd")
    bulletin, body = make_bulletin(second)
    (tmp_path / "bulletin.txt").write_bytes(body)
    archive.keep_bulletin(bulletin, body, source=None, source_url=None, kept_at=LATER)
    (tmp_path / "page.html").write_bytes(ALIVE + b"c")
    assert wxmirror(first.cited_url, "bulletin.txt", "page.html")[0] == 0
    read = [outcome_of(archive, address) for address in (first, second, third, fourth)]
    assert read == [Outcome.ALIVE, Outcome.ALIVE, Outcome.ALIVE, Outcome.UNRECOGNISED]


def test_what_the_archive_does_not_hold_is_said(archive: Archive, wxmirror: Run, tmp_path: Path) -> None:
    (tmp_path / "other.html").write_bytes(ALIVE)
    code, _, err = wxmirror("other.html")
    assert (code, "既不是存档中的简报，也不是存档中的页面" in err) == (1, True)
    code, _, err = wxmirror(token_address("z").cited_url)
    assert (code, "Traceback" in err) == (1, False)


def test_a_crawl_that_is_running_is_not_disturbed(archive: Archive, wxmirror: Run) -> None:
    keep(archive, "a", ALIVE)
    with archive.lock("crawl"):
        code, out, _ = wxmirror("--json")
    assert (code, json.loads(out)["error"]["kind"]) == (1, "archive_busy")


def test_a_damaged_page_keeps_its_reading_and_the_others_go_on(archive: Archive, wxmirror: Run) -> None:
    damaged, whole = keep(archive, "a", ALIVE), keep(archive, "b", ALIVE + b"b")
    name = archive.captures(damaged.article_url)[0].page_sha256
    assert name
    FolderBlobs(archive.folder / "blobs").delete(name)
    code, out, err = wxmirror()
    assert (code, outcome_of(archive, damaged), outcome_of(archive, whole)) == (1, Outcome.UNRECOGNISED, Outcome.ALIVE)
    assert "已损坏或缺失" in err
    assert "已重新解读 1 个页面" in out


class Dying(Reader):
    """A reader whose child dies of every page."""

    def ask(self, what: str, *arguments: Any, seconds: float) -> Any:
        from crawler.readers import ReadingFailed

        raise ReadingFailed("not read within 60 seconds")


def test_a_reader_that_fails_takes_nothing_from_what_was_understood(archive: Archive) -> None:
    address = keep(archive, "a", ALIVE, poor(Outcome.ALIVE, text="understood"))
    done = reread_pages(archive, Dying(Child()), articles=None, is_kept=True)
    assert ([one.kind for one in done.failed], done.read, done.left) == (["reader"], 0, 0)
    assert outcome_of(archive, address) is Outcome.ALIVE


def test_a_page_beyond_the_bounds_of_today_keeps_what_was_read_of_it(archive: Archive, wxmirror: Run) -> None:
    huge = ALIVE.replace(b"</body>", b"<p>x</p>" * 110_000 + b"</body>")
    understood = keep(archive, "a", huge, poor(Outcome.ALIVE, text="understood"))
    never = keep(archive, "b", huge + b" ")
    code, out, _ = wxmirror("--json")
    assert (code, outcome_of(archive, understood)) == (1, Outcome.ALIVE)
    assert (json.loads(out)["pages"]["outcomes"], outcome_of(archive, never)) == (
        {"unrecognised": 1},
        Outcome.UNRECOGNISED,
    )


def test_what_the_exchange_told_is_told_again(archive: Archive, wxmirror: Run) -> None:
    cut = Evidence(test="exchange", seen=CUT)
    short = keep(archive, "a", ALIVE, replace(poor(), evidence=(cut, *poor().evidence)))
    lost = replace(poor(Outcome.UNREACHABLE), evidence=(Evidence(test="exchange", seen="lost: x"),))
    refused = keep(archive, "b", b"<html>moved</html>", lost)
    broken = keep(archive, "c", b"<html>502 Bad Gateway</html>", status=502)
    wxmirror()
    found = [outcome_of(archive, address) for address in (short, refused, broken)]
    assert found == [Outcome.TRUNCATED, Outcome.UNREACHABLE, Outcome.UNREACHABLE]


def test_what_a_held_style_sheet_cites_is_cited_still(archive: Archive, wxmirror: Run) -> None:
    link = b'<link rel="stylesheet" href="https://res.wx.qq.com/a.css">'
    address = keep(archive, "a", ALIVE.replace(b"</head>", link + b"</head>", 1))
    sheet = AssetCapture(
        key="https://res.wx.qq.com/a.css",
        url="https://res.wx.qq.com/a.css",
        captured_at=LATER,
        hops=(),
        body=b".a{background:url(//mmbiz.qpic.cn/mmbiz_png/thegroundthatasheetcites/0)}",
        media_type="text/css",
        is_original=True,
    )
    archive.keep_sheet(sheet, (), wanted_at=LATER)
    wxmirror()
    (snapshot,) = archive.snapshots(address.article_url)
    cited = {one.link.key: one.link.role for one in archive.snapshot_assets(snapshot.snapshot)}
    assert cited["thegroundthatasheetcites"] is Role.STYLE


def test_a_run_that_is_ended_goes_on_where_it_stopped(archive: Archive, wxmirror: Run) -> None:
    for name in "abc":
        keep(archive, name, ALIVE + name.encode())
    child = Child()
    asked = iter([False, False, True])
    try:
        done = reread_pages(archive, Reader(child), articles=None, is_kept=True, is_over=lambda: next(asked))
    finally:
        child.close()
    assert (done.read, done.left) == (2, 1)
    assert json.loads(wxmirror("--json")[1])["pages"]["read"] == 1
    assert not archive.captures_read_before(READER_VERSION)
