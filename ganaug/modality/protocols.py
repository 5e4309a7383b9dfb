"""What all modalities have: encoders, containers, heads of networks and readers of datasets, as others ask of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from ..columns.identifier import Identifiers
from ..columns.layout import Encoded, Layout
from ..plain import AnyArray, BoolArray, IndexArray, Int32Array, MatrixLike
from ..rules.base import KeptRule

if TYPE_CHECKING:
    from keras import Model as KerasModel
    from tensorflow import Tensor as AnyTensor

Tensor: TypeAlias = "AnyTensor"
Model: TypeAlias = "KerasModel"
Uniform = Callable[[int, list[Any]], Tensor]
"""Uniform noise by a stream's number and a shape."""

DataT = TypeVar("DataT")
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
