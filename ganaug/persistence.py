"""The .ganaug file: a zip of JSON and NumPy arrays that cannot carry code.

`manifest.json` lists every other member with its size and SHA-256; `model.json` holds the fitted augmenter as a tree of
tagged plain values (:mod:`ganaug.serialization`); `arrays/N.npy` hold its arrays. Whatever does not fit raises
`CorruptFileError`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .calibration import TwoWay
from .containers import Container, ImageContainer
from .encoding.image import ImageEncoder
from .encoding.labels import ClassTarget, NumberTarget, conditioned
from .encoding.numeric import Numbers
from .encoding.table import Column, Part, TableEncoder
from .encoding.views import LevelView, NumberView, SpanView, SparseView, TimeView
from .engine import GeneratorState, Size
from .engine.size import weight_shapes
from .exceptions import CorruptFileError
from .forest import Forest
from .layout import Block, ImageLayout, Layout
from .quotas import Quotas
from .recognition import Components, Perceptron, Recogniser
from .refinement import Refiner, Teacher
from .relation import Relation
from .sampling import sampler_of
from .serialization import Reader, Writer

MAGIC = "ganaug"
FORMAT_VERSION = 2
MAX_MEMBERS = 20_000
MAX_JSON = 256 * 2**20

RECORDS = {
    record.__name__: record
    for record in (
        Block, Layout, Numbers, Part, Relation, Column, TableEncoder,
        LevelView, NumberView, SpanView, SparseView, TimeView, ClassTarget, NumberTarget,
        Size, Forest, TwoWay, Teacher, Quotas, Refiner, Container,
        ImageLayout, ImageEncoder, ImageContainer, Components, Perceptron, Recogniser,
    )
}  # fmt: skip
FITTED = ("_seed", "_samples_drawn", "_target_is_series", "n_iter_", "stopped_by_")
MALFORMED = (
    *(zipfile.BadZipFile, EOFError, ArithmeticError, AttributeError, LookupError),
    *(MemoryError, RuntimeError, TypeError, ValueError),
)


def save(augmenter: Any, path: Any) -> None:
    """Write a fitted augmenter; see `GANAugmenter.save`."""
    from . import __version__

    writer = Writer(RECORDS)
    tree = writer.tree(_contents(augmenter))
    members = {"model.json": json.dumps(tree, allow_nan=False).encode()}
    for number, array in enumerate(writer.arrays):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, array, allow_pickle=False)
        members[_array_name(number)] = buffer.getvalue()
    listing = {name: {"bytes": len(data), "sha256": _digest(data)} for name, data in members.items()}
    manifest = {"magic": MAGIC, "format_version": FORMAT_VERSION, "written_by": __version__, "members": listing}
    _write(Path(path), {"manifest.json": json.dumps(manifest).encode(), **members})


def load(path: Any, *, generator: Any = None) -> Any:
    """Read an augmenter that `GANAugmenter.save` wrote.

    Parameters
    ----------
    path : str or path-like
    generator : callable or None, default=None
        The callable that built the generator, if it was the user's own: a file cannot hold it.

    Returns
    -------
    GANAugmenter
        Fitted; it samples the same rows for the same seed as the one saved.

    Raises
    ------
    CorruptFileError
        If the file is damaged, or none of ganaug's.
    ValueError
        If it was written by a newer version, or `generator` is missing or does not fit.

    Examples
    --------
    >>> import tempfile, pathlib, ganaug
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "iris.ganaug"
    >>> ganaug.GANAugmenter(steps=20, random_state=0).fit(X, y).save(file)
    >>> ganaug.load(file).class_counts_
    {0: 50, 1: 50, 2: 50}
    """
    data = Path(path).read_bytes()
    try:
        members = _read(data)
        reader = Reader(RECORDS, lambda number: _array(members[_array_name(number)]))
        return _restored(reader.tree(json.loads(members["model.json"])), generator)
    except _Mismatch as error:
        raise ValueError(f"{path}: {error}") from None
    except MALFORMED as error:
        raise CorruptFileError(f"{path} is damaged, or not a ganaug file: {error}") from error


class _Mismatch(Exception):
    """The file is sound, but what the caller gave does not go with it."""


def _contents(augmenter: Any) -> dict[str, Any]:
    parameters = augmenter.get_params(deep=False)
    for name in ("generator", "discriminator", "strategy", "on_chunk"):
        parameters[name] = None
    if not isinstance(parameters["categorical_features"], (str, list, type(None))):
        parameters["categorical_features"] = np.asarray(parameters["categorical_features"], object).ravel().tolist()
    if not isinstance(parameters["optimizer"], str):
        parameters["optimizer"] = "adam"
    for name in ("sampling_strategy", "random_state"):
        if callable(parameters[name]) or isinstance(parameters[name], (np.random.RandomState, np.random.Generator)):
            parameters[name] = None
    state = augmenter._state
    history = augmenter.history_
    return {
        "parameters": parameters,
        "own_generator": state.build is not None,
        "layout": state.layout,
        "size": state.size,
        "weights": list(state.weights),
        "refiner": augmenter._sampler.refiner,
        "candidates": augmenter._sampler.candidates,
        "encoder": augmenter._encoder,
        "target": augmenter._target,
        "container": augmenter._container,
        "fitted": {name: getattr(augmenter, name) for name in FITTED if hasattr(augmenter, name)},
        "history": {name: history[name].to_numpy() for name in history},
    }


def _restored(contents: dict[str, Any], generator: Any) -> Any:
    from .augmenter import GANAugmenter

    if contents["own_generator"] and generator is None:
        raise _Mismatch("the saved model has a generator of your own: pass its callable as load(path, generator=...)")
    _check_fits_together(contents, generator)
    augmenter = GANAugmenter(**contents["parameters"])
    if contents["own_generator"]:
        augmenter.generator = generator
    for name, value in contents["fitted"].items():
        if name not in FITTED:
            raise ValueError(f"unknown attribute {name}")
        setattr(augmenter, name, value)
    state = GeneratorState(
        contents["layout"], contents["size"], contents["weights"], generator if contents["own_generator"] else None
    )
    augmenter._state = state
    augmenter._sampler = sampler_of(state, contents["refiner"], contents["candidates"])
    augmenter._adopt(contents["container"], contents["encoder"], contents["target"])
    augmenter.history_ = pd.DataFrame(contents["history"])
    return augmenter


def _check_fits_together(contents: dict[str, Any], generator: Any) -> None:
    layout, target, size = contents["layout"], contents["target"], contents["size"]
    if layout != conditioned(contents["encoder"].layout, target):
        raise ValueError("the encoding is not that of the networks")
    for place, column in enumerate(getattr(contents["encoder"], "columns", ())):
        if column.relation is not None and not set(column.relation.causes) <= set(range(place)):
            raise ValueError(f"column {column.name!r} follows from columns {column.relation.causes}")
    saved = [weight.shape for weight in contents["weights"]]
    if contents["own_generator"]:
        from .engine.networks import build_generator

        built = [weight.shape for weight in build_generator(layout, size, 0, generator).get_weights()]
        if built != saved:
            raise _Mismatch(f"generator= builds a network with weights of shapes {built}, the saved one has {saved}")
    elif saved != weight_shapes(layout, size):
        raise ValueError("the weights are not those of the networks")


def _array_name(number: int) -> str:
    return f"arrays/{number}.npy"


def _array(data: bytes) -> NDArray[Any]:
    array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return array


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(target: Path, members: dict[str, bytes]) -> None:
    """A new file beside the old one, which it replaces once it is on the disk."""
    temporary = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                for name, data in members.items():
                    archive.writestr(name, data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _read(file: bytes) -> dict[str, bytes]:
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


def _check_version(manifest: Any) -> None:
    version = manifest["format_version"]
    if manifest["magic"] != MAGIC or type(version) is not int or version < 1:
        raise ValueError("the manifest is not one of ganaug's")
    if version > FORMAT_VERSION:
        raise _Mismatch(
            f"written by ganaug {manifest.get('written_by')} in format {version}, this version reads up to "
            f"{FORMAT_VERSION}: upgrade ganaug"
        )
