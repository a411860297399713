"""Roles: what a user may do, and who may bind a role to whom."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.apiserver.answers import StatusError, forbidden, invalid
from tests.apiserver.attributes import Attributes
from tests.apiserver.kinds import KINDS, RBAC
from tests.apiserver.objects import Document, Objects


@dataclass(frozen=True)
class Allowed:
    """A rule of a role, bound to a user in one namespace or (``namespace=None``) everywhere.

    As in Kubernetes a rule with ``names`` does not allow to create objects, for which a request
    names none, though it may allow to create what lies below an object: ``serviceaccounts/token``.
    """

    verbs: tuple[str, ...]
    resource: str
    names: tuple[str, ...] = ()
    """The objects; all where empty."""
    namespace: str | None = None
    group: str = ""

    def covers(self, what: Attributes) -> bool:
        """Whether this rule allows it."""
        return (
            what.verb in self.verbs
            and (what.group, what.what) == (self.group, self.resource)
            and (not self.names or what.name in self.names)
            and self.namespace in (None, what.namespace)
        )

    def document(self) -> Document:
        """The rule as a role has it."""
        found: Document = {
            "verbs": list(self.verbs),
            "apiGroups": [self.group],
            "resources": [self.resource],
        }
        return found | ({"resourceNames": list(self.names)} if self.names else {})


def with_role(
    document: Document,
    namespace: str,
    objects: Objects,
    user: str,
    permissions: Sequence[Allowed] | None,
) -> Document:
    """A role binding, checked: its role, its subjects, and whether the user may bind that role.

    A user with ``permissions`` (None: all of them) needs the verb ``bind`` on the role.
    """
    role, name = document.get("roleRef", {}), document.get("metadata", {}).get("name", "")
    kind = document["kind"]
    if not role.get("name"):
        raise StatusError(
            invalid(kind, RBAC, name, "roleRef.name", "Required value", "FieldValueRequired")
        )
    resource = {"ClusterRole": "clusterroles", "Role": "roles"}.get(role.get("kind", ""))
    if resource is None or (kind == "ClusterRoleBinding" and resource == "roles"):
        known = '"ClusterRole"' if kind == "ClusterRoleBinding" else '"ClusterRole", "Role"'
        problem = (
            f"Unsupported value: {json.dumps(role.get('kind', ''))}: supported values: {known}"
        )
        raise StatusError(
            invalid(kind, RBAC, name, "roleRef.kind", problem, "FieldValueNotSupported")
        )
    binding = Attributes("bind", RBAC, resource, "", namespace, role["name"])
    if permissions is not None and not any(one.covers(binding) for one in permissions):
        held = objects.get(resource, role["name"], namespace if resource == "roles" else "")
        raise StatusError(_not_held(document, name, user, held["rules"]))
    subjects = [
        _subject(one, kind, name, at) for at, one in enumerate(document.get("subjects", []))
    ]
    return {**document, "roleRef": {"apiGroup": RBAC} | role, "subjects": subjects}


def _subject(subject: Document, kind: str, name: str, at: int) -> Document:
    if subject.get("kind") != "ServiceAccount":
        return {"apiGroup": RBAC} | subject
    if not subject.get("namespace"):
        where = f"subjects[{at}].namespace"
        raise StatusError(invalid(kind, RBAC, name, where, "Required value", "FieldValueRequired"))
    return subject


def _not_held(document: Document, name: str, user: str, rules: list[Document]) -> Any:
    resource = next(one for one in KINDS.values() if one.kind == document["kind"])
    lines = "\n".join(
        f"{{APIGroups:{json.dumps(rule['apiGroups'])}, Resources:{json.dumps(rule['resources'])}, "
        f"Verbs:{json.dumps(rule['verbs'])}}}"
        for rule in rules
    )
    return forbidden(
        f'{resource.qualified} "{name}" is forbidden: user "{user}" '
        '(groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently '
        f"held:\n{lines}",
        {"name": name, "group": RBAC, "kind": resource.resource},
    )
