"""Three tables made alike, or an error that says why not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from truth import drawn, tables

from ganaug.evaluation.tables import EMPTY, prepared


def prepare(train, test=None, synthetic=None, target=None, categorical="auto", kind="auto"):
    others = (train if part is None else part for part in (test, synthetic))
    return prepared(train, *others, target, categorical_features=categorical, target_type=kind)


def test_numbers_are_floats_and_the_rest_is_categorical():
    part = tables(*(drawn(30, seed) for seed in range(3)))
    assert part.numbers == ["size", "weight", "when"]
    assert [name for name, kind in part.kinds.items() if kind == "category"] == ["town", "member", "kind"]
    assert part.datetimes == ("when",)
    assert EMPTY in set(part.train["town"])
    assert set(part.train["member"]) == {"True", "False"}
    assert (part.target, part.classes) == ("kind", True)


def test_seconds_are_the_same_with_and_without_a_zone():
    plain = drawn(30, 0)
    zoned = plain.assign(when=plain["when"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"))
    spans = plain.assign(when=plain["when"] - plain["when"].min())
    assert prepare(plain).train["when"].equals(prepare(zoned).train["when"])
    assert prepare(spans).train["when"].min() == 0


def test_codes_are_categories_and_whole_however_they_are_stored():
    codes = pd.DataFrame({"code": np.arange(30) % 3, "n": np.arange(30.0)})
    part = prepare(codes, codes.astype(float), codes.astype("Int64"), categorical=["code"])
    for _, table in part.parts():
        assert set(table["code"]) == {"0", "1", "2"}


def test_arrays_pairs_and_sparse_matrices_are_tables():
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.resize([0, 1], 40)
    part = prepare((X, y))
    assert (list(part.train), part.target, part.classes) == (["0", "1", "target"], "target", True)
    assert prepare(np.column_stack([X, y]), target=2).target == "2"
    assert prepare((sparse.csr_matrix(X), y)).train["0"].tolist() == X[:, 0].tolist()
    labels = pd.Series(y, name="label")
    assert prepare((pd.DataFrame(X), labels)).target == "label"
    for three in ([labels, y, y.tolist()], [y, labels, labels.rename(None)]):
        part = prepare(*((X, label) for label in three))
        assert part.target == "label"
        assert all(list(table) == ["0", "1", "label"] for _, table in part.parts())
    with pytest.raises(ValueError, match=r"different names, \['label', 'mark'\]"):
        prepare((X, labels), (X, labels.rename("mark")))
    assert prepare(X).target is None


def test_a_target_is_added_beside_names_of_two_levels():
    names = pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])
    X, y = pd.DataFrame(np.arange(80.0).reshape(40, 2), columns=names), np.resize([0, 1], 40)
    assert list(prepare((X, y)).train) == ["('a', 1)", "('a', 2)", "target"]
    assert prepare(X, target=("a", 2)).target == "('a', 2)"


def test_a_number_is_told_from_classes():
    table = pd.DataFrame({"x": np.arange(60.0), "measure": np.linspace(0, 1, 60), "grade": np.arange(60) % 4})
    assert not prepare(table, target="measure").classes
    assert prepare(table, target="grade").classes
    assert not prepare(table, target="grade", kind="number").classes
    assert prepare(table, target="grade", categorical=["grade"]).classes
    quarters = prepare(table, target="measure").groups()
    assert list(quarters) == ["below 0.25", "0.25 to 0.5", "0.5 to 0.75", "0.75 and more"]
    assert [len(group.train) for group in quarters.values()] == [15] * 4


def test_quarters_have_rows_and_names_of_their_own():
    most_nothing = pd.DataFrame({"paid": [0.0] * 30 + [*range(1, 31)], "large": 200_000.0 + np.arange(60)})
    groups = prepare(most_nothing, target="paid", kind="number").groups()
    assert {name: len(group.train) for name, group in groups.items()} == {
        "below 0.5": 30, "0.5 to 15.25": 15, "15.25 and more": 15,
    }  # fmt: skip
    assert list(prepare(most_nothing, target="large").groups())[:2] == ["below 200014.75", "200014.75 to 200029.5"]
    assert prepare(most_nothing.assign(paid=1.0), target="paid", kind="number").groups() == {}


def test_a_table_without_the_labels_of_the_others_is_named() -> None:
    table, labels = drawn(30, 0), np.arange(30) % 2
    with pytest.raises(ValueError, match="real_test came without labels, the others with"):
        prepare((table, labels), table, (table, labels))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"test": drawn(30, 0).drop(columns="town")}, ValueError, r"real_test lacks \['town'\], unlike real_train"),
        ({"test": drawn(30, 0).assign(more=1)}, ValueError, r"real_test has \['more'\], unlike real_train"),
        ({"target": "knid"}, ValueError, "target='knid' is no column of real_train"),
        ({"target": "town"}, ValueError, r"NaN, column 'town', in \d+ of [\d,]+ rows"),
        ({"target": "town", "train": drawn(30, 0).assign(town="x")}, ValueError, "real_test lacks the target 'town'"),
        ({"train": drawn(10, 0)}, ValueError, "real_train has 10 rows, .* give at least 20"),
        ({"synthetic": drawn(1, 0)}, ValueError, "synthetic has 1 row, .* give at least 20"),
        ({"synthetic": np.zeros((30, 8, 8, 1))}, ValueError, r"shape \(30, 8, 8, 1\), but evaluate takes tables"),
        ({"synthetic": drawn(30, 0).assign(size="big")}, TypeError, "column 'size' has dtype float64 in real_train"),
        ({"synthetic": drawn(30, 0).assign(when="soon")}, TypeError, "column 'when' has dtype datetime64"),
        ({"target": "kind", "kind": "number"}, TypeError, "target_type='number', but column 'kind'"),
        ({"kind": "letters"}, ValueError, "target_type='letters' is not one of"),
        ({"categorical": ["colour"]}, ValueError, r"categorical_features names \['colour'\]"),
        ({"train": (drawn(30, 0), np.zeros(30)), "target": "kind"}, ValueError, "names another target"),
    ],
)
def test_what_does_not_go_together_is_said(change, error, message):
    given = {name: drawn(30, seed) for seed, name in enumerate(("train", "test", "synthetic"))}
    with pytest.raises(error, match=message):
        prepare(**given | change)
