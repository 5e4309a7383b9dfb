"""What a fit starts from: rows, checked and encoded, of a table in memory or of one that was scanned."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..columns.layout import Encoded
from ..data.embedding import Embedded
from ..data.foreign import LabelContainer
from ..data.sampling_strategy import Strategy, check_classes
from ..data.target_types import fit_target
from ..data.targets import ClassTarget, Target
from ..data.validation import categorical_columns, check_rows
from ..modality.protocols import Container, Encoder
from ..modality.registry import AnyModality, checked
from ..params import GANParameters
from ..plain import BoolArray, Float64Array, MatrixLike, VectorLike
from ..scanning.scan import Scan
from .contracts import Data

MOST_READINGS = 10
"""Times that a scanned table is read for rows that break rules, before these are given up."""


class Start(NamedTuple):
    """Rows that a generator learns, and how they came."""

    modality: AnyModality
    container: Container[Any]
    encoder: Encoder[Any, Any]
    target: Target | None
    label_container: LabelContainer | None
    data: Data
    table: Any
    labels: pd.Series | None
    rows: int
    missing: Float64Array | None


def start_from(
    X: MatrixLike | Embedded, y: VectorLike | None, given: GANParameters, target_type: str, strategy: Strategy | None
) -> Start:
    """Check and encode rows.

    Raises
    ------
    TypeError, ValueError
        For data that cannot be learnt, naming the columns.
    """
    modality, data, container = checked(X)
    check_rows(data)
    target: Target | None = None
    labels: pd.Series | None = None
    condition, weights = Encoded.none(len(data)), np.ones(len(data))
    if y is not None:
        target, labels = fit_target(y, len(data), target_type, strategy)
        if isinstance(target, ClassTarget) and isinstance(strategy, Mapping):
            check_classes(strategy, target.class_counts)
        condition = target.encode(labels)
        weights = target.weights(condition)
    categorical = categorical_columns(given.categorical_features, data)
    encoder, rows = modality.fit_encoder(
        data, categorical, given.rules, classes_of(target, condition), given.identifiers
    )
    table = container.matching(data, encoder.features, encoder.dropped)
    learnt = Data(rows, condition, weights)
    there = len(data), modality.missing(table)
    return Start(modality, container, encoder, target, LabelContainer.of(y), learnt, table, labels, *there)


def start_from_scan(scan: Scan, given: GANParameters, target_type: str, strategy: Strategy | None) -> Start:
    """Check and encode the rows that a scan kept, until no row of the table breaks a rule that they keep.

    Rows that do are taken in, so that the rules found next are kept by them, too; a rule that the user wrote fails as
    it does in memory.
    """
    scan = _sampled_for(scan, target_type, strategy)
    start = start_from(*scan.table(), given, target_type, strategy)
    for _ in range(MOST_READINGS):
        if scan.complete or not start.encoder.rules:
            break
        more = scan.with_rows(_breaks(start, scan.target))
        if more is scan:
            break
        scan = more
        start = start_from(*scan.table(), given, target_type, strategy)
    else:
        raise ValueError(f"rows break rules that {MOST_READINGS} readings found: fit with rules='none', or name them")
    return _of_all_rows(start, scan)


def _sampled_for(scan: Scan, target_type: str, strategy: Strategy | None) -> Scan:
    """With a share of their own for rare labels only if these are classes."""
    _, labels = scan.table()
    if labels is None or scan.complete:
        return scan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are told when rows are encoded
        target, _ = fit_target(labels, len(labels), target_type, strategy)
    return scan if isinstance(target, ClassTarget) else scan.uniform


def _of_all_rows(start: Start, scan: Scan) -> Start:
    """With the counts of the whole table in the place of those of the rows kept."""
    if scan.complete:
        return start
    gaps = scan.columns["missing"].loc[list(start.encoder.features)].to_numpy(np.float64)
    start = start._replace(rows=scan.rows, missing=gaps / scan.rows)
    target, data = start.target, start.data
    if not isinstance(target, ClassTarget) or scan.class_counts is None:
        return start
    weight, rows = scan.weights()
    counts = target.counts.copy()
    counts[data.condition.codes[:, 0]] = rows
    target = replace(target, counts=counts)
    return start._replace(target=target, data=replace(data, weight=target.weights(data.condition) * weight))


def _breaks(start: Start, target: str | None) -> Callable[[pd.DataFrame], BoolArray]:
    """Which rows of a table break a rule that was found."""
    encoder, classes = start.encoder, start.target if isinstance(start.target, ClassTarget) else None

    def breaks(frame: pd.DataFrame) -> BoolArray:
        table = frame if target is None else frame.drop(columns=target)
        if target is None or classes is None:
            return encoder.breaks(table, None)
        known = frame[target].isin(list(classes.class_counts)).to_numpy()
        codes = classes.encode(frame[target][known]).codes[:, 0]
        every = np.zeros(len(frame), bool)
        every[known] = encoder.breaks(table[known].reset_index(drop=True), codes)
        return every

    return breaks


def classes_of(target: Target | None, condition: Encoded) -> Any:
    """The class of each row, if there are any."""
    return None if target is None or target.classes is None else condition.codes[:, 0]
