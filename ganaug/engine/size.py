"""Sizes of the built-in networks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Shape of the built-in networks.

    Parameters
    ----------
    latent, width, depth : int
        Length of the noise vector, units of every hidden layer, residual blocks of two layers each.
    """

    latent: int = 64
    width: int = 256
    depth: int = 1
