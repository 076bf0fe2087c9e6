"""What is due, in which order, and that it is done once."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.records import Address, AssetCapture, DueFor, Outcome, Role
from tests.conftest import is_ci
from tests.storage.making import (
    IDENTITY,
    NOON,
    claim,
    days,
    in_a_week,
    long_address,
    make_asset,
    make_bulletin,
    make_capture,
    make_links,
    make_reading,
    temporary_address,
    token_address,
)
from tests.stories.crawls import SERVER

NOWHERE = {"source": None, "source_url": None}


def cite(archive: Archive, *names: str, on: date | None = None, at: float = 0) -> None:
    record = make_bulletin(*map(token_address, names), body=repr((names, on)).encode(), published_on=on)
    archive.keep_bulletin(*record, **NOWHERE, kept_at=days(at))


def visit(
    archive: Archive, address: Address | str, outcome=Outcome.ALIVE, *, at: float = 0, again=in_a_week, **reading
):
    address = token_address(address) if isinstance(address, str) else address
    capture = make_capture(address, make_reading(outcome, **reading), at=days(at), body=repr((address, at)).encode())
    return archive.keep_capture(capture, run=None, next_visit=again)


def due(archive: Archive, at: float = 0, **options) -> list[str]:
    """The names of what is due, as they would be claimed."""
    visits = [
        claim(archive, one, owner="me", now=days(at), until=days(at + 1))
        for one in archive.due_articles(days(at), **options)
    ]
    return [visit.address.cited_url.removeprefix("https://mp.weixin.qq.com/s/").rstrip("A") for visit in visits]


def test_what_was_never_captured_comes_first_the_newest_bulletin_before_all(archive: Archive) -> None:
    cite(archive, "old", on=date(2025, 1, 1))
    cite(archive, "new1", "new2", on=date(2026, 2, 1))
    cite(archive, "undated", at=-400)
    assert due(archive) == ["new1", "new2", "undated", "old"]


def test_then_what_was_put_off_then_what_misses_pictures_then_the_oldest_revisits(archive: Archive) -> None:
    visit(archive, "fresh", at=-8)
    visit(archive, "stale", at=-30)
    visit(archive, "bare", at=-7.5, assets=make_links("k"))
    visit(archive, "later", Outcome.UNDER_REVIEW, at=-8)
    visit(archive, "refused", Outcome.CAPTCHA, at=-8)
    cite(archive, "never")
    assert due(archive) == ["never", "refused", "later", "bare", "stale", "fresh"]
    archive.keep_asset(make_asset("k"))
    assert due(archive, at=1.5) == ["never", "refused", "later", "stale", "fresh", "bare"]


def test_the_hourly_sweep_takes_first_visits_and_short_steps_only(archive: Archive) -> None:
    visit(archive, "weekly", at=-8)
    visit(archive, "hourly", at=-1, again=lambda told: days(-0.5))
    cite(archive, "never")
    assert due(archive, only_urgent=True) == ["never", "hourly"]
    assert archive.count_due(NOON) == 3


def test_an_article_is_not_due_before_its_time_nor_without_one(archive: Archive) -> None:
    visit(archive, "a")
    visit(archive, "b", Outcome.LINK_EXPIRED, again=lambda told: None)
    assert due(archive, at=6) == []
    assert due(archive, at=7) == ["a"]


def test_a_claimed_article_is_left_to_its_owner_until_the_claim_runs_out(archive: Archive) -> None:
    cite(archive, "a")
    (article,) = archive.due_articles(NOON)
    visit_of_me = claim(archive, article, owner="me", now=NOON, until=days(1))
    assert visit_of_me.due_for is DueFor.FIRST
    assert claim(archive, article, owner="other", now=NOON, until=days(1)) is None
    assert claim(archive, article, owner="other", now=days(1), until=days(2)) == replace(visit_of_me, due_at=NOON)


def test_several_are_claimed_at_once_in_the_order_asked_for_without_those_that_are_taken(archive: Archive) -> None:
    cite(archive, "a", "b", "c")
    first, second, third = archive.due_articles(NOON)
    claim(archive, second, owner="other", now=NOON, until=days(1))
    visits = archive.claim([third, second, first], owner="me", now=NOON, until=days(1))
    assert [visit.article for visit in visits] == [third, first]
    assert archive.claim([first, second, third], owner="third", now=NOON, until=days(1)) == []


def test_what_is_given_back_stays_due_and_only_its_owner_gives_it_back(archive: Archive) -> None:
    cite(archive, "a")
    (article,) = archive.due_articles(NOON)
    claim(archive, article, owner="me", now=NOON, until=days(1))
    archive.release(article, owner="other")
    assert claim(archive, article, owner="other", now=NOON, until=days(1)) is None
    archive.release(article, owner="me")
    assert claim(archive, article, owner="other", now=NOON, until=days(1)) is not None


def test_a_visit_that_was_made_is_no_longer_due(archive: Archive) -> None:
    cite(archive, "a")
    (article,) = archive.due_articles(NOON)
    claim(archive, article, owner="me", now=NOON, until=days(1))
    visit(archive, "a")
    assert claim(archive, article, owner="other", now=NOON, until=days(1)) is None
    assert due(archive, at=7) == ["a"]


def test_a_merged_article_is_visited_once(archive: Archive) -> None:
    cite(archive, "a", "b")
    names = [token_address(name).article_url for name in "ab"]
    handles = archive.due_articles(NOON)
    archive.merge(*names, evidence="by hand", merged_at=NOON)
    assert archive.due_articles(NOON) == handles[:1]
    assert claim(archive, handles[1], owner="me", now=NOON, until=days(1)) is None


@pytest.mark.parametrize(
    ("spent", "chosen"),
    [((), "token"), (("token",), "long"), (("token", "long"), "temporary")],
)
def test_the_spelling_that_lasts_is_visited_and_none_that_was_used_up(archive: Archive, spent, chosen) -> None:
    spellings = {"token": token_address(), "long": long_address(), "temporary": temporary_address()}
    archive.keep_bulletin(*make_bulletin(*spellings.values()), **NOWHERE, kept_at=NOON)
    for address in (spellings["token"], spellings["temporary"]):
        visit(archive, address, identity=IDENTITY, at=-2)
    for day, name in enumerate(spent):
        visit(archive, spellings[name], Outcome.LINK_EXPIRED, at=-1 + day / 10, again=lambda told: NOON)
    (article,) = archive.due_articles(days(9))
    assert claim(archive, article, owner="me", now=days(9), until=days(10)).address == spellings[chosen]


def test_a_further_spelling_gives_a_lost_article_another_chance(archive: Archive) -> None:
    visit(archive, long_address(), Outcome.BAD_LINK, again=lambda told: None)
    assert archive.due_articles(days(1)) == []
    archive.keep_addresses([long_address(signed="chksm=better")], seen_at=days(1))
    (article,) = archive.due_articles(days(1))
    claimed = claim(archive, article, owner="me", now=days(1), until=days(2))
    assert claimed.address == long_address(signed="chksm=better")


def test_a_name_that_only_a_page_stated_is_never_fetched(archive: Archive) -> None:
    visit(archive, temporary_address(), identity=IDENTITY, at=-8)
    (article,) = archive.due_articles(NOON)
    assert claim(archive, article, owner="me", now=NOON, until=days(1)).address == temporary_address()


def test_addresses_named_by_a_person_are_due_at_once_and_known_ones_are_not_asked_again(archive: Archive) -> None:
    visit(archive, "known")
    handles = archive.keep_addresses([token_address("known"), token_address("new")], seen_at=days(1))
    assert archive.due_articles(days(1)) == handles[1:]


# ---- assets


def test_assets_are_due_until_their_original_is_held(archive: Archive) -> None:
    kept = visit(archive, "a", assets=make_links("one", "two"))
    assert [task.key for task in kept.wanted] == ["one", "two"]
    archive.keep_asset(make_asset("one"))
    archive.keep_asset(make_asset("two", b"small", is_original=False))
    assert archive.due_assets(NOON) == []
    (task,) = archive.due_assets(days(2))
    assert (task.key, archive.read_blob(task.held_sha256), task.attempts) == ("two", b"small", 1)
    archive.keep_asset(make_asset("two", b"large", at=days(2)))
    assert archive.due_assets(days(99)) == []
    assert [archive.read_blob(one.sha256) for one in archive.renditions("two")] == [b"large", b"small"]


def test_a_snapshot_is_complete_when_all_that_its_content_needs_is_held(archive: Archive) -> None:
    assets = (*make_links("a", "b", "a"), *make_links("face", role=Role.AVATAR))
    visit(archive, "a", assets=assets)
    states = []
    for key in ("a", "b"):
        archive.keep_asset(make_asset(key, is_original=key == "a"))
        snapshot = archive.snapshot(token_address("a"))
        states.append((snapshot.missing_assets, snapshot.is_complete))
    assert states == [(1, False), (0, True)]
    assert archive.status(NOON).incomplete == 0


def test_a_page_that_has_more_than_was_found_on_it_is_not_complete(archive: Archive) -> None:
    visit(archive, "a", assets=(), expected=3)
    snapshot = archive.snapshot(token_address("a"))
    assert (snapshot.is_complete, snapshot.missing_assets) == (False, 0)
    assert archive.status(NOON).incomplete == 1


def test_a_failed_asset_says_why_and_waits_for_its_next_try(archive: Archive) -> None:
    kept = visit(archive, "a", assets=make_links("k"))
    archive.keep_asset_failure("k", "u", "http_404", tried_at=NOON, next_try_at=days(1))
    assert [one.failure for one in archive.snapshot_assets(kept.snapshot)] == ["http_404"]
    assert archive.due_assets(NOON) == []
    assert [task.attempts for task in archive.due_assets(days(1))] == [1]
    archive.keep_asset_failure("k", "u", "http_404", tried_at=days(1), next_try_at=None)
    assert archive.due_assets(days(999)) == []


def test_a_failure_never_makes_a_held_original_due_again(archive: Archive) -> None:
    visit(archive, "a", assets=make_links("k"))
    archive.keep_asset(make_asset("k"))
    archive.keep_asset_failure("k", "u", "timeout", tried_at=NOON, next_try_at=NOON)
    assert archive.due_assets(NOON) == []


def test_assets_of_articles_known_to_be_gone_or_withdrawn_are_not_due(archive: Archive) -> None:
    visit(archive, "a", assets=make_links("mine", "shared"), at=-1)
    visit(archive, "b", assets=make_links("shared"), at=-1)
    visit(archive, "a", Outcome.DELETED)
    assert [task.key for task in archive.due_assets(NOON)] == ["shared"]


def test_an_asset_that_several_pages_cite_is_fetched_once(archive: Archive) -> None:
    visit(archive, "a", assets=make_links("k"))
    archive.keep_asset(make_asset("k"))
    kept = visit(archive, "b", assets=make_links("k", "l"))
    assert ([task.key for task in kept.wanted], kept.known) == (["l"], 1)
    assert archive.has_assets(["k", "l", "unheard of"]) == {"k"}


def test_the_address_of_a_newer_page_is_taken_for_what_is_still_missing(archive: Archive) -> None:
    link = make_links("k")[0]
    visit(archive, "a", assets=[link])
    signed_anew = replace(link, url=link.url + "?signed=anew")
    visit(archive, "a", assets=[signed_anew], at=1)
    assert [task.url for task in archive.due_assets(days(1))] == [signed_anew.url]


def test_what_a_style_sheet_cites_belongs_to_the_snapshot(archive: Archive) -> None:
    kept = visit(archive, "a", assets=make_links("page"))
    wanted = archive.add_snapshot_assets(kept.snapshot, make_links("page", "sheet"), wanted_at=NOON)
    again = archive.add_snapshot_assets(kept.snapshot, make_links("sheet"), wanted_at=NOON)
    assert wanted == again
    assert [one.link.key for one in archive.snapshot_assets(kept.snapshot)] == ["page", "sheet"]
    assert archive.snapshot(token_address("a")).missing_assets == 2


def test_a_scaled_rendition_that_proves_to_be_the_original_is_one(archive: Archive) -> None:
    visit(archive, "a", assets=make_links("k"))
    first: AssetCapture = make_asset("k", b"same", is_original=False)
    assert archive.keep_asset(first)
    assert not archive.keep_asset(replace(first, is_original=True))
    assert [one.is_original for one in archive.renditions("k")] == [True]
    assert archive.has_assets(["k"]) == {"k"}


# ---- several at once


def _claim_all(folder: Path, url: str | None, owner: str, answers) -> None:
    with Archive.open(folder, database_url=url, writing=True) as archive:
        claimed = [
            article
            for article in archive.due_articles(NOON)
            if claim(archive, article, owner=owner, now=NOON, until=days(1))
        ]
    answers.put(claimed)


def test_two_processes_never_claim_the_same_article(archive: Archive, database_url: str | None) -> None:
    cite(archive, *(f"n{number}" for number in range(40)))
    context = multiprocessing.get_context("spawn") if is_ci() else SERVER
    answers = context.Queue()
    workers = [
        context.Process(target=_claim_all, args=(archive.folder, database_url, owner, answers)) for owner in "ab"
    ]
    for worker in workers:
        worker.start()
    one, other = answers.get(timeout=60), answers.get(timeout=60)
    for worker in workers:
        worker.join()
    assert sorted(one + other) == archive.due_articles(NOON)


def test_what_robots_txt_shut_out_is_found_and_made_due_again(archive: Archive) -> None:
    """Only what it shut out the last time, and waits for nothing else."""
    shut_out, opened, visited = (token_address(name) for name in "abc")
    for address, outcome in ((shut_out, Outcome.ROBOTS_EXCLUDED), (opened, Outcome.ROBOTS_EXCLUDED)):
        capture = make_capture(address, make_reading(outcome), body=b"")
        archive.keep_capture(capture, run=None, next_visit=lambda _: None)
    archive.keep_capture(make_capture(opened, at=days(1)), run=None, next_visit=in_a_week)
    archive.keep_capture(make_capture(visited, make_reading(Outcome.LINK_EXPIRED)), run=None, next_visit=lambda _: None)
    ((article, url),) = archive.excluded_articles().items()
    assert url == shut_out.fetch_url
    archive.visit_again([article], now=days(2))
    assert archive.due_articles(days(2), only_urgent=True) == [article]
    assert archive.excluded_articles() == {}
