"""What an export had to leave out because its bytes are damaged or gone; the rest goes out all the same."""

from __future__ import annotations

from storage.errors import ArchiveError, BlobDamaged, NotInArchive
from storage.records import CaptureView, Fault, SnapshotView

LOST = (BlobDamaged, NotInArchive)
"""What reading kept bytes raises when they cannot be had."""


class Damage:
    """The faults of one export, each once, named as `verify` names them."""

    def __init__(self) -> None:
        self._faults: dict[tuple[str, str], Fault] = {}

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was left out, in the order in which it was met."""
        return tuple(self._faults.values())

    def page(self, view: CaptureView | SnapshotView, error: ArchiveError) -> None:
        """A page was left out."""
        url = view.article_url if isinstance(view, SnapshotView) else view.address.article_url
        self._note(f"page {url}", error)

    def asset(self, url: str, error: ArchiveError) -> None:
        """An asset was left out."""
        self._note(f"asset {url}", error)

    def _note(self, subject: str, error: ArchiveError) -> None:
        kind = "damaged" if isinstance(error, BlobDamaged) else "missing"
        self._faults.setdefault((subject, str(error)), Fault(kind=kind, subject=subject, detail=str(error)))
