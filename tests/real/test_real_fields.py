"""Every field of three posts, their sightings and their authors, of every sample of a tool that writes posts.

`GROUNDSWELL_SAMPLES` names the folder of the samples. Each file in `fields/` tells of one of them; it was written from that file
alone, by plain csv, json, sqlite3 and Excel readers and the description of the formats, before the program read it. Of real people
there are only hashes: a value beginning with `sha256:` stands for the SHA-256 of what is meant. `one_of` lists what may be right
where the file leaves it open, `like` is a pattern, null is "not told". Lists have no order, and an empty one is "not told".
"""

import json
import re
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.model import column_names
from tests.real.test_real_files import SAMPLES, groundswell, new_home, published, rows_of, sha256

FIELDS = sorted((Path(__file__).parent / "fields").glob("*.json"))
# The files of the tools that write posts; those of lists and of counters stand in `expected/`.
OF_POSTS = (
    "weibo/WeiboSpider/*.jsonl",
    "*/constructed/mediacrawler_*",
    "weibo/constructed/weibo-crawler_current.*",
    "weibo/weibo-crawler-csv/*.csv",
    "weibo/weibo-search-csv/*.csv",
    "weibo/constructed/weibo-search_*.csv",
    "xiaohongshu/Spider_XHS/info_*.json",
    "xiaohongshu/Spider_XHS/*.xlsx",
    "xiaohongshu/constructed/4cat_*.csv",
    "xiaohongshu/constructed/zeeschuimer-*.ndjson",
)

pytestmark = pytest.mark.slow


def same(expected, value):
    """Whether a stored value is what is expected, with the readings of the module's first lines."""
    if isinstance(expected, dict):
        if "like" in expected:
            return isinstance(value, str) and re.fullmatch(expected["like"], value) is not None
        return any(same(choice, value) for choice in expected["one_of"])
    if isinstance(expected, list) or isinstance(value, list | tuple):
        return sorted(expected or []) == sorted(f"sha256:{sha256(one)}" for one in value or [])
    if isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(expected, str) and expected.startswith("sha256:"):
        return isinstance(value, str) and expected == f"sha256:{sha256(value)}"
    return expected == value and isinstance(expected, bool) == isinstance(value, bool)


def differences(table, expected, row, run_id):
    told = expected | {"run_id": run_id}
    wrong = [f"{name} is not told" for name in column_names(table) if name not in row or name not in told]
    return wrong + [
        f"{table}.{name} is {row[name]!r}, not {told[name]!r}" for name in told if name in row and not same(told[name], row[name])
    ]


def rows_of_log(home, table):
    """The rows that the log of a home holds of one table, with every field of the row."""
    segments = sorted((home / "log/segments").glob(f"{table}-*.parquet"))
    return [row for segment in segments for row in pq.read_table(segment).to_pylist()]


def taken(source, folder):
    """What the command says of a file, and the rows that it left in each table of the log and among the posts."""
    home = new_home(folder / "home")
    said = groundswell(home, "import", source, "--campaign", "real")
    tables = {table: rows_of_log(home, table) for table in ("post", "sighting", "author", "quarantine")}
    return said, tables | {"posts": rows_of(published(home), "from posts")}


def checked(expected, tables, run_id):
    """What is wrong with the rows of one post: its sighting by its id and time, its post and author by that record."""
    if expected["sighting"] is None:
        records = {row["record_id"] for row in tables["sighting"]}
        found = [row for row in tables["author"] if row["record_id"] not in records]
        return differences("author", expected["author"], found[0], run_id) if len(found) == 1 else [f"{len(found)} accounts without a post"]
    key = {name: expected["sighting"][name] for name in ("post_id", "is_comment", "seen_at")}
    seen = [row for row in tables["sighting"] if all(same(value, row[name]) for name, value in key.items())]
    if not seen:
        return [f"no sighting {key}"]
    wrong = [problem for row in seen for problem in differences("sighting", expected["sighting"], row, run_id)]
    record = seen[0]["record_id"]
    of_record = {table: [row for row in tables[table] if row["record_id"] == record] for table in ("post", "author")}
    posts = [row for row in of_record["post"] if (row["post_id"], row["is_comment"]) == (key["post_id"], key["is_comment"])]
    if len(posts) != 1:
        return [*wrong, f"{len(posts)} rows of the post"]
    return (
        wrong
        + differences("post", expected["post"], posts[0], run_id)
        + author_differences(expected["author"], of_record["author"], run_id)
    )


def author_differences(expected, found, run_id):
    if expected and "one_of" in expected:
        expected = expected["one_of"][1] if found else None
    if expected is None:
        return [f"{len(found)} accounts where the file tells of none"] if found else []
    if len(found) != 1:
        return [f"{len(found)} rows of the author"]
    return differences("author", expected, found[0], run_id)


def test_every_sample_of_a_tool_that_writes_posts_is_told_of():
    files = {str(file.relative_to(SAMPLES / "samples")) for pattern in OF_POSTS for file in (SAMPLES / "samples").glob(pattern)}
    assert files == {json.loads(path.read_text("utf-8"))["input"] for path in FIELDS}


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: path.stem)
def test_every_field_is_what_a_reader_of_the_file_says(path, tmp_path):
    expected = json.loads(path.read_text("utf-8"))
    said, tables = taken(SAMPLES / "samples" / expected["input"], tmp_path)
    assert said["formats"] == [expected["format"]] or set(said["formats"]) == {expected["format"]}
    assert (said["read"], said["quarantined"]) == (expected["read"], expected["quarantined"])
    assert said["quarantined"] <= 0.05 * said["read"] and len(tables["quarantine"]) == said["quarantined"]
    comments = [row["is_comment"] for row in tables["posts"]]
    assert (comments.count(False), comments.count(True)) == (expected["posts"], expected["comments"])
    wrong = [f"{row['why']}: {problem}" for row in expected["rows"] for problem in checked(row, tables, said["run_id"])]
    assert not wrong, "\n".join(wrong)


def test_the_hashed_ids_of_the_new_edition_meet_the_plain_ones_of_the_old(tmp_path):
    for platform in ("weibo", "xiaohongshu"):
        home = new_home(tmp_path / platform)
        for edition in ("old", "new"):
            file = SAMPLES / f"samples/{platform}/constructed/mediacrawler_{edition}_search_contents_2026-06-01.jsonl"
            groundswell(home, "import", file, "--campaign", "real")
        keys = rows_of(published(home), "select count(distinct author_key) as keys, count(distinct author_id) as ids from author")
        assert keys == [{"keys": 1, "ids": 1}], platform
