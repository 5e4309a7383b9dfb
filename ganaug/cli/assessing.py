"""What `ganaug assess` measures: a model that takes any table, with and without synthetic rows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..assessment.assess import assess, default_augmenter
from ..assessment.assessment import Assessment
from ..data.target_types import target_of
from ..data.targets import ClassTarget
from ..data.validation import check_choice, check_target
from ..models import MODELS, model_for
from ..params import Auto


def assessment_of(
    X: pd.DataFrame,
    y: pd.Series,
    name: str,
    steps: int | None,
    categorical: Auto | list[str],
    options: dict[str, Any],
) -> Assessment:
    """Whether synthetic rows help the model of this name."""
    check_choice(name, "estimator", list(MODELS))
    labels, _ = check_target(y)
    classes = isinstance(target_of(labels, "auto"), ClassTarget)
    augmenter = default_augmenter(X, classes=classes).set_params(categorical_features=categorical)
    if steps is not None:
        augmenter.set_params(steps=steps)
    return assess(model_for(X, name, classes=classes), X, y, augmenter, **options)
