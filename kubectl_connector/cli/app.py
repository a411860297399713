"""The command tree. The module of a verb is imported when the verb is used."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from kubectl_connector import __version__, suggest
from kubectl_connector.cli import console
from kubectl_connector.cli import help as help_
from kubectl_connector.errors import UsageError

FIRST_DAY = """\
Credentials in your keyring, contexts in your kubeconfig.

  register NAME --auto-configure   make a connector from your current context
  list                             what you have, and when it expires
  describe NAME                    everything about one, secrets hidden
  login NAME                       let kubectl use it
  logout NAME                      take it out of the kubeconfig again

All commands: kubectl connector --help
"""


class Verb(NamedTuple):
    """A command's module, its group in ``--help``, and its summary."""

    module: str
    group: str
    summary: str


VERBS = {
    "register": Verb("register", "Connectors", "Make a connector"),
    "update": Verb("update", "Connectors", "Change a connector, or renew its credential"),
    "rename": Verb("rename", "Connectors", "Give a connector another name"),
    "delete": Verb("delete", "Connectors", "Forget connectors, secrets included"),
    "prune": Verb("prune", "Connectors", "Remove secrets that no connector refers to"),
    "list": Verb("list_", "Look", "What you have, and when it expires"),
    "describe": Verb("describe", "Look", "Everything about one connector, secrets hidden"),
    "verify": Verb("verify", "Look", "Ask clusters whether connectors work"),
    "list-resources": Verb("list_resources", "Look", "The clusters that connectors give access to"),
    "list-types": Verb("list_types", "Look", "The types of connector there are"),
    "describe-type": Verb("describe_type", "Look", "A type's authentication methods and fields"),
    "login": Verb("login", "kubectl", "Let kubectl use a connector"),
    "logout": Verb("logout", "kubectl", "Take connectors out of the kubeconfig again"),
    "credential": Verb("credential", "kubectl", "What kubectl runs for a credential"),
    "config": Verb("config", "Settings", "Your defaults"),
    "completion": Verb("completion", "Settings", "Let the TAB key complete"),
    "version": Verb("version", "Settings", "The version of this program"),
}
"""Every command, in the order of ``--help``; each module has a ``command``, a function or app."""

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


class VerbCommand(TyperCommand):
    """A command that takes ``-v`` wherever it stands among its options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As TyperCommand, with one option more."""
        super().__init__(*args, **kwargs)
        self.params.append(
            TyperOption(
                param_decls=["-v", "--verbose"],
                is_flag=True,
                expose_value=False,
                callback=_verbose,
                help="Show details and the causes of errors; never a secret.",
            )
        )

    def get_help(self, ctx: Any) -> str:
        """In lines as wide as the terminal."""
        return help_.text(self, ctx)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Arguments before options, as they are typed."""
        return help_.usage(self, ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Options in groups."""
        help_.write_options(self, ctx, formatter)


class Group(TyperGroup):
    """Commands under one word. It suggests the nearest for a typo; alone, it shows its help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments; where there are none, the help is shown instead."""
        if not args and not self.invoke_without_command:
            console.say(self.get_help(ctx))
            raise typer.Exit
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """UsageError with a suggestion for an unknown name."""
        name, known = args[0], self.list_commands(ctx)
        if name not in known and not name.startswith("-"):
            listing = f"all commands: {ctx.command_path} --help"
            raise UsageError(f'no command "{name}"', suggest.did_you_mean(name, known, listing))
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: Any) -> str:
        """In lines as wide as the terminal."""
        return help_.text(self, ctx)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """A group takes a command."""
        return ["COMMAND"]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Commands first."""
        help_.write_commands(self.command_groups(ctx), formatter)
        help_.write_options(self, ctx, formatter)

    def command_groups(self, ctx: Any) -> dict[str, help_.Rows]:
        """The commands and their summaries, by group."""
        return {
            "Commands": [
                (name, command.get_short_help_str(limit=100).rstrip("."))
                for name, command in self.commands.items()
            ]
        }


class VerbGroup(Group):
    """The tree's root: finds commands in :data:`VERBS`."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and build the command; None where there is none."""
        return load(cmd_name) if cmd_name in VERBS else None

    def command_groups(self, ctx: Any) -> dict[str, help_.Rows]:
        """The commands by group, from the table alone, so that help imports no verb."""
        groups: dict[str, help_.Rows] = {}
        for name, verb in VERBS.items():
            groups.setdefault(verb.group, []).append((name, verb.summary))
        return groups


def load(name: str) -> Any:
    """The command called ``name``, built from its module."""
    verb = VERBS[name]
    command = importlib.import_module(f"kubectl_connector.cli.{verb.module}").command
    if isinstance(command, typer.Typer):
        built = typer.main.get_group(command)
        built.name = name
        return built
    app = new_app()
    add_verb(app, name, command)
    return typer.main.get_command(app)


def add_verb(app: typer.Typer, name: str, function: Callable[..., None]) -> None:
    """Make ``function`` a command; its docstring is the help, whose examples are not wrapped.

    The everyday verbs import typer, and what they take from ``options.py``, only for a type
    checker. So those names are looked up here, where their declarations are needed.
    """
    from kubectl_connector.cli import options

    names = {**vars(options), **function.__globals__}
    function.__annotations__ = inspect.get_annotations(function, globals=names, eval_str=True)
    text = (inspect.getdoc(function) or "").replace("\n\nExample", "\n\n\b\nExample")
    app.command(name, cls=VerbCommand, help=text, context_settings=_SETTINGS)(function)


def new_app(**options: Any) -> typer.Typer:
    """A Typer app with our settings: no rich help, no tracebacks, no completion by typer."""
    return typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=_SETTINGS,
        **{"cls": Group, **options},
    )


def build() -> Any:
    """The whole command line."""
    app = new_app(cls=VerbGroup, invoke_without_command=True)
    app.callback()(_root)
    return typer.main.get_group(app)


def _root(
    context: typer.Context,
    verbose: bool = typer.Option(
        False, "-v", "--verbose", help="Show details and the causes of errors; never a secret."
    ),
    version: bool = typer.Option(False, "--version", help="Show the version and exit."),
) -> None:
    """Named ways into Kubernetes clusters: credentials in your keyring, contexts in kubectl."""
    if verbose:
        console.be_verbose()
    if version:
        console.say(f"kubectl-connector {__version__}")
    elif context.invoked_subcommand is None:
        console.out(FIRST_DAY)


def _verbose(_context: Any, _option: Any, value: bool) -> bool:
    if value:
        console.be_verbose()
    return value
