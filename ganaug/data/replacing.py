"""A new file takes the place of an old one only once it is complete."""

from __future__ import annotations

import glob
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from ..plain import PathLike

LONGEST_NAME = 200
"""Bytes of the old name in the new one's; most file systems allow 255 in all."""
END = ".partial"
SECONDS_TO_WRITE = 3600


def replace_file(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Write a file that replaces an old one."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        fill(file)


def write_text(path: PathLike, text: str) -> None:
    """Write a file of text that replaces an old one; lone surrogates are written as JSON does."""
    replace_file(Path(path), lambda file: file.write(text.encode(errors="backslashreplace")))


def check_folder(path: PathLike, folder: Path) -> None:
    """FileNotFoundError if the folder is not there that a path is to be made in."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {folder}: make it first")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Where to write what is to take the place of a file, on the disk and with its permissions, if nothing goes wrong.

    What a link points to is replaced, not the link; a pipe or a device is written to as it is. What writers of the same
    file left that were killed long ago is removed.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        yield target
        return
    check_folder(path, target.parent)
    start = f".{os.fsdecode(os.fsencode(target.name)[:LONGEST_NAME])}."
    temporary = target.with_name(f"{start}{uuid4().hex}{END}")
    _clean_up(target.parent, start)
    try:
        yield temporary
        with temporary.open("r+b") as file:  # Windows flushes no file that is open for reading
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _clean_up(folder: Path, start: str) -> None:
    for left in folder.glob(f"{glob.escape(start)}*{END}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > SECONDS_TO_WRITE:
                left.unlink()
