"""What every script here needs: where things are, the content of plugin.yaml, this platform."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
HERE = ROOT / "packaging"
LOCKS = HERE / "locks"
LICENSE = ROOT / "LICENSE"

_OS = {"linux": "linux", "darwin": "darwin", "win32": "windows"}
_ARCH = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def descriptor() -> Any:
    """The content of plugin.yaml."""
    return yaml.safe_load((ROOT / "plugin.yaml").read_text(encoding="utf-8"))


def version() -> str:
    """The version, read from the source, so that nothing has to be installed."""
    text = (ROOT / "kubectl_connector" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if not found:
        raise SystemExit("kubectl_connector/__init__.py names no version")
    return found[1]


def this_platform() -> tuple[str, str]:
    """This machine's (os, arch), as Go and krew name them."""
    try:
        return _OS[sys.platform], _ARCH[platform.machine().lower()]
    except KeyError as error:
        raise SystemExit(f"no archive is made for {error}") from None


def archive_name(os_: str, arch: str) -> str:
    """The file name of a platform's archive."""
    ending = "zip" if os_ == "windows" else "tar.gz"
    return f"{descriptor()['executable']}-{os_}-{arch}.{ending}"


def executable_name(os_: str) -> str:
    """The file name of the executable; on Windows it needs an extension."""
    name: str = descriptor()["executable"]
    return f"{name}.exe" if os_ == "windows" else name


def sha256(file: Path) -> str:
    """A file's checksum."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def build_time() -> int:
    """The time of every file in an archive; a zip can hold no year before 1980."""
    return max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800)
