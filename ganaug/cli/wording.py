"""Messages that name parameters, in the words of the shell."""

from __future__ import annotations

import re

OPTIONS = {
    "identifiers": "--identifiers",
    "sampling_strategy": "--strategy",
    "categorical_features": "--categorical",
    "rules": "--rule",
    "checkpoint": "--checkpoint",
    "estimator": "--estimator",
    "scoring": "--scoring",
    "cv": "--folds",
    "n_jobs": "--jobs",
    "steps": "--steps",
    "time_budget": "--time-budget",
    "ratio": "--ratio",
    "random_state": "--random-state",
    "part_rows": "--part-rows",
    "max_rows": "--max-rows",
    "engine": "--engine",
    "target": "--target",
}
"""What the shell calls parameters."""
GIVEN = re.compile(rf"(?<![\w.('\"=-])({'|'.join(OPTIONS)})=('[^']*'|\"[^\"]*\"|\[[^\]]*\]|[^\s,:;()]+)")
"""A parameter with its value, which is no argument of a call."""

PANDAS, WRITTEN = re.compile(r"make dates of them with pd\.to_datetime\(.*?\)(?=,)"), "write them as 2024-03-31"
"""What somebody is to do who has no DataFrame."""


def in_options(message: str) -> str:
    """A message in one line, with options in the place of parameters: `--ratio 1` and not `ratio=1`."""
    given = GIVEN.sub(_option, " ".join(message.split()))
    return re.sub(r"\bcategorical_features\b", OPTIONS["categorical_features"], PANDAS.sub(WRITTEN, given))


def _option(match: re.Match[str]) -> str:
    if match[0] == "identifiers='drop'":
        return "`ganaug fit --identifiers drop`"  # which `rebalance` does not take
    name, value = OPTIONS[match[1]], match[2]
    values = re.findall(r"'[^']*'|\"[^\"]*\"|[^\s,\[\]]+", value) if value.startswith("[") else [value]
    return " ".join(f"{name} {_bare(each)}" for each in values)


def _bare(value: str) -> str:
    """A value without quotes that a shell does not need."""
    return value[1:-1] if re.fullmatch(r"'[\w.-]+'|\"[\w.-]+\"", value) else value
