"""What a modality is: one kind of data, and all that must be known of it.

A modality has a folder of its own and a line in the registry. Nothing outside these folders asks which kind of data it
handles.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar, cast

import numpy as np

from ..columns.identifier import Identifiers
from ..columns.layout import Encoded, Layout
from ..columns.quantiles import QuantileCoder
from ..data.seeds import BLOCK_ROWS
from ..plain import AnyArray, BoolArray, Float32Array, Float64Array, IndexArray, Int32Array, MatrixLike, record
from ..rules.base import KeptRule
from ..rules.declared import Rules
from ..selection.sampler import Chooser, Draw, Sampler

if TYPE_CHECKING:
    from keras import Model as KerasModel
    from tensorflow import Tensor as AnyTensor

Tensor: TypeAlias = "AnyTensor"
Model: TypeAlias = "KerasModel"
Uniform = Callable[[int, list[Any]], Tensor]
"""Uniform noise by a stream's number and a shape."""


DataT = TypeVar("DataT")
ContainerT = TypeVar("ContainerT", bound="Container[Any]")
EncoderT = TypeVar("EncoderT", bound="Encoder[Any, Any]")
LayoutT = TypeVar("LayoutT", bound="AnyLayout")
RowsT = TypeVar("RowsT")


class AnyLayout(Protocol):
    """What networks must know of encoded rows."""

    @property
    def modality(self) -> str:
        """Its modality's name."""

    @property
    def condition(self) -> Layout | None: ...

    @property
    def label(self) -> Layout: ...

    @property
    def condition_width(self) -> int: ...

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Of what the discriminator is shown."""

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Of the generator's output."""

    def empty(self) -> Any:
        """No rows."""


class Encoder(Protocol[DataT, RowsT]):
    """Between checked data and encoded rows."""

    @property
    def layout(self) -> Any: ...

    @property
    def features(self) -> Sequence[Any]:
        """What data must match."""

    @property
    def n_features(self) -> int: ...

    @property
    def dropped(self) -> tuple[object, ...]:
        """Names of columns that were left out."""

    @property
    def faked(self) -> Mapping[int, object]:
        """Columns whose values are made anew, by their places."""

    @property
    def kinds(self) -> Mapping[object, str]:
        """What each column holds, by its name; nothing where columns mean nothing alone."""

    @property
    def rules(self) -> list[KeptRule]:
        """The rules that decoded rows keep."""

    @property
    def unique(self) -> list[str]:
        """Rules by which values of a row differ from those of all others."""

    def broken(self, data: DataT, classes: Int32Array | None) -> list[int]:
        """For each of the rules, how many rows break it."""

    def breaks(self, data: DataT, classes: Int32Array | None) -> BoolArray:
        """Which rows break a rule."""

    def encode(self, data: DataT, classes: Int32Array | None = None) -> RowsT:
        """Encoded rows, of these classes if there are any."""

    def decode(self, rows: RowsT, condition: Encoded | None = None) -> DataT:
        """Data of encoded rows that were generated for some conditions."""

    def identified(self, data: DataT, seed: int, beside: DataT | None = None) -> DataT:
        """Decoded data with new names and keys, none of which stands in training data or beside."""

    def knows(self, data: DataT) -> BoolArray:
        """Which rows can be encoded."""

    def unseen(self, data: DataT) -> dict[Any, BoolArray]:
        """Of the columns with cells that keep rows from being encoded, which cells do."""

    @property
    def identifying(self) -> Sequence[int]:
        """The columns that tell rows apart, by their places."""

    def without_names(self, data: DataT) -> DataT:
        """Rows with one and the same value in the place of names that tell them apart."""

    def not_learnt(self, data: DataT, identifiers: Identifiers) -> str:
        """What a fit that goes on with these rows could not learn, since the first one had none; "" for nothing."""

    def check_scale(self, data: DataT) -> None:
        """ValueError if all values are clearly on another scale than in `fit`."""

    def unrepeated(self, draw: Callable[[IndexArray, int], DataT], rows: int, seed: int, beside: DataT | None) -> DataT:
        """So many rows that are drawn for their places by a seed, in which what is unique comes once."""


class WithoutRules(Generic[DataT]):
    """What an encoder has to say of rules and of columns that stand alone, where there are none."""

    @property
    def rules(self) -> list[KeptRule]:
        return []

    @property
    def unique(self) -> list[str]:
        return []

    @property
    def dropped(self) -> tuple[object, ...]:
        return ()

    @property
    def faked(self) -> dict[int, object]:
        return {}

    @property
    def kinds(self) -> dict[object, str]:
        return {}

    def broken(self, data: DataT, classes: object) -> list[int]:  # noqa: ARG002
        return []

    def breaks(self, data: DataT, classes: object) -> BoolArray:  # noqa: ARG002
        return np.zeros(len(cast(Any, data)), bool)

    def identified(self, data: DataT, seed: int, beside: object = None) -> DataT:  # noqa: ARG002
        return data

    def knows(self, data: DataT) -> BoolArray:
        return np.ones(len(cast(Any, data)), bool)

    def unseen(self, data: DataT) -> dict[Any, BoolArray]:  # noqa: ARG002
        return {}

    @property
    def identifying(self) -> tuple[int, ...]:
        return ()

    def without_names(self, data: DataT) -> DataT:
        return data

    def not_learnt(self, data: DataT, identifiers: Identifiers) -> str:  # noqa: ARG002
        return ""

    def check_scale(self, data: DataT) -> None:
        pass

    def unrepeated(self, draw: Callable[[IndexArray, int], DataT], rows: int, seed: int, beside: object) -> DataT:  # noqa: ARG002
        return draw(np.arange(rows), seed)


class Container(Protocol[DataT]):
    """What data came in, so that it goes out the same."""

    @property
    def what(self) -> str:
        """How messages call it."""

    @property
    def named(self) -> bool:
        """Whether columns have names of the user's."""

    def wanted(self, fitted: Sequence[Any]) -> str:
        """What to give, in words for messages."""

    def restore(self, data: DataT) -> Any: ...

    def stack(self, real: DataT, new: DataT) -> DataT:
        """New rows below real ones, in whose dtypes."""

    def replaced(self, real: DataT, new: DataT, rows: IndexArray, given: MatrixLike) -> Any:
        """As `given` came, with new rows in the place of some."""

    def matching(self, data: DataT, fitted: Sequence[Any], dropped: Sequence[Any] = ()) -> DataT:
        """`data` with the fitted features, without those dropped; ValueError if it has others."""


class Head(Protocol):
    """Between encoded rows and what the networks see of them, inside the graph."""

    def parts(self, rows: Any) -> tuple[AnyArray, ...]:
        """The arrays that training rows are kept in."""

    def real(self, parts: list[Tensor], uniform: Uniform) -> Tensor:
        """What the discriminator is shown of some of them."""

    def fake(self, raw: Tensor, uniform: Uniform, temperature: float) -> Tensor:
        """The same of the generator's raw output, for gradients to flow through."""


class Reader(Protocol):
    """How elements of a dataset hold rows, and how synthetic rows are made to look like them."""

    @property
    def native(self) -> Any:
        """The spec of a single row as it was fitted on."""

    def rows_of(self, x: Any, y: Any) -> tuple[bool, Any]:
        """Whether x has an axis of rows, and its spec without it; TypeError if it is no such x."""

    @property
    def check_scale(self) -> Callable[[AnyArray], None] | None:
        """Raises ValueError for real rows of an element on another scale than those of fit; None if none is looked at.

        It takes the only tensor of x, with an axis of rows.
        """

    def features(self, spec: Any, rows: Any, condition: Encoded, seed: int = 0) -> Any:
        """Arrays of the structure of `spec`, from encoded rows that were generated for some conditions by a seed."""


@record
@dataclass(frozen=True)
class Size:
    """Shape of the built-in networks.

    Parameters
    ----------
    latent : int
        Length of the noise vector.
    width, depth : int
        Units of every hidden layer and residual blocks of two layers each; of networks for images, channels at full
        resolution and how often it doubles.
    """

    latent: int = 64
    width: int = 192
    depth: int = 1


@dataclass(frozen=True)
class Sizing:
    """What ``"auto"`` stands for."""

    size: Size
    batch_size: int
    steps: int
    candidates: int
    learning_rate: float = 2e-3
    average: float = 0.998


@dataclass(frozen=True)
class Half:
    """What training may begin with: the same rows at half their size.

    Parameters
    ----------
    layout, rows
        Theirs.
    size : Size
        Of networks for them.
    hand_over : callable
        Gives the generator and the discriminator of full size, its second argument, the weights of all layers that
        they share with those of half the size, its first one.
    """

    layout: AnyLayout
    rows: Any
    size: Size
    hand_over: Callable[[tuple[Model, Model], tuple[Model, Model]], None]


@dataclass(frozen=True)
class Translation(Generic[DataT]):
    """Rows that are to become rows of other classes, and what may be asked about them.

    Parameters
    ----------
    encoder : Encoder
    chooser : Chooser or None
    data : checked data
    wanted : Encoded
        The condition that each row is to be of.
    keep : tuple
        Names of columns that stay as they are.
    seed : int
    drawn : callable
        From conditions and a seed to rows that are generated for them.
    recogniser : callable
        Takes nothing, returns what says how probable each class is of rows.
    """

    encoder: Encoder[DataT, Any]
    chooser: Chooser | None
    data: DataT
    wanted: Encoded
    keep: tuple[Any, ...]
    seed: int
    drawn: Callable[[Encoded, int], DataT]
    recogniser: Callable[[], Callable[[DataT], Float64Array]]


class Modality(ABC, Generic[DataT, ContainerT, EncoderT, LayoutT, RowsT]):
    """One kind of data, in its container, encoder and layout, and as encoded rows."""

    name: ClassVar[str]
    """As files and layouts write it."""
    units: ClassVar[tuple[str, str]] = "columns", "rows"
    """What data is made of, as errors call it."""
    block_rows: ClassVar[int] = BLOCK_ROWS
    """Rows drawn at once."""
    draws_without_tensorflow: ClassVar[bool] = True
    cell_bytes: ClassVar[int] = 32
    """Memory that a value of a row takes while rows are drawn, measured."""

    @abstractmethod
    def takes(self, X: object) -> bool:
        """Whether `X` is of this kind."""

    @abstractmethod
    def check(self, X: MatrixLike) -> tuple[DataT, ContainerT]:
        """`X` as all the rest expects it, and how to give rows back; TypeError or ValueError if it cannot be learnt."""

    @abstractmethod
    def fit_encoder(
        self,
        data: DataT,
        categorical: frozenset[Hashable],
        rules: Rules,
        classes: Int32Array | None,
        identifiers: Identifiers = "warn",
    ) -> tuple[EncoderT, RowsT]:
        """The encoder of checked data, and the data encoded.

        Parameters
        ----------
        classes : ndarray of int32 or None
            The class of each row, if there are any.
        identifiers : {"warn", "drop", "fake"}
            What becomes of columns that tell rows apart.
        """

    @abstractmethod
    def sizing(self, shape: tuple[int, ...], *, oversampling: bool = False) -> Sizing:
        """Automatic sizes for rows of that shape; `oversampling` says that only rows that top classes up are needed."""

    @abstractmethod
    def generator(self, layout: LayoutT, size: Size, seed: int) -> Model:
        """The built-in one: [noise (n, latent), condition (n, condition_width)] -> (n, *raw_shape)."""

    @abstractmethod
    def discriminator(self, layout: LayoutT, size: Size, seed: int) -> Model:
        """The built-in one: [rows (n, *row_shape), condition (n, condition_width)] -> logits (n, 1)."""

    @abstractmethod
    def weight_shapes(self, layout: LayoutT, size: Size) -> list[tuple[int, ...]]:
        """Shapes of the built-in generator's weights, in the order of the Keras model's."""

    @abstractmethod
    def head(self, layout: LayoutT) -> Head: ...

    @abstractmethod
    def rows(self, layout: LayoutT, raw: Float32Array, rng: np.random.Generator) -> RowsT:
        """Encoded rows drawn from a generator's raw output."""

    def draw(
        self,
        layout: LayoutT,  # noqa: ARG002
        size: Size,  # noqa: ARG002
        weights: list[Float32Array],  # noqa: ARG002
        condition: Encoded,  # noqa: ARG002
        seed: tuple[int, int],  # noqa: ARG002
    ) -> RowsT | None:
        """Rows drawn from the built-in generator without TensorFlow; None where that takes a graph."""
        return None

    @abstractmethod
    def space(self, layout: LayoutT, rows: RowsT) -> Callable[[RowsT], Float64Array]:
        """Features of encoded rows in which distances mean something, learnt of real ones."""

    def check_draw(self, draw: Draw, condition: Encoded, seed: int) -> RowsT:
        """Rows to check a generator by, of all conditions at once."""
        rows: RowsT = draw(condition, (seed, 0))
        return rows

    @abstractmethod
    def fit_chooser(
        self,
        layout: LayoutT,
        condition: Encoded,
        rows: RowsT,
        coder: QuantileCoder | None,
        draw: Draw,
        *,
        candidates: int,
        seconds: float | None,
        seed: int,
    ) -> Chooser | None:
        """What chooses among candidates; None where there is no time left for it, or too much to look at."""

    def halved(self, layout: LayoutT, size: Size, rows: RowsT) -> Half | None:  # noqa: ARG002
        """What training is to begin with, at half the size of `rows`; None where that is no gain."""
        return None

    def calibrated(
        self,
        encoder: EncoderT,
        condition: Encoded,  # noqa: ARG002
        sampler: Sampler,  # noqa: ARG002
        seed: int,  # noqa: ARG002
    ) -> EncoderT:
        """The encoder after training, with a look at rows for some of these conditions."""
        return encoder

    def why_unrefined(self, layout: LayoutT) -> tuple[str, str]:  # noqa: ARG002
        """Why there is no chooser, and what to do about it."""
        return "time_budget was used up by training", "allow more time, or set fewer steps"

    @abstractmethod
    def top_up(
        self, encoder: EncoderT, sampler: Sampler, real: DataT, labels: Encoded, wanted: Encoded, seed: int
    ) -> RowsT:
        """A new row for each of the classes in `wanted`, with a look at the real ones and their classes."""

    @abstractmethod
    def translated(self, asked: Translation[DataT]) -> DataT:
        """Rows of the classes wanted that keep as much as they can of those given."""

    @abstractmethod
    def described(self, encoder: EncoderT) -> str:
        """What was learnt, in words that go on a sentence."""

    def missing(self, data: DataT) -> Float64Array | None:  # noqa: ARG002
        """Share of the rows in which each column is missing; None where there is no such thing."""
        return None

    def shown(self, encoder: EncoderT) -> Callable[[Any], Float64Array]:  # noqa: ARG002
        """What makes pictures of shape (n, height, width, 1 or 3), from 0 to 1, of rows as they are given back.

        Raises
        ------
        TypeError
            If rows are no pictures.
        """
        article = "" if self.name.endswith("s") else "a "
        raise TypeError(f"plot_samples draws images, but the augmenter was fitted on {article}{self.name}")

    @abstractmethod
    def reader(self, encoder: EncoderT, container: ContainerT) -> Reader: ...
