"""The command tree. The module of a verb is imported when the verb is used."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from kubectl_connector import __version__, suggest
from kubectl_connector.cli import console
from kubectl_connector.cli import help as help_
from kubectl_connector.errors import ConnectorError, UsageError

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
    """A command: where it is, and what ``--help`` says of it."""

    module: str
    group: str
    summary: str
    alias: str = ""
    """Another name, which people know from elsewhere."""
    unlocks: bool = False
    """Whether it may need the passphrase of the file store."""


VERBS = {
    "register": Verb("register", "Connectors", "Make a connector", alias="add", unlocks=True),
    "update": Verb("update", "Connectors", "Change a connector", unlocks=True),
    "renew": Verb(
        "renew", "Connectors", "Get fresh credentials, each its own way", "refresh", unlocks=True
    ),
    "rename": Verb("rename", "Connectors", "Give a connector another name"),
    "delete": Verb("delete", "Connectors", "Forget connectors, secrets included", alias="rm"),
    "prune": Verb("prune", "Connectors", "Remove secrets that no connector refers to"),
    "list": Verb("list_", "Look", "What you have, and when it expires", alias="ls"),
    "describe": Verb(
        "describe", "Look", "Everything about one connector, secrets hidden", unlocks=True
    ),
    "verify": Verb("verify", "Look", "Ask clusters whether connectors work", unlocks=True),
    "list-resources": Verb("list_resources", "Look", "The clusters that connectors give access to"),
    "list-types": Verb("list_types", "Look", "The types of connector there are"),
    "describe-type": Verb("describe_type", "Look", "A type's authentication methods and fields"),
    "login": Verb("login", "kubectl", "Let kubectl use a connector", alias="use", unlocks=True),
    "logout": Verb(
        "logout", "kubectl", "Take connectors out of the kubeconfig again", unlocks=True
    ),
    "secure": Verb(
        "secure", "kubectl", "Move what is in plain text to the secret store", unlocks=True
    ),
    "restore": Verb("restore", "kubectl", "Undo secure: the kubeconfig as it was", unlocks=True),
    "credential": Verb("credential", "kubectl", "What kubectl runs for a credential", unlocks=True),
    "store": Verb("store", "Settings", "The passphrase, and all secrets at once"),
    "config": Verb("config", "Settings", "Your defaults"),
    "completion": Verb("completion", "Settings", "Let the TAB key complete"),
    "version": Verb("version", "Settings", "The version of this program"),
}
"""Every command, in the order of ``--help``; each module has a ``command``, a function or app."""

ALIASES = {verb.alias: name for name, verb in VERBS.items() if verb.alias}
"""The commands by their other names."""

_PASSPHRASE = ("KUBECTL_CONNECTOR_PASSPHRASE",)
_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


class VerbCommand(TyperCommand):
    """A command that takes ``-v`` wherever it stands among its options."""

    reads: Collection[str] = ()
    """The variables of the environment that may hold a passphrase for it."""

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

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments; UsageError where there are too many."""
        ctx.allow_extra_args = True  # else the parser complains of them in words of its own
        rest = _parsed(super().parse_args, ctx, args)
        if rest and not ctx.resilient_parsing:
            from kubectl_connector.cli import usage

            raise usage.too_many(rest, ctx)
        return rest

    def get_help(self, ctx: Any) -> str:
        """In lines as wide as the terminal."""
        return help_.text(self, ctx)

    def get_help_option(self, ctx: Any) -> Any:
        """The option, which writes as we do."""
        return _that_says(super().get_help_option(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Arguments before options, as they are typed."""
        return help_.usage(self, ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Options in groups, then what else there is to say."""
        help_.write_options(self, ctx, formatter)
        help_.write_rows(self.sections(), formatter)

    def sections(self) -> dict[str, help_.Rows]:
        """What ``--help`` says after the options."""
        from kubectl_connector import settings

        whose = {
            settings.PASSPHRASE_VARIABLE: "The passphrase of the file store",
            settings.NEW_PASSPHRASE_VARIABLE: "The new passphrase of the file store",
            settings.EXPORT_PASSPHRASE_VARIABLE: "The passphrase of the exported file",
        }
        rows = [
            (name, f"{whose[name]}; where it is not set, it is asked for.") for name in self.reads
        ]
        return {"Environment": rows} if rows else {}


class Group(TyperGroup):
    """Commands under one word. It suggests the nearest for a typo; alone, it shows its help."""

    below: tuple[str, ...] = ()
    """Commands of its groups that are suggested too, since people look for them here."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments; where there are none, the help is shown instead."""
        if not args and not self.invoke_without_command:
            console.say(self.get_help(ctx))
            raise typer.Exit
        return _parsed(super().parse_args, ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named; UsageError where none was."""
        try:
            return super().invoke(ctx)
        except TyperException:
            from kubectl_connector.cli import usage

            raise usage.no_command(ctx) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """UsageError with a suggestion for an unknown name."""
        name, known = args[0], self.list_commands(ctx)
        if name not in known and not name.startswith("-"):
            listing = f"all commands: {ctx.command_path} --help"
            hint = suggest.did_you_mean(name, [*known, *self.below], listing)
            raise UsageError(f'no command "{name}"', hint)
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: Any) -> str:
        """In lines as wide as the terminal."""
        return help_.text(self, ctx)

    def get_help_option(self, ctx: Any) -> Any:
        """The option, which writes as we do."""
        return _that_says(super().get_help_option(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """A group takes a command."""
        return ["COMMAND"]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Commands first."""
        help_.write_rows(self.command_groups(ctx), formatter)
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

    below = ("store export", "store import")

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments; ``help COMMAND`` is ``COMMAND --help``."""
        return super().parse_args(ctx, [*args[1:], "--help"] if args[:1] == ["help"] else args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As a group does, by any of the command's names."""
        name = ALIASES.get(args[0], args[0])
        if name not in VERBS and _is_connector(name):
            use = f"{ctx.command_path} login {name}"
            raise UsageError(f'"{name}" is a connector, not a command', f"to use it: {use}")
        return super().resolve_command(ctx, [name, *args[1:]])

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
        built: Any = typer.main.get_group(command)
        built.name = name
    else:
        app = new_app()
        add_verb(app, name, command, alias=verb.alias, reads=_PASSPHRASE if verb.unlocks else ())
        built = typer.main.get_command(app)
    return built


def add_verb(
    app: typer.Typer,
    name: str,
    function: Callable[..., None],
    cls: type[VerbCommand] = VerbCommand,
    alias: str = "",
    reads: Collection[str] = (),
) -> None:
    """Make ``function`` a command; its docstring is the help, whose examples are not wrapped.

    ``reads`` are the variables that may hold a passphrase for it.

    The everyday verbs import typer, and what they take from ``options.py``, only for a type
    checker. So those names are looked up here, where their declarations are needed.
    """
    from kubectl_connector.cli import options

    names = {**vars(options), **function.__globals__}
    function.__annotations__ = inspect.get_annotations(function, globals=names, eval_str=True)
    also = f"\n\nAlso: kubectl connector {alias}" if alias else ""
    text = (inspect.getdoc(function) or "").replace("\n\nExample", f"{also}\n\n\b\nExample", 1)
    cls = type(cls.__name__, (cls,), {"reads": reads})
    app.command(name, cls=cls, help=text, context_settings=_SETTINGS)(function)


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
        raise typer.Exit
    if context.invoked_subcommand is None:
        console.out(FIRST_DAY)


def _is_connector(name: str) -> bool:
    """Whether a word is a connector's name, as people type it after kubectx."""
    from kubectl_connector.cli import environment

    try:
        return any(each.name == name for each in environment.workspace().catalog.load())
    except ConnectorError:
        return False


def _parsed(parse: Callable[[Any, list[str]], list[str]], ctx: Any, args: list[str]) -> list[str]:
    """What ``parse`` gives; what it finds wrong is said in our words."""
    try:
        return parse(ctx, args)
    except TyperException as error:
        from kubectl_connector.cli import usage  # most command lines are right

        raise usage.in_our_words(error, ctx) from None


def _that_says(option: Any) -> Any:
    """The option ``--help``, written to stdout as every result is: a full disk is an error."""
    option.callback = _help
    return option


def _help(context: Any, _option: Any, value: bool) -> None:
    if value and not context.resilient_parsing:
        console.say(context.get_help())
        raise typer.Exit


def _verbose(_context: Any, _option: Any, value: bool) -> bool:
    if value:
        console.be_verbose()
    return value
