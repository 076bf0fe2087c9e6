"""Films: fetched piece by piece, each a request of its own for some megabytes, so that none is ever whole in memory.

Every request goes through the same guard, proxy, slot and wire tap as a picture's. A piece is safe on the disk before
the next is asked for; what a cut, Ctrl-C or the end of the night leaves half done, the next run goes on with, if the
sender says that the film is still the same. Of the sizes that a page offers the largest under the setting is taken
(docs/decisions/films.md).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response

from crawler.exchanges import failure_word, retry_after
from crawler.middlewares import hops_of
from crawler.pacing import Clock
from crawler.threads import Elsewhere
from crawler.wechat.media import media_type
from crawler.wechat.urls import asset_key, cut_secrets
from storage.archive import Archive
from storage.records import AssetCapture, AssetTask, Film, Hop

if TYPE_CHECKING:
    from storage.parts import Part

PIECE_BYTES = 8_000_000
"""Of one request. Two or three of these are in memory at once; a slow line (200 KB/s) needs 40 s for one."""

MOST_LOSSES = 3
"""Requests running that brought nothing, before a film is left for another night."""

FORGOTTEN_AFTER = timedelta(days=14)
"""How long the pieces of a film that nobody goes on with take room."""

RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one address gave nothing, and how long its server asks us to wait."""

    url: str
    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some of a film's bytes as they came (offset and total in bytes)."""

    body: bytes
    offset: int
    total: int
    validator: str | None


class NoPiece(Exception):
    """An answer that is no piece of the film; the message is the word for why."""


class Films:
    """The films of one crawl, one at a time."""

    def __init__(
        self,
        archive: Archive,
        *,
        largest_bytes: int,
        clock: Clock,
        threads: Elsewhere,
        must_stop: Callable[[], bool],
        download: Callable[[Request], Awaitable[Response]],
        request: Callable[[AssetTask, str], Request],
    ) -> None:
        self._archive = archive
        self._largest_bytes = largest_bytes
        self._clock = clock
        self._threads = threads
        self._must_stop = must_stop
        self._download = download
        self._request = request
        self._turn = asyncio.Lock()
        self._is_tidied = False

    async def fetch(self, task: AssetTask) -> tuple[AssetCapture, str] | Failure | None:
        """Bring a film into the archive's parts: the capture, without body, and the part's name. None: not now."""
        async with self._turn:
            await self._tidy()
            failure = None
            for url, is_original in await self._addresses(task):
                if task.held_sha256 and not is_original:
                    continue  # a smaller rendition is held; only the largest is still wanted
                found = await Fetching(self, task, url).run()
                if found is None:
                    return None
                if isinstance(found, AssetCapture):
                    return replace(found, is_original=is_original), asset_key(url)
                failure = failure or found
                if found.reason != "too_large":
                    break  # the others come from the same place
            return failure or Failure(task.url, "too_large")

    async def _addresses(self, task: AssetTask) -> list[tuple[str, bool]]:
        """The renditions that are not known to be too large, the one with most pixels first."""
        reading = await self._threads(self._archive.reading_citing, task.key)
        film = next((film for film in reading.films if film.key == task.key), None) if reading else None
        return fitting(film, task.url, self._largest_bytes)

    async def _tidy(self) -> None:
        if not self._is_tidied:
            self._is_tidied = True
            await self._threads(self._archive.drop_parts_before, self._clock.now() - FORGOTTEN_AFTER)


class Fetching:
    """One rendition on its way."""

    def __init__(self, films: Films, task: AssetTask, url: str) -> None:
        self._films = films
        self._task = task
        self._url = url
        self._name = asset_key(url)
        self._hops: list[Hop] = []
        self._losses = 0
        self._has_begun_anew = False

    async def run(self) -> AssetCapture | Failure | None:
        """Ask for piece after piece. None when the crawl must stop: what is there waits for the next run."""
        films = self._films
        begun_at = films._clock.now()
        part = await films._threads(films._archive.part, self._name)
        if part and not part.is_whole and part.validator is None:
            part = None  # nobody can tell whether it is still the same film
        while part is None or not part.is_whole:
            if films._must_stop():
                return None
            found = await self._next(part)
            if isinstance(found, Failure):
                return found
            part = found
        return AssetCapture(
            key=self._task.key,
            url=cut_secrets(self._url),
            captured_at=begun_at,
            hops=tuple(self._hops),
            body=b"",
            media_type=media_type(part.head),
            is_original=True,
        )

    async def _next(self, part: Part | None) -> Part | Failure | None:
        """The part with a further piece; as it was when a piece was lost on the way, or None to begin anew."""
        films = self._films
        request = piece_request(films._request(self._task, self._url), part)
        try:
            response = await films._download(request)
            piece = read_piece(response, part)
            if part is None and (reason := unfit(piece, films._largest_bytes)):
                raise NoPiece(reason)
        except NoPiece as error:
            return await self._refused(part, response, str(error))
        except Exception as error:  # noqa: BLE001  # whatever it was, it is this film's failure
            return await self._lost(part, failure_word(error))
        self._losses = 0
        self._hops += hops_of(response)
        return await films._threads(
            films._archive.keep_part,
            self._name,
            piece.body,
            offset=piece.offset,
            total=piece.total,
            validator=piece.validator,
        )

    async def _refused(self, part: Part | None, response: Response, reason: str) -> Failure | None:
        """What the sender said is no piece: begin anew where it is another film now, else say why."""
        if part is not None and reason in ("changed", "status 416"):
            return await self._begin_anew(reason)
        patience = retry_after(_header(response, "Retry-After"), self._films._clock.now())
        return Failure(self._url, reason, patience)

    async def _lost(self, part: Part | None, reason: str) -> Part | Failure | None:
        """Nothing came: ask again some times. A sender that gives a film whole or not at all gives too much."""
        if reason in ("too_large", "unusable"):
            return await self._begin_anew("no_ranges") if part else Failure(self._url, "no_ranges")
        self._losses += 1
        return Failure(self._url, reason) if self._losses >= MOST_LOSSES else part

    async def _begin_anew(self, reason: str) -> Failure | None:
        """Drop what is there; once only: a sender that says something else each time has no film for us."""
        await self._films._threads(self._films._archive.drop_part, self._name)
        self._hops.clear()
        if self._has_begun_anew:
            return Failure(self._url, reason)
        self._has_begun_anew = True
        return None


def fitting(film: Film | None, url: str, largest_bytes: int) -> list[tuple[str, bool]]:
    """Addresses to try, each with whether it is the film in its largest size; without those said to be too large."""
    if film is None:
        return [(url, True)]
    sized = [(one.url, at == 0, one.size) for at, one in enumerate(film.renditions)]
    return [(address, is_first) for address, is_first, size in sized if size is None or size <= largest_bytes]


def piece_request(request: Request, part: Part | None) -> Request:
    """A request for the next piece: from where the part ends, and only of the very same film."""
    first = part.size if part else 0
    request.headers["Range"] = f"bytes={first}-{first + PIECE_BYTES - 1}"
    request.headers["Accept-Encoding"] = "identity"  # the bytes of a range are counted as they are stored
    if part and part.validator:
        request.headers["If-Range"] = part.validator
    request.meta["download_maxsize"] = PIECE_BYTES
    return request


def read_piece(response: Response, part: Part | None) -> Piece:
    """The bytes that came, and where they belong. Raises NoPiece.

    A piece that was cut short is kept as far as it came. Without a range it is the whole film, or none of it.
    """
    offset = part.size if part else 0
    if response.status == 200:
        if part is not None:
            raise NoPiece("changed")
        if "dataloss" in response.flags:
            raise NoPiece("truncated")
        if not response.body:
            raise NoPiece("empty")
        return Piece(body=response.body, offset=0, total=len(response.body), validator=validator_of(response))
    if response.status != 206:
        raise NoPiece(f"status {response.status}")
    match = RANGE.fullmatch(_header(response, "Content-Range") or "")
    if match is None or int(match[1]) != offset:
        raise NoPiece("no_ranges")
    total = int(match[3])
    if part is not None and (total != part.total or validator_of(response) not in (None, part.validator)):
        raise NoPiece("changed")
    if not response.body:
        raise NoPiece("empty")
    validator = part.validator if part else validator_of(response)
    return Piece(body=response.body[: total - offset], offset=offset, total=total, validator=validator)


def unfit(piece: Piece, largest_bytes: int) -> str | None:
    """Why a film's first piece says that it is not to be kept; None when it is."""
    kind = media_type(piece.body)
    if kind in ("text/html", "application/json", "text/plain", "application/xml"):
        return f"not an asset: {kind}"
    return "too_large" if piece.total > largest_bytes else None


def validator_of(response: Response) -> str | None:
    """By what the sender knows the same bytes again: a strong ETag, else a date of change."""
    tag = _header(response, "ETag")
    return tag if tag and not tag.startswith("W/") else _header(response, "Last-Modified")


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
