"""Estimators that find their own ratio."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.tree import DecisionTreeClassifier
from trials import PRICE, X, Y, augmenter, rolls_dice

from ganaug import AugmentedClassifier, AugmentedRegressor, DataWarning, assess
from ganaug.assessment.verdict import Choice


@rolls_dice
class TestAutomaticRatio:
    def model(self, estimator=None, **options):
        model = DecisionTreeClassifier(max_depth=3, random_state=0) if estimator is None else estimator
        return AugmentedClassifier(model, augmenter(ratio="auto"), cv=3, **options)

    def test_it_may_settle_on_nothing_and_says_why(self):
        model = self.model().fit(X, Y)
        assert (model.chosen_ratio_, model.augmenter_) == (0.0, None)
        assert model.assessment_.verdict.startswith("Do not augment")
        plain = clone(model.estimator).fit(X, Y)
        np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
        assert (model.n_features_in_, hasattr(model, "feature_names_in_")) == (4, False)
        frame = pd.DataFrame(X, columns=list("abcd"))
        assert model.fit(frame, Y).feature_names_in_.tolist() == list("abcd")
        assert model.fit(X.tolist(), Y.tolist()).n_features_in_ == 4

    @pytest.mark.parametrize(("choice", "ones"), [(Choice("balance", 0.5), 75), (Choice("enlarge", 1.0), None)])
    def test_it_adds_the_ratio_that_was_chosen(self, monkeypatch, choice, ones):
        monkeypatch.setattr("ganaug.assessment.assess.decided", lambda *_: (choice, "Adds"))
        model = self.model().fit(X, Y)
        assert model.chosen_ratio_ == choice.ratio
        assert model.augmenter_.class_counts_ == dict(enumerate(np.bincount(Y)))
        labels = model.augmenter_.augment(X, Y)[1]
        common, rare = np.bincount(Y)
        expected = [common, rare + round((common - rare) / 2)] if ones else [2 * common, 2 * rare]
        assert np.bincount(labels).tolist() == expected
        model.set_params(augmenter__ratio=0.5).fit(X, Y)
        assert not hasattr(model, "assessment_")

    def test_weights_are_minded(self):
        seen = []

        class Witness(LogisticRegression):
            def fit(self, X, y, sample_weight=None):
                seen.append(sample_weight)
                return super().fit(X, y, sample_weight)

        self.model(Witness(), synthetic_weight=0.5).fit(X, Y, sample_weight=Y + 1.0)
        assert all(weight is not None for weight in seen)
        np.testing.assert_array_equal(seen[-1], Y + 1.0)
        assert min(weight.min() for weight in seen) < 1

    def test_in_a_search_and_with_memory(self, fits, tmp_path):
        model = self.model(memory=str(tmp_path), scoring="roc_auc")
        search = GridSearchCV(model, {"estimator__max_depth": [1, 2]}, cv=2, refit=False).fit(X, Y)
        assert np.isfinite(search.cv_results_["mean_test_score"]).all()
        assert len(fits) == 6
        assert clone(model).augmenter.ratio == "auto"

    def test_the_regressor_does_so_too(self):
        model = AugmentedRegressor(Ridge(), augmenter(ratio="auto"), cv=KFold(3)).fit(X, PRICE)
        assert model.chosen_ratio_ == 0
        assert model.assessment_.metric == "root mean squared error"

    def test_fewer_rows_of_a_class_than_folds(self):
        few = np.arange(150) < 2
        with pytest.warns(DataWarning, match="at most 5 rows"):
            model = self.model().fit(X, few)
        assert model.assessment_.scores["fold"].nunique() == 2

    @pytest.mark.parametrize("kind", [pd.DataFrame, np.asarray, sparse.csr_matrix])
    def test_what_the_augmenter_leaves_out_is_left_out_of_doing_nothing_too(self, monkeypatch, kind):
        widths = []

        class Witness(LogisticRegression):
            def fit(self, X, y, sample_weight=None):
                widths.append(X.shape[1])
                return super().fit(X, y, sample_weight)

        monkeypatch.setattr("ganaug.assessment.assess.decided", lambda *_: (Choice("none"), "Do not augment"))
        rows = kind(np.column_stack([np.arange(150.0), X]))
        options = {"identifiers": "drop", "categorical_features": [0], "rules": "none"}
        if kind is pd.DataFrame:
            rows = rows.set_axis(list("kabcd"), axis=1).astype({"k": str})
            options["categorical_features"] = ["k"]
        model = self.model(Witness()).set_params(**{f"augmenter__{name}": value for name, value in options.items()})
        model.fit(rows, Y)
        assert set(widths) == {4}
        assert (model.augmenter_, model.n_features_in_) == (None, 4)
        np.testing.assert_array_equal(
            model.predict(rows), model.estimator_.predict(kind(X) if kind is not pd.DataFrame else rows[list("abcd")])
        )

    def test_a_class_of_a_single_row_is_named_with_a_remedy(self, fits):
        with pytest.raises(ValueError, match=r"class 7 has a single row.*leave it out, or give a fixed ratio"):
            self.model().fit(X, np.r_[7, Y[1:]])
        with pytest.raises(ValueError, match=r"class 7 has a single row.*join it with another, or leave the class out"):
            assess(LogisticRegression(), X, np.r_[7, Y[1:]], augmenter(), cv=2)
        assert not fits

    def test_elsewhere_it_names_where_it_belongs(self, fits):
        with pytest.raises(ValueError, match=r"AugmentedClassifier\(estimator, GANAugmenter\(ratio='auto'\)\)"):
            augmenter(ratio="auto").fit(X, Y)
        assert not fits
        fitted = augmenter().fit(X, Y).set_params(ratio="auto")
        with pytest.raises(ValueError, match="AugmentedClassifier"):
            fitted.augment(X, Y)
