"""A better reader is run over bulletins that are held: what it finds is shown, and what was found before stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from storage.archive import Archive
from storage.errors import NotInArchive
from storage.records import Bulletin
from tests.storage.making import NOON, days, token_address
from tests.storage.test_decisions import bulletin_of, keep, word
from tests.storage.test_forms import DOUBTFUL, article, form, pdf, web

X = token_address("x")


def read_better(made: tuple[Bulletin, bytes], better: tuple[Bulletin, bytes]) -> Bulletin:
    """What a newer reader makes of the same bytes."""
    return replace(better[0], sha256=made[0].sha256, reader_version=2)


def test_a_newer_reading_is_shown_and_searched_and_the_earlier_one_stays(archive: Archive) -> None:
    made = bulletin_of("甲市召开工作会议", unplaced=(X,))
    bulletin = keep(archive, made)
    better = read_better(made, bulletin_of("甲市召开会议", "乙市启动编纂", body=made[1]))
    assert [one.bulletin for one in archive.bulletins_read_before(2)] == [bulletin]
    assert archive.keep_bulletin_reading(bulletin, better, read_at=days(1))
    assert archive.bulletin(bulletin).record == archive.bulletin_as_read(bulletin) == better
    assert archive.earlier_readings(bulletin) == [made[0]]
    assert ([hit.item for hit in archive.search("启动编纂")], archive.search("工作会议")) == ([2], [])
    assert archive.bulletins_read_before(2) == []
    assert archive.article(X).cited_by == ()
    assert (archive.status(NOON).items, archive.verify().faults) == (2, ())
    assert len(archive.due_articles(days(1))) == 4


def test_a_reading_that_says_the_same_changes_nothing_but_whose_it_is(archive: Archive) -> None:
    made = bulletin_of("甲", unplaced=(X,))
    bulletin = keep(archive, made)
    assert not archive.keep_bulletin_reading(bulletin, replace(made[0], reader_version=2, file="别名"), read_at=days(1))
    assert (archive.earlier_readings(bulletin), archive.bulletins_read_before(2)) == ([], [])


def test_what_a_person_decided_survives_a_newer_reading(archive: Archive) -> None:
    made = bulletin_of("甲", "乙", unplaced=(X,))
    bulletin = keep(archive, made)
    archive.place(bulletin, archive.review().citations[0].name, item=2, word=word())
    better = read_better(made, bulletin_of("新找到的一条", "甲", "乙", unplaced=(X,), body=made[1]))
    archive.keep_bulletin_reading(bulletin, better, read_at=days(1))
    (cited,) = archive.article(X).cited_by
    assert (cited.item, cited.item_title, cited.decision.decided_by) == (3, "乙", "王敏")
    assert archive.bulletin_as_read(bulletin) == better


def test_a_day_that_is_read_only_now_tells_that_two_files_are_one_bulletin(archive: Archive) -> None:
    made = form(b"pdf", on=date(2026, 1, 1), issue=None)
    first = pdf(archive, made)
    web(archive, form(b"web", issue=None))
    assert len(archive.bulletins()) == 2
    archive.keep_bulletin_reading(first, read_better(made, form(b"pdf", issue=None)), read_at=days(2))
    assert [one.bulletin for one in archive.bulletins()] == [first]


def test_one_form_is_read_anew_and_the_other_stays_matched_to_it(archive: Archive) -> None:
    made = form(b"pdf", cited=DOUBTFUL)
    first = pdf(archive, made)
    web(archive, form(b"web"))
    archive.keep_bulletin_reading(first, read_better(made, form(b"pdf")), read_at=days(2))
    assert [one.item for one in archive.article(article(3)).cited_by] == [3]
    assert (archive.status(NOON).citations, archive.status(NOON).bulletins) == (4, 1)


def test_a_reading_of_other_bytes_is_refused(archive: Archive) -> None:
    bulletin = keep(archive, bulletin_of("甲"))
    for name in (bulletin, "0123"):
        with pytest.raises(NotInArchive):
            archive.keep_bulletin_reading(name, bulletin_of("乙", body=b"other")[0], read_at=days(1))
