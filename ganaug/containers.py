"""What rows came in, so that they go out the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Container:
    """A table, as a DataFrame inside.

    Parameters
    ----------
    kind : {"frame", "array", "sparse"}
    dtype : dtype or None
        Of the array or the sparse matrix.
    form : type or None
        Of the sparse matrix.
    """

    kind: str
    dtype: Any = None
    form: Any = None
    what = "a table"

    @property
    def named(self) -> bool:
        """Whether columns have names of the user's."""
        return self.kind == "frame"

    def restore(self, table: pd.DataFrame) -> Any:
        if self.kind == "frame":
            return table
        values = table.to_numpy(dtype=self.dtype)
        return self.form(values) if self.kind == "sparse" else values

    def stack(self, real: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
        """New rows below real ones, in whose dtypes."""
        return pd.concat([real, new.astype(real.dtypes.to_dict())], ignore_index=True) if len(new) else real

    def replaced(self, real: pd.DataFrame, new: pd.DataFrame, rows: NDArray[np.intp], given: Any) -> Any:
        """As `given` came, with new rows in the place of some; a frame keeps its index."""
        order = np.arange(len(real))
        order[rows] = len(real) + np.arange(len(rows))
        mixed = self.stack(real, new).iloc[order]
        return self.restore(mixed.set_axis(given.index if self.kind == "frame" else real.index))

    def matching(self, table: pd.DataFrame, fitted: Any) -> pd.DataFrame:
        """`table` with the fitted columns in their order.

        Raises
        ------
        ValueError
            If it has others.
        """
        if self.kind != "frame" and table.shape[1] == len(fitted):
            table.columns = pd.Index(fitted)
        missing = [name for name in fitted if name not in table.columns]
        extra = [name for name in table.columns if name not in set(fitted)]
        if missing or extra:
            parts = [f"{word} {names}" for word, names in (("missing", missing), ("unknown", extra)) if names]
            raise ValueError(
                f"X has {table.shape[1]} features, but GANAugmenter is expecting {len(fitted)} features as input: "
                f"columns {', '.join(parts)}"
            )
        return table[list(fitted)]


@dataclass(frozen=True)
class ImageContainer:
    """Images, as an array of shape (n, height, width, channels) inside.

    Parameters
    ----------
    channels : bool
        Whether they came with an axis of channels.
    """

    channels: bool
    what = "images"
    named = False

    def restore(self, images: NDArray[Any]) -> NDArray[Any]:
        return images if self.channels else images[..., 0]

    def stack(self, real: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
        """New images behind real ones, in whose dtype."""
        return np.concatenate([real, new.astype(real.dtype)])

    def replaced(self, real: NDArray[Any], new: NDArray[Any], rows: NDArray[np.intp], _given: Any) -> NDArray[Any]:
        """A copy with new images in the place of some."""
        mixed = real.copy()
        mixed[rows] = new
        return self.restore(mixed)

    def matching(self, images: NDArray[Any], fitted: Any) -> NDArray[Any]:
        """`images` if they are of the fitted height, width and channels.

        Raises
        ------
        ValueError
            If they are not.
        """
        if images.shape[1:] != tuple(fitted):
            raise ValueError(
                f"X has images of shape {images.shape[1:]}, but GANAugmenter was fitted on {tuple(fitted)} "
                "(height, width, channels): resize them first"
            )
        return images
