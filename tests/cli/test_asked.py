"""The marks of kubectl calls in which a question got no answer."""

from __future__ import annotations

import os
from pathlib import Path

from kubectl_connector.cli.asked import unless_it_failed
from tests.conftest import Home


def test_old_marks_go_and_nothing_that_a_link_leads_to(home: Home, tmp_path: Path) -> None:
    folder, elsewhere = home.connector_home / "asked", tmp_path / "elsewhere"
    for each in (folder, elsewhere):
        each.mkdir(parents=True)
        (each / "1234-5").touch()
        os.utime(each / "1234-5", (0, 0))
    with unless_it_failed() as may_ask:
        assert may_ask
    assert list(folder.iterdir()) == []
    folder.rmdir()
    folder.symlink_to(elsewhere)
    with unless_it_failed() as may_ask:
        assert may_ask
    assert [each.name for each in elsewhere.iterdir()] == ["1234-5"]
