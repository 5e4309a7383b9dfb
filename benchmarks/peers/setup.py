"""Set up the environments of the peers, whose pins conflict with one another and with ganaug's.

``python benchmarks/peers/setup.py`` sets up all of them, ``... setup.py ctgan`` one. They need some 8 GB of disk; set
PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu to spare the GPU libraries, if that index can be reached.
"""

from __future__ import annotations

import argparse
import subprocess
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
# required, but tables need neither, and their usual builds cannot be loaded beside a CPU build of torch
UNUSED = {"mostlyai": ["torchaudio", "torchvision"]}
# files that name every package, because one requires more than can be installed
COMPLETE = {"synthyverse"}
NAMES = sorted(path.stem for path in HERE.glob("*.txt"))


def interpreter(name: str) -> Path:
    """Where the environment's Python is, or would be."""
    return HERE / "envs" / name / "bin" / "python"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)} (default: all)")
    names = parser.parse_args().names or NAMES
    if unknown := sorted(set(names) - set(NAMES)):
        parser.error(f"there is no peer {unknown[0]!r}: choose from {', '.join(NAMES)}")
    for name in names:
        print(f"Setting up {name} in {interpreter(name).parents[1]}", flush=True)
        venv.create(interpreter(name).parents[1], with_pip=True, clear=True)
        pip = [interpreter(name), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        alone = ["--no-deps"] if name in COMPLETE else []
        subprocess.run([*pip, "install", *alone, "--requirement", HERE / f"{name}.txt"], check=True)
        if name in UNUSED:
            subprocess.run([*pip, "uninstall", "--yes", *UNUSED[name]], check=True)


if __name__ == "__main__":
    main()
