"""MediaCrawler: what its SQLite file tells is what its other files tell; hashed and plain ids of an account meet."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.formats import Broken, Record, mediacrawler
from data.home import Home
from data.log import Log
from tests.collectors.test_formats import FIXTURES, origin_of, outcome_of, sample_of, source_of
from tests.command import asked, groundswell
from tests.hostile import databases

FOLDER = FIXTURES / "mediacrawler"
TABLES = {file: table for table, file in databases.FILES.items()}


def records_of(file):
    return [r for r in mediacrawler.records(source_of(file), origin_of(file)) if isinstance(r, Record)]


def told_by(record, origin):
    """The rows of a record without what hangs on its bytes."""
    rows = outcome_of(mediacrawler, record, origin)["rows"]
    return [{name: value for name, value in row.items() if name != "record_id"} for row in rows]


def database(path, tables):
    """The records of its files in its database, with whole numbers where the files have digits."""
    databases.write(path, ((table, [_numbered(record.cells) for record in records]) for table, records in tables.items()))
    return path


def _numbered(cells):
    return {name: int(c) if isinstance(c, str) and c.isdigit() and len(c) > 9 else c for name, c in cells.items()}


@pytest.mark.parametrize("file", TABLES, ids=str)
def test_the_sqlite_file_tells_what_the_other_files_tell(tmp_path, file):
    origin, told = origin_of(FOLDER / file), records_of(FOLDER / file)
    path = database(tmp_path / "sqlite_tables.db", {TABLES[file]: told})
    assert mediacrawler.recognises(sample_of(path))
    found = records_of(path)
    assert [told_by(r, origin) for r in found] == [told_by(r, origin) for r in told]


def test_all_tables_of_a_database_are_read_and_empty_ones_cost_nothing(tmp_path):
    told = {table: records_of(FOLDER / file) for file, table in TABLES.items()}
    path = database(tmp_path / "sqlite_tables.db", told)
    with sqlite3.connect(path) as made:
        made.execute("create table zhihu_content (id integer primary key, last_modify_ts, content_id, content_type, voteup_count)")
    made.close()
    found = list(mediacrawler.records(source_of(path), origin_of(path)))
    assert [r.number for r in found] == list(range(1, sum(map(len, told.values())) + 1))
    assert not any(isinstance(r, Broken) for r in found)


def test_an_account_that_is_hashed_in_one_file_and_plain_in_another_is_one(tmp_path):
    home = tmp_path / "home"
    assert groundswell(home, "campaign", "new", "c").status == 0
    for file in ("search_contents_2031-04-27.csv", "new_weibo_contents.jsonl"):
        said = groundswell(home, "import", FOLDER / file, "--campaign", "c")
        assert (said.status, said.json["quarantined"]) == (0, 0)
    stored = Log(Home(home).log).read("post", columns=["post_id", "author_key"]).to_pylist()
    assert len(stored) == 6
    assert len({(row["post_id"], row["author_key"]) for row in stored}) == 3
    assert asked(home, "select count(*), count(distinct author_key), count(author_id) from posts") == [(3, 3, 3)]
    hashes = {json.loads(line)["creator_hash"] for line in (FOLDER / "new_weibo_contents.jsonl").read_text("utf-8").splitlines()}
    assert not hashes & {row["author_key"] for row in stored}


def test_the_hash_alone_makes_the_key_of_the_plain_id(tmp_path):
    home = Home(tmp_path)
    (plain, *_), (hashed, *_) = records_of(FOLDER / "xhs_contents.csv"), records_of(FOLDER / "new_xhs_contents.jsonl")
    origin = replace(origin_of(FOLDER), author_key=home.author_key, author_key_of_hash=home.author_key_of_hash)
    keys = [[row.author_key for row in mediacrawler.parse(record, origin) if hasattr(row, "author_key")] for record in (plain, hashed)]
    assert keys == [[home.author_key("xiaohongshu", "5c0000000000000000000001")] * 2] * 2


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"last_modify_ts": 1, "words": "x"}, "columns are of no kind of record"),
        ({"note_id": 5.3e20, "content": "话", "comments_count": "1", "shared_count": "1"}, "its digits are lost"),
        ({"note_id": "5.30100E+15", "content": "话", "comments_count": "1", "shared_count": "1"}, "rounded by a spreadsheet"),
        ({"note_id": "1", "content": "话", "comments_count": "many", "shared_count": "1"}, "is not a count"),
        ({"note_id": "", "content": " ", "comments_count": "", "shared_count": ""}, "neither an id nor a text"),
    ],
)
def test_what_cannot_be_read_says_why(cells, reason):
    with pytest.raises(ValueError, match=reason):
        list(mediacrawler.parse(Record(number=1, cells=cells, body=b"{}"), origin_of(Path("x"))))


def test_a_table_of_somebody_else_is_not_taken():
    for columns in ("note_id,content,comments_count,shared_count", "id,text,last_modify_ts", "user_id,nickname,creator_hash"):
        sample = sample_of(FOLDER / "xhs_contents.csv")
        assert not mediacrawler.recognises(replace(sample, head=f"{columns}\n".encode(), header=tuple(columns.split(","))))
