"""Ctrl-C in a fit: it ends where nothing is lost, and what somebody else's fit has kept is not taken for a whole one.

A fit that the user called keeps the generator that there is. One that cross-validation, a search or a Pipeline called
ends with them: they would go on with a generator of a few steps, and nothing in their scores would tell.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PACKAGE = __name__.partition(".")[0]
OWN_FRAMES = (f"{PACKAGE}.augmenter", f"{PACKAGE}.oversampler", f"{PACKAGE}.gan", "sklearn.utils._set_output")
SHELL = f"{PACKAGE}.cli"
LIBRARIES = tuple(sysconfig.get_path(name) for name in ("purelib", "platlib"))


class Interrupt:
    """Whether Ctrl-C was pressed.

    Parameters
    ----------
    keeps : bool
        Whether a fit then keeps what there is.
    """

    def __init__(self, *, keeps: bool) -> None:
        self.keeps = keeps
        self.pressed = False
        self._breakable = False

    @contextmanager
    def breakable(self) -> Iterator[None]:
        """Work that Ctrl-C may break off at any moment: KeyboardInterrupt comes out, once."""
        if self.pressed:
            raise KeyboardInterrupt
        self._breakable = True
        try:
            yield
        finally:
            self._breakable = False

    def press(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """What is done on a signal."""
        self.pressed = True
        if self._breakable:
            self._breakable = False  # a second one is not to break off what the first one kept
            raise KeyboardInterrupt


@contextmanager
def noted_interrupts() -> Iterator[Interrupt]:
    """Ctrl-C is noted instead of raised, if the user called the fit and has no handler of their own."""
    interrupt = Interrupt(keeps=_called_by_the_user())
    in_main = threading.current_thread() is threading.main_thread()
    if not (interrupt.keeps and in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler):
        yield interrupt
        return
    signal.signal(signal.SIGINT, interrupt.press)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _called_by_the_user() -> bool:
    """Whether the code that called `fit` is neither a library's nor, but for the shell's, this package's."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        file = frame.f_code.co_filename
        if not name.startswith(OWN_FRAMES) and name != "contextlib":
            if name.startswith(SHELL):
                return True
            return name.partition(".")[0] != PACKAGE and not file.startswith(LIBRARIES)
        frame = frame.f_back
    return True


class Parent:
    """The process that a worker works for."""

    def __init__(self) -> None:
        is_worker = multiprocessing.current_process().name != "MainProcess"
        self.process = os.getppid() if is_worker else None

    def check(self) -> None:
        """End this process if nobody is left to take its results."""
        if self.process is not None and os.getppid() != self.process:
            os._exit(1)
