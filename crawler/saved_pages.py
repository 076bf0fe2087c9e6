"""Files that are given as saved pages: which of them are none, and what they are instead.

A page that is not WeChat's is a page all the same. Only what is no web page at all is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from crawler.bulletins.formats.kinds import SAMPLE, Kind
from crawler.bulletins.formats.opening import kind_of
from storage.errors import ReadingError

PAGES = {"HTML", "a saved web archive (MHTML)"}
_TAG = re.compile(rb"<[A-Za-z!]|<\0[A-Za-z!]")


class NotAPage(ReadingError):
    """A file that was given as a saved page is none. ``what`` is a kind's name."""

    REASONS: ClassVar[Mapping[bool, str]] = {
        True: "{file} is no saved web page (what it is: {what}). To see how it is read as a bulletin: `wxmirror read`.",
        False: "{file} is no saved web page (what it is: {what}). Give a page that was saved as HTML or MHTML.",
    }

    def __init__(self, *, file: str, what: str, is_bulletin: bool) -> None:
        super().__init__(file=file, what=what, is_bulletin=is_bulletin)
        self.words = self.REASONS[is_bulletin]  # type: ignore[misc]


def refuse_other_files(body: bytes, file: str) -> None:
    """Raise NotAPage for a file that is no web page."""
    if not body:
        raise NotAPage(file=file, what="an empty file", is_bulletin=False)
    kind = kind_of(body)
    if not is_page(body, kind):
        raise NotAPage(file=file, what=kind.name, is_bulletin=bool(kind.reader or kind.converted))


def is_page(body: bytes, kind: Kind) -> bool:
    """Whether a file is a web page, or a text with markup in it, as a piece of one has."""
    return kind.name in PAGES or (kind.is_text and bool(_TAG.search(body, 0, SAMPLE)))
