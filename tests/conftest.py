"""Fixtures that several files share; models are fitted once for the whole run."""

from __future__ import annotations

import io
import os
import shutil
import sys
import sysconfig
import venv
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # a process for each core runs tests; more threads only wait for one another

from typing import Any

import numpy as np
import pandas as pd
import pytest
import tables
from dice import Dice
from hypothesis import settings

import ganaug
from ganaug import GANAugmenter
from ganaug.gan.contracts import Data, Outcome, Plan
from ganaug.gan.state import TrainingState
from ganaug.modality.protocols import AnyLayout

collect_ignore = ["checkers"]  # for type checkers alone
settings.register_profile("repeatable", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests that take five seconds and more, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow: make test ARGS=--slow"))


@pytest.fixture(scope="session")
def separable() -> tuple[pd.DataFrame, pd.Series]:
    return tables.separable()


@pytest.fixture(scope="session")
def skilled(separable: tuple[pd.DataFrame, pd.Series]) -> GANAugmenter:
    """Fitted long enough on `separable` that its rows can be told apart by class."""
    return GANAugmenter(steps=800, random_state=0).fit(*separable)


@pytest.fixture(scope="session")
def mixed() -> tuple[pd.DataFrame, pd.Series]:
    return tables.mixed()


@pytest.fixture(scope="session")
def quick(mixed: tuple[pd.DataFrame, pd.Series]) -> GANAugmenter:
    """Hardly trained on `mixed`: for everything that does not depend on quality."""
    return GANAugmenter(steps=20, refine=4, random_state=0).fit(*mixed)


@pytest.fixture(scope="session")
def plain() -> GANAugmenter:
    """Two numbers and three classes, without refinement: the smallest and fastest model."""
    rng = np.random.default_rng(0)
    return GANAugmenter(steps=10, refine=False, random_state=0).fit(rng.normal(size=(90, 2)), np.repeat([0, 1, 2], 30))


@pytest.fixture(scope="session", params=["full", "gappy"])
def everything(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, GANAugmenter]:
    """A frame with every dtype, and a model that hardly saw it."""
    columns = tables.every_dtype()
    real = pd.DataFrame(columns if request.param == "full" else tables.with_gaps(columns))
    return real, GANAugmenter(steps=10, refine=3, random_state=0).fit(real)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the package as from a wheel, and all else that is installed here."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, symlinks=sys.platform != "win32")
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(home), "platbase": str(home)}))
    shutil.copytree(Path(ganaug.__file__).parent, site / "ganaug", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    return Path(sysconfig.get_path("scripts", "venv", {"base": str(home), "platbase": str(home)})) / "python"


@pytest.fixture
def dice(monkeypatch: pytest.MonkeyPatch) -> None:
    """`fit` without training, in milliseconds: for everything but what the generator has learnt."""

    def roll(layout: AnyLayout, _data: Data, plan: Plan, *_: Any) -> tuple[Dice, list[Any], Outcome]:
        return Dice(layout), [], Outcome([TrainingState(plan.steps, plan.steps, 0.0, 0.0, 0.0)])

    monkeypatch.setattr("ganaug.gan.fit.train", roll)


@pytest.fixture
def fits(dice: None, monkeypatch: pytest.MonkeyPatch) -> list[int]:  # noqa: ARG001 - it has to come first
    """With generators that roll dice: how many rows each one that was fitted has seen."""
    import ganaug.gan.fit

    rolled, seen = ganaug.gan.fit.train, []

    def counted(layout: AnyLayout, data: Data, *rest: Any) -> Any:
        seen.append(len(data.rows))
        return rolled(layout, data, *rest)

    monkeypatch.setattr("ganaug.gan.fit.train", counted)
    return seen


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ganaug assess` compares with copies alone: for everything but what it compares with."""
    import ganaug.cli.assessing

    monkeypatch.setattr(ganaug.cli.assessing, "assess", partial(ganaug.assess, baselines=["copies"], teacher=None))


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[Any, str, str]]:
    """Runs the command: status, standard output, standard error."""
    from ganaug.cli import app

    def run(*arguments: Any, stdin: str = "") -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["ganaug", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        monkeypatch.setattr("warnings.showwarning", lambda *_, **__: None)
        with pytest.raises(SystemExit) as stop:
            app.run()
        return (stop.value.code or 0, *capsys.readouterr())

    return run
