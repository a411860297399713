"""A kubeconfig context as the source of a connector."""

from __future__ import annotations

import os

from kubectl_connector.auth import auth_method, recognise
from kubectl_connector.auth.providers import without_provider
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.ours.mark import MARK, mark_of
from kubectl_connector.kubeconfig.ours.originals import has_plaintext, users_of
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.kubeconfig.view import Kubeconfig, ResolvedContext, load
from kubectl_connector.model.connector import Connector, Origin, Spec
from kubectl_connector.model.kubeconfig import EXEC_EXTENSION, Extensions
from kubectl_connector.operations.draft import Draft
from kubectl_connector.secret_looking import in_data


@dataclass(frozen=True)
class FromContext:
    """A context of a kubeconfig: it tells where a cluster is and how to sign in."""

    files: KubeconfigFiles
    name: str | None = None
    """None: the current one."""
    kubeconfig: Kubeconfig | None = None
    """What was read of the files already; None: they are read where needed."""

    def draft(self, store: str) -> Draft:
        """What a connector made from the context is like.

        Raises KubeconfigError, NotFoundError, UsageError for a context that runs us, and what
        :func:`draft_from` raises.
        """
        kubeconfig = self.kubeconfig or load(self.files)
        context = kubeconfig.resolve(self.name)
        draft = draft_from(context, store)
        runs = auth_method(draft.spec.auth_method).runs(draft.spec.configuration)
        mark = mark_of(kubeconfig.users.get(context.context.user))
        if runs and mark and mark.connector_id in runs.args:
            raise UsageError(
                f'context "{context.name}" is what login wrote for "{mark.connector_name}":'
                " it only runs this program",
                "name another context with --context, or get back what was there before login:"
                f" kubectl connector logout {mark.connector_name}",
            )
        return draft

    def plain_text(self) -> PlainText | None:
        """The secret that still stands in the kubeconfig, and not by login; KubeconfigError."""
        kubeconfig = load(self.files)
        context = kubeconfig.contexts.get(self.name or kubeconfig.current_context or "")
        user = context and kubeconfig.users.get(context.entry.get("user") or "")
        if not context or not user or mark_of(user) or not has_plaintext("users", user.entry):
            return None
        others = users_of(kubeconfig, "users", user.name, context.name)
        return PlainText(context.name, user.name, user.file, tuple(others))


@dataclass(frozen=True)
class PlainText:
    """A secret that stands in a kubeconfig."""

    context: str
    """The context that a connector was made from."""
    user: str
    """The user that has the secret in it."""
    file: str
    others: tuple[str, ...]
    """The other contexts that refer to the user."""


def draft_from(context: ResolvedContext, store: str) -> Draft:
    """What a connector made from a context is like.

    Raises UsageError where kubectl itself has no credential to send there.
    """
    user, note = without_provider(context.auth_info)
    method = recognise(user)
    if method is None:
        raise _no_credential(context.name)
    material = method.from_auth_info(user)
    spec = Spec(
        cluster=context.cluster,
        cluster_name=context.context.cluster,
        namespace=context.context.namespace,
        store=store,
        auth_method=method.name,
        configuration=material.configuration,
        expires_at=method.ends_at(material.configuration, material.secret),
        impersonation=user.impersonation,
        extensions=_noted(context.extensions),
        origin=Origin(os.path.abspath(context.file), context.name),
    )
    return Draft(spec, material.secret, note)


def _noted(extensions: Extensions) -> Extensions:
    """What other programs noted, but for what looks like a secret: the catalog is for all to see.

    Our own marks are left out too, and what the cluster keeps by itself.
    """
    return Extensions(
        **{
            kind: {
                name: data
                for name, data in noted.items()
                if name not in (MARK, EXEC_EXTENSION) and not in_data({name: data})
            }
            for kind, noted in vars(extensions).items()
        }
    )


def again(connector: Connector, name: str | None, files: KubeconfigFiles) -> FromContext:
    """The context that a connector was made from, or the one of another ``name`` beside it.

    ``files`` is where to look for ``name`` where the connector was made from no context. Raises
    UsageError where there is no name then.
    """
    origin = connector.origin
    if origin:
        return FromContext(kubeconfig_files(origin.kubeconfig, {}), name or origin.context)
    if name is None:
        raise UsageError(
            f'"{connector.name}" was not made from a kubeconfig',
            f"name a context: kubectl connector update {connector.name} --context CONTEXT",
        )
    return FromContext(files, name)


def _no_credential(context: str) -> UsageError:
    return UsageError(
        f'context "{context}" has no credential that kubectl could send',
        "sign in to the cluster first, or register by flags: kubectl connector register --help",
    )
