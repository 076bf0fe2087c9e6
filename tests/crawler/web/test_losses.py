"""What a copy lacks is told with the reason and the next try; a whole copy says that it is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from crawler.web.losses import loss_report, reason_words
from crawler.wechat.urls import asset_key, read_address
from crawler.words import chinese
from storage.archive import Archive
from storage.records import AssetLink, Inventory, Outcome, Reading, Role
from tests.crawler.mirror.keeping import (
    MARCH,
    OTHER,
    SHORT,
    capture_of,
    keep_article,
    keep_loss,
    keep_picture,
    page_of,
    png,
)
from tests.crawler.mirror.shelves import OTHER_PICTURE, PICTURE, reading_of

LATER = datetime(2099, 1, 1, tzinfo=UTC)


def keep_whole(archive: Archive, *links: AssetLink, expected: int | None) -> None:
    inventory = Inventory(expected=expected, found=len(links))
    article = reading_of(assets=links)
    reading = Reading(
        reader_version=1,
        outcome=Outcome.ALIVE,
        evidence=article.evidence,
        article=article.article,
        assets=links,
        inventory=inventory,
    )
    archive.keep_capture(capture_of(OTHER, page_of("题", "文"), reading, at=MARCH), run=None, next_visit=lambda _: None)


def link(url: str, role: Role = Role.BODY) -> AssetLink:
    return AssetLink(url=url, role=role, key=asset_key(url))


def fail(archive: Archive, url: str, reason: str, next_try_at: datetime | None) -> None:
    archive.keep_asset_failure(asset_key(url), url, reason, tried_at=MARCH, next_try_at=next_try_at)


def test_every_asset_that_is_missing_has_its_reason_and_its_next_try(
    own_room: TestClient, own_archive: Archive
) -> None:
    keep_article(own_archive, OTHER, pictures=[PICTURE, OTHER_PICTURE])
    fail(own_archive, OTHER_PICTURE, "status 404", LATER)
    page = own_room.get(f"/article/{OTHER}").text
    assert "服务器上已没有（状态码 404）" in page
    assert "2099-01-01 08:00" in page
    assert "资源中存下 1 个" in page
    assert OTHER_PICTURE.replace("&", "&amp;") in page


def test_what_was_never_asked_for_is_due_with_the_next_crawl(own_room: TestClient, own_archive: Archive) -> None:
    keep_article(own_archive, OTHER, pictures=[OTHER_PICTURE])
    page = own_room.get(f"/article/{OTHER}").text
    assert "尚未下载" in page
    assert "下次采集时" in page


def test_nothing_is_tried_again_for_an_article_that_is_gone(own_room: TestClient, own_archive: Archive) -> None:
    keep_article(own_archive, OTHER, pictures=[OTHER_PICTURE])
    fail(own_archive, OTHER_PICTURE, "timeout", LATER)
    keep_loss(own_archive, OTHER, at=MARCH + timedelta(days=1))
    page = own_room.get(f"/article/{OTHER}").text
    assert "服务器应答超时" in page
    assert "不再尝试：文章已失效" in page
    assert "2099" not in page


def test_a_whole_copy_says_so(room: TestClient) -> None:
    page = room.get(f"/article/{SHORT}").text
    assert page.count("资源全部存下") == 2
    assert "缺少的资源" not in page


def test_what_the_page_promised_and_was_not_found_is_told(own_room: TestClient, own_archive: Archive) -> None:
    keep_whole(own_archive, link(PICTURE), expected=3)
    page = own_room.get(f"/article/{OTHER}").text
    assert "页面自称有图片、音频、视频 3 个，只找到 1 个" in page


def test_what_was_promised_and_found_is_told_too(own_room: TestClient, own_archive: Archive) -> None:
    keep_whole(own_archive, link(PICTURE), expected=1)
    assert "页面自称有图片、音频、视频 1 个，找到 1 个" in own_room.get(f"/article/{OTHER}").text


def test_a_missing_avatar_is_no_loss_of_the_article(own_room: TestClient, own_archive: Archive) -> None:
    keep_whole(own_archive, link(OTHER_PICTURE, Role.AVATAR), expected=None)
    page = own_room.get(f"/article/{OTHER}").text
    assert "头像属于公众号" in page
    assert "资源全部存下" not in page


def test_a_smaller_picture_is_told_apart_from_the_original(own_archive: Archive) -> None:
    keep_article(own_archive, OTHER, pictures=[OTHER_PICTURE])
    keep_picture(own_archive, OTHER_PICTURE, png(3), is_original=False)
    snapshot = own_archive.snapshot(read_address(OTHER))
    assert snapshot
    assets = own_archive.snapshot_assets(snapshot.snapshot)
    report = loss_report(snapshot, assets, standing=None, now=MARCH, zone="Asia/Shanghai")
    assert (report.assets, report.losses, report.scaled) == (1, (), 1)


WORDS = ["empty", "truncated", "placeholder", "not an asset: text/html", "unwanted", "dns", "refused", "proxy"]
WORDS += [
    "certificate",
    "unusable",
    "timeout",
    "too_large",
    "lost",
    "guard",
    "guard: host",
    "status 403",
    "status 502",
    "status 302",
]


@pytest.mark.parametrize("failure", WORDS)
def test_every_word_of_the_crawl_is_told_in_chinese(failure: str) -> None:
    told = reason_words(failure)
    assert told != failure
    assert any("\u4e00" <= mark <= "\u9fff" for mark in told)
    assert failure not in chinese()
