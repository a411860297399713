"""Selectors, held against what Kubernetes' own parser made of the same texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.errors import UsageError
from kubectl_connector.model.selector import check_label, parse_selector

RECORDED = json.loads(
    (Path(__file__).parent / "recorded" / "selectors.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("one", RECORDED["recorded"], ids=lambda one: one["selector"][:30])
def test_the_same_connectors_match_as_in_kubernetes(one: dict[str, Any]) -> None:
    if "error" in one:
        with pytest.raises(UsageError, match="is not a selector"):
            parse_selector(one["selector"])
        return
    selector = parse_selector(one["selector"])
    objects = RECORDED["objects"].items()
    matching = {name for name, labels in objects if selector.matches(labels)}
    assert matching == set(one.get("matches", []))


def test_a_label_of_an_older_catalog_that_is_no_number_is_neither_more_nor_less() -> None:
    assert not parse_selector("tier>1").matches({"tier": "²"})
    assert not parse_selector("tier<1").matches({"tier": "-5x"})


@pytest.mark.parametrize("label", ["a=b", "example.com/a=", f"{'a' * 63}={'b' * 63}"])
def test_labels(label: str) -> None:
    check_label(*label.split("="))


@pytest.mark.parametrize("label", ["-a=b", "a b=c", "a/b/c=d", "a=b c", f"a={'b' * 64}", "é=x"])
def test_what_is_no_label(label: str) -> None:
    with pytest.raises(UsageError, match="is not a label"):
        check_label(*label.split("="))
