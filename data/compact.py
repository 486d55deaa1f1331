"""Few large segments instead of many small ones, so that reading the log stays fast."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from data.log import Log, Manifest, Overtaken, Segment
from data.model import TABLES, arrow_schema

TOO_MANY = 160  # live segments above which an import compacts when it ends
SMALL = 32 * 2**20  # bytes: larger segments stay as they are
ROWS = 10_000  # of a row group: a reader holds one in memory


def compact_when_many(log: Log) -> bool:
    """Compacts where there are too many live segments."""
    if len(log.manifest().segments) <= TOO_MANY:
        return False
    compact(log)
    return True


def compact(log: Log) -> Manifest:
    """Merges the small segments of each table. The facts stay the same; segments that others add meanwhile stay beside."""
    for table in TABLES:
        with log.held() as manifest:
            for some in _together(log, manifest, table):
                try:
                    log.replace(some, {table: rows(log, table, some)})
                except Overtaken:
                    break  # another process compacts this table just now
    log.clear()
    return log.manifest()


def _together(log: Log, manifest: Manifest, table: str) -> Iterator[list[Segment]]:
    """Small segments that become one, none much larger than what counts as small."""
    some: list[Segment] = []
    size = 0
    for segment in manifest.of(table):
        bytes_ = log.path(segment).stat().st_size
        if bytes_ >= SMALL:
            continue
        some.append(segment)
        size += bytes_
        if size >= SMALL:
            yield some
            some, size = [], 0
    if len(some) > 1:
        yield some


def rows(log: Log, table: str, segments: list[Segment]) -> Iterator[pa.RecordBatch]:
    """The rows of some segments, in batches; columns that an older segment lacks are null."""
    schema = arrow_schema(table)
    for segment in segments:
        with pq.ParquetFile(log.path(segment)) as file:
            there = [name for name in schema.names if name in file.schema_arrow.names]
            for batch in file.iter_batches(ROWS, columns=there):
                columns = [
                    batch.column(there.index(f.name)).cast(f.type) if f.name in there else pa.nulls(len(batch), f.type) for f in schema
                ]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)
