"""Importing this module tells Keras of the layer that `GANAugmenter.as_layer` makes, so that models with it load."""

from __future__ import annotations

from .tf.layer import SyntheticMix

__all__ = ["SyntheticMix"]
