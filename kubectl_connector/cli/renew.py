"""``renew``: fresh credentials, whatever it takes for each connector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, ParamSpec, TypeVar

import typer

from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import find
from kubectl_connector.cli import choice, console, environment, form, program, views
from kubectl_connector.cli.options import (
    WHICH,
    NamesArgument,
    NoVerifyOption,
    SelectorOption,
    TimeoutOption,
    WhichExpiringOption,
    auth_values,
    method_fields,
    with_options_of,
)
from kubectl_connector.durations import ago, span_given
from kubectl_connector.errors import ConnectorError, UsageError
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, display_path
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.field import Field
from kubectl_connector.model.kubeconfig import api_version_called
from kubectl_connector.operations.login import LoginRequest, login
from kubectl_connector.operations.overview import Listed, overview
from kubectl_connector.operations.renew import (
    Renewal,
    Renewed,
    Way,
    base_method,
    check_given,
    plan_renewal,
    renew,
    way_of,
)
from kubectl_connector.operations.renewal import noun
from kubectl_connector.operations.several import UNFORESEEN, at_once, unforeseen
from kubectl_connector.operations.spec import NOTHING, Changes
from kubectl_connector.operations.workspace import Workspace

Given = ParamSpec("Given")
Result = TypeVar("Result")


def secret_fields() -> dict[str, Field]:
    """The secrets of all methods that can be given on a command line, by name."""
    return {name: field for name, field in method_fields().items() if field.secret}


@partial(with_options_of, secret_fields())
def command(
    names: NamesArgument = None,
    selector: SelectorOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="Renew every connector.", rich_help_panel=WHICH)
    ] = False,
    expiring: WhichExpiringOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    no_verify: NoVerifyOption = False,
    timeout: TimeoutOption = environment.DEFAULT_TIMEOUT,
    **given: Any,
) -> int:
    """Get fresh credentials, in the way of each connector.

    What is issued on demand is issued anew. A connector that was made from a context takes what
    that one has now. For any other you are asked for the new secret, or give it with an option.
    Contexts that hold a credential get the new one too. --expiring picks those whose credential
    ends within a time, or has ended.

    Several clusters are asked at once. Where one fails, the others are still renewed; the exit code
    is the highest. Without a name you pick one at a terminal.

    Examples:
      kubectl connector renew prod
      kubectl connector renew --expiring 7d --dry-run
      print-token | kubectl connector renew ci --token-stdin

    """
    within = None if expiring is None else span_given("--expiring", expiring)
    workspace, files = environment.workspace(timeout), environment.kubeconfigs()
    said = choice.choice_of(names, selector, every or not (names or selector or within is None))
    wanted = choice.chosen("renew", workspace, files, said)
    now = workspace.now()
    chosen = _listed(workspace, files, wanted)
    if within is not None:
        chosen = [each for each in chosen if each.connector.ends_within(within, now)]
    if not chosen:
        ends = f"no credential has ended, or ends within {expiring}"
        console.note(ends if wanted else choice.NONE_YET)
        return 0
    secrets = Changes(credential=auth_values(given, secret_fields()))
    if secrets and len(chosen) > 1:
        raise UsageError(
            f"a secret is of one connector, and these are {len(chosen)}", "name that one alone"
        )
    ways = {each.connector.name: way_of(each.connector, now, within) for each in chosen}
    if secrets:
        check_given(chosen[0].connector, secrets)
        ways[chosen[0].connector.name] = Way.SECRET
    if dry_run:
        for each in chosen:
            console.say(_would(each, ways[each.connector.name]))
        return 0
    return _Run(workspace, files, not no_verify, alone=not said.several).run(chosen, ways, secrets)


def _listed(workspace: Workspace, files: KubeconfigFiles, names: list[str]) -> list[Listed]:
    """The connectors of these names; NotFoundError before anything is done."""
    listed = overview(workspace, files).listed
    by_name = {each.connector.name: each for each in listed}
    connectors = tuple(each.connector for each in listed)
    return [by_name[find(connectors, name).name] for name in names]


class _Run:
    """One renewal of some connectors: what failed is told at its place, and the rest goes on."""

    def __init__(
        self, workspace: Workspace, files: KubeconfigFiles, verify: bool, alone: bool
    ) -> None:
        self._workspace = workspace
        self._files = files
        self._verify = verify
        self._alone = alone

    def run(self, chosen: list[Listed], ways: Mapping[str, Way], given: Changes) -> int:
        """Renew them; the exit code."""
        plans = [self._tried(self._plan, each, ways[each.connector.name], given) for each in chosen]
        good = [plan for plan in plans if isinstance(plan, Renewal)]
        done = dict(zip((plan.connector.name for plan in good), self._renew(good), strict=True))
        codes = [0]
        for each, plan in zip(chosen, plans, strict=True):
            outcome = done[plan.connector.name] if isinstance(plan, Renewal) else plan
            code = (
                self._tried(self._finish, each, outcome)
                if isinstance(outcome, Renewed)
                else outcome
            )
            if isinstance(code, ConnectorError):
                if self._alone:
                    raise code
                console.complain(_named(code, each.connector.name))
                code = code.exit_code
            codes.append(code)
        return max(codes)

    def _renew(self, plans: list[Renewal]) -> list[Renewed | ConnectorError]:
        def one(workspace: Workspace, plan: Renewal) -> Renewed | ConnectorError:
            name = plan.connector.name
            try:
                return self._tried(renew, workspace, plan, self._files, self._verify)
            except UNFORESEEN as error:
                if self._alone:
                    raise
                return unforeseen(name, error, f"renew {name}")

        return at_once(self._workspace, one, plans) if plans else []

    def _plan(self, each: Listed, way: Way, given: Changes) -> Renewal:
        connector = each.connector
        if way is Way.SECRET and not given:
            given = form.new_secrets(connector)
        return plan_renewal(self._workspace, connector, way, self._files, given or NOTHING)

    def _finish(self, each: Listed, renewed: Renewed) -> int:
        """Bring the contexts up to date that hold a credential, and say what was done."""
        name = renewed.connector.name
        if renewed.pending:
            console.say(f'"{name}" is not renewed yet')
            console.note(views.pending(renewed.pending))
            return views.exit_code(renewed.pending)
        if each.embedded and not renewed.unchanged:
            login(self._workspace, name, self._request())
        console.say(_sentence(each, renewed, self._workspace))
        return 0

    def _request(self) -> LoginRequest:
        """Bring all contexts up to date as they are, and make none current."""
        command = program.command("auto")
        settings = environment.settings().values("login.mode", "login.exec-api-version")
        return LoginRequest(
            self._files,
            set_current=False,
            default_mode=settings["login.mode"],
            program=command,
            program_env=program.needed_environment(command),
            api_version=api_version_called(settings["login.exec-api-version"]),
            anew=False,
        )

    @staticmethod
    def _tried(
        work: Callable[Given, Result], *arguments: Given.args, **named: Given.kwargs
    ) -> Result | ConnectorError:
        try:
            return work(*arguments, **named)
        except ConnectorError as error:
            return error


def _named(error: ConnectorError, name: str) -> ConnectorError:
    about = "" if f'"{name}"' in error.message else f"{name}: "
    return ConnectorError(f"{about}{error.message}", error.hint)


def _sentence(each: Listed, renewed: Renewed, workspace: Workspace) -> str:
    connector, now = renewed.connector, workspace.now()
    end = connector.issued_until or connector.expires_at
    ends = f", ends {ago(end, now)}" if end else ""
    if renewed.unchanged:
        return f'Connector "{connector.name}" unchanged: there is no newer {noun(connector)}{ends}'
    also = f"; contexts brought up to date: {', '.join(each.embedded)}" if each.embedded else ""
    return f'Renewed "{connector.name}" ({noun(connector)}{ends}){also}'


def _would(each: Listed, way: Way) -> str:
    """What a dry run says of one."""
    connector = each.connector
    also = f", and bring up to date: {', '.join(each.embedded)}" if each.embedded else ""
    return f'"{connector.name}": would {_step(connector, way)}{also}'


def _step(connector: Connector, way: Way) -> str:
    origin = connector.origin
    if way is Way.CONTEXT and origin:
        return f'look at context "{origin.context}" in {display_path(origin.kubeconfig)} again'
    if way is Way.SECRET:
        return f"ask for the new {base_method(connector).noun}"
    method = auth_method(connector.auth_method)
    runs = method.runs(connector.configuration)
    return f"run {runs.command}" if runs and not method.needs_base else f"issue a new {method.noun}"
