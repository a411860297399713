"""Build this platform's archive: ``make archive``.

    python packaging/build.py WHEEL

The archive is a folder that needs only the C library of the user's machine. It holds a small
launcher (launcher.c) and a CPython tree cut down to what the program may use, with the wheel and
the dependencies of locks/archive.txt, all as unchecked .pyc. The Python in it is the one that runs
this script. Two builds of one commit on one machine give the same bytes (docs/packaging.md).
"""

from __future__ import annotations

import gzip
import importlib.metadata
import io
import os
import py_compile
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from project import (
    DIST,
    HERE,
    LICENSE,
    LOCKS,
    ROOT,
    archive_name,
    build_time,
    executable_name,
    sha256,
    this_platform,
)

OS, ARCH = this_platform()
FOLDER = ROOT / "build" / "archive"

DROPPED = HERE / "stdlib-dropped.txt"

DISTRIBUTIONS_DROPPED = ("pygments", "markdown-it-py", "mdurl", "pycparser")
"""For rich's highlighting and Markdown, and for cffi's compiler. We use none; some are large."""

KEPT_METADATA = ("METADATA", "entry_points.txt", "licenses/", "LICENSE", "COPYING", "AUTHORS")
"""The parts of a .dist-info that importlib.metadata and licences need.

The other parts name paths on the machine that installed the package.
"""

OF_THE_SYSTEM = re.compile(
    r"(ld-linux.*|libc|libm|libdl|libpthread|librt|libutil|libgcc_s|linux-vdso)\.so"
)
"""Libraries that every glibc system has in a compatible form; the archive holds all others."""

_GLIBC = re.compile(r"\bGLIBC_(2[\d.]*)")


def main() -> None:
    """Build the archive and print where it is."""
    (wheel,) = (Path(word) for word in sys.argv[1:])
    if sys.version_info < (3, 11):
        raise SystemExit("launcher.c takes Python 3.11 or newer: make archive PYTHON=python3.13")
    shutil.rmtree(FOLDER, ignore_errors=True)
    root = FOLDER / "root"
    modules = root / "lib" / "python"
    modules.mkdir(parents=True)
    _standard_library(modules)
    _dependencies(modules, wheel)
    _compile(modules)
    library = _python_library(root)
    if OS == "linux":
        _bundle(root)
    _launcher(root / executable_name(OS), library)
    if OS == "linux":
        _check_glibc(root)
    shutil.copy(LICENSE, root / "LICENSE")
    DIST.mkdir(exist_ok=True)
    archive = DIST / archive_name(OS, ARCH)
    (_zip if archive.suffix == ".zip" else _tar)(root, archive)
    size = archive.stat().st_size / 1e6
    sys.stdout.write(f"{archive.relative_to(ROOT)}  {size:.1f} MB  sha256 {sha256(archive)}\n")


def _standard_library(modules: Path) -> None:
    """Copy the standard library: packages, modules and extension modules side by side."""
    library = Path(sysconfig.get_path("stdlib"))
    extensions = Path(sys.base_prefix) / "DLLs" if OS == "windows" else library / "lib-dynload"
    lines = DROPPED.read_text(encoding="utf-8").splitlines()
    dropped = {name for line in lines if not line.startswith("#") for name in line.split()}
    for source in [*library.iterdir(), *(extensions.iterdir() if extensions.exists() else ())]:
        name = source.name.split(".")[0]
        if name in dropped or name.startswith(("config-", "_sysconfigdata", "lib-dynload")):
            continue
        if source.is_dir():
            shutil.copytree(source, modules / name, ignore=_not_code)
        elif source.suffix in (".py", ".so", ".pyd", ".dll"):
            shutil.copy(source, modules)


def _dependencies(modules: Path, wheel: Path) -> None:
    """Install the wheel and exactly what the lock lists, as wheels."""
    site = FOLDER / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    pip += ["--disable-pip-version-check", "--only-binary=:all:", f"--target={site}"]
    subprocess.run([*pip, "--require-hashes", "-r", LOCKS / "archive.txt"], check=True)
    with zipfile.ZipFile(wheel) as ours:
        ours.extractall(site)  # noqa: S202  we made it just now
    for distribution in list(importlib.metadata.distributions(path=[str(site)])):
        files = [Path(str(file)) for file in distribution.files or ()]
        if distribution.metadata["Name"].lower() in DISTRIBUTIONS_DROPPED:
            files = []
        for file in files:
            if not _is_wanted(file):
                continue
            target = modules / file
            if target.exists():
                raise SystemExit(f"{file} is in two places")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(site / file, target)


def _is_wanted(file: Path) -> bool:
    """Whether a distribution's file belongs in the archive."""
    if ".." in file.parts or "tests" in file.parts or file.is_absolute():
        return False
    if file.parts[0].endswith(".dist-info"):
        return "/".join(file.parts[1:]).startswith(KEPT_METADATA)
    return file.suffix not in (".c", ".h", ".pxd", ".pyi", ".pyx", ".typed") and len(file.parts) > 0


def _not_code(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in ("__pycache__", "test", "tests")]


def _compile(modules: Path) -> None:
    """Replace every .py by a .pyc that names no local path and that Python uses without a check."""
    for source in sorted(modules.rglob("*.py")):
        py_compile.compile(
            str(source),
            cfile=f"{source}c",
            dfile=source.relative_to(modules).as_posix(),
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        source.unlink()


def _python_library(root: Path) -> str:
    """Copy Python's shared library and its licence; return the library's file name."""
    lib = root / "lib"
    if OS == "windows":
        folder = Path(sys.base_prefix)
        name = f"python{sys.version_info.major}{sys.version_info.minor}.dll"
        shutil.copy(folder / "python3.dll", lib)
        for runtime in folder.glob("vcruntime*.dll"):
            shutil.copy(runtime, lib)
    else:
        folder = Path(sysconfig.get_config_var("LIBDIR"))
        name = sysconfig.get_config_var("INSTSONAME") or ""
        if not (folder / name).exists():  # a Python that was moved after it was built
            folder = Path(sys.base_prefix) / "lib"
    if not name or "/" in name or name.endswith(".a") or not (folder / name).exists():
        raise SystemExit(
            f"{sys.executable} has no shared library to put into the archive; take one that has:"
            " uv's, Debian's with libpython3-dev, or one configured with --enable-shared"
        )
    shutil.copy(folder / name, lib)
    texts = [Path(each) / "LICENSE.txt" for each in (sysconfig.get_path("stdlib"), sys.base_prefix)]
    text = next((each for each in texts if each.exists()), None)
    _add_license(root, "python", text or _license_of(folder / name))
    if OS != "linux" or sysconfig.get_config_var("PYTHON_BUILD_STANDALONE"):
        for text in (HERE / "licenses").iterdir():  # of the libraries that are linked into it
            _add_license(root, text.stem, text)
    return name


def _bundle(root: Path) -> None:
    """On Linux: strip, add the libraries that some systems lack, and make the loader find them."""
    lib = root / "lib"
    objects = sorted(file for file in lib.rglob("*") if ".so" in file.suffixes)
    for file in objects:
        for name, path in _needed(file):
            if not (lib / name).exists():
                shutil.copy(path, lib / name)
                _add_license(root, name.split(".so")[0], _license_of(path))
    for file in sorted({*objects, *(file for file in lib.iterdir() if file.is_file())}):
        file.chmod(0o755)
        subprocess.run(["strip", "--strip-unneeded", file], check=True)
        # An RPATH, because a RUNPATH would come after the user's LD_LIBRARY_PATH.
        origin = "$ORIGIN/" + os.path.relpath(lib, file.parent)
        wanted = ["--force-rpath", "--set-rpath", origin] if _bundled(file, lib) else []
        subprocess.run(["patchelf", *(wanted or ["--remove-rpath"]), file], check=True)


def _check_glibc(root: Path) -> None:
    """Print which C library the archive needs; stop if it is newer than GLIBC_AT_MOST."""
    found: set[tuple[int, ...]] = {(0,)}
    for file in root.rglob("*"):
        if file.is_file() and file.read_bytes().startswith(b"\x7fELF"):
            readelf = ["readelf", "--version-info", "--wide", str(file)]
            shown = subprocess.run(readelf, check=True, capture_output=True, text=True).stdout
            found |= {tuple(map(int, each.split("."))) for each in _GLIBC.findall(shown)}
    needs = ".".join(map(str, max(found)))
    sys.stdout.write(f"needs glibc {needs} or newer\n")
    limit = os.environ.get("GLIBC_AT_MOST")
    if limit and max(found) > tuple(map(int, limit.split("."))):
        raise SystemExit(f"which is newer than {limit}")


def _needed(file: Path) -> Iterator[tuple[str, Path]]:
    """The libraries that the loader would load for a file, without the system's own."""
    shown = subprocess.run(["ldd", file], check=True, capture_output=True, text=True).stdout
    for line in shown.splitlines():
        name, arrow, path = line.strip().partition(" => ")
        if arrow and not OF_THE_SYSTEM.match(name) and "libpython" not in name:
            if path.startswith("not found"):
                raise SystemExit(f"{file} needs {name}, which is not here")
            yield name, Path(path.split(" (")[0])


def _bundled(file: Path, lib: Path) -> bool:
    patchelf = ["patchelf", "--print-needed", str(file)]
    needed = subprocess.run(patchelf, check=True, capture_output=True, text=True).stdout
    return any((lib / name).exists() for name in needed.split())


def _license_of(library: Path) -> Path:
    """The licence that came with a library's Debian package."""
    for path in (library, library.resolve(), Path("/usr") / library.resolve().relative_to("/")):
        owner = subprocess.run(
            ["dpkg", "-S", path], check=False, capture_output=True, text=True
        ).stdout
        copyright_ = Path("/usr/share/doc") / owner.split(":")[0] / "copyright"
        if owner and copyright_.exists():
            return copyright_
    raise SystemExit(f"the licence of {library} is not known, so it can't be passed on")


def _add_license(root: Path, name: str, source: Path) -> None:
    (root / "licenses").mkdir(exist_ok=True)
    shutil.copy(source, root / "licenses" / f"{name}.txt")


def _launcher(executable: Path, library: str) -> None:
    """Compile launcher.c; a header holds the library's name, so that no shell has to quote it."""
    source, include = HERE / "launcher.c", sysconfig.get_path("include")
    header = FOLDER / "library.h"
    header.write_text(f'#define LIBRARY "{library}"\n', encoding="ascii")
    if OS == "windows":
        _compile_on_windows(source, executable, include)
        return
    compiler = shlex.split(os.environ.get("CC", "cc"))
    if not shutil.which(compiler[0]):
        raise SystemExit("a C compiler is needed; on Debian and Ubuntu: apt install gcc libc6-dev")
    flags = ["-O2", "-Wall", "-Wextra", f"-I{include}", f"-I{header.parent}"]
    links = ["-ldl", "-s", "-Wl,--build-id=none"] if OS == "linux" else []
    subprocess.run([*compiler, *flags, source, "-o", executable, *links], check=True)


def _compile_on_windows(source: Path, executable: Path, include: str) -> None:
    """Let setuptools find Microsoft's compiler."""
    from setuptools._distutils.ccompiler import new_compiler  # type: ignore[import-untyped]

    compiler = new_compiler()
    libraries = [str(Path(sys.base_prefix) / "libs")]  # pyconfig.h asks the linker for pythonXY.lib
    objects = compiler.compile(
        [str(source)],
        output_dir=str(FOLDER),
        macros=[("Py_NO_LINK_LIB", "1")],
        include_dirs=[include, str(FOLDER)],
    )
    compiler.link_executable(objects, str(executable.with_suffix("")), library_dirs=libraries)


def _members(root: Path) -> list[Path]:
    """The archive's files, sorted by name. There may be no links: krew can't unpack them."""
    files = sorted(file for file in root.rglob("*") if not file.is_dir())
    links = [file for file in files if file.is_symlink()]
    if links:
        raise SystemExit(f"links in the archive: {links}")
    return files


def _mode(file: Path) -> int:
    return 0o755 if os.access(file, os.X_OK) else 0o644


def _tar(root: Path, archive: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file in _members(root):
            entry = tarfile.TarInfo(file.relative_to(root).as_posix())
            entry.size, entry.mode = file.stat().st_size, _mode(file)
            entry.mtime = build_time()
            with file.open("rb") as content:
                tar.addfile(entry, content)
    with (
        archive.open("wb") as output,
        gzip.GzipFile("", "wb", compresslevel=9, fileobj=output, mtime=0) as compressed,
    ):
        compressed.write(packed.getvalue())


def _zip(root: Path, archive: Path) -> None:
    import time

    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for file in _members(root):
            name = file.relative_to(root).as_posix()
            entry = zipfile.ZipInfo(name, time.gmtime(build_time())[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | _mode(file)) << 16
            zipped.writestr(entry, file.read_bytes())


if __name__ == "__main__":
    main()
