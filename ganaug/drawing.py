"""Pictures of what was learnt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from .containers import ImageContainer
from .encoding.image import ImageEncoder
from .encoding.labels import ClassTarget
from .plots import new_axes
from .validation import check_count

MOST_CLASSES = 20
GAP = 1
"""Pixels between images."""


class PlottingMixin:
    """What an augmenter shows of itself, with matplotlib."""

    _encoder: Any
    _container: Any
    _target: Any
    history_: pd.DataFrame

    def plot_samples(self: Any, n: int = 8, *, random_state: Any = None, ax: Any = None) -> Any:
        """A grid of generated images, with a row for each class.

        Parameters
        ----------
        n : int, default=8
            Images in a row. Of more than twenty classes the rarest are shown; without classes there are `n` rows.
        random_state : int, RandomState instance or None, default=None
            As in `sample`.
        ax : matplotlib Axes or None, default=None
            None draws into a new figure.

        Returns
        -------
        ax : matplotlib Axes
            ``ax.figure.savefig("samples.png")`` keeps it.

        Raises
        ------
        TypeError
            If fitted on a table.
        ImportError
            Without matplotlib.
        """
        check_is_fitted(self, "n_iter_")
        if not isinstance(self._container, ImageContainer):
            raise TypeError("plot_samples draws images, but the augmenter was fitted on a table")
        names = [""] * check_count(n)
        if isinstance(self._target, ClassTarget):
            rarest = sorted(self.class_counts_, key=self.class_counts_.__getitem__)[:MOST_CLASSES]
            names = [label for label in self.class_counts_ if label in rarest]
            images, _ = self.sample(dict.fromkeys(names, n), random_state=random_state)
        else:
            images = self.sample(n * n, random_state=random_state)
            images = images if self._target is None else images[0]
        rows = as_shown(self._encoder, images).reshape(len(names), n, *self._encoder.shape[:2], -1)
        height, width = (side + GAP for side in self._encoder.shape[:2])
        if ax is None:
            wide = np.clip(0.7 * n, 3, 10)
            ax = new_axes((wide, wide * len(names) * height / (n * width)))
        ax.imshow(mosaic(rows), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        ax.set(xticks=[], yticks=(np.arange(len(names)) + 0.5) * height)
        ax.set_yticklabels(names)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        return ax

    def plot_history(self, ax: Any = None) -> Any:
        """The losses of either network, as they were in training.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            None draws into a new figure.

        Returns
        -------
        ax : matplotlib Axes

        Raises
        ------
        ImportError
            Without matplotlib.
        """
        check_is_fitted(self, "n_iter_")
        ax = new_axes((6.4, 3.6)) if ax is None else ax
        for name, colour in {"discriminator": "#0072B2", "generator": "#D55E00"}.items():
            ax.plot(self.history_["step"], self.history_[f"{name}_loss"], color=colour, label=name)
        ax.set(xlabel="step", ylabel="loss")
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False)
        return ax


def as_shown(encoder: ImageEncoder, images: NDArray[Any]) -> NDArray[np.float64]:
    """Images of shape (n, height, width, 1 or 3) from black, 0, to white, 1; other channels than red, green and blue
    are averaged."""
    values = (images.reshape(-1, *encoder.shape) - encoder.low) / ((encoder.high - encoder.low) or 1.0)
    shown: NDArray[np.float64] = values if encoder.shape[2] == 3 else values.mean(3, keepdims=True)
    return shown.astype(np.float64).clip(0, 1)


def mosaic(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """One white image of rows of images, (rows, columns, height, width, channels), with gaps between them."""
    padded = np.pad(rows, ((0, 0), (0, 0), (0, GAP), (0, GAP), (0, 0)), constant_values=1)
    across: NDArray[np.float64] = np.concatenate(list(np.concatenate(list(padded.transpose(1, 0, 2, 3, 4)), axis=2)))
    return across
