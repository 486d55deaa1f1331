"""Answers that the platforms really gave, or that were rebuilt from real values, in a HAR file through the real command.

`GROUNDSWELL_SAMPLES` names the folder of the samples. What is expected is read from each answer here, with nothing but the standard
library's JSON reader and regular expressions, field by field; no text of a real person stands in this file.
"""

import html
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.real.test_real_files import groundswell, new_home, published, rows_of

SAMPLES = Path(os.environ["GROUNDSWELL_SAMPLES"]) / "samples"
WEIBO, XIAOHONGSHU = SAMPLES / "weibo", SAMPLES / "xiaohongshu"
M, AJAX, S, TOPIC = "https://m.weibo.cn", "https://weibo.com/ajax", "https://s.weibo.com", "https://m.s.weibo.com/ajax_topic"
SITE, EDITH = "https://www.xiaohongshu.com", "https://edith.xiaohongshu.com"
NOTE = "64356527000000001303282b"
SEEN = "2026-08-22T20:00:00Z"
LIST = f"{M}/api/container/getIndex?containerid=1076036279793937"
SEARCH = f"{M}/api/container/getIndex?containerid=100103type%3D61%26q%3Dx&page_type=searchall"

pytestmark = pytest.mark.slow


def imported(folder, *answers):
    """What the command says of a HAR file with these answers (address, file), and the database it publishes."""
    entries = [
        {
            "startedDateTime": SEEN,
            "request": {"method": "GET", "url": address},
            "response": {"status": 200, "content": {"text": file.read_text("utf-8")}},
        }
        for address, file in answers
    ]
    har = folder / "walk.har"
    har.write_text(json.dumps({"log": {"version": "1.2", "creator": {}, "entries": entries}}, ensure_ascii=False), "utf-8")
    home = new_home(folder / "home")
    said = groundswell(home, "import", har, "--campaign", "real")
    return said, published(home)


def plain(text):
    """The text of a post's HTML, read in another way than the program does."""
    text = re.sub(r"<(a|span)[^>]*>(全文|展开)</\1>\s*$", "", text)
    text = re.sub(r"<br\s*/?>", "\n", text)
    text = re.sub(r"<img[^>]*?alt=[\"']?(\[[^\]]*\])[^>]*>", r"\1", text)
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def posts_in(told, of_repost=False):
    """Every post of an answer that is there, originals within reposts too, by its id."""
    found = {}
    if isinstance(told, list):
        for one in told:
            found |= posts_in(one)
    elif isinstance(told, dict):
        if "created_at" in told and told.get("user") and ("mid" in told):
            found[str(told["mid"])] = told
        for one in told.values():
            found |= posts_in(one)
    return found


COUNT = {"万": 10**4, "亿": 10**8}


def number(shown):
    text = str(shown).rstrip("+")
    return round(float(text[:-1]) * COUNT[text[-1]]) if text[-1] in COUNT else int(text)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (LIST, "nonebot-bison/weibo_ak_list_0.json"),
        (LIST, "nonebot-bison/weibo_ak_list_1.json"),
        (SEARCH, "constructed/m_getIndex_search_p1.json"),
        (SEARCH, "constructed/m_getIndex_search_last.json"),
        (f"{AJAX}/statuses/mymblog?uid=1&page=1&feature=0", "stablog/ajax_statuses_mymblog.json"),
    ],
)
def test_every_field_of_every_real_post(address, name, tmp_path):
    told = json.loads((WEIBO / name).read_text("utf-8"))
    said, database = imported(tmp_path, (address, WEIBO / name))
    meant = posts_in(told)
    rows = {row["post_id"]: row for row in rows_of(database, "from posts where not is_comment")}
    assert said["quarantined"] == 0 and set(rows) == set(meant)
    for mid, mblog in meant.items():
        row = rows[mid]
        at = datetime.strptime(mblog["created_at"], "%a %b %d %H:%M:%S %z %Y").astimezone(UTC).replace(tzinfo=None)
        assert row["published_at"] == at
        assert row["text"] == plain(mblog["text"])
        assert (row["author_id"], row["author_name"]) == (str(mblog["user"]["id"]), mblog["user"]["screen_name"])
        assert row["url"] == f"https://weibo.com/{mblog['user']['id']}/{mblog.get('bid') or mblog['mblogid']}"
        for ours, theirs in (("likes", "attitudes_count"), ("reposts", "reposts_count"), ("comments", "comments_count")):
            shown = mblog[theirs]
            assert row[ours] == number(shown)
            grain = "at_least" if str(shown).endswith("+") else "rounded" if str(shown)[-1] in COUNT else "exact"
            assert row[f"{ours}_grain"] == grain
        assert sorted(row["hashtags"] or []) == sorted(set(re.findall("#([^#\n]+)#", plain(mblog["text"]))))
        original = mblog.get("retweeted_status")
        assert (row["kind"], row["root_id"]) == (("repost", str(original["id"])) if original else ("original", None))
        assert row["region"] == (mblog["region_name"].removeprefix("发布于 ") if mblog.get("region_name") else None)


def test_gone_originals_are_seen_and_are_no_posts(tmp_path):
    _, database = imported(tmp_path, (SEARCH, WEIBO / "constructed/m_getIndex_search_p1.json"))
    (seen,) = rows_of(database, "select post_id, status, context from sighting where status <> 'visible'")
    assert seen == {"post_id": "4600000000000001", "status": "deleted_by_author", "context": True}
    assert not rows_of(database, "from posts where post_id = '4600000000000001'")


def test_the_long_text_takes_the_place_of_its_beginning(tmp_path):
    file = WEIBO / "nonebot-bison/weibo_detail_4649031014551911.json"
    mid = "4649031014551911"
    beginning = WEIBO / "nonebot-bison/weibo_ak_list_0.json"
    _, database = imported(tmp_path, (LIST, beginning), (f"{M}/statuses/extend?id={mid}", file))
    (row,) = rows_of(database, f"select text, author_name from posts where post_id = '{mid}'")
    assert row["text"] == plain(json.loads(file.read_text("utf-8"))["data"]["longTextContent"])
    assert row["author_name"]


def test_real_counters_and_their_trend(tmp_path):
    tag = "%23%E9%BE%99%E9%A4%90%E9%A6%86%23"
    said, database = imported(
        tmp_path,
        (f"{TOPIC}/detail?q={tag}", WEIBO / "constructed/ajax_topic_detail.json"),
        (f"{TOPIC}/detail?q={tag}x", WEIBO / "constructed/ajax_topic_detail_absent_topic.json"),
        (f"{TOPIC}/trend?q={tag}", WEIBO / "constructed/ajax_topic_trend_1h.json"),
        (f"{AJAX}/statuses/search?q=x&page=1", WEIBO / "constructed/ajax_statuses_search_topicHeads.json"),
    )
    assert (said["read"], said["added"]) == (3, 3)
    rows = rows_of(database, "select views, discussions, interactions, originals from hashtag_count order by views")
    assert [tuple(row.values()) for row in rows] == [(31927522, 28998, 171341, 5654), (391785293, 168275, None, None)]
    trend = json.loads((WEIBO / "constructed/ajax_topic_trend_1h.json").read_text("utf-8"))["data"]
    rows = rows_of(database, "select views, discussions, interactions, originals from trend order by slot_start")
    assert [tuple(row.values()) for row in rows] == [
        tuple(trend[name][place]["value"] for name in ("read", "me", "partake", "ori")) for place in range(len(trend["read"]))
    ]


def test_cards_of_a_search_page(tmp_path):
    page = f"{S}/weibo?q=%23x%23"
    said, database = imported(
        tmp_path, (page, WEIBO / "constructed/s_weibo_search.html"), (page, WEIBO / "constructed/s_weibo_search_noresult.html")
    )
    rows = rows_of(database, "select post_id, likes, likes_grain, reposts, comments from posts order by post_id")
    assert [tuple(row.values()) for row in rows] == [
        ("5230000000000001", 0, "exact", 0, 0),
        ("5230000000000002", 12000, "rounded", 12, 34),
        ("5230000000000003", 7, "exact", 5, 6),
    ]
    (header,) = rows_of(database, "select views, discussions, views_grain from hashtag_count")
    assert tuple(header.values()) == (320000000, 14000, "rounded")
    assert any("recommended where nothing was found" in warning for warning in said["warnings"])


def test_a_real_note_by_page_and_by_interface(tmp_path):
    card = json.loads((XIAOHONGSHU / "Spider_XHS/api_feed_note.json").read_text("utf-8"))["data"]["items"][0]["note_card"]
    _, database = imported(
        tmp_path,
        (f"{SITE}/explore/{NOTE}?xsec_token=x", XIAOHONGSHU / "constructed/explore_note.html"),
        (f"{EDITH}/api/sns/web/v1/feed", XIAOHONGSHU / "Spider_XHS/api_feed_note.json"),
    )
    (row,) = rows_of(database, "from posts")
    assert (row["post_id"], row["title"], row["text"]) == (NOTE, card["title"], card["desc"].strip() or None)
    assert row["published_at"] == datetime.fromtimestamp(card["time"] / 1000, UTC).replace(tzinfo=None)
    counts = {name: int(card["interact_info"][name]) for name in ("liked_count", "collected_count", "comment_count")}
    assert (row["likes"], row["favourites"], row["comments"]) == tuple(counts.values())
    assert row["hashtags"] == [tag["name"] for tag in card["tag_list"]]
    assert (row["author_id"], row["author_name"]) == (card["user"]["user_id"], card["user"]["nickname"])
    assert (row["region"], row["sightings"]) == ("上海", 2)


def test_notes_of_real_lists(tmp_path):
    said, database = imported(
        tmp_path,
        (f"{SITE}/user/profile/6185ce66000000001000705b", XIAOHONGSHU / "Spider_XHS/user_profile_page.html"),
        (f"{EDITH}/api/sns/web/v1/search/notes", XIAOHONGSHU / "xhscrawl/search.json"),
        (f"{EDITH}/web_api/sns/v1/search/topic", XIAOHONGSHU / "xhscrawl/topic_recommend.json"),
        (f"{EDITH}/api/sns/web/v2/comment/page?note_id={NOTE}", XIAOHONGSHU / "constructed/comment_page.json"),
    )
    text = (XIAOHONGSHU / "Spider_XHS/user_profile_page.html").read_text("utf-8")
    notes = set(re.findall(r'"noteId": "([0-9a-f]{24})"', text))
    rows = {row["post_id"]: row for row in rows_of(database, "from posts where not is_comment")}
    assert set(rows) == notes | {"6519c0cd000000001c014d47"}
    titles = set(re.findall(r'"displayTitle": "([^"]*)"', text))
    assert {row["title"] for row in rows.values() if row["post_id"] in notes} == {title.strip() for title in titles}
    assert all(row["text"] is None and row["published_at"] is None for row in rows.values())
    views = rows_of(database, "select views from hashtag_count order by views")
    assert [row["views"] for row in views] == [54486530, 9918059975]
    assert len(rows_of(database, "from posts where is_comment")) == 2
    assert said["quarantined"] == 0


def test_real_refusals_add_nothing(tmp_path):
    said, database = imported(
        tmp_path,
        (SEARCH, WEIBO / "constructed/err_m_captcha_limit.json"),
        (SEARCH, WEIBO / "constructed/err_m_login_signin.json"),
        (SEARCH, WEIBO / "constructed/err_m_getIndex_empty.json"),
        (SEARCH, WEIBO / "constructed/err_sina_visitor_system.html"),
        (LIST, WEIBO / "nonebot-bison/weibo_err_profile.json"),
        (f"{AJAX}/statuses/mymblog?uid=1", WEIBO / "constructed/err_ajax_login.json"),
        *((f"{EDITH}/api/sns/web/v1/search/notes", file) for file in sorted((XIAOHONGSHU / "constructed").glob("err_*.json"))),
    )
    assert said["read"] == 0 and not rows_of(database, "from sighting")
    (told,) = [warning for warning in said["warnings"] if "kept back" in warning]
    for words in ("a captcha was wanted", "3 where a login was wanted", "page for visitors", "too many requests", "network was blocked"):
        assert words in told


def test_a_missing_real_note_is_seen_missing(tmp_path):
    _, database = imported(tmp_path, (f"{SITE}/explore/{NOTE}", XIAOHONGSHU / "constructed/explore_note_missing.html"))
    (seen,) = rows_of(database, "select post_id, status from sighting")
    assert tuple(seen.values()) == (NOTE, "unreachable")
