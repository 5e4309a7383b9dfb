"""Tables larger than memory: what is counted, what is kept, and what a fit makes of it."""

import datetime as dt
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd
import pytest

from ganaug import DataWarning, GANAugmenter, scan
from ganaug.data.seeds import chances_of
from ganaug.scanning.csv_files import ABSENT
from ganaug.scanning.table_files import Files

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
ds = pytest.importorskip("pyarrow.dataset")


def mixed(rows=6_000, seed=0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "amount": rng.gamma(2, 10, rows).round(2),
            "count": rng.integers(0, 5_000, rows),
            "kind": rng.choice(["a", "b", "c"], rows),
            "level": pd.Categorical(rng.choice(["low", "high"], rows)),
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 10**7, rows), unit="s"),
            "held": rng.random(rows) < 0.5,
            "took": pd.to_timedelta(rng.integers(0, 1000, rows), unit="s"),
        }
    )
    table["twice"] = 2 * table["count"] + 1
    table["label"] = np.where(rng.random(rows) < 0.01, "rare", "usual")
    return table


def written(table, folder, files=3, **options):
    for number in range(files):
        table.iloc[number * len(table) // files : (number + 1) * len(table) // files].to_parquet(
            folder / f"{number}.parquet", **options
        )
    return f"{folder}/*.parquet"


def test_counts_are_exact_and_a_table_that_fits_is_kept_as_it_is(tmp_path):
    table = mixed()
    table.loc[[3, 4_000], "amount"] = np.nan
    found = scan(written(table, tmp_path), target="label")
    assert found.rows == len(table)
    assert found.complete
    assert found.class_counts == table["label"].value_counts().to_dict()
    X, y = found.table()
    pd.testing.assert_frame_equal(X, pd.read_parquet(tmp_path).drop(columns="label"))
    assert y.tolist() == table["label"].tolist()
    columns = found.columns
    assert columns.loc["amount", "missing"] == 2
    assert columns.loc["amount", ["least", "greatest"]].tolist() == [table["amount"].min(), table["amount"].max()]
    assert columns.loc["kind", "levels"] == 3
    assert "6,000 rows x 9 columns, target 'label'; 6,000 rows kept" in repr(found)


def test_a_table_that_fits_gives_the_same_model_as_in_memory(tmp_path):
    table = mixed(1_500)
    one = GANAugmenter(steps=20, random_state=0).fit(scan(written(table, tmp_path), target="label"))
    two = GANAugmenter(steps=20, random_state=0).fit(table.drop(columns="label"), table["label"])
    assert one.class_counts_ == two.class_counts_
    for mine, other in zip(one.sample(200, random_state=1), two.sample(200, random_state=1), strict=True):
        (pd.testing.assert_frame_equal if mine.ndim > 1 else pd.testing.assert_series_equal)(mine, other)


def test_all_rows_of_a_rare_class_are_kept_and_the_rest_is_a_random_sample(tmp_path):
    table = mixed(30_000)
    found = scan(written(table, tmp_path), target="label", max_rows=3_000)
    X, y = found.table()
    rare = table.index[table["label"] == "rare"]
    assert (y == "rare").sum() == min(len(rare), 150) or (y == "rare").sum() == len(rare)
    assert 3_000 <= len(X) <= 3_300
    assert len(found.uniform.kept) == 3_000
    weight, rows = found.weights()
    assert weight.sum() == pytest.approx(30_000)
    assert set(rows) == set(found.class_counts.values())
    assert np.corrcoef(found.kept.numbers % 2**40, np.arange(len(X)))[0, 1] < 0.99  # of all files
    everywhere = np.sort(X["amount"].to_numpy())
    gap = np.abs(np.searchsorted(everywhere, table["amount"]) / len(X) - table["amount"].rank() / len(table)).max()
    assert gap < 0.05


def test_rows_that_tell_something_new_are_kept(tmp_path):
    table = mixed(30_000)
    table.loc[20_001, "amount"] = np.nan
    table.loc[17_777, "kind"] = "once"
    table.loc[29_000, "amount"] = 1e6
    table.loc[12, "when"] = pd.Timestamp("1999-01-01")
    X, _ = scan(written(table, tmp_path), target="label", max_rows=1_000).table()
    assert X["amount"].isna().sum() == 1
    assert (X["kind"] == "once").sum() == 1
    assert X["amount"].max() == 1e6
    assert X["when"].min() == pd.Timestamp("1999-01-01")
    assert len(X) < 1_150


def test_what_is_kept_does_not_depend_on_how_the_table_is_read(tmp_path):
    table = mixed(9_000)
    pattern = written(table, tmp_path, row_group_size=700)
    one = scan(pattern, target="label", max_rows=1_000)
    two = scan([f"{tmp_path}/{number}.parquet" for number in range(3)], target="label", max_rows=1_000)
    three = scan(ds.dataset(sorted(map(str, tmp_path.glob("*.parquet")))), target="label", max_rows=1_000)
    for other in (two, three):
        pd.testing.assert_frame_equal(one.table()[0], other.table()[0])
    assert not one.table()[0].equals(scan(pattern, target="label", max_rows=1_000, random_state=1).table()[0])


def test_parts_merge_into_what_one_pass_finds(tmp_path):
    from ganaug.scanning.one_pass import OnePass

    table = mixed(9_000)
    whole = scan(written(table, tmp_path), target="label", max_rows=1_000)
    reading = whole.found.reading
    parts = list(whole.source.run(lambda n, name, batches: OnePass(reading).take_in(n, name, batches)))
    merged = parts[2].merge(parts[0]).merge(parts[1])
    assert merged.rows == whole.rows
    assert merged.classes.counts == whole.class_counts
    assert merged.kept().table.equals(whole.kept.table)
    assert {n: c.missing for n, c in merged.columns.items()} == {n: c.missing for n, c in whole.found.columns.items()}


def test_parts_without_labels_and_with_too_many_merge_as_well(tmp_path):
    from ganaug.scanning.one_pass import OnePass

    table = mixed(30_000).assign(number=np.arange(30_000))
    pattern = written(table, tmp_path)
    for target in (None, "number"):
        whole = scan(pattern, target=target, max_rows=1_000)
        parts = [
            OnePass(whole.found.reading).take_in(number, name, list(batches))
            for number, name, batches in whole.source.run(lambda *part: (part[0], part[1], list(part[2])))
        ]
        merged = parts[1].merge(parts[2]).merge(parts[0])
        assert merged.rows == 30_000
        assert merged.kept().table.equals(whole.kept.table)


def check_same_scan(one, other):
    assert (one.rows, one.class_counts) == (other.rows, other.class_counts)
    pd.testing.assert_frame_equal(one.columns, other.columns)
    assert one.kept.table.equals(other.kept.table, check_metadata=True)
    assert (one.kept.numbers == other.kept.numbers).all()
    assert one.uniform.kept.table.equals(other.uniform.kept.table)
    for mine, yours in zip(one.weights(), other.weights(), strict=True):
        np.testing.assert_array_equal(mine, yours)


def samples_of(found):
    return GANAugmenter(steps=5, random_state=0).fit(found).sample(50, random_state=1)


def check_same_fit(one, other):
    (X, y), (again, labels) = samples_of(one), samples_of(other)
    pd.testing.assert_frame_equal(X, again)
    pd.testing.assert_series_equal(y, labels)


def one_file(folder, number):
    return scan(folder / f"{number}.parquet", target="label", max_rows=1_000, first_file=number)


@pytest.mark.slow
def test_files_scanned_by_processes_merge_into_a_scan_of_all(tmp_path):
    table = mixed(9_000)
    table.loc[8_000, "kind"] = "once"
    table.loc[[10, 8_500], "amount"] = np.nan
    table.loc[8_999, "twice"] = 8  # breaks a rule, in a row that is not kept
    whole = scan(written(table, tmp_path), target="label", max_rows=1_000)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        scans = list(pool.map(partial(one_file, tmp_path), range(3)))
    merged = scans[2].merge(scans[0], scans[1])
    check_same_scan(merged, whole)
    check_same_scan(scans[1].merge(scans[0]).merge(scans[2]), whole)
    check_same_scan(merged, pickle.loads(pickle.dumps(merged)))
    check_same_scan(scans[0], one_file(tmp_path, 0))  # as they were
    odd = merged.with_rows(lambda frame: (frame["twice"] == 8).to_numpy())
    assert 8_999 - 6_000 + (2 << 40) in odd.kept.numbers
    check_same_scan(odd, whole.with_rows(lambda frame: (frame["twice"] == 8).to_numpy()))
    check_same_fit(merged, whole)


def test_small_scans_merge_into_a_table_that_is_kept_as_it_is(tmp_path):
    table = mixed(1_500)
    for frame in (table, table.drop(columns="label")):
        target = "label" if "label" in frame else None
        whole = scan(written(frame, tmp_path), target=target)
        first = scan([tmp_path / "0.parquet", tmp_path / "1.parquet"], target=target)
        merged = first.merge(scan(tmp_path / "2.parquet", target=target, first_file=2))
        assert merged.complete
        check_same_scan(merged, whole)
    check_same_scan(first.merge(), first)


def test_scans_of_columns_in_another_order_and_without_a_value_merge(tmp_path):
    table = mixed(3_000)
    written(table, tmp_path)
    table[:1_000].assign(kind=None, level=None, when=None).to_parquet(tmp_path / "0.parquet")
    table[1_000:2_000][table.columns[::-1]].assign(count=1_000.5).to_parquet(tmp_path / "1.parquet")
    with pytest.warns(DataWarning, match=r"'count' is of type int64 in .*0.parquet, of type double in .*1.parquet: it"):
        whole = scan(f"{tmp_path}/*.parquet", target="label", max_rows=1_000)
    assert whole.columns.loc["count", "type"] == "double"
    assert whole.columns.loc["when", "missing"] == 1_000
    with pytest.warns(DataWarning, match="it is read as double"):
        merged = one_file(tmp_path, 0).merge(one_file(tmp_path, 1), one_file(tmp_path, 2))
    check_same_scan(merged, whole)
    assert (
        merged.with_rows(lambda frame: (frame["kind"] == "a").to_numpy()).kept.table.schema == whole.kept.table.schema
    )


def test_labels_of_several_types_merge(tmp_path):
    for number, kind in enumerate((np.int64, np.float64)):
        pd.DataFrame({"x": range(1_000), "label": np.arange(1_000, dtype=kind) % 2}).to_parquet(
            tmp_path / f"{number}.parquet"
        )
    with pytest.warns(DataWarning, match="it is read as double"):
        merged = one_file(tmp_path, 0).merge(one_file(tmp_path, 1))
    assert merged.class_counts == {0.0: 1_000, 1.0: 1_000}
    assert {type(label) for label in merged.class_counts} == {float}


def test_scans_that_cannot_be_merged_are_told(tmp_path):
    table = mixed(3_000)
    written(table, tmp_path)
    first, second = one_file(tmp_path, 0), one_file(tmp_path, 1)
    path = tmp_path / "2.parquet"

    def refused(frame=table, **options):
        frame.to_parquet(path)
        return scan(path, **{"target": "label", "max_rows": 1_000, "first_file": 2, **options})

    with pytest.raises(TypeError, match=r"DataFrame is no scan: merge takes what ganaug.scan returns"):
        first.merge(table)
    with pytest.raises(ValueError, match="scans with target='label' and target='kind' cannot be merged"):
        first.merge(second, refused(target="kind"))
    with pytest.raises(ValueError, match="scans with max_rows=1000 and max_rows=2000 cannot be merged"):
        first.merge(refused(max_rows=2_000))
    with pytest.raises(ValueError, match="scans with random_state=0 and random_state=1 cannot be merged"):
        first.merge(refused(random_state=1))
    with pytest.raises(ValueError, match=r"2.parquet: no column 'amount', which .*0.parquet has"):
        first.merge(refused(table.drop(columns="amount")))
    with pytest.raises(
        ValueError, match=r"2.parquet: column 'amount' is of type .*string, and of type double in .*0.par"
    ):
        first.merge(refused(table.assign(amount="much")))
    with pytest.raises(
        ValueError, match=r"2.parquet and .*0.parquet both have place 0 in the table: scan each .*first_f"
    ):
        first.merge(refused(first_file=0))
    with pytest.raises(ValueError, match=r"1.parquet was scanned twice"):
        first.merge(second, scan(tmp_path / "1.parquet", target="label", max_rows=1_000, first_file=7))
    with pytest.raises(ValueError, match=r"first_file=8388608: a table has at most 8,388,608 files"):
        refused(first_file=2**23)
    with pytest.raises(ValueError, match="first_file=-1 must not be negative"):
        refused(first_file=-1)


def test_partitions_of_frames_merge_with_files(tmp_path):
    dataframe = pytest.importorskip("dask.dataframe")
    table = mixed(3_000)
    written(table, tmp_path)
    frame = dataframe.from_pandas(table[1_000:], npartitions=2)
    options = {"target": "label", "max_rows": 1_000}
    merged = one_file(tmp_path, 0).merge(scan(frame, first_file=1, **options))
    whole = scan(dataframe.from_pandas(table, npartitions=3), **options)
    assert merged.class_counts == whole.class_counts
    assert (merged.kept.numbers == whole.kept.numbers).all()
    pd.testing.assert_series_equal(merged.table()[0]["amount"], whole.table()[0]["amount"])
    breaks = merged.with_rows(lambda frame: (frame["label"] == "rare").to_numpy())
    assert set(breaks.kept.numbers >> 40) == {0, 1, 2}


def test_names_that_are_no_strings_are_told():
    dataframe = pytest.importorskip("dask.dataframe")
    frame = dataframe.from_pandas(pd.DataFrame({"a": range(60), 7: range(60)}), npartitions=2)
    with pytest.raises(TypeError, match=r"column 7 has a name that is no string: give frame\.rename\(columns=str\)"):
        scan(frame)
    assert scan(frame.rename(columns=str)).columns.index.tolist() == ["a", "7"]


def test_a_filtered_dataset_is_told_from_files(tmp_path):
    mixed(60).to_parquet(tmp_path / "0.parquet")
    data = ds.dataset(tmp_path).filter(ds.field("count") > 9)
    with pytest.raises(ValueError, match=r"cannot be read file by file: .*filter.*write_dataset"):
        scan(data)
    ds.write_dataset(data, tmp_path / "some", format="parquet")
    assert scan(tmp_path / "some").rows == data.count_rows()


def test_a_folder_without_files_is_told_beside_one_that_has_some(tmp_path):
    pattern = written(mixed(60), tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="empty holds no Parquet files"):
        scan([pattern, tmp_path / "empty"])


def test_rules_are_kept_by_every_row_of_the_table(tmp_path):
    table = mixed(30_000)
    pattern = written(table, tmp_path)
    fitted = GANAugmenter(steps=10, random_state=0).fit(scan(pattern, target="label", max_rows=1_000))
    assert "twice = 2 * count + 1" in [rule.text for rule in fitted.rules_]
    assert fitted.class_counts_ == table["label"].value_counts().to_dict()
    table.loc[29_990, "twice"] = 8
    pattern = written(table, tmp_path)
    found = scan(pattern, target="label", max_rows=1_000)
    fitted = GANAugmenter(steps=10, random_state=0).fit(found)
    assert "twice = 2 * count + 1" not in [rule.text for rule in fitted.rules_]
    with pytest.raises(ValueError, match="twice = 2 \\* count \\+ 1"):
        GANAugmenter(steps=10, rules=["twice = 2 * count + 1"]).fit(found)


def test_numbers_and_tables_without_labels(tmp_path):
    table = mixed(5_000).drop(columns="label")
    pattern = written(table, tmp_path)
    found = scan(pattern, max_rows=1_000)
    assert found.target is None
    assert found.class_counts is None
    assert GANAugmenter(steps=5, random_state=0).fit(found).sample(3).shape == (3, 8)
    found = scan(pattern, target="amount", max_rows=1_000)
    X, y = GANAugmenter(steps=5, random_state=0, target_type="number").fit(found).sample(3)
    assert y.dtype == float
    assert X.shape == (3, 7)


def test_many_labels_are_numbers(tmp_path):
    table = pd.DataFrame({"x": np.arange(40_000) % 7, "y": np.arange(40_000)})
    found = scan(written(table, tmp_path), target="y", max_rows=1_000)
    assert found.class_counts is None
    assert set(found.kept.classes) == {0}


def test_unusual_types(tmp_path):
    table = pa.table(
        {
            "cost": pa.array([Decimal("1.25"), None, Decimal("2.50")] * 500),
            "day": pa.array([dt.date(2020, 1, 1), dt.date(2020, 1, 2), None] * 500),
            "hour": pa.array([dt.time(1), dt.time(2), dt.time(3)] * 500),
            "raw": pa.array([b"a", b"b", None] * 500),
            "none": pa.nulls(1500),
            "half": pa.array(np.arange(1500, dtype=np.float16)),
        }
    )
    pq.write_table(table, tmp_path / "0.parquet")
    found = scan(tmp_path / "0.parquet", max_rows=1_000)
    assert found.columns["missing"].tolist() == [500, 500, 0, 500, 1500, 0]
    assert len(found.kept) >= 1_000


def test_dictionaries_with_unsigned_indices():
    levels = pa.DictionaryArray.from_arrays(pa.array([0, 1] * 30, pa.uint32()), ["a", "b"])
    scanned = scan(
        ds.dataset(pa.table({"level": levels, "label": levels, "number": np.arange(60) // 2})), target="label"
    )
    X, y = GANAugmenter(steps=3, random_state=0).fit(scanned).sample(9)
    assert set(X["level"]) <= {"a", "b"}
    assert set(y) <= {"a", "b"}


def test_csv_and_arrow_files_and_folders(tmp_path):
    table = mixed(3_000)[["amount", "kind", "label"]]
    table.to_csv(tmp_path / "table.csv", index=False)
    table.to_feather(tmp_path / "table.feather")
    (tmp_path / "folder" / "year=2020").mkdir(parents=True)
    table.to_parquet(tmp_path / "folder" / "year=2020" / "part.parquet")
    for path in ("table.csv", "table.feather", "folder"):
        found = scan(tmp_path / path, target="label")
        assert (found.rows, found.class_counts) == (3_000, table["label"].value_counts().to_dict())


def test_views_of_strings_are_read_as_strings(tmp_path):
    """As polars writes them."""
    rows = mixed(2_000)
    view = pa.array(rows["kind"], pa.string_view())
    levels = pa.DictionaryArray.from_arrays(
        pa.array(rows["label"] == rows["label"].iloc[0]).cast(pa.uint32()), pa.array(["a", "b"], pa.string_view())
    )
    with pa.ipc.new_file(tmp_path / "0.arrow", pa.schema([("kind", view.type), ("level", levels.type)])) as file:
        file.write_batch(pa.record_batch([view, levels], ["kind", "level"]))
    for given in (tmp_path / "0.arrow", ds.dataset(tmp_path / "0.arrow", format="ipc")):
        found = scan(given, target="level")
        assert found.class_counts == pd.Series(levels.to_pylist()).value_counts().to_dict()
        assert found.columns.loc["kind", "levels"] == rows["kind"].nunique()
        X, y = GANAugmenter(steps=2, random_state=0).fit(found).sample({"a": 3, "b": 4})
        assert y.value_counts().to_dict() == {"a": 3, "b": 4}
        assert set(X["kind"].dropna()) <= set(rows["kind"])


def broken_files(tmp_path, change):
    table = mixed(900)
    pattern = written(table, tmp_path)
    change(tmp_path / "2.parquet", table)
    return pattern


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p, t: t.drop(columns="kind").to_parquet(p), "2.parquet: no column 'kind', which .*0.parquet has"),
        (lambda p, t: t.assign(more=1).to_parquet(p), "2.parquet: a column 'more', which .*0.parquet does not have"),
        (
            lambda p, t: t.assign(count=t["count"].astype(str)).to_parquet(p),
            "2.parquet: column 'count' is of type .*string, and of type int64 in",
        ),
        (lambda p, _: p.write_bytes(b"PAR1 no table"), "2.parquet cannot be read"),
        (lambda p, t: t.assign(label=None).to_parquet(p), "2.parquet: 900 rows have no label in column 'label'"),
        (lambda p, t: t.assign(amount=np.inf).to_parquet(p), "2.parquet: infinite values in column 'amount'"),
    ],
)
def test_a_file_that_is_not_like_the_others_is_named(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        scan(broken_files(tmp_path, change), target="label")


def test_a_row_group_that_cannot_be_read_is_named(tmp_path):
    table = mixed(9_000)
    path = tmp_path / "0.parquet"
    table.to_parquet(path, row_group_size=3_000)
    told = pq.ParquetFile(path).metadata.row_group(1).column(0)
    raw = bytearray(path.read_bytes())
    raw[told.data_page_offset : told.data_page_offset + 200] = b"\xff" * 200
    path.write_bytes(raw)
    with pytest.raises(ValueError, match=r"0.parquet, row group 1, cannot be read"):
        scan(path, target="label")


def test_columns_without_a_value_in_the_first_file(tmp_path):
    table = mixed(900)
    table.assign(kind=None).to_parquet(tmp_path / "0.parquet")
    table.to_parquet(tmp_path / "1.parquet")
    found = scan(f"{tmp_path}/*.parquet", target="label")
    assert found.columns.loc["kind", ["missing", "levels"]].tolist() == [900, 3]


def scanned_text(folder, text, **options):
    (folder / "table.csv").write_bytes(text)
    return scan(folder / "table.csv", **options)


def test_csv_files_whose_types_differ(tmp_path):
    parts = [b"x,y\n" + line * 1_000 for line in (b"1,\n", b"2.5,a\n", b"3,b\n")]
    for number, text in enumerate(parts):
        (tmp_path / f"{number}.csv").write_bytes(text)
    with pytest.warns(
        DataWarning, match=r"'x' is of type int64 in .*0.csv, of type double in .*1.csv: it is read as doub"
    ):
        found = scan(f"{tmp_path}/*.csv")
    assert found.columns["type"].to_dict() == {"x": "double", "y": "string"}
    assert found.columns["missing"].to_dict() == {"x": 0, "y": 1_000}
    assert found.table()[0]["x"].value_counts().to_dict() == {1.0: 1_000, 2.5: 1_000, 3.0: 1_000}


def test_codes_in_csv_files_stay_words_and_empty_cells_are_missing(tmp_path):
    plain = b"code,count,word\n" + b"10001,3,\n" * 500 + b"10002,0,NA\n" * 500
    (tmp_path / "0.csv").write_bytes(plain)
    (tmp_path / "1.csv").write_bytes(plain + b"12345,7,b\n" * 200_000 + b"02139,,b\n")
    found = scan(f"{tmp_path}/*.csv", max_rows=1_000)
    assert found.columns["type"].to_dict() == {"code": "string", "count": "int64", "word": "string"}
    assert found.columns["missing"].to_dict() == {"code": 0, "count": 1, "word": 1_000}
    assert found.columns.loc["word", "levels"] == 2
    rows, _ = scan(tmp_path / "0.csv").table()
    assert sorted(rows["code"].unique()) == [10001, 10002]


def test_what_arrow_takes_for_numbers_or_times_stays_text_in_csv_files(tmp_path):
    (tmp_path / "0.csv").write_bytes(b"hex,phone,card,time,late,big,float\n" + b"0x1F,+4930,1,08:15,,1.5,0.5\n" * 500)
    later = b"31,4930,98765432109876543210,noon,,1,2\n" * 500 + b"1,1,1,17:30,,1e20,12345678901234567890\n"
    (tmp_path / "1.csv").write_bytes(later.join([b"hex,phone,card,time,late,big,float\n", b"1,1,1,1,0213,1,1\n"]))
    found = scan(f"{tmp_path}/*.csv")
    kinds = {**dict.fromkeys(("hex", "phone", "card", "time", "late"), "string"), "big": "double", "float": "double"}
    assert found.columns["type"].to_dict() == kinds
    rows, _ = found.table()
    assert {"0x1F", "31"} < set(rows["hex"])
    assert {"+4930", "4930"} < set(rows["phone"])
    assert "98765432109876543210" in set(rows["card"])
    assert {"08:15", "17:30"} < set(rows["time"])


def test_csv_files_with_other_marks_than_commas_are_told(tmp_path):
    with pytest.raises(ValueError, match=r"table.csv, line 1: cells seem to lie between '\\t': write the table with"):
        scanned_text(tmp_path, b"a\tb\n" + b"1\tx\n" * 100)
    with pytest.raises(ValueError, match=r"Expected 1 columns, got 2.*; if other marks than commas stand between"):
        scanned_text(tmp_path, b"a;b\n" + b"1,5;x\n" * 100)


def test_csv_files_that_are_not_in_utf_8_are_refused(tmp_path):
    (tmp_path / "0.csv").write_bytes("x,word\n1,ä\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"0\.csv cannot be read.*write it in UTF-8"):
        scan(tmp_path / "0.csv")


def test_words_for_missing_numbers_are_missing_in_csv_files_as_in_the_shell(tmp_path):
    words = ["", *sorted(ABSENT)]
    text = "x,word\n" + "".join(f"{word},{word}\n1,a\n" for word in words)
    (tmp_path / "0.csv").write_text(text)
    (tmp_path / "1.csv").write_text("x,word\n2,b\n")
    found = scan(f"{tmp_path}/*.csv")
    assert found.columns["type"].to_dict() == {"x": "int64", "word": "string"}
    assert found.columns["missing"].to_dict() == {"x": len(words), "word": 1}


def test_truth_values_are_told_in_csv_files_as_in_the_shell(tmp_path):
    (tmp_path / "0.csv").write_text("x,plain,mixed,one,gap\n1,true,True,1,\n2,false,false,true,TRUE\n")
    found = scan(tmp_path / "0.csv").columns["type"]
    assert found.to_dict() == {"x": "int64", "plain": "bool", "mixed": "string", "one": "string", "gap": "bool"}


@pytest.mark.parametrize("end", ["", ',"b\n5,"d"'])
def test_a_quote_that_is_never_closed_swallows_no_rows_of_csv_files(tmp_path, end):
    (tmp_path / "0.csv").write_text('x,word\n1,"a\nb"\n2,"b\n3,c\n4' + end + "\n")
    with pytest.raises(ValueError, match=r"0\.csv, line 4: .*see its quotes"):
        scan(tmp_path / "0.csv")


def test_cells_of_csv_files_may_have_several_lines_wherever_they_are(tmp_path):
    cells = 100_000
    (tmp_path / "0.csv").write_text("x,word\n" + '1,"two\nlines, or three"\n' * cells)
    found = scan(tmp_path / "0.csv")
    assert (found.rows, found.columns.loc["word", "levels"]) == (cells, 1)


def test_integers_that_floats_cannot_hold_are_told(tmp_path):
    pd.DataFrame({"x": [2**60 + 1] * 1_000}).to_parquet(tmp_path / "0.parquet")
    pd.DataFrame({"x": [0.5] * 1_000}).to_parquet(tmp_path / "1.parquet")
    with (
        pytest.warns(DataWarning, match="it is read as double"),
        pytest.raises(ValueError, match=r"0.parquet.* cannot be read: Integer value 1152921504606846977 not in range"),
    ):
        scan(f"{tmp_path}/*.parquet")


def test_rows_of_csv_files_that_cannot_be_read_are_told(tmp_path):
    many = b"x,y\n" + b"12345,a\n" * 200_000
    with pytest.raises(
        ValueError, match=r"table.csv cannot be read: .* int64: invalid value '1.5'; types follow from the"
    ):
        scanned_text(tmp_path, many + b"1.5,b\n")
    schema = pa.schema([("x", pa.float64()), ("y", pa.string())])
    found = scan(ds.dataset(tmp_path / "table.csv", format="csv", schema=schema), max_rows=1_000)
    assert (found.rows, found.columns.loc["x", "least"]) == (200_001, 1.5)
    with pytest.raises(
        ValueError, match=r"table.csv cannot be read: CSV parse error: .*Expected 2 columns, got 3: 1,2,3"
    ):
        scanned_text(tmp_path, many + b"1,2,3\n")
    with pytest.raises(ValueError, match=r"table.csv cannot be read: .*invalid UTF8 data; write it in UTF-8"):
        scanned_text(tmp_path, many + b"1,\xe9\n")
    with pytest.raises(ValueError, match=r"table.csv cannot be read: .*Empty CSV file"):
        scanned_text(tmp_path, b"")


def test_rows_that_memory_does_not_hold_are_told():
    class TooLarge:
        def to_batches(self, **_):
            raise pa.ArrowMemoryError("malloc of size 1099511627776 failed")

    source = Files([("large.parquet", TooLarge())], pa.schema([("x", pa.int64())]))
    with pytest.raises(
        MemoryError, match=r"large.parquet has rows that memory does not hold, 131,072 at a time: malloc of"
    ):
        list(source.run(lambda _, __, batches: list(batches)))


def test_uris(tmp_path):
    table = mixed(2_000)
    pattern = written(table, tmp_path, files=2)
    whole = scan(pattern, target="label", max_rows=1_000)
    for uri in (tmp_path.as_uri(), f"{tmp_path.as_uri()}/*.parquet"):
        check_same_scan(scan(uri, target="label", max_rows=1_000), whole)
    with pytest.raises(FileNotFoundError, match=r"there is no file 'file:.*/no\*\.parquet'"):
        scan(f"{tmp_path.as_uri()}/no*.parquet")
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")
    files.put(str(tmp_path), "/scanned/deep", recursive=True)
    try:
        for uri in ("scanned/deep", "scanned/deep/*.parquet", "scanned/**.parquet"):
            found = scan(f"memory://{uri}", target="label", max_rows=1_000)
            check_same_scan(found, whole)
            assert found.with_rows(lambda frame: (frame["label"] == "rare").to_numpy()).rows == 2_000
        with pytest.raises(FileNotFoundError, match="there is no file 'memory://scanned/"):
            scan("memory://scanned/*.parquet")
    finally:
        files.rm("/scanned", recursive=True)
    with pytest.raises(ValueError, match=r"nowhere://a.parquet cannot be read: Protocol not known: nowhere"):
        scan("nowhere://a.parquet")


@pytest.mark.parametrize(
    ("given", "options", "error", "message"),
    [
        ("nowhere/*.parquet", {}, FileNotFoundError, "there is no file 'nowhere"),
        (3, {}, TypeError, "int cannot be scanned"),
        (pd.DataFrame({"a": [1]}), {}, TypeError, "a table that is in memory goes to fit as it is"),
        (None, {"target": "nothing"}, ValueError, "target='nothing' is no column of the table: \\['amount'"),
        (None, {"max_rows": 10}, ValueError, "max_rows=10: at least 1,000"),
        (None, {"max_rows": "all"}, TypeError, "max_rows='all' must be an integer"),
        (None, {"random_state": -1}, ValueError, "random_state=-1 must not be negative"),
    ],
)
def test_what_cannot_be_scanned_is_told(tmp_path, given, options, error, message):
    mixed(30).to_parquet(tmp_path / "table.parquet")
    with pytest.raises(error, match=message):
        scan(tmp_path / "table.parquet" if given is None else given, **options)


def test_a_file_that_two_paths_name_is_told(tmp_path):
    mixed(30).to_parquet(tmp_path / "table.parquet")
    with pytest.raises(ValueError, match=r"table.parquet is given twice, and its rows would count double"):
        scan([str(tmp_path / "table.parquet"), str(tmp_path / "*.parquet")])


def test_other_files_lists_and_empty_tables(tmp_path):
    (tmp_path / "table.txt").write_text("a,b\n")
    with pytest.raises(ValueError, match=r"table.txt: files must be called \.parquet"):
        scan(tmp_path / "table.txt")
    pq.write_table(pa.table({"a": [[1], [2]]}), tmp_path / "lists.parquet")
    with pytest.raises(TypeError, match="column 'a' holds list"):
        scan(tmp_path / "lists.parquet")
    mixed(30)[:0].to_parquet(tmp_path / "empty.parquet")
    with pytest.raises(ValueError, match="the table has no rows"):
        scan(tmp_path / "empty.parquet")


def test_columns_that_names_of_folders_tell_are_read(tmp_path):
    table = mixed(60)[["amount", "count"]].assign(year=np.repeat([2023, 2024], 30), label=["a", "b"] * 30)
    table.to_parquet(tmp_path / "sales", partition_cols=["year", "label"], index=False)
    found = scan(tmp_path / "sales", target="label")
    assert found.class_counts == {"a": 30, "b": 30}
    X, y = found.table()
    assert sorted(zip(X["amount"], X["year"], y, strict=True)) == sorted(
        zip(table["amount"], table["year"], table["label"], strict=True)
    )
    assert scan([tmp_path / "sales" / "year=2023", tmp_path / "sales" / "year=2024"]).columns.index[-1] == "label"


def test_a_scan_brings_its_labels(tmp_path):
    found = scan(written(mixed(1_500), tmp_path), target="label")
    with pytest.raises(ValueError, match="a scan brings its labels"):
        GANAugmenter().fit(found, ["a"] * 1_500)
    data = ds.dataset(sorted(map(str, tmp_path.glob("*.parquet"))))
    with pytest.raises(TypeError, match="y is of type list: name the column of labels"):
        GANAugmenter().fit(data, [1])
    fitted = GANAugmenter(steps=5, random_state=0).fit(data, "label")
    assert fitted.class_counts_ == found.class_counts


def test_rare_classes_are_told_of_as_in_memory(tmp_path):
    table = mixed(3_000)
    table.loc[5, "label"] = "once"
    with pytest.warns(DataWarning, match="classes with at most 5 rows: {'once': 1}"):
        fitted = GANAugmenter(steps=5, random_state=0).fit(
            scan(written(table, tmp_path), target="label", max_rows=1_000)
        )
    assert fitted.class_counts_["once"] == 1
    assert len(fitted.sample({"once": 3})[0]) == 3


def test_chances_are_uniform_and_of_the_row_alone():
    numbers = np.arange(100_000)
    chances = chances_of(numbers, 7)
    assert (chances_of(numbers[500:600], 7) == chances[500:600]).all()
    assert 0 <= chances.min() < chances.max() < 1
    assert np.abs(np.sort(chances) - (numbers + 0.5) / len(numbers)).max() < 0.01
    assert abs(np.corrcoef(chances[1:], chances[:-1])[0, 1]) < 0.02
    assert abs(np.corrcoef(chances, chances_of(numbers, 8))[0, 1]) < 0.02


def test_files_are_read_again_for_another_pass(tmp_path):
    source = scan(written(mixed(600), tmp_path)).source
    assert isinstance(source, Files)
    for _ in range(2):
        assert sum(source.run(lambda _, __, batches: sum(map(len, batches)))) == 600
