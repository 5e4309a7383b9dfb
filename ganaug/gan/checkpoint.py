"""A file from which a training that was cut off goes on, to end bit for bit where it would have ended."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from ..model import GenerativeModel
from ..params import Config
from ..persistence import archive
from ..plain import AnyArray, Int64Array, PathLike
from .contracts import Data, Weights
from .state import COLUMNS, TrainingState

SECONDS_BETWEEN = 30.0
DIGESTS = ("columns", "rows", "start", "random_state")
HELD = "checkpoint"
FIGURES = ("steps", *COLUMNS)


@dataclass(frozen=True)
class Progress:
    """All that the next steps of a training depend on.

    Parameters
    ----------
    variables : list of ndarray
        Of both networks, the moving average and both optimisers.
    seed : int
        Of what is drawn.
    gentleness : list of float
        What is left of each optimiser's learning rate after rollbacks.
    failures : int
        Rollbacks.
    history : list of TrainingState
    best : list of ndarray or None
        Weights of the best check.
    stopped_by : str
        What ended training, as of an Outcome; "steps" before its end.
    """

    variables: list[AnyArray]
    seed: int
    gentleness: list[float]
    failures: int
    history: list[TrainingState]
    best: Weights | None
    stopped_by: str


@dataclass
class Checkpoint:
    """The file of one fit.

    Parameters
    ----------
    path : Path
    fit : dict
        What the fit is given, by the names that an error calls it.
    seeds : ndarray
        Of the fit.
    found : Progress or None
        Where the file says that it stands.
    """

    path: Path
    fit: Mapping[str, str]
    seeds: Int64Array
    found: Progress | None = None
    written: float = field(default_factory=time.monotonic)

    @classmethod
    def of(
        cls, named: PathLike, config: Config, untrained: GenerativeModel, data: Data, seeds: Int64Array
    ) -> Checkpoint:
        """The file of that name, with what is in it; ValueError if that is another fit's.

        Raises
        ------
        ValueError, CorruptFileError
            If it is damaged, or belongs to a fit of other rows or parameters.
        TypeError
            If it cannot hold what columns are.
        """
        path = Path(named)
        if path.is_dir():
            raise IsADirectoryError(f"checkpoint={str(path)!r} is a folder: name a file")
        if not path.resolve().parent.is_dir():
            raise FileNotFoundError(f"checkpoint={str(path)!r}: there is no folder {path.resolve().parent}")
        mine = cls(path, description(config, untrained, data, seeds), seeds)
        if not path.exists():
            return mine
        with archive.errors_about(path):
            contents = archive.read(path)
            if HELD not in contents:
                raise archive.Mismatch("this is no checkpoint of a fit: name another file")
            fit, saved_seeds, progress = (contents[HELD][name] for name in ("fit", "seeds", "progress"))
            if config.given.random_state is None:
                mine = replace(mine, fit={**mine.fit, "random_state": fit["random_state"]}, seeds=saved_seeds)
            others = [name for name, value in mine.fit.items() if fit.get(name) != value]
            if others:
                raise archive.Mismatch(
                    f"this is the checkpoint of a fit {_told(others, fit, mine.fit, untrained.modality.units)}: delete "
                    "the file to begin anew, name another, or, where several fits are made as in cross-validation, "
                    "give checkpoint=None"
                )
            states = [TrainingState(**dict(zip(FIGURES, row, strict=True))) for row in progress["history"]]
            return replace(mine, found=Progress(**{**progress, "history": states}))

    def due(self) -> bool:
        """Whether it is time to write."""
        return time.monotonic() - self.written > SECONDS_BETWEEN

    def write(self, progress: Progress) -> None:
        """Replace the file."""
        told = {own.name: getattr(progress, own.name) for own in fields(progress)}
        told["history"] = [[getattr(state, name) for name in FIGURES] for state in progress.history]
        held = {"fit": dict(self.fit), "seeds": np.asarray(self.seeds), "progress": told}
        archive.write(self.path, {HELD: held})
        self.written = time.monotonic()


def description(config: Config, untrained: GenerativeModel, data: Data, seeds: Int64Array) -> dict[str, str]:
    """What makes this fit another than others: its parameters as text, its rows and columns as digests."""
    given, sizes = config.given, config.sizes
    optimizer = given.optimizer
    networks = [name for name in ("generator", "discriminator") if getattr(given, name) is not None]
    columns = {"container": untrained.container, "encoder": untrained.encoder, "target": untrained.target}
    return {
        "steps": repr(sizes.steps),
        "batch_size": repr(sizes.batch_size),
        "candidates (refine)": repr(sizes.candidates),
        "loss": repr(given.loss if isinstance(given.loss, str) else _code(given.loss)),
        "optimizer": repr(optimizer if isinstance(optimizer, str) else json.dumps(optimizer.get_config(), default=str)),
        "time_budget": repr(given.time_budget),
        "early_stopping": repr(config.patience),
        "networks of your own": repr(networks),
        "size": repr((sizes.size, sizes.learning_rate, sizes.average)),
        "start": joblib.hash([untrained.generator.weights, untrained.discriminator])[:12],
        "random_state": repr([int(seed) for seed in seeds]),
        "columns": hashlib.sha256(archive.dumps(columns)).hexdigest()[:12],
        "rows": joblib.hash([_arrays(data.rows), _arrays(data.condition), data.weight])[:12],
    }


def _code(loss: Any) -> list[str]:
    """What a loss of the user's is made of, the same in another process."""
    return [getattr(part, "__qualname__", repr(part)) for part in vars(loss).values()]


def _arrays(part: Any) -> list[AnyArray]:
    return [getattr(part, own.name) for own in fields(part)]


def _told(names: list[str], saved: Mapping[str, str], own: Mapping[str, str], units: tuple[str, str]) -> str:
    """How another fit differs from this one; digests say nothing, and are not shown."""
    digests = dict(zip(DIGESTS, (*units, "weights to begin with", "random_state"), strict=True))
    unlike = [f"other {digests[name]}" for name in names if name in digests]
    shown = [f"{name} {saved.get(name)}, where this one has {own[name]}" for name in names if name not in digests]
    return "with " + " and ".join([*unlike, *shown])
