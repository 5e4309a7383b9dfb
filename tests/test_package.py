"""The package's manners, its architecture, and the code in its documentation."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import ganaug

HOME = Path(ganaug.__file__).parent
ROOT = HOME.parent
MODULES = sorted(path.relative_to(HOME).with_suffix("").as_posix() for path in HOME.rglob("*.py"))
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)


def test_importing_is_silent_and_leaves_heavy_libraries_alone():
    heavy = ("tensorflow", "keras", "pandas", "sklearn", "scipy", "imblearn", "matplotlib")
    done = run(f"import sys, ganaug; print([name for name in {heavy} if name in sys.modules])")
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_reaching_for_the_estimators_does_not_import_tensorflow():
    done = run(
        "import sys; from ganaug import *; AugmentedClassifier(None, GANAugmenter(steps=3)).get_params();"
        "print('tensorflow' in sys.modules)"
    )
    assert (done.stdout.strip(), done.stderr) == ("False", "")


def test_every_public_name_is_there_and_no_other():
    for name in ganaug.__all__:
        assert getattr(ganaug, name) is not None
        assert name in dir(ganaug)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = ganaug.nonsense


ALL = (
    "assessment augmenter calibration encoding engine evaluation fitting forest health integrations oversampling "
    "parameters persistence quotas refinement sampling watching weights"
)
FORBIDDEN = {
    "layout": f"{ALL} balancing exceptions progress serialization sizing validation tensorflow keras pandas sklearn",
    "relation": f"{ALL} layout validation tensorflow keras pandas sklearn",
    "exceptions": f"{ALL} layout balancing progress serialization sizing validation tensorflow pandas sklearn",
    "encoding": f"{ALL} tensorflow keras sklearn validation sizing".replace("encoding ", ""),
    "engine": f"{ALL} pandas sklearn encoding validation".replace("engine ", ""),
    "calibration": "engine encoding augmenter integrations pandas tensorflow sklearn",
    "quotas": f"{ALL} tensorflow keras pandas sklearn validation sizing".replace("quotas ", ""),
    "forest": "engine encoding augmenter integrations pandas tensorflow layout",
    "refinement": "engine augmenter integrations pandas tensorflow",
    "health": f"{ALL} layout validation tensorflow keras pandas".replace("health ", ""),
    "watching": "augmenter fitting integrations pandas tensorflow keras sklearn",
    "oversampling": "engine augmenter integrations pandas tensorflow",
    "sampling": "engine augmenter integrations pandas tensorflow sklearn",
    "balancing": "engine encoding augmenter integrations pandas tensorflow sklearn imblearn",
    "keras": f"{ALL} validation tensorflow keras pandas sklearn".replace("engine ", ""),
    "blueprint": f"{ALL} exceptions validation tensorflow keras pandas sklearn",
    "augmenter": "tensorflow keras imblearn",
    "integrations/tfdata": "augmenter tensorflow keras",  # the augmenter inherits from it
    "transformer": "engine encoding augmenter integrations pandas tensorflow imblearn",
    "integrations/imblearn": "engine encoding tensorflow imblearn",
    "integrations/sklearn": "engine encoding tensorflow imblearn",
    "integrations/augmented": "engine encoding tensorflow imblearn",
    "assessment": "engine encoding integrations persistence refinement oversampling fitting tensorflow keras",
    "assessment/intervals": f"{ALL} validation pandas sklearn".replace("assessment ", ""),
    "assessment/verdict": "augmenter parameters sampling sklearn imblearn",
    "evaluation": "engine augmenter integrations persistence refinement oversampling fitting sampling sizing",
    "columns": f"{ALL} validation sklearn tensorflow",
    "models": f"{ALL} tensorflow imblearn",
    "weights": f"{ALL} balancing validation tensorflow pandas imblearn".replace(" weights", ""),
}


def imports_of(module: str, *, at_the_top_only: bool = False) -> set[str]:
    """First names of what a module imports, its own package's without dots; type checking does not count."""
    path = HOME / f"{module}.py"
    depth = len(path.relative_to(HOME).parts) - 1
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if not at_the_top_only else iter(tree.body)
    skipped = {
        inner for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }  # fmt: skip
    found: set[str] = set()
    for node in nodes:
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            name = node.module or ""
            if node.level == 0:
                found.add(name.split(".")[0])
            elif node.level == depth + 1:  # from the package itself
                found |= {name.split(".")[0]} if name else {alias.name for alias in node.names}
            else:
                found.add(module.split("/")[0])
    return found


@pytest.mark.parametrize("module", [m for m in MODULES if not m.endswith("__init__")])
def test_each_room_imports_only_what_it_may(module):
    rules = [names.split() for room, names in FORBIDDEN.items() if module == room or module.startswith(room + "/")]
    for names in rules:
        assert not imports_of(module) & set(names)


@pytest.mark.parametrize("module", MODULES)
def test_tensorflow_is_imported_at_the_top_of_engine_modules_only(module):
    lazily = {"engine/__init__", "engine/state", "engine/size"}
    if not module.startswith("engine/") or module in lazily:
        assert not imports_of(module, at_the_top_only=True) & {"tensorflow", "keras"}


def test_relative_imports_are_seen_through():
    assert {"layout", "encoding", "forest", "calibration"} <= imports_of("refinement")
    assert "layout" in imports_of("engine/networks/table")
    assert "exceptions" in imports_of("encoding/labels")


def blocks() -> list[tuple[str, str]]:
    return [
        (f"{path.relative_to(ROOT)}:{path.read_text()[: found.start()].count(chr(10)) + 1}", found.group(1))
        for path in DOCUMENTS
        for found in re.finditer(r"```python\n(.*?)```", path.read_text(), re.DOTALL)
    ]


@pytest.mark.parametrize(("where", "code"), [pytest.param(*block, id=block[0]) for block in blocks()])
def test_code_in_the_documentation_runs(where, code, tmp_path, monkeypatch):
    from ganaug import params as parameters
    from ganaug.modality.sizing import sizing

    monkeypatch.chdir(tmp_path)
    few = {"steps": 20, "candidates": 2}
    monkeypatch.setattr(parameters, "sizing", lambda shape, **how: replace(sizing(shape, **how), **few))
    exec(compile(code, where, "exec"), {})


def test_the_readme_has_code_that_was_run():
    assert sum(where.startswith("README") for where, _ in blocks()) >= 2


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target
