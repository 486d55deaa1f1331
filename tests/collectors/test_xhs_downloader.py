"""XHS-Downloader: whose clock its times are by, and which of its databases is read."""

import sqlite3
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from collectors.formats import xhs_downloader
from data.model import Post, Sighting
from tests.collectors.test_formats import FIXTURES, origin_of, sample_of, source_of

DATABASE = FIXTURES / "xhs-downloader" / "ExploreData.db"


def first(origin, kind):
    record = next(xhs_downloader.records(source_of(DATABASE), origin))
    return next(row for row in xhs_downloader.parse(record, origin) if isinstance(row, kind))


@pytest.mark.parametrize(
    ("zone", "published", "seen"),
    [
        ("Asia/Shanghai", datetime(2031, 4, 27, 2, 20, 30), datetime(2031, 4, 28, 1)),
        ("UTC", datetime(2031, 4, 27, 10, 20, 30), datetime(2031, 4, 28, 9)),
    ],
)
def test_times_are_by_the_clock_of_the_machine(zone, published, seen):
    origin = origin_of(DATABASE, zone=ZoneInfo(zone))
    assert first(origin, Post).published_at == published
    sighting = first(origin, Sighting)
    assert (sighting.seen_at, sighting.seen_at_basis) == (seen, "told")


def test_what_the_page_did_not_show_is_not_told():
    origin = origin_of(DATABASE)
    _, record, *_ = xhs_downloader.records(source_of(DATABASE), origin)
    post, sighting, _ = xhs_downloader.parse(record, origin)
    assert (post.published_at, post.text, post.title, post.hashtags, post.region) == (None,) * 5
    assert (sighting.likes, sighting.favourites, sighting.shares, sighting.comments) == (None, None, None, 0)


@pytest.mark.parametrize("statement", ["create table explore_id (ID text primary key)", "create table mapping_data (ID text, NAME text)"])
def test_the_other_databases_are_named_and_left_out(tmp_path, statement):
    with sqlite3.connect(tmp_path / "a.db") as made:
        made.execute(statement)
    made.close()
    sample = sample_of(tmp_path / "a.db")
    assert xhs_downloader.recognises(sample)
    assert xhs_downloader.not_imported(sample) == "lists of what XHS-Downloader has saved"
    assert xhs_downloader.not_imported(sample_of(DATABASE)) is None
    assert not xhs_downloader.recognises(replace(sample, head=b"SQLite format 3\0" + bytes(100)))
