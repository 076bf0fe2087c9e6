"""Out of the archive: a folder that opens from disk, a WARC."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from storage.records import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export came to (the JSON of ``export``).

    ``bytes`` is the size of all that was written, ``faults`` what was left out because it is damaged.
    """

    format: str
    out: Path
    bulletins: int
    articles: int
    snapshots: int
    assets: int
    bytes: int
    seconds: float
    faults: tuple[Fault, ...] = ()
