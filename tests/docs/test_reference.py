"""The pages can be made without a warning, and nothing public is left out of the reference."""

from __future__ import annotations

import inspect
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpydoc.validate import validate

import ganaug

ROOT = Path(__file__).parents[2]
THINGS = {name: getattr(ganaug, name) for name in ganaug.__all__ if not name.startswith("__")}
CALLED = [name for name, thing in THINGS.items() if not (inspect.isclass(thing) and issubclass(thing, BaseException))]


def members(cls: type) -> Iterator[str]:
    """Public methods and properties that a class of ganaug defines."""
    for home in (home for home in cls.__mro__ if home.__module__.startswith("ganaug")):
        for name, member in vars(home).items():
            if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                yield name


PUBLIC = {f"{name}.{member}" for name, thing in THINGS.items() if inspect.isclass(thing) for member in members(thing)}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """What `make docs` makes."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "-c", "docs", "."]
    made = subprocess.run([*build, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def described(site) -> set[str]:
    """Every name that has a place in the reference: four lines, then the names, packed."""
    packed = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    return {line.split()[0] for line in zlib.decompress(packed).decode().splitlines()}


def test_every_public_name_is_in_the_reference(described):
    assert {f"ganaug.{name}" for name in {*THINGS, *PUBLIC}} <= described


def test_what_scikit_learn_bequeaths_is_not(described):
    assert not {"ganaug.GANAugmenter.get_params", "ganaug.AugmentedClassifier.set_fit_request"} & described


def test_the_first_page_leads_to_the_others(site):
    page = (site / "README.html").read_text()
    assert {"docs/README.html", "docs/reference.html", "docs/decisions/README.html"} <= set(page.split('"'))
    assert "README.html" in (site / "index.html").read_text()


@pytest.mark.parametrize("name", THINGS)
def test_the_list_on_the_code_host_has_it(name):
    assert f"[`{name}`](reference/" in (ROOT / "docs/reference.md").read_text()


@pytest.mark.parametrize("name", CALLED)
def test_every_parameter_is_told_of(name):
    untold = [text for code, text in validate(f"ganaug.{name}")["errors"] if code == "PR01"]
    assert not untold


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_method_has_a_summary(name):
    cls, member = name.split(".")
    assert (inspect.getdoc(getattr(THINGS[cls], member)) or "").strip()
