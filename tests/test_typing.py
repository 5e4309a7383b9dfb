"""What type checkers say of scripts of users, next to an installed package."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import ganaug
from ganaug.assessment.baselines import BASELINES, BaselineName
from ganaug.gan.losses import LOSSES
from ganaug.params import LossName

SCRIPTS = Path(__file__).parent / "checkers"
RIGHT, WRONG = SCRIPTS / "right.py", SCRIPTS / "wrong.py"


def mypy_errors(script: Path, python: Path, folder: Path) -> dict[int, str]:
    """What mypy says of each line; pandas, scikit-learn and others have no types."""
    options = ["--strict", "--config-file", "", "--cache-dir", str(folder), "--python-executable", str(python)]
    options += ["--ignore-missing-imports", "--follow-imports", "silent", "--no-pretty", "--hide-error-context"]
    done = subprocess.run([sys.executable, "-m", "mypy", *options, script], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return {int(line): text for line, text in re.findall(rf"{script.name}:(\d+): error: (.*)", done.stdout)}


def pyright_errors(script: Path, python: Path, folder: Path) -> dict[int, str]:
    """What pyright says of each line; scikit-learn, pandas and others have no types that are known in full."""
    shutil.copy(script, folder)
    settings = {"typeCheckingMode": "strict", "reportMissingTypeStubs": False, "reportUnknownMemberType": False}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings | {"include": [script.name]}))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--project", folder, "--pythonpath", python]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    told = [each for each in json.loads(done.stdout)["generalDiagnostics"] if each["severity"] == "error"]
    return {each["range"]["start"]["line"] + 1: each["message"] for each in told}


CHECKERS = pytest.mark.parametrize("errors_of", [mypy_errors, pyright_errors])


@CHECKERS
def test_a_users_strict_script_type_checks(errors_of, installed, tmp_path):
    assert errors_of(RIGHT, installed, tmp_path) == {}


@CHECKERS
def test_each_mistake_of_a_user_is_seen(errors_of, installed, tmp_path):
    lines = WRONG.read_text().splitlines()
    found = errors_of(WRONG, installed, tmp_path)
    marks = ("# wrong",) if errors_of is mypy_errors else ("# wrong", "# wrong to pyright")
    assert found.keys() == {number for number, line in enumerate(lines, 1) if line.endswith(marks)}, found


def test_the_script_has_every_public_name():
    text = RIGHT.read_text()
    assert [name for name in ganaug.__all__ if not re.search(rf"\b{name}\b", text.partition("\nX: ")[2])] == []


def test_names_for_type_checkers_are_those_that_are_taken():
    assert set(get_args(BaselineName)) == BASELINES.keys()
    assert set(get_args(LossName)) == LOSSES.keys()
