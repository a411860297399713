"""Install the archive with the real krew, use it, upgrade it, remove it: ``make krew-test``.

    python packaging/krew_test.py FOLDER    the folder with krew and validate-krew-manifest

Everything is private: HOME, KREW_ROOT, the plugin index (a git repository of ours), the keyring,
and a web server on loopback that replaces the releases that the manifest names.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from manifest import complete
from project import DIST, ROOT, archive_name, descriptor, this_platform, version

sys.path.insert(0, str(ROOT))

from tests.apiserver import ApiServer, User
from tests.kubeconfigs import token_user, write_kubeconfig
from tests.secret_service import secret_service

KUBECTL = Path(sys.executable).parent / "kubectl"
NAME: str = descriptor()["name"]
PROGRAM: str = descriptor()["executable"]
USER = "jane@example.com"
TOKEN = "the-token-of-jane"  # noqa: S105  for a server that ends with this program
LIMIT = 300.0


class Machine:
    """A user's machine: kubectl, krew, an empty home and, if we could start one, a keyring."""

    def __init__(self, folder: Path, programs: Path, session: Mapping[str, str]) -> None:
        bin_ = folder / "bin"
        bin_.mkdir()
        (bin_ / "kubectl").symlink_to(KUBECTL.resolve())
        (bin_ / "kubectl-krew").symlink_to((programs / "krew").resolve())
        self.folder = folder
        self.krew = folder / "krew"
        self.index = folder / "index"
        self.environment = {
            "HOME": str(folder / "home"),
            "PATH": os.pathsep.join([str(bin_), str(self.krew / "bin"), os.environ["PATH"]]),
            "LANG": "C.UTF-8",
            "KREW_ROOT": str(self.krew),
            "KREW_DEFAULT_INDEX_URI": str(self.index),
            "KREW_NO_UPGRADE_CHECK": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            **session,
        }

    @property
    def link(self) -> Path:
        """The link that krew puts on the PATH."""
        return self.krew / "bin" / PROGRAM

    def run(self, *words: str | Path, **environment: str) -> str:
        """Run a command and return its output; SystemExit where it fails."""
        done = subprocess.run(
            words,
            env={**self.environment, **environment},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        if done.returncode:
            shown = " ".join(str(word) for word in words)
            raise SystemExit(f"{shown}: {done.returncode}\n{done.stderr}{done.stdout}")
        return done.stdout

    def kubectl(self, *words: str | Path, **environment: str) -> str:
        """Run kubectl and return its output."""
        return self.run("kubectl", *words, **environment)

    def publish(self, manifest: str) -> None:
        """Put a manifest into the index, as merging a pull request would."""
        plugins = self.index / "plugins"
        git = [
            "git",
            "-C",
            str(self.index),
            "-c",
            "user.name=index",
            "-c",
            "user.email=index@localhost",
        ]
        if not plugins.exists():
            plugins.mkdir(parents=True)
            self.run("git", "-c", "init.defaultBranch=master", "init", "--quiet", self.index)
        (plugins / f"{NAME}.yaml").write_text(manifest, encoding="utf-8")
        self.run(*git, "add", "plugins")
        self.run(*git, "commit", "--quiet", "--message=connector")


def main() -> None:
    """Run every step; the first step that fails ends the program with its output."""
    (programs,) = (Path(word).resolve() for word in sys.argv[1:])
    with (
        tempfile.TemporaryDirectory(prefix="krew-test-") as folder,
        _releases() as url,
        _session() as session,
        ApiServer(tokens={TOKEN: User(USER, ("developers",))}) as server,
    ):
        (Path(folder) / "home").mkdir()
        machine = Machine(Path(folder), programs, session)
        validate(machine, programs, url)
        machine.publish(complete(base=url))
        machine.kubectl("krew", "update")
        install_as_the_index_reviews_it(machine)
        stores = ["file", "keyring"] if session else ["file"]
        use_and_upgrade(machine, server, url, stores)


def validate(machine: Machine, programs: Path, url: str) -> None:
    """Run krew's own validator; the downloads come from loopback instead of the release."""
    validator = programs / "validate-krew-manifest"
    machine.run(validator, "-skip-install", "-manifest", DIST / f"{NAME}.yaml")
    local = machine.folder / f"{NAME}.yaml"
    local.write_text(complete(base=url), encoding="utf-8")
    machine.run(validator, "-manifest", local)
    _say("validate-krew-manifest: the manifest is good, and every archive in dist/ installs")


def install_as_the_index_reviews_it(machine: Machine) -> None:
    """Install the published manifest with the archive in dist/, whose checksum it must have."""
    archive = DIST / archive_name(*this_platform())
    machine.kubectl("krew", "install", f"--manifest={DIST / NAME}.yaml", f"--archive={archive}")
    _expect(machine.kubectl("connector", "version"), f"{PROGRAM} {version()}\n")
    _expect(list(machine.krew.glob(f"store/{NAME}/*/LICENSE")) != [], True)
    machine.kubectl("krew", "uninstall", NAME)
    _say("krew install --manifest --archive: kubectl connector version answers; uninstalled")


def use_and_upgrade(machine: Machine, server: ApiServer, url: str, stores: list[str]) -> None:
    """Do as a user does: install from the index, log in, upgrade, work on, log out, uninstall."""
    machine.kubectl("krew", "install", NAME)
    before = {}
    for store in stores:
        home = _home(machine, store)
        kubeconfig = write_kubeconfig(Path(home["KUBECONFIG"]), server, token_user(TOKEN))
        before[kubeconfig] = kubeconfig.read_bytes()
        machine.kubectl(
            "connector", "register", store, "--auto-configure", f"--store={store}", **home
        )
        machine.kubectl("connector", "login", store, "--exec", **home)
        shown = machine.kubectl("config", "view", "--minify", "--raw", "-o", "json", **home)
        _expect(json.loads(shown)["users"][0]["user"]["exec"]["command"], str(machine.link))
        _expect(TOKEN in shown, False)
        _expect(_who(machine, home), USER)
        _say(f"krew install, register, login --exec, kubectl through the stanza: store {store}")
    installed = machine.link.resolve()
    machine.publish(complete(base=url).replace(f"version: v{version()}", "version: v999.0.0"))
    machine.kubectl("krew", "upgrade", NAME)
    _expect(machine.link.resolve() != installed and not installed.exists(), True)
    for store in stores:
        _expect(_who(machine, _home(machine, store)), USER)
    _say("krew upgrade: the earlier folder is gone, and the stanzas still work")
    for store in stores:
        home = _home(machine, store)
        machine.kubectl("connector", "logout", store, **home)
        machine.kubectl("connector", "delete", store, "--yes", **home)
    machine.kubectl("krew", "uninstall", NAME)
    _expect({file: file.read_bytes() for file in before}, before)
    _expect(os.path.lexists(machine.link), False)
    _say("logout, krew uninstall: the kubeconfigs are what they were, the link is gone")


def _home(machine: Machine, store: str) -> dict[str, str]:
    """The part of the environment that differs from store to store."""
    home = {"KUBECONFIG": str(machine.folder / f"{store}.config")}
    if store == "file":
        home["KUBECTL_CONNECTOR_PASSPHRASE"] = "a passphrase to test with"  # noqa: S105
    return home


def _who(machine: Machine, home: Mapping[str, str]) -> str:
    """The username that the current context gives a kubectl without krew on its PATH."""
    path = os.pathsep.join([str(machine.folder / "bin"), os.defpath])
    words = ("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")
    return machine.kubectl(*words, **home, PATH=path)


@contextlib.contextmanager
def _releases() -> Iterator[str]:
    """Serve dist/ on loopback."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(DIST))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def _session() -> Iterator[dict[str, str]]:
    """The environment of a private keyring; empty where none can be started, SystemExit in CI."""
    if shutil.which("gnome-keyring-daemon") and shutil.which("dbus-daemon"):
        with secret_service() as environment:
            yield {"DBUS_SESSION_BUS_ADDRESS": environment["DBUS_SESSION_BUS_ADDRESS"]}
    elif os.environ.get("CI"):
        raise SystemExit("no keyring can be started here: apt install gnome-keyring dbus")
    else:
        _say("no keyring can be started here: only the encrypted file is tried")
        yield {}


def _expect(found: object, wanted: object) -> None:
    if found != wanted:
        raise SystemExit(f"expected {wanted!r}, found {found!r}")


def _say(text: str) -> None:
    sys.stdout.write(f"ok: {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
