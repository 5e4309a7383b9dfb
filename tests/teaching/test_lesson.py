"""A teacher's probabilities as weighted rows and as drawn labels."""

import numpy as np
import pandas as pd

from ganaug.teaching.lesson import drawn, lesson_of, weighted
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
