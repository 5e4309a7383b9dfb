"""The parameters of a fit: declared once, with what they may be, and with "auto" filled in."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from inspect import cleandoc
from numbers import Integral
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, TypeVar, get_args

import numpy as np
from sklearn.base import BaseEstimator

from .columns.identifier import Identifiers
from .data.embedding import PASSTHROUGH, check_encoder
from .data.progress import check_verbose
from .data.validation import check_choice, check_count, check_real
from .modality.base import Size, Sizing
from .modality.registry import AnyModality
from .plain import PathLike, RandomState, Verbose
from .rules.base import KeptRule
from .rules.declared import Rules
from .selection.sampler import MOST_CANDIDATES

Auto = Literal["auto"]
Check = Callable[[Any, str], object]
Estimator = TypeVar("Estimator", bound=type)
T = TypeVar("T")

SITE = "https://ganaug.github.io/ganaug"
LossName: TypeAlias = Literal["relativistic", "wgan-gp", "wasserstein", "non-saturating", "hinge"]
OptimizerName: TypeAlias = Literal["adam", "sgd"]
LOSSES: tuple[str, ...] = get_args(LossName)
OPTIMIZERS: tuple[str, ...] = get_args(OptimizerName)
PATIENCE = 3
MOST_STEPS = 2**31 - 1
MOST_SECONDS = 10**9

DOCS = """\
categorical_features : "auto" or list, default="auto"
    Columns (names, or indices of an array) that hold categories although their dtype is numeric, or all their texts are
    dates. Other strings, booleans and ``category`` columns are always categorical.
rules : "auto", "none" or list of str, default="auto"
    Which rules synthetic rows keep. "auto" finds those that every training row keeps: columns that others imply, parts
    of dates, order, sums and products, dummy columns, cells that are missing together. A list holds rules as `rules_`
    shows them, "auto" for all that are found, and "not ..." for one that is not to be kept; ValueError names the rows
    that break one.
identifiers : {"warn", "drop", "fake"}, default="warn"
    What becomes of columns that tell rows apart: text of which nearly every row has another, such as names and
    addresses, and whole numbers that are keys, since they repeat hardly ever where chance would repeat many. "warn"
    learns them like any other column and says so: synthetic rows then repeat real names, and the file holds them.
    "drop" leaves them out of all that is learnt and of every table that comes out, real rows included; tables given
    later may have them or not. "fake" learns where they are missing and what they look like, and makes new values of
    that pattern: keys that run on or lie between the real ones, text with as many letters and digits, in which only
    words that many rows share come out as they are. None is a training value, and none comes twice in a call; in
    datasets of tf.data none comes twice in the rows that are drawn at once. Neither "drop" nor "fake" leaves
    the real values in the file.
steps : "auto" or int, default="auto"
    Training steps. "auto" grows with the rows of a table; :class:`ganaug.GANOverSampler` takes a half to a quarter as
    many as :class:`ganaug.GANAugmenter`, after which classifiers gain no more. For images it follows from their size.
time_budget : float or None, default=None
    Seconds after which fitting ends, with the generator as good as it got; refinement, too, then looks at no more
    rows than there is time for. The same seed gives the same model only if the time sufficed for all of it.
batch_size : "auto" or int, default="auto"
    Training rows that a step looks at, and as many generated ones for the same labels. "auto" takes 128 for small
    tables, 256 for others and 32 or 64 for images. More rows make a step slower and steadier: a class of few rows is
    seen oftener in it. `steps` stays as it is.
refine : "auto", bool or int, default="auto"
    Whether each row is chosen among several candidates by how real they look; a number says among how many. In
    candidates of a table, trees draw some or all of the columns anew, each cell between training values in the leaf
    that the columns before it lead to. "auto" takes 16 candidates; of tables 4 from 20,000 rows on, and 1 below 200
    rows and in :class:`ganaug.GANOverSampler`, whose rows are chosen in another way. Images are chosen among those that
    are recognised as their class, and moved by up to a twenty-fourth of their size.
encoder : keras.Model, callable, transformer, "passthrough", pair or None, default=None
    Makes features of rows of any kind, such as large images, text or sound, and features are what is learnt, generated
    and, by `transform`, made of other rows: vectors in which a linear model tells classes apart. A Keras model or a
    callable is asked as it is, 256 rows at a time; a transformer of scikit-learn is cloned and fitted first, unless it
    comes in a ``FrozenEstimator``. "passthrough" says that `X` holds features already. A pair of an encoder and a
    decoder gives rows back instead: `sample` returns what the decoder makes of features. Neither goes into a file.
generator, discriminator : keras.Model, callable or None, default=None
    Your own networks: a Keras model, of which a copy is trained, or a callable that takes the layout of encoded rows
    and returns one. The generator maps [noise (n, any), condition (n, layout.condition_width)] to
    ``(n, *layout.raw_shape)``: for tables without activation, for images pixels in [-1, 1], or in [0, 1] from a
    sigmoid. The discriminator maps [rows ``(n, *layout.row_shape)``, condition] to logits (n, 1), or their sigmoid. A
    network with one input is told the condition by an embedding that is added to its noise, or projected on its last
    hidden layer.
loss : {"relativistic", "wgan-gp", "wasserstein", "non-saturating", "hinge"} or Loss, default="relativistic"
    What the networks minimise, with a penalty that keeps the discriminator smooth. "relativistic" compares real with
    generated rows of the same label pair by pair (Huang et al. 2024), "wasserstein" their means, with a zero-centred
    penalty; "wgan-gp" likewise with a one-centred one (Gulrajani et al. 2017), which takes longer; "non-saturating"
    and "hinge" judge each row alone. A :class:`ganaug.gan.losses.Loss` is one of your own.
optimizer : "adam", "sgd" or keras.optimizers.Optimizer, default="adam"
    The learning rate of "adam" warms up to 0.002, for images 0.001, and falls to 0 at the end; that of "sgd" is ten
    times as large. A Keras optimiser is copied for each network and keeps its own learning rate, or its schedule.
strategy : tf.distribute.Strategy or None, default=None
    Trains on its devices. Each draws rows of its own, its share of `batch_size`, rounded up; the learning rate stays as
    it is. The processes of a ``MultiWorkerMirroredStrategy`` all call `fit` with the same rows, parameters and int as
    `random_state`, and end with the same weights; with several of them, `time_budget` and `checkpoint` are refused.
jit_compile : "auto" or bool, default="auto"
    Whether XLA compiles the training steps. On a graphics processor that takes about half a minute, and steps are ten
    to twenty times as fast afterwards; on others they are slower. "auto" compiles where TensorFlow has a GPU, for fits
    of 3,000 steps or more with built-in networks, without a `time_budget` below two minutes.
on_chunk : callable, list of callables or None, default=None
    Called after each chunk of steps, about once a second, with a :class:`ganaug.TrainingState`: losses, figures of
    the last check, and `sample` for rows as they are by now. One that returns True ends training. It is neither
    saved nor, if it is a lambda, pickled. It is not called, nor is a checkpoint written, as long as images of more
    than 32 pixels are trained at half their size.
early_stopping : bool or int, default=False
    Whether training ends once that many checks in a row, 3 for True, have not lowered `detection`. There is one
    check every 200 steps, but no more than ten in a fit, and fewer of tables with more than 50 columns.
checkpoint : str, path-like or None, default=None
    A file that says how far training got, written about every half minute, at its end and on Ctrl-C. A fit of the same
    rows and parameters that finds it goes on from there, and ends bit for bit where it would have ended; without a
    `random_state` with the seed of the one before. It holds no training rows, but the discriminator, which has seen
    them: keep it to yourself. Each fit needs a file of its own.
random_state : int, RandomState instance or None, default=None
    An int gives the same model, bit for bit, on the same machine, and the same samples. On a graphics processor, which
    adds up in another order each time, models differ.
verbose : {"auto", True, False} or int, default="auto"
    Whether to show a progress bar: what is being done, losses, detection and coverage, and the time left. "auto" shows
    it in a terminal or notebook when a fit takes longer than five seconds, and takes it away at the end. Many rows that
    are drawn get one, too.
"""


def with_docs(**shared: str) -> Callable[[Estimator], Estimator]:
    """A decorator that puts documentation which several classes share where a class's own has its name in braces."""

    def complete(cls: Estimator) -> Estimator:
        if cls.__doc__ is not None:  # python -OO
            cls.__doc__ = cleandoc(cls.__doc__)
            for name, text in shared.items():
                cls.__doc__ = cls.__doc__.replace(f"{{{name}}}\n", text)
        return cls

    return complete


def auto_or_count(value: object, name: str) -> None:
    """ "auto", or at least 1, and no more than TensorFlow counts."""
    _check_auto(value, name, MOST_STEPS, flags=False)


def candidates(value: object, name: str) -> None:
    """ "auto", a bool, or a number of candidates."""
    _check_auto(value, name, MOST_CANDIDATES, flags=True)


def auto_or_flag(value: object, name: str) -> None:
    """ "auto" or a bool."""
    if not (isinstance(value, (bool, np.bool_)) or (isinstance(value, str) and value == "auto")):
        raise (ValueError if isinstance(value, str) else TypeError)(f"{name}={value!r} must be 'auto', True or False")


def one_of(*choices: str) -> Check:
    """One of these strings."""
    return lambda value, name: check_choice(value, name, choices)


def seconds(value: object, name: str) -> None:
    """A positive number, or None."""
    if value is not None:
        number = check_real(value, name, strict=True)
        if number > MOST_SECONDS:
            raise ValueError(f"{name}={value!r} must be at most {MOST_SECONDS:,} seconds; None sets no limit")


def a_path(value: object, name: str) -> None:
    """A file's name, or None."""
    if value is not None and not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name}={value!r} must be the path of a file, or None")


def network(value: object, name: str) -> None:
    """A Keras model or a callable, or None."""
    if value is not None and not callable(value):
        raise TypeError(f"{name}={value!r} must be a callable that takes the layout")


def a_loss(value: object, name: str) -> None:
    """A known name, or a loss of the user's."""
    if isinstance(value, str):
        check_choice(value, name, LOSSES)
    elif not (callable(getattr(value, "pair", None)) and callable(getattr(value, "penalty", None))):
        raise TypeError(f"{name}={value!r} must be one of {LOSSES} or a ganaug.gan.losses.Loss")


def an_optimizer(value: object, name: str) -> None:
    """A known name, or an optimiser of Keras."""
    if isinstance(value, str):
        check_choice(value, name, OPTIMIZERS)
    elif isinstance(value, type) or not hasattr(value, "get_config"):
        remedy = f"; give an instance, such as {value.__name__}()" if isinstance(value, type) else ""
        raise TypeError(f"{name}={value!r} must be one of {OPTIMIZERS} or a Keras optimizer{remedy}")


def a_strategy(value: object, name: str) -> None:
    """A strategy of TensorFlow, or None."""
    if value is not None and not hasattr(value, "scope"):
        raise TypeError(f"{name}={value!r} must be a tf.distribute.Strategy or None")


def callbacks_of(value: object, name: str = "on_chunk") -> list[Callable[[Any], Any]]:
    """The callables to call after each chunk of steps."""
    callbacks: list[Any] = [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
    if strange := [callback for callback in callbacks if not callable(callback)]:
        raise TypeError(f"{name}={strange[0]!r} must be a callable that takes a TrainingState, a list of them, or None")
    return callbacks


def patience_of(value: object, name: str = "early_stopping") -> int | None:
    """Checks without improvement after which training ends; None if it does not."""
    if isinstance(value, (bool, np.bool_)):
        return PATIENCE if value else None
    if isinstance(value, Integral) and int(value) >= 1:
        return int(value)
    raise (ValueError if isinstance(value, Integral) else TypeError)(
        f"{name}={value!r} must be True, False, or a number of checks, at least 1"
    )


def some_rules(value: object, name: str) -> None:
    """ "auto", "none" or a list of rules."""
    if isinstance(value, str) and value not in ("auto", "none"):
        raise ValueError(f"{name}={value!r} must be 'auto', 'none' or a list of rules such as ['begin <= end']")
    if not isinstance(value, (str, list, tuple)):
        raise TypeError(f"{name}={value!r} must be 'auto', 'none' or a list of rules such as ['begin <= end']")
    if strange := [rule for rule in value if not isinstance(rule, (str, KeptRule))]:
        raise TypeError(f"{name}: {strange[0]!r} must be text such as 'begin <= end', or one of another fit's rules_")


def left_open(ratio: object) -> bool:
    """Whether the ratio is to be found by cross-validation."""
    return isinstance(ratio, str) and ratio == "auto"


def check_ratio(ratio: object, name: str = "ratio") -> float:
    if left_open(ratio):
        raise ValueError(
            "ratio='auto' is found by cross-validation of an estimator, which a GANAugmenter alone does not have: take "
            "AugmentedClassifier(estimator, GANAugmenter(ratio='auto')) or AugmentedRegressor, or give a number, "
            "which ganaug.assess helps to find"
        )
    return check_real(ratio, name)


def _check_auto(value: object, name: str, most: int, *, flags: bool) -> None:
    if (isinstance(value, str) and value == "auto") or (flags and isinstance(value, (bool, np.bool_))):
        return
    if isinstance(value, str) or check_count(value, name) < 1:
        raise ValueError(f"{name}={value!r} must be {'a bool, ' if flags else ''}'auto' or at least 1")
    if check_count(value, name) > most:
        raise ValueError(f"{name}={value!r} must be at most {most:,}")


def parameter(default: T, check: Check | None = None) -> T:
    """A parameter of an estimator, with what it may be."""
    return field(default=default, metadata={} if check is None else {"check": check})


class Documented:
    """An estimator that notebooks show with links to its page of the reference, as scikit-learn does."""

    _doc_page: ClassVar[str]
    """The page's name in `docs/reference`."""
    _doc_link_module = "ganaug"
    _doc_link_template = f"{SITE}/docs/reference/{{page}}.html#ganaug.{{name}}"

    def _doc_link_url_param_generator(self) -> dict[str, str]:
        return {"page": self._doc_page, "name": type(self).__name__}


class SharesModels(BaseEstimator):
    """An estimator whose clones ask the same networks and functions; scikit-learn would copy them, weights and all."""

    _asked: ClassVar[tuple[str, ...]]
    """Parameters that may hold what comes fitted and is only asked."""

    def __sklearn_clone__(self) -> Any:
        values = {name: getattr(self, name) for name in self._asked}
        shared = {name: value for name, value in values.items() if not hasattr(value, "get_params")}
        without = type(self).__new__(type(self))
        without.__dict__ |= vars(self) | dict.fromkeys(shared)
        made = super(SharesModels, without).__sklearn_clone__()
        made.__dict__ |= shared
        return made


class LossLike(Protocol):
    """A loss of the user's, made with `ganaug.gan.losses.Loss`."""

    @property
    def pair(self) -> Any: ...

    @property
    def penalty(self) -> Any: ...


class OptimizerLike(Protocol):
    """An optimiser of Keras."""

    @property
    def get_config(self) -> Any: ...


class StrategyLike(Protocol):
    """A strategy of TensorFlow."""

    @property
    def scope(self) -> Any: ...


@dataclass(kw_only=True, eq=False, repr=False)
class GANParameters(Documented, SharesModels):
    """What all estimators that fit a generator take; `DOCS` says what it means."""

    _asked: ClassVar[tuple[str, ...]] = ("encoder",)

    categorical_features: Auto | Sequence[Any] = "auto"
    rules: Rules = parameter("auto", some_rules)
    identifiers: Identifiers = parameter("warn", one_of(*get_args(Identifiers)))
    steps: Auto | int = parameter("auto", auto_or_count)
    time_budget: float | None = parameter(None, seconds)
    batch_size: Auto | int = parameter("auto", auto_or_count)
    refine: Auto | bool | int = parameter("auto", candidates)
    encoder: Any = parameter(None, check_encoder)
    generator: Any = parameter(None, network)
    discriminator: Any = parameter(None, network)
    loss: LossName | LossLike = parameter("relativistic", a_loss)
    optimizer: OptimizerName | OptimizerLike = parameter("adam", an_optimizer)
    strategy: StrategyLike | None = parameter(None, a_strategy)
    jit_compile: Auto | bool = parameter("auto", auto_or_flag)
    on_chunk: Callable[[Any], Any] | Sequence[Callable[[Any], Any]] | None = parameter(None, callbacks_of)
    early_stopping: bool | int = parameter(False, patience_of)
    checkpoint: PathLike | None = parameter(None, a_path)
    random_state: RandomState = None
    verbose: Verbose = parameter("auto", check_verbose)


def check_parameters(parameters: GANParameters) -> None:
    """Raise TypeError or ValueError for the first parameter that makes no sense."""
    for declared in fields(parameters):
        if "check" in declared.metadata:
            declared.metadata["check"](getattr(parameters, declared.name), declared.name)


@dataclass(frozen=True)
class Config:
    """What a fit does.

    Parameters
    ----------
    given : GANParameters
        As the user gave them.
    sizes : Sizing
        With what the user chose.
    usual : Sizing
        What "auto" stands for.
    """

    given: GANParameters
    sizes: Sizing
    usual: Sizing

    @property
    def callbacks(self) -> list[Callable[[Any], Any]]:
        """To call after each chunk of steps."""
        return callbacks_of(self.given.on_chunk)

    @property
    def patience(self) -> int | None:
        """Checks without improvement after which training ends; None if it does not."""
        return patience_of(self.given.early_stopping)


def configured(
    parameters: GANParameters, modality: AnyModality, shape: tuple[int, ...], size: Size | None = None
) -> Config:
    """The configuration of a fit to data of this shape, with networks of that size if there are some already."""
    usual = modality.sizing(shape)
    usual = usual if size is None else replace(usual, size=size)
    return Config(parameters, _chosen(parameters, usual), usual)


def _chosen(parameters: GANParameters, usual: Sizing) -> Sizing:
    """The sizes, as far as the user left them to us."""
    chosen, refine = usual, parameters.refine
    if parameters.steps != "auto":
        chosen = replace(chosen, steps=int(parameters.steps))
    if parameters.batch_size != "auto":
        chosen = replace(chosen, batch_size=int(parameters.batch_size))
    if isinstance(refine, (bool, np.bool_)):
        return replace(chosen, candidates=max(chosen.candidates, 2) if refine else 1)
    return chosen if refine == "auto" else replace(chosen, candidates=int(refine))


def changed_parameters(estimator: GANParameters) -> dict[str, Any]:
    """Parameters that are not at their defaults."""
    usual = type(estimator)().get_params(deep=False)
    given = estimator.get_params(deep=False)
    return {name: value for name, value in given.items() if repr(value) != repr(usual[name])}


def plain_parameters(estimator: GANParameters) -> dict[str, Any]:
    """Parameters without code, networks and random states, which a file cannot hold."""
    parameters: dict[str, Any] = estimator.get_params(deep=False)
    if parameters["encoder"] is not None:
        parameters["encoder"] = PASSTHROUGH
    for name in ("generator", "discriminator", "strategy", "on_chunk", "checkpoint"):
        parameters[name] = None
    if not isinstance(parameters["categorical_features"], (str, list, type(None))):
        parameters["categorical_features"] = np.asarray(parameters["categorical_features"], object).ravel().tolist()
    for name, usual in (("optimizer", "adam"), ("loss", "relativistic")):
        if not isinstance(parameters[name], str):
            parameters[name] = usual
    for name in {"sampling_strategy", "random_state"} & parameters.keys():
        if callable(parameters[name]) or isinstance(parameters[name], (np.random.RandomState, np.random.Generator)):
            parameters[name] = None
    return parameters
