"""Out of the archive: a folder that opens from disk, a WARC."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export came to (the JSON of ``export``). ``bytes`` is the size of all that was written."""

    format: str
    out: Path
    bulletins: int
    articles: int
    snapshots: int
    assets: int
    bytes: int
    seconds: float
