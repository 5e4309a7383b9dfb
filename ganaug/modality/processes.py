"""TensorFlow's threads are not there in a forked process, where it waits for them for ever."""

from __future__ import annotations

import os

_first_used_in: int | None = None


def check_not_forked() -> None:
    """RuntimeError in a process that was forked from one in which this package has used TensorFlow."""
    global _first_used_in
    process = os.getpid()
    if _first_used_in is None:
        _first_used_in = process
    elif _first_used_in != process:
        raise RuntimeError(
            "this process was forked from one that has used TensorFlow, which would hang here: start it with "
            "multiprocessing.get_context('spawn'), or use joblib, which does"
        )
