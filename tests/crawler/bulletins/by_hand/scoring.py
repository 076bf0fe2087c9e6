"""How well bulletins are read: what was found, what was placed right, and how sure the reader was.

An item is the true one when its title says so: the same, or one within the other (a reader may cut a title short, or
keep the number before it; ``titles`` counts those that are the same).

``python -m tests.crawler.bulletins.by_hand.scoring`` prints the table, and what goes wrong in each set.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields

from crawler.bulletins.reading import read_bulletin
from storage.records import Bulletin, Citation, Item

from .building import BUILDERS, build
from .describing import Description, read_all

Read = Callable[[bytes, str], Bulletin]

SURE = 0.9
HALVES = ("open", "held out", "second", "third", "fourth", "fourth held out", "fifth", "sixth")
NUMBER = re.compile(
    r"^(?:第?[一二三四五六七八九十]+[、.,]|\([一二三四五六七八九十\d]+\)|\d+[.、)]|\[\d+\]|[★●◆📌•▪※【*-])+"
)


@dataclass(slots=True)
class Score:
    """Counts over citations (``true``, ``cited``: as in the truth, as read) and over bulletins."""

    true: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    cited: int = 0
    sure: int = 0
    sure_right: int = 0
    invented: int = 0
    cited_right: int = 0
    exact: int = 0
    sections: int = 0
    sections_right: int = 0
    facts: int = 0
    facts_right: int = 0
    faults: list[str] = field(default_factory=list)

    def __add__(self, other: Score) -> Score:
        return Score(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    @property
    def placed_share(self) -> float:
        """Of the true citations, and of what was placed besides, the share placed right."""
        return share(self.right, self.true + self.wrong)

    @property
    def sure_right_share(self) -> float:
        return share(self.sure_right, self.sure)

    @property
    def found_share(self) -> float:
        return share(self.found, self.true)

    @property
    def sure_share(self) -> float:
        return share(self.sure, self.cited)

    @property
    def heads_share(self) -> float:
        return share(self.facts_right, self.facts)

    def row(self, name: str) -> str:
        shares = (self.found_share, self.placed_share, self.sure_right_share, self.sure_share)
        others = (
            share(self.exact, self.cited_right),
            share(self.sections_right, self.sections),
            self.heads_share,
        )
        return f"{name:<18}{self.true:>6}" + "".join(f"{100 * each:>9.1f}" for each in (*shares, *others))


HEADING = f"{'':<18}{'links':>6}" + "".join(
    f"{each:>9}" for each in ("found", "placed", "sure+ok", "sure", "titles", "sections", "masthead")
)


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def plain(title: str | None) -> str:
    """Return a title without spaces, widths, its number and the signs about it."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", title or ""))
    return NUMBER.sub("", text).strip("】[]…:。")


def same_item(title: str | None, description: Description) -> str | None:
    """Return the true title that an item's title as read stands for, or None."""
    read = plain(title)
    titles = {plain(item.title): item.title for item in description.items}
    if read in titles:
        return titles[read]
    alike = [each for each in titles if min(len(each), len(read)) >= 6 and (each in read or read in each)]
    return titles[max(alike, key=len)] if alike else None


def score(description: Description, body: bytes, read: Read = read_bulletin) -> Score:
    """Read one bulletin, and judge it."""
    bulletin = read(body, description.name)
    labels = description.addresses.labels
    truth = {(label, item.title) for item in description.items for label in item.labels}
    truth |= {(label, None) for label in description.unplaced}
    result = Score(true=len(truth), found=0)
    places: dict[str, set[str | None]] = defaultdict(set)
    for item, citation in citations(bulletin):
        if citation.article_url is None:  # cut off where it is printed too wide for its page: it says so itself
            assert citation.problem, citation.cited_url
            continue
        label = labels.get(citation.article_url)
        if label is None:
            result.invented += 1
            result.faults.append(f"{description.name}: invented {citation.cited_url}")
            continue
        placed = None if item is None else same_item(item.title, description) or f"?{item.title}"
        places[label].add(placed)
        result.cited += 1
        is_right = (label, placed) in truth
        result.cited_right += is_right
        result.exact += is_right and (item is None or plain(item.title) == plain(placed))
        if citation.confidence >= SURE and item is not None:
            result.sure += 1
            result.sure_right += is_right
        if not is_right:
            wanted = [title for each, title in truth if each == label]
            result.faults.append(
                f"{description.name}: {label} in {placed!r}, not {wanted} ({citation.placed_by} {citation.confidence})"
            )
        elif citation.confidence < SURE:
            result.faults.append(
                f"{description.name}: {label} right, not sure ({citation.placed_by} {citation.confidence})"
            )
    seen = Counter(label for label, _ in truth)
    for label, wanted in seen.items():
        right = sum((label, place) in truth for place in places[label])
        extra = len(places[label]) - right
        result.right += right
        result.found += min(wanted, len(places[label]))
        result.wrong += max(0, extra - (wanted - right))
        if not places[label]:
            result.faults.append(f"{description.name}: {label} not found")
    judge_facts(description, bulletin, result)
    return result


def citations(bulletin: Bulletin) -> Iterable[tuple[Item | None, Citation]]:
    for item in bulletin.items:
        for citation in item.citations:
            yield item, citation
    for citation in bulletin.unplaced:
        yield None, citation


def judge_facts(description: Description, bulletin: Bulletin, result: Score) -> None:
    """Judge the sections of the items that were found, the issuer and the day (``none``: the issue names no day)."""
    sections = {item.title: item.section for item in description.items}
    for item in bulletin.items:
        title = same_item(item.title, description)
        if title is None or not any(sections.values()):
            continue
        result.sections += 1
        wanted, read = plain(sections[title]), plain(item.section)
        is_right = wanted == read or bool(wanted and wanted in read)
        result.sections_right += is_right
        if not is_right:
            result.faults.append(f"{description.name}: {title!r} in section {item.section!r}, not {sections[title]!r}")
    day = bulletin.published_on.isoformat() if bulletin.published_on else "none"
    for name, read in (("issuer", bulletin.issuer), ("date", day)):
        if wanted := description.settings.get(name):
            result.facts += 1
            result.facts_right += read == wanted
            if read != wanted:
                result.faults.append(f"{description.name}: {name} {read!r}, not {wanted!r}")


def score_all(
    bulletins: Iterable[tuple[Description, bytes]], read: Read = read_bulletin
) -> dict[tuple[str, str], Score]:
    """Return the scores by half and kind."""
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    for description, body in bulletins:
        scores[description.half, description.kind] += score(description, body, read)
    return dict(scores)


def half(scores: dict[tuple[str, str], Score], name: str) -> Score:
    """Return what one half comes to."""
    return sum((each for (of_half, _), each in scores.items() if of_half == name), Score())


def as_table(scores: dict[tuple[str, str], Score]) -> str:
    """Return the scores of each half by kind, and what it comes to."""
    rows = [HEADING]
    for name in HALVES:
        rows += [each.row(f"{name} {kind}") for (of_half, kind), each in sorted(scores.items()) if of_half == name]
        rows.append(half(scores, name).row(f"{name.upper()} ALL"))
    return "\n".join(rows)


def written_here() -> list[tuple[Description, bytes]]:
    """Return the bulletins that need no other program, with their bytes."""
    return [(each, build(each)) for each in read_all() if each.kind in BUILDERS]


def main() -> None:
    """Print the table and the faults; with ``--printed`` also of what other programs print."""
    bulletins = written_here()
    if "--printed" in sys.argv:
        from .printing import printed  # only then are a browser and LibreOffice needed

        bulletins += printed()
    scores = score_all(bulletins)
    print("\n".join(fault for name in HALVES for fault in half(scores, name).faults))
    print(as_table(scores))


if __name__ == "__main__":
    main()
