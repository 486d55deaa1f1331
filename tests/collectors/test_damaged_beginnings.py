"""The first record of a file may be the damaged one, and the others are read. Found by tests/hostile/test_changed_files.py."""

import io
import json

import pytest

from collectors import table
from collectors.files import format_of, sample_of
from collectors.formats import Broken, Record, Source
from tests.collectors.test_formats import FILES, origin_of


def read(name, body):
    """The format of a file and its records."""
    source = Source(name=name, path=name, size=len(body), open=lambda: io.BytesIO(body))
    module = format_of(sample_of(source))
    return module.NAME, list(module.records(source, origin_of(FILES[0])))


def sample(name):
    return next(file for file in FILES if f"{file.parent.name}/{file.name}" == name)


LINES = sample("mediacrawler/new_weibo_contents.jsonl")


@pytest.mark.parametrize("first", ['{"note_id": "1", "cont', "[1, 2]", "7", '"x"', '{"id": ' + "[" * 5000, "{}"])
def test_a_first_line_that_is_no_record_costs_itself(first):
    _, second, third = LINES.read_text("utf-8").splitlines()
    name, [damaged, *records] = read(LINES.name, f"{first}\n{second}\n{third}\n".encode())
    assert name == "mediacrawler" and [record.cells for record in records] == [json.loads(second), json.loads(third)]
    assert isinstance(damaged, Broken) or damaged.cells == {}


def test_a_first_record_longer_than_what_is_looked_at_is_recognised():
    lines = LINES.read_text("utf-8").splitlines()
    body = "\n".join([json.dumps({"content": "长" * 200_000} | json.loads(lines[0]) | {"content": "长" * 200_000}), *lines[1:]]).encode()
    name, records = read(LINES.name, body)
    assert name == "mediacrawler" and len(records) == 3 and all(isinstance(record, Record) for record in records)


def test_an_object_of_records_may_stand_on_one_line():
    told = json.loads(sample("weibo-crawler/account.json").read_text("utf-8"))
    name, records = read("account.json", json.dumps(told, ensure_ascii=False).encode())
    assert name == "weibo-crawler" and len(records) == 1 + len(told["weibo"])


def test_json_in_many_lines_is_no_json_lines():
    told = [{"id": 1}, {"id": 2}, {"id": 3}]
    for text in (json.dumps(told, indent=4), "[\n" + ",\n".join(map(json.dumps, told)) + "\n]", json.dumps({"a": told[:1]}, indent=0)):
        assert table.shape("a.json", text.encode()) == "json"
    assert table.shape("a.json", "\n".join(map(json.dumps, told)).encode()) == "jsonl"


@pytest.mark.parametrize("name", ["weibo-trending-hot-search/2031-05-06.json", "weibo-hot-hub/05-06.jsonl", "crawl4weibo/posts.json"])
@pytest.mark.parametrize("levels", [300, 990, 5000])
def test_a_record_nested_without_end_costs_itself(name, levels):
    file = sample(name)
    body = file.read_text("utf-8").rstrip().removesuffix("]")
    deep = f'{{"id": "\\u0000", "x": {"[" * levels}{"]" * levels}}}'
    before = read(file.name, file.read_bytes())[1]
    after = read(file.name, (f"{body}\n{deep}\n" if file.suffix == ".jsonl" else f"{body}, {deep}]").encode())[1]
    assert [record.body for record in after[:-1]] == [record.body for record in before]


def test_a_byte_order_mark_tells_the_encoding_of_a_damaged_file():
    name, records = read(
        "figures.csv", b"\xef\xbb\xbfwhat,value,shown,at,publisher,url,entered_by\nviews,1,1,2031-04-27,\xe6\xed\xa0\x80,,me\n"
    )
    assert name == "quoted" and records[0].cells["what"] == "views"


def test_a_stray_quote_among_rows_of_newer_versions_costs_its_row():
    file = sample("weibo-search/appended_by_newer_versions.csv")
    header, first, *rest = file.read_text("utf-8").splitlines()
    before = read(file.name, file.read_bytes())[1]
    _, after = read(file.name, "\n".join([header, first.replace(",N", ',"N', 1), *rest]).encode())
    assert len(after) == len(before) and isinstance(after[0], Broken)
    assert [record.body for record in after[1:-1]] == [record.body for record in before[1:-1]]


def test_a_row_with_a_cell_too_many_may_have_line_breaks():
    """Its second line alone has as many cells as the header."""
    file = sample("mediacrawler/search_contents_2031-04-27.csv")
    told = file.read_text("utf-8-sig").replace(",1935000000,", ",1935000000,1935000000,", 1)
    _, [torn, *others] = read(file.name, told.encode())
    assert isinstance(torn, Broken) and "17 cells" in torn.reason and len(others) == 2


@pytest.mark.parametrize("first", ['{"captured_at": "2031', "7", '"x"'])
def test_a_first_line_that_is_no_object_costs_no_trend(first):
    _, *lines = sample("weibo-hot-hub/05-06.jsonl").read_text("utf-8").splitlines()
    name, [damaged, *records] = read("05-06.jsonl", "\n".join([first, *lines]).encode())
    assert name == "weibo-hot-hub" and isinstance(damaged, Broken)
    assert [record.cells for record in records] == [json.loads(line) for line in lines]
