"""NumPy functions that tf.data's threads call."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from typing import Any

from threadpoolctl import ThreadpoolController

QUIET = 0.1
"""Seconds after which no further call is expected."""


class Calls:
    """Counts the calls under way. While there are some, BLAS has one thread; and they end before Python does.

    More threads of BLAS would wait for one another, as tf.data calls from several of its own.

    A thread of tf.data that asks for the interpreter while it shuts down waits for ever, and the shut-down waits for
    the thread. So from then on calls end at once, and the shut-down waits until no more of them come.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running, self.last, self.over = 0, 0.0, False
        self.blas = ThreadpoolController().select(user_api="blas")
        self.limits: Any = None

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, with its calls counted."""

        def call(*inputs: Any) -> Any:
            with self.lock:
                if not self.running:
                    self.limits = self.blas.limit(limits=1)
                self.running += 1
            try:
                if self.over:
                    raise RuntimeError("Python is shutting down")
                return function(*inputs)
            finally:
                with self.lock:
                    self.running, self.last = self.running - 1, time.monotonic()
                    if not self.running:
                        self.limits.restore_original_limits()

        return call

    def end(self) -> None:
        """Wait until no call is under way, and none has been for a moment."""
        self.over = True
        while self.running or time.monotonic() - self.last < QUIET:
            time.sleep(QUIET / 10)


CALLS = Calls()
atexit.register(CALLS.end)
