"""The log: Parquet segments that are only ever added, and a manifest that names the live ones.

    log/segments/<table>-<ns>-<pid>-<random>.parquet
    log/manifest-<generation>.json       the highest one holds

A change writes its segments under temporary names, renames them, and then links the next manifest into place. Linking fails
where another process was first; the change is then put on top of that one and tried again. So nobody waits for a lock, a
change appears whole or not at all, and what was killed in between leaves only files that no manifest names. Apart from
`forget`, no fact is ever overwritten.
"""

import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.files import alive, sync, sync_folder, write_durably
from data.model import TABLE_OF, arrow_schema, to_arrow

KEEP_MANIFESTS = 8
ORPHAN_AGE = 3600  # a segment no manifest names may be one that is just being written


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One Parquet file: rows of one table, all added in generation `since` to `until` (they differ after compaction)."""

    file: str
    table: str
    rows: int
    since: int
    until: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The live segments of a generation. `forgotten` is the last generation in which something was taken out."""

    generation: int
    forgotten: int
    segments: tuple[Segment, ...]

    def of(self, table: str, after: int = -1) -> list[Segment]:
        """Segments of a table that hold anything added later than generation `after`."""
        return [s for s in self.segments if s.table == table and s.until > after]


EMPTY = Manifest(generation=0, forgotten=0, segments=())


class Log:
    """The append-only log in one folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.segments = folder / "segments"

    def manifest(self) -> Manifest:
        """The newest manifest; an empty one for a log that does not exist yet."""
        while True:
            newest = max(self._manifests(), default=None)
            if newest is None:
                return EMPTY
            try:
                told = json.loads(self._manifest_file(newest).read_text())
            except FileNotFoundError:
                continue  # a newer one came and this one was cleared away
            told["segments"] = tuple(Segment(**segment) for segment in told["segments"])
            return Manifest(**told)

    def path(self, segment: Segment) -> Path:
        return self.segments / segment.file

    def append_rows(self, rows: Iterable[Any], *, forgotten: int | None = None) -> Manifest:
        """Appends rows of any tables as one change; `forgotten` as for `append`."""
        by_table: dict[str, list[Any]] = {}
        for row in rows:
            by_table.setdefault(TABLE_OF[type(row)], []).append(row)
        return self.append({table: to_arrow(table, rows) for table, rows in by_table.items()}, forgotten=forgotten)

    def append(
        self, tables: Mapping[str, pa.Table], *, forgotten: int | None = None, unless: Callable[[Manifest], bool] = lambda manifest: False
    ) -> Manifest:
        """Appends Arrow tables as one change: all of it is in the log when this returns, none of it before. Raises `Overtaken`
        when something was forgotten after generation `forgotten`: the rows may be of those who are not to come back; and when `unless`
        holds of the manifest that the change would be put on top of."""
        written = self._written({table: rows for table, rows in tables.items() if len(rows)})
        if not written:
            return self.manifest()

        def added(base: Manifest, generation: int) -> Manifest:
            if forgotten is not None and base.forgotten > forgotten:
                raise Overtaken("something was forgotten meanwhile")
            if unless(base):
                raise Overtaken("others appended meanwhile")
            new = tuple(Segment(since=generation, until=generation, **segment) for segment in written)
            return Manifest(generation=generation, forgotten=base.forgotten, segments=base.segments + new)

        return self._made(added, written)

    def read(self, table: str, manifest: Manifest | None = None, columns: list[str] | None = None) -> pa.Table:
        """All rows of a table; columns that an older segment lacks are null."""
        segments = (manifest or self.manifest()).of(table)
        schema = arrow_schema(table)
        if columns:
            schema = pa.schema([schema.field(name) for name in columns])
        parts = [_read_segment(self.path(segment), schema) for segment in segments]
        return pa.concat_tables(parts) if parts else schema.empty_table()

    def replace(
        self, old: Iterable[Segment], new: Mapping[str, pa.Table | Iterable[pa.RecordBatch]], *, forgotten: bool = False
    ) -> Manifest:
        """Puts new segments in the place of old ones (`compact`, `forget`). Segments that others added meanwhile stay.
        Raises `Overtaken` when an old segment is gone because another process replaced it first."""
        old = list(old)
        written = self._written(new)
        gone = {segment.file for segment in old}

        def replaced(base: Manifest, generation: int) -> Manifest:
            if not gone <= {segment.file for segment in base.segments}:
                raise Overtaken("another process rewrote the same part of the log")
            since = min((s.since for s in old), default=generation)
            until = max((s.until for s in old), default=generation)
            kept = tuple(s for s in base.segments if s.file not in gone)
            put = tuple(Segment(since=since, until=until, **segment) for segment in written if segment["rows"])
            return Manifest(
                generation=generation,
                forgotten=generation if forgotten else base.forgotten,
                segments=kept + put,
            )

        return self._made(replaced, written)

    @contextmanager
    def held(self):
        """The newest manifest, with its files kept until the reader is done. Who reads on while something is forgotten clears it away."""
        readers = self.folder / "readers"
        readers.mkdir(parents=True, exist_ok=True)
        while True:
            manifest = self.manifest()
            lease = readers / f"{manifest.generation}-{os.getpid()}-{secrets.token_hex(4)}"
            lease.touch()
            if self.manifest().generation == manifest.generation:
                break
            lease.unlink()
        try:
            yield manifest
        finally:
            lease.unlink(missing_ok=True)
            if self.manifest().forgotten > manifest.generation:
                self.clear()

    def clear(self) -> None:
        """Removes old manifests and the segments that only they name, unless a living reader holds them, and what killed
        writers left. After `forget` no older generation stays."""
        newest = self.manifest()
        keep: list[int] = []
        go: list[int] = []
        held = self._held_generations()
        for generation in self._manifests():
            old = generation <= newest.generation - KEEP_MANIFESTS or generation < newest.forgotten
            (go if old and generation not in held else keep).append(generation)
        named = {file for generation in keep for file in self._named(generation)}
        for generation in go:
            for file in self._named(generation) - named:
                (self.segments / file).unlink(missing_ok=True)
            self._manifest_file(generation).unlink(missing_ok=True)
        for path in self.segments.iterdir() if self.segments.exists() else ():
            if path.name not in named and _abandoned(path):
                path.unlink(missing_ok=True)

    def _named(self, generation: int) -> set[str]:
        try:
            told = json.loads(self._manifest_file(generation).read_text())
        except FileNotFoundError:
            return set()
        return {segment["file"] for segment in told["segments"]}

    def _made(self, change: Callable[[Manifest, int], Manifest], written: list[dict[str, Any]]) -> Manifest:
        """Makes a change with what was written for it. Where it is overtaken no segment of it stays: someone forgotten may stand there."""
        try:
            return self._commit(change)
        except Overtaken:
            self._take_back(written)
            raise

    def _commit(self, change: Callable[[Manifest, int], Manifest]) -> Manifest:
        while True:
            base = self.manifest()
            manifest = change(base, base.generation + 1)
            written = self.folder / f"new-{os.getpid()}-{secrets.token_hex(6)}.json"
            write_durably(written, json.dumps(asdict(manifest)).encode())
            try:
                os.link(written, self._manifest_file(manifest.generation))
            except FileExistsError:
                continue
            finally:
                written.unlink()
            sync_folder(self.folder)
            return manifest

    def _written(self, tables: Mapping[str, pa.Table | Iterable[pa.RecordBatch]]) -> list[dict[str, Any]]:
        """A new segment for each table, or none at all."""
        written: list[dict[str, Any]] = []
        try:
            for table, rows in tables.items():
                name = f"{table}-{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(4)}.parquet"
                written.append({"file": name, "table": table, "rows": 0})
                written[-1]["rows"] = self._write(name, table, rows)
        except BaseException:
            self._take_back(written)
            raise
        return written

    def _take_back(self, written: list[dict[str, Any]]) -> None:
        for segment in written:
            for name in (segment["file"], f"{segment['file']}.part"):
                (self.segments / name).unlink(missing_ok=True)

    def _write(self, name: str, table: str, rows: pa.Table | Iterable[pa.RecordBatch]) -> int:
        self.segments.mkdir(parents=True, exist_ok=True)
        unfinished = self.segments / f"{name}.part"
        written = 0
        # Most columns tell something else in each row, and Zstandard packs the others as small as a dictionary, in less time.
        with pq.ParquetWriter(unfinished, arrow_schema(table), compression="zstd", compression_level=1, use_dictionary=False) as writer:
            for batch in rows.to_batches() if isinstance(rows, pa.Table) else rows:
                writer.write_batch(batch)
                written += len(batch)
        sync(unfinished)
        unfinished.rename(self.segments / name)
        return written

    def _manifests(self) -> list[int]:
        return [int(p.stem.removeprefix("manifest-")) for p in self.folder.glob("manifest-*.json")]

    def _manifest_file(self, generation: int) -> Path:
        return self.folder / f"manifest-{generation:012d}.json"

    def _held_generations(self) -> set[int]:
        held = set()
        for lease in (self.folder / "readers").glob("*-*-*"):
            generation, pid, _ = lease.name.split("-")
            if alive(int(pid)):
                held.add(int(generation))
            else:
                lease.unlink(missing_ok=True)
        return held


class Overtaken(Exception):
    """Another process replaced the same segments, or forgot something, first: read the manifest and do it again."""


def _read_segment(path: Path, schema: pa.Schema) -> pa.Table:
    file = pq.ParquetFile(path)
    there = set(file.schema_arrow.names)
    rows = file.read(columns=[name for name in schema.names if name in there])
    columns = [rows[field.name].cast(field.type) if field.name in there else pa.nulls(len(rows), field.type) for field in schema]
    nullable = pa.schema([pa.field(f.name, f.type) for f in schema])
    return pa.Table.from_arrays(columns, schema=nullable)


def _abandoned(file: Path) -> bool:
    """Not named by a manifest, and its writer is gone or has had an hour to name it."""
    parts = file.name.split("-")
    writer = parts[2] if len(parts) > 2 else ""
    if writer.isdigit() and not alive(int(writer)):
        return True
    try:
        return time.time() - file.stat().st_mtime > ORPHAN_AGE
    except FileNotFoundError:
        return False
