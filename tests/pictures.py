"""``make pictures``: the README's cast and pictures, made from real runs, light and dark.

Commands run at a pseudo-terminal, with a real kubectl and keyring on the loopback cluster. Their
output becomes an SVG (``tests/drawing.py``). Times and fingerprints are replaced, so that a picture
changes only when the output does; the cast's speed is a person's, not the machine's.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pexpect
from rich.text import Text

from tests import transcript
from tests.conftest import KUBECTL, PLUGIN, ROOT
from tests.drawing import DARK, LIGHT, Row, draw, rows_of
from tests.secret_service import secret_service

PICTURES = ROOT / "docs" / "pictures"
COLUMNS = 100
PORT = 6443
PROMPT = "$ "
START = datetime.now(timezone.utc)
SHOWN_START = datetime(2026, 1, 31, 9, 0, tzinfo=timezone.utc)
"""What the pictures show for the time of the run."""

CAST = (
    "kubectl connector register lab --auto-configure",
    "kubectl connector login lab --exec",
    "kubectl get namespaces",
    "kubectl connector list",
    "kubectl connector logout lab",
)
LOOK = ("kubectl connector list", "kubectl connector describe shop")
MISTAKES = (
    "kubectl connector login lba",
    "kubectl connector verify old",
    "kubectl connector register lab --server https://lab:6443 --token s3cret",
)
TYPED = "kubectl connector login --"
"""The command line at which we press TAB, for the picture of completion."""
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"

A_LETTER, A_LOOK, A_LINE, THE_END = 0.045, 0.9, 0.3, 3.5
"""Seconds: to type a letter, to begin a command, to read a line, and before it begins anew."""


def main() -> None:
    """Write every picture."""
    PICTURES.mkdir(exist_ok=True)
    with _machine() as (environment, folder):
        ran = [(line, _run(line, environment, folder)) for line in CAST]
        _write("cast", *_cast(ran))
        _register_others(environment, folder)
        _write("look", _still([(line, _run(line, environment, folder)) for line in LOOK]))
        _write("mistakes", _still([(line, _run(line, environment, folder)) for line in MISTAKES]))
        _write("completion", [Row(row) for row in _press_tab(environment, folder)])


def _write(name: str, rows: Sequence[Row], lasts: float = 0.0) -> None:
    for suffix, theme in (("", LIGHT), ("-dark", DARK)):
        svg = draw(rows, theme, COLUMNS, lasts)
        (PICTURES / f"{name}{suffix}.svg").write_text(svg, encoding="utf-8")


def _cast(ran: Sequence[tuple[str, str]]) -> tuple[list[Row], float]:
    """Rows with their times, and how long it lasts."""
    rows, now = [], 0.0
    for command, output in ran:
        begin = now + A_LOOK
        end = begin + A_LETTER * len(command)
        entered = end + A_LINE
        rows.append(Row(_typed(command), now, len(PROMPT), (begin, end), entered))
        printed = rows_of(output, COLUMNS)
        rows += [Row(row, entered) for row in printed]
        now = entered + A_LINE * len(printed)
    rows.append(Row(Text(PROMPT), now))
    return rows, round(now + THE_END, 1)


def _still(ran: Sequence[tuple[str, str]]) -> list[Row]:
    return [
        Row(row) for command, output in ran for row in (_typed(command), *rows_of(output, COLUMNS))
    ]


def _typed(command: str) -> Text:
    text = Text(f"{PROMPT}{command}")
    text.stylize("bold")
    return text


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


def _press_tab(environment: dict[str, str], folder: Path) -> list[Text]:
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
    setup = f". {BASH_COMPLETION}; source <(kubectl completion bash)"
    bash.sendline(f"bind 'set enable-bracketed-paste off'; {setup}; PS1='{PROMPT}'; echo lo''aded")
    bash.expect_exact("loaded\r\n" + PROMPT)
    bash.send(f"{TYPED}\t\t")
    bash.expect_exact(f"{PROMPT}{TYPED}")  # bash shows the line again after the list
    output = _tidy(str(bash.before).replace("\x07", ""), folder)
    bash.close(force=True)
    offered = rows_of(output.partition("\n")[2], COLUMNS)
    return [_typed(TYPED), *offered, _typed(TYPED)]


def _register_others(environment: dict[str, str], folder: Path) -> None:
    """Connectors in other states than the one that is there, for a look at all of them."""
    options = "--server https://shop.example:6443 --no-verify --token-stdin"
    for name, more, left in (
        ("shop", "--label team=shop --insecure-skip-tls-verify", timedelta(days=20, minutes=9)),
        ("stage", "--cluster-name stage", timedelta(minutes=40, seconds=55)),
        ("old", "--cluster-name legacy", timedelta(days=-2)),
    ):
        token = _token(START + left)
        line = f"printf %s {token} | kubectl connector register {name} {options} {more}"
        said = _run(line, environment, folder)
        assert "Registered" in said, said
    _run("kubectl connector login lab --exec", environment, folder)
    catalog = folder / "connectors" / "connectors.yaml"
    text = re.sub(
        r"(name: stage\n.*?updatedAt: .?)[0-9]{4}",
        r"\g<1>2025",
        catalog.read_text(),
        flags=re.DOTALL,
    )
    catalog.write_text(text)  # else everything is new, and so nothing ends soon


def _token(end: datetime) -> str:
    """A JSON Web Token that nobody has signed."""
    claims = {"sub": "jane@example.com", "exp": int(end.timestamp())}
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), ""])


def _tidy(output: str, folder: Path) -> str:
    text = output.replace("\r\n", "\n").replace(str(folder), "~")
    text = re.sub(r"\b[0-9]+ ms\b", "5 ms", text)
    text = re.sub(r"(?:[0-9A-F]{2}:){4,}", lambda found: ("5A:C3:" * 40)[: len(found[0])], text)
    return re.sub(r"\b[0-9-]{10}T[0-9:]{8}Z", _shifted, text)


def _shifted(found: re.Match[str]) -> str:
    """The time as if the run had begun at another one; to the hour, as a run takes a while."""
    moment = datetime.fromisoformat(found[0].replace("Z", "+00:00")) - START + SHOWN_START
    return f"{moment + timedelta(minutes=30):%Y-%m-%dT%H:00:00Z}"


def _quoted(command: str) -> str:
    return "'" + command.replace("'", "'\\''") + "'"


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
            "CLICOLOR_FORCE": "1",
            "USER": "jane",
            "LOGNAME": "jane",
        }
        with transcript.cluster(kubeconfig, PORT):
            yield environment, home


if __name__ == "__main__":
    main()
