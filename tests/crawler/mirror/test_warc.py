"""WARC files: what stands in them, judged by warcio and fastwarc, which did not write them."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler import robots
from crawler.config import Config
from crawler.mirror.exports.warc import ROBOTS_TXT, Captures, export_warc
from crawler.mirror.exports.warc_file import FIELDS, Record, WarcSeries, warc_date, warc_fields
from crawler.mirror.outputs import OutputExists, OutputNotWritable
from crawler.wechat.urls import read_address
from storage.records import Article, AssetCapture, Evidence, Outcome, Reading, Tombstone
from tests.crawler.mirror.keeping import (
    LONG,
    LONG_NAME,
    MARCH,
    OTHER,
    SHORT,
    capture_of,
    damage,
    hop,
    keep_article,
    keep_bulletin,
    keep_loss,
    keep_picture,
    page_of,
    png,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PICTURE = f"https://mmbiz.qpic.cn/mmbiz_png/{'AbCdEfGh' * 10}/640?wx_fmt=png"
ORIGINAL = PICTURE.replace("/640?", "/0?")


def exported(archive, folder: Path, *articles: str, **options) -> Path:
    """The one file that an export of these articles writes."""
    out = folder / "out.warc.gz"
    export_warc(archive, out, articles or [SHORT], now=NOW, **options)
    return out


def records(path: Path) -> list[dict]:
    """Every record of a file: its fields, its HTTP head and its payload."""
    with path.open("rb") as file:
        return [
            dict(record.rec_headers.headers) | {"head": record.http_headers, "body": record.raw_stream.read()}
            for record in ArchiveIterator(file, check_digests="raise")
        ]


def of_type(path: Path, kind: str) -> list[dict]:
    return [record for record in records(path) if record["WARC-Type"] == kind]


def fields(record: dict) -> list[tuple[str, str]]:
    """The lines of a record of fields."""
    lines = record["body"].decode().splitlines()
    return [(name, value) for name, _, value in (line.partition(": ") for line in lines)]


def kept_with_picture(archive) -> None:
    keep_article(archive, pictures=[PICTURE])
    keep_picture(archive, PICTURE, png(1), fetched=ORIGINAL, at=MARCH + timedelta(seconds=9))
    keep_bulletin(archive, SHORT)


@pytest.mark.oracle
def test_independent_checkers_find_nothing_wrong(archive, tmp_path):
    kept_with_picture(archive)
    keep_loss(archive, at=MARCH + timedelta(days=1))
    check(exported(archive, tmp_path))


def check(out: Path) -> None:
    """Have a file judged by those who did not write it."""
    warcio = subprocess.run([sys.executable, "-m", "warcio.cli", "check", "-v", out], capture_output=True, text=True)
    fastwarc = subprocess.run([Path(sys.executable).parent / "fastwarc", "check", out], capture_output=True, text=True)

    assert (warcio.returncode, warcio.stdout.count("digest pass")) == (
        0,
        len(records(out)) - len(of_type(out, "revisit")),
    )
    assert (fastwarc.returncode, f"{len(records(out))} records" in fastwarc.stdout) == (0, True)
    assert subprocess.run(["gzip", "-t", out]).returncode == 0


@pytest.mark.oracle
def test_the_checkers_do_find_a_flipped_bit(archive, tmp_path):
    kept_with_picture(archive)
    out = exported(archive, tmp_path)
    plain = bytearray(gzip.decompress(out.read_bytes()))
    plain[plain.index("第一段".encode())] ^= 1
    wrong = tmp_path / "wrong.warc"
    wrong.write_bytes(plain)
    done = subprocess.run([sys.executable, "-m", "warcio.cli", "check", wrong], capture_output=True)
    assert done.returncode == 1


def test_a_visit_goes_out_as_it_went_over_the_wire(archive, tmp_path):
    keep_article(archive)
    out = exported(archive, tmp_path)
    (response,), (request,) = of_type(out, "response"), of_type(out, "request")

    assert response["body"] == page_of("标题", "第一段")
    assert response["WARC-Payload-Digest"] == f"sha256:{hashlib.sha256(response['body']).hexdigest()}"
    assert response["head"].headers == [
        ("Content-Type", "text/html; charset=UTF-8"),
        ("X-Archive-Orig-Content-Encoding", "gzip"),
        ("X-Archive-Orig-Content-Length", "99"),
        ("Content-Length", str(len(response["body"]))),
    ]
    assert response["WARC-IP-Address"] == "203.0.113.7"
    assert request["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    assert request["head"].protocol == "GET"
    assert {record["WARC-Date"] for record in (request, response)} == {"2024-03-14T02:00:05Z"}


def test_redirects_go_out_too(archive, tmp_path):
    first = hop(f"{SHORT}?x=1", at=MARCH, status=302, headers=[("Location", SHORT)], body=b"moved")
    keep_article(archive, hops=[first])
    out = exported(archive, tmp_path)
    redirect, page = of_type(out, "response")
    assert (redirect["WARC-Target-URI"], redirect["body"]) == (f"{SHORT}?x=1", b"moved")
    assert redirect["head"].statusline == "302 Found"
    assert redirect["WARC-Date"] == page["WARC-Date"]
    assert len(of_type(out, "request")) == 2


def test_the_metadata_says_who_cites_the_article_and_what_the_visit_found(archive, tmp_path):
    kept_with_picture(archive)
    bulletin = keep_bulletin(archive, SHORT)
    out = exported(archive, tmp_path)
    (metadata,) = of_type(out, "metadata")
    said = dict(fields(metadata))
    assert said["via"] == f"urn:wxmirror:bulletin:{bulletin}#item-1"
    assert json.loads(said["citedBy"])["itemTitle"] == "广元市委书记批示"
    assert (said["outcome"], said["evidence"], said["hopsFromSeed"]) == ("alive", "frame: js_article", "L")
    assert metadata["WARC-Concurrent-To"] in {record["WARC-Record-ID"] for record in of_type(out, "response")}


def test_an_asset_that_is_missing_is_named_with_its_reason(archive, tmp_path):
    keep_article(archive, pictures=[PICTURE])
    (metadata,) = of_type(exported(archive, tmp_path), "metadata")
    assert dict(fields(metadata))["missing"].startswith(PICTURE)


def test_a_picture_is_found_under_the_address_that_the_page_uses(archive, tmp_path):
    kept_with_picture(archive)
    out = exported(archive, tmp_path)
    response = next(record for record in of_type(out, "response") if "qpic" in record["WARC-Target-URI"])
    (revisit,) = of_type(out, "revisit")

    assert (response["WARC-Target-URI"], response["body"]) == (ORIGINAL, png(1))
    assert (revisit["WARC-Target-URI"], revisit["WARC-Date"]) == (PICTURE, "2024-03-14T02:00:05Z")
    assert revisit["WARC-Payload-Digest"] == response["WARC-Payload-Digest"]
    assert revisit["WARC-Refers-To"] == response["WARC-Record-ID"]
    assert revisit["WARC-Refers-To-Target-URI"] == ORIGINAL
    assert revisit["WARC-Refers-To-Date"] == response["WARC-Date"]
    assert revisit["head"].get_header("X-Picture") == "yes"


def test_a_picture_of_two_articles_is_stored_once_and_no_revisit_dangles(archive, tmp_path):
    kept_with_picture(archive)
    cropped = PICTURE.replace("/640?", "/640?tp=webp&")
    keep_article(archive, LONG, pictures=[cropped, PICTURE], at=MARCH + timedelta(days=2))
    out = exported(archive, tmp_path, SHORT, LONG_NAME)

    held = {(r["WARC-Record-ID"], r["WARC-Target-URI"], r["WARC-Date"]) for r in of_type(out, "response")}
    revisits = of_type(out, "revisit")

    assert sum("qpic" in uri for _, uri, _ in held) == 1
    assert [r["WARC-Target-URI"] for r in revisits] == [PICTURE, cropped, PICTURE]
    refers = ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date")
    assert {tuple(r[field] for field in refers) for r in revisits} <= held


def test_an_earlier_rendition_goes_out_beside_the_best(archive, tmp_path):
    keep_article(archive, pictures=[PICTURE])
    keep_picture(archive, PICTURE, png(1), is_original=False)
    keep_picture(archive, PICTURE, png(2), fetched=ORIGINAL, at=MARCH + timedelta(days=1))
    out = exported(archive, tmp_path)
    pictures = {r["WARC-Target-URI"]: r["body"] for r in of_type(out, "response") if "qpic" in r["WARC-Target-URI"]}
    (revisit,) = of_type(out, "revisit")
    assert pictures == {ORIGINAL: png(2), PICTURE: png(1)}
    assert revisit["WARC-Payload-Digest"] == f"sha256:{hashlib.sha256(png(2)).hexdigest()}"


def test_the_same_bytes_fetched_twice_are_stored_once(archive, tmp_path):
    """A divider that many accounts use lies under as many addresses."""
    second = PICTURE.replace("AbCd", "XyZw")
    keep_article(archive, pictures=[PICTURE, second])
    keep_picture(archive, PICTURE, png(1))
    keep_picture(archive, second, png(1))
    out = exported(archive, tmp_path)
    assert [r["WARC-Target-URI"] for r in of_type(out, "response") if "qpic" in r["WARC-Target-URI"]] == [PICTURE]
    assert {r["WARC-Target-URI"]: r["WARC-Refers-To-Target-URI"] for r in of_type(out, "revisit")} == {second: PICTURE}
    assert second in {r["WARC-Target-URI"] for r in of_type(out, "request")}


def test_a_page_that_was_not_fetched_goes_out_as_its_bytes_alone(archive, tmp_path):
    reading = Reading(
        reader_version=1, outcome=Outcome.ALIVE, evidence=(), article=Article(title="题", account_name="x")
    )
    imported = replace(capture_of(SHORT, page_of("题", "文"), reading, at=MARCH), hops=())
    archive.keep_capture(imported, run=None, next_visit=lambda _: None)
    out = exported(archive, tmp_path)
    (page,), (copy,) = of_type(out, "resource"), of_type(out, "conversion")
    assert (page["WARC-Target-URI"], page["body"]) == (SHORT, page_of("题", "文"))
    assert copy["WARC-Refers-To"] == page["WARC-Record-ID"]


def test_a_visit_that_reached_nothing_is_told(archive, tmp_path):
    lost = Reading(reader_version=1, outcome=Outcome.UNREACHABLE, evidence=(Evidence(test="exchange", seen="timeout"),))
    capture = replace(capture_of(SHORT, b"", lost, at=MARCH), hops=())
    archive.keep_capture(capture, run=None, next_visit=lambda _: None)
    out = exported(archive, tmp_path)
    assert [record["WARC-Type"] for record in records(out)] == ["warcinfo", "metadata"]
    assert dict(fields(records(out)[1]))["outcome"] == "unreachable"


def test_an_article_under_two_names_goes_out_once(archive, tmp_path):
    keep_article(archive)
    result = export_warc(archive, tmp_path / "x.warc.gz", [SHORT, SHORT], now=NOW)
    assert result.articles == 1
    assert len(of_type(tmp_path / "x.warc.gz", "response")) == 1


def test_the_copy_for_reading_names_its_pictures_by_their_own_addresses(archive, tmp_path):
    kept_with_picture(archive)
    out = exported(archive, tmp_path)
    (copy,) = of_type(out, "conversion")
    assert copy["WARC-Target-URI"] == f"urn:wxmirror:copy:{SHORT}"
    assert copy["WARC-Refers-To"] == of_type(out, "response")[0]["WARC-Record-ID"]
    assert f'src="{PICTURE}"'.encode() in copy["body"]
    assert "第一段".encode() in copy["body"]
    assert b"<script" not in copy["body"]


def test_a_visit_without_an_article_goes_out_without_a_copy(archive, tmp_path):
    kept_with_picture(archive)
    keep_loss(archive, at=MARCH + timedelta(days=1))
    everything, some = exported(archive, tmp_path), exported(archive, tmp_path / "b", captures=Captures.SNAPSHOTS)
    assert [dict(fields(r))["outcome"] for r in of_type(everything, "metadata")] == ["alive", "deleted"]
    assert [dict(fields(r))["outcome"] for r in of_type(some, "metadata")] == ["alive"]
    assert len(of_type(everything, "conversion")) == 1


def test_the_first_record_says_what_stands_in_the_file(archive, tmp_path):
    keep_article(archive)
    config = Config.model_validate({"crawl": {"contact": "archive@example.org", "robots": "cited"}})
    out = exported(archive, tmp_path, config=config)
    opening = records(out)[0]
    said = dict(fields(opening))
    assert (opening["WARC-Type"], opening["WARC-Filename"]) == ("warcinfo", "out.warc.gz")
    assert said["format"] == "WARC File Format 1.1"
    assert "archive@example.org" in said["http-header-user-agent"]
    assert said["robots"].startswith("cited")
    assert "X-Archive-Orig-" in said["description"]


def test_the_same_archive_at_the_same_moment_gives_the_same_bytes(archive, tmp_path):
    kept_with_picture(archive)
    assert exported(archive, tmp_path / "a").read_bytes() == exported(archive, tmp_path / "b").read_bytes()


def test_every_record_has_an_id_of_its_own_and_one_gzip_member(archive, tmp_path):
    kept_with_picture(archive)
    keep_loss(archive, at=MARCH + timedelta(days=1))
    out = exported(archive, tmp_path)
    ids = [record["WARC-Record-ID"] for record in records(out)]
    assert len(set(ids)) == len(ids)
    assert out.read_bytes().count(b"\x1f\x8b\x08") == len(ids)
    for record in records(out):
        assert record["WARC-Date"].endswith("Z")
        assert record.get("WARC-Warcinfo-ID", ids[0]) == ids[0]


def test_a_full_file_is_followed_by_another(archive, tmp_path):
    kept_with_picture(archive)
    result = export_warc(archive, tmp_path / "out", [SHORT], now=NOW, roll_bytes=1500)
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files[:2]] == [
        "wxmirror-20261122080000-00000.warc.gz",
        "wxmirror-20261122080000-00001.warc.gz",
    ]
    assert all(records(file)[0]["WARC-Type"] == "warcinfo" for file in files)
    assert result.bytes == sum(file.stat().st_size for file in files)
    assert (result.bulletins, result.articles, result.snapshots, result.assets) == (1, 1, 1, 1)


def test_a_name_without_gz_gets_it(archive, tmp_path):
    keep_article(archive)
    assert export_warc(archive, tmp_path / "x.warc", [SHORT], now=NOW).out == tmp_path / "x.warc.gz"
    assert (tmp_path / "x.warc.gz").is_file()


def test_nothing_secret_stands_in_the_headers(archive, tmp_path):
    secrets = [("Set-Cookie", "wap_sid2=s3cr3t"), ("Location", f"{LONG}&key=s3cr3t&uin=s3cr3t")]
    first = hop(f"{LONG}&pass_ticket=s3cr3t", at=MARCH, status=302, headers=secrets, body=b"")
    keep_article(archive, LONG, hops=[first])
    out = exported(archive, tmp_path, LONG_NAME)
    assert b"s3cr3t" not in gzip.decompress(out.read_bytes())


def test_a_damaged_picture_is_left_out_and_named_and_the_rest_goes_out(archive, tmp_path):
    kept_with_picture(archive)
    damage(archive, png(1))
    result = export_warc(archive, tmp_path / "out.warc.gz", [SHORT], now=NOW)
    assert [(fault.kind, fault.subject) for fault in result.faults] == [("damaged", f"asset {ORIGINAL}")]
    assert hashlib.sha256(png(1)).hexdigest() in result.faults[0].detail
    assert (result.articles, result.snapshots, result.assets) == (1, 1, 0)
    (metadata,) = of_type(tmp_path / "out.warc.gz", "metadata")
    assert ("missing", f"{PICTURE} (damaged in the archive)") in fields(metadata)
    (copy,) = of_type(tmp_path / "out.warc.gz", "conversion")
    assert b"<img" not in copy["body"]
    assert of_type(tmp_path / "out.warc.gz", "revisit") == []


def test_a_damaged_page_is_left_out_and_named_and_other_articles_go_out(archive, tmp_path):
    keep_article(archive)
    keep_article(archive, OTHER, title="另一篇的标题")
    damage(archive, archive.read_blob(archive.snapshot(read_address(SHORT)).page_sha256))
    result = export_warc(archive, tmp_path / "out.warc.gz", [SHORT, OTHER], now=NOW)
    assert [(fault.kind, fault.subject) for fault in result.faults] == [("damaged", f"page {SHORT}")]
    assert [record["WARC-Target-URI"] for record in of_type(tmp_path / "out.warc.gz", "response")] == [OTHER]
    assert result.snapshots == 1


def test_a_redirect_whose_body_is_damaged_leaves_out_its_visit_alone(archive, tmp_path):
    first = hop(f"{SHORT}?from=1", at=MARCH, status=302, headers=[("Location", SHORT)], body=b"moved")
    keep_article(archive, hops=[first])
    keep_article(archive, at=MARCH + timedelta(days=1), text="改过的一段")
    damage(archive, b"moved")
    result = export_warc(archive, tmp_path / "out.warc.gz", [SHORT], now=NOW)
    assert [fault.subject for fault in result.faults] == [f"page {SHORT}"]
    assert len(of_type(tmp_path / "out.warc.gz", "metadata")) == 1


@pytest.mark.oracle
def test_what_goes_out_of_a_damaged_archive_is_valid(archive, tmp_path):
    kept_with_picture(archive)
    keep_article(archive, OTHER)
    damage(archive, png(1))
    damage(archive, archive.read_blob(archive.snapshot(read_address(OTHER)).page_sha256))
    export_warc(archive, tmp_path / "out.warc.gz", [SHORT, OTHER], now=NOW)
    check(tmp_path / "out.warc.gz")


def test_robots_txt_goes_out_as_evidence(archive, tmp_path):
    keep_article(archive)
    at, body = MARCH + timedelta(hours=1), b"User-agent: *\nDisallow: /\n"
    kept = AssetCapture(
        key=ROBOTS_TXT,
        url=ROBOTS_TXT,
        captured_at=at,
        hops=(hop(ROBOTS_TXT, at=at, headers=[("Content-Type", "text/plain")]),),
        body=body,
        media_type="text/plain",
        is_original=True,
    )
    archive.keep_asset(kept)
    out = exported(archive, tmp_path)
    (response,) = [one for one in of_type(out, "response") if one["WARC-Target-URI"] == ROBOTS_TXT]
    assert (response["body"], response["WARC-Date"]) == (body, warc_date(at))
    assert [one for one in of_type(out, "request") if one["WARC-Target-URI"] == ROBOTS_TXT]


def test_the_crawl_keeps_robots_txt_where_exports_look_for_it():
    assert robots.ADDRESS == ROBOTS_TXT


def test_a_file_that_is_there_is_not_written_over(archive, tmp_path):
    keep_article(archive)
    out = exported(archive, tmp_path)
    before = out.read_bytes()
    with pytest.raises(OutputExists):
        exported(archive, tmp_path)
    assert out.read_bytes() == before
    with pytest.raises(OutputNotWritable):
        export_warc(archive, out / "below" / "x.warc.gz", [SHORT], now=NOW)


def test_a_full_disk_is_told_and_leaves_nothing_behind(archive, tmp_path, monkeypatch):
    keep_article(archive)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputNotWritable, match="No space left"):
        exported(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_what_was_withdrawn_does_not_go_out(archive, tmp_path):
    keep_article(archive)
    archive.withdraw(read_address(SHORT), Tombstone(reason="privacy", withdrawn_by="editor", withdrawn_at=NOW))
    assert [record["WARC-Type"] for record in records(exported(archive, tmp_path))] == ["warcinfo"]


def test_no_field_can_be_smuggled_in(tmp_path):
    """A line end in an address or a header is no line end in the file."""
    opening = Record(
        type="warcinfo", name="x", date=NOW, content_type=FIELDS, payload=warc_fields([("a", "b\r\nc: d")])
    )
    hostile = Record(
        type="resource", name="y", date=NOW, uri="https://x/\r\nWARC-Type: response\u2028", content_type=None
    )
    with WarcSeries(tmp_path / "x.warc.gz", stem="x", warcinfo=lambda _: opening) as series:
        series.write(hostile)
        series.finish()
    first, second = records(tmp_path / "x.warc.gz")
    assert fields(first) == [("a", "b c: d")]
    assert second["WARC-Target-URI"] == "https://x/%0D%0AWARC-Type:%20response%E2%80%A8"


def test_progress_is_told(archive, tmp_path):
    keep_article(archive)
    told = []
    exported(archive, tmp_path, SHORT, SHORT, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]
