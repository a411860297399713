"""A token that a program prints, through the real kubectl."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.apiserver import ApiServer
from tests.conftest import JANE, JANE_TOKEN
from tests.e2e.terminal import Terminal


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "print-token"
    path.write_text(f"#!/bin/sh\necho reading >&2\necho {JANE_TOKEN}\n")
    path.chmod(stat.S_IRWXU)
    return path


def test_kubectl_gets_it_each_time(
    terminal: Terminal, server: ApiServer, program: Path, tmp_path: Path
) -> None:
    authority = tmp_path / "ca.crt"
    authority.write_text(server.ca_pem)
    cluster = ("--server", server.url, "--certificate-authority", str(authority))
    terminal.connector("register", "prod", *cluster, "--token-from", f"{program} show")
    terminal.connector("login", "prod")
    assert terminal.who_am_i() == JANE.name
    pods = terminal.run("get", "pods")
    assert pods.returncode == 0
    assert "reading" in pods.stderr
    for file in filter(Path.is_file, terminal.home.path.rglob("*")):
        if file != program:
            assert JANE_TOKEN not in file.read_text(errors="replace"), file

    program.write_text("#!/bin/sh\necho the vault is locked >&2\nexit 7\n")
    failed = terminal.run("get", "pods")
    assert failed.returncode
    assert "the vault is locked" in failed.stderr
    assert f"error: the program {program} gave no token (exit status 7)" in failed.stderr
    assert f"hint:  what it says stands above; run it by hand: {program} show" in failed.stderr
