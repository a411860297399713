"""How programs that give credentials are found and run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from types import MappingProxyType

from kubectl_connector import log
from kubectl_connector.child_environment import child_environment
from kubectl_connector.errors import ConnectorError
from kubectl_connector.model.kubeconfig import ExecConfig


def find_program(stanza: ExecConfig) -> str:
    """The path of the program that a stanza names, as kubectl finds it (X12, X13).

    Raises ConnectorError with the stanza's own install hint where it is missing.
    """
    found = shutil.which(stanza.command)
    if found and os.path.dirname(stanza.command) == "" and not os.path.isabs(found):
        found = None  # a relative entry of PATH: kubectl refuses those
    if not found:
        raise ConnectorError(
            f"the program {stanza.command} is not installed, or not on the PATH",
            " ".join((stanza.install_hint or "").split())
            or "install it, or give its full path in the kubeconfig",
        )
    return found


def answer_of(
    stanza: ExecConfig,
    called: str,
    interactive: bool,
    timeout: float,
    extra: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int, bytes]:
    """Run the program that a stanza names; its exit code, and what it printed.

    Messages call it ``called``, such as "exec plugin". ``extra`` variables are added to its
    environment. Its errors go to the user's stderr. Raises ConnectorError where it is missing,
    can't be run or takes too long.
    """
    program = find_program(stanza)
    env = child_environment(program, os.environ) | dict(stanza.env) | dict(extra)
    log.info("running %s", program)
    try:
        return output_of([program, *stanza.args], env, interactive, timeout)
    except subprocess.TimeoutExpired:
        raise ConnectorError(
            f"the {called} {stanza.command} gave no answer in {timeout:g} s",
            "run it by hand to see what it waits for",
        ) from None
    except OSError as error:
        raise ConnectorError(
            f"the {called} {program} can't be run: {error.strerror}",
            "check the file and its mode",
        ) from None


def output_of(
    command: list[str], env: Mapping[str, str], interactive: bool, timeout: float
) -> tuple[int, bytes]:
    """Run a program, and return its exit code and its output.

    A program that may ask a person has no time limit. Any other program gets a session of its own,
    so that it can be killed with its children; TimeoutExpired where it takes too long.
    """
    process = subprocess.Popen(
        command,
        env=env,
        stdin=None if interactive else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=not interactive,
    )
    try:
        output, _ = process.communicate(timeout=None if interactive else timeout)
    except BaseException:  # Ctrl-C is one, too
        if interactive or os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    return process.returncode, output
