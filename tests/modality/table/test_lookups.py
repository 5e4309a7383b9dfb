"""Trees know of columns that are looked up by a key, although these have no block."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ganaug import GANAugmenter
from ganaug.columns.layout import Block, Layout, Told, as_numbers
from ganaug.modality.table.encoder import TableEncoder
from ganaug.selection.growing import features_of

KEYS = 167


def countries(rows: int = 4_000, *, by_number: bool = False) -> pd.DataFrame:
    """A country tells its age, area and continent; cases go along with the age, on which names have no bearing."""
    rng = np.random.default_rng(0)
    key = rng.integers(0, KEYS, rows)
    names = rng.permutation(10_000)[:KEYS] if by_number else np.array([f"{n:03}" for n in rng.permutation(KEYS)])
    age, area = rng.normal(30, 8, KEYS).round(1), rng.lognormal(10, 2, KEYS).round()
    continent = np.array(list("ABCDE"))[rng.integers(0, 5, KEYS)]
    table = pd.DataFrame({"name": names[key], "age": age[key], "area": area[key], "continent": continent[key]})
    table["cases"] = (np.exp(table["age"] / 8) * rng.lognormal(0, 0.1, rows)).round(2)
    return table


@pytest.mark.parametrize("by_number", [False, True])
def test_a_key_tells_the_ranks_of_what_it_implies(by_number):
    table, implied = countries(by_number=by_number), ["age", "area", "continent"]
    encoder, rows = TableEncoder.fit(table)
    assert {rule.text for rule in encoder.rules} == {f"name implies {own}" for own in implied}
    numbers = as_numbers(encoder.layout, rows.untied(np.random.default_rng(0)))
    told = {tuple(own(numbers[:, own.block])) for own in encoder.layout.told}
    assert told == {tuple(table[own].rank(method="dense") - 1) for own in implied}
    assert features_of(encoder.layout, None, rows).shape == (len(table), len(encoder.layout.blocks) + len(implied))


def test_numbers_follow_from_what_a_key_tells():
    table = countries()
    made = GANAugmenter(steps=200, random_state=0).fit(table).sample(4_000, random_state=1)
    apart = np.log(made["cases"]) - made["age"] / 8
    assert apart.std() < 0.25  # of the training rows .1; .6 if trees only see names


def test_a_file_holds_what_keys_tell(tmp_path):
    from ganaug import load

    augmenter = GANAugmenter(steps=50, random_state=0).fit(countries(1_000))
    augmenter.save(tmp_path / "model.ganaug")
    again = load(tmp_path / "model.ganaug")
    pd.testing.assert_frame_equal(again.sample(100, random_state=1), augmenter.sample(100, random_state=1))


def test_a_key_whose_values_are_put_in_tells_nothing():
    """Where a rule puts one value into the key's column, other values are generated there."""
    table = countries()
    rng = np.random.default_rng(1)
    table["home"] = rng.random(len(table)) < 0.3
    first = table["name"] == table["name"].iloc[0]
    home = table[first].iloc[0][["name", "age", "area", "continent"]]
    table.loc[table["home"], ["name", "age", "area", "continent"]] = home.to_numpy()
    encoder, rows = TableEncoder.fit(table)
    assert "home is True implies name is" in " ".join(rule.text for rule in encoder.rules)
    assert all(len(own.edges) < KEYS for own in encoder.layout.told)
    assert features_of(encoder.layout, None, rows).shape[1] == len(encoder.layout.blocks) + len(encoder.layout.told)


@pytest.mark.parametrize(
    ("edges", "values"), [((1.0,), (0.0,)), ((2.0, 1.0), (0.0, 1.0, 2.0)), ((np.nan,), (0.0, 1.0))]
)
def test_what_is_not_looked_up_between_edges_is_refused(edges, values):
    with pytest.raises(ValueError, match="not looked up between edges"):
        Told(0, edges, values)


def test_what_no_block_tells_is_refused():
    with pytest.raises(ValueError, match="blocks which there are not"):
        Layout((Block(0, 3),), told=(Told(1, (), (0.0,)),))
