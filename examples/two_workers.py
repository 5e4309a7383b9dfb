"""Two processes train one model: each on half of every batch, to end with the same weights.

Here both run on this machine's processors; on two hosts each is started with the TF_CONFIG that it gets here, with the
hosts' names in it. A process that trains alone on whole batches shows that the losses are the same but for chance. Run
with ``python examples/two_workers.py``; takes about a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer

import ganaug
from ganaug.plots import PALETTE

try:
    import matplotlib.pyplot as plt
except ImportError as error:
    raise SystemExit("This example needs matplotlib: pip install 'ganaug[demo]'") from error

WORKERS = 2
SILENT = 60
"""Seconds after which a worker gives up the other."""
HALF_A_MACHINE = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // WORKERS)),  # more threads would wait for one another
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
COLOURS = {"discriminator_loss": PALETTE["blue"], "generator_loss": PALETTE["vermilion"]}


def work(steps: int, out: Path) -> None:
    """What each worker does: the same, with the same rows and the same seed."""
    from ganaug.tensorflow import tf  # without its notes on processors and drivers

    options = tf.distribute.experimental.CommunicationOptions(timeout_seconds=SILENT)
    strategy = tf.distribute.MultiWorkerMirroredStrategy(communication_options=options)  # reads TF_CONFIG
    weights: list[np.ndarray] = []

    def keep(state: ganaug.TrainingState) -> None:
        weights[:] = state.model.generator.weights

    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    augmenter = ganaug.GANAugmenter(steps=steps, strategy=strategy, on_chunk=keep, random_state=0).fit(X, y)
    augmenter.save(out.with_suffix(".ganaug"))
    out.with_suffix(".weights").write_bytes(pickle.dumps(weights))


@contextmanager
def worker(number: int, addresses: list[str], steps: int, out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this script, which is gone afterwards, however that comes about."""
    config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": number}}
    command = [sys.executable, __file__, "--steps", str(steps), "--work-for", str(out)]
    process = subprocess.Popen(command, env={**os.environ, **HALF_A_MACHINE, "TF_CONFIG": json.dumps(config)})
    try:
        yield process
    finally:
        process.kill()  # TensorFlow's workers take no notice of gentler signals
        process.wait()


def train_together(steps: int, limit: float, folder: Path) -> list[Path]:
    """Start the workers and wait for both; where each of them left what it has learnt."""
    outs = [folder / f"worker{number}" for number in range(WORKERS)]
    addresses = [f"localhost:{port}" for port in free_ports(WORKERS)]
    with ExitStack() as stack:
        workers = [stack.enter_context(worker(i, addresses, steps, out)) for i, out in enumerate(outs)]
        end = time.monotonic() + limit
        while any(each.poll() is None for each in workers):
            if dead := [number for number, each in enumerate(workers) if each.poll()]:
                raise SystemExit(f"worker {dead[0]} ended with status {workers[dead[0]].returncode}: see above")
            if time.monotonic() > end:
                raise SystemExit(f"the workers took more than {limit:.0f} seconds: raise --limit, or lower --steps")
            time.sleep(0.1)
        if any(each.returncode for each in workers):
            raise SystemExit("the workers failed: see above")
    return outs


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("localhost", 0))
        return [each.getsockname()[1] for each in sockets]


def draw(histories: dict[str, pd.DataFrame], out: Path) -> None:
    figure, axes = plt.subplots(figsize=(6.4, 3), layout="constrained")
    for (name, history), style in zip(histories.items(), ("-", ":"), strict=True):
        for loss, colour in COLOURS.items():
            label = f"{loss.replace('_', ' ')}, {name}"
            axes.plot(history["step"], history[loss], style, color=colour, marker=".", label=label)
    axes.set(xlabel="step", ylabel="mean since the point before", ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(out, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=400, help="training steps (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=600, help="seconds that workers may take (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("two_workers.png"), help="the figure (default: %(default)s)")
    parser.add_argument("--work-for", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work_for is not None:
        work(arguments.steps, arguments.work_for)
        return

    with tempfile.TemporaryDirectory() as folder:
        outs = train_together(arguments.steps, arguments.limit, Path(folder))
        models = [ganaug.load(out.with_suffix(".ganaug")) for out in outs]
        weights = [pickle.loads(out.with_suffix(".weights").read_bytes()) for out in outs]
    equal = all(np.array_equal(one, other) for one, other in zip(*weights, strict=True))
    count = sum(each.size for each in weights[0])
    print(f"{count:,} weights of the generator are {'equal' if equal else 'NOT EQUAL'} on both workers")
    rows = [model.sample({0: 3, 1: 3}, random_state=0)[0] for model in models]
    print(f"rows drawn on both are {'equal' if rows[0].equals(rows[1]) else 'NOT EQUAL'}; the first columns of some:\n")
    print(rows[0].iloc[:, :4].round(2).to_string())

    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    alone = ganaug.GANAugmenter(steps=arguments.steps, random_state=0).fit(X, y)
    draw({"two workers": models[0].history_, "one process": alone.history_}, arguments.out)
    print(f"\nwrote {arguments.out}")
    if not (equal and rows[0].equals(rows[1])):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
