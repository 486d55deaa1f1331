"""What weibo-search's files as a whole tell beyond their rows."""

from dataclasses import replace

import pytest

from collectors.formats import weibo_search
from tests.collectors.test_mapped import ORIGIN
from tests.collectors.test_table import as_csv, source

HEADER = ["id", "bid", "user_id", "微博正文", "转发数", "评论数", "点赞数", "发布时间", "retweet_id"]


def read(rows):
    """(records, warnings) of a file with these cells told."""
    usual = {"微博正文": "话", "转发数": "1", "评论数": "1", "点赞数": "0", "发布时间": "2031-05-06 07:08"}
    told = [[{**usual, "id": str(5300000000000001 + n), **row}.get(name, "") for name in HEADER] for n, row in enumerate(rows)]
    warnings = []
    origin = replace(ORIGIN, warn=warnings.append)
    return list(weibo_search.records(source(as_csv([HEADER, *told]).encode()), origin)), warnings


@pytest.mark.parametrize(
    ("rows", "doubted"),
    [
        ([{}] * 50, 50),
        ([{}] * 50 + [{"点赞数": ""}], 50),
        ([{"点赞数": ""}] * 60, 0),
        ([{}] * 49, 0),
        ([{}] * 60 + [{"点赞数": "1"}], 0),
    ],
)
def test_likes_that_are_all_0_are_doubted_once(rows, doubted):
    found, warnings = read(rows)
    assert len(found) == len(rows)
    said = f"t.csv: the likes of all posts are 0 ({doubted}); a change of Weibo's page can cause that: do not trust them"
    assert warnings == ([said] if doubted else [])


def test_ids_that_all_end_in_0_are_said():
    _, warnings = read([{"id": str(5300000000000000 + 10 * n), "点赞数": "1"} for n in range(60)])
    assert warnings == ["t.csv: all 60 ids end in 0: a spreadsheet has rounded them; import the file from before that"]


def test_the_original_directly_before_its_retweet_is_context():
    found, _ = read([{"id": "1"}, {"id": "2", "retweet_id": "1"}, {"id": "3"}, {"id": "4", "retweet_id": "1"}])
    context = [next(row.context for row in weibo_search.parse(r, ORIGIN) if hasattr(row, "context")) for r in found]
    assert context == [True, False, False, False]


@pytest.mark.parametrize(("bid", "mid"), [("K3fnuEfZK", "4607741009594608"), ("0", "0"), ("z0000", "350000000")])
def test_a_short_id_is_the_long_one_to_another_base(bid, mid):
    assert weibo_search.id_of_short_id(bid) == mid


def test_the_parser_says_nothing_it_was_not_told():
    (record,), _ = read([{"评论数": "", "点赞数": ""}])
    post, sighting = weibo_search.parse(record, ORIGIN)
    assert (post.author_key, post.hashtags, post.mentions, post.region, post.kind) == (None, None, None, None, "original")
    assert (sighting.comments, sighting.comments_grain, sighting.likes, sighting.reposts) == (None, None, None, 1)
