"""What a fit writes about itself: true, whole, and sparing with what training rows held."""

from __future__ import annotations

import re
from html import unescape

import keras
import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt
from pictures import glyphs

import ganaug
from ganaug import GANAugmenter, ModelCard, load

SECTIONS = ["Use", "Data", "Training", "Quality", "Limits", "Licence and contact"]
ODD = ["a|b", "c*d*", "<b>e</b>", "_f_ `g`", "[h](i)", "j\nk", "&lt;", "1. ~~l~~ $m$", "\\"]


def sections(card: str) -> list[str]:
    return re.findall(r"^## (.*)$", card, re.M)


def cells(card: str) -> list[list[str]]:
    """The cells of all tables, as a reader of the rendered card sees them."""
    html = MarkdownIt("commonmark").enable("table").render(card)
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.S)
    return [[unescape(cell) for cell in re.findall(r"<t[dh]>(.*?)</t[dh]>", row, re.S)] for row in rows]


def code(card: str) -> str:
    [block] = re.findall(r"```python\n(.*?)```", card, re.S)
    return block


def test_a_card_has_all_its_parts(quick, mixed):
    card = quick.card()
    assert isinstance(card, ModelCard)
    assert sections(card) == ["Use", "Data", "Training", "Quality", *(["Rules"] * bool(quick.rules_)), *SECTIONS[-2:]]
    told = cells(card)
    X, y = mixed
    for name, kind in zip(X, ["number"] * 3 + ["category"] * 3 + ["datetime"], strict=True):
        share = X[name].isna().mean()
        assert [str(name), kind, "none" if not share else f"{100 * share:.1f} %"] in told
    for label, count in quick.class_counts_.items():
        assert [label, f"{count:,}", f"{100 * count / len(y):.1f} %"] in told
    last = quick.history_.iloc[-1]
    assert ["20", f"{last.detection:.3f}", f"{last.coverage:.3f}"] in told
    assert "400 rows of a table of 7 columns" in card
    assert "`steps=20`" in card
    assert "`refine=4`" in card
    assert "among 4" in card
    assert ganaug.__version__ in card
    assert keras.__version__ in card


def test_it_gives_no_value_of_a_cell_away(quick, mixed):
    X, _ = mixed
    card = quick.card()
    for value in (*X["city"].dropna().unique(), *X["amount"].dropna().unique(), "2024-", "2025-"):
        assert str(value) not in card


def test_a_loaded_model_writes_the_same_card(quick, tmp_path):
    quick.save(tmp_path / "m.ganaug")
    assert load(tmp_path / "m.ganaug").card() == quick.card()


def test_its_code_runs(quick, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quick.save("model.ganaug")
    seen: dict[str, object] = {}
    exec(code(quick.card()), seen)
    assert seen["y"].value_counts().to_dict() == {"no": 100, "yes": 100}


def test_names_are_shown_as_they_are_whatever_they_hold():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(90, len(ODD))), columns=ODD)
    card = GANAugmenter(steps=2, refine=False).fit(X, np.resize(ODD, 90)).card()
    shown = [row[0] for row in cells(card)]
    for name in ODD:
        assert shown.count(" ".join(name.split())) == 2  # as a column, and as a class


def test_long_lists_end_with_how_many_more_there_are():
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 70)))
    assert "And 20 more." in GANAugmenter(steps=2, refine=False, rules="none").fit(X).card()


def test_identifiers_and_rare_classes_are_told():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"key": rng.permutation(200) + 10_000, "size": rng.normal(size=200).round(2)})
    y = np.repeat(["usual", "rare"], [190, 10])
    with pytest.warns(ganaug.DataWarning, match="key"):
        card = GANAugmenter(steps=2, refine=False).fit(X, y).card()
    assert "Names and keys, if there are any, were learnt like other columns" in card
    assert "Classes of fewer than 20 training rows (rare)" in card
    faked = GANAugmenter(steps=2, refine=False, identifiers="fake").fit(X, y).card()
    assert ["key", "made anew", "none"] in cells(faked)
    assert "made anew in each sample: key" in faked
    assert "left out: key" in GANAugmenter(steps=2, refine=False, identifiers="drop").fit(X, y).card()


def test_targets_of_numbers_and_none_at_all():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), pd.Series(rng.normal(size=60), name="price")
    assert "for a given number (price)" in GANAugmenter(steps=2, refine=False).fit(X, y).card()
    alone = GANAugmenter(steps=2, refine=False).fit(X).card()
    assert "for a given" not in alone
    assert "X = augmenter.sample(" in code(alone)


def test_images_have_a_size_and_no_columns():
    card = GANAugmenter(steps=2, refine=False).fit(*glyphs()).card()
    assert "60 images of 12 x 10 pixels and 1 channel." in card
    assert ["column", "kind", "missing"] not in cells(card)


def test_features_ask_for_their_encoder():
    rng = np.random.default_rng(0)
    augmenter = GANAugmenter(steps=2, refine=False, encoder="passthrough")
    card = augmenter.fit(rng.normal(size=(60, 8)), np.repeat([0, 1], 30)).card()
    assert "vectors of 8 features" in card
    assert "encoder=..." in card
    pair = GANAugmenter(steps=2, refine=False, encoder=(lambda rows: rows, lambda rows: rows))
    card = pair.fit(rng.normal(size=(60, 8)), np.repeat([0, 1], 30)).card()
    assert "`encoder=(function, function)`" in card


def test_a_network_of_ones_own_is_asked_for():
    def network(layout):
        noise, told = keras.Input([4]), keras.Input([layout.condition_width])
        merged = keras.layers.Concatenate()([noise, told])
        return keras.Model([noise, told], keras.layers.Dense(layout.raw_shape[0])(merged))

    X = np.random.default_rng(0).normal(size=(60, 2))
    card = GANAugmenter(steps=2, refine=False, generator=network).fit(X, np.repeat([0, 1], 30)).card()
    assert 'ganaug.load("model.ganaug", generator=generator)' in card
    assert "a network of the user's" in card
    assert "`generator=function`" in card


def test_a_table_that_was_scanned_is_told_as_a_whole(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"a": rng.normal(size=3_000), "b": rng.normal(size=3_000), "y": np.resize(["no", "yes"], 3_000)}
    )
    frame.loc[::5, "b"] = np.nan
    frame.to_parquet(tmp_path / "t.parquet")
    rows = ganaug.scan(tmp_path / "t.parquet", target="y", max_rows=1_000)
    card = GANAugmenter(steps=2, refine=False).fit(rows).card()
    assert "3,000 rows of a table of 2 columns" in card
    assert ["b", "number", "20.0 %"] in cells(card)
    assert ["no", "1,500", "50.0 %"] in cells(card)


def test_verdicts_of_a_report(plain):
    rng = np.random.default_rng(1)
    found = plain.report(rng.normal(size=(60, 2)), np.repeat([0, 1, 2], 20), random_state=0)
    card = plain.card(report=found)
    assert f"**{found.verdict}.** Measured on 60 real rows that were held out:" in card
    for verdict in found.verdicts:
        assert [verdict.group, verdict.rating, verdict.says] in cells(card)
    with pytest.raises(TypeError, match="report='good' must be"):
        plain.card(report="good")


def test_saving_and_notebooks(plain, tmp_path):
    card = plain.card()
    card.save(tmp_path / "README.md")
    assert (tmp_path / "README.md").read_text() == card
    head, body = card.split("\n---\n", 1)
    assert head.startswith("---\nlibrary_name: ganaug\n")
    assert card._repr_markdown_() == body
