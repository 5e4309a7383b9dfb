"""A checkpoint belongs to one fit: what fits several says so before it trains."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

from ganaug import AugmentedClassifier, GANAugmenter, assess

X, y = load_breast_cancer(return_X_y=True, as_frame=True)


def test_a_checkpoint_of_several_fits_is_an_error_before_any_of_them(tmp_path):
    file = tmp_path / "fit.ckpt"
    fits = GANAugmenter(ratio=0, sampling_strategy="auto", steps=5, checkpoint=str(file), random_state=0)
    with pytest.raises(ValueError, match=r"checkpoint=.* belongs to one fit.*checkpoint=None"):
        AugmentedClassifier(LogisticRegression(), fits, calibrate=True).fit(X, y)
    with pytest.raises(ValueError, match="belongs to one fit"):
        AugmentedClassifier(LogisticRegression(), GANAugmenter(**fits.get_params() | {"ratio": "auto"})).fit(X, y)
    with pytest.raises(ValueError, match="assess fits several"):
        assess(LogisticRegression(), X, y, fits, cv=2)
    assert not file.exists()


def test_a_second_fold_is_told_what_to_do(tmp_path):
    made = GANAugmenter(steps=2, refine=False, checkpoint=str(tmp_path / "fit.ckpt"), random_state=0)
    made.fit(X[:300], y[:300])
    with pytest.raises(ValueError, match=r"other rows: delete .* in cross-validation, give checkpoint=None"):
        made.fit(X[250:], y[250:])
