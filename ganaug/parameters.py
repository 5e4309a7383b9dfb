"""The estimators' parameters: checked, and with "auto" filled in."""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral
from typing import Any

import numpy as np

from .sizing import Sizing, sizing
from .validation import check_choice, check_count, check_real

LOSSES = ("relativistic", "wgan-gp", "wasserstein", "non-saturating", "hinge")
OPTIMIZERS = ("adam", "sgd")
MODES = ("append", "replace")
PATIENCE = 3
TARGET_TYPES = ("auto", "classes", "number")


def check_parameters(parameters: dict[str, Any]) -> None:
    """Raise TypeError or ValueError for the first parameter of `GANAugmenter` that makes no sense."""
    check_choice(parameters["mode"], "mode", MODES)
    check_choice(parameters["loss"], "loss", LOSSES)
    check_choice(parameters["target_type"], "target_type", TARGET_TYPES)
    ratio = check_ratio(parameters["ratio"])
    if parameters["mode"] == "replace" and ratio > 1:
        raise ValueError(f"ratio={ratio}: mode='replace' replaces a share of the rows, at most 1")
    for name in ("steps", "batch_size", "refine"):
        _check_auto(parameters[name], name, flags=name == "refine")
    if parameters["time_budget"] is not None:
        check_real(parameters["time_budget"], "time_budget", 0, strict=True)
    if isinstance(parameters["optimizer"], str):
        check_choice(parameters["optimizer"], "optimizer", OPTIMIZERS)
    elif not hasattr(parameters["optimizer"], "get_config"):
        raise TypeError(f"optimizer={parameters['optimizer']!r} must be one of {OPTIMIZERS} or a Keras optimizer")
    if parameters["strategy"] is not None and not hasattr(parameters["strategy"], "scope"):
        raise TypeError(f"strategy={parameters['strategy']!r} must be a tf.distribute.Strategy or None")
    for name in ("generator", "discriminator"):
        if parameters[name] is not None and not callable(parameters[name]):
            raise TypeError(f"{name}={parameters[name]!r} must be a callable that takes the layout")
    callbacks_of(parameters["on_chunk"])
    patience_of(parameters["early_stopping"])


def callbacks_of(on_chunk: Any) -> list[Any]:
    """The callables to call after each chunk of steps."""
    callbacks = [] if on_chunk is None else list(on_chunk) if isinstance(on_chunk, (list, tuple)) else [on_chunk]
    if strange := [callback for callback in callbacks if not callable(callback)]:
        raise TypeError(
            f"on_chunk={strange[0]!r} must be a callable that takes a TrainingState, a list of them, or None"
        )
    return callbacks


def patience_of(early_stopping: Any) -> int | None:
    """Checks without improvement after which training ends; None if it does not."""
    if isinstance(early_stopping, (bool, np.bool_)):
        return PATIENCE if early_stopping else None
    if isinstance(early_stopping, Integral) and int(early_stopping) >= 1:
        return int(early_stopping)
    raise (ValueError if isinstance(early_stopping, Integral) else TypeError)(
        f"early_stopping={early_stopping!r} must be True, False, or a number of checks, at least 1"
    )


def left_open(ratio: Any) -> bool:
    """Whether the ratio is to be found by cross-validation."""
    return isinstance(ratio, str) and ratio == "auto"


def check_ratio(ratio: Any) -> float:
    if left_open(ratio):
        raise ValueError(
            "ratio='auto' is found by cross-validation of an estimator, which a GANAugmenter alone does not have: take "
            "AugmentedClassifier(estimator, GANAugmenter(ratio='auto')) or AugmentedRegressor, or give a number, "
            "which ganaug.assess helps to find"
        )
    return check_real(ratio, "ratio", 0)


def _check_auto(value: Any, name: str, *, flags: bool) -> None:
    if (isinstance(value, str) and value == "auto") or (flags and isinstance(value, (bool, np.bool_))):
        return
    if isinstance(value, str) or check_count(value, name) < 1:
        raise ValueError(f"{name}={value!r} must be {'a bool, ' if flags else ''}'auto' or at least 1")


def chosen_sizing(
    shape: tuple[int, ...],
    *,
    steps: Any = "auto",
    batch_size: Any = "auto",
    refine: Any = "auto",
    oversampling: bool = False,
) -> Sizing:
    """The sizes for data of some shape, as far as the user left them to us."""
    chosen = sizing(shape, oversampling=oversampling)
    if steps != "auto":
        chosen = replace(chosen, steps=int(steps))
    if batch_size != "auto":
        chosen = replace(chosen, batch_size=int(batch_size))
    if isinstance(refine, (bool, np.bool_)):
        chosen = replace(chosen, candidates=max(chosen.candidates, 2) if refine else 1)
    elif refine != "auto":
        chosen = replace(chosen, candidates=int(refine))
    return chosen
