"""One bulletin in several forms (a PDF and a web page) is told as one, and shown once, with all that each form says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from storage.archive import Archive
from storage.decisions import Word
from storage.errors import NotInArchive
from storage.forms import NotJoined, SameBulletin
from storage.records import Address, Bulletin, Citation, PlacedBy
from tests.storage.making import (
    IDENTITY,
    NOON,
    days,
    in_a_week,
    long_address,
    make_bulletin,
    make_capture,
    make_citation,
    make_reading,
    token_address,
)

TITLES = ("成都市召开地方志工作会议", "绵阳市启动年鉴编纂工作", "乐山市方志馆正式开馆", "宜宾市完成县志终审")
OTHER_TITLES = ("别的一条", "又一条", "再一条", "末一条")
WORD = Word(by="王敏", at=NOON)
WEB = {"source": "官网", "source_url": "https://example.org/12.html"}


def article(number: int | str) -> Address:
    return token_address(f"art{number}")


def cite(address: Address | None, *, sure: bool = True) -> Citation:
    cited = make_citation(address, 1)
    return cited if sure else replace(cited, placed_by=PlacedBy.NEAREST, confidence=0.6)


def form(
    body: bytes,
    *,
    titles: Sequence[str] = TITLES,
    cited: Sequence[Sequence[Citation]] | None = None,
    unplaced: Sequence[Citation] = (),
    on: date | None = date(2026, 2, 27),
    issue: str | None = "第12期",
    issuer: str | None = "四川省地方志工作办公室",
    file: str = "简报.pdf",
) -> tuple[Bulletin, bytes]:
    """A form of the bulletin; each item cites the article of its number, where nothing else is said."""
    own = cited if cited is not None else [[cite(article(number))] for number in range(1, len(titles) + 1)]
    record, body = make_bulletin(*(article(0) for _ in titles), body=body, published_on=on)
    position = iter(range(1, 999))
    items = tuple(
        replace(
            item,
            title=title,
            text=f"{title}。",
            citations=tuple(replace(one, position=next(position)) for one in some),
        )
        for item, title, some in zip(record.items, titles, own, strict=True)
    )
    loose = tuple(replace(one, position=next(position), placed_by=None, confidence=0.0) for one in unplaced)
    return replace(record, file=file, items=items, unplaced=loose, issue=issue, issuer=issuer), body


DOUBTFUL = [[], [], [], [cite(article(number), sure=False) for number in (1, 2, 3, 4)]]


def pdf(archive: Archive, made: tuple[Bulletin, bytes], *, day: float = 0) -> str:
    return archive.keep_bulletin(*made, source=None, source_url=None, kept_at=days(day)).bulletin


def web(archive: Archive, made: tuple[Bulletin, bytes], *, day: float = 1) -> str:
    return archive.keep_bulletin(*made, **WEB, kept_at=days(day)).bulletin


def places(archive: Archive, bulletin: str) -> dict[int, list[str]]:
    """The articles cited, by item."""
    view = archive.bulletin(bulletin)
    found = {one.item.position: [each.citation.article_url for each in one.citations] for one in view.items}
    return found | ({0: [each.citation.article_url for each in view.unplaced]} if view.unplaced else {})


def agree(archive: Archive) -> None:
    """Every number and list tells the same bulletins, items and citations."""
    status, summaries = archive.status(NOON), archive.bulletins()
    assert status.to_review == archive.review().count
    assert status.bulletins == len(summaries)
    assert status.items == sum(one.items for one in summaries)
    assert status.citations == sum(one.citations for one in summaries) == len(archive.citations())
    for summary in summaries:
        view = archive.bulletin(summary.bulletin)
        assert (len(view.items), len(view.record.citations)) == (summary.items, summary.citations)
        assert len({one.item.position for one in view.items}) == summary.items


def test_a_pdf_and_a_web_page_of_one_issue_are_shown_once(archive: Archive) -> None:
    first = pdf(archive, form(b"pdf"))
    other = web(archive, form(b"web", file="12.html"))
    (summary,) = archive.bulletins()
    assert (summary.bulletin, summary.items, summary.citations, summary.forms) == (first, 4, 4, 2)
    assert [one.item for one in archive.article(article(2)).cited_by] == [2]
    view = archive.bulletin(other)
    assert (view.bulletin, [one.file for one in view.forms]) == (first, ["简报.pdf", "12.html"])
    assert list(archive.articles(bulletin=other)) == list(archive.articles(bulletin=first))
    agree(archive)


def test_what_one_form_only_cites_is_still_there_in_its_item(archive: Archive) -> None:
    first = pdf(archive, form(b"pdf", cited=[[cite(article(1))], [], [cite(article(3))], [cite(article(4))]]))
    web(archive, form(b"web", cited=[[cite(article(1)), cite(article(9))], [cite(article(2))], [cite(article(3))], []]))
    assert places(archive, first) == {
        1: [article(1).article_url, article(9).article_url],
        **{number: [article(number).article_url] for number in (2, 3, 4)},
    }
    assert [one.item for one in archive.article(article(9)).cited_by] == [1]
    agree(archive)


def test_an_item_that_one_form_only_has_stands_after_the_others(archive: Archive) -> None:
    first = pdf(archive, form(b"pdf"))
    more = (*TITLES[:2], "网页上多出的一条", *TITLES[2:])
    cited = [[cite(article(number))] for number in (1, 2, 9, 3, 4)]
    web(archive, form(b"web", titles=more, cited=cited))
    view = archive.bulletin(first)
    assert [(one.item.position, one.item.title) for one in view.items][-1] == (5, "网页上多出的一条")
    assert [one.item for one in archive.article(article(9)).cited_by] == [5]
    (hit,) = archive.search("网页上多出")
    assert (hit.bulletin, hit.item) == (first, 5)
    assert len(archive.search("绵阳市启动")) == 1
    agree(archive)


def test_the_form_that_is_sure_places_what_the_other_is_not_sure_of(archive: Archive) -> None:
    first = pdf(archive, form(b"pdf", cited=DOUBTFUL))
    assert archive.review().count == 4
    web(archive, form(b"web"))
    assert archive.review().count == 0
    assert places(archive, first) == {number: [article(number).article_url] for number in (1, 2, 3, 4)}
    agree(archive)


def test_two_forms_that_are_sure_of_different_items_both_stay(archive: Archive) -> None:
    first = pdf(archive, form(b"pdf"))
    swapped = [[cite(article(2))], [cite(article(1))], [cite(article(3))], [cite(article(4))]]
    web(archive, form(b"web", cited=swapped))
    both = sorted(article(number).article_url for number in (1, 2))
    assert [sorted(places(archive, first)[item]) for item in (1, 2)] == [both, both]
    agree(archive)


def test_a_persons_word_is_stronger_than_both_forms(archive: Archive) -> None:
    first = pdf(archive, form(b"pdf", cited=DOUBTFUL))
    entry = next(one for one in archive.review().citations if one.article_url == article(1).article_url)
    archive.place(first, entry.name, item=3, word=WORD)
    web(archive, form(b"web"))
    assert [(one.item, one.decision.decided_by) for one in archive.article(article(1)).cited_by] == [(3, "王敏")]
    agree(archive)


def test_what_a_person_moves_moves_for_all_forms(archive: Archive) -> None:
    first = pdf(archive, form(b"pdf"))
    web(archive, form(b"web"))
    entry = next(one for one in archive.citations() if one.article_url == article(4).article_url)
    archive.place(first, entry.name, item=2, word=WORD)
    assert [one.item for one in archive.article(article(4)).cited_by] == [2]
    archive.undo(first, entry.name, word=WORD)
    assert [one.item for one in archive.article(article(4)).cited_by] == [4]
    agree(archive)


def test_what_is_decided_of_one_bulletin_in_two_forms_holds_after_they_are_taken_apart(archive: Archive) -> None:
    first, other = pdf(archive, form(b"pdf")), web(archive, form(b"web", unplaced=[cite(article(9))]))
    (entry,) = archive.review().citations
    assert entry.bulletin == first
    archive.place(first, entry.name, item=2, word=WORD)
    assert [one.item for one in archive.article(article(9)).cited_by] == [2]
    archive.part_bulletin(other, word=WORD)
    assert [(one.bulletin, one.item) for one in archive.article(article(9)).cited_by] == [(other, 2)]
    assert len(archive.bulletins()) == 2
    agree(archive)


def test_spellings_that_turn_out_to_be_one_article_are_shown_once(archive: Archive) -> None:
    """The PDF prints short addresses and the page long ones; the first visit tells that they are the same."""
    first = pdf(archive, form(b"pdf"))
    long = [[cite(long_address(IDENTITY))], *[[cite(article(number))] for number in (2, 3, 4)]]
    web(archive, form(b"web", cited=long))
    assert len(places(archive, first)[1]) == 2
    capture = make_capture(article(1), make_reading(identity=IDENTITY))
    archive.keep_capture(capture, run=None, next_visit=in_a_week)
    assert len(places(archive, first)[1]) == 1
    agree(archive)


def test_the_evidence_is_kept_and_a_person_can_undo_it_for_good(archive: Archive) -> None:
    first, other = pdf(archive, form(b"pdf")), web(archive, form(b"web"))
    (merge,) = archive.bulletin_merges()
    evidence = json.loads(merge.evidence)
    assert (merge.bulletin, merge.form, merge.merged_by) == (first, other, None)
    assert (evidence["articles"], evidence["items"]) == ([4, 4, 4], [4, 4, 4])
    assert evidence["shared"] == ["issuer", "title", "published_on", "issue"]
    archive.part_bulletin(first, word=WORD)
    (merge,) = archive.bulletin_merges()
    assert (merge.undone_by, len(archive.bulletins())) == ("王敏", 2)
    web(archive, form(b"web, corrected"), day=2)
    assert len(archive.bulletins()) == 2
    archive.join_bulletins(first, other, word=replace(WORD, at=days(3)))
    assert [one.merged_by for one in archive.bulletin_merges()] == ["王敏", None]
    agree(archive)


@pytest.mark.parametrize(
    "other",
    [
        form(b"web", on=date(2026, 2, 28)),
        form(b"web", issue="第13期"),
        form(b"web", issuer="绵阳市地方志办公室"),
        form(b"web", titles=OTHER_TITLES, cited=[[cite(article(n))] for n in (6, 7, 8, 9)]),
        form(b"web", titles=TITLES[:2], cited=[[cite(article(1))], [cite(article(2))]]),
        form(b"web", on=None, issue=None),
        form(
            b"web",
            titles=(*TITLES[:3], *(f"专刊另载第{n}条新闻" for n in range(4))),
            cited=[[cite(article(n))] for n in (1, 2, 3, 21, 22, 23, 24)],
        ),
    ],
    ids=["another day", "another issue", "another issuer", "other content", "too little", "no day", "a digest of it"],
)
def test_weak_evidence_joins_nothing(archive: Archive, other: tuple[Bulletin, bytes]) -> None:
    pdf(archive, form(b"pdf"))
    web(archive, other)
    assert archive.bulletin_merges() == []
    assert len(archive.bulletins()) == 2
    agree(archive)


def test_columns_that_are_called_the_same_every_time_are_no_evidence(archive: Archive) -> None:
    """Two editions of one day, told apart by nothing but what they cite."""
    columns = ("要闻", "市州动态", "县区动态", "学术")
    pdf(archive, form(b"morning", titles=columns, issue=None))
    web(archive, form(b"evening", titles=columns, issue=None, cited=[[cite(article(n))] for n in (5, 6, 7, 8)]))
    assert len(archive.bulletins()) == 2


@pytest.mark.parametrize(("same", "count"), [(6, 1), (3, 2)])
def test_without_a_masthead_nearly_everything_must_be_the_same(archive: Archive, same: int, count: int) -> None:
    plain = {"on": None, "issue": None, "issuer": None}
    titles = [f"第{n}项工作进展情况" * 2 for n in "一二三四五六"]
    pdf(archive, form(b"pdf", titles=titles, **plain))
    others = [*titles[:same], *(f"另有一则关于{n}的新闻" for n in "七八九十"[: 6 - same])]
    web(archive, form(b"web", titles=others, **plain))
    assert len(archive.bulletins()) == count
    agree(archive)


def test_titles_alone_will_do_where_the_links_are_printed_in_one_form_only(archive: Archive) -> None:
    pdf(archive, form(b"pdf"))
    typed = tuple(title.replace("工作", " 工作").replace("正式", "已正式") for title in TITLES)
    web(archive, form(b"web", titles=typed, cited=[[], [], [], []], issue=None))
    assert len(archive.bulletins()) == 1
    agree(archive)


def test_the_same_bytes_at_two_places_are_one_bulletin(archive: Archive) -> None:
    made = form(b"pdf", titles=TITLES[:1], cited=[[cite(article(1))]], on=None, issue=None)
    pdf(archive, made)
    web(archive, made)
    assert len(archive.bulletins()) == 1
    agree(archive)


def test_an_address_that_shows_another_issue_later_is_no_form_of_the_earlier_one(archive: Archive) -> None:
    first = pdf(archive, form(b"pdf"))
    web(archive, form(b"web"))
    web(archive, form(b"next week", on=date(2026, 3, 6), issue="第13期"), day=7)
    assert {one.published_on for one in archive.bulletins()} == {date(2026, 2, 27), date(2026, 3, 6)}
    web(archive, form(b"web"), day=8)
    assert [one.bulletin for one in archive.bulletins()] == [first]
    agree(archive)


def test_three_forms_are_one_and_come_apart_as_they_were_joined(archive: Archive) -> None:
    first = pdf(archive, form(b"pdf"))
    word = archive.keep_bulletin(*form(b"docx"), source="邮箱", source_url="1", kept_at=NOON).bulletin
    page = web(archive, form(b"web"))
    assert [one.bulletin for one in archive.bulletin(first).forms] == [first, word, page]
    with pytest.raises(NotJoined):
        archive.part_bulletin(first, word=WORD)
    archive.part_bulletin(word, word=WORD)
    assert sorted(one.forms for one in archive.bulletins()) == [1, 2]
    agree(archive)


def test_a_chain_of_joins_can_be_undone_from_its_middle(archive: Archive) -> None:
    apart = [
        archive.keep_bulletin(
            *form(b"%d" % n, on=date(2026, 1, n), issue=None), source=None, source_url=None, kept_at=NOON
        ).bulletin
        for n in (1, 2, 3)
    ]
    archive.join_bulletins(apart[1], apart[2], word=WORD)
    archive.join_bulletins(apart[0], apart[2], word=WORD)
    (summary,) = archive.bulletins()
    assert (summary.bulletin, summary.forms) == (apart[0], 3)
    with pytest.raises(SameBulletin):
        archive.join_bulletins(apart[1], apart[0], word=WORD)
    archive.part_bulletin(apart[1], word=WORD)
    assert {one.bulletin: one.forms for one in archive.bulletins()} == {apart[0]: 1, apart[1]: 2}
    agree(archive)


def test_what_one_form_corrected_is_not_shown_any_more_because_the_other_is_its_earlier_version(
    archive: Archive,
) -> None:
    """The same file was given by hand and lies in a watched folder, where a corrected one takes its place."""
    wrong = [[cite(article(9))], *[[cite(article(number))] for number in (2, 3, 4)]]
    first = pdf(archive, form(b"1", cited=wrong, titles=("写错的标题", *TITLES[1:])))
    web(archive, form(b"1", cited=wrong, titles=("写错的标题", *TITLES[1:])))
    entry = next(one for one in archive.citations() if one.article_url == article(4).article_url)
    archive.place(first, entry.name, item=2, word=WORD)
    web(archive, form(b"2"), day=2)
    assert archive.article(article(9)).cited_by == ()
    assert places(archive, first) == {
        1: [article(1).article_url],
        2: [article(4).article_url, article(2).article_url],
        3: [article(3).article_url],
        4: [],
    }
    assert [one.item.title for one in archive.bulletin(first).items] == list(TITLES)
    agree(archive)


def test_an_old_file_that_is_named_by_hand_after_its_correction_brings_nothing_back(archive: Archive) -> None:
    wrong = form(b"1", cited=[[cite(article(9))], *[[cite(article(number))] for number in (2, 3, 4)]])
    first = web(archive, wrong, day=0)
    web(archive, form(b"2"), day=1)
    pdf(archive, wrong, day=2)
    assert [one.bulletin for one in archive.bulletins()] == [first]
    assert archive.article(article(9)).cited_by == ()
    agree(archive)


def test_a_saved_page_whose_address_shows_another_issue_now_is_not_outdated_by_it(archive: Archive) -> None:
    page = form(b"1", on=None, issue=None)
    saved = pdf(archive, page)
    web(archive, page)
    other = [[cite(article(n))] for n in (6, 7, 8, 9)]
    web(archive, form(b"2", on=None, issue=None, titles=OTHER_TITLES, cited=other), day=7)
    assert len(archive.bulletins()) == 2
    assert [one.bulletin for one in archive.article(article(1)).cited_by] == [saved]
    agree(archive)


# ---- versions


def test_a_file_that_replaces_a_bulletin_is_a_new_version_of_it(archive: Archive) -> None:
    first = pdf(archive, form(b"1", unplaced=[cite(article(9))]))
    (entry,) = archive.review().citations
    archive.place(first, entry.name, item=2, word=WORD)
    titles, cited = ("新加的一条", *TITLES), [[], *[[cite(article(n))] for n in (1, 2, 3, 4)]]
    record, body = form(b"2", titles=titles, cited=cited, unplaced=[cite(article(9))], issue="第12期（修订）")
    kept = archive.keep_bulletin(record, body, source=None, source_url=None, kept_at=days(1), replaces=first)
    assert (kept.bulletin, kept.version, kept.is_new) == (first, 2, True)
    assert [one.item for one in archive.article(article(9)).cited_by] == [3]
    assert archive.read_blob(form(b"1")[0].sha256) == b"1"
    assert archive.bulletin_of(form(b"1")[0].sha256) == first
    agree(archive)


@pytest.mark.parametrize("again", [b"1", b"2"])
def test_a_file_named_again_changes_nothing_after_one_replaced_the_other(archive: Archive, again: bytes) -> None:
    first = pdf(archive, form(b"1"))
    archive.keep_bulletin(*form(b"2", issue="新"), source=None, source_url=None, kept_at=days(1), replaces=first)
    kept = archive.keep_bulletin(*form(again), source=None, source_url=None, kept_at=days(2))
    assert (kept.bulletin, kept.is_new) == (first, False)
    assert archive.bulletin(first).record.issue == "新"
    back = archive.keep_bulletin(*form(b"1"), source=None, source_url=None, kept_at=days(3), replaces=first)
    assert (back.is_new, archive.bulletin(first).record.issue) == (False, "第12期")


def test_what_replaces_an_unknown_bulletin_is_not_taken_in(archive: Archive) -> None:
    with pytest.raises(NotInArchive, match="0123"):
        archive.keep_bulletin(*form(b"2"), source=None, source_url=None, kept_at=NOON, replaces="0123")
    assert archive.bulletins() == []
