"""Few large segments instead of many small ones, so that reading the log stays fast."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from data.log import Log, Manifest, Overtaken, Segment
from data.model import TABLES, arrow_schema

# Live segments above which a build compacts what was published before it. Of a million posts,
# to read ids from 402 segments instead of 11 took a sixteenth longer, and to merge them as long as five such reads.
TOO_MANY = 640
OF_A_COLLECTION = 160  # a collection adds a few rows at a time: its segments are merged in no time, and each command opens them all
SMALL = 32 * 2**20  # bytes: larger segments stay as they are
ROWS = 10_000  # of a row group: a reader holds one in memory


def compact_when_many(log: Log, until: int, many: int) -> None:
    """Compacts where there are more than so many live segments of up to a generation."""
    if sum(segment.until <= until for segment in log.manifest().segments) > many:
        compact(log, until)


def compact(log: Log, until: int | None = None) -> Manifest:
    """Merges the small segments of each table, of up to a generation or all. The facts stay the same; segments that others add
    meanwhile stay beside."""
    for table in TABLES:
        with log.held() as manifest:
            for some in _together(log, manifest.of(table), manifest.generation if until is None else until):
                try:
                    log.replace(some, {table: rows(log, table, some)})
                except Overtaken:
                    break  # another process compacts this table just now
    log.clear()
    return log.manifest()


def _together(log: Log, segments: Iterable[Segment], until: int) -> Iterator[list[Segment]]:
    """Small segments that become one, none much larger than what counts as small."""
    some: list[Segment] = []
    size = 0
    for segment in segments:
        bytes_ = log.path(segment).stat().st_size
        if bytes_ >= SMALL or segment.until > until:
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
