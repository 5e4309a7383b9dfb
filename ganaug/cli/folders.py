"""Folders of images from and to files, for the `ganaug` command: a folder for each class."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import numpy as np

from ..augmenter import GANAugmenter
from ..data.memory import check_free
from ..data.replacing import END, check_folder
from ..data.sampling_strategy import Strategy, missing_rows
from ..modality.image.container import LEAST_SIDE
from ..plain import AnyArray

T = TypeVar("T")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
LONGEST_SIDE = 64
"""Of images whose size nobody asked for: a fit of larger ones takes hours without a GPU."""
MOST_NAMED = 5
Size = tuple[int, int]


@dataclass(frozen=True)
class Photos:
    """The images of a folder.

    Parameters
    ----------
    images : ndarray of uint8, of shape (n, height, width, channels)
    labels : ndarray of str
        The name of each one's folder.
    """

    images: AnyArray
    labels: AnyArray

    @property
    def counts(self) -> dict[str, int]:
        """Images of each class."""
        return dict(Counter(self.labels.tolist()))


def rebalance_photos(
    folder: str,
    output: str,
    strategy: Callable[[dict[str, str]], Strategy],
    ratio: float,
    image_size: str | None,
    fitted: Callable[..., GANAugmenter],
    *,
    quiet: bool,
) -> None:
    """Write the images that the classes of a folder lack into a new one.

    Parameters
    ----------
    strategy : callable
        Makes the sampling strategy, given classes by how they are written.
    fitted : callable
        Makes a fitted augmenter of images, labels and parameters.
    """
    _check_new_folder(output, folder)
    photos = read_photos(folder, image_size)
    counts = photos.counts
    wanted = strategy({name: name for name in counts})
    if not ratio and not sum(missing_rows(wanted, counts, photos.labels).values()):
        raise ValueError(f"{folder} lacks no images of any class: --ratio 1 adds as many as there are")
    augmenter = fitted(photos.images, photos.labels, target_type="classes", ratio=ratio, sampling_strategy=wanted)
    every, labels, synthetic = augmenter.augment(photos.images, photos.labels, return_mask=True)
    _write_photos(every[synthetic], labels[synthetic], output)
    if not quiet:
        print(f"ganaug: {_told(Counter(labels[synthetic].tolist()), output)}", file=sys.stderr)


def read_photos(folder: str, image_size: str | None) -> Photos:
    """All images of a folder, in one size; grey only if all are, and see-through if one is.

    Parameters
    ----------
    image_size : str or None
        As in "48x64", height first. None is the size that most images have, made smaller if need be.

    Raises
    ------
    ValueError
        For a folder without a folder of images for each class, and files that are no images, which it names.
    """
    size = None if image_size is None else _size(image_size)
    files = _files_by_class(Path(folder))
    paths = [path for own in files.values() for path in own]
    shapes = _of_all(paths, lambda path: _decoded(path).shape)
    size = _usual_size(shapes) if size is None else size
    channels = _common_channels({shape[2] for shape in shapes})
    check_free(
        2.0 * len(paths) * size[0] * size[1] * channels, f"the images of {folder}", "give a smaller --image-size"
    )
    images = np.stack(_of_all(paths, lambda path: _fitting(_decoded(path), size, channels)))
    resized = sum(shape[:2] != size for shape in shapes)
    if resized:
        told = f"{resized:,} of {len(paths):,} images were resized to {size[0]}x{size[1]}"
        remedy = "" if image_size else ": --image-size HxW says another size"
        print(f"ganaug: {told} pixels (height x width){remedy}", file=sys.stderr)
    return Photos(images, np.repeat(list(files), [len(own) for own in files.values()]))


def _check_new_folder(output: str, folder: str) -> None:
    """Raise ValueError or OSError, before anything is trained, if no new folder can be written there."""
    place = Path(output)
    if output == "-":
        raise ValueError("images are written into a folder: name one with -o")
    if place.resolve().is_relative_to(Path(folder).resolve()):
        raise ValueError(f"{output} lies in the folder that is read, {folder}: name one beside it")
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise FileExistsError(f"{output} is there already and not an empty folder: name another one")
    check_folder(output, place.parent)
    if not os.access(place.absolute().parent, os.W_OK):
        raise PermissionError(f"{output} cannot be written: the permissions forbid it")


def _write_photos(images: AnyArray, labels: AnyArray, output: str) -> None:
    """Write images as PNG files, into a folder for each class of a new folder, which is there once it is complete."""
    from ..tensorflow import tf

    numbers: Counter[str] = Counter()
    with _new_folder(Path(output)) as temporary:
        for image, label in zip(images, labels.tolist(), strict=True):
            numbers[label] += 1
            file = temporary / label / f"synthetic-{numbers[label]:05}.png"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(tf.io.encode_png(image).numpy())


def _told(counts: Mapping[str, int], output: str) -> str:
    """What was written, in one line."""
    each = ", ".join(f"{name} ({count:,})" for name, count in sorted(counts.items()))
    return f"{sum(counts.values()):,} new images are in {output}: {each}"


@contextmanager
def _new_folder(place: Path) -> Iterator[Path]:
    """Where to write what is to become a folder, if nothing goes wrong."""
    target = place.resolve()
    temporary = target.with_name(f".{target.name}.{uuid4().hex}{END}")
    temporary.mkdir()
    try:
        yield temporary
        if target.exists():
            target.rmdir()
        temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _size(text: str) -> Size:
    found = re.fullmatch(r"(\d+)x(\d+)", text.lower())
    if found is None or min(map(int, found.groups())) < LEAST_SIDE:
        raise ValueError(f"--image-size {text}: write HEIGHTxWIDTH in pixels, from {LEAST_SIDE}x{LEAST_SIDE} up")
    return int(found[1]), int(found[2])


def _usual_size(shapes: Sequence[tuple[int, ...]]) -> Size:
    """The size that most images have, of several the largest; scaled down until its longer side is not too long."""
    counts = Counter(shape[:2] for shape in shapes)
    height, width = max(counts, key=lambda size: (counts[size], size[0] * size[1], size))
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    return max(LEAST_SIDE, round(height * scale)), max(LEAST_SIDE, round(width * scale))


def _files_by_class(folder: Path) -> dict[str, list[Path]]:
    """The files of images in each folder of a folder, however deep they lie."""
    classes = sorted(each.name for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))
    if not classes:
        raise ValueError(f"{folder} has no folders in it: put the images of each class into a folder of its own")
    found, others = {}, [each for each in folder.iterdir() if each.is_file() and not each.name.startswith(".")]
    for name in classes:
        every = [each for each in sorted((folder / name).rglob("*")) if each.is_file() and each.name[0] != "."]
        found[name] = [each for each in every if each.suffix.lower() in SUFFIXES]
        others += [each for each in every if each.suffix.lower() not in SUFFIXES]
        if not found[name]:
            raise ValueError(f"{folder / name} has no images: they end in {', '.join(SUFFIXES)}")
    if others:
        print(f"ganaug: warning: left out, being no images of classes: {_named(others)}", file=sys.stderr)
    return found


def _of_all(paths: Sequence[Path], make: Callable[[Path], T]) -> list[T]:
    """What is made of each file; ValueError that names those that are no images."""
    from ..tensorflow import tf  # noqa: F401 - once, before several threads do

    def made(path: Path) -> T | Exception:
        try:
            return make(path)
        except (ValueError, OSError) as error:
            return error

    with ThreadPoolExecutor() as pool:
        results = list(pool.map(made, paths))
    bad = [path for path, result in zip(paths, results, strict=True) if isinstance(result, Exception)]
    if bad:
        why = next(result for result in results if isinstance(result, Exception))
        raise ValueError(f"cannot be read as images: {_named(bad)} ({why}): repair them or take them out")
    return [result for result in results if not isinstance(result, Exception)]


def _named(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - MOST_NAMED:,} more" if len(paths) > MOST_NAMED else ""
    return ", ".join(map(str, paths[:MOST_NAMED])) + more


def _decoded(path: Path) -> Any:
    """A tensor of shape (height, width, channels), the first picture of those that move."""
    from ..tensorflow import tf

    try:
        return tf.io.decode_image(path.read_bytes(), expand_animations=False)
    except tf.errors.InvalidArgumentError as error:
        said = re.sub(r"^\{\{.*?\}\}|\[Op:.*\]$", "", error.message).strip()
        raise ValueError(said.rstrip(".")) from None


def _common_channels(found: set[int]) -> int:
    """Of grey images 1 and of coloured ones 3, and one more if some can be seen through."""
    return (3 if found & {3, 4} else 1) + (not found.isdisjoint({2, 4}))


def _fitting(image: Any, size: Size, channels: int) -> AnyArray:
    """An image of that size and so many channels."""
    from ..tensorflow import tf

    if tuple(image.shape[:2]) != size:
        smooth = tf.image.resize(image, size, antialias=True)
        image = tf.cast(tf.clip_by_value(tf.round(smooth), 0, 255), tf.uint8)
    pixels: AnyArray = image.numpy()
    own = pixels.shape[2]
    colour, alpha = (
        (pixels[..., :-1], pixels[..., -1:]) if own in (2, 4) else (pixels, np.full_like(pixels[..., :1], 255))
    )
    if channels >= 3 and colour.shape[2] == 1:
        colour = colour.repeat(3, axis=2)
    return np.concatenate([colour, alpha], axis=2) if channels in (2, 4) else colour
