"""Make completion's tree, quick.py's table and docs/reference.md from the commands themselves.

``make generate`` writes them; tests/test_reference.py compares them with the commands.
"""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import kubectl_connector
from kubectl_connector import errors
from kubectl_connector.cli import help as help_
from kubectl_connector.cli import main, quick
from kubectl_connector.cli.app import ALIASES, VERBS, build, load
from kubectl_connector.cli.changes import common_fields
from kubectl_connector.cli.options import SORTS, method_fields
from kubectl_connector.cli.program import WAYS
from kubectl_connector.completion.complete import FILE, FOLDER, FREE, SELECTOR
from kubectl_connector.errors import ConnectorError
from kubectl_connector.formats import spellings
from kubectl_connector.model.connector import LOGIN_MODES, TYPE
from kubectl_connector.model.kubeconfig import EXEC_API_VERSIONS
from kubectl_connector.settings import OWN, SWITCH
from kubectl_connector.stores import store_names, store_settings

ROOT = Path(__file__).resolve().parent.parent
TREE = ROOT / "kubectl_connector" / "completion" / "tree.py"
EVERYDAY = ROOT / "kubectl_connector" / "cli" / "everyday.py"
REFERENCE = ROOT / "docs" / "reference.md"
AROUND = ROOT / "packaging" / "reference.md"

EVERYDAY_VERBS = ("list", "describe", "verify", "login", "logout")
"""The verbs that people type all day; ``cli/quick.py`` reads them without typer."""

_TEXT = ("str", "text")
"""What versions of typer call the type of a plain text."""

SETTINGS = {
    "store": store_names(),
    "login.mode": LOGIN_MODES,
    "login.exec-api-version": tuple(EXEC_API_VERSIONS),
    "warn": SWITCH,
}
"""The values of the settings whose values can be listed."""

_FORMATS = tuple(f"{name}=" if takes else name for name, takes in spellings().items())
_OUTPUTS = {"version": ("json",)}

_OPTIONS: dict[str, Any] = {
    "--context": "contexts",
    "--sort": SORTS,
    "--exec-command": WAYS,
    "--exec-api-version": tuple(EXEC_API_VERSIONS),
    **{
        field.option: field.choices or field.completion or FREE
        for field in common_fields().values()
        if field.metavar not in ("FILE", "")
    },
    **{field.option: field.choices for field in method_fields().values() if field.choices},
}
"""The kinds of the values of options, where the metavar does not tell the kind."""

_METAVARS = {
    "FILE": FILE,
    "SELECTOR": SELECTOR,
    "DIR": FOLDER,
    **dict.fromkeys(("ID", "OLD=NEW", "PATH", "SECONDS", "TEXT", "TIME", "URL", "VALUE"), FREE),
    "COMMAND": FREE,
    "GLOB": FREE,
    # names in a cluster
    **dict.fromkeys(("NS/NAME", "ROLE", "USER", "GROUP", "NAMESPACE", "MOUNT"), FREE),
}

_ARGUMENTS: dict[str, Any] = {
    "NAME": "connectors",
    "OLD": "connectors",
    "NEW": FREE,
    "TYPE": (TYPE,),
    "FILE": FILE,
    "SETTING": (*OWN, *store_settings()),
    "VALUE": "setting values",
}


class Documented:
    """A command with what its documentation needs."""

    def __init__(self, path: str, command: Any, summary: str) -> None:
        self.path = path
        self.command = command
        self.summary = summary
        info_name = f"{main.PROGRAM} {path}".strip()
        self.context = typer.Context(command, info_name=info_name, **command.context_settings)

    @property
    def options(self) -> list[Any]:
        """The options that ``--help`` shows."""
        groups = help_.option_groups(self.command, self.context)
        return [option for group in groups.values() for option in group]

    @property
    def arguments(self) -> list[Any]:
        """The positional arguments."""
        parameters = self.command.get_params(self.context)
        return [each for each in parameters if each.param_type_name == "argument"]

    def help_and_examples(self) -> tuple[str, list[str]]:
        """The command's help, and the command lines of its examples."""
        return help_.text_and_examples(self.command)


def commands() -> Iterator[Documented]:
    """Every command: the root first, and each command before its subcommands."""
    root = build()
    yield Documented("", root, root.help.strip())
    for name, verb in VERBS.items():
        command = load(name)
        yield Documented(name, command, verb.summary)
        for below, one in getattr(command, "commands", {}).items():
            summary = one.get_short_help_str(limit=100).rstrip(".")
            yield Documented(f"{name} {below}", one, summary)


def tree() -> str:
    """The text of tree.py."""
    entries = {each.path: _entry(each) for each in commands()}
    source = (
        '"""The commands as completion knows them. Made by: make generate; don\'t edit."""\n\n'
        "from __future__ import annotations\n\n"
        "TYPE_CHECKING = False  # typing's own would be imported at every press of a key\n"
        "if TYPE_CHECKING:\n"
        "    from kubectl_connector.completion.complete import Tree\n\n"
        f"TREE: Tree = {entries!r}\n\n"
        f"SETTINGS: dict[str, tuple[str, ...]] = {SETTINGS!r}\n\n"
        f"ALIASES: dict[str, str] = {ALIASES!r}\n"
    )
    return _laid_out(TREE, source)


def _laid_out(path: Path, source: str) -> str:
    ruff = [str(Path(sys.executable).parent / "ruff"), "format", "--stdin-filename", str(path), "-"]
    done = subprocess.run(ruff, input=source, capture_output=True, text=True, check=True)
    return done.stdout


def everyday() -> str:
    """The text of everyday.py."""
    verbs = {name: _quick_verb(name) for name in EVERYDAY_VERBS}
    aliases = {alias: name for alias, name in ALIASES.items() if name in EVERYDAY_VERBS}
    source = (
        '"""The everyday verbs as quick.py reads them. Made by: make generate; don\'t edit."""\n\n'
        "from __future__ import annotations\n\n"
        "from typing import TYPE_CHECKING\n\n"
        "if TYPE_CHECKING:\n"
        "    from kubectl_connector.cli.quick import Verb\n\n"
        f"EVERYDAY: dict[str, Verb] = {verbs!r}\n\n"
        f"ALIASES: dict[str, str] = {aliases!r}\n"
        '"""The verbs by their other names."""\n\n'
        f"ROOT = {_root()!r}\n"
        '"""The usage, the meaning and the rows of --help."""\n'
    )
    return _laid_out(EVERYDAY, source)


def _root() -> tuple[Any, ...]:
    """What ``--help`` of the whole program shows."""
    root = next(commands())
    options = help_.option_groups(root.command, root.context)
    groups = {
        **root.command.command_groups(root.context),
        **{
            title: [help_.option_row(option, root.context) for option in rows]
            for title, rows in options.items()
        },
    }
    words = " ".join(root.command.collect_usage_pieces(root.context))
    rows = tuple((title, tuple(rows)) for title, rows in groups.items())
    return f"Usage: {main.PROGRAM} {words}", root.command.help.strip(), rows


def _quick_verb(name: str) -> tuple[Any, ...]:
    """What quick.py may read of a verb; SystemExit where a declaration says more than it knows."""
    options: dict[str, Any] = {}
    arguments = []
    is_text = False
    for parameter in load(name).params:
        if parameter.envvar or (parameter.callback and parameter.name != quick.VERBOSE):
            raise SystemExit(f"{name}: quick.py knows no variable and no callback ({parameter})")
        if parameter.param_type_name == "argument":
            arguments.append((parameter.name, parameter.required, parameter.nargs == -1))
            is_text = parameter.type.name in _TEXT
        else:
            options |= _quick_option(parameter)
    if len(arguments) > 1 or (arguments and not is_text):
        raise SystemExit(f"{name}: quick.py knows one argument, of text")
    return VERBS[name].module, options, arguments[0] if arguments else None


def _quick_option(option: Any) -> dict[str, Any]:
    """An option by its names; nothing of one that only typer can read."""
    if option.prompt or option.required:
        raise SystemExit(f"quick.py knows no option that has to be given: {option}")
    of_type = option.type.name
    kind, bound = None, None
    if option.name == quick.VERBOSE:
        kind, bound = quick.VERBOSE, True
    elif option.is_flag and of_type == "boolean":
        kind, bound = quick.FLAG, True
    elif of_type in _TEXT and option.nargs == 1:
        kind = quick.TEXTS if option.multiple else quick.TEXT
    if kind is None or option.count:
        return {}
    entries = dict.fromkeys(sorted(option.opts), (option.name, kind, bound))
    return entries | dict.fromkeys(option.secondary_opts, (option.name, kind, False))


def _entry(each: Documented) -> tuple[Any, ...]:
    options = tuple(
        (
            tuple(sorted(option.opts, key=len) + option.secondary_opts),  # --help's order varies
            _kind_of_option(each, option),
            option.multiple,
            option.help.split(". ")[0].split("; ")[0].rstrip("."),
        )
        for option in each.options
    )
    arguments = tuple(
        (_kind_of_argument(each, argument), argument.nargs == -1) for argument in each.arguments
    )
    return each.summary, options, arguments


def _kind_of_option(each: Documented, option: Any) -> Any:
    if option.is_flag:
        return None
    names = [name for name in option.opts if name.startswith("--")]
    if "--output" in names:
        return _OUTPUTS.get(each.path, _FORMATS)
    for name in names:
        if name in _OPTIONS:
            return _OPTIONS[name]
    if option.metavar not in _METAVARS:
        raise SystemExit(f"{each.path} {names[0]}: packaging/reference.py knows no values for it")
    return _METAVARS[option.metavar]


def _kind_of_argument(each: Documented, argument: Any) -> Any:
    if each.path == "register":
        return FREE  # a new name
    return _ARGUMENTS[argument.metavar.strip("[].")]


def reference() -> str:
    """The text of docs/reference.md."""
    everything = list(commands())
    lines = [
        "# Reference",
        "",
        "Made from the commands themselves (`make generate`); `kubectl connector COMMAND --help`"
        " says the same. Options that every command has: `-v`, `--verbose` shows details and the"
        " causes of errors, never a secret; `-h`, `--help`.",
        "",
        "| command | |",
        "|---|---|",
    ]
    for each in everything[1:]:
        if not hasattr(each.command, "commands"):
            lines.append(f"| [`{each.path}`](#{each.path.replace(' ', '-')}) | {each.summary} |")
    for each in everything[1:]:
        if not hasattr(each.command, "commands"):
            lines += _section(each)
    return "\n".join([*lines, "", _around()])


def _around() -> str:
    """What is no command: the text of reference.md, with the tables that the code knows."""
    text = AROUND.read_text(encoding="utf-8")
    for name, rows in {
        "settings": _settings(),
        "exit codes": _exit_codes(),
        "python": _python(),
    }.items():
        text = text.replace(f"<!-- {name} -->", "\n".join(rows))
    return text


def _settings() -> Iterator[str]:
    yield from ("| setting | | default |", "|---|---|---|")
    for name, setting in {**OWN, **store_settings()}.items():
        yield f"| `{name}` | {_markdown(setting.meaning)} | `{setting.default}` |"


def _exit_codes() -> Iterator[str]:
    yield from ("| code | meaning |", "|---|---|", "| 0 | done |")
    meanings = {error.exit_code: _first_sentence(error) for error in reversed(_errors())}
    meanings[ConnectorError.exit_code] = "It failed, for a reason that no other code has."
    for code, meaning in sorted(meanings.items()):
        yield f"| {code} | {meaning} |"
    yield f"| {main.INTERRUPTED} | interrupted: Ctrl-C, or SIGTERM |"


def _errors() -> list[type[ConnectorError]]:
    """The classes of errors.py, the general before the special."""
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    return [each for each in found if issubclass(each, ConnectorError)]


def _python() -> Iterator[str]:
    yield from ("| name | |", "|---|---|")
    for name in kubectl_connector.__all__:
        value = getattr(kubectl_connector, name)
        if isinstance(value, str):
            yield f"| `{name}` | The version of this package. |"
        elif isinstance(value, type):
            code = f" Exit code {value.exit_code}." if issubclass(value, ConnectorError) else ""
            yield f"| `{name}` | {_first_sentence(value)}{code} |"
        else:
            signature = str(inspect.signature(value)).replace("'", "")
            yield f"| `{name}{signature}` | {_first_paragraphs(value)} |"


def _first_sentence(value: Any) -> str:
    return _plain(inspect.getdoc(value) or "").split("\n\n")[0].replace("\n", " ")


def _first_paragraphs(value: Any) -> str:
    """The docstring up to its example."""
    text = _plain(inspect.getdoc(value) or "").partition(">>>")[0].strip()
    return " ".join(text.split())


def _plain(text: str) -> str:
    """A docstring in Markdown: one backtick for two."""
    return _markdown(text.replace("``", "`"))


def _section(each: Documented) -> Iterator[str]:
    text, examples = each.help_and_examples()
    words = [f"{main.PROGRAM} {each.path}", *help_.usage(each.command, each.context)]
    yield from ("", f"## {each.path}", "", "```sh", " ".join(words), "```", "")
    yield from (_markdown(text), "")
    yield from ("```sh", *examples, "```")
    rows = [("", row) for row in help_.arguments(each.command, each.context)]
    for title, options in help_.option_groups(each.command, each.context).items():
        own = [option for option in options if not {"--help", "--verbose"} & set(option.opts)]
        rows += [(title, help_.option_row(option, each.context)) for option in own]
    rows += [(title, row) for title, found in each.command.sections().items() for row in found]
    if rows:
        yield from ("", "| | | |", "|---|---|---|")
    previous = ""
    for title, (names, meaning) in rows:
        shown = title if title != previous else ""
        previous = title
        yield f"| {shown} | `{names.replace('|', chr(92) + '|')}` | {_markdown(meaning)} |"


def _markdown(text: str) -> str:
    """The text with the characters escaped that Markdown would take for markup."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


if __name__ == "__main__":
    TREE.write_text(tree(), encoding="utf-8")
    EVERYDAY.write_text(everyday(), encoding="utf-8")
    REFERENCE.write_text(reference(), encoding="utf-8")
