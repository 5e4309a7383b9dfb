"""The .ganaug file: a zip of JSON and NumPy arrays that cannot carry code.

`manifest.json` lists every other member with its size and SHA-256; `model.json` holds the contents as a tree of tagged
plain values (:mod:`ganaug.persistence.tree`); `arrays/N.npy` hold their arrays. Whatever does not fit raises
`CorruptFileError`. What a file takes to read is bounded by its own size: its members do not overlap, an array has the
bytes that its shape says, and is used once.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np

from ..data.replacing import replace_file
from ..exceptions import CorruptFileError
from ..plain import RECORDS, AnyArray, PathLike
from .tree import TreeReader, TreeWriter, tree_of

MAGIC = "ganaug"
FORMAT_VERSION = 9
OLDEST_VERSION = 8
MAX_MEMBERS = 20_000
MAX_JSON = 256 * 2**20
ARRAY_KINDS = "biufMm"
MALFORMED = (
    *(zipfile.BadZipFile, EOFError, ArithmeticError, AttributeError, LookupError, SyntaxError, TokenError),
    *(MemoryError, RuntimeError, TypeError, ValueError),
)


class Mismatch(Exception):
    """The file is sound, but what the caller gave does not go with it."""


@contextmanager
def errors_about(path: PathLike) -> Iterator[None]:
    """Turns what goes wrong with a file's contents into `CorruptFileError` or `ValueError` that name the file."""
    try:
        yield
    except Mismatch as error:
        raise ValueError(f"{path}: {printable(error)}") from None
    except MALFORMED as error:
        raise CorruptFileError(f"{path} is damaged, or not a ganaug file: {printable(error)}") from error


def printable(text: object) -> str:
    """Text of a file as a terminal may be shown it: without characters that command it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in str(text))


def write(path: PathLike, contents: dict[str, Any]) -> None:
    """Write contents to a file, which replaces an old one only once it is complete."""
    members = _members(contents)
    replace_file(Path(path), lambda file: _pack(file, members))


def dumps(contents: dict[str, Any]) -> bytes:
    """What `write` writes."""
    buffer = io.BytesIO()
    _pack(buffer, _members(contents))
    return buffer.getvalue()


def read(path: PathLike) -> dict[str, Any]:
    """The contents of a file."""
    with open(path, "rb", opener=_regular) as file:
        try:
            members = _unpack(file, os.fstat(file.fileno()).st_size)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            raise ValueError("a member begins before the file does") from None
    return _contents(members)


def loads(data: bytes) -> dict[str, Any]:
    """The contents that `dumps` made these bytes of."""
    return _contents(_unpack(io.BytesIO(data), len(data)))


def _regular(path: str, flags: int) -> int:
    """Opens a file, and nothing that never ends or blocks: no pipe, no device."""
    opened = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(opened).st_mode
    if stat.S_ISREG(mode):
        return opened
    os.close(opened)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    raise ValueError("it is no regular file")


def _contents(members: dict[str, bytes]) -> dict[str, Any]:
    text = members.pop("model.json")
    contents = TreeReader(RECORDS, lambda number: _array(members.pop(_array_name(number)))).tree(tree_of(text))
    if not isinstance(contents, dict):
        raise TypeError("model.json holds no contents")
    if members:
        raise ValueError(f"{len(members)} members belong to nothing")
    return contents


def _members(contents: dict[str, Any]) -> dict[str, bytes]:
    from .. import __version__

    writer = TreeWriter(RECORDS)
    tree = writer.tree(contents)
    members = {"model.json": json.dumps(tree, allow_nan=False).encode()}
    for number, array in enumerate(writer.arrays):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, array, allow_pickle=False)
        members[_array_name(number)] = buffer.getvalue()
    listing = {name: {"bytes": len(data), "sha256": _digest(data)} for name, data in members.items()}
    manifest = {"magic": MAGIC, "format_version": FORMAT_VERSION, "written_by": __version__, "members": listing}
    return {"manifest.json": json.dumps(manifest).encode(), **members}


def _array_name(number: int) -> str:
    return f"arrays/{number}.npy"


def _array(data: bytes) -> AnyArray:
    """The array of a .npy file, whose header may say no more than there is."""
    file = io.BytesIO(data)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("an array of an unknown format")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    start = file.tell()
    if fortran or dtype.kind not in ARRAY_KINDS or prod(shape) * dtype.itemsize != len(data) - start:
        raise ValueError(f"an array of shape {shape} and dtype {dtype} that has {len(data) - start} bytes")
    array: AnyArray = np.frombuffer(data, dtype, offset=start).reshape(shape).copy()
    return array


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _pack(file: BinaryIO, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)  # of no date: the same contents are the same bytes


def _unpack(file: BinaryIO, size: int) -> dict[str, bytes]:
    """The members of a file of `size` bytes, each as the manifest describes it."""
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        names = {info.filename for info in infos}
        if len(names) < len(infos) or len(infos) > MAX_MEMBERS or any(info.compress_type for info in infos):
            raise ValueError("members are compressed, too many or of the same name")
        if sum(info.file_size for info in infos) > size:
            raise ValueError("members overlap")
        if any(info.file_size > MAX_JSON for info in infos if info.filename.endswith(".json")):
            raise ValueError("manifest.json or model.json is too large")
        manifest = json.loads(archive.read("manifest.json"))
        _check_version(manifest)
        listing = manifest["members"]
        if set(listing) != names - {"manifest.json"} or "model.json" not in listing:
            raise ValueError("the members are not those of the manifest")
        members = {name: archive.read(name) for name in listing}
    for name, data in members.items():
        if len(data) != listing[name]["bytes"] or _digest(data) != listing[name]["sha256"]:
            raise ValueError(f"{name} is not as it was written")
    return members


def _check_version(manifest: dict[str, Any]) -> None:
    version = manifest["format_version"]
    if manifest["magic"] != MAGIC or type(version) is not int or version < 1:
        raise ValueError("the manifest is not one of ganaug's")
    if version < OLDEST_VERSION:
        raise Mismatch(
            f"written by ganaug {manifest.get('written_by')} in format {version}, and this version reads from "
            f"{OLDEST_VERSION} on: fit the augmenter again, or sample with the version that wrote it"
        )
    if version > FORMAT_VERSION:
        raise Mismatch(
            f"written by ganaug {manifest.get('written_by')} in format {version}, this version reads up to "
            f"{FORMAT_VERSION}: upgrade ganaug"
        )
