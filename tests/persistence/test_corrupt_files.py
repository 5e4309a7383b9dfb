"""A damaged or hostile file gives an error or the right rows, and a failed write leaves the old file as it was."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganaug import CorruptFileError, GANAugmenter, load
from ganaug.persistence.archive import OLDEST_VERSION
from ganaug.persistence.tree import TreeReader, TreeWriter
from ganaug.plain import RECORDS

PROBES = 200
TAIL = 300


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_members(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def rewrite(path: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> None:
    """Change the members or the manifest, and make the hashes fit again."""
    members = members_of(path)
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    manifest["members"] = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in members.items()
    }
    write_members(path, {"manifest.json": json.dumps(manifest).encode(), **members})


def rows_of(model: GANAugmenter) -> list[Any]:
    X, y = model.sample(20, random_state=0)
    return [X.to_numpy().tolist(), y.tolist()]


def what_is_in(path: Path) -> Any:
    """The error of loading a file, or else everything that the file says."""
    try:
        model = load(path)
    except CorruptFileError as error:
        return error
    writer = TreeWriter(RECORDS)
    tree = writer.tree([model.get_params(deep=False), model._model])
    return json.dumps(tree), [array.tobytes() for array in writer.arrays]


def test_a_changed_byte_anywhere_is_noticed_or_without_effect(copy_of: Path) -> None:
    sound, truth = copy_of.read_bytes(), what_is_in(copy_of)
    wrong, noticed = [], 0
    for spot in np.linspace(0, len(sound) - 1, PROBES).astype(int):
        damaged = bytearray(sound)
        damaged[spot] ^= 0x55
        copy_of.write_bytes(damaged)
        found = what_is_in(copy_of)
        noticed += isinstance(found, CorruptFileError)
        if not isinstance(found, CorruptFileError) and found != truth:
            wrong.append(spot)
    assert not wrong
    assert noticed > PROBES / 2


@pytest.mark.parametrize("flip", [0x01, pytest.param(0xFF, marks=pytest.mark.slow)])
def test_a_changed_byte_in_the_directory_of_the_zip_never_gives_another_error(copy_of: Path, flip: int) -> None:
    sound, truth = copy_of.read_bytes(), what_is_in(copy_of)
    noticed = 0
    for spot in range(len(sound) - TAIL, len(sound)):
        copy_of.write_bytes(sound[:spot] + bytes([sound[spot] ^ flip]) + sound[spot + 1 :])
        found = what_is_in(copy_of)
        assert isinstance(found, CorruptFileError) or found == truth
        noticed += isinstance(found, CorruptFileError)
    assert noticed


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.9999])
def test_a_truncated_file_is_corrupt(copy_of: Path, share: float) -> None:
    sound = copy_of.read_bytes()
    copy_of.write_bytes(sound[: int(share * len(sound))])
    with pytest.raises(CorruptFileError, match=copy_of.name):
        load(copy_of)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), np.random.default_rng(0).bytes(5_000), b'{"magic": "ganaug"}'],
    ids=["empty", "zip header", "empty zip", "noise", "JSON"],
)
def test_what_is_no_archive_is_corrupt(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.ganaug"
    path.write_bytes(content)
    with pytest.raises(CorruptFileError, match="not a ganaug file"):
        load(path)


@pytest.mark.parametrize(
    "manifest", [None, b"[]", b"{}", b"nonsense", b"\xff\xfe", b'{"magic": "other"}', b"[" * 99_999]
)
def test_an_archive_of_something_else_is_corrupt(manifest: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "other.ganaug"
    write_members(path, {"readme.txt": b"hello"} | ({"manifest.json": manifest} if manifest else {}))
    with pytest.raises(CorruptFileError):
        load(path)


@pytest.mark.parametrize("change", ["missing", "added", "twice", "compressed", "renamed"])
def test_the_members_are_exactly_those_of_the_manifest(change: str, copy_of: Path) -> None:
    members = members_of(copy_of)
    if change == "missing":
        members.pop("arrays/0.npy")
    if change == "added":
        members["arrays/999.npy"] = members["arrays/0.npy"]
    if change == "renamed":
        members["../outside.npy"] = members.pop("arrays/0.npy")
    write_members(copy_of, members, zipfile.ZIP_DEFLATED if change == "compressed" else zipfile.ZIP_STORED)
    if change == "twice":
        with zipfile.ZipFile(copy_of, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("model.json", members["model.json"])
    with pytest.raises(CorruptFileError):
        load(copy_of)


def test_two_swapped_arrays_are_noticed(copy_of: Path) -> None:
    members = members_of(copy_of)
    members["arrays/0.npy"], members["arrays/1.npy"] = members["arrays/1.npy"], members["arrays/0.npy"]
    write_members(copy_of, members)
    with pytest.raises(CorruptFileError, match="not as it was written"):
        load(copy_of)


def test_a_file_of_a_newer_version_is_refused_by_name(copy_of: Path) -> None:
    rewrite(copy_of, lambda _, manifest: manifest.update(format_version=99, written_by="7.8.9"))
    with pytest.raises(ValueError, match=r"7\.8\.9 in format 99.*upgrade") as caught:
        load(copy_of)
    assert not isinstance(caught.value, CorruptFileError)


@pytest.mark.parametrize("version", range(1, OLDEST_VERSION))
def test_a_file_of_an_older_format_is_refused_by_both_versions(copy_of: Path, version: int) -> None:
    rewrite(copy_of, lambda _, manifest: manifest.update(format_version=version, written_by="0.0.7"))
    versions = rf"written by ganaug 0\.0\.7 in format {version}, .* reads from {OLDEST_VERSION} on: fit .*again"
    with pytest.raises(ValueError, match=f"{copy_of.name}: {versions}") as caught:
        load(copy_of)
    assert not isinstance(caught.value, CorruptFileError)


def test_a_file_that_lacks_what_came_later_is_read(saved: Path, copy_of: Path) -> None:
    """What came later has a default, here what labels came in."""

    def age(members: dict[str, bytes], _: Any) -> None:
        text = members["model.json"].decode()
        members["model.json"] = text.replace(', "label_container": null', "").encode()
        assert members["model.json"] != text.encode()

    rewrite(copy_of, age)
    old, new = (load(path).sample(20, random_state=0)[0] for path in (copy_of, saved))
    assert old.equals(new)


@pytest.mark.parametrize("version", [0, -1, True, "1", 1.0, None, [1]])
def test_a_version_that_is_none_is_corrupt(copy_of: Path, version: Any) -> None:
    rewrite(copy_of, lambda _, manifest: manifest.update(format_version=version))
    with pytest.raises(CorruptFileError):
        load(copy_of)


def test_a_missing_file_is_an_ordinary_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nothing.ganaug")


NESTED: Any = None
for _ in range(200):
    NESTED = ["list", [NESTED]]
HOSTILE = {
    "unknown tag": ["call", "os.system"],
    "unknown record": ["record", "Popen", {}],
    "record with other fields": ["record", "Block", {"bins": 1, "width": 2, "__class__": 3}],
    "record of wrong values": ["record", "Layout", {"blocks": 5, "condition": 5}],
    "nested": NESTED,
    "array that is not there": ["array", 10**9],
    "negative array": ["array", -1],
    "array by name": ["array", "../manifest"],
    "a float": 0.5,
    "an object": {"a": 1},
    "an empty list": [],
    "a list as tag": [["dict"]],
    "unhashable key": ["dict", [[["list", []], 1]]],
    "bad decimal": ["decimal", "1.2.3"],
    "bad bytes": ["bytes", "zz"],
    "bad float": ["float", "0x1p99999"],
    "bad date": ["date", "2024-13-01"],
    "bad moment": ["timestamp", ["soon", "ns", None]],
    "unknown zone": ["timestamp", ["2024-01-01T00:00:00+00:00", "ns", "../../etc/passwd"]],
    "object scalar": ["numpy", ["|O", "00"]],
    "short scalar": ["numpy", ["<i8", "00"]],
    "code as sparse format": ["sparse", "linalg"],
    "object dtype by name": ["dtype", ["numpy", "<i8,O"]],
    "unknown dtype": ["dtype", ["period", "M"]],
    "unknown nullable": ["dtype", ["nullable", "object"]],
    "unknown Arrow type": ["dtype", ["arrow", ["py_extension"]]],
    "Arrow type of bad unit": ["dtype", ["arrow", ["timestamp", "years", None]]],
    "bad decimal of Arrow": ["dtype", ["arrow", ["decimal128", 999, 0]]],
    "sparse object": ["dtype", ["sparse", "|O", ["list", []]]],
    "series of another dtype": ["series", ["numpy", "<i8"], ["list", ["a"]]],
    "generator": ["sparse", "__import__"],
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_value_is_corrupt_wherever_it_stands(case: str, copy_of: Path) -> None:
    sound = copy_of.read_bytes()
    for name in ("parameters", "model", "layout", "target"):

        def plant(members: dict[str, bytes], _: Any, name: str = name) -> None:
            contents = dict(json.loads(members["model.json"])[1])
            model = contents["model"][2]
            place = {"layout": model["generator"][2], "target": model}.get(name, contents)
            assert name in place
            place[name] = HOSTILE[case]
            members["model.json"] = json.dumps(["dict", list(contents.items())]).encode()

        copy_of.write_bytes(sound)
        rewrite(copy_of, plant)
        with pytest.raises(CorruptFileError):
            load(copy_of)


@pytest.mark.parametrize(
    "tree", [b"", b"null", b"[]", b"{}", b"17", b'["dict", []]', b"[" * 99_999, b"\xff", b"9" * 9_999]
)
def test_a_tree_that_is_no_model_is_corrupt(tree: bytes, copy_of: Path) -> None:
    rewrite(copy_of, lambda members, _: members.update({"model.json": tree}))
    with pytest.raises(CorruptFileError):
        load(copy_of)


GENERATED = '"Generator", {"layout": ["record", "Layout", {"blocks": ["tuple", [["record", "Block", {"bins": 0'
FORGERIES = {
    "a network of another size": ('"latent": 64', '"latent": 32'),
    "an unknown record": ('"TableEncoder"', '"os.system"'),
    "an unknown field": ('"recurring"', '"__class__"'),
    "an unknown parameter": ('"batch_size"', '"batches"'),
    "another number of slots": ('"bins": 12', '"bins": 11'),
    "another number of slots in the layout": ('{"bins": 12, "width": 12}', '{"bins": 11, "width": 12}'),
    "a generator of other rows": (GENERATED, GENERATED[:-1] + "1"),
}


@pytest.mark.parametrize("case", FORGERIES)
def test_parts_that_do_not_go_together_are_corrupt_even_if_hashes_are_right(case: str, copy_of: Path) -> None:
    old, new = FORGERIES[case]

    def forge(members: dict[str, bytes], _: Any) -> None:
        text = members["model.json"].decode()
        assert old in text
        members["model.json"] = text.replace(old, new, 1).encode()

    rewrite(copy_of, forge)
    with pytest.raises(CorruptFileError):
        load(copy_of)


def npy(array: np.ndarray[Any, Any], *, shape: str | None = None) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    data = buffer.getvalue()
    return data if shape is None else data.replace(b"(3,)", shape.encode())


@pytest.mark.parametrize(
    "data",
    [npy(np.arange(3), shape="(9999999999999999,)"), npy(np.arange(3))[:-1], b""],
    ids=["huge", "short", "empty"],
)
def test_an_array_that_is_not_plain_and_whole_is_corrupt(data: bytes, copy_of: Path) -> None:
    rewrite(copy_of, lambda members, _: members.update({"arrays/0.npy": data}))
    with pytest.raises(CorruptFileError):
        load(copy_of)


class Trap:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.target,)


def test_code_inside_an_array_does_not_run(copy_of: Path, tmp_path: Path) -> None:
    data = npy(np.array([Trap(tmp_path / "ran")], dtype=object))
    rewrite(copy_of, lambda members, _: members.update({"arrays/0.npy": data}))
    with pytest.raises(CorruptFileError):
        load(copy_of)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("broken", ["os.replace", "os.fsync", "zipfile.ZipFile.writestr"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_crash_while_writing_leaves_the_old_file_alone(
    broken: str, error: BaseException, small: GANAugmenter, copy_of: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise error

    before = copy_of.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(broken, fail)
        with pytest.raises(type(error)):
            small.save(copy_of)
    assert copy_of.read_bytes() == before
    assert [path.name for path in copy_of.parent.iterdir()] == [copy_of.name]
    assert rows_of(load(copy_of)) == rows_of(small)


def test_values_keep_their_type_in_a_tree() -> None:
    values = [None, True, 1, -(10**40), 0.1, float("nan"), float("inf"), "array", b"\x00", (1, (2,)), frozenset({1})]
    writer = TreeWriter({})
    again = TreeReader({}, lambda number: writer.arrays[number]).tree(json.loads(json.dumps(writer.tree(values))))
    assert repr(again) == repr(values)
