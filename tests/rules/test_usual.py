"""What a column mostly is, given others, it mostly is in generated rows, and exceptions stay as rare as they were."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from untrained import any_rows

from ganaug import GANAugmenter, load
from ganaug.modality.table.encoder import TableEncoder
from ganaug.rules.usual import Usual

ROWS = 3_000


def routes(exceptions: int = 10) -> pd.DataFrame:
    """Distances of 60 routes, of which a few rows hold another one."""
    rng = np.random.default_rng(0)
    start, end = rng.choice(list("ABC"), ROWS), rng.integers(0, 20, ROWS)
    miles = 100 * rng.integers(2, 20, (3, 20))
    distance = miles[[ord(letter) - 65 for letter in start], end]
    distance[:exceptions] += 1
    return pd.DataFrame(
        {"start": start, "end": [f"town {place}" for place in end], "distance": distance, "load": rng.normal(size=ROWS)}
    )


def usual(encoder: TableEncoder) -> list[str]:
    names = dict(enumerate(encoder.features))
    return [step.rule.text(names) for step in encoder.steps if isinstance(step.rule, Usual)]


def known(table: pd.DataFrame) -> pd.Series:
    """Which rows hold the distance that most rows of their route hold."""
    most = routes().groupby(["start", "end"])["distance"].agg(lambda own: own.mode()[0])
    return table["distance"].to_numpy() == most.loc[list(zip(table["start"], table["end"], strict=True))].to_numpy()


def test_rows_keep_to_what_is_usual():
    table = routes()
    encoder, rows = TableEncoder.fit(table)
    assert usual(encoder) == ["start and end imply distance in nearly all rows"]
    assert "distance" not in {name for rule in encoder.rules for name in rule.columns}  # none that rows could break
    pd.testing.assert_frame_equal(encoder.decode(rows)[["distance"]], table[["distance"]])
    made = GANAugmenter(steps=30, random_state=0).fit(table).sample(2_000)
    assert known(made).mean() > 0.98


def test_what_an_exception_holds_is_generated():
    encoder, rows = TableEncoder.fit(routes())
    made = encoder.decode(any_rows(encoder))
    assert made["distance"].between(*routes()["distance"].agg(["min", "max"])).all()
    assert made["distance"].dtype == routes()["distance"].dtype
    assert (~known(made)).mean() > 0.02  # a code of these at random
    assert (~known(encoder.decode(rows))).sum() == 10


def test_words_have_usual_values_too():
    table = routes().assign(distance=lambda own: own["distance"].map("route {}".format))
    encoder, rows = TableEncoder.fit(table)
    assert usual(encoder) == ["start and end imply distance in nearly all rows"]
    pd.testing.assert_frame_equal(encoder.decode(rows), table)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (routes(0), "a rule without exceptions"),
        (routes(300), "too many exceptions"),
        (routes().head(250), "too few rows for each route"),
        (routes().assign(distance=lambda own: own["distance"].mask(own.index == 50)), "gaps"),
        (routes().assign(distance=lambda own: (own.index < 20) * own["distance"]), "hardly more than one value"),
    ],
)
def test_what_is_not_usual(table, why):
    assert not usual(TableEncoder.fit(table)[0]), why


def test_usual_values_outlive_a_file(tmp_path):
    augmenter = GANAugmenter(steps=5, random_state=0).fit(routes())
    augmenter.save(tmp_path / "routes.ganaug")
    again = load(tmp_path / "routes.ganaug")
    pd.testing.assert_frame_equal(again.sample(200, random_state=1), augmenter.sample(200, random_state=1))


def test_without_rules_nothing_is_usual():
    assert not usual(TableEncoder.fit(routes(), rules="none")[0])
