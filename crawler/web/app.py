"""The reading room: what is kept, to be read in a browser, by people and by tools. It shows; it takes nothing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from crawler.config import VERSION, Config
from crawler.mirror.framing import banner_markup, banner_of, banner_styles, lacking_words
from crawler.mirror.replay import COPY_POLICY, asset_places, copy_of, held_articles, standalone
from crawler.web.addresses import (
    WrongMoment,
    asked_address,
    href,
    meant_article,
    raw_path,
    record_path,
    split_moment,
)
from crawler.web.blobs import asset_response, download
from crawler.web.memento import WrongDate, accepted_moment, copy_links, gate_links, http_date, time_map
from crawler.web.pages import SecurityHeaders, add_error_pages, page, sheet, sorry
from crawler.words import say
from storage.errors import NotInArchive
from storage.records import ArticleView, SnapshotView

if TYPE_CHECKING:
    from storage.archive import Archive

PER_PAGE = 50


def create_app(config: Config, archive: Archive) -> FastAPI:
    """Return the reading room over an open archive."""
    app = FastAPI(title="wxmirror", version=VERSION, openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(SecurityHeaders)
    add_error_pages(app)
    room = ReadingRoom(config, archive)
    answers: dict[str, Callable[..., Response]] = {
        "/": room.home,
        "/find": room.find,
        "/bulletin/{bulletin}": room.bulletin,
        "/bulletin/{bulletin}/file": room.bulletin_file,
        "/article/{url:path}": room.article,
        "/web/{url:path}": room.copy,
        "/timemap/link/{url:path}": room.time_map,
        "/raw/{url:path}": room.raw_page,
        "/asset/{name}": room.asset,
        "/static/room.css": room.sheet,
        "/robots.txt": room.robots,
        "/healthz": room.health,
    }
    for path, answer in answers.items():
        app.add_api_route(path, answer, methods=["GET", "HEAD"], response_model=None)
    return app


class ReadingRoom:
    """What answers to each address."""

    def __init__(self, config: Config, archive: Archive) -> None:
        self._archive = archive
        self._zone = config.schedule.zone
        self._base_url = config.web.base_url.rstrip("/") if config.web.base_url else None

    # ---- bulletins

    def home(self, p: str = "1") -> Response:
        """The door: what is kept, a search for any address, the bulletins."""
        number = int(p) if re.fullmatch(r"[1-9]\d{0,6}", p, re.A) else 1
        bulletins = self._archive.bulletins(limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
        return page(
            "home.html",
            title=say("Reading room"),
            status_now=self._archive.status(datetime.now(UTC)),
            bulletins=bulletins[:PER_PAGE],
            number=number,
            has_more=len(bulletins) > PER_PAGE,
            zone=self._zone,
        )

    def bulletin(self, bulletin: str) -> Response:
        """A bulletin with its items and the state of what each cites."""
        view = self._archive.bulletin(bulletin)
        title = view.record.title or view.record.issuer or view.record.file
        return page("bulletin.html", title=title, view=view, zone=self._zone, record_path=record_path, href=href)

    def bulletin_file(self, bulletin: str) -> Response:
        """The bulletin's own file, to be saved."""
        record = self._archive.bulletin(bulletin).record
        return download(self._archive.read_blob(record.sha256), record.file.rsplit("/", 1)[-1])

    # ---- articles

    def find(self, url: str = "") -> Response:
        """Lead from any spelling of an address to the article's page."""
        if not url.strip():
            return RedirectResponse("/", 303)
        return RedirectResponse(record_path(self._known(url).article_url), 303)

    def article(self, request: Request) -> Response:
        """All that is kept of one article: copies, visits, who cites it."""
        view = self._known(asked_address(request, "/article/"))
        if view.withdrawn_at:
            return self._tombstone(view)
        newest = max(view.snapshots, key=lambda one: one.captured_at, default=None)
        return page(
            "article.html",
            title=newest.title if newest and newest.title else view.article_url,
            view=view,
            newest=newest,
            lacking=lacking_words(self._archive.snapshot_assets(newest.snapshot)) if newest else "",
            zone=self._zone,
            href=href,
            raw_path=raw_path,
        )

    def copy(self, request: Request) -> Response:
        """A copy at its permanent address; every other address of it leads there."""
        try:
            moment, url = split_moment(asked_address(request, "/web/"))
            wanted = moment or accepted_moment(request.headers.get("accept-datetime"))
        except (WrongMoment, WrongDate):
            words = say("The digits before the address are no moment. They are year, month, day, hour, minute, second.")
            return sorry(400, say("This address cannot be looked up"), words)
        address = meant_article(url)
        view = self._known(url)
        if view.withdrawn_at:
            return self._tombstone(view)
        snapshot = self._archive.snapshot(address, at=wanted)
        if snapshot is None:
            return self._no_copy(view)
        place = href(snapshot.replay_path)
        if moment is None or place != href(f"/web/{moment:%Y%m%d%H%M%S}/{url}"):
            links = gate_links(self._base(request), snapshot.article_url)
            return RedirectResponse(place, 302, {"Vary": "accept-datetime", "Link": links})
        return self._replayed(request, view, snapshot)

    def _replayed(self, request: Request, view: ArticleView, snapshot: SnapshotView) -> Response:
        copy = copy_of(
            self._archive, snapshot, place_of=asset_places(""), article_place=held_articles(self._archive, "")
        )
        banner = banner_of(
            view,
            snapshot,
            lacking=lacking_words(self._archive.snapshot_assets(snapshot.snapshot)),
            home="/",
            record=record_path(view.article_url),
            raw=raw_path(snapshot.captured_at, snapshot.article_url),
        )
        headers = {
            "Content-Security-Policy": COPY_POLICY,
            "Memento-Datetime": http_date(snapshot.captured_at),
            "Link": copy_links(self._base(request), snapshot, view.snapshots),
        }
        body = standalone(copy, banner=banner_markup(banner, self._zone), banner_styles=banner_styles())
        return Response(body, headers=headers, media_type="text/html")

    def time_map(self, request: Request) -> Response:
        """The list of an article's copies, for tools."""
        view = self._known(asked_address(request, "/timemap/link/"))
        if view.withdrawn_at or not view.snapshots:
            raise NotInArchive(subject=view.article_url)
        lines = time_map(self._base(request), view.article_url, view.snapshots)
        return Response("".join(lines), media_type="application/link-format")

    def raw_page(self, request: Request) -> Response:
        """The page of one visit as it was received, to be saved."""
        try:
            moment, url = split_moment(asked_address(request, "/raw/"))
        except WrongMoment as error:
            raise NotInArchive(subject=request.url.path) from error
        view = self._known(url)
        stamp = f"{moment:%Y%m%d%H%M%S}" if moment else ""
        for capture in view.captures:
            if f"{capture.captured_at:%Y%m%d%H%M%S}" == stamp and capture.page_sha256 and not view.withdrawn_at:
                return download(self._archive.read_blob(capture.page_sha256), f"wechat-page-{stamp}.html")
        raise NotInArchive(subject=url)

    def asset(self, request: Request, name: str) -> Response:
        """A picture, sound or film, by its digest."""
        digest = name.partition(".")[0]
        if len(digest) != 64 or not all(mark in "0123456789abcdef" for mark in digest):
            raise NotInArchive(subject=name)
        return asset_response(request, self._archive.open_blob(digest))

    # ---- the house

    def sheet(self) -> Response:
        """The style sheet."""
        return Response(sheet(), media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    def robots(self) -> Response:
        """Copies belong to those who look for them, not into search engines."""
        return PlainTextResponse("User-agent: *\nDisallow: /\n")

    def health(self) -> Response:
        """For those who watch the service: the archive answers."""
        self._archive.bulletins(limit=1)
        return PlainTextResponse("ok\n")

    def _known(self, url: str) -> ArticleView:
        view = self._archive.article(meant_article(url))
        if view is None:
            raise NotInArchive(subject=url)
        return view

    def _base(self, request: Request) -> str:
        return self._base_url or str(request.base_url).rstrip("/")

    def _tombstone(self, view: ArticleView) -> Response:
        return page("tombstone.html", status=410, title=say("Withdrawn"), view=view, zone=self._zone)

    def _no_copy(self, view: ArticleView) -> Response:
        return page(
            "no_copy.html", status=404, title=say("No copy is held"), view=view, record=record_path(view.article_url)
        )
