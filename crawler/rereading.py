"""Pages that are held, read again by the present reader.

A better reader is worth as much to the pages of ten years ago as to those of tomorrow, so it is run over what is kept.
Each page is read in a child process, within the limits of the crawl's; its new reading is one transaction, and the
earlier ones stay. Killed at any instant, what was read again is done, and the next run goes on with the rest. A page
that cannot be read now keeps the reading that it has: a reader that fails tells nothing of the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.exchanges import CUT, judged
from crawler.fetching import DEEPEST_IMPORT
from crawler.readers import PAGE_SECONDS, Reader, ReadingFailed
from crawler.revisits import next_visit
from crawler.visits import target_of
from crawler.wechat.version import READER_VERSION
from storage.archive import Archive
from storage.errors import BlobDamaged, NotInArchive
from storage.records import AssetLink, KeptPage, Outcome, Reading, Role

EXCHANGE = "exchange"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the present reader understands differently of one page."""

    capture: str
    article_url: str
    captured_at: datetime
    outcome_before: Outcome
    outcome: Outcome
    title_before: str | None
    title: str | None
    is_text_changed: bool
    assets_due: int  # assets found only now, and not held


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A page that could not be read again; the reading that it has stays."""

    capture: str
    article_url: str
    captured_at: datetime
    kind: str  # damaged, reader
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """What reading again came to."""

    read: int
    outcomes: Mapping[str, int]
    changed: tuple[Change, ...]
    assets_due: int
    failed: tuple[Unread, ...]
    left: int  # pages of an older reader that were not come to


def reread_pages(
    archive: Archive,
    reader: Reader,
    *,
    articles: Collection[str] | None,
    is_kept: bool,
    progress: Progress | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> Reread:
    """Read again what an older reader read, of these articles (canonical names) or of all.

    Without ``is_kept`` nothing is written. ``progress`` is told (done, of); ``is_over`` is asked before each page and
    ends the work. The archive's lock of the crawl must be held where it is written. Raises NotInArchive, DiskFull.
    """
    names = archive.captures_read_before(READER_VERSION, articles=articles)
    sheets = Sheets(archive, reader)
    outcomes: Counter[str] = Counter()
    changed: list[Change] = []
    failed: list[Unread] = []
    due: set[str] = set()
    for done, name in enumerate(names):
        if is_over():
            break
        page = archive.kept_page(name)
        try:
            reading = read_again(archive, reader, page)
        except (BlobDamaged, NotInArchive, ReadingFailed) as error:
            failed.append(_unread(page, error))
            continue
        finally:
            if progress:
                progress(done + 1, len(names))
        outcomes[reading.outcome.value] += 1
        found = newly_found(archive, page, reading)
        due |= found
        if change := compare(page, reading, assets_due=len(found)):
            changed.append(change)
        if is_kept:
            target = target_of(reading)
            cited = sheets.cited_by(reading.assets)
            archive.keep_reading(name, reading, next_visit=next_visit, moved_to=target, cited_by_sheets=cited)
    read = outcomes.total()
    return Reread(
        read=read,
        outcomes=dict(outcomes),
        changed=tuple(changed),
        assets_due=len(due),
        failed=tuple(failed),
        left=len(names) - read - len(failed),
    )


def read_again(archive: Archive, reader: Reader, page: KeptPage) -> Reading:
    """What the present reader understands of a page. Raises BlobDamaged, NotInArchive, ReadingFailed.

    What was told by the exchange alone (a redirect that led nowhere, a guard's refusal) did not rest on the page, and
    is said again. Whether a body came whole only the exchange knew; it stands in the evidence.
    """
    before = page.reading
    seen = [evidence.seen for evidence in before.evidence if evidence.test == EXCHANGE]
    if seen and len(before.evidence) == 1:
        return replace(before, reader_version=READER_VERSION)
    body = archive.read_blob(page.page_sha256)
    reading: Reading = reader.ask("page", body, page.final_url, page.content_type, seconds=PAGE_SECONDS)
    if before.article and any(evidence.test == "bounds" for evidence in reading.evidence):
        raise ReadingFailed("beyond the bounds of the present reader")
    return judged(reading, status=page.status or 200, is_cut=CUT in seen)


def newly_found(archive: Archive, page: KeptPage, reading: Reading) -> set[str]:
    """The assets that only this reading found, and that are not held."""
    new = {link.key for link in reading.assets} - {link.key for link in page.reading.assets}
    return new - archive.has_assets(new) if new else new


def compare(page: KeptPage, reading: Reading, *, assets_due: int) -> Change | None:
    """What is understood differently now, None where nothing is."""
    before, after = page.reading.article, reading.article
    change = Change(
        capture=page.capture,
        article_url=page.article_url,
        captured_at=page.captured_at,
        outcome_before=page.reading.outcome,
        outcome=reading.outcome,
        title_before=before.title if before else None,
        title=after.title if after else None,
        is_text_changed=(before.text if before else "") != (after.text if after else ""),
        assets_due=assets_due,
    )
    is_same = change.outcome_before is change.outcome and change.title_before == change.title
    return None if is_same and not change.is_text_changed and not change.assets_due else change


class Sheets:
    """What style sheets cite, as far as they are held; each is read once."""

    def __init__(self, archive: Archive, reader: Reader) -> None:
        self._archive = archive
        self._reader = reader
        self._cited: dict[str, tuple[AssetLink, ...]] = {}

    def cited_by(self, assets: Sequence[AssetLink]) -> tuple[AssetLink, ...]:
        """What these assets' sheets cite, and what the sheets cite that these import."""
        cited: dict[AssetLink, None] = {}
        waiting = [link.key for link in assets if link.role is Role.STYLE]
        for _ in range(DEEPEST_IMPORT):
            found = [link for key in dict.fromkeys(waiting) for link in self._of_sheet(key)]
            waiting = [link.key for link in found if link not in cited]
            cited.update(dict.fromkeys(found))
        return tuple(cited)

    def _of_sheet(self, key: str) -> tuple[AssetLink, ...]:
        if key not in self._cited:
            self._cited[key] = tuple(self._read(key))
        return self._cited[key]

    def _read(self, key: str) -> Iterator[AssetLink]:
        if not self._archive.has_assets([key]):
            return
        held = self._archive.renditions(key)[0]
        if held.media_type != "text/css":
            return
        try:
            yield from self._reader.find_style_assets(self._archive.read_blob(held.sha256), held.url)
        except (BlobDamaged, NotInArchive):
            return  # `verify` tells of it


def _unread(page: KeptPage, error: Exception) -> Unread:
    kind = "reader" if isinstance(error, ReadingFailed) else "damaged"
    return Unread(
        capture=page.capture,
        article_url=page.article_url,
        captured_at=page.captured_at,
        kind=kind,
        detail=str(error),
    )
