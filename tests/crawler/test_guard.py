"""Where a request may go: every hop, every errand, and the names that lead home."""

from __future__ import annotations

import pytest
from scrapy import Request
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import DNSLookupError

from crawler import guard
from crawler.config import Config, SourceSettings
from crawler.exchanges import Refused
from crawler.guard import Errand, GuardedResolver, Origin, leads_inside, named_origin, proxy_hosts, refusal
from crawler.middlewares import ERRAND, SOURCE, Guard
from crawler.settings import source_origins

SITE = named_origin("https://www.example.org/bulletins/")


@pytest.mark.parametrize("port", ["", ":443", ":80"])
def test_articles_are_asked_of_wechat_alone(port: str) -> None:
    assert refusal(f"https://mp.weixin.qq.com{port}/s/x", Errand.ARTICLE) is None
    assert refusal("https://www.example.org/bulletins/1.pdf", Errand.ARTICLE, [SITE]) == "host"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "scheme"),
        ("ftp://mp.weixin.qq.com/s/x", "scheme"),
        ("https://mp.weixin.qq.com@evil.example/s/x", "user_info"),
        ("https://user:word@mp.weixin.qq.com/s/x", "user_info"),
        ("https://mp.weixin.qq.com:8443/s/x", "port"),
        ("https://mp.weixin.qq.com:99999/s/x", "host"),
        ("https://mp.weixin.qq.com.evil.example/s/x", "host"),
        ("http://127.0.0.1/s/x", "address"),
        ("http://2130706433/s/x", "address"),
        ("http://0x7f000001/s/x", "address"),
        ("http://127.1/s/x", "address"),
        ("http://[::1]/s/x", "address"),
        ("http://[::ffff:169.254.169.254]/latest/meta-data/", "address"),
        ("http://localhost/s/x", "host"),
        ("http:///s/x", "host"),
    ],
)
def test_what_is_not_wechats_is_refused(url: str, reason: str) -> None:
    for errand in (Errand.ARTICLE, Errand.ASSET):
        assert refusal(url, errand, [SITE]) == reason


def test_pictures_come_from_wechats_picture_hosts_which_serve_no_articles() -> None:
    assert refusal("https://mmbiz.qpic.cn/mmbiz_png/x/0", Errand.ASSET) is None
    assert refusal("https://mmbiz.qpic.cn/mmbiz_png/x/0", Errand.ARTICLE) == "host"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://www.example.org/a.pdf", None),
        ("http://www.example.org/a.pdf", None),
        ("https://www.example.org:8443/a.pdf", "port"),
        ("https://intranet.example.org/a.pdf", "host"),
        ("https://mp.weixin.qq.com/s/x", "host"),
    ],
)
def test_a_source_is_exactly_the_host_that_the_operator_wrote(url: str, reason: str | None) -> None:
    assert refusal(url, Errand.SOURCE, [SITE]) == reason


def test_a_port_that_the_operator_wrote_is_the_only_one() -> None:
    site = named_origin("http://www.example.org:8080/")
    assert refusal("http://www.example.org:8080/a.pdf", Errand.SOURCE, [site]) is None
    assert refusal("http://www.example.org/a.pdf", Errand.SOURCE, [site]) == "port"


def test_a_private_address_is_a_source_only_when_the_operator_says_so() -> None:
    url = "http://10.0.0.7/bulletins/"
    assert refusal(url, Errand.SOURCE, [named_origin(url)]) == "address"
    assert refusal(url, Errand.SOURCE, [named_origin(url, allow_private=True)]) is None


def resolved(answer: str, name: str, trusted: frozenset[str] = frozenset()) -> str | type[BaseException]:
    """What the guarded resolver makes of a name whose lookup answers so."""
    resolver = GuardedResolver.__new__(GuardedResolver)
    resolver.trusted_hosts = trusted
    lookups = {name: answer}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            guard.CachingThreadedResolver, "getHostByName", lambda _, asked, timeout=(): succeed(lookups[asked])
        )
        found: Deferred[str] = resolver.getHostByName(name)
    told: list[str | type[BaseException]] = []
    found.addCallbacks(told.append, lambda failure: told.append(failure.type))
    return told[0]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"]
)
def test_a_name_that_leads_home_is_not_resolved(address: str) -> None:
    assert resolved(address, "mp.weixin.qq.com") is DNSLookupError


def test_a_name_that_leads_into_the_world_is() -> None:
    assert resolved("101.32.104.4", "mp.weixin.qq.com") == "101.32.104.4"


def test_the_proxy_may_be_at_home() -> None:
    assert resolved("10.1.2.3", "proxy.example.org", frozenset({"proxy.example.org"})) == "10.1.2.3"


def test_the_environments_proxies_are_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://user:word@Proxy.example.org:3128")
    monkeypatch.setenv("http_proxy", "10.0.0.9:3128")
    assert {"proxy.example.org", "10.0.0.9"} <= proxy_hosts()


def test_an_origin_knows_its_ports() -> None:
    assert named_origin("https://Www.Example.org/x") == Origin("www.example.org", frozenset({80, 443}))


@pytest.mark.parametrize(("host", "inside"), [("localhost", True), ("nosuch.invalid", False), ("127.0.0.1", True)])
def test_a_name_that_was_refused_is_told_from_one_that_is_not_known(host: str, inside: bool) -> None:
    assert leads_inside(host) is inside


def test_a_source_s_hosts_are_not_another_s() -> None:
    config = Config(
        sources=(
            SourceSettings(name="one", url="https://one.example.org/", hosts=("files.example.org:8080",)),
            SourceSettings(name="two", url="https://two.example.org/", next_url="https://www.two.example.org/{2}"),
        )
    )
    guard = Guard((*source_origins(config), named_origin("https://named.example.org/")))

    def may(url: str, source: str) -> bool:
        try:
            guard.process_request(Request(url, meta={ERRAND: Errand.SOURCE, SOURCE: source}))
        except Refused:
            return False
        return True

    assert may("https://one.example.org/x", "one")
    assert may("http://files.example.org:8080/x", "one")
    assert may("https://www.two.example.org/3", "two")
    assert may("https://named.example.org/", "")
    for url, source in (
        ("https://two.example.org/", "one"),
        ("https://files.example.org/", "one"),
        ("http://files.example.org:8080/x", "two"),
        ("https://one.example.org/", ""),
        ("https://named.example.org/", "one"),
    ):
        assert not may(url, source)
