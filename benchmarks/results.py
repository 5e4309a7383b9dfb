"""Results files: rows of figures with the settings, the machine and the versions that gave them."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import shlex
import sys
from pathlib import Path
from typing import Any

PLACES = {"--data-dir": "DIR", "--keel-dir": "DIR", "--folder": "DIR", "--data": "FILE"}
FOLDER = Path(__file__).resolve().parent / "results"


class Results:
    """Rows that are on disk as soon as they are measured, so an interrupted benchmark goes on where it was.

    Rows of other settings are dropped. Those of generators that are named in `again` are dropped when they are asked
    for, so that other tables and seeds keep theirs.
    """

    def __init__(self, name: str, settings: dict[str, Any], again: list[str] | None = None) -> None:
        self.path = FOLDER / f"{name}.json"
        old = read(name) or {}
        settings = json.loads(json.dumps(settings))
        rows = old.get("rows", []) if old.get("settings") == settings else []
        self.rows = [row for row in rows if "not_run" not in row]
        self._outdated = [row for row in self.rows if row.get("generator") in (again or [])]
        commands = dict.fromkeys([*(old.get("commands", []) if self.rows else []), command(name)])
        self.about = {"settings": settings, "commands": list(commands), "machine": machine()}
        self.about["versions"] = old.get("versions", {}) | own_versions() if self.rows else own_versions()

    def find(self, **key: Any) -> dict[str, Any] | None:
        row = next((row for row in self.rows if all(row.get(name) == value for name, value in key.items())), None)
        if any(row is outdated for outdated in self._outdated):
            self.rows.remove(row)
            return None
        return row

    def add(self, row: dict[str, Any]) -> None:
        self.about["versions"] |= row.pop("versions", {})
        self.rows.append(row)
        self.about["date"] = datetime.date.today().isoformat()
        self.path.parent.mkdir(exist_ok=True)
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(self.about | {"rows": self.rows}, indent=1))
        partial.replace(self.path)


def read(name: str, folder: Path | None = None) -> dict[str, Any] | None:
    path = (folder or FOLDER) / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def command(name: str) -> str:
    """What was typed, without folders of this machine and without what was only to be repeated."""
    typed, kept, option = sys.argv[1:], [], ""
    for word in typed:
        option = word if word.startswith("--") else option
        if not option.startswith("--again"):
            kept.append(PLACES.get(option, word) if word != option else word)
    return shlex.join(["python", "-m", f"benchmarks.{name.split('-')[0]}", *kept])


def machine() -> dict[str, Any]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        cpu = platform.processor() or platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cpu": cpu, "cores": cores, "memory_gb": round(memory, 1), "system": platform.system()}


def own_versions() -> dict[str, str]:
    from ganaug import __version__

    names = ["numpy", "pandas", "scikit-learn", "imbalanced-learn", "tensorflow"]
    libraries = {name: importlib.metadata.version(name) for name in names}
    return {"Python": platform.python_version(), "ganaug": __version__, **libraries}
