"""Run a vector's cases through a real kubectl, and return the facts in their recorded form.

See vectors/README.md for the form.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import ssl
import stat
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import trustme

VECTORS = Path(__file__).with_name("vectors")
Case = dict[str, Any]


class Server:
    """An HTTPS endpoint and a plain one; 401 to an Authorization with ``bad`` in it, else 200."""

    def __init__(self) -> None:
        self.seen = seen = []  # type: list[dict[str, str]]

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
                pass

            def do_GET(self) -> None:
                kept = ("Authorization", "Impersonate")
                headers = {k: v for k, v in self.headers.items() if k.startswith(kept)}
                seen.append({"path": self.path, **headers})
                self.send_response(401 if "bad" in headers.get("Authorization", "") else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
        self.plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.tls = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.tls.socket = context.wrap_socket(self.tls.socket, server_side=True)
        for server in (self.plain, self.tls):
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        for server in (self.plain, self.tls):
            server.shutdown()
            server.server_close()

    @property
    def placeholders(self) -> dict[str, str]:
        return {
            "$SERVER": f"https://127.0.0.1:{self.tls.server_port}",
            "$HTTP": f"http://127.0.0.1:{self.plain.server_port}",
        }


def cases(vector: str) -> list[Case]:
    """The cases of a vector."""
    return list(json.loads((VECTORS / vector / "vector.json").read_text())["cases"])


def lay_out(vector: str, case: Case, root: Path, placeholders: Mapping[str, str]) -> None:
    """Make a case's starting tree."""
    shutil.copytree(VECTORS / vector / "in", root, symlinks=True)
    (root / "home").mkdir(exist_ok=True)
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.write_bytes(fill(path.read_bytes().decode(), placeholders).encode())
            path.chmod(0o644)
    for line in case.get("setup", ()):
        subprocess.run(["sh", "-c", line], cwd=root, check=True)


def fill(text: str, placeholders: Mapping[str, str]) -> str:
    """The text with values for the placeholders."""
    for name, value in placeholders.items():
        text = text.replace(name, value)
    return text


def environment(case: Case, placeholders: Mapping[str, str]) -> dict[str, str]:
    """The environment of a case's steps."""
    root = placeholders["$DIR"]
    base = {
        "HOME": f"{root}/home",
        "PATH": f"{root}/bin:/usr/bin:/bin",
        "PLOG": f"{root}/calls.log",
    }
    return base | {name: fill(value, placeholders) for name, value in case.get("env", {}).items()}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The differences of two snapshots."""
    files = {}
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) == after.get(name):
            continue
        state = "new" if name not in before else "changed" if name in after else "deleted"
        files[name] = {"state": state, **after.get(name, {})}
    return files


def snapshot(root: Path) -> dict[str, Any]:
    """Every file, folder and link below a folder, except what kubectl and the plugins leave."""
    found: dict[str, Any] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name == "calls.log" or name.startswith("home/.kube/cache"):
            continue
        mode = f"{stat.S_IMODE(path.lstat().st_mode):04o}"
        if path.is_symlink():
            found[name] = {"kind": "link", "mode": os.readlink(path)}
        elif path.is_dir():
            found[name] = {"kind": "dir", "mode": mode}
        else:
            found[name] = {"kind": "file", "mode": mode, "text": path.read_text()}
    return found


def observe(kubectl: Path, vector: str, case: Case, server: Server, root: Path) -> dict[str, Any]:
    """The facts of a case that a real kubectl runs in the new folder ``root``."""
    placeholders = {**server.placeholders, "$DIR": str(root)}
    lay_out(vector, case, root, placeholders)
    before = snapshot(root)
    server.seen.clear()
    runs = [_run(kubectl, case, step, placeholders) for step in case["steps"]]

    def mask(text: str) -> str:
        for name, value in placeholders.items():
            text = text.replace(value, name)
        text = text.replace(placeholders["$SERVER"].removeprefix("https://"), "$HOST")
        return text.replace(str(kubectl), "$KUBECTL")

    got: dict[str, Any] = {"rc": runs[-1].returncode, **_output(mask(runs[-1].stdout))}
    lines = "".join(mask(run.stderr) for run in runs).splitlines()
    errors = [
        re.sub(r"(exec|latest)\.go:\d+", r"\1.go:N", line)
        for line in lines
        if not re.match(r"[EWI]\d{4} ", line)
    ]
    if errors:
        got["stderr"] = errors
    if any("config" in step for step in case["steps"]):
        got["files"] = changes(before, snapshot(root))
        for fact in got["files"].values():
            if "text" in fact:
                fact["text"] = mask(fact["text"]).replace("preferences: {}\n", "").splitlines()
    if server.seen:
        got["requests"] = list(server.seen)
    inputs = [json.loads(mask(json.dumps(each))) for each in plugin_inputs(root)]
    if inputs or "POUT" in case.get("env", {}):
        got["plugin_calls"] = len(inputs)
    if inputs and case.get("info"):
        got["exec_info"] = inputs[0]
    return got


def plugin_inputs(root: Path) -> list[Any]:
    """What the exec plugin was told in KUBERNETES_EXEC_INFO, run by run."""
    calls = root / "calls.log"
    lines = calls.read_text().splitlines() if calls.exists() else []
    return [json.loads(line) for line in lines if line]


def _run(
    kubectl: Path, case: Case, step: list[str], placeholders: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [kubectl, *(fill(word, placeholders) for word in step)],
        cwd=placeholders["$DIR"],
        env=environment(case, placeholders),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        umask=0o022,
        timeout=60,
        check=False,
    )


def _output(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        return {"stdout": text.replace("preferences: {}\n", "").splitlines()}
    if isinstance(document, dict) and document.get("preferences") == {}:
        del document["preferences"]
    return {"stdout_json": document}
