"""crawl4weibo: one post in every shape it is handed out in, and parts of a post that are posts of their own."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.formats import Record, crawl4weibo
from data.model import Edge, Post, Sighting
from tests.collectors.test_formats import FIXTURES, origin_of, outcome_of, sample_of, source_of

FOLDER = FIXTURES / "crawl4weibo"
POSTS = FOLDER / "posts.json"


def records_of(file):
    return list(crawl4weibo.records(source_of(file), origin_of(file)))


def rows(record, kind):
    return [row for row in crawl4weibo.parse(record, origin_of(POSTS)) if isinstance(row, kind)]


@pytest.mark.parametrize("shape", ["lines", "page", "page in one line", "alone"])
def test_a_post_is_the_same_record_in_every_shape(tmp_path, shape):
    told = json.loads(POSTS.read_text("utf-8"))[:4]
    written = {
        "lines": "".join(json.dumps(post) + "\n" for post in told),
        "page": json.dumps({"posts": told, "pagination": {}}, indent=2),
        "page in one line": json.dumps({"posts": told, "pagination": {}}),
        "alone": json.dumps(told[0], indent=2),
    }[shape]
    path = tmp_path / "a.json"
    path.write_text(written, "utf-8")
    assert crawl4weibo.recognises(sample_of(path))
    wanted = [record.body for record in records_of(POSTS)[:4]]
    assert [record.body for record in records_of(path)] == (wanted[:1] if shape == "alone" else wanted)


def test_a_comment_within_a_post_knows_it_and_one_alone_does_not():
    _post, first, answer = rows(records_of(POSTS)[0], Post)
    assert (first.is_comment, first.parent_id, first.root_id) == (True, "5301000000000501", "5301000000000501")
    assert (answer.parent_id, answer.root_id) == (first.post_id, "5301000000000501")
    edges = [(edge.from_id, edge.to_id, edge.to_is_comment) for edge in rows(records_of(POSTS)[0], Edge)]
    assert (answer.post_id, first.post_id, True) in edges
    alone = rows(records_of(FOLDER / "comments.jsonl")[0], Post)[0]
    assert (alone.post_id, alone.text, alone.parent_id, alone.root_id) == (first.post_id, first.text, None, None)
    # What is told differently is another record: neither hangs on which file came first.
    assert alone.record_id != first.record_id


def test_an_original_is_context_in_a_retweet_and_none_alone():
    retweet = records_of(POSTS)[1]
    within = rows(retweet, Sighting)[1]
    alone = Record(number=1, cells=retweet.cells["retweeted_status"], body=json.dumps(retweet.cells["retweeted_status"]).encode())
    (by_itself,) = rows(alone, Sighting)
    assert (within.post_id, within.context, by_itself.context) == (by_itself.post_id, True, False)
    assert within.record_id != by_itself.record_id


def test_a_gone_original_is_a_sighting_and_no_post():
    record = records_of(POSTS)[2]
    assert [post.post_id for post in rows(record, Post)] == ["5301000000000503"]
    gone = rows(record, Sighting)[1]
    assert (gone.post_id, gone.status, gone.seen_at_basis) == ("5301000000000551", "deleted_by_author", "not_before")


@pytest.mark.parametrize("told", [{"posts": [], "pagination": {"page": 9}}, {"pagination": {}, "comments": []}])
def test_an_empty_page_is_one_all_the_same(told):
    assert crawl4weibo.recognises(replace(sample_of(POSTS), head=json.dumps(told).encode()))


@pytest.mark.parametrize("page", ["posts", "comments"])
def test_a_page_of_another_tool_is_not_taken(page):
    told = {page: [{"id": "1", "title": "x", "body": "y"}], "pagination": {"page": 1}}
    assert not crawl4weibo.recognises(replace(sample_of(POSTS), head=json.dumps(told).encode()))


@pytest.mark.parametrize("told", [{"words": "x"}, {"id": "1", "user_id": "2", "text": "x"}, {"posts": []}])
def test_other_objects_are_not_taken(told):
    assert not crawl4weibo.recognises(replace(sample_of(POSTS), head=json.dumps(told).encode()))
    assert "refused" in outcome_of(crawl4weibo, Record(number=1, cells=told, body=b"{}"), origin_of(Path("x")))
