"""The proxy that the environment names, looked up once for each host; answers, noted as they came and unpacked."""

import asyncio
import gzip
import threading
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler.middlewares import AT_ONCE_BYTES, HOPS, ProxyOfHost, WireTap
from crawler.pacing import SystemClock


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


def unpacked(body, packed, **meta):
    """What becomes of a packed answer, and its request."""
    crawler = get_crawler()
    crawler.spider = SimpleNamespace(crawl=SimpleNamespace(clock=SystemClock()))
    tap, request = WireTap(crawler=crawler), Request("https://mp.weixin.qq.com/s/x", meta=meta)
    tap.process_request(request)
    answer = Response(request.url, body=packed, headers={"Content-Encoding": "gzip"}, request=request)
    return asyncio.run(tap.process_response(request, answer)), request


SMALL, LARGE = b"words " * 100, bytes(range(256)) * 40_000


@pytest.mark.parametrize(("body", "is_elsewhere"), [(SMALL, False), (LARGE, True)])
def test_a_packed_answer_is_unpacked_a_large_one_while_others_go_on(monkeypatch, body, is_elsewhere):
    packed, threads = gzip.compress(body, 0 if is_elsewhere else 6), []
    decode = HttpCompressionMiddleware._decode
    noted = lambda *given: threads.append(threading.current_thread()) or decode(*given)  # noqa: E731
    monkeypatch.setattr(HttpCompressionMiddleware, "_decode", staticmethod(noted))
    response, request = unpacked(body, packed)
    assert (response.body, request.meta[HOPS][0].body) == (body, body)
    assert dict(request.meta[HOPS][0].response_headers)["Content-Encoding"] == "gzip"
    assert (threads != [threading.main_thread()]) is is_elsewhere is (len(packed) > AT_ONCE_BYTES)


def test_a_packed_answer_that_unfolds_beyond_the_bound_is_refused():
    with pytest.raises(IgnoreRequest):
        unpacked(LARGE, gzip.compress(LARGE), download_maxsize=1_000_000)
