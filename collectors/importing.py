"""Imports files of other tools: find them, tell their format, archive and parse their records, append what is new.

A record is counted once, by its leading row: added (its key is new to the log), updated (a known key with a new sighting, text,
author state or edge), duplicate (no new row), quarantined (unreadable).
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collectors import table, zipped
from collectors.batches import Batches
from collectors.cells import file_name
from collectors.files import format_of, sample_of, sources
from collectors.formats import Broken, Origin, Record, Source
from collectors.outcome import Imported
from collectors.parsing import LARGE, in_order, workers
from data.campaign import Campaign, likely_platform
from data.clock import now
from data.errors import Unreadable, WrongUsage
from data.home import Home
from data.known import Known
from data.log import Log
from data.model import Run, new_run_id
from data.version import VERSION

# What is appended as one change.
BATCH = 10_000  # records
BATCH_BYTES = 8 * 2**20  # of their bodies


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What the user asked for. `choose` is asked for the column mapping of an unknown table: it gets the guess and returns
    the mapping to use, or raises Unreadable."""

    campaign: Campaign
    format: str | None = None
    platform: str | None = None
    zone: ZoneInfo
    mapping: dict[str, Any] | None = None
    choose: Callable[[str, dict[str, Any] | None], dict[str, Any]]


def import_files(home: Home, paths: Iterable[Path], wanted: ImportOptions, progress: Callable[[Imported], None]) -> Imported:
    """Imports files, folders and zip archives into the log; what is not an export is named and costs nothing else."""
    started = time.monotonic()
    begun = now()
    done = Imported(run_id=new_run_id(begun))
    log = Log(home.log)
    paths = list(paths)
    run = Run(
        run_id=done.run_id, source="import", campaign=wanted.campaign.id, query=", ".join(file_name(path.name) for path in paths),
        synthetic=wanted.campaign.synthetic, started=begun, version=VERSION,
    )  # fmt: skip
    refuse_mixing(log, wanted.campaign)
    if likely := likely_platform(wanted.platform or ""):
        raise WrongUsage(f"--platform {wanted.platform}: is {likely!r} meant?")
    with log.held() as manifest, no_garbage(), ThreadPoolExecutor(max_workers=1) as beside:
        batches = Batches(home, log, beside.submit(Known, log, manifest), run, done)
        for source in sources(paths, done):
            _import_file(source, wanted, batches, progress)
        for what, files in done.left_out.items():
            done.warn(f"not imported: 1 file, {what}" if files == 1 else f"not imported: {files} files, {what}")
        batches.close()
    done.seconds = round(time.monotonic() - started, 3)
    return done


@contextmanager
def no_garbage() -> Iterator[None]:
    """Rows hold no cycles, and looking for some among millions of them took a third of the time of an import."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def refuse_mixing(log: Log, campaign: Campaign) -> None:
    """Invented and real runs never live in one campaign. Raises WrongUsage."""
    runs = log.read("run", columns=["campaign", "synthetic"]).to_pylist()
    if any(run["campaign"] == campaign.id and run["synthetic"] != campaign.synthetic for run in runs):
        raise WrongUsage(f"{campaign.id}: holds {'real' if campaign.synthetic else 'invented'} posts already; use another campaign")


def _import_file(source: Source, wanted: ImportOptions, batches: Batches, progress: Callable[[Imported], None]) -> None:
    done = batches.done
    try:
        sample = sample_of(source)
        module = format_of(sample, wanted.format, wanted.mapping)
        left_out = getattr(module, "not_imported", lambda sample: None)(sample)
        if left_out:
            done.left_out[left_out] += 1
            return
        origin = Origin(
            run_id=done.run_id, campaign=wanted.campaign.id, file=source.name, path=source.path, zone=wanted.zone,
            now=batches.run.started, author_key=batches.home.author_key, author_key_of_hash=batches.home.author_key_of_hash,
            platform=wanted.platform, mapping=wanted.mapping, warn=done.warn,
        )  # fmt: skip
        if module.NAME == "mapped" and wanted.mapping is None:
            origin = replace(origin, mapping=wanted.choose(source.name, module.guess(*table.preview(source, origin), wanted.platform)))
        if wanted.platform and wanted.platform not in (module.CARRIES.platforms or [wanted.platform]):
            done.warn(
                f"{source.name}: --platform {wanted.platform} was not used: files of {module.CARRIES.tool} tell their platform themselves"
            )
        source = replace(source, far=partial(_tell, source, done, progress))
        most = getattr(module, "BATCH_BYTES", BATCH_BYTES)
        with workers(source.size > LARGE) as pool:
            known = guessed = 0
            for bodies, parsed in in_order(module.__name__, _batches(module.records(source, origin), most), origin, pool):
                duplicates = done.duplicate
                batches.take(bodies, parsed)
                guessed += parsed.guessed
                if module.NAME == "mapped" and done.duplicate > duplicates:
                    known += batches.known.held_before()
                progress(done)
        if guessed:
            done.warn(years_guessed(source.name, guessed))
        if known:
            done.warn(
                f"{source.name}: records known already: {known}; they stay as they were first read, whatever mapping or zone is given now. "
                "To read them by another, import them into a new home (--home DIR)"
            )
    except Unreadable as error:
        done.unreadable.append(str(error))
        return
    except zipped.DAMAGED_WITHIN as error:
        done.unreadable.append(f"{source.name}: damaged within its archive ({error}). What came before that was imported; get it again")
        return
    finally:
        done.far = ""
    done.files += 1
    done.formats[module.NAME] += 1


def years_guessed(file: str, records: int) -> str:
    """What is said of a file whose times tell no year."""
    return (
        f"{file}: years of {records} records were guessed, since their times tell none: a Weibo post's id tells it, else it is the newest "
        "before the file was captured or imported. Look whether they can be right"
    )


def _tell(source: Source, done: Imported, progress: Callable[[Imported], None], read: int) -> None:
    done.far = f"{min(read, source.size) / max(1, source.size):.0%} of {source.name}"
    progress(done)


def _batches(records: Iterator[Record | Broken], most: int) -> Iterator[list[Record | Broken]]:
    batch: list[Record | Broken] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record.body)
        if len(batch) == BATCH or size > most:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
