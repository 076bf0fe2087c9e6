"""Entries that come at the same time go together, and hear each of its own."""

from __future__ import annotations

import asyncio

from crawler.threads import Gathered


def gathered(entries: list[int], groups: list[list[int]]) -> list[object]:
    """What becomes of entries that come at the same time; 0 is one that fails."""

    async def work(some: list[int]) -> list[int]:
        groups.append(list(some))
        return [10 // entry for entry in some]

    async def calls() -> list[object]:
        together = Gathered(work, seconds=0.001)
        return list(await asyncio.gather(*map(together, entries), return_exceptions=True))

    return asyncio.run(calls())


def test_entries_that_come_within_a_moment_go_together() -> None:
    groups: list[list[int]] = []
    assert gathered([1, 2, 5], groups) == [10, 5, 2]
    assert groups == [[1, 2, 5]]


def test_an_entry_that_fails_fails_alone() -> None:
    told = gathered([1, 0, 5], groups := [])
    assert (told[0], told[2]) == (10, 2)
    assert isinstance(told[1], ZeroDivisionError)
    assert groups == [[1, 0, 5], [1], [0], [5]]


def test_who_comes_later_goes_with_the_next() -> None:
    groups: list[int] = []

    async def work(some: list[int]) -> list[int]:
        groups.append(len(some))
        return some

    async def calls() -> None:
        together = Gathered(work, seconds=0.001)
        assert await together(1) == 1
        assert await asyncio.gather(together(2), together(3)) == [2, 3]

    asyncio.run(calls())
    assert groups == [1, 2]


def test_a_caller_who_no_longer_waits_holds_up_nobody() -> None:
    async def work(some: list[int]) -> list[int]:
        return some

    async def calls() -> int:
        together = Gathered(work, seconds=0.001)
        first = asyncio.ensure_future(together(1))
        second = asyncio.ensure_future(together(2))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert asyncio.run(calls()) == 2
