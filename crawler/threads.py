"""Doing elsewhere what would hold up the downloads: in a thread, or in the crawl's second process.

Both are awaited alike: ``await keeping(archive.claim, article, owner=owner)``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from crawler.child import Child, ChildDied

P = ParamSpec("P")
T = TypeVar("T")


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
