"""A decision finds its citation and its item again, and says nothing where it is not sure."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storage.binding import Context, Mark, Standing, context_of, mark_of, meant_citation, meant_item
from storage.likeness import match_items

few = st.sampled_from([None, "", "甲", "乙", "关于召开地方志工作会议的通知", "关于召开地方志工作会议的通知。"])
contexts = st.builds(context_of, few, st.none() | st.builds(mark_of, st.integers(1, 3), few, few))
lists_of_items = st.lists(st.tuples(few, few), min_size=1, max_size=8).map(
    lambda pairs: [mark_of(position, title, text) for position, (title, text) in enumerate(pairs, 1)]
)


def cited(*contexts: Context) -> list[Standing]:
    return [Standing(number=number, context=context) for number, context in enumerate(contexts, 100)]


@given(st.lists(contexts, min_size=1, max_size=6), st.data())
def test_in_the_version_that_a_person_saw_the_citation_is_the_one_that_was_meant(around: list[Context], data) -> None:
    occurrence = data.draw(st.integers(1, len(around)))
    among = cited(*around)
    assert meant_citation(occurrence, len(around), around[occurrence - 1], among) == 99 + occurrence


@given(lists_of_items, st.data())
def test_in_the_version_that_a_person_saw_the_item_is_the_one_that_was_meant(items: list[Mark], data) -> None:
    index = data.draw(st.integers(0, len(items) - 1))
    assert meant_item(items[index], items) == index


@given(lists_of_items, lists_of_items)
def test_an_item_that_is_told_says_what_the_one_meant_said(seen: list[Mark], now: list[Mark]) -> None:
    for target in seen:
        found = meant_item(target, now)
        if found is not None:
            same = now[found]
            at_place = same.position == target.position
            assert same.title == target.title or same.text_sha256 == target.text_sha256 or at_place


@given(st.lists(contexts, max_size=6), contexts, st.integers(1, 4), st.integers(1, 4))
def test_a_citation_that_is_told_stands_where_the_one_meant_stood_or_is_the_only_one(
    around: list[Context], before: Context, occurrence: int, more: int
) -> None:
    occurrences = occurrence + more - 1
    found = meant_citation(occurrence, occurrences, before, cited(*around))
    if found is not None:
        assert around[found - 100] == before or len(around) == occurrences == 1


@given(lists_of_items, lists_of_items)
def test_items_of_two_forms_are_matched_one_to_one(one: list[Mark], other: list[Mark]) -> None:
    matched = match_items(one, other)
    assert len(set(matched.values())) == len(matched)
    assert all(0 <= ours < len(one) and 0 <= theirs < len(other) for theirs, ours in matched.items())


@given(lists_of_items)
def test_a_form_matches_itself_item_for_item(items: list[Mark]) -> None:
    assert all(
        ours == theirs or items[ours].title == items[theirs].title for theirs, ours in match_items(items, items).items()
    )


def test_two_long_lists_are_matched_in_no_time() -> None:
    one = [mark_of(n, f"第{n}期工作进展情况报道之一", f"一{n}") for n in range(3000)]
    other = [mark_of(n, f"第{n}期工作进展情况报道之二", f"二{n}") for n in range(3000)]
    assert len(match_items(one, other)) <= 3000
