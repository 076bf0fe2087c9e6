"""Every page of the corpus and of our own folder is read right, fast and always alike."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.wechat import landmarks
from crawler.wechat.opening import ATTRIBUTE, ELEMENT, TEXT, BoundedBuilder, open_page
from crawler.wechat.reading import read_page
from crawler.wechat.version import READER_VERSION
from storage.records import Identity, Outcome, Reading, Role
from tests.conftest import ROOT, is_ci
from tests.timing import computing_within

PAGES = Path(__file__).parents[2] / "pages" / "wechat"
OWN = sorted(PAGES.glob("*/*.html"))
# What each page of the corpus is, read off the pages by eye and pinned.
TABLE = list(csv.DictReader((PAGES / "corpus.tsv").open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE))
SMALL = [
    "magicremind-2016-09.html",
    "sogou-2018-04-qqmusic.html",
    "weextract-2018-08-image-type8.html",
    "weextract-2019-11-video-type5.html",
]
LARGE = ["magichtml-2022-07.html", "sogou-2018-04-bgimage.html", "wae-pic-05.html"]


@pytest.fixture(scope="session")
def readings(corpus: Path) -> dict[str, Reading]:
    """Every page of the corpus, read once."""
    return {row["page"]: read_page((corpus / row["page"]).read_bytes()) for row in TABLE}


def test_the_table_holds_every_page_of_the_corpus(corpus):
    held = {f"{folder}/{file.name}" for folder in ("pages", "errors") for file in (corpus / folder).iterdir()}
    assert held == {row["page"] for row in TABLE}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["page"])
def test_a_page_of_the_corpus_is_what_it_is(row, readings):
    reading = readings[row["page"]]
    assert reading.outcome == row["outcome"]
    assert row["seen"] in [evidence.seen for evidence in reading.evidence]
    assert reading.reader_version == READER_VERSION
    assert (reading.article is None) == (reading.outcome is not Outcome.ALIVE)


@pytest.mark.parametrize("row", [row for row in TABLE if row["title"]], ids=lambda row: row["page"])
def test_an_article_of_the_corpus_has_its_title_account_identity_and_moment(row, readings):
    article = readings[row["page"]].article
    biz, mid, idx = row["identity"].split(" ")
    moment = None if row["published_at"] == "-" else datetime.fromisoformat(row["published_at"]).astimezone(UTC)
    assert (article.title, article.account_name) == (row["title"], row["account"])
    assert article.identity == Identity(biz=biz, mid=mid, idx=idx)
    assert (article.published_at, article.published_precision) == (moment, "second" if moment else None)
    assert str(article.item_show_type) == row["kind"].replace("-", "None")


@pytest.mark.parametrize("row", [row for row in TABLE if row["title"]], ids=lambda row: row["page"])
def test_an_article_of_the_corpus_has_its_media_and_words(row, readings):
    reading = readings[row["page"]]
    found, expected = map(int, row["media"].split("/"))
    assert (reading.inventory.found, reading.inventory.expected) == (found, expected)
    assert len(reading.article.text) == int(row["words"])
    assert not re.search(r"function ?\(|\{\s*display|window\.", reading.article.text[:200])


@pytest.mark.parametrize("page", OWN, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_a_page_of_ours_is_read_as_its_sheet_says(page):
    expected = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert expected.pop("origin")
    reading = read_page(page.read_bytes(), expected.pop("final_url", None))
    assert summary(reading, expected) == expected


def summary(reading: Reading, wanted: dict) -> dict:
    """As much of a reading as a sheet asks for, in its own words."""
    article = reading.article
    parts = {
        "outcome": reading.outcome.value,
        "evidence": [{"test": evidence.test, "seen": evidence.seen} for evidence in reading.evidence],
        "assets": [[link.role.value, link.url] for link in reading.assets],
        "inventory": reading.inventory and [reading.inventory.expected, reading.inventory.found],
        "article_links": list(reading.article_links),
        "moved_to": reading.moved_to,
        "article": article
        and {
            field.name: value.isoformat() if isinstance(value := getattr(article, field.name), datetime) else value
            for field in fields(article)
            if field.name in (wanted.get("article") or {})
        },
    }
    return {name: parts[name] for name in wanted}


# ---- always alike --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["jface-2026-01.html", "savetruth-raw-2018-11-16-01.html"])
def test_what_changes_at_every_visit_does_not_change_the_content(name, corpus):
    page = (corpus / "pages" / name).read_text(encoding="utf-8")
    later = re.sub(r'nonce="\d+"', 'nonce="1234"', page)
    later = re.sub(r"\.[0-9a-z]{8,}\.(js|css)", r".zzzz1234abcd.\1", later)
    later = re.sub(r"(req_id['\"]?\s*[:=]\s*(?:JsDecode\()?['\"])\w+", r"\1another", later)
    later = later.replace("/640?wx_fmt", "/300?tp=webp&amp;wxfrom=5&amp;wx_lazy=1&amp;wx_fmt")
    assert later != page
    assert read_page(later.encode()).fingerprint == read_page(page.encode()).fingerprint


def test_an_edited_word_changes_the_content(corpus):
    page = (corpus / "pages" / "jface-2026-01.html").read_text(encoding="utf-8")
    edited = page.replace("上周末特地去香港", "上周末没有去香港")
    assert read_page(edited.encode()).fingerprint != read_page(page.encode()).fingerprint


# ---- hostile pages -------------------------------------------------------------------------------------------

FRAME = b'<html><body id="activity-detail" class="zh_CN mm_appmsg"><div id="js_article"><div id="js_content">'
POST = b"""<html><body class="zh_CN"><div id="js_article"></div><script>window.item_show_type = '8';
window.cgiDataNew = {title: 't', content_noencode: '%s'};</script></body></html>"""
SHARE = b"""<html><body class="zh_CN"><div id="js_article">
<div id="js_share_content"><b>t</b><div id="js_content"></div></div>
<script id="content_tpl" type="text/html">%s</script></div></body></html>"""
MUCH = 1 if is_ci() else 4
"""A developer's run tries a quarter of each hostile page, under a quarter of the bounds."""
SECONDS = 2 if is_ci() else 1


@pytest.fixture
def bounds(monkeypatch):
    for bound in ("MAX_TAGS", "MAX_WORK"):
        monkeypatch.setattr(landmarks, bound, getattr(landmarks, bound) // MUCH)
    monkeypatch.setattr(BoundedBuilder, "work_left", landmarks.MAX_WORK)


HOSTILE = {
    "too_large": lambda: FRAME + b"x" * (landmarks.MAX_BYTES + 1),
    "too_many_tags": lambda: FRAME + b"<p>x</p>" * (landmarks.MAX_TAGS // 2 + 10),
    "too_many_tags ": lambda: FRAME + b"</p>" * (landmarks.MAX_TAGS + 10),
    "too_deep": lambda: FRAME + b"<section>" * 100_000,
    "too_many_tags  ": lambda: FRAME + b"<!---->" * (2_000_000 // MUCH),
    "too_many_tags   ": lambda: FRAME + b"<?x?>" * (3_000_000 // MUCH),
    "too_many_tags    ": lambda: (
        FRAME + b"<p " + b" ".join(map(b"a%d=1".__mod__, range(1_500_000 // MUCH))) + b">x</p>"
    ),
    "too_many_tags     ": lambda: FRAME + b"< " * (8_000_000 // MUCH),
}


@pytest.mark.parametrize("seen", HOSTILE)
def test_a_page_beyond_the_bounds_is_kept_without_a_tree(seen, bounds):
    body = HOSTILE[seen]()
    with computing_within(SECONDS):
        reading = read_page(body)
        assert (reading.outcome, reading.evidence[0].seen) == (Outcome.UNRECOGNISED, seen.strip())


@pytest.mark.parametrize("piece", [b"x<br>", b"<p>x</p>", b'<i style="a" class="b" id="c">x</i>'])
def test_a_page_just_within_the_bounds_is_read_in_time(piece, bounds):
    cost = ELEMENT + TEXT + ATTRIBUTE * piece.count(b"=")
    body = FRAME + piece * (landmarks.MAX_WORK // cost - 10) + b"</div></div></body></html>"
    with computing_within(SECONDS):
        assert read_page(body).outcome is Outcome.ALIVE


def test_the_bound_is_far_from_every_article(corpus):
    richest = max(len(open_page(file.read_bytes()).elements) for file in (corpus / "pages").iterdir())
    assert richest * 20 < landmarks.MAX_WORK // ELEMENT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"\x00" * 1000,
        bytes(range(256)) * 40,
        b"\xff\xfe<\x00h\x00",
        b"<",
        b"<!--" * 50_000,
        b"<?xml version='1.0'?><a/>",
        b'{"base_resp":{"ret":-3}}',
        b"Content-Type: multipart/related\r\n\r\nnothing",
        b"Content-Type: multipart/related; boundary=x\r\n\r\n--x\r\n\r\n--x",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        FRAME + b"<p " + b"a=1 " * 50_000 + b">",
        FRAME + b"<section>" * 4_000 + b"deep",
        FRAME + b"</div></div><script>var biz=" + b"[" * 300_000 + b"</script></body></html>",
        FRAME + b"</div></div><script>" + b"mid=" * 300_000 + b"</script></body></html>",
        FRAME + b"</div></div><script>var msg_title='" + b"\\x26" * 300_000 + b"</script></body></html>",
    ],
    ids=lambda body: repr(body[-24:])[:40],
)
def test_no_bytes_stop_the_reader(body):
    with computing_within(2):
        reading = read_page(body)
        assert reading.outcome in Outcome


FRAGMENTS = {
    "comments": lambda: POST % (b"<!---->" * (2_000_000 // MUCH)),
    "tags that stay open": lambda: POST % (b"<b>" * 100_000),
    "escapes": lambda: POST % (b"\\n" * (4_000_000 // MUCH)),
    "tags that never end": lambda: SHARE % (b"<img" * (4_000_000 // MUCH)),
    "instructions": lambda: SHARE % (b"<?x?>" * (2_000_000 // MUCH)),
    "tags with nothing in them": lambda: SHARE % (b"<mpvoice " * (1_000_000 // MUCH)),
}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_no_fragment_stops_the_reader(name, bounds):
    body = FRAGMENTS[name]()
    with computing_within(SECONDS):
        assert read_page(body).outcome in Outcome


def test_a_fragment_beyond_the_bounds_is_read_without_a_tree():
    body = POST % ("<p>字</p>".encode() * 60_000)
    assert read_page(body).article.text == "\n".join("字" * 60_000)


def test_a_share_shows_the_beginning_that_its_own_script_draws():
    beginning = "开头😀<img src=x>" + "字" * 200
    text = read_page(SHARE % beginning.encode()).article.text
    assert text == "t\n开头😀[图片]" + "字" * 132 + "..."  # 140 as a script counts: an emoji is two


def test_words_nested_thousands_deep_are_found():
    body = FRAME + b"<section>" * 4_000 + "最深处".encode() + b"</section>" * 4_000 + b"</div></div></body></html>"
    assert read_page(body).article.text == "最深处"


def test_what_follows_a_huge_script_is_not_lost():
    body = (
        b"<html><head><script>" + b"a=1;" * 2_800_000 + b"</script></head>" + FRAME[6:] + b"<p>after</p></div></html>"
    )
    assert read_page(body).article.text == "after"


CHANGES = {"cut": lambda piece: b"", "doubled": lambda piece: piece * 2, "turned": lambda piece: piece[::-1]}
MUTATION = st.tuples(
    st.integers(0, 1 << 23), st.sampled_from([1, 20, 400, 9_000]), st.sampled_from([*CHANGES]) | st.binary(max_size=50)
)


def mutated(body: bytes, mutations: list[tuple[int, int, str | bytes]]) -> bytes:
    """The page with a few pieces cut, doubled, turned round, or replaced by other bytes."""
    for place, length, change in mutations:
        at = place % len(body)
        piece = change if isinstance(change, bytes) else CHANGES[change](body[at : at + length])
        body = body[:at] + piece + body[at + length :]
    return body


def fuzz(corpus: Path, rounds: int, names: list[str]) -> None:
    pages = [(corpus / "pages" / name).read_bytes() for name in names]

    @settings(max_examples=rounds, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(range(len(pages))), st.lists(MUTATION, min_size=1, max_size=4))
    def read(number: int, mutations: list[tuple[int, int, str | bytes]]) -> None:
        with computing_within(2):
            assert read_page(mutated(pages[number], mutations)).outcome in Outcome

    read()


def test_mutated_pages_are_read_without_an_exception(corpus):
    fuzz(corpus, 40, SMALL + LARGE)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("small", "large"), [(SMALL[:2], LARGE[:2]), (SMALL[2:], LARGE[2:])], ids=["five", "and five"])
def test_ten_thousand_mutated_pages_are_read_without_an_exception_in_500_mb(corpus, small, large):
    """In a process of its own, by its own peak: ``ru_maxrss`` begins with that of the process that began it."""
    code = (
        "import pathlib; from tests.crawler.wechat.test_reading import fuzz; "
        f"corpus = pathlib.Path({str(corpus)!r}); fuzz(corpus, 4_000, {small!r}); fuzz(corpus, 1_000, {large!r}); "
        "print(pathlib.Path('/proc/self/status').read_text())"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert int(re.search(r"VmHWM:\s*(\d+) kB", told.stdout)[1]) < 500 << 10


CUT = ["jface-2026-01.html", "weextract-2018-06-post.html", "wae-pic-05.html", "wae-text-01.html", "laopo-01.html"]


@pytest.mark.parametrize("name", CUT)
def test_a_page_cut_anywhere_is_alive_only_when_the_whole_article_came(name, corpus):
    body = (corpus / "pages" / name).read_bytes()
    check_cuts(name, body, range(len(body) // 12, len(body), max(10_000, len(body) // 8)))


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", CUT)
def test_a_page_cut_at_every_ten_thousandth_byte_is_never_more_than_it_is(name, corpus):
    body = (corpus / "pages" / name).read_bytes()
    check_cuts(name, body, range(10_000, len(body), 10_000))


HEADS_SAY = {"jface-2026-01.html": 20_000, "wae-pic-05.html": 30_000, "wae-text-01.html": 30_000}
"""From which byte on the head of a page proves that an article was to follow; before 2019 it never does."""


def check_cuts(name, body, ends):
    """Nothing, then truncated, then (once the article is whole) alive: an outcome never goes back with more bytes."""
    whole, reached = read_page(body), 0
    for end in ends:
        reading = read_page(body[:end])
        stage = (Outcome.UNRECOGNISED, Outcome.TRUNCATED, Outcome.ALIVE).index(reading.outcome)
        assert stage >= reached, f"cut at {end}"
        reached = stage
        if reading.outcome is Outcome.ALIVE:
            assert reading.fingerprint == whole.fingerprint, f"cut at {end}"
        if end >= HEADS_SAY.get(name, len(body)):
            assert reading.outcome is not Outcome.UNRECOGNISED, f"cut at {end}"


@pytest.mark.parametrize(
    ("head", "outcome"),
    [
        ('<meta property="og:type" content="article"><meta property="og:url" content="%s">', Outcome.TRUNCATED),
        ('<script>window.PAGE_MID="mmbizwap:appmsg/newindex.html"</script>', Outcome.TRUNCATED),
        ('<meta property="og:url" content="%s">', Outcome.UNRECOGNISED),  # anybody's page may name an article
        (
            '<meta property="og:type" content="article"><meta property="og:url" content="https://evil.example/s/a">',
            None,
        ),
        ('<script>window.PAGE_MID="mmbizwap:pages/other.html"</script>', Outcome.UNRECOGNISED),
    ],
)
def test_only_a_head_of_an_article_proves_that_one_was_cut_off(head, outcome):
    body = "<!DOCTYPE html><html><head>" + head.replace("%s", "https://mp.weixin.qq.com/s/W_pLe8-ZQrRFzh-YIm8GNg")
    assert read_page(body.encode()).outcome is (outcome or Outcome.UNRECOGNISED)
    assert read_page((body + "</head><body></body></html>").encode()).outcome is Outcome.UNRECOGNISED


def test_every_role_that_a_page_can_have_is_found_somewhere_in_the_corpus(readings):
    roles = {link.role for reading in readings.values() for link in reading.assets}
    assert roles >= set(Role) - {Role.VIDEO}
