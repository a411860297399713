"""The edits that replace users where they stand, and give them back; contexts stay as they are.

Pure functions; they raise KubeconfigError.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kubectl_connector.frozen import dataclass, field
from kubectl_connector.kubeconfig.edit import Edit
from kubectl_connector.kubeconfig.ours.mark import SECURED, Mark, our_entries
from kubectl_connector.kubeconfig.ours.originals import Restored, Texts, restore
from kubectl_connector.kubeconfig.view import Kubeconfig
from kubectl_connector.model.kubeconfig import Entry


@dataclass(frozen=True)
class Replacement:
    """A user that is to be replaced."""

    user: str
    file: str
    text: str = field(repr=False)
    """Its entry's exact text, when it was read."""
    body: Entry
    """The body to put in, still without a mark."""
    mark: Mark
    """With what the body takes the place of."""


def secure_edit(
    kubeconfig: Kubeconfig, replacements: Sequence[Replacement]
) -> tuple[Edit, tuple[str, ...]]:
    """The edit that replaces users, and the names of those that it replaces.

    One that is not what it was when it was read is left: its secret may be another now.
    """
    same = [each for each in replacements if _text(kubeconfig, each.user, each.file) == each.text]
    users = {each.user: each.mark.put_on(each.body) for each in same}
    return Edit(upserts={"users": users}), tuple(users)


def secured_users(kubeconfig: Kubeconfig) -> Mapping[str, Mark]:
    """The marks of the users that were replaced, by name."""
    marks = our_entries(kubeconfig, "users", mentioning=(SECURED,))
    return {name: mark for name, mark in marks.items() if mark.secured}


def restore_edit(
    kubeconfig: Kubeconfig, users: Collection[str] | None, texts: Texts
) -> tuple[Edit, tuple[Mapping[str, Mark], Restored]]:
    """The edit that gives users back; None: all that were replaced.

    ``texts`` are the originals that a secret store has kept. A user whose original is not among
    them, or lost, stays as it is. Also the marks of those that were looked at.
    """
    marks = secured_users(kubeconfig)
    wanted = {name: mark for name, mark in marks.items() if users is None or name in users}
    restored = restore(kubeconfig, {"users": wanted}, texts, ours_too=True)
    edit = Edit(
        upserts={"users": restored.bodies["users"]},
        texts=restored.texts,
        secret=restored.strange,
    )
    return edit, (wanted, restored)


def _text(kubeconfig: Kubeconfig, user: str, file: str) -> str | None:
    found = kubeconfig.users.get(user)
    spelt = found.document.spelt("users", user) if found and found.file == file else None
    return spelt.text if spelt else None
