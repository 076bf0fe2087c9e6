"""Copies by time (Memento, RFC 7089): which copy is nearest, and how one leads to the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from crawler.web.addresses import href
from storage.records import SnapshotView


class WrongDate(ValueError):
    """An Accept-Datetime header that is no date."""


def accepted_moment(header: str | None) -> datetime | None:
    """The moment that a reader's browser or tool asks for. Raises WrongDate."""
    if header is None:
        return None
    try:
        moment = parsedate_to_datetime(header)
    except ValueError as error:
        raise WrongDate(header) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def http_date(moment: datetime) -> str:
    """A moment as headers write it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def gate_links(base: str, article_url: str) -> str:
    """The Link header of an address without a moment."""
    return ", ".join(_common(base, article_url))


def copy_links(base: str, snapshot: SnapshotView, snapshots: Sequence[SnapshotView]) -> str:
    """The Link header of a copy: the original, the gate, the list, and the first, last and neighbouring copies."""
    ordered = sorted(snapshots, key=lambda one: one.captured_at)
    at = next((place for place, one in enumerate(ordered) if one.snapshot == snapshot.snapshot), 0)
    relations: dict[int, list[str]] = {at: []}
    for place, name in ((0, "first"), (len(ordered) - 1, "last"), (at - 1, "prev"), (at + 1, "next")):
        if 0 <= place < len(ordered):
            relations.setdefault(place, []).append(name)
    links = [
        f'<{base}{href(ordered[place].replay_path)}>; rel="{" ".join([*names, "memento"])}"; '
        f'datetime="{http_date(ordered[place].captured_at)}"'
        for place, names in sorted(relations.items())
    ]
    return ", ".join([*_common(base, snapshot.article_url), *links])


def time_map(base: str, article_url: str, snapshots: Sequence[SnapshotView]) -> Iterator[str]:
    """The lines of the list of all copies, in link format, oldest first."""
    links = list(_common(base, article_url))
    links[-1] = links[-1].replace('rel="timemap"', 'rel="self timemap"')
    for snapshot in sorted(snapshots, key=lambda one: one.captured_at):
        place = f"{base}{href(snapshot.replay_path)}"
        links.append(f'<{place}>; rel="memento"; datetime="{http_date(snapshot.captured_at)}"')
    return (link + ("," if number < len(links) else "") + "\n" for number, link in enumerate(links, start=1))


def _common(base: str, article_url: str) -> tuple[str, str, str]:
    url = href(article_url)
    return (
        f'<{url}>; rel="original"',
        f'<{base}/web/{url}>; rel="timegate"',
        f'<{base}/timemap/link/{url}>; rel="timemap"; type="application/link-format"',
    )
