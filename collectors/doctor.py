"""What is installed, reachable, stale, missing or full: one finding a line, each with its remedy."""

import importlib.metadata
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collectors import recheck
from collectors.archive import frames
from collectors.client import REFUSES, reachable
from collectors.hosts import Hosts
from collectors.sources import sources
from data.build import published, reading, schema_version
from data.campaign import campaigns
from data.clock import now
from data.collected import followed, known_posts
from data.compact import TOO_MANY
from data.errors import WrongUsage
from data.home import Home
from data.log import Log

LOW_DISK = 2 * 2**30
STALE = timedelta(days=2)
OVER = timedelta(days=30)
SHOWN = 3  # warnings of one run
COLLECTING = frozenset((*sources(), recheck.NAME))  # the runs that ask platforms


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at. `remedy` says what to do where it is not ok."""

    what: str
    ok: bool
    remedy: str = ""


def examine(home: Home) -> list[Finding]:
    """Looks at everything. Asks only hosts that the user consented to, that do not refuse and were not asked lately. Nothing changes but
    what `collectors.hosts` keeps of a host that was asked, so that all commands together keep its pace."""
    looks = (_installed, _home, _log, _published, _archive, _campaigns, _runs, _collected, _warnings, _refusals, _drift, _followed, _hosts)
    return [finding for look in looks for finding in _found(look, home)]


def _found(look: Callable[[Home], Iterator[Finding]], home: Home) -> Iterator[Finding]:
    """What one look finds; where a damaged file ends it, that."""
    try:
        yield from look(home)
    except (OSError, pa.ArrowException) as error:
        yield Finding(what=f"not all could be looked at: {error}", ok=False, remedy="put back what is missing or damaged from a copy")


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
    if os.name == "posix" and key.exists():  # elsewhere the mode says nothing
        private = not key.stat().st_mode & 0o077
        yield Finding(what="the key of pseudonyms is private", ok=private, remedy=f"chmod 600 {key}")


def _published(home: Home) -> Iterator[Finding]:
    log = Log(home.log).manifest()
    holds = published(home)
    if holds is None:
        yield Finding(what="nothing is published", ok=not log.segments, remedy="groundswell build")
        return
    behind, other = log.generation - holds["generation"], holds["schema"] != schema_version()
    state = "of another version" if other else f"{behind} changes behind the log" if behind else "up to date"
    yield Finding(what=f"published database is {state}", ok=state == "up to date", remedy="groundswell build")
    if not other:
        try:
            with reading(home) as connection:
                connection.execute("select generation from meta").fetchall()
        except (WrongUsage, duckdb.Error) as error:
            yield Finding(what=str(error), ok=False, remedy="groundswell build --full")
    yield Finding(what=f"{len(log.segments)} segments in the log", ok=len(log.segments) <= TOO_MANY, remedy="the next build compacts them")


def _log(home: Home) -> Iterator[Finding]:
    """The segments that the manifest names are there, and are Parquet."""
    log = Log(home.log)
    for segment in log.manifest().segments:
        try:
            pq.read_metadata(log.path(segment))
        except (OSError, pa.ArrowInvalid):
            yield Finding(
                what=f"the log's {segment.file} is missing or damaged", ok=False, remedy=f"put back a copy of it into {log.segments}"
            )


def _archive(home: Home) -> Iterator[Finding]:
    for path in sorted((home.archive / "tables").glob("*.frames")):
        try:
            for _ in frames(path):
                pass
        except ValueError as error:
            yield Finding(what=str(error), ok=False, remedy=f"put back a copy of this file, then: groundswell verify {home.archive}")


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
    newest: dict[tuple[str, str], datetime] = {}  # when the newest run that ended began, by source and campaign
    for run in sorted((run for run in runs if run["ended"]), key=lambda run: run["started"]):
        newest[run["source"], run["campaign"]] = run["started"]
    for run in runs:
        source, campaign, started = run["source"], run["campaign"], run["started"]
        over = run["run_id"] in ended or newest.get((source, campaign), started) > started  # a later run has done its work
        if not over and now() - started > timedelta(hours=3):
            yield Finding(
                what=f"{source} of {started:%Y-%m-%d %H:%M} UTC for {campaign} did not end",
                ok=False,
                remedy=f"do it again: {_again(source, campaign)}. What came before is kept",
            )


def _again(source: str, campaign: str) -> str:
    """The command that does a run's work again."""
    if source == "replay":
        return "groundswell replay"
    words = "import FILES" if source == "import" else f"collect {source}" if source in sources() else source
    return f"groundswell {words} --campaign {campaign}"


def _collected(home: Home) -> Iterator[Finding]:
    """When each campaign was last collected live; a run that was refused before it read anything did not. One that nobody has collected
    for long is over, and nothing is wrong with it."""
    last: dict[str, datetime] = {}
    for run in Log(home.log).read("run").to_pylist():
        if run["ended"] and run["source"] in COLLECTING and (run["read"] or not run["blocked_by"]):
            last[run["campaign"]] = max(run["ended"], last.get(run["campaign"], run["ended"]))
    for campaign, at in sorted(last.items()):
        yield Finding(
            what=f"last collection for {campaign} {at:%Y-%m-%d %H:%M} UTC",
            ok=not STALE < now() - at < OVER,
            remedy=f"to go on: groundswell watch --campaign {campaign}. Nothing to do if it is over, as is taken after {OVER.days} days",
        )


def _warnings(home: Home) -> Iterator[Finding]:
    """What the newest run of each source warned of: answers that look odd, counters that fell, searches that went silent."""
    newest = {}
    for run in sorted(Log(home.log).read("run").to_pylist(), key=lambda run: run["started"]):
        if run["ended"] and run["source"] in COLLECTING:
            newest[run["campaign"], run["source"]] = run
    for run in newest.values():
        for warning in (run["warnings"] or ())[:SHOWN]:
            yield Finding(
                what=f"{run['source']} of {run['started']:%Y-%m-%d %H:%M} UTC warned: {warning}", ok=False,
                remedy="look at the source with your own browser; after a newer version of this program: groundswell replay",
            )  # fmt: skip


def _refusals(home: Home) -> Iterator[Finding]:
    """Hosts that are not asked before their time."""
    hosts = Hosts(home.path / "live" / "hosts")
    for host in hosts.known():
        refused = hosts.state(host).refused
        if refused and datetime.fromisoformat(refused.until) > now():
            until = f"{datetime.fromisoformat(refused.until):%Y-%m-%d %H:%M} UTC"
            yield Finding(what=f"{host} refused: {refused.says}", ok=False, remedy=f"it is left alone until {until}; then run again")


def _drift(home: Home) -> Iterator[Finding]:
    """Live answers that could not be read."""
    rows = Log(home.log).read("quarantine", columns=["format"])["format"].to_pylist()
    odd = rows.count("live")
    if odd:
        yield Finding(
            what=f"{odd} live answers or posts could not be read: a platform may have changed its layout", ok=False,
            remedy="look for a newer version of this program, then: groundswell replay",
        )  # fmt: skip


def _followed(home: Home) -> Iterator[Finding]:
    """What rechecks need a day, and what they may have."""
    log = Log(home.log)
    for id in sorted({row["campaign"] for row in log.read("followed", columns=["campaign"]).to_pylist()}):
        posts = {post.post_id for post in known_posts(log, id, recheck.PLATFORM) if post.there}
        known = followed(log, id, recheck.PLATFORM)
        new = sum(now() - at < recheck.DAY for post, at in known.items() if post in posts)
        mine = len(posts & known.keys())
        need = mine + new * len(recheck.LOOKS)
        yield Finding(
            what=f"{id}: rechecks need about {need} requests a day of {recheck.BUDGET}; {mine} of {len(posts)} posts are followed",
            ok=need <= recheck.BUDGET,
            remedy="nothing to do: fewer posts are drawn until it fits, and what is missed is seen later",
        )


def _hosts(home: Home) -> Iterator[Finding]:
    hosts = sorted({row["host"] for row in Log(home.log).read("consent", columns=["host"]).to_pylist()})
    if not hosts:
        yield Finding(what="no host was asked: you have consented to none", ok=True)
    known = Hosts(home.path / "live" / "hosts")
    for host in hosts:
        refused = known.state(host).refused
        if refused and datetime.fromisoformat(refused.until) > now():
            continue  # told already, and not asked before its time
        why = None
        if not known.asked_lately(host):
            with known.turn(host):  # a question like any other: nobody else asks at the same moment
                why = reachable(host)
        remedy = "leave it alone for some hours" if why and why.startswith(REFUSES) else "check the network"
        yield Finding(what=f"{host} answers" if why is None else f"{host}: {why}", ok=why is None, remedy=remedy)
