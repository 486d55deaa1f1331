"""Every sample file with one record changed, imported whole, by the command: no crash, the records counted by others than our readers are
those that were added, updated, known already or quarantined, and what the other records tell is what they told before.

    ROUNDS=20 python -m pytest -m slow tests/hostile/test_changed_files.py

changes each file twenty times in each way, each time in another place.
"""

import json
import os
import random
import shutil
from copy import deepcopy

import pytest

from data.home import Home
from data.log import Log
from tests.collectors.test_formats import FILES, mapping_of
from tests.collectors.test_formats_fuzz import places, put
from tests.command import asked, groundswell
from tests.hostile.spelled import Spelled, apart, spelled

pytestmark = pytest.mark.slow
ROUNDS = int(os.environ.get("ROUNDS", "1"))
RECORDINGS = (".har", ".warc", ".wacz")  # whose records are those within the answers
TABLES = ("post", "sighting", "author", "edge", "hashtag_count", "trend", "hot_search", "quoted")
# What hangs on the run, and on which of a file's posts lead to others.
OF_THE_RUN = {"run_id", "raw_ref", "context"}

VALUES = {
    "junk": "\x07?? <script>{]\u202e",
    "nothing": None,
    "empty": "",
    "number": 7,
    "fraction": 0.5,
    "negative": -(10**12),
    "huge": 10**30,
    "not a number": float("nan"),
    "infinite": float("inf"),
    "true": True,
    "list": ["x", None, 3],
    "nested": {"a": {"b": [{"c": 1}]}},
    "long": "长" * 200_000,
    "nul": "a\0b",
    "half a character": "a\ud800b",
    "no such day": "2031-02-30 25:61:61",
    "the last day": "9999-12-31 23:59:59",
    "the first day": "0001-01-01 00:00:00",
    "no such moment": 10**17,
}


def replaced(value):
    def change(record, whole, chance):
        path = chance.choice([path for path in places(record) if path])
        put(record, path, whole.cell(value))
        return [record]

    return change


def within(value):
    """A cell of the answer that a recording holds."""

    def change(record, whole, chance):
        holder, name = (record["response"]["content"], "text") if "response" in record else (record, "content")
        try:
            told = json.loads(holder.get(name, ""))
        except ValueError:
            return [record]
        if inside := [path for path in places(told) if path]:
            put(told, chance.choice(inside), value)
        holder[name] = json.dumps(told)
        return [record]

    return change


def gone(record, whole, chance):
    del record[chance.choice(list(record) if isinstance(record, dict) else range(len(record)))]
    return [record]


def twice(record, whole, chance):
    return [record, record]


def cell_twice(record, whole, chance):
    if isinstance(record, dict):
        name = chance.choice(list(record))
        return [Spelled(f"{{{json.dumps(name)}: 7, {json.dumps(record)[1:]}")]
    place = chance.randrange(len(record))
    return [[*record[:place], record[place], *record[place:]]]


def cut(record, whole, chance):
    told = spelled(record) if isinstance(record, dict) else ",".join(record)
    return [Spelled(told[: len(told) // 2])]


def quote(record, whole, chance):
    """A cell that begins with a quote that never ends. Where the record has line breaks, no reader can tell its lines from records."""
    record = [cell.replace("\n", " ") for cell in record]
    cells = ['"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n') else cell for cell in record]
    place = chance.randrange(len(record))
    cells[place] = '"' + record[place].replace('"', "").replace("\n", " ")
    return [Spelled(",".join(cells))]


def no_object(record, whole, chance):
    return [chance.choice([7, "x", True])]


def deep(record, whole, chance):
    levels = chance.choice([300, 990, 5000])
    return [Spelled(f'{{"id": "\\u0000", "x": {"[" * levels}{"]" * levels}}}')]


def ways(file, whole):
    """How a record of such a file may be changed."""
    yield from ((name, replaced(value)) for name, value in VALUES.items())
    yield "twice", twice
    if file.suffix in RECORDINGS:
        yield from ((f"within: {name}", within(value)) for name, value in VALUES.items())
        return
    if file.suffix in (".csv", ".jsonl", ".ndjson", ".json"):
        yield from (("gone", gone), ("cell twice", cell_twice), ("cut", cut))
    if file.suffix == ".csv":
        yield "quote", quote
    if file.suffix in (".jsonl", ".ndjson", ".json"):
        yield from (("no object", no_object), ("deep", deep))


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A home with a campaign and nothing in it: copies of it have one key, and so the same keys of authors."""
    home = tmp_path_factory.mktemp("empty") / "home"
    assert groundswell(home, "campaign", "new", "c").status == 0
    Home(home).author_key("weibo", "1")  # makes the key
    return home


@pytest.fixture
def bring(empty, tmp_path, monkeypatch):
    """Imports records as a file into a fresh home: what the import said and the rows that its log holds."""
    monkeypatch.setenv("GROUNDSWELL_NOW", "2032-01-01T00:00:00Z")

    def bring(file, whole, records):
        home, path = tmp_path / "home", tmp_path / file.parent.name / file.name
        for folder in (home, path.parent):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(empty, home)
        path.parent.mkdir()
        whole.write(path, records)
        os.utime(path, (1_940_000_000, 1_940_000_000))
        said = groundswell(home, "import", path, "--campaign", "c", "--no-publish", *options(file))
        return said, rows(home)

    return bring


def options(file):
    return ["--map", file.with_name(f"{file.name}.map.toml")] if mapping_of(file) else []


def rows(home):
    log = Log(Home(home).log)
    return {
        (table, json.dumps({name: cell for name, cell in row.items() if name not in OF_THE_RUN}, default=str, sort_keys=True))
        for table in TABLES
        for row in log.read(table).to_pylist()
    }


def changed_files(file, whole):
    """Records with one of them changed, each way, and which one that was."""
    chance = random.Random(file.name)
    for _ in range(ROUNDS):
        for name, change in ways(file, whole):
            sound = [n for n, record in enumerate(whole.records) if isinstance(record, (dict, list)) and record]
            place = chance.choice(sound)
            put_there = change(deepcopy(whole.records[place]), whole, chance)
            yield name, place, len(put_there), [*whole.records[:place], *put_there, *whole.records[place + 1 :]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_changed_record_costs_at_most_itself(file, bring):
    whole, without, wrong = apart(file), {}, []
    for name, place, more, records in changed_files(file, whole):
        if place not in without:
            others = [*whole.records[:place], *whole.records[place + 1 :]]
            said, kept = bring(file, whole, others) if others else (None, set())
            without[place] = (said.json["quarantined"] if said else 0, kept)
        quarantined, kept = without[place]
        said, told = bring(file, whole, records)
        if len(whole.records) == 1 and said.status == 4 and file.name in said.err:
            continue  # nothing is left that would tell what it is
        faults = [said.err] if said.status else list(faults_of(said.json, len(records), quarantined + more, file.suffix in RECORDINGS))
        wrong += [f"{name}, record {place}: {fault}" for fault in faults + [f"gone: {table} {row}" for table, row in sorted(kept - told)]]
    assert not wrong, "\n".join(wrong)


def faults_of(counts, read, most_quarantined, is_recording):
    """What is wrong with the outcomes of an import."""
    if counts["added"] + counts["updated"] + counts["duplicate"] + counts["quarantined"] != counts["read"]:
        yield f"the outcomes do not add up: {counts}"
    if counts["read"] != read and not is_recording:
        yield f"{counts['read']} read, and {read} stand in the file"
    if counts["quarantined"] > most_quarantined and not is_recording:
        yield f"{counts['quarantined']} quarantined: {counts['reasons']}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_what_changed_records_told_is_published(file, empty, tmp_path):
    """All changed files of a sample in one home: what odd values were read must not keep the database from being built."""
    whole, home, folder = apart(file), tmp_path / "home", tmp_path / "files"
    shutil.copytree(empty, home)
    for number, (_, _, _, records) in enumerate(changed_files(file, whole)):
        (folder / str(number)).mkdir(parents=True)
        whole.write(folder / str(number) / file.name, records)
    said = groundswell(home, "import", folder, "--campaign", "c", *options(file))
    assert said.status in (0, 4)
    counts = said.json
    assert counts["added"] + counts["updated"] + counts["duplicate"] + counts["quarantined"] == counts["read"]
    # A record that stands in many files is one in quarantine.
    assert (asked(home, "select count(*) from quarantine") == [(0,)]) == (counts["quarantined"] == 0)
