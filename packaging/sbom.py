"""List what this platform's archive holds: ``make sbom``, after ``make archive``.

This writes dist/<archive>.cdx.json, in CycloneDX 1.6. It lists Python, every distribution with its
name, version and licence, and every native library beside them with its checksum.
"""

from __future__ import annotations

import email
import hashlib
import io
import json
import platform
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from project import DIST, archive_name, build_time, descriptor, sha256, this_platform, version


def main() -> None:
    """Write the list."""
    archive = DIST / archive_name(*this_platform())
    name = descriptor()["executable"]
    components = [_python()]
    for path, content in _files(archive):
        if path.endswith(".dist-info/METADATA"):
            components.append(_distribution(content.decode()))
        elif path.startswith("lib/") and path.count("/") == 1:
            checksum = hashlib.sha256(content).hexdigest()
            hashes = [{"alg": "SHA-256", "content": checksum}]
            file = path.removeprefix("lib/")
            components.append({"type": "library", "name": file, "hashes": hashes})
    program = {
        "type": "application",
        "name": name,
        "version": version(),
        "licenses": [{"license": {"id": descriptor()["license"]}}],
        "hashes": [{"alg": "SHA-256", "content": sha256(archive)}],
    }
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(build_time(), timezone.utc).isoformat(),
            "component": program,
        },
        "components": [each for each in components if each["name"] != name],
    }
    output = DIST / f"{archive.name}.cdx.json"
    output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"dist/{output.name}  {len(components)} components\n")


def _python() -> dict[str, Any]:
    """The archive's Python, which is the one that runs this."""
    return {
        "type": "library",
        "name": "cpython",
        "version": platform.python_version(),
        "licenses": [{"license": {"id": "PSF-2.0"}}],
        "purl": f"pkg:generic/cpython@{platform.python_version()}",
    }


def _distribution(text: str) -> dict[str, Any]:
    metadata = email.message_from_string(text)
    name, version_ = metadata["Name"], metadata["Version"]
    component: dict[str, Any] = {"type": "library", "name": name, "version": version_}
    normal = name.lower().replace("_", "-").replace(".", "-")
    component["purl"] = f"pkg:pypi/{normal}@{version_}"
    if metadata["License-Expression"]:
        component["licenses"] = [{"expression": metadata["License-Expression"]}]
    elif metadata["License"] and "\n" not in metadata["License"]:
        component["licenses"] = [{"license": {"name": metadata["License"]}}]
    return component


def _files(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            for name in zipped.namelist():
                yield name, zipped.read(name)
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            yield member.name, (tar.extractfile(member) or io.BytesIO()).read()


if __name__ == "__main__":
    main()
