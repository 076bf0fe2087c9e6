"""What people decide about citations is kept, counts in every list, and survives new readings and versions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from storage.archive import Archive
from storage.decisions import NoSuchItem, NothingDecided, Word
from storage.errors import NotInArchive
from storage.records import Address, Bulletin, CitationEntry, Doubt, Outcome, PlacedBy
from tests.conftest import is_ci
from tests.storage.making import (
    IDENTITY,
    NOON,
    OTHER,
    days,
    in_a_week,
    long_address,
    make_bulletin,
    make_capture,
    make_citation,
    make_reading,
    token_address,
)

UNSETTLED = [
    Outcome.BAD_LINK,
    Outcome.UNRECOGNISED,
    Outcome.LINK_EXPIRED,
    Outcome.CLIENT_ONLY,
    Outcome.REGION_BLOCKED,
]
PLACE = {"source": "四川方志", "source_url": "https://example.org/1.html"}


def word(by: str = "王敏", *, at: datetime = NOON, reason: str | None = None) -> Word:
    return Word(by=by, at=at, reason=reason)


def bulletin_of(
    *titles: str, unplaced: Sequence[Address | None] = (), body: bytes = b"1", confidence: float = 1.0
) -> tuple[Bulletin, bytes]:
    """A bulletin with an item of each title, each citing an article of its own, and citations in no item."""
    record, body = make_bulletin(*(token_address(f"own{title}"[:20]) for title in titles), body=body)
    items = tuple(
        replace(
            item,
            title=title,
            text=f"{title}的正文。",
            citations=tuple(replace(one, confidence=confidence) for one in item.citations),
        )
        for item, title in zip(record.items, titles, strict=True)
    )
    loose = tuple(
        replace(make_citation(address, len(titles) + n), placed_by=None, confidence=0.0, anchor_text=f"链接{n}")
        for n, address in enumerate(unplaced, 1)
    )
    return replace(record, items=items, unplaced=loose), body


def keep(archive: Archive, made: tuple[Bulletin, bytes], *, at: datetime = NOON) -> str:
    return archive.keep_bulletin(*made, **PLACE, kept_at=at).bulletin


def the_one(archive: Archive) -> CitationEntry:
    (entry,) = archive.review().citations
    return entry


def agree(archive: Archive) -> int:
    """The list and the count of ``status`` say the same."""
    count = archive.review().count
    assert archive.status(NOON).to_review == count
    return count


def test_what_is_unplaced_uncertain_or_broken_waits_and_says_why(archive: Archive) -> None:
    record, body = bulletin_of("甲", "乙", unplaced=(token_address("x"), None), confidence=0.6)
    keep(archive, (record, body))
    doubts = {entry.position: entry.doubts for entry in archive.review().citations}
    assert doubts == {
        1: (Doubt.UNCERTAIN,),
        2: (Doubt.UNCERTAIN,),
        3: (Doubt.UNPLACED,),
        4: (Doubt.UNPLACED, Doubt.PROBLEM),
    }
    assert agree(archive) == 4


def test_a_citation_is_placed_in_an_item_by_a_person(archive: Archive) -> None:
    bulletin = keep(archive, bulletin_of("甲", "乙", unplaced=(token_address("x"),)))
    archive.place(bulletin, the_one(archive).name, item=2, word=word(reason="原件第二条"))
    view = archive.bulletin(bulletin)
    assert view.unplaced == ()
    placed = view.items[1].citations[-1]
    assert (placed.citation.placed_by, placed.citation.confidence) == (PlacedBy.PERSON, 1.0)
    assert (placed.decision.decided_by, placed.decision.reason, placed.decision.item) == ("王敏", "原件第二条", 2)
    (cited,) = archive.article(token_address("x")).cited_by
    assert (cited.item, cited.item_title, cited.decision.decided_at) == (2, "乙", NOON)
    assert agree(archive) == 0


def test_what_is_to_be_ignored_leaves_the_list_and_stays_where_it_was(archive: Archive) -> None:
    bulletin = keep(archive, bulletin_of("甲", unplaced=(None,)))
    archive.ignore(bulletin, the_one(archive).name, word=word())
    assert agree(archive) == 0
    (ignored,) = archive.bulletin(bulletin).unplaced
    assert (ignored.citation.placed_by, ignored.decision.decided_by) == (None, "王敏")


def test_the_newest_decision_counts_and_the_earlier_ones_stay(archive: Archive) -> None:
    bulletin = keep(archive, bulletin_of("甲", "乙", unplaced=(token_address("x"),)))
    name = the_one(archive).name
    archive.place(bulletin, name, item=1, word=word("王敏"))
    archive.place(bulletin, name, item=2, word=word("李强", at=days(1)))
    assert archive.article(token_address("x")).cited_by[0].item == 2
    assert [(one.decided_by, one.item) for one in archive.decisions()] == [("李强", 2), ("王敏", 1)]
    archive.undo(bulletin, name, word=word("张华", at=days(2)))
    assert archive.article(token_address("x")).cited_by[0].item == 1
    archive.undo(bulletin, name, word=word("张华", at=days(3)))
    assert agree(archive) == 1
    assert [one.undone_by for one in archive.decisions(bulletin=bulletin)] == ["张华", "张华"]
    with pytest.raises(NothingDecided):
        archive.undo(bulletin, name, word=word())


def test_a_decision_survives_a_new_version_whose_items_moved(archive: Archive) -> None:
    bulletin = keep(archive, bulletin_of("甲", "乙", unplaced=(token_address("x"),)))
    archive.place(bulletin, the_one(archive).name, item=2, word=word())
    keep(archive, bulletin_of("新", "甲", "乙", unplaced=(token_address("y"), token_address("x")), body=b"2"))
    (cited,) = archive.article(token_address("x")).cited_by
    assert (cited.item, cited.item_title) == (3, "乙")
    assert the_one(archive).article_url == token_address("y").article_url
    keep(archive, bulletin_of("甲", "乙", unplaced=(token_address("x"),)), at=days(2))
    assert archive.article(token_address("x")).cited_by[0].item == 2


def test_a_title_that_was_corrected_is_still_the_item(archive: Archive) -> None:
    long, mended = "四川省召开地方志工作座谈会议", "四川省召开地方志工作座谈会"
    bulletin = keep(archive, bulletin_of("甲", long, unplaced=(token_address("x"),)))
    archive.place(bulletin, the_one(archive).name, item=2, word=word())
    keep(archive, bulletin_of("甲", mended, unplaced=(token_address("x"),), body=b"2"))
    assert archive.article(token_address("x")).cited_by[0].item_title == mended


def test_where_the_item_is_gone_the_citation_comes_back_with_what_was_decided(archive: Archive) -> None:
    bulletin = keep(archive, bulletin_of("甲", "乙", unplaced=(token_address("x"),)))
    archive.place(bulletin, the_one(archive).name, item=2, word=word())
    keep(archive, bulletin_of("甲", "完全不同的一条", unplaced=(token_address("x"),), body=b"2"))
    entry = the_one(archive)
    assert (entry.decision, entry.lapsed.decided_by, entry.lapsed.item_title) == (None, "王敏", "乙")
    assert agree(archive) == 1


def test_a_further_citation_of_the_same_article_does_not_take_the_decision(archive: Archive) -> None:
    """Bound to the occurrence; what was added stands before it, and is told apart by what stands around it."""
    bulletin = keep(archive, bulletin_of("甲", unplaced=(token_address("x"),)))
    archive.place(bulletin, the_one(archive).name, item=1, word=word())
    record, body = bulletin_of("甲", unplaced=(token_address("x"), token_address("x")), body=b"2")
    first, second = record.unplaced
    keep(
        archive,
        (replace(record, unplaced=(replace(first, anchor_text="又一处"), replace(second, anchor_text="链接1"))), body),
    )
    assert [cited.item for cited in archive.article(token_address("x")).cited_by] == [None, 1]
    assert the_one(archive).anchor_text == "又一处"


def test_where_it_cannot_be_told_which_is_meant_all_come_back(archive: Archive) -> None:
    bulletin = keep(archive, bulletin_of("甲", unplaced=(token_address("x"),)))
    archive.place(bulletin, the_one(archive).name, item=1, word=word())
    record, body = bulletin_of("甲", unplaced=(token_address("x"), token_address("x")), body=b"2")
    keep(archive, (replace(record, unplaced=tuple(replace(one, anchor_text=None) for one in record.unplaced)), body))
    assert [entry.lapsed.decided_by for entry in archive.review().citations] == ["王敏", "王敏"]
    assert archive.bulletin(bulletin).items[0].citations == archive.bulletin(bulletin).items[0].citations[:1]


def test_occurrences_of_one_article_are_decided_one_by_one(archive: Archive) -> None:
    bulletin = keep(archive, bulletin_of("甲", "乙", unplaced=(token_address("x"), token_address("x"))))
    one, other = archive.review().citations
    assert (one.occurrence, other.occurrence, one.occurrences) == (1, 2, 2)
    archive.place(bulletin, other.name, item=2, word=word())
    assert the_one(archive).name == one.name
    archive.ignore(bulletin, one.name, word=word())
    assert agree(archive) == 0


def test_another_spelling_in_a_new_version_is_the_same_citation(archive: Archive) -> None:
    bulletin = keep(archive, bulletin_of("甲", unplaced=(long_address(signed="chksm=1"),)))
    archive.place(bulletin, the_one(archive).name, item=1, word=word())
    keep(archive, bulletin_of("甲", unplaced=(long_address(signed="chksm=2"),), body=b"2"))
    assert agree(archive) == 0


def test_decisions_follow_no_row_into_another_bulletin(archive: Archive) -> None:
    made = bulletin_of("甲", unplaced=(token_address("x"),))
    bulletin = keep(archive, made)
    archive.place(bulletin, the_one(archive).name, item=1, word=word())
    made = bulletin_of("甲", unplaced=(token_address("x"),), body=b"another")
    other = archive.keep_bulletin(*made, source=None, source_url=None, kept_at=NOON)
    assert the_one(archive).bulletin == other.bulletin


def test_what_does_not_exist_cannot_be_decided_about(archive: Archive) -> None:
    bulletin = keep(archive, bulletin_of("甲", unplaced=(token_address("x"),)))
    name = the_one(archive).name
    with pytest.raises(NoSuchItem, match="no item 7"):
        archive.place(bulletin, name, item=7, word=word())
    with pytest.raises(NotInArchive, match="c-0000000000"):
        archive.ignore(bulletin, "c-0000000000", word=word())
    with pytest.raises(NotInArchive, match="0123456789abcdef"):
        archive.ignore("0123456789abcdef", name, word=word())
    assert archive.decisions() == []


@pytest.mark.parametrize("outcome", UNSETTLED)
def test_an_article_that_no_visit_can_settle_waits_until_it_is_ignored(archive: Archive, outcome: Outcome) -> None:
    keep(archive, bulletin_of("甲"))
    address = token_address("own甲")
    archive.keep_capture(make_capture(address, make_reading(outcome)), run=None, next_visit=in_a_week)
    (entry,) = archive.review().articles
    assert (entry.doubts, entry.cited_by[0].item) == ((Doubt(outcome),), 1)
    assert agree(archive) == 1
    archive.ignore_article(entry.article_url, entry.doubts, word=word())
    assert agree(archive) == 0
    archive.keep_capture(make_capture(address, make_reading(outcome), at=days(1)), run=None, next_visit=in_a_week)
    assert agree(archive) == 0
    archive.undo_article(entry.article_url, word=word())
    assert agree(archive) == 1
    archive.keep_capture(make_capture(address, at=days(2)), run=None, next_visit=in_a_week)
    assert agree(archive) == 0


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in UNSETTLED])
def test_an_article_that_a_visit_settles_or_will_settle_does_not_wait(archive: Archive, outcome: Outcome) -> None:
    keep(archive, bulletin_of("甲"))
    archive.keep_capture(make_capture(token_address("own甲"), make_reading(outcome)), run=None, next_visit=in_a_week)
    assert agree(archive) == 0


def test_an_ignored_article_comes_back_for_another_reason(archive: Archive) -> None:
    keep(archive, bulletin_of("甲"))
    address = token_address("own甲")
    archive.keep_capture(make_capture(address, make_reading(Outcome.CLIENT_ONLY)), run=None, next_visit=in_a_week)
    archive.ignore_article(address.article_url, (Doubt.CLIENT_ONLY,), word=word())
    archive.keep_capture(
        make_capture(address, make_reading(Outcome.BAD_LINK), at=days(1)), run=None, next_visit=in_a_week
    )
    assert [entry.doubts for entry in archive.review().articles] == [(Doubt.BAD_LINK,)]


def test_a_page_that_names_another_article_waits_once(archive: Archive) -> None:
    address = long_address(IDENTITY)
    archive.keep_bulletin(*make_bulletin(address), **PLACE, kept_at=NOON)
    for day in (0, 1):
        capture = make_capture(address, make_reading(identity=OTHER), at=days(day))
        archive.keep_capture(capture, run=None, next_visit=in_a_week)
    assert [entry.doubts for entry in archive.review().articles] == [(Doubt.IDENTITY_CONFLICT,)]
    assert agree(archive) == 1


@pytest.mark.parametrize("seed", range(6 if is_ci() else 2))
def test_the_list_and_the_count_agree_whatever_was_decided(archive: Archive, seed: int) -> None:
    chance = random.Random(seed)
    pool = [token_address("x"), token_address("y"), long_address(), None]
    for step in range(12):
        loose = chance.choices(pool, k=chance.randrange(4))
        titles = chance.sample("甲乙丙丁", k=chance.randrange(1, 4))
        made = bulletin_of(
            *titles, unplaced=loose, body=b"%d" % chance.randrange(4), confidence=chance.choice((1.0, 0.5))
        )
        bulletin = keep(archive, made, at=days(step))
        entries = archive.citations(bulletin=bulletin)
        for entry in chance.sample(entries, k=min(2, len(entries))):
            if chance.random() < 0.5:
                archive.place(bulletin, entry.name, item=1, word=word(at=days(step)))
            else:
                archive.ignore(bulletin, entry.name, word=word(at=days(step)))
        assert [entry for entry in archive.citations() if entry.doubts] == list(archive.review().citations)
        agree(archive)


def test_every_citation_has_a_name_that_stays(archive: Archive) -> None:
    made = bulletin_of("甲", "乙", unplaced=(token_address("x"), token_address("x"), None))
    bulletin = keep(archive, made)
    names = [entry.name for entry in archive.citations(bulletin=bulletin)]
    assert len(set(names)) == 5
    keep(archive, (replace(made[0], sha256=make_bulletin(body=b"2")[0].sha256), b"2"))
    assert [entry.name for entry in archive.citations(bulletin=bulletin)] == names
