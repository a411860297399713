"""The archive's executable under what a user's machine may do to it: ``make e2e-archive``.

The end-to-end tests run on it as well, and check that it does what the program does.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN, PLUGIN, ROOT, Home
from tests.kubeconfigs import token_user, write_kubeconfig

STORE = PLUGIN.resolve().parent
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
ARCHIVE = ROOT / "dist" / f"kubectl-connector-{sys.platform}-{ARCH}.tar.gz"
PASSPHRASE = {"KUBECTL_CONNECTOR_PASSPHRASE": "correct horse"}

pytestmark = pytest.mark.skipif("E2E_PLUGIN" not in os.environ, reason="make e2e-archive")


def run(*words: str, **environment: str) -> str:
    """Run the program and return what it prints."""
    done = subprocess.run(
        [PLUGIN, *words],
        env={"HOME": os.environ["HOME"], "PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def members() -> list[tarfile.TarInfo]:
    with tarfile.open(ARCHIVE) as tar:
        return tar.getmembers()


def test_krew_can_unpack_it(members: list[tarfile.TarInfo]) -> None:
    assert all(each.isreg() for each in members)
    names = [each.name for each in members]
    assert names == sorted(names, key=Path)
    assert {"LICENSE", "kubectl-connector"} < set(names)
    assert {(each.uid, each.gid, each.uname, each.gname) for each in members} == {(0, 0, "", "")}
    assert len({each.mtime for each in members}) == 1


def test_licences_come_with_everything(members: list[tarfile.TarInfo]) -> None:
    names = [each.name for each in members]
    libraries = {
        re.split(r"[\d.]*\.(?:so|dylib)", name[4:])[0]
        for name in names
        if name.startswith("lib/lib")
    }
    texts = {name.split("/")[-1].removesuffix(".txt") for name in names if "licenses/" in name[:9]}
    assert {name.removeprefix("lib") for name in libraries} <= {
        name.removeprefix("lib") for name in texts
    }
    for package in {name.split("/")[2] for name in names if ".dist-info/" in name}:
        of_it = [name for name in names if f"/{package}/" in name]
        assert any(re.search("LICEN[CS]E|COPYING", name) for name in of_it), package


def test_no_python_of_the_users_gets_in(tmp_path: Path) -> None:
    for name in ("json", "typing", "sitecustomize", "usercustomize", "kubectl_connector"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken over')")
    (tmp_path / "libssl.so.3").write_text("not a library")
    (tmp_path / "libpython3.11.so.1.0").write_text("not a library")
    folder = str(tmp_path)
    shown = run(
        "describe-type",
        "kubernetes",
        PYTHONPATH=folder,
        PYTHONHOME="/nonexistent",
        PYTHONSTARTUP=f"{folder}/json.py",
        PYTHONUSERBASE=folder,
        PYTHONOPTIMIZE="2",
        LD_LIBRARY_PATH=folder,
    )
    assert "token" in shown


def test_a_folder_whose_name_is_not_ascii(tmp_path: Path) -> None:
    folder = tmp_path / "Jürgen's 文件"
    folder.mkdir()
    (folder / "kubectl-connector").symlink_to(PLUGIN.resolve())
    done = subprocess.run(
        [folder / "kubectl-connector", "version"],
        env={"LC_ALL": "C"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.startswith(b"kubectl-connector ")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_is_loaded_is_the_archives_or_the_c_library(home: Home, server: ApiServer) -> None:
    """It loads the C parser and the cryptography library, and no Python of this machine."""
    pexpect = pytest.importorskip("pexpect")
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    words = ["register", "lab", "--auto-configure", "--store", "file"]
    subprocess.run([PLUGIN, *words], env={**os.environ, **PASSPHRASE}, check=True)
    subprocess.run([PLUGIN, "store", "lock"], check=True)  # else the kernel remembers the key
    screen = pexpect.spawn(str(PLUGIN), ["login", "lab"], env=dict(os.environ), timeout=20)
    screen.expect("assphrase")
    maps = Path(f"/proc/{screen.pid}/maps").read_text()
    screen.close(force=True)
    loaded = {Path(path) for path in re.findall(r" (/\S+)$", maps, re.MULTILINE)}
    ours = {path.relative_to(STORE) for path in loaded if path.is_relative_to(STORE)}
    assert any(path.match("lib/python/yaml/_yaml*.so") for path in ours)
    others = {path.name for path in loaded if not path.is_relative_to(STORE) and ".so" in path.name}
    assert others <= {
        *("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1"),
        *("libgcc_s.so.1", next((name for name in others if name.startswith("ld-linux")), "")),
    }


def test_the_systems_certificates_are_found(home: Home, server: ApiServer, tmp_path: Path) -> None:
    """A kubeconfig without a CA uses the system's, which OpenSSL's own variable names here."""
    ca = tmp_path / "ca.pem"
    ca.write_text(server.ca_pem)
    write_kubeconfig(
        home.kubeconfig,
        server,
        token_user(JANE_TOKEN),
        cluster={"certificate-authority-data": None},
    )
    words = ("register", "lab", "--auto-configure", "--store", "file")
    found = {"KUBECONFIG": str(home.kubeconfig), "SSL_CERT_FILE": str(ca), **PASSPHRASE}
    assert run(*words, **found).startswith('Registered connector "lab"')
