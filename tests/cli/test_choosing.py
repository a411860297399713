"""Several connectors at once: names, globs, selectors; and what is printed of them."""

from __future__ import annotations

import json

import pytest

from kubectl_connector.cli.main import run
from tests.apiserver import ApiServer
from tests.cli.test_commands import fails, succeeds
from tests.conftest import Home

Capture = pytest.CaptureFixture[str]


def current(home: Home) -> str:
    lines = home.kubeconfig.read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("current-context:"))


def contexts(capsys: Capture) -> set[str]:
    """The contexts that login has made."""
    return set(succeeds(capsys, "list", "-o", "jsonpath={.items[*].status.contexts[*]}").split())


def break_secret_of(home: Home, name: str) -> None:
    """Let the connector refer to an item that is not in the store."""
    catalog = home.connector_home / "connectors.yaml"
    before, of_it, after = catalog.read_text().partition(f"name: {name}\n")
    start = after.index("secretRef: ") + len("secretRef: ")
    ref = after[start : after.index("\n", start)]
    catalog.write_text(before + of_it + after.replace(ref, "00000000-0000-4000-8000-000000000000"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-l", "team=payments"), "prod-eu prod-us"),
        (("-l", "team=payments,tier!=1"), "prod-us"),
        (("--selector", "env in (dev,prod),tier notin (2)"), "dev prod-eu"),
        (("-l", "!team"), "old-2"),
        (("-l=team=payments", "-o=name"), "prod-eu prod-us"),
        (("-l", "team", "-l", "!env"), "old-1"),
        (("--label", "team=payments", "--label", "tier=1"), "prod-eu"),
        (("-l", ""), "dev old-1 old-2 prod-eu prod-us"),
        (("--sort-by", ".labels.tier", "-l", "tier"), "prod-eu prod-us"),
        (("--sort-by", ".nothing", "-l", "team=none"), ""),
    ],
)
def test_what_is_listed(
    crowd: Home, capsys: Capture, words: tuple[str, ...], expected: str
) -> None:
    assert succeeds(capsys, "list", "-o", "name", *words).split() == expected.split()


def test_nothing_found_says_what_was_asked_for(crowd: Home, capsys: Capture) -> None:
    assert run(["list", "-l", "team=nobody"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "no connector matches -l team=nobody\n")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("verify", "-l", "team=nobody"), 3, "no connector matches -l team=nobody"),
        (("verify", "test-*"), 3, 'no connector matches "test-*"'),
        (("describe", "dev", "dve"), 3, 'no connector named "dve"'),
        (("login", "dev", "dve"), 3, 'no connector named "dve"'),
        (("logout", "dev", "dve"), 3, 'no connector named "dve"'),
        (("delete", "dev", "dve", "--yes"), 3, 'no connector named "dve"'),
        (("delete", "dev", "--yes", "-l", "team=shop"), 2, '"dev" and -l exclude each other'),
        (("verify", "--all", "dev"), 2, '"dev" and --all exclude each other'),
        (("logout", "--all", "-l", "team"), 2, "-l and --all exclude each other"),
        (("delete", "-l", "", "--yes"), 2, "the selector of -l is empty"),
        (("login", "-l", "team=a b"), 2, '"team=a b" is not a selector: expected a comma'),
        (("list", "-l", "team in a"), 2, '"team in a" is not a selector: expected (, found "a"'),
        (("login", "prod-*", "--context", "x"), 2, "--context names one context, and these are 2"),
        (("login",), 2, "which connector? login takes names, globs or -l"),
        (("logout",), 2, "which connector? logout takes names, globs, -l or --all"),
        (("describe",), 2, "which connector? describe takes names, globs or -l"),
        (("verify",), 2, "which connector? verify takes names, globs, -l or --all"),
        (("delete", "--yes"), 2, "which connector? delete takes names, globs or -l"),
        (("list", "-o", "jsonpath={.items[}"), 2, "the JSONPath {.items[}: a [ is not closed"),
        (("list", "-o", "jsonpath={.items[9]}"), 2, "there is no [9], the list has 5"),
        (("list", "-o", "jsonpath"), 2, "-o jsonpath needs TEMPLATE"),
        (("list", "-o", "json="), 2, "-o json takes nothing after it"),
        (("list", "-o", "json={.x}"), 2, "-o json takes nothing after it"),
        (("list", "-o", "custom-columns=NAME"), 2, '"NAME" is not a column'),
        (("list", "-o", "custom-columns=NAME:{"), 2, '"{" is not a path'),
        (("list", "--sort-by", ".nothing"), 2, "nothing has {.nothing}"),
        (("list", "--sort-by", ".labels"), 2, "{.labels} has no order"),
        (("describe", "[!" * 30_000), 2, "a glob has at most 253 characters"),
        (("verify", "--all", "-o", "jsonpath={"), 2, "the JSONPath {: a { is not closed"),
    ],
)
def test_what_can_not_be_done_changes_nothing(
    crowd: Home, capsys: Capture, words: tuple[str, ...], code: int, message: str
) -> None:
    def everything() -> list[bytes]:
        paths = [*crowd.connector_home.rglob("*"), crowd.kubeconfig]
        return [path.read_bytes() for path in sorted(paths) if path.is_file()]

    before = everything()
    failed, said, _ = fails(capsys, *words)
    assert (failed, message in said) == (code, True), said
    assert everything() == before


def test_an_output_that_is_wrong_is_said_before_a_cluster_is_asked(
    crowd: Home, server: ApiServer, capsys: Capture
) -> None:
    asked = len(server.requests)
    fails(capsys, "verify", "--all", "-o", "jsonpath={.")
    assert len(server.requests) == asked


def test_several_are_verified_at_once(crowd: Home, capsys: Capture) -> None:
    assert succeeds(capsys, "verify", "prod-*", "dev", "prod-us", "-o", "name").split() == [
        "prod-eu",
        "prod-us",
        "dev",
    ]
    lines = succeeds(capsys, "verify", "-l", "tier=1", "--no-headers").splitlines()
    assert [line.split()[:2] for line in lines] == [["prod-eu", "ok"]]
    break_secret_of(crowd, "dev")
    assert run(["verify", "dev", "prod-eu"]) == 6
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["dev", "failed"], ["prod-eu", "ok"]]


def test_the_last_of_several_becomes_current_and_logout_gives_back_every_byte(
    crowd: Home, capsys: Capture
) -> None:
    before = crowd.kubeconfig.read_bytes()
    out = succeeds(capsys, "login", "prod-*", "dev")
    assert [line.split()[0] for line in out.splitlines()] == ["Added", "Added", "Switched"]
    assert current(crowd) == "dev"
    assert contexts(capsys) == {"prod-eu", "prod-us", "dev"}
    succeeds(capsys, "logout", "-l", "team=payments")
    assert (current(crowd), contexts(capsys)) == ("dev", {"dev"})
    succeeds(capsys, "login", "-l", "team=payments", "--no-set-current")
    assert current(crowd) == "dev"
    succeeds(capsys, "logout", "*")
    assert crowd.kubeconfig.read_bytes() == before


def test_where_one_of_several_fails_the_others_are_still_logged_in(
    crowd: Home, capsys: Capture
) -> None:
    break_secret_of(crowd, "prod-eu")
    assert run(["login", "dev", "prod-eu", "prod-us"]) == 6
    captured = capsys.readouterr()
    assert 'Switched to context "prod-us"' in captured.out
    assert [line.split(":")[0] for line in captured.err.splitlines()] == ["error", "hint"]
    assert "prod-eu" in captured.err
    assert contexts(capsys) == {"dev", "prod-us"}


def test_connectors_that_are_gone_are_logged_out_by_a_glob_too(
    crowd: Home, capsys: Capture
) -> None:
    before = crowd.kubeconfig.read_bytes()
    succeeds(capsys, "login", "old-*")
    succeeds(capsys, "delete", "old-1", "--yes")
    assert "old-1" in succeeds(capsys, "logout", "old-*")
    assert crowd.kubeconfig.read_bytes() == before
    for context in ("old", "older"):
        succeeds(capsys, "login", "old-2", "--context", context)
    succeeds(capsys, "login", "dev")
    succeeds(capsys, "delete", "old-2", "--yes")
    out = succeeds(capsys, "logout", "old", "older", "dev")
    assert out.count("Removed") == 2
    assert crowd.kubeconfig.read_bytes() == before


def test_several_are_deleted(crowd: Home, capsys: Capture) -> None:
    out = succeeds(capsys, "delete", "old-*", "--yes")
    assert out == 'Deleted connector "old-1"\nDeleted connector "old-2"\n'
    assert succeeds(capsys, "list", "-o", "name") == "dev\nprod-eu\nprod-us\n"
    code, error, hint = fails(capsys, "delete", "-l", "team=payments")
    assert (code, "these 2 connectors" in error, "--yes" in hint) == (2, True, True)


def test_several_are_described_one_after_the_other_or_as_a_list(
    crowd: Home, capsys: Capture
) -> None:
    out = succeeds(capsys, "describe", "prod-*")
    said = [line for line in out.splitlines() if line.startswith("Connector ")]
    assert [line.split('"')[1] for line in said] == ["prod-eu", "prod-us"]
    document = json.loads(succeeds(capsys, "describe", "prod-eu", "dev", "-o", "json"))
    assert document["kind"] == "ConnectorList"
    assert [item["name"] for item in document["items"]] == ["prod-eu", "dev"]
    one = json.loads(succeeds(capsys, "describe", "prod-e*", "-o", "json"))
    assert (one["kind"], len(one["items"])) == ("ConnectorList", 1)
    assert succeeds(capsys, "describe", "dev", "-o", "jsonpath={.labels.team}") == "shop"
    columns = ("-o", "custom-columns=NAME:.name")
    assert succeeds(capsys, "describe", "dev", *columns) == "NAME\ndev\n"
    break_secret_of(crowd, "dev")
    assert run(["describe", "dev", "prod-eu", "--show-secrets", "-o", "json"]) == 6
    captured = capsys.readouterr()
    assert [item["name"] for item in json.loads(captured.out)["items"]] == ["prod-eu"]


def test_list_resources_of_some(crowd: Home, capsys: Capture) -> None:
    words = ("-o", "jsonpath={.items[*].connector}")
    assert succeeds(capsys, "list-resources", "prod-*", *words) == "prod-eu prod-us"
    assert succeeds(capsys, "list-resources", "-l", "!env", *words) == "old-1 old-2"
    assert succeeds(capsys, "list-resources", "dev", *words) == "dev"


def test_what_is_printed_of_a_list(crowd: Home, capsys: Capture) -> None:
    columns = "custom-columns=NAME:.name,TEAM:.labels.team,NS:.status.currentContext"
    assert succeeds(capsys, "list", "-o", columns, "-l", "team!=shop") == (
        "NAME      TEAM       NS\n"
        "old-2     <none>     <none>\n"
        "prod-eu   payments   <none>\n"
        "prod-us   payments   <none>\n"
    )
    assert succeeds(capsys, "list", "--no-headers", "-l", "env=dev").startswith("dev ")
    assert succeeds(capsys, "list-types", "--no-headers").startswith("Kubernetes connector")
    template = '{range .items[?(@.labels.env=="prod")]}{.name}{"\\n"}{end}'
    assert succeeds(capsys, "list", "-o", f"jsonpath={template}") == "prod-eu\nprod-us\n"
    by_tier = succeeds(capsys, "list", "--sort-by", "{.labels.tier}", "-o", "wide").splitlines()
    assert [line.split()[0] for line in by_tier[-2:]] == ["prod-eu", "prod-us"]


@pytest.mark.parametrize("label", ["team=a b", "-team=x", "team", "a/b/c=d", "team=é"])
def test_a_label_is_one_that_kubernetes_would_take(
    crowd: Home, capsys: Capture, label: str
) -> None:
    code, error, _ = fails(capsys, "update", "dev", f"--label={label}")
    assert (code, f'"{label}" is not a label' in error) == (2, True)
