"""What people decide about citations and articles: kept for good, the newest that was not undone counts.

A decision is bound to the bulletin, to the name of the article cited and to the occurrence, never to a row: it holds
for the next reading and the next version of the bulletin too, as far as that can be told surely (storage.binding).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.addresses import named_article
from storage.binding import Target
from storage.documents import dumps
from storage.errors import ArchiveError, NotInArchive, WrongUsage
from storage.family import CitationRow, Family, ItemRow, read_family, same_named
from storage.records import DecisionKind, Doubt
from storage.schema import address as addresses
from storage.schema import bulletin as bulletins
from storage.schema import decision as decisions
from storage.schema import digest
from storage.schema import item as items
from storage.settling import meant_by, settle


class NoSuchItem(WrongUsage):
    """A citation is to be placed in an item that its bulletin has not."""

    words = (
        "The bulletin {bulletin} has no item {item}; it has {last} items. "
        "`wxmirror review --bulletin {bulletin}` lists them."
    )


class NothingDecided(ArchiveError):
    """There is no decision to be undone."""

    words = "Nobody decided anything about {name} that still counts, so there is nothing to undo."


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Who decides, when and why."""

    by: str
    at: datetime
    reason: str | None = None


def citation_name(bulletin: str, named: str, occurrence: int) -> str:
    """How people name a citation: the same in every version that cites the article as often."""
    return f"c-{digest(f'{bulletin} {named} {occurrence}')[:10]}"


def article_name(article_url: str) -> str:
    """How people name an article that waits for them."""
    return f"a-{digest(article_url)[:10]}"


def place(db: Connection, bulletin: str, name: str, *, item: int, word: Word) -> None:
    """Put a citation into an item of its bulletin, by its position. Raises NotInArchive, NoSuchItem."""
    family, cited = _named(db, bulletin, name)
    shown = [one for one in family.items if one.same_as is None]
    target = next((one for one in shown if (one.shown_position or one.mark.position) == item), None)
    if target is None:
        raise NoSuchItem(bulletin=bulletin, item=item, last=len(shown))
    _keep(db, family, cited, kind=DecisionKind.PLACE, target=_target(db, target, item), word=word)


def ignore(db: Connection, bulletin: str, name: str, *, word: Word) -> None:
    """Take a citation off the list. Raises NotInArchive."""
    family, cited = _named(db, bulletin, name)
    _keep(db, family, cited, kind=DecisionKind.IGNORE, target=None, word=word)


def ignore_article(db: Connection, article_url: str, doubts: Sequence[Doubt], *, word: Word) -> None:
    """Take an article off the list, for these reasons: it comes back for any other. Raises NotInArchive."""
    named_article(db, article_url)
    held = select(addresses.c.id).where(addresses.c.article_sha256 == digest(article_url)).order_by(addresses.c.id)
    row = {
        "kind": DecisionKind.IGNORE,
        "address_id": db.scalar(held.limit(1)),
        "cited_url": article_url,
        "named_sha256": digest(article_url),
        "context": dumps(list(doubts)),
    }
    _insert(db, row, word)


def undo(db: Connection, bulletin: str, name: str, *, word: Word) -> None:
    """Take back the decision about a citation that counts; the one before counts again. Raises NothingDecided."""
    family, cited = _named(db, bulletin, name)
    standing = decisions.c.bulletin_id == cited.form, decisions.c.undone_at.is_(None)
    newest_first = decisions.c.decided_at.desc(), decisions.c.id.desc()
    query = select(decisions).where(*standing, decisions.c.named_sha256 == cited.named).order_by(*newest_first)
    same = same_named(family.of_form(cited.form))[cited.named]
    row = next((row for row in db.execute(query) if meant_by(row, same) is cited), None)
    if row is None:
        raise NothingDecided(name=name)
    _take_back(db, row.id, word)
    settle(db, cited.form)


def undo_article(db: Connection, article_url: str, *, word: Word) -> None:
    """Take back the decision about an article that counts. Raises NotInArchive, NothingDecided."""
    own = select(addresses.c.id).where(addresses.c.article_id == named_article(db, article_url))
    standing = decisions.c.bulletin_id.is_(None), decisions.c.undone_at.is_(None), decisions.c.address_id.in_(own)
    newest_first = decisions.c.decided_at.desc(), decisions.c.id.desc()
    row = db.execute(select(decisions.c.id).where(*standing).order_by(*newest_first)).first()
    if row is None:
        raise NothingDecided(name=article_url)
    _take_back(db, row.id, word)


def names_of(family: Family, public: dict[int, str]) -> dict[int, tuple[str, int, int]]:
    """Of every citation its name, its occurrence and of how many; ``public`` are the forms' public ids."""
    named: dict[int, tuple[str, int, int]] = {}
    for form in family.forms:
        for key, cited in same_named(family.of_form(form)).items():
            for occurrence, one in enumerate(cited, 1):
                named[one.number] = (citation_name(public[form], key, occurrence), occurrence, len(cited))
    return named


def public_ids(db: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The public ids of bulletins by their rows."""
    query = select(bulletins.c.id, bulletins.c.bulletin).where(bulletins.c.id.in_(numbers))
    return {row.id: row.bulletin for row in db.execute(query)}


def _named(db: Connection, bulletin: str, name: str) -> tuple[Family, CitationRow]:
    number = db.scalar(select(bulletins.c.id).where(bulletins.c.bulletin == bulletin))
    if number is None:
        raise NotInArchive(subject=bulletin)
    family = read_family(db, number)
    named = names_of(family, public_ids(db, family.forms))
    cited = next((one for one in family.citations if named[one.number][0] == name), None)
    if cited is None:
        raise NotInArchive(subject=name)
    return family, cited


def _target(db: Connection, item: ItemRow, position: int) -> Target:
    title = db.scalar(select(items.c.title).where(items.c.id == item.number))
    mark = item.mark
    return Target(
        position=mark.position,
        title=mark.title,
        text_sha256=mark.text_sha256,
        shown_position=position,
        shown_title=title,
    )


def _keep(
    db: Connection, family: Family, cited: CitationRow, *, kind: DecisionKind, target: Target | None, word: Word
) -> None:
    same = same_named(family.of_form(cited.form))[cited.named]
    row: dict[str, Any] = {
        "kind": kind,
        "bulletin_id": cited.form,
        "address_id": cited.address,
        "cited_url": cited.cited_url,
        "named_sha256": cited.named,
        "occurrence": same.index(cited) + 1,
        "occurrences": len(same),
        "context": dumps(cited.context),
        "target": dumps(target) if target else None,
    }
    _insert(db, row, word)
    settle(db, cited.form)


def _insert(db: Connection, row: dict[str, Any], word: Word) -> None:
    said = {"decided_by": word.by, "decided_at": word.at, "reason": word.reason}
    place = f"{row.get('bulletin_id')} {row['named_sha256']} {row.get('occurrence')} {row['kind']}"
    public = f"decision-{digest(f'{place} {word.by} {word.at.isoformat()}')[:16]}"
    db.execute(insert(decisions).values(**row, **said, decision=public))


def _take_back(db: Connection, number: int, word: Word) -> None:
    undone = {"undone_by": word.by, "undone_at": word.at}
    db.execute(update(decisions).where(decisions.c.id == number).values(**undone))
