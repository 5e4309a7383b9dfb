"""Sizes of the built-in networks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Size:
    """Shape of the built-in networks.

    Parameters
    ----------
    latent, width, depth : int
        Length of the noise vector, units of every hidden layer, residual blocks of two layers each.
    """

    latent: int = 64
    width: int = 192
    depth: int = 1

    def shapes(self, inputs: int, outputs: int) -> list[tuple[int, ...]]:
        """Shapes of a network's weights, in the order of the Keras model's."""
        units = [inputs, *[self.width] * (1 + 2 * self.depth), outputs]
        return [shape for fan_in, out in pairwise(units) for shape in ((fan_in, out), (out,))]
