"""Compares what was read with what was meant: items, titles, sections, credits, links and their places."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import unquote

from crawler.wechat.urls import mend_link
from storage.records import Bulletin, Item
from tests.crawler.bulletins.made import Made


@dataclass
class Verdict:
    """What was right and what was not."""

    name: str
    citations: int = 0  # meant
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    sure: int = 0
    sure_and_wrong: list[str] = field(default_factory=list)
    odd_items: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.missed or self.invented or self.misplaced or self.odd_items)


def judge(made: Made, bulletin: Bulletin, name: str) -> Verdict:
    """Every link in the item that has its title; every title once, with its section and credit."""
    verdict = Verdict(name, citations=len(made.links))
    meant = Counter((piece.title, identity(link)) for piece in made.pieces for link in piece.links)
    found = Counter(
        (item.title or "", citation.article_url or citation.cited_url)
        for item in bulletin.items
        for citation in item.citations
    )
    held = Counter(url for _, url in found.elements()) + Counter(c.article_url or "" for c in bulletin.unplaced)
    wanted = Counter(url for _, url in meant.elements())
    verdict.missed, verdict.invented = list((wanted - held).elements()), list((held - wanted).elements())
    verdict.misplaced = [f"{url} meant for {title}" for title, url in (meant - found).elements()]
    for item in bulletin.items:
        for citation in item.citations:
            if citation.confidence >= 0.9:
                verdict.sure += 1
                if (item.title or "", citation.article_url or citation.cited_url) not in meant:
                    verdict.sure_and_wrong.append(f"{citation.article_url} in {item.title}")
    verdict.odd_items = odd_items(made, bulletin.items)
    return verdict


def score_of(verdicts: list[Verdict], kind: str) -> dict[str, str | int]:
    """How many issues of a kind, their citations, and how many of these were found, placed right, and sure."""
    cited = sum(verdict.citations for verdict in verdicts)
    return {
        "kind": kind,
        "issues": len(verdicts),
        "citations": cited,
        "found": cited - sum(len(verdict.missed) for verdict in verdicts),
        "placed right": cited - sum(len(verdict.misplaced) for verdict in verdicts),
        "sure": sum(verdict.sure for verdict in verdicts),
        "sure and wrong": sum(len(verdict.sure_and_wrong) for verdict in verdicts),
    }


def odd_items(made: Made, items: tuple[Item, ...]) -> list[str]:
    """Where the items read differ from those meant."""
    titles = [piece.title for piece in made.pieces]
    read = [item.title for item in items]
    if titles != read:
        return [f"titles {read} instead of {titles}"]
    sections = [piece.section for piece in made.pieces]
    if sections != [item.section for item in items]:
        return [f"sections {[item.section for item in items]} instead of {sections}"]
    return []


def identity(link: str) -> str:
    """What an address names."""
    address = mend_link(unquote(link)).address
    return address.article_url if address else link
