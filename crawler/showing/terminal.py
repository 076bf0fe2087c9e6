"""The terminal, and how sizes, times and progress are written on it.

Results go to stdout, messages and progress to stderr. Every string that came from a page or a bulletin is printed as
text: markup is never read from it, and control and direction marks are taken out.
"""

from __future__ import annotations

import sys
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crawler.words import say
from crawler.words.cleaning import clean as clean

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

UNITS = ("B", "KB", "MB", "GB", "TB")


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
