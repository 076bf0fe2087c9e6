"""Bulletins that lie in the archive in several forms, and are shown as one.

The older one stands for all of them; the others keep their names, their files and their versions, and lead there. What
brought them together is kept with its evidence and can be undone; what a person took apart, no rule joins again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from storage.binding import plain
from storage.decisions import Word
from storage.documents import dumps
from storage.errors import NotInArchive, WrongUsage
from storage.family import forms_of, read_family
from storage.likeness import FEWEST, Form, likeness
from storage.records import BulletinMerge
from storage.schema import address as addresses
from storage.schema import bulletin as bulletins
from storage.schema import bulletin_merge as merges
from storage.schema import bulletin_version as versions
from storage.schema import citation as citations
from storage.schema import digest
from storage.settling import settle

MOST = 50  # candidates that are looked at: so many bulletins of one day are lists of something else


class SameBulletin(WrongUsage):
    """Two names of one bulletin are to be joined."""

    words = "{one} and {other} are one bulletin already."


class NotJoined(WrongUsage):
    """A bulletin that is to be taken apart lies in one form only, or it is not said which."""

    words = "{bulletin} is not one of several forms of a bulletin. `wxmirror review forms` lists what was joined."


def recognise(db: Connection, bulletin: int, *, now: datetime) -> str | None:
    """Look whether a bulletin whose newest version was just read is another one's form; or is it no longer.

    Returns the public id of the other one, where they were joined now.

    What a rule joined is held to the rule with every new version: an address may show another issue next week.
    """
    family = forms_of(db, bulletin)
    for form in family[1:]:
        row = _merge_of(db, form)
        by_rule = row is not None and row.merged_by is None and bulletin in (form, family[0])
        if by_rule and not likeness(read_form(db, family[0]), read_form(db, form)):
            _undo(db, row, word=None, now=now)
    family = forms_of(db, bulletin)
    candidates = _candidates(db, bulletin, family)
    own = read_form(db, bulletin) if candidates else None
    for other in candidates:
        assert own is not None
        if not _was_taken_apart(db, family, other) and (evidence := likeness(read_form(db, other), own)):
            _join(db, family[0], other, dumps(evidence), by=None, at=now)
            return db.scalar(select(bulletins.c.bulletin).where(bulletins.c.id == other))
    return None


def join(db: Connection, one: str, other: str, *, word: Word) -> None:
    """Make two bulletins forms of one, on a person's word. Raises NotInArchive, SameBulletin."""
    numbers = _number(db, one), _number(db, other)
    if forms_of(db, numbers[0]) == forms_of(db, numbers[1]):
        raise SameBulletin(one=one, other=other)
    evidence = likeness(read_form(db, numbers[0]), read_form(db, numbers[1]))
    _join(db, *numbers, dumps(evidence), by=word.by, at=word.at)


def part(db: Connection, name: str, *, word: Word) -> BulletinMerge:
    """Take a form out of its bulletin again; what was undone. Named by the first of two forms, the other one.

    Raises NotInArchive, NotJoined.
    """
    number = _number(db, name)
    family = forms_of(db, number)
    form = family[1] if len(family) == 2 else number
    row = _merge_of(db, form)
    if row is None:
        raise NotJoined(bulletin=name)
    _undo(db, row, word=word, now=word.at)
    return next(one for one in all_merges(db, row.id))


def all_merges(db: Connection, number: int | None = None) -> list[BulletinMerge]:
    """What was ever joined, the newest first; or only the merge of this row."""
    survivor, merged = bulletins.alias("survivor"), bulletins.alias("merged")
    query = (
        select(merges, survivor.c.bulletin.label("first"), merged.c.bulletin.label("form"))
        .select_from(
            merges.join(survivor, survivor.c.id == merges.c.survivor_id).join(merged, merged.c.id == merges.c.merged_id)
        )
        .order_by(merges.c.merged_at.desc(), merges.c.id.desc())
    )
    if number is not None:
        query = query.where(merges.c.id == number)
    return [
        BulletinMerge(
            bulletin=row.first,
            form=row.form,
            evidence=row.evidence,
            merged_by=row.merged_by,
            merged_at=row.merged_at,
            undone_by=row.undone_by,
            undone_at=row.undone_at,
        )
        for row in db.execute(query)
    ]


def read_form(db: Connection, bulletin: int) -> Form:
    """What is looked at of a bulletin, in its newest version."""
    query = select(versions).join_from(versions, bulletins, bulletins.c.newest_version_id == versions.c.id)
    row = db.execute(query.where(bulletins.c.id == bulletin)).one()
    family = read_family(db, bulletin, only=True)
    earlier = select(versions.c.sha256).where(versions.c.bulletin_id == bulletin, versions.c.id != row.id)
    return Form(
        sha256=row.sha256,
        title=plain(row.title) or None,
        issuer=plain(row.issuer) or None,
        issue=plain(row.issue) or None,
        published_on=row.published_on,
        items=tuple(item.mark for item in family.items),
        articles=frozenset(one.cited for one in family.citations if one.address is not None),
        earlier=frozenset(db.scalars(earlier)),
    )


def _candidates(db: Connection, bulletin: int, family: Sequence[int]) -> list[int]:
    """Bulletins that may be the same: of one day or one issue number, of these very bytes, citing the same."""
    newest = select(versions).join_from(versions, bulletins, versions.c.id == bulletins.c.newest_version_id)
    own = db.execute(newest.where(bulletins.c.id == bulletin)).one()
    had = select(versions.c.bulletin_id).where(versions.c.sha256 == own.sha256)
    same = [bulletins.c.id.in_(had)]
    if own.published_on:
        same.append(versions.c.published_on == own.published_on)
    if own.issue:
        same.append(versions.c.issue == own.issue)
    named = newest.with_only_columns(bulletins.c.id).where(or_(*same), bulletins.c.id.not_in(family))
    found = [*db.scalars(named.order_by(bulletins.c.id).limit(MOST)), *_citing_the_same(db, own.id, family)]
    return list(dict.fromkeys(found))


def _citing_the_same(db: Connection, version: int, family: Sequence[int]) -> list[int]:
    """Bulletins that cite several articles that this version cites, those with most of them first."""
    cited = select(addresses.c.article_id).join_from(citations, addresses).where(citations.c.version_id == version)
    shared = func.count(addresses.c.article_id.distinct())
    query = (
        select(bulletins.c.id)
        .join_from(addresses, citations, citations.c.address_id == addresses.c.id)
        .join(bulletins, bulletins.c.newest_version_id == citations.c.version_id)
        .where(addresses.c.article_id.in_(cited), bulletins.c.id.not_in(family))
        .group_by(bulletins.c.id)
        .having(shared >= FEWEST)
        .order_by(shared.desc(), bulletins.c.id)
        .limit(MOST)
    )
    return list(db.scalars(query))


def _join(db: Connection, one: int, other: int, evidence: str, *, by: str | None, at: datetime) -> None:
    """Make the older bulletin stand for all forms of both."""
    first, merged = sorted((forms_of(db, one)[0], forms_of(db, other)[0]))
    row = {"survivor_id": first, "merged_id": merged, "evidence": evidence, "merged_by": by, "merged_at": at}
    public = f"merge-{digest(f'bulletins {first} {merged} {at.isoformat()}')[:16]}"
    db.execute(insert(merges).values(**row, merge=public))
    all_of_it = or_(bulletins.c.id == merged, bulletins.c.form_of_id == merged)
    db.execute(update(bulletins).where(all_of_it).values(form_of_id=first))
    settle(db, first)


def _undo(db: Connection, row: Any, *, word: Word | None, now: datetime) -> None:
    undone = {"undone_by": word.by if word else None, "undone_at": now}
    db.execute(update(merges).where(merges.c.id == row.id).values(**undone))
    first = forms_of(db, row.survivor_id)[0]
    db.execute(update(bulletins).where(bulletins.c.id == row.merged_id).values(form_of_id=None))
    for form in _joined_to(db, row.merged_id):
        db.execute(update(bulletins).where(bulletins.c.id == form).values(form_of_id=row.merged_id))
    settle(db, first)
    settle(db, row.merged_id)


def _joined_to(db: Connection, bulletin: int) -> list[int]:
    """The forms that were joined to a bulletin, and those that were joined to them."""
    standing = merges.c.survivor_id == bulletin, merges.c.undone_at.is_(None)
    forms = list(db.scalars(select(merges.c.merged_id).where(*standing)))
    return [one for form in forms for one in (form, *_joined_to(db, form))]


def _merge_of(db: Connection, form: int) -> Any:
    """The merge that made this bulletin a form of another; None where there is none."""
    standing = and_(merges.c.merged_id == form, merges.c.undone_at.is_(None))
    return db.execute(select(merges).where(standing).order_by(merges.c.id.desc())).first()


def _was_taken_apart(db: Connection, family: Sequence[int], other: int) -> bool:
    """Whether a person took these apart: then no rule joins them again."""
    pair = {*family, *forms_of(db, other)}
    undone = merges.c.undone_by.is_not(None), merges.c.survivor_id.in_(pair), merges.c.merged_id.in_(pair)
    return db.execute(select(merges.c.id).where(*undone)).first() is not None


def _number(db: Connection, name: str) -> int:
    number = db.scalar(select(bulletins.c.id).where(bulletins.c.bulletin == name))
    if number is None:
        raise NotInArchive(subject=name)
    return int(number)
