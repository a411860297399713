"""The recorded outcomes are still what kubectl does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import OLDER_KUBECTL
from tests.kubeconfig.recorder import VECTORS, Case, Server, cases, observe

_NAMES = sorted(folder.name for folder in VECTORS.iterdir() if folder.is_dir())
_NEW_IN_1_37 = ("mode-of-the-copy",)
"""Cases in which 1.36 does as 1.32 did, besides vector 29 (no KUBECTL_PATH for plugins)."""


@pytest.mark.parametrize("vector", _NAMES)
def test_kubectl_does_what_was_recorded(
    each_kubectl: Path, vector_server: Server, tmp_path: Path, vector: str
) -> None:
    older = each_kubectl == OLDER_KUBECTL
    found = cases(vector)
    assert found
    if older and not os.environ.get("CI") and all("expect" in case for case in found):
        pytest.skip("all versions do the same; CI runs it with the older one too")
    for number, case in enumerate(found):
        expected = case.get("expect") or _expected(vector, case, older)
        got = observe(each_kubectl, vector, case, vector_server, tmp_path / str(number))
        assert got == expected, case["name"]


def _expected(vector: str, case: Case, older: bool) -> object:
    """The facts of the nearest version that was recorded."""
    by_version = case["expect_by_version"]
    like_1_32 = older and (vector == "29-plugin-lookup" or case["name"] in _NEW_IN_1_37)
    return by_version["1.32" if like_1_32 and "1.32" in by_version else "1.37"]
