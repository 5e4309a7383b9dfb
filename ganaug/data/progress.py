"""Progress bars, as `verbose` asks for them."""

from __future__ import annotations

import multiprocessing
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from ..plain import Verbose

if TYPE_CHECKING:
    from tqdm import tqdm

SOON = 5.0
"""Seconds after which work takes long enough for a bar that nobody asked for."""

_shown = threading.local()


def check_verbose(value: object, name: str = "verbose") -> None:
    """ "auto", a bool or a number."""
    if isinstance(value, str) and value == "auto":
        return
    if not isinstance(value, (bool, np.bool_, Integral)):
        raise (ValueError if isinstance(value, str) else TypeError)(f"{name}={value!r} must be 'auto', True or False")


@contextmanager
def progress_bar(
    verbose: Verbose, total: int, *, unit: str, description: str = "", initial: int = 0, started: float | None = None
) -> Iterator[tqdm]:
    """A bar on standard error.

    "auto" shows it after `SOON` seconds, counted from `started` of ``time.monotonic()``, where somebody looks and sees
    no other bar already, and takes it away at the end.
    """
    check_verbose(verbose)
    by_itself = isinstance(verbose, str)
    waits = max(SOON - (time.monotonic() - started), 0.0) if started is not None else SOON
    with _bars()(
        total=total,
        desc=description,
        unit=unit,
        initial=initial,
        disable=not verbose or sys.stderr is None or (by_itself and not _somebody_looks()),
        delay=waits if by_itself else 0,
        leave=not by_itself,
    ) as bar:
        outer = getattr(_shown, "bar", False)
        _shown.bar = outer or not bar.disable
        try:
            yield bar
        finally:
            _shown.bar = outer


def tell(bar: tqdm, what: str) -> None:
    """Say beside a bar what is being done; a bar that waits goes on waiting."""
    bar.set_description(what, refresh=not bar.disable and time.time() - bar.start_t >= bar.delay)


@cache  # filters of warnings are those of all threads
def _bars() -> type[tqdm]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of notebooks without ipywidgets, in which a bar is text
        from tqdm.auto import tqdm

    return tqdm


def _somebody_looks() -> bool:
    """In a terminal or a notebook, and not in one of several workers."""
    alone = multiprocessing.parent_process() is None and threading.current_thread() is threading.main_thread()
    notebook = type(sys.stderr).__module__.startswith("ipykernel.")
    return (
        alone and not getattr(_shown, "bar", False) and (notebook or (sys.stderr is not None and sys.stderr.isatty()))
    )
