"""The stanzas of plugins that people really use, and which of their values are secret."""

from __future__ import annotations

import pytest

from kubectl_connector.secret_looking import (
    HIDDEN,
    in_data,
    in_prose,
    is_surely_secret,
    path_for_people,
    split_args,
    split_env,
)

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "args",
    [
        ("eks", "get-token", "--cluster-name", "prod", "--output", "json", "--region", "eu-west-1"),
        ("--region", "eu-west-1", "eks", "get-token", "--role-arn", "arn:aws:iam::123:role/x"),
        (
            "get-token",
            "--environment",
            "AzurePublicCloud",
            "--server-id",
            "6dae42f8-4368-4678-94ff-3960e28e3630",
            "--client-id",
            "80faf920-1908-4b52-b5ef-a8e7bedfc67a",
            "--tenant-id",
            "72f988bf-86f1-41af-91ab-2d7cd011db47",
            "--login",
            "devicecode",
        ),
        (
            "oidc-login",
            "get-token",
            "--oidc-issuer-url=https://issuer.example/realms/dev",
            "--oidc-client-id=kubernetes",
            "--token-cache-storage=keyring",
            "--token-cache-dir=/home/jane/.kube/cache/oidc-login",
        ),
        ("--token-file", "/var/token", "--token-file=/x", "TOKEN_FILE=/x", "--region", "eu"),
        ("--proxy=http://jane@proxy:3128", "--a-flag-with-more-than-32-letters-and-2-digits", "y"),
    ],
    ids=["eks", "eks-role", "aks", "oidc", "files", "flags"],
)
def test_nothing_is_hidden_of_a_harmless_stanza(args: tuple[str, ...]) -> None:
    assert split_args(args) == (args, {})


@pytest.mark.parametrize(
    ("args", "shown", "secrets"),
    [
        (
            ("--oidc-client-secret=s3cr3t",),
            (f"--oidc-client-secret={HIDDEN}",),
            {0: "--oidc-client-secret=s3cr3t"},
        ),
        (("--password", "hunter2", "x"), ("--password", HIDDEN, "x"), {1: "hunter2"}),
        (("get", JWT), ("get", HIDDEN), {1: JWT}),
        ((f"--id={JWT}",), (f"--id={HIDDEN}",), {0: f"--id={JWT}"}),
        (("login", "k" * 20 + "7" * 20), ("login", HIDDEN), {1: "k" * 20 + "7" * 20}),
        (("-c", "export VAULT_TOKEN=s"), ("-c", HIDDEN), {1: "export VAULT_TOKEN=s"}),
        (("-H", "Authorization: Bearer s"), ("-H", HIDDEN), {1: "Authorization: Bearer s"}),
        (("-HX-Token: s",), (HIDDEN,), {0: "-HX-Token: s"}),
        (("--proxy=http://u:s@p",), (f"--proxy={HIDDEN}",), {0: "--proxy=http://u:s@p"}),
        (("echo", '{"token":"s"}'), ("echo", HIDDEN), {1: '{"token":"s"}'}),
    ],
    ids=[
        *("flag=value", "flag value", "a JWT", "a JWT behind any flag", "random characters"),
        *("shell", "header", "header in the flag", "URL", "JSON"),
    ],
)
def test_secret_arguments_are_taken_out(
    args: tuple[str, ...], shown: tuple[str, ...], secrets: dict[int, str]
) -> None:
    assert split_args(args) == (shown, secrets)


def test_a_flag_after_a_secret_flag_is_a_flag() -> None:
    assert split_args(("--insecure-token", "--verbose")) == (("--insecure-token", "--verbose"), {})


def test_environment() -> None:
    env = (
        ("AWS_PROFILE", "prod"),
        ("AWS_SECRET_ACCESS_KEY", "abc"),
        ("AWS_ACCESS_KEY_ID", "AKIA123"),
        ("GOOGLE_APPLICATION_CREDENTIALS_FILE", "/etc/key.json"),
        ("AZURE_FEDERATED_TOKEN_FILE", "/var/token"),
        ("VAULT_TOKEN", "hvs.x"),
        ("EMPTY_TOKEN", ""),
        ("HTTPS_PROXY", "http://jane:s@proxy:3128"),
        ("HTTP_PROXY", "http://proxy:3128"),
        ("PATH", "/opt/credential-helpers:/usr/bin"),
    )
    shown, secrets = split_env(env)
    assert secrets == {
        "AWS_SECRET_ACCESS_KEY": "abc",
        "VAULT_TOKEN": "hvs.x",
        "HTTPS_PROXY": "http://jane:s@proxy:3128",
    }
    assert [value for name, value in shown if name in secrets] == [HIDDEN] * 3
    assert [pair for pair in shown if pair[0] not in secrets] == [
        pair for pair in env if pair[0] not in secrets
    ]


@pytest.mark.parametrize(
    ("word", "sure"),
    [
        (JWT, True),
        ("k8s-aws-v1.aHR0cHM6Ly9zdHM", True),
        ("Zx81kQ0fWv5bTn3yHc7LdJ2mRa9GsPe4", True),
        ("k8s-prod-eu-1", False),
        ("kubernetes-production-europe-west-1-blue-2024", False),
        ("6dae42f8-4368-4678-94ff-3960e28e3630", False),
        ("6DAE42F84368467894FF3960E28E3630", False),
        ("arn_aws_eks_eu-west-1_123456789012_cluster_Prod", False),
        ("gke_my-project-123456_europe-west1-b_production-cluster-2", False),
        ("TheProductionClusterOfTheShopInEurope1", False),
    ],
)
def test_no_ordinary_name_is_surely_a_secret(word: str, sure: bool) -> None:
    assert is_surely_secret(word) is sure


def test_a_path_for_people() -> None:
    assert path_for_people("/etc/kubernetes/pki/ca.crt") == "/etc/kubernetes/pki/ca.crt"
    assert path_for_people("/x" * 500) == "/x" * 100 + "…"
    for pasted in (JWT, "-----BEGIN EC PRIVATE KEY-----", "one\nline more", "k" * 20 + "7" * 20):
        assert path_for_people(pasted) == HIDDEN


@pytest.mark.parametrize(
    ("data", "secret"),
    [
        ({"password": 87654321}, True),
        ({"tokens": ["s"]}, True),
        ({"x": [{"passwords": {"a": "s"}}]}, True),
        ({"token": "", "passwords": {}, "secret": None, "use-token": True}, False),
        ({"provider": "minikube.sigs.k8s.io", "version": "v1.33.1", "tokenFile": "/x"}, False),
    ],
)
def test_any_value_under_a_secret_name_counts(data: object, secret: bool) -> None:
    assert in_data(data) is secret


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("old password s", True),
        ("token:    s", True),
        ("Bearer s", True),
        ("jane's cluster, asks for a token", False),
    ],
)
def test_prose(text: str, secret: bool) -> None:
    assert in_prose(text) is secret


@pytest.mark.parametrize("piece", ["a", "//", "//:", ":a", "token", "token-", "bearer ", "x ", "="])
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    in_prose(piece * 100_000)
