"""Conditional GANs that enlarge and rebalance training sets, at home in scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "GANAugmenter": ".augmenter",
    "GANOverSampler": ".oversampler",
    "AugmentedClassifier": ".meta.estimators",
    "AugmentedRegressor": ".meta.estimators",
    "assess": ".assessment.assess",
    "Assessment": ".assessment.assessment",
    "evaluate": ".evaluation.evaluate",
    "Evaluation": ".evaluation.evaluation",
    "load": ".augmenter",
    "TrainingState": ".gan.state",
    "CorruptFileError": ".exceptions",
    "DataWarning": ".exceptions",
    "PoorClassWarning": ".exceptions",
    "TrainingDiverged": ".exceptions",
}
__all__ = [*_HOMES, "__version__"]

if TYPE_CHECKING:
    from .assessment.assess import assess
    from .assessment.assessment import Assessment
    from .augmenter import GANAugmenter, load
    from .evaluation.evaluate import evaluate
    from .evaluation.evaluation import Evaluation
    from .exceptions import CorruptFileError, DataWarning, PoorClassWarning, TrainingDiverged
    from .gan.state import TrainingState
    from .meta.estimators import AugmentedClassifier, AugmentedRegressor
    from .oversampler import GANOverSampler


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
