"""The commands that take more than one step: what they open, whom they call, in which order, and how they end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli import DONE, FAILED, STOPPED_EARLY, UNREADABLE, emit, open_archive
from crawler.files import read_file
from crawler.forms import export_form, plain, repacked_form, summary_form
from crawler.showing import bar, human_moment, show_export, show_repacked, show_restored, show_summary, tell
from crawler.words import say, say_error
from storage.errors import ArchiveError, MirrorError, NoArchive, NotInArchive, WrongUsage

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from crawler.config import Config
    from crawler.tally import Progress
    from storage.archive import Archive


# ---- crawl


def run_crawl(config: Config, inputs: Sequence[str], *, dry_run: bool, as_json: bool) -> int:
    """Crawl, or rehearse a crawl; the exit code."""
    from crawler.crawling import crawl, rehearse

    if dry_run:
        with watching(config) as watcher, existing_archive(config) as archive:
            summary = rehearse(config, archive, inputs, listener=watcher)
        run = None
    else:
        config = with_contact(config)
        with watching(config) as watcher, open_archive(config, writing=True, create=True) as archive:
            summary = crawl(config, archive, inputs, listener=watcher)
            run = next((run.run for run in archive.runs(job="crawl", limit=1)), None)
    if as_json:
        emit(summary_form(run, summary))
    elif dry_run:
        tell(
            "{bulletins} bulletins with {citations} citations would be taken in, {left} articles visited.",
            bulletins=summary.bulletins,
            citations=summary.citations,
            left=summary.left_due,
        )
    else:
        show_summary(summary)
    if summary.stopped_by:
        return FAILED if summary.stopped_by == "error" else STOPPED_EARLY
    return UNREADABLE if watcher.problems else DONE


class Watcher:
    """Shows a crawl to the person at the terminal (a crawler.tally.Listener)."""

    def __init__(self, shown: Bar, task: TaskID, zone: str) -> None:
        self.problems: list[MirrorError] = []
        self._shown = shown
        self._task = task
        self._zone = zone

    def progress(self, progress: Progress) -> None:
        """Move the bar."""
        words = say("{assets} pictures", assets=progress.assets)
        if progress.waiting_until:
            words = say(
                "WeChat asks for a pause, until {moment}", moment=human_moment(progress.waiting_until, self._zone)
            )
        elif progress.title:
            words += f" · {progress.title[:24]}"
        self._shown.update(self._task, completed=progress.visited, total=progress.total, description=words)

    def note(self, sentence: str) -> None:
        """Print a message above the bar."""
        self._shown.console.print(sentence)

    def problem(self, error: MirrorError) -> None:
        """Print what could not be read; the rest goes on."""
        self.problems.append(error)
        self._shown.console.print(say_error(error))


@contextmanager
def watching(config: Config) -> Iterator[Watcher]:
    """A progress bar, and the listener that moves it."""
    with bar() as shown:
        yield Watcher(shown, shown.add_task(say("reading"), total=None), config.schedule.zone)


@contextmanager
def existing_archive(config: Config) -> Iterator[Archive | None]:
    """The archive for reading, or None where there is none yet."""
    try:
        archive = open_archive(config)
    except NoArchive:
        yield None
        return
    with archive:
        yield archive


def with_contact(config: Config) -> Config:
    """The settings with somebody to write to: asked for once, and written into wxmirror.toml."""
    if config.crawl.contact or config.crawl.user_agent:
        return config
    if not sys.stdin.isatty():
        tell("No contact is set, so the sites visited cannot reach you. Please set [crawl] contact in wxmirror.toml.")
        return config
    from crawler.config import keep_contact

    tell("The sites visited are told whom they can write to. This is asked once and written into wxmirror.toml.")
    contact = click.prompt(say("Your e-mail or web address"), err=True)
    keep_contact(contact)
    return config.model_copy(update={"crawl": config.crawl.model_copy(update={"contact": contact})})


# ---- restore


class NoBaseURL(WrongUsage):
    """It is not known where readers reach the archive."""

    words = (
        "Where do readers reach the reading room? Give --base-url https://archive.example.org, "
        "or set [web] base_url in wxmirror.toml: the restored links lead there."
    )


def run_restore(
    config: Config, file: Path, out: Path, *, base_url: str | None, only_gone: bool, force: bool, as_json: bool
) -> None:
    """Write the bulletin with its links leading to the archive."""
    from crawler.mirror.outputs import refuse_overwriting, write_whole
    from crawler.mirror.restore.restoring import MOST_BYTES, restore
    from crawler.mirror.restore.rewriting import WARNINGS

    place = base_url or config.web.base_url
    if place is None:
        raise NoBaseURL
    body = read_file(file, largest=MOST_BYTES)
    refuse_overwriting(out, force=force, original=file)
    with open_archive(config) as archive:
        day = bulletin_day(body, str(file))
        restored = restore(archive, body, str(file), base_url=place, only_gone=only_gone, published_on=day)
    write_whole(out, restored.body, force=force, original=file)
    if as_json:
        names = ("cited_url", "article_url", "fate", "snapshot", "replay_url")
        links = [{name: plain(getattr(link, name)) for name in names} for link in restored.links]
        emit({"file": str(file), "out": str(out), "links": links, "changed": restored.changed})
    else:
        show_restored([(link.cited_url, link.fate.value) for link in restored.links], out, restored.changed)
    for caution in restored.cautions:
        tell(WARNINGS[caution])


def bulletin_day(body: bytes, file: str) -> date | None:
    """The day that a bulletin carries; of a file that is not understood as one, None."""
    from crawler.bulletins.reading import read_bulletin
    from storage.errors import UnreadableBulletin

    try:
        return read_bulletin(body, file).published_on
    except UnreadableBulletin:
        return None


# ---- export


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which articles an export takes; all, where nothing is said."""

    bulletins: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing was chosen."""
        return not (self.bulletins or self.urls or self.since or self.until)


class NothingSelected(ArchiveError):
    """An export of nothing."""

    words = "Nothing was selected: no article in the archive fits. `wxmirror status` says what is kept."


def selected(archive: Archive, selection: Selection) -> list[str]:
    """The canonical names of the articles chosen, each once. Raises NothingSelected, NotInArchive, NotAnArticle."""
    from crawler.wechat.urls import read_address

    chosen: dict[str, None] = {}
    if selection.is_everything:
        chosen.update(dict.fromkeys(archive.articles()))
    if selection.since or selection.until:
        chosen.update(dict.fromkeys(archive.articles(cited_from=selection.since, cited_to=selection.until)))
    for bulletin in selection.bulletins:
        chosen.update(dict.fromkeys(archive.articles(bulletin=bulletin_id(archive, bulletin))))
    for url in selection.urls:
        article = archive.article(read_address(url))
        if article is None:
            raise NotInArchive(subject=url)
        chosen[article.article_url] = None
    if not chosen:
        raise NothingSelected
    return list(chosen)


def bulletin_id(archive: Archive, named: str) -> str:
    """The public id of a bulletin that is named by it, or by its file. Raises NotInArchive."""
    import hashlib

    if (file := Path(named)).is_file():
        held = archive.bulletin_of(hashlib.sha256(file.read_bytes()).hexdigest())
        if held is None:
            raise NotInArchive(subject=named)
        return held
    return archive.bulletin(named).bulletin


def run_export(config: Config, form: str, out: Path, selection: Selection, *, as_json: bool) -> None:
    """Write a package of the chosen articles."""
    with open_archive(config) as archive, bar() as shown:
        articles = selected(archive, selection)
        task = shown.add_task(say("Writing"), total=len(articles))

        def progress(done: int, of: int) -> None:
            shown.update(task, completed=done, total=of)

        if form == "warc":
            from crawler.mirror.exports.warc import export_warc

            exported = export_warc(archive, out, articles, now=datetime.now(UTC), config=config, progress=progress)
        elif form == "html":
            from crawler.mirror.exports.html import export_html

            exported = export_html(archive, out, articles, zone=config.schedule.zone, progress=progress)
        else:
            from crawler.mirror.exports.site import export_site

            exported = export_site(archive, out, articles, progress=progress)
    if as_json:
        emit(export_form(exported))
    else:
        show_export(exported)


# ---- repack


def run_repack(config: Config, *, as_json: bool) -> None:
    """Keep pages against references of their template."""
    from crawler.wechat.templates import template_text

    started = time.monotonic()
    with open_archive(config, writing=True) as archive, bar() as shown:
        task = shown.add_task(say("Packing"), total=None)
        done = archive.repack(
            template_text,
            now=datetime.now(UTC),
            progress=lambda done, of: shown.update(task, completed=done, total=of),
        )
    seconds = time.monotonic() - started
    if as_json:
        emit(repacked_form(done, seconds))
    else:
        show_repacked(done, seconds)
