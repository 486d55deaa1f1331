"""What each format declares that its files carry, held to what its invented samples tell."""

import json
from collections import defaultdict
from contextlib import suppress
from dataclasses import fields, replace
from functools import cache

import pytest

from collectors import recordings
from collectors.carries import LACKS, Carries
from collectors.formats import Broken, formats
from data.model import COUNTS, Author, Edge, HashtagCount, HotSearch, Post, Quoted, Sighting, Trend
from tests.collectors.test_formats import FILES, mapping_of, module_of, origin_of, source_of

LEADING = {Author: "accounts", HashtagCount: "counters", Trend: "trends", HotSearch: "hot_search", Quoted: "quoted"}
# What is declared of a format and told by no file of tests/fixtures/formats/, with the test that shows it.
ELSEWHERE = {
    ("weibo-crawler", "holds", "comments"): "test_sqlite_tables.py: tables of weibo-crawler's database",
    **dict.fromkeys(
        [("har", "grain", "minute"), ("har", "account", "name")], "test_platform_weibo.py: search pages; test_platform_xiaohongshu.py"
    ),
    **dict.fromkeys(
        [("spider-xhs", "counts", "comments"), ("xhs-downloader", "counts", "shares"), ("zeeschuimer", "counts", "comments")],
        "below: their samples leave this count empty",
    ),
}  # fmt: skip


@cache
def told_by_samples(name):
    """What the samples of a format tell, by the names of `Carries`."""
    told = defaultdict(set)
    for file in FILES:
        if file.parent.name != name:
            continue
        module = module_of(file)
        origin = origin_of(file, mapping=mapping_of(file), author_key_of_hash=lambda platform, hash: f"key of {platform} hash {hash}")
        for record in module.records(source_of(file), origin):
            if isinstance(record, Broken):
                continue
            with suppress(ValueError):  # what goes to quarantine tells nothing
                _add(told, list(module.parse(record, origin)))
    return told


def _add(told, rows):
    first = rows[0]
    told["holds"].add(LEADING.get(type(first)) or ("comments" if first.is_comment else "posts"))
    for row in rows:
        if getattr(row, "platform", None):
            told["platforms"].add(row.platform)
        if isinstance(row, Post):
            kind = "comments" if row.is_comment else "posts"
            told["holds"].add(kind)
            told["grain"].add(row.published_grain)
            told["region"].add(kind if row.region else None)
            told["account"].add("id" if row.author_id else "hash" if row.author_key else "name" if row.author_name else None)
        elif isinstance(row, Sighting):
            told["captured"].add(row.seen_at_basis == "told" or None)
            told["gone"].add(row.status != "visible" or None)
            told["counts"] |= {count for count in COUNTS if not row.is_comment and getattr(row, count) is not None}
        elif isinstance(row, Author):
            told["followers"].add(row.followers is not None or None)
        elif isinstance(row, Edge):
            told["original"].add((row.kind == "repost" and row.to_id is not None) or None)


EMPTY_COUNTS = [
    ("spider-xhs", "info.json", '"comment_count": ""', "comments"),
    ("xhs-downloader", "ExploreData.db", '"分享数量":"-1"', "shares"),
    ("zeeschuimer", "4cat.ndjson", '"commentCount":""', "comments"),
]


@pytest.mark.parametrize(("name", "of", "empty", "count"), EMPTY_COUNTS, ids=lambda told: str(told)[:20])
def test_a_count_that_the_samples_leave_empty_is_told_where_it_is_not(name, of, empty, count):
    file = next(file for file in FILES if (file.parent.name, file.name) == (name, of))
    module, origin = module_of(file), origin_of(file)
    for record in module.records(source_of(file), origin):
        body = json.dumps(record.cells, ensure_ascii=False, separators=(",", ":"))
        if (empty := empty.replace(" ", "")) in body:
            key = empty.split(":")[0]
            filled = replace(record, cells=json.loads(body.replace(empty, f'{key}:"7"')))
            [sighting] = [row for row in module.parse(filled, origin) if isinstance(row, Sighting)]
            assert getattr(sighting, count) == 7
            return
    pytest.fail("no record leaves it empty: declare it without this test")


DECLARED = [field.name for field in fields(Carries) if field.name not in ("tool", "files", "known_from", "unseen", "by_columns")]


@pytest.mark.parametrize("module", formats(), ids=lambda module: module.NAME)
def test_a_format_declares_what_its_samples_tell_and_nothing_else(module):
    sampled = "har" if module.NAME in ("wacz", "warc") else module.NAME
    told = told_by_samples(sampled)
    for name in DECLARED:
        declared = getattr(module.CARRIES, name)
        if module.CARRIES.by_columns and name not in ("holds", "account", "captured"):
            continue  # whatever its columns are called
        found = told[name] - {None}
        declared = set(declared) if isinstance(declared, tuple) else {True} if declared else set()
        assert found <= declared, f"{name}: a sample tells {found - declared}"
        missing = {value for value in declared - found if (sampled, name, value) not in ELSEWHERE}
        assert not missing, f"{name}: no sample tells {missing}"


def test_recordings_carry_the_same_whatever_they_are_saved_as():
    of = {module.NAME: module.CARRIES for module in formats()}
    for name in ("har", "warc", "wacz"):
        assert replace(of[name], tool="", files=()) == replace(recordings.CARRIES, tool="", files=())


@pytest.mark.parametrize("module", formats(), ids=lambda module: module.NAME)
def test_it_says_by_whom_and_in_what_files(module):
    told = module.CARRIES
    assert told.tool and told.files and told.holds and set(told.lacks()) <= set(LACKS)
    listed = "never seen" in (module.__doc__ or "")
    assert listed == bool(told.known_from == "listed" or told.unseen), "the words at the top of the file say otherwise"


def test_what_cannot_be_said_follows_from_what_is_carried():
    whole = recordings.CARRIES
    assert whole.lacks() == ("minute",)
    assert "reach" in replace(whole, followers=False).lacks() and "reach" not in replace(whole, followers=False, counts=("views",)).lacks()
    assert "region" in replace(whole, region=("comments",)).lacks()
    assert "day" in replace(whole, grain=("day",)).lacks() and "times" in replace(whole, grain=()).lacks()
    assert replace(whole, holds=("hot_search",)).lacks() == ("posts",)
    with pytest.raises(ValueError, match="likers"):
        replace(whole, counts=("likers",))
