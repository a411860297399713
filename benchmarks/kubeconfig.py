"""Compare ``kubectl connector login`` with ``kubectl config use-context``, on the same files.

This prints a Markdown table (docs/performance.md). Both commands run as whole processes, in turn,
so other load on the machine affects both alike. The ratio of their medians says more than either
median. Each run changes the file: the login alternates between two namespaces, kubectl between two
contexts.

    python benchmarks/kubeconfig.py [--rounds N] [--contexts 10,100,1000,5000]
"""

from __future__ import annotations

import argparse
import base64
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
sys.path.insert(0, str(ROOT))

CA, CERTIFICATE, KEY = 1100, 1150, 1700
"""Sizes in bytes of PEM, before base64."""


def main() -> None:
    """Measure every size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--contexts", default="10,100,1000,5000")
    options = parser.parse_args()
    sizes = [int(size) for size in options.contexts.split(",")]
    with tempfile.TemporaryDirectory() as folder, environment(Path(folder)) as (environ, store):
        register(environ, store)
        report(Path(folder), environ, store, sizes, options.rounds)


@contextmanager
def environment(folder: Path) -> Iterator[tuple[dict[str, str], str]]:
    """A private home, and the store's name: keyring where a Secret Service can start, else file."""
    from tests.secret_service import secret_service

    own = {
        "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
        "HOME": str(folder),
        "KUBERC": "off",
        "KUBECTL_CONNECTOR_HOME": str(folder / "connectors"),
    }
    if shutil.which("gnome-keyring-daemon") and shutil.which("dbus-daemon"):
        with secret_service() as service:
            address = service["DBUS_SESSION_BUS_ADDRESS"]
            yield own | {"DBUS_SESSION_BUS_ADDRESS": address}, "keyring"
    else:
        yield own | {"KUBECTL_CONNECTOR_PASSPHRASE": "of a benchmark"}, "file"


def register(environ: dict[str, str], store: str) -> None:
    """Register a connector with a token and a CA, unverified, because there is no such cluster."""
    ca = Path(environ["HOME"]) / "ca.crt"
    ca.write_text(certificate_authority())
    command = ["register", "bench", "--server", "https://bench.invalid:6443"]
    command += ["--certificate-authority", str(ca), "--token-stdin", "--store", store]
    command += ["--no-verify"]
    subprocess.run(
        ["kubectl-connector", *command],
        env=environ,
        input=b"a-token",
        capture_output=True,
        check=True,
    )


def certificate_authority() -> str:
    """A real CA certificate, because ``register`` reads it."""
    import trustme

    return trustme.CA().cert_pem.bytes().decode()


def kubeconfig(contexts: int) -> str:
    """The text that cloud tools write: a cluster, user and context each, certificates embedded."""
    make = random.Random(contexts)  # noqa: S311 (it protects nothing)

    def pem(kind: str, size: int) -> str:
        body = base64.encodebytes(make.randbytes(size * 3 // 4)).decode()
        text = f"-----BEGIN {kind}-----\n{body}-----END {kind}-----\n"
        return base64.b64encode(text.encode()).decode()

    names = [f"cluster-{number:05}" for number in range(contexts)]
    lines = ["apiVersion: v1", "clusters:"]
    for name in names:
        lines += ["- cluster:", f"    certificate-authority-data: {pem('CERTIFICATE', CA)}"]
        lines += [f"    server: https://{name}.example.com:6443", f"  name: {name}"]
    lines += ["contexts:"]
    for name in names:
        lines += ["- context:", f"    cluster: {name}", f"    user: {name}-admin"]
        lines += [f"  name: {name}"]
    lines += [f"current-context: {names[0]}", "kind: Config", "preferences: {}", "users:"]
    for name in names:
        lines += [f"- name: {name}-admin", "  user:"]
        lines += [f"    client-certificate-data: {pem('CERTIFICATE', CERTIFICATE)}"]
        lines += [f"    client-key-data: {pem('RSA PRIVATE KEY', KEY)}"]
    return "\n".join(lines) + "\n"


def report(
    folder: Path, environ: dict[str, str], store: str, sizes: Sequence[int], rounds: int
) -> None:
    """Print the table, and what it was measured with."""
    say(f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors,", end=" ")
    say(f"Python {platform.python_version()}, {kubectl_version(environ)}; {store} store;", end=" ")
    say(f"medians of {rounds} rounds (quartiles)\n")
    say("| contexts | MB | login | use-context | login / use-context | engine alone | an entry |")
    say("|---:|---:|---:|---:|---:|---:|---:|")
    for size in sizes:
        path = folder / f"config-{size}"
        path.write_text(kubeconfig(size))
        path.chmod(0o600)
        logins, switches, engine = measure(path, environ, rounds)
        ratio = statistics.median(logins) / statistics.median(switches)
        alone = statistics.median(engine)
        say(
            f"| {size:,} | {path.stat().st_size / 1e6:.2f} | {shown(logins)} | {shown(switches)}"
            f" | **{ratio:.2f}** | {alone * 1e3:.1f} ms | {alone / size * 1e6:.0f} µs |"
        )
    say(f"\nStarting alone: {starting(environ, rounds)}")


def measure(
    path: Path, environ: dict[str, str], rounds: int
) -> tuple[list[float], list[float], list[float]]:
    """Seconds of whole logins, of whole use-contexts, and of the engine alone in this process."""
    logins: list[float] = []
    switches: list[float] = []
    engine: list[float] = []
    timed(["kubectl-connector", "login", "bench", "--kubeconfig", str(path)], environ)
    for turn in range(rounds):
        login = ["login", "bench", "-n", f"n{turn % 2}", "--kubeconfig", str(path)]
        logins.append(timed(["kubectl-connector", *login], environ))
        context = f"cluster-{turn % 2:05}"
        switch = ["config", "use-context", context, "--kubeconfig", str(path)]
        switches.append(timed(["kubectl", *switch], environ))
        engine.append(engine_alone(path, turn))
    return logins, switches, engine


def engine_alone(path: Path, turn: int) -> float:
    """Seconds that the engine takes to load, lock, change and write, without a new process."""
    from kubectl_connector.kubeconfig.edit import Edit
    from kubectl_connector.kubeconfig.paths import kubeconfig_files
    from kubectl_connector.kubeconfig.write import edit_kubeconfig

    edit = Edit({"contexts": {"engine": {"cluster": "k", "namespace": f"n{turn}"}}})
    start = time.perf_counter()
    edit_kubeconfig(kubeconfig_files(str(path), {}), lambda _: (edit, None))
    return time.perf_counter() - start


def starting(environ: dict[str, str], rounds: int) -> str:
    """The times that the interpreter, our imports, and kubectl take before they do anything."""
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "the engine's imports": [sys.executable, "-c", "import kubectl_connector.kubeconfig.write"],
        "kubectl-connector version": ["kubectl-connector", "version"],
        "kubectl version --client": ["kubectl", "version", "--client"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(timed(command, environ))
    return ", ".join(f"{name} {statistics.median(t) * 1e3:.0f} ms" for name, t in taken.items())


def timed(command: list[str], environ: dict[str, str]) -> float:
    """The seconds that a command takes; SystemExit where it fails."""
    program = shutil.which(command[0], path=environ["PATH"]) or command[0]
    start = time.perf_counter()
    done = subprocess.run([program, *command[1:]], env=environ, capture_output=True, check=False)
    taken = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return taken


def kubectl_version(environ: dict[str, str]) -> str:
    """The version of the kubectl on PATH."""
    program = shutil.which("kubectl", path=environ["PATH"]) or "kubectl"
    done = subprocess.run(
        [program, "version", "--client"], env=environ, capture_output=True, text=True, check=True
    )
    return "kubectl " + done.stdout.split()[2]


def shown(seconds: list[float]) -> str:
    """A median with its quartiles, in milliseconds."""
    low, middle, high = (each * 1e3 for each in statistics.quantiles(seconds, n=4))
    return f"{middle:.0f} ms ({low:.0f}-{high:.0f})"


def say(text: str, end: str = "\n") -> None:
    """Print a line of the report."""
    print(text, end=end, flush=True)


if __name__ == "__main__":
    main()
