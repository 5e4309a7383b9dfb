"""Whatever a file says, loading it is quick, takes little, and gives a sound model or a CorruptFileError."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import os
import random
import struct
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fuzzing import Members, mutated, npy, packed, unpacked

from ganaug import CorruptFileError, DataWarning, GANAugmenter, load
from ganaug.persistence.archive import FORMAT_VERSION
from ganaug.persistence.tree import tree_of

memory = pytest.importorskip("benchmarks.peers.memory", reason="the system does not say how much memory was taken")
MUTATIONS = int(os.environ.get("GANAUG_FUZZ", "600"))
SECONDS = 2.0
MOST_MEGABYTES = 300


@pytest.fixture(scope="module")
def bases(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Members]:
    """A small file, one with all kinds of columns and rules, and one of images."""
    rng = np.random.default_rng(0)
    n = 300
    X = pd.DataFrame(
        {
            "amount": rng.normal(size=n).round(1),
            "begin": pd.date_range("2020", periods=n, freq="h", tz="Europe/Berlin"),
            "level": pd.Categorical(rng.choice(list("pqr"), n)),
            "key": np.arange(n) + 7,
            "count": pd.array(rng.integers(0, 9, n), "Int64"),
            "name": [f"name{k}" for k in rng.permutation(n)],
            "mixed": pd.Series([1, "u", 2.5, None] * (n // 4), dtype=object),
        }
    )
    X = X.assign(double=X["amount"] * 2, end=X["begin"] + pd.to_timedelta(rng.integers(1, 50, n), "h"))
    folder = tmp_path_factory.mktemp("bases")
    options: dict[str, Any] = {"steps": 5, "random_state": 0}
    GANAugmenter(refine=2, identifiers="fake", **options).fit(X, rng.normal(size=n)).save(folder / "wide")
    images = rng.integers(0, 255, (40, 8, 8)).astype(np.uint8)
    GANAugmenter(refine=False, **options).fit(images, np.repeat([0, 1], 20)).save(folder / "images")
    return [unpacked(saved), unpacked(folder / "wide"), unpacked(folder / "images")]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_changes_to_the_structure_are_noticed_or_do_no_harm(bases: list[Members], tmp_path: Path) -> None:
    """The same changes each time; GANAUG_FUZZ=10000 makes more."""
    rng, path, ends, slow = random.Random(0), tmp_path / "changed", Counter[str](), []
    memory.forget_peak()
    before = memory.peak_bytes()
    for number in range(MUTATIONS):
        path.write_bytes(packed(mutated(bases[number % len(bases)], rng)))
        began = time.process_time()
        try:
            model = load(path)
        except CorruptFileError:
            ends["corrupt"] += 1
        except ValueError as error:
            ends["refused" if "in format" in str(error) or "of your own" in str(error) else "escaped"] += 1
        else:
            ends["loaded"] += 1
            if number % len(bases) < 2:
                model.sample(3, random_state=0)
        if time.process_time() - began > SECONDS:
            slow.append(number)
    assert not slow
    assert not ends["escaped"]
    assert ends["corrupt"] > MUTATIONS / 2
    assert ends["loaded"]
    assert memory.peak_bytes() - before < MOST_MEGABYTES * 2**20


def find_record(tree: Any, name: str) -> Any:
    if isinstance(tree, list) and tree[:2] == ["record", name]:
        return tree
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return next((found for part in parts if (found := find_record(part, name))), None)


def changed(base: Members, change: Callable[[Any, Members], None]) -> bytes:
    made = dict(base)
    tree = copy.deepcopy(json.loads(made["model.json"]))
    change(tree, made)
    made["model.json"] = json.dumps(tree).encode()
    return packed(made)


def array_of(tree: Any, record: str, field: str) -> str:
    return f"arrays/{find_record(tree, record)[2][field][1]}.npy"


def deep(tree: Any, _: Members) -> None:
    find_record(tree, "Size")[2]["depth"] = 10_000_000


def huge_trees(tree: Any, members: Members) -> None:
    members[array_of(tree, "BoostedTrees", "sizes")] = npy(np.array([10**8] * 3, np.int32))


def one_array_many_times(tree: Any, members: Members) -> None:
    members["arrays/0.npy"] = npy(np.zeros(2 * 10**6, np.float32))
    tree[1].append(["extra", ["list", [["array", 0]] * 400]])


def colliding_keys(tree: Any, _: Members) -> None:
    tree[1].append(["extra", ["dict", [[(2**61 - 1) * k, None] for k in range(1, 40_000)]]])


def many_tables(tree: Any, _: Members) -> None:
    tree[1].append(["extra", ["list", [["frame", []]] * 200_000]])


def candidates(tree: Any, _: Members) -> None:
    find_record(tree, "GenerativeModel")[2]["candidates"] = 10**9


def infinite_weights(tree: Any, members: Members) -> None:
    first = find_record(tree, "Generator")[2]["weights"][1][0][1]
    array = np.lib.format.read_array(io.BytesIO(members[f"arrays/{first}.npy"]))
    members[f"arrays/{first}.npy"] = npy(np.full_like(array, np.nan))


def complex_weights(tree: Any, members: Members) -> None:
    first = find_record(tree, "Generator")[2]["weights"][1][0][1]
    array = np.lib.format.read_array(io.BytesIO(members[f"arrays/{first}.npy"]))
    members[f"arrays/{first}.npy"] = npy(array.astype(np.complex64))


def zone_that_is_a_path(tree: Any, _: Members) -> None:
    tree[1].append(["extra", ["dtype", ["zoned", "ns", "dateutil//etc/hostname"]]])


def torn_header(_: Any, members: Members) -> None:
    data = members["arrays/0.npy"]
    members["arrays/0.npy"] = data[:10] + b"{'descr': ('<f4', (" + data[29:]


@pytest.mark.parametrize(
    "change",
    [deep, huge_trees, one_array_many_times, colliding_keys, many_tables, candidates, infinite_weights,
     complex_weights, zone_that_is_a_path, torn_header],
)  # fmt: skip
def test_what_a_file_says_is_bounded_by_what_it_has(change: Any, bases: list[Members], tmp_path: Path) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(changed(bases[0], change))
    memory.forget_peak()
    before = memory.peak_bytes()
    began = time.process_time()
    with pytest.raises(CorruptFileError):
        load(path)
    assert time.process_time() - began < 1 + path.stat().st_size / 10**7
    assert memory.peak_bytes() - before < 64 * 2**20 + 50 * path.stat().st_size


def nested(names: list[str], size: int) -> bytes:
    """Stored members, each of which holds the next one."""

    def local(name: str, data: bytes) -> bytes:
        head = (b"PK\x03\x04", 20, 0, 0, 0, 0, zlib.crc32(data), len(data), len(data), len(name), 0)
        return struct.pack("<4sHHHHHLLLHH", *head) + name.encode() + data

    def central(name: str, data: bytes, at: int) -> bytes:
        head = (b"PK\x01\x02", 20, 20, 0, 0, 0, 0, zlib.crc32(data), len(data), len(data), len(name), *[0] * 5, at)
        return struct.pack("<4sHHHHHHLLLHHHHHLL", *head) + name.encode()

    data, listing, held = b"\0" * size, {}, []
    for name in reversed(names):
        listing[name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        held.append((name, data))
        data = local(name, data)
    model = b"null"
    listing["model.json"] = {"bytes": 4, "sha256": hashlib.sha256(model).hexdigest()}
    manifest = {"magic": "ganaug", "format_version": FORMAT_VERSION, "written_by": "x", "members": listing}
    out, directory, count = bytearray(), bytearray(), 0
    for name, content in (("manifest.json", json.dumps(manifest).encode()), ("model.json", model)):
        directory += central(name, content, len(out))
        out += local(name, content)
        count += 1
    at = len(out)
    for name, content in reversed(held):
        directory += central(name, content, at)
        at += 30 + len(name)
        count += 1
    out += data
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(out), 0)
    return bytes(out + directory + end)


def test_members_that_hold_one_another_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "nested"
    path.write_bytes(nested([f"arrays/{number}.npy" for number in range(20)], 10**6))
    with pytest.raises(CorruptFileError, match=r"overlap|Overlapped"):
        load(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes of a name here")
def test_what_never_ends_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(20 * 10**9)
    for path in (tmp_path / "pipe", "/dev/zero", tmp_path / "sparse"):
        with pytest.raises(CorruptFileError):
            load(path)
    with pytest.raises(IsADirectoryError):
        load(tmp_path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nowhere")


def test_a_file_cannot_command_a_terminal(bases: list[Members], tmp_path: Path) -> None:
    members = dict(bases[0])
    manifest = json.loads(members["manifest.json"]) | {"format_version": 99, "written_by": "\x1b[2J\x1b]0;you\x07"}
    members["manifest.json"] = json.dumps(manifest).encode()
    (tmp_path / "hostile").write_bytes(packed(members))
    with pytest.raises(ValueError, match="upgrade") as caught:
        load(tmp_path / "hostile")
    assert str(caught.value).isprintable()


def test_the_same_contents_are_the_same_bytes(small: GANAugmenter, tmp_path: Path) -> None:
    for name in ("one", "other"):
        small.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_a_file_that_is_replaced_keeps_its_permissions_and_a_link_what_it_is(
    small: GANAugmenter, tmp_path: Path
) -> None:
    real, link = tmp_path / "real.ganaug", tmp_path / "link.ganaug"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    small.save(link)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert load(real).n_iter_ == small.n_iter_
    long = tmp_path / ("n" * 230)
    small.save(long)
    small.save("/dev/null")
    assert sorted(tmp_path.iterdir()) == sorted([real, link, long])


def test_what_killed_writers_left_is_removed(small: GANAugmenter, tmp_path: Path) -> None:
    old, new = tmp_path / f".m.ganaug.{'0' * 32}.partial", tmp_path / f".m.ganaug.{'1' * 32}.partial"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    small.save(tmp_path / "m.ganaug")
    assert not old.exists()
    assert new.exists()


def test_levels_lie_in_a_file_in_an_order_that_tells_nothing_of_rows() -> None:
    rng = np.random.default_rng(0)
    people = rng.permutation(200)
    X = pd.DataFrame(
        {"phone": [f"+49{p}" if p % 2 else int(p) for p in people], "weight": rng.normal(size=200)}, dtype=object
    ).astype({"weight": float})
    levels = []
    for order in (np.arange(200), rng.permutation(200)):
        with pytest.warns(DataWarning, match="phone"):
            fitted = GANAugmenter(steps=2, refine=False, random_state=0).fit(X.iloc[order])
        [column] = [each for each in fitted._model.encoder.columns if each.name == "phone"]
        assert column.type.levels.tolist() == list(range(200))
        levels.append(column.type.inner.values.tolist())
    assert levels[0] == levels[1]


def test_zip_of_old_dates_is_read(saved: Path, tmp_path: Path) -> None:
    """As files of earlier versions are, whose members have the date of their writing."""
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(tmp_path / "dated", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert load(tmp_path / "dated").n_iter_ == 5


@pytest.mark.parametrize("tag", ['"frame"', '"\\u0066rame"'])
def test_tables_are_counted_however_their_tag_is_written(tag: str) -> None:
    few, many = (f"[{', '.join([f'[{tag}, []]'] * count)}]".encode() for count in (100, 30_000))
    assert len(tree_of(few)) == 100
    with pytest.raises(ValueError, match="too many tables"):
        tree_of(many)
