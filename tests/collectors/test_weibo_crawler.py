"""weibo-crawler: its database, the account in a file's name, and what a gone original says of itself."""

import json
import shutil
import sqlite3
from dataclasses import replace

import pytest

from collectors.formats import Broken, weibo_crawler
from tests.collectors.test_formats import FIXTURES, origin_of, outcome_of, sample_of, source_of

FOLDER = FIXTURES / "weibo-crawler"
POST = (
    "user_id id bid screen_name text article_url topics pics video_url live_photo_url location created_at source "
    "attitudes_count comments_count reposts_count retweet_id at_users"
)


def database(path):
    """What the tool writes of the JSON fixture, an answered comment and a repost beside it."""
    told = json.loads((FOLDER / "account.json").read_text("utf-8"))
    posts = [dict(post, retweet_id=post.get("retweet", {}).get("id", "")) for post in told["weibo"] if isinstance(post, dict)]
    posts += [dict(post["retweet"], retweet_id="") for post in posts if "retweet" in post]
    with sqlite3.connect(path) as made:
        made.execute(f"create table weibo (id varchar(20) primary key, {POST.replace(' id ', ' ').replace(' ', ', ')})")
        for post in posts:
            post["created_at"] = post["full_created_at"]
            cells = [post[name] for name in POST.split()]
            made.execute(f"insert into weibo ({POST.replace(' ', ', ')}) values ({', '.join('?' * len(cells))})", cells)
        made.execute("create table user (id, nick_name, gender, follower_count integer, location, reg_date, avatar_url, bio)")
        made.execute(
            "insert into user values ('7700000009', '守夜人', 'f', 13635, '墨城', '2010-05-31', 'https://example.org/a.jpg', '画')"
        )
        below = "bid, weibo_id, user_id, created_at, user_screen_name, user_avatar_url, text, like_count"
        made.execute(f"create table comments (id, root_id, {below})")
        made.execute(f"create table reposts (id, {below})")
        when = "Sun Apr 27 10:30:00 +0800 2031"
        comment, repost = ("insert into comments values", "insert into reposts values")
        made.execute(f"{comment} ('71', '71', '', '5301000000000301', '7700000004', ?, '小砚台', '', '<a href=x>好</a>', 2)", (when,))
        made.execute(f"{comment} ('72', '71', '', '5301000000000301', '7700000009', ?, '守夜人', '', '谢谢', '')", (when,))
        made.execute(f"{repost} ('5301000000000390', 'Q1', '5301000000000301', '7700000005', ?, '路', '', '转发微博', 0)", (when,))
        made.execute("create table bins (id integer primary key, ext, data blob)")
        made.execute("insert into bins values (1, 'jpg', x'ffd8')")
    made.close()
    return path


def rows_of(file):
    """The rows of each record that can be read, without what hangs on its bytes."""
    outcomes = [outcome_of(weibo_crawler, r, origin_of(file)) for r in weibo_crawler.records(source_of(file), origin_of(file))]
    return [[{k: v for k, v in row.items() if k != "record_id"} for row in o["rows"]] for o in outcomes if "rows" in o]


def test_the_database_tells_what_the_json_file_tells(tmp_path):
    path = database(tmp_path / "weibodata.db")
    assert weibo_crawler.recognises(sample_of(path))
    told = {row["post_id"]: row for rows in rows_of(FOLDER / "account.json") for row in rows if row["table"] == "post"}
    found = {row["post_id"]: row for rows in rows_of(path) for row in rows if row["table"] == "post"}
    assert {i: row for i, row in found.items() if i in told} == told
    assert set(found) - set(told) == {"71", "72", "5301000000000390"}
    gone = [row for rows in rows_of(path) for row in rows if row["table"] == "sighting" and row["status"] != "visible"]
    assert [(row["post_id"], row["status"], row["context"]) for row in gone] == [("5301000000000360", "deleted_by_author", True)]


def test_comments_answers_reposts_and_accounts_of_the_database(tmp_path):
    told = [row for rows in rows_of(database(tmp_path / "weibodata.db")) for row in rows]
    posts = {row["post_id"]: row for row in told if row["table"] == "post"}
    first, answer, repost = posts["71"], posts["72"], posts["5301000000000390"]
    assert (first["text"], first["is_comment"], first["parent_id"], first["root_id"]) == ("好", True, *["5301000000000301"] * 2)
    assert (answer["parent_id"], answer["root_id"], answer["published_at"]) == ("71", "5301000000000301", "2031-04-27T02:30:00")
    assert (repost["kind"], repost["is_comment"], repost["parent_id"]) == ("repost", False, "5301000000000301")
    answers = [row for row in told if row["table"] == "edge" and row["from_id"] == "72"]
    assert [(row["to_id"], row["to_is_comment"], row["kind"]) for row in answers] == [("71", True, "reply")]
    accounts = [row for row in told if row["table"] == "author" and "followers" in row]
    assert [(row["author_id"], row["followers"], row["name"], row["region"]) for row in accounts] == [
        ("7700000009", 13635, "守夜人", "墨城")
    ]


@pytest.mark.parametrize(
    ("name", "account"),
    [
        *[("7700000009.csv", "7700000009"), ("7700000009 (1).csv", "7700000009"), ("posts.csv", None), ("12345678901234.csv", None)],
        *[("20310427.csv", None), ("20310427_2.csv", None), ("203104271200.csv", None)],  # dates
        *[("20311327.csv", "20311327"), ("2031042712.csv", "2031042712")],
    ],
)
def test_the_account_is_the_name_of_the_file(tmp_path, name, account):
    shutil.copyfile(FOLDER / "13_columns.csv", tmp_path / name)
    for rows in rows_of(tmp_path / name):
        post = rows[0]
        assert post.get("author_id") == account
        assert post["url"] == (
            f"https://weibo.com/{account}/Q0000002{post['post_id'][-1]}" if account else f"https://m.weibo.cn/detail/{post['post_id']}"
        )


def test_a_column_of_accounts_stands_over_the_name_of_the_file(tmp_path):
    header, *rows = (FOLDER / "13_columns.csv").read_text("utf-8-sig").splitlines()
    for number, name in enumerate(("7700000009.csv", "posts.csv")):
        (tmp_path / name).write_text("\n".join((f"{header},user_id", *(f"{row},770000000{number}" for row in rows))), "utf-8")
        assert {row[0]["author_id"] for row in rows_of(tmp_path / name)} == {f"770000000{number}"}
    (tmp_path / "7700000009.csv").write_text("\n".join((f"{header},user_id", *(f"{row}," for row in rows))), "utf-8")
    assert {row[0]["author_id"] for row in rows_of(tmp_path / "7700000009.csv")} == {"7700000009"}


def test_the_same_original_in_two_retweets_is_one_record_and_a_gone_one_is_seen_with_each():
    file = FOLDER / "current.csv"
    records = list(weibo_crawler.records(source_of(file), origin_of(file)))
    rows = [row for record in records for row in outcome_of(weibo_crawler, record, origin_of(file)).get("rows", ())]
    whole = [row["record_id"] for row in rows if row["table"] == "sighting" and row["post_id"] == "5301000000000250"]
    assert len(whole) == 2 and len(set(whole)) == 1
    gone = [row for row in rows if row["table"] == "sighting" and row["status"] != "visible"]
    assert len(gone) == 6 and {row["seen_at_basis"] for row in gone} == {"not_before"}
    assert not {row["post_id"] for row in gone} & {row["post_id"] for row in rows if row["table"] == "post"}


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.98])
def test_a_json_file_that_was_cut_off_gives_what_stands_before(tmp_path, cut):
    body = (FOLDER / "account.json").read_bytes()
    (tmp_path / "a.json").write_bytes(body[: int(len(body) * cut)])
    origin = origin_of(tmp_path / "a.json")
    *whole, last = weibo_crawler.records(source_of(tmp_path / "a.json"), origin)
    sound = list(weibo_crawler.records(source_of(FOLDER / "account.json"), origin))
    assert isinstance(last, Broken) and "damaged or cut off" in last.reason
    assert [r.body for r in whole] == [r.body for r in sound[: len(whole)]]


def test_a_json_file_with_a_mark_and_odd_bytes_is_read(tmp_path):
    body = (FOLDER / "account.json").read_bytes().replace("夜里画的".encode(), "夜里画".encode() + b"\xff")
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + body)
    warnings = []
    origin = replace(origin_of(tmp_path / "a.json"), warn=warnings.append)
    records = list(weibo_crawler.records(source_of(tmp_path / "a.json"), origin))
    assert records[1].cells["text"].startswith("#拒绝机器画# 夜里画\ufffd")
    assert len(warnings) == 1


def test_other_json_and_other_databases_are_not_taken(tmp_path):
    sample = sample_of(FOLDER / "account.json")
    assert not weibo_crawler.recognises(replace(sample, head=b'{"user": {}, "posts": []}'))
    with sqlite3.connect(tmp_path / "weibo.db") as made:
        made.execute("create table weibo (id, text, attitudes_count)")
    made.close()
    assert not weibo_crawler.recognises(sample_of(tmp_path / "weibo.db"))
