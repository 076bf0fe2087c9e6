"""What a person means by a name or an address when they decide: the citation, or the article.

The list gives every entry a name to copy. An address in any spelling will do too, as long as it means one thing only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.wechat.urls import read_address
from crawler.words import say
from storage.decisions import article_name
from storage.errors import NotAnArticle, WrongUsage
from storage.records import ArticleEntry, CitationEntry, Doubt

if TYPE_CHECKING:
    from storage.archive import Archive

SHOWN = 8  # of several meant, so that the message can be read


class NothingMeant(WrongUsage):
    """A name or address that no citation has."""

    words = (
        "{named} is the name or address of nothing that is cited in the archive. `wxmirror review` lists what waits "
        "for a person, `wxmirror review --bulletin BULLETIN --all` every citation of a bulletin."
    )


class SeveralMeant(WrongUsage):
    """An address that is cited more than once."""

    words = "{named} means several things: {which}. Give the name that one of them begins with, or add --bulletin."


class NotACitation(WrongUsage):
    """An article that is to be placed in an item."""

    words = (
        "{name} is an article; only a citation can be placed in an item. "
        "`wxmirror review ignore {name}` takes it off the list."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeantArticle:
    """An article by itself, waiting or decided about."""

    name: str
    article_url: str
    doubts: tuple[Doubt, ...]


Meant = CitationEntry | MeantArticle


def meant(archive: Archive, named: str, *, bulletin: str | None) -> Meant:
    """The one thing that is meant. Raises NothingMeant, SeveralMeant."""
    found: list[Meant] = [*_citations(archive, named, bulletin), *([] if bulletin else _articles(archive, named))]
    if not found:
        raise NothingMeant(named=named)
    if len(found) > 1:
        which = [description(one) for one in found[:SHOWN]] + (["…"] if len(found) > SHOWN else [])
        raise SeveralMeant(named=named, which=say("; ").join(which))
    return found[0]


def description(one: Meant) -> str:
    """One of several, short enough for a list of them."""
    if isinstance(one, MeantArticle):
        return f"{one.name} ({one.article_url})"
    where = " ".join(str(part) for part in (one.bulletin_title, one.published_on) if part)
    item = f" #{one.item}" if one.item else ""
    return f"{one.name} ({where}{item}, {one.occurrence}/{one.occurrences})"


def _citations(archive: Archive, named: str, bulletin: str | None) -> list[CitationEntry]:
    if named.startswith("a-"):
        return []
    names = _names_of_article(archive, named)
    return [
        entry
        for entry in archive.citations(bulletin=bulletin)
        if named in (entry.name, entry.cited_url) or entry.article_url in names
    ]


def _articles(archive: Archive, named: str) -> list[MeantArticle]:
    """Articles that wait, or that somebody decided about."""
    if named.startswith("c-"):
        return []
    found = {entry.article_url: _waiting(entry) for entry in archive.review().articles}
    for decision in archive.decisions():
        if decision.bulletin is None and decision.undone_at is None and decision.cited_url not in found:
            name = article_name(decision.cited_url)
            found[decision.cited_url] = MeantArticle(name=name, article_url=decision.cited_url, doubts=())
    names = _names_of_article(archive, named)
    return [one for one in found.values() if one.name == named or one.article_url in names]


def _waiting(entry: ArticleEntry) -> MeantArticle:
    return MeantArticle(name=entry.name, article_url=entry.article_url, doubts=entry.doubts)


def _names_of_article(archive: Archive, named: str) -> set[str]:
    """Every spelling of the article that an address means; none for what is no address, or was never seen."""
    try:
        article = archive.article(read_address(named))
    except NotAnArticle:
        return set()
    return {article.article_url, *article.aliases} if article else set()
