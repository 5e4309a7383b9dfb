"""Large images of rare classes: a frozen network, and synthetic features in its feature space.

Things from Fashion-MNIST are pasted into colour pictures of 64 x 64 pixels. A small network learns the five most
frequent classes from many pictures and is frozen; a network from keras.applications would stand in its place in a
project of yours. A linear model on its features then learns all ten classes from a long tail: 500 pictures of the
largest, 10 of the smallest. What is done for the rare ones is compared by balanced accuracy. Takes about ten minutes.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from images import Images, load, long_tail
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ganaug import GANOverSampler
from ganaug.tensorflow import keras  # without its notes on processors and drivers

SIDE = 64
Rows = tuple[Images, Images, Images | None]
"""Features, labels, weights."""


def pictures(things: Images, rng: np.random.Generator) -> Images:
    """Each thing in a colour, somewhere in front of a patchwork, at a size of its own, every other one mirrored."""
    made = np.empty((len(things), SIDE, SIDE, 3), np.uint8)
    for picture, thing in zip(made, things / things.max(), strict=True):
        patches = 0.4 * rng.random((*rng.integers(3, 9, 2), 3))
        across, down = (np.linspace(0, n - 1, SIDE).round().astype(int) for n in patches.shape[:2])
        scene = patches[np.ix_(across, down)]
        size = rng.integers(SIDE * 2 // 3, SIDE - 3)
        places = np.arange(size) * len(thing) // size
        large = thing[np.ix_(places, places)][:, :: rng.choice([-1, 1])]
        top, left = rng.integers(0, SIDE - size + 1, 2)
        behind = scene[top : top + size, left : left + size]
        behind[large > 0.05] = (large[..., None] * (0.5 + 0.5 * rng.random(3)))[large > 0.05]
        picture[:] = 255 * (scene + rng.normal(0, 0.03, scene.shape)).clip(0, 1)
    return made


def frozen_network(images: Images, labels: Images, seed: int, epochs: int) -> keras.Model:
    """512 features, from a network that learnt to tell these classes apart."""
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Input((SIDE, SIDE, 3)), keras.layers.Rescaling(1 / 127.5, -1)]
    for filters in (32, 64, 128, 512):
        layers += [
            keras.layers.Conv2D(filters, 3, strides=2, padding="same"),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.ReLU(),
        ]
    network = keras.Sequential([*layers, keras.layers.GlobalAveragePooling2D()])
    classes, codes = np.unique(labels, return_inverse=True)
    whole = keras.Sequential([network, keras.layers.Dropout(0.3), keras.layers.Dense(len(classes), "softmax")])
    whole.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy")
    whole.fit(images, codes, epochs=epochs, batch_size=64, verbose=1)
    network.trainable = False
    return network


def copies(X: Images, y: Images, rng: np.random.Generator) -> tuple[Images, Images]:
    """Rows with more of each class, drawn again, until all have as many."""
    most = np.bincount(y).max()
    again = np.concatenate([rng.choice(np.flatnonzero(y == k), most - (y == k).sum()) for k in np.unique(y)])
    return np.concatenate([X, X[again]]), np.concatenate([y, y[again]])


def mixed(X: Images, y: Images, rng: np.random.Generator) -> Rows:
    """MixUp of copies: each row with another one, each label with the weight of its part."""
    X, y = copies(X, y, rng)
    other, share = rng.permutation(len(X)), rng.beta(0.4, 0.4, len(X))
    X = share[:, None] * X + (1 - share[:, None]) * X[other]
    return np.concatenate([X, X]), np.concatenate([y, y[other]]), np.concatenate([share, 1 - share])


def pasted(images: Images, y: Images, network: Any, rng: np.random.Generator) -> Rows:
    """CutMix of copies: a rectangle of each picture from another one."""
    images, y = copies(images, y, rng)
    other, share = rng.permutation(len(images)), rng.beta(1.0, 1.0, len(images))
    made = images.copy()
    for k, (picture, part) in enumerate(zip(made, share, strict=True)):
        side = int(SIDE * np.sqrt(1 - part))
        top, left = rng.integers(0, SIDE - side + 1, 2)
        picture[top : top + side, left : left + side] = images[other[k], top : top + side, left : left + side]
    X = network.predict(made, verbose=0)
    return np.concatenate([X, X]), np.concatenate([y, y[other]]), np.concatenate([share, 1 - share])


def smote(X: Images, y: Images, seed: int) -> Rows:
    from imblearn.over_sampling import SMOTE

    return (*SMOTE(k_neighbors=min(5, np.bincount(y).min() - 1), random_state=seed).fit_resample(X, y), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="fashion_mnist", help="as in images.py (default: %(default)s)")
    parser.add_argument("--most", type=int, help="pictures of the largest class (default: 500, of digits 60)")
    parser.add_argument("--least", type=int, default=10, help="pictures of the smallest class (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=3, help="how many long tails (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=5, help="of the network (default: %(default)s)")
    parser.add_argument("--steps", type=int, help="training steps of the GAN (default: chosen from the rows)")
    arguments = parser.parse_args()

    things, labels, unseen, unseen_labels = load(arguments.data)
    labels, unseen_labels = labels.astype(int), unseen_labels.astype(int)
    most = arguments.most or (60 if arguments.data == "digits" else 500)
    scores: dict[str, list[tuple[float, float]]] = {}
    for seed in range(arguments.seeds):
        rng = np.random.default_rng(seed)
        tail, order = long_tail(labels, most, arguments.least, seed)
        rest = rng.permutation(np.setdiff1d(np.flatnonzero(np.isin(labels, order[:5])), tail))[:6000]
        many = np.concatenate([tail[np.isin(labels[tail], order[:5])], rest])
        network = frozen_network(pictures(things[many], rng), labels[many], seed, arguments.epochs)
        images, y = pictures(things[tail], rng), labels[tail]
        X, asked = network.predict(images, verbose=0), network.predict(pictures(unseen, rng), verbose=0)
        sampler = GANOverSampler(encoder=network, steps=arguments.steps or "auto", random_state=seed)
        ways: dict[str, Rows] = {
            "nothing": (X, y, None),
            "class weights": (X, y, (len(y) / np.bincount(y))[y] / len(order)),
            "copies": (*copies(X, y, rng), None),
            "SMOTE": smote(X, y, seed),
            "MixUp": mixed(X, y, rng),
            "CutMix": pasted(images, y, network, rng),
            "ganaug": (*sampler.fit_resample(images, y), None),
        }
        for name, (rows, targets, weight) in ways.items():
            head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
            head.fit(rows, targets, logisticregression__sample_weight=weight)
            guess = head.predict(asked)
            rare = recall_score(unseen_labels, guess, labels=order[-3:], average="macro")
            scores.setdefault(name, []).append((balanced_accuracy_score(unseen_labels, guess), rare))
        print(f"long tail {seed + 1} of {arguments.seeds}: ganaug {scores['ganaug'][-1][0]:.3f}", flush=True)

    print(f"\n{'':16}{'balanced accuracy':>20}{'behind ganaug':>18}{'recall of the rarest 3':>26}")
    best = np.array(scores["ganaug"])
    for name, found in scores.items():
        gap = (best - np.array(found))[:, 0]
        error = gap.std(ddof=1) / np.sqrt(len(gap)) if len(gap) > 1 else np.nan
        behind = "" if name == "ganaug" else f"{gap.mean():.3f} ± {error:.3f}"
        accuracy, rare = np.mean(found, axis=0)
        print(f"{name:16}{accuracy:>20.3f}{behind:>18}{rare:>26.3f}")


if __name__ == "__main__":
    main()
