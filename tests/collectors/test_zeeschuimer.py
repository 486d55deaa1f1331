"""Zeeschuimer: which captures are read, and that a note is one post however it was shown."""

import json
from dataclasses import replace

import pytest

from collectors.formats import Record, zeeschuimer
from data.model import Post, Sighting
from tests.collectors.test_formats import FIXTURES, origin_of, sample_of, source_of

FOLDER = FIXTURES / "zeeschuimer"
NOTES = FOLDER / "zeeschuimer-export-xiaohongshu.com-2031-04-27T100000.ndjson"
COMMENTS = FOLDER / "zeeschuimer-export-xiaohongshu-comments-2031-04-27T100000.ndjson"


def records_of(file):
    return list(zeeschuimer.records(source_of(file), origin_of(file)))


def rows(record, kind):
    return [row for row in zeeschuimer.parse(record, origin_of(NOTES)) if isinstance(row, kind)]


@pytest.mark.parametrize("platform", ["tiktok.com", "instagram.com"])
def test_captures_of_other_platforms_are_named_and_left_out(platform):
    sample = replace(sample_of(NOTES), head=NOTES.read_bytes().replace(b"xiaohongshu.com", platform.encode()))
    assert zeeschuimer.recognises(sample)
    assert zeeschuimer.not_imported(sample) == f"captures of {platform} by Zeeschuimer"
    assert zeeschuimer.not_imported(sample_of(COMMENTS)) is None


def test_a_list_tells_neither_time_nor_text_and_the_capture_is_no_publication():
    (post,), (sighting,) = rows(records_of(NOTES)[0], Post), rows(records_of(NOTES)[0], Sighting)
    assert (post.published_at, post.text, post.hashtags, post.region) == (None, None, None, None)
    assert sighting.seen_at_basis == "told"
    assert (sighting.favourites, sighting.comments, sighting.shares) == (None, None, None)


def test_one_note_in_a_list_in_a_page_and_in_4cat_is_one_post():
    listed, paged = rows(records_of(NOTES)[0], Post), rows(records_of(NOTES)[2], Post)
    kept = rows(records_of(FOLDER / "4cat.ndjson")[0], Post)
    assert len({post.post_id for post in (*listed, *paged, *kept)}) == 1
    assert replace(kept[0], record_id="") == replace(paged[0], record_id="")


def test_a_reply_within_a_comment_is_a_comment_of_its_own_that_answers_it():
    comment, reply = rows(records_of(COMMENTS)[0], Post)
    assert (reply.parent_id, reply.root_id) == (comment.post_id, comment.root_id)
    assert reply.is_comment and reply.text == "同上"


def test_a_reply_captured_again_later_is_seen_again():
    (record,) = records_of(COMMENTS)
    later = json.loads(record.body)
    later["timestamp_collected"] += 60_000
    again = Record(number=2, cells=later, body=json.dumps(later).encode())
    assert not {row.record_id for row in rows(record, Sighting)} & {row.record_id for row in rows(again, Sighting)}
