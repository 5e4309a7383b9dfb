"""The `ganaug` command: tables in, tables out, and models in between."""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pandas as pd

from .. import __version__
from ..augmenter import GANAugmenter, load
from ..data.replacing import replacing
from ..data.sampling_strategy import Strategy, missing_rows
from ..data.validation import check_choice, check_labels, check_target
from ..params import Auto, changed_parameters
from ..plain import AnyArray
from ..plans.plan import SamplePlan, free_name
from ..scanning.scan import Scan, scan
from .cells import CellStyle
from .files import check_output, check_picture, is_large, read, read_alike, split, write, write_below
from .folders import rebalance_photos
from .styles import save_styles, styles_of

try:
    import typer
except ImportError:
    raise SystemExit("the ganaug command needs typer: pip install 'ganaug[cli]'") from None

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Input = Annotated[
    str, typer.Argument(metavar="TABLE", help="A .csv or .parquet file; - reads CSV from standard input.")
]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="A file from `ganaug fit`.")]
Output = Annotated[
    str, typer.Option("--output", "-o", help="A .csv or .parquet file; - writes CSV to standard output.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="OUTPUT may be the table that is read.")]
Seed = Annotated[int | None, typer.Option("--random-state", help="The same number gives the same rows.", min=0)]
Steps = Annotated[int | None, typer.Option(help="Training steps (default: chosen from the table's size).")]
Budget = Annotated[float | None, typer.Option("--time-budget", help="Seconds after which fitting ends.")]
Identifiers = Annotated[
    str,
    typer.Option(help='What becomes of names, addresses and keys: "warn", "drop" or "fake".'),
]
Rules = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="RULE", help='Keep "begin <= end" or the like; "auto" for all that are found.'),
]
Checkpoint = Annotated[
    Path | None, typer.Option(metavar="FILE", help="How far training got: run the same command again to go on.")
]
KeepPartial = Annotated[bool, typer.Option("--keep-partial", help="After Ctrl-C write what there is.")]
EscapeFormulas = Annotated[
    bool, typer.Option("--escape-formulas", help="Put ' before new text that a spreadsheet takes for a formula.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")]
ImageSize = Annotated[
    str | None, typer.Option("--image-size", metavar="HxW", help="Of a folder: resize all images to it.")
]
Mark = Annotated[
    str | None, typer.Option("--mark", metavar="NAME", help="Add a column that says which rows are synthetic.")
]


@app.command()
def rebalance(
    table: Annotated[
        str,
        typer.Argument(metavar="TABLE", help="A .csv or .parquet file, - for standard input, or a folder of images."),
    ],
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column of labels; none of images.")] = None,
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="A .csv or .parquet file, - for standard output, or a new folder."),
    ] = "-",
    strategy: Annotated[
        str,
        typer.Option(help='"auto", "minority", ..., a ratio of two classes such as 0.5, or totals: {"fraud": 500}.'),
    ] = "auto",
    ratio: Annotated[float, typer.Option(help="Then add so many synthetic rows for each row there is.", min=0)] = 0.0,
    model: Annotated[Path | None, typer.Option(help="Take this fitted model instead of fitting one.")] = None,
    mark: Mark = None,
    image_size: ImageSize = None,
    steps: Steps = None,
    time_budget: Budget = None,
    identifiers: Identifiers = "warn",
    rule: Rules = None,
    random_state: Seed = None,
    checkpoint: Checkpoint = None,
    overwrite: Overwrite = False,
    keep_partial: KeepPartial = False,
    escape_formulas: EscapeFormulas = False,
    quiet: Quiet = False,
) -> None:
    """Bring the classes of a table to the same size with synthetic rows. The real rows come first, as they were.

    TABLE may be a folder with a folder of images for each class. Then OUTPUT is a folder for the new images alone.
    """
    if Path(table).is_dir():
        of_tables = {"--target": target, "--model": model, "--mark": mark, "--rule": rule, "--overwrite": overwrite}
        of_tables |= {"--identifiers": identifiers != "warn", "--escape-formulas": escape_formulas}
        _check_none(of_tables, "this goes with a table, not with a folder of images")
        check_output(checkpoint, table=False)
        fitting = partial(_fitted, steps=steps, time_budget=time_budget, random_state=random_state, quiet=quiet)
        fitting = partial(fitting, keep_partial=keep_partial, checkpoint=checkpoint)
        rebalance_photos(table, output, partial(_strategy, strategy), ratio, image_size, fitting, quiet=quiet)
        return
    if target is None:
        raise typer.BadParameter("a table needs its column of labels", param_hint="--target")
    _check_none({"--image-size": image_size}, f"this goes with a folder of images, and {table} is none")
    check_output(output, [table], overwrite=overwrite)
    check_output(checkpoint, [table, output], table=False)
    check_choice(identifiers, "--identifiers", ("warn", "fake"))  # real rows stay whole
    if model is not None and (identifiers != "warn" or rule or checkpoint is not None):
        raise ValueError("--identifiers, --rule and --checkpoint are a matter of the fit: give them to `ganaug fit`")
    source = read(table, None if model is None else styles_of(model))
    frame = source.frame
    X, y = split(frame, target)
    labels = check_target(y)[0]
    check_labels(labels)
    if mark is not None and mark in frame:
        raise ValueError(f"--mark {mark}: the table has such a column already")
    wanted = {"ratio": ratio, "sampling_strategy": _strategy(strategy, _classes(y, source.styles.get(target)))}
    missing_rows(wanted["sampling_strategy"], labels.value_counts(sort=False).to_dict(), labels.to_numpy())
    if model is None:
        refine: Auto | bool = "auto" if ratio else False
        kept = {"identifiers": identifiers, "rules": rule or "auto", "checkpoint": checkpoint}
        told = {"refine": refine, "target_type": "classes", **kept, **wanted}
        augmenter = _fitted(X, y, steps, time_budget, random_state, quiet, keep_partial, **told)
    else:
        augmenter = load(model).set_params(**wanted)
    more, labels, synthetic = augmenter.augment(X, y, return_mask=True)
    made = _pandas(more).assign(**{target: _column(labels)})[list(frame)]
    made = made if mark is None else made.assign(**{mark: synthetic})
    write_below(source, made, output, mark, escape_formulas=escape_formulas)


@app.command()
def fit(
    table: Input,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the model.")],
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column of labels, or of a number.")] = None,
    steps: Steps = None,
    time_budget: Budget = None,
    identifiers: Identifiers = "warn",
    rule: Rules = None,
    random_state: Seed = None,
    checkpoint: Checkpoint = None,
    keep_partial: KeepPartial = False,
    quiet: Quiet = False,
) -> None:
    """Fit a generator to a table and save it.

    TABLE may be larger than memory: a folder of Parquet files, or a quoted pattern such as 'sales/*.parquet'.
    """
    check_output(output, [table], table=False)
    check_output(checkpoint, [table, str(output)], table=False)
    check_choice(identifiers, "--identifiers", ("warn", "drop", "fake"))
    kept = {"identifiers": identifiers, "rules": rule or "auto", "checkpoint": checkpoint}
    if is_large(table):
        rows = scan(table, target=target)
        save_styles(_fitted(rows, None, steps, time_budget, random_state, quiet, keep_partial, **kept), output, {})
        return
    source = read(table)
    X, y = split(source.frame, target) if target is not None else (source.frame, None)
    fitted = _fitted(X, y, steps, time_budget, random_state, quiet, keep_partial, **kept)
    save_styles(fitted, output, source.styles)


@app.command()
def sample(
    model: Model,
    rows: Annotated[int | None, typer.Option("-n", "--rows", help="How many rows, labels as in training.")] = None,
    counts: Annotated[
        list[str] | None, typer.Option("--counts", metavar="LABEL=N", help="So many rows of a class; may be repeated.")
    ] = None,
    output: Output = "-",
    refine: Annotated[bool, typer.Option(help="Choose each row among candidates, or draw many times as fast.")] = True,
    random_state: Seed = None,
    escape_formulas: EscapeFormulas = False,
    part_rows: Annotated[
        int | None,
        typer.Option("--part-rows", help="Write Parquet files of so many rows into the folder OUTPUT.", min=1),
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help="With --part-rows: whose workers draw: dask, ray or spark.")
    ] = None,
    shuffle: Annotated[bool, typer.Option(help="With --part-rows: classes of --counts in random order.")] = False,
    quiet: Quiet = False,
) -> None:
    """Draw synthetic rows from a saved generator.

    With --part-rows, OUTPUT is a folder of Parquet files and a manifest. A run that was killed goes on where it was;
    its seed is 0, unless --random-state says another.
    """
    if part_rows is None:
        check_output(output)
    augmenter, styles = load(model), styles_of(model)
    if counts and rows is None:
        wanted: int | dict[Any, int] = _counts(counts, augmenter, styles)
    elif rows is not None and not counts:
        wanted = rows
    else:
        raise typer.BadParameter("give either -n ROWS or --counts LABEL=N")
    if part_rows is not None:
        options: dict[str, Any] = {"part_rows": part_rows, "shuffle": shuffle, "refine": refine}
        _write_parts(augmenter.plan(wanted, random_state=random_state or 0, **options), output, engine, quiet)
        return
    if engine is not None or shuffle:
        raise typer.BadParameter("--engine and --shuffle go with --part-rows")
    made = augmenter.sample(wanted, random_state=random_state, refine=refine)
    if isinstance(made, tuple):
        X, y = made
        made = _with_labels(_pandas(X), _column(y))
    write(_pandas(made), output, styles, escape_formulas=escape_formulas)


@app.command()
def assess(
    table: Input,
    target: Annotated[str, typer.Option("--target", "-t", help="The column of labels, or of a number.")],
    estimator: Annotated[str, typer.Option(help="boosting, linear, forest or extra-trees.")] = "boosting",
    scoring: Annotated[str | None, typer.Option(help="A scikit-learn metric (default: chosen for the target).")] = None,
    folds: Annotated[int, typer.Option(help="Folds, with a generator each.", min=2)] = 5,
    jobs: Annotated[int, typer.Option(help="Folds at a time.")] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the score at every ratio here: .png, .svg, .pdf.")] = None,
    steps: Steps = None,
    random_state: Seed = None,
    quiet: Quiet = False,
) -> None:
    """Say whether synthetic rows help a model, measured on held-out real rows next to what costs nothing."""
    from .assessing import assessment_of

    check_output(json_file, [table], table=False)
    check_output(plot, [table], table=False)
    if plot is not None:
        check_picture(plot)
    X, y = split(read(table).frame, target)
    options = {"scoring": scoring, "cv": folds, "n_jobs": jobs, "random_state": random_state, "verbose": not quiet}
    result = assessment_of(X, y, estimator, steps, options)
    print(result)
    if json_file is not None:
        result.to_json(json_file)
    if plot is not None:
        with replacing(plot) as temporary:
            result.plot().figure.savefig(temporary, format=plot.suffix.lower().lstrip("."))


@app.command()
def report(
    train: Annotated[str, typer.Argument(metavar="TRAIN", help="Rows that the generator was fitted to.")],
    test: Annotated[str, typer.Argument(metavar="TEST", help="Real rows that it has not seen.")],
    synthetic: Annotated[str, typer.Argument(metavar="SYNTHETIC", help="Rows that it made.")],
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column of labels, or of a number.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with pictures here.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    model: Annotated[Path | None, typer.Option(help="The saved generator, for its training curves.")] = None,
    max_rows: Annotated[int, typer.Option(help="Rows of each table that models look at.", min=100)] = 20_000,
    random_state: Seed = None,
    quiet: Quiet = False,
) -> None:
    """Say how good synthetic rows are: fidelity, detection, utility, coverage and privacy, from any generator."""
    from ..evaluation.evaluate import evaluate

    for written in (html, json_file):
        check_output(written, [train, test, synthetic], table=False)
    history = None if model is None else load(model).history_
    options: dict[str, Any] = {"random_state": random_state, "max_rows": max_rows, "verbose": not quiet}
    sources = read_alike([train, test, synthetic])
    tables = {key: source.frame for key, source in zip(("real_train", "real_test", "synthetic"), sources, strict=True)}
    result = evaluate(**tables, target=target, history=history, **options)
    print(result)
    if json_file is not None:
        result.to_json(json_file)
    if html is not None:
        result.to_html(html)


@app.command()
def info(model: Model) -> None:
    """Say what a saved generator was fitted to, and how."""
    augmenter = load(model)
    names = getattr(augmenter, "feature_names_in_", range(augmenter.n_features_in_))
    print(f"columns: {', '.join(map(str, names))}")
    if hasattr(augmenter, "class_counts_"):
        print("classes: " + ", ".join(f"{label} ({count:,} rows)" for label, count in augmenter.class_counts_.items()))
    if augmenter.rules_:
        print("rules:", *(f"  {rule.text} ({rule.support:,} rows)" for rule in augmenter.rules_), sep="\n")
    print(f"training: {augmenter.n_iter_:,} steps, ended by {augmenter.stopped_by_}")
    changed = changed_parameters(augmenter)
    print(
        "parameters: " + (", ".join(f"{name}={value!r}" for name, value in changed.items()) or "all at their defaults")
    )


@app.command()
def card(
    model: Model,
    output: Annotated[str, typer.Option("--output", "-o", help="A Markdown file; - writes to standard output.")] = "-",
) -> None:
    """Write a model card: what was learnt and how, what it is good for, and what not."""
    written = None if output == "-" else Path(output)
    check_output(written, [str(model)], table=False)
    text = load(model).card()
    if written is None:
        print(text, end="")
    else:
        text.save(written)


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Enlarge and rebalance tables with synthetic rows from a conditional GAN."""
    if show:
        print(__version__)
        raise typer.Exit


def run() -> None:
    """The command's entry point: what goes wrong is one line, and status 1; after Ctrl-C and SIGTERM it is 130."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.showwarning = _warned_once(set())
    try:
        app()
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"ganaug: {' '.join(str(error).split())}", file=sys.stderr)
        raise SystemExit(1) from None


def _warned_once(told: set[str]) -> Callable[..., None]:
    """Shows each warning in one line, and no line twice."""

    def show(message: object, *_: object, **__: object) -> None:
        line = " ".join(str(message).split())
        if line not in told:
            told.add(line)
            print(f"ganaug: warning: {line}", file=sys.stderr)

    return show


def _fitted(
    X: pd.DataFrame | AnyArray | Scan,
    y: pd.Series | AnyArray | None,
    steps: int | None,
    time_budget: float | None,
    random_state: int | None,
    quiet: bool,
    keep_partial: bool,
    **parameters: Any,
) -> GANAugmenter:
    """Fitted; KeyboardInterrupt if Ctrl-C ended training and what there is by then is not wanted."""
    fitted = GANAugmenter(
        steps="auto" if steps is None else steps,
        time_budget=time_budget,
        random_state=random_state,
        verbose=0 if quiet else 1,
        **parameters,
    ).fit(X, y)
    if fitted.stopped_by_ == "interrupt" and not keep_partial:
        print(f"ganaug: interrupted after {fitted.n_iter_:,} steps; nothing is written", file=sys.stderr)
        raise KeyboardInterrupt
    return fitted


def _check_none(options: Mapping[str, object], why: str) -> None:
    """Raise BadParameter for the first option that was given."""
    for name, value in options.items():
        if value:
            raise typer.BadParameter(why, param_hint=name)


def _write_parts(plan: SamplePlan, folder: str, engine: Any, quiet: bool) -> None:
    if folder == "-":
        raise typer.BadParameter("--part-rows writes files: name a folder with -o")
    plan.to_parquet(folder, engine=engine, verbose=not quiet)


def _strategy(text: str, classes: dict[str, Any]) -> Strategy:
    """A name as it is, a number, or totals by label."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    if not isinstance(value, dict):
        return value
    return {_label(label, classes): total for label, total in value.items()}


def _classes(y: pd.Series, style: CellStyle | None) -> dict[str, Any]:
    """Labels by how they are written."""
    labels = y.drop_duplicates()
    classes = {str(label): label for label in labels.tolist()}
    return classes if style is None else {**classes, **dict(zip(style.written(labels), labels.tolist(), strict=True))}


def _pandas(X: Any) -> pd.DataFrame:
    """Rows of a model that was fitted in Python, to a table of whatever library."""
    return X.to_pandas() if hasattr(X, "to_pandas") else pd.DataFrame(X)


def _column(y: Any) -> Any:
    """Labels as a Series or an array."""
    labels = y.to_pandas() if hasattr(y, "to_pandas") else y
    return labels.iloc[:, 0] if isinstance(labels, pd.DataFrame) else labels


def _with_labels(X: pd.DataFrame, labels: Any) -> pd.DataFrame:
    """Labels as the last column; under another name if a column is called like them."""
    own = getattr(labels, "name", None)
    name = "target" if own is None else str(own)
    free = free_name(name, X)
    if free != name:
        print(f"ganaug: warning: the labels are in column {free!r}, since another is called {name!r}", file=sys.stderr)
    return X.assign(**{free: labels})


def _counts(pairs: list[str], augmenter: GANAugmenter, styles: Mapping[str, CellStyle]) -> dict[Any, int]:
    if not hasattr(augmenter, "classes_"):
        raise ValueError("--counts needs a model of classes; this one has none: give -n")
    target = getattr(_column(augmenter.sample(0, random_state=0)[1]), "name", None)
    classes = _classes(pd.Series(augmenter.classes_), styles.get(str(target)))
    counts = {}
    for pair in pairs:
        label, equals, count = pair.rpartition("=")
        if not equals or not count.isdigit():
            raise ValueError(f"--counts {pair}: write LABEL=N, with N a number of rows")
        counts[_label(label, classes)] = int(count)
    return counts


def _label(text: str, classes: dict[str, Any]) -> Any:
    """The class that is written like this."""
    if text not in classes:
        raise ValueError(f"there is no class {text!r}: the classes are {', '.join(classes)}")
    return classes[text]
