"""Checks an export bundle or the archive against what was written: what is missing, changed or redacted."""

from pathlib import Path
from typing import Any

from collectors import archive
from collectors.live_archive import LiveArchive, is_live
from data.errors import Unreadable
from data.forget import references
from data.home import Home
from data.log import Log
from data.verify import verify as verify_bundle


def verify(path: Path, home: Home) -> dict[str, Any]:
    """`ok`, how many were `checked`, and the `problems` in words. Raises Unreadable where there is nothing to check."""
    if (path / "manifest.sha256").is_file() or path.name == "manifest.sha256":
        return verify_bundle(path)
    ours = path.resolve() == home.archive.resolve()  # so that nobody misses what is gone altogether
    whole = ours or (path / "tables").is_dir() or (path / "live").is_dir()
    tables = path / "tables" if whole else path
    if not path.is_dir() or not (whole or path.resolve() == (home.archive / "tables").resolve() or any(path.glob("*.frames"))):
        raise Unreadable(f"{path}: neither an export bundle (with manifest.sha256) nor an archive folder")
    log = Log(home.log)
    of_tables = verify_archive(tables, log)
    of_live = verify_live(path / "live", log) if whole else {"checked": 0, "redacted": 0, "problems": []}
    problems = of_tables["problems"] + of_live["problems"]
    counts = {name: of_tables[name] + of_live[name] for name in ("checked", "redacted")}
    return {"ok": not problems, **counts, "problems": problems}


def verify_live(folder: Path, log: Log) -> dict[str, Any]:
    """Every answer stands in the archive as the ledger committed to it, and every one that the log refers to is there or was redacted."""
    live = LiveArchive(folder)
    found = live.verify()
    told = live.commitments()
    referred = {place: commitment for place, commitment in references(log).items() if is_live(place)}
    lost = [f"{place}: missing" for place in sorted(referred.keys() - told.keys())]
    changed = [f"{place}: changed" for place in sorted(referred.keys() & told.keys()) if told[place] != referred[place]]
    return {**found, "problems": list(dict.fromkeys([*found["problems"], *lost, *changed]))}


def verify_archive(tables: Path, log: Log) -> dict[str, Any]:
    """Every record that the log refers to stands in the archive as it was committed to. What was forgotten is redacted: its
    place is empty. A row of somebody else may still refer to it, as that of who reposted what was forgotten."""
    expected = {place: commitment for place, commitment in references(log).items() if not is_live(place)}
    problems, checked, redacted, found = [], 0, 0, set()
    for path in sorted(tables.glob("*.frames")):
        try:
            for record in archive.records_of(path):
                checked += 1
                redacted += record.body is None
                place, _, commitment = record.raw_ref.rpartition(".")
                found.add(place)
                if record.body is not None and expected.get(place, commitment) != commitment:
                    problems.append(f"{place}: changed")
        except ValueError as error:
            problems.append(str(error))
    problems += [f"{place}: missing" for place in sorted(expected.keys() - found)]
    return {"ok": not problems, "checked": checked, "redacted": redacted, "problems": problems}
