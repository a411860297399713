"""Names for connectors that nobody has named."""

from __future__ import annotations

import pytest

from kubectl_connector.model.connector import check_name
from kubectl_connector.operations.naming import free_name


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("lab", "lab"),
        ("kubernetes-admin@kubernetes", "kubernetes-admin@kubernetes"),
        ("arn:aws:eks:eu-west-1:42:cluster/shop", "arn-aws-eks-eu-west-1-42-cluster-shop"),
        ("  my lab ", "my-lab"),
        ("Straße", "Stra-e"),
        ("", "kubernetes"),
        ("///", "kubernetes"),
        ("eyJhbGci.eyJzdWIi.c2lnbmF0", "kubernetes"),
        ("x" * 400, "x" * 240),
    ],
)
def test_what_a_name_can_not_have_is_replaced(wanted: str, name: str) -> None:
    assert free_name(wanted, ()) == check_name(name)


def test_a_name_that_is_taken_gets_a_number() -> None:
    taken = ["lab"]
    for _ in range(3):
        taken.append(free_name("lab", taken))
    assert taken == ["lab", "lab-2", "lab-3", "lab-4"]
    assert check_name(free_name("x" * 400, ["x" * 240])).endswith("x-2")
