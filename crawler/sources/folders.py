"""A watched folder: which of its files are new or have changed, and whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

from crawler.config import SourceSettings
from crawler.files import read_file
from crawler.intake import Intake
from crawler.sources.patience import SourceFailed
from crawler.words import say
from storage.errors import UnreadableBulletin
from storage.records import SourceFetch

FRESH = timedelta(seconds=3)
"""A file that was written to more recently may still be on its way into the folder: it is looked at twice."""

SETTLING_SECONDS = 1.0

PASSING = (".tmp", ".part", ".partial", ".crdownload", ".download", ".swp", "~")


def take_folder(source: SourceSettings, intake: Intake) -> None:
    """Take in what is new or changed in a watched folder. Raises SourceFailed when it cannot be listed."""
    folder = Path(source.folder or "")
    new = new_files(folder, intake.held.source_fetches(source.name))
    if any(_is_fresh(stamp, intake.clock.now()) for stamp in new.values()):
        sleep(SETTLING_SECONDS)
    for file, stamp in new.items():
        _take_file(source, intake, file, stamp)


def new_files(folder: Path, known: Mapping[str, SourceFetch]) -> dict[Path, str]:
    """The files that are not known as they are now, with their stamps. Raises SourceFailed."""
    if not folder.is_dir():
        raise SourceFailed(url=str(folder), reason="no_folder")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise SourceFailed(url=str(folder), reason="closed_folder")
    past = {place: fetch.last_modified for place, fetch in known.items()}
    stamps = {file: _stamp(file) for file in _bulletins_in(folder)}
    return {file: stamp for file, stamp in stamps.items() if stamp and past.get(_place(folder, file)) != stamp}


def _take_file(source: SourceSettings, intake: Intake, file: Path, stamp: str) -> None:
    listener, place = intake.tally.listener, _place(Path(source.folder or ""), file)
    try:
        body = read_file(file)
        if _stamp(file) != stamp:
            listener.note(say("{file} is still being written; it is taken in with the next run.", file=file))
            return
        sha256: str | None = intake.take(body, file.name, source=source.name, source_url=place)
    except UnreadableBulletin as error:
        listener.problem(error)
        sha256 = None
    fetch = SourceFetch(
        source=source.name, url=place, fetched_at=intake.clock.now(), sha256=sha256, last_modified=stamp
    )
    intake.held.keep_source_fetch(fetch)


def _bulletins_in(folder: Path) -> Iterator[Path]:
    """The files below a folder that may be bulletins: nothing hidden, nothing that a program is about to rename."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith((".", "~$")) and not name.lower().endswith(PASSING):
                yield Path(root) / name


def _place(folder: Path, file: Path) -> str:
    return file.relative_to(folder).as_posix()


def _is_fresh(stamp: str, now: datetime) -> bool:
    written_at = datetime.fromtimestamp(int(stamp.split()[1]) / 1e9, UTC)
    return now - written_at < FRESH


def _stamp(file: Path) -> str | None:
    """What changes when a file does: its size and time; None for one that is gone."""
    try:
        status = file.stat()
    except OSError:
        return None
    return f"{status.st_size} {status.st_mtime_ns}"
