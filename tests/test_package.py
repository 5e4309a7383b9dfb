"""The package's manners, its architecture, and the code in its documentation."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

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
    assert {*ganaug._HOMES, "__version__"} == set(ganaug.__all__)
    for name in ganaug.__all__:
        assert getattr(ganaug, name) is not None
        assert name in dir(ganaug)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = ganaug.nonsense


ROOMS = (
    *(
        "plain",
        "exceptions",
        "tensorflow",
        "columns",
        "rules",
        "data",
        "scanning",
        "selection",
        "modality",
        "model",
        "params",
    ),
    *(
        "models",
        "teaching",
        "translation",
        "plots",
        "persistence",
        "gan",
        "evaluation",
        "tf",
        "plans",
        "augmenter",
        "oversampler",
    ),
    *("assessment", "meta", "cli", "keras"),
)
"""From the lowest to the highest: data flow up, and a room imports what lies below it."""
FACES = ("plots", "evaluation", "tf", "persistence", "plans")
"""They lean on the record of a fit, and none on another, but for what is named here."""
ALLOWED_BETWEEN_FACES = {("evaluation", "plots"), ("tf", "persistence"), ("plans", "persistence")}
WITH_TENSORFLOW = {
    *("modality/expanding", "modality/tracing", "modality/specs", "modality/layers", "modality/own_networks"),
    *("modality/table/head", "modality/table/networks", "modality/table/reader", "modality/features/reader"),
    *("modality/image/head", "modality/image/networks", "modality/image/reader", "modality/image/augment"),
    *("gan/losses", "gan/optimizers", "gan/trainer", "gan/kept", "tf/labels", "tf/elements", "tf/streams", "tf/layer"),
}


def imports_of(module: str, *, at_the_top_only: bool = False, own: bool = True) -> set[str]:
    """The modules of the package that a module imports, for type checking only as well; or the other libraries."""
    path = HOME / f"{module}.py"
    parents = path.relative_to(HOME).parts[:-1]
    tree = ast.parse(path.read_text())
    found: set[str] = set()
    for node in iter(tree.body) if at_the_top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= set() if own else {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found |= set() if own else {(node.module or "").split(".")[0]}
        elif isinstance(node, ast.ImportFrom) and own:
            base = [*parents[: len(parents) - node.level + 1], *(node.module or "").split(".")]
            target = "/".join(part for part in base if part)
            inner = [f"{target}/{alias.name}".strip("/") for alias in node.names]
            found |= {name if name in MODULES else target for name in inner}
    return found - {"", "__init__"}


def room_of(module: str) -> str:
    return module.split("/")[0]


@pytest.mark.parametrize("module", [m for m in MODULES if m not in ("__init__", "__main__")])
def test_a_room_imports_only_what_lies_below_it(module):
    own = ROOMS.index(room_of(module))
    above = {name for name in imports_of(module) if ROOMS.index(room_of(name)) > own}
    assert not above


@pytest.mark.parametrize("module", [m for m in MODULES if room_of(m) in FACES])
def test_no_face_of_an_augmenter_leans_on_another(module):
    own = room_of(module)
    others = {(own, room_of(name)) for name in imports_of(module) if room_of(name) in FACES and room_of(name) != own}
    assert others <= ALLOWED_BETWEEN_FACES


def test_no_module_imports_itself_by_way_of_others():
    left = {module: imports_of(module) - {module} for module in MODULES}
    while free := [module for module, wanted in left.items() if not wanted & left.keys()]:
        for module in free:
            del left[module]
    assert not left


def test_few_modules_lie_at_the_root():
    assert len([module for module in MODULES if "/" not in module]) <= 12


def test_no_two_files_or_classes_of_one_name():
    files = Counter(Path(module).name for module in MODULES if not module.endswith("__init__"))
    shared_by_modalities = {"container", "encoder", "head", "modality", "networks", "reader", "sizes", "translation"}
    assert {name for name, count in files.items() if count > 1} <= shared_by_modalities | {"base", "registry"}
    trees = [ast.parse((HOME / f"{module}.py").read_text()) for module in MODULES]
    classes = Counter(node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    assert [name for name, count in classes.items() if count > 1] == []


MODALITIES = ("modality/table/", "modality/image/", "modality/features/")


def test_nobody_asks_which_modality_it_handles():
    """The names of a modality's own classes are known in its folder, in the registry, and where tables are measured."""
    own = {
        node.name
        for module in MODULES
        if module.startswith(MODALITIES)
        for node in ast.parse((HOME / f"{module}.py").read_text()).body
        if isinstance(node, ast.ClassDef)
    }
    outside = [m for m in MODULES if not m.startswith(MODALITIES) and m != "modality/registry"]
    sites = {
        (module, node.id)
        for module in outside
        for node in ast.walk(ast.parse((HOME / f"{module}.py").read_text()))
        if isinstance(node, ast.Name) and node.id in own
    }
    assert sites == set()


def test_only_column_types_ask_for_dtypes():
    asking = re.compile(r"pd\.api\.types\.is_|infer_dtype|CategoricalDtype|isinstance\([^)]*ArrowDtype")
    sites = [module for module in MODULES if asking.search((HOME / f"{module}.py").read_text())]
    assert [module for module in sites if not module.startswith("columns/")] == ["persistence/tree"]  # writes dtypes


def test_few_parameters_may_be_anything():
    anything = 0
    for module in MODULES:
        text = (HOME / f"{module}.py").read_text()
        if "tensorflow import" in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.Lambda)):
                every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                anything += sum(ast.unparse(each.annotation) == "Any" for each in every if each.annotation is not None)
    assert anything <= 100


@pytest.mark.parametrize("module", MODULES)
def test_tensorflow_is_imported_at_the_top_of_few_modules_and_from_one_place(module):
    assert ("tensorflow" in imports_of(module, at_the_top_only=True)) == (module in WITH_TENSORFLOW)
    heavy = imports_of(module, own=False) & {"tensorflow", "keras"}
    # for type checking only, and what is no public name
    assert bool(heavy) == (module in {"tensorflow", "modality/protocols", "gan/kept"})


def test_imports_are_seen_through():
    assert {"columns/layout", "selection/raking", "selection/boosted_trees"} <= imports_of("selection/importance")
    assert "columns/layout" in imports_of("modality/table/networks")
    assert "tf/labels" in imports_of("tf/api")
    assert "modality/table/perceptron" in imports_of("modality/table/modality")


def test_the_map_of_rooms_is_true():
    """CONTRIBUTING names each room and each module at the root, and no other."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    told = set(re.findall(r"`ganaug/([\w/]+?)(?:\.py|/)`", text))
    rooms = {room_of(module) for module in MODULES} - {"__init__", "__main__"}
    assert told == rooms | {"modality/table", "modality/image", "modality/features"}


def blocks() -> list[tuple[str, str]]:
    return [
        (f"{path.relative_to(ROOT)}:{path.read_text()[: found.start()].count(chr(10)) + 1}", found.group(1))
        for path in DOCUMENTS[1:]  # the README's runs in tests/docs/test_newcomer.py
        for found in re.finditer(r"```python\n(.*?)```", path.read_text(), re.DOTALL)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("where", "code"), [pytest.param(*block, id=block[0]) for block in blocks()])
def test_code_in_the_documentation_runs(where, code, tmp_path, monkeypatch):
    from ganaug import augmenter

    def quickly(*asked: Any) -> Any:
        config = configured(*asked)
        return replace(config, sizes=replace(config.sizes, steps=20, candidates=min(config.sizes.candidates, 2)))

    configured = augmenter.configured
    shutil.copytree(ROOT / "examples" / "data", tmp_path / "examples" / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(augmenter, "configured", quickly)
    exec(compile(code, where, "exec"), {})


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target
