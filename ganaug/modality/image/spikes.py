"""Values that pixels take exactly: all of them, if they are few, or a background among many others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from ...plain import AnyArray, BoolArray, Float64Array, IndexArray, record

MOST_VALUES = 256
MOST_DENSE = 64
PIXELS_PER_VALUE = 20
OFTEN = 0.05
MOST_MATCHED = 16
CLOSE = 0.002
PROBE = 2**16
CHUNK = 2**22


@record
@dataclass(frozen=True)
class Spikes:
    """Values of one channel that come back exactly, and as often as in the training images.

    What a generator makes is never quite the background, and what is near to it depends on how far it was trained. So
    it is looked at once: each value stands for as large a share of what is generated as of real pixels, in their order.

    Parameters
    ----------
    values : ndarray of float64
        Sorted.
    below, up_to : ndarray of float64
        The shares of real pixels that are darker than each value, and at most as bright.
    only : bool
        Whether pixels take no other value.
    cuts : ndarray of shape (values, 2) or None
        What is generated above the first and up to the second becomes the value. None as long as nothing was generated:
        then the nearest value is taken if there are no others, and what is generated stays as it is if there are.
    """

    values: Float64Array
    below: Float64Array
    up_to: Float64Array
    only: bool
    cuts: Float64Array | None = None

    def __call__(self, generated: Float64Array, step: float) -> Float64Array:
        """Generated pixels with these values; all others stay at least a `step` away."""
        if self.only:
            upper = self._usual(0.0)[:-1, 1] if self.cuts is None else self.cuts[:-1, 1]
            return self.values[np.searchsorted(upper, generated)]
        made = generated.copy()
        for value, (low, high) in zip(self.values, () if self.cuts is None else self.cuts, strict=False):
            darker, brighter = generated <= low, generated > high
            made[darker] = made[darker].clip(max=value - step)
            made[brighter] = made[brighter].clip(min=value + step)
            made[~darker & ~brighter] = value
        return made

    def calibrated(self, generated: Float64Array, step: float) -> Spikes:
        """With the cuts by which as many pixels get each value as real ones have it."""
        if not len(self.values):
            return self
        places, counts = np.unique(generated, return_counts=True)
        shares = np.concatenate([[0.0], np.cumsum(counts) / counts.sum()])
        places = np.concatenate([[-np.inf], places])
        wanted, cuts = np.column_stack([self.below, self.up_to]), self._usual(step)
        matched = self._matched()
        for spot in zip(*np.nonzero(matched), strict=True):
            found = shares[np.searchsorted(places, cuts[spot], "right") - 1]
            if abs(found - wanted[spot]) > CLOSE:
                cuts[spot] = places[np.abs(shares - wanted[spot]).argmin()]
        cuts[wanted <= 0], cuts[wanted >= 1] = -np.inf, np.inf
        lowest = np.maximum.accumulate(np.where(matched, cuts, -np.inf).ravel())
        highest = np.minimum.accumulate(np.where(matched, cuts, np.inf).ravel()[::-1])[::-1]
        cuts = cuts.ravel().clip(lowest, np.maximum(lowest, highest)).reshape(cuts.shape)
        if self.only:  # one ends where the next begins
            cuts[1:, 0] = cuts[:-1, 1]
        return replace(self, cuts=cuts)

    def _matched(self) -> BoolArray:
        """Which cuts go by shares: those of frequent values, or of very few."""
        often = (self.up_to - self.below >= OFTEN) | (len(self.values) <= MOST_MATCHED)
        ends = often | np.append(often[1:], False) if self.only else often
        return np.column_stack([often, ends])

    def _usual(self, step: float) -> Float64Array:
        """The cuts of a perfect generator."""
        if not self.only:
            return np.column_stack([self.values - step / 2, self.values + step / 2])
        middles = self.values[:-1] / 2 + self.values[1:] / 2
        return np.column_stack([np.append(-np.inf, middles), np.append(middles, np.inf)])


def find_spikes(images: AnyArray, *, whole: bool) -> tuple[Spikes, ...]:
    """Those of each channel.

    Parameters
    ----------
    images : ndarray of shape (n, height, width, channels)
    whole : bool
        Whether pixels are whole numbers, near to one another.
    """
    channels = [images[..., channel].ravel() for channel in range(images.shape[3])]
    counted = [_counted(pixels) for pixels in channels]
    distinct = np.unique(np.concatenate([found[0] for found in counted]))
    dense = whole and len(distinct) > MOST_DENSE and 2 * len(distinct) > distinct[-1] - distinct[0] + 1
    if dense or not all(counts.any() for _, counts in counted):
        return tuple(map(_often, channels))
    return tuple(_few(*found) for found in counted)


def _counted(pixels: AnyArray) -> tuple[Float64Array, IndexArray]:
    """Distinct values and how often there is each; of too many the counts are left out."""
    most = min(MOST_VALUES, len(pixels) / PIXELS_PER_VALUE)
    found: Counter[float] = Counter()
    for number, part in enumerate([_probe(pixels), *np.array_split(pixels, -(-len(pixels) // CHUNK))]):
        values, counts = _distinct(part)
        found.update(dict(zip(values.tolist(), (counts * (number > 0)).tolist(), strict=True)))
        if len(found) > most:
            break
    values = np.array(sorted(found), np.float64)
    counts = np.array([found[value] for value in values.tolist()], np.intp)
    return values, counts * (len(values) <= most)


def _distinct(pixels: AnyArray) -> tuple[AnyArray, IndexArray]:
    if pixels.dtype != np.uint8:
        return np.unique(pixels, return_counts=True)
    counts = np.bincount(pixels)
    return np.flatnonzero(counts), counts[counts > 0]


def _probe(pixels: AnyArray) -> AnyArray:
    return pixels[np.random.default_rng(0).integers(len(pixels), size=min(PROBE, len(pixels)))]


def _often(pixels: AnyArray) -> Spikes:
    """Backgrounds: values that many pixels take."""
    values, counts = _distinct(_probe(pixels))
    often = values[counts >= OFTEN * counts.sum()].astype(np.float64)
    below = np.array([(pixels < value).mean() for value in often])
    up_to = np.array([(pixels <= value).mean() for value in often])
    return Spikes(often, below, up_to, only=False)


def _few(values: Float64Array, counts: IndexArray) -> Spikes:
    up_to = np.cumsum(counts) / counts.sum()
    return Spikes(values, np.append(0.0, up_to[:-1]), up_to, only=True)
