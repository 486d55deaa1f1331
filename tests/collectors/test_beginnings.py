"""What a file's first bytes tell, also where they are cut off in the middle."""

import json
import sqlite3

import pytest

from collectors import beginnings
from collectors.formats import Sample
from collectors.table_csv import header


def sample(head, name="t"):
    return Sample(name=name, path=name, head=head, header=header(head))


@pytest.mark.parametrize(
    ("head", "names"),
    [
        (b'{"a": 1, "b": {"c": 2}}\n{"d": 3}\n', {"a", "b", "d"}),
        ('\ufeff[\n {"甲": 1, "b": 2},\n {"d": 3}]'.encode(), {"甲", "b", "d"}),
        (b'{"a": "\\"x\\": 1", "b": 2}', {"a", "b"}),
        (b"a,b\n1,2\n", {"a", "b"}),
        ('\ufeff"a","乙"\n1,2\n'.encode(), {"a", "乙"}),
        (b"[]", set()),
        (b"[1, 2]", set()),
        (b"", set()),
        (b"<html>", set()),
        (b"{" * 5000, set()),
        (b"\xff\xfe" * 50, set()),
    ],
)
def test_columns(head, names):
    assert beginnings.columns(sample(head)) == names


def test_the_names_in_an_object_that_goes_on_are_all_that_are_seen():
    whole = json.dumps({"user": {"id": 1}, "weibo": [{"bid": "x", "text": "话" * 100_000}]}).encode()
    assert beginnings.columns(sample(whole[: len(whole) // 2])) == {"user", "id", "weibo", "bid", "text"}


def test_tables_and_the_words_of_their_declarations(tmp_path):
    with sqlite3.connect(tmp_path / "t.db") as made:
        made.execute('create table if not exists "note" (id text, 作品ID text)')
        made.execute("create table weibo (id varchar(20), text /* words */ text)")
        made.execute("create view seen as select 1")
    made.close()
    found = beginnings.tables(sample((tmp_path / "t.db").read_bytes()))
    assert set(found) == {"note", "weibo"}
    assert found["note"] >= {"id", "作品ID"} and "varchar" in found["weibo"] and "varchar" not in found["note"]


@pytest.mark.parametrize("head", [b"SQLite format 3\0" + bytes(100), b"CREATE TABLE note (id)", b""])
def test_without_tables(head):
    assert beginnings.tables(sample(head)) == {}
