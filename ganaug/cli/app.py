"""The `ganaug` command: tables in, tables out, and models in between. What it takes; `tasks` has what it does."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from .. import __version__
from .wording import in_options

try:
    import typer
except ImportError:
    raise SystemExit("the ganaug command needs typer: pip install 'ganaug[cli]'") from None

FIRST_STEPS = (
    "ganaug assess train.csv --target y",
    "ganaug rebalance train.csv --target y -o balanced.csv",
    "ganaug fit train.csv --target y -o train.ganaug",
    "ganaug sample train.ganaug -n 1000 -o sample.csv",
)

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
Categorical = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="A column of numbers that stand for categories; may be repeated."),
]
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


def shown(examples: Iterable[str]) -> str:
    """Examples below a help text, each on a line of its own."""
    return "\n\n".join(["Examples:", *examples])


app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, epilog=shown(FIRST_STEPS))


def command(*examples: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator that makes a command of a signature: the function of the same name in `tasks` is called, and imported
    only then, so that help and completion are quick."""

    def made(declared: Callable[..., None]) -> Callable[..., None]:
        @app.command(epilog=shown(examples))
        @wraps(declared)
        def run(**given: Any) -> None:
            getattr(import_module(".tasks", __package__), declared.__name__)(**given)

        return declared

    return made


@command(
    "ganaug rebalance train.csv --target y -o balanced.parquet",
    "ganaug rebalance train.csv --target y --strategy '{\"fraud\": 500}' --mark is_synthetic > more.csv",
    "ganaug rebalance photos/ -o more/",
)
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
    categorical: Categorical = None,
    identifiers: Annotated[
        str, typer.Option(help='What becomes of names, addresses and keys in new rows: "warn" or "fake".')
    ] = "warn",
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


@command(
    "ganaug fit train.csv --target y -o train.ganaug",
    "ganaug fit train.csv -o train.ganaug --categorical zip --identifiers fake --time-budget 60",
    "ganaug fit 'sales/*.parquet' --target y -o sales.ganaug",
    "ganaug fit photos/ -o photos.ganaug",
)
def fit(
    table: Input,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the model.")],
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column of labels, or of a number.")] = None,
    steps: Steps = None,
    time_budget: Budget = None,
    categorical: Categorical = None,
    identifiers: Identifiers = "warn",
    rule: Rules = None,
    image_size: ImageSize = None,
    random_state: Seed = None,
    checkpoint: Checkpoint = None,
    keep_partial: KeepPartial = False,
    quiet: Quiet = False,
) -> None:
    """Fit a generator to a table and save it.

    TABLE may be larger than memory: a folder of Parquet files, or a quoted pattern such as 'sales/*.parquet'. Or it is
    a folder with a folder of images for each class.
    """


@command(
    "ganaug sample train.ganaug -n 1000 --random-state 1 -o sample.parquet",
    "ganaug sample train.ganaug --counts fraud=500 --counts fine=20 > sample.csv",
    "ganaug sample sales.ganaug -n 1000000 -o rows/ --part-rows 100000",
    "ganaug sample photos.ganaug -n 100 -o more/",
)
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
    its seed is 0, unless --random-state says another. Of images, OUTPUT is a new folder of PNG files.
    """


@command(
    "ganaug assess train.csv --target y",
    "ganaug assess train.csv --target y --estimator forest --json verdict.json --plot verdict.png",
)
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
    categorical: Categorical = None,
    random_state: Seed = None,
    quiet: Quiet = False,
) -> None:
    """Say whether synthetic rows help a model, measured on held-out real rows next to what costs nothing."""


@command("ganaug report train.csv test.csv sample.csv --target y --html quality.html")
def report(
    train: Annotated[str, typer.Argument(metavar="TRAIN", help="Rows that the generator was fitted to.")],
    test: Annotated[str, typer.Argument(metavar="TEST", help="Real rows that it has not seen.")],
    synthetic: Annotated[str, typer.Argument(metavar="SYNTHETIC", help="Rows that it made.")],
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column of labels, or of a number.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with pictures here.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    model: Annotated[Path | None, typer.Option(help="The saved generator, for its training curves.")] = None,
    max_rows: Annotated[int, typer.Option(help="Rows of each table that models look at.", min=100)] = 20_000,
    categorical: Categorical = None,
    random_state: Seed = None,
    quiet: Quiet = False,
) -> None:
    """Say how good synthetic rows are: fidelity, detection, utility, coverage and privacy, from any generator."""


@command("ganaug info train.ganaug")
def info(model: Model) -> None:
    """Say what a saved generator was fitted to, and how."""


@command("ganaug card train.ganaug -o README.md")
def card(
    model: Model,
    output: Annotated[str, typer.Option("--output", "-o", help="A Markdown file; - writes to standard output.")] = "-",
) -> None:
    """Write a model card: what was learnt and how, what it is good for, and what not."""


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
    except (ValueError, TypeError, OSError, ImportError, MemoryError) as error:
        print(f"ganaug: {in_options(str(error))}", file=sys.stderr)
        raise SystemExit(1) from None


def _warned_once(told: set[str]) -> Callable[..., None]:
    """Shows each warning in one line, and no line twice."""

    def show(message: object, *_: object, **__: object) -> None:
        line = in_options(str(message))
        if line not in told:
            told.add(line)
            print(f"ganaug: warning: {line}", file=sys.stderr)

    return show
