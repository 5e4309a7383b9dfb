"""Write `docs/benchmarks.md` from the results files: ``python -m benchmarks.report``.

New results replace those in `published`, which are kept with the code; the page shows all that lie there.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

from . import results
from .generators import ROOT
from .pages import PAGES, table

PUBLISHED = ROOT / "benchmarks" / "published"


def render(found: dict[str, dict[str, Any]]) -> str:
    """The page, of the results by the names of their files."""
    made = [PAGES[name](result) for name, result in found.items()]
    losses = [loss for _, more in made for loss in more]
    head = "# Benchmarks\n\nWritten by `python -m benchmarks.report` from measured figures: do not edit.\n"
    lost = "## Where ganaug loses\n\nEvery figure in which something else does better:\n\n"
    lost += table(["where", "figure", "ganaug", "better"], losses) if losses else "Nowhere in these figures.\n"
    return "\n".join([head, lost, *(page for page, _ in made)])


def published() -> dict[str, dict[str, Any]]:
    """What the page shows, by the names of the files."""
    return {name: result for name in PAGES if (result := results.read(name, PUBLISHED))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    out, new = parser.parse_args().out, [name for name in PAGES if results.read(name)]
    PUBLISHED.mkdir(exist_ok=True)
    for name in new:
        shutil.copy(results.FOLDER / f"{name}.json", PUBLISHED)
    if not (shown := published()):
        raise SystemExit(f"{results.FOLDER} holds no results: run benchmarks.fidelity, .rebalance or .speed first")
    out.write_text(render(shown))
    print(f"{out}: {', '.join(shown)}; measured here: {', '.join(new) or 'nothing'}")


if __name__ == "__main__":
    main()
