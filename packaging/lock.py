"""Write requirements.txt, the dependencies of the archives: ``make archive-lock``.

The versions and checksums of every dependency, for every platform and Python that an archive is
made on; without the kubernetes package, which serves ``connect()`` in other people's programs and
is larger than all the rest together.
"""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

from project import HERE, ROOT

LEFT_OUT = "kubernetes"
NOTE = """\
# Made by make archive-lock from pyproject.toml: what the archives hold besides the program and
# Python. The kubernetes package is left out: only connect() uses it, in other people's programs.
"""


def wanted() -> list[str]:
    """The package's dependencies that its command line uses."""
    tomllib = importlib.import_module("tomllib")  # since Python 3.11
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [each for each in project["dependencies"] if re.split(r"[^\w.-]", each)[0] != LEFT_OUT]


def main() -> None:
    """Resolve, keeping versions that still fit; ``--upgrade`` takes the newest of all."""
    output = HERE / "requirements.txt"
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version=3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", f"--output-file={output}"]
    command += [*sys.argv[1:], "-"]
    subprocess.run(command, input="\n".join(wanted()), text=True, check=True)
    locked = output.read_text(encoding="utf-8").removeprefix(NOTE)
    output.write_text(NOTE + locked, encoding="utf-8")


if __name__ == "__main__":
    main()
