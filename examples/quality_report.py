"""How good is the fit? A generator of a bank's clients, judged next to clients that it has not seen.

Prints five verdicts with their figures, and writes a page with pictures that opens in any browser.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from ganaug import GANAugmenter, assess

SHIPPED = Path(__file__).parent / "data" / "bank_marketing.csv.gz"


def load_table(rows: int | None) -> tuple[pd.DataFrame, pd.Series]:
    """The clients, or some of them, and their answers."""
    table = pd.read_csv(SHIPPED, sep=None, engine="python")
    if rows is not None:
        table = table.sample(rows, random_state=0)
    return table.drop(columns="y"), table["y"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, help="clients to look at (default: all)")
    parser.add_argument("--steps", type=int, help="training steps (default: chosen from the rows)")
    parser.add_argument("--folds", type=int, default=0, help="also draw scores at every ratio, from so many folds")
    parser.add_argument("--out", type=Path, default=Path("quality.html"), help="the page (default: %(default)s)")
    arguments = parser.parse_args()

    X, y = load_table(arguments.rows)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)
    augmenter = GANAugmenter(steps="auto" if arguments.steps is None else arguments.steps, random_state=0, verbose=1)
    augmenter.fit(X, y)

    assessment = None
    if arguments.folds:
        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
        model = make_pipeline(codes, HistGradientBoostingClassifier(random_state=0))
        options = {"cv": arguments.folds, "baselines": ["none", "class_weight"], "random_state": 0}
        assessment = assess(model, X, y, augmenter, **options)

    found = augmenter.report(X_test, y_test, assessment=assessment, random_state=0, verbose=1)
    print(found)
    found.to_html(arguments.out)
    found.to_json(arguments.out.with_suffix(".json"))
    print(f"\nwrote {arguments.out} and {arguments.out.with_suffix('.json')}")


if __name__ == "__main__":
    try:
        import jinja2  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise SystemExit("This example needs matplotlib and jinja2: pip install 'ganaug[report]'") from error
    main()
