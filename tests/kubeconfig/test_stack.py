"""Stacked logins: the last connector to log out gives back the bytes that were there first."""

from __future__ import annotations

import itertools

from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.operations.login import LoginRequest, login
from kubectl_connector.operations.logout import logout
from tests.conftest import Home
from tests.kubeconfig.conftest import MakeWorkspace

BEFORE = b"contexts: [{name: mine}]\ncurrent-context: 'mine' # where we are\n"


def test_the_last_to_log_out_gives_the_bytes_back(
    make_workspace: MakeWorkspace, home: Home
) -> None:
    workspace = make_workspace("abc")
    files = kubeconfig_files(str(home.kubeconfig), {})
    home.kubeconfig.parent.mkdir()
    for logins in ("ab", "aba", "bab", "abca", "abcab", "abac"):
        for order in itertools.permutations(sorted(set(logins))):
            home.kubeconfig.write_bytes(BEFORE)
            home.kubeconfig.chmod(0o600)
            for name in logins:
                login(workspace, name, LoginRequest(files))
            for name in order:
                logout(workspace, name, files)
            assert home.kubeconfig.read_bytes() == BEFORE, (logins, order)
