"""WeiboSpider: which of its files are read, and what one line of each kind says."""

from dataclasses import replace

import pytest

from collectors.formats import Record, weibo_spider
from data.model import Author
from tests.collectors.test_formats import FIXTURES, origin_of, sample_of, source_of

FOLDER = FIXTURES / "weibo-spider"
POSTS = FOLDER / "tweet_spider_by_keyword_20310427040000.jsonl"


def line(told):
    return replace(sample_of(POSTS), head=told.encode(), header=None)


def test_lists_of_who_follows_whom_are_named_and_left_out():
    sample = line('{"_id": "1_2", "crawl_time": 1, "follower_id": "2", "fan_info": {"_id": "1", "nick_name": "墨"}}\n')
    assert weibo_spider.recognises(sample)
    assert weibo_spider.not_imported(sample) == "who follows whom, of WeiboSpider"


@pytest.mark.parametrize(
    "told",
    ['{"_id": "1", "mblogid": "Q", "content": "话"}', '{"crawl_time": 1, "_id": "1", "content": "话"}', '{"crawl_time": 1}', "[]"],
)
def test_lines_of_other_tools_are_not_taken(told):
    assert not weibo_spider.recognises(line(told + "\n"))


def test_a_post_of_one_account_has_its_id_from_the_address_and_no_state():
    origin = origin_of(POSTS)
    record = list(weibo_spider.records(source_of(POSTS), origin))[2]
    (author,) = [row for row in weibo_spider.parse(record, origin) if isinstance(row, Author)]
    assert (author.author_id, author.name, author.verified, author.followers) == ("7700000003", None, None, None)


@pytest.mark.parametrize(("kind", "verified", "shown"), [(0, True, "黄V"), (3, True, "蓝V"), (-1, False, "普通用户"), (None, False, None)])
def test_the_kind_of_an_account(kind, verified, shown):
    cells = {"_id": "7", "nick_name": "墨", "followers_count": 1, "crawl_time": 1935010000, "verified": verified, "verified_type": kind}
    (author,) = weibo_spider.parse(Record(number=1, cells=cells, body=b"{}"), origin_of(POSTS))
    assert (author.verified, author.verified_kind, author.followers, author.posts) == (verified, shown, 1, None)
