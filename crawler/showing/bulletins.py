"""How a bulletin is understood, for people: its masthead, its items, each citation with its grounds."""

from __future__ import annotations

from crawler.showing.terminal import clean, results
from crawler.words import say
from crawler.words.names import place_name, problem_name, repair_name
from storage.records import Bulletin, Citation, Item


def show_bulletin(bulletin: Bulletin) -> None:
    """Show how a bulletin is understood: its masthead, its items, and each citation with its grounds."""
    out = results()
    out.print(clean(bulletin.file), style="bold")
    head = [bulletin.title, bulletin.issuer, bulletin.issue, bulletin.published_on and f"{bulletin.published_on}"]
    out.print("  " + (" · ".join(str(clean(part)) for part in head if part) or say("no masthead was found")))
    section = None
    for item in bulletin.items:
        if item.section and item.section != section:
            out.print(f"\n  【{clean(item.section)}】", style="bold")
        section = item.section
        _show_item(item)
    if bulletin.unplaced:
        out.print("\n  " + say("Not placed in any item:"), style="yellow")
        for citation in bulletin.unplaced:
            _show_citation(citation)
    placed = len(bulletin.citations) - len(bulletin.unplaced)
    out.print(
        "\n  "
        + say(
            "{items} items, {placed} citations placed, {unplaced} not placed, {others} other links",
            items=len(bulletin.items),
            placed=placed,
            unplaced=len(bulletin.unplaced),
            others=bulletin.other_links,
        )
    )
    for warning in bulletin.warnings:
        out.print("  ! " + warning_words(warning), style="yellow")


def _show_item(item: Item) -> None:
    out = results()
    page = say("page {page}", page=item.page) if item.page else ""
    out.print(f"\n  {item.position}. {clean(item.title or say('(no title)'))}  ", style="bold", end="")
    out.print(page, style="dim")
    if item.text:
        text = str(clean(item.text)).replace("\n", " ")
        out.print(f"     {text[:76]}{'…' if len(text) > 76 else ''}", style="dim")
    if item.credit:
        out.print(f"     （{clean(item.credit)}）", style="dim")
    for citation in item.citations:
        _show_citation(citation)


def _show_citation(citation: Citation) -> None:
    out = results()
    out.print(f"     → {clean(citation.article_url or citation.cited_url)}", style="cyan")
    grounds = [f"{place_name(citation.placed_by)} ({citation.confidence:.0%})"]
    if citation.repair:
        grounds.append(say("mended: {repair}", repair=repair_name(citation.repair)))
    out.print(f"       {' · '.join(grounds)}", style="dim")
    if citation.problem:
        out.print(f"       ! {problem_words(citation.problem)}", style="yellow")


WARNINGS = {
    "no_links": "No WeChat link was found in this bulletin.",
    "no_articles": "It has WeChat links, but none to an article.",
    "no_text": "This file holds no text (perhaps scanned pages); only its links could be read.",
    "unreadable_text": "The text of page {detail} cannot be read (its font has no character map); links were still found.",
    "too_many_links": "Page {detail} has more links than a bulletin has; only the first were read.",
    "cut_short": "The file seems to be cut short; what is there was read.",
    "undecodable_bytes": "Some characters could not be decoded.",
    "no_code_reader": "{detail} pictures in it may hold QR codes, which are not read here. To have them read: pip install 'wxmirror[qr]'.",
    "unread_pictures": "{detail} pictures in it were too many or too large to be looked at for QR codes.",
    "pictures_left_out": "It could not be read with its pictures within the limits of time and memory, so they were left out; QR codes in them were not found.",
    "unread_part": "The file {detail} in it could not be read; open it and give it alone.",
}


def problem_words(problem: str) -> str:
    """Return the sentence for a citation's problem code."""
    return say("It cannot be fetched: {problem}.", problem=problem_name(problem))


def warning_words(warning: str) -> str:
    """Return the sentence for a bulletin's warning code (``code`` or ``code:detail``)."""
    code, _, detail = warning.partition(":")
    return say(WARNINGS[code], detail=detail) if code in WARNINGS else warning
