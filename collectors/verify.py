"""Checks an export bundle or the archive against what was written: what is missing, changed or redacted."""

from pathlib import Path
from typing import Any

from collectors import archive
from data.errors import Unreadable
from data.forget import references
from data.home import Home
from data.log import Log
from data.verify import verify as verify_bundle


def verify(path: Path, home: Home) -> dict[str, Any]:
    """`ok`, how many were `checked`, and the `problems` in words. Raises Unreadable where there is nothing to check."""
    if (path / "manifest.sha256").is_file() or path.name == "manifest.sha256":
        return verify_bundle(path)
    tables = path / "tables" if (path / "tables").is_dir() else path
    if not tables.is_dir():
        raise Unreadable(f"{path}: neither an export bundle (with manifest.sha256) nor an archive folder")
    return verify_archive(tables, Log(home.log))


def verify_archive(tables: Path, log: Log) -> dict[str, Any]:
    """Every record that the log refers to stands in the archive as it was committed to. What was forgotten is redacted: its
    place is empty, and no row refers to it any more."""
    expected = references(log)
    problems, checked, redacted, found = [], 0, 0, set()
    for path in sorted(tables.glob("*.frames")):
        try:
            for record in archive.records_of(path):
                checked += 1
                redacted += record.body is None
                place, _, commitment = record.raw_ref.rpartition(".")
                found.add(place)
                if place in expected and expected[place] != commitment:
                    problems.append(f"{place}: changed")
        except ValueError as error:
            problems.append(str(error))
    problems += [f"{place}: missing" for place in sorted(expected.keys() - found)]
    return {"ok": not problems, "checked": checked, "redacted": redacted, "problems": problems}
