"""Doing elsewhere what would hold up the downloads: in a thread, or in the crawl's second process.

Both are awaited alike: ``await keeping(archive.claim, article, owner=owner)``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, ParamSpec, Protocol, TypeVar

from crawler.child import Child, ChildDied

P = ParamSpec("P")
T = TypeVar("T")
Entry = TypeVar("Entry")
Answer = TypeVar("Answer")


class Elsewhere(Protocol):
    """Calls that are made elsewhere, and awaited."""

    async def __call__(self, call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """What the call returns, or raises."""


class Threads:
    """A few threads; their number is the bound on how much is under way at once."""

    def __init__(self, count: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)

    async def __call__(self, call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """What the call returns, or raises."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(call, *args, **options))

    def close(self) -> None:
        """Wait for what is under way."""
        self._pool.shutdown(wait=True)


class Gathered(Generic[Entry, Answer]):
    """Entries that come within a moment go together; each is awaited by itself.

    A call into the second process, and a commit there, cost as much for ten pictures as for one. An entry that fails
    does not take the others along: they are then done one by one.
    """

    def __init__(self, work: Callable[[list[Entry]], Awaitable[list[Answer]]], *, seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._waiting: list[tuple[Entry, asyncio.Future[Answer]]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def __call__(self, entry: Entry) -> Answer:
        """The answer for this entry, or the error that it met."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        if not self._waiting:
            loop.call_later(self._seconds, self._go)
        self._waiting.append((entry, future))
        return await future

    def _go(self) -> None:
        some, self._waiting = self._waiting, []
        task = asyncio.ensure_future(self._do(some))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _do(self, some: list[tuple[Entry, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._work([entry for entry, _ in some])
        except Exception as error:  # noqa: BLE001  # raised again, where the entry is awaited
            if len(some) > 1:
                for one in some:
                    await self._do([one])
            elif not some[0][1].done():
                some[0][1].set_exception(error)
            return
        for (_, future), answer in zip(some, answers, strict=True):
            if not future.done():
                future.set_result(answer)


class InChild:
    """The archive's methods, called in the second process, where the same archive is open.

    Keeping may be repeated without harm, so a call that was under way when the child died is made once more.
    """

    def __init__(self, child: Child) -> None:
        self._child = child

    async def __call__(self, call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """What the archive's method of this name returns there, or raises."""
        try:
            told: T = await asyncio.wrap_future(self._child.call(call.__name__, *args, **options))
        except ChildDied:
            told = await asyncio.wrap_future(self._child.call(call.__name__, *args, **options))
        return told
