"""SQLite files of strangers: what is sound is read, what is not says why, nothing of a file is ever run or written."""

import hashlib
import io
import sqlite3
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from collectors import sqlite_tables
from collectors.formats import Broken
from data.errors import Unreadable
from tests.collectors.test_formats import origin_of, source_of
from tests.collectors.test_table import source

STATEMENTS = {"note": "select * from note", "comment": "select * from comment"}


def made(path, *statements):
    """A database by its statements; a pair is a statement and its values."""
    database = sqlite3.connect(path)
    database.execute("pragma journal_mode = delete")
    for statement in statements:
        database.execute(*statement) if isinstance(statement, tuple) else database.execute(statement)
    database.commit()
    database.close()
    return path


def read(path, told=None):
    """(records, warnings) of a file."""
    warnings = []
    origin = replace(origin_of(path), warn=warnings.append)
    return list(sqlite_tables.records(told or source_of(path), origin, STATEMENTS)), warnings


def cells(records):
    return [record.cells for record in records]


NOTE = "create table note (id text, likes integer, said text)"


def test_rows_are_records_with_sorted_bodies_and_the_file_stays_as_it_is(tmp_path):
    path = made(tmp_path / "t.db", NOTE, "insert into note values ('1', 7, '话'), (2, null, ''), (3, 4.0, 2.5)")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    records, warnings = read(path)
    assert cells(records) == [
        {"id": "1", "likes": 7, "said": "话"},
        {"id": "2", "likes": None, "said": ""},
        {"id": "3", "likes": 4, "said": "2.5"},
    ]
    assert records[0].body == '{"id":"1","likes":7,"said":"话"}'.encode()
    assert ([r.number for r in records], warnings) == ([1, 2, 3], [])
    assert (hashlib.sha256(path.read_bytes()).hexdigest(), [f.name for f in tmp_path.iterdir()]) == (before, ["t.db"])


def test_a_file_of_the_same_name_as_a_question_is_only_a_file(tmp_path):
    path = made(tmp_path / "a?mode=rwc#b %41.db", NOTE, "insert into note values ('1', 7, '话')")
    assert len(read(path)[0]) == 1
    assert [f.name for f in tmp_path.iterdir()] == [path.name]


def test_text_that_is_no_utf_8_is_shown_and_kept(tmp_path):
    path = made(tmp_path / "t.db", NOTE, "insert into note values ('1', 1, cast(x'e5a5bdff' as text)), ('2', 2, x'e59d8f')")
    records, warnings = read(path)
    assert [r.cells["said"] for r in records] == ["好\ufffd", "坏"]
    assert b"\\udcff" in records[0].body
    assert len(warnings) == 1 and warnings[0].startswith("t.db: rows with text that is not UTF-8: 1;")


def test_a_column_whose_name_is_no_utf_8_is_said(tmp_path):
    path = made(tmp_path / "t.db", "create table comment (id text)", "insert into comment values ('1')", "create table note (话话 text)")
    path.write_bytes(path.read_bytes().replace("话话".encode(), b"\xff\xfe\xff\xfe\xff\xfe"))
    records, warnings = read(path)
    assert [type(r) is Broken for r in records] == [True, False]
    assert len(warnings) == 1 and "the table note cannot be read further" in warnings[0]


def test_a_utf_16_database_is_read(tmp_path):
    path = made(tmp_path / "t.db", "pragma encoding = 'UTF-16le'", NOTE, "insert into note values ('1', 1, '话')")
    assert cells(read(path)[0]) == [{"id": "1", "likes": 1, "said": "话"}]


def test_views_triggers_and_virtual_tables_are_not_read(tmp_path):
    path = made(
        tmp_path / "t.db",
        "create table comment (id text)",
        "insert into comment values ('1')",
        "create view note as select randomblob(1000000000) as id",
        "create trigger t after insert on comment begin delete from comment; end",
    )
    assert cells(read(path)[0]) == [{"id": "1"}]
    path = made(tmp_path / "v.db", "create virtual table note using fts5(id)")
    with pytest.raises(Unreadable, match="has no table note or comment"):
        read(path)


def test_a_column_that_would_be_computed_while_reading_is_not(tmp_path):
    path = made(
        tmp_path / "t.db",
        "create table comment (id text, said text default (hex(zeroblob(9))), check (length(id) < 99))",
        "insert into comment values ('1', '好')",
        "create table note (id text, said text as (hex(zeroblob(9))))",
        "insert into note (id) values ('1')",
    )
    assert cells(read(path)[0]) == [{"id": "1", "said": "好"}]


@pytest.mark.parametrize(
    "bytes_of", [b"", b"SQLite format 3\0", b"SQLite format 3\0" + b"\xff" * 4096, b"SQLite format 3\0" + b"\0" * 84, b"id,said\n"]
)
def test_what_is_no_database_is_named(tmp_path, bytes_of):
    path = tmp_path / "t.db"
    path.write_bytes(bytes_of)
    with pytest.raises(Unreadable, match=r"t\.db"):
        read(path)


def large(path):
    return made(path, NOTE, *(("insert into note values (?, ?, ?)", (str(n), n, f"{n} " * 200)) for n in range(2000)))


def test_damage_in_the_middle_costs_what_lies_behind_it_and_is_said(tmp_path):
    path = large(tmp_path / "t.db")
    body = bytearray(path.read_bytes())
    body[len(body) // 2 : len(body) // 2 + 8192] = b"\xff" * 8192
    path.write_bytes(body)
    records, warnings = read(path)
    assert 500 < len(records) < 2000
    assert isinstance(records[-1], Broken)
    assert warnings and warnings[0] == f"t.db: {records[-1].reason}"


def test_a_file_that_was_cut_off_is_said(tmp_path):
    path = large(tmp_path / "t.db")
    path.write_bytes(path.read_bytes()[:200_000])
    try:
        records, warnings = read(path)
    except Unreadable as error:
        assert "t.db" in str(error)
    else:
        assert isinstance(records[-1], Broken) and warnings


def test_pages_that_lead_in_circles_end(tmp_path):
    """The root of the table is made to name its first child in the place of every other, and that child itself."""
    path = large(tmp_path / "t.db")
    with sqlite3.connect(path) as database:
        ((root,),) = database.execute("select rootpage from sqlite_master where name = 'note'")
        ((size,),) = database.execute("pragma page_size")
    database.close()
    body = bytearray(path.read_bytes())
    start = (root - 1) * size
    children = int.from_bytes(body[start + 3 : start + 5], "big")
    for child in range(children):
        cell = start + int.from_bytes(body[start + 12 + 2 * child : start + 14 + 2 * child], "big")
        body[cell : cell + 4] = root.to_bytes(4, "big")
    path.write_bytes(body)
    try:
        records, _ = read(path)
    except Unreadable as error:
        assert "t.db" in str(error)
    else:
        assert isinstance(records[-1], Broken)
        assert len(records) <= len(body) // 2 + 1


def test_a_value_beyond_all_measure_is_refused(tmp_path):
    path = made(
        tmp_path / "t.db", NOTE, "insert into note values ('1', 1, '好'), ('2', 1, '好'), ('3', 1, zeroblob(100000000)), ('4', 1, '好')"
    )
    tracemalloc.start()
    records, _ = read(path)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert cells(records[:1]) == [{"id": "1", "likes": 1, "said": "好"}]
    assert isinstance(records[1], Broken) and "cannot be read further" in records[1].reason
    assert held < 80_000_000


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = made(tmp_path / "t.db", NOTE, *(("insert into note values (?, 1, ?)", (str(n), "话" * 3000)) for n in range(3000)))
    assert path.stat().st_size > 25_000_000
    tracemalloc.start()
    for _ in sqlite_tables.records(source_of(path), origin_of(path), STATEMENTS):
        pass
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held < 2_000_000


def test_what_still_stands_in_the_write_ahead_log_is_said(tmp_path):
    path = made(tmp_path / "t.db", NOTE, "insert into note values ('1', 1, '好')")
    writer = sqlite3.connect(path)
    writer.execute("pragma journal_mode = wal")
    writer.execute("insert into note values ('2', 1, '好')")
    writer.commit()
    records, warnings = read(path)
    assert len(records) == 1
    assert len(warnings) == 1 and "t.db-wal" in warnings[0] and "was not read" in warnings[0]
    writer.close()
    assert (len(read(path)[0]), read(path)[1]) == (2, [])


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_database_within_an_archive_is_read_from_memory(tmp_path, mode):
    path = made(tmp_path / "t.db", NOTE, "insert into note values ('1', 1, '好')", f"pragma journal_mode = {mode}")
    with zipfile.ZipFile(tmp_path / "t.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.write(path, "t.db")
    path.unlink()
    with zipfile.ZipFile(tmp_path / "t.zip") as bundle:
        packed = replace(source(b""), name="t.db", size=bundle.getinfo("t.db").file_size, open=lambda: bundle.open("t.db"))
        assert cells(read(path, packed)[0]) == [{"id": "1", "likes": 1, "said": "好"}]
    assert [f.name for f in tmp_path.iterdir()] == ["t.zip"]


def test_a_very_large_database_within_an_archive_is_not_unpacked():
    body = sqlite_tables.SQLITE + bytes(100)
    packed = replace(source(body), name="t.db", size=sqlite_tables.LARGEST_IN_MEMORY + 1, open=lambda: io.BytesIO(body))
    with pytest.raises(Unreadable, match="unpack it and import the file itself"):
        list(sqlite_tables.records(packed, origin_of(Path("t.db")), STATEMENTS))
