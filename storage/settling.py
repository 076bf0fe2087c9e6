"""Working out anew what of a bulletin is shown, and where: by its forms, and by what people decided.

Runs in the transaction of whatever changed. What follows is written into bare columns (storage.family), only where it
differs from what stands there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from storage.binding import Context, Mark, Standing, Target, meant_citation, meant_item
from storage.documents import loads
from storage.family import CitationRow, Family, ItemRow, forms_of, read_family, same_named
from storage.likeness import match_items
from storage.records import DecisionKind
from storage.rows import chunks
from storage.schema import bulletin as bulletins
from storage.schema import citation as citations
from storage.schema import decision as decisions
from storage.schema import item as items


@dataclass(slots=True)
class Shown:
    """What is worked out, by the numbers of rows."""

    decision: dict[int, int] = field(default_factory=dict)  # of a citation
    item: dict[int, int] = field(default_factory=dict)  # where a citation stands, if not in its own item
    same_citation: dict[int, int] = field(default_factory=dict)
    same_item: dict[int, int] = field(default_factory=dict)
    position: dict[int, int] = field(default_factory=dict)  # of an item
    placed: dict[int, int] = field(default_factory=dict)  # citations by a person's word: how new it is, 0 the newest
    lapsed: dict[int, int] = field(default_factory=dict)  # of a citation: a decision that could not be carried over


def settle(db: Connection, bulletin: int) -> None:
    """Work out anew what is shown of a bulletin and its forms."""
    family = read_family(db, bulletin)
    write(db, family, work_out(db, family))


def needs_settling(db: Connection, bulletin: int) -> bool:
    """Whether anything could follow for a bulletin that was just read for the first time: most have no decision."""
    decided = db.execute(select(decisions.c.id).where(decisions.c.bulletin_id == bulletin).limit(1)).first()
    return decided is not None or len(forms_of(db, bulletin)) > 1


def work_out(db: Connection, family: Family) -> Shown:
    """What is shown, by all that was kept."""
    shown = Shown()
    _match_items(family, shown)
    _decide(db, family, shown)
    _match_citations(family, shown)
    return shown


def _match_items(family: Family, shown: Shown) -> None:
    """Match the items of each further form to those shown so far; what has no match is shown after them."""
    first, *others = family.forms
    places = [item for item in family.items if item.form == first]
    last = max((item.mark.position for item in places), default=0)
    for form in others:
        own = [item for item in family.items if item.form == form]
        same = match_items([item.mark for item in places], [item.mark for item in own])
        same |= _same_by_articles(family, places, own, same)
        for index, item in enumerate(own):
            if index in same:
                shown.same_item[item.number] = places[same[index]].number
            elif form in family.outdated:
                shown.same_item[item.number] = item.number  # not shown
            else:
                last += 1
                shown.position[item.number] = last
                places.append(item)


def _same_by_articles(
    family: Family, places: Sequence[ItemRow], own: Sequence[ItemRow], same: Mapping[int, int]
) -> dict[int, int]:
    """Items that say it differently, but cite the same articles, each of which is cited once in both forms."""
    once = {form: _cited_once(family.of_form(form)) for form in family.forms}
    cited: dict[int, set[str]] = {}
    for one in family.citations:
        if one.item is not None and one.is_sure:
            cited.setdefault(one.item, set()).add(one.cited)
    taken = set(same.values())
    left = {
        frozenset(cited[item.number]): index
        for index, item in enumerate(places)
        if index not in taken and cited.get(item.number, set()) <= once[item.form] and cited.get(item.number)
    }
    right = {
        index: frozenset(cited[item.number])
        for index, item in enumerate(own)
        if index not in same and cited.get(item.number, set()) <= once[item.form] and cited.get(item.number)
    }
    return {index: left[articles] for index, articles in right.items() if articles in left}


def _cited_once(cited: Sequence[CitationRow]) -> set[str]:
    counted = Counter(one.cited for one in cited)
    return {name for name, count in counted.items() if count == 1}


def _match_citations(family: Family, shown: Shown) -> None:
    """Show what several forms cite once: by the person's word, else by the form that is sure, else by the first."""
    if len(family.forms) == 1:
        return
    groups: list[list[CitationRow]] = []
    for form in family.forms:
        waiting: dict[tuple[int | None, str], list[list[CitationRow]]] = {}
        for group in groups:
            waiting.setdefault(_place(group[0], shown), []).append(group)
        left = []
        for one in family.of_form(form):
            if same := waiting.get(_place(one, shown)):
                same.pop(0).append(one)
            else:
                left.append(one)
        groups += _joined_by_doubt(family, left, groups, form)
    for group in groups:
        best = min(
            group,
            key=lambda one: (
                shown.placed.get(one.number, len(shown.placed)),
                one.form in family.outdated,
                not one.is_sure,
                one.number not in shown.decision,
            ),
        )
        is_outdated = best.form in family.outdated and best.number not in shown.placed
        for one in group:
            if one is not best or is_outdated:
                shown.same_citation[one.number] = best.number
        if best.number not in shown.placed and (place := _place(best, shown)[0]) is not None:
            shown.item[best.number] = place


def _place(one: CitationRow, shown: Shown) -> tuple[int | None, str]:
    """The item that a citation was read in, as all forms know it, and what it cites."""
    return (shown.same_item.get(one.item, one.item) if one.item is not None else None), one.cited


def _joined_by_doubt(
    family: Family, left: Sequence[CitationRow], groups: Sequence[list[CitationRow]], form: int
) -> list[list[CitationRow]]:
    """New groups for what stands elsewhere in the forms before. An article that each of two forms cites once, one of
    them not surely, is cited at one place: the sure one tells which.
    """
    once = _cited_once(family.of_form(form))
    single = {name for name, count in Counter(group[0].cited for group in groups).items() if count == 1}
    alone = {group[0].cited: group for group in groups if group[0].cited in single}
    fresh = []
    for one in left:
        group = alone.get(one.cited) if one.cited in once else None
        if group and (not one.is_sure or not any(other.is_sure for other in group)):
            group.append(one)
        else:
            fresh.append([one])
    return fresh


def settle_citing(db: Connection, moved: Sequence[int]) -> None:
    """Work out anew the bulletins of several forms that cite these addresses: their articles became one, or two."""
    form = func.coalesce(bulletins.c.form_of_id, bulletins.c.id)
    citing = select(form).join_from(citations, bulletins, bulletins.c.newest_version_id == citations.c.version_id)
    firsts: set[int] = set()
    for some in chunks(moved):
        firsts |= set(db.scalars(citing.where(citations.c.address_id.in_(some))))
    joined = select(bulletins.c.form_of_id).where(bulletins.c.form_of_id.in_(firsts)).distinct()
    for first in list(db.scalars(joined)):
        settle(db, first)


def _decide(db: Connection, family: Family, shown: Shown) -> None:
    """Bind the decisions that stand, the newest first: where it says nothing surely, no earlier one counts either."""
    standing = decisions.c.bulletin_id.in_(family.forms), decisions.c.undone_at.is_(None)
    newest_first = decisions.c.decided_at.desc(), decisions.c.id.desc()
    named = {form: same_named(family.of_form(form)) for form in family.forms}
    places = [item for item in family.items if item.number not in shown.same_item]
    settled: set[int] = set()
    for row in db.execute(select(decisions).where(*standing).order_by(*newest_first)):
        cited = named[row.bulletin_id].get(row.named_sha256, [])
        meant = meant_by(row, cited)
        if meant is None:
            _lapse(row, cited, settled, shown)
        elif meant.number not in settled:
            settled.add(meant.number)
            target = _target(row, [item.mark for item in places])
            if row.kind == DecisionKind.IGNORE or target is not None:
                shown.decision[meant.number] = row.id
            else:
                shown.lapsed[meant.number] = row.id
            if target is not None:
                shown.placed[meant.number] = len(shown.placed)
                shown.item[meant.number] = places[target].number


def meant_by(row: Any, cited: list[CitationRow]) -> CitationRow | None:
    """The citation that a decision is about, among those of its article; None: not sure."""
    among = [Standing(number=one.number, context=one.context) for one in cited]
    number = meant_citation(row.occurrence, row.occurrences, loads(Context, row.context), among)
    return next((one for one in cited if one.number == number), None)


def _target(row: Any, marks: list[Mark]) -> int | None:
    return meant_item(loads(Target, row.target), marks) if row.kind == DecisionKind.PLACE else None


def _lapse(row: Any, cited: list[CitationRow], settled: set[int], shown: Shown) -> None:
    """Show a decision that cannot be carried over surely beside each citation that it may be about."""
    for one in cited:
        if one.number not in settled:
            shown.lapsed.setdefault(one.number, row.id)


def write(db: Connection, family: Family, shown: Shown) -> None:
    """Write down what changed."""
    rows: list[dict[str, Any]] = []
    for one in family.citations:
        item = shown.item.get(one.number)
        pointers = (
            shown.decision.get(one.number),
            item if item != one.item else None,
            shown.same_citation.get(one.number),
        )
        if pointers != one.pointers:
            names = ("decision_id", "shown_item_id", "same_as_id")
            rows.append({"number": one.number} | dict(zip(names, pointers, strict=True)))
    _update(db, citations, rows)
    rows = [
        {
            "number": one.number,
            "same_as_id": shown.same_item.get(one.number),
            "shown_position": shown.position.get(one.number),
        }
        for one in family.items
        if (one.same_as, one.shown_position) != (shown.same_item.get(one.number), shown.position.get(one.number))
    ]
    _update(db, items, rows)


def _update(db: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = [name for name in rows[0] if name != "number"]
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        statement = update(table).where(table.c.id == bindparam("number")).values(**values)
        db.execute(
            statement, [{"number": row["number"]} | {f"new_{name}": row[name] for name in names} for row in rows]
        )
