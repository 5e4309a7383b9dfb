"""How long does a fit to images of several sizes take, and how much memory?

``python -m benchmarks.image_sizes`` fits a few steps to striped images of each size, each in a process of its own, and
prints the seconds that all automatic steps would take, those at half the size included, beside the peak of memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from typing import Any

import numpy as np

from .peers.memory import peak_bytes

SIZES = ((8, 1), (28, 1), (64, 3), (96, 3), (128, 3))
IMAGES = 600
Stamp = tuple[int, float]
"""A step, and the seconds until it was done."""


def striped(side: int, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Waves in all directions, of three classes of brightness."""
    rng, y = np.random.default_rng(0), np.repeat([0, 1, 2], [400, 150, 50])
    places = np.indices((side, side)).transpose(1, 2, 0) / side
    waves = np.sin(8 * (places @ rng.normal(size=(2, IMAGES))).transpose(2, 0, 1))
    images = (110 + 30 * y[:, None, None] + 80 * waves).astype(np.uint8)
    return images[..., None].repeat(channels, 3), y


def step_seconds(stamps: list[Stamp]) -> float:
    (first, start), (last, end) = stamps[0], stamps[-1]
    return (end - start) / (last - first)


def measure(side: int, channels: int, steps: int) -> None:
    """Print a row of the table."""
    import tensorflow as tf

    from ganaug import GANAugmenter
    from ganaug.gan import training
    from ganaug.modality.image.sizes import sizing

    whole: list[Stamp] = []
    half: list[Stamp] = []

    class Timed(training.Unwatched):
        def after(self, state: Any, weights: Any) -> Any:
            half.append((state.step, state.seconds))
            return super().after(state, weights)

    tf.random.uniform([1])
    before, usual = peak_bytes(), sizing(side, side)
    augmenter = GANAugmenter(
        steps=steps, refine=False, on_chunk=lambda state: whole.append((state.step, state.seconds)), random_state=0
    )
    training.LEAST_STEPS, training.Unwatched = 0, Timed
    augmenter.fit(*striped(side, channels))
    begun = time.perf_counter()
    augmenter.sample(256, random_state=0)
    drawn = 256 / (time.perf_counter() - begun)
    seconds = step_seconds(whole) + (step_seconds(half) if half else 0.0)
    memory = f"{before / 2**30:.2f}", f"{(peak_bytes() - before) / 2**30:.2f}"
    print(f"| {side} x {side} x {channels} | {usual.steps:,} of {usual.batch_size} | {seconds * usual.steps:.0f} s | "
          f"{drawn:.0f} | {memory[0]} + {memory[1]} GB |", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=40, help="of each fit (default: %(default)s)")
    steps = parser.parse_args().steps
    print(
        "| size | steps, batch | a fit | images drawn a second | memory: TensorFlow + the fit |\n|---|---|---|---|---|"
    )
    for side, channels in SIZES:
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(side, channels, steps))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
