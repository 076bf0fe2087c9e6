"""One article under all its spellings: bound by name, brought together by proof, taken apart again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.archive import Archive
from storage.errors import NotInArchive
from storage.records import Address, Outcome, Standing, Tombstone
from tests.storage.making import (
    IDENTITY,
    NOON,
    OTHER,
    claim,
    days,
    in_a_week,
    long_address,
    make_bulletin,
    make_capture,
    make_reading,
    temporary_address,
    token_address,
)

NOWHERE = {"source": None, "source_url": None}


def cite(archive: Archive, *addresses: Address) -> None:
    archive.keep_bulletin(*make_bulletin(*addresses, body=repr(addresses).encode()), **NOWHERE, kept_at=NOON)


def visit(archive: Archive, address: Address, *, at=NOON, **reading):
    kept = make_capture(address, make_reading(**reading), at=at, body=repr((address, reading)).encode())
    return archive.keep_capture(kept, run=None, next_visit=in_a_week)


@pytest.mark.parametrize("address", [token_address(), temporary_address()])
def test_an_address_without_identity_is_tied_to_the_one_its_page_states(archive: Archive, address: Address) -> None:
    cite(archive, long_address(), address)
    kept = visit(archive, address, identity=IDENTITY)
    assert not kept.identity_conflict
    views = [archive.article(one) for one in (address, long_address(signed="unseen=1"))]
    assert views[0] == views[1]
    assert views[0].article_url == IDENTITY.article_url  # the older article's name survives
    assert [one.item for one in views[0].cited_by] == [1, 2]
    assert list(archive.articles()) == [IDENTITY.article_url]


def test_a_token_article_is_found_by_an_identity_that_only_its_page_stated(archive: Archive) -> None:
    cite(archive, token_address())
    visit(archive, token_address(), identity=IDENTITY)
    assert archive.article(long_address()).article_url == token_address().article_url
    cite(archive, long_address())
    assert archive.article(long_address()).article_url == token_address().article_url
    assert len(archive.article(token_address()).cited_by) == 2


def test_a_long_address_is_found_by_the_token_that_only_its_page_stated(archive: Archive) -> None:
    cite(archive, long_address())
    visit(archive, long_address(), identity=IDENTITY, short_url=token_address().article_url)
    assert archive.article(token_address()) == archive.article(long_address())


def test_the_token_that_a_page_states_as_its_own_brings_two_articles_together(archive: Archive) -> None:
    cite(archive, token_address(), long_address())
    kept = visit(archive, long_address(), identity=IDENTITY, short_url=token_address().article_url)
    assert not kept.identity_conflict
    assert list(archive.articles()) == [token_address().article_url]
    assert len(archive.article(long_address()).cited_by) == 2


def test_a_page_that_names_another_article_gives_away_no_token(archive: Archive) -> None:
    cite(archive, long_address(), token_address())
    assert visit(archive, long_address(), identity=OTHER, short_url=token_address().article_url).identity_conflict
    assert archive.article(token_address()) != archive.article(long_address())


def test_two_tokens_of_one_article_become_one(archive: Archive) -> None:
    cite(archive, token_address("a"), token_address("b"))
    visit(archive, token_address("a"), identity=IDENTITY)
    visit(archive, token_address("b"), identity=IDENTITY, at=days(1))
    view = archive.article(token_address("b"))
    assert view.article_url == token_address("a").article_url
    assert [one.address.article_url for one in view.captures] == [
        token_address("b").article_url,
        token_address("a").article_url,
    ]
    assert len(view.snapshots) == 1


def test_a_page_that_contradicts_a_long_address_proves_nothing(archive: Archive) -> None:
    cite(archive, long_address(IDENTITY), long_address(OTHER))
    kept = visit(archive, long_address(IDENTITY), identity=OTHER)
    assert kept.identity_conflict
    assert archive.captures(IDENTITY.article_url)[0].identity_conflict
    assert archive.captures(OTHER.article_url) == []
    assert archive.status(NOON).to_review == 1


def test_a_migration_makes_one_article_of_both_addresses(archive: Archive) -> None:
    cite(archive, long_address(IDENTITY))
    moved = make_capture(long_address(IDENTITY), make_reading(Outcome.MIGRATED))
    archive.keep_capture(moved, run=None, next_visit=lambda told: None, moved_to=long_address(OTHER))
    (due,) = archive.due_articles(NOON)
    assert claim(archive, due, owner="me", now=NOON, until=days(1)).address == long_address(OTHER)
    kept = visit(archive, long_address(OTHER), identity=OTHER, at=days(1))
    assert not kept.identity_conflict
    view = archive.article(long_address(IDENTITY))
    assert (view.standing, view.article_url, len(view.captures)) == (Standing.ALIVE, IDENTITY.article_url, 2)


def test_a_target_that_two_addresses_moved_to_is_asked_once(archive: Archive) -> None:
    """The second one tells nothing new, so nothing is due at once."""
    moved = make_reading(Outcome.MIGRATED)
    for number, address in enumerate((token_address(), long_address(IDENTITY))):
        cite(archive, address)
        capture = make_capture(address, moved, at=days(number))
        archive.keep_capture(capture, run=None, next_visit=in_a_week, moved_to=long_address(OTHER))
        if number == 0:
            assert archive.count_due(days(number)) == 1
            visit(archive, long_address(OTHER), identity=OTHER, at=days(number))
    assert archive.count_due(days(1)) == 0
    assert archive.count_due(days(8)) == 1


def test_undoing_a_merge_leaves_both_as_they_were(archive: Archive) -> None:
    cite(archive, token_address("a"))
    cite(archive, token_address("b"))
    visit(archive, token_address("a"), text="a", at=days(1))
    visit(archive, token_address("b"), text="b", at=days(2))
    before = [archive.article(token_address(name)) for name in "ab"]
    merge = archive.merge(*(view.article_url for view in before), evidence="a person says so", merged_at=days(3))
    both = archive.article(token_address("b"))
    assert (both.article_url, len(both.snapshots), len(both.cited_by)) == (before[0].article_url, 2, 2)
    archive.undo_merge(merge)
    assert [archive.article(token_address(name)) for name in "ab"] == before
    with pytest.raises(NotInArchive):
        archive.undo_merge(merge)


def test_what_a_person_took_apart_no_page_brings_together(archive: Archive) -> None:
    cite(archive, long_address(), token_address())
    merge = archive.merge(long_address().article_url, token_address().article_url, evidence="by hand", merged_at=NOON)
    archive.undo_merge(merge)
    assert visit(archive, token_address(), identity=IDENTITY).identity_conflict
    assert archive.article(token_address()).article_url != archive.article(long_address()).article_url


def test_a_spelling_that_comes_after_a_merge_goes_with_its_name_when_it_is_undone(archive: Archive) -> None:
    cite(archive, token_address(), long_address())
    merge = archive.merge(token_address().article_url, long_address().article_url, evidence="by hand", merged_at=NOON)
    late = replace(token_address(), cited_url=token_address().cited_url + "?scene=1")
    later = long_address(signed="late=1")
    cite(archive, late, later)
    archive.undo_merge(merge)
    assert late.cited_url in archive.article(token_address()).aliases
    assert later.cited_url in archive.article(long_address()).aliases


def test_merges_may_be_undone_in_any_order(archive: Archive) -> None:
    names = [token_address(name).article_url for name in "abc"]
    cite(archive, *(token_address(name) for name in "abc"))
    inner = archive.merge(names[1], names[2], evidence="1", merged_at=NOON)
    outer = archive.merge(names[0], names[1], evidence="2", merged_at=days(1))
    assert list(archive.articles()) == names[:1]
    archive.undo_merge(inner)
    archive.undo_merge(outer)
    assert [archive.article(token_address(name)).article_url for name in "abc"] == names


def test_an_address_never_seen_is_no_article(archive: Archive) -> None:
    assert archive.article(token_address()) is None
    assert archive.snapshot(long_address()) is None
    with pytest.raises(NotInArchive):
        archive.captures(IDENTITY.article_url)


def test_a_withdrawn_article_is_out_of_sight_until_it_is_lifted(archive: Archive) -> None:
    cite(archive, token_address())
    visit(archive, token_address(), text="不该再看到的内容")
    stone = Tombstone(reason="法院要求", withdrawn_by="王", withdrawn_at=days(1))
    archive.withdraw(token_address(), stone)
    view = archive.article(token_address())
    assert (view.tombstone, view.snapshots, len(view.captures)) == (stone, (), 1)
    assert archive.snapshot(token_address()) is None
    assert archive.due_articles(days(30)) == list(archive.articles()) == archive.search("不该再看到") == []
    archive.lift(token_address(), lifted_by="李", lifted_at=days(2))
    assert len(archive.due_articles(days(2))) == 1
    visit(archive, token_address(), text="可以再看到的内容", at=days(2))
    assert archive.snapshot(token_address()) is not None
    assert len(archive.search("可以再看到")) == 1
    with pytest.raises(NotInArchive):
        archive.lift(token_address(), lifted_by="李", lifted_at=days(2))


def test_a_tombstone_holds_through_a_merge(archive: Archive) -> None:
    cite(archive, token_address("a"), token_address("b"))
    archive.withdraw(token_address("b"), Tombstone(reason="r", withdrawn_by="w", withdrawn_at=NOON))
    names = [token_address(name).article_url for name in "ab"]
    merge = archive.merge(*names, evidence="e", merged_at=NOON)
    assert archive.due_articles(days(1)) == []
    archive.undo_merge(merge)
    assert list(archive.articles()) == names[:1]
