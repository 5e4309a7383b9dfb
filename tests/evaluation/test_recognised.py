"""Images are measured in features of a recogniser, which knows what is like real ones and what is not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from ganaug import GANAugmenter, evaluate
from ganaug.evaluation.likeness import kernel_distance

Images = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def digits() -> dict[str, Images]:
    X, y = load_digits(n_class=5, return_X_y=True)
    X = X.reshape(-1, 8, 8)
    order = np.random.default_rng(0).permutation(len(X))
    parts = order[:400], order[400:650], order[650:]
    return {name: (X[rows], y[rows]) for name, rows in zip(("train", "test", "more"), parts, strict=True)}


@pytest.fixture(scope="module")
def as_real(digits: dict[str, Images]) -> Any:
    return evaluate(digits["train"], digits["test"], digits["more"], random_state=0)


def test_real_images_are_good_in_every_respect(as_real):
    assert as_real.verdict == "Good throughout"
    assert [verdict.group for verdict in as_real.verdicts] == [
        *("likeness", "recognition", "detection", "utility", "coverage", "privacy")
    ]
    assert as_real.figures["likeness"]["kid"] == pytest.approx(0, abs=0.03)
    assert as_real.figures["recognition"]["recognised"] > 0.9
    assert (as_real.classes["recognised"] > 0.8).all()
    assert (as_real.classes["kid"] - as_real.classes["kid_held_out"]).abs().max() < 0.3
    assert "feature" not in str(as_real.verdicts)


@pytest.mark.parametrize("dtype", [np.float64, "M8[D]", str])
def test_labels_of_any_kind_are_recognised_alike(digits, as_real, dtype):
    parts = [(X, y.astype(np.int64).astype(dtype)) for X, y in (digits[name] for name in ("train", "test", "more"))]
    found = evaluate(*parts, random_state=0).figures["recognition"]
    assert found["recognised"] == pytest.approx(as_real.figures["recognition"]["recognised"], abs=0.02)
    assert found["recognised_held_out"] > 0.9


def test_labels_that_do_not_go_with_their_images_are_told(digits):
    X, y = digits["train"]
    with pytest.raises(ValueError, match="400, y has 401"):
        evaluate((X, np.append(y, 0)), digits["test"], digits["more"])
    with pytest.raises(ValueError, match="1d array"):
        evaluate((X, np.eye(5)[y]), digits["test"], digits["more"])


def test_noise_is_not_like_them_and_a_class_that_is_another_is_named(digits, as_real):
    X, y = digits["more"]
    rng = np.random.default_rng(0)
    noisy = evaluate(digits["train"], digits["test"], (rng.permutation(X.ravel()).reshape(X.shape), y), random_state=0)
    assert noisy.figures["likeness"]["kid"] > 10 * max(as_real.figures["likeness"]["kid"], 0.05)
    changed = X.copy()
    changed[y == 3] = X[rng.choice(np.flatnonzero(y == 1), (y == 3).sum())]
    swapped = evaluate(digits["train"], digits["test"], (changed, y), random_state=0)
    found = swapped.classes.set_index("class")
    assert found.loc["3", "recognised"] < 0.1
    assert found.loc["3", "taken_for"].startswith("1 (")
    [said] = [verdict for verdict in swapped.verdicts if verdict.group == "recognition"]
    assert said.rating == "poor"
    assert "3 comes out as 1" in said.says


def test_a_copy_is_one_in_another_dtype_and_under_another_label(digits):
    (X, y), (made, labels) = digits["train"], digits["more"]
    given = np.concatenate([X[:100], made[:100]]).astype(np.float32) / 16, np.r_[(y[:100] + 1) % 5, labels[:100]]
    scaled = [(images / 16, classes) for images, classes in (digits["train"], digits["test"])]
    assert evaluate(*scaled, given, random_state=0).figures["privacy"]["copies"] == pytest.approx(0.5)


def test_copies_give_training_images_away(digits):
    copied = evaluate(digits["train"], digits["test"], digits["train"], random_state=0)
    [privacy] = [verdict for verdict in copied.verdicts if verdict.group == "privacy"]
    assert privacy.rating == "poor"


def test_an_augmenter_reports_on_images(digits, tmp_path):
    pytest.importorskip("matplotlib")
    augmenter = GANAugmenter(steps=20, random_state=0).fit(*digits["train"])
    found = augmenter.report(*digits["test"], random_state=0)
    assert found.about["synthetic_rows"] == 400
    page = found.to_html(tmp_path / "page.html")
    for title in ("Training images", "Synthetic images", "Nearest to training images", "Training"):
        assert f"<h2>{title}</h2>" in page
    assert "LIKENESS" in found.summary()
    assert json.loads(found.to_json())["figures"]["likeness"]["kid"] == found.figures["likeness"]["kid"]
    assert len(found.plot().get_yticks())


def test_an_encoder_makes_the_features_where_one_is_given(digits):
    def halves(images: np.ndarray) -> np.ndarray:
        return images.reshape(len(images), 4, 2, 4, 2).mean((2, 4)).reshape(len(images), -1)

    found = evaluate(digits["train"], digits["test"], digits["more"], encoder=halves, random_state=0)
    assert len(found.columns) == 16 + 1
    assert found.verdict.startswith("Good")


def test_a_transformer_is_fitted_to_the_training_images(digits):
    flat = FunctionTransformer(lambda X: np.asarray(X).reshape(len(X), -1))
    parts, encoder = (digits["train"], digits["test"], digits["more"]), make_pipeline(flat, PCA(5))
    found = evaluate(*parts, encoder=encoder, random_state=0)
    assert found.figures["likeness"]["kid"] < 0.1
    with pytest.raises(ValueError, match="images are no features"):
        evaluate(*parts, encoder="passthrough")


def test_lists_of_images_are_images_and_those_of_another_scale_are_told(digits):
    X, y = digits["test"]
    as_lists = evaluate(digits["train"], (list(X), y), digits["more"], random_state=0)
    assert as_lists.verdict == "Good throughout"
    large, small = ((X * scale, y) for scale in (255 / 16, 1 / 16))
    with pytest.raises(ValueError, match=r"synthetic: X has pixels from 0 to 1, and those of fit were from 0 to 255"):
        evaluate(large, large, small)


def test_images_without_classes_and_with_numbers_are_measured(digits):
    bare = evaluate(*(digits[name][0] for name in ("train", "test", "more")), random_state=0)
    assert {v.group: v.rating for v in bare.verdicts}["recognition"] == "not measured"
    brightness = [(X, X.mean((1, 2)) + 0.01 * np.arange(len(X))) for X, _ in digits.values()]
    found = evaluate(*brightness, target_type="number", random_state=0)
    assert "rmse" in found.figures["utility"]


def test_the_kernel_distance_of_equal_distributions_is_about_zero():
    rng = np.random.default_rng(0)
    one, two, other = rng.normal(size=(900, 8)), rng.normal(size=(900, 8)), rng.normal(0.5, 1, size=(900, 8))
    assert kernel_distance(one, two, rng) == pytest.approx(0, abs=0.02)
    assert kernel_distance(one, other, rng) > 0.1


def test_one_channel_may_have_an_axis_or_none(digits, as_real):
    X, y = digits["more"]
    found = evaluate(digits["train"], digits["test"], (X[..., None], y), random_state=0)
    assert found.figures == as_real.figures
    with pytest.raises(ValueError, match=r"synthetic has images of shape \(8, 8, 3\), and real_train of \(8, 8, 1\)"):
        evaluate(digits["train"], digits["test"], (np.repeat(X[..., None], 3, axis=3), y))


def test_what_does_not_go_together_is_told(digits):
    train, test, more = digits.values()
    with pytest.raises(ValueError, match="synthetic none"):
        evaluate(train, test, np.zeros((30, 64)))
    with pytest.raises(ValueError, match=r"synthetic has images of shape \(9, 8, 1\)"):
        evaluate(train, test, (np.zeros((30, 9, 8)), np.zeros(30)))
    with pytest.raises(ValueError, match="give pairs of images and labels"):
        evaluate(train, test, more, "kind")
    with pytest.raises(ValueError, match="encoder is for images"):
        evaluate(*(part[0].reshape(-1, 64) for part in (train, test, more)), encoder=np.asarray)
