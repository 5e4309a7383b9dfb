"""What a service pays for rows of a saved model: start, latency, memory, and calls a second of several threads.

``python -m benchmarks.serving`` fits the demo's table; ``--model FILE`` takes a model of yours. A process of its own
loads the model and draws five rows at a time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from .peers.memory import peak_bytes

ROWS = 5
CALLS = 300
TABLE = Path(__file__).parents[1] / "examples" / "data" / "bank_marketing.csv.gz"


def fitted(path: Path) -> None:
    """Fit the demo's table, and save the model."""
    import pandas as pd

    from ganaug import GANAugmenter

    table = pd.read_csv(TABLE, sep=None, engine="python").drop(columns="duration")
    GANAugmenter(random_state=0).fit(table.drop(columns="y"), table["y"]).save(path)


def serve(path: str) -> None:
    """Load a model, draw, and print what it took."""
    clock = time.perf_counter
    begun = clock()
    import ganaug

    augmenter = ganaug.load(path)
    loaded = clock()
    augmenter.sample(ROWS, random_state=0)
    print(f"until it is loaded | {loaded - begun:.2f} s")
    print(f"the first {ROWS} rows | {1000 * (clock() - loaded):.0f} ms")
    for refine in (True, False):
        times = []
        for seed in range(CALLS):
            begun = clock()
            augmenter.sample(ROWS, random_state=seed, refine=refine)
            times.append(1000 * (clock() - begun))
        median, late = np.quantile(times, [0.5, 0.99])
        print(f"{ROWS} rows{'' if refine else ', refine=False'} | {median:.0f} ms, 99 % below {late:.0f} ms")
    begun = clock()
    augmenter.sample(1000, random_state=0)
    print(f"1,000 rows | {1000 * (clock() - begun):.0f} ms")
    for threads in (1, 2, 4):
        with ThreadPoolExecutor(threads) as pool:
            begun = clock()
            list(pool.map(lambda seed: augmenter.sample(ROWS, random_state=seed), range(CALLS)))
            print(f"calls a second, {threads} thread{'s' * (threads > 1)} | {CALLS / (clock() - begun):.0f}")
    print(f"memory | {peak_bytes() / 2**20:.0f} MB")
    print(f"TensorFlow was imported | {'yes' if 'tensorflow' in sys.modules else 'no'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        model = asked.model or Path(folder) / "bank.ganaug"
        if asked.model is None:
            fitted(model)
        subprocess.run([sys.executable, "-m", "benchmarks.serving", "--serve", str(model)], check=True)


if __name__ == "__main__":
    main()
