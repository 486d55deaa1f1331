"""weibo-search's SQLite file: its rows are the records of its CSV file."""

import csv
import sqlite3

from collectors.formats import Broken, weibo_crawler, weibo_search
from tests.collectors.test_formats import FIXTURES, origin_of, outcome_of, sample_of, source_of

FILE = FIXTURES / "weibo-search" / "21_columns.csv"
ENGLISH = {chinese: english for english, chinese in weibo_search.IN_DATABASE.items()}
NUMBERS = ("reposts_count", "comments_count", "attitudes_count", "vip_level")


def database(path, columns=()):
    with open(FILE, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [ENGLISH.get(name, name) for name in rows[0]]
    with sqlite3.connect(path) as made:
        kinds = ", ".join(f"{name} {'integer' if name in NUMBERS else 'varchar(100)'}" for name in (*names, *columns))
        made.execute(f"create table weibo ({kinds})")
        for row in rows:
            made.execute(f"insert into weibo ({', '.join(names)}) values ({', '.join('?' * len(names))})", list(row.values()))
    made.close()
    return path


def records_of(file):
    return list(weibo_search.records(source_of(file), origin_of(file)))


def test_the_rows_are_those_of_the_csv_file(tmp_path):
    path = database(tmp_path / "weibo.db")
    assert weibo_search.recognises(sample_of(path))
    found, told = records_of(path), records_of(FILE)
    assert len(found) == len(told) > 1
    assert not any(isinstance(record, Broken) for record in found)
    assert [(r.sha256, outcome_of(weibo_search, r, origin_of(FILE))) for r in found] == [
        (r.sha256, outcome_of(weibo_search, r, origin_of(FILE))) for r in told
    ]


def test_nothing_in_a_column_is_not_told(tmp_path):
    path = database(tmp_path / "weibo.db")
    with sqlite3.connect(path) as made:
        made.execute("update weibo set attitudes_count = null, ip = null, topics = null")
    made.close()
    told = [outcome_of(weibo_search, record, origin_of(FILE)).get("rows") for record in records_of(path)]
    told = [rows for rows in told if rows]
    assert len(told) > 2
    for post, sighting, *_ in told:
        assert "region" not in post and not {"likes", "likes_grain"} & set(sighting)


def test_the_table_of_weibo_crawler_has_the_same_name_and_is_told_apart(tmp_path):
    sample = sample_of(database(tmp_path / "weibodata.db", ("live_photo_url",)))
    assert not weibo_search.recognises(sample)
    assert weibo_crawler.recognises(sample)
