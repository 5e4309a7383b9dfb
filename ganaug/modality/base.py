"""What a modality is: one kind of data, and all that must be known of it.

A modality has a folder of its own and a line in the registry. Nothing outside these folders asks which kind of data it
handles.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from ..columns.identifier import Identifiers
from ..columns.layout import Encoded
from ..columns.quantiles import QuantileCoder
from ..data.seeds import BLOCK_ROWS
from ..plain import Float32Array, Float64Array, Int32Array, MatrixLike, record
from ..rules.declared import Rules
from ..selection.sampler import Chooser, Draw, Sampler
from .protocols import AnyLayout, Container, DataT, Encoder, Head, Model, Reader, RowsT

ContainerT = TypeVar("ContainerT", bound="Container[Any]")
EncoderT = TypeVar("EncoderT", bound="Encoder[Any, Any]")
LayoutT = TypeVar("LayoutT", bound="AnyLayout")


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
