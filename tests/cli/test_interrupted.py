"""Ctrl-C and SIGTERM in the shell: status 130, and nothing old is replaced unless that is wanted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ganaug import load
from ganaug.cli.writing import _no_formula

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals here")


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    path = tmp_path / "train.csv"
    kind = rng.choice(["=1+1", "plain"], 400)
    pd.DataFrame({"a": rng.normal(size=400), "kind": kind, "y": ["p", "p", "p", "q"] * 100}).to_csv(path, index=False)
    return path


def interrupted(arguments: list[str], sent: signal.Signals) -> tuple[int, str]:
    """Status and messages of a command that gets a signal as soon as it trains."""
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = subprocess.Popen([sys.executable, "-m", "ganaug", *arguments], stderr=subprocess.PIPE, env=quiet)
    assert command.stderr is not None
    seen = b""
    while not re.search(rb"[1-9]\d*/100000", seen) and command.poll() is None:  # which steps are shown depends on speed
        seen += command.stderr.read1(4096)  # type: ignore[attr-defined]
    time.sleep(0.5)
    command.send_signal(sent)
    said = command.communicate(timeout=120)[1].decode()
    return command.returncode, said


@pytest.mark.parametrize("sent", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_the_old_file_stays(sent: signal.Signals, csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    status, said = interrupted(["rebalance", str(csv), "-t", "y", "-o", str(out), "--steps", "100000"], sent)
    assert status == 130
    assert "nothing is written" in said
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "train.csv"]


def test_what_there_is_may_be_kept_and_gone_on_from(csv: Path, tmp_path: Path) -> None:
    model, checkpoint = tmp_path / "m.ganaug", tmp_path / "run.ckpt"
    fit = ["fit", str(csv), "-t", "y", "-o", str(model), "--steps", "100000", "--checkpoint", str(checkpoint)]
    status, _ = interrupted([*fit, "--keep-partial", "--random-state", "0"], signal.SIGINT)
    assert status == 0
    assert load(model).stopped_by_ == "interrupt"
    assert checkpoint.exists()


def test_new_cells_are_no_formulas_if_that_is_asked_for(command, csv: Path, tmp_path: Path) -> None:
    out, options = tmp_path / "out.csv", ["-t", "y", "--steps", 5, "-q", "--random-state", 0]
    status, _, wrong = command("rebalance", csv, "-o", out, "--escape-formulas", *options)
    assert status == 0, wrong
    lines = out.read_text().splitlines()
    assert lines[:401] == csv.read_text().splitlines()
    assert any(",'=1+1," in line for line in lines[401:])
    assert not any(",=1+1," in line for line in lines[401:])


@pytest.mark.parametrize(
    ("cell", "made"),
    [("=a", "'=a"), ("-3.5", "-3.5"), ("+1", "+1"), ("@x", "'@x"), ("-x", "'-x"), ("a=b", "a=b"), ("\tq", "'\tq")],
)
def test_numbers_are_no_formulas(cell: str, made: str) -> None:
    assert _no_formula(cell) == made
