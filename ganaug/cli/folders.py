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
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import numpy as np

from ..augmenter import GANAugmenter
from ..data.extras import imported
from ..data.memory import check_free
from ..data.replacing import END, check_folder
from ..data.sampling_strategy import Strategy, missing_rows
from ..modality.image.container import LEAST_SIDE
from ..modality.registry import checked
from ..model import check_room_for
from ..plain import AnyArray
from .files import FORMATS

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""What Pillow calls pixels of so many channels."""
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


def holds_photos(path: str) -> bool:
    """Whether it is a folder of images, and not one of Parquet files."""
    if "://" in path or not os.path.isdir(path):
        return False
    endings = _endings(path)
    return ".parquet" not in endings and not endings.isdisjoint(SUFFIXES)


def check_there(path: str) -> None:
    """Raise FileNotFoundError for what can only be a folder, and is none."""
    if path.endswith(("/", os.sep)) and "://" not in path and not os.path.isdir(path):
        raise FileNotFoundError(f"there is no folder {path}")


def check_holds_images(folder: str) -> None:
    """Raise ValueError for a folder of tables, such as `fit` takes."""
    endings = _endings(folder)
    if endings.isdisjoint(SUFFIXES) and not endings.isdisjoint(FORMATS):
        raise ValueError(
            f"{folder} is a folder of tables, and real rows are written from one file: name a .csv or .parquet one, or "
            "`ganaug fit` them all and let `ganaug sample --counts` draw what the classes lack"
        )


def _endings(folder: str) -> set[str]:
    """How the names in a folder end."""
    return {each.suffix.lower() for each in Path(folder).rglob("*")}


def photo_shape(augmenter: GANAugmenter) -> tuple[int, ...] | None:
    """Height, width and channels of the images that an augmenter draws; None if it draws rows of a table."""
    X = _images_and_labels(augmenter.sample(0, random_state=0))[0]
    shape: tuple[int, ...] = getattr(X, "shape", ())[1:]
    return shape if len(shape) > 1 else None


def check_photos(augmenter: GANAugmenter) -> None:
    """Raise ValueError if its images, or the folders of its classes, cannot be written."""
    X, labels = _images_and_labels(augmenter.sample(0, random_state=0))
    if X.dtype != np.uint8 or (X.ndim == 4 and X.shape[3] not in MODES):
        what = f"{X.dtype} and {'x'.join(map(str, X.shape[1:]))}"
        raise ValueError(f"PNG files hold uint8 of 1 to 4 channels, and these images are {what}: draw them in Python")
    if labels is not None and not hasattr(augmenter, "classes_"):
        raise ValueError("images with a number each have no folders to go into: draw them in Python")
    for name in map(str, getattr(augmenter, "classes_", ())):
        if Path(name).name != name or name == "..":
            raise ValueError(f"class {name!r} is no name for a folder: draw its images in Python")


def write_sampled(sampled: Any, output: str, *, quiet: bool) -> None:
    """Write what an augmenter of images drew, into a folder for each class if there are any."""
    images, labels = _images_and_labels(sampled)
    names = np.full(len(images), "") if labels is None else np.asarray(labels).astype(str)
    _write_photos(images if images.ndim == 4 else images[..., None], names, output, quiet=quiet)


def _images_and_labels(sampled: Any) -> tuple[Any, Any]:
    """Both; None for labels that there are none of."""
    return sampled if isinstance(sampled, tuple) else (sampled, None)


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
    check_new_folder(output, folder)
    photos = read_photos(folder, image_size)
    counts = photos.counts
    wanted = strategy({name: name for name in counts})
    added = sum(missing_rows(wanted, counts, photos.labels).values())
    check_room_for(photos.images, added, ratio, checked(photos.images)[0])
    if not ratio and not added:
        raise ValueError(f"{folder} lacks no images of any class: --ratio 1 adds as many as there are")
    augmenter = fitted(photos.images, photos.labels, target_type="classes", ratio=ratio, sampling_strategy=wanted)
    every, labels, synthetic = augmenter.augment(photos.images, photos.labels, return_mask=True)
    _write_photos(every[synthetic], labels[synthetic], output, quiet=quiet)


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
    shapes = _of_all(paths, lambda path: _shape(_decoded(path)))
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


def check_new_folder(output: str, folder: str | None = None) -> None:
    """Raise ValueError or OSError, before anything is done, if no new folder can be written there.

    Parameters
    ----------
    folder : str or None
        Where images are read.
    """
    place = Path(output)
    if output == "-":
        raise ValueError("images are written into a folder: name one with -o")
    if place.suffix.lower() in (*SUFFIXES, *FORMATS) and not output.endswith("/"):
        raise ValueError(f"{output} is named like a file, and images need a folder: name one, such as {place.stem}/")
    if folder is not None and place.resolve().is_relative_to(Path(folder).resolve()):
        raise ValueError(f"{output} lies in the folder that is read, {folder}: name one beside it")
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise FileExistsError(f"{output} is there already and not an empty folder: name another one")
    check_folder(output, place.parent)
    if not os.access(place.absolute().parent, os.W_OK):
        raise PermissionError(f"{output} cannot be written: the permissions forbid it")


def _write_photos(images: AnyArray, labels: AnyArray, output: str, *, quiet: bool) -> None:
    """Write images as PNG files, into a folder for each class of a new folder, which is there once it is complete.

    Unless `quiet`, a line says what was written.
    """
    from ..tensorflow import tf

    numbers: Counter[str] = Counter()
    with _new_folder(Path(output)) as temporary:
        for image, label in zip(images, labels.tolist(), strict=True):
            numbers[label] += 1
            file = temporary / label / f"synthetic-{numbers[label]:05}.png"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(tf.io.encode_png(image).numpy())
    if not quiet:
        print(f"ganaug: {_told(numbers, output)}", file=sys.stderr)


def _told(counts: Mapping[str, int], output: str) -> str:
    """What was written, in one line."""
    each = ", ".join(f"{name} ({count:,})" for name, count in sorted(counts.items()) if name)
    return f"{sum(counts.values()):,} new images are in {output}" + (f": {each}" if each else "")


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
        every = [each for each in sorted((folder / name).rglob("*")) if not each.is_dir() and each.name[0] != "."]
        found[name] = [each for each in every if each.suffix.lower() in SUFFIXES]
        others += [each for each in every if each.suffix.lower() not in SUFFIXES]
        if not found[name]:
            raise ValueError(f"{folder / name} has no images: they end in {', '.join(SUFFIXES)}")
    if others:
        print(f"ganaug: warning: left out, being no images of classes: {_named(others)}", file=sys.stderr)
    return found


def _of_all(paths: Sequence[Path], make: Callable[[Path], T]) -> list[T]:
    """What is made of each file; ValueError that names those that are no images."""
    too_large = imported("PIL.Image", "cli", "folders of images need").DecompressionBombError

    def made(path: Path) -> T | Exception:
        try:
            return make(path)
        except (ValueError, OSError, SyntaxError, too_large) as error:  # Pillow takes a damaged PNG file for bad syntax
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


def _decoded(path: Path) -> Image:
    """The picture as a viewer shows it, turned as its camera was held; the first one of those that move."""
    from PIL import Image, ImageOps

    with Image.open(path) as opened:
        picture = ImageOps.exif_transpose(opened)
    if picture.mode.startswith("I"):  # 16 bits a pixel, though it may be read as 32
        pixels = np.asarray(picture)
        if pixels.min() < 0 or pixels.max() >= 2**16:
            raise ValueError("its pixels have 32 bits, and what is white among them nobody says: save 8 or 16")
        return Image.fromarray((pixels // 256).astype(np.uint8))
    if picture.mode == "F":
        raise ValueError("its pixels are floats, and what is white among them nobody says: save whole ones")
    grey, see_through = picture.mode in ("1", "L", "LA"), picture.has_transparency_data
    return picture.convert(MODES[(1 if grey else 3) + see_through])


def _shape(image: Image) -> tuple[int, int, int]:
    """Height, width and channels."""
    return image.height, image.width, len(image.getbands())


def _common_channels(found: set[int]) -> int:
    """Of grey images 1 and of coloured ones 3, and one more if some can be seen through."""
    return (3 if found & {3, 4} else 1) + (not found.isdisjoint({2, 4}))


def _fitting(image: Image, size: Size, channels: int) -> AnyArray:
    """An image of that size and so many channels."""
    from PIL.Image import Resampling

    height, width = size
    if image.size != (width, height):
        image = image.resize((width, height), resample=Resampling.BILINEAR)  # of many pixels, where it shrinks
    return np.asarray(image.convert(MODES[channels])).reshape(height, width, channels)
