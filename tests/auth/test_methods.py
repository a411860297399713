"""Which method takes a kubeconfig's user, what it lifts, and what login embeds of that again."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kubectl_connector.auth import auth_method, auth_methods, recognise
from kubectl_connector.auth.interface import AuthMethod, FieldKind, IssueRequest, Material, user_of
from kubectl_connector.errors import ConnectorError, UsageError
from kubectl_connector.kubeconfig.view import ResolvedContext
from kubectl_connector.model.connector import format_time
from kubectl_connector.model.kubeconfig import AuthInfo, AuthProvider, Cluster, Context, ExecConfig
from kubectl_connector.model.secret import Secret
from kubectl_connector.operations.source import draft_from
from kubectl_connector.secret_looking import HIDDEN
from tests.apiserver import Authority

SOON = datetime(2026, 3, 1, tzinfo=timezone.utc)
STANZA = ExecConfig("gke-gcloud-auth-plugin", ("--token=abc",), (("API_KEY", "k"), ("A", "b")))
PAIR = Authority("ca").issue_client("jane", ("dev",))
CERTIFICATE = AuthInfo(client_certificate_data=PAIR.certificate_pem, client_key_data=PAIR.key_pem)
REQUEST = IssueRequest(Cluster("https://lab.example"))


def jwt_until(end: datetime) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": int(end.timestamp())}).encode()).decode()
    return f"e30.{claims.rstrip('=')}.c2ln"


USERS = {
    "token": AuthInfo(token="t"),
    "token and certificate": replace(CERTIFICATE, token="t"),
    "client-certificate": CERTIFICATE,
    "password": AuthInfo(username="u", password="p"),
    "password and certificate": replace(CERTIFICATE, username="u", password="p"),
    "exec": AuthInfo(exec=STANZA),
}


@pytest.mark.parametrize("what", USERS)
def test_lifting_and_embedding_gives_the_user_back(what: str) -> None:
    user = USERS[what]
    method = recognise(user)
    assert method
    assert method.name == what.split(" ", maxsplit=1)[0]
    material = method.from_auth_info(user)
    configuration, secret = material.configuration, material.secret
    own = method.auth_info(configuration, secret)
    assert (own or user_of(method.issue(configuration, secret, REQUEST))) == user


@pytest.mark.parametrize("what", USERS)
def test_nothing_secret_is_in_the_configuration(what: str) -> None:
    user = USERS[what]
    method = recognise(user)
    assert method
    material = method.from_auth_info(user)
    kept = json.dumps(dict(material.configuration))
    for value in ("--token=abc", '"k"', '"p"', '"t"', PAIR.key_pem.splitlines()[1]):
        assert value not in kept
    assert all(HIDDEN not in value for value in material.secret.values())


@pytest.mark.parametrize("what", [name for name in USERS if name != "exec"])
def test_what_is_issued_is_what_kubectl_would_send(what: str) -> None:
    user = USERS[what]
    method = recognise(user)
    assert method
    material = method.from_auth_info(user)
    issued = method.issue(material.configuration, material.secret, REQUEST)
    assert (issued.token, issued.username, issued.password) == (
        user.token,
        user.username,
        user.password,
    )
    assert issued.client_key == user.client_key_data


def test_kubectls_precedence() -> None:
    """kubectl does not run a program for a user that has any other credential (X5)."""
    for other in (AuthInfo(token="t"), AuthInfo(token_file="/t"), CERTIFICATE, USERS["password"]):
        method = recognise(replace(other, exec=STANZA))
        assert method
        assert method.name != "exec"
    assert recognise(AuthInfo()) is None


@pytest.mark.parametrize("what", USERS)
def test_one_method_at_most_recognises_a_user(what: str) -> None:
    assert sum(method.recognises(USERS[what]) for method in auth_methods()) == 1


def ends_at(method: AuthMethod, material: Material) -> datetime | None:
    return method.ends_at(material.configuration, material.secret)


def test_the_earliest_end_is_the_connectors() -> None:
    token = auth_method("token")
    assert ends_at(token, token.build({"token": jwt_until(SOON)})) == SOON
    pair = {"client_certificate": PAIR.certificate_pem, "client_key": PAIR.key_pem}
    assert ends_at(token, token.build({"token": jwt_until(SOON), **pair})) == SOON
    assert ends_at(token, token.build({"token": "opaque"})) is None
    deep = base64.urlsafe_b64encode(b"[" * 200_000).decode()
    assert ends_at(token, token.build({"token": f"a.{deep}.c"})) is None
    certificate = auth_method("client-certificate")
    alone = certificate.from_auth_info(CERTIFICATE)
    end = ends_at(certificate, alone)
    assert end
    assert alone.configuration["client_certificate"]["notAfter"] == format_time(end)
    password = auth_method("password")
    assert ends_at(password, password.from_auth_info(USERS["password and certificate"])) == end
    assert ends_at(password, password.from_auth_info(USERS["password"])) is None


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "Bearer x", "ümlaut"])
def test_what_no_header_can_carry_is_no_token(token: str) -> None:
    with pytest.raises(UsageError):
        auth_method("token").build({"token": token})


def test_half_of_a_pair_is_refused() -> None:
    for method in ("token", "client-certificate"):
        for half in ({"client_certificate": PAIR.certificate_pem}, {"client_key": PAIR.key_pem}):
            with pytest.raises(UsageError, match="go together"):
                auth_method(method).build({"token": "t", **half})


def test_a_username_with_a_colon_is_refused() -> None:
    with pytest.raises(UsageError, match="colon"):
        auth_method("password").build({"username": "a:b", "password": "p"})


def test_a_token_file_is_read_at_every_use(tmp_path: Path) -> None:
    path = tmp_path / "token"
    method = auth_method("token")
    material = method.from_auth_info(AuthInfo(token_file=str(path)))
    assert material.secret == Secret()
    for token in ("first", jwt_until(SOON)):
        path.write_text(f" {token}\n")
        assert method.issue(material.configuration, Secret(), REQUEST).token == token
    assert method.issue(material.configuration, Secret(), REQUEST).expires_at == SOON
    path.unlink()
    with pytest.raises(ConnectorError, match="can't be read"):
        method.issue(material.configuration, Secret(), REQUEST)


def resolved(user: AuthInfo) -> ResolvedContext:
    return ResolvedContext("ctx", "/k", Context("c", "u"), Cluster("https://x"), user)


@pytest.mark.parametrize(
    ("provider", "successor"),
    [
        ("gcp", "gcloud container clusters get-credentials"),
        ("azure", "kubelogin convert-kubeconfig"),
        ("openstack", "exec credential"),
    ],
)
def test_a_legacy_auth_provider_names_its_successor(provider: str, successor: str) -> None:
    with pytest.raises(UsageError, match=provider) as caught:
        draft_from(resolved(AuthInfo(auth_provider=AuthProvider(provider))), "keyring")
    assert successor in caught.value.hint


def test_a_context_without_a_credential_is_refused() -> None:
    with pytest.raises(UsageError, match="no credential"):
        draft_from(resolved(AuthInfo()), "keyring")


def test_every_field_says_what_it_is() -> None:
    for method in auth_methods():
        assert method.summary
        for field in method.fields:
            assert field.help
            assert field.kind is not FieldKind.SECRET or field.secret
