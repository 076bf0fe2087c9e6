"""``wxmirror review``: what waits for a person, and what a person decides; what is opened, called and told."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from crawler.cli import emit, open_archive
from crawler.commands import bulletin_id
from crawler.forms import plain
from crawler.reviewing import Meant, MeantArticle, NotACitation, meant
from crawler.showing.terminal import clean, human_moment, results, tell
from crawler.words import say
from crawler.words.doubts import decided_words, decision_words, doubts_of, hints_of
from storage.decisions import Word
from storage.errors import WrongUsage
from storage.records import ArticleEntry, BulletinView, CitationEntry, Doubt, Review

if TYPE_CHECKING:
    from crawler.config import Config
    from storage.archive import Archive


class NobodyDecides(WrongUsage):
    """A decision without a name."""

    words = "It is not known who decides: name yourself with --by NAME."


def word_of(by: str | None, reason: str | None) -> Word:
    """Who decides, now, and why. Raises NobodyDecides."""
    try:
        who = (getpass.getuser() if by is None else by).strip()
    except (OSError, KeyError) as error:
        raise NobodyDecides from error
    if not who:
        raise NobodyDecides
    return Word(by=who, at=datetime.now(UTC), reason=(reason or "").strip() or None)


# ---- the list


def run_list(config: Config, bulletin: str | None, *, every: bool, as_json: bool) -> None:
    """List what waits for a person; ``every``: also what needs nobody."""
    with open_archive(config) as archive:
        chosen = bulletin_id(archive, bulletin) if bulletin else None
        view = archive.bulletin(chosen) if chosen else None
        review = archive.review(bulletin=chosen)
        if every:
            review = Review(citations=tuple(archive.citations(bulletin=chosen)), articles=review.articles)
    if as_json:
        waiting = sum(bool(entry.doubts) for entry in review.citations) + len(review.articles)
        emit({"count": waiting, **plain(review)})
    else:
        show_review(review, view, config.schedule.zone, every=every)


def show_review(review: Review, view: BulletinView | None, zone: str, *, every: bool) -> None:
    """Show the list, bulletin by bulletin, and how to decide."""
    if view is not None:
        show_items(view)
    waiting = [entry for entry in review.citations if entry.doubts]
    if every:
        sentence = "{citations} citations, {waiting} of them wait for a person"
        results().print(say(sentence, citations=len(review.citations), waiting=len(waiting)), style="bold")
    elif not review.count:
        results().print(say("Nothing waits for a person."))
        return
    else:
        sentence = "{count} wait for a person: {citations} citations, {articles} articles"
        counted = say(sentence, count=review.count, citations=len(waiting), articles=len(review.articles))
        results().print(counted, style="bold")
    for _, some in groupby(review.citations, key=lambda entry: entry.bulletin):
        show_bulletin_entries(list(some), zone)
    if review.articles:
        results().print("\n" + say("Articles"), style="bold")
    for article in review.articles:
        show_article_entry(article, zone)
    tell(
        "To decide: `wxmirror review place NAME ITEM` puts a citation into an item, `wxmirror review ignore NAME` "
        "takes it off the list, `wxmirror review undo NAME` takes a decision back."
    )


def show_items(view: BulletinView) -> None:
    """Show a bulletin's items with the numbers that citations are placed by."""
    results().print(say("items:"), style="bold")
    for one in view.items:
        results().print(f"  {one.item.position:>3}  {clean(one.item.title or say('(no title)'))}")
    results().print()


def show_bulletin_entries(entries: Sequence[CitationEntry], zone: str) -> None:
    """Show the entries of one bulletin."""
    head = entries[0]
    title = clean(head.bulletin_title or say("(bulletin without a title)"))
    results().print(f"\n{title}  {head.published_on or ''}  ", style="bold", end="")
    results().print(head.bulletin, style="dim")
    for entry in entries:
        results().print(f"  {entry.name}  ", style="cyan", end="")
        results().print(say(", ").join(doubts_of(entry)), style="yellow")
        results().print(f"    {clean(entry.cited_url)}")
        for words in citation_facts(entry, zone):
            results().print(f"    {words}", style="dim")


def citation_facts(entry: CitationEntry, zone: str) -> list[str]:
    """What helps to find a citation in the original, where it stands now, and what was decided."""
    found = [
        say("page {page}", page=entry.page) if entry.page else "",
        say("the text of the link is “{text}”", text=clean(entry.anchor_text)) if entry.anchor_text else "",
        say("citation {occurrence} of {occurrences}", occurrence=entry.occurrence, occurrences=entry.occurrences)
        if entry.occurrences > 1
        else "",
    ]
    facts = [say(", ").join(words for words in found if words)] if any(found) else []
    facts.append(
        say("now in item {position}: {title}", position=entry.item, title=clean(entry.item_title or "—"))
        if entry.item
        else say("now in no item")
    )
    if entry.decision:
        facts.append(str(clean(decision_words(entry.decision, zone))))
    if Doubt.PROBLEM in entry.doubts:
        facts += hints_of(entry)
    if entry.lapsed:
        facts.append(
            say(
                "An earlier decision could not be carried over to this version of the bulletin: {decision}",
                decision=clean(decision_words(entry.lapsed, zone)),
            )
        )
    return facts


def show_article_entry(entry: ArticleEntry, zone: str) -> None:
    """Show an article that waits, who cites it, and what can be done."""
    out = results()
    out.print(f"  {entry.name}  ", style="cyan", end="")
    out.print(say(", ").join(doubts_of(entry)), style="yellow", end="")
    out.print(f"  {human_moment(entry.seen_at, zone)}", style="dim")
    out.print(f"    {entry.article_url}")
    for citing in entry.cited_by[:3]:
        title = clean(citing.item_title or "—")
        where = say("item {position}: {title}", position=citing.item, title=title) if citing.item else say("not placed")
        bulletin = clean(citing.bulletin_title or citing.issuer or citing.bulletin)
        cited = "cited by {bulletin} ({day}), {where}"
        out.print("    " + say(cited, bulletin=bulletin, day=citing.published_on or "—", where=where), style="dim")
    for hint in hints_of(entry):
        out.print(f"    {hint}", style="dim")


# ---- deciding


def run_place(config: Config, named: str, item: int, bulletin: str | None, word: Word, *, as_json: bool) -> None:
    """Put a citation into an item."""

    def place(archive: Archive, one: Meant) -> None:
        if isinstance(one, MeantArticle):
            raise NotACitation(name=one.name)
        archive.place(one.bulletin, one.name, item=item, word=word)

    decide(config, [named], bulletin, place, as_json=as_json)


def run_ignore(config: Config, named: Sequence[str], bulletin: str | None, word: Word, *, as_json: bool) -> None:
    """Take citations or articles off the list."""

    def ignore(archive: Archive, one: Meant) -> None:
        if isinstance(one, MeantArticle):
            archive.ignore_article(one.article_url, one.doubts, word=word)
        else:
            archive.ignore(one.bulletin, one.name, word=word)

    decide(config, named, bulletin, ignore, as_json=as_json)


def run_undo(config: Config, named: Sequence[str], bulletin: str | None, word: Word, *, as_json: bool) -> None:
    """Take back what was decided last."""

    def undo(archive: Archive, one: Meant) -> None:
        if isinstance(one, MeantArticle):
            archive.undo_article(one.article_url, word=word)
        else:
            archive.undo(one.bulletin, one.name, word=word)

    decide(config, named, bulletin, undo, as_json=as_json)


def decide(
    config: Config,
    named: Sequence[str],
    bulletin: str | None,
    deed: Callable[[Archive, Meant], None],
    *,
    as_json: bool,
) -> None:
    """Find out what each name means, all of them before anything is decided; then decide, and tell what counts now."""
    with open_archive(config, writing=True) as archive:
        chosen = bulletin_id(archive, bulletin) if bulletin else None
        every = [meant(archive, one, bulletin=chosen) for one in named]
        for one in every:
            deed(archive, one)
        told = [now_of(archive, one) for one in every]
    if as_json:
        emit([form for form, _ in told])
        return
    for _, words in told:
        results().print(words)


def now_of(archive: Archive, one: Meant) -> tuple[dict[str, Any], str]:
    """What counts now of what was decided about: for programs, and in words."""
    if isinstance(one, MeantArticle):
        entry = next((entry for entry in archive.review().articles if entry.name == one.name), None)
        words = say("it waits for a person again") if entry else say("not listed any more")
        form = {"name": one.name, "article_url": one.article_url, "doubts": plain(entry.doubts if entry else ())}
        return form, f"{one.name}  {words}"
    citation = next(entry for entry in archive.citations(bulletin=one.bulletin) if entry.name == one.name)
    if citation.decision:
        words = str(clean(decided_words(citation.decision)))
    else:
        words = say("it waits for a person again") if citation.doubts else say("nothing waits")
    return plain(citation), f"{one.name}  {words}"


# ---- what was decided


def run_decisions(config: Config, bulletin: str | None, *, as_json: bool) -> None:
    """List what people decided."""
    with open_archive(config) as archive:
        chosen = bulletin_id(archive, bulletin) if bulletin else None
        decisions = archive.decisions(bulletin=chosen)
    if as_json:
        emit(plain(decisions))
        return
    if not decisions:
        results().print(say("Nobody has decided anything yet."))
    for decision in decisions:
        results().print(clean(decision_words(decision, config.schedule.zone)))
        results().print(f"    {clean(decision.cited_url)}  {decision.bulletin or ''}", style="dim")
