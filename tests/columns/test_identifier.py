"""Names and keys are told from measurements, and what takes their place is new, distinct and looks like them."""

from __future__ import annotations

import io
import re
import uuid
import warnings
import zipfile

import numpy as np
import pandas as pd
import pytest

from ganaug import AugmentedClassifier, GANAugmenter, GANOverSampler, load
from ganaug.columns.fakes import KeyMaker, Sieve, TextMaker
from ganaug.columns.identifier import are_keys, identifies
from ganaug.columns.registry import fit_column
from ganaug.exceptions import DataWarning
from ganaug.modality.table.encoder import TableEncoder

ROWS = 400
RNG = np.random.default_rng(0)
MAILS = [f"user{i}@mail.example" for i in range(ROWS)]
FIRST = ("Anna", "Bert", "Carla", "Dora", "Emil", "Fritz", "Gerda", "Hans", "Ida", "Jan", "Karl", "Lena", "Max")
LAST = tuple(a + b for a in ("Hof", "Berg", "Stein", "Feld") for b in ("er", "mann", "bach", "dorf", "au"))
NAMES = [f"{FIRST[a]} {LAST[b]}" for a, b in zip(RNG.integers(13, size=ROWS), RNG.integers(20, size=ROWS), strict=True)]
UUIDS = [str(uuid.UUID(bytes=RNG.bytes(16), version=4)) for _ in range(ROWS)]
SHUFFLED = RNG.permutation(ROWS)
GAPS = RNG.random(ROWS) < 0.1

TEXTS = {
    "mails": (pd.Series(MAILS), r"user\d+@mail\.example"),
    "a mail that is missing": (pd.Series([None, *MAILS[1:]], dtype=object), r"user\d+@mail\.example"),
    "mails that come twice": (pd.Series(MAILS[:8] + MAILS[:-8]), r"user\d+@mail\.example"),
    "mails as categories": (pd.Series(MAILS, dtype="category"), r"user\d+@mail\.example"),
    "names with gaps": (pd.Series(NAMES[:150]).mask(GAPS[:150]), r"[A-Z][a-z]+ [A-Z][a-z]+"),
    "codes": (pd.Series([f"C-{i:06d}" for i in SHUFFLED]), r"C-\d{6}"),
    "uuids": (pd.Series(UUIDS, dtype="string"), r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    "bytes": (pd.Series([mail.encode() for mail in MAILS]), r"b'user\d+@mail\.example'"),
    "numpy's text": (pd.Series(np.array(MAILS).astype(object)), r"user\d+@mail\.example"),
}
KEYS = {
    "a lattice": pd.Series(10**6 + 50 * SHUFFLED),
    "a running number": pd.Series(np.arange(1, ROWS + 1), dtype="int16"),
    "Int64 with gaps": pd.Series(SHUFFLED + 1).astype("Int64").mask(pd.Series(GAPS)),
    "floats with gaps": pd.Series(SHUFFLED + 1000.0).mask(GAPS),
    "objects": pd.Series([int(i) for i in SHUFFLED], dtype=object),
    "long ones": pd.Series(2**60 + SHUFFLED),
    "a number that comes twice": pd.Series([*(5 * SHUFFLED[:-2]), *(5 * SHUFFLED[:2])]),
}


def table_of(column: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"who": column.reset_index(drop=True), "x": np.random.default_rng(1).normal(size=len(column))})


def faked(table: pd.DataFrame, seed: int = 5, rows: int | None = None) -> pd.Series:
    encoder, encoded = TableEncoder.fit(table, identifiers="fake")
    encoded = encoded.take(np.arange(len(table) if rows is None else rows) % len(table))
    return encoder.identified(encoder.decode(encoded), seed)["who"]


@pytest.mark.parametrize("column", [*(column for column, _ in TEXTS.values()), *KEYS.values()], ids=[*TEXTS, *KEYS])
def test_identifiers_warn_and_name_the_column_and_the_remedies(column):
    with pytest.warns(DataWarning, match=r"(?s)column 'who'.*file.*identifiers='drop'.*identifiers='fake'"):
        TableEncoder.fit(table_of(column))


@pytest.mark.parametrize(("column", "pattern"), TEXTS.values(), ids=TEXTS)
def test_new_text_looks_like_the_old_and_is_none_of_it(column, pattern):
    table = table_of(column)
    made = faked(table)
    known = made.dropna()
    assert known.is_unique
    assert not set(known) & set(column.dropna())
    assert all(re.fullmatch(pattern, str(cell)) for cell in known)
    assert made.isna().sum() == column.isna().sum()
    assert isinstance(made.dtype, pd.CategoricalDtype) if column.dtype == "category" else made.dtype == column.dtype


@pytest.mark.parametrize("column", KEYS.values(), ids=KEYS)
def test_new_keys_lie_on_the_lattice_and_are_none_of_the_old(column):
    made = faked(table_of(column))
    assert made.dtype == column.dtype
    known, old = ([int(key) for key in keys.dropna()] for keys in (made, column))
    assert len(set(known)) == len(known)
    assert not set(known) & set(old)
    step = int(np.gcd.reduce(np.array([key - old[0] for key in old], object)))
    assert all((key - old[0]) % step == 0 for key in known)
    assert max(len(str(key)) for key in known) == max(len(str(key)) for key in old)
    assert made.isna().sum() == column.isna().sum()


@pytest.mark.parametrize("column", [TEXTS["codes"][0], KEYS["a lattice"]], ids=["text", "keys"])
def test_new_values_follow_from_the_seed_and_the_place(column):
    table = table_of(column)
    assert faked(table).equals(faked(table))
    assert not faked(table, 6).equals(faked(table))
    assert faked(table, rows=30).tolist() == faked(table)[:30].tolist()


def test_more_values_than_the_pattern_has_are_longer():
    made = faked(table_of(pd.Series([f"K{i:02d}" for i in range(90)])), rows=500)
    assert made.is_unique
    assert made.str.fullmatch(r"K\d{2,4}").all()


def test_a_narrow_dtype_that_has_no_more_keys_says_so():
    table = table_of(pd.Series(np.arange(100), dtype="int8"))
    assert set(faked(table, rows=20)) <= set(range(100, 128))
    with pytest.raises(ValueError, match=r"column 'who'.*int8.*wider"):
        faked(table, rows=400)


def test_lengths_are_as_frequent_as_in_training():
    words = ["".join(RNG.choice([*"abcdefghijklm"], size=size)) for size in RNG.choice([6, 9], ROWS, p=[0.3, 0.7])]
    made = faked(table_of(pd.Series(words)), rows=2000)
    assert set(made.str.len()) == {6, 9}
    assert abs((made.str.len() == 6).mean() - np.mean([len(word) == 6 for word in words])) < 0.05


def test_values_that_cannot_be_made_are_an_error_with_the_remedy():
    pairs = pd.Series([(i, str(i)) for i in range(50)], dtype=object)
    with pytest.raises(TypeError, match=r"column 'who'.*tuple.*identifiers='drop'"):
        TableEncoder.fit(table_of(pairs), identifiers="fake")


def test_a_sieve_holds_back_all_that_it_was_given_and_few_others():
    sieve = Sieve.of(MAILS)
    assert all(mail in sieve for mail in MAILS)
    others = np.mean([f"another{i}@mail.example" in sieve for i in range(10_000)])
    assert 0.01 < others < 0.06, "nobody is to be known by being held back, and few are to be held back"


def test_a_text_may_be_empty():
    made = TextMaker.of(["", *MAILS]).made(2_000, (0,))
    assert len(made) == 2_000
    assert not {"", *MAILS} & set(made)


def test_words_of_few_rows_never_come_out():
    texts = [f"Meier, ward {i % 4}, bed {i}" for i in range(200)] + ["Rumpelstiltskin, ward 1, bed 9"]
    made = TextMaker.of(texts).made(2000, (1,))
    assert not any("Rumpelstiltskin" in text for text in made)
    assert all("Meier" in text or "ward" in text for text in made)


def test_keys_of_a_random_range_lie_between_the_old_ones():
    keys = (10**8 + np.random.default_rng(3).choice(9 * 10**8, 300, replace=False)).tolist()
    made = KeyMaker.of(keys, 2**62).made(300, (1,))
    assert not set(made) & set(keys)
    assert min(made) < np.quantile(keys, 0.1) < np.quantile(keys, 0.9) < max(made)


def measurements(rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "incomes": np.rint(rng.lognormal(10.5, 0.6, 1000)).astype(int),
        "an even range": rng.integers(20_000, 200_000, 1000),
        "a wide range": rng.integers(10_000, 1_000_000, 1000),
        "weights of a census": np.clip(rng.normal(190_000, 105_000, 5000), 12_285, 1_484_705).astype(int),
        "sorted incomes": np.sort(np.rint(rng.lognormal(10.5, 0.6, 100)).astype(int)),
        "populations": np.rint(10 ** rng.uniform(3, 7, 300)).astype(int),
        "moments": np.sort(rng.integers(1_600_000_000, 1_601_000_000, 1000)),
        "hours": 1_600_000_000 + 3600 * np.arange(500),
        "days": np.array([int(f"{day:%Y%m%d}") for day in pd.date_range("2015-01-01", periods=700)]),
        "years": np.arange(1950, 2020),
        "ages": rng.integers(0, 100, 25),
    }


@pytest.mark.parametrize("seed", range(5))
def test_measurements_are_no_keys(seed):
    found = {}
    for name, values in measurements(np.random.default_rng(seed)).items():
        column = pd.Series(values, name="value")
        found[name] = identifies(fit_column(column), column)
    assert not any(found.values()), found


def test_sparse_numbers_are_keys_if_they_are_called_so_or_fill_all_numbers_of_their_length():
    rng = np.random.default_rng(0)
    incomes = np.unique(np.rint(rng.lognormal(12, 0.6, 300)).astype(int)).tolist()
    assert not are_keys(incomes, "income")
    assert not are_keys(incomes, "paid")
    assert are_keys(incomes, "customer_id")
    assert are_keys(incomes, "customerId")
    assert are_keys((10**8 + rng.choice(9 * 10**8, 500, replace=False)).tolist(), "value")


def test_text_that_recurs_and_short_tables_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TableEncoder.fit(table_of(pd.Series(RNG.choice(MAILS[:100], ROWS))))
        TableEncoder.fit(table_of(pd.Series(MAILS[:20])))


def test_rules_speak_of_no_column_that_is_made_anew_or_left_out():
    table = table_of(pd.Series(SHUFFLED + 1)).assign(
        twice=2 * SHUFFLED + 2, town=[f"town {i % 7}" for i in range(ROWS)]
    )
    table["state"] = table["town"].map({f"town {i}": f"state {i % 3}" for i in range(7)})
    with pytest.warns(DataWarning):
        assert any("who" in rule.columns for rule in TableEncoder.fit(table)[0].rules)
    for identifiers in ("fake", "drop"):
        rules = TableEncoder.fit(table, identifiers=identifiers)[0].rules
        assert [rule.columns for rule in rules] == [("town", "state")]
    with pytest.raises(ValueError, match="speaks of a column 'who', which there is not"):
        TableEncoder.fit(table, identifiers="fake", rules=["who <= twice"])


@pytest.fixture
def people() -> pd.DataFrame:
    return table_of(pd.Series(MAILS[:120])).assign(key=np.arange(120), kind=[*"ab"] * 60)


def augmenter_of(identifiers: str, **parameters) -> GANAugmenter:
    return GANAugmenter(identifiers=identifiers, steps=20, random_state=0, **parameters)


def held(path) -> str:
    """All that a saved file holds."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as file:
        return "".join(file.read(name).decode("latin-1") for name in file.namelist())


def test_what_is_dropped_is_nowhere_and_may_be_given_later(people, tmp_path):
    y = np.repeat([0, 1], [80, 40])
    augmenter = augmenter_of("drop").fit(people, y)
    assert augmenter.n_features_in_ == 2
    assert list(augmenter.sample(5)[0]) == ["x", "kind"]
    every, labels = augmenter.augment(people, y)
    assert list(every) == ["x", "kind"]
    assert len(every) == len(labels) == 240
    assert every["x"][:120].equals(people["x"])
    shown = augmenter.transform(people.set_index(np.arange(120) + 7))
    assert list(shown) == ["x", "kind"]
    assert shown.index[0] == 7
    assert list(augmenter.augment(people[["x", "kind"]], y)[0]) == ["x", "kind"]
    augmenter.save(tmp_path / "a.ganaug")
    assert "user7" not in held(tmp_path / "a.ganaug")
    assert list(load(tmp_path / "a.ganaug").augment(people, y)[0]) == ["x", "kind"]


def test_what_is_faked_is_new_in_samples_and_beside_real_rows(people, tmp_path):
    augmenter = augmenter_of("fake").fit(people)
    made = augmenter.sample(300, random_state=1)
    for name in ("who", "key"):
        assert made[name].is_unique
        assert not made[name].isin(people[name]).any()
    assert made.head(20).equals(augmenter.sample(20, random_state=1))
    later = people.assign(key=made["key"][:120].to_numpy())
    every = augmenter.augment(later)
    assert every["key"].is_unique
    assert every["who"].is_unique
    augmenter.save(tmp_path / "a.ganaug")
    assert "user7" not in held(tmp_path / "a.ganaug")
    assert load(tmp_path / "a.ganaug").sample(50, random_state=3).equals(augmenter.sample(50, random_state=3))


def test_the_file_of_categories_does_not_list_them(people, tmp_path):
    augmenter_of("fake").fit(people.astype({"who": "category"})).save(tmp_path / "a.ganaug")
    assert "user7" not in held(tmp_path / "a.ganaug")


@pytest.mark.parametrize("identifiers", ["fake", "drop"])
def test_arrays_keep_their_kind(identifiers):
    X = np.column_stack([np.arange(100), np.random.default_rng(0).normal(size=(100, 2))])
    augmenter = augmenter_of(identifiers).fit(X)
    every = augmenter.augment(X)
    assert every.dtype == X.dtype
    kept = X if identifiers == "fake" else X[:, 1:]
    assert np.array_equal(every[:100], kept)
    assert every.shape == (200, kept.shape[1])
    assert identifiers == "drop" or not np.isin(every[100:, 0], X[:, 0]).any()


@pytest.mark.parametrize("identifiers", ["fake", "drop"])
def test_rows_that_top_classes_up_have_new_keys_or_none(people, identifiers):
    y = np.repeat([0, 1], [90, 30])
    X, _ = GANOverSampler(identifiers=identifiers, steps=20, random_state=0).fit_resample(people, y)
    assert len(X) == 180
    if identifiers == "drop":
        assert list(X) == ["x", "kind"]
    else:
        assert X["who"].is_unique
        assert X["key"].is_unique


def test_a_classifier_does_not_see_what_is_dropped(people):
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    y = (people["x"] > 0).astype(int)
    encoded = make_column_transformer((OneHotEncoder(), ["kind"]), remainder="passthrough")
    model = AugmentedClassifier(make_pipeline(encoded, LogisticRegression()), augmenter_of("drop")).fit(people, y)
    assert model.predict_proba(people).shape == (120, 2)
    assert model.score(people, y) > 0.8


def test_streams_have_new_values(people):
    augmenter = augmenter_of("fake").fit(people)
    rows = list(augmenter.as_dataset(batch_size=64).take(2).as_numpy_iterator())
    for batch in rows:
        assert len(set(batch["key"].tolist())) == 64
        assert not set(batch["key"].tolist()) & set(people["key"])
        assert not {name.decode() for name in batch["who"].tolist()} & set(people["who"])
    assert rows[0]["who"].tolist() != rows[1]["who"].tolist()


def test_a_table_of_identifiers_alone_leaves_nothing_to_drop():
    with pytest.raises(ValueError, match=r"identifiers='drop' leaves no column: \['who'\]"):
        TableEncoder.fit(pd.DataFrame({"who": MAILS}), identifiers="drop")
    encoder, rows = TableEncoder.fit(pd.DataFrame({"who": MAILS}), identifiers="fake")
    assert not encoder.identified(encoder.decode(rows), 0)["who"].isin(MAILS).any()
