"""Look into what was built: the wheel has the package and nothing else, the sdist what its tests need."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = {path.relative_to(ROOT).as_posix() for path in (ROOT / "ganaug").rglob("*") if path.is_file()}
PACKAGE = {name for name in PACKAGE if "__pycache__" not in name}
IN_SDIST = ("tests/conftest.py", "tests/test_package.py", "docs/conf.py", "docs/rules.md", "examples/images.py",
            "examples/data/bank_marketing.csv.gz", "benchmarks/published", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
            "CITATION.cff", "Makefile", "lowest.txt", "pyproject.toml")  # fmt: skip


def main(folder: Path) -> None:
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        if held != PACKAGE:
            sys.exit(f"{wheel.name} lacks {sorted(PACKAGE - held)} and has too much: {sorted(held - PACKAGE)}")
        (about,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        readme = message_from_bytes(archive.read(about)).get_payload()
    if "](docs/" in readme:
        sys.exit(f"the description of {wheel.name} links to files that a package index does not have")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = PACKAGE.union(IN_SDIST)
    if lacking := [name for name in wanted if not any(each == name or each.startswith(name + "/") for each in names)]:
        sys.exit(f"{sdist.name} lacks {sorted(lacking)}")
    print(f"{wheel.name}: {len(held)} files; {sdist.name}: {len(names)} files")


main(Path(sys.argv[1]))
