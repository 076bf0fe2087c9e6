"""Doing together, in one transaction, what several threads ask for at the same time.

A commit is a flush of the disk, whatever is in it. While one thread commits, the others' entries gather; the next to
come takes all of them along. Each caller returns only when its own entry is safe. An entry that fails does not take the
others with it: they are then done one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class _Entry(Generic[T, R]):
    def __init__(self, value: T) -> None:
        self.value = value
        self.results: list[R] = []
        self.error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return bool(self.results) or self.error is not None


class Together(Generic[T, R]):
    """Calls ``work`` with the entries of all threads that are waiting; it gives back their results, in order."""

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]]) -> None:
        self._work = work
        self._waiting: list[_Entry[T, R]] = []
        self._list = Lock()
        self._turn = Lock()

    def __call__(self, value: T) -> R:
        """The result for this entry, or the error that it met."""
        mine: _Entry[T, R] = _Entry(value)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.is_done:
                with self._list:
                    some, self._waiting = self._waiting, []
                self._do(some)
        if mine.error is not None:
            raise mine.error
        return mine.results[0]

    def _do(self, some: list[_Entry[T, R]]) -> None:
        try:
            results = self._work([entry.value for entry in some])
        except BaseException as error:  # noqa: BLE001  # raised again, in the thread whose entry it is
            if len(some) == 1:
                some[0].error = error
                return
            for entry in some:
                self._do([entry])
        else:
            for entry, result in zip(some, results, strict=True):
                entry.results.append(result)
