"""A token that a program prints, such as a password manager's: a reference is kept, and no copy."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_connector import jwt, secret_looking
from kubectl_connector.auth._bearer import is_token
from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind, IssueRequest, Material
from kubectl_connector.auth.programs import answer_of
from kubectl_connector.errors import ConnectorError, RefusedError, UsageError
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import ExecConfig
from kubectl_connector.model.secret import Credential, Secret

TOKEN_FROM = "token_from"  # noqa: S105 (a field's name)


class _Command(AuthMethod):
    name = "command"
    title = "Token command"
    summary = "A token that a program prints, such as a password manager's; never kept here."
    renews_itself = True
    can_embed = False  # it is there to have no copies
    fields = (
        Field(
            TOKEN_FROM,
            "a command that prints the token, such as 'op read op://…'; run at each use, no shell",
            metavar="COMMAND",
            question="Command that prints the token (such as: op read op://vault/item/token)",
        ),
        Field(
            "hidden values",
            "arguments that look like secrets",
            FieldKind.DERIVED,
            secret=True,
            required=False,
        ),
    )

    @property
    def noun(self) -> str:
        return "token"

    def build(self, values: Mapping[str, str]) -> Material:
        """Keep the command as a list of words; those that look like secrets go to the store."""
        program, *args = _words(values[TOKEN_FROM])
        shown, hidden = _split(args)
        configuration = {TOKEN_FROM: [_full_path(program), *shown]}
        return Material(configuration, Secret({f"arg {i}": text for i, text in hidden.items()}))

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        """What the program prints now: one line, which is the token."""
        stanza = _stanza(configuration, secret)
        code, output = answer_of(stanza, "program", request.interactive, request.timeout)
        shown = _shown(configuration)
        if code:
            raise RefusedError(
                f"the program {stanza.command} gave no token (exit status {code})",
                f"what it says stands above; run it by hand: {shown}",
            )
        token = _one_line(output, stanza.command, shown)
        return Credential(token=token, expires_at=jwt.expiry(token))

    def runs(self, configuration: Mapping[str, Any]) -> ExecConfig | None:
        return _stanza(configuration, Secret())

    def renewal(self, connector: Connector) -> str:
        return f"put a fresh token where it is read from: {_shown(connector.configuration)}"

    def identity(self, configuration: Mapping[str, Any]) -> str | None:
        """Whoever the token names; the program is not run for it."""
        return f"whoever the token of {os.path.basename(configuration[TOKEN_FROM][0])} names"

    def describe(self, configuration: Mapping[str, Any]) -> Mapping[str, str]:
        return {TOKEN_FROM: _shown(configuration)}


def _words(text: str) -> list[str]:
    """The words of a command, as a shell reads them; UsageError where it would take a shell."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    if os.name == "nt":
        lexer.escape = ""  # C:\Programs\op.exe
    try:
        words = list(lexer)
    except ValueError:
        raise UsageError(
            "--token-from has a quote that is not closed",
            "quote it as in a shell: --token-from 'op read \"op://my vault/item/token\"'",
        ) from None
    if not words or not words[0]:
        raise UsageError("--token-from names no program", f"for example: {_EXAMPLE}")
    if sign := _shell_sign(text) or _assignment(words[0]):
        raise UsageError(
            f'no shell runs the command of --token-from, so "{sign}" can\'t be in it',
            "put the command into a script, and give that: --token-from ~/bin/print-token",
        )
    if any(map(secret_looking.is_surely_secret, words)):
        raise UsageError(
            "the command of --token-from has a secret in it, which everybody could read there",
            f"give a token itself with --token-stdin; a command only says where it is: {_EXAMPLE}",
        )
    return words


_EXAMPLE = "--token-from 'op read op://vault/item/token'"
_PIECES = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|.""", re.DOTALL)
_SIGNS = re.compile(r"[|&;<>()`*]|\$[\w({@*#?$!-]|(?<=\s)~")
"""No ``?``: references of password managers have it, and shells leave it where no file fits."""
_SIGNS_IN_QUOTES = re.compile(r"`|\$[\w({@*#?$!-]")


def _shell_sign(text: str) -> str:
    """What a shell would not take literally, such as ``|``; empty: nothing."""
    pieces = _PIECES.findall(text)
    bare = "".join(piece if len(piece) == 1 else " " for piece in pieces)
    quoted = " ".join(piece.replace("\\$", "") for piece in pieces if piece.startswith('"'))
    found = _SIGNS.search(bare) or _SIGNS_IN_QUOTES.search(quoted)
    return found[0] if found else ""


def _assignment(word: str) -> str:
    """The variable that a first word sets, in a shell; empty: it is a program."""
    found = re.match(r"\w+=", word)
    return found[0] if found else ""


_REFERENCES = {"--secret", "--secret-id", "--secret-name"}
"""Options of the clouds' programs that name a secret and do not hold one."""


def _split(args: Sequence[str]) -> tuple[list[str], dict[int, str]]:
    """The arguments to show, and those to hide, by position."""
    shown, hidden = secret_looking.split_args(args)
    for position, arg in list(hidden.items()):
        flag, equals, value = arg.partition("=")
        if not equals:
            flag, value = args[position - 1] if position else "", arg
        if flag in _REFERENCES and not secret_looking.in_text(value):
            del hidden[position]
    return [shown[i] if i in hidden else arg for i, arg in enumerate(args)], hidden


def _full_path(program: str) -> str:
    """The program by a path that is good in every folder, or by its name alone."""
    program = os.path.expanduser(program)
    return os.path.abspath(program) if os.path.dirname(program) else program


def _stanza(configuration: Mapping[str, Any], secret: Secret) -> ExecConfig:
    """The command with its secret arguments put back in."""
    program, *args = configuration[TOKEN_FROM]
    return ExecConfig(
        program,
        tuple(secret.get(f"arg {i}", arg) for i, arg in enumerate(args)),
        install_hint="install it, or name another: kubectl connector update NAME --token-from …",
    )


def _shown(configuration: Mapping[str, Any]) -> str:
    """The command for people."""
    return shlex.join(configuration[TOKEN_FROM])


def _one_line(output: bytes, program: str, shown: str) -> str:
    """The token in a program's output; ConnectorError that does not quote it."""
    try:
        text = output.decode("ascii")
    except UnicodeDecodeError:
        text = " "  # no token: it is not chained, as it holds the output
    text = text.removesuffix("\n").removesuffix("\r")
    if is_token(text):
        return text
    if not text.strip() and not output.strip():
        wrong = "printed nothing"
    elif "\n" in text:
        wrong = "printed more than one line"
    else:
        wrong = "printed something with blanks or signs that no token has"
    raise ConnectorError(
        f"the program {program} {wrong}",
        f"it must print the bare token and nothing else; run it by hand: {shown}",
    )


METHOD = _Command()
