"""Parquet files that are damaged or hold what cannot be: a clear word, and nothing else is lost."""

import json
from datetime import date, time, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collectors import table
from collectors.formats import Broken, Record, mapped
from collectors.parsing import parse
from data.errors import Unreadable
from tests.collectors.test_formats import origin_of, source_of

ROWS = 5000


def read(path):
    return list(table.records(source_of(path), origin_of(path)))


def written(path, column, **options):
    pq.write_table(pa.table({"id": [str(n) for n in range(len(column))], "said": column}), path, row_group_size=1000, **options)
    return path


def test_text_that_is_no_utf_8_costs_its_row(tmp_path):
    raw = pa.array([b"\xff\xfe" if n == 7 else "话".encode() for n in range(20)], pa.binary())
    column = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())
    records = read(written(tmp_path / "t.parquet", column))
    assert [type(r) is Broken for r in records] == [n == 7 for n in range(20)]
    assert records[8].cells == {"id": "8", "said": "话"}
    assert "the row cannot be read" in records[7].reason


def test_a_time_beyond_all_calendars_costs_its_row(tmp_path):
    column = pa.array([2**62 if n == 3 else 0 for n in range(10)], pa.int64()).cast(pa.timestamp("us"))
    records = read(written(tmp_path / "t.parquet", column))
    assert [type(r) is Broken for r in records] == [n == 3 for n in range(10)]
    assert records[4].cells["said"].startswith("1970-01-01")


def test_an_id_whose_digits_a_float_has_lost_costs_its_row(tmp_path):
    ids = pa.array([5300000000000000019.0, 5300000000000000020.0, 5300000000000019.0, None])
    path = written(tmp_path / "t.parquet", pa.array(["画", "话", "墨", "纸"]))
    pq.write_table(pq.read_table(path).set_column(0, "id", ids), path)
    records = read(path)
    told = parse(mapped.__name__, records, origin_of(path, mapping={"platform": "weibo", "columns": {"post_id": "id", "text": "said"}}))
    assert told.quarantined == {0, 1}
    assert all("its digits are lost" in reason for reason in told.tables["quarantine"][0]["reason"].to_pylist())
    assert "5300000000000019" in told.tables["post"][0]["post_id"].to_pylist()


COLUMNS = {
    "null": pa.array([None, None], pa.null()),
    "bool": pa.array([True, None]),
    **{f"{kind}": pa.array([1, None], kind) for kind in (pa.int8(), pa.uint64(), pa.float16(), pa.float32(), pa.float64())},
    **{f"date {kind}": pa.array([date(2031, 5, 6), None], kind) for kind in (pa.date32(), pa.date64())},
    **{f"{kind}": pa.array([time(7, 8), None], kind) for kind in (pa.time32("s"), pa.time64("us"), pa.time64("ns"))},
    **{f"{kind}": pa.array([1, None], kind) for kind in map(pa.duration, ("s", "ms", "us", "ns"))},
    **{f"{kind}": pa.array([1, None], kind) for kind in (pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("us", "Asia/Shanghai"))},
    **{f"{kind}": pa.array([Decimal("1.50"), None], kind) for kind in (pa.decimal128(10, 2), pa.decimal256(40, 2))},
    **{f"{kind}": pa.array([b"\xff\x01", None], kind) for kind in (pa.binary(), pa.large_binary(), pa.binary(2))},
    "large_string": pa.array(["话", None], pa.large_string()),
    "dictionary": pa.array(["话", None]).dictionary_encode(),
    "struct": pa.array([{"a": timedelta(seconds=1), "b": {"c": [time(7)]}}, None]),
    "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())),
    **{
        f"{kind}": pa.array([[1, 2], None], kind)
        for kind in (pa.list_(pa.int64()), pa.large_list(pa.int64()), pa.list_(pa.duration("s"), 2))
    },
    "uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0123456789abcdef", None], pa.binary(16))),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_of_any_kind_costs_no_row(tmp_path, kind):
    records = read(written(tmp_path / "t.parquet", COLUMNS[kind]))
    assert [(record.cells["id"], record.cells["said"] is None) for record in records] == [("0", kind == "null"), ("1", True)]
    assert json.loads(records[0].body) == records[0].cells


def test_a_duration_is_its_seconds_and_a_map_its_pairs(tmp_path):
    shown = {"duration[ms]": 0.001, "duration[s]": 1, "map": [["a", 1]], "uuid": "30313233-3435-3637-3839-616263646566"}
    assert {kind: read(written(tmp_path / f"{kind}.parquet", COLUMNS[kind]))[0].cells["said"] for kind in shown} == shown


def test_damage_in_the_middle_costs_what_lies_behind(tmp_path):
    path = written(tmp_path / "t.parquet", pa.array([f"{n} " * 50 for n in range(ROWS)]), compression="zstd", use_dictionary=False)
    body = bytearray(path.read_bytes())
    middle = len(body) // 2
    body[middle : middle + 400] = b"\xff" * 400
    path.write_bytes(body)
    records = read(path)
    assert isinstance(records[-1], Broken) and "cannot be read further" in records[-1].reason
    assert all(isinstance(r, Record) for r in records[:-1])
    assert len(records) >= 1000


@pytest.mark.parametrize("body", [b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"PAR1" + b"\xff" * 100 + b"\xff\xff\xff\x7fPAR1"])
def test_a_footer_that_lies_is_named(tmp_path, body):
    (tmp_path / "t.parquet").write_bytes(body)
    with pytest.raises(Unreadable, match=r"t\.parquet"):
        read(tmp_path / "t.parquet")
