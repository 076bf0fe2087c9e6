"""What the command line shows people: sizes, times, tables and progress, in words that they read.

Results go to stdout, messages and progress to stderr. Every string that came from a page or a bulletin is printed as
text: markup is never read from it, and control and direction marks are taken out.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crawler.words import say
from crawler.words.doubts import decision_words
from crawler.words.names import (
    kept_sentence,
    outcome_name,
    place_name,
    problem_name,
    repair_name,
    role_name,
    seen_name,
    standing_name,
    test_name,
)
from storage.records import (
    ArticleView,
    Bulletin,
    Citation,
    Fault,
    Item,
    Outcome,
    Reading,
    Repacked,
    RunSummary,
    Standing,
    Status,
    Verification,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from crawler.mirror.exports import Exported
    from crawler.mirror.restore.bundle import Bundle

UNITS = ("B", "KB", "MB", "GB", "TB")
STANDING_STYLES = {
    Standing.ALIVE: "green",
    Standing.GONE: "red",
    Standing.MOVED: "blue",
    Standing.LATER: "yellow",
    Standing.BLOCKED: "yellow",
    Standing.UNKNOWN: "magenta",
    None: "dim",
}


@cache
def results() -> Console:
    """The console for results."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


@cache
def messages() -> Console:
    """The console for messages and progress."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def tell(sentence: str, /, **values: object) -> None:
    """Say something to the person at the terminal, on stderr."""
    messages().print(say(sentence, **{name: clean(value) for name, value in values.items()}))


def clean(value: object) -> object:
    """Return a string without control and direction marks (a page's title must not steer a terminal)."""
    if not isinstance(value, str):
        return value
    return "".join(mark for mark in value if mark in "\n\t" or unicodedata.category(mark)[0] != "C")


def human_size(size: float) -> str:
    """Return a number of bytes as people read it: ``1.4 MB``."""
    for unit in UNITS:
        if size < 1000 or unit == UNITS[-1]:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError


def human_seconds(seconds: float) -> str:
    """Return a duration as people read it."""
    if seconds < 60:
        return say("{seconds} s", seconds=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return say("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    hours, minutes = divmod(minutes, 60)
    return say("{hours} h {minutes} min", hours=hours, minutes=minutes)


def human_moment(moment: datetime | None, zone: str) -> str:
    """Return a moment in the reader's zone; a dash where there is none."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if moment else "—"


def bar() -> Progress:
    """A progress bar on stderr: what is done, of how much, and how long it will take."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=messages(),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


# ---- read


def show_bulletin(bulletin: Bulletin) -> None:
    """Show how a bulletin is understood: its masthead, its items, and each citation with its grounds."""
    out = results()
    out.print(clean(bulletin.file), style="bold")
    head = [bulletin.title, bulletin.issuer, bulletin.issue, bulletin.published_on and f"{bulletin.published_on}"]
    out.print("  " + (" · ".join(str(clean(part)) for part in head if part) or say("no masthead was found")))
    section = None
    for item in bulletin.items:
        if item.section and item.section != section:
            out.print(f"\n  【{clean(item.section)}】", style="bold")
        section = item.section
        _show_item(item)
    if bulletin.unplaced:
        out.print("\n  " + say("Not placed in any item:"), style="yellow")
        for citation in bulletin.unplaced:
            _show_citation(citation)
    placed = len(bulletin.citations) - len(bulletin.unplaced)
    out.print(
        "\n  "
        + say(
            "{items} items, {placed} citations placed, {unplaced} not placed, {others} other links",
            items=len(bulletin.items),
            placed=placed,
            unplaced=len(bulletin.unplaced),
            others=bulletin.other_links,
        )
    )
    for warning in bulletin.warnings:
        out.print("  ! " + warning_words(warning), style="yellow")


def _show_item(item: Item) -> None:
    out = results()
    page = say("page {page}", page=item.page) if item.page else ""
    out.print(f"\n  {item.position}. {clean(item.title or say('(no title)'))}  ", style="bold", end="")
    out.print(page, style="dim")
    if item.text:
        text = str(clean(item.text)).replace("\n", " ")
        out.print(f"     {text[:76]}{'…' if len(text) > 76 else ''}", style="dim")
    if item.credit:
        out.print(f"     （{clean(item.credit)}）", style="dim")
    for citation in item.citations:
        _show_citation(citation)


def _show_citation(citation: Citation) -> None:
    out = results()
    out.print(f"     → {clean(citation.article_url or citation.cited_url)}", style="cyan")
    grounds = [f"{place_name(citation.placed_by)} ({citation.confidence:.0%})"]
    if citation.repair:
        grounds.append(say("mended: {repair}", repair=repair_name(citation.repair)))
    out.print(f"       {' · '.join(grounds)}", style="dim")
    if citation.problem:
        out.print(f"       ! {problem_words(citation.problem)}", style="yellow")


WARNINGS = {
    "no_links": "No WeChat link was found in this bulletin.",
    "no_articles": "It has WeChat links, but none to an article.",
    "no_text": "This file holds no text (perhaps scanned pages); only its links could be read.",
    "unreadable_text": "The text of page {detail} cannot be read (its font has no character map); links were still found.",
    "too_many_links": "Page {detail} has more links than a bulletin has; only the first were read.",
    "cut_short": "The file seems to be cut short; what is there was read.",
    "undecodable_bytes": "Some characters could not be decoded.",
    "no_code_reader": "{detail} pictures in it may hold QR codes, which are not read here. To have them read: pip install 'wxmirror[qr]'.",
    "unread_pictures": "{detail} pictures in it were too many or too large to be looked at for QR codes.",
    "pictures_left_out": "It could not be read with its pictures within the limits of time and memory, so they were left out; QR codes in them were not found.",
    "unread_part": "The file {detail} in it could not be read; open it and give it alone.",
}


def problem_words(problem: str) -> str:
    """Return the sentence for a citation's problem code."""
    return say("It cannot be fetched: {problem}.", problem=problem_name(problem))


def warning_words(warning: str) -> str:
    """Return the sentence for a bulletin's warning code (``code`` or ``code:detail``)."""
    code, _, detail = warning.partition(":")
    return say(WARNINGS[code], detail=detail) if code in WARNINGS else warning


# ---- inspect


def show_reading(file: str, reading: Reading, zone: str) -> None:
    """Show what a saved page is: outcome, evidence, what it says of itself, what it holds."""
    out = results()
    style = STANDING_STYLES[reading.outcome.standing]
    out.print(clean(file), style="bold")
    out.print(f"  {outcome_name(reading.outcome)} ({reading.outcome.value})", style=style)
    for evidence in reading.evidence:
        out.print(f"    {test_name(evidence.test)}: {str(clean(seen_name(evidence.seen)))[:150]}", style="dim")
    if (article := reading.article) is not None:
        rows = [
            (say("title"), article.title),
            (say("account"), _joined(article.account_name, article.account_alias or article.account_id)),
            (say("author"), article.author),
            (say("published"), human_moment(article.published_at, zone) if article.published_at else None),
            (say("identity"), article.identity and article.identity.article_url),
            (say("text"), say("{count} characters", count=len(article.text))),
        ]
        for name, value in rows:
            if value:
                out.print(f"  {name}: {clean(value)}")
    if reading.assets:
        roles = sorted({link.role for link in reading.assets})
        counts = [f"{role_name(role)} {sum(link.role is role for link in reading.assets)}" for role in roles]
        out.print(f"  {say('assets')}: {'  '.join(counts)}")
    if reading.inventory and reading.inventory.expected is not None:
        out.print(
            "  "
            + say(
                "the page lists {expected} media, {found} were found",
                expected=reading.inventory.expected,
                found=reading.inventory.found,
            )
        )


def _joined(name: str | None, detail: str | None) -> str | None:
    return f"{name} ({detail})" if name and detail else name or detail


# ---- find, status, verify, crawl, export


def show_article(url: str, article: ArticleView | None, zone: str) -> None:
    """Show what is held of an article, and who cites it."""
    out = results()
    if article is None:
        out.print(clean(url), style="bold")
        out.print("  " + say("not in the archive"), style="yellow")
        return
    title = next((snapshot.title for snapshot in article.snapshots if snapshot.title), None)
    out.print(clean(title or article.article_url), style="bold")
    out.print(f"  {article.article_url}", style="cyan")
    told = say("told on {moment}", moment=human_moment(article.last_told_at, zone)) if article.last_told_at else ""
    out.print(f"  {standing_name(article.standing)}  ", style=STANDING_STYLES[article.standing], end="")
    out.print(told, style="dim")
    if stone := article.tombstone:
        moment = human_moment(stone.withdrawn_at, zone)
        out.print("  " + say("withdrawn on {moment}: {reason}", moment=moment, reason=clean(stone.reason)), style="red")
    for snapshot in article.snapshots:
        whole = (
            say("complete") if snapshot.is_complete else say("{count} assets missing", count=snapshot.missing_assets)
        )
        out.print("  " + say("copy of {moment}, {whole}", moment=human_moment(snapshot.captured_at, zone), whole=whole))
        out.print(f"    {snapshot.replay_path}", style="dim")
    for capture in article.captures[:10]:
        out.print(f"  {human_moment(capture.captured_at, zone)}  {outcome_name(capture.outcome)}", style="dim")
    for citing in article.cited_by:
        bulletin = citing.bulletin_title or citing.issuer or citing.bulletin
        where = (
            say("item {position}: {title}", position=citing.item, title=clean(citing.item_title or ""))
            if citing.item
            else say("not placed")
        )
        out.print(
            "  "
            + say(
                "cited by {bulletin} ({day}), {where}",
                bulletin=clean(bulletin),
                day=citing.published_on or "—",
                where=where,
            )
        )
        if citing.decision:
            out.print(f"    {clean(decision_words(citing.decision, zone))}", style="dim")


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
    "breaker": "WeChat asked for verification again and again, so the visits were ended; {left} articles stay due and are visited in the next run. Nothing needs to be done.",
    "way_out_down": "The network (or the proxy) cannot be reached, so nothing was counted as tried; {left} articles stay due. Check the connection and run again.",
    "time": "The time for this run was up; {left} articles stay due and are visited in the next run.",
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
    found = ", ".join(f"{outcome_name(Outcome(name))} {count}" for name, count in summary.outcomes.items())
    out.print(say("{visited} articles visited", visited=summary.visited) + (f": {found}" if found else ""))
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


FAULTS = {
    "damaged": "damaged",
    "missing": "missing",
    "mismatch": "does not match",
    "unreadable": "cannot be read",
}


def show_verification(found: Verification, seconds: float) -> None:
    """Show what an audit found, each fault on a line."""
    out = results()
    for fault in found.faults:
        _show_fault(fault)
    out.print(
        say(
            "{blobs} files ({size}) and {rows} records checked in {time}: {faults} faults",
            blobs=found.blobs,
            size=human_size(found.bytes),
            rows=found.rows,
            time=human_seconds(seconds),
            faults=len(found.faults),
        ),
        style="red" if found.faults else "green",
    )
    if found.faults:
        out.print(say("Restore the files named above from a backup, then run `wxmirror verify` again."))


def _show_fault(fault: Fault) -> None:
    out = results()
    out.print(f"✗ {say(FAULTS.get(fault.kind, fault.kind))}: {clean(kept_sentence(fault.subject))}", style="red")
    out.print(f"  {clean(kept_sentence(fault.detail))}", style="dim")


def show_repacked(done: Repacked, seconds: float) -> None:
    """Show how much room was won."""
    if not done.pages:
        results().print(say("Nothing to pack: every page takes as little room as it can for now."))
        return
    results().print(
        say(
            "{pages} pages took {before} and take {after} now ({references} new references counted in, {time})",
            pages=done.pages,
            before=human_size(done.bytes_before),
            after=human_size(done.bytes_after),
            references=done.references,
            time=human_seconds(seconds),
        ),
        style="green",
    )


def show_export(exported: Exported) -> None:
    """Show what was written, and where."""
    results().print(
        say(
            "{articles} articles, {snapshots} copies and {assets} assets written to {out} ({size}, {time})",
            articles=exported.articles,
            snapshots=exported.snapshots,
            assets=exported.assets,
            out=exported.out,
            size=human_size(exported.bytes),
            time=human_seconds(exported.seconds),
        )
    )
    _show_left_out(exported.faults)


def _show_left_out(faults: Sequence[Fault]) -> None:
    for fault in faults:
        _show_fault(fault)
    if faults:
        words = say(
            "{count} damaged files were left out; all else was written. Restore the files named above from a backup, "
            "then export again.",
            count=len(faults),
        )
        results().print(words, style="red")


FATES = {
    "replaced": "leads to the archive now",
    "left": "left as it was (still readable at WeChat)",
    "never_kept": "no copy is held",
    "not_an_article": "not an article",
}


def show_restored(links: Iterable[tuple[str, str]], out: Path, changed: int) -> None:
    """Show the fate of every link of a restored bulletin; ``links`` are (cited address, fate)."""
    console = results()
    rows: Sequence[tuple[str, str]] = list(links)
    for cited_url, fate in rows:
        style = "green" if fate == "replaced" else "yellow" if fate == "never_kept" else "dim"
        console.print(f"  {say(FATES.get(fate, fate))}  ", style=style, end="")
        console.print(clean(cited_url), style="dim")
    console.print(
        say("{changed} of {count} links now lead to the archive: {out}", changed=changed, count=len(rows), out=out)
    )


def show_bundle(bundle: Bundle) -> None:
    """Show what lies beside a restored document, and what of it is damaged."""
    out = results()
    out.print(
        say(
            "{count} copies lie beside it. Open the document from this folder; the folder may be moved or sent whole.",
            count=bundle.copies,
        )
    )
    _show_left_out(bundle.faults)
