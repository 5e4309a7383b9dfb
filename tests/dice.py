"""A generator that needs no training; in a module of its own, so that models with it can be pickled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganaug.columns.layout import Encoded
from ganaug.modality.image.pixels import ImageLayout, Pixels


@dataclass
class Dice:
    """In a trained generator's place: any code, any position, any pixel, all equally likely."""

    layout: Any
    build: None = None

    def draw(self, condition: Encoded, seed: tuple[int, int]) -> Encoded | Pixels:
        rng = np.random.default_rng([*seed, len(condition)])
        if isinstance(self.layout, ImageLayout):
            return Pixels(rng.integers(0, self.layout.levels, (len(condition), *self.layout.shape)).astype(np.uint8))
        blocks = self.layout.blocks
        codes = rng.integers(0, [block.width for block in blocks], (len(condition), len(blocks))).astype(np.int32)
        position = (2 * rng.random((len(condition), self.layout.numbers)) - 1).astype(np.float32)
        inside = [codes[:, i] >= block.width - block.bins for i, block in enumerate(blocks) if block.bins]
        position *= np.reshape(inside, position.T.shape).T
        return Encoded(codes, position, position)
