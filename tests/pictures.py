"""Small labelled images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LABELS = ("across", "down", "frame")


def glyphs(each: int = 20, shape: tuple[int, ...] = (12, 10), dtype: Any = np.uint8) -> tuple[NDArray[Any], Any]:
    """Bars across, bars down and frames on a dark ground, a little noisy; `each` of them."""
    rng = np.random.default_rng(0)
    height, width = shape[:2]
    images = rng.integers(0, 40, (3 * each, *shape))
    for i, image in enumerate(images):
        row, column = rng.integers(2, height - 2), rng.integers(2, width - 2)
        ink = rng.integers(180, 256)
        if i < each:
            image[row - 1 : row + 1] = ink
        elif i < 2 * each:
            image[:, column - 1 : column + 1] = ink
        else:
            image[[1, -2], 1:-1] = ink
            image[1:-1, [1, -2]] = ink
    images = images / 255 if np.dtype(dtype).kind == "f" else images
    return images.astype(dtype), np.repeat(LABELS, each)


def photos(folder: Path, images: NDArray[Any], labels: Any) -> Path:
    """A folder with a folder of PNG files for each label."""
    import tensorflow as tf

    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        (folder / label).mkdir(parents=True, exist_ok=True)
        (folder / label / f"{number:03}.png").write_bytes(tf.io.encode_png(image).numpy())
    return folder
