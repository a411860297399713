"""Unpack this platform's archive as krew does: ``python packaging/unpack.py FOLDER``.

The archive goes into FOLDER/store, and FOLDER/bin has a link to its executable.
"""

from __future__ import annotations

import shutil
import sys
import tarfile
from pathlib import Path

from project import DIST, archive_name, executable_name, this_platform


def main() -> None:
    """Remove the folder and unpack into it."""
    folder = Path(sys.argv[1])
    os_, arch = this_platform()
    archive = DIST / archive_name(os_, arch)
    if not archive.exists():
        raise SystemExit(f"{archive.name} is not in dist: make archive")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "bin").mkdir(parents=True)
    if archive.suffix == ".zip":
        shutil.unpack_archive(archive, folder / "store")
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(folder / "store")  # noqa: S202  build.py made it
    name = executable_name(os_)
    (folder / "bin" / name).symlink_to(Path("..") / "store" / name)


if __name__ == "__main__":
    main()
