"""Films that a page offers in several sizes: one can be chosen that is not too large (docs/wechat.md, assets)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from storage.records import Film, FilmRendition, Role

from . import urls
from .assets import MAX_MEDIA, by_pixels, make_link
from .literals import Value
from .opening import Page

MAX_RENDITIONS = 20


def find_films(page: Page) -> tuple[Film, ...]:
    """Return the films that the page offers in more than one size, each under the key of its asset."""
    films: dict[str, Film] = {}
    for listed in islice(_lists(page), MAX_MEDIA):
        renditions = tuple(islice(_renditions(listed), MAX_RENDITIONS))
        if len(renditions) > 1:
            key = urls.asset_key(renditions[0].url)
            films.setdefault(key, Film(key=key, renditions=renditions))
    return tuple(films.values())


def _lists(page: Page) -> Iterator[Value]:
    """The lists of renditions on a page, one for each film."""
    for film in page.variables.find_members("cgiDataNew.video_page_infos", "videoPageInfos", "video_page_infos"):
        yield film.get("mp_video_trans_info")
    yield page.variables.find("__mpVideoTransInfo")


def _renditions(listed: Value) -> Iterator[FilmRendition]:
    """A film in its sizes, the one with most pixels first."""
    for film in by_pixels(listed):
        address = film.get("url")
        link = make_link(address, Role.VIDEO) if isinstance(address, str) else None
        if link:
            yield FilmRendition(url=link.url, size=_byte_count(film.get("filesize")))


def _byte_count(stated: Value) -> int | None:
    """A size in bytes, stated as a number or in a string."""
    if isinstance(stated, str) and stated.strip().isdecimal():
        return int(stated.strip()[:15])
    return int(stated) if isinstance(stated, int | float) and 0 < stated < 1e15 else None
