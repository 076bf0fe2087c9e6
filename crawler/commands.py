"""The commands that take more than one step: what they open, whom they call, in which order, and how they end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.child import the_child
from crawler.cli import DONE, FAILED, STOPPED_EARLY, UNREADABLE, emit, open_archive
from crawler.forms import export_form, repacked_form, summary_form
from crawler.showing.runs import show_summary
from crawler.showing.terminal import bar, human_moment, tell
from crawler.showing.upkeep import show_export, show_repacked
from crawler.words import say, say_error
from storage.errors import ArchiveError, MirrorError, NoArchive, NotInArchive, WrongUsage

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from crawler.config import Config
    from crawler.tally import Progress
    from storage.archive import Archive


# ---- crawl


def run_crawl(
    config: Config, inputs: Sequence[str], *, replaces: str | None = None, dry_run: bool, as_json: bool
) -> int:
    """Crawl, or rehearse a crawl; the exit code."""
    if replaces is not None:
        refuse_all_but_one_file(inputs)
    if dry_run or would_begin_with_nothing(config, inputs):
        from crawler.crawling import rehearse

        with watching(config) as watcher, existing_archive(config) as archive:
            if replaces is not None and (archive is None or not bulletin_id(archive, replaces)):
                raise NotInArchive(subject=replaces)
            summary = rehearse(config, archive, inputs, listener=watcher)
        run = None
    else:
        config = with_contact(config)
        with (
            watching(config) as watcher,
            ExitStack() as until_done,
        ):
            child = the_child(config, until_done)  # it imports while the archive is opened here
            archive = until_done.enter_context(open_archive(config, writing=True, create=True))
            until_done.callback(child.close)  # before the archive
            from crawler.crawling import crawl

            held = bulletin_id(archive, replaces) if replaces is not None else None
            summary = crawl(config, archive, inputs, replaces=held, listener=watcher, child=child)
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


def would_begin_with_nothing(config: Config, inputs: Sequence[str]) -> bool:
    """Whether a crawl would make an archive where none is, and find nothing to put into it."""
    from crawler.inputs import is_nothing

    if not inputs or config.sources or not is_nothing(inputs):
        return False
    try:
        open_archive(config).close()
    except NoArchive:
        return True
    except ArchiveError:
        return False  # whatever is wrong with it, the crawl tells or mends
    return False


class NotOneFile(WrongUsage):
    """Several inputs, or an address, are to replace a bulletin."""

    words = (
        "--replaces goes with exactly one file: the new version of that bulletin. "
        "A bulletin with an address of its own gets its new versions from there."
    )


def refuse_all_but_one_file(inputs: Sequence[str]) -> None:
    """Raise NotOneFile unless exactly one file is named."""
    if len(inputs) != 1 or inputs[0].lower().startswith(("http://", "https://", "mp.weixin.qq.com/")):
        raise NotOneFile


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
    try:
        keep_contact(contact)
    except OSError as error:
        tell(
            "It could not be written ({reason}), so it is asked for again next time.", reason=say(error.strerror or "")
        )
    return config.model_copy(update={"crawl": config.crawl.model_copy(update={"contact": contact})})


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
        if article.tombstone is None:  # what is withdrawn goes into no package
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
    if exported.faults:
        raise click.exceptions.Exit(FAILED)


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
