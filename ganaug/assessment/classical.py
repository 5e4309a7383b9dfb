"""Classical augmentation of images by Keras' own layers, which costs next to nothing."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator

from ..data.seeds import python_seeded
from ..data.weights import weights_name
from ..plain import AnyArray, Float64Array, MatrixLike, VectorLike
from .base import Attempt, Baseline, LeftOut, Setting, lacking_places

WHITE = 255.0
COLOURS = 3


class ByKerasLayer(Baseline):
    """Images of rare classes over again, changed by a layer, until all classes have as many; else all images."""

    verb = "are"
    of_images = True
    layer: ClassVar[str]
    mixes_labels: ClassVar[bool] = False

    def attempt(self, estimator: BaseEstimator, X: MatrixLike, y: VectorLike, setting: Setting) -> Attempt:
        images, labels = np.asarray(X), np.asarray(y)
        if images.ndim not in (3, 4):
            raise LeftOut("it takes images alone")
        if self.mixes_labels and weights_name(estimator) is None:
            raise LeftOut("the estimator takes no sample_weight, which a label of two classes needs")
        more = lacking_places(labels, setting.seed)
        chosen = more if len(more) else np.arange(len(images))
        told, known = labels[chosen], np.unique(labels)
        made, shares = self._changed(images[chosen], (told[:, None] == known).astype(np.float32), setting.seed)
        if not self.mixes_labels:
            return Attempt(estimator, np.concatenate([images, made]), np.concatenate([labels, told]))
        at, which = np.nonzero(shares)  # each image comes as often as it has classes
        row = np.concatenate([np.arange(len(images)), len(images) + at])
        weight = np.concatenate([np.ones(len(images)), shares[at, which]])
        targets = np.concatenate([labels, known[which]])
        return Attempt(estimator, np.concatenate([images, made[at]]), targets, weight, row)

    def _changed(self, images: AnyArray, shares: AnyArray, seed: int) -> tuple[AnyArray, Float64Array]:
        """The images as a layer makes them of others, and the share of each class in them."""
        from ..tensorflow import keras

        kind = getattr(keras.layers, self.layer, None)
        if kind is None:
            raise LeftOut(f"this version of Keras has no {self.layer}")
        options = {} if self.mixes_labels else {"value_range": (0, WHITE)}
        layer = kind(seed=seed, data_format="channels_last", dtype="float32", **options)
        low, high = float(images.min()), float(images.max())
        scaled = (images.astype(np.float32) - low) * (WHITE / ((high - low) or 1.0))
        grey = images.ndim == 3 or images.shape[-1] == 1
        coloured = np.repeat(scaled.reshape(*images.shape[:3], 1), COLOURS, -1) if grey else scaled
        with python_seeded(seed):
            made = layer({"images": coloured, "labels": shares}, training=True)
        changed = np.asarray(made["images"], np.float64)
        changed = changed.mean(-1).reshape(images.shape) if grey else changed
        back = np.clip(changed, 0, WHITE) * ((high - low) / WHITE) + low
        mixed = np.asarray(made["labels"], np.float64)
        return (back.round() if images.dtype.kind in "iu" else back).astype(images.dtype), mixed


class RandAugment(ByKerasLayer):
    """Turned, sheared, shifted, and other in brightness and colour.

    References
    ----------
    Cubuk, Zoph, Shlens, Le (2020). RandAugment: practical automated data augmentation with a reduced search space. CVPR
    workshops.
    """

    name, title, layer = "randaugment", "images by RandAugment", "RandAugment"


class AugMix(ByKerasLayer):
    """Mixed with up to three chains of changes of themselves.

    References
    ----------
    Hendrycks et al. (2020). AugMix: a simple data processing method to improve robustness and uncertainty. ICLR.
    """

    name, title, layer = "augmix", "images by AugMix", "AugMix"


class RandomErasing(ByKerasLayer):
    """With a rectangle blotted out.

    References
    ----------
    Zhong, Zheng, Kang, Li, Yang (2020). Random erasing data augmentation. AAAI.
    """

    name, title, layer = "random_erasing", "images with a part erased", "RandomErasing"


class MixUp(ByKerasLayer):
    """Two images, one through the other.

    References
    ----------
    Zhang, Cisse, Dauphin, Lopez-Paz (2018). mixup: beyond empirical risk minimization. ICLR.
    """

    name, title, layer = "mixup", "images by MixUp", "MixUp"
    mixes_labels = True


class CutMix(ByKerasLayer):
    """A rectangle of one image in another.

    References
    ----------
    Yun et al. (2019). CutMix: regularization strategy to train strong classifiers with localizable features. ICCV.
    """

    name, title, layer = "cutmix", "images by CutMix", "CutMix"
    mixes_labels = True


CLASSICAL = (RandAugment(), AugMix(), RandomErasing(), MixUp(), CutMix())
