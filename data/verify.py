"""Checks an export bundle against its manifest."""

import hashlib
import re
from pathlib import Path
from typing import Any

from data.errors import Unreadable

MANIFEST = "manifest.sha256"
LINE = re.compile(r"([0-9a-f]{64})  ([^/\\\x00]+)")


def verify(folder: Path) -> dict[str, Any]:
    """`ok`, how many files were `checked`, and the `problems` in words: what is missing, changed or extra. Raises Unreadable where
    there is no bundle."""
    folder = folder.parent if folder.name == MANIFEST else folder
    if not (folder / MANIFEST).is_file():
        raise Unreadable(f"{folder}: no export bundle ({MANIFEST} is missing)")
    told = listed(folder)
    problems = [] if told else [f"{MANIFEST}: changed"]
    for name, digest in told.items():
        if not (folder / name).is_file():
            problems.append(f"{name}: missing")
        elif _sha256(folder / name) != digest:
            problems.append(f"{name}: changed")
    extra = sorted({path.name for path in folder.iterdir()} - set(told) - {MANIFEST})
    problems += [f"{name}: not of the bundle" for name in extra]
    return {"ok": not problems, "checked": len(told), "redacted": 0, "problems": problems}


def listed(folder: Path) -> dict[str, str]:
    """The files that a bundle's manifest names, with their hashes; empty where it has none that can be read."""
    try:
        lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return {}
    found = [LINE.fullmatch(line) for line in lines]
    return {match[2]: match[1] for match in found if match} if all(found) else {}


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
