"""Check the wheel and the sdist as PyPI and its users will: ``make pypi-test``.

    python packaging/pypi_test.py DIST KUBECTL

This checks the metadata, and that the sdist builds the same wheel. Then pipx and uv install the
wheel into homes of their own, and kubectl finds and runs it. Dependencies have the versions that
development has.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from project import LOCKS, ROOT, version

TOOLS = Path(sys.executable).parent
WANTED_IN_SDIST = (
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "tests/conftest.py",
)


def main() -> None:
    """Run every check; the first check that fails ends the program with its output."""
    dist, kubectl = (Path(word).resolve() for word in sys.argv[1:])
    [wheel] = dist.glob("kubectl_connector-*.whl")
    [sdist] = dist.glob("kubectl_connector-*.tar.gz")
    _run(TOOLS / "twine", "check", "--strict", wheel, sdist)
    _say("twine check --strict: nothing to say")
    with tempfile.TemporaryDirectory(prefix="pypi-test-") as folder:
        compare(sdist, wheel, Path(folder))
        for installer, words in (
            ("pipx", "install --quiet"),
            ("uv", f"tool install --quiet --python {sys.executable}"),
        ):
            command = [str(TOOLS / installer), *words.split(), str(wheel)]
            install(installer, command, kubectl, Path(folder) / installer)


def compare(sdist: Path, wheel: Path, folder: Path) -> None:
    """Check that the sdist has the files that packagers need, and builds this same wheel."""
    with tarfile.open(sdist) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
        tar.extractall(folder / "sdist")  # noqa: S202  we made it just now
    missing = [name for name in WANTED_IN_SDIST if name not in names]
    if missing:
        raise SystemExit(f"the sdist lacks {missing}")
    [source] = (folder / "sdist").iterdir()
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", f"--outdir={folder}"]
    _run(*build, source)
    [rebuilt] = folder.glob("*.whl")
    if _content(rebuilt) != _content(wheel):
        raise SystemExit("the sdist builds another wheel")
    _say("the sdist builds the same wheel")


def install(installer: str, words: list[str], kubectl: Path, home: Path) -> None:
    """Install into an empty home, and run the plugin through kubectl."""
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "kubectl").symlink_to(kubectl)
    constraints = home / "constraints.txt"
    constraints.write_text(_constraints())
    environment = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(home / "bin"), str(home / ".local/bin"), os.defpath]),
        "PIP_CONSTRAINT": str(constraints),
        "UV_CONSTRAINT": str(constraints),
        "PIPX_DEFAULT_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
        "LANG": "C.UTF-8",
    }
    kept = ("PIP_", "UV_", "SSL_CERT_", "HTTP", "http", "NO_PROXY", "no_proxy")
    environment = {n: v for n, v in os.environ.items() if n.startswith(kept)} | environment
    _run(*words, environment=environment)
    shown = _run(kubectl, "connector", "version", environment=environment)
    if shown != f"kubectl-connector {version()}\n":
        raise SystemExit(f"kubectl connector version says {shown!r}")
    found = shutil.which("kubectl-connector", path=environment["PATH"])
    if not found or not found.startswith(str(home)):
        raise SystemExit(f"{installer} has put the program into {found}")
    _say(f"{installer} installs the wheel; kubectl connector version answers")


def _constraints() -> str:
    """The versions of the development lock, without hashes: with them pip refuses our wheel."""
    lock = (LOCKS / "development.txt").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^([\w.-]+==.*?) \\$", lock, re.MULTILINE)) + "\n"


def _content(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def _run(*words: str | Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        words, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}\n{done.stderr}{done.stdout}")
    return done.stdout


def _say(text: str) -> None:
    sys.stdout.write(f"ok: {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
