"""Taking bulletins in: from the command line, and what the sources give (crawler.sources).

A bulletin's bytes are read once; those that were held for their place already cost a look at the file, no more. One
that cannot be read is reported, and the others go on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from crawler.files import read_file
from crawler.pacing import Clock
from crawler.readers import Reader
from crawler.tally import Tally
from crawler.wechat.urls import read_address
from crawler.words import say
from storage.archive import Archive
from storage.errors import MirrorError
from storage.records import Bulletin, Citation, Item, PlacedBy


class Intake:
    """Takes bulletins into the archive, for one crawl."""

    def __init__(self, archive: Archive | None, reader: Reader, tally: Tally, clock: Clock) -> None:
        self.archive = archive
        self.reader = reader
        self.tally = tally
        self.clock = clock

    def take_files(self, files: Iterable[Path], *, replaces: str | None = None) -> None:
        """Take in the named files; ``replaces`` is the bulletin that they are a new version of (its public id)."""
        for file in files:
            try:
                body = read_file(file)
                bulletin = self.reader.read_bulletin(body, file.name)
                self.keep(bulletin, body, source=None, source_url=None, replaces=replaces)
            except MirrorError as error:
                self.tally.listener.problem(error)

    def take_urls(self, urls: Iterable[str]) -> None:
        """Take in articles named by hand, as one bulletin that is a list."""
        bulletin, body = list_of(urls)
        if bulletin.items:
            self.keep(bulletin, body, source=None, source_url=None)
        for citation in bulletin.citations:
            view = self.held.article(citation.address) if citation.address else None
            if view and view.tombstone:
                sentence = (
                    "{url} was withdrawn from this archive, and is not visited. "
                    "`wxmirror withdraw --lift` lets it come back."
                )
                self.tally.listener.note(say(sentence, url=citation.cited_url))

    def take(self, body: bytes, file: str, *, source: str | None = None, source_url: str | None = None) -> str:
        """Take in one bulletin's bytes; their digest. Raises UnreadableBulletin."""
        bulletin = self.reader.read_bulletin(body, file)
        self.keep(bulletin, body, source=source, source_url=source_url)
        return bulletin.sha256

    def keep(
        self,
        bulletin: Bulletin,
        body: bytes,
        *,
        source: str | None,
        source_url: str | None,
        replaces: str | None = None,
    ) -> None:
        """Keep a bulletin that was read."""
        at = self.clock.now()
        kept = self.held.keep_bulletin(
            bulletin, body, source=source, source_url=source_url, kept_at=at, replaces=replaces
        )
        self.tally.took_in(kept)
        if kept.joined_to:
            self.tally.listener.note(
                say(
                    "{file} is the bulletin {bulletin} in another form: both are shown as one. `wxmirror review forms` "
                    "says why, `wxmirror review part {form}` takes them apart.",
                    file=bulletin.file,
                    bulletin=kept.joined_to,
                    form=kept.bulletin,
                )
            )
        if not bulletin.citations:
            self.tally.listener.note(
                say(
                    "{file} cites no WeChat article. If it should, look at it with `wxmirror read`.", file=bulletin.file
                )
            )

    @property
    def held(self) -> Archive:
        """The archive; there is none on a dry run, which takes nothing in."""
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
