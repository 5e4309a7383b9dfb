"""What the benchmarks measure with, on tables small enough to know the answer; no peer is needed."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from pictures import glyphs
from scipy.stats import t
from threadpoolctl import threadpool_limits
from tqdm import tqdm

pytest.importorskip("imblearn")

from benchmarks import figures, generators, images, pages, rebalance, report, results, speed, tables, utility
from benchmarks.intervals import corrected, pooled
from benchmarks.peers.run import Plain


@pytest.fixture(autouse=True)
def _one_thread():
    with threadpool_limits(1):  # on tables this small, more threads only wait for one another
        yield


def table(rows: int = 300, shift: float = 0.0, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    number = rng.normal(shift, size=rows)
    return pd.DataFrame(
        {
            "number": np.where(rng.random(rows) < 0.1, np.nan, number),
            "other": number + rng.normal(size=rows),
            "word": rng.choice(["a", "b", None], rows, p=[0.6, 0.3, 0.1]),
            "label": np.where(number > shift, "yes", "no"),
        }
    )


def plain(*arguments: float, **options: float) -> pd.DataFrame:
    made = table(*arguments, **options)
    return figures.comparable(made, made)


def test_a_table_is_no_distance_from_itself():
    assert figures.shape(plain(), plain()) == pytest.approx(0)
    assert figures.trend(plain(), plain()) == pytest.approx(0)


def test_total_variation_by_hand():
    one, two = pd.Series(list("aaab")), pd.Series(list("aabc"))
    assert figures.variation(one, two) == pytest.approx((0.25 + 0 + 0.25) / 2)


def test_shape_by_hand():
    one = pd.DataFrame({"number": [1.0, 2.0, 3.0, 4.0], "word": list("aaab")})
    two = pd.DataFrame({"number": [1.0, 2.0, 9.0, 9.0], "word": list("aabc")})
    assert figures.shape(one, two) == pytest.approx(100 * (0.5 + 0.25) / 2)


def test_trend_by_hand():
    one, two = (pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": order}) for order in ([0.0, 1.0, 2.0], [2.0, 1.0, 0.0]))
    assert figures.trend(one, two) == pytest.approx(100)
    one, two = (pd.DataFrame({"a": list("xxyy"), "b": words}) for words in (list("pqpq"), list("ppqq")))
    assert figures.trend(one, two) == pytest.approx(50)


def test_detection_is_a_coin_for_one_distribution_and_sure_for_two():
    assert figures.detection(plain(600), plain(600, seed=1)) == pytest.approx(0.5, abs=0.08)
    assert figures.detection(plain(), plain(shift=8)) > 0.99


def test_the_two_sample_test_is_one_for_one_distribution_and_zero_for_two():
    assert figures.two_sample(plain(600), plain(600, seed=1)) == pytest.approx(1, abs=0.16)
    assert figures.two_sample(plain(), plain(shift=8)) < 0.02


def test_utility_sees_what_was_learnt():
    assert figures.utility(plain(), plain(seed=1), "label")["linear"] > 0.95
    wrong = plain().assign(label=lambda made: made["label"].map({"yes": "no", "no": "yes"}))
    assert figures.utility(wrong, plain(seed=1), "label")["linear"] < 0.05
    assert set(figures.utility(plain().assign(label="yes"), plain(), "label").values()) == {0.5}
    assert figures.utility(plain(), plain(seed=1), "other")["linear"] == pytest.approx(1, abs=0.3)


def test_copies_are_counted_and_betray_training_rows():
    train, test, other = plain(), plain(seed=1), plain(seed=2)
    assert figures.copies(train, test, other) == 0
    half = pd.concat([train.head(150), other.head(150)], ignore_index=True)
    assert figures.copies(train, test, half) == pytest.approx(50)
    assert figures.membership(train, test, train) > 0.95
    assert figures.membership(train, test, other) == pytest.approx(0.5, abs=0.08)


def test_dtypes_do_not_matter_to_figures():
    like = pd.DataFrame({"day": pd.to_datetime(["2020-01-01", None]), "flag": [True, False], "word": ["a", None]})
    other = pd.DataFrame({"word": ["a", None], "flag": ["True", "False"], "day": ["2020-01-01", None]})
    pd.testing.assert_frame_equal(figures.comparable(like, like), figures.comparable(other, like))


def test_peers_see_no_empty_cells_and_give_them_back():
    real = table().assign(day=pd.Timestamp("2020-01-01"), count=np.arange(300))
    codec = Plain(real)
    seen = codec.there(real)
    assert not seen.isna().to_numpy().any()
    pd.testing.assert_frame_equal(
        figures.comparable(codec.back(seen), real), figures.comparable(real, real), atol=1e-9, rtol=0
    )


def test_the_corrected_interval_by_hand():
    folds = np.array([0.1, 0.3, 0.2, 0.2])
    variance = 0.02 / 3 * (1 / 4 + 1 / 3)
    assert corrected(folds, 1 / 3) == pytest.approx((0.2, t.ppf(0.975, 3) * np.sqrt(variance)))
    assert corrected(folds, 1 / 3).sign == 1
    assert pooled([folds, folds - 0.4], 1 / 3) == pytest.approx((0, t.ppf(0.975, 6) * np.sqrt(2 * variance) / 2))
    assert pooled([folds, folds - 0.4], 1 / 3).sign == 0


def test_extrapolation_counts_every_epoch():
    assert speed.extrapolated(short=7, long=11, epochs=3) == pytest.approx(5 + 2 * speed.EPOCHS)


def test_streams_of_real_rows_look_like_those_of_synthetic_ones(monkeypatch, tmp_path):
    import tensorflow as tf

    from ganaug import GANAugmenter

    made = table().assign(day=pd.Timestamp("2020-01-01"), flag=True)
    X, y = made.drop(columns="label"), made["label"]
    spec = GANAugmenter(steps=3, refine=False).fit(X, y).as_dataset().element_spec
    real = tf.data.Dataset.from_tensor_slices((speed.in_memory(X, spec[0]), speed.cells(y, object)))
    assert real.element_spec == spec
    seconds = speed.read(real.repeat().batch(7), 3)
    assert seconds["first_seconds"] > 0
    assert seconds["seconds"] > 0

    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(speed, "quick", lambda _: tables.Split(made, made, "label"))
    asked = argparse.Namespace(table="made", rows=None, steps=3, again=None, stream_rows=50, batch_sizes=[8])
    rows = speed.stream(asked).rows
    assert [(row["generator"], row["rows"]) for row in rows] == [("ganaug", 56), ("real rows", 56)]
    assert speed.stream(asked).rows == rows


def test_made_tables_have_the_size_that_was_asked_for():
    made = tables.made(500, 6, 40)
    assert made.shape == (500, 7)
    assert made["word_1"].nunique() == 40
    pd.testing.assert_frame_equal(made, tables.made(500, 6, 40))


def test_a_generator_runs_in_a_process_of_its_own():
    done, rows = generators.run("bootstrap", table(), "label", [10, 20])
    assert [draw["rows"] for draw in done["draws"]] == [10, 20]
    assert list(rows) == list(table())
    assert done["fit_mb"] > 0


HOLDS = """
import subprocess, sys
from benchmarks.peers.memory import forget_peak, peak_bytes
if len(sys.argv) > 1:
    mine = bytearray(b"x") * (int(sys.argv[1]) << 20)
    print(peak_bytes() >> 20)
    del mine
    forget_peak()
    print(peak_bytes() >> 20)
else:
    mine = bytearray(b"x") * (400 << 20)
    subprocess.run([sys.executable, "-c", open("holds.py").read(), "50"], check=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell no peak of a process alone")
def test_the_peak_of_a_process_is_its_own(tmp_path, monkeypatch):
    (tmp_path / "holds.py").write_text(HOLDS)
    monkeypatch.setenv("PYTHONPATH", str(generators.ROOT))
    done = subprocess.run([sys.executable, "holds.py"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True)
    peak, after = map(int, done.stdout.split())
    assert 50 <= peak < 200
    assert after <= peak - 45


def test_a_missing_environment_says_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr(generators, "interpreter", lambda name: tmp_path / name)
    with pytest.raises(generators.NotRun, match=r"tvae has no environment yet: python benchmarks/peers/setup.py ctgan"):
        generators.run("tvae", table(), "label", [1])


def test_rare_rows_are_found_in_folds_and_ranked():
    X = table(120).drop(columns="label")
    y = np.arange(120) % 6 == 0
    every = rebalance.methods(None, None, {})
    rows = []
    for fold, (train, test) in enumerate(rebalance.folds(X, y, 2, 1)):
        assert not train[0].isna().to_numpy().any()
        for method in ("nothing", "copies", "smote"):
            key = {"table": "made", "generator": method, "fold": fold}
            rows.append(key | rebalance.one(method, every[method], train, test, 0))
    frame = rebalance.long(rows)
    assert len(frame) == 2 * 3 * 5
    assert rebalance.ranks(frame).mean().to_numpy() == pytest.approx(2)
    assert rebalance.lead(frame, "smote", "smote", "F1", 1.0).mean == 0


def test_results_are_kept_and_measured_again_on_demand(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "FOLDER", tmp_path / "results")
    monkeypatch.setattr(sys, "argv", ["fidelity", "--data-dir", "/some/where", "--again", "ganaug", "--seeds", "0"])
    results.Results("fidelity", {"steps": 1}).add({"generator": "ganaug", "seed": 0, "versions": {"torch": "2"}})
    kept = results.Results("fidelity", {"steps": 1})
    assert kept.find(generator="ganaug", seed=0)
    assert kept.about["commands"] == ["python -m benchmarks.fidelity --data-dir DIR --seeds 0"]
    kept.add({"generator": "ganaug", "seed": 1})
    again = results.Results("fidelity", {"steps": 1}, ["ganaug"])
    assert not again.find(generator="ganaug", seed=0)
    again.add({"generator": "ganaug", "seed": 0, "anew": True})
    assert again.find(generator="ganaug", seed=0)
    assert results.Results("fidelity", {"steps": 1}).rows == again.rows
    assert [row["seed"] for row in again.rows] == [1, 0]
    assert not results.Results("fidelity", {"steps": 2}).rows


ABOUT = {
    "commands": ["python -m benchmarks.it"],
    "settings": {"folds": 2, "draws": [10]},
    "machine": {"cpu": "Abacus", "cores": 2, "memory_gb": 8.0},
    "versions": {"ganaug": "0"},
    "date": "2000-01-01",
}


def measured(generator: str, value: float) -> dict[str, object]:
    return {"table": "made", "generator": generator, "seed": 0} | dict.fromkeys(figures_shown(), value)


def figures_shown() -> list[str]:
    from benchmarks.fidelity import SHOWN

    return SHOWN


def test_new_results_join_those_that_are_shown(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "FOLDER", tmp_path / "results")
    monkeypatch.setattr(report, "PUBLISHED", tmp_path / "published")
    page = tmp_path / "page.md"
    monkeypatch.setattr("sys.argv", ["report", "--out", str(page)])
    with pytest.raises(SystemExit, match="holds no results"):
        report.main()
    row = {"table": "made", "way": "real rows", "generator": "real rows", "batch_size": 32, "rows": 90, "seconds": 3.0}
    results.Results("speed-stream", {}).add(row | {"first_seconds": 0.5})
    report.main()
    shutil.rmtree(tmp_path / "results")
    report.main()
    assert "| made | real rows | 32 | 0.50 | 30 |" in page.read_text()


def test_the_page_shows_what_is_published():
    assert (generators.ROOT / "docs" / "benchmarks.md").read_text() == report.render(report.published())


def test_the_report_names_losses_and_what_did_not_run():
    real = {"table": "made", "generator": "real rows", "seed": 0, "trtr": 0.9, "target": "classes"}
    missing = {"table": "made", "generator": "tvae", "seed": 0, "not_run": "no room"}
    fidelity = [real | {"rows": 9, "columns": 2}, measured("ganaug", 0.9), measured("copula", 0.7), missing]
    scores = dict.fromkeys(rebalance.METRICS, 0.5)
    folds = [
        {"table": "made", "generator": method, "fold": fold, "scores": {"tree": dict.fromkeys(scores, value)}}
        for fold in range(2)
        for method, value in (("ganaug", 0.5), ("nothing", 0.6), ("smote", 0.4))
    ]
    close = {"table": "made", "amount": 1, "fit_seconds": 3.0, "shape": 1.0, "trend": 1.0, "detection": 0.6}
    until = [close | {"generator": "ctgan"}, close | {"generator": "ganaug", "shape": 2.0}]
    draws = [
        {"table": "made", "generator": name, "way": name, "draws": [{"rows": 10, "seconds": seconds, "mb": 1.0}]}
        for name, seconds in (("ganaug", 2.0), ("ctgan", 1.0))
    ]
    growth = [
        {"what": "rows", "size": [10, 2, 2], "generator": "ganaug", "fit_seconds": 1.0, "fit_mb": 2.0},
        {"what": "rows", "size": [10, 2, 2], "generator": "ctgan", "fit_seconds": 9.0, "fit_mb": 1.0},
    ]
    rows = {"fidelity": fidelity, "rebalance": folds, "speed-until": until}
    streams = [
        {
            "table": "made",
            "generator": name,
            "way": name,
            "batch_size": 8,
            "rows": 80,
            "first_seconds": 0.5,
            "seconds": s,
        }
        for name, s in (("ganaug", 4.0), ("real rows", 2.0))
    ]
    rows |= {"speed-sampling": draws, "speed-growth": growth, "speed-stream": streams}
    page = report.render({name: json.loads(json.dumps(ABOUT | {"rows": more})) for name, more in rows.items()})
    lost = page.split("## Fidelity")[0]
    assert "| made | shape, % | 0.90 | Gaussian copula 0.70 |" in lost
    assert "| made | TSTR" not in lost  # more is better there
    assert "| rebalancing, mean rank | F1 | 2.00 | nothing 1.00 |" in lost
    assert "| rebalancing, lead over nothing | F1 | -0.1000 |" in lost
    assert "lead over SMOTE" not in lost
    assert "| made | seconds until CTGAN's fidelity | not reached | CTGAN 3.0 |" in lost
    assert "| sampling 10 rows, ganaug | rows a second | 5 | CTGAN 10 |" in lost
    assert "| growing rows: 10 rows, 2 columns, 2 levels | peak memory, MB | 2 | CTGAN 1 |" in lost
    assert "| made | ganaug | 8 | 0.50 | 20 | 2.00 |" in page
    assert "| TVAE | not run (no room) |" in page
    assert "on 2 cores of Abacus with 8 GB" in page


@pytest.mark.slow
@pytest.mark.parametrize("number", [False, True])
def test_utility_measures_every_learner_in_every_way(monkeypatch, number):
    monkeypatch.setattr(utility, "LEARNERS", ("tree", "k-NN"))
    rng = np.random.default_rng(0)
    made = pd.DataFrame(rng.normal(size=(400, 2)), columns=["a", "b"])
    score = made["a"] + 0.3 * rng.normal(size=400)
    made["y"] = score if number else np.where(score > 0.8, "yes", "no")
    rows = list(utility.measured(made[:100], made[100:].reset_index(drop=True), "y", 0))
    figure = "r2" if number else "average_precision"
    assert [row["learner"] for row in rows] == ["teacher"] + ["tree"] * 6 + ["k-NN"] * 6
    assert all(row[figure] > 0.3 for row in rows)


def test_the_page_says_when_rows_help_and_where_they_do_not():
    gains = {("here", 0): 0.1, ("here", 1): 0.2, ("there", 0): -0.1, ("there", 1): -0.1}
    rows = [
        {"table": table, "size": 300, "seed": seed, "learner": "tree", "method": method, "average_precision": value}
        for (table, seed), gain in gains.items()
        for method, value in (("nothing", 0.5), ("teacher, x 10", 0.5 + gain))
    ]
    page, losses = pages.utility_page(json.loads(json.dumps(ABOUT | {"rows": rows})))
    assert "| tree | 0.500 | 0.525 | there, -0.100 ± 0.000 |" in page
    assert losses == [("there, 300 rows", "average precision of tree, taught", "0.400", "nothing 0.500")]


def test_the_page_says_whether_the_verdict_is_right():
    def row(shuffle, gain):
        tried = {("none", None): 0.0, ("balance", 1.0): gain, ("teach", 10.0): 3 * gain}
        methods = [
            {"method": method, "ratio": ratio, "scores": [0.5 + more, 0.5 + 1.1 * more]}
            for (method, ratio), more in tried.items()
        ]
        return {"table": "made", "learner": "tree", "shuffle": shuffle, "test_share": 0.25, "methods": methods}

    page, losses = pages.verdict_page(json.loads(json.dumps(ABOUT | {"rows": [row(0, 0.01), row(1, -0.01)]})))
    assert "chose in 2 cases: teach 1, none 1" in page  # the first shuffle's choice is wrong on the second
    assert "| verdict | -0.0158 | 50.0% |" in page
    assert "| always a teacher's labels | +0.0000 | 50.0% |" in page
    assert losses[0][3].startswith("always best ratio")


def test_a_long_tail_shrinks_geometrically():
    labels = np.repeat(np.arange(4), 100)
    rows, order = images.long_tail(labels, 64, 8, seed=0)
    assert [int((labels[rows] == k).sum()) for k in order] == [64, 32, 16, 8]
    assert len(np.unique(rows)) == len(rows)


def test_the_kernel_distance_is_nothing_between_images_of_one_kind():
    rng = np.random.default_rng(0)
    one, same, other = rng.normal(size=(400, 5)), rng.normal(size=(400, 5)), rng.normal(1, size=(400, 5))
    assert abs(images.kernel_distance(one, same)) < 0.1
    assert images.kernel_distance(one, other) > 1


def test_copies_are_found_and_held_out_images_are_none():
    rng = np.random.default_rng(0)
    train, held_out = (rng.integers(0, 256, (300, 8, 8, 1)) for _ in range(2))
    assert images.near_copies(train, held_out, train) == 1
    assert images.near_copies(train, held_out, rng.integers(0, 256, (300, 8, 8, 1))) < 0.1


@pytest.mark.slow
@pytest.mark.usefixtures("dice")
def test_a_long_tail_of_images_is_measured_from_end_to_end(tmp_path):
    made, labels = glyphs(40)
    np.savez(tmp_path / "glyphs.npz", images=made, labels=labels, split=np.tile([0, 1], 60))
    data = images.load(tmp_path / "glyphs.npz")
    asked = argparse.Namespace(most=20, least=6, steps=1, cnn_steps=2)
    row = images.measured(data, asked, 0, tqdm(disable=True))
    assert set(row["recall"]["svc"]) == set(images.METHODS)
    assert np.isfinite(row["kid"]).all()
    assert np.isnan(row["kid_floor"][row["order"][0]])  # all images of the largest class are in the tail
    assert images.by_rank([row])["images"].tolist() == [20, 11, 6]
    page, _ = pages.images_page(json.loads(json.dumps(ABOUT | {"rows": [row]})))
    assert "svc" in page


def test_the_page_of_images_says_where_classical_augmentation_is_better():
    recall = {"classical": [0.9, 0.8, 0.7, 0.6], "ganaug + classical": [0.9, 0.8, 0.6, 0.6]}
    row = {
        "seed": 0, "fit_seconds": 10.0, "near_copies": 0.01, "order": [1, 0, 3, 2], "counts": [20, 40, 5, 10],
        "kid": [0.1] * 4, "kid_floor": [0.01] * 4, "recall": {"cnn": recall},
    }  # fmt: skip
    page, losses = pages.images_page(ABOUT | {"rows": [row]})
    assert ("long tails, cnn", "balanced accuracy", "0.725", "classical 0.750") in losses
    assert "| 40 | 0.800 |" in page
