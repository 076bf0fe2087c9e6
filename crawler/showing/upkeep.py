"""What was audited, packed and given out, for people, and which damaged files were met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.showing.terminal import clean, human_seconds, human_size, results
from crawler.words import say
from crawler.words.names import kept_sentence
from storage.records import Fault, Repacked, Verification

if TYPE_CHECKING:
    from crawler.mirror.exports import Exported
    from crawler.mirror.restore.bundle import Bundle

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
    out.print(
        f"✗ {say(FAULTS.get(fault.kind, fault.kind))}{say(': ')}{clean(kept_sentence(fault.subject))}", style="red"
    )
    out.print(f"  {clean(kept_sentence(fault.detail))}", style="dim")


def show_repacked(done: Repacked, seconds: float) -> None:
    """Show how much room was won."""
    if not done.pages:
        results().print(say("Nothing to pack: every page takes as little room as it can for now."))
        return
    results().print(
        say(
            "{pages} pages: {before} before, {after} now ({references} new references counted in, {time})",
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
        say(
            "links that lead to the archive now: {changed} of {count} ({out})",
            changed=changed,
            count=len(rows),
            out=out,
        )
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
