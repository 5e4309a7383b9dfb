"""A bar that nobody asked for shows itself only where work takes long and somebody looks."""

from __future__ import annotations

import io
import multiprocessing
import threading
import time
from contextlib import redirect_stderr

import pytest

from ganaug.data import progress
from ganaug.data.progress import progress_bar, tell
from ganaug.plain import Verbose


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(progress, "SOON", 0.1)
    return Terminal()


def work(terminal: Terminal, verbose: Verbose, seconds: float = 0.0) -> None:
    with redirect_stderr(terminal), progress_bar(verbose, 2, unit="step", description="working") as bar:
        tell(bar, "beginning")
        time.sleep(seconds)
        tell(bar, "going on")
        bar.update()
        bar.update()


def last_line(terminal: Terminal) -> str:
    return terminal.getvalue().split("\r")[-1]


def test_long_work_shows_itself_and_is_taken_away(terminal):
    work(terminal, "auto", 0.2)
    assert "going on:" in terminal.getvalue()
    assert "beginning" not in terminal.getvalue()
    assert last_line(terminal).strip() == ""


def test_short_work_shows_nothing(terminal):
    work(terminal, "auto")
    assert terminal.getvalue() == ""


def test_a_bar_that_is_asked_for_shows_at_once_and_stays(terminal):
    work(terminal, True)
    assert "beginning:" in terminal.getvalue()
    assert "going on: 100%" in last_line(terminal)


def test_nothing_is_shown_to_whoever_wants_none(terminal):
    work(terminal, 0, 0.2)
    assert terminal.getvalue() == ""


def test_no_second_bar_beside_one_that_is_there(terminal):
    with redirect_stderr(terminal), progress_bar("auto", 1, unit="fold"):
        work(terminal, "auto", 0.2)
        with progress_bar(False, 1, unit="split"):  # what is silent between them hides nothing
            work(terminal, "auto", 0.2)
    assert "going on" not in terminal.getvalue()
    work(terminal, "auto", 0.2)
    assert "going on" in terminal.getvalue()


def test_time_before_the_bar_counts(terminal):
    begun = time.monotonic() - 9
    with redirect_stderr(terminal), progress_bar("auto", 1, unit="step", description="working", started=begun):
        pass
    assert "working" in terminal.getvalue()


def test_files_workers_and_threads_get_none(terminal, monkeypatch):
    thread = threading.Thread(target=work, args=(terminal, "auto", 0.2))
    thread.start()
    thread.join()
    with monkeypatch.context() as patch:
        patch.setattr(multiprocessing, "parent_process", lambda: "somebody")
        work(terminal, "auto", 0.2)
    with monkeypatch.context() as patch:
        patch.setattr(Terminal, "isatty", lambda _: False)
        work(terminal, "auto", 0.2)
    assert terminal.getvalue() == ""


def test_a_notebook_is_looked_at(terminal, monkeypatch):
    monkeypatch.setattr(Terminal, "isatty", lambda _: False)
    monkeypatch.setattr(Terminal, "__module__", "ipykernel.iostream")
    work(terminal, "auto", 0.2)
    assert "going on" in terminal.getvalue()


@pytest.mark.parametrize("verbose", ["loud", None, 1.5])
def test_what_is_no_answer_is_named(terminal, verbose):
    with pytest.raises((TypeError, ValueError), match=f"verbose={verbose!r} must be 'auto', True or False"):
        work(terminal, verbose)


def test_a_process_without_standard_error_has_no_bar():
    with redirect_stderr(None), progress_bar(True, 2, unit="step") as bar:
        assert bar.disable
        bar.update()
