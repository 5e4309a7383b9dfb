"""What the README shows, as a stranger runs it: from an installed package, in a folder of one's own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
FIGURE = r"\d\.\d+"
QUICKLY = """
import dataclasses, sys, ganaug.augmenter as augmenter
assert augmenter.__file__.startswith(sys.prefix), augmenter.__file__
configured = augmenter.configured
def quickly(*asked):
    config = configured(*asked)
    return dataclasses.replace(config, sizes=dataclasses.replace(config.sizes, steps=20, candidates=2))
augmenter.configured = quickly
"""


def test_the_readme_runs_from_top_to_bottom_and_says_nothing_else(installed: Path, tmp_path: Path) -> None:
    shown = re.findall(r"```python\n(.*?)```\n\n((?: {4}[^\n]*\n)+)", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(shown) == 2
    shutil.copytree(ROOT / "examples" / "data", tmp_path / "examples" / "data")
    script = tmp_path / "readme.py"
    script.write_text(QUICKLY + "\n".join(code for code, _ in shown))
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run([installed, "-I", script], capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    told = re.sub(r"^    ", "", "".join(answer for _, answer in shown), flags=re.MULTILINE)
    assert re.sub(FIGURE, "", done.stdout) == re.sub(FIGURE, "", told)
    untaught = [re.findall(FIGURE, text.partition("one tree, taught")[0]) for text in (done.stdout, told)]
    np.testing.assert_allclose(*(np.array(each, float) for each in untaught), atol=0.02)  # whatever the steps are
