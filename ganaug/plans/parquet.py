"""Parts of a plan as Parquet files, beside a manifest that tells which of them are whole."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.extras import imported
from ..data.memory import check_free
from ..data.progress import progress_bar
from ..data.replacing import replacing, write_text
from ..data.validation import check_choice
from ..plain import PathLike, Verbose
from .engines import on_dask, on_ray, on_spark
from .parts import Parts, arrow_of, schema_of

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "_manifest.json"
"""Readers of folders leave out what begins with an underscore."""
SECONDS_BETWEEN = 1.0
PART_BYTES = 512
"""Of each part in the manifest."""
ENGINES: Mapping[str, Callable[[Callable[[int], Any], list[int]], Iterator[Any]]] = {
    "dask": on_dask,
    "ray": on_ray,
    "spark": on_spark,
}


@dataclass(frozen=True)
class WrittenPart:
    """A part that is on the disk.

    Parameters
    ----------
    file : str
        Its name in the folder.
    rows : int
    classes : dict
        Rows of each class, by labels as text.
    sha256 : str
        Of the file.
    """

    file: str
    rows: int
    classes: dict[str, int]
    sha256: str


def write_parts(plan: Parts, folder: PathLike, engine: str | None, verbose: Verbose) -> None:
    """See :meth:`ganaug.SamplePlan.to_parquet`."""
    if engine is not None:
        check_choice(engine, "engine", ENGINES)
    imported("pyarrow.parquet", "frames", "Parquet files need")
    check_free(PART_BYTES * len(plan), f"the list of {len(plan):,} parts", "give a larger part_rows")
    schema = schema_of(plan)
    home = Path(folder).expanduser().absolute()
    home.mkdir(parents=True, exist_ok=True)
    header = _header(plan)
    done = _whole_parts(home, header)
    write_text(home / MANIFEST, _manifest(header, done))
    missing = [number for number in range(len(plan)) if number not in done]
    if not missing:
        return
    work = partial(written_part, plan, schema, str(home))
    drawn = map(work, missing) if engine is None else ENGINES[engine](work, missing)
    last = time.monotonic()
    with progress_bar(verbose, len(plan), unit="part", initial=len(done)) as bar:
        for number, part in drawn:
            done[number] = part
            bar.update()
            if time.monotonic() - last > SECONDS_BETWEEN:
                write_text(home / MANIFEST, _manifest(header, done))
                last = time.monotonic()
    write_text(home / MANIFEST, _manifest(header, done))


def written_part(plan: Parts, schema: pa.Schema, folder: str, number: int) -> tuple[int, WrittenPart]:
    """Draw a part and write it; it has its name only once it is whole."""
    import pyarrow.parquet as pq

    path = Path(folder) / _name(number)
    table = arrow_of(plan, schema, number)
    with replacing(path) as temporary:
        pq.write_table(table, temporary)
        digest = _sha256(temporary)
    classes = {str(label): count for label, count in plan.classes_of(number).items()}
    return number, WrittenPart(path.name, len(table), classes, digest)


def _header(plan: Parts) -> dict[str, Any]:
    """What makes this plan another than others."""
    from .. import __version__

    counts = plan.counts
    asked = {str(label): n for label, n in counts.items()} if isinstance(counts, Mapping) else counts
    own = {"random_state": plan.random_state, "part_rows": plan.part_rows}
    own |= {"shuffle": plan.shuffle, "refine": plan.refine}
    return {
        "model": plan.digest,
        "counts": asked,
        "rows": plan.rows,
        "parts": len(plan),
        **own,
        "ganaug": __version__,
    }


def _manifest(header: dict[str, Any], done: Mapping[int, WrittenPart]) -> str:
    files = [asdict(done[number]) for number in sorted(done)]
    return json.dumps({**header, "complete": len(done) == header["parts"], "files": files}, indent=1) + "\n"


def _whole_parts(home: Path, header: Mapping[str, Any]) -> dict[int, WrittenPart]:
    """The parts that are there and as they were written.

    Raises
    ------
    ValueError
        If the manifest is that of another plan, or there are files but no manifest.
    """
    path = home / MANIFEST
    if not path.exists():
        others = [own.name for own in home.iterdir() if not own.name.startswith(".")]
        if others:
            raise ValueError(f"{home} holds {others[0]!r} and no {MANIFEST}: give an empty or a new folder")
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        files = [WrittenPart(**part) for part in told["files"]]
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is no manifest of a plan ({error}): give an empty or a new folder") from None
    others = [name for name in header if told.get(name) != header[name]]
    if others:
        what = ", ".join(f"{name} {told.get(name)!r}, not {header[name]!r}" for name in others)
        raise ValueError(f"{home} holds parts of another plan ({what}): give an empty or a new folder")
    names = {_name(number): number for number in range(header["parts"])}
    whole = [part for part in files if part.file in names and _is_whole(home / part.file, part.sha256)]
    return {names[part.file]: part for part in whole}


def _name(number: int) -> str:
    return f"part-{number:06}.parquet"


def _is_whole(path: Path, digest: str) -> bool:
    return path.is_file() and _sha256(path) == digest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
