"""The simulated site: what it publishes, what becomes of it, what goes wrong, and everything that was asked of it.

    with Site() as site:
        article = site.publish("plain", pictures=3)
        crawl(bulletin_citing(article.short_url), environ=site.environment)
        site.delete(article)

Methods that take ``where`` accept a published article (or its name), a whole address, a host, a picture's path id, or
None for everything on mp.weixin.qq.com.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import notices
from .answers import NOT_FOUND, Answer, Trouble, composed, redirect, text
from .article_pages import render
from .articles import ORIGIN, Picture, SimulatedArticle, write_article
from .corpus import saved_pages, saved_pictures
from .films import Film
from .furniture import conditional, furniture, hotlink_placeholder, kind_of
from .pictures import MEDIA_TYPES, picture
from .proxy import Asked, Certificates, Proxy, is_literal
from .published import Published, PublishedArticle, Seen, address, captcha_url, plain

ARTICLE_HOST = "mp.weixin.qq.com"
PICTURE_HOSTS = (".qpic.cn", ".qlogo.cn")
PLAYED_DOMAINS = ("qq.com", "qpic.cn", "qlogo.cn", "gtimg.cn", "weixinbridge.com")
CONTROL_HOST = "simulated.invalid"
"""For a site in a process of its own: ``/cpu`` tells the seconds of CPU that it has used, ``/requests`` the addresses
that were asked for, ``/forget`` begins that list anew, ``/latency/0.03`` sets the latency."""


@dataclass(kw_only=True)
class _Kept:
    published: Published
    body: bytes | None = None  # a saved page's
    notice: bytes | None = None  # what stands there instead, once it is gone
    answers: dict[str, Answer] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Fault:
    fits: Callable[[str], bool]
    change: Callable[[str, Answer], Answer]
    times: int | None


Where = str | Published | SimulatedArticle | None


class Site:
    """WeChat, its picture hosts and any bulletin site, behind one proxy on 127.0.0.1."""

    def __init__(self, *, port: int = 0, folder: Path | None = None, latency: float = 0.0) -> None:
        self.latency = latency
        """Seconds that every answer takes."""
        self.needs_chksm = True
        """Whether a long address without its chksm is answered with a captcha, as the real one does."""
        self.requests: list[Seen] = []
        """Everything that was asked, CONNECT included."""
        self._temporary = tempfile.TemporaryDirectory(prefix="simulated-wechat-") if folder is None else None
        self._folder = folder or Path(self._temporary.name)  # type: ignore[union-attr]
        self._certificates = Certificates(self._folder)
        self._proxy = Proxy(self._play, self._connect, self._certificates)
        self._port = port
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._by_address: dict[tuple[str, ...], _Kept] = {}
        self._static: dict[str, Answer] = {}
        self._pictures: dict[str, Picture] = {}
        self._saved: dict[str, bytes] = {}
        self._films: dict[str, Film] = {}
        self._missing_originals: set[str] = set()
        self._faults: list[_Fault] = []
        self._refused: dict[str, int] = {}
        self.serve(f"{ORIGIN}/robots.txt", "User-agent: *\nDisallow: /\n", content_type="text/plain")

    # ---- life

    def __enter__(self) -> Site:
        self._proxy.start(self._port)
        return self

    def __exit__(self, *_: object) -> None:
        self._proxy.stop()
        if self._temporary:
            self._temporary.cleanup()

    @property
    def proxy_url(self) -> str:
        """The proxy's address."""
        return f"http://127.0.0.1:{self._proxy.port}"

    @property
    def authority(self) -> Path:
        """The certificate of the throwaway authority."""
        return self._certificates.file

    @property
    def environment(self) -> dict[str, str]:
        """The three variables by which a program reaches the site."""
        return {
            "http_proxy": self.proxy_url,
            "https_proxy": self.proxy_url,
            "SSL_CERT_FILE": str(self.authority),
        }

    # ---- publishing

    @property
    def published(self) -> list[Published]:
        """All that is on the site, gone or not."""
        return [kept.published for kept in self._kept.values()]

    def publish(self, article: str | SimulatedArticle, **more: Any) -> PublishedArticle:
        """Publish an article, or one that follows from this name (``more`` goes to write_article)."""
        written = write_article(article, **more) if isinstance(article, str) else article
        published = PublishedArticle(
            name=written.name, short_url=written.short_url, long_url=written.long_url, article=written
        )
        for each in (*written.pictures, *written.backgrounds, written.cover, written.avatar):
            self._pictures[each.key] = each
        self._keep(_Kept(published=published))
        return published

    def publish_page(
        self, name: str, body: bytes, *, short_url: str | None = None, long_url: str | None = None
    ) -> Published:
        """Publish a page's bytes as they are, under these addresses."""
        published = Published(name=name, short_url=short_url, long_url=long_url)
        self._keep(_Kept(published=published, body=body))
        return published

    def publish_corpus(self, corpus: Path) -> list[Published]:
        """Publish every article of the corpus under the addresses that it states, with its real pictures."""
        self._saved.update(saved_pictures(corpus))
        return [
            self.publish_page(page.name, page.file.read_bytes(), short_url=page.short_url, long_url=page.long_url)
            for page in saved_pages(corpus)
        ]

    def publish_film(self, film: Film, url: str) -> None:
        """Serve a film at this address of a film host, however it is signed."""
        self._films[urlsplit(url).path] = film

    def serve(
        self, url: str, body: bytes | str, *, content_type: str = "text/html; charset=UTF-8", **more: Any
    ) -> None:
        """Answer this address (any host: a bulletin site, a style sheet) with this body."""
        self._static[plain(url)] = text(body, content_type, **more)

    def redirect(self, url: str, to: str, status: int = 302) -> None:
        """Answer this address with a redirect, wherever it leads."""
        self._static[plain(url)] = redirect(to, status)

    def remove(self, url: str) -> None:
        """Take away what ``serve`` or ``redirect`` put there."""
        self._static.pop(plain(url), None)

    # ---- what becomes of an article

    def edit(self, where: Where, **changes: Any) -> PublishedArticle:
        """Change an article: its title, paragraphs, pictures, … The addresses stay."""
        kept = self._of(where)
        if kept.published.article is None:
            raise ValueError("a saved page cannot be edited; publish other bytes under its name")
        return self.publish(kept.published.article.edited(**changes))

    def delete(self, where: Where) -> None:
        """Its author takes it down."""
        self._of(where).notice = notices.deleted()

    def violate(self, where: Where) -> None:
        """The platform takes it down."""
        self._of(where).notice = notices.violation()

    def migrate(self, where: Where, to: Where) -> None:
        """Its account moves: the page now leads to the same article under another identity."""
        target = self._of(to).published
        self._of(where).notice = notices.migrated(target.long_url or target.url)

    def show(self, where: Where, notice: bytes) -> None:
        """Put another notice (simulated_wechat.notices) in its place."""
        self._of(where).notice = notice

    def restore(self, where: Where) -> None:
        """The article is back."""
        self._of(where).notice = None

    # ---- what goes wrong

    def captcha(self, times: int | None = None) -> None:
        """Answer the next articles (None: all from now on) with a redirect to the captcha."""
        self._fault(None, lambda url, _: redirect(captcha_url(url)), times)

    def rate_limit(self, times: int | None = None) -> None:
        """Answer the next articles with "too often"."""
        self._fault(None, lambda _, __: text(notices.rate_limited()), times)

    def reset(self, where: Where, times: int | None = 1) -> None:
        """Break the connection with RST."""
        self._fault(where, lambda _, answer: answer.but(trouble=Trouble.RESET), times)

    def truncate(self, where: Where, times: int | None = 1) -> None:
        """Send half of the promised bytes, then close."""
        self._fault(where, lambda _, answer: answer.but(trouble=Trouble.CUT), times)

    def slow(self, where: Where, seconds: float, times: int | None = None) -> None:
        """Send the bytes in small pieces, over so many seconds."""
        self._fault(where, lambda _, answer: answer.but(trouble=Trouble.SLOW, seconds=seconds), times)

    def delay(self, where: Where, seconds: float, times: int | None = None) -> None:
        """Let the answer wait."""
        self._fault(where, lambda _, answer: answer.but(seconds=seconds), times)

    def answer(self, where: Where, answer: Answer, times: int | None = None) -> None:
        """Answer with something else altogether."""
        self._fault(where, lambda _, __: answer, times)

    def lose(self, where: Where, times: int | None = None) -> None:
        """Answer with 404."""
        self.answer(where, NOT_FOUND, times)

    def lose_original(self, key: str) -> None:
        """Keep only the scaled rendition of a picture: its /0 is answered with 404."""
        self._missing_originals.add(key)

    def find_original(self, key: str) -> None:
        """Let the original be served again."""
        self._missing_originals.discard(key)

    def replace_picture(self, key: str, body: bytes) -> None:
        """Serve these bytes for a picture, whatever its address says it is."""
        self._saved[key] = body

    def calm(self) -> None:
        """End all that goes wrong."""
        with self._lock:
            self._faults.clear()
            self._refused.clear()
            self._missing_originals.clear()
            wrong = {*self._certificates.named_otherwise, *self._certificates.unknown}
            self._certificates.named_otherwise.clear()
            self._certificates.unknown.clear()
        for host in wrong:
            self._certificates.forget(host)

    def refuse(self, host: str = "*", status: int = 403) -> None:
        """Refuse CONNECT to this host (or to every host)."""
        self._refused[host] = status

    def misname(self, host: str, instead: str = "elsewhere.example.org") -> None:
        """Show a certificate that names another host."""
        self._certificates.named_otherwise[host] = instead
        self._certificates.forget(host)

    def distrust(self, host: str) -> None:
        """Show a certificate of an authority that nobody knows."""
        self._certificates.unknown.add(host)
        self._certificates.forget(host)

    # ---- what was asked

    def visits(self, where: Where = None) -> list[Seen]:
        """The requests for an article's page (None: for any page of an article)."""
        fits = self._fits(where)
        return [seen for seen in self.requests if seen.method == "GET" and fits(seen.url)]

    def asked(self, host: str) -> list[Seen]:
        """The requests to this host or, with a leading dot, to any host of this domain."""
        return [
            seen
            for seen in self.requests
            if seen.host == host.lstrip(".") or (host.startswith(".") and seen.host.endswith(host))
        ]

    def forget(self) -> None:
        """Begin a new list of requests."""
        self.requests = []

    def prepare(self) -> None:
        """Make every article's page and pictures now, so that whoever asks first does not wait for their making."""
        for published in self.published:
            self._article(published.url)
        for each in self._pictures.values():
            _drawn(each)

    # ---- playing

    def _play(self, asked: Asked) -> tuple[Answer, float]:
        with self._lock:
            answer = self._answer(asked)
            for fault in self._faults:
                if (fault.times is None or fault.times > 0) and fault.fits(asked.url):
                    fault.times = None if fault.times is None else fault.times - 1
                    answer = fault.change(asked.url, answer)
                    break
        self._record(asked.method, asked.url, asked.headers, asked.connection, answer.status)
        return answer, self.latency

    def _connect(self, host: str, port: int, connection: int) -> int:
        is_played = any(host == domain or host.endswith("." + domain) for domain in PLAYED_DOMAINS)
        is_served = any(address.startswith(f"//{host}/") for address in self._static)
        status = self._refused.get(host) or self._refused.get("*") or (200 if is_played or is_served else 502)
        status = 403 if is_literal(host) or port != 443 else status
        self._record("CONNECT", f"https://{host}:{port}", {}, connection, status)
        return status

    def _record(self, method: str, url: str, headers: dict[str, str], connection: int, status: int) -> None:
        self.requests.append(
            Seen(
                method=method,
                url=url,
                headers=headers,
                at=datetime.now(UTC),
                moment=time.monotonic(),
                connection=connection,
                status=status,
            )
        )

    def _answer(self, asked: Asked) -> Answer:
        url = urlsplit(asked.url)
        host = url.hostname or ""
        if static := self._static.get(plain(asked.url)):
            return conditional(static, asked)
        if host == CONTROL_HOST:
            return self._control(url.path)
        if host == ARTICLE_HOST:
            return self._article(asked.url)
        if film := self._films.get(url.path):
            return film.answer(asked.headers)
        if host.endswith(PICTURE_HOSTS):
            return self._picture(asked)
        return furniture(host, url.path, asked.url)

    def _control(self, path: str) -> Answer:
        told: object = None
        if path == "/cpu":
            told = time.process_time()
        elif path == "/requests":
            told = [seen.url for seen in self.requests if seen.method == "GET" and seen.host != CONTROL_HOST]
        elif path == "/forget":
            self.forget()
        elif path.startswith("/latency/"):
            self.latency = float(path.rpartition("/")[2])
        return Answer(body=json.dumps(told).encode(), content_type="application/json")

    def _article(self, url: str) -> Answer:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        if parts.path == "/mp/wappoc_appmsgcaptcha":
            return text(notices.captcha(query.get("target_url", "")))
        if parts.path not in ("/s", "/mp/appmsg/show") and not parts.path.startswith("/s/"):
            return NOT_FOUND
        kept = self._by_address.get(address(url))
        if kept is None:
            is_temporary = "signature" in query or "tempkey" in query
            return text(notices.expired() if is_temporary else notices.bad_parameters())
        published = kept.published
        is_long = not parts.path.startswith("/s/")
        if is_long and self.needs_chksm and "chksm=" in (published.long_url or "") and "chksm" not in query:
            return redirect(captcha_url(url))
        if kept.notice is not None:
            return text(kept.notice)
        echoed = (published.long_url if is_long else published.short_url) or published.url
        if echoed not in kept.answers:
            article = published.article
            kept.answers[echoed] = composed(*render(article, echoed)) if article else text(kept.body or b"")
        return kept.answers[echoed]

    def _picture(self, asked: Asked) -> Answer:
        parts = [part for part in urlsplit(asked.url).path.split("/") if part]
        if len(parts) < 2:
            return NOT_FOUND
        key, size = parts[1], parts[2] if len(parts) > 2 else "0"
        referer = urlsplit(asked.headers.get("referer", "")).hostname or ""
        if referer and not (referer == "qq.com" or referer.endswith(".qq.com")):
            return Answer(body=hotlink_placeholder(), content_type="image/png")
        if size == "0" and key in self._missing_originals:
            return NOT_FOUND
        known = self._pictures.get(key) or Picture(key=key, kind=kind_of(parts[0]))
        content_type = MEDIA_TYPES.get(dict(parse_qsl(urlsplit(asked.url).query)).get("wx_fmt", ""))
        if saved := self._saved.get(key):
            return Answer(body=saved, content_type=content_type or MEDIA_TYPES[known.kind])
        if size == "0":
            body = _drawn(known)
        else:
            body = picture(f"{key} scaled", known.kind, width=32, height=20, size=known.size and known.size // 2)
        return Answer(body=body, content_type=content_type or MEDIA_TYPES[known.kind])

    # ---- finding

    def _keep(self, kept: _Kept) -> None:
        with self._lock:
            self._kept[kept.published.name] = kept
            for url in (kept.published.short_url, kept.published.long_url):
                if url:
                    self._by_address[address(url)] = kept

    def _of(self, where: Where) -> _Kept:
        if where is None:
            raise ValueError("name an article")
        return self._kept[where if isinstance(where, str) else where.name]

    def _fault(self, where: Where, change: Callable[[str, Answer], Answer], times: int | None) -> None:
        with self._lock:
            self._faults.append(_Fault(fits=self._fits(where), change=change, times=times))

    def _fits(self, where: Where) -> Callable[[str], bool]:
        """Whether an asked address is meant by ``where``."""
        if where is None:
            return lambda url: urlsplit(url).hostname == ARTICLE_HOST and urlsplit(url).path.startswith("/s")
        if not isinstance(where, str) or where in self._kept:
            kept = self._of(where)
            return lambda url: urlsplit(url).hostname == ARTICLE_HOST and self._by_address.get(address(url)) is kept
        if "://" in where:
            return lambda url: plain(url) == plain(where)
        if "." in where:
            return lambda url: urlsplit(url).hostname == where
        return lambda url: where in urlsplit(url).path.split("/")


def _drawn(known: Picture) -> bytes:
    """A picture in its original size."""
    return picture(known.key, known.kind, width=64, height=40, size=known.size)
