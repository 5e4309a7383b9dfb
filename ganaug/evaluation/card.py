"""The model card: what a fit learnt, of what and how, what it is good for, and what it is not."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from .. import __version__
from ..data.replacing import write_text
from ..model import GenerativeModel, HoldsModel
from ..params import GANParameters, changed_parameters
from ..plain import PathLike

if TYPE_CHECKING:
    from .evaluation import Evaluation

MOST_LISTED = 50
"""Columns, classes and rules; of more the card says how many there are."""
FEW_ROWS = 20
LONGEST_VALUE = 200
SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$&])")
ENDS = {
    "steps": "all steps were taken",
    "time_budget": "the time budget was used up",
    "interrupt": "it was interrupted",
    "diverged": "losses were not finite again and again",
    "callback": "a callback ended it",
    "early_stopping": "checks had stopped getting better",
}
TO_FILL_IN = "*To be filled in*"


class ModelCard(str):
    """A model card: Markdown, which notebooks show as it is meant.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from ganaug import GANAugmenter
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> card = GANAugmenter(steps=50, random_state=0).fit(X, y).card()
    >>> "150 rows of a table of 4 columns" in card
    True
    """

    def save(self, path: PathLike) -> None:
        """Write it to a file, which replaces an old one only once it is complete.

        Parameters
        ----------
        path : str or path-like
            Such as "README.md" beside the model: model hubs read its head.
        """
        write_text(path, self)

    def _repr_markdown_(self) -> str:
        return self.split("---\n", 2)[-1]


class CardMixin(HoldsModel):
    """What a fitted augmenter writes about itself."""

    def card(self, *, report: Evaluation | None = None) -> ModelCard:
        """A model card: what was learnt and how, what it is good for and what not, and how to use it.

        Parameters
        ----------
        report : Evaluation or None, default=None
            What `report` or :func:`ganaug.evaluate` found, whose verdicts the card then has.

        Returns
        -------
        ModelCard
            A str of Markdown. ``card.save("README.md")`` keeps it. Purpose, origin of the data, licence and contact are
            yours to fill in.

        Raises
        ------
        TypeError
            If `report` is something else.

        Notes
        -----
        Of the training rows it has how many there are, names and kinds of columns, shares of missing cells, classes and
        their rows, and rules. It has no other value of a cell: no category, no range, no row.

        References
        ----------
        Mitchell et al. (2019). Model cards for model reporting. FAccT.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from ganaug import GANAugmenter
        >>> X, y = load_iris(return_X_y=True, as_frame=True)
        >>> card = GANAugmenter(steps=50, random_state=0).fit(X, y).card()
        >>> print(card[card.index("| column"):card.index("Names and keys")].strip())
        | column | kind | missing |
        | --- | --- | --- |
        | sepal length (cm) | number | none |
        | sepal width (cm) | number | none |
        | petal length (cm) | number | none |
        | petal width (cm) | number | none |
        """
        if report is not None and not hasattr(report, "verdicts"):
            raise TypeError(f"report={report!r} must be what GANAugmenter.report or ganaug.evaluate returned, or None")
        model = self._fitted
        assert isinstance(self, GANParameters)
        sections = [
            _head(model),
            *_use(model),
            *_data(model, self.identifiers),
            *_training(model, self),
            *_quality(model, report),
            *_rules(model),
            *_limits(model),
            f"## Licence and contact\n\n- Licence of the model: {TO_FILL_IN}\n- Contact: {TO_FILL_IN}",
            f"Written with {', '.join(_versions())}.",
        ]
        return ModelCard("\n\n".join(sections) + "\n")


def _head(model: GenerativeModel) -> str:
    about = f"---\nlibrary_name: ganaug\ntags:\n- synthetic-data\n- gan\n- {model.modality.name}\n---"
    given = "" if model.target is None else f", for a given {_target(model)}"
    what = model.modality.described(model.encoder)
    said = f"A conditional GAN that has learnt {what}, and draws new ones like them{given}."
    return f"{about}\n\n# Generator of synthetic rows\n\n{said}"


def _use(model: GenerativeModel) -> Iterator[str]:
    yield (
        "## Use\n\nMeant to enlarge and rebalance training sets of models that are then tested on real rows. What for, "
        f"and by whom: {TO_FILL_IN}"
    )
    own = ", generator=generator" * (model.generator.build is not None)
    code = ["import ganaug", "", f'augmenter = ganaug.load("model.ganaug"{own})']
    code.append(f"{'X' if model.target is None else 'X, y'} = augmenter.sample(1000, random_state=0)")
    if model.class_target is not None:
        code.append("X, y = augmenter.sample(dict.fromkeys(augmenter.classes_, 100))  # so many of each class")
    yield "\n".join(["```python", *code, "```"])
    if own:
        yield "The file holds no code: `generator` is the network, or the callable, that the fit was given."
    if model.embedding is not None:
        yield "It takes and gives features; with the encoder of the fit, as `load(..., encoder=...)`, it takes rows."


def _data(model: GenerativeModel, identifiers: str) -> Iterator[str]:
    encoder = model.encoder
    learnt = f"{model.rows:,} " * bool(model.rows) + model.modality.described(encoder)
    yield f"## Data\n\nLearnt were {learnt}. Origin and licence of the data: {TO_FILL_IN}"
    kinds = encoder.kinds
    if kinds:
        missing = ["unknown"] * len(kinds) if model.missing is None else map(_share, model.missing)
        lines = [(name, kind, told) for (name, kind), told in zip(kinds.items(), missing, strict=True)]
        yield _table(("column", "kind", "missing"), lines)
        if encoder.faked or encoder.dropped:
            names = [list(kinds)[place] for place in encoder.faked]
            told = [f"made anew in each sample: {_listed(names)}"] if names else []
            told += [f"left out: {_listed(encoder.dropped)}"] if encoder.dropped else []
            yield f"Columns that tell rows apart, such as names and keys, were {'; '.join(told)}."
        elif identifiers == "warn":
            yield "Names and keys, if there are any, were learnt like other columns: synthetic rows may repeat them."
    target = model.class_target
    if target is not None:
        every = sum(target.class_counts.values())
        counts = [(label, f"{count:,}", _share(count / every)) for label, count in target.class_counts.items()]
        yield _table(("class", "training rows", "share"), counts)


def _training(model: GenerativeModel, given: GANParameters) -> Iterator[str]:
    size, own = model.generator.size, model.generator.build is not None
    network = "a network of the user's" if own else f"width {size.width}, depth {size.depth}, noise of {size.latent}"
    weights = sum(weight.size for weight in model.generator.weights)
    seconds = float(model.history["seconds"].iloc[-1]) if "seconds" in model.history and len(model.history) else 0.0
    parameters = [f"`{name}={_value(value)}`" for name, value in changed_parameters(given).items()]
    lines = {
        "Steps": f"{model.steps:,} in {seconds:,.0f} seconds; {ENDS.get(model.stopped_by, model.stopped_by)}",
        "Generator": f"{network}; {weights:,} weights",
        "Refinement": f"each row is chosen among {model.candidates}" if model.candidates > 1 else "none",
        "Parameters": ", ".join(parameters) if parameters else "all at their defaults",
    }
    yield "## Training\n\n" + "\n".join(f"- {name}: {text}" for name, text in lines.items())


def _quality(model: GenerativeModel, report: Evaluation | None) -> Iterator[str]:
    yield "## Quality"
    checks = model.history.dropna() if "detection" in model.history else model.history[:0]
    if len(checks):
        rows = [(f"{row.step:,}", f"{row.detection:.3f}", f"{row.coverage:.3f}") for row in checks.itertuples()]
        yield _table(("step", "detection", "coverage"), rows)
        yield (
            "Checks while training, of rows without refinement. Detection: ROC AUC of boosting that tells training "
            "rows from generated ones; 0.5 if it cannot. Coverage: share of training rows with a generated row among "
            "their nearest neighbours; 0.97 for rows as good as real ones. What is kept is the last generator, or an "
            "earlier one that was clearly better."
        )
    if report is None:
        yield f"On real rows that were held out: {TO_FILL_IN}, for example with `GANAugmenter.report`."
        return
    about = report.about
    yield f"**{_plain(report.verdict)}.** Measured on {about['test_rows']:,} real rows that were held out:"
    yield _table(("", "verdict", "what was found"), [(v.group, v.rating, v.says) for v in report.verdicts])


def _rules(model: GenerativeModel) -> Iterator[str]:
    rules = model.encoder.rules
    if rules:
        yield "## Rules\n\nEvery row keeps these:"
        yield _table(("rule", "kind"), [(rule.text, rule.kind) for rule in rules])


def _limits(model: GenerativeModel) -> Iterator[str]:
    lines = [
        "Synthetic rows are not anonymous. Training is not differentially private, and the file holds categories, "
        "recurring values and ranges of the training rows.",
        "Not for tests and measurements: rows are like those of training, faults and biases included, and no evidence "
        "of what is true of the world.",
        "Not for decisions about persons: no row is one.",
        "What training rows do not hold (later times, other places, values out of their range) is not generated.",
    ]
    counts = {} if model.class_target is None else model.class_target.class_counts
    few = [label for label, count in counts.items() if count < FEW_ROWS]
    if few:
        lines.append(f"Classes of fewer than {FEW_ROWS} training rows ({_listed(few)}): rows stay close to these.")
    yield "## Limits\n\n" + "\n".join(f"- {line}" for line in lines)


def _target(model: GenerativeModel) -> str:
    assert model.target is not None
    name = model.target.name
    kind = "number" if model.class_target is None else "class"
    return kind if name is None else f"{kind} ({_plain(name)})"


def _versions() -> Iterator[str]:
    yield f"ganaug {__version__}"
    for package in ("keras", "tensorflow"):
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:  # TensorFlow goes by other names, too
            continue
    yield f"Python {platform.python_version()}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *(tuple(map(_plain, row)) for row in rows[:MOST_LISTED])]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    more = len(rows) - MOST_LISTED
    return text if more <= 0 else f"{text}\n\nAnd {more:,} more."


def _plain(text: object) -> str:
    """Text that Markdown shows as it is, in one line."""
    return SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _listed(names: Iterable[object]) -> str:
    every = [_plain(name) for name in names]
    more = len(every) - MOST_LISTED
    return ", ".join(every[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def _share(share: float) -> str:
    if not share:
        return "none"
    return "less than 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"


def _value(value: object) -> str:
    """A parameter as code writes it; of an object only what it is."""
    text = " ".join(_code(value).replace("`", "'").split())
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _code(value: object) -> str:
    """A parameter as code; of an object in it only what it is."""
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(_code, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_code(key)}: {_code(own)}" for key, own in value.items()) + "}"
    plain = value is None or isinstance(value, (bool, int, float, str))
    return repr(value) if plain else type(value).__name__
