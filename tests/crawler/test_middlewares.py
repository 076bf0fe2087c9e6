"""The proxy that the environment names, looked up once for each host."""

import pytest
from scrapy import Request

from crawler.middlewares import ProxyOfHost


@pytest.fixture
def proxy(monkeypatch):
    for name in ("all_proxy", "ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:3128")
    monkeypatch.setenv("https_proxy", "http://name:word@127.0.0.1:3129")
    monkeypatch.setenv("no_proxy", "localhost,.example.org")
    return ProxyOfHost()


def led(proxy, url):
    request = Request(url)
    proxy.process_request(request)
    return request


def test_a_request_is_led_through_the_proxy_of_its_scheme(proxy):
    assert led(proxy, "http://example.com/").meta["proxy"] == "http://127.0.0.1:3128"
    assert led(proxy, "https://example.com/").meta["proxy"] == "http://127.0.0.1:3129"


def test_every_request_to_a_proxy_with_a_password_carries_it(proxy):
    for _ in range(2):
        assert led(proxy, "https://example.com/").headers["Proxy-Authorization"] == b"Basic bmFtZTp3b3Jk"


def test_a_host_that_no_proxy_leaves_out_is_asked_directly_each_time(proxy):
    for _ in range(2):
        assert led(proxy, "https://www.example.org/").meta.get("proxy") is None


def test_a_password_for_the_proxy_never_goes_to_a_host_that_is_asked_directly(proxy):
    request = Request("https://www.example.org/", headers={"Proxy-Authorization": "Basic bmFtZTp3b3Jk"})
    proxy.process_request(request)
    assert "Proxy-Authorization" not in request.headers


def test_a_request_that_names_its_proxy_keeps_it(proxy):
    request = Request("https://example.com/", meta={"proxy": "http://127.0.0.1:9"})
    proxy.process_request(request)
    assert request.meta["proxy"] == "http://127.0.0.1:9"
