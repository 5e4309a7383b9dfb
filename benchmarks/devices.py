"""What a graphics processor is worth: steps and whole fits on it and on the machine's processor, by XLA and bfloat16.

``python -m benchmarks.devices`` trains on Adult and on striped images of several sizes, each in a process of its own:
a short fit for the time of a step, then the whole fit with all that comes after training. A second run measures only
what is missing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tqdm import tqdm

from .results import Results
from .scale import in_a_process

SIDES = {28: 1, 64: 3, 96: 3, 128: 3}
"""Of images, with their channels."""

MEASURE = """
import inspect, json, sys, time
from pathlib import Path

import tensorflow as tf, keras
from benchmarks.image_sizes import striped
from benchmarks.tables import split
from ganaug import GANAugmenter
from ganaug.gan.trainer import Trainer

given = json.loads(sys.argv[1])
gpus = tf.config.list_physical_devices("GPU")
assert bool(gpus) == (given["device"] == "gpu"), "the graphics processor is not what was asked for"
for gpu in gpus:
    tf.config.experimental.set_memory_growth(gpu, True)

plans, run = [], Trainer.run
Trainer.run = lambda self, *rest: (plans.append(self.plan), run(self, *rest))[1]
if given["precision"] == "bfloat16":
    for kind in (keras.layers.Dense, keras.layers.Conv2D, keras.layers.Conv2DTranspose):
        def mixed(self, *given, made=kind.__init__, **options):
            made(self, *given, **options | {"dtype": "mixed_bfloat16"})
        mixed.__signature__ = inspect.signature(kind.__init__)
        kind.__init__ = mixed
        kind.call = lambda self, x, call=kind.call, **options: tf.cast(call(self, x, **options), tf.float32)

if given["side"]:
    X, y = striped(given["side"], given["channels"])
else:
    table = split(given["table"], given["folder"] and Path(given["folder"]))
    X, y = table.train.drop(columns=table.target), table.train[table.target]
stamps = []
options = {"random_state": 0, "batch_size": given["batch_size"] or "auto", "steps": given["steps"] or "auto"}
options |= {"refine": "auto" if given["steps"] is None else False, "jit_compile": given["compiled"]}
began = time.perf_counter()
GANAugmenter(**options, on_chunk=lambda state: stamps.append((state.step, state.seconds))).fit(X, y)
told = {"fit_seconds": time.perf_counter() - began, "first_seconds": stamps[0][1]}
told["step_ms"] = 1000 * (stamps[-1][1] - stamps[1][1]) / (stamps[-1][0] - stamps[1][0])
told |= {"batch_rows": plans[0].batch_size, "steps": stamps[-1][0], "is_compiled": plans[0].compiled}
if gpus:
    told["gpu"] = tf.config.experimental.get_device_details(gpus[0])["device_name"]
    told["gpu_mb"] = tf.config.experimental.get_memory_info("GPU:0")["peak"] / 2**20
print(json.dumps(told))
"""


def cases(asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Short fits that differ in one thing from the usual, then whole ones."""
    for device in asked.devices:
        for side in [0, *asked.sides]:
            usual = {"side": side, "device": device, "compiled": False, "precision": "float32", "batch_size": 0}
            usual["whole"] = False
            yield usual
            yield usual | {"precision": "bfloat16"}
            if device == "gpu":
                yield usual | {"compiled": True}
                yield usual | {"compiled": True, "precision": "bfloat16"}
                for times in asked.times:
                    batch = times * (32 if side else 256)
                    for changed in [{}, {"compiled": True}]:
                        yield usual | {"batch_size": batch} | changed
            if asked.whole:
                yield usual | {"whole": True, "compiled": "auto"}


def measure(results: Results, case: dict[str, Any], table: str, folder: str | None) -> None:
    """A row, unless there is one; what does not fit into memory or cannot be compiled is a row with the reason."""
    key = {"generator": "ganaug", **case}
    if results.find(**key):
        return
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1" if case["device"] == "cpu" else "0"}
    given = {"table": table, "folder": folder, "channels": SIDES.get(case["side"], 0)}
    given["steps"] = None if case["whole"] else results.about["settings"]["steps"]
    try:
        row = in_a_process(MEASURE, given | case)
    except subprocess.CalledProcessError as error:
        row = {"not_run": f"ended with {error.returncode}"}
    results.add(key | row)
    tqdm.write(str(results.rows[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--table", default="adult")
    parser.add_argument("--sides", nargs="*", type=int, default=list(SIDES), choices=list(SIDES))
    parser.add_argument("--devices", nargs="+", default=["gpu", "cpu"], choices=["gpu", "cpu"])
    parser.add_argument("--times", nargs="*", type=int, default=[4, 16], help="batches so many times as large")
    parser.add_argument("--steps", type=int, default=300, help="of a short fit")
    parser.add_argument("--whole", action="store_true", help="whole fits as well")
    parser.add_argument("--again", nargs="+")
    asked = parser.parse_args()
    results = Results("devices", {"table": asked.table, "steps": asked.steps}, asked.again)
    folder = str(asked.data_dir.resolve()) if asked.data_dir else None
    for case in tqdm(list(cases(asked))):
        measure(results, case, asked.table, folder)


if __name__ == "__main__":
    main()
