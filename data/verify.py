"""Checks an export bundle against its manifest, and what its files say of one another.

A manifest tells of damage and of changes to single files. Of whoever rewrites all files and the manifest alike it cannot tell: that
takes a hash of the manifest which was kept apart.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.errors import Unreadable
from data.files import LEFT_BY_FILE_MANAGERS

MANIFEST = "manifest.sha256"
PACKAGE, QUERY, README = "datapackage.json", "query.json", "README.txt"
ALWAYS = {PACKAGE, QUERY, README, "codebook.csv", "completeness.csv"}  # besides the tables, which the data package names
LINE = re.compile(r"([0-9a-f]{64})  ([^/\\\x00]+)")
CITED = re.compile(rf"{re.escape(QUERY)} SHA-256 ([0-9a-f]{{64}})")


def verify(folder: Path) -> dict[str, Any]:
    """`ok`, how many files were `checked`, and the `problems` in words: what is missing, changed, extra, named twice, or not as another
    file says. Raises Unreadable where there is no bundle."""
    folder = folder.parent if folder.name == MANIFEST else folder
    if not (folder / MANIFEST).is_file():
        raise Unreadable(f"{folder}: no export bundle ({MANIFEST} is missing)")
    lines = _lines(folder)
    named = Counter(name for name, _ in lines)
    faults = {line: fault for line in lines if (fault := _fault(folder, *line))}
    problems = [] if lines else [f"{MANIFEST}: changed"]
    problems += [f"{name}: stands twice in {MANIFEST}" for name, times in named.items() if times > 1]
    problems += faults.values()
    extra = held(folder) - set(named) - {MANIFEST}
    problems += [f"{name}: not of the bundle" for name in sorted(extra)]
    problems += [f"{name}: missing" for name in sorted(ALWAYS - set(named) - extra)]
    problems += _disagreements(folder, dict(line for line in lines if line not in faults), {*named, *extra})
    return {"ok": not problems, "checked": len(named), "redacted": 0, "problems": list(dict.fromkeys(problems))}


def held(folder: Path) -> set[str]:
    """The names of what a folder holds, without what file managers leave there."""
    return {path.name for path in folder.iterdir() if not (path.name in LEFT_BY_FILE_MANAGERS and path.is_file())}


def changed(folder: Path) -> list[str]:
    """What is there under the name of a file of the bundle and is not what was written."""
    return sorted({name for name, digest in _lines(folder) if (folder / name).exists() and _fault(folder, name, digest)})


def listed(folder: Path) -> dict[str, str]:
    """The files that a bundle's manifest names, with their hashes; empty where it has none that can be read."""
    return dict(_lines(folder))


def _lines(folder: Path) -> list[tuple[str, str]]:
    """Name and hash, line by line."""
    try:
        lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return []
    found = [LINE.fullmatch(line) for line in lines]
    return [(match[2], match[1]) for match in found if match] if all(found) else []


def _fault(folder: Path, name: str, digest: str) -> str | None:
    if not (folder / name).is_file():
        return f"{name}: missing"
    return f"{name}: changed" if _sha256(folder / name) != digest else None


def _disagreements(folder: Path, sound: dict[str, str], known: set[str]) -> Iterator[str]:
    """What data package and README say otherwise of `sound` files: those that are as the manifest says, with their hashes."""
    if PACKAGE in sound:
        yield from _not_as_packaged(folder, sound, known)
    if README in sound and QUERY in sound:
        cited = CITED.search((folder / README).read_text(encoding="utf-8", errors="replace"))
        if cited and cited[1] != sound[QUERY]:
            yield f"{QUERY}: not as {README} says"


def _not_as_packaged(folder: Path, sound: dict[str, str], known: set[str]) -> Iterator[str]:
    try:
        resources = _resources(folder)
    except (ValueError, TypeError, KeyError):
        yield f"{PACKAGE}: cannot be read"
        return
    for name, digest, size in resources:
        if name not in known:
            yield f"{name}: missing"
        elif name in sound and (digest not in (None, f"sha256:{sound[name]}") or size not in (None, (folder / name).stat().st_size)):
            yield f"{name}: not as {PACKAGE} says"


def _resources(folder: Path) -> list[tuple[str, Any, Any]]:
    """Path, hash and size of each file of the data package; None where one is not stated. Raises ValueError, TypeError or KeyError where
    it is no data package."""
    told = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    return [(str(resource["path"]), resource.get("hash"), resource.get("bytes")) for resource in told["resources"]]


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
