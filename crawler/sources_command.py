"""``wxmirror sources``: how each source stands, what to do where one fails, and a trial that keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.cli import DONE, UNREADABLE, emit, kind_of
from crawler.commands import existing_archive
from crawler.forms import plain
from crawler.showing.terminal import clean, human_moment, results, tell
from crawler.words import say, say_error
from crawler.words.names import problem_name, remedy
from storage.errors import WrongUsage
from storage.records import SourceCount, SourceState

if TYPE_CHECKING:
    from crawler.config import Config, SourceSettings
    from crawler.sources.trying import Trial
    from storage.records import Bulletin

SOURCE_KINDS = {
    "folder": "folder",
    "url": "website",
    "imap": "mailbox",
    "page": "web page",
    "feed": "feed",
    "sitemap": "sitemap",
    "sitemap_index": "index of sitemaps",
}
"""What a source is: by its settings, and of one on the web, once it was asked, by its content."""

SOURCE_STATES = {
    "well": "answers",
    "failing": "fails",
    "waiting": "asked us to wait",
    "never_asked": "not asked yet",
}
"""How a source stands."""

HEADINGS = ("source", "kind", "state", "last asked", "last success", "asked next", "bulletins")
STYLES = {"well": "green", "failing": "red", "waiting": "yellow", "never_asked": "dim"}
SHOWN = 10  # of what a trial would take in


class NoSources(WrongUsage):
    """Sources were asked for, and none are set."""

    words = (
        "No sources are set. Add [[sources]] to wxmirror.toml; `wxmirror init` writes a file that explains each kind."
    )


class UnknownSource(WrongUsage):
    """A source that is not in the settings."""

    words = "There is no source called {name}. There are: {names}."


# ---- how each stands


def run_sources(config: Config, *, as_json: bool) -> None:
    """Show every source with its state. Raises NoSources."""
    rows = []
    with existing_archive(config) as archive:
        for source in config.sources:
            state = archive.source_state(source.name) if archive else SourceState(source=source.name)
            count = archive.source_count(source.name) if archive else SourceCount(bulletins=0, failed=0)
            rows.append((source, state, count))
    if as_json:
        emit([source_form(*row) for row in rows])
    elif rows:
        show_sources(rows, config.schedule.zone)
    else:
        raise NoSources


def stands(state: SourceState, now: datetime) -> str:
    """How a source stands: a key of SOURCE_STATES."""
    if state.last_asked_at is None:
        return "never_asked"
    if state.failure is None:
        return "well"
    return "waiting" if state.is_asked_to_wait and state.next_ask_at and state.next_ask_at > now else "failing"


def place_of(source: SourceSettings) -> str:
    """Where a source's bulletins are."""
    return f"{source.imap}/{source.mailbox}" if source.imap else str(source.folder or source.url)


def source_form(source: SourceSettings, state: SourceState, count: SourceCount) -> dict[str, Any]:
    """An element of ``sources``."""
    moments = ("last_asked_at", "last_success_at", "last_failure_at", "next_ask_at")
    return {
        "name": source.name,
        "kind": source.kind,
        "place": place_of(source),
        "state": stands(state, datetime.now(UTC)),
        **{name: plain(getattr(state, name)) for name in moments},
        "failure": failure_form(state.failure),
        "failures": state.failures,
        "bulletins": count.bulletins,
        "failed": count.failed,
    }


def failure_form(reason: str | None) -> dict[str, str] | None:
    """Why a source cannot be had, for programs and for people."""
    return {"kind": reason, "message": problem_name(reason), "remedy": remedy(reason)} if reason else None


def show_sources(rows: Sequence[tuple[SourceSettings, SourceState, SourceCount]], zone: str) -> None:
    """Show a table of the sources, and below it what to do about those that fail."""
    from rich.table import Table
    from rich.text import Text

    now = datetime.now(UTC)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in HEADINGS:
        table.add_column(say(heading))
    for source, state, count in rows:
        standing = stands(state, now)
        waits = state.next_ask_at is not None and state.next_ask_at > now
        failed = say("({count} not readable)", count=count.failed) if count.failed else ""
        table.add_row(
            str(clean(source.name)),
            say(SOURCE_KINDS[source.kind]),
            Text(say(SOURCE_STATES[standing]), style=STYLES[standing]),
            human_moment(state.last_asked_at, zone),
            human_moment(state.last_success_at, zone),
            human_moment(state.next_ask_at, zone) if waits else say("with the next run"),
            f"{count.bulletins} {failed}",
        )
    results().print(table)
    for source, state, _ in rows:
        if state.failure:
            since = human_moment(state.last_failure_at, zone)
            show_failure(
                source, state.failure, say("failed {times} times, last on {moment}", times=state.failures, moment=since)
            )


def show_failure(source: SourceSettings, reason: str, times: str | None = None) -> None:
    """Show why a source cannot be had, and what to do about it."""
    out = results()
    out.print(f"\n{clean(source.name)}  {clean(place_of(source))}", style="bold")
    out.print(f"  {clean(problem_name(reason))}" + (f" · {times}" if times else ""), style="red")
    if advice := remedy(reason):
        out.print(f"  → {advice}")


# ---- trying


def run_try(config: Config, name: str | None, *, as_json: bool) -> int:
    """Ask one source, or every one, and keep nothing; the exit code. Raises NoSources, UnknownSource."""
    from crawler.quiet import keep_quiet
    from crawler.sources.trying import try_sources

    if not config.sources:
        raise NoSources
    chosen = [source for source in config.sources if name in (None, source.name)]
    if not chosen:
        raise UnknownSource(name=name, names=say(", ").join(source.name for source in config.sources))
    keep_quiet()
    trials: list[Trial] = []

    def told(trial: Trial) -> None:
        trials.append(trial)
        if not as_json:
            show_trial(trial)

    with existing_archive(config) as archive:
        try_sources(config, archive, chosen, told)
    if as_json:
        emit([trial_form(trial) for trial in trials])
    else:
        tell("Nothing was kept. `wxmirror crawl` takes in what is new.")
    return UNREADABLE if any(trial.failure or trial.problems for trial in trials) else DONE


def trial_form(trial: Trial) -> dict[str, Any]:
    """An element of ``sources try``."""
    return {
        "name": trial.source.name,
        "kind": trial.source.kind,
        "place": place_of(trial.source),
        "list": plain(trial.kind),
        "listed": trial.listed,
        "wanted": [
            {"place": one.url, "title": one.title, "bulletin": bulletin_form(trial.read.get(one.url))}
            for one in trial.wanted
        ],
        "problems": [{"kind": kind_of(problem), "message": say_error(problem)} for problem in trial.problems],
        "failure": failure_form(trial.failure),
    }


def bulletin_form(bulletin: Bulletin | None) -> dict[str, Any] | None:
    """What a bulletin that was read came to; null for one that was not."""
    if bulletin is None:
        return None
    numbers = {"items": len(bulletin.items), "citations": len(bulletin.citations)}
    return {"title": bulletin.title, "published_on": plain(bulletin.published_on), **numbers}


def show_trial(trial: Trial) -> None:
    """Show what a source would give."""
    from crawler.sources.at_hand import is_bulletin

    out = results()
    if trial.failure:
        show_failure(trial.source, trial.failure)
        return
    kind = say(SOURCE_KINDS[trial.kind.value if trial.kind else trial.source.kind])
    out.print(f"\n{clean(trial.source.name)}  {clean(place_of(trial.source))}", style="bold")
    out.print(
        "  "
        + say(
            "{kind}: {listed} found, {wanted} to be asked for now",
            kind=kind,
            listed=trial.listed,
            wanted=len(trial.wanted),
        )
    )
    for one in trial.wanted[:SHOWN]:
        out.print(f"  + {clean(one.title or one.url)}", style="green")
        if one.title:
            out.print(f"    {clean(one.url)}", style="dim")
        if bulletin := trial.read.get(one.url):
            out.print(f"    {read_words(bulletin)}", style="dim")
            if trial.source.imap and not is_bulletin(bulletin):
                out.print("    " + say("it cites no article and would stay in the mailbox"), style="dim")
    if len(trial.wanted) > SHOWN:
        out.print("  " + say("and {count} more", count=len(trial.wanted) - SHOWN), style="dim")
    for problem in trial.problems:
        out.print(f"  ! {clean(say_error(problem))}", style="yellow")
    for note in trial.notes:
        out.print(f"  {clean(note)}", style="dim")


def read_words(bulletin: Bulletin) -> str:
    """What a bulletin that was read came to, in a line."""
    title = f"{clean(bulletin.title)} · " if bulletin.title else ""
    return title + say(
        "{items} items, {citations} citations", items=len(bulletin.items), citations=len(bulletin.citations)
    )
