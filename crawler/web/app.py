"""The reading room: what is kept, to be read in a browser, by people and by tools. It shows; it takes nothing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from crawler.config import VERSION, Config
from crawler.mirror.framing import banner_markup, banner_of, banner_styles, lacking_words
from crawler.mirror.replay import COPY_POLICY, asset_places, copy_of, held_articles, standalone
from crawler.mirror.versions import compare
from crawler.web.addresses import (
    WrongMoment,
    asked_address,
    compare_path,
    href,
    meant_article,
    page_number,
    raw_path,
    record_path,
    split_moment,
)
from crawler.web.blobs import asset_response, download
from crawler.web.comparison import is_same, media_of, neighbours, stretches
from crawler.web.lookup import HITS_PER_PAGE, LONGEST_QUERY, MOST_PAGES, asked_article, has_words, hits_of
from crawler.web.losses import LossReport, loss_report
from crawler.web.memento import WrongDate, accepted_moment, copy_links, gate_links, http_date, time_map
from crawler.web.pages import SecurityHeaders, add_error_pages, page, sheet, sorry
from crawler.web.reviewing import review_page
from crawler.words import say
from storage.errors import NotInArchive
from storage.records import Address, ArticleView, SnapshotView

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
        "/review": room.review,
        "/bulletin/{bulletin}": room.bulletin,
        "/bulletin/{bulletin}/file": room.bulletin_file,
        "/article/{url:path}": room.article,
        "/compare/{earlier}/{url:path}": room.compare,
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
        number = page_number(p)
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
        if view.bulletin != bulletin:  # a further form of it: its address stays, and leads there
            return RedirectResponse(f"/bulletin/{view.bulletin}", 302)
        title = view.record.title or view.record.issuer or view.record.file
        return page("bulletin.html", title=title, view=view, zone=self._zone)

    def bulletin_file(self, bulletin: str) -> Response:
        """The bulletin's own file, to be saved."""
        form = next(one for one in self._archive.bulletin(bulletin).forms if one.bulletin == bulletin)
        return download(self._archive.read_blob(form.sha256), form.file.rsplit("/", 1)[-1])

    def review(self, p: str = "1") -> Response:
        """What waits for a person, and how it is decided."""
        return review_page(self._archive.review(), number=page_number(p), zone=self._zone)

    # ---- articles

    def find(self, q: str = "", p: str = "1") -> Response:
        """Lead from any spelling of an address to the article's page; look for other words in all that is kept."""
        words = " ".join(q.split())
        if not words:
            return RedirectResponse("/", 303)
        if (address := asked_article(q)) is not None:
            return RedirectResponse(record_path(self._held(address, asked=q).article_url), 303)
        number = page_number(p, most=MOST_PAGES)
        problem = None
        if len(words) > LONGEST_QUERY:
            problem = say("Please search for fewer words: at most {count} characters.", count=LONGEST_QUERY)
        elif not has_words(words):
            problem = say("There is nothing in this that could be searched for. Write a word of the title or text.")
        found, has_more = ([], False) if problem else hits_of(self._archive, words, page=number)
        return page(
            "results.html",
            status=400 if problem else 200,
            title=say("Search: {words}", words=words[:LONGEST_QUERY]),
            words=words[:LONGEST_QUERY],
            found=found,
            problem=problem,
            first=HITS_PER_PAGE * (number - 1) + 1,
            number=number,
            has_more=has_more and number < MOST_PAGES,
            zone=self._zone,
        )

    def article(self, request: Request) -> Response:
        """All that is kept of one article: copies with what they lack, visits, who cites it."""
        view = self._known(asked_address(request, "/article/"))
        if view.withdrawn_at:
            return self._tombstone(view)
        newest = self._archive.snapshot(meant_article(view.article_url))
        now = datetime.now(UTC)
        return page(
            "article.html",
            title=newest.title if newest and newest.title else view.article_url,
            view=view,
            newest=newest,
            lacking=lacking_words(self._archive.snapshot_assets(newest.snapshot)) if newest else "",
            reports={one.snapshot: self._losses(view, one, now=now) for one in view.snapshots},
            earlier=neighbours(view.snapshots),
            zone=self._zone,
        )

    def _losses(self, view: ArticleView, snapshot: SnapshotView, *, now: datetime) -> LossReport:
        assets = self._archive.snapshot_assets(snapshot.snapshot)
        return loss_report(snapshot, assets, standing=view.standing, now=now, zone=self._zone)

    def compare(self, request: Request, earlier: str) -> Response:
        """What changed between two copies of an article, at an address of their moments."""
        try:
            first, _ = split_moment(f"{earlier}/-")
            second, url = split_moment(asked_address(request, f"/compare/{earlier}/"))
        except WrongMoment:
            first = second = None
        if first is None or second is None:
            return _wrong_moment()
        view = self._known(url)
        if view.withdrawn_at:
            return self._tombstone(view)
        address = meant_article(url)
        pair = [one for moment in (first, second) if (one := self._archive.snapshot(address, at=moment))]
        if len(pair) < 2:
            return self._no_copy(view)
        before, after = sorted(pair, key=lambda one: one.captured_at)
        place = compare_path(before, after)
        if place != href(f"/compare/{first:%Y%m%d%H%M%S}/{second:%Y%m%d%H%M%S}/{url}"):
            return RedirectResponse(place, 302)
        return self._compared(view, before, after)

    def _compared(self, view: ArticleView, before: SnapshotView, after: SnapshotView) -> Response:
        difference = compare(before.reading, after.reading)
        chain = neighbours(view.snapshots)
        following = next(
            (one for one in view.snapshots if chain.get(one.snapshot, one).snapshot == after.snapshot), None
        )
        return page(
            "compare.html",
            title=say("What changed"),
            view=view,
            before=before,
            after=after,
            preceding=chain.get(before.snapshot),
            following=following,
            difference=difference,
            is_same=is_same(difference),
            stretches=stretches(difference.text),
            removed=media_of(difference.removed_media, self._archive.snapshot_assets(before.snapshot)),
            added=media_of(difference.added_media, self._archive.snapshot_assets(after.snapshot)),
            zone=self._zone,
        )

    def copy(self, request: Request) -> Response:
        """A copy at its permanent address; every other address of it leads there."""
        try:
            moment, url = split_moment(asked_address(request, "/web/"))
            wanted = moment or accepted_moment(request.headers.get("accept-datetime"))
        except (WrongMoment, WrongDate):
            return _wrong_moment()
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
        return self._held(meant_article(url), asked=url)

    def _held(self, address: Address, *, asked: str) -> ArticleView:
        view = self._archive.article(address)
        if view is None:
            raise NotInArchive(subject=asked)
        return view

    def _base(self, request: Request) -> str:
        return self._base_url or str(request.base_url).rstrip("/")

    def _tombstone(self, view: ArticleView) -> Response:
        return page("tombstone.html", status=410, title=say("Withdrawn"), view=view, zone=self._zone)

    def _no_copy(self, view: ArticleView) -> Response:
        return page("no_copy.html", status=404, title=say("No copy is held"), view=view)


def _wrong_moment() -> Response:
    words = say("The digits before the address are no moment. They are year, month, day, hour, minute, second.")
    return sorry(400, say("This address cannot be looked up"), words)
