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
            "--selector": ("selector", "texts", None),
            "-l": ("selector", "texts", None),
            "--label": ("label", "texts", None),
            "--expiring": ("expiring", "text", None),
            "--sort": ("sort", "text", None),
            "--sort-by": ("sort_by", "text", None),
            "--no-headers": ("no_headers", "flag", True),
            "--kubeconfig": ("kubeconfig", "text", None),
            "--verbose": ("verbose", "verbose", True),
            "-v": ("verbose", "verbose", True),
        },
        None,
    ),
    "describe": (
        "describe",
        {
            "--selector": ("selector", "texts", None),
            "-l": ("selector", "texts", None),
            "--output": ("output", "text", None),
            "-o": ("output", "text", None),
            "--show-secrets": ("show_secrets", "flag", True),
            "--verbose": ("verbose", "verbose", True),
            "-v": ("verbose", "verbose", True),
        },
        ("names", False, True),
    ),
    "verify": (
        "verify",
        {
            "--selector": ("selector", "texts", None),
            "-l": ("selector", "texts", None),
            "--all": ("every", "flag", True),
            "--output": ("output", "text", None),
            "-o": ("output", "text", None),
            "--sort-by": ("sort_by", "text", None),
            "--no-headers": ("no_headers", "flag", True),
            "--verbose": ("verbose", "verbose", True),
            "-v": ("verbose", "verbose", True),
        },
        ("names", False, True),
    ),
    "login": (
        "login",
        {
            "--selector": ("selector", "texts", None),
            "-l": ("selector", "texts", None),
            "--context": ("context", "text", None),
            "--namespace": ("namespace", "text", None),
            "-n": ("namespace", "text", None),
            "--kubeconfig": ("kubeconfig", "text", None),
            "--no-set-current": ("no_set_current", "flag", True),
            "--overwrite": ("overwrite", "flag", True),
            "--exec": ("exec_", "flag", True),
            "--embed": ("exec_", "flag", False),
            "--exec-command": ("exec_command", "text", None),
            "--exec-api-version": ("exec_api_version", "text", None),
            "--break-lock": ("break_lock", "flag", True),
            "--verbose": ("verbose", "verbose", True),
            "-v": ("verbose", "verbose", True),
        },
        ("names", False, True),
    ),
    "logout": (
        "logout",
        {
            "--selector": ("selector", "texts", None),
            "-l": ("selector", "texts", None),
            "--all": ("every", "flag", True),
            "--kubeconfig": ("kubeconfig", "text", None),
            "--force": ("force", "flag", True),
            "--revoke": ("revoke", "flag", True),
            "--break-lock": ("break_lock", "flag", True),
            "--verbose": ("verbose", "verbose", True),
            "-v": ("verbose", "verbose", True),
        },
        ("names", False, True),
    ),
}

ALIASES: dict[str, str] = {"ls": "list", "use": "login"}
"""The verbs by their other names."""

ROOT = (
    "Usage: kubectl connector COMMAND",
    "Named ways into Kubernetes clusters: credentials in your keyring, contexts in kubectl.",
    (
        (
            "Connectors",
            (
                ("register", "Make a connector"),
                ("update", "Change a connector"),
                ("renew", "Get fresh credentials, each its own way"),
                ("rename", "Give a connector another name"),
                ("delete", "Forget connectors, secrets included"),
                ("prune", "Remove secrets that no connector refers to"),
            ),
        ),
        (
            "Look",
            (
                ("list", "What you have, and when it expires"),
                ("describe", "Everything about one connector, secrets hidden"),
                ("verify", "Ask clusters whether connectors work"),
                ("list-resources", "The clusters that connectors give access to"),
                ("list-types", "The types of connector there are"),
                ("describe-type", "A type's authentication methods and fields"),
            ),
        ),
        (
            "kubectl",
            (
                ("login", "Let kubectl use a connector"),
                ("logout", "Take connectors out of the kubeconfig again"),
                ("secure", "Move what is in plain text to the secret store"),
                ("restore", "Undo secure: the kubeconfig as it was"),
                ("credential", "What kubectl runs for a credential"),
            ),
        ),
        (
            "Settings",
            (
                ("store", "The passphrase, and all secrets at once"),
                ("config", "Your defaults"),
                ("completion", "Let the TAB key complete"),
                ("version", "The version of this program"),
            ),
        ),
        (
            "Options",
            (
                ("-v, --verbose", "Show details and the causes of errors; never a secret."),
                ("--version", "Show the version and exit."),
                ("-h, --help", "Show this message and exit."),
            ),
        ),
    ),
)
"""The usage, the meaning and the rows of --help."""
