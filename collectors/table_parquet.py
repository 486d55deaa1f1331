"""Parquet files, batch by batch: damage costs what lies behind it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isnan
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collectors.cells import canonical, mended
from collectors.formats import Broken, Record, Source
from collectors.told import LARGEST_EXACT
from data.errors import Unreadable


def parquet_records(source: Source) -> Iterator[Record | Broken]:
    number = 0
    with source.open() as file:
        try:
            table = pq.ParquetFile(file if file.seekable() else pa.BufferReader(file.read()))
        except (pa.ArrowInvalid, OSError) as reason:
            raise Unreadable(f"{source.name} cannot be read as a Parquet file: {reason}") from reason
        batches = table.iter_batches(batch_size=1000)
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError) as reason:
                said = f"the file is damaged and cannot be read further: {reason}"
                yield Broken(number=number + 1, reason=said, body=canonical({"damaged after row": number}))
                return
            if batch is None:
                return
            for row in _rows_of_batch(batch):
                number += 1
                if isinstance(row, str):
                    yield Broken(number=number, reason=row, body=canonical({"unreadable row": number}))
                    continue
                told = {name: _plain(value) for name, value in row.items()}
                yield Record(number=number, cells=mended(told), body=canonical(told))


def _rows_of_batch(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | str]:
    """The rows of a batch; a text for one that holds what is no text or no time."""
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError):
        yield from _one_by_one(batch)


def _one_by_one(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | str]:
    """Row by row, only the bad ones are lost."""
    for place in range(batch.num_rows):
        try:
            yield from batch.slice(place, 1).to_pylist()
        except (ValueError, OverflowError) as reason:
            yield f"the row cannot be read: {reason}"


def _plain(value: Any) -> Any:
    """A Parquet cell as JSON can hold it: times as ISO text, whole numbers that stand as floats as whole numbers,
    as far as floats hold them with all their digits, durations as seconds, and anything else as Python shows it."""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) <= LARGEST_EXACT
        return int(value) if whole else None if isnan(value) else value
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, (str, int)) else str(value)
