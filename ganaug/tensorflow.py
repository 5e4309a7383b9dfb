"""TensorFlow and Keras, imported without the notes on processors and drivers that they write past Python's streams.

All modules import them from here. What else is written meanwhile is shown afterwards, and so is everything if the
import fails. TF_CPP_MIN_LOG_LEVEL=0 in the environment shows the notes, too.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["check_backend", "keras", "tf"]

NOTE = re.compile(
    rb"[IWE]\d{4} [\d:.]+ +\d+ \S+:\d+\] |\d{4}-\d\d-\d\d [\d:.]+: [IWE] (tensorflow|external)/"
    rb"|WARNING: All log messages before absl|To enable the following instructions"
)
WORTH_KNOWING = b"GPU devices"
"""There is a GPU, and it cannot be used: why a fit takes long."""


@contextmanager
def notes_held_back() -> Iterator[None]:
    """Keep what TensorFlow writes to standard error from it, whatever Python's own stream is."""
    stderr = _stderr()
    if stderr is None or os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0":
        yield
        return
    note = NOTE
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            note = re.compile(rb"(?!)")  # none
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            held.seek(0)
            for line in held:
                if not note.match(line) or WORTH_KNOWING in line:
                    os.write(2, line)


def _stderr() -> int | None:
    """A second number of standard error; a process may have none."""
    try:
        return os.dup(2)
    except OSError:
        return None


def check_backend() -> None:
    """RuntimeError if Keras computes with another library, in which networks cannot be trained here."""
    if (backend := keras.backend.backend()) != "tensorflow":
        raise RuntimeError(
            f"networks are trained by Keras on TensorFlow, and Keras is set to {backend!r}, by KERAS_BACKEND or in "
            "~/.keras/keras.json: fit where KERAS_BACKEND=tensorflow and save; what is loaded samples with any backend"
        )


with notes_held_back():
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()  # asks the drivers, and settles nothing: memory growth may still be set
