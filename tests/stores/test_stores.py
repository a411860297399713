"""Finding and opening stores."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kubectl_connector.errors import UsageError
from kubectl_connector.stores import StoreOptions, check_store_name, open_store, store_names


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter has imported after running ``code``."""
    program = f"{code}\nimport sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    return set(run.stdout.decode().split())


def test_names_every_store() -> None:
    assert store_names() == ("file", "keyring")


@pytest.mark.parametrize("name", store_names())
def test_opens_each_by_name(name: str, options: StoreOptions) -> None:
    assert open_store(name, options).name == name


@pytest.mark.parametrize("name", ["vault", "interface", "support", "keyring.x", "", "File"])
def test_refuses_other_names(name: str, options: StoreOptions) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(name, options)
    assert "file, keyring" in caught.value.hint


def test_checks_a_name_alike() -> None:
    assert check_store_name("file") == "file"
    with pytest.raises(UsageError):
        check_store_name("vault")


def test_options_do_not_show_their_passphrase() -> None:
    class Telling:
        def __call__(self, confirm: bool) -> str:
            return "hunter2"

        def __repr__(self) -> str:
            return self(False)

    assert "hunter2" not in repr(StoreOptions("/folder", Telling()))


def test_importing_the_package_imports_no_library() -> None:
    modules = modules_after("import kubectl_connector.stores")
    assert not modules & {"keyring", "cryptography", "filelock", "pathlib", "pkgutil", "threading"}


@pytest.mark.parametrize(
    ("name", "not_needed"),
    [
        ("file", {"keyring", "secretstorage", "kubectl_connector.stores.keyring"}),
        ("keyring", {"keyring", "cryptography", "kubectl_connector.stores.file", "filelock"}),
    ],
)
def test_opening_one_store_imports_nothing_of_another(name: str, not_needed: set[str]) -> None:
    modules = modules_after(
        "from kubectl_connector.stores import StoreOptions, open_store\n"
        f"open_store({name!r}, StoreOptions('/nowhere', lambda confirm: ''))"
    )
    assert f"kubectl_connector.stores.{name}" in modules
    assert not modules & not_needed
