"""Which connectors a verb works on, and how it works on several: one way for all verbs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from kubectl_connector.cli import console
from kubectl_connector.errors import ConnectorError, NotFoundError, UsageError
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.operations.choose import Choice, choose
from kubectl_connector.operations.workspace import Workspace

if TYPE_CHECKING:  # most choices are names
    from kubectl_connector.model.selector import Selector
    from kubectl_connector.operations.overview import Listed

NONE_YET = "no connectors yet: kubectl connector register NAME --auto-configure"
"""Said in place of a table without rows."""

_TAKES_ALL = ("logout", "renew", "verify")


def selector_of(texts: Sequence[str]) -> Selector | None:
    """What every ``-l`` says, together; None: nothing. UsageError for one that is no selector."""
    if not texts:
        return None
    from kubectl_connector.model.selector import Selector, parse_selector

    # kubectl takes -l=team=a too, of which the command line hands us "=team=a".
    parsed = [parse_selector(text.removeprefix("=")) for text in texts]
    requirements = tuple(each for one in parsed for each in one.requirements)
    text = ",".join(one.text for one in parsed if one.text)
    return Selector(text, requirements) if requirements else None


def choice_of(
    names: Sequence[str] | None, selector: Sequence[str] | None, every: bool = False
) -> Choice:
    """What was said; UsageError where it contradicts itself."""
    quoted = ", ".join(f'"{name}"' for name in names or ())
    said = {quoted: names, "-l": selector is not None, "--all": every}
    given = [what for what, is_given in said.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} exclude each other", "leave one of them out")
    wanted = selector_of(selector or ())
    if selector is not None and not wanted:
        raise UsageError(
            "the selector of -l is empty", "write it like -l team=payments; a variable may be unset"
        )
    return Choice(tuple(names or ()), wanted, every)


def chosen(
    verb: str,
    workspace: Workspace,
    files: KubeconfigFiles,
    choice: Choice,
    others: Collection[str] = (),
) -> list[str]:
    """The names of the connectors to work on; a person is asked where none was said.

    One that was said by name may not exist. ``others`` are names that count though no connector
    has them. Raises NotFoundError for anything else that is not there, and UsageError where
    nobody can be asked.
    """
    if choice.by_name:
        return list(choice.words)
    if choice.several:
        return choose(workspace.catalog.load(), choice, others)
    if not console.at_terminal():
        raise which(verb)
    return [_picked(verb, workspace, files)]


def which(verb: str) -> UsageError:
    """The error where no connector was said and nobody can be asked."""
    hint = f"kubectl connector {verb} NAME; all names: kubectl connector list"
    takes = "names, globs, -l or --all" if verb in _TAKES_ALL else "names, globs or -l"
    return UsageError(f"which connector? {verb} takes {takes}", hint)


def for_each(names: Sequence[str], work: Callable[[str], None]) -> int:
    """Work on each, and return the exit code: that of the first failure.

    Where one of several fails, that is reported, and the others are still worked on.
    """
    if len(names) == 1:
        work(names[0])
        return 0
    codes = [0]
    for name in names:
        try:
            work(name)
        except ConnectorError as error:
            about = "" if f'"{name}"' in error.message else f"{name}: "
            console.complain(ConnectorError(f"{about}{error.message}", error.hint))
            codes.append(error.exit_code)
    return next(filter(None, codes), 0)


def _picked(verb: str, workspace: Workspace, files: KubeconfigFiles) -> str:
    """The connector that a person picks; NotFoundError where there is none to pick."""
    from kubectl_connector.cli import picker, views
    from kubectl_connector.operations.overview import overview

    listed = overview(workspace, files).listed
    if not listed:
        raise NotFoundError(
            "there is no connector yet", "kubectl connector register NAME --auto-configure"
        )
    if verb == "logout":
        listed = tuple(each for each in listed if each.contexts)
        if not listed:
            raise NotFoundError("no connector is logged in", "kubectl connector list")
    now = workspace.now()

    def cells(each: Listed) -> tuple[str, ...]:
        current = "*" if each.current else ""
        connector = each.connector
        return connector.name, connector.cluster_name, views.expires(connector, now), current

    return picker.pick(f"Connector to {verb}", [cells(each) for each in listed])
