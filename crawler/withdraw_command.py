"""``wxmirror withdraw``: what a person must remove, and letting it come back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from crawler.cli import emit, open_archive
from crawler.forms import plain
from crawler.showing.terminal import clean, human_size, results, tell
from crawler.wechat.urls import read_address
from crawler.words import say
from storage.errors import NotInArchive, WrongUsage
from storage.records import Address, Tombstone, Withdrawn

if TYPE_CHECKING:
    from crawler.config import Config
    from storage.archive import Archive
    from storage.decisions import Word


class NoReason(WrongUsage):
    """A withdrawal without a reason."""

    words = "Say why with --reason: it stays in the archive, and readers who follow a link to the article see it."


class NotConfirmed(WrongUsage):
    """Nobody is there to be asked."""

    words = "What is withdrawn cannot be brought back from the archive alone. Add --yes to do it without being asked."


class NotWithdrawn(WrongUsage):
    """There is nothing to lift."""

    words = "{url} is not withdrawn, so there is nothing to lift."


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An article that was named, and how people know it."""

    url: str
    address: Address
    article_url: str
    title: str | None
    is_withdrawn: bool


def run_withdraw(config: Config, urls: Sequence[str], word: Word, *, is_sure: bool, as_json: bool) -> None:
    """Withdraw articles, after asking. Raises NoReason, NotConfirmed, NotAnArticle, NotInArchive, ArchiveBusy."""
    if not word.reason:
        raise NoReason
    stone = Tombstone(reason=word.reason, withdrawn_by=word.by, withdrawn_at=word.at)
    with open_archive(config, writing=True) as archive:
        articles = named_articles(archive, urls)
        if not is_sure and not confirmed(articles):
            return
        done = [(article, archive.withdraw(article.address, stone)) for article in articles]
    if as_json:
        emit([_form(article, stone) | plain(gone) for article, gone in done])
    else:
        for article, gone in done:
            show_withdrawn(article, gone)


def run_lift(config: Config, urls: Sequence[str], word: Word, *, as_json: bool) -> None:
    """Let withdrawn articles be visited again, and read the pages that are held.

    Raises NotAnArticle, NotInArchive, NotWithdrawn, ArchiveBusy.
    """
    from crawler.rereading import reread_pages
    from crawler.rereading_command import reading

    with open_archive(config, writing=True) as archive, reading(archive, dry_run=False) as (reader, stop):
        articles = named_articles(archive, urls)
        for article in articles:
            if not article.is_withdrawn:
                raise NotWithdrawn(url=article.url)
        for article in articles:
            archive.lift(article.address, lifted_by=word.by, lifted_at=word.at)
        names = [article.article_url for article in articles]
        read = reread_pages(archive, reader, articles=names, is_kept=True, is_over=stop.is_set)
        back = named_articles(archive, urls)
    if as_json:
        emit([{"url": article.url, "article_url": article.article_url, "lifted_by": word.by} for article in back])
        return
    for article in back:
        results().print(say("Shown again: {title}", title=clean(article.title or article.article_url)), style="green")
    sentence = "{pages} kept pages were read again; the next crawl visits the articles and fetches pictures."
    results().print(say(sentence, pages=read.read))


def named_articles(archive: Archive, urls: Sequence[str]) -> list[Named]:
    """The articles that these addresses mean, each once. Raises NotAnArticle, NotInArchive before anything is done."""
    found: dict[str, Named] = {}
    for url in urls:
        address = read_address(url)
        view = archive.article(address)
        if view is None:
            raise NotInArchive(subject=url)
        title = next((snapshot.title for snapshot in reversed(view.snapshots) if snapshot.title), None)
        is_withdrawn = view.tombstone is not None
        named = Named(url=url, address=address, article_url=view.article_url, title=title, is_withdrawn=is_withdrawn)
        found.setdefault(view.article_url, named)
    return list(found.values())


def confirmed(articles: Sequence[Named]) -> bool:
    """Whether the person at the terminal wants it. Raises NotConfirmed where there is none."""
    if not sys.stdin.isatty():
        raise NotConfirmed
    for article in articles:
        tell("{title}  {url}", title=article.title or "—", url=article.article_url)
    question = say(
        "Their text, their search entries and the pictures that no other article shows are removed for good. Go on?"
    )
    return click.confirm(question, err=True)


def show_withdrawn(article: Named, gone: Withdrawn) -> None:
    """Show what was removed of an article, and what stays."""
    results().print(say("Withdrawn: {title}", title=clean(article.title or article.article_url)), style="bold")
    results().print(
        "  "
        + say(
            "removed: the text of {texts} copies, {renditions} pictures and other files ({size})",
            texts=gone.texts,
            renditions=gone.renditions,
            size=human_size(gone.bytes),
        )
    )
    results().print(
        "  "
        + say(
            "It is not shown, found, exported or visited any more; a note with the reason stands in its place. The "
            "pages as they were received stay sealed in the archive. `wxmirror withdraw --lift` brings it back."
        ),
        style="dim",
    )


def _form(article: Named, stone: Tombstone) -> dict[str, Any]:
    named = {"url": article.url, "article_url": article.article_url, "reason": stone.reason}
    return named | {"withdrawn_by": stone.withdrawn_by, "withdrawn_at": plain(stone.withdrawn_at)}
