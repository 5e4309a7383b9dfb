"""Conditional GANs that enlarge and rebalance training sets, at home in scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "GANAugmenter": ".augmenter",
    "GANOverSampler": ".integrations.imblearn",
    "AugmentedClassifier": ".integrations.sklearn",
    "AugmentedRegressor": ".integrations.sklearn",
    "assess": ".assessment.assess",
    "Assessment": ".assessment.result",
    "evaluate": ".evaluation.evaluate",
    "Evaluation": ".evaluation.result",
    "load": ".persistence",
    "TrainingState": ".watching",
    "CorruptFileError": ".exceptions",
    "DataWarning": ".exceptions",
    "PoorClassWarning": ".exceptions",
    "TrainingDiverged": ".exceptions",
}
__all__ = [*_HOMES, "__version__"]

if TYPE_CHECKING:
    from .assessment.assess import assess
    from .assessment.result import Assessment
    from .augmenter import GANAugmenter
    from .evaluation.evaluate import evaluate
    from .evaluation.result import Evaluation
    from .exceptions import CorruptFileError, DataWarning, PoorClassWarning, TrainingDiverged
    from .integrations.imblearn import GANOverSampler
    from .integrations.sklearn import AugmentedClassifier, AugmentedRegressor
    from .persistence import load
    from .watching import TrainingState


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
