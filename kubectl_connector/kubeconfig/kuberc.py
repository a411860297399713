"""Whether kubectl's own preferences let it run a credential plugin (semantics X16, X17)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.yaml_loader import loader


def refusal(command: str, resolved: str, environ: Mapping[str, str]) -> str | None:
    """What to change so that kubectl (1.35 and newer) runs a plugin; None where it does.

    ``command`` is the stanza's, ``resolved`` the path that it leads to. Raises KubeconfigError
    where the preferences can't be read.
    """
    path = _path(environ)
    preferences = _read(path) if path else {}
    policy = preferences.get("credentialPluginPolicy") or "AllowAll"
    shown = display_path(path)
    if policy not in _POLICIES:
        return f"{shown} has a credentialPluginPolicy that is none of {', '.join(_POLICIES)}"
    if policy != "Allowlist" and preferences.get("credentialPluginAllowlist") is not None:
        return f"{shown} has an allow-list: set credentialPluginPolicy to Allowlist there"
    if policy == "DenyAll":
        return (
            f"{shown} denies every credential plugin: set credentialPluginPolicy to Allowlist"
            f" there, and credentialPluginAllowlist to [{{command: {command}}}]"
        )
    if policy == "AllowAll" or {command, resolved} & _allowed(preferences):
        return None
    return f"{shown} does not list us: add {{command: {command}}} to credentialPluginAllowlist"


def _path(environ: Mapping[str, str]) -> str:
    """The preferences' file; empty where they are switched off."""
    chosen = environ.get("KUBERC")
    if chosen:
        return "" if chosen == "off" else chosen
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    return os.path.join(home, ".kube", "kuberc")


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


def _allowed(preferences: Mapping[str, Any]) -> set[str]:
    """The commands of the allow-list; 1.35 calls the field ``name``."""
    entries = preferences.get("credentialPluginAllowlist")
    entries = entries if isinstance(entries, list) else []
    found = (entry.get(key) for entry in entries if isinstance(entry, dict) for key in _KEYS)
    return {value for value in found if isinstance(value, str)}


_KEYS = ("command", "name")
_POLICIES = ("AllowAll", "DenyAll", "Allowlist")
