"""Templates, columns and order, held against what kubectl made of the same documents."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.errors import UsageError
from kubectl_connector.formats import Report, render, wanted
from kubectl_connector.formats._jsonpath import Template

RECORDED = json.loads(
    (Path(__file__).parent / "recorded" / "outputs.json").read_text(encoding="utf-8")
)


FORGOTTEN = {
    "{.items[*].contexts[*]}": "prod prod-admin lab a b c d",
    '{range .items[*].contexts[*]}{@}{" "}{end}': "prod prod-admin lab a b c d ",
}
"""Here kubectl stops at the first list that is empty."""


@pytest.mark.parametrize("one", RECORDED["jsonpath"], ids=lambda one: one["template"][:40])
def test_a_template_gives_what_kubectl_gives(one: dict[str, Any]) -> None:
    if "error" in one:
        with pytest.raises(UsageError, match=r"^the JSONPath "):
            Template.parse(one["template"]).render(RECORDED["data"])
    else:
        expected = FORGOTTEN.get(one["template"], one["output"])
        assert Template.parse(one["template"]).render(RECORDED["data"]) == expected


def test_loops_in_each_other_have_an_end() -> None:
    """Else Python's own stack ends, which looks like a fault of ours."""
    deep = "{range .items[*]}" * 100
    assert Template.parse(f"{deep}x").render({"items": [{}]}) == ""
    with pytest.raises(UsageError, match=r"more than 100 \{range\} are in each other"):
        Template.parse("{range .items[*]}" * 2000)


def report_of(document: dict[str, Any]) -> Report:
    """The report of what kubectl was given."""
    single = "items" not in document
    things = (document,) if single else tuple(document["items"])
    names = tuple(each["name"] for each in things)
    return Report("Connector", (), tuple((n,) for n in names), things, names, single)


@pytest.mark.parametrize("one", RECORDED["columns"], ids=lambda one: one["columns"])
def test_columns_are_those_of_kubectl(one: dict[str, Any]) -> None:
    report = report_of(
        RECORDED[{"connectors": "data", "connectors/lab9": "one", "nones": "empty"}[one["what"]]]
    )
    no_headers = not one.get("headers", True)

    def shown() -> str:
        return render(report, wanted(f"custom-columns={one['columns']}", no_headers))

    if "error" in one:
        with pytest.raises(UsageError):
            shown()
        return
    assert _squeezed(shown()) == _squeezed(one["output"])


def _squeezed(text: str) -> list[list[str]]:
    """The cells: kubectl fills columns in steps of eight, for which there is no reason here."""
    return [re.split(r"\s{2,}|\t", line.strip()) for line in text.splitlines()]


@pytest.mark.parametrize("one", RECORDED["sorted"], ids=lambda one: one["by"])
def test_the_order_is_that_of_kubectl(one: dict[str, Any]) -> None:
    def names() -> list[str]:
        report = report_of(RECORDED["data"])
        return render(report, wanted("name", sort_by=one["by"])).split()

    if "error" in one:
        with pytest.raises(UsageError):
            names()
        return
    # Equal ones, and those without the value, which come first, are in no order in kubectl.
    path = Template.of_path(one["by"]) if one["by"] else Template("", ())
    values = {each["name"]: path.values(each) for each in RECORDED["data"]["items"]}
    assert [values[name] for name in names()] == [values[name] for name in one["output"].split()]
