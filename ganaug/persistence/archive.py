"""The .ganaug file: a zip of JSON and NumPy arrays that cannot carry code.

`manifest.json` lists every other member with its size and SHA-256; `model.json` holds the contents as a tree of tagged
plain values (:mod:`ganaug.persistence.tree`); `arrays/N.npy` hold their arrays. Whatever does not fit raises
`CorruptFileError`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import numpy as np

from ..data.targets import conditioned
from ..exceptions import CorruptFileError
from ..modality.base import Model
from ..modality.generator import Build
from ..modality.registry import modality_of
from ..model import GenerativeModel
from ..plain import RECORDS, AnyArray, PathLike
from .tree import TreeReader, TreeWriter

MAGIC = "ganaug"
FORMAT_VERSION = 5
OLDEST_VERSION = 5
MAX_MEMBERS = 20_000
MAX_JSON = 256 * 2**20
MALFORMED = (
    *(zipfile.BadZipFile, EOFError, ArithmeticError, AttributeError, LookupError),
    *(MemoryError, RuntimeError, TypeError, ValueError),
)


class _Mismatch(Exception):
    """The file is sound, but what the caller gave does not go with it."""


@contextmanager
def errors_about(path: PathLike) -> Iterator[None]:
    """Turns what goes wrong with a file's contents into `CorruptFileError` or `ValueError` that name the file."""
    try:
        yield
    except _Mismatch as error:
        raise ValueError(f"{path}: {error}") from None
    except MALFORMED as error:
        raise CorruptFileError(f"{path} is damaged, or not a ganaug file: {error}") from error


def write(path: PathLike, contents: dict[str, Any]) -> None:
    """Write contents with a "model" to a file, which replaces an old one only once it is complete."""
    members = _members(contents)
    _replace(Path(path), lambda file: _pack(file, members))


def dumps(contents: dict[str, Any]) -> bytes:
    """What `write` writes."""
    buffer = io.BytesIO()
    _pack(buffer, _members(contents))
    return buffer.getvalue()


def read(path: PathLike, *, generator: Build | Model | None = None) -> dict[str, Any]:
    """The contents of a file.

    Parameters
    ----------
    generator : keras.Model, callable or None
        What the generator was built with, if it was the user's own.
    """
    return loads(Path(path).read_bytes(), generator=generator)


def loads(data: bytes, *, generator: Build | Model | None = None) -> dict[str, Any]:
    """The contents that `dumps` made these bytes of."""
    members = _unpack(data)
    reader = TreeReader(RECORDS, lambda number: _array(members[_array_name(number)]))
    contents: dict[str, Any] = reader.tree(json.loads(members["model.json"]))
    if contents.pop("own_generator"):
        if generator is None:
            raise _Mismatch(
                "the saved model has a generator of your own: pass what built it as load(path, generator=...)"
            )
        contents["model"].generator.build = generator
    _check_fits_together(contents["model"])
    return contents


def _members(contents: dict[str, Any]) -> dict[str, bytes]:
    from .. import __version__

    writer = TreeWriter(RECORDS)
    tree = writer.tree({**contents, "own_generator": contents["model"].generator.build is not None})
    members = {"model.json": json.dumps(tree, allow_nan=False).encode()}
    for number, array in enumerate(writer.arrays):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, array, allow_pickle=False)
        members[_array_name(number)] = buffer.getvalue()
    listing = {name: {"bytes": len(data), "sha256": _digest(data)} for name, data in members.items()}
    manifest = {"magic": MAGIC, "format_version": FORMAT_VERSION, "written_by": __version__, "members": listing}
    return {"manifest.json": json.dumps(manifest).encode(), **members}


def _check_fits_together(model: GenerativeModel) -> None:
    generator, layout = model.generator, model.generator.layout
    if layout != conditioned(model.encoder.layout, model.target):
        raise ValueError("the encoding is not that of the networks")
    saved = [weight.shape for weight in generator.weights]
    if generator.build is not None:
        from ..modality.networks import build_generator

        built = [weight.shape for weight in build_generator(layout, generator.size, 0, generator.build).get_weights()]
        if built != saved:
            raise _Mismatch(f"generator= builds a network with weights of shapes {built}, the saved one has {saved}")
    elif saved != modality_of(layout).weight_shapes(layout, generator.size):
        raise ValueError("the weights are not those of the networks")


def _array_name(number: int) -> str:
    return f"arrays/{number}.npy"


def _array(data: bytes) -> AnyArray:
    array: AnyArray = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return array


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _pack(file: BinaryIO, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _replace(target: Path, fill: Callable[[BinaryIO], None]) -> None:
    """A new file beside the old one, which it replaces once it is on the disk."""
    temporary = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _unpack(file: bytes) -> dict[str, bytes]:
    """The members of the file, each as the manifest describes it."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        infos = archive.infolist()
        names = {info.filename for info in infos}
        if len(names) < len(infos) or len(infos) > MAX_MEMBERS or any(info.compress_type for info in infos):
            raise ValueError("members are compressed, too many or of the same name")
        manifest = json.loads(archive.read("manifest.json"))
        _check_version(manifest)
        listing = manifest["members"]
        if set(listing) != names - {"manifest.json"} or "model.json" not in listing:
            raise ValueError("the members are not those of the manifest")
        members = {name: archive.read(name) for name in listing}
    for name, data in members.items():
        if len(data) != listing[name]["bytes"] or _digest(data) != listing[name]["sha256"]:
            raise ValueError(f"{name} is not as it was written")
    if len(members["model.json"]) > MAX_JSON:
        raise ValueError("model.json is too large")
    return members


def _check_version(manifest: dict[str, Any]) -> None:
    version = manifest["format_version"]
    if manifest["magic"] != MAGIC or type(version) is not int or version < 1:
        raise ValueError("the manifest is not one of ganaug's")
    if version < OLDEST_VERSION:
        raise _Mismatch(
            f"written by ganaug {manifest.get('written_by')} in format {version}, and this version reads from "
            f"{OLDEST_VERSION} on: fit the augmenter again, or sample with the version that wrote it"
        )
    if version > FORMAT_VERSION:
        raise _Mismatch(
            f"written by ganaug {manifest.get('written_by')} in format {version}, this version reads up to "
            f"{FORMAT_VERSION}: upgrade ganaug"
        )
