"""Whether there is memory enough, asked before it is taken: a machine that runs out of it kills what runs on it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

GROUPS = (("/sys/fs/cgroup", "memory.max", "memory.current"),
          ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"))  # fmt: skip
"""Of both versions: the folder, and the files of the limit and of what is used."""


def check_free(needed: float, what: str, remedy: str) -> None:
    """MemoryError if so many bytes are not free, as far as the system says."""
    free = free_bytes()
    if free is not None and needed > free:
        raise MemoryError(f"{what} take about {_told(needed)} of memory, and {_told(free)} are free: {remedy}")


def free_bytes() -> int | None:
    """Memory that this process may still take; None where the system does not say."""
    found = [free for free in (_of_the_system(), _of_the_group(), _of_the_process()) if free is not None]
    return min(found) if found else None


def _of_the_system() -> int | None:
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1])
    with suppress(OSError, ValueError, AttributeError):
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _of_the_group() -> int | None:
    """What a container may still take; files that are kept in memory make room."""
    for folder, most, used in GROUPS:
        with suppress(OSError, ValueError):  # "max" where there is no limit
            limit, taken = (int((Path(folder) / name).read_text()) for name in (most, used))
            told = dict(line.split() for line in (Path(folder) / "memory.stat").read_text().splitlines())
            return max(limit - taken + int(told.get("inactive_file", 0)), 0)
    return None


def _of_the_process() -> int | None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            taken = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            return max(limit - taken, 0)
    return None


def _told(count: float) -> str:
    return f"{count / 2**30:,.1f} GB" if count >= 2**30 else f"{count / 2**20:,.0f} MB"
