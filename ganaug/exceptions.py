"""Errors and warnings that have no better name in scikit-learn or Python."""

from __future__ import annotations


class CorruptFileError(ValueError):
    """A saved model is damaged, incomplete or not a ganaug file."""


class TrainingDiverged(RuntimeWarning):
    """Training gave non-finite losses time and again; the best generator so far was kept."""


class DataWarning(UserWarning):
    """The data can be modelled, but not as well as the user may think."""


class PoorClassWarning(DataWarning):
    """After training, the generated rows of a class have collapsed, are copies of training rows, or are not like it."""
