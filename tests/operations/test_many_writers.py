"""Many processes change one catalog and one store, and some are killed: nothing is lost."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from kubectl_connector.catalog import Catalog
from kubectl_connector.errors import ConnectorError
from kubectl_connector.operations.delete import delete
from kubectl_connector.operations.items import orphans, prune
from kubectl_connector.operations.register import plan_register, register
from kubectl_connector.operations.spec import Changes
from kubectl_connector.operations.update import plan_update, update
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.stores import StoreOptions
from kubectl_connector.stores.file import FileStore
from kubectl_connector.stores.support.sealing import ScryptCost

NAMES = ("a", "b", "c")
DEADLINE = 120.0


def in_folder(folder: str) -> Workspace:
    options = StoreOptions(folder, lambda confirm: "a passphrase")  # noqa: ARG005
    store = FileStore(options, ScryptCost(n=2**14))
    return Workspace(Catalog(folder), lambda name: store, owner="jane")  # noqa: ARG005


def make(workspace: Workspace, name: str, token: str) -> None:
    said = {"server": "https://lab.example", "description": token}
    plan = plan_register(name, "file", None, Changes(said, {"token": token}))
    register(workspace, plan, verify=False)


def change(workspace: Workspace, name: str, token: str) -> None:
    changes = Changes({"description": token}, {"token": token})
    update(workspace, plan_update(workspace, name, None, changes), verify=False)


def look(workspace: Workspace, name: str) -> None:
    """A connector and its secret belong together, whoever changes them meanwhile."""
    connector, item = workspace.read(workspace.catalog.get(name))
    assert item.ready
    assert item.secret["token"] == item.ready.token == connector.description


def work(folder: str, seed: int, rounds: int) -> None:
    """Do something to some connector, again and again; ends with 0 where all was well."""
    chance = random.Random(seed)  # noqa: S311
    workspace = in_folder(folder)
    for number in range(rounds):
        name, token = chance.choice(NAMES), f"{seed}-{number}"
        actions: list[Callable[[], object]] = [
            partial(make, workspace, name, token),
            partial(change, workspace, name, token),
            lambda: list(delete(workspace, [name])),  # noqa: B023
            partial(prune, workspace),
            partial(look, workspace, name),
        ]
        action = chance.choice(actions)
        try:
            action()
        except ConnectorError as error:
            refusal = error.message
            if "altered" in refusal or "has no secret" in refusal:
                raise


@pytest.mark.parametrize("killed", [0, 3])
def test_nothing_is_lost_and_nothing_is_left(tmp_path: Path, killed: int) -> None:
    context = multiprocessing.get_context("spawn")
    folder = str(tmp_path / "connectors")
    endless = 10**6
    doomed = [context.Process(target=work, args=(folder, seed, endless)) for seed in range(killed)]
    others = [context.Process(target=work, args=(folder, seed, 25)) for seed in range(100, 103)]
    for process in (*doomed, *others):
        process.start()
    workspace = in_folder(folder)
    end = time.monotonic() + DEADLINE
    for process in doomed:
        while not workspace.catalog.journal.places() and time.monotonic() < end:
            time.sleep(0.01)
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
    for process in (*doomed, *others):
        process.join(DEADLINE)
    assert [process.exitcode for process in others] == [0, 0, 0]
    for connector in workspace.catalog.load():
        look(workspace, connector.name)
    prune(workspace)
    assert orphans(workspace) == ()
    referred_to = {connector.secret_ref for connector in workspace.catalog.load()}
    assert {place.ref for place in workspace.catalog.journal.places()} == referred_to
    store = workspace.open_store("file")
    assert isinstance(store, FileStore)
    assert store.refs() == referred_to
