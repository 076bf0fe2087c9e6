"""What is said around a copy: that it is one, of when, whether it is whole, and what WeChat says now."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from crawler.mirror.rewrite import one_line
from crawler.words import language, say
from crawler.words.doubts import decision_words
from crawler.words.names import outcome_name, place_name, role_name, standing_name
from storage.records import ArticleView, CaptureView, SnapshotAsset, SnapshotView, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What a banner says of a copy. Addresses may be None where there is no such page (a folder on disk)."""

    snapshot: SnapshotView
    said_now: CaptureView | None  # the newest visit that told something
    standing: Standing | None
    home: str | None
    record: str | None  # the article's page
    raw: str | None  # the page as received
    lacking: str = ""  # what is missing, in words
    copies: int = 1


def lacking_words(assets: Iterable[SnapshotAsset]) -> str:
    """What of a copy's assets is not held, counted by what they are; empty when nothing lacks."""
    missing = Counter(asset.link.role for asset in assets if asset.rendition is None)
    return say(", ").join(say("{count} of {role}", role=role_name(role), count=missing[role]) for role in missing)


def banner_of(
    article: ArticleView | None,
    snapshot: SnapshotView,
    *,
    lacking: str,
    home: str | None,
    record: str | None,
    raw: str | None,
) -> Banner:
    """Return what there is to say of a copy, from all that is known of its article."""
    captures: Sequence[CaptureView] = article.captures if article else ()
    return Banner(
        snapshot=snapshot,
        said_now=next((capture for capture in captures if capture.outcome.is_telling), None),
        standing=article.standing if article else None,
        home=home,
        record=record,
        raw=raw,
        lacking=lacking,
        copies=len(article.snapshots) if article else 1,
    )


@cache
def environment(*packages: str) -> Environment:
    """The templates of these packages and of this one; everything that they print is escaped."""
    loaders = [PackageLoader(package) for package in (*packages, "crawler.mirror")]
    made = Environment(
        loader=ChoiceLoader(loaders), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    made.globals |= {
        "say": say,
        "language": language,
        "standing_name": standing_name,
        "outcome_name": outcome_name,
        "place_name": place_name,
        "role_name": role_name,
        "decision_words": decision_words,
    }
    made.filters |= {"moment": moment, "line": one_line, "plain": plain, "size": size}
    return made


def render(name: str, *packages: str, **values: object) -> str:
    """Return a template filled with values."""
    return environment(*packages).get_template(name).render(**values)


def banner_markup(banner: Banner, zone: str) -> str:
    """Return a copy's banner."""
    return render("banner.html", banner=banner, zone=zone)


def banner_styles() -> str:
    """Return the sheet of the banner."""
    return files("crawler.mirror").joinpath("banner.css").read_text(encoding="utf-8")


# ---- how values are shown


def moment(value: datetime | None, zone: str) -> str:
    """A moment in the reader's zone; a dash where there is none."""
    return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if value else "—"


def plain(text: str | None) -> str:
    """Text that steers nothing: no control and direction marks but line ends."""
    return "".join(mark for mark in text or "" if mark in "\n\t" or unicodedata.category(mark)[0] != "C")


UNITS: Mapping[int, str] = {0: "B", 1: "KB", 2: "MB", 3: "GB", 4: "TB"}


def size(number: float) -> str:
    """A number of bytes as people read it."""
    unit = 0
    while number >= 1000 and unit < 4:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {UNITS[unit]}" if unit == 0 else f"{number:.1f} {UNITS[unit]}"
