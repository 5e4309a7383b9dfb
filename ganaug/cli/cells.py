"""Cells of a CSV file: what they mean, and how new ones are written like them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..columns.date_text import as_written, pattern_of
from ..scanning.csv_files import ABSENT, TRUTH

WHOLE = re.compile(r"-?(0|[1-9]\d*)")
DECIMAL = re.compile(r"-?((0|[1-9]\d*)(\.(?P<decimals>\d*))?|\.(?P<only>\d+))(?P<exponent>[eE][+-]?\d+)?")
INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
EXACT_DECIMALS = 15


@dataclass(frozen=True)
class CellStyle:
    """How the cells of a column are written.

    Parameters
    ----------
    kind : {"text", "whole", "number", "truth", "moment", "nothing"}
    missing : str
        What stands for a missing value.
    least, most : int
        Decimals of numbers.
    exponent : str
        How all numbers write it, such as "e+00"; "some" if only some of them have one.
    before : str
        A space before each number.
    words : tuple of str
        How truth values are written.
    pattern : str
        How moments are written, as `strftime` takes it.
    """

    kind: str
    missing: str = ""
    least: int = 0
    most: int = 0
    exponent: str = ""
    before: str = ""
    words: tuple[str, ...] = TRUTH[1]
    pattern: str = ""

    @classmethod
    def of(cls, cells: Sequence[str]) -> CellStyle:
        """What the cells of a column are, all together."""
        counts = pd.Series(cells, dtype=object).value_counts()
        filled = [cell for cell in counts.index if cell]
        if not filled:
            return cls("nothing")
        absent = [cell for cell in counts.index if cell.strip() in ABSENT or not cell]
        missing = absent[0] if absent else ""
        known = [cell for cell in filled if cell.strip() not in ABSENT]
        for words in TRUTH:
            if known and set(known) <= set(words):
                return cls("truth", missing, words=words)
        bare = [cell.lstrip(" ") for cell in known]
        before = " " if known and all(cell.startswith(" ") for cell in known) else ""
        if known and all(map(WHOLE.fullmatch, bare)):
            low, high = min(map(int, bare)), max(map(int, bare))
            if (low >= -(2**63) and high < 2**63) or (low >= 0 and high < 2**64):
                return cls("whole", missing, before=before)
        elif known and (found := _numbers(bare)) is not None:
            return cls("number", missing, *_decimals(found), before=before)
        if pattern := pattern_of(known):
            return cls("moment", missing, pattern=pattern)
        return cls("text")

    def values(self, cells: Sequence[str]) -> pd.Series:
        """What cells mean, in a dtype of pandas.

        Raises
        ------
        ValueError
            For a cell that is not of this kind, which it names.
        """
        codes, distinct = pd.factorize(np.array([*cells], dtype=object))
        if self.kind == "text":
            return pd.Series(np.array([cell or None for cell in distinct], object)[codes]).infer_objects()
        if self.kind == "nothing" and any(distinct):
            raise ValueError(f"{next(filter(None, distinct))!r} stands where all was empty")
        absent = np.array([not cell or cell.strip() in ABSENT for cell in distinct], bool)[codes]
        known = [self._value(cell) for cell in distinct]
        if self.kind in ("nothing", "number"):
            return pd.Series(np.array([np.nan if value is None else value for value in known], float)[codes])
        if self.kind == "moment":
            return pd.Series(np.array([np.datetime64(value or "NaT", "s") for value in known], "M8[s]")[codes])
        plain = [0 if value is None else value for value in known]
        dtype = "bool" if self.kind == "truth" else "uint64" if max(plain, default=0) >= 2**63 else "int64"
        series = pd.Series(np.array(plain, dtype)[codes])
        if not absent.any():
            return series
        return series.astype({"bool": "boolean", "int64": "Int64", "uint64": "UInt64"}[dtype]).mask(absent)

    def _value(self, cell: str) -> Any:
        """What a cell means; None if it is missing."""
        bare = cell.strip()
        if not bare or bare in ABSENT:
            return None
        if self.kind == "truth" and cell in self.words:
            return cell == self.words[1]
        if self.kind == "moment" and pattern_of([cell]) == self.pattern:
            return cell.replace("/", "-")
        if self.kind == "whole" and WHOLE.fullmatch(bare):
            return int(bare)
        if self.kind == "number" and (DECIMAL.fullmatch(bare) or INFINITE.fullmatch(bare)):
            return float(bare)
        what = {"truth": "truth value", "moment": "date"}.get(self.kind, "number")
        raise ValueError(f"{cell!r} is no {what} like the others")

    def written(self, values: pd.Series) -> list[str]:
        """New cells that look like the others."""
        absent = values.isna()
        return [self.missing if gap else self._cell(value) for value, gap in zip(values, absent, strict=True)]

    def _cell(self, value: Any) -> str:
        if self.kind == "truth" and value in (0, 1):
            return self.words[bool(value)]
        if isinstance(value, (bool, np.bool_, str)) or self.kind in ("text", "nothing", "truth"):
            return str(value)
        if self.kind == "moment":
            return as_written(pd.Timestamp(value).to_datetime64(), self.pattern)
        if self.kind == "whole":
            return f"{self.before}{int(value) if float(value).is_integer() else value}"
        return self.before + self._number(float(value))

    def _number(self, value: float) -> str:
        if self.exponent == "some":
            return repr(value).removesuffix(".0" if not self.least else "")
        if self.exponent:
            mantissa, _, power = f"{value:.{self.most}e}".partition("e")
            sign = "-" if int(power) < 0 else "+" * ("+" in self.exponent)
            digits = str(abs(int(power))).zfill(len(self.exponent.lstrip("eE+-")))
            return self._trimmed(mantissa) + self.exponent[0] + sign + digits
        if self.most >= EXACT_DECIMALS:
            return self._trimmed(np.format_float_positional(value, trim="0"))
        text = self._trimmed(f"{value:.{self.most}f}")
        return text.removeprefix("-") if not float(text) else text

    def _trimmed(self, text: str) -> str:
        """Without zeros at the end that cells do not have."""
        whole, _, decimals = text.partition(".")
        decimals = decimals[: self.least] + decimals[self.least :].rstrip("0")
        return f"{whole}.{decimals}" if decimals else whole


def _numbers(cells: list[str]) -> list[re.Match[str]] | None:
    """The parts of finite numbers; None if a cell is none."""
    found = []
    for cell in cells:
        match = DECIMAL.fullmatch(cell)
        if match is not None:
            found.append(match)
        elif not INFINITE.fullmatch(cell):
            return None
    return found


def _decimals(found: list[re.Match[str]]) -> tuple[int, int, str]:
    """The fewest and most decimals of numbers, and how they write exponents."""
    decimals = [len(match["decimals"] or match["only"] or "") for match in found]
    exponents = [match["exponent"] for match in found if match["exponent"]]
    if not found:
        return 0, 0, ""
    if not exponents:
        return min(decimals), max(decimals), ""
    if len(exponents) < len(found):
        return min(decimals), max(decimals), "some"
    letter, plus = exponents[0][0], "+" * any("+" in each for each in exponents)
    width = min(len(each.lstrip("eE+-")) for each in exponents)
    return min(decimals), max(decimals), f"{letter}{plus}{'0' * width}"
