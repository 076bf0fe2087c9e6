"""The reading room, door by door."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from crawler.config import Config
from crawler.mirror.replay import COPY_POLICY
from crawler.web.app import create_app
from crawler.web.pages import HEADERS
from crawler.wechat.urls import read_address
from crawler.words import chinese
from storage.archive import Archive
from storage.records import Tombstone
from tests.conftest import ROOT
from tests.crawler.mirror.keeping import LONG, LONG_NAME, MARCH, OTHER, SHORT, keep_article, keep_loss, png
from tests.crawler.mirror.shelves import leaks

FIRST, SECOND = "20240314020005", "20240315020005"
COPY = f"/web/{FIRST}/{SHORT}"

# Every address of the house, with what it answers.
WALK = {
    "/": [("", 200)],
    "/find": [
        ("/find", 303),
        (f"/find?q={quote(SHORT)}", 303),
        ("/find?q=x", 200),
        ("/find?q=x&p=99", 200),
        ("/find?q=//x", 400),
        ("/find?q=，", 400),
    ],
    "/compare/{earlier}/{url:path}": [
        (f"/compare/{FIRST}/{SECOND}/{SHORT}", 200),
        (f"/compare/2024/2025/{SHORT}", 302),
        (f"/compare/{SECOND}/{FIRST}/{SHORT}", 302),
        (f"/compare/{FIRST}/{FIRST[:-2]}99/{SHORT}", 400),
        (f"/compare/{FIRST}/{SHORT}", 400),
        (f"/compare/..%2f..%2fetc/{SECOND}/{SHORT}", 400),
        (f"/compare/x/{SECOND}/{SHORT}", 400),
        (f"/compare/{FIRST}/{SECOND}/{OTHER}", 404),
        (f"/compare/{FIRST}/{SECOND}/http://example.org/", 400),
    ],
    "/review": [("/review", 200), ("/review?p=2", 200), ("/review?p=x", 200)],
    "/bulletin/{bulletin}": [("/bulletin/nothing", 404)],
    "/bulletin/{bulletin}/file": [("/bulletin/nothing/file", 404)],
    "/article/{url:path}": [
        (f"/article/{SHORT}", 200),
        (f"/article/{OTHER}", 404),
        ("/article/http://example.org/", 400),
    ],
    "/web/{url:path}": [
        (COPY, 200),
        (f"/web/{SHORT}", 302),
        (f"/web/2024/{SHORT}", 302),
        (f"/web/{FIRST[:-2]}99/{SHORT}", 400),
        (f"/web/{OTHER}", 404),
        ("/web/https://mp.weixin.qq.com.evil.example/s/abcdefghijklmnopqrstuv", 400),
        ("/web/", 400),
    ],
    "/timemap/link/{url:path}": [(f"/timemap/link/{SHORT}", 200), (f"/timemap/link/{OTHER}", 404)],
    "/raw/{url:path}": [(f"/raw/{FIRST}/{SHORT}", 200), (f"/raw/20200101000000/{SHORT}", 404), (f"/raw/{SHORT}", 404)],
    "/asset/{name}": [("/asset/x", 404), ("/asset/" + "0" * 64, 404), ("/asset/..%2f..%2fetc%2fpasswd", 404)],
    "/static/room.css": [("/static/room.css", 200)],
    "/robots.txt": [("/robots.txt", 200)],
    "/healthz": [("/healthz", 200)],
}


def test_the_walk_names_every_route(archive: Archive) -> None:
    routes = {route.path for route in create_app(Config(), archive).routes if isinstance(route, APIRoute)}
    assert routes == set(WALK)


@pytest.mark.parametrize(
    ("path", "status"), [*(one for answers in WALK.values() for one in answers), ("/nowhere", 404)]
)
def test_every_address_answers_as_it_should_and_carries_the_headers(room: TestClient, path: str, status: int) -> None:
    for method in ("GET", "HEAD"):
        answer = room.request(method, path)
        assert answer.status_code == status, answer.text
        assert {name.lower() for name in HEADERS} - set(answer.headers) == set()
        assert "Traceback" not in answer.text
    if status >= 400:
        assert "<h1>" in room.get(path).text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_room_takes_nothing_in(room: TestClient, method: str) -> None:
    answer = room.request(method, "/")
    assert answer.status_code == 405
    assert "只供查阅" in answer.text


# ---- copies


def test_a_copy_is_shown_at_its_permanent_address(room: TestClient) -> None:
    answer = room.get(COPY)
    assert "第一段" in answer.text
    assert leaks(answer.content) == []
    assert answer.headers["content-security-policy"] == COPY_POLICY
    assert "allow-scripts" not in COPY_POLICY


def test_a_copy_says_that_it_is_one_of_when_and_what_became_of_the_article(room: TestClient) -> None:
    banner = room.get(COPY).text.split("<main")[0]
    assert "存档副本" in banner
    assert "2024-03-14 10:00" in banner
    assert "已失效</span>：已被发布者删除" in banner
    assert "完整" in banner


SPELLINGS = [LONG, LONG + "&scene=21#rd", LONG.replace("https", "http"), LONG.replace("&", "&amp;"), LONG_NAME]


@pytest.mark.parametrize("spelling", [*SPELLINGS, *(quote(one, safe="") for one in SPELLINGS)])
def test_any_spelling_leads_to_the_permanent_address(room: TestClient, spelling: str) -> None:
    answer = room.get(f"/web/{spelling}")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/web/{FIRST}/{LONG_NAME}")
    assert room.get(answer.headers["location"]).status_code == 200


def test_a_proxy_that_merges_slashes_does_no_harm(room: TestClient) -> None:
    """It is not sent elsewhere: the proxy would merge them again."""
    assert room.get(COPY.replace("//", "/")).status_code == 200


def test_the_copy_nearest_to_a_moment_is_found(room: TestClient) -> None:
    assert room.get(f"/web/20240314120000/{SHORT}").headers["location"] == COPY
    assert room.get(f"/web/20990101000000/{SHORT}").headers["location"] == f"/web/{SECOND}/{SHORT}"
    assert room.get(f"/web/{SHORT}").headers["location"] == f"/web/{SECOND}/{SHORT}"


def test_copies_can_be_negotiated_by_time(room: TestClient) -> None:
    """Memento, RFC 7089: the gate, the copy, the list."""
    gate = room.get(f"/web/{SHORT}", headers={"Accept-Datetime": "Thu, 14 Mar 2024 03:00:00 GMT"})
    assert (gate.headers["location"], gate.headers["vary"]) == (COPY, "accept-datetime")
    copy = room.get(COPY)
    assert copy.headers["memento-datetime"] == "Thu, 14 Mar 2024 02:00:05 GMT"
    assert f'<{SHORT}>; rel="original"' in copy.headers["link"]
    assert f'<http://room.example/web/{SECOND}/{SHORT}>; rel="last next memento"' in copy.headers["link"]
    assert room.get(f"/timemap/link/{SHORT}").text.count('rel="memento"') == 2
    assert room.get(f"/web/{SHORT}", headers={"Accept-Datetime": "yesterday"}).status_code == 400


def test_an_article_without_a_copy_says_so(own_room: TestClient, own_archive: Archive) -> None:
    keep_loss(own_archive, OTHER, at=MARCH)
    answer = own_room.get(f"/web/{OTHER}")
    assert answer.status_code == 404
    assert "没有存档副本" in answer.text


def test_a_withdrawn_article_leaves_a_tombstone(own_room: TestClient, own_archive: Archive) -> None:
    own_archive.withdraw(read_address(SHORT), Tombstone(reason="应作者要求", withdrawn_by="王", withdrawn_at=MARCH))
    for path in (COPY, f"/article/{SHORT}", f"/compare/{FIRST}/{SECOND}/{SHORT}"):
        answer = own_room.get(path)
        assert answer.status_code == 410
        assert "应作者要求" in answer.text
    assert own_room.get(f"/raw/{FIRST}/{SHORT}").status_code == 404
    assert own_room.get(f"/timemap/link/{SHORT}").status_code == 404


def test_the_page_as_received_is_saved_never_shown(room: TestClient) -> None:
    answer = room.get(f"/raw/{FIRST}/{SHORT}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="wechat-page-')
    assert b"document.write" in answer.content


# ---- assets


def asset_of(room: TestClient) -> str:
    found = re.search(r'src="(/asset/[0-9a-f]{64}\.png)"', room.get(COPY).text)
    assert found
    return found.group(1)


def test_a_picture_is_served_with_the_type_of_its_bytes(room: TestClient) -> None:
    answer = room.get(asset_of(room))
    assert (answer.headers["content-type"], answer.content) == ("image/png", png(7))
    assert "content-disposition" not in answer.headers


def test_other_bytes_are_never_shown(room: TestClient, archive: Archive) -> None:
    """A page's own bytes lie in the same store: as an asset they are a download."""
    snapshot = archive.snapshot(read_address(SHORT))
    assert snapshot
    answer = room.get(f"/asset/{snapshot.page_sha256}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=4-", 206, slice(4, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=0-99999", 206, slice(0, None)),
        ("bytes=99999-", 416, slice(0, 0)),
        ("bytes=5-2", 416, slice(0, 0)),
        ("lines=1-2", 200, slice(0, None)),
    ],
)
def test_a_player_gets_the_part_that_it_asks_for(room: TestClient, asked: str, status: int, part: slice) -> None:
    answer = room.get(asset_of(room), headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, png(7)[part])


# ---- bulletins and articles


def test_the_door_shows_bulletins_and_numbers(room: TestClient) -> None:
    words = room.get("/").text
    assert "四川省地方志工作办公室" in words
    assert "2024-03-13" in words


def test_a_bulletin_shows_each_citation_with_its_state_and_its_copy(room: TestClient, archive: Archive) -> None:
    (summary,) = archive.bulletins()
    words = room.get(f"/bulletin/{summary.bulletin}").text
    assert "广元市委书记批示" in words
    assert [words.count(f'class="state state-{state}"') for state in ("gone", "alive")] == [1, 1]
    assert f'href="{COPY}"' in words
    assert room.get(f"/bulletin/{summary.bulletin}/file").content == b"bulletin"


def test_an_article_shows_its_visits_with_the_evidence_in_words(room: TestClient) -> None:
    words = room.get(f"/article/{SHORT}").text
    assert "已被发布者删除" in words
    assert "该内容已被发布者删除" in words
    assert "页面上的提示" in words
    assert words.count("/raw/") >= 3
    assert "广元市委书记批示" in words


def test_hostile_words_are_shown_as_words(own_room: TestClient, own_archive: Archive) -> None:
    hostile = "<script>alert(1)</script>\u202e{{7*7}}" + "长" * 100_000
    keep_article(own_archive, OTHER, title=hostile, text="x")
    page = own_room.get(f"/article/{OTHER}")
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "\u202e" not in page.text
    assert len(page.content) < 50_000


def test_what_was_asked_is_never_echoed_as_markup(room: TestClient) -> None:
    for path in (
        "/find?q=<script>alert(1)</script>",
        "/find?q=//<script>x</script>",
        "/article/<script>alert(1)</script>",
        "/web/<svg onload=x>",
    ):
        assert not re.search(r"<(?:script|svg)", room.get(path).text)


def test_something_unplanned_is_a_friendly_page(
    room: TestClient, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "bulletins", lambda **_: 1 / 0)
    answer = room.get("/")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert "存档管理员" in answer.text
    assert "content-security-policy" in answer.headers


def test_every_sentence_of_the_templates_stands_in_chinese() -> None:
    sentences = {
        match.group(1).replace("\\'", "'")
        for folder in ("crawler/web/templates", "crawler/mirror/templates")
        for file in (Path(ROOT) / folder).glob("*.html")
        for match in re.finditer(r"say\('((?:[^'\\]|\\.)*)'", file.read_text(encoding="utf-8"))
    }
    assert len(sentences) > 50
    assert sentences - chinese().keys() == set()


def test_no_number_of_a_row_stands_in_an_address(room: TestClient, archive: Archive) -> None:
    (summary,) = archive.bulletins()
    compared = f"/compare/{FIRST}/{SECOND}/{SHORT}"
    for path in ("/", f"/bulletin/{summary.bulletin}", f"/article/{SHORT}", COPY, compared, "/find?q=改过"):
        hrefs = re.findall(r'(?:href|src)="(/[^"]*)"', room.get(path).text)
        assert [href for href in hrefs if re.fullmatch(r"/\w+/\d{1,9}", href)] == []


def test_a_long_list_goes_on_over_pages(room: TestClient) -> None:
    assert room.get("/?p=2").status_code == 200
    assert room.get("/?p=-1").status_code == 200
    assert room.get("/?p=x").status_code == 200
    assert room.get("/?p=" + "9" * 30).status_code == 200
