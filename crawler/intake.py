"""Taking bulletins in: from the command line, from watched folders, from what the spider fetched.

A bulletin's bytes are read once; those that were held for their place already cost a look at the file, no more. One
that cannot be read is reported, and the others go on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

from crawler.config import SourceSettings
from crawler.files import read_file
from crawler.pacing import Clock
from crawler.readers import Reader
from crawler.tally import Tally
from crawler.wechat.urls import read_address
from crawler.words import say
from storage.archive import Archive
from storage.errors import MirrorError, UnreadableBulletin
from storage.records import Bulletin, Citation, Item, PlacedBy, SourceFetch

FRESH = timedelta(seconds=3)
"""A file that was written to more recently may still be on its way into the folder: it is looked at twice."""

SETTLING_SECONDS = 1.0

PASSING = (".tmp", ".part", ".partial", ".crdownload", ".download", ".swp", "~")


class Intake:
    """Takes bulletins into the archive, for one crawl."""

    def __init__(self, archive: Archive | None, reader: Reader, tally: Tally, clock: Clock) -> None:
        self.archive = archive
        self.reader = reader
        self.tally = tally
        self.clock = clock

    def take_files(self, files: Iterable[Path]) -> None:
        """Take in the named files."""
        for file in files:
            try:
                self.take(read_file(file), file.name)
            except MirrorError as error:
                self.tally.listener.problem(error)

    def take_urls(self, urls: Iterable[str]) -> None:
        """Take in articles named by hand, as one bulletin that is a list."""
        bulletin, body = list_of(urls)
        if bulletin.items:
            self._keep(bulletin, body, source=None, source_url=None)

    def take_folder(self, source: SourceSettings) -> None:
        """Take in what is new or changed in a watched folder. Raises UnreadableBulletin when it cannot be listed."""
        folder = Path(source.folder or "")
        if not folder.is_dir():
            raise UnreadableBulletin(file=str(folder), kind="missing")
        known = {place: past.last_modified for place, past in self._archive.source_fetches(source.name).items()}
        stamps = {file: _stamp(file) for file in _bulletins_in(folder)}
        new = {file: stamp for file, stamp in stamps.items() if stamp and known.get(_place(folder, file)) != stamp}
        if any(_is_fresh(stamp, self.clock.now()) for stamp in new.values()):
            sleep(SETTLING_SECONDS)
        for file, stamp in new.items():
            self._take_from_folder(source, file, _place(folder, file), stamp)

    def take(self, body: bytes, file: str, *, source: str | None = None, source_url: str | None = None) -> str:
        """Take in one bulletin's bytes; their digest. Raises UnreadableBulletin."""
        bulletin = self.reader.read_bulletin(body, file)
        self._keep(bulletin, body, source=source, source_url=source_url)
        return bulletin.sha256

    def _take_from_folder(self, source: SourceSettings, file: Path, place: str, stamp: str) -> None:
        listener = self.tally.listener
        try:
            body = read_file(file)
            if _stamp(file) != stamp:
                listener.note(say("{file} is still being written; it is taken in with the next run.", file=file))
                return
            sha256 = self.take(body, file.name, source=source.name, source_url=place)
        except UnreadableBulletin as error:
            listener.problem(error)
            sha256 = None
        self._archive.keep_source_fetch(
            SourceFetch(source=source.name, url=place, fetched_at=self.clock.now(), sha256=sha256, last_modified=stamp)
        )

    def _keep(self, bulletin: Bulletin, body: bytes, *, source: str | None, source_url: str | None) -> None:
        kept = self._archive.keep_bulletin(
            bulletin, body, source=source, source_url=source_url, kept_at=self.clock.now()
        )
        self.tally.took_in(kept)
        if not bulletin.citations:
            self.tally.listener.note(
                say(
                    "{file} cites no WeChat article. If it should, look at it with `wxmirror read`.", file=bulletin.file
                )
            )

    @property
    def _archive(self) -> Archive:
        assert self.archive is not None, "nothing is taken in on a dry run"
        return self.archive


def list_of(urls: Iterable[str]) -> tuple[Bulletin, bytes]:
    """A bulletin made of article addresses named by hand: an item for each, and the bytes that say the same.

    Raises NotAnArticle.
    """
    addresses = {address.cited_url: address for address in map(read_address, urls)}
    body = "".join(f"{url}\n" for url in addresses).encode()
    items = tuple(
        Item(
            position=position,
            section=None,
            title=None,
            text=url,
            credit=None,
            page=None,
            citations=(
                Citation(
                    position=position,
                    cited_url=url,
                    address=address,
                    anchor_text=None,
                    page=None,
                    placed_by=PlacedBy.INLINE,
                    confidence=1.0,
                ),
            ),
        )
        for position, (url, address) in enumerate(addresses.items(), start=1)
    )
    bulletin = Bulletin(
        file="list",
        sha256=hashlib.sha256(body).hexdigest(),
        media_type="text/uri-list",
        title=say("Articles named by hand"),
        issuer=None,
        issue=None,
        published_on=None,
        items=items,
    )
    return bulletin, body


def _bulletins_in(folder: Path) -> Iterator[Path]:
    """The files below a folder that may be bulletins: nothing hidden, nothing that a program is about to rename."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith((".", "~$")) and not name.lower().endswith(PASSING):
                yield Path(root) / name


def _place(folder: Path, file: Path) -> str:
    return file.relative_to(folder).as_posix()


def _is_fresh(stamp: str, now: datetime) -> bool:
    written_at = datetime.fromtimestamp(int(stamp.split()[1]) / 1e9, UTC)
    return now - written_at < FRESH


def _stamp(file: Path) -> str | None:
    """What changes when a file does: its size and time; None for one that is gone."""
    try:
        status = file.stat()
    except OSError:
        return None
    return f"{status.st_size} {status.st_mtime_ns}"
