"""The recorded outcomes are still what kubectl does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import OLDER_KUBECTL
from tests.kubeconfig.recorder import VECTORS, Case, Server, cases, observe

_NAMES = sorted(folder.name for folder in VECTORS.iterdir() if folder.is_dir())


@pytest.fixture(scope="module")
def plain_server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.mark.parametrize("vector", _NAMES)
def test_kubectl_does_what_was_recorded(
    each_kubectl: Path, plain_server: Server, tmp_path: Path, vector: str
) -> None:
    older = each_kubectl == OLDER_KUBECTL
    found = cases(vector)
    assert found
    if older and not os.environ.get("CI") and all("expect" in case for case in found):
        pytest.skip("seen alike with all versions; CI runs it with the older one too")
    for number, case in enumerate(found):
        expected = case.get("expect") or _expected(case, older)
        got = observe(each_kubectl, vector, case, plain_server, tmp_path / str(number))
        assert got == expected, case["name"]


def _expected(case: Case, older: bool) -> object:
    """The facts of the nearest version that was recorded."""
    by_version = case["expect_by_version"]
    like_1_32 = older and case["name"] == "mode-of-the-copy"  # 1.37 was the first to copy it
    return by_version["1.32" if like_1_32 else "1.37"]
