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
    "ModelCard": ".evaluation.card",
    "scan": ".scanning.scan",
    "Scan": ".scanning.scan",
    "SamplePlan": ".plans.plan",
    "TrainingState": ".gan.state",
    "KeptRule": ".rules.base",
    "CorruptFileError": ".exceptions",
    "DataWarning": ".exceptions",
    "PoorClassWarning": ".exceptions",
    "TrainingDiverged": ".exceptions",
}
__all__ = [
    "Assessment",
    "AugmentedClassifier",
    "AugmentedRegressor",
    "CorruptFileError",
    "DataWarning",
    "Evaluation",
    "GANAugmenter",
    "GANOverSampler",
    "KeptRule",
    "ModelCard",
    "PoorClassWarning",
    "SamplePlan",
    "Scan",
    "TrainingDiverged",
    "TrainingState",
    "__version__",
    "assess",
    "evaluate",
    "load",
    "scan",
]

if TYPE_CHECKING:
    from .assessment.assess import assess as assess
    from .assessment.assessment import Assessment as Assessment
    from .augmenter import GANAugmenter as GANAugmenter
    from .augmenter import load as load
    from .evaluation.card import ModelCard as ModelCard
    from .evaluation.evaluate import evaluate as evaluate
    from .evaluation.evaluation import Evaluation as Evaluation
    from .exceptions import CorruptFileError as CorruptFileError
    from .exceptions import DataWarning as DataWarning
    from .exceptions import PoorClassWarning as PoorClassWarning
    from .exceptions import TrainingDiverged as TrainingDiverged
    from .gan.state import TrainingState as TrainingState
    from .meta.estimators import AugmentedClassifier as AugmentedClassifier
    from .meta.estimators import AugmentedRegressor as AugmentedRegressor
    from .oversampler import GANOverSampler as GANOverSampler
    from .plans.plan import SamplePlan as SamplePlan
    from .rules.base import KeptRule as KeptRule
    from .scanning.scan import Scan as Scan
    from .scanning.scan import scan as scan


if not TYPE_CHECKING:  # or type checkers would take any name for a public one

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
