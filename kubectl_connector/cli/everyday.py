"""The everyday verbs as quick.py reads them. Made by: make generate; don't edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubectl_connector.cli.quick import Verb

EVERYDAY: dict[str, Verb] = {
    "list": (
        "list_",
        {
            "--output": ("output", "text", None),
            "-o": ("output", "text", None),
            "--label": ("label", "texts", None),
            "-l": ("label", "texts", None),
            "--kubeconfig": ("kubeconfig", "text", None),
            "--verbose": ("verbose", "verbose", True),
            "-v": ("verbose", "verbose", True),
        },
        None,
    ),
    "describe": (
        "describe",
        {
            "--output": ("output", "text", None),
            "-o": ("output", "text", None),
            "--show-secrets": ("show_secrets", "flag", True),
            "--verbose": ("verbose", "verbose", True),
            "-v": ("verbose", "verbose", True),
        },
        ("name", True, False),
    ),
    "verify": (
        "verify",
        {
            "--all": ("every", "flag", True),
            "--output": ("output", "text", None),
            "-o": ("output", "text", None),
            "--timeout": ("timeout", "number", 0.1),
            "--verbose": ("verbose", "verbose", True),
            "-v": ("verbose", "verbose", True),
        },
        ("name", False, False),
    ),
    "login": (
        "login",
        {
            "--context": ("context", "text", None),
            "--namespace": ("namespace", "text", None),
            "-n": ("namespace", "text", None),
            "--kubeconfig": ("kubeconfig", "text", None),
            "--no-set-current": ("no_set_current", "flag", True),
            "--overwrite": ("overwrite", "flag", True),
            "--exec": ("exec_", "flag", True),
            "--embed": ("exec_", "flag", False),
            "--exec-command": ("exec_command", "text", None),
            "--lock-timeout": ("lock_timeout", "number", 0),
            "--break-lock": ("break_lock", "flag", True),
            "--verbose": ("verbose", "verbose", True),
            "-v": ("verbose", "verbose", True),
        },
        ("name", True, False),
    ),
    "logout": (
        "logout",
        {
            "--all": ("every", "flag", True),
            "--kubeconfig": ("kubeconfig", "text", None),
            "--lock-timeout": ("lock_timeout", "number", 0),
            "--break-lock": ("break_lock", "flag", True),
            "--verbose": ("verbose", "verbose", True),
            "-v": ("verbose", "verbose", True),
        },
        ("name", False, False),
    ),
}
