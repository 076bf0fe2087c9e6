"""Restoring text and HTML: links lead to the archive, and nothing else is changed."""

from __future__ import annotations

import difflib
import re
from datetime import UTC, date, datetime, timedelta
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from crawler.config import Config
from crawler.files import read_file
from crawler.mirror.restore.links import Fate, WrongBaseURL, read_base_url
from crawler.mirror.restore.restoring import restore
from crawler.mirror.restore.rewriting import Caution
from crawler.mirror.restore.text import decode
from crawler.web.app import create_app
from crawler.wechat.urls import find_addresses
from storage.errors import UnreadableBulletin
from tests.conftest import ROOT, examples
from tests.crawler.mirror.keeping import (
    LONG,
    LONG_NAME,
    MARCH,
    OTHER,
    SHORT,
    keep_article,
    keep_bulletin,
    keep_loss,
)

BASE = "https://archive.example.org"
LED = f"{BASE}/web/20240314020005/{SHORT}"


def restored(archive, body: bytes, **options):
    return restore(archive, body, "bulletin", base_url=BASE, **options)


def test_a_printed_address_leads_to_the_copy_and_every_other_byte_stays(archive):
    keep_article(archive)
    body = f"　标题\r\n见{SHORT}。\r\n\r\n完\n".encode("gb18030")

    result = restored(archive, body)

    assert result.body == f"　标题\r\n见{LED}。\r\n\r\n完\n".encode("gb18030")
    assert [(link.fate, link.replay_url) for link in result.links] == [(Fate.REPLACED, LED)]
    assert (result.changed, result.media_type) == (1, "text/plain")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_text_keeps_its_encoding(archive, encoding):
    keep_article(archive)
    body = f"简报\n{SHORT}\n完".encode(encoding)
    assert restored(archive, body).body == f"简报\n{LED}\n完".encode(encoding)


def test_a_text_of_no_encoding_keeps_its_wrong_bytes(archive):
    keep_article(archive)
    body = b"\xff\x00\xfe"[:1] + f" {SHORT} ".encode() + b"\x80\xff."
    assert restored(archive, body).body == body.replace(SHORT.encode(), LED.encode())


def test_an_address_broken_over_lines_is_replaced_whole(archive):
    keep_article(archive, LONG)
    broken = LONG.replace("&sn=04ca1de8f7", "&sn=04ca1de8f7\r\n")

    result = restored(archive, f"见\n{broken}\n下文".encode())

    assert result.body == f"见\n{BASE}/web/20240314020005/{LONG_NAME}\n下文".encode()
    assert result.links[0].cited_url == LONG


def test_what_was_never_kept_or_is_no_article_stays(archive):
    body = f"{OTHER}\nhttps://mp.weixin.qq.com/mp/profile_ext?action=home\nhttps://example.org/x".encode()

    result = restored(archive, body)

    assert result.body == body
    assert [link.fate for link in result.links] == [Fate.NEVER_KEPT, Fate.NOT_AN_ARTICLE]
    assert [link.article_url for link in result.links] == [OTHER, None]


def test_only_gone_leaves_what_can_still_be_read(archive):
    keep_article(archive)
    keep_article(archive, OTHER)
    keep_loss(archive, OTHER, at=MARCH + timedelta(days=1))

    result = restored(archive, f"{SHORT} {OTHER}".encode(), only_gone=True)

    assert [link.fate for link in result.links] == [Fate.LEFT, Fate.REPLACED]
    assert result.body.startswith(SHORT.encode())


@pytest.mark.parametrize(("day", "led_to"), [(1, 14), (14, 14), (16, 20), (25, 20)])
def test_a_link_leads_to_the_first_copy_since_the_bulletin_else_the_nearest(archive, day, led_to):
    for moment in (14, 20):
        keep_article(archive, text=f"第{moment}稿", at=datetime(2024, 3, moment, 2, tzinfo=UTC))
    result = restored(archive, SHORT.encode(), published_on=date(2024, 3, day))
    assert f"/web/202403{led_to}020000/".encode() in result.body


def test_a_kept_bulletin_is_dated_by_the_archive(archive):
    for moment in (14, 20):
        keep_article(archive, text=f"第{moment}稿", at=datetime(2024, 3, moment, 2, tzinfo=UTC))
    body = f"见 {SHORT}".encode()
    keep_bulletin(archive, SHORT, body=body, on=date(2024, 3, 18))

    assert b"/web/20240320020000/" in restored(archive, body).body
    assert b"/web/20240314020000/" in restored(archive, body + b" ").body  # other bytes, no day: the first copy


@pytest.mark.parametrize(
    "page",
    [
        '<html><body><p>见<a class=x href="{}">此</a></p>\r\n<!-- <a href="{}"> -->',
        "<html><A  HREF = '{}'\n title='a>b'>此</A></html>",
        "<html><a target=_blank href={}>此</a></html>",
        '<html><a href="  {} ">此</a><script>var a = "<a href=\'{}\'>";</script></html>',
        '<html><img alt="<a href=\'{}\'>"><a href="{}" href="second">此</a><p a="x"" b>',
    ],
)
def test_only_the_link_of_a_page_is_changed(archive, page):
    keep_article(archive)
    body = page.replace("{}", SHORT).encode()

    result = restored(archive, body)

    changes = [
        (result_part, body[a:b].decode())
        for kind, a, b, c, d in difflib.SequenceMatcher(None, body, result.body, autojunk=False).get_opcodes()
        if kind != "equal" and (result_part := result.body[c:d].decode())
    ]
    assert result.changed == 1
    assert result.body.count(f"{LED}".encode()) == 2  # href and data-versionurl
    assert b'data-versiondate="2024-03-14"' in result.body.replace(b"'", b'"')
    assert not any(was.strip(" \"'") for _, was in changes)


def test_ampersands_and_quotes_are_written_as_html(archive):
    keep_article(archive, LONG)
    escaped = LONG.replace("&", "&amp;")
    body = f"<p><a href=\"{escaped}\">此</a> <a href='{LONG}'>此</a></p>".encode()

    result = restored(archive, body)

    led = f"{BASE}/web/20240314020005/{LONG_NAME}".replace("&", "&amp;")
    assert result.body.count(f'href="{led}" data-originalurl="{escaped}"'.encode()) == 1
    assert result.body.count(f"href='{led}' data-originalurl='{escaped}'".encode()) == 1


def test_addresses_printed_on_a_page_are_left_and_reported(archive):
    keep_article(archive)
    body = f"<p>见 {SHORT}</p>".encode()
    result = restored(archive, body)
    assert result.body == body
    assert result.cautions == (Caution.PRINTED_LEFT, Caution.NO_LINKS)


@pytest.mark.parametrize("wrap", ["见 {} 。", '<p><a href="{}">此</a></p>'])
def test_restoring_what_is_restored_changes_nothing(archive, wrap):
    keep_article(archive)
    once = restored(archive, wrap.replace("{}", SHORT).encode())
    keep_article(archive, text="新稿", at=MARCH - timedelta(days=30))

    again = restored(archive, once.body)

    assert again.body == once.body
    assert again.changed == 0
    assert [(link.fate, link.article_url, link.replay_url) for link in again.links] == [(Fate.REPLACED, SHORT, LED)]


@pytest.mark.parametrize("moment", ["99999999999999", "2024031402000", "００００００００００００００"])
def test_what_only_looks_like_an_address_of_the_archive_is_left(archive, moment):
    keep_article(archive)
    body = f'<p><a href="{BASE}/web/{moment}/{SHORT}">此</a></p>'.encode()
    assert restored(archive, body).body == body


def test_session_secrets_do_not_go_into_the_restored_page(archive):
    keep_article(archive, LONG)
    body = f'<p><a href="{LONG}&amp;key=abc123&amp;uin=Nzc3">此</a></p>'.encode()
    result = restored(archive, body)
    assert b"abc123" not in result.body
    assert "abc123" not in result.links[0].cited_url


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"PK\x03\x04docx", "not_restorable"),
        (b"\x89PNG\r\n\x1a\n", "not_restorable"),
        (b"\x00\x01\x02\x03", "not_restorable"),
        (b"%PDF-1.7\ncut", "damaged"),
    ],
)
def test_a_file_of_no_known_kind_is_refused_clearly(archive, body, kind):
    with pytest.raises(UnreadableBulletin) as refused:
        restored(archive, body)
    assert refused.value.kind == kind


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    for path, kind in ((tmp_path / "nothing.pdf", "missing"), (tmp_path, "not_a_file")):
        with pytest.raises(UnreadableBulletin) as refused:
            read_file(path)
        assert refused.value.kind == kind


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://archive.example.org/", "https://archive.example.org"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("HTTPS://Archive.Example.org/a/b/", "https://archive.example.org/a/b"),
        ("https://bücher.example.org", "https://xn--bcher-kva.example.org"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_the_reading_rooms_address_is_taken_in_one_form(url, expected):
    assert read_base_url(url) == expected


@pytest.mark.parametrize(
    "url",
    ["", "archive.example.org", "ftp://x.org", "javascript:alert(1)", "https://", "https://u:p@x.org",
     "https://x.org/?a", "https://x.org/#a", "https://a b.org", "https://x.org:99999", "file:///etc/passwd"],
)  # fmt: skip
def test_what_no_link_could_lead_to_is_no_address_of_a_reading_room(archive, url):
    with pytest.raises(WrongBaseURL):
        restore(archive, b"text", "file", base_url=url)


TEXTS = st.lists(
    st.one_of(st.sampled_from([SHORT, LONG, OTHER]), st.text("见下文。，\r\n\t <>（）", max_size=9)), max_size=12
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60))
@given(TEXTS)
def test_what_is_read_back_from_a_restored_text_are_the_same_articles(archive, parts):
    keep_article(archive)
    keep_article(archive, LONG)
    body = "\n".join(["简报", *parts]).encode()

    result = restored(archive, body)

    def articles(text: bytes):
        return [found.mended.address and found.mended.address.article_url for found in find_addresses(text.decode())]

    assert articles(result.body) == articles(body)
    assert restored(archive, result.body).body == result.body


def test_a_real_bulletin_in_text_is_restored_with_nothing_else_changed(archive, corpus):
    body = (corpus / "bulletins" / "sichuan-difangzhi-2024-03-13.txt").read_bytes()
    cited = find_addresses(body.decode())[0].mended.cited_url
    keep_article(archive, cited)

    result = restored(archive, body, published_on=date(2024, 3, 13))

    led = result.links[0].replay_url.encode()
    assert result.changed == 2
    assert result.body == body.replace(cited.encode(), led)


def test_a_real_page_of_links_is_restored_with_nothing_else_changed(archive, corpus):
    body = (corpus / "bulletins" / "sogou-search-articles.html").read_bytes()
    everything = restored(archive, body)
    cited = [link.cited_url for link in everything.links if link.fate is Fate.NEVER_KEPT]
    for url in cited:
        keep_article(archive, url)

    result = restored(archive, body)

    def around(page: bytes):
        return re.split(rb"<a\b[^>]*>", page)

    assert everything.body == body
    assert result.changed == len(cited) >= 10
    assert around(result.body) == around(body)
    assert result.body.count(b"data-versionurl=") == len(cited)


@pytest.mark.parametrize(
    "name",
    ["gocn-20180312.md", "ios-weekly-200.md", "we-extract-links.md", "839studio-ncov-updates-early.csv"],
)
def test_real_lists_of_links_keep_every_byte_between_the_addresses(archive, corpus, name):
    body = (corpus / "bulletins" / name).read_bytes()
    first = restored(archive, body)
    text = decode(body)
    for link in first.links:
        if link.fate is Fate.NEVER_KEPT:
            keep_article(archive, link.cited_url)

    result = restored(archive, body)

    replaced = [found for found in find_addresses(text.text) if found.mended.address]
    between, at = [], 0
    for found in replaced:
        between.append(text.text[at : found.start])
        at = found.end
    led = "|".join(re.escape(link.replay_url) for link in result.links if link.replay_url)
    assert first.body == body
    assert result.changed == len(replaced) > 3
    assert re.split(led, decode(result.body).text) == [*between, text.text[at:]]
    assert decode(result.body).encoding == text.encoding


@pytest.mark.parametrize("kind", ["txt", "html", "pdf"])
def test_every_link_of_the_restored_sample_opens_its_copy_in_the_reading_room(archive, tmp_path, kind):
    body = (ROOT / "examples" / f"bulletin.{kind}").read_bytes()
    for link in restored(archive, body).links:
        keep_article(archive, link.cited_url, title=f"副本 {link.article_url}")

    result = restored(archive, body)

    room = TestClient(create_app(Config(folder=tmp_path / "archive"), archive), base_url=BASE)
    assert len({link.article_url for link in result.links}) == 5
    for link in result.links:
        assert f"副本 {escape(link.article_url)}" in room.get(link.replay_url).text
