"""A home that this version left opens with the code of tomorrow: another schema, rows with more columns than its segments have."""

import dataclasses
import json
import shutil
import typing
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import data.build
import data.model
from collectors import archive
from data.build import build, reading
from data.compact import compact
from data.home import Home
from data.log import Log
from data.model import Sighting, to_arrow
from tests.command import groundswell
from tests.hostile import make
from tests.laws.dump import ask, differences, dump
from tests.laws.told import bring, no_shipped_campaigns, post, write

pytestmark = [pytest.mark.store, pytest.mark.slow]

HOMES = sorted(path for path in (Path(__file__).parents[1] / "fixtures" / "homes").iterdir() if path.is_dir())
KEPT = [make.post(n) for n in range(1, 5)]


@pytest.fixture(params=HOMES, ids=[path.name for path in HOMES])
def old(request, tmp_path):
    """A copy of a kept home."""
    with no_shipped_campaigns(tmp_path):
        shutil.copytree(request.param, tmp_path / "home")
        yield Home(tmp_path / "home")


def holds_what_was_told(home):
    """Four posts of which one was edited, a hashtag's counters, a label, one unreadable record, and no one who was forgotten."""
    assert ask(home, "select post_id, text, likes, sightings, sentiment, campaigns, region from posts order by post_id") == [
        (
            one["id"],
            "改过：不要机器画的画 #自己画#" if number == 1 else one["微博正文"],
            40 if number == 1 else number,
            2 if number == 1 else 1,
            "negative" if number == 2 else None,
            ["art"],
            None,
        )
        for number, one in enumerate(KEPT, 1)
    ]
    assert ask(home, "select distinct published_at, published_grain, first_seen from posts") == [
        (datetime(2026, 2, 3, 4, 30), "minute", None)
    ]
    assert ask(home, "select count(*) from post_text") == [(5,)]
    assert ask(home, "select day::varchar, posts, accounts from post_day where tag_key = ''") == [("2026-02-03", 4, 4)]
    assert ask(home, "select tag, views, discussions, seen_at from hashtag_count") == [("自己画", 1234, 5, datetime(2026, 2, 3, 0))]
    assert ask(home, "select count(*) from quarantine") == [(1,)]
    assert ask(home, "select what, value from quoted") == [("views", 1000)]
    for id, ref in ask(home, "select post_id, raw_ref from sighting"):
        assert json.loads(archive.read(home.archive / "tables", ref))["id"] == id


def test_an_old_home_opens(old):
    build(old)
    holds_what_was_told(old)


def test_an_old_home_knows_its_records_and_whom_it_forgot(old, tmp_path):
    file = make.table(tmp_path / "again.csv", [*KEPT, make.post(9, user_id="1993300447"), make.post(5)])
    said = groundswell(old.path, "import", file, "--campaign", "art")
    assert said.status == 0
    assert (said.json["read"], said.json["added"], said.json["updated"], said.json["duplicate"]) == (6, 1, 0, 5)
    assert ask(old, "select count(*), sum(sightings) from posts") == [(5, 6)]


@pytest.fixture
def next_schema(tmp_path, monkeypatch):
    """Sets the schema of tomorrow: one more file, which adds a column to a table and a table of its own."""
    folder = tmp_path / "schema"
    shutil.copytree(data.build.SCHEMA, folder)
    number = data.build.schema_version() + 1

    def change():
        told = "alter table sighting add column mood varchar;\ncreate table of_tomorrow (what varchar);\n"
        (folder / f"{number:03}_tomorrow.sql").write_text(told, encoding="utf-8")
        monkeypatch.setattr(data.build, "SCHEMA", folder)
        return number

    return change


def test_a_database_of_an_older_schema_is_built_anew(old, next_schema):
    build(old)
    before = dump(old)
    number = next_schema()
    assert build(old).full
    holds_what_was_told(old)
    assert ask(old, "select schema from meta") == [(number,)]
    assert ask(old, "select count(*), count(mood) from sighting") == [(5, 0)]
    after = dump(old)
    same = before.keys() - {"sighting", "meta"}
    assert differences({name: before[name] for name in same}, {name: after[name] for name in same}) == {}
    assert not build(old).full


@pytest.mark.parametrize(
    "command",
    [("sql", "select mood from sighting"), ("export", "--campaign", "art", "--out", "bundle"), ("path", "db"),
     ("report", "--campaign", "art", "--out", "art.html")],
    ids=lambda command: command[0],
)  # fmt: skip
def test_until_then_a_command_that_asks_it_says_to_build(old, next_schema, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    assert groundswell(old.path, "build").status == 0
    next_schema()
    said = groundswell(old.path, *command)
    assert (said.status, said.err) == (2, "The database was published by another version: bring it up to date with: groundswell build\n")
    assert "!!  published database is of another version — groundswell build" in groundswell(old.path, "doctor", json=False).out
    assert groundswell(old.path, "build").status == 0
    assert groundswell(old.path, *command).status == 0


def test_a_home_that_was_never_published_opens_with_the_next_schema(old, next_schema):
    next_schema()
    build(old)
    holds_what_was_told(old)


@pytest.fixture
def next_rows(monkeypatch):
    """Sightings of tomorrow tell one thing more."""

    def change():
        mood = dataclasses.make_dataclass(
            "Sighting", [("mood", str | None, dataclasses.field(default=None))], bases=(Sighting,), frozen=True, kw_only=True,
            namespace={"__module__": __name__},
        )  # fmt: skip
        assert "mood" in typing.get_type_hints(mood)
        monkeypatch.setitem(data.model.TABLES, "sighting", mood)
        monkeypatch.setitem(data.model.TABLE_OF, mood, "sighting")
        forget_schemas()
        return mood

    yield change
    monkeypatch.undo()
    forget_schemas()


def forget_schemas():
    """What was worked out of the rows as they are is worked out anew."""
    for known in vars(data.model).values():
        if hasattr(known, "cache_clear"):
            known.cache_clear()


def sighting(kind, number, **told):
    return kind(
        record_id=f"of tomorrow {number}", platform="weibo", post_id=make.post(number)["id"], format="test", seen_at=datetime(2026, 3, 1),
        seen_at_basis="told", likes=99, run_id="tomorrow", **told,
    )  # fmt: skip


def test_a_column_that_an_old_segment_lacks_is_null(old, next_rows):
    log = Log(old.log)
    mood = next_rows()
    assert log.read("sighting")["mood"].to_pylist() == [None] * 5
    log.append({"sighting": to_arrow("sighting", [sighting(mood, 2, mood="calm")])})
    assert sorted(log.read("sighting")["mood"].to_pylist(), key=str) == [None] * 5 + ["calm"]
    assert sorted(log.read("sighting", columns=["mood", "post_id"])["mood"].to_pylist(), key=str) == [None] * 5 + ["calm"]


def test_old_and_new_segments_are_built_together(old, next_rows, next_schema):
    """A row with one more column comes with a schema file that gives its table that column."""
    build(old)
    mood = next_rows()
    next_schema()
    log = Log(old.log)
    log.append({"sighting": to_arrow("sighting", [sighting(mood, 2, mood="calm")])})
    assert build(old).full
    log.append({"sighting": to_arrow("sighting", [sighting(mood, 3, mood="loud")])})
    assert not build(old).full
    incremental = dump(old)
    build(old, full=True)
    assert differences(incremental, dump(old)) == {}
    assert ask(old, "select post_id, likes, sightings from posts where likes = 99 order by all") == [(KEPT[n]["id"], 99, 2) for n in (1, 2)]
    assert ask(old, "select mood, count(*) from sighting group by all order by all") == [("calm", 1), ("loud", 1), (None, 5)]


def test_old_and_new_segments_are_compacted_together(old, next_rows):
    mood = next_rows()
    log = Log(old.log)
    log.append({"sighting": to_arrow("sighting", [sighting(mood, 2, mood="calm")])})
    compact(log)
    assert len(log.manifest().of("sighting")) == 1
    assert sorted(log.read("sighting")["mood"].to_pylist(), key=str) == [None] * 5 + ["calm"]


def test_a_segment_that_lacks_columns_of_today_reads_them_as_null_and_builds(old):
    """As if this home were from before counts had grains and posts had regions."""
    lacking = {"sighting": ["likes_grain", "surface", "extra"], "post": ["region", "source_client"]}
    log = Log(old.log)
    for table, names in lacking.items():
        for segment in log.manifest().of(table):
            whole = pq.read_table(log.path(segment))
            pq.write_table(whole.drop_columns(names), log.path(segment))
        for name in names:
            assert set(log.read(table)[name].to_pylist()) == {None}
    build(old)
    holds_what_was_told(old)
    bring(old, write(old.path.parent / "new.told", post(KEPT[0]["id"], likes=41, likes_grain="exact", seen="2026-02-04T00:00:00")))
    build(old)
    with reading(old) as db:
        asked = "select likes, likes_grain, sightings from posts where post_id = ?"
        assert db.execute(asked, [KEPT[0]["id"]]).fetchall() == [(41, "exact", 3)]
