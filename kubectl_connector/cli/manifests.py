"""What is going to be made in a cluster: shown exactly, and asked for."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from kubectl_connector.cli import console
from kubectl_connector.model.connector import Made
from kubectl_connector.operations.plan import Plan


def agreed(plan: Plan, yes: bool) -> bool:
    """Whether the objects of a plan may be made; True where there are none. ``yes``: not asked."""
    if not plan.manifests:
        return True
    import yaml

    server = plan.draft.spec.cluster.server
    console.note(f"This is made in the cluster {server}, where it is not there yet:")
    console.note(yaml.safe_dump_all(plan.manifests, sort_keys=False).rstrip())
    return yes or console.asker().confirm("Make it?", False, "say so with --yes")


def removal(made: Sequence[Made]) -> list[str]:
    """The commands that take away what was made in a cluster."""
    return [
        f"kubectl delete {one.kind.lower()} {shlex.quote(one.name)}"
        + (f" -n {one.namespace}" if one.namespace else "")
        for one in reversed(made)
    ]
