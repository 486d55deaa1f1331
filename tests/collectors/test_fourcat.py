"""4CAT: its tables of other platforms are not taken, and its server's clock is not read."""

from dataclasses import replace

import pytest

from collectors.formats import Record, fourcat
from data.model import Post, Sighting
from tests.collectors.test_formats import FIXTURES, origin_of, sample_of

POSTS = FIXTURES / "4cat" / "posts.csv"


def rows_of(**cells):
    usual = {"id": "6b0000000000000001000029", "thread_id": "6b0000000000000001000029", "body": "话", "likes": "1", "author": "笔"}
    return list(fourcat.parse(Record(number=1, cells={**usual, **cells}, body=b"{}"), origin_of(POSTS)))


def test_the_table_of_another_platform_is_not_taken():
    sample = sample_of(POSTS)
    assert fourcat.recognises(sample)
    assert not fourcat.recognises(replace(sample, head=sample.head.replace(b"xiaohongshu.com", b"tiktok.com")))
    assert not fourcat.recognises(replace(sample, header=("id", "thread_id", "body", "author", "timestamp")))


@pytest.mark.parametrize("unix", ["", None, "0"])
def test_the_clock_of_the_server_is_no_time(unix):
    post, sighting = rows_of(timestamp="2031-04-26 20:00:00", unix_timestamp=unix)
    assert (post.published_at, sighting.seen_at, sighting.seen_at_basis) == (None, None, "import")


def test_what_the_tool_does_not_carry_is_not_told():
    post, sighting = rows_of(unix_timestamp="1935000000")
    assert isinstance(post, Post) and isinstance(sighting, Sighting)
    assert (post.author_id, post.author_key, post.author_name, post.region) == (None, None, "笔", None)
    assert (sighting.comments, sighting.favourites, sighting.shares, sighting.views) == (None, None, None, None)
    assert sighting.seen_at_basis == "not_before"


@pytest.mark.parametrize(
    ("body", "column", "tags"),
    [
        ("#拒绝机器画[话题]#后面", "拒绝机器画,后面", ("拒绝机器画",)),
        ("#没有合上", "没有合上", ("没有合上",)),
        ("话", "", ()),
        ("", "甲,乙", ("甲", "乙")),
        ("", "", None),
    ],
)
def test_hashtags_come_from_the_text_before_the_column(body, column, tags):
    assert rows_of(body=body, hashtags=column, title="题")[0].hashtags == tags
