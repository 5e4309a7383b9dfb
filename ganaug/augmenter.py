"""The estimator: it checks, orchestrates and computes nothing itself."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, get_args, overload

from sklearn.base import OneToOneFeatureMixin, TransformerMixin

from .data.datasets import ARRAYS, arrays_of, is_dataset
from .data.embedding import PASSTHROUGH, Embedded, Embedding, EncoderLike, check_encoder, taken_in
from .data.pipelines import Augmented, check_container, check_last_step
from .data.sampling_strategy import Strategy, check_strategy
from .data.seeds import SampleSeeds, entropy_of, seeds_from
from .data.target_types import TargetType, check_asked_for
from .data.targets import conditioned
from .data.validation import accepts_any_table
from .evaluation.card import CardMixin
from .evaluation.report import ReportMixin
from .gan.fit import fit_model
from .gan.start import start_from, start_from_scan
from .gan.warm import taken_up
from .modality.generator import Build, Generator
from .modality.protocols import Model
from .model import GenerativeModel, HoldsModel
from .params import (
    DOCS,
    Auto,
    GANParameters,
    check_parameters,
    check_ratio,
    configured,
    one_of,
    parameter,
    plain_parameters,
    with_docs,
)
from .persistence.archive import Mismatch, errors_about
from .persistence.model_file import read_model, write_model
from .plain import (
    BoolArray,
    Count,
    LargeTable,
    MatrixLike,
    PathLike,
    RandomState,
    SameLabels,
    SameTable,
    TensorDataset,
    VectorLike,
)
from .plans.plan import PlanMixin
from .plots import PlottingMixin
from .scanning.scan import Scan, scan_of
from .teaching.lesson import SoftLabels
from .teaching.taught import taught
from .teaching.teacher import TeacherLike
from .tf.api import DatasetMixin
from .translation.translate import TranslationMixin

if TYPE_CHECKING:
    from sklearn.utils import Tags

Mode: TypeAlias = Literal["append", "replace"]


@with_docs(shared=DOCS)
@dataclass(kw_only=True, eq=False, repr=False)
class GANAugmenter(
    DatasetMixin,
    ReportMixin,
    CardMixin,
    PlottingMixin,
    PlanMixin,
    TranslationMixin,
    HoldsModel,
    OneToOneFeatureMixin,
    TransformerMixin,
    GANParameters,
):
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
    target_type : {"auto", "classes", "number"}, default="auto"
        Whether `y` holds labels or a number to regress on. "auto" takes numbers with a fraction, or with more distinct
        values than 20 and than the square root of the rows, for a number; but whole numbers that all recur for labels
        if `sampling_strategy` asks for classes. It warns where whole numbers that it takes for a number recur. As
        many dates, times or durations are an error, unless "classes" takes each of them for a class.
    warm_start : bool, default=False
        Whether another `fit` goes on with the generator that there is, for `steps` more, on the rows given then: those
        of before with new ones among them, or new ones alone, which it will then be like. Columns, categories, classes
        and rules stay those of the first fit, and ValueError names what does not keep to them. Where at most one row in
        a hundred breaks a rule that was found, DataWarning does. Numbers out of the first fit's range are taken for its
        ends. The discriminator goes on as well; after :func:`ganaug.load`, or a fit without `warm_start`, there is
        none, and a new one learns alone at first. Refinement is learnt anew.
    {shared}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted. Only for a target of classes.
    class_counts_ : dict
        Training rows of each class. Only for a target of classes.
    n_features_in_ : int
        Columns of a table that were learnt, or values of an image.
    feature_names_in_ : ndarray of str
        Only if all column names are strings.
    rules_ : list of KeptRule
        The rules that every training row keeps, and so does every row that is generated. Each has a `text`, a `kind`,
        the names of its `columns`, and its `support`: training rows that could have broken it.
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
        of the steps that are automatic for the table; classes of fewer than 20 rows are named only if so few can tell.

    See Also
    --------
    GANOverSampler : Rebalances in one call, as SMOTE does.
    AugmentedClassifier : A classifier that augments inside `fit`, for cross-validation.
    AugmentedRegressor : The same for a number.
    assess : Whether synthetic rows help.
    load : Reads what `save` wrote.

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

    _doc_page = "augmenter"

    ratio: float | Auto = field(default=1.0, kw_only=False, metadata={"check": check_ratio})
    sampling_strategy: Strategy | None = parameter(None, check_strategy)
    mode: Mode = parameter("append", one_of(*get_args(Mode)))
    target_type: TargetType = parameter("auto", one_of(*get_args(TargetType)))
    warm_start: bool = False

    def fit(self, X: MatrixLike | TensorDataset | LargeTable | Scan, y: VectorLike | str | None = None) -> Self:
        """Learn to generate the rows of `X`, for a given `y` where there is one.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features), or images
            Columns of any mix of dtypes; missing values are learnt like any other value. DataFrames are those of pandas
            and polars, and tables of pyarrow; the latter two need ``pip install 'ganaug[frames]'``. Images are an array
            of shape (n_samples, height, width) or (n_samples, height, width, channels) of any numbers, 8 x 8 pixels or
            larger; or a finite `tf.data.Dataset` of them, batched or not, which is read once. A table that is larger
            than memory is what :func:`ganaug.scan` returns, a pyarrow.dataset, or a DataFrame of Dask, Ray or Spark.
        y : array-like of shape (n_samples,) or None
            Labels, numbers, or nothing. A scan brings its own, and so does a dataset of (image, label), whose labels
            become names if it has `class_names`; of the other large tables, the name of their column.

        Returns
        -------
        self : GANAugmenter

        Raises
        ------
        TypeError, ValueError
            For data that cannot be learnt, naming the columns, and for parameters that make no sense.
        """
        started = time.monotonic()
        self._check_parameters()
        X, y = taken_in(self.encoder, X, y)
        scanned = None if isinstance(X, Embedded) else scan_of(X, y)
        if self.warm_start and hasattr(self, "_model"):
            if scanned is not None:
                X, y = scanned.table()
            return self._fit_on(X, y, started)
        kinds = self.target_type, self.sampling_strategy
        start = start_from(X, y, self, *kinds) if scanned is None else start_from_scan(scanned, self, *kinds)
        encoder, target = start.encoder, start.target
        config = configured(self, start.modality, (len(start.data.rows), *encoder.layout.row_shape))
        seeds = seeds_from(entropy_of(self.random_state), 3)
        untrained = GenerativeModel(
            start.container,
            encoder,
            target,
            Generator(conditioned(encoder.layout, target), config.sizes.size, [], self.generator),
            SampleSeeds(None if self.random_state is None else int(seeds[2])),
            label_container=start.label_container,
            rows=start.rows,
            missing=start.missing,
            embedding=X.embedding if isinstance(X, Embedded) else None,
        )
        keep = self.warm_start
        self._model = fit_model(untrained, start.data, config, seeds[:2], started, keep_discriminator=keep)
        self._remember(start.table, start.labels)
        return self

    def _fit_on(self, X: MatrixLike | Embedded, y: VectorLike | None, started: float) -> Self:
        """Go on from the model that there is."""
        model, data, table, labels = taken_up(
            self._model, X, y, found=self.rules == "auto", identifiers=self.identifiers
        )
        layout = model.generator.layout
        config = configured(self, model.modality, (len(data.rows), *layout.row_shape), model.generator.size)
        seeds = seeds_from(entropy_of(self.random_state), 2)
        self._model = fit_model(model, data, config, seeds, started, keep_discriminator=True)
        self._remember(table, labels)
        return self

    @overload
    def sample(
        self, n: Mapping[Any, int], *, random_state: RandomState = None, refine: bool = True
    ) -> tuple[Any, Any]: ...
    @overload
    def sample(self, *, y: VectorLike, random_state: RandomState = None, refine: bool = True) -> tuple[Any, Any]: ...
    @overload
    def sample(self, n: int, *, random_state: RandomState = None, refine: bool = True) -> Any: ...
    def sample(
        self,
        n: Count | None = None,
        *,
        y: VectorLike | None = None,
        random_state: RandomState = None,
        refine: bool = True,
    ) -> Any:
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
        return self._fitted.sample(n, y=y, random_state=random_state, refine=refine, verbose=self.verbose)

    @overload
    def augment(self, X: SameTable, y: None = None, *, return_mask: Literal[False] = False) -> SameTable: ...
    @overload
    def augment(self, X: SameTable, y: None = None, *, return_mask: Literal[True]) -> tuple[SameTable, BoolArray]: ...
    @overload
    def augment(
        self, X: SameTable, y: SameLabels, *, return_mask: Literal[False] = False
    ) -> tuple[SameTable, SameLabels]: ...
    @overload
    def augment(
        self, X: SameTable, y: SameLabels, *, return_mask: Literal[True]
    ) -> tuple[SameTable, SameLabels, BoolArray]: ...
    @overload
    def augment(
        self,
        X: MatrixLike,
        y: VectorLike,
        *,
        teacher: TeacherLike,
        soft_labels: SoftLabels = "weights",
        return_mask: bool = False,
    ) -> tuple[Any, ...]: ...
    @overload
    def augment(
        self, X: MatrixLike | TensorDataset, y: VectorLike | None = None, *, return_mask: bool = False
    ) -> Any: ...
    def augment(
        self,
        X: MatrixLike | TensorDataset,
        y: VectorLike | None = None,
        *,
        return_mask: bool = False,
        teacher: TeacherLike | None = None,
        soft_labels: SoftLabels = "weights",
    ) -> Any:
        """Real rows first, then synthetic ones, as many as `sampling_strategy` and `ratio` ask for.

        Parameters
        ----------
        X, y : as in `fit`
            The rows to augment, usually those of `fit`. Their classes are counted, and rows that top a class up are
            made with a look at them: see Notes.
        return_mask : bool, default=False
            Whether to return which rows are synthetic.
        teacher : "auto", estimator, callable or None, default=None
            Who labels the synthetic rows, as in :class:`ganaug.AugmentedClassifier`, which labels the real ones, too.
            It is fitted to `X` and `y`. None leaves rows the labels that they were made for.
        soft_labels : {"weights", "probabilities", "draw"}, default="weights"
            What comes of the teacher's probabilities; for a number, `y` simply has what the teacher predicts.
            "weights" gives a synthetic row once for each class that it may be of, with the probability as its weight;
            real rows weigh 1. "probabilities" gives a `y` of shape (n, n_classes) in the order of `classes_`, one-hot
            for real rows. "draw" gives each row one label, drawn from them.

        Returns
        -------
        X, y, sample_weight, is_synthetic
            `y` only if the augmenter was fitted with one, the weights (float ndarray) only with a teacher of classes
            and ``soft_labels="weights"``, the mask (bool ndarray) only if asked for. The index of a DataFrame starts
            anew. Dtypes are those of `X`; where they cannot hold the synthetic values, those of `fit` or wider ones.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.tree import DecisionTreeClassifier
        >>> from ganaug import GANAugmenter
        >>> X, y = load_iris(return_X_y=True, as_frame=True)
        >>> augmenter = GANAugmenter(ratio=3, steps=50, random_state=0).fit(X, y)
        >>> more_X, more_y, weight = augmenter.augment(X, y, teacher="auto")
        >>> tree = DecisionTreeClassifier(max_depth=3).fit(more_X, more_y, sample_weight=weight)
        >>> round(weight.sum())
        600

        Notes
        -----
        Rows that `ratio` asks for are drawn as by `sample`. Those that `sampling_strategy` asks for are there for a
        classifier to learn a rare class from: each is chosen among generated rows and, for classes of few rows,
        crossings of a row of `X` with a neighbour, by how likely trees think its class. They so keep clear of where
        the other classes live, and are more typical of their class than rows from `sample`.
        """
        model = self._fitted
        X, y = arrays_of(X, y)
        X = model.embedded(X)
        if teacher is None and soft_labels != "weights":
            raise ValueError(
                f"soft_labels={soft_labels!r} says what comes of a teacher's probabilities: give a teacher, such as "
                "teacher='auto'"
            )
        strategy, ratio = self.sampling_strategy, check_ratio(self.ratio)
        if teacher is not None:
            return taught(
                model, teacher, X, y, strategy, ratio, soft_labels, return_mask=return_mask, verbose=self.verbose
            )
        every, labels, is_synthetic = model.augmented(X, y, strategy, ratio, verbose=self.verbose)
        parts = [every, *([] if model.target is None else [labels]), *([is_synthetic] if return_mask else [])]
        return parts[0] if len(parts) == 1 else tuple(parts)

    def transform(self, X: MatrixLike) -> Any:
        """`X` unchanged, but for columns left out by ``identifiers="drop"``: only training data is augmented.

        With an `encoder` its features, as they stand in what `augment` returns.
        """
        made = self._fitted.transformed(X)
        check_container(self, made)
        return made

    def fit_transform(self, X: MatrixLike | TensorDataset, y: VectorLike | None = None) -> Any:
        """Fit, then augment the same rows.

        Returns
        -------
        (X, y), or X without a target
            In ``mode="append"``, as from `augment`; good in the last step of a Pipeline only, which keeps its `y`. In
            ``mode="replace"`` only `X`, with `ratio` of its rows replaced by synthetic ones of the same label and the
            index it came with.

        Raises
        ------
        ValueError
            In ``mode="append"`` in the middle of a Pipeline, before anything is fitted.
        """
        self._check_parameters()
        if self.mode == "replace" and is_dataset(X):
            raise TypeError(f"mode='replace' returns X alone, and a dataset would lose its labels: {ARRAYS}")
        if self.mode == "append" and y is not None:
            check_last_step()
        X, y = taken_in(self.encoder, X, y)
        check_container(self, X)
        if self.mode == "append" and y is not None:
            check_asked_for(y, self.target_type, self.sampling_strategy)
        self.fit(X, y)
        if self.mode == "replace":
            return self._fitted.replaced(X, y, check_ratio(self.ratio))
        augmented = self.augment(X, y)
        return augmented if y is None else Augmented(*augmented)

    def save(self, path: PathLike) -> None:
        """Write the fitted augmenter to one file, from which :func:`ganaug.load` reads it back.

        The file holds plain numbers and text, no code and no training rows, and replaces an old one only once it is
        complete.

        Raises
        ------
        TypeError
            If a parameter or a category is of a type that a file cannot hold.

        Warns
        -----
        UserWarning
            If `sampling_strategy` is a function, which a file cannot hold: a loaded augmenter tops no class up.
        """
        if callable(self.sampling_strategy):
            warnings.warn(
                f"sampling_strategy={self.sampling_strategy!r} is a function, which a file cannot hold: an augmenter "
                "loaded from it tops no class up until it has one again, as by load(path).set_params("
                "sampling_strategy=...)",
                UserWarning,
                stacklevel=2,
            )
        write_model(path, {"parameters": plain_parameters(self), "model": self._fitted})

    def _check_parameters(self) -> None:
        check_parameters(self)
        if self.mode == "replace" and check_ratio(self.ratio) > 1:
            raise ValueError(f"ratio={self.ratio}: mode='replace' replaces a share of the rows, at most 1")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        accepts_any_table(tags.input_tags)
        return tags


def load(path: PathLike, *, generator: Build | Model | None = None, encoder: EncoderLike = None) -> GANAugmenter:
    """Read an augmenter that `GANAugmenter.save` wrote.

    Parameters
    ----------
    path : str or path-like
    generator : keras.Model, callable or None, default=None
        What the generator was built with, if it was the user's own: a file cannot hold it.
    encoder : as in `GANAugmenter`, default=None
        What it was fitted with, if rows are to be embedded; a transformer is to be fitted. Without it the augmenter
        takes and gives features.

    Returns
    -------
    GANAugmenter
        Fitted; it samples the same rows for the same seed as the one saved.

    Raises
    ------
    CorruptFileError
        If the file is damaged, or none of ganaug's.
    ValueError
        If it was written by a newer version or one that is too old, or `generator` is missing or does not fit.

    See Also
    --------
    GANAugmenter.save : Writes the file.

    Examples
    --------
    >>> import tempfile, pathlib, ganaug
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "iris.ganaug"
    >>> ganaug.GANAugmenter(steps=20, random_state=0).fit(X, y).save(file)
    >>> ganaug.load(file).class_counts_
    {0: 50, 1: 50, 2: 50}
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path={path!r} must be the path of a file, as `save` was given it")
    with errors_about(path):
        contents = read_model(path, generator=generator)
        augmenter = GANAugmenter(**contents["parameters"])
        augmenter._model = contents["model"]
        if augmenter.encoder is not None:
            check_encoder(encoder, "encoder")
            augmenter.encoder = PASSTHROUGH if encoder is None else encoder
            augmenter._model = replace(augmenter._model, embedding=Embedding.of(augmenter.encoder))
        elif encoder is not None:
            raise Mismatch("the saved model was fitted without an encoder: leave encoder= out")
        augmenter.generator = augmenter._model.generator.build
        return augmenter
