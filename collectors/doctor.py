"""What is installed, reachable, stale, missing or full: one finding a line, each with its remedy."""

import importlib.metadata
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from collectors.archive import frames
from collectors.client import reachable
from data.build import published
from data.campaign import campaigns
from data.clock import now
from data.compact import TOO_MANY
from data.errors import WrongUsage
from data.home import Home
from data.log import Log

LOW_DISK = 2 * 2**30
STALE = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at. `remedy` says what to do where it is not ok."""

    what: str
    ok: bool
    remedy: str = ""


def examine(home: Home) -> list[Finding]:
    """Looks at everything. Asks only hosts that the user consented to; changes nothing."""
    looks = (_installed, _home, _published, _archive, _campaigns, _runs, _hosts)
    return [finding for look in looks for finding in look(home)]


def _installed(home: Home) -> Iterator[Finding]:
    for package in ("duckdb", "streamlit", "onnxruntime", "transformers"):
        yield Finding(what=f"{package} {importlib.metadata.version(package)}", ok=True)


def _home(home: Home) -> Iterator[Finding]:
    place = home.path if home.path.exists() else home.path.parent
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    yield Finding(what=f"{free / 2**30:.0f} GB free at {place}", ok=free > LOW_DISK, remedy="make room, or choose another --home")
    try:
        with tempfile.TemporaryFile(dir=place):
            yield Finding(what=f"home {home.path} can be written", ok=True)
    except OSError as error:
        yield Finding(what=f"home {home.path} cannot be written ({error.strerror})", ok=False, remedy="choose another --home")
    key = home.path / "key"
    if key.exists():
        private = not key.stat().st_mode & 0o077
        yield Finding(what="the key of pseudonyms is private", ok=private, remedy=f"chmod 600 {key}")


def _published(home: Home) -> Iterator[Finding]:
    log = Log(home.log).manifest()
    holds = published(home)
    if holds is None:
        yield Finding(what="nothing is published", ok=not log.segments, remedy="groundswell build")
        return
    behind = log.generation - holds["generation"]
    yield Finding(
        what=f"published database is {behind} changes behind the log" if behind else "published database is up to date",
        ok=behind == 0,
        remedy="groundswell build",
    )
    yield Finding(what=f"{len(log.segments)} segments in the log", ok=len(log.segments) <= TOO_MANY, remedy="the next import compacts them")


def _archive(home: Home) -> Iterator[Finding]:
    for path in sorted((home.archive / "tables").glob("*.frames")):
        try:
            for _ in frames(path):
                pass
        except ValueError as error:
            yield Finding(what=str(error), ok=False, remedy="put back a copy of this file, then: groundswell verify archive")


def _campaigns(home: Home) -> Iterator[Finding]:
    try:
        known = campaigns(home)
    except WrongUsage as error:
        yield Finding(what=str(error), ok=False, remedy="mend the file, then: groundswell campaign check FILE")
        return
    yield Finding(what=f"campaigns: {', '.join(known)}", ok=True)


def _runs(home: Home) -> Iterator[Finding]:
    runs = Log(home.log).read("run").to_pylist()
    ended = {run["run_id"] for run in runs if run["ended"]}
    for run in runs:
        if run["run_id"] not in ended and not run["ended"] and now() - run["started"] > timedelta(hours=3):
            yield Finding(
                what=f"{run['source']} of {run['started']:%Y-%m-%d %H:%M} UTC for {run['campaign']} did not end",
                ok=False,
                remedy="run the same command again: what came before is kept",
            )
    collected = [run["ended"] for run in runs if run["ended"] and run["source"] not in ("import", "label")]
    if collected:
        last = max(collected)
        yield Finding(
            what=f"last collection {last:%Y-%m-%d %H:%M} UTC",
            ok=now() - last < STALE,
            remedy="import what other tools have collected since",
        )


def _hosts(home: Home) -> Iterator[Finding]:
    hosts = sorted({row["host"] for row in Log(home.log).read("consent", columns=["host"]).to_pylist()})
    if not hosts:
        yield Finding(what="no host was asked: you have consented to none", ok=True)
    for host in hosts:
        why = reachable(host)
        yield Finding(what=f"{host} answers" if why is None else f"{host}: {why}", ok=why is None, remedy="check the network")
