"""A long tail of images: does a classifier see rare clothes better once a GAN has made more of them?

Of Fashion-MNIST's ten classes the largest keeps 500 training images and the smallest 10. A classifier is trained on
these, and on as many images of each class: copies, shifted and mirrored copies, synthetic ones, and half of either. The
figure shows what the generator makes of each class. Takes about five minutes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from ganaug import GANAugmenter

try:
    import matplotlib.pyplot as plt
except ImportError as error:
    raise SystemExit("This example needs matplotlib: pip install 'ganaug[plot]'") from error

Images = NDArray[Any]
CLOTHES = "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"
"""What Fashion-MNIST's labels mean."""


def load(data: str) -> tuple[Images, Images, Images, Images]:
    """Training images and labels, then held-out ones."""
    if data == "digits":
        images, labels = load_digits(return_X_y=True)
        images = images.reshape(-1, 8, 8)
        return images[:1000], labels[:1000], images[1000:], labels[1000:]
    if data == "fashion_mnist":
        from keras.datasets import fashion_mnist

        (images, labels), (unseen, unseen_labels) = fashion_mnist.load_data()
        return images, labels, unseen[:3000], unseen_labels[:3000]
    if Path(data).is_dir():
        return held_out(data)
    stored = np.load(data)
    return tuple(stored[name] for name in ("x_train", "y_train", "x_test", "y_test"))


def held_out(folder: str) -> tuple[Images, Images, Images, Images]:
    """A folder of images for each class; a fifth of them is held out."""
    from keras.utils import image_dataset_from_directory

    options = {"image_size": (32, 32), "validation_split": 0.2, "seed": 0}
    arrays = []
    for part in image_dataset_from_directory(folder, subset="both", **options):
        images, places = (np.concatenate(each) for each in zip(*part.as_numpy_iterator(), strict=True))
        arrays += [images.round().astype(np.uint8), np.array(part.class_names)[places]]
    return tuple(arrays)


def long_tail(labels: Images, most: int, least: int, seed: int = 0) -> tuple[Images, Images]:
    """Rows of classes that shrink geometrically, and the classes from the largest on."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.unique(labels))
    sizes = np.geomspace(most, least, len(order)).astype(int)
    rows = [rng.permutation(np.flatnonzero(labels == k))[:size] for k, size in zip(order, sizes, strict=True)]
    return np.concatenate(rows), order


def shifted(images: Images, rng: np.random.Generator) -> Images:
    """Moved by up to two pixels, every other one mirrored."""
    moved = [np.roll(image, rng.integers(-2, 3, 2), (0, 1)) for image in images]
    return np.stack([image[:, ::-1] if rng.random() < 0.5 else image for image in moved])


def classifier() -> Any:
    return make_pipeline(PCA(50, random_state=0), SVC(C=10))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", default="fashion_mnist",
        help="fashion_mnist, which is downloaded; digits, which come with scikit-learn; an .npz file of yours with "
        "x_train, y_train, x_test and y_test; or a folder of folders of images, one a class (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--most", type=int, help="images of the largest class (default: 500, of digits 80)")
    parser.add_argument("--least", type=int, default=10, help="images of the smallest class (default: %(default)s)")
    parser.add_argument("--steps", type=int, help="training steps of the GAN (default: chosen from the images' size)")
    parser.add_argument("--out", type=Path, default=Path("images.png"), help="the figure (default: %(default)s)")
    arguments = parser.parse_args()

    images, labels, unseen, unseen_labels = load(arguments.data)
    tail, order = long_tail(labels, arguments.most or (80 if arguments.data == "digits" else 500), arguments.least)
    images, labels = images[tail], labels[tail]
    counts = {k: int((labels == k).sum()) for k in order.tolist()}
    print(f"training images of each class: {counts}")

    augmenter = GANAugmenter(steps=arguments.steps or "auto", random_state=0, verbose=1).fit(images, labels)
    missing = {k: max(counts.values()) - count for k, count in counts.items()}
    synthetic, synthetic_labels = augmenter.sample(missing)
    rng = np.random.default_rng(0)
    again = np.concatenate([rng.choice(np.flatnonzero(labels == k), count) for k, count in missing.items()])
    classical, half = shifted(images[again], rng), rng.random(len(again)) < 0.5
    added = {
        "nothing": (images[:0], labels[:0]),
        "copies": (images[again], labels[again]),
        "shifted and mirrored": (classical, labels[again]),
        "synthetic": (synthetic, synthetic_labels),
        "half of either": (
            np.concatenate([synthetic[half], classical[~half]]),
            np.concatenate([synthetic_labels[half], labels[again][~half]]),
        ),
    }
    print(f"\n{'added':24}{'balanced accuracy':>20}{'recall of the rarest 3':>26}")
    for name, (more, more_labels) in added.items():
        every = np.concatenate([images, more]).reshape(len(images) + len(more), -1) / images.max()
        model = classifier().fit(every, np.concatenate([labels, more_labels]))
        guess = model.predict(unseen.reshape(len(unseen), -1) / images.max())
        rare = recall_score(unseen_labels, guess, labels=order[-3:], average="macro")
        print(f"{name:24}{balanced_accuracy_score(unseen_labels, guess):>20.3f}{rare:>26.3f}")

    _, axes = plt.subplots(figsize=(9, 8), layout="constrained")
    augmenter.plot_samples(12, random_state=0, ax=axes)
    names = CLOTHES if Path(arguments.data).stem == "fashion_mnist" else {k: k for k in counts}
    axes.set_yticks(axes.get_yticks(), [f"{names[k]} ({counts[k]})" for k in sorted(counts)])
    axes.set_title("Synthetic images of each class (training images of it)")
    axes.figure.savefig(arguments.out, dpi=110, bbox_inches="tight")
    print(f"\nsample grid: {arguments.out}")


if __name__ == "__main__":
    main()
