"""``wxmirror restore``: what is opened, in which order, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli import FAILED, emit, open_archive
from crawler.files import read_file, reading
from crawler.forms import plain
from crawler.showing.terminal import tell
from crawler.showing.upkeep import show_bundle, show_restored
from storage.errors import UnreadableBulletin, WrongUsage

if TYPE_CHECKING:
    from crawler.config import Config
    from crawler.mirror.restore.restoring import Restored

LINK = ("cited_url", "article_url", "fate", "snapshot", "replay_url")


class NoBaseURL(WrongUsage):
    """It is not known where readers reach the archive."""

    words = (
        "Where do readers reach the reading room? Give --base-url https://archive.example.org, or set [web] base_url "
        "in wxmirror.toml: the restored links lead there. Or give --bundle: then a folder is written that holds the "
        "document and its copies, and needs no reading room."
    )


class BaseOrBundle(WrongUsage):
    """Both places were given to which links should lead."""

    words = "Links lead either to a reading room (--base-url) or to copies in a folder (--bundle). Give one of the two."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a bulletin is to be restored."""

    base_url: str | None = None
    bundle: bool = False
    only_gone: bool = False
    force: bool = False


def run_restore(config: Config, file: Path, out: Path, wish: Wish, *, as_json: bool) -> None:
    """Write the bulletin with its links leading to the archive, or to a folder of copies beside it."""
    from crawler.mirror.restore.restoring import MOST_BYTES

    if wish.bundle and wish.base_url:
        raise BaseOrBundle
    if wish.base_url is None and config.web.base_url is None and not wish.bundle:
        raise NoBaseURL
    body = read_file(file, largest=MOST_BYTES)
    if wish.bundle:
        _into_bundle(config, body, file, out, wish, as_json=as_json)
    else:
        _into_file(config, body, file, out, wish, as_json=as_json)


def _into_file(config: Config, body: bytes, file: Path, out: Path, wish: Wish, *, as_json: bool) -> None:
    from crawler.mirror.outputs import refuse_overwriting, write_whole
    from crawler.mirror.restore.restoring import restore

    refuse_overwriting(out, force=wish.force, original=file)
    with open_archive(config) as archive:
        restored = restore(
            archive,
            body,
            str(file),
            base_url=wish.base_url or config.web.base_url,
            only_gone=wish.only_gone,
            published_on=bulletin_day(body, str(file)),
        )
    write_whole(out, restored.body, force=wish.force, original=file)
    if as_json:
        emit(_form(file, out, restored))
    else:
        show_restored([(link.cited_url, link.fate.value) for link in restored.links], out, restored.changed)
    _caution(restored, file)


def _into_bundle(config: Config, body: bytes, file: Path, out: Path, wish: Wish, *, as_json: bool) -> None:
    from crawler.mirror.restore.bundle import restore_bundle

    with open_archive(config) as archive:
        day = bulletin_day(body, str(file))
        bundle = restore_bundle(archive, body, file, out, only_gone=wish.only_gone, published_on=day, force=wish.force)
    restored = bundle.restored
    if as_json:
        emit(_form(file, out, restored) | {"document": str(bundle.document), "faults": plain(bundle.faults)})
    else:
        show_restored([(link.cited_url, link.fate.value) for link in restored.links], bundle.document, restored.changed)
        show_bundle(bundle)
    _caution(restored, file)
    if bundle.faults:
        raise click.exceptions.Exit(FAILED)


def _form(file: Path, out: Path, restored: Restored) -> dict[str, object]:
    links = [{name: plain(getattr(link, name)) for name in LINK} for link in restored.links]
    return {"file": str(file), "out": str(out), "links": links, "changed": restored.changed}


def _caution(restored: Restored, file: Path) -> None:
    from crawler.mirror.restore.links import Fate
    from crawler.mirror.restore.rewriting import WARNINGS

    for caution in restored.cautions:
        tell(WARNINGS[caution])
    if without := sum(link.fate is Fate.NEVER_KEPT for link in restored.links):
        tell(
            "{count} links have no copy. If the bulletin was not crawled yet, run `wxmirror crawl {file}` first, "
            "then restore it again.",
            count=without,
            file=str(file),
        )


def bulletin_day(body: bytes, file: str) -> date | None:
    """The day that a bulletin carries; of a file that is not understood as one, None.

    It is read as the crawl reads it, in a process with limits. Raises UnreadableBulletin for one that passes them.
    """
    with reading("bulletin") as reader:
        try:
            return reader.read_bulletin(body, file).published_on
        except UnreadableBulletin as error:
            if error.kind == "too_complex":
                raise
            return None
