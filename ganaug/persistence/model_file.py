"""Files of fitted models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..columns.layout import Encoded
from ..data.targets import conditioned
from ..modality.generator import Build
from ..modality.protocols import Model
from ..modality.registry import modality_of
from ..model import GenerativeModel
from ..plain import PathLike
from ..selection.sampler import MOST_CANDIDATES
from . import archive
from .archive import Mismatch

OWN_GENERATOR = "own_generator"
MOST_TRIED = 100


def write_model(path: PathLike, contents: dict[str, Any]) -> None:
    """Write contents with a "model" to a file, which replaces an old one only once it is complete."""
    archive.write(path, _marked(contents))


def dump_model(contents: dict[str, Any]) -> bytes:
    """What `write_model` writes."""
    return archive.dumps(_marked(contents))


def read_model(path: PathLike, *, generator: Build | Model | None = None) -> dict[str, Any]:
    """The contents of a model's file.

    Parameters
    ----------
    generator : keras.Model, callable or None
        What the generator was built with, if it was the user's own.
    """
    return _checked(archive.read(path), generator)


def parse_model(data: bytes, *, generator: Build | Model | None = None) -> dict[str, Any]:
    """The contents that `dump_model` made these bytes of."""
    return _checked(archive.loads(data), generator)


def _marked(contents: dict[str, Any]) -> dict[str, Any]:
    return {**contents, OWN_GENERATOR: contents["model"].generator.build is not None}


def _checked(contents: dict[str, Any], generator: Build | Model | None) -> dict[str, Any]:
    if "checkpoint" in contents:
        raise Mismatch("this is the checkpoint of a fit: fit with checkpoint= to go on with it, then save the model")
    model = contents["model"]
    if not isinstance(model, GenerativeModel):
        raise TypeError("there is no model in it")
    if contents.pop(OWN_GENERATOR):
        if generator is None:
            raise Mismatch(
                "the saved model has a generator of your own: pass what built it as ganaug.load(path, generator=...)"
            )
        model.generator.build = generator
    elif generator is not None:
        raise Mismatch("the saved model has the usual generator: leave generator= out")
    if not 1 <= model.candidates <= MOST_CANDIDATES:
        raise ValueError(f"{model.candidates} candidates")
    _check_fits_together(model)
    if generator is None and modality_of(model.generator.layout).draws_without_tensorflow:
        _try(model)
    return contents


def _check_fits_together(model: GenerativeModel) -> None:
    generator, layout = model.generator, model.generator.layout
    if layout != conditioned(model.encoder.layout, model.target):
        raise ValueError("the encoding is not that of the networks")
    if model.missing is not None and len(model.missing) != model.encoder.n_features:
        raise ValueError("there are other columns than shares of missing cells")
    weights = generator.weights
    if any(weight.dtype.kind not in "fiub" or not np.isfinite(weight).all() for weight in weights):
        raise ValueError("the weights are no finite numbers")
    saved = [weight.shape for weight in weights]
    if generator.build is not None:
        from ..modality.networks import build_generator

        try:
            network = build_generator(layout, generator.size, 0, generator.build)
        except Exception as error:
            raise Mismatch(f"generator= builds no network for it: {type(error).__name__}: {error}") from error
        built = [weight.shape for weight in network.get_weights()]
        if built != saved:
            raise Mismatch(f"generator= builds a network with weights of shapes {built}, the saved one has {saved}")
        return
    if generator.size.depth > len(weights):
        raise ValueError("the networks are deeper than they have weights")
    if saved != modality_of(layout).weight_shapes(layout, generator.size):
        raise ValueError("the weights are not those of the networks")


def _try(model: GenerativeModel) -> None:
    """Decode each code, and draw a few rows, of each class, too: what is in a file may be sound and not go together."""
    layout: Any = model.encoder.layout
    target = model.target
    widths = np.array([block.width for block in layout.blocks], np.int32)
    every = np.arange(widths.max(initial=1), dtype=np.int32)
    nowhere = np.zeros((len(every), layout.numbers), np.float32)
    condition = Encoded.none(len(every))
    if target is not None:
        [label] = target.layout.blocks
        condition = target.somewhere(every % label.width, np.random.default_rng(0))
    model.encoder.decode(Encoded(np.minimum(every[:, None], widths - 1), nowhere, nowhere), condition)
    short = replace(model, candidates=min(model.candidates, 2), seeds=replace(model.seeds))
    short.sample(2, random_state=0)
    if model.class_target is not None:
        classes = model.class_target.classes[:MOST_TRIED].tolist()
        short.sample(y=pd.Series(classes), random_state=0)
