"""Where plots are drawn."""

from __future__ import annotations

from typing import Any


def new_axes(size: tuple[float, float]) -> Any:
    """Axes of a new figure of this size in inches."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("plots need matplotlib: pip install 'ganaug[plot]'") from None
    return plt.subplots(figsize=size, layout="constrained")[1]
