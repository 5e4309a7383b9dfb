"""As many threads as are worth their wait."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

WORTH_THREADS = 500_000
"""Cells of a table, below which the threads of OpenMP only wait for one another, or for other processes."""


def threads_for(cells: int) -> AbstractContextManager[object]:
    """One thread of OpenMP for a small table, as many as there are for others."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1 if cells < WORTH_THREADS else None, user_api="openmp")
    return limits


_alone: ContextVar[bool] = ContextVar("alone", default=False)


def threads_at_hand() -> int:
    """As many as there are cores; one in what is done `by_one_thread`."""
    from joblib import cpu_count

    return 1 if _alone.get() else int(cpu_count())


def by_one_thread(work: Callable[[int], T], number: int) -> T:
    """What `work` makes of a number, on a machine whose other cores do the same with other numbers."""
    before = _alone.set(True)
    try:
        return work(number)
    finally:
        _alone.reset(before)
