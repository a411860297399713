"""Several connectors at once, and output formats, through the real kubectl."""

from __future__ import annotations

from tests.e2e.terminal import Terminal


def test_several_connectors_through_kubectl(registered: Terminal) -> None:
    terminal = registered
    before = terminal.home.kubeconfig.read_bytes()
    terminal.connector("update", "prod", "--label", "team=payments")
    for name in ("prod-eu", "old"):
        terminal.connector("register", name, "--auto-configure", "--store", "file", "--no-verify")
    terminal.connector("update", "old", "--label", "team=shop")

    assert (
        "no connector matches -l team=x" in terminal.run("connector", "list", "-l", "team=x").stderr
    )
    assert terminal.refused("list", "-l", "team in x").code == 2
    assert terminal.refused("verify", "-l", "team=x").code == 3
    terminal.connector("verify", "prod*", "old")

    terminal.connector("login", "-l", "team notin (shop)")
    assert terminal.current_context() == "prod-eu"
    assert terminal.who_am_i("--context", "prod") == "jane@example.com"
    terminal.connector("logout", "prod*")
    assert terminal.home.kubeconfig.read_bytes() == before

    terminal.connector("delete", "-l", "team", "--yes")
    template = '{range .items[*]}{.name}{"\\n"}{end}'
    assert terminal.connector("list", "-o", f"jsonpath={template}") == "prod-eu\n"


def test_a_pipe_gets_an_error_and_no_picker(registered: Terminal) -> None:
    for verb in ("login", "logout", "describe", "verify", "delete"):
        refusal = registered.refused(verb)
        assert (refusal.code, refusal.error.split("?")[0]) == (2, "which connector")
        assert refusal.hint.startswith(f"kubectl connector {verb} NAME")


def test_templates_and_columns_mean_what_they_mean_to_kubectl(registered: Terminal) -> None:
    """The same template, of a list of ours and of a list of kubectl's."""
    template = "jsonpath={.items[0].kind}{.items[-1:].nothing}|{.kind}"
    assert registered.connector("list", "-o", template) == "|ConnectorList"
    columns = "custom-columns=NAME:.name,NONE:.nothing.at.all"
    assert registered.connector("list", "-o", columns) == "NAME   NONE\nprod   <none>\n"
    assert (
        registered.connector("list", "-o", "custom-columns=NAME:.name", "--no-headers") == "prod\n"
    )
    refusal = registered.refused("list", "-o", "jsonpath={.items[")
    assert (refusal.code, "a [ is not closed" in refusal.error) == (2, True)
