"""Whether kubectl's own preferences let it run a credential plugin (semantics X16, X17).

Only kubectl 1.35 and newer has such a policy. 1.35 calls an entry's field ``name``, and rejects a
list that says ``command``. 1.36 says ``command``, still takes ``name``, and can set the list by a
command, ``kubectl kuberc set``.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Collection, Mapping
from typing import Any

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.yaml_loader import loader

KUBECTL_TIMEOUT = 5.0
"""Seconds that kubectl may take to show its help."""

_KEYS = ("command", "name")
_POLICIES = ("AllowAll", "DenyAll", "Allowlist")


def refusal(command: str, resolved: str, environ: Mapping[str, str]) -> str | None:
    """What to change so that kubectl runs a plugin; None where it does.

    ``command`` is the one in the exec stanza, ``resolved`` the path that it leads to. Runs kubectl
    where it would refuse, to see what that version offers. Raises KubeconfigError where the
    preferences can't be read.
    """
    path = _path(environ)
    preferences = _read(path) if path else {}
    policy = preferences.get("credentialPluginPolicy") or "AllowAll"
    shown = display_path(path)
    if policy not in _POLICIES:
        return f"{shown} has a credentialPluginPolicy that is none of {', '.join(_POLICIES)}"
    if policy != "Allowlist" and preferences.get("credentialPluginAllowlist") is not None:
        return f"{shown} has an allow-list: set credentialPluginPolicy to Allowlist there"
    if policy == "AllowAll":
        return None
    allowed = _allowed(preferences)
    if policy == "DenyAll":
        return f"{shown} denies every credential plugin: {_remedy(True, command, (), environ)}"
    if _is_allowed(command, resolved, allowed, environ):
        return None
    return f"{shown} does not list us: {_remedy(False, command, allowed, environ)}"


def _path(environ: Mapping[str, str]) -> str:
    """The preferences' file; empty where they are switched off."""
    chosen = environ.get("KUBERC", "")
    if chosen == "off" or environ.get("KUBECTL_KUBERC", "").lower() == "false":
        return ""
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    return chosen or os.path.join(home, ".kube", "kuberc")


def _read(path: str) -> Mapping[str, Any]:
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            content = yaml.load(file, Loader=loader("Safe"))  # noqa: S506 (safe, as it says)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KubeconfigError(
            f"kubectl's preferences in {display_path(path)} can't be read",
            "mend it, or do without: KUBERC=off",
        ) from error
    return content if isinstance(content, Mapping) else {}


def _allowed(preferences: Mapping[str, Any]) -> list[str]:
    """The commands of the allow-list, in order."""
    entries = preferences.get("credentialPluginAllowlist")
    entries = entries if isinstance(entries, list) else []
    found = [entry.get(key) for entry in entries if isinstance(entry, dict) for key in _KEYS]
    return list(dict.fromkeys(value for value in found if isinstance(value, str) and value))


def _is_allowed(
    command: str, resolved: str, allowed: Collection[str], environ: Mapping[str, str]
) -> bool:
    """Whether an entry is the command as it is written, or leads to the same path."""
    if {command, resolved} & set(allowed):
        return True
    name = os.path.basename(resolved)
    return any(
        os.path.basename(entry) == name
        and shutil.which(entry, path=environ.get("PATH")) == resolved
        for entry in allowed
    )


def _remedy(
    denied: bool, command: str, allowed: Collection[str], environ: Mapping[str, str]
) -> str:
    """How to let kubectl run a command: by kubectl itself, where it can, else in an editor."""
    offered = _help_of_set(environ)
    if offered and "credentialplugin" in offered:  # it replaces the list, so all entries are named
        entries = [shlex.quote(f"command={each}") for each in (*allowed, command)]
        options = " ".join(f"--allowlist-entry {entry}" for entry in entries)
        return f"kubectl kuberc set --section credentialplugin --policy Allowlist {options}"
    entry = f"{{{'command' if offered is None else 'name'}: {command}}}"
    if denied:
        return (
            "set credentialPluginPolicy to Allowlist there,"
            f" and credentialPluginAllowlist to [{entry}]"
        )
    return f"add {entry} to credentialPluginAllowlist"


def _help_of_set(environ: Mapping[str, str]) -> str | None:
    """The help of ``kubectl kuberc set``; empty where it is unknown, None without a kubectl."""
    import subprocess

    from kubectl_connector.child_environment import child_environment

    kubectl = environ.get("KUBECTL_PATH") or shutil.which("kubectl", path=environ.get("PATH"))
    if not kubectl:
        return None
    try:
        done = subprocess.run(
            [kubectl, "kuberc", "set", "--help"],
            env={**child_environment(kubectl, environ), "KUBERC": "off"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=KUBECTL_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else ""
