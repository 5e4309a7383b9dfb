"""Frozen networks that make features of rows of any kind, and of features rows again where they can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from ..columns.joined import joined
from ..columns.number import nearest_whole
from ..plain import AnyArray, VectorLike
from .datasets import arrays_of

Rows: TypeAlias = Any
"""Of any kind that can be counted and indexed: arrays of images, lists of texts, tables."""
EncoderLike: TypeAlias = Any
"""What `encoder=` takes."""
AT_ONCE = 256
"""Rows that an encoder is shown at a time, so that large ones need not fit into memory together."""
PASSTHROUGH = "passthrough"


@dataclass(frozen=True)
class Embedding:
    """Between what a user has and its features.

    Parameters
    ----------
    encode : callable or None
        From some rows to their features; None if rows are features.
    decode : callable or None
        From features to rows; None if rows are given back as features.
    """

    encode: Callable[[Any], Any] | None
    decode: Callable[[Any], Any] | None = None

    @classmethod
    def of(cls, encoder: EncoderLike, X: Rows = None, y: VectorLike | None = None) -> Embedding | None:
        """The embedding that a parameter `encoder` stands for; a transformer of scikit-learn is fitted to `X`, `y`."""
        if encoder is None:
            return None
        if isinstance(encoder, str):
            return cls(None)
        encode, decode = encoder if isinstance(encoder, tuple) else (encoder, None)
        if hasattr(encode, "transform"):
            encode = (encode if X is None else clone(encode).fit(X, y)).transform
        return cls(_asked(encode), None if decode is None else _asked(decode))

    def features(self, X: Rows) -> Any:
        """The features of rows.

        Raises
        ------
        ValueError, TypeError
            If the encoder does not make a vector of finite numbers of each row.
        """
        if not _num_samples(X):
            raise ValueError("Found array with 0 sample(s), while a minimum of 1 is required by the encoder")
        return X if self.encode is None else _checked(_in_parts(self.encode, X), _num_samples(X))

    def rows(self, features: AnyArray) -> Any:
        """What a decoder makes of features; without one the features."""
        if self.decode is None:
            return features
        if not len(features):
            return self.rows(np.zeros((1, *features.shape[1:]), np.float32))[:0]
        parts = _parts(self.decode, features)
        frames = all(isinstance(part, (pd.DataFrame, pd.Series)) for part in parts)
        rows = pd.concat(parts, ignore_index=True) if frames else _joined(parts, "decoder")
        if len(rows) != len(features):
            raise ValueError(f"decoder makes {len(rows):,} rows of {len(features):,} features: one of each is needed")
        return rows

    @property
    def gives_rows(self) -> bool:
        """Whether rows are given back as they came, rather than as features."""
        return self.decode is not None


@dataclass(frozen=True)
class Embedded:
    """Rows that have been embedded already, beside their features.

    Parameters
    ----------
    rows : the user's
    features : ndarray of shape (n, n_features)
    embedding : Embedding
    """

    rows: Any
    features: Any
    embedding: Embedding

    @classmethod
    def of(cls, encoder: EncoderLike, X: Rows, y: VectorLike | None = None) -> Embedded | None:
        """Rows with the features that `encoder` makes of them; None without one."""
        if isinstance(X, cls):
            return X
        embedding = Embedding.of(encoder, X, y)
        return None if embedding is None else cls(X, embedding.features(X), embedding)

    def __len__(self) -> int:
        return _num_samples(self.rows)


def taken_in(encoder: EncoderLike, X: Rows, y: VectorLike | None) -> tuple[Any, Any]:
    """Rows and labels that a fit is given: of a dataset its arrays, and with an encoder the features beside them."""
    X, y = arrays_of(X, y)
    return X if encoder is None else Embedded.of(encoder, X, y), y


def embedded_for(augmenter: Any, X: Rows, y: VectorLike) -> tuple[Embedding | None, Any]:
    """What embeds rows for an estimator that learns from features, and these; None and `X` if it learns from rows."""
    embedded = None if augmenter is None else Embedded.of(augmenter.encoder, X, y)
    if embedded is None or embedded.embedding.gives_rows:
        return None, X
    return embedded.embedding, embedded.features


def stacked(rows: Rows, new: Rows) -> Rows:
    """New rows behind those of a user, in whose container they come; floats become its nearest whole numbers."""
    if isinstance(rows, list):
        return [*rows, *new]
    if isinstance(rows, (pd.DataFrame, pd.Series)) and not len(new):
        return rows.reset_index(drop=True)
    if isinstance(rows, pd.DataFrame) and isinstance(new, pd.DataFrame) and _same_columns(rows, new):
        return pd.concat([stacked(rows[name], new[name]) for name in rows], axis=1).set_axis(rows.columns, axis=1)
    if isinstance(rows, pd.Series):
        if isinstance(rows.dtype, np.dtype) and rows.dtype.kind in "iu":
            return pd.Series(stacked(rows.to_numpy(), new), name=rows.name)
        return joined(rows.reset_index(drop=True), pd.Series(new).reset_index(drop=True))
    real, made = np.asarray(rows), np.asarray(new)
    if not len(made):
        return real
    if real.dtype.kind in "iu" and made.dtype.kind == "f":
        made = nearest_whole(made, real.dtype)
    return np.concatenate([real, made if real.dtype.kind in "US" else made.astype(real.dtype)])


def _same_columns(rows: pd.DataFrame, new: pd.DataFrame) -> bool:
    return rows.columns.is_unique and rows.shape[1] == new.shape[1] and set(rows) == set(new)


def check_encoder(value: object, name: str) -> None:
    """TypeError or ValueError if a parameter is nothing that makes features."""
    if value is None:
        return
    if isinstance(value, str):
        if value != PASSTHROUGH:
            raise ValueError(f"{name}={value!r} must be {PASSTHROUGH!r}, which says that rows are features, or a model")
        return
    parts = value if isinstance(value, tuple) else (value,)
    if len(parts) not in (1, 2) or not all(callable(part) or hasattr(part, "transform") for part in parts):
        raise TypeError(
            f"{name}={value!r} must be a Keras model, a callable, a transformer of scikit-learn, {PASSTHROUGH!r}, or a "
            "pair of an encoder and a decoder"
        )


def _asked(model: EncoderLike) -> Callable[[Any], Any]:
    """A Keras model's `predict`, which stays silent; anything else as it is."""
    if not hasattr(model, "predict") or hasattr(model, "get_params"):
        return model
    return partial(model.predict, verbose=0)


def _in_parts(function: Callable[[Any], Any], X: Rows) -> AnyArray:
    """What an encoder makes of some rows at a time, one below the other."""
    parts = _parts(function, X)
    if any(sparse.issparse(part) for part in parts):
        width = parts[0].shape[1]
        raise ValueError(
            f"encoder makes a sparse matrix of {width:,} columns, and features are dense: put TruncatedSVD(100) behind "
            "it in a Pipeline"
        )
    return _joined(parts, "encoder")


def _parts(function: Callable[[Any], Any], X: Rows) -> list[Any]:
    """What a function makes of some rows at a time."""
    rows = _num_samples(X)
    return [function(_safe_indexing(X, np.arange(at, min(at + AT_ONCE, rows)))) for at in range(0, rows, AT_ONCE)]


def _joined(parts: list[Any], what: str) -> AnyArray:
    """Arrays below one another."""
    made = [np.asarray(part) for part in parts]
    if any(not part.ndim for part in made):
        raise ValueError(f"{what} makes a single {made[0][()]!r} of many rows: an array with a row for each is needed")
    shapes = {part.shape[1:]: None for part in made}
    if len(shapes) > 1:
        raise ValueError(
            f"{what} makes arrays of the shapes {' and '.join(map(str, shapes))} of rows, of which it is shown at most "
            f"{AT_ONCE} at a time: what it makes of a row must not depend on how many others there are"
        )
    return np.concatenate(made)


def _checked(features: AnyArray, rows: int) -> AnyArray:
    if features.ndim == 4:
        raise ValueError(
            f"encoder makes maps of shape {features.shape[1:]} of each row: pool them, for example with "
            "keras.layers.GlobalAveragePooling2D"
        )
    if features.ndim != 2 or len(features) != rows or not features.shape[1]:
        raise ValueError(
            f"encoder makes an array of shape {features.shape} of {rows} rows: ({rows}, n_features) is needed"
        )
    if features.dtype.kind not in "fiub":
        raise TypeError(f"encoder makes features of dtype {features.dtype}: numbers are needed")
    broken = int((~np.isfinite(features)).any(1).sum())
    if broken:
        raise ValueError(f"encoder makes features that are NaN or infinite of {broken:,} of {rows:,} rows")
    return features if features.dtype == np.float64 else features.astype(np.float32)
