"""A field: one thing that a person can say of a connector, declared once.

Options, questions, documents, completion and updates are all made from these declarations. Those
of every connector stand beside the attributes of :class:`~kubectl_connector.model.connector.Spec`
and :class:`~kubectl_connector.model.kubeconfig.Cluster`; an authentication method lists its own.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, Final

from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass, replace

AUTHENTICATION, CLUSTER, CONNECTOR = "Authentication", "Cluster", "Connector"
TOKENS, CERTIFICATES = "Short-lived tokens", "Short-lived certificates"
VAULT = "Tokens from Vault or OpenBao"
"""Groups of options in ``--help``."""


class FieldKind(enum.Enum):
    """How a field's value is given on the command line."""

    TEXT = "text"
    """As an option's argument: anybody may see it."""
    SECRET = "secret"  # noqa: S105
    """At a hidden prompt, on stdin or from a file; never as an argument."""
    FILE = "file"
    """As the name of a file whose text is the value."""
    FLAG = "flag"
    """As an option without a value; a second one with ``--no-`` says the contrary."""
    PAIRS = "pairs"
    """As ``K=V``, any number of times; ``K-`` takes one away."""
    LIST = "list"
    """As an option's argument, any number of times; commas between several make one text."""
    DERIVED = "derived"
    """Not at all: it only comes out of a kubeconfig."""


class Reach(enum.IntEnum):
    """What a change of a field reaches, from the least to the most."""

    CATALOG = 1
    """Our own notes, and nothing else."""
    CONTEXTS = 2
    """The contexts that login has written too; the next login brings them up to date."""
    CLUSTER = 3
    """How the cluster is reached, or the secret store: it is verified before it is kept."""


def option_of(name: str) -> str:
    """The command-line option of a field called ``name``, such as ``--client-key``."""
    return f"--{name.replace('_', '-')}"


@dataclass(frozen=True)
class Field:
    """One thing that can be said, named as in Python (snake case)."""

    name: str
    help: str
    """For ``--help``, and as a question where there is no ``question``. See :meth:`offering`."""
    kind: FieldKind = FieldKind.TEXT
    secret: bool = False
    """Whether the value goes to the secret store."""
    required: bool = True
    """Whether an authentication method can't do without it."""
    group: str = AUTHENTICATION
    metavar: str = "VALUE"
    """What stands for the value in ``--help``."""
    spelling: str = ""
    """The option where it is not the name, such as ``-n --namespace``."""
    question: str = ""
    """How ``register --interactive`` asks for it."""
    completed: Callable[[str], str] = str
    """What an answer to the question is short for, such as a host for its address."""
    choices: tuple[str, ...] = ()
    """The only values, where they can be listed here."""
    completion: str = ""
    """What the TAB key offers (``completion/values.py``), where there are no choices."""
    parse: Callable[[str], Any] = str
    """What the text on the command line, or in the file, becomes. UsageError where it is bad."""
    row: str = ""
    """The title of its row in ``describe``; empty: it has a place of its own there."""
    reach: Reach = Reach.CLUSTER
    beside: str = ""
    """The optional field that it belongs to: without that one it is not asked for."""

    @property
    def option(self) -> str:
        """The command-line option, in its long form."""
        return self.spelling.split()[-1] if self.spelling else option_of(self.name)

    def offering(self, choices: tuple[str, ...], default: str = "") -> Field:
        """The field with choices that its declaration can't know, such as the secret stores.

        They replace ``{choices}`` in the help, the default first.
        """
        named = " or ".join(sorted(choices, key=lambda choice: choice != default))
        return replace(self, choices=choices, help=self.help.replace("{choices}", named))

    def check(self, value: str) -> str:
        """``value`` if it is one of the choices, or there are none; UsageError."""
        if self.choices and value not in self.choices:
            raise UsageError(
                f'no {self.name.replace("_", " ")} "{value}"',
                f"choose one of: {', '.join(self.choices)}",
            )
        return value

    @property
    def typed(self) -> str:
        """What a person types to give a value."""
        return {
            FieldKind.TEXT: f"{self.option} {self.metavar}",
            FieldKind.FILE: f"{self.option} FILE",
            FieldKind.SECRET: f"{self.option}-stdin",
            FieldKind.LIST: f"{self.option} {self.metavar}",
            FieldKind.FLAG: self.option,
            FieldKind.PAIRS: f"{self.option} K=V",
            FieldKind.DERIVED: "--auto-configure",
        }[self.kind]


class Unset(enum.Enum):
    """The type of :data:`UNSET`."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
"""Said in place of a value: it takes away what the field has."""
