"""The estimator: it checks, orchestrates and computes nothing itself."""

from __future__ import annotations

import time
from copy import copy
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from .asking import conditions_asked_for
from .balancing import enlarged, missing_in_ranges, missing_rows
from .containers import Container, ImageContainer
from .drawing import PlottingMixin
from .encoding import Encoder, fit_encoder
from .encoding.labels import ClassTarget, NumberTarget, Target, conditioned, target_of
from .engine import GeneratorState
from .evaluation.report import ReportMixin
from .fitting import fit_sampler
from .integrations.tfdata import DatasetMixin
from .layout import Encoded, stacked
from .oversampling import rows_to_top_up
from .parameters import check_parameters, check_ratio
from .sampling import Sampler, block_rng, entropy_of, natural_condition, sampler_of, seeds_from
from .transformer import AugmentingTransformer
from .validation import categorical_columns, check_data, check_rows, check_target


class GANAugmenter(ReportMixin, PlottingMixin, DatasetMixin, AugmentingTransformer, BaseEstimator):
    """Fits a conditional GAN to (X, y) and makes labelled synthetic rows or images.

    Parameters
    ----------
    ratio : float or "auto", default=1.0
        Synthetic rows per real row that `augment` adds, after `sampling_strategy`. In ``mode="replace"`` the share of
        rows that `fit_transform` replaces. "auto" is for :class:`ganaug.AugmentedClassifier` and
        :class:`ganaug.AugmentedRegressor` alone, which find by cross-validation how many help, if any.
    sampling_strategy : str, float, dict, callable or None, default=None
        Which classes `augment` tops up first, with imbalanced-learn's meaning: ``"auto"`` brings all classes to the
        size of the largest, a dict gives totals. None tops up none. Rebalancing alone is
        ``sampling_strategy="auto", ratio=0``. If `y` is a number, ranges take the place of classes: with ``"auto"`` ten
        of equal width, joined until each has five rows; a dict is ``{(low, high): total}``, where ``low <= y < high``.
    mode : {"append", "replace"}, default="append"
        What `fit_transform` does.
    categorical_features : "auto" or list, default="auto"
        Columns (names, or indices of an array) that hold categories although their dtype is numeric. Strings, booleans
        and ``category`` columns are always categorical.
    target_type : {"auto", "classes", "number"}, default="auto"
        Whether `y` holds labels or a number to regress on. "auto" takes numbers with a fraction, or with more distinct
        values than 20 and than the square root of the rows, for a number.
    steps : "auto" or int, default="auto"
        Training steps.
    time_budget : float or None, default=None
        Seconds after which fitting ends, with the generator as good as it got; refinement, too, then looks at no more
        rows than there is time for. The same seed gives the same model only if the time sufficed for all of it.
    batch_size : "auto" or int, default="auto"
    refine : "auto", bool or int, default="auto"
        Whether each row is chosen among several candidates by how real they look; a number says among how many. "auto"
        takes 16, and 1 for tables below 200 rows. Images are chosen among those that are recognised as their class, and
        moved by up to a twenty-fourth of their size.
    generator, discriminator : keras.Model, callable or None, default=None
        Your own networks: a Keras model, of which a copy is trained, or a callable that takes the
        ``ganaug.layout.Layout`` (``ImageLayout`` for images) and returns one. The generator maps [noise (n, any),
        condition (n, layout.condition_width)] to (n, *layout.raw_shape): for tables without activation, for images
        pixels in [-1, 1], or in [0, 1] from a sigmoid. The discriminator maps [rows (n, *layout.row_shape), condition]
        to logits (n, 1), or their sigmoid. A network with one input is told the condition by an embedding that is added
        to its noise, or projected on its last hidden layer.
    loss : {"relativistic", "wgan-gp", "wasserstein", "non-saturating", "hinge"}, default="relativistic"
        See :mod:`ganaug.engine.losses`.
    optimizer : "adam", "sgd" or keras.optimizers.Optimizer, default="adam"
    strategy : tf.distribute.Strategy or None, default=None
        Trains on its devices, each with its share of the batch.
    on_chunk : callable, list of callables or None, default=None
        Called after each chunk of steps, about once a second, with a :class:`ganaug.TrainingState`: losses, figures of
        the last check, and `sample` for rows as they are by now. One that returns True ends training. It is neither
        saved nor, if it is a lambda, pickled.
    early_stopping : bool or int, default=False
        Whether training ends once that many checks in a row, 3 for True, have not lowered `detection`. There is one
        check every 200 steps, but no more than ten in a fit, and fewer of tables with more than 50 columns.
    random_state : int, RandomState instance or None, default=None
        An int gives the same model, bit for bit, on the same machine, and the same samples.
    verbose : int, default=0
        Whether to show a progress bar with losses, detection and coverage.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted. Only for a target of classes.
    class_counts_ : dict
        Training rows of each class. Only for a target of classes.
    n_features_in_ : int
        Columns of a table, or values of an image.
    feature_names_in_ : ndarray of str
        Only if all column names are strings.
    history_ : DataFrame
        A row for every chunk of steps: step (int), seconds, discriminator_loss, generator_loss, detection, coverage
        (float). The last two are NaN but for the chunks after which the generator was checked, at most ten in a fit and
        always the last one: `detection` is the ROC AUC of quick gradient boosting that tells training rows from
        unrefined generated ones, 0.5 if it cannot; `coverage` the share of training rows with a generated row among
        their nearest neighbours, 0.97 for rows as good as real ones (Naeem et al. 2020).
    n_iter_ : int
        Steps taken. If an earlier check found the generator clearly better than the last one did, it is that earlier
        generator that is kept.
    stopped_by_ : {"steps", "time_budget", "interrupt", "diverged", "callback", "early_stopping"}

    Warns
    -----
    ConvergenceWarning
        If the time budget, Ctrl-C or diverging losses ended training in its first half.
    PoorClassWarning
        If a class's generated rows have collapsed, copy training rows, or are not like the class, after at least half
        of the steps that are automatic for the table; classes of fewer than 20 rows are not judged.

    References
    ----------
    Huang, Gokaslan, Kuleshov, Tompkin (2024). The GAN is dead; long live the GAN! A modern GAN baseline. NeurIPS.
    Naeem, Oh, Uh, Choi, Yoo (2020). Reliable fidelity and diversity metrics for generative models. ICML.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from ganaug import GANAugmenter
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> augmenter = GANAugmenter(steps=50, random_state=0).fit(X, y)
    >>> more_X, more_y = augmenter.sample({0: 2, 2: 3})
    >>> more_y.tolist()
    [0, 0, 2, 2, 2]
    >>> more_X.shape
    (5, 4)
    """

    def __init__(
        self,
        ratio: Any = 1.0,
        *,
        sampling_strategy: Any = None,
        mode: str = "append",
        categorical_features: Any = "auto",
        target_type: str = "auto",
        steps: Any = "auto",
        time_budget: float | None = None,
        batch_size: Any = "auto",
        refine: Any = "auto",
        generator: Any = None,
        discriminator: Any = None,
        loss: str = "relativistic",
        optimizer: Any = "adam",
        strategy: Any = None,
        on_chunk: Any = None,
        early_stopping: Any = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.ratio = ratio
        self.sampling_strategy = sampling_strategy
        self.mode = mode
        self.categorical_features = categorical_features
        self.target_type = target_type
        self.steps = steps
        self.time_budget = time_budget
        self.batch_size = batch_size
        self.refine = refine
        self.generator = generator
        self.discriminator = discriminator
        self.loss = loss
        self.optimizer = optimizer
        self.strategy = strategy
        self.on_chunk = on_chunk
        self.early_stopping = early_stopping
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None) -> GANAugmenter:
        """Learn to generate the rows of `X`, for a given `y` where there is one.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features), or images
            Columns of any mix of dtypes; missing values are learnt like any other value. Images are an array of shape
            (n_samples, height, width) or (n_samples, height, width, channels) of any numbers, 8 x 8 pixels or larger.
        y : array-like of shape (n_samples,) or None
            Labels, numbers, or nothing.

        Returns
        -------
        self : GANAugmenter

        Raises
        ------
        TypeError, ValueError
            For data that cannot be learnt, naming the columns, and for parameters that make no sense.
        """
        from .engine.trainer import Data

        started = time.monotonic()
        parameters = self.get_params(deep=False)
        check_parameters(parameters)
        data, container = check_data(X)
        check_rows(data, 2)
        target: Target | None = None
        condition, weight = Encoded.none(len(data)), np.ones(len(data))
        if y is not None:
            labels, self._target_is_series = check_target(y, len(data))
            target = target_of(labels, self.target_type)
            condition = target.encode(labels)
            if isinstance(target, ClassTarget):
                weight /= np.sqrt(target.counts[condition.codes[:, 0]])
        encoder, rows = fit_encoder(data, categorical=categorical_columns(self.categorical_features, data))
        layout = conditioned(encoder.layout, target)
        numbers = target.numbers if isinstance(target, NumberTarget) else None
        seeds = seeds_from(entropy_of(self.random_state), 3)
        classes = target.classes if isinstance(target, ClassTarget) else None
        seed = None if self.random_state is None else int(seeds[2])

        def augmenter_of(state: GeneratorState) -> GANAugmenter:
            fledgling = copy(self)
            fledgling._state, fledgling._sampler = state, sampler_of(state)
            fledgling.n_iter_, fledgling._seed, fledgling._samples_drawn = 0, seed, 0
            fledgling._adopt(container, encoder, target)
            return fledgling

        fitted = fit_sampler(
            layout, Data(rows, condition, weight), numbers, classes, parameters, seeds[:2], started, augmenter_of
        )
        self._state, self._sampler, self.history_ = fitted.state, fitted.sampler, fitted.history
        self.n_iter_, self.stopped_by_ = fitted.steps, fitted.stopped_by
        self._seed, self._samples_drawn = seed, 0
        self._adopt(container, encoder, target)
        self._remember(data, None if y is None else labels)
        return self

    def sample(self, n: Any = None, *, y: Any = None, random_state: Any = None, refine: bool = True) -> Any:
        """Generate rows.

        Parameters
        ----------
        n : int or dict
            How many rows: in all, with labels as frequent as in training; or for each class, in the dict's order. Rows
            of a table are balanced, if they are refined: how often each category, and each interval of a number,
            occurs with a label comes out right within a few rows of every thousand.
        y : array-like of shape (n,)
            Instead of `n`: row i is generated for ``y[i]``, whatever stands beside it, and not balanced.
        random_state : int, RandomState instance or None, default=None
            An int gives the same rows each time, and the first rows of a larger sample are those of a smaller one.
            Without it each call gives other rows; with an augmenter that has a `random_state`, the same ones in the
            same order of calls.
        refine : bool, default=True
            Whether to choose each row among several candidates, if the augmenter was fitted to do so. Without it rows
            come many times as fast, straight from the generator, and are told from real ones more easily.

        Returns
        -------
        X : of the container, columns and dtypes that the augmenter was fitted on
        y : likewise; only if it was fitted with one

        Raises
        ------
        ValueError, TypeError
            For unknown classes and counts that make no sense.
        """
        check_is_fitted(self, "n_iter_")
        seed = self._sampling_seed(random_state)
        condition, labels = conditions_asked_for(self._target, n, y, seed)
        sampler = self._sampler if refine else self._sampler.unrefined
        sampler = sampler if y is None else sampler.independent
        X = self._container.restore(self._generate(condition, seed, sampler))
        if self._target is None:
            return X
        return X, labels if self._target_is_series else labels.to_numpy()

    def augment(self, X: Any, y: Any = None, *, return_mask: bool = False) -> Any:
        """Real rows first, then synthetic ones, as many as `sampling_strategy` and `ratio` ask for.

        Parameters
        ----------
        X, y : as in `fit`
            The rows to augment, usually those of `fit`. Their classes are counted, and rows that top a class up are
            made with a look at them: see Notes.
        return_mask : bool, default=False
            Whether to return which rows are synthetic.

        Returns
        -------
        X, y, is_synthetic
            `y` only if the augmenter was fitted with one, the mask (bool ndarray) only if asked for. The index of a
            DataFrame starts anew.

        Notes
        -----
        Rows that `ratio` asks for are drawn as by `sample`. Those that `sampling_strategy` asks for are there for a
        classifier to learn a rare class from: each is chosen among generated rows and, for classes of few rows,
        crossings of a row of `X` with a neighbour, by how likely trees think its class. They so keep clear of where
        the other classes live, and are more typical of their class than rows from `sample`.
        """
        check_is_fitted(self, "n_iter_")
        check_ratio(self.ratio)
        real, _ = self._same_data(X)
        if self._target is None:
            new = self._generate(Encoded.none(round(self.ratio * len(real))), self._sampling_seed(None))
            parts: list[Any] = [self._container.restore(self._container.stack(real, new))]
        else:
            labels = self._labels(y, len(real))
            new, new_labels = self._extra(real, labels)
            every = _stack_labels(labels, new_labels)
            parts = [self._container.restore(self._container.stack(real, new))]
            parts.append(every if self._target_is_series else every.to_numpy())
        if return_mask:
            parts.append(np.arange(len(real) + len(new)) >= len(real))
        return parts[0] if len(parts) == 1 else tuple(parts)

    def save(self, path: Any) -> None:
        """Write the fitted augmenter to one file, from which :func:`ganaug.load` reads it back.

        The file holds plain numbers and text, no code and no training rows, and replaces an old one only once it is
        complete.

        Raises
        ------
        TypeError
            If a parameter or a category is of a type that a file cannot hold.
        """
        check_is_fitted(self, "n_iter_")
        from .persistence import save

        save(self, path)

    def _adopt(self, container: Container | ImageContainer, encoder: Encoder, target: Target | None) -> None:
        """Keep what was learnt about the data, and tell of it in public attributes."""
        self._container, self._encoder, self._target = container, encoder, target
        self.n_features_in_ = encoder.n_features
        for name in ("feature_names_in_", "classes_", "class_counts_"):
            self.__dict__.pop(name, None)
        if container.named and all(isinstance(name, str) for name in encoder.features):
            self.feature_names_in_ = np.array(encoder.features, dtype=object)
        if isinstance(target, ClassTarget):
            self.classes_ = target.classes
            self.class_counts_ = target.class_counts

    def _sampling_seed(self, random_state: Any) -> int:
        entropy = entropy_of(random_state)
        if random_state is None and self._seed is not None:
            entropy = (self._seed, self._samples_drawn)
            self._samples_drawn += 1
        return int(seeds_from(entropy, 1)[0])

    def _extra(self, real: Any, labels: pd.Series) -> tuple[Any, pd.Series]:
        """What `augment` adds: the rows that `sampling_strategy` asks for, then those that `ratio` asks for."""
        target, seed = self._target, self._sampling_seed(None)
        if isinstance(target, NumberTarget):
            if self.sampling_strategy is not None:
                missing = missing_in_ranges(self.sampling_strategy, labels.to_numpy())
                new = target.draw(labels, missing, self.ratio, block_rng(seed, 0, 1))
                return self._generate(target.encode(new), seed), new
            condition = natural_condition(target.layout, target.frequency, round(self.ratio * len(labels)), seed)
            return self._generate(condition, seed), target.decode(condition)
        assert isinstance(target, ClassTarget)
        codes = target.encode(labels)
        counts = labels.value_counts(sort=False)
        counts = {label: int(counts.get(label, 0)) for label in self.class_counts_ if counts.get(label, 0)}
        missing = (
            {} if self.sampling_strategy is None else missing_rows(self.sampling_strategy, counts, labels.to_numpy())
        )
        wanted = [target.encode_counts(part) for part in (missing, enlarged(counts, missing, self.ratio))]
        topped = rows_to_top_up(self._encoder, self._sampler, real, codes, wanted[0], seed)
        rows = stacked([topped, self._rows(wanted[1], seed)])
        return self._encoder.decode(rows), target.decode(Encoded.stack(wanted))

    def _labels(self, y: Any, rows: int) -> pd.Series:
        if y is None:
            raise ValueError("the augmenter was fitted with y: give the labels of these rows, too")
        return check_target(y, rows)[0]

    def _same_data(self, X: Any) -> tuple[Any, Container | ImageContainer]:
        data, container = check_data(X)
        if type(container) is not type(self._container):
            raise ValueError(f"X is {container.what}, but GANAugmenter was fitted on {self._container.what}")
        return container.matching(data, self._encoder.features), container

    def _generate(self, condition: Encoded, seed: int, sampler: Sampler | None = None) -> Any:
        return self._encoder.decode(self._rows(condition, seed, sampler))

    def _rows(self, condition: Encoded, seed: int, sampler: Sampler | None = None) -> Any:
        if not len(condition):
            return self._encoder.layout.empty()
        return (sampler or self._sampler).rows(condition, seed)


def _stack_labels(real: pd.Series, new: pd.Series) -> pd.Series:
    return pd.concat([real, new.astype(real.dtype)], ignore_index=True).rename(real.name)
