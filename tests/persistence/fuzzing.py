"""Files with mended checksums whose contents were changed with an eye to their structure."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import random
import zipfile
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

Members = dict[str, bytes]
NUMBERS = (0, 1, -1, 2, 7, 255, 2**31 - 1, 2**31, 2**63, -(2**40), 10**9)
WORDS = ("", "x", "\x1b[2J", "../../etc/passwd", "<U99999", "float64", "array", "record", "Europe/Berlin", "1" * 99)
VALUES = (np.nan, np.inf, -np.inf, 0, -1, 1e30, 2**31 - 1)
SHAPES = ((0,), (10**9, 10**9), (-1, 4), (1,), (2**62, 4))


def unpacked(path: Path) -> Members:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: Members) -> bytes:
    """A file of these members, whose manifest is as it should be."""
    manifest = json.loads(members["manifest.json"])
    rest = {name: data for name, data in members.items() if name != "manifest.json"}
    manifest["members"] = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in rest.items()
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in {"manifest.json": json.dumps(manifest).encode(), **rest}.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def npy(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), allow_pickle=False)
    return buffer.getvalue()


def mutated(members: Members, rng: random.Random) -> Members:
    """One to three changes in the tree or in an array."""
    made = dict(members)
    for _ in range(rng.choice((1, 1, 2, 3))):
        change = rng.choice((_tree, _tree, _array, _header))
        change(made, rng)
    return made


def _spots(tree: Any, found: list[tuple[Any, Any]] | None = None) -> list[tuple[Any, Any]]:
    """Every place in a tree: its container, and the key or index."""
    found = [] if found is None else found
    for key in tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        found.append((tree, key))
        _spots(tree[key], found)
    return found


def _tree(members: Members, rng: random.Random) -> None:
    tree = json.loads(members["model.json"])
    spots = _spots(tree)
    place, key = rng.choice(spots)
    kind = rng.choice(("other", "number", "word", "drop", "twice", "none", "nest", "rename"))
    if kind == "other":
        other, at = rng.choice(spots)
        place[key] = copy.deepcopy(other[at])
    elif kind == "number":
        place[key] = rng.choice(NUMBERS)
    elif kind == "word":
        place[key] = rng.choice(WORDS)
    elif kind == "drop":
        del place[key]
    elif kind == "twice" and isinstance(place, list):
        place.insert(key, copy.deepcopy(place[key]))
    elif kind == "nest":
        place[key] = ["list", [place[key]] * rng.choice((0, 1, 5))]
    elif kind == "rename" and isinstance(place, dict):
        place[rng.choice(WORDS)] = place.pop(key)
    else:
        place[key] = None
    members["model.json"] = json.dumps(tree).encode()


def _arrays(members: Members) -> list[str]:
    return [name for name in members if name.startswith("arrays/")]


def _array(members: Members, rng: random.Random) -> None:
    name = rng.choice(_arrays(members))
    try:
        array = np.lib.format.read_array(io.BytesIO(members[name]))
    except (ValueError, SyntaxError, TokenError, MemoryError):  # changed before
        return
    kind = rng.choice(("value", "all", "dtype", "cut", "grow", "swap", "shape"))
    with np.errstate(all="ignore"):
        if kind == "value" and array.size:
            flat = array.reshape(-1)
            flat[rng.randrange(flat.size)] = np.float64(rng.choice(VALUES)).astype(array.dtype)
        elif kind == "all":
            array = np.full(array.shape, rng.choice(VALUES)).astype(array.dtype)
        elif kind == "dtype":
            array = array.astype(rng.choice(("f4", "f8", "i1", "u8", "i4", "?", "c8", "M8[s]")))
        elif kind == "cut":
            array = array[: len(array) // 2] if array.ndim else array
        elif kind == "grow":
            array = np.concatenate([array, array]) if array.ndim else np.zeros(3)
        elif kind == "shape":
            array = array.reshape(-1) if array.ndim != 1 else array[:, None]
        else:
            other = rng.choice(_arrays(members))
            members[name], members[other] = members[other], members[name]
            return
    members[name] = npy(array)


def _header(members: Members, rng: random.Random) -> None:
    """The header of an array, or its bytes."""
    name = rng.choice(_arrays(members))
    data = bytearray(members[name])
    kind = rng.choice(("shape", "byte", "tail"))
    if kind == "shape":
        start = data.find(b"'shape': ")
        shape = str(rng.choice(SHAPES)).encode()
        end = data.find(b")", start) + 1
        old = end - start - 9
        data[start + 9 : end] = shape
        padding = data.find(b"}") + 1
        if len(shape) > old:
            del data[padding : padding + len(shape) - old]
        else:
            data[padding:padding] = b" " * (old - len(shape))
    elif kind == "byte":
        data[rng.randrange(min(len(data), 128))] ^= 1 << rng.randrange(8)
    else:
        data = data[: rng.randrange(len(data))]
    members[name] = bytes(data)
