"""The notebooks of `docs/tutorials` run, and what their text says of the figures holds."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "docs" / "tutorials"
CLAIMS = {
    "medicine": """
assert real > 0.95 and real - np.mean(instead) < 0.03 and abs(real - np.mean(beside)) < 0.015
assert found.figures["privacy"]["copies"] == 0
""",
    "finance": """
assert (lead > 0).all() and (results["forest"] > results["tree, taught"]).all()
""",
    "education": """
assert off < 1e-5 and len(taught.augmenter_.rules_) >= 8
means = results.mean()
assert means["tree"] < means["tree, taught"] < means["teacher"]
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CLAIMS)
def test_a_tutorial_runs_and_its_claims_hold(name):
    book = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    book.cells.append(nbformat.v4.new_code_cell(CLAIMS[name]))
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(FOLDER)}}).execute()
    errors = [out.text for cell in book.cells for out in cell.get("outputs", []) if out.get("name") == "stderr"]
    assert re.sub(r"\r[^\r\n]*", "", "".join(errors)) == ""  # bars, where this takes long


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_tutorial_is_kept_with_its_outputs_and_small(path):
    book = nbformat.read(path, as_version=4)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert path.stat().st_size < 200_000
    for cell in book.cells:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", cell.source):
            assert (path.parent / target).exists(), target
