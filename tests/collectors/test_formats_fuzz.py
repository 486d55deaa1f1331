"""Every import format on lightly mutated samples: it never falls over, what it tells fits the log, and damage costs what it touches.

The samples are the files of tests/fixtures/formats/. A cell is replaced by another value, or bytes of a file are changed.
"""

import csv
import io
import json
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors import table
from collectors.cells import canonical
from collectors.formats import Broken, Record, Source
from data.errors import Unreadable
from data.model import TABLE_OF, Sighting, to_arrow
from tests.collectors.test_formats import FILES as ALL_FILES
from tests.collectors.test_formats import mapping_of, module_of, origin_of, source_of

# Recordings hold answers, which the platforms' own tests mutate.
OTHERS = ("har", "warc", "wacz")
FILES = [file for file in ALL_FILES if file.parent.name not in OTHERS]
pytestmark = pytest.mark.slow  # every format, sixty changes a test
SOME = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], derandomize=True)
ODD = ("", " ", "0", "-1", "100万+", "1.2万", "2031-02-30", "2031-04-27 10:20:30", "5.3E+15", "undefined", "#x#@y//@z:", "[" * 99, "{}")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(ODD)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    TEXTS,
    st.lists(st.none() | st.integers() | TEXTS | st.dictionaries(TEXTS, st.none(), max_size=2), max_size=3),
    st.dictionaries(st.sampled_from(["id", "_id", "name", "user", "text"]), st.none() | st.integers() | TEXTS, max_size=3),
)


@cache
def records_of(file):
    """The records of a sample, as JSON: cells can be changed without harm to the next example."""
    origin = origin_of(file, mapping=mapping_of(file))
    records = [r for r in module_of(file).records(source_of(file), origin) if isinstance(r, Record)]
    return [json.dumps({name: cell for name, cell in r.cells.items() if isinstance(name, str)}) for r in records]


def told(file, record):
    """The rows of a record, put into the tables of the log; the reason where it is refused."""
    try:
        rows = list(module_of(file).parse(record, origin_of(file, mapping=mapping_of(file))))
    except ValueError as reason:
        assert len(str(reason)) > 10
        return []
    for row in rows:
        to_arrow(TABLE_OF[type(row)], [row])
    return rows


def places(cells, path=()):
    """Where a value stands in a record, as paths."""
    yield path
    inside = cells.items() if isinstance(cells, dict) else enumerate(cells) if isinstance(cells, list) else ()
    for name, value in inside:
        yield from places(value, (*path, name))


def put(cells, path, value):
    for name in path[:-1]:
        cells = cells[name]
    cells[path[-1]] = value


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
@SOME
@given(data=st.data())
def test_a_cell_of_another_kind_is_read_or_refused(file, data):
    cells = json.loads(data.draw(st.sampled_from(records_of(file))))
    path = data.draw(st.sampled_from([path for path in places(cells) if path]))
    put(cells, path, data.draw(TEXTS if file.suffix == ".csv" else VALUES))
    told(file, Record(number=1, cells=cells, body=canonical(cells)))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
@SOME
@given(data=st.data())
def test_a_cell_that_is_gone_is_not_told(file, data):
    cells = json.loads(data.draw(st.sampled_from(records_of(file))))
    path = data.draw(st.sampled_from([path for path in places(cells) if path]))
    inside = cells
    for name in path[:-1]:
        inside = inside[name]
    del inside[path[-1]]
    told(file, Record(number=1, cells=cells, body=canonical(cells)))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
@SOME
@given(data=st.data())
def test_changed_bytes_make_no_format_fall_over(file, data):
    body = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body) - 1))
        change = data.draw(st.sampled_from(["flip", "cut", "insert", "end"]))
        if change == "flip":
            body[start] = data.draw(st.integers(0, 255))
        elif change == "cut":
            del body[start : start + data.draw(st.integers(1, 40))]
        elif change == "insert":
            body[start:start] = data.draw(st.binary(min_size=1, max_size=20))
        else:
            del body[start:]
        if not body:
            return
    changed = bytes(body)
    source = Source(name=file.name, path=file.name, size=len(changed), open=lambda: io.BytesIO(changed))
    origin = origin_of(file, mapping=mapping_of(file))
    try:
        for record in module_of(file).records(source, origin):
            if isinstance(record, Broken):
                assert record.reason
            else:
                told(file, record)
    except Unreadable as reason:
        assert file.name in str(reason)


def test_two_columns_of_one_name_and_a_torn_row():
    """Found by changed bytes: the row could not be kept, since the column's name was taken for the encoding."""
    changed = b"id,said,id\n1,x,2\n2,y\n3,z,4,5\n"
    source = Source(name="t.csv", path="t.csv", size=len(changed), open=lambda: io.BytesIO(changed))
    found = list(table.records(source, origin_of(FILES[0])))
    assert [type(record) for record in found] == [Record, Record, Broken]
    assert found[2].body == b"3,z,4,5"


# Found by tests/fuzz/importers.py: another kind of file than its name says, and values of another kind than the tool writes.
FOUND = [
    ("quoted", "figures.csv", b'{"what": 1, "publisher": ["x"], "shown": null}'),
    ("weibo-search", "17_columns.csv", b'{"id": ["x"], "retweet_id": 7, "user_id": {"a": 1}, "bid": null}'),
    ("weibo-hot-hub", "snapshot.json", b'{"captured_at": "2031-05-06T15", "topic_id": {"a": 1}, "title": ["x"], "exact_counts": [1]}'),
    ("weibo-hot-hub", "snapshot.json", b'{"captured_at": "2031-05-06T15", "title": true, "overview": {"all": {"read": 3}}}'),
    ("weibo-hot-hub", "snapshot.json", b"7"),
    ("weibo-hot-hub", "05-06.jsonl", b'{"captured_at": "2031-05-06T15", "topic_id": "231522", "1h": {"read": [{"value": 1}, 2]}}'),
    ("weibo-hot-hub", "05-06.jsonl", b'{"captured_at": "2031-05-06T15", "topic_id": "231522", "1h": {"read": 3}, "24h": []}'),
    ("weibo-trending-hot-search", "2031-05-06.json", b"7"),
    ("weibo-trending-hot-search", "2031-05-06.json", b'[{"title": {"a": 1}, "url": 5}, {"title": 3, "url": null}, 4]'),
]


@pytest.mark.parametrize(("name", "of", "body"), FOUND)
def test_what_the_fuzz_found_is_read_or_refused(name, of, body):
    file = next(file for file in ALL_FILES if (file.parent.name, file.name) == (name, of))
    source = Source(name=of, path=of, size=len(body), open=lambda: io.BytesIO(body))
    try:
        for record in module_of(file).records(source, origin_of(file)):
            if isinstance(record, Record):
                told(file, record)
    except Unreadable as reason:
        assert of in str(reason)


LINES = [file for file in FILES if file.suffix in (".csv", ".jsonl", ".ndjson") and file.name != "gb18030_semicolons.csv"]


def split(file):
    """The records of a file of lines, by the standard library alone: the header, and each record as a list or an object."""
    text = file.read_text("utf-8-sig")
    if file.suffix == ".csv":
        header, *rows = csv.reader(io.StringIO(text))
        return header, rows
    return None, [json.loads(line) for line in text.splitlines() if line.strip().startswith("{") and _whole(line)]


def _whole(line):
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def joined(header, records):
    """The same as a file."""
    if header is None:
        return "\n".join(json.dumps(record) for record in records).encode()
    out = io.StringIO()
    csv.writer(out).writerows([header, *records])
    return out.getvalue().encode()


def shown(file, body):
    """What comes of each record of a file, without what hangs on its neighbours."""
    source = Source(name=file.name, path=file.name, size=len(body), open=lambda: io.BytesIO(body))
    found = []
    for record in module_of(file).records(source, origin_of(file, mapping=mapping_of(file))):
        rows = told(file, record) if isinstance(record, Record) else []
        found.append([replace(row, context=False) if isinstance(row, Sighting) else row for row in rows])
    return found


@pytest.mark.parametrize("file", LINES, ids=lambda file: f"{file.parent.name}/{file.name}")
@SOME
@given(data=st.data())
def test_a_change_of_one_record_costs_at_most_that_record(file, data):
    header, records = split(file)
    before = shown(file, joined(header, records))
    assert len(before) == len(records)
    place = data.draw(st.integers(0, len(records) - 1))
    changed = json.loads(json.dumps(records))
    cell = data.draw(st.sampled_from(list(changed[place]) if header is None else range(len(changed[place]))))
    changed[place][cell] = data.draw(VALUES if header is None else TEXTS)
    after = shown(file, joined(header, changed))
    assert len(after) == len(records)
    assert before[:place] == after[:place] and before[place + 1 :] == after[place + 1 :]
