"""A batch that is parsed in another process is the batch that is parsed here; a record that fits no column costs itself."""

from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pytest

from collectors.formats import Record, weibo_search
from collectors.parsing import _packed, _parse_packed, parse
from data.model import TABLE_OF, Post, Sighting, to_arrow, to_column
from tests.collectors.test_formats import FILES, mapping_of, module_of, origin_of, source_of

NOON = datetime(2031, 4, 27, 12)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_records_that_travel_are_parsed_to_the_same(file):
    module, origin = module_of(file), origin_of(file, mapping=mapping_of(file))
    records = list(module.records(source_of(file), origin))
    here, there = parse(module.__name__, records, origin), _parse_packed(module.__name__, _packed(records), origin)
    assert there.marks.equals(here.marks) and there.quarantined == here.quarantined and there.warnings == here.warnings
    assert there.tables.keys() == here.tables.keys()
    for name, (rows, numbers) in here.tables.items():
        assert there.tables[name][0].equals(rows) and there.tables[name][1] == numbers


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_table_is_what_its_rows_alone_would_give(file):
    """Columns that tables of the same records share are converted once."""
    module, origin = module_of(file), origin_of(file, mapping=mapping_of(file))
    records = [record for record in module.records(source_of(file), origin) if isinstance(record, Record)]
    parsed = parse(module.__name__, records, origin)
    told = [row for number, record in enumerate(records) if number not in parsed.quarantined for row in module.parse(record, origin)]
    for name in parsed.tables.keys() - {"quarantine"}:
        assert parsed.tables[name][0].equals(to_arrow(name, [row for row in told if TABLE_OF[type(row)] == name]))


def test_cells_that_differ_between_equal_ends_are_no_column_made_before():
    made = {}
    first, last = "停更", "画师"
    for middle in ("一", "二", "一"):
        cells = (first, middle, last)
        assert to_column(cells, pa.string(), made).to_pylist() == list(cells)
    assert to_column((first, "二", last), pa.large_string(), made).type == pa.large_string()


GOOD = [Record(number=n, cells={"id": str(n)}, body=f'{{"id":"{n}"}}'.encode()) for n in range(1, 101)]
ODD = {
    "a text that is a number": {"text": 3},
    "a count that is a text": {"likes": "3"},
    "a count beyond 64 bits": {"likes": 2**70},
    "half a character": {"text": "\ud800"},
    "a time that is a text": {"seen_at": "2031-04-27"},
    "a number among hashtags": {"hashtags": (3,)},
    "no post id": {"post_id": None},
    "an id that is a number": {"post_id": 7},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("places", [(1,), (50, 100), tuple(range(1, 101))], ids=len)
def test_a_value_of_another_kind_costs_its_record(monkeypatch, odd, places):
    def rows(record, origin):
        told = {"platform": "weibo", "post_id": record.cells["id"], "record_id": record.cells["id"], "run_id": "run"}
        post = Post(**told, kind="original", text="停更")
        sighting = Sighting(**told, format="f", seen_at=NOON, seen_at_basis="told", likes=3)
        change = odd if record.number in places else {}
        return [replace(row, **{name: value for name, value in change.items() if hasattr(row, name)}) for row in (post, sighting)]

    origin = origin_of(FILES[0])
    monkeypatch.setattr(weibo_search, "parse", rows)
    told = parse(weibo_search.__name__, GOOD, origin)
    assert told.quarantined == {place - 1 for place in places}
    quarantined, _ = told.tables["quarantine"]
    assert quarantined["number"].to_pylist() == list(places)
    assert all("not of the kind" in reason for reason in quarantined["reason"].to_pylist())
    sound = parse(weibo_search.__name__, [record for record in GOOD if record.number not in places], origin)
    assert all(told.tables[name][0].equals(rows) for name, (rows, _) in sound.tables.items())
    assert len(told.marks) == len(sound.marks) + len(places)
