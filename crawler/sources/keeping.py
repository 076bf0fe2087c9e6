"""Where that goes which sources give: into the archive, or (``wxmirror sources try``) before a person's eyes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from crawler.config import SourceSettings
from crawler.intake import Intake
from crawler.pacing import Clock
from crawler.sources.choosing import MOST_AT_ONCE, Wanted
from crawler.sources.lists import Listing, ListKind
from crawler.tally import Listener
from crawler.threads import Elsewhere, Threads
from crawler.words import say
from storage.archive import Archive
from storage.errors import ArchiveError, ReadingError
from storage.records import Bulletin, SourceFetch, SourceState


class Keeper(Protocol):
    """Where that goes which sources give: into the archive, or before the eyes of somebody who tries a source."""

    most_at_once: int
    """How many bulletins of a source are asked for in one run."""

    async def fetches(self, source: str) -> dict[str, SourceFetch]:
        """What is remembered of a source's addresses."""

    async def state(self, source: str) -> SourceState:
        """How a source stands."""

    def found(self, kind: ListKind | None, listed: int, wanted: Sequence[Wanted]) -> None:
        """A source's lists are read: so many bulletins and pages stand there; these are to be asked for now."""

    def leaves(self, source: SourceSettings, count: int) -> None:
        """So many are left for the next run."""

    async def take(self, body: bytes, wanted: Wanted, file: str, source: str, past: SourceFetch | None) -> str:
        """Take a bulletin in that is new or not as it was in the past; the digest of the bytes that are held of it now.

        Raises ReadingError, ArchiveError.
        """

    async def keep_fetch(self, fetch: SourceFetch) -> None:
        """Remember an answer."""

    async def keep_state(self, state: SourceState) -> None:
        """Remember how a source stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Everything that asking the sources of one run shares. ``by_hand``: a person asked for it, there and then."""

    keeper: Keeper
    listener: Listener
    clock: Clock
    read_list: Callable[[bytes, str], Awaitable[Listing]]
    must_stop: Callable[[], bool]
    by_hand: bool


class IntoArchive:
    """Takes bulletins in, and remembers how the sources stand."""

    most_at_once = MOST_AT_ONCE

    def __init__(self, archive: Archive, intake: Intake, *, threads: Elsewhere, reader_threads: Threads) -> None:
        self.archive = archive
        self.intake = intake
        self.threads = threads
        self.reader_threads = reader_threads

    async def fetches(self, source: str) -> dict[str, SourceFetch]:
        """What is remembered of a source's addresses."""
        return await self.threads(self.archive.source_fetches, source)

    async def state(self, source: str) -> SourceState:
        """How a source stands."""
        return await self.threads(self.archive.source_state, source)

    def found(self, kind: ListKind | None, listed: int, wanted: Sequence[Wanted]) -> None:
        """Say nothing: what is taken in is counted."""

    def leaves(self, source: SourceSettings, count: int) -> None:
        """Tell whoever watches."""
        listener = self.intake.tally.listener
        listener.note(
            say("{source}: {count} more bulletins are taken in with the next run.", source=source.name, count=count)
        )

    async def take(self, body: bytes, wanted: Wanted, file: str, source: str, past: SourceFetch | None) -> str:
        """Take a bulletin in; a web page that says what it said before is no new version, whatever else changed."""
        return await self.reader_threads(self._take, body, wanted, file, source, past)

    def _take(self, body: bytes, wanted: Wanted, file: str, source: str, past: SourceFetch | None) -> str:
        bulletin = self.intake.reader.read_bulletin(body, file)
        if past and past.sha256 and self._says_the_same(bulletin, past.sha256):
            return past.sha256
        self.intake.keep(bulletin, body, source=source or None, source_url=wanted.url)
        return bulletin.sha256

    def _says_the_same(self, bulletin: Bulletin, held: str) -> bool:
        """Whether a page differs from the one held only in what is not the bulletin's: counters, menus, adverts."""
        if bulletin.media_type != "text/html":
            return False
        try:
            before = self.intake.reader.read_bulletin(self.archive.read_blob(held), bulletin.file)
        except (ArchiveError, ReadingError):
            return False
        return _said(before) == _said(bulletin)

    async def keep_fetch(self, fetch: SourceFetch) -> None:
        """Remember an answer."""
        await self.threads(self.archive.keep_source_fetch, fetch)

    async def keep_state(self, state: SourceState) -> None:
        """Remember how a source stands."""
        await self.threads(self.archive.keep_source_state, state)


def _said(bulletin: Bulletin) -> Bulletin:
    """What a bulletin says, without what it lies in."""
    return replace(bulletin, sha256="", file="", other_links=0, warnings=())
