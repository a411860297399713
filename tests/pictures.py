"""``make pictures``: the README's terminal pictures, made from real runs.

Commands run at a pseudo-terminal, with a real kubectl and keyring on the loopback cluster. Their
output becomes an SVG. Only times in milliseconds are replaced, so that a picture changes only when
the output does.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pexpect
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests import transcript
from tests.conftest import KUBECTL, PLUGIN, ROOT
from tests.secret_service import secret_service

PICTURES = ROOT / "docs" / "pictures"
COLUMNS = 92
PORT = 6443
PROMPT = "$ "

SESSIONS = {
    "first-day": (
        "kubectl connector register lab --auto-configure",
        "kubectl connector login lab --context shop --exec",
        "kubectl get namespaces",
        "kubectl connector list",
    ),
    "mistakes": (
        "kubectl connector login lba",
        "kubectl connector login lab --context loopback",
        "kubectl connector register lab --server https://lab:6443 --token s3cret",
    ),
}
TYPED = "kubectl-connector login --"
"""The command line at which we press TAB, for the picture of completion."""

_THEME = TerminalTheme(
    (250, 250, 250),
    (40, 44, 52),
    [
        *[(40, 44, 52), (200, 40, 40), (40, 130, 60), (160, 110, 0)],
        *[(30, 90, 180), (140, 60, 160), (0, 120, 130), (120, 120, 120)],
    ],
)

_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
<rect fill="#fafafa" stroke="#d0d0d0" width="100%" height="100%" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""rich's own format without the window's buttons, and without fonts from the network."""


def main() -> None:
    """Write every picture."""
    PICTURES.mkdir(exist_ok=True)
    with _machine() as (environment, folder):
        for name, commands in SESSIONS.items():
            shown = [f"{PROMPT}{line}\n{_run(line, environment, folder)}" for line in commands]
            _draw(name, "\n".join(shown))
        _draw("completion", _press_tab(environment, folder))


def _run(command: str, environment: dict[str, str], folder: Path) -> str:
    """Run a command and return what a person sees."""
    output = pexpect.run(
        f"bash -c {_quoted(command)}",
        env=environment,
        cwd=str(folder),
        encoding="utf-8",
        timeout=transcript.LIMIT,
        dimensions=(50, COLUMNS),
    )
    return _tidy(str(output), folder)


def _press_tab(environment: dict[str, str], folder: Path) -> str:
    """Press TAB twice in a bash and return what a person sees."""
    bash = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile", "-i"],
        env=environment | {"PS1": "> "},
        cwd=folder,
        encoding="utf-8",
        timeout=transcript.LIMIT,
        dimensions=(50, COLUMNS),
    )
    setup = "bind 'set enable-bracketed-paste off'; source <(kubectl-connector completion bash)"
    bash.sendline(f"{setup}; PS1='{PROMPT}'; echo lo''aded")
    bash.expect_exact("loaded\r\n" + PROMPT)
    bash.send(f"{TYPED}\t\t")
    bash.expect_exact(f"{PROMPT}{TYPED}")  # bash shows the line again after the list
    shown = f"{PROMPT}{bash.before}{PROMPT}{TYPED}"
    bash.close(force=True)
    return _tidy(shown.replace("\x07", ""), folder)


def _tidy(output: str, folder: Path) -> str:
    text = output.replace("\r\n", "\n").replace(str(folder), "~")
    return re.sub(r"\b[0-9]+ ms\b", "5 ms", text)


def _quoted(command: str) -> str:
    return "'" + command.replace("'", "'\\''") + "'"


def _draw(name: str, output: str) -> None:
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), color_system="truecolor")
    for line in output.rstrip("\n").split("\n"):
        text = Text.from_ansi(line)
        if line.startswith(PROMPT):
            text.stylize("bold")
        console.print(text, soft_wrap=False)
    svg = console.export_svg(theme=_THEME, code_format=_FORMAT, unique_id=name)
    lines = [line.rstrip() for line in svg.splitlines()]
    (PICTURES / f"{name}.svg").write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextlib.contextmanager
def _machine() -> Iterator[tuple[dict[str, str], Path]]:
    with tempfile.TemporaryDirectory() as folder, secret_service() as secrets:
        home = Path(folder)
        kubeconfig = home / ".kube" / "config"
        kubeconfig.parent.mkdir()
        environment = secrets | {
            "PATH": f"{PLUGIN.parent}:{KUBECTL.parent}:{os.environ['PATH']}",
            "HOME": folder,
            "KUBECONFIG": str(kubeconfig),
            "KUBECTL_CONNECTOR_HOME": f"{folder}/connectors",
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",  # without the spinner, which a picture can't show
            "USER": "jane",
            "LOGNAME": "jane",
        }
        with transcript.cluster(kubeconfig, PORT):
            yield environment, home


if __name__ == "__main__":
    main()
