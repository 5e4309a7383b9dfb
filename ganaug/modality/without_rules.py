"""Encoders of what has no columns that rules could speak of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, cast

import numpy as np

from ..columns.identifier import Identifiers
from ..plain import BoolArray, IndexArray
from ..rules.base import KeptRule
from .protocols import DataT


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
