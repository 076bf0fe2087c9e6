"""What is worked out of bulletins as they were read: which of their rows are shown, where, and by whose word.

A bulletin may lie in several forms (PDF and web page), and people decide about citations. Both are kept as they came
about; what follows from them is written into bare columns of ``item`` and ``citation`` of the newest versions, anew
with every version, reading, decision and merge, so that every list stays one statement (storage.shown).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, or_, select

from storage.binding import Context, Mark, context_of, mark_of
from storage.schema import address as addresses
from storage.schema import bulletin as bulletins
from storage.schema import bulletin_version as versions
from storage.schema import citation as citations
from storage.schema import digest
from storage.schema import item as items

CERTAIN = 0.9  # a citation placed with less confidence goes to review (design, section 3.6)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of a newest version."""

    number: int
    form: int  # its bulletin's row
    mark: Mark
    same_as: int | None
    shown_position: int | None


@dataclass(frozen=True, slots=True)
class CitationRow:
    """A citation of a newest version. ``named`` is the digest of what it cites."""

    number: int
    form: int
    item: int | None
    position: int
    named: str
    cited: str  # what tells the article cited from others today: spellings of one article have one
    cited_url: str
    address: int | None
    context: Context
    is_sure: bool
    pointers: tuple[int | None, int | None, int | None]  # decision, shown item, same as


@dataclass(frozen=True, slots=True)
class Family:
    """The forms of one bulletin in their newest versions: the first one first, those outdated by others last."""

    forms: tuple[int, ...]
    outdated: frozenset[int]
    items: tuple[ItemRow, ...]
    citations: tuple[CitationRow, ...]

    def of_form(self, form: int) -> list[CitationRow]:
        """The citations of one form, in order."""
        return [one for one in self.citations if one.form == form]


def forms_of(db: Connection, number: int) -> tuple[int, ...]:
    """The rows of all forms of the bulletin that this row is a form of, the first one first."""
    first = db.scalar(select(func.coalesce(bulletins.c.form_of_id, bulletins.c.id)).where(bulletins.c.id == number))
    family = or_(bulletins.c.id == first, bulletins.c.form_of_id == first)
    first_then_others = bulletins.c.form_of_id.is_not(None), bulletins.c.id
    return tuple(db.scalars(select(bulletins.c.id).where(family).order_by(*first_then_others)))


def outdated_forms(db: Connection, forms: Sequence[int]) -> frozenset[int]:
    """Those forms whose bytes another form had before it got newer ones: what was corrected there still stands here."""
    if len(forms) == 1:
        return frozenset()
    newest, of_other, earlier = versions.alias(), bulletins.alias(), versions.alias()
    query = (
        select(bulletins.c.id)
        .join(newest, newest.c.id == bulletins.c.newest_version_id)
        .join(earlier, and_(earlier.c.sha256 == newest.c.sha256, earlier.c.bulletin_id != bulletins.c.id))
        .join(of_other, and_(of_other.c.id == earlier.c.bulletin_id, of_other.c.newest_version_id != earlier.c.id))
        .where(bulletins.c.id.in_(forms), of_other.c.id.in_(forms))
    )
    outdated = frozenset(db.scalars(query))
    return outdated if len(outdated) < len(forms) else frozenset()


def read_family(db: Connection, number: int, *, only: bool = False) -> Family:
    """All forms of a bulletin (or ``only`` this one) with their items and citations."""
    forms = (number,) if only else forms_of(db, number)
    outdated = outdated_forms(db, forms)
    forms = tuple(sorted(forms, key=lambda form: form in outdated))
    item_rows = _items(db, forms)
    marks = {item.number: item.mark for item in item_rows}
    return Family(forms=forms, outdated=outdated, items=tuple(item_rows), citations=tuple(_citations(db, forms, marks)))


def _items(db: Connection, forms: Sequence[int]) -> list[ItemRow]:
    query = (
        select(items, bulletins.c.id.label("form"))
        .join_from(items, bulletins, bulletins.c.newest_version_id == items.c.version_id)
        .where(bulletins.c.id.in_(forms))
    )
    rows = [
        ItemRow(row.id, row.form, mark_of(row.position, row.title, row.text), row.same_as_id, row.shown_position)
        for row in db.execute(query)
    ]
    return sorted(rows, key=lambda row: (forms.index(row.form), row.mark.position))


def _citations(db: Connection, forms: Sequence[int], marks: Mapping[int, Mark]) -> list[CitationRow]:
    query = (
        select(citations, bulletins.c.id.label("form"), addresses.c.article_sha256, addresses.c.article_id)
        .select_from(
            citations.join(bulletins, bulletins.c.newest_version_id == citations.c.version_id).outerjoin(addresses)
        )
        .where(bulletins.c.id.in_(forms))
    )
    rows = [
        CitationRow(
            number=row.id,
            form=row.form,
            item=row.item_id,
            position=row.position,
            named=row.article_sha256 or digest(row.cited_url),
            cited=f"article {row.article_id}" if row.address_id else row.cited_url,
            cited_url=row.cited_url,
            address=row.address_id,
            context=context_of(row.anchor_text, marks.get(row.item_id)),
            is_sure=row.item_id is not None and row.confidence >= CERTAIN and row.problem is None,
            pointers=(row.decision_id, row.shown_item_id, row.same_as_id),
        )
        for row in db.execute(query)
    ]
    return sorted(rows, key=lambda row: (forms.index(row.form), row.position))


def same_named(cited: Sequence[CitationRow]) -> dict[str, list[CitationRow]]:
    """Citations of one form by what they cite, in order."""
    found: dict[str, list[CitationRow]] = {}
    for one in cited:
        found.setdefault(one.named, []).append(one)
    return found
