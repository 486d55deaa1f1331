"""One row through the whole chain of the store: log, build, publish, ask, and again after a change."""

from datetime import datetime

from data.build import build, reading
from data.campaign import new
from data.home import Home
from data.log import Log
from data.model import Membership, Post, Run, Sighting, text_sha256

NOON = datetime(2024, 5, 1, 4)


def rows(run: str, record: str, likes: int | None, text: str = "停更一周", at: datetime = NOON, basis: str = "told"):
    key = {"platform": "weibo", "post_id": "4607741009594608", "run_id": run}
    return [
        Run(run_id=run, source="test", campaign="art", started=NOON, version="0"),
        Post(record_id=record, text=text, text_sha256=text_sha256(None, text), published_at=NOON, published_grain="minute",
             kind="original", hashtags=("停更週",), tag_keys=("停更周",), author_key="a1", **key),
        Sighting(record_id=record, format="test", seen_at=at, seen_at_basis=basis, likes=likes, **key),
        Membership(campaign="art", via="query", **key),
    ]  # fmt: skip


def test_a_row_walks_through_the_whole_chain(tmp_path):
    home = Home(tmp_path)
    new(home, "art", name="Art", hashtags=["weibo:停更周"], start=None)
    log = Log(home.log)
    log.append_rows(rows("r1", "one", 10))
    assert build(home).full
    with reading(home) as db:
        assert db.execute("select post_id, text, likes, campaigns, sightings from posts").fetchall() == [
            ("4607741009594608", "停更一周", 10, ["art"], 1)
        ]
        assert db.execute("select day::varchar, posts, accounts from post_day where tag_key = ''").fetchall() == [("2024-05-01", 1, 1)]
    log.append_rows(rows("r2", "two", 25, at=datetime(2024, 5, 2)))
    built = build(home)
    assert not built.full and built.posts == 1
    with reading(home) as db:
        assert db.execute("select likes, sightings, last_seen from posts").fetchall() == [(25, 2, datetime(2024, 5, 2))]
        assert db.execute("select posts from post_hour where tag_key = '停更周'").fetchall() == [(1,)]
        assert db.execute("select tag from tag_shown").fetchall() == [("停更週",)]
