"""Check the wheels and the sdist as PyPI and its users will: ``make pypi-test``.

    python packaging/pypi_test.py DIST KUBECTL

This checks the metadata, and that the sdist builds the same wheels. Then pip (the one that
``python -m venv`` brings), pipx and uv install the wheels into homes of their own, and kubectl
finds and runs the program. Dependencies have the versions that development has.
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
KINDS = {"any": "-any", "linux": "linux"}
"""The wheels that KUBECTL_CONNECTOR_WHEEL names (hatch_build.py), and what their tags contain."""
INSTALLS = (("any", "uv"), ("linux", "pip"), ("linux", "pipx"), ("linux", "uv"))
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
    wheels = {
        kind: next(dist.glob(f"kubectl_connector-*{tag}*.whl")) for kind, tag in KINDS.items()
    }
    [sdist] = dist.glob("kubectl_connector-*.tar.gz")
    _run(TOOLS / "twine", "check", "--strict", *wheels.values(), sdist)
    _say("twine check --strict: nothing to say")
    with tempfile.TemporaryDirectory(prefix="pypi-test-") as folder:
        compare(sdist, wheels, Path(folder))
        for kind, installer in INSTALLS if sys.platform == "linux" else INSTALLS[:1]:
            home = Path(folder) / f"{installer}-{kind}"
            install(installer, kind, wheels[kind], kubectl, home)


def compare(sdist: Path, wheels: dict[str, Path], folder: Path) -> None:
    """Check that the sdist has the files that packagers need, and builds these same wheels."""
    with tarfile.open(sdist) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
        tar.extractall(folder / "sdist")  # noqa: S202  we made it just now
    missing = [name for name in WANTED_IN_SDIST if name not in names]
    if missing:
        raise SystemExit(f"the sdist lacks {missing}")
    [source] = (folder / "sdist").iterdir()
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel"]
    for kind, wheel in wheels.items():
        environment = os.environ | {"KUBECTL_CONNECTOR_WHEEL": kind}
        _run(*build, f"--outdir={folder / kind}", source, environment=environment)
        [rebuilt] = (folder / kind).glob("*.whl")
        if rebuilt.name != wheel.name or _content(rebuilt) != _content(wheel):
            raise SystemExit(f"the sdist builds another wheel than {wheel.name}")
    _say("the sdist builds the same wheels")


def install(installer: str, kind: str, wheel: Path, kubectl: Path, home: Path) -> None:
    """Install into an empty home, and run the plugin through kubectl."""
    (home / "bin").mkdir(parents=True)
    (home / ".local").mkdir()
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
    words = {
        "pip": (home / ".local/bin/python", "-m", "pip", "install", "--quiet"),
        "pipx": (TOOLS / "pipx", "install", "--quiet"),
        "uv": (TOOLS / "uv", "tool", "install", "--quiet", "--python", sys.executable),
    }[installer]
    if installer == "pip":
        _run(sys.executable, "-m", "venv", home / ".local", environment=environment)
    _run(*words, wheel, environment=environment)
    shown = _run(kubectl, "connector", "version", environment=environment)
    if shown != f"kubectl-connector {version()}\n":
        raise SystemExit(f"kubectl connector version says {shown!r}")
    found = shutil.which("kubectl-connector", path=environment["PATH"])
    if not found or not found.startswith(str(home)):
        raise SystemExit(f"{installer} has put the program into {found}")
    if kind == "linux":
        imports_no_re(Path(found), environment)
    _say(f"{installer} installs {wheel.name}; kubectl connector version answers")


def imports_no_re(program: Path, environment: dict[str, str]) -> None:
    """The installed script imports nothing of its own; completion is a command that needs no re.

    What Python imports at its start, as for the .pth files of the environment, is not the script's.
    """
    python = program.resolve().with_name("python")
    words = [str(python), "-X", "importtime", str(program), "__complete", ""]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    imported = re.findall(r"^import time: .*\| +(\S+)$", done.stderr, re.MULTILINE)
    ours = imported[imported.index("site") + 1 :]
    if "kubectl_connector" not in ours or "re" in ours:
        raise SystemExit(f"{program} imports {ours}")


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
