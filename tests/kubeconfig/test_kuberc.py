"""kuberc's policy for credential plugins: what we say of it is what kubectl does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_connector.kubeconfig.kuberc import refusal

HEAD = {"apiVersion": "kubectl.config.k8s.io/v1beta1", "kind": "Preference"}
DENY = {"credentialPluginPolicy": "DenyAll"}


def allow(*entries: Mapping[str, str]) -> dict[str, Any]:
    return {"credentialPluginPolicy": "Allowlist", "credentialPluginAllowlist": list(entries)}


class Place:
    """A home with preferences, a plugin on the PATH, and a kubeconfig that names the plugin."""

    def __init__(self, folder: Path, kubectl: Path) -> None:
        self.kubectl = kubectl
        self.plugin = folder / "bin" / "plugin"
        self.kuberc = folder / "kuberc"
        self.ran = folder / "ran"
        self.plugin.parent.mkdir()
        self.plugin.write_text(f"#!/bin/sh\necho ran > '{self.ran}'\n")
        self.plugin.chmod(0o755)
        self.environ = {
            "HOME": str(folder),
            "PATH": f"{self.plugin.parent}:/usr/bin:/bin",
            "KUBERC": str(self.kuberc),
            "KUBECTL_PATH": str(kubectl),
        }

    def prefer(self, preferences: Mapping[str, Any]) -> None:
        self.kuberc.write_text(json.dumps({**HEAD, **preferences}))

    def refusal(self, command: str) -> str | None:
        path = self.environ["PATH"]
        return refusal(command, shutil.which(command, path=path) or command, self.environ)

    def kubectl_runs(self, command: str) -> bool:
        """Whether kubectl runs the plugin; it fails in either case, as there is no cluster."""
        self.ran.unlink(missing_ok=True)
        stanza = {"apiVersion": "client.authentication.k8s.io/v1", "command": command}
        kubeconfig = self.kuberc.with_name("kubeconfig")
        kubeconfig.write_text(
            json.dumps(
                {
                    "clusters": [{"name": "k", "cluster": {"server": "https://127.0.0.1:1"}}],
                    "users": [
                        {"name": "u", "user": {"exec": {**stanza, "interactiveMode": "Never"}}}
                    ],
                    "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
                    "current-context": "c",
                }
            )
        )
        self.run("--kubeconfig", str(kubeconfig), "get", "--raw", "/version")
        return self.ran.exists()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.kubectl, *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def place(tmp_path: Path, each_kubectl: Path) -> Place:
    return Place(tmp_path, each_kubectl)


PREFERENCES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "all": {"credentialPluginPolicy": "AllowAll"},
    "none": DENY,
    "an unknown policy": {"credentialPluginPolicy": "denyall"},
    "a list without a policy": {"credentialPluginAllowlist": [{"command": "plugin"}]},
    "command": allow({"command": "plugin"}),
    "name, as in 1.35": allow({"name": "plugin"}),
    "name, beside another command": allow({"command": "other"}, {"name": "plugin"}),
    "another": allow({"command": "other"}),
    "another name": allow({"name": "other"}),
    "path": allow({"command": "$PLUGIN"}),
    "a path that is not there": allow({"command": "/nowhere/plugin"}),
}


@pytest.mark.skipif(os.name == "nt", reason="the plugin is a shell script")
@pytest.mark.parametrize("named", ["plugin", "$PLUGIN"], ids=["by name", "by path"])
@pytest.mark.parametrize("preferences", PREFERENCES.values(), ids=PREFERENCES)
def test_what_kubectl_refuses_is_said(
    place: Place, preferences: dict[str, Any], named: str
) -> None:
    plugin = str(place.plugin)
    place.prefer(json.loads(json.dumps(preferences).replace("$PLUGIN", plugin)))
    command = named.replace("$PLUGIN", plugin)
    assert place.kubectl_runs(command) == (place.refusal(command) is None)


@pytest.mark.skipif(os.name == "nt", reason="the plugin is a shell script")
@pytest.mark.parametrize(
    ("variable", "value", "off"),
    [
        ("KUBERC", "off", True),
        ("KUBECTL_KUBERC", "false", True),
        ("KUBECTL_KUBERC", "False", True),
        ("KUBECTL_KUBERC", "true", False),
        ("KUBECTL_KUBERC", "0", False),
        ("KUBECTL_KUBERC", "", False),
    ],
)
def test_preferences_can_be_switched_off(
    place: Place, variable: str, value: str, off: bool
) -> None:
    place.prefer(DENY)
    place.environ[variable] = value
    assert place.kubectl_runs("plugin") == off
    assert (place.refusal("plugin") is None) == off


@pytest.mark.parametrize("preferences", [DENY, allow({"name": "a"}, {"command": "b c"})])
def test_what_is_offered_lets_kubectl_run_us_and_keeps_what_was_listed(
    place: Place, preferences: dict[str, Any]
) -> None:
    place.prefer(preferences)
    said = place.refusal("plugin")
    assert said
    before, _, offered = said.partition(": kubectl ")
    assert "kuberc" in before
    done = subprocess.run(
        ["sh", "-c", f'"$KUBECTL_PATH" {offered}'],
        env=place.environ,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert place.kubectl_runs("plugin")
    listed = yaml.safe_load(place.kuberc.read_text())["credentialPluginAllowlist"]
    was = preferences.get("credentialPluginAllowlist", [])
    assert [each["command"] for each in listed] == [*(v for e in was for v in e.values()), "plugin"]


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for kubectl")
@pytest.mark.parametrize(
    ("script", "entry"),
    [("echo defaults, aliases", "{name: plugin}"), ("exit 1", "{name: plugin}")],
    ids=["help without it", "unknown command"],
)
def test_a_kubectl_that_can_not_set_it_gets_an_entry_by_name(
    place: Place, script: str, entry: str
) -> None:
    """1.35 has no ``kubectl kuberc``, and knows entries by their name alone."""
    old = place.plugin.with_name("kubectl")
    old.write_text(f"#!/bin/sh\n{script}\n")
    old.chmod(0o755)
    del place.environ["KUBECTL_PATH"]
    place.prefer(allow({"name": "other"}))
    assert str(place.refusal("plugin")).endswith(f"add {entry} to credentialPluginAllowlist")


def test_without_a_kubectl_the_newer_field_is_named(place: Place) -> None:
    place.prefer(DENY)
    place.environ["KUBECTL_PATH"] = "/nowhere/kubectl"
    assert str(place.refusal("plugin")).endswith("to [{command: plugin}]")
