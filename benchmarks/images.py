"""Do synthetic images help a classifier of a long tail, next to copies and to classical augmentation?

``python -m benchmarks.images`` takes Fashion-MNIST as Keras downloads it; ``--data FILE.npz`` takes a file of yours,
with x_train, y_train, x_test and y_test as Keras writes them, or with images, labels and split (0 train, 1 test). A
long tail is cut from the training images, the test images stay as they are, and every method tops each class up to the
largest.

Kernel inception distances are taken between features of a network that was trained for the task on all training images,
class by class: of synthetic images to held-out ones, and, as the floor, of real images that the generator has not seen.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.metrics import recall_score
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from tqdm import tqdm

from ganaug import GANAugmenter
from ganaug.evaluation.likeness import kernel_distance

from .results import Results

Images = NDArray[Any]
Labels = NDArray[np.int64]
Predict = Callable[[Images], Labels]
METHODS = ("nothing", "copies", "classical", "ganaug", "ganaug + classical")
TAIL = 3
CNN_STEPS = 1500
KID_IMAGES = 300
NEAREST_IMAGES = 2000


class Split(NamedTuple):
    train: Images
    train_labels: Labels
    test: Images
    test_labels: Labels

    @property
    def classes(self) -> int:
        return int(self.train_labels.max()) + 1


def load(path: Path | None) -> Split:
    """Images of shape (n, height, width, channels) in 8 bits, labels counted from 0."""
    if path is None:
        from keras.datasets import fashion_mnist

        (train, train_labels), (test, test_labels) = fashion_mnist.load_data()
    else:
        stored = np.load(path)
        if "x_train" in stored:
            train, train_labels, test, test_labels = (stored[f"{x}_{part}"] for part in ("train", "test") for x in "xy")
        else:
            held_out = stored["split"] == 1
            train, train_labels = stored["images"][~held_out], stored["labels"][~held_out]
            test, test_labels = stored["images"][held_out], stored["labels"][held_out]
    with_channels = [images if images.ndim == 4 else images[..., None] for images in (train, test)]
    codes = np.unique(np.concatenate([train_labels, test_labels]).ravel(), return_inverse=True)[1]
    return Split(with_channels[0], codes[: len(train)], with_channels[1], codes[len(train) :])


def long_tail(labels: Labels, most: int, least: int, seed: int) -> tuple[NDArray[np.intp], Labels]:
    """Rows of a training set whose classes shrink geometrically, and the classes from the largest on."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.unique(labels))
    sizes = np.geomspace(most, least, len(order)).round().astype(int)
    rows = [rng.permutation(np.flatnonzero(labels == k))[:size] for k, size in zip(order, sizes, strict=True)]
    return np.concatenate(rows), order


def copies(images: Images, labels: Labels, rng: np.random.Generator) -> tuple[Images, Labels]:
    """As many more of each class as it has less than the largest."""
    counts = np.bincount(labels)
    rows = [rng.choice(np.flatnonzero(labels == k), counts.max() - counts[k]) for k in np.unique(labels)]
    return images[np.concatenate(rows)], labels[np.concatenate(rows)]


def classical(images: Images, rng: np.random.Generator) -> Images:
    """Moved by up to two pixels, every other one mirrored."""
    moved = [np.roll(image, rng.integers(-2, 3, 2), (0, 1)) for image in images]
    return np.stack([image[:, ::-1] if rng.random() < 0.5 else image for image in moved])


def training_sets(
    images: Images, labels: Labels, augmenter: GANAugmenter, seed: int
) -> dict[str, tuple[Images, Labels]]:
    """For each method what it adds."""
    rng = np.random.default_rng(seed)
    more, more_labels = copies(images, labels, rng)
    moved = classical(more, rng)
    counts = np.bincount(labels)
    wanted = {k: int(counts.max() - counts[k]) for k in np.unique(labels)}
    made, made_labels = augmenter.sample(wanted, random_state=seed)
    half = rng.random(len(more)) < 0.5
    return {
        "nothing": (images[:0], labels[:0]),
        "copies": (more, more_labels),
        "classical": (moved, more_labels),
        "ganaug": (made, made_labels),
        "ganaug + classical": (
            np.concatenate([made[half], moved[~half]]), np.concatenate([made_labels[half], more_labels[~half]])
        ),
    }  # fmt: skip


def network(shape: tuple[int, ...], classes: int, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed)
    layers = [keras.Input(shape), keras.layers.Rescaling(1 / 255)]
    for filters, strides in ((32, 1), (64, 2), (128, 2)):
        layers += [
            keras.layers.Conv2D(filters, 3, strides, "same"),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
        ]
    layers += [keras.layers.GlobalAveragePooling2D(), keras.layers.Dropout(0.3), keras.layers.Dense(classes)]
    return keras.Sequential(layers)


def trained(images: Images, labels: Labels, classes: int, steps: int, seed: int) -> Any:
    """A small convolutional network, its learning rate falling to 0."""
    import keras

    model = network(images.shape[1:], classes, seed)
    rate = keras.optimizers.schedules.PolynomialDecay(2e-3, steps, 0.0)
    model.compile(keras.optimizers.Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rows = np.random.default_rng(seed).integers(0, len(images), steps * 64)
    model.fit(images[rows], labels[rows], batch_size=64, shuffle=False, verbose=0)
    return model


def cnn(images: Images, labels: Labels, classes: int, steps: int, seed: int) -> Predict:
    model = trained(images, labels, classes, steps, seed)
    return lambda unseen: model.predict(unseen, batch_size=500, verbose=0).argmax(1)


def svc(images: Images, labels: Labels, _classes: int, _steps: int, seed: int) -> Predict:
    most = min(100, len(images) - 1)
    model = make_pipeline(PCA(most, random_state=seed), SVC(C=10)).fit(flat(images) / 255, labels)
    return lambda unseen: model.predict(flat(unseen) / 255)


CLASSIFIERS: dict[str, Callable[..., Predict]] = {"cnn": cnn, "svc": svc}


def flat(images: Images) -> NDArray[np.float32]:
    return images.reshape(len(images), -1).astype(np.float32)


def distances(data: Split, tail: NDArray[np.intp], augmenter: GANAugmenter, steps: int, seed: int) -> dict[str, Any]:
    """Kernel distances of each class to held-out images: of synthetic ones, and of real ones outside the tail; NaN
    where there are none."""
    import keras

    model = trained(data.train, data.train_labels, data.classes, steps, seed)
    features = keras.Model(model.inputs, model.layers[-3].output)
    made, made_labels = augmenter.sample(dict.fromkeys(range(data.classes), KID_IMAGES), random_state=seed + 1)
    spare = np.setdiff1d(np.arange(len(data.train)), tail)
    space = {
        "held-out": (data.test, data.test_labels),
        "synthetic": (made, made_labels),
        "real": (data.train[spare], data.train_labels[spare]),
    }
    found: dict[str, list[float]] = {"synthetic": [], "real": []}
    for k in range(data.classes):
        each = {
            name: features.predict(images[labels == k][:KID_IMAGES], batch_size=500, verbose=0).astype(np.float64)
            for name, (images, labels) in space.items()
            if (labels == k).sum() > 1
        }
        for name, values in found.items():
            values.append(kernel_distance(each[name], each["held-out"]) if name in each else np.nan)
    return {"kid": found["synthetic"], "kid_floor": found["real"]}


def near_copies(train: Images, held_out: Images, made: Images) -> float:
    """Share of synthetic images nearer to a training image than all but a hundredth of the held-out ones."""
    index = NearestNeighbors(n_neighbors=1).fit(flat(train))
    usual, own = (index.kneighbors(flat(images[:NEAREST_IMAGES]))[0] for images in (held_out, made))
    return float((own < np.quantile(usual, 0.01)).mean())


def measured(data: Split, asked: argparse.Namespace, seed: int, progress: Any) -> dict[str, Any]:
    """All figures of one long tail."""
    tail, order = long_tail(data.train_labels, asked.most, asked.least, seed)
    images, labels = data.train[tail], data.train_labels[tail]
    started = time.perf_counter()
    augmenter = GANAugmenter(steps=asked.steps or "auto", random_state=seed).fit(images, labels)
    row: dict[str, Any] = {"seed": seed, "fit_seconds": time.perf_counter() - started, "order": order.tolist()}
    row["counts"] = np.bincount(labels).tolist()
    progress.update()
    recalls: dict[str, dict[str, list[float]]] = {}
    for method, (more, more_labels) in training_sets(images, labels, augmenter, seed).items():
        if method == "ganaug":
            row["near_copies"] = near_copies(images, data.test, more)
        for name, fit in CLASSIFIERS.items():
            every, every_label = np.concatenate([images, more]), np.concatenate([labels, more_labels])
            predict = fit(every, every_label, data.classes, asked.cnn_steps, seed)
            recall = recall_score(data.test_labels, predict(data.test), average=None)
            recalls.setdefault(name, {})[method] = recall.tolist()
            progress.update()
    row |= {"recall": recalls, **distances(data, tail, augmenter, asked.cnn_steps, seed)}
    progress.update()
    return row


def summary(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Means over long tails: balanced accuracy, and recall of the rarest classes."""
    found = [
        {
            "classifier": name,
            "method": method,
            "balanced accuracy": np.mean(recall),
            f"recall of the rarest {TAIL}": np.mean(np.array(recall)[row["order"][-TAIL:]]),
        }
        for row in rows
        for name, methods in row["recall"].items()
        for method, recall in methods.items()
    ]
    return pd.DataFrame(found).groupby(["classifier", "method"], sort=False).mean()


def by_rank(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Means over long tails for the largest class, the next one, and so on."""
    order = [row["order"] for row in rows]

    def mean(values: list[list[float]]) -> NDArray[Any]:
        return np.mean([np.array(each)[place] for each, place in zip(values, order, strict=True)], axis=0)

    columns = {"images": mean([row["counts"] for row in rows])}
    for method in ("classical", "ganaug + classical"):
        columns[f"cnn's recall, {method}"] = mean([row["recall"]["cnn"][method] for row in rows])
    columns["KID"] = mean([row["kid"] for row in rows])
    columns["KID of real images"] = mean([row["kid_floor"] for row in rows])
    return pd.DataFrame(columns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a local .npz file (default: Fashion-MNIST, downloaded)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="a long tail each")
    parser.add_argument("--most", type=int, default=500, help="images of the largest class (default: %(default)s)")
    parser.add_argument("--least", type=int, default=10, help="images of the smallest class (default: %(default)s)")
    parser.add_argument("--test", type=int, default=3000, help="held-out images (default: %(default)s)")
    parser.add_argument("--steps", type=int, help="training steps of the GAN (default: automatic)")
    parser.add_argument("--cnn-steps", type=int, default=CNN_STEPS, help="default: %(default)s")
    asked = parser.parse_args()
    data = load(asked.data)
    data = data._replace(test=data.test[: asked.test], test_labels=data.test_labels[: asked.test])
    names = ("most", "least", "test", "steps", "cnn_steps")
    results = Results("images", {name: getattr(asked, name) for name in names} | {"own images": bool(asked.data)})
    new = [seed for seed in asked.seeds if not results.find(seed=seed)]
    with tqdm(total=len(new) * (len(METHODS) * len(CLASSIFIERS) + 2)) as progress:
        for seed in new:
            progress.set_description(f"long tail {seed}")
            results.add(measured(data, asked, seed, progress))
    print(summary(results.rows).round(4).to_string())
    print(by_rank(results.rows).round(3).to_string())
    seconds, near = (np.mean([row[name] for row in results.rows]) for name in ("fit_seconds", "near_copies"))
    print(f"fit {seconds:.0f} s; {near:.2%} of the synthetic images are nearly copies")


if __name__ == "__main__":
    main()
