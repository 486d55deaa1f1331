"""Every sample file with one record changed, imported whole, by the command: no crash, the records counted by others than our readers are
those that were added, updated, known already or quarantined, and what the other records tell is what they told before.

    ROUNDS=20 python -m pytest -m slow tests/hostile/test_changed_files.py

changes each file twenty times in each way, each time in another place.

Beside the samples stand a recording with an answer of every address that is read, and databases with all tables of their tools. The rows
of a database are counted by SQLite itself, what a recording holds by `counted.py`. What may be changed in a recording is an entry or a
place within an answer. An answer that is no more what its address answers is one record, in quarantine; else a change costs the post,
comment or line it stands in, with what stands within that, and every other of the same answer is what it was.
"""

import json
import os
import random
import shutil
from copy import deepcopy

import pytest

from data.home import Home
from data.log import Log
from tests.collectors import test_weibo_crawler, test_weibo_search_sqlite
from tests.collectors.recorded import told
from tests.collectors.test_formats import FILES, FIXTURES, mapping_of, module_of
from tests.collectors.test_formats_fuzz import places, put
from tests.command import asked, groundswell
from tests.hostile import answers, databases
from tests.hostile.counted import Html, heard_in, kind_of, nothing, opened
from tests.hostile.spelled import Spelled, apart, spelled

pytestmark = pytest.mark.slow
ROUNDS = int(os.environ.get("ROUNDS", "1"))
RECORDINGS = (".har", ".warc", ".wacz")  # whose records are those within the answers
MADE = {
    "har/every-address.har": answers.every_address_har,
    "mediacrawler/all_tables.db": databases.mediacrawler,
    "weibo-search/weibo.db": test_weibo_search_sqlite.database,
    "weibo-crawler/weibodata.db": test_weibo_crawler.database,
}
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


class Changed(list):
    """The records that stand in the place of one, and where it was changed. `may_cost`: how many records of the log may change, where
    that is less than all that it held. `must_be_told`: whether fewer records are to be said of: not where a type or a layout is another
    one, or nothing is told in the place."""

    place = None
    may_cost = None
    must_be_told = False


def replaced(value):
    def change(record, whole, chance):
        changed = Changed([record])
        changed.place = chance.choice([path for path in places(record) if path])
        put(record, changed.place, whole.cell(value))
        return changed

    return change


def within(value):
    """A place of the answer that a recording holds."""

    def change(record, whole, chance):
        changed = Changed([record])
        holder, name = (record["response"]["content"], "text") if "response" in record else (record, "content")
        if (body := body_of(record)) and (inside := body.places()):
            changed.place = place = chance.choice(inside)
            may_cost = body.may_cost(place)
            holder[name] = body.put(place, value)
            changed.may_cost = may_cost if body_of(record) else None
            changed.must_be_told = not (
                isinstance(body.told, Html) or place[-1] == "card_type" or isinstance(value, dict) or json_of(value) in (None, "")
            )
        return changed

    return change


def json_of(value):
    return json.loads(json.dumps(value), parse_constant=nothing)


def body_of(record):
    heard = heard_in(record)
    kind = kind_of(heard.address) if heard and heard.text else None
    return opened(kind, heard.text) if kind else None


def gone(record, whole, chance):
    del record[chance.choice(list(record) if isinstance(record, dict) else range(len(record)))]
    return [record]


def twice(record, whole, chance):
    return Changed([record, record])


def cell_twice(record, whole, chance):
    if isinstance(record, dict):
        name = chance.choice(list(record))
        return [Spelled(f"{{{json.dumps(name)}: 7, {json.dumps(record)[1:]}")]
    place = chance.randrange(len(record))
    return [[*record[:place], record[place], *record[place:]]]


def cut(record, whole, chance):
    """Where the record has line breaks and loses a quote, no reader can tell its lines from records."""
    told = spelled(record) if whole.cell(record) is record else ",".join(record).replace("\n", " ")
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
    if file.suffix == ".db":
        yield "bytes", replaced(b"\xff\0\xfe")
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


WARC = {"warc/every-address.warc": answers.every_address_warc}  # the same answers: they are read, and not imported once more


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The files that are made here, each in a folder with the name of its format."""
    folder = tmp_path_factory.mktemp("made")
    for name, make in (MADE | WARC).items():
        (folder / name).parent.mkdir(exist_ok=True)
        make(folder / name)
    return folder


@pytest.fixture(params=[*(f"{file.parent.name}/{file.name}" for file in FILES), *MADE])
def file(request, made):
    return (made if request.param in MADE else FIXTURES) / request.param


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
        return said, rows(home), whole.count(path, records)

    return bring


def options(file):
    return ["--map", file.with_name(f"{file.name}.map.toml")] if mapping_of(file) else []


def rows(home):
    """What the log holds, and the record that each row is of."""
    log = Log(Home(home).log)
    return {
        (table, json.dumps({name: cell for name, cell in row.items() if name not in OF_THE_RUN}, default=str, sort_keys=True)): row[
            "record_id"
        ]
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
            yield name, place, change(deepcopy(whole.records[place]), whole, chance)


def with_change(whole, place, put_there):
    return [*whole.records[:place], *put_there, *whole.records[place + 1 :]]


def test_a_changed_record_costs_at_most_itself(file, bring):
    whole, without, wrong = apart(file), {}, []
    sound, before, read = bring(file, whole, whole.records)
    assert sound.json["read"] == read
    for name, place, put_there in changed_files(file, whole):
        if place not in without:
            others = with_change(whole, place, [])
            said, kept, _ = bring(file, whole, others) if others else (None, {}, 0)
            without[place] = (said.json["quarantined"] if said else 0, kept)
        quarantined, kept = without[place]
        said, after, read = bring(file, whole, with_change(whole, place, put_there))
        if len(whole.records) == 1 and said.status == 4 and file.name in said.err:
            continue  # nothing is left that would tell what it is
        most = quarantined + (whole.count(None, put_there) if file.suffix in RECORDINGS else len(put_there))
        faults = [said.err] if said.status else list(faults_of(said.json, read, most))
        faults += [f"gone: {table} {row}" for table, row in sorted(kept.keys() - after.keys())]
        changed = {before[row] for row in before.keys() - after.keys()}
        if (may_cost := getattr(put_there, "may_cost", None)) is not None and len(changed) > may_cost:
            faults.append(f"{len(changed)} records of one answer changed, by a change within {may_cost}")
        wrong += [f"{name}, record {place}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)


def faults_of(counts, read, most_quarantined):
    """What is wrong with the outcomes of an import."""
    if counts["added"] + counts["updated"] + counts["duplicate"] + counts["quarantined"] != counts["read"]:
        yield f"the outcomes do not add up: {counts}"
    if counts["read"] != read:
        yield f"{counts['read']} read, and {read} stand in the file"
    if counts["quarantined"] > most_quarantined:
        yield f"{counts['quarantined']} quarantined: {counts['reasons']}"
    if any("the parser failed" in reason for reason in counts["reasons"]):
        yield f"a fault of ours: {counts['reasons']}"


def _said(found):
    return found.reasons, found.warnings


@pytest.mark.parametrize("name", ["har/every-address.har", *WARC])
def test_every_answer_changed_in_every_way(name, made, tmp_path):
    """Each answer of a recording with each value somewhere, beside the one before it, read but not imported: the same laws. What is read
    no more is told of where something stands in its place."""
    file, path = made / name, tmp_path / name.rpartition("/")[2]
    whole, chance, wrong = apart(file), random.Random(name), []

    def read(*records):
        whole.write(path, list(records))
        found = told(module_of(file), path.read_bytes(), path.name)
        return found, {repr(row): row.record_id for rows in found.rows for row in rows}

    for number, record in enumerate(whole.records):
        sound, before = read(whole.records[number - 1], record)
        for _ in range(ROUNDS):
            for way, change in ways(file, whole):
                put_there = change(deepcopy(record), whole, chance)
                found, after = read(whole.records[number - 1], *put_there)
                faults = []
                if len(found.bodies) != (meant := whole.count(None, [whole.records[number - 1], *put_there])):
                    faults.append(f"{len(found.bodies)} read, and {meant} stand there")
                changed = {before[row] for row in before.keys() - after.keys()}
                if put_there.may_cost is not None and len(changed) > put_there.may_cost:
                    faults.append(f"{len(changed)} records changed, by a change within {put_there.may_cost}")
                if put_there.must_be_told and len(found.bodies) < len(sound.bodies) and _said(found) == _said(sound):
                    faults.append("some are not read, and nothing is said of them")
                wrong += [f"{way}, answer {number}, {put_there.place}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)


def test_what_changed_records_told_is_published(file, empty, tmp_path):
    """All changed files of a sample in one home: what odd values were read must not keep the database from being built."""
    whole, home, folder = apart(file), tmp_path / "home", tmp_path / "files"
    shutil.copytree(empty, home)
    for number, (_, place, put_there) in enumerate(changed_files(file, whole)):
        (folder / str(number)).mkdir(parents=True)
        whole.write(folder / str(number) / file.name, with_change(whole, place, put_there))
    said = groundswell(home, "import", folder, "--campaign", "c", *options(file))
    assert said.status in (0, 4)
    counts = said.json
    assert counts["added"] + counts["updated"] + counts["duplicate"] + counts["quarantined"] == counts["read"]
    # A record that stands in many files is one in quarantine.
    assert (asked(home, "select count(*) from quarantine") == [(0,)]) == (counts["quarantined"] == 0)
