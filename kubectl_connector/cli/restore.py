"""``restore``: give back what ``secure`` has replaced."""

from __future__ import annotations

from kubectl_connector.cli import console, environment
from kubectl_connector.cli.options import (
    BreakLockOption,
    ContextsOption,
    KubeconfigOption,
    LockTimeoutOption,
    OutputOption,
)
from kubectl_connector.cli.secured import EveryOption, exclude, returned_report, worst
from kubectl_connector.formats import render, wanted
from kubectl_connector.operations.extent import Extent
from kubectl_connector.operations.restore import restore


def command(
    contexts: ContextsOption = None,
    every: EveryOption = False,
    kubeconfig: KubeconfigOption = None,
    output: OutputOption = "table",
    lock_timeout: LockTimeoutOption = 10.0,
    break_lock: BreakLockOption = False,
) -> int:
    """Put back what secure has replaced, exactly as it stood in the kubeconfig.

    Without options that is the user of the current context. Where the store can't give it, it
    stays as it is. The connectors that secure made stay too: kubectl connector delete.

    Examples:
      kubectl connector restore
      kubectl connector restore --context prod --context lab
      kubectl connector restore --all

    """
    how = wanted(output)
    exclude({"--context": bool(contexts), "--all": every})
    files = environment.kubeconfigs(kubeconfig)
    extent = Extent(files, tuple(contexts or ()), every)
    done = restore(environment.workspace(), extent, lock_timeout, break_lock)
    if not done and how.for_people:
        console.say(f"Nothing to restore in {extent.words}")
        return 0
    console.out(render(returned_report(done), how))
    for each in done:
        if each.error:
            left = f'user "{each.user}" is left: {each.error.message}; {each.error.hint}'
            console.note(left)
        for path in each.missing:
            console.note(f'user "{each.user}" names {path}, which is not there any more')
    return worst(each.error for each in done)
