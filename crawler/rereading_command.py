"""``wxmirror reread``: what it opens, what it reads again, and how it tells of it."""

from __future__ import annotations

import hashlib
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from crawler.child import Child
from crawler.cli import DONE, FAILED, STOPPED_EARLY, emit, open_archive
from crawler.files import read_file
from crawler.forms import plain
from crawler.readers import Reader
from crawler.rereading import Change, Reread, Unread, reread_pages
from crawler.rereading_bulletins import BulletinChange, RereadBulletins, reread_bulletins
from crawler.showing.terminal import bar, clean, human_moment, human_seconds, messages, results, tell
from crawler.wechat.urls import read_address
from crawler.words import say
from crawler.words.names import outcome_name
from storage.archive import CRAWL, Archive
from storage.errors import ArchiveError, NotInArchive

if TYPE_CHECKING:
    from crawler.config import Config

SHOWN = 200
"""Changes that are shown one by one; the rest is counted, and stands in the JSON."""


class NotKept(ArchiveError):
    """A file that is neither a kept bulletin nor a kept page."""

    words = (
        "{file} is neither a bulletin nor a page that the archive holds. "
        "`wxmirror inspect` shows what a page is; `wxmirror crawl` takes a bulletin in."
    )


def run_reread(config: Config, named: Sequence[str], *, dry_run: bool, as_json: bool) -> int:
    """Read again what an older reader read; the exit code."""
    started = time.monotonic()
    with open_archive(config, writing=not dry_run) as archive, reading(archive, dry_run=dry_run) as (reader, stop):
        articles = articles_named(archive, named) if named else None
        with bar() as shown:
            of_bulletins = shown.add_task(say("Reading again"), total=None)
            bulletins = reread_bulletins(
                archive,
                reader,
                only=bulletins_named(archive, named) if named else None,
                now=lambda: datetime.now(UTC),
                is_kept=not dry_run,
                progress=lambda done, of: shown.update(of_bulletins, completed=done, total=of),
                is_over=stop.is_set,
            )
            task = shown.add_task(say("Reading again"), total=None)
            done = reread_pages(
                archive,
                reader,
                articles=articles,
                is_kept=not dry_run,
                progress=lambda done, of: shown.update(task, completed=done, total=of),
                is_over=stop.is_set,
            )
    seconds = time.monotonic() - started
    if as_json:
        emit(
            {
                "pages": reread_form(done),
                "bulletins": plain(bulletins),
                "seconds": round(seconds, 3),
                "stopped_by": stopped_by(stop),
            }
        )
    else:
        show_bulletins(bulletins, dry_run=dry_run)
        show_reread(done, seconds, config.schedule.zone, dry_run=dry_run)
        if stop.is_set():
            tell("Ended by hand; {left} pages are left. Run the same command to go on.", left=done.left)
    return STOPPED_EARLY if stop.is_set() else FAILED if done.failed or bulletins.failed else DONE


@contextmanager
def reading(archive: Archive, *, dry_run: bool) -> Iterator[tuple[Reader, Event]]:
    """A reader in a process of its own, and whether somebody pressed Ctrl-C. Holds the crawl's lock.

    Raises ArchiveBusy. A rehearsal takes no lock: it writes nothing.
    """
    stop = Event()
    child = Child()
    earlier = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        if dry_run:
            yield Reader(child), stop
        else:
            with archive.lock(CRAWL):
                yield Reader(child), stop
    finally:
        child.close()
        for number, handler in earlier.items():
            signal.signal(number, handler)


def stopped_by(stop: Event) -> str | None:
    """The word for why a run ended early, None for one that did not."""
    return "interrupt" if stop.is_set() else None


def articles_named(archive: Archive, named: Sequence[str]) -> list[str]:
    """Canonical names of the articles that addresses, bulletins (id or file) and saved pages (files) name.

    Raises NotInArchive, NotAnArticle, NotKept, UnreadableBulletin.
    """
    found: dict[str, None] = {}
    for one in named:
        if one.lower().startswith(("http://", "https://", "mp.weixin.qq.com/")):
            article = archive.article(read_address(one))
            if article is None:
                raise NotInArchive(subject=one)
            found[article.article_url] = None
        elif Path(one).exists():
            found.update(dict.fromkeys(_articles_of_file(archive, Path(one))))
        else:
            bulletin = archive.bulletin(one).bulletin
            found.update(dict.fromkeys(archive.articles(bulletin=bulletin)))
    return list(found)


def bulletins_named(archive: Archive, named: Sequence[str]) -> list[str]:
    """Public ids of the bulletins, in all their forms, among what is named. Raises NotInArchive."""
    found: dict[str, None] = {}
    for one in named:
        if one.lower().startswith(("http://", "https://", "mp.weixin.qq.com/")):
            continue
        held = archive.bulletin_of(hashlib.sha256(read_file(Path(one))).hexdigest()) if Path(one).exists() else one
        if held is not None:
            found.update(dict.fromkeys(form.bulletin for form in archive.bulletin(held).forms))
    return list(found)


def _articles_of_file(archive: Archive, file: Path) -> list[str]:
    sha256 = hashlib.sha256(read_file(file)).hexdigest()
    if bulletin := archive.bulletin_of(sha256):
        return list(archive.articles(bulletin=bulletin))
    if article := archive.article_of_page(sha256):
        return [article]
    raise NotKept(file=str(file))


# ---- how it is told


def reread_form(done: Reread) -> dict[str, Any]:
    """The part of the document of ``reread`` that is on pages."""
    form: dict[str, Any] = plain(done)
    return form


def show_reread(done: Reread, seconds: float, zone: str, *, dry_run: bool) -> None:
    """Show what is understood differently now, page by page, and what follows."""
    if not (done.read or done.failed or done.left):
        results().print(say("Nothing to read again: every page was read by the present reader."))
        return
    for change in done.changed[:SHOWN]:
        results().print(clean(change.title or change.title_before or change.article_url), style="bold")
        results().print(f"  {human_moment(change.captured_at, zone)}  {change.article_url}", style="dim")
        for words in change_words(change):
            results().print(f"  {words}")
    for failure in done.failed:
        messages().print(failure_words(failure, zone), style="red")
    sentence = (
        "{read} pages would be read again; {changed} of them are understood differently ({time})"
        if dry_run
        else "{read} pages read again; {changed} of them are understood differently now ({time})"
    )
    results().print(say(sentence, read=done.read, changed=len(done.changed), time=human_seconds(seconds)))
    if done.assets_due:
        results().print(
            say(
                "Newly found, for the next crawl to fetch: {count} assets.",
                count=done.assets_due,
            )
        )


def show_bulletins(done: RereadBulletins, *, dry_run: bool) -> None:
    """Show which bulletins are understood differently now."""
    for change in done.changed[:SHOWN]:
        results().print(f"{clean(change.file)}  {change.bulletin}", style="bold")
        for words in bulletin_words(change):
            results().print(f"  {words}")
    for failure in done.failed:
        sentence = "{file} could not be read again; its reading stays. ({why})"
        why = say("its pictures could not be read this time") if failure.kind == "in_part" else failure.detail
        messages().print(say(sentence, file=clean(failure.file), why=clean(why)), style="red")
    if done.read:
        sentence = (
            "{read} bulletins would be read again; {changed} of them are understood differently"
            if dry_run
            else "{read} bulletins read again; {changed} of them are understood differently now"
        )
        results().print(say(sentence, read=done.read, changed=len(done.changed)))


def bulletin_words(change: BulletinChange) -> Iterator[str]:
    """What changed in one bulletin's reading, a line each."""
    if change.items != change.items_before:
        yield say("items: {before}, now {after}", before=change.items_before, after=change.items)
    for url in change.added:
        yield say("cited, and not found before: {url}", url=clean(url))
    for url in change.removed:
        yield say("not cited any more: {url}", url=clean(url))
    if change.moved:
        yield say("{count} citations are placed otherwise", count=change.moved)
    if change.is_masthead_changed:
        yield say("the masthead is read differently")


def change_words(change: Change) -> Iterator[str]:
    """What changed in one page's reading, a line each."""
    if change.outcome_before is not change.outcome:
        yield say(
            "was: {before}; is: {after}",
            before=outcome_name(change.outcome_before),
            after=outcome_name(change.outcome),
        )
    if change.title_before and change.title_before != change.title:
        yield say("the title was: {title}", title=clean(change.title_before))
    if change.is_text_changed and change.outcome_before is change.outcome:
        yield say("the text is read differently")
    if change.assets_due:
        yield say("{count} assets newly found", count=change.assets_due)


def failure_words(failure: Unread, zone: str) -> str:
    """Why a page could not be read again, and what to do."""
    moment = human_moment(failure.captured_at, zone)
    if failure.kind == "damaged":
        return say(
            "The page of {url} ({moment}) is damaged or missing; its reading stays. `wxmirror verify` says more.",
            url=failure.article_url,
            moment=moment,
        )
    return say(
        "The page of {url} ({moment}) could not be read within the limits; its reading stays.",
        url=failure.article_url,
        moment=moment,
    )
