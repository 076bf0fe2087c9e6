"""Doing in a thread what would hold up the downloads: the archive's transactions, hashing, compressing.

The number of threads is the bound on how much of that happens at once, and so on the memory it takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """A few threads, awaited: ``await threads(archive.claim, article, owner=owner)``."""

    def __init__(self, count: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)

    async def __call__(self, call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """What the call returns, or raises."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(call, *args, **options))

    def close(self) -> None:
        """Wait for what is under way."""
        self._pool.shutdown(wait=True)
