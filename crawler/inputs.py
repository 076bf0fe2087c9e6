"""What is named on the command line to be crawled: files, bulletins' addresses, articles' own addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from crawler.config import check_web_address
from crawler.tally import Listener, LogListener
from crawler.wechat.urls import is_wechat_host, read_address
from storage.errors import MirrorError, NotAnArticle, ReadingError

NEVER_VISITED = {"lookalike_host", "user_info"}
"""Addresses of these kinds are not even bulletins: they are made to be taken for something else."""

ALIKE = ("CYRILLIC", "GREEK", "ARMENIAN")
"""Alphabets with letters that look like Latin ones."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|mp\.weixin\.qq\.com/", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}/|www\.", re.IGNORECASE)


class NotAnAddress(ReadingError):
    """An address that nothing can be fetched from."""

    words = "{url} is no address that can be fetched: {reason}."


class NoFileOrAddress(ReadingError):
    """What was named is no file that is there, and begins as an address does."""

    words = "{file}: there is no such file. If it is an address, begin it with https://."


def told_apart(inputs: Sequence[str], listener: Listener) -> tuple[list[Path], list[str], list[str]]:
    """Files, bulletins' URLs, and articles' own addresses among what was named; the rest is told to the listener."""
    files, urls, by_hand = [], [], []
    for named in inputs:
        if not _ADDRESS.match(named):
            if _BARE_ADDRESS.match(named) and not Path(named).exists():
                listener.problem(NoFileOrAddress(file=named))
            else:
                files.append(Path(named))
            continue
        try:
            read_address(named)
            by_hand.append(named)
        except NotAnArticle as error:
            if wrong := refusal(named, error):
                listener.problem(wrong)
            else:
                urls.append(named)
    return files, urls, by_hand


def refusal(url: str, error: NotAnArticle) -> MirrorError | None:
    """Why nothing is fetched from an address that is no article's; None: it is taken for a bulletin's."""
    if error.values["reason"] in NEVER_VISITED or "://" not in url:
        return error
    try:
        check_web_address(url)
    except ValueError as wrong:
        return NotAnAddress(url=url, reason=str(wrong))
    host = urlsplit(url).hostname or ""
    if is_wechat_host(host):
        return error
    return NotAnArticle(url=url, reason="lookalike_host") if is_disguised(host) else None


def is_disguised(host: str) -> bool:
    """Whether letters of Latin stand beside letters that only look like them, in one part of a host's name."""
    return any(
        re.search("[a-z]", part) and any(unicodedata.name(mark, "").startswith(ALIKE) for mark in part)
        for part in host.split(".")
    )


def is_nothing(inputs: Sequence[str]) -> bool:
    """Whether not one of these can be read: files that are not there or empty, and wrong addresses."""
    files, urls, by_hand = told_apart(inputs, Nobody())
    return not (urls or by_hand or any(file.is_file() and file.stat().st_size for file in files))


class Nobody(LogListener):
    """A listener who is told nothing."""

    def problem(self, error: MirrorError) -> None:
        """Nothing."""
