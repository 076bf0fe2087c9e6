"""The simulated WeChat keeps its own promises: what the stories rest on."""

from __future__ import annotations

import gzip
import http.client
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.simulated_wechat import Site, write_article


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as playing:
        yield playing


def ask(site: Site, url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    parts, proxy = urlsplit(url), urlsplit(site.proxy_url)
    context = ssl.create_default_context(cafile=str(site.authority))
    line = http.client.HTTPSConnection(str(proxy.hostname), proxy.port, timeout=5, context=context)
    line.set_tunnel(str(parts.hostname), 443)
    line.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=headers)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, body, {name.lower(): value for name, value in answer.getheaders()}


def test_an_article_is_served_under_both_of_its_addresses(site: Site) -> None:
    article = site.publish("plain")

    assert "文章plain" in ask(site, article.short_url)[1].decode()
    assert "文章plain" in ask(site, article.long_url)[1].decode()
    assert [seen.path[:5] for seen in site.visits(article)] == ["/s/" + article.short_url[-22:][:2], "/s?__"]


def test_a_packed_page_unpacks_to_the_plain_one(site: Site) -> None:
    article = site.publish("large", script_bytes=300_000)
    _, packed, headers = ask(site, article.short_url, **{"Accept-Encoding": "gzip"})

    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == ask(site, article.short_url)[1]
    assert len(packed) * 3 < 300_000


def test_a_long_address_without_chksm_meets_the_captcha(site: Site) -> None:
    article = site.publish("plain")
    status, _, headers = ask(site, article.long_url.partition("&chksm")[0])

    assert (status, urlsplit(headers["location"]).path) == (302, "/mp/wappoc_appmsgcaptcha")
    assert b"secitptpage/verify.html" in ask(site, headers["location"])[1]
    site.needs_chksm = False
    assert ask(site, article.long_url.partition("&chksm")[0])[0] == 200


def test_what_becomes_of_an_article_is_seen_at_once(site: Site) -> None:
    article = site.publish("plain")
    site.edit(article, title="新标题")
    assert "新标题" in ask(site, article.short_url)[1].decode()
    site.delete(article)
    assert "该内容已被发布者删除" in ask(site, article.short_url)[1].decode()
    site.restore(article)
    assert "新标题" in ask(site, article.short_url)[1].decode()


def test_a_foreign_referer_gets_the_placeholder(site: Site) -> None:
    original = site.publish("plain").article.pictures[0].url("0")

    assert ask(site, original)[1] == ask(site, original, Referer="https://mp.weixin.qq.com/s/x")[1]
    assert ask(site, original)[1] != ask(site, original, Referer="https://example.org/")[1]


def test_a_lost_original_leaves_the_scaled_picture(site: Site) -> None:
    first = site.publish("plain").article.pictures[0]
    site.lose_original(first.key)

    assert ask(site, first.url("0"))[0] == 404
    assert ask(site, first.url("640"))[1].startswith(b"\x89PNG")


def test_troubles_befall_as_often_as_they_were_ordered(site: Site) -> None:
    article = site.publish("plain")
    site.reset(article)
    with pytest.raises(ConnectionError):
        ask(site, article.short_url)
    site.truncate(article)
    with pytest.raises(http.client.IncompleteRead):
        ask(site, article.short_url)
    assert ask(site, article.short_url)[0] == 200


def test_certificates_and_tunnels_can_be_wrong(site: Site) -> None:
    article = site.publish("plain")
    site.misname("mp.weixin.qq.com")
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(site, article.short_url)
    site.calm()
    site.distrust("mp.weixin.qq.com")
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(site, article.short_url)
    site.calm()
    site.refuse("mp.weixin.qq.com")
    with pytest.raises(OSError, match="403"):
        ask(site, article.short_url)
    site.calm()
    assert ask(site, article.short_url)[0] == 200


def test_the_same_name_gives_the_same_bytes_on_every_site() -> None:
    pages = []
    for _ in range(2):
        with Site() as site:
            pages.append(ask(site, site.publish(write_article("plain", kind="pictures")).short_url)[1])

    assert pages[0] == pages[1]


def test_what_is_prepared_is_what_would_have_been_served(site: Site) -> None:
    article = site.publish("plain", pictures=2)
    asked = [ask(site, article.short_url), ask(site, article.article.pictures[0].url("0"))]
    with Site() as prepared:
        prepared.publish("plain", pictures=2)
        prepared.prepare()
        assert [ask(prepared, article.short_url), ask(prepared, article.article.pictures[0].url("0"))] == asked
