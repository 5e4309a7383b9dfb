"""Libraries that come with an extra of the package."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def imported(module: str, extra: str, what: str = "this needs") -> Any:
    """A module; ImportError that names the extra if its library is not there."""
    try:
        return import_module(module)
    except ImportError:
        raise ImportError(f"{what} {module.partition('.')[0]}: pip install 'ganaug[{extra}]'") from None
