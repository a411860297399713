"""The product's own edits for connectors that have no catalog and no store, and kubectl's view."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kubectl_connector.kubeconfig.edit import Edit
from kubectl_connector.kubeconfig.ours.login import Login, Placed, login_edit
from kubectl_connector.kubeconfig.ours.logout import Removed, logout_edit
from kubectl_connector.kubeconfig.ours.originals import Kept
from kubectl_connector.kubeconfig.view import Kubeconfig
from kubectl_connector.kubeconfig.write import MakeEdit


def login(
    name: str,
    token: str = "0123",
    switch: bool = True,
    over: str | None = None,
    refs: Mapping[str, str] | None = None,
) -> MakeEdit[Placed]:
    """Log in to the connector ``name``, in the place of the context ``over`` if one is given.

    ``refs`` are the references of what a store keeps.
    """
    entries = Login(
        f"id-{name}",
        name,
        cluster={"server": f"https://{name}.example.com:6443"},
        user={"token": token},
        secret=False,  # so that the tests' files may have any mode
        set_current=switch,
        context=over,
        overwrite=over is not None,
        refs=refs or {},
    )
    return partial(login_edit, login=entries, owners={f"id-{name}": name})


def logout(name: str, texts: Mapping[str, str] | None = None) -> MakeEdit[Removed]:
    """Log out of the connector ``name``; ``texts`` are what a store keeps, by reference."""

    def make_edit(kubeconfig: Kubeconfig) -> tuple[Edit, Removed]:
        files = frozenset(kubeconfig.files.paths)  # so that these may have any mode
        kept = {ref: Kept(text, files) for ref, text in (texts or {}).items()}
        return logout_edit(kubeconfig, name, {name: f"id-{name}"}, kept)

    return make_edit


def just(edit: Edit) -> MakeEdit[None]:
    """Make the same edit whatever the files hold."""

    def make_edit(_: Kubeconfig) -> tuple[Edit, None]:
        return edit, None

    return make_edit


def view(kubectl: Path, *paths: Path) -> dict[str, Any]:
    """What kubectl reads in kubeconfigs: the lists as mappings by name."""
    listed = ":".join(str(path) for path in paths)
    done = subprocess.run(
        [kubectl, "config", "view", "--raw", "-o", "json"],
        env={"HOME": "/nonexistent", "KUBECONFIG": listed, "KUBERC": "off"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    for kind in ("clusters", "users", "contexts"):
        read[kind] = {item["name"]: item for item in read[kind] or ()}
    return read  # type: ignore[no-any-return]
