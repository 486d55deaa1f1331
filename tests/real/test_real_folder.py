"""The whole folder of samples, file by file: none is left out in silence, nothing of a sound file goes to quarantine, and for the tools
whose own files are there every post is what a plain reader of the file says."""

import csv
import json
import os
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collectors.importing import ImportOptions, import_files
from collectors.recognising import recognise
from data import campaign
from data.build import build, reading
from data.errors import Unreadable
from data.home import Home

SAMPLES = Path(os.environ["GROUNDSWELL_SAMPLES"]) / "samples"
CHINA = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.slow

# The files of a tool, by a pattern, with how many records they hold in all, as counted by hand.
TAKEN = {
    "weibo-spider": ("weibo/WeiboSpider/*.jsonl", 3),
    "mediacrawler": ("*/constructed/mediacrawler_*", 6 * 5 + 2 * 5),
    "weibo-crawler": ("weibo/*/*weibo-crawler_current.*", 8 + 9),
    "weibo-crawler 2019": ("weibo/weibo-crawler-csv/*.csv", 30),
    "weibo-search": ("weibo/weibo-search-csv/*.csv", 30 + 40),
    "weibo-search constructed": ("weibo/constructed/weibo-search_21col.csv", 11),
    "weibo-trending-hot-search": ("weibo/weibo-trending-hot-search/*.json", 413),
    "spider-xhs": ("xiaohongshu/Spider_XHS/info_*.json", 6),
    "spider-xhs Excel": ("xiaohongshu/Spider_XHS/*.xlsx", 10),
    "4cat": ("xiaohongshu/constructed/4cat_rednote.csv", 1),
    "zeeschuimer": ("xiaohongshu/constructed/zeeschuimer-*.ndjson", 3),
}
# Single answers of the platforms, which stand in recordings and in test_real_answers.py, and files that are no data.
ANSWERS = ("ajax_", "err_", "m_getIndex", "s_weibo_search", "weibo_ak", "weibo_detail", "weibo_err", "api_feed", "user_profile_page",
           "comment_page", "explore_note", "get_comment", "search.json", "topic_recommend", "user_info", "SOURCES.md")  # fmt: skip


@cache
def recognised():
    files = sorted(file for file in SAMPLES.rglob("*") if file.is_file())
    return {file: next(iter(recognise([file], zone=CHINA))) for file in files}


def test_every_file_is_taken_or_left_out_with_a_word():
    for file, found in recognised().items():
        if file.name.startswith(ANSWERS):
            assert found.why_not or found.format == "mapped", file.name
        else:
            assert found.left_out or (found.carries and found.format != "mapped"), file.name
            assert not found.refused, file.name
    assert len(recognised()) > 90


def brought(folder, files):
    """A home with these files in it, published, and what the import said."""
    home = Home(folder / "home")
    campaign.new(home, "real", name="real", hashtags=[], start=None)

    def unknown(name, guess):
        raise Unreadable(name)

    wanted = ImportOptions(campaign=campaign.find(home, "real"), zone=CHINA, choose=unknown)
    done = import_files(home, files, wanted, lambda sofar: None)
    build(home)
    return home, done


@pytest.mark.parametrize("name", TAKEN)
def test_all_of_a_tool_is_read_and_nothing_is_in_quarantine(tmp_path, name):
    pattern, records = TAKEN[name]
    _, done = brought(tmp_path, sorted(SAMPLES.glob(pattern)))
    assert set(done.formats) == {name.split(" ")[0]} and not done.unreadable
    assert (done.read, done.quarantined) == (records, 0)
    assert done.added + done.updated + done.duplicate == records


def posts_of(home):
    with reading(home) as connection:
        asked = connection.execute("select * from posts where not is_comment")
        names = [column[0] for column in asked.description]
        return {row["post_id"]: row for row in (dict(zip(names, values, strict=True)) for values in asked.fetchall())}


def utc(china, form):
    return datetime.strptime(china, form) - timedelta(hours=8)


def test_every_row_of_weibo_crawler_is_what_the_file_says(tmp_path):
    [file] = SAMPLES.glob("weibo/weibo-crawler-csv/*.csv")
    home, _ = brought(tmp_path, [file])
    posts = posts_of(home)
    with open(file, encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len(posts) == 30
    for row in rows:
        post = posts[row["id"].strip()]
        assert post["author_id"] == file.name.split("_")[0] and post["url"].endswith(f"/{row['bid']}")
        assert post["text"] == (row["正文"].strip() or None)
        assert (post["likes"], post["comments"], post["reposts"]) == tuple(int(row[name]) for name in ("点赞数", "评论数", "转发数"))
        assert (post["published_at"], post["published_grain"]) == (utc(row["日期"], "%Y-%m-%d"), "day")
        assert ",".join(post["hashtags"] or []) == row["话题"]


def test_every_info_json_of_spider_xhs_is_what_the_file_says(tmp_path):
    files = sorted(SAMPLES.glob("xiaohongshu/Spider_XHS/info_*.json"))
    home, _ = brought(tmp_path, files)
    posts = posts_of(home)
    assert len(files) == len(posts) == 6
    for file in files:
        told = json.loads(file.read_text("utf-8"))
        post = posts[told["note_id"]]
        assert (post["author_id"], post["author_name"], post["url"]) == (told["user_id"], told["nickname"], told["note_url"])
        assert (post["title"], post["text"]) == (told["title"].strip() or None, told["desc"].strip() or None)
        assert post["region"] == (None if told["ip_location"] == "未知" else told["ip_location"])
        assert (post["published_at"], post["published_grain"]) == (utc(told["upload_time"], "%Y-%m-%d %H:%M:%S"), "second")
        for ours, theirs in {"likes": "liked_count", "favourites": "collected_count", "comments": "comment_count"}.items():
            shown = str(told[theirs])
            if shown.isdigit():
                assert (post[ours], post[f"{ours}_grain"]) == (int(shown), "exact"), (file.name, ours)
            else:
                assert post[f"{ours}_grain"] in (("rounded", "at_least") if shown else (None,)), (file.name, ours)
        assert set(told["tags"]) <= set(post["hashtags"] or [])
