"""A teacher's probabilities as weighted rows and as drawn labels."""

import numpy as np
import pandas as pd

from ganaug.teaching.lesson import as_frequent, drawn, lesson_of, weighted
from ganaug.teaching.teacher import Teacher

CHANCES = np.array([[0.7, 0.3, 0.0], [0.0, 0.0005, 0.9995], [0.2, 0.2, 0.6]])
ROWS = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
OWN = np.array(["a", "c"])
TEACHER = Teacher((lambda X: np.tile([0.5, 0.5, 0.0], (len(X), 1)),), np.arange(3), False, CHANCES[:2])


def test_a_row_stands_once_for_each_class_that_it_may_be_of():
    rows = weighted(CHANCES)
    assert rows.row.tolist() == [0, 0, 1, 2, 2, 2]
    assert rows.code.tolist() == [0, 1, 2, 0, 1, 2]
    assert np.allclose(np.bincount(rows.row, rows.weight), 1)


def test_labels_are_drawn_as_often_as_they_are_probable():
    codes = drawn(np.repeat(CHANCES, 4000, axis=0), np.random.default_rng(0)).reshape(3, -1)
    shares = np.array([np.bincount(row, minlength=3) / 4000 for row in codes])
    assert np.allclose(shares, CHANCES, atol=0.03)


def test_real_rows_own_labels_count_half():
    lesson = lesson_of(TEACHER, np.array(["a", "b", "c"]), ROWS, OWN, weighs=True, seed=0)
    assert lesson.X["x"].tolist() == [1, 1, 2, 3, 3]
    assert lesson.row.tolist() == [0, 0, 1, 2, 2]
    assert lesson.y.tolist() == ["a", "b", "c", "a", "b"]
    assert np.allclose(lesson.weight, [0.85, 0.15, 1, 0.5, 0.5])


def test_without_weights_each_row_has_one_label():
    lesson = lesson_of(TEACHER, np.array(["a", "b", "c"]), ROWS, OWN, weighs=False, seed=0)
    assert len(lesson.X) == len(lesson.y) == 3
    assert lesson.y[2] in ("a", "b")


def test_probabilities_follow_the_shares_of_classes():
    """As Bayes' rule has it: odds are multiplied by what the shares' odds have become."""
    said = np.array([[0.9, 0.1], [0.5, 0.5], [1.0, 0.0]])
    moved = as_frequent(said, np.array([0.9, 0.1]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(moved, [[0.5, 0.5], [0.1, 0.9], [1.0, 0.0]])
    np.testing.assert_allclose(as_frequent(said, np.array([0.3, 0.7]), np.array([0.3, 0.7])), said)


def test_a_lesson_for_other_shares_moves_what_the_teacher_says_and_no_label_that_is_known():
    shares = np.array([1.0, 1.0, 1.0]) / 3
    labels = np.array(["a", "b", "c"])
    as_it_is, moved = (
        lesson_of(TEACHER, labels, ROWS, OWN, weighs=True, seed=0, shares=each) for each in (None, shares)
    )
    for lesson in (as_it_is, moved):
        np.testing.assert_allclose(np.bincount(lesson.row, lesson.weight), 1)
    own = [(lesson.row == 0) & (lesson.y == OWN[0]) for lesson in (as_it_is, moved)]
    assert all(lesson.weight[mask].sum() >= 0.5 for lesson, mask in zip((as_it_is, moved), own, strict=True))
