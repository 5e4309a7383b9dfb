"""What was found, in plain values and as JSON."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..plain import PathLike
from .replacing import write_text


class AsJson(ABC):
    """Findings that machines read, too."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, None for what was not measured."""

    def to_json(self, path: PathLike | None = None) -> str:
        """`to_dict` as JSON, also written to `path` if one is given."""
        text = json.dumps(self.to_dict(), indent=1, allow_nan=False, ensure_ascii=False)
        if path is not None:
            write_text(path, text + "\n")
        return text


def plain_values(value: Any) -> Any:
    """Tables as lists of rows, dataclasses as dicts, and None in the place of numbers that are not finite."""
    if isinstance(value, pd.DataFrame):
        value = value.to_dict(orient="records")
    if is_dataclass(value):
        value = vars(value)
    if isinstance(value, dict):
        return {str(name): plain_values(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_values(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if value is pd.NA or (isinstance(value, float) and not np.isfinite(value)) else value
