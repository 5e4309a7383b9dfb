"""As many threads as are worth their wait."""

from __future__ import annotations

from contextlib import AbstractContextManager

WORTH_THREADS = 500_000
"""Cells of a table, below which the threads of OpenMP only wait for one another, or for other processes."""


def threads_for(cells: int) -> AbstractContextManager[object]:
    """One thread of OpenMP for a small table, as many as there are for others."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1 if cells < WORTH_THREADS else None, user_api="openmp")
    return limits
