"""Small values: times, spans, tokens, certificates, suggestions."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone

import pytest

from kubectl_connector import certificates, durations, jwt, suggest
from kubectl_connector.errors import UsageError
from kubectl_connector.model.connector import check_name, format_time, parse_time
from kubectl_connector.model.secret import Secret
from tests.apiserver import Authority

NOW = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7_199, "119 min"),
        (7_200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 d"),
        (-5, "0 s"),
    ],
)
def test_spans_are_short(seconds: int, words: str) -> None:
    assert durations.in_words(timedelta(seconds=seconds)) == words


def test_moments_are_told_from_now() -> None:
    assert durations.ago(NOW + timedelta(days=3), NOW) == "in 3 d"
    assert durations.ago(NOW - timedelta(hours=2), NOW) == "2 h ago"


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31T13:00:00+01:00",
        "2026-01-31 12:00:00z",
        "2026-01-31T12:00:00.5z",
        "2026-01-31T12:00:00.1234Z",
        "2026-01-31T11:00:00.123456789-01:00",
    ],
)
def test_times_are_read_with_their_zone(text: str) -> None:
    assert parse_time(text).replace(microsecond=0) == NOW
    assert format_time(parse_time(text)) == "2026-01-31T12:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-13-01T12:00:00Z",
        "0001-01-01T00:00:00+01:00",
    ],
)
def test_times_without_zone_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        parse_time(text)


def token(claims: object) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJub25lIn0.{part}.c2ln"


def test_a_tokens_end_is_read() -> None:
    assert jwt.expiry(token({"exp": NOW.timestamp()})) == NOW


@pytest.mark.parametrize(
    "text",
    [
        "",
        "opaque",
        "a.b.c",
        "a.!!.c",
        token({}),
        token({"exp": "soon"}),
        token([]),
        token({"exp": 1e99}),
    ],
)
def test_what_has_no_end_to_read_has_none(text: str) -> None:
    assert jwt.expiry(text) is None
    assert jwt.subject(text) is None


@pytest.mark.parametrize(
    ("claims", "who"),
    [
        ({"sub": "7", "email": "jane@example.com"}, "jane@example.com"),
        ({"sub": "system:serviceaccount:shop:ci"}, "system:serviceaccount:shop:ci"),
        ({"sub": 7}, None),
        ({"sub": ""}, None),
        ([{"sub": "jane"}], None),
    ],
)
def test_whom_a_token_names(claims: object, who: str | None) -> None:
    assert jwt.subject(token(claims)) == who


def test_a_pair_that_belongs_together_is_taken() -> None:
    pair = Authority("ca").issue_client("jane", ("dev",))
    facts = certificates.check_pair(pair.certificate_pem, pair.key_pem)
    assert "CN=jane" in facts.subject
    assert len(facts.fingerprint) == 32 * 3 - 1


@pytest.mark.parametrize("what", ["other key", "no key", "no certificate", "encrypted key"])
def test_a_pair_that_does_not_is_refused_without_quoting_it(what: str) -> None:
    from cryptography.hazmat.primitives import serialization

    authority = Authority("ca")
    pair, other = authority.issue_client("jane", ()), authority.issue_client("kate", ())
    certificate, key = pair.certificate_pem, pair.key_pem
    if what == "other key":
        key = other.key_pem
    elif what == "no key":
        key = "hello"
    elif what == "no certificate":
        certificate = "hello"
    else:
        loaded = serialization.load_pem_private_key(key.encode(), None)
        key = loaded.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"x"),
        ).decode()
    with pytest.raises(UsageError) as caught:
        certificates.check_pair(certificate, key)
    assert caught.value.hint
    assert key.splitlines()[-1] not in str(caught.value) or what == "no key"


def test_the_nearest_word_is_suggested() -> None:
    assert suggest.did_you_mean("prdo", ["prod", "lab"], "all: x") == "did you mean prod? All: x"
    assert suggest.did_you_mean("zzz", ["prod", "lab"], "all: x") == "all: x"


@pytest.mark.parametrize("name", ["a", "prod-eu_1", "jane@prod", "7", "a.b+c"])
def test_names_that_are_fine(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "ä", "a\n", "x" * 254, ".hidden", "a:b"])
def test_names_that_are_not(name: str) -> None:
    with pytest.raises(UsageError):
        check_name(name)


def test_a_secret_says_nothing_of_itself() -> None:
    secret = Secret({"token": "hunter2"})
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert secret == Secret({"token": "hunter2"})
    with pytest.raises(TypeError):
        secret.values_by_name["token"] = "x"  # type: ignore[index]
