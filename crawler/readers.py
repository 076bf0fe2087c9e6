"""Reading what was fetched, in the child process, one after the other, each within its time."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from crawler.child import CallFailed, Child, ChildDied
from storage.errors import UnreadableBulletin
from storage.records import AssetLink, Bulletin, Evidence, Outcome, Reading

if TYPE_CHECKING:
    from crawler.sources.lists import Listing

PAGE_SECONDS = 60.0
STYLE_SECONDS = 20.0
LIST_SECONDS = 30.0
BULLETIN_SECONDS = 120.0


logger = logging.getLogger(__name__)


class ReadingFailed(Exception):
    """What was to be read could not be, within the limits or at all; the message says why."""


class Reader:
    """Reads pages, style sheets, bulletins and lists of them. Safe to use from several threads, in turn."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._turn = threading.Lock()

    def read_page(self, body: bytes, final_url: str | None, content_type: str | None) -> Reading:
        """What a page says; a page that cannot be read within the limits is unrecognised, and says so."""
        try:
            reading: Reading = self.ask("page", body, final_url, content_type, seconds=PAGE_SECONDS)
        except ReadingFailed as died:
            from crawler.wechat.version import READER_VERSION

            evidence = Evidence(test="reader", seen=str(died))
            return Reading(reader_version=READER_VERSION, outcome=Outcome.UNRECOGNISED, evidence=(evidence,))
        return reading

    def read_saved_page(self, body: bytes, file: str, url: str | None) -> Reading:
        """What a file says as a page. Raises NotAPage for a file that is no web page at all."""
        reading = self.read_page(body, url, None)
        if reading.outcome is Outcome.UNRECOGNISED:
            with suppress(ReadingFailed):
                self.ask("no page", body, file, seconds=PAGE_SECONDS)
        return reading

    def find_style_assets(self, css: bytes, base_url: str) -> tuple[AssetLink, ...]:
        """The pictures that a style sheet cites; none where it cannot be read."""
        try:
            found: tuple[AssetLink, ...] = self.ask("style", css, base_url, seconds=STYLE_SECONDS)
        except ReadingFailed:
            return ()
        return found

    def read_bulletin(self, body: bytes, file: str) -> Bulletin:
        """A bulletin; where reading it failed, without its pictures. Raises UnreadableBulletin."""
        bulletin: Bulletin
        try:
            bulletin = self.ask("bulletin", body, file, seconds=BULLETIN_SECONDS)
        except ReadingFailed:
            try:
                bulletin = self.ask("bulletin without pictures", body, file, seconds=BULLETIN_SECONDS)
            except ReadingFailed as died:
                raise UnreadableBulletin(file=file, kind="too_complex", detail=str(died)) from died
        return bulletin

    def read_list(self, body: bytes, base_url: str) -> Listing:
        """What a list of bulletins says: a page, a feed or a sitemap. Raises UnreadableList."""
        try:
            listing: Listing = self.ask("list", body, base_url, seconds=LIST_SECONDS)
        except ReadingFailed as died:
            from crawler.sources.lists import UnreadableList

            raise UnreadableList(reason="damaged_list") from died
        return listing

    def ask(self, what: str, *arguments: Any, seconds: float) -> Any:
        """The child's answer. Raises ReadingFailed, or the error in which reading told what is wrong."""
        with self._turn:
            future = self._child.call(what, *arguments)
            try:
                return self._within(future, seconds)
            except ChildDied as died:
                raise ReadingFailed(str(died)) from died
            except CallFailed as failed:
                logger.error("a %s could not be read: %s", what, failed)
                raise ReadingFailed(str(failed).strip().rpartition("\n")[2]) from failed

    def _within(self, future: Future[Any], seconds: float) -> Any:
        try:
            return future.result(seconds)
        except TimeoutError:
            self._child.end(f"not read within {seconds:.0f} seconds")
            return future.result()
