"""What the commands do; it imports all that takes long, which help and completion do without."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import typer

from ..augmenter import GANAugmenter, load
from ..columns.identifier import Identifiers
from ..data.replacing import replacing
from ..data.sampling_strategy import missing_rows
from ..data.seeds import SampleSeeds
from ..data.targets import ClassTarget
from ..data.validation import check_choice, check_labels, check_target
from ..modality.registry import checked
from ..model import check_room_for
from ..params import Auto, changed_parameters
from ..plain import AnyArray
from ..plans.plan import SamplePlan
from ..scanning.scan import Scan, scan
from .files import first_styles, is_large, read, read_alike, split
from .folders import (
    SUFFIXES,
    check_holds_images,
    check_new_folder,
    check_photos,
    check_there,
    holds_photos,
    photo_shape,
    read_photos,
    rebalance_photos,
    write_sampled,
)
from .outputs import check_output, check_picture
from .styles import save_styles, styles_of, text_styles
from .writing import write, write_below
from .written_labels import as_pandas, classes_of, column_of, counts_of, strategy_of, with_labels

OF_TABLES = "this goes with a table, not with a folder of images"


def rebalance(
    table: str,
    target: str | None,
    output: str,
    strategy: str,
    ratio: float,
    model: Path | None,
    mark: str | None,
    image_size: str | None,
    steps: int | None,
    time_budget: float | None,
    categorical: list[str] | None,
    identifiers: str,
    rule: list[str] | None,
    random_state: int | None,
    checkpoint: Path | None,
    overwrite: bool,
    keep_partial: bool,
    escape_formulas: bool,
    quiet: bool,
) -> None:
    """Write the table, and synthetic rows below it."""
    fitting = partial(_fitted, steps=steps, time_budget=time_budget, random_state=random_state, quiet=quiet)
    fitting = partial(fitting, keep_partial=keep_partial, checkpoint=checkpoint)
    if Path(table).is_dir():
        check_holds_images(table)
        of_tables = {"--target": target, "--model": model, "--mark": mark, "--rule": rule, "--overwrite": overwrite}
        of_tables |= {"--identifiers": identifiers != "warn", "--escape-formulas": escape_formulas}
        of_tables |= {"--categorical": categorical}
        _check_none(of_tables, OF_TABLES)
        check_output(checkpoint, table=False)
        rebalance_photos(table, output, partial(strategy_of, strategy), ratio, image_size, fitting, quiet=quiet)
        return
    check_there(table)
    if target is None:
        raise typer.BadParameter("a table needs its column of labels", param_hint="--target")
    _check_none({"--image-size": image_size}, f"this goes with a folder of images, and {table} is none")
    check_output(output, [table], overwrite=overwrite)
    check_output(output, [model], table=False)
    check_output(checkpoint, [table, model], [output], table=False)
    if identifiers == "drop":
        raise ValueError("--identifiers drop: real rows stay whole; take the column out of the table, or say fake")
    check_choice(identifiers, "identifiers", ("warn", "fake"))
    if model is not None:
        of_fit = {"--identifiers": identifiers != "warn", "--rule": rule, "--checkpoint": checkpoint}
        of_fit |= {"--categorical": categorical, "--steps": steps is not None, "--time-budget": time_budget is not None}
        of_fit |= {"--keep-partial": keep_partial}
        _check_none(of_fit, "this is a matter of the fit: give it to `ganaug fit`")
    source = read(table, None if model is None else styles_of(model))
    frame = source.frame
    X, y = split(frame, target)
    labels = check_target(y)[0]
    check_labels(labels)
    if mark is not None and mark in frame:
        raise ValueError(f"--mark {mark}: the table has such a column already")
    wanted = {"ratio": ratio, "sampling_strategy": strategy_of(strategy, classes_of(y, source.styles.get(target)))}
    missing = missing_rows(wanted["sampling_strategy"], labels.value_counts(sort=False).to_dict(), labels.to_numpy())
    check_room_for(X, sum(missing.values()), ratio, checked(X)[0])
    if model is None:
        refine: Auto | bool = "auto" if ratio else False
        kept = {"identifiers": identifiers, "rules": rule or "auto"}
        kept |= {"categorical_features": _categorical(categorical, X)}
        augmenter = fitting(X, y, refine=refine, target_type="classes", **kept, **wanted)
    else:
        augmenter = load(model).set_params(**wanted)
        _check_target(augmenter, target, model)
        if random_state is not None:
            augmenter._model = replace(augmenter._model, seeds=SampleSeeds(random_state))
        if augmenter.dropped_columns_:
            left_out = ", ".join(map(str, augmenter.dropped_columns_))
            raise ValueError(f"{model} draws no {left_out}, which it was fitted without: take it out of {table}")
    more, labels, synthetic = augmenter.augment(X, y, return_mask=True)
    made = as_pandas(more).assign(**{target: column_of(labels)})[list(frame)]
    made = made if mark is None else made.assign(**{mark: synthetic})
    write_below(source, made, output, mark, escape_formulas=escape_formulas)


def fit(
    table: str,
    output: Path,
    target: str | None,
    steps: int | None,
    time_budget: float | None,
    categorical: list[str] | None,
    identifiers: str,
    rule: list[str] | None,
    image_size: str | None,
    random_state: int | None,
    checkpoint: Path | None,
    keep_partial: bool,
    quiet: bool,
) -> None:
    """Fit, and save."""
    fitting = partial(_fitted, steps=steps, time_budget=time_budget, random_state=random_state, quiet=quiet)
    fitting = partial(fitting, keep_partial=keep_partial, checkpoint=checkpoint)
    _check_named({"--output": output})
    check_output(output, [table], table=False)
    check_output(checkpoint, [table], [output], table=False)
    check_there(table)
    if holds_photos(table):
        of_tables = {"--target": target, "--rule": rule, "--identifiers": identifiers != "warn"}
        _check_none({**of_tables, "--categorical": categorical}, OF_TABLES)
        photos = read_photos(table, image_size)
        fitting(photos.images, photos.labels, target_type="classes").save(output)
        return
    _check_none({"--image-size": image_size}, f"this goes with a folder of images, and {table} is none")
    check_choice(identifiers, "identifiers", get_args(Identifiers))
    kept = {"identifiers": identifiers, "rules": rule or "auto"}
    if is_large(table):
        rows = scan(table, target=target)
        check_output(output, rows.source.paths, table=False)
        check_output(checkpoint, rows.source.paths, table=False)
        kept |= {"categorical_features": _categorical(categorical, rows.columns.index.drop(target or []))}
        first = first_styles(rows.source.paths[0], rows.columns["type"].to_dict())
        fitted = fitting(rows, None, **kept)
        save_styles(fitted, output, {**text_styles(fitted), **first})
        return
    source = read(table)
    X, y = split(source.frame, target) if target is not None else (source.frame, None)
    kept |= {"categorical_features": _categorical(categorical, X)}
    fitted = fitting(X, y, **kept)
    save_styles(fitted, output, source.styles)


def sample(
    model: Path,
    rows: int | None,
    counts: list[str] | None,
    output: str,
    refine: bool,
    random_state: int | None,
    escape_formulas: bool,
    part_rows: int | None,
    engine: str | None,
    shuffle: bool,
    quiet: bool,
) -> None:
    """Write rows that a saved generator draws."""
    is_file = Path(output).suffix.lower() not in ("", *SUFFIXES) and not output.endswith("/")
    if (part_rows is None and is_file) or (output.endswith("/") and Path(output).is_file()):
        check_output(output)
    augmenter, styles = load(model), styles_of(model)
    images = photo_shape(augmenter) is not None
    if images:
        _check_none({"--part-rows": part_rows, "--escape-formulas": escape_formulas}, "this goes with tables alone")
        check_new_folder(output)
        check_photos(augmenter)
    elif part_rows is None:
        check_output(output)
    if counts and rows is None:
        wanted: int | dict[Any, int] = counts_of(counts, augmenter, styles)
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
    if images:
        write_sampled(made, output, quiet=quiet)
        return
    if isinstance(made, tuple):
        X, y = made
        made = with_labels(as_pandas(X), column_of(y))
    write(as_pandas(made), output, styles, escape_formulas=escape_formulas)


def assess(
    table: str,
    target: str,
    estimator: str,
    scoring: str | None,
    folds: int,
    jobs: int,
    json_file: Path | None,
    plot: Path | None,
    steps: int | None,
    categorical: list[str] | None,
    random_state: int | None,
    quiet: bool,
) -> None:
    """Print the verdict, and write figures and a picture."""
    from .assessing import assessment_of

    _check_named({"--json": json_file, "--plot": plot})
    check_output(json_file, [table], table=False)
    check_output(plot, [table], [json_file], table=False)
    if plot is not None:
        check_picture(plot)
    X, y = split(read(table).frame, target)
    options = {"scoring": scoring, "cv": folds, "n_jobs": jobs, "random_state": random_state, "verbose": not quiet}
    result = assessment_of(X, y, estimator, steps, _categorical(categorical, X), options)
    print(result)
    if json_file is not None:
        result.to_json(json_file)
    if plot is not None:
        with replacing(plot) as temporary:
            result.plot().figure.savefig(temporary, format=plot.suffix.lower().lstrip("."))


def report(
    train: str,
    test: str,
    synthetic: str,
    target: str | None,
    html: Path | None,
    json_file: Path | None,
    model: Path | None,
    max_rows: int,
    categorical: list[str] | None,
    random_state: int | None,
    quiet: bool,
) -> None:
    """Print verdicts, and write figures and a page."""
    from ..evaluation.evaluate import evaluate

    _check_named({"--html": html, "--json": json_file})
    read_files = [train, test, synthetic, model]
    check_output(html, read_files, table=False)
    check_output(json_file, read_files, [html], table=False)
    history = None if model is None else load(model).history_
    options: dict[str, Any] = {"random_state": random_state, "max_rows": max_rows, "verbose": not quiet}
    sources = read_alike([train, test, synthetic])
    tables = {key: source.frame for key, source in zip(("real_train", "real_test", "synthetic"), sources, strict=True)}
    codes = _categorical(categorical, tables["real_train"])
    result = evaluate(**tables, target=target, categorical_features=codes, history=history, **options)
    print(result)
    if json_file is not None:
        result.to_json(json_file)
    if html is not None:
        result.to_html(html)


def info(model: Path) -> None:
    """Print what a saved generator was fitted to, and how."""
    augmenter = load(model)
    shape = photo_shape(augmenter)
    if shape is None:
        names = getattr(augmenter, "feature_names_in_", range(augmenter.n_features_in_))
        print(f"columns: {', '.join(map(str, names))}")
    else:
        print(f"images: {' x '.join(map(str, shape))} (height, width, channels)")
    what = "rows" if shape is None else "images"
    if hasattr(augmenter, "class_counts_"):
        print(
            "classes: " + ", ".join(f"{label} ({count:,} {what})" for label, count in augmenter.class_counts_.items())
        )
    if augmenter.rules_:
        print("rules:", *(f"  {rule.text} ({rule.support:,} rows)" for rule in augmenter.rules_), sep="\n")
    print(f"training: {augmenter.n_iter_:,} steps, ended by {augmenter.stopped_by_}")
    changed = changed_parameters(augmenter)
    print(
        "parameters: " + (", ".join(f"{name}={value!r}" for name, value in changed.items()) or "all at their defaults")
    )


def card(model: Path, output: str) -> None:
    """Write the card of a saved generator."""
    written = None if output == "-" else Path(output)
    check_output(written, [model], table=False)
    text = load(model).card()
    if written is None:
        print(text, end="")
    else:
        text.save(written)


def _fitted(
    X: pd.DataFrame | AnyArray | Scan,
    y: pd.Series | AnyArray | None,
    *,
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


def _categorical(names: list[str] | None, columns: Iterable[object]) -> Auto | list[str]:
    """Columns of numbers that stand for categories; ValueError for one that there is not."""
    there = list(map(str, columns))
    for name in names or []:
        if name not in there:
            raise ValueError(f"--categorical {name}: there is no such column beside the target: {', '.join(there)}")
    return names or "auto"


def _check_none(options: Mapping[str, object], why: str) -> None:
    """Raise BadParameter for the first option that was given."""
    for name, value in options.items():
        if value:
            raise typer.BadParameter(why, param_hint=name)


def _check_named(options: Mapping[str, Path | None]) -> None:
    """Raise BadParameter for an output that is no table and is to go to standard output."""
    for name, value in options.items():
        if str(value) == "-":
            raise typer.BadParameter("- is standard output for tables and cards: name a file", param_hint=name)


def _check_target(augmenter: GANAugmenter, target: str, model: Path) -> None:
    """Raise ValueError if a model was fitted to labels of another column, to numbers, or to none."""
    learnt = augmenter._model.target
    if not isinstance(learnt, ClassTarget):
        what = "no --target" if learnt is None else f"the numbers of column {learnt.name!r}"
        raise ValueError(f"{model} was fitted to {what}, and has no classes to top up: `ganaug fit --target {target}`")
    if isinstance(learnt.name, str) and learnt.name != target:
        raise ValueError(f"{model} was fitted to the labels of column {learnt.name!r}, not of {target!r}")


def _write_parts(plan: SamplePlan, folder: str, engine: Any, quiet: bool) -> None:
    if folder == "-":
        raise typer.BadParameter("--part-rows writes files: name a folder with -o")
    plan.to_parquet(folder, engine=engine, verbose=not quiet)
