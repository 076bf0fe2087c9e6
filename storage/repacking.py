"""Less disk: pages that share their template are kept against a reference made of it.

A page is megabytes of program text around some kilobytes of its own; pages of one release of the template differ in
little else, and those of neighbouring releases in a part. So a *reference*, the template text of one page, is kept once
as a blob of its own kind, and pages are kept against it. What of a page is template, the caller says; what must never
come into a reference is an article's own words, since a reference outlives every article.

Which references are worth their room is judged by samples: of every page the lengths of one in 16 of its statements,
told apart by their hash. A new one is made only where it saves more than it takes. Work goes on in batches, so that
memory does not grow with the archive, and page by page: the new form is written, read back and compared, then the row
is written, then the old form goes. Killed at any instant, a page is readable in one form or the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from sqlalchemy import func, or_, select, update

from storage.blobs import REFERENCE_LEVEL, BlobStore, read_blob
from storage.bytes_kept import REFERENCE, Bytes, BytesOf, keep_bytes
from storage.engine import Database
from storage.errors import BlobDamaged, NotReadBack
from storage.packing import pack
from storage.records import Repacked
from storage.schema import blob as blobs

TemplateOf = Callable[[bytes], Sequence[bytes]]
"""From a page to those pieces of it that are its template's, and hold nothing of the article."""

Progress = Callable[[int, int], None]

PAGE = "page"
SMALLEST = 200_000  # bytes; pages of before 2020 have less, and little to gain
LARGEST_REFERENCE = 8 << 20
BATCH = 64
REFERENCES_TRIED = 24  # the newest: a template's releases follow one another
ONE_IN = 16
LONGEST_PART = 200
WORTHWHILE = 0.8  # a new form must take less than this share of the old one
TRIED = 3  # candidates that are tried out
TRIED_ON = 12  # pages
TRIAL_LEVEL = 9  # tells the same order as the last one, in a tenth of a second
NOBODY = "0" * 64
SURPLUS = 1.2  # a new reference must save so many times its own size: samples err

_STATEMENTS = re.compile(rb"[\n;}]")


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What is known of a page (or a reference) without holding it."""

    sha256: str
    size: int
    at_rest: int  # bytes
    template: int  # bytes of the page that are its template's
    statements: Mapping[int, int]  # of one in 16 of the template's: hash, length

    def estimate(self, reference: Sample) -> float:
        """How many bytes the page will take against a reference, roughly."""
        whole = sum(self.statements.values())
        shared = sum(length for mark, length in self.statements.items() if mark in reference.statements)
        held = self.template * shared / whole if whole else 0.0
        return (self.size - held) * self.at_rest / max(1, self.size)

    @property
    def cost_of_reference(self) -> float:
        """How many bytes a reference made of this page will take, roughly."""
        return self.template * self.at_rest / max(1, self.size)


class Work:
    """One run: the references at hand, and what was done. The archive's lock must be held."""

    def __init__(self, database: Database, store: BlobStore, template_of: TemplateOf, now: datetime) -> None:
        self._done = Repacked(pages=0, references=0, bytes_before=0, bytes_after=0)
        self._database, self._store, self._template_of, self._now = database, store, template_of, now
        self._references: dict[str, Sample] = {}

    def repack(self, *, progress: Progress | None, is_over: Callable[[], bool]) -> Repacked:
        """Keep the archive's pages against references where that saves room.

        Raises DiskFull, NotReadBack; whatever was done until then is safe, and a later run goes on.
        """
        _settle(self._database, self._store)
        if total := _count_waiting(self._database):
            known = _known_references(self._database)
            self._references = {name: sample for name in known if (sample := self._sample_reference(name))}
        looked_at = 0
        for batch in _batches(self._database):
            waiting = [sample for name in batch if not is_over() and (sample := self.sample(name))]
            if not is_over():
                self.choose(waiting)
            for page in waiting:
                if is_over():
                    return self._done
                self.keep_against_the_best(page)
                looked_at += 1
                if progress:
                    progress(looked_at, total)
        return self._done

    def sample(self, sha256: str) -> Sample | None:
        """What decides over a page; None for one that is damaged: the audit tells of it."""
        try:
            body = read_blob(self._store, sha256)
        except (BlobDamaged, FileNotFoundError):
            return None
        return take_sample(sha256, len(body), self._store.size_at_rest(sha256), self._template_of(body))

    def choose(self, waiting: Sequence[Sample]) -> None:
        """Make the references that these pages are worth, the one that saves most first."""
        costs = {page.sha256: self._best(page)[0] for page in waiting}
        candidates = list(waiting)
        while candidates:
            savings = {candidate: _saving(waiting, costs, candidate) for candidate in candidates}
            promising = sorted((one for one in candidates if savings[one] > 0), key=lambda one: -savings[one])[:TRIED]
            if not promising:
                return
            chosen = self._try(promising, waiting) if len(promising) > 1 else promising[0]
            candidates.remove(chosen)
            reference = self._make_reference(chosen)
            costs = {page.sha256: min(costs[page.sha256], page.estimate(reference)) for page in waiting}

    def _try(self, promising: Sequence[Sample], waiting: Sequence[Sample]) -> Sample:
        """The candidate against which some of the pages take least: where estimates are near, they tell too little."""
        texts = [self._template(candidate) for candidate in promising]
        sizes = [0] * len(texts)
        for page in waiting[:: max(1, len(waiting) // TRIED_ON)]:
            body = read_blob(self._store, page.sha256)
            for number, text in enumerate(texts):
                sizes[number] += min(page.at_rest, len(pack(body, NOBODY, text, level=TRIAL_LEVEL)))
        return promising[sizes.index(min(sizes))]

    def keep_against_the_best(self, page: Sample) -> None:
        """Write a page anew, if that saves enough."""
        estimate, reference = self._best(page)
        if reference is None or estimate > WORTHWHILE * page.at_rest:
            return
        size = self._write(page, reference.sha256)
        if size is not None:
            self._count(pages=1, before=page.at_rest, after=size)

    def _best(self, page: Sample) -> tuple[float, Sample | None]:
        """How many bytes a page will take against the best reference, and which that is."""
        choices = [(page.estimate(reference), reference) for reference in self._references.values()]
        return min(choices, key=lambda choice: choice[0], default=(float(page.at_rest), None))

    def _make_reference(self, page: Sample) -> Sample:
        """Keep a page's template text as a reference: bytes first, row second."""
        text = self._template(page)
        name = hashlib.sha256(text).hexdigest()
        self._store.put(name, text, compress=True, level=REFERENCE_LEVEL)
        read_blob(self._store, name)
        with self._database.writing() as db:
            keep_bytes(db, BytesOf("", [Bytes(sha256=name, size=len(text), kind=REFERENCE)], self._now))
        made = take_sample(name, len(text), self._store.size_at_rest(name), [text])
        if name not in self._references:
            self._references[name] = made
            self._count(references=1, after=made.at_rest)
        return made

    def _template(self, page: Sample) -> bytes:
        return b"\n".join(self._template_of(read_blob(self._store, page.sha256)))[:LARGEST_REFERENCE]

    def _sample_reference(self, sha256: str) -> Sample | None:
        try:
            text = read_blob(self._store, sha256)
        except (BlobDamaged, FileNotFoundError):
            return None  # damaged: nothing more is kept against it
        return take_sample(sha256, len(text), self._store.size_at_rest(sha256), [text])

    def _write(self, page: Sample, reference: str) -> int | None:
        """The new form, the row, and only then the end of the old form; the new size, or None if it is too large."""
        size = self._store.put_packed(page.sha256, read_blob(self._store, page.sha256), reference)
        if size > WORTHWHILE * page.at_rest:
            self._store.drop_packed(page.sha256)
            return None
        read_back(self._store, page.sha256)
        with self._database.writing() as db:
            db.execute(update(blobs).where(blobs.c.sha256 == page.sha256).values(reference=reference))
        self._store.settle(page.sha256)
        return size

    def _count(self, *, pages: int = 0, references: int = 0, before: int = 0, after: int = 0) -> None:
        self._done = Repacked(
            pages=self._done.pages + pages,
            references=self._done.references + references,
            bytes_before=self._done.bytes_before + before,
            bytes_after=self._done.bytes_after + after,
        )


def read_back(store: BlobStore, sha256: str) -> None:
    """Make sure that a form against a reference says, from the disk, what its name promises. Raises NotReadBack."""
    try:
        seen = hashlib.sha256(store.read_packed(sha256)).hexdigest()
    except BlobDamaged as error:
        store.drop_packed(sha256)
        raise NotReadBack(sha256=sha256) from error
    if seen != sha256:
        store.drop_packed(sha256)
        raise NotReadBack(sha256=sha256)


def _saving(waiting: Sequence[Sample], costs: Mapping[str, float], candidate: Sample) -> float:
    """How many bytes a reference made of this page would save, beyond its own; roughly."""
    saved = sum(max(0.0, costs[page.sha256] - page.estimate(candidate)) for page in waiting)
    return saved - SURPLUS * candidate.cost_of_reference


def take_sample(sha256: str, size: int, at_rest: int, pieces: Sequence[bytes]) -> Sample:
    """What is to be known of a page of which these pieces are the template's."""
    statements = {
        mark: len(part)
        for piece in pieces
        for statement in _STATEMENTS.split(piece)
        for part in _parts(statement.strip())
        if (mark := crc32(part)) % ONE_IN == 0
    }
    return Sample(sha256, size, at_rest, sum(map(len, pieces)), statements)


def _parts(statement: bytes) -> Iterator[bytes]:
    """A statement, in parts where it is long: a drawing in a string must not weigh as much as a hundred functions."""
    for start in range(0, len(statement), LONGEST_PART):
        yield statement[start : start + LONGEST_PART]


# ---- which pages, which references


_WAITING = (blobs.c.kind == PAGE, blobs.c.reference.is_(None), blobs.c.size >= SMALLEST)


def _count_waiting(database: Database) -> int:
    with database.reading() as db:
        return int(db.scalar(select(func.count()).select_from(blobs).where(*_WAITING)) or 0)


def _batches(database: Database) -> Iterator[list[str]]:
    """The names of pages that are kept by themselves, oldest first, some at a time."""
    last: tuple[datetime, str] = (datetime(1970, 1, 1, tzinfo=UTC), "")
    while True:
        after = or_(
            blobs.c.kept_at > last[0],
            (blobs.c.kept_at == last[0]) & (blobs.c.sha256 > last[1]),
        )
        query = select(blobs.c.sha256, blobs.c.kept_at).where(*_WAITING, after)
        with database.reading() as db:
            rows = db.execute(query.order_by(blobs.c.kept_at, blobs.c.sha256).limit(BATCH)).all()
        if not rows:
            return
        yield [row.sha256 for row in rows]
        last = (rows[-1].kept_at, rows[-1].sha256)


def _known_references(database: Database) -> list[str]:
    query = select(blobs.c.sha256).where(blobs.c.kind == REFERENCE)
    with database.reading() as db:
        return list(db.scalars(query.order_by(blobs.c.kept_at.desc(), blobs.c.sha256).limit(REFERENCES_TRIED)))


def _settle(database: Database, store: BlobStore) -> None:
    """Remove the old forms that a killed run left beside the new ones, some at a time."""
    last = ""
    while True:
        query = select(blobs.c.sha256).where(blobs.c.reference.is_not(None), blobs.c.sha256 > last)
        with database.reading() as db:
            some: list[Any] = list(db.scalars(query.order_by(blobs.c.sha256).limit(1000)))
        if not some:
            return
        for sha256 in some:
            store.settle(sha256)
        last = some[-1]
