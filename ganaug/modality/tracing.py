"""How functions are traced into graphs."""

from __future__ import annotations

from typing import Any

from ..tensorflow import tf


def without_autograph(function: Any) -> Any:
    """`function`, traced without AutoGraph, which would search it for seconds and find nothing to convert."""
    return tf.autograph.experimental.do_not_convert(function)
