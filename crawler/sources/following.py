"""Asking a source on the web: its lists, the pages that they lead to, and the bulletins that are new or have changed.

One source is asked one thing at a time, several sources side by side. What is remembered of a list makes the next
request for it a conditional one, but only when everything on it came home: else the list is wanted whole again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.config import SourceSettings
from crawler.exchanges import Refused, failure_word, retry_after
from crawler.guard import Errand, leads_inside
from crawler.middlewares import ERRAND, SOURCE
from crawler.settings import source_slot
from crawler.sources.choosing import (
    Wanted,
    bulletins_of,
    due,
    known_again,
    next_page,
    pages_of,
    sitemaps_of,
)
from crawler.sources.keeping import Asker
from crawler.sources.lists import Listing, ListKind, UnreadableList
from crawler.sources.patience import SourceFailed, failed, is_to_be_asked, succeeded
from crawler.words import say
from storage.errors import MirrorError, ReadingError
from storage.records import SourceFetch

BY_HAND = ""
"""Under this name the archive remembers the URLs that were named on the command line."""

SIDE_BY_SIDE = 4  # sources
logger = logging.getLogger(__name__)

IN_VAIN = 5  # bulletins running that could not be had: then the source itself has failed


@dataclass(frozen=True, slots=True)
class ListedAt:
    """A list, and the address that it was found at, redirects followed."""

    url: str
    holds: Listing


@dataclass(slots=True)
class Asking:
    """One source while it is asked."""

    name: str
    known: dict[str, SourceFetch]
    source: SourceSettings
    kind: ListKind | None = None  # of its first list; None when that was unchanged
    lists: list[SourceFetch] = field(default_factory=list)
    is_whole: bool = True  # everything that the lists lead to came home
    in_vain: int = 0
    asked: set[str] = field(default_factory=set)  # bulletins


class Following:
    """Asks the sources on the web, for one run."""

    def __init__(self, asker: Asker, *, download: Callable[[Request], Awaitable[Response]]) -> None:
        self.keeper = asker.keeper
        self.listener = asker.listener
        self.clock = asker.clock
        self.read_list = asker.read_list
        self.must_stop = asker.must_stop
        self.by_hand = asker.by_hand
        self.download = download
        self._turns = asyncio.Semaphore(SIDE_BY_SIDE)

    async def ask_all(self, urls: Sequence[str], sources: Sequence[SourceSettings]) -> None:
        """Take in the bulletins named by URL, and ask every source whose time has come."""
        await asyncio.gather(self._take_named(urls), *(self._in_turn(source) for source in sources))

    async def ask(self, source: SourceSettings) -> None:
        """Ask one source, and remember how that went."""
        state = await self.keeper.state(source.name)
        if not is_to_be_asked(state, self.clock.now(), by_hand=self.by_hand):
            if self.by_hand and state.next_ask_at:
                until = f"{state.next_ask_at.astimezone():%m-%d %H:%M}"
                self.listener.note(
                    say(
                        "{source} asked to be left alone until {moment}, and is asked then.",
                        source=source.name,
                        moment=until,
                    )
                )
            return
        one = Asking(source.name, await self.keeper.fetches(source.name), source)
        try:
            await self._follow(one)
        except SourceFailed as failure:
            self.listener.problem(failure)
            await self.keeper.keep_state(failed(state, failure, self.clock.now()))
            return
        for fetch in one.lists:
            await self._remember_list(fetch, is_whole=one.is_whole)
        await self.keeper.keep_state(succeeded(state, self.clock.now()))

    async def _in_turn(self, source: SourceSettings) -> None:
        async with self._turns:
            if self.must_stop():
                return
            try:
                await self.ask(source)
            except MirrorError as error:  # the archive's: nothing is remembered of what could not be kept
                self.listener.problem(error)
            except Exception:  # one source must not end a crawl
                logger.exception("the source %s could not be asked", source.name)

    async def _take_named(self, urls: Sequence[str]) -> None:
        known = await self.keeper.fetches(BY_HAND) if urls else {}
        for url in urls:
            one = Asking(BY_HAND, known, SourceSettings(name=url[:100], url=url))
            try:
                await self._bulletin(one, Wanted(url))
            except MirrorError as error:
                self.listener.problem(error)

    # ---- lists, and the pages that they lead to

    async def _follow(self, one: Asking) -> None:
        """Ask for all that is due of a source. Raises SourceFailed when nothing can be had of it."""
        bulletins, pages = await self._lists(one)
        now = self.clock.now()
        wanted, leading = due(bulletins, one.known, now), due(pages, one.known, now)
        self.keeper.found(one.kind, len(bulletins) + len(pages), [*wanted, *leading])
        await self._take_all(one, wanted)
        for page in leading:
            if self.must_stop() or len(one.asked) >= self.keeper.most_at_once:
                one.is_whole = False
                break
            await self._page(one, page)

    async def _lists(self, one: Asking) -> tuple[list[Wanted], list[Wanted]]:
        """The bulletins and the pages that a source's lists name; of lists that are unchanged, what is known."""
        bulletins: dict[str, Wanted] = {}
        pages: dict[str, Wanted] = {}
        todo, seen = [str(one.source.url)], tuple[str, ...]()
        while todo and not self.must_stop():
            listing = await self._list(one, todo.pop(0), is_first=not seen)
            if listing is None:
                if not seen:  # nothing new in front, so nothing behind either
                    return known_again(one.known, one.source)
                continue
            seen = (*seen, listing.url)
            bulletins |= {wanted.url: wanted for wanted in bulletins_of(listing.holds, one.source)}
            pages |= {wanted.url: wanted for wanted in pages_of(listing.holds, one.source)}
            todo += [sitemap.url for sitemap in sitemaps_of(listing.holds, one.known) if sitemap.url not in seen]
            if following := next_page(listing.holds, one.source, seen):
                todo.append(following)
        is_index = one.kind is ListKind.SITEMAP_INDEX  # whose sitemaps may all be as they were
        if not bulletins and not pages and not is_index and not self.must_stop():
            raise SourceFailed(url=str(one.source.url), reason="no_links")
        return list(bulletins.values()), list(pages.values())

    async def _list(self, one: Asking, url: str, *, is_first: bool) -> ListedAt | None:
        """What a list holds; None where it is unchanged. Only the first list of a source must be there."""
        try:
            response = await self._get(one, url)
            if response.status == 304:
                return None
            holds = await self._read(response)
        except SourceFailed as failure:
            if is_first or failure.is_plea:
                raise
            if failure.reason != "status 404":  # a numbered page behind the last one
                self._cannot_have(one, failure)
            return None
        if is_first:
            one.kind = holds.kind
        if holds.is_cut:
            self.listener.note(
                say("{url} lists more than is read; only the first {count} were.", url=url, count=len(holds.entries))
            )
        one.lists.append(self._fetch(one.name, url, response, is_list=True))
        return ListedAt(response.url, holds)

    async def _page(self, one: Asking, page: Wanted) -> None:
        """A page on which bulletins are found: take them in."""
        try:
            response = await self._get(one, page.url)
            if response.status == 304:
                return
            found = bulletins_of(await self._read(response), one.source)
            if not found:
                raise SourceFailed(url=page.url, reason="no_links")
        except SourceFailed as failure:
            if failure.is_plea:
                raise
            self._cannot_have(one, failure)
            await self.keeper.keep_fetch(self._fetch(one.name, page.url, None, is_list=True))
            return
        was_whole, one.is_whole = one.is_whole, True
        await self._take_all(one, due(found, one.known, self.clock.now()))
        await self._remember_list(self._fetch(one.name, page.url, response, is_list=True), is_whole=one.is_whole)
        one.is_whole &= was_whole

    async def _read(self, response: Response) -> Listing:
        try:
            return await self.read_list(response.body, response.url)
        except UnreadableList as error:
            raise SourceFailed(url=response.url, reason=str(error.values["reason"])) from error

    async def _remember_list(self, fetch: SourceFetch, *, is_whole: bool) -> None:
        """Remember a list's answer; without its stamps when not all that it leads to came home."""
        await self.keeper.keep_fetch(fetch if is_whole else replace(fetch, etag=None, last_modified=None))

    # ---- bulletins

    async def _take_all(self, one: Asking, wanted: Sequence[Wanted]) -> None:
        for each in self._some(one, wanted):
            try:
                await self._bulletin(one, each)
                one.in_vain = 0
            except SourceFailed as failure:
                one.in_vain += 1
                if failure.is_plea or one.in_vain >= IN_VAIN:
                    raise
                self._cannot_have(one, failure)
                await self.keeper.keep_fetch(self._fetch(one.name, each.url, None))

    def _some(self, one: Asking, wanted: Sequence[Wanted]) -> Iterator[Wanted]:
        """As many as are asked for in one run, each once, until it is to stop; with some left, a list is not whole."""
        new = [each for each in wanted if each.url not in one.asked]
        room = self.keeper.most_at_once - len(one.asked)
        if len(new) > room:
            one.is_whole = False
            self.keeper.leaves(one.source, len(new) - max(room, 0))
        for each in new[: max(room, 0)]:
            if self.must_stop():
                one.is_whole = False
                return
            one.asked.add(each.url)
            yield each

    async def _bulletin(self, one: Asking, wanted: Wanted) -> None:
        """Take a bulletin in, if it is new or changed. Raises SourceFailed, ArchiveError."""
        past = one.known.get(wanted.url)
        response = await self._get(one, wanted.url)
        if response.status == 304 and past:
            await self.keeper.keep_fetch(replace(past, fetched_at=self.clock.now()))
            return
        fetch = self._fetch(one.name, wanted.url, response)
        if not past or past.sha256 != fetch.sha256:
            try:
                held = await self.keeper.take(response.body, wanted, file_name(wanted.url), one.name, past)
                fetch = replace(fetch, sha256=held)
            except ReadingError as error:  # it will not be read another time either
                self.listener.problem(error)
        await self.keeper.keep_fetch(fetch)

    def _cannot_have(self, one: Asking, failure: SourceFailed) -> None:
        one.is_whole = False
        self.listener.problem(failure)

    # ---- the wire

    async def _get(self, one: Asking, url: str) -> Response:
        """The answer to a request, conditional where the address is known: 200 or 304. Raises SourceFailed."""
        past = one.known.get(url)
        stamps = {"If-None-Match": past.etag, "If-Modified-Since": past.last_modified} if past and past.sha256 else {}
        headers = {name: value for name, value in stamps.items() if value}
        as_it_is = url.isascii() and " " not in url  # others, as 第3期.pdf, are escaped as a browser does
        meta = {
            ERRAND: Errand.SOURCE,
            SOURCE: one.name,
            "verbatim_url": as_it_is,
            "download_slot": source_slot(one.name),
        }
        request = Request(url, NO_CALLBACK, headers=headers, meta=meta, dont_filter=True)
        try:
            response = await self.download(request)
        except Exception as error:  # one source must not end a crawl
            reason = reason_of(error)
            if reason == "dns" and await asyncio.to_thread(leads_inside, urlsplit(url).hostname or ""):
                reason = "guard: address"  # the resolver's refusal, which Twisted tells like a name that is not known
            raise SourceFailed(url=url, reason=reason) from error
        if response.status == 200 or (response.status == 304 and headers):
            return response
        wait = retry_after((response.headers.get("Retry-After") or b"").decode("latin-1"), self.clock.now())
        raise SourceFailed(url=url, reason=f"status {response.status}", retry_after=wait)

    def _fetch(self, name: str, url: str, response: Response | None, *, is_list: bool = False) -> SourceFetch:
        """What to remember of an answer, for the next conditional request; None: there was none to be had."""

        def header(key: str) -> str | None:
            value: bytes | None = response.headers.get(key) if response else None
            return value.decode("latin-1") if value else None

        return SourceFetch(
            source=name,
            url=url,
            fetched_at=self.clock.now(),
            sha256=hashlib.sha256(response.body).hexdigest() if response else None,
            etag=header("ETag"),
            last_modified=header("Last-Modified"),
            is_list=is_list,
        )


def reason_of(error: Exception) -> str:
    """The code for why a request brought nothing home."""
    if isinstance(error, Refused):
        return f"guard: {error.reason}"
    if isinstance(error, IgnoreRequest) and "robots.txt" in str(error):
        return "robots"
    return failure_word(error)


def file_name(url: str) -> str:
    """The name that a bulletin's address ends with."""
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or urlsplit(url).netloc
