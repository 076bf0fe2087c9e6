"""``wxmirror reread`` reads bulletins too: what an older reader made of a file is made better, or stays."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from crawler.bulletins.reading import READER_VERSION, read_bulletin
from crawler.intake import list_of
from storage.archive import Archive
from storage.records import Bulletin
from tests.commanding import wxmirror
from tests.storage.making import NOON

TEXT = (
    "四川方志简报\n第12期\n四川省地方志工作办公室　　2026年2月27日\n\n【市州动态】\n一、成都市召开地方志工作会议\n"
    "会议总结工作。\nhttps://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA\n\n二、绵阳市启动年鉴编纂\n工作启动。\n"
    "https://mp.weixin.qq.com/s/BBBBBBBBBBBBBBBBBBBBBB\n"
).encode()


def old_reading(body: bytes = TEXT, file: str = "简报.txt") -> Bulletin:
    """What a reader made of it that knew less: one item, no issue number, one address less."""
    record = read_bulletin(TEXT, file)
    digest = hashlib.sha256(body).hexdigest()
    return replace(record, sha256=digest, issue=None, items=record.items[:1], reader_version=1)


def keep_old(folder: Path, body: bytes = TEXT, file: str = "简报.txt") -> str:
    with Archive.open(folder / "archive", writing=True, create=True) as archive:
        kept = archive.keep_bulletin(old_reading(body, file), body, source=None, source_url=None, kept_at=NOON)
    return kept.bulletin


def test_a_bulletin_read_by_an_older_reader_is_read_again(tmp_path: Path) -> None:
    bulletin = keep_old(tmp_path)
    told = wxmirror("reread", "--dry-run", cwd=tmp_path, language="zh")
    assert (told.returncode, "其中 1 份的理解会有不同" in told.stdout) == (0, True)
    done = wxmirror("reread", "--json", cwd=tmp_path)
    assert done.returncode == 0
    [change] = json.loads(done.stdout)["bulletins"]["changed"]
    assert (change["items_before"], change["items"], change["is_masthead_changed"]) == (1, 2, True)
    assert change["added"] == ["https://mp.weixin.qq.com/s/BBBBBBBBBBBBBBBBBBBBBB"]
    with Archive.open(tmp_path / "archive") as archive:
        record = archive.bulletin(bulletin).record
        assert (record.issue, record.reader_version, len(record.items)) == ("第12期", READER_VERSION, 2)
        assert archive.earlier_readings(bulletin) == [old_reading()]
    again = json.loads(wxmirror("reread", "--json", cwd=tmp_path).stdout)["bulletins"]
    assert again == {"read": 0, "changed": [], "failed": [], "left": 0}


def test_only_what_is_named_is_read_again(tmp_path: Path) -> None:
    keep_old(tmp_path)
    other = keep_old(tmp_path, TEXT + b"\n", "other.txt")
    (tmp_path / "简报.txt").write_bytes(TEXT)
    done = json.loads(wxmirror("reread", "简报.txt", "--json", cwd=tmp_path).stdout)
    assert done["bulletins"]["read"] == 1
    with Archive.open(tmp_path / "archive") as archive:
        assert archive.bulletin_as_read(other).reader_version == 1


def test_a_bulletin_that_cannot_be_read_now_keeps_its_reading(tmp_path: Path) -> None:
    bulletin = keep_old(tmp_path, b"\x89PNG\r\n\x1a\n no bulletin at all", "坏.png")
    told = wxmirror("reread", "--json", cwd=tmp_path, language="zh")
    assert told.returncode == 1
    [failure] = json.loads(told.stdout)["bulletins"]["failed"]
    assert (failure["bulletin"], failure["kind"]) == (bulletin, "unknown_kind")
    assert "保留原有解读" in wxmirror("reread", cwd=tmp_path, language="zh").stderr
    with Archive.open(tmp_path / "archive") as archive:
        assert len(archive.bulletin(bulletin).record.items) == 1


def test_addresses_that_a_person_named_are_no_bulletin_to_be_read(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", writing=True, create=True) as archive:
        record, body = list_of(["https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA"])
        archive.keep_bulletin(record, body, source=None, source_url=None, kept_at=NOON)
        assert archive.bulletins_read_before(READER_VERSION) == []
