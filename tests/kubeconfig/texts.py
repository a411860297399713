"""Kubeconfigs as people and programs write them, for property tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

BODY = {"clusters": "cluster", "users": "user", "contexts": "context"}

_NAMES = ("x", "kind-dev", "gke_a_b", "prod/eu", "é𝄞", "007", "yes", "with space", 'quo"te', "it's")
_COMMENTS = ("", "  # work", " # ü", "\t# tab")
_NOTES = ((), ("# a note",), ("", "# a note, indented less"), ("",), ("", "    # far right", ""))


_REFERRING = st.sampled_from(["namespace", "cluster", "user"])
"""What a context says of the entry ``x``, or of none."""


@dataclass(frozen=True)
class Text:
    """A kubeconfig, and whether the engine may refuse to change it."""

    data: bytes
    refusable: bool


def _quoted(name: str) -> st.SearchStrategy[str]:
    spellings = [json.dumps(name, ensure_ascii=False), "'" + name.replace("'", "''") + "'"]
    if name not in ("007", "yes") and "'" not in name and '"' not in name:
        spellings.append(name)
    return st.sampled_from(spellings)


@st.composite
def _item(draw: st.DrawFn, kind: str, name: str, column: int) -> list[str]:
    """One entry in block YAML or as a flow mapping, dash included."""
    spelt = draw(_quoted(name))
    body = BODY[kind]
    field = {"clusters": "server", "users": "token", "contexts": draw(_REFERRING)}[kind]
    comment = draw(st.sampled_from(_COMMENTS))
    pad, dash = " " * column, "- "
    if draw(st.booleans()):
        dash = "-   "
    deep = pad + " " * len(dash)
    name_line = f"{pad}{dash}name: {spelt}"
    header = draw(st.sampled_from(["|", "|-", "|+", ">", ">-", "|2"]))
    blanks = draw(st.sampled_from([[], [""], ["", ""]]))
    shapes = [
        [f"{pad}{dash}{{name: {spelt}, {body}: {{{field}: x}}}}{comment}"],
        [f"{pad}{dash}{body}:{comment}", f"{deep}  {field}: x", f"{deep}name: {spelt}"],
        [name_line, f"{deep}{body}: {{}}{comment}"],
        [
            f"{name_line}{comment}",
            f"{deep}unknown: [1, 2.0, yes]",
            f"{deep}{body}:",
            f"{deep}  # inside",
            f'{deep}  {field}: "x y"{comment}',
        ],
        [
            name_line,
            f"{deep}{body}:",
            f"{deep}  {field}: {header}",
            f"{deep}    one",
            f"{deep}    # two",
            *blanks,
        ],
        [name_line, f"{deep}{body}:{comment}"],
        [name_line, f"{deep}{body}:", f"{deep}  {field}: x", f"{deep}    y"],
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def _list(draw: st.DrawFn, kind: str, column: int) -> list[str]:
    """The lines of one list; none where the key is missing."""
    comment = draw(st.sampled_from(_COMMENTS))
    names = draw(st.lists(st.sampled_from(_NAMES), unique=True, max_size=3))
    pad = " " * column
    if not names:
        empty = draw(st.sampled_from([None, "", " []", " [ ]", " null", " ~", "   Null", " &a []"]))
        return [] if empty is None else [f"{pad}{kind}:{empty}{comment}"]
    if draw(st.integers(0, 5)) == 0:
        items = [f"{{name: {draw(_quoted(name))}}}" for name in names]
        gap = draw(st.sampled_from([", ", ",", f",\n{pad}    "]))
        end = draw(st.sampled_from(["", ","]))
        return [f"{pad}{kind}: [{gap.join(items)}{end}]{comment}"]
    indent = column + draw(st.sampled_from([0, 2, 4]))
    lines = [f"{pad}{kind}:{comment}", *draw(st.sampled_from(_NOTES))]
    for name in names:
        lines += draw(_item(kind, name, indent))
        lines += draw(st.sampled_from(_NOTES))
    return lines


@st.composite
def yaml_texts(draw: st.DrawFn) -> Text:
    """A kubeconfig in block YAML, sometimes almost empty."""
    column = draw(st.sampled_from([0, 0, 0, 2]))
    pad = " " * column
    shared = draw(st.integers(0, 9)) == 0
    blocks: list[list[str]] = [draw(_list(kind, column)) for kind in BODY]
    current = draw(
        st.sampled_from([None, "", " kind-dev", ' "kind-dev"', " 'é𝄞'", " null", ' ""', " ~"])
    )
    if current is not None:
        blocks.append([f"{pad}current-context:{current}{draw(st.sampled_from(_COMMENTS))}"])
    for line in ("apiVersion: v1", 'kind: "Config"', "preferences: {}", "unknown: [1, {a: b}]"):
        if draw(st.booleans()):
            blocks.append([pad + line])
    if shared:
        blocks.append(
            [f"{pad}x: &x {{server: x, namespace: y}}", f"{pad}y: *x", f"{pad}z: {{<<: *x}}"]
        )
    lines = draw(st.sampled_from([[], ["# head"], ["---"], ["# head", "--- # here", ""]]))
    for block in draw(st.permutations([block for block in blocks if block])):
        lines = [*lines, *block, *draw(st.sampled_from(_NOTES))]
    if any(blocks):
        lines = [*lines, *draw(st.sampled_from([[], [], ["..."], ["---", "second: ["]]))]
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = newline.join("\n".join(lines).split("\n"))
    ends_in_break = draw(st.booleans())
    if ends_in_break and text:
        text += newline
    bom = "\ufeff" if draw(st.integers(0, 5)) == 0 else ""
    open_end = not ends_in_break and any(
        line.rstrip().endswith(("|", "|-", "|+", ">", ">-", "|2")) for line in lines[-6:]
    )
    return Text((bom + text).encode(), shared or open_end)


@st.composite
def json_texts(draw: st.DrawFn) -> Text:
    """A JSON kubeconfig, on one line or spread."""
    data: dict[str, Any] = {}
    for kind, body in BODY.items():
        names = draw(st.lists(st.sampled_from(_NAMES), unique=True, max_size=3))
        inside = {draw(_REFERRING): "x"} if kind == "contexts" else {}
        items = [{"name": name, body: inside} for name in names]
        value = items if draw(st.integers(0, 2)) else None
        spelt: bool = draw(st.booleans())
        if items or spelt:
            data[kind] = value
    plain: dict[str, list[Any]] = {
        "apiVersion": ["v1"],
        "kind": ["Config"],
        "current-context": ["kind-dev", "", None],
        "preferences": [{}],
    }
    for key, values in plain.items():
        if draw(st.booleans()):
            data[key] = draw(st.sampled_from(values))
    shuffled = dict(draw(st.permutations(list(data.items()))))
    indent = draw(st.sampled_from([None, 2, 4, 1]))
    separators = draw(st.sampled_from([None, (",", ":"), (",", ": ")]))
    ascii_only = draw(st.booleans()) and not any("𝄞" in name for name in str(data))
    text = json.dumps(shuffled, indent=indent, separators=separators, ensure_ascii=ascii_only)
    tail = draw(st.sampled_from(["", "\n", "\n\n", "\r\n"]))
    return Text((text + tail).encode(), refusable=False)


texts = st.one_of(yaml_texts(), yaml_texts(), json_texts())
