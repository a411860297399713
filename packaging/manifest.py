"""Write krew's manifest of the plugin from plugin.yaml, in one of two forms.

python packaging/manifest.py template   krew-manifest.yaml, which krew-release-bot fills in at a
release (make krew-template)
python packaging/manifest.py render     dist/connector.yaml, complete: the version, and the
checksum of each archive in dist/ (make krew-manifest)
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from project import DIST, ROOT, archive_name, descriptor, executable_name, sha256, version

TEMPLATE = ROOT / "krew-manifest.yaml"
_NOTE = """\
# Made from plugin.yaml by make krew-template: the manifest for the krew index, as krew-release-bot
# fills it in when a release is published.
"""

Source = Callable[[str], str]
"""Takes an archive's name and returns the lines with its location and its checksum."""


def template() -> str:
    """The manifest with the placeholders that krew-release-bot fills in."""

    def source(archive: str) -> str:
        return f'{{{{addURIAndSha "{_url("{{ .TagName }}", archive)}" .TagName }}}}'

    return _NOTE + _manifest('"{{ .TagName }}"', source, descriptor()["platforms"])


def complete(folder: Path = DIST, base: str = "") -> str:
    """The manifest of the archives in a folder; SystemExit where there is no archive.

    ``base`` is the URL of the archives' folder, if it is not that of the release.
    """
    tag = f"v{version()}"

    def source(archive: str) -> str:
        url = f"{base}/{archive}" if base else _url(tag, archive)
        return f"uri: {url}\nsha256: {sha256(folder / archive)}"

    platforms = [
        each
        for each in descriptor()["platforms"]
        if (folder / archive_name(**_named(each))).exists()
    ]
    if not platforms:
        raise SystemExit(f"no archive in {folder}: make archive")
    return _manifest(tag, source, platforms)


def _manifest(tag: str, source: Source, platforms: list[dict[str, str]]) -> str:
    """The text of a manifest; no YAML library writes it, as the placeholders are not YAML."""
    said = descriptor()
    lines = [
        "apiVersion: krew.googlecontainertools.github.com/v1alpha2",
        "kind: Plugin",
        "metadata:",
        f"  name: {said['name']}",
        "spec:",
        f"  version: {tag}",
        f"  homepage: {said['homepage']}",
        f"  shortDescription: {_plain(said['shortDescription'])}",
        *_block("description", said["description"]),
        *_block("caveats", said["caveats"]),
        "  platforms:",
    ]
    for platform in platforms:
        os_, arch = platform["os"], platform["arch"]
        lines.append(f"    - selector: {{ matchLabels: {{ os: {os_}, arch: {arch} }} }}")
        lines += textwrap.indent(source(archive_name(os_, arch)), " " * 6).splitlines()
        lines.append(f"      bin: {executable_name(os_)}")
    return "\n".join(lines) + "\n"


def _named(platform: Any) -> dict[str, str]:
    return {"os_": platform["os"], "arch": platform["arch"]}


def _url(tag: str, archive: str) -> str:
    return f"{descriptor()['homepage']}/releases/download/{tag}/{archive}"


def _plain(text: str) -> str:
    """A one-line scalar, quoted where YAML needs it."""
    dumped: str = yaml.safe_dump(text, width=1000, allow_unicode=True)
    return dumped.removesuffix("...\n").strip()


def _block(field: str, text: str) -> list[str]:
    return [f"  {field}: |", *textwrap.indent(text, "    ").rstrip("\n").splitlines()]


def main() -> None:
    """Write the manifest in the form that the argument names."""
    if sys.argv[1:] == ["template"]:
        TEMPLATE.write_text(template(), encoding="utf-8")
    elif sys.argv[1:] == ["render"]:
        output = DIST / f"{descriptor()['name']}.yaml"
        output.write_text(complete(), encoding="utf-8")
        sys.stdout.write(f"{output.relative_to(ROOT)}\n")
    elif sys.argv[1:] == ["whole"]:
        archives = [archive_name(**_named(each)) for each in descriptor()["platforms"]]
        missing = [name for name in archives if not (DIST / name).exists()]
        if missing:
            raise SystemExit(f"not in dist: {', '.join(missing)}")
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
