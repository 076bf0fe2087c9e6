"""The archive in numbers and what a crawl did, for people; why a run stopped early, and what that means."""

from __future__ import annotations

from datetime import datetime

from crawler.showing.terminal import human_moment, human_seconds, human_size, results
from crawler.words import say
from crawler.words.names import outcome_name, standing_name
from storage.records import Outcome, RunSummary, Status


def show_status(status: Status, next_run: datetime | None, zone: str) -> None:
    """Show the archive in numbers."""
    from rich.table import Table

    table = Table.grid(padding=(0, 3))
    rows: list[tuple[str, object]] = [
        (say("bulletins"), say("{bulletins} with {items} items and {citations} citations", bulletins=status.bulletins, items=status.items, citations=status.citations)),
        *((say("articles {standing}", standing=standing_name(standing)), count) for standing, count in status.articles.items()),
        (say("copies"), say("{snapshots}, {incomplete} of them not complete yet", snapshots=status.snapshots, incomplete=status.incomplete)),
        (say("files kept"), say("{blobs}, {size}", blobs=status.blobs, size=human_size(status.bytes))),
        (say("due now"), status.due),
        (say("to be looked at by a person"), status.to_review),
    ]  # fmt: skip
    if run := status.last_run:
        rows.append((say("last run"), _run_words(run.started_at, run.summary, zone, ended=run.ended_at is not None)))
    rows.append((say("next run"), human_moment(next_run, zone)))
    for name, value in rows:
        table.add_row(name, str(value))
    results().print(table)


def _run_words(started_at: datetime, summary: RunSummary | None, zone: str, *, ended: bool) -> str:
    words = human_moment(started_at, zone)
    if summary:
        words += " · " + say("{visited} visited", visited=summary.visited)
        if summary.stopped_by:
            words += " · " + stopped_words(summary)
    return words if ended else words + " · " + say("still running, or ended without a word")


STOPS = {
    "breaker": "WeChat asked for verification again and again, so the visits were ended; {left} articles stay due for the next run. Nothing needs to be done.",
    "way_out_down": "The network (or the proxy) cannot be reached, so nothing was counted as tried; {left} articles stay due. Check the connection and run again.",
    "time": "The time for this run was up; {left} articles stay due for the next run.",
    "disk": "The disk of the archive is nearly full, so the run ended; {left} articles stay due. Free some space and run again.",
    "interrupt": "The run was ended by hand; {left} articles stay due. Run the same command to go on.",
    "error": "The run ended because of an error; {left} articles stay due. What was kept is safe; the log says more.",
}


def stopped_words(summary: RunSummary) -> str:
    """Return why a run stopped early, and what that means."""
    return say(STOPS.get(summary.stopped_by or "", "Stopped early; {left} articles stay due."), left=summary.left_due)


def show_summary(summary: RunSummary) -> None:
    """Show what a crawl did."""
    out = results()
    out.print(
        say(
            "{bulletins} bulletins, {items} items, {citations} citations of {articles} articles",
            bulletins=summary.bulletins,
            items=summary.items,
            citations=summary.citations,
            articles=summary.articles,
        )
    )
    found = say(", ").join(f"{outcome_name(Outcome(name))} {count}" for name, count in summary.outcomes.items())
    out.print(say("{visited} articles visited", visited=summary.visited) + (say(": ") + found if found else ""))
    out.print(
        say(
            "{kept} assets kept ({size}), {known} known already, {failed} failed",
            kept=summary.assets_kept,
            size=human_size(summary.assets_bytes),
            known=summary.assets_known,
            failed=summary.assets_failed,
        )
    )
    out.print(say("took {time}", time=human_seconds(summary.seconds)), style="dim")
    if summary.stopped_by:
        out.print(stopped_words(summary), style="yellow")
