"""What login and logout ask of the engine, without a catalog or a secret store."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from kubectl_connector.kubeconfig.load import Kubeconfig
from kubectl_connector.kubeconfig.previous import context_before, context_marks, relinked
from kubectl_connector.kubeconfig.write import Plan
from kubectl_connector.model.kubeconfig import Entry
from kubectl_connector.model.kubeconfig_edit import KEEP, KubeconfigEdit, Mark


def login(name: str, token: str = "0123", switch: bool = True) -> Plan:
    """Add or update the connector ``name``, as operations.login does."""

    def plan(kubeconfig: Kubeconfig) -> KubeconfigEdit:
        marks = context_marks(kubeconfig)
        previous = marks[name].previous_context if name in marks else None
        below: dict[str, Entry] = {}
        if switch and kubeconfig.current_context != name:
            previous = kubeconfig.current_context
            below = relinked(kubeconfig, marks, {name})
        mark = Mark(f"id-{name}", name)
        context_mark = replace(mark, previous_context=previous)
        return KubeconfigEdit(
            clusters={name: _marked({"server": f"https://{name}.example.com:6443"}, mark)},
            users={name: _marked({"token": token}, mark)},
            contexts=below | {name: _marked({"cluster": name, "user": name}, context_mark)},
            current_context=name if switch else KEEP,
        )

    return plan


def logout(name: str) -> Plan:
    """Take ``name`` out, as operations.logout does."""

    def plan(kubeconfig: Kubeconfig) -> KubeconfigEdit:
        marks = context_marks(kubeconfig)
        if name not in marks:
            return KubeconfigEdit()
        one = frozenset([name])
        current = kubeconfig.current_context
        return KubeconfigEdit(
            contexts=relinked(kubeconfig, marks, one),
            remove_clusters=one,
            remove_users=one,
            remove_contexts=one,
            current_context=context_before(name, marks, one) if current == name else KEEP,
        )

    return plan


def _marked(body: Entry, mark: Mark) -> Entry:
    return {**body, "extensions": [mark.to_extension()]}


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
