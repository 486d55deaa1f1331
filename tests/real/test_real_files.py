"""Files that other tools really wrote, through the real command, against what a reader of the file alone says is in it.

`GROUNDSWELL_SAMPLES` names the folder of the samples. Each file in `expected/` tells of one of them: how many records and
rows it makes, and every field of some rows. Those values were written with plain csv and json readers and the description of
the formats, without this program. Since the texts are real people's, a name ending in `_sha256` and a value beginning with
`sha256:` stand for the SHA-256 of what is meant; `_one_of` lists what may be right where the file leaves it open; `_like` is a
pattern; null is "not told". An empty list and "not told" are one for lists.
"""

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = Path(os.environ["GROUNDSWELL_SAMPLES"])
EXPECTED = sorted((Path(__file__).parent / "expected").glob("*.json"))
CAMPAIGN = "real"

NUMBERS = {
    "posts": "select count(*) from posts where not is_comment",
    "comments": "select count(*) from posts where is_comment",
    "hashtag_count": "select count(*) from hashtag_count",
    "trend_slots": """select count(*) from (select distinct platform, coalesce(tag_key, topic_id), slot_start, slot_seconds
                      from trend)""",
    "trend_slots_of_600_s": """select count(*) from (select distinct platform, coalesce(tag_key, topic_id), slot_start
                               from trend where slot_seconds = 600)""",
    # The series that a campaign of the program's own ships stands in the same table.
    "hot_search": "select count(*) from hot_search where campaign = 'real'",
    "hot_search_days": "select count(distinct seen_at) from hot_search where campaign = 'real'",
    "post_authors": "select count(distinct author_key) from posts where not is_comment",
    "distinct_post_texts": "select count(distinct text_sha256) from posts where not is_comment",
    "posts_on_2024-11-03": """select count(*) from posts where not is_comment
                              and cast(published_at + interval 8 hour as date) = date '2024-11-03'""",
    "distinct_post_texts_on_2024-11-03": """select count(distinct text) from posts where not is_comment
                                            and cast(published_at + interval 8 hour as date) = date '2024-11-03'""",
    "post_sightings": "select count(*) from sighting where not is_comment",
    "comment_sightings": "select count(*) from sighting where is_comment",
}

TABLES = ("posts", "sighting", "post_text", "author", "hashtag_count", "trend", "hot_search")

pytestmark = pytest.mark.slow


def groundswell(home, *arguments):
    """Runs the command as a person would and gives the object of its last line."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GROUNDSWELL_")}
    command = [sys.executable, "-m", "groundswell", "--home", str(home), "--json", *map(str, arguments)]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-500:]
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}


def published(home):
    """The path of the database that a home's last command published."""
    command = [sys.executable, "-m", "groundswell", "--home", str(home), "path", "db"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout.strip()


def rows_of(database, sql):
    """The answer of a published database, as dicts."""
    with duckdb.connect(database, read_only=True) as db:
        asked = db.execute(sql)
        names = [column[0] for column in asked.description]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def everything_in(database, without=frozenset()):
    """The rows of each table in an order that does not depend on how they came."""
    # A record of an account is known by the account's key, which is the home's own.
    left_out = {table: without | {"record_id"} if without and table == "author" else without for table in TABLES}
    return {
        table: sorted(
            repr([(column, value) for column, value in row.items() if column not in left_out[table]])
            for row in rows_of(database, f"from {table}")
        )
        for table in TABLES
    }


def new_home(folder):
    groundswell(folder, "campaign", "new", CAMPAIGN)
    return folder


def bring(home, expected, source):
    return groundswell(home, "import", source, "--campaign", CAMPAIGN, *expected["arguments"])


def laid_out(source, folder):
    """The files of weibo-hot-hub in the folders they had there: their names carry the path, with `__` for `/`."""
    for file in source.iterdir():
        path = file.name.replace("__", "/")
        below = "data" if path.startswith(("hotlists/", "runs/")) else "data/topics"
        to = folder / below / path
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)
    return folder


def source_of(expected, folder):
    source = SAMPLES / expected["input"]
    return laid_out(source, folder) if expected["layout"] == "hot-hub" else source


def counted(expected, source):
    """How many records a file or folder holds, by the standard library alone."""
    files = sorted(f for f in source.rglob("*") if f.is_file()) if source.is_dir() else [source]
    if expected["records"] == "hot-hub":
        snapshots = [f for f in files if "/snapshots/" in f.as_posix()]
        return len(snapshots) + sum(lines_of(f) for f in files if "/trends/" in f.as_posix())
    return sum({"csv": table_rows_of, "jsonl": lines_of, "array": items_of}[expected["records"]](f) for f in files)


def table_rows_of(file):
    with open(file, encoding="utf-8-sig", newline="") as lines:
        return sum(1 for _ in csv.reader(lines)) - 1


def lines_of(file):
    with open(file, encoding="utf-8") as lines:
        return sum(1 for line in lines if json.loads(line))


def items_of(file):
    return len(json.loads(file.read_text(encoding="utf-8")))


def sha256(value):
    return hashlib.sha256(value.encode()).hexdigest()


def same(expected, value):
    """Whether a stored value is what is expected, with the readings of the module's first lines."""
    if isinstance(expected, list) or isinstance(value, list | tuple):
        expected, value = expected or [], list(value or [])
        return len(expected) == len(value) and all(map(same, expected, value))
    if isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(expected, str) and expected.startswith("sha256:"):
        return isinstance(value, str) and expected == "sha256:" + sha256(value)
    return expected == value and isinstance(expected, bool) == isinstance(value, bool)


def holds(name, expected, row):
    """Whether one field of a row is as expected."""
    if name.endswith("_one_of"):
        return any(same(choice, row[name.removesuffix("_one_of")]) for choice in expected)
    if name.endswith("_like"):
        return re.fullmatch(expected, row[name.removesuffix("_like")]) is not None
    if name.endswith("_sha256"):
        hashed = [f"sha256:{h}" for h in expected] if isinstance(expected, list) else expected and f"sha256:{expected}"
        column = name.removesuffix("_sha256")
        return same(hashed, row[column]) and row.get(f"{column}_sha256", expected) == expected
    return same(expected, row[name])


def test_every_sample_is_there():
    missing = [path.stem for path in EXPECTED if not (SAMPLES / json.loads(path.read_text("utf-8"))["input"]).exists()]
    assert EXPECTED and not missing


@pytest.fixture(scope="module", params=EXPECTED, ids=lambda path: path.stem)
def imported(request, tmp_path_factory):
    """One sample in a home of its own: (what is expected, the source, the database, what the import said)."""
    expected = json.loads(request.param.read_text("utf-8"))
    folder = tmp_path_factory.mktemp("real")
    source = source_of(expected, folder / "source")
    home = new_home(folder / "home")
    said = bring(home, expected, source)
    return expected, source, published(home), said


def test_the_records_are_counted_alike_twice(imported):
    expected, source, _, said = imported
    assert counted(expected, source) == expected["read"] == said["read"]


def test_every_record_has_one_outcome(imported):
    expected, _, database, said = imported
    assert said["added"] + said["updated"] + said["duplicate"] + said["quarantined"] == said["read"]
    assert (said["quarantined"], said["duplicate"]) == (expected["quarantined"], expected["duplicate"])
    assert rows_of(database, "select count(*) as n from quarantine") == [{"n": expected["quarantined"]}]


def test_the_numbers_are_those_of_the_file(imported):
    expected, _, database, _ = imported
    numbers = dict(expected["numbers"])
    folded = numbers.pop("distinct_post_texts_without_white_space", None)
    found = {name: next(iter(rows_of(database, NUMBERS[name])[0].values())) for name in numbers}
    assert found == numbers
    if folded is not None:
        texts = rows_of(database, "select text from posts where not is_comment")
        assert len({re.sub(r"\s+", "", row["text"]) for row in texts}) == folded


def test_every_field_of_the_chosen_rows(imported):
    expected, _, database, said = imported
    wrong = []
    tables = {
        table: [row for row in rows_of(database, f"from {table}") if row.get("campaign", CAMPAIGN) == CAMPAIGN]
        for table in {row["table"] for row in expected["rows"]}
    }
    for told in expected["rows"]:
        found = [row for row in tables[told["table"]] if all(holds(k, v, row) for k, v in told["key"].items())]
        if told.get("newest"):
            found = sorted(found, key=lambda row: row["seen_at"])[-1:]
        where = f"{told['table']}, {told['why']} {told['key']}"
        if len(found) != 1:
            wrong.append(f"{where}: {len(found)} rows")
            continue
        row = found[0]
        for name, value in told["fields"].items():
            if not holds(name, value, row):
                column = re.sub("_(one_of|like|sha256)$", "", name)
                wrong.append(f"{where}: {name} is {row[column]!r}, not {value!r}")
        if row["run_id"] != said["run_id"]:
            wrong.append(f"{where}: run {row['run_id']}")
    assert not wrong, "\n".join(wrong)


def test_what_no_file_tells_is_null_and_each_post_is_in_the_campaign(imported):
    expected, _, database, _ = imported
    posts = rows_of(database, "select campaigns, emotion, sentiment, emotion_score, sentiment_score, synthetic, status from posts")
    assert len(posts) == expected["numbers"]["posts"] + expected["numbers"]["comments"]
    assert all(post["campaigns"] == [CAMPAIGN] and not post["synthetic"] for post in posts)
    assert all(post[label] is None for post in posts for label in ("emotion", "sentiment", "emotion_score", "sentiment_score"))
    zero = "select count(*) as n from sighting where favourites is not null or views is not null or shares is not null"
    assert rows_of(database, zero) == [{"n": 0}]


def test_the_same_again_adds_nothing(imported, tmp_path):
    expected, source, _, _ = imported
    home = new_home(tmp_path / "home")
    bring(home, expected, source)
    before = everything_in(published(home))
    said = bring(home, expected, source)
    assert (said["added"], said["updated"], said["duplicate"]) == (0, 0, expected["read"] - expected["quarantined"])
    assert everything_in(published(home)) == before


def test_trends_that_tell_only_an_id_find_their_tag_later(tmp_path):
    expected = json.loads((Path(__file__).parent / "expected/weibo_hot_hub.json").read_text("utf-8"))
    source, home = source_of(expected, tmp_path / "source"), new_home(tmp_path / "home")
    topics = [folder.name for folder in (source / "data/topics").iterdir()]
    for topic in topics:
        shutil.move(source / f"data/topics/{topic}", tmp_path / topic)
        shutil.copytree(tmp_path / topic / "trends", source / f"data/topics/{topic}/trends")
    bring(home, expected, source)
    assert rows_of(published(home), "select distinct tag from trend") == [{"tag": None}]
    ids = {row["topic_id"] for row in rows_of(published(home), "select distinct topic_id from trend")}
    assert {i.removeprefix("231522") for i in ids} == {t.removeprefix("231522") for t in topics}
    for topic in topics:
        shutil.copytree(tmp_path / topic / "snapshots", source / f"data/topics/{topic}/snapshots")
    bring(home, expected, source)
    assert rows_of(published(home), "select count(distinct tag) as tags, count(*) filter (tag is null) as without from trend") == [
        {"tags": 2, "without": 0}
    ]


def test_a_list_that_a_campaign_ships_is_not_counted_twice_when_its_files_are_imported(tmp_path):
    """The archive of August and September 2023 comes with the campaign it is about: its files add nothing to that."""
    home = tmp_path / "home"
    groundswell(home, "import", SAMPLES / "real/weibo-hot-search-2023/2023-08-01.json", "--campaign", "no-to-ai-images")
    titles = """select count(*) as rows, count(distinct (list, title)) as titles from hot_search
                where campaign = 'no-to-ai-images' and seen_at = timestamp '2023-07-31 16:00'"""
    assert rows_of(published(home), titles) == [{"rows": 323, "titles": 323}]


def all_samples(tmp_path, name, order):
    """The database of all samples in one campaign, imported in one order."""
    home = new_home(tmp_path / name)
    for path in order:
        expected = json.loads(path.read_text("utf-8"))
        bring(home, expected, source_of(expected, tmp_path / name / "source"))
    return published(home)


def test_all_of_them_in_one_campaign_in_either_order(tmp_path):
    there, back = all_samples(tmp_path, "there", EXPECTED), all_samples(tmp_path, "back", EXPECTED[::-1])
    ids = set()
    for path in EXPECTED:
        source = SAMPLES / json.loads(path.read_text("utf-8"))["input"]
        if source.suffix == ".csv":
            with open(source, encoding="utf-8-sig", newline="") as lines:
                ids |= {row["id"] for row in csv.DictReader(lines)}
        elif source.suffix == ".jsonl":
            with open(source, encoding="utf-8") as lines:
                ids |= {json.loads(line)["id"] for line in lines}
    assert {row["post_id"] for row in rows_of(there, "select post_id from posts where not is_comment")} == ids
    # Each home has its own key and its own runs; all else is the same whatever came first.
    here, other = (everything_in(database, without={"author_key", "run_id", "raw_ref"}) for database in (there, back))
    for table in TABLES:
        assert here[table] == other[table], table
