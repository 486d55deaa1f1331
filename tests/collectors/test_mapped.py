"""Tables of no known tool: what a guess takes its columns for, and what is wrong in a mapping."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from collectors.cells import canonical
from collectors.columns import NAMES
from collectors.formats import Origin, Record, mapped
from data.errors import Unreadable, WrongUsage
from data.model import COUNTS, Author, Edge, Post, Sighting, id_for_record_without_id
from tests.collectors.test_table import source

ORIGIN = Origin(
    run_id="run",
    campaign="ink",
    file="t",
    path="t",
    zone=ZoneInfo("Asia/Shanghai"),
    now=datetime(2032, 1, 1),
    author_key=lambda platform, author: f"{platform} {author}",
)

MID, NOTE = "5300000000000019", "64d9e6b0000000001700aaaa"


def rows_of(cells, columns, **mapping):
    origin = replace(ORIGIN, mapping={"platform": "weibo", "columns": columns} | mapping)
    return list(mapped.parse(Record(number=1, cells=cells, body=canonical(cells)), origin))


def one(rows, kind):
    (row,) = [row for row in rows if isinstance(row, kind)]
    return row


@pytest.mark.parametrize(
    ("row", "platform", "kind", "columns"),
    [
        (
            {
                "微博id": MID,
                "博主": "墨",
                "微博正文": "话",
                "发布日期": "2031/5/6 7:08",
                "点赞量": "1.2万",
                "转发量": "3",
                "IP属地": "福建",
            },
            "weibo",
            "post",
            {
                "post_id": "微博id",
                "author_name": "博主",
                "text": "微博正文",
                "published_at": "发布日期",
                "likes": "点赞量",
                "reposts": "转发量",
                "region": "IP属地",
            },
        ),
        (
            {
                "Post ID": NOTE,
                "Link": "https://www.xiaohongshu.com/explore/p",
                "Caption": "x",
                "Content": "话",
                "Created-At": 1935788889,
            },
            "xiaohongshu",
            "post",
            {"post_id": "Post ID", "url": "Link", "text": "Content", "published_at": "Created-At"},
        ),
        (
            {
                "id": MID,
                "user": {"nickname": "墨", "id": 7},
                "text": "话",
                "share_count": 3,
                "url": "https://m.weibo.cn/detail/1",
            },
            "weibo",
            "post",
            {
                "post_id": "id",
                "url": "url",
                "author_id": "user.id",
                "author_name": "user.nickname",
                "text": "text",
                "reposts": "share_count",
            },
        ),
        (
            {"comment_id": "64d9e6b0000000001700bbbb", "note_id": "n", "content": "话", "like_count": "2", "xsec_token": ""},
            "xiaohongshu",
            "comment",
            {"post_id": "comment_id", "text": "content", "likes": "like_count", "root_id": "note_id"},
        ),
        (
            {
                "id": MID,
                "user": "墨",
                "content": "话",
                "created_at": "2031/5/6 7:08",
                "like": "5",
                "comment": "3",
                "share": "1.2万",
            },
            None,
            "post",
            {
                "post_id": "id",
                "author_name": "user",
                "text": "content",
                "published_at": "created_at",
                "likes": "like",
                "comments": "comment",
                "shares": "share",
            },
        ),
        (
            {"weibo_id": "NdOwzlPmN", "content": "话", "comment": 3, "share": 2, "like": 0, "view": "10万+", "collect": ""},
            "weibo",
            "post",
            {
                "post_id": "weibo_id",
                "text": "content",
                "likes": "like",
                "reposts": "share",
                "comments": "comment",
                "favourites": "collect",
                "views": "view",
            },
        ),
        ({"id": MID, "content": "话", "comment": "画得真好"}, None, "post", {"post_id": "id", "text": "content"}),
        ({"title": "墨", "comment": 3}, None, "post", {"title": "title", "comments": "comment"}),
        ({"user": "墨", "desc": "", "comment": "画得真好"}, None, "comment", {"author_name": "user", "text": "comment"}),
        (
            {"cid": "comment-c", "content": "话", "comment": "3"},
            None,
            "comment",
            {"post_id": "cid", "text": "content", "comments": "comment"},
        ),
        ({"text": "话", "time": "not a time at all"}, None, "post", {"text": "text"}),
        ({"text": "话", "ip": "10.0.0.1", "likes": "many"}, None, "post", {"text": "text"}),
    ],
)
def test_columns_are_guessed_by_their_names_and_cells(row, platform, kind, columns):
    guess = mapped.guess(list(row), [row])
    unread = guess.pop("unread", [])
    assert guess == ({"platform": platform} if platform else {}) | {"kind": kind, "columns": columns}
    opened = {column.split(".")[0] for column in columns.values()} - {*columns.values()}
    parts = [f"{name}.{part}" if name in opened else name for name in row for part in (row[name] if name in opened else [name])]
    assert unread == [name for name in parts if name not in columns.values()]
    assert mapped.guess(list(row), [row], "douyin")["platform"] == "douyin"


CELLS = {
    "post_id": MID,
    **dict.fromkeys((*COUNTS, "followers"), "1.2万"),
    **dict.fromkeys(("published_at", "seen_at"), "2031/5/6 7:08"),
    "region": "福建",
}


@pytest.mark.parametrize("target", NAMES)
def test_each_known_name_of_a_column_is_taken_for_what_it_tells(target):
    said = {"标题": "话"} if target == "text" else {"正文": "话"}
    for name in NAMES[target].split():
        outer, _, inner = name.partition(".")
        cell = NOTE if name == "笔记id" else CELLS.get(target, "墨")
        row = {outer: {inner: cell} if inner else cell} | said
        guess = mapped.guess(list(row), [row])
        assert (guess["kind"], guess["columns"][target]) == ("post", name)


@pytest.mark.parametrize(
    ("named", "plain"),
    [
        ("發佈時間", "发布时间"),
        ("Post Date", "post_date"),
        ("发帖时间：", "发帖时间"),
        ("＊Published At", "published_at"),
        ("貼文時間", "贴文时间"),
    ],
)
def test_spellings_of_one_name_meet(named, plain):
    row = {named: "2031/5/6 7:08", "內容": "话"}
    assert mapped.guess(list(row), [row])["columns"] == {"published_at": named, "text": "內容"}
    assert plain in NAMES["published_at"].split()


@pytest.mark.parametrize(
    ("platform", "shown", "is_id"),
    [
        ("weibo", MID, True),
        ("weibo", 5300000000000019, True),
        ("weibo", "'5300000000000019\t", True),
        ("weibo", "5.3E+15", True),  # its rows are refused
        ("weibo", "201110410216293360", True),
        ("weibo", "wr4mOFqpbO", True),
        ("weibo", "NdOwzlPmN", True),
        ("weibo", "1000000040", False),
        ("weibo", "followers", False),
        ("weibo", "1", False),
        ("xiaohongshu", NOTE, True),
        ("xiaohongshu", "5300000000000019", False),
        ("bilibili", "BV1xx411c7mD", True),
        ("bilibili", "1234567", False),
        (None, "12345678", True),
        (None, "1", False),
        (None, "", True),
        (None, True, False),
        (None, {"id": "5300000000000019"}, False),
    ],
)
def test_ids_look_like_those_of_their_platform(platform, shown, is_id):
    row = {"id": shown, "text": "话"}
    guess = mapped.guess(list(row), [row], platform)
    assert (guess["columns"].get("post_id"), guess.get("unread")) == (("id", None) if is_id else (None, ["id"]))


def test_a_number_of_rows_does_not_hide_the_id_beside_it():
    rows = [{"帖子编号": n, "id": f"530000000000{n:04d}", "text": "话"} for n in range(1, 4)]
    assert mapped.guess(list(rows[0]), rows, "weibo")["columns"]["post_id"] == "id"


def test_an_address_that_several_texts_share_is_not_theirs():
    rows = [{"微博链接": "https://weibo.com/1/NdOwzlPmN", "内容": text} for text in ("支持", "好", "画得真好")]
    assert mapped.guess(["微博链接", "内容"], rows) == {
        "platform": "weibo",
        "kind": "post",
        "columns": {"text": "内容"},
        "unread": ["微博链接"],
    }
    seen_again = [row | {"内容": "好"} for row in rows]
    assert mapped.guess(["微博链接", "内容"], seen_again)["columns"] == {"url": "微博链接", "text": "内容"}
    told = [row | {"微博id": f"530000000000001{n}"} for n, row in enumerate(rows)]
    assert mapped.guess([*told[0]], told)["columns"]["url"] == "微博链接"


def test_a_table_without_texts_is_not_guessed():
    assert mapped.guess(["a", "b"], [{"a": "1", "b": "2"}]) is None
    assert mapped.guess([], []) is None


def test_comments_are_texts_where_most_are_no_counts():
    rows = [{"user": "墨", "comment": said} for said in ("666", "画得真好", "停更", "")]
    assert mapped.guess(list(rows[0]), rows) == {"kind": "comment", "columns": {"author_name": "user", "text": "comment"}}
    assert mapped.guess(list(rows[0]), rows[:2]) is None  # as many counts as words
    assert mapped.guess(list(rows[0]), rows[3:]) is None


def test_two_platforms_in_one_table_are_not_one():
    rows = [{"text": "话", "url": url} for url in ("https://weibo.com/1/x", "https://www.xiaohongshu.com/explore/y")]
    assert "platform" not in mapped.guess(["text", "url"], rows)


@pytest.mark.parametrize(
    ("row", "platform"),
    [
        ({"full_text": "看 https://weibo.com/1/x", "tweet_url": "https://twitter.com/a/status/1"}, None),
        ({"full_text": "看 https://weibo.com/1/x"}, None),
        ({"text": "话", "url": "https://example.org/1", "quoted": "https://weibo.com/1/x"}, None),
        ({"text": "话", "url": "https://weibo.com/1/x", "avatar": "https://example.org/1.jpg", "ad": "https://v.douyin.com/1/"}, "weibo"),
        ({"text": "https://v.douyin.com/1/ 看", "home": "//weibo.com/u/1"}, "weibo"),
        ({"微博正文": "话", "链接": "http://example.org/1"}, "weibo"),
    ],
)
def test_a_platform_is_told_by_addresses_of_posts_and_by_no_text(row, platform):
    assert mapped.guess(list(row), [row]).get("platform") == platform


def test_a_stray_address_of_no_platform_does_not_hide_that_of_the_others():
    rows = [{"text": "话", "url": f"https://weibo.com/1/{n}"} for n in range(9)] + [{"text": "话", "url": "http://example.org/1"}]
    assert mapped.guess(["text", "url"], rows)["platform"] == "weibo"
    assert "platform" not in mapped.guess(["text", "url"], rows[-3:])


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        (None, "a column mapping has"),
        ({"platform": "weibo"}, "a column mapping has"),
        ({"platform": "weibo", "columns": {}}, "a column mapping has"),
        ({"columns": {"text": "t"}}, "names no platform"),
        ({"platform": "weibo", "columns": {"txt": "t"}}, "unknown targets: txt"),
        ({"platform": "weibo", "kind": "posts", "columns": {"text": "t"}}, "kind = 'posts'"),
        ({"platform": "weibo", "columns": {"text": ["t"]}}, r"the mapping's text = \['t'\]: write one text"),
        ({"platform": "weibo", "columns": {"text": "t", "likes": 3}}, "the mapping's likes = 3: write one text"),
        ({"platform": "weibo", "columns": {"text": "t", "user": {}}}, "unknown targets: user"),
        ({"platform": "weibo", "columns": {"text": {"t": "u"}}}, "the mapping's text = {'t': 'u'}: write one text"),
        ({"platform": 5, "columns": {"text": "t"}}, "the mapping's platform = 5: write one text"),
        ({"platform": "weibo", "kind": ["post"], "columns": {"text": "t"}}, "kind = "),
        ({"platform": "webo", "columns": {"text": "t"}}, "unknown platform 'webo', is 'weibo' meant"),
        ({"platform": "Weibo", "columns": {"text": "t"}}, "unknown platform 'Weibo', is 'weibo' meant"),
        ({"platform": "weibo", "zone": "Moon/Base", "columns": {"text": "t"}}, "zone = 'Moon/Base'"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_said(mapping, reason):
    with pytest.raises(WrongUsage, match=reason):
        list(mapped.records(source(b'{"t":1}\n', "t.jsonl"), replace(ORIGIN, mapping=mapping)))


@pytest.mark.parametrize("target", ["text", "post_id", "published_at", "title"])
def test_a_table_without_a_column_that_carries_posts_is_refused_before_anything_is_read(target):
    columns = {"author_name": "name", target: "t"}
    origin = replace(ORIGIN, mapping={"platform": "weibo", "columns": columns})
    with pytest.raises(Unreadable, match="t.jsonl: it has no columns 't', which the mapping names.*there are 'u'"):
        next(mapped.records(source(b'{"u":1}\n' * 3, "t.jsonl"), origin))
    later = b'{"u":1}\n' * 5 + b'{"t":"x"}\n' + b'{"u":1}\n' * 500
    assert len(list(mapped.records(source(later, "t.jsonl"), origin))) == 506


def test_a_platform_that_is_none_of_ours_is_one():
    origin = replace(ORIGIN, mapping={"platform": "lofter", "columns": {"text": "t"}})
    assert len(list(mapped.records(source(b'{"t":1}\n', "t.jsonl"), origin))) == 1


def test_parts_of_an_object_that_are_not_read_are_named():
    row = {"id": MID, "text": "话", "user": {"id": "1000000001", "gender": "f", "level": 3}, "place": {"x": 1}}
    guess = mapped.guess(list(row), [row], "weibo")
    assert guess["columns"] == {"post_id": "id", "text": "text", "author_id": "user.id"}
    assert guess["unread"] == ["user.gender", "user.level", "place"]


def test_a_column_that_no_record_has_is_said():
    warnings = []
    origin = replace(ORIGIN, mapping={"platform": "weibo", "columns": {"text": "t", "title": "u.v"}}, warn=warnings.append)
    list(mapped.records(source(b'{"t":1}\n{"u":{"w":1}}\n', "t.jsonl"), origin))
    assert warnings == ["t.jsonl: no record has the columns 'u.v' of the mapping"]


def test_the_platform_of_the_command_overrides_that_of_the_mapping():
    origin = replace(ORIGIN, platform="douyin", mapping={"platform": "weibo", "columns": {"text": "t"}})
    record = Record(number=1, cells={"t": "话"}, body=b"{}")
    assert {row.platform for row in mapped.parse(record, origin)} == {"douyin"}


def test_times_without_a_zone_are_of_the_mapping_else_of_the_import():
    cells, columns = {"t": "话", "at": "2031-05-06 07:08"}, {"text": "t", "published_at": "at"}
    assert one(rows_of(cells, columns), Post).published_at == datetime(2031, 5, 5, 23, 8)
    assert one(rows_of(cells, columns, zone="UTC"), Post).published_at == datetime(2031, 5, 6, 7, 8)


def years_of(cells, columns, now, **mapping):
    """The posts of a table, as an import at this time reads it, and the times of which it says that their year was guessed."""
    guessed = []
    mapping = {"platform": "weibo", "columns": columns} | mapping
    origin = replace(ORIGIN, now=now, mapping=mapping, guessed=guessed.append)
    return one(mapped.parse(Record(number=1, cells=cells, body=canonical(cells)), origin), Post), guessed


@pytest.mark.parametrize(
    ("cells", "platform", "year"),
    [
        ({"i": "4934567890123456"}, "weibo", 2023),
        ({"i": "4934567890123456.0", "seen": "2024-01-05 10:00"}, "weibo", 2023),
        ({"i": "4934567890123456", "seen": "2022-08-20 10:00"}, "weibo", 2022),  # captured before the id was given
        ({"i": "4934567890123456"}, "douyin", 2031),
        ({"i": "81", "seen": "2024-01-05 10:00"}, "weibo", 2023),
        ({"i": "81"}, "weibo", 2031),
    ],
)
def test_a_year_is_that_of_the_id_else_of_the_capture_else_of_the_clock(cells, platform, year):
    columns = {"post_id": "i", "text": "t", "published_at": "at", "seen_at": "seen"}
    post, guessed = years_of({"t": "话", "at": "08月15日 12:00"} | cells, columns, datetime(2032, 1, 1), platform=platform)
    assert (post.published_at, post.published_grain) == (datetime(year, 8, 15, 4), "minute")
    assert guessed == ["08月15日 12:00"]


def test_an_id_made_of_a_guessed_year_does_not_change_with_the_clock():
    columns = {"text": "t", "published_at": "at", "author_name": "u"}
    cells = {"t": "话", "at": "08月15日 12:00", "u": "墨"}
    earlier, later = (years_of(cells, columns, datetime(year, 10, 1))[0] for year in (2031, 2032))
    assert (earlier.published_at.year, later.published_at.year) == (2031, 2032)
    assert earlier.post_id == later.post_id
    told, guessed = years_of(cells | {"at": "2031-08-15 12:00"}, columns, datetime(2032, 1, 1))
    assert (told.post_id, guessed) == (id_for_record_without_id("weibo", "墨", "2031-08-15T04:00:00", "话"), [])


def test_what_no_column_tells_is_not_told():
    rows = rows_of({"t": "话"}, {"text": "t"}, platform="douyin")
    post, sighting = rows
    assert post.post_id.startswith("x")
    told = {"record_id", "platform", "is_comment", "post_id", "text", "text_sha256", "run_id"}
    assert {name for name in post.__slots__ if getattr(post, name) is not None} == told
    assert (sighting.seen_at, sighting.seen_at_basis, sighting.likes, sighting.likes_grain) == (None, "import", None, None)


def test_hashtags_stand_in_the_text_where_no_column_tells_them():
    cells = {"t": "看 #手繪不死# @灯塔", "tags": ""}
    post = one(rows_of(cells, {"text": "t"}), Post)
    assert (post.hashtags, post.tag_keys, post.mentions) == (("手繪不死",), ("手绘不死",), ("灯塔",))
    assert one(rows_of(cells, {"text": "t", "hashtags": "tags"}), Post).hashtags == ()
    assert one(rows_of(cells, {"text": "t"}, platform="douyin"), Post).hashtags is None


def test_a_told_capture_time_is_told_and_bounds_what_hangs_on_it():
    cells = {"t": "话", "at": "昨天 12:30", "seen": 1935788889}
    rows = rows_of(cells, {"text": "t", "published_at": "at", "seen_at": "seen"})
    assert one(rows, Post).published_at == datetime(2031, 5, 5, 4, 30)
    assert (one(rows, Sighting).seen_at, one(rows, Sighting).seen_at_basis) == (datetime(2031, 5, 5, 23, 8, 9), "told")


@pytest.mark.parametrize(
    ("shown", "post_id"), [(5300000000000019, "5300000000000019"), (53.0, "53"), ("'0012", "0012"), (" 7\t", "7"), ("53.0", "53")]
)
def test_ids_are_text_with_all_their_digits(shown, post_id):
    assert one(rows_of({"i": shown, "t": "话"}, {"post_id": "i", "text": "t"}), Post).post_id == post_id


@pytest.mark.parametrize(
    ("platform", "url", "post_id"),
    [
        ("weibo", "https://weibo.com/1000000040/NdOwzlPmN?refer_flag=1001030103_", "4932924835202345"),
        ("weibo", "//www.weibo.com/1000000040/NdOwzlPmN#comment", "4932924835202345"),
        ("weibo", "weibo.com/1000000040/wr4mOFqpbO", "201110410216293360"),
        ("weibo", "https://m.weibo.cn/detail/4932924835202345", "4932924835202345"),
        ("weibo", "http://m.weibo.cn/status/NdOwzlPmN", "4932924835202345"),
        ("weibo", "https://weibo.com/u/1000000040", None),
        ("weibo", "https://weibo.com/1000000040/followers", None),
        ("weibo", "https://weibo.com/tv/show/1034:4932924835202345", None),
        ("weibo", "https://example.org/?of=https://weibo.com/1/NdOwzlPmN", None),
        ("weibo", "https://www.xiaohongshu.com/explore/64d9e6b0000000001700aaaa", None),
        ("xiaohongshu", "https://www.xiaohongshu.com/explore/64d9e6b0000000001700aaaa?xsec_token=AB", NOTE),
        ("xiaohongshu", "https://www.xiaohongshu.com/discovery/item/64d9e6b0000000001700aaaa", NOTE),
        ("xiaohongshu", "https://www.xiaohongshu.com/user/profile/5f0000000000000001000001/64d9e6b0000000001700aaaa", NOTE),
        ("xiaohongshu", "https://www.xiaohongshu.com/user/profile/5f0000000000000001000001", None),
        ("douyin", "https://www.douyin.com/video/7300000000000000001", None),
    ],
)
def test_an_address_tells_the_id_where_nothing_else_does(platform, url, post_id):
    cells, columns = {"i": "", "u": url, "t": "话"}, {"post_id": "i", "url": "u", "text": "t"}
    post = one(rows_of(cells, columns, platform=platform), Post)
    assert post.post_id == post_id or (post_id is None and post.post_id.startswith("x"))
    assert one(rows_of(cells | {"i": "its own"}, columns, platform=platform), Post).post_id == "its own"
    comment = one(rows_of(cells, columns, platform=platform, kind="comment"), Post)
    assert comment.post_id.startswith("x") and comment.root_id == comment.parent_id == post_id


def test_short_ids_of_weibo_are_the_long_ones():
    cells = {"i": "NdOwzlPmN", "o": "K3fnuEfZK", "u": "NdOwzlPmN", "t": "话"}
    columns = {"post_id": "i", "root_id": "o", "author_id": "u", "text": "t"}
    post = one(rows_of(cells, columns), Post)
    assert post.author_id == "NdOwzlPmN"
    assert (post.post_id, post.root_id, post.parent_id) == ("4932924835202345", "4607741009594608", "4607741009594608")
    assert one(rows_of(cells, columns, platform="douyin"), Post).post_id == "NdOwzlPmN"


@pytest.mark.parametrize("word", ["NA", "nan", "NaN", "NULL", "None", "<NA>", "#N/A", "NaT"])
def test_what_programs_write_into_empty_cells_is_not_told(word):
    targets = ("author_id", "author_name", "title", "url", "published_at", "seen_at", "hashtags", "region", "parent_id", "likes")
    rows = rows_of({"text": "话", **dict.fromkeys(targets, word)}, {name: name for name in (*targets, "text")})
    post = one(rows, Post)
    assert (post.author_id, post.author_name, post.title, post.url, post.published_at) == (None,) * 5
    assert (post.hashtags, post.region, post.parent_id, post.text, one(rows, Sighting).likes) == ((), None, None, "话", None)
    with pytest.raises(ValueError, match="neither an id nor a text"):
        rows_of({"t": word, "u": word}, {"text": "t", "author_id": "u"})


def test_people_may_be_called_and_say_what_programs_write_into_empty_cells():
    columns = {"text": "t", "author_name": "n", "region": "r"}
    for cells in ({"t": "None", "n": "None", "r": ""}, {"t": "None", "n": "NA", "r": "nan"}, {"t": "None", "n": "None", "r": None}):
        post = one(rows_of(cells, columns), Post)
        assert (post.text, post.author_name, post.region) == (cells["t"], cells["n"], None)


@pytest.mark.parametrize("word", ["合计", "总计", "Total"])
def test_a_row_of_sums_is_no_post(word):
    columns = {"text": "t", "published_at": "at", "author_name": "n", "likes": "l"}
    with pytest.raises(ValueError, match=f"its text is '{word}': it holds sums and is no post"):
        rows_of({"t": word, "at": "", "n": "", "l": "66060"}, columns)
    assert one(rows_of({"t": word, "at": "2031-05-06 07:08", "n": "", "l": "1"}, columns), Post).text == word
    assert one(rows_of({"t": word, "at": "", "n": "甲", "l": "1"}, columns), Post).text == word


@pytest.mark.parametrize(
    ("shown", "tags"),
    [
        ("停更一周[话题]", ("停更一周",)),
        ("#停更一周[话题]# #画画[话题]#", ("停更一周", "画画")),
        ("['停更一周', '画画']", ("停更一周", "画画")),
    ],
)
def test_a_list_of_hashtags_is_read_whole(shown, tags):
    assert one(rows_of({"h": shown, "t": "话"}, {"hashtags": "h", "text": "t"}, platform="xiaohongshu"), Post).hashtags == tags


@pytest.mark.parametrize(
    ("ids", "column"), [(["4.93292483520234E+15"], "bid"), (["4932924835202340"], "bid"), (["4932924835202345"], "微博id")]
)
def test_where_ids_were_rounded_the_short_ones_are_taken(ids, column):
    rows = [{"微博id": told, "bid": "NdOwzlPmN", "微博正文": "话"} for told in ids]
    assert mapped.guess(("微博id", "bid", "微博正文"), rows, "weibo")["columns"]["post_id"] == column
    rows = [{**row, "bid": "12 yuan"} for row in rows]
    assert mapped.guess(("微博id", "bid", "微博正文"), rows, "weibo")["columns"]["post_id"] == "微博id"


@pytest.mark.parametrize("shown", ["5.3E+15", 1.5, 1e17])
def test_ids_that_lost_their_digits_are_refused(shown):
    with pytest.raises(ValueError, match=r"rounded by a spreadsheet|digits are lost"):
        rows_of({"i": shown, "t": "话"}, {"post_id": "i", "text": "t"})


def test_an_account_and_its_verification():
    cells = {"t": "话", "u": "7", "n": "墨", "f": "3万", "v": "是"}
    columns = {"text": "t", "author_id": "u", "author_name": "n", "followers": "f", "verified": "v"}
    author = one(rows_of(cells, columns), Author)
    assert (author.author_key, author.name, author.followers, author.followers_grain) == ("weibo 7", "墨", 30_000, "rounded")
    assert author.verified is True
    assert one(rows_of(cells | {"v": "?"}, columns), Author).verified is None


def test_a_post_with_an_original_is_a_repost():
    columns = {"post_id": "i", "text": "t", "root_id": "o"}
    rows = rows_of({"i": "2", "t": "好//@灯塔:看", "o": 1}, columns)
    assert (one(rows, Post).kind, one(rows, Post).root_id, one(rows, Post).parent_id) == ("repost", "1", "1")
    assert [(e.kind, e.to_id, e.to_name, e.evidence) for e in rows if isinstance(e, Edge)] == [
        ("repost", "1", None, "api"),
        ("repost", None, "灯塔", "chain"),
    ]
    assert one(rows_of({"i": "2", "t": "好", "o": 0}, columns), Post).kind == "original"
    assert one(rows_of({"i": "2", "t": "好"}, {"post_id": "i", "text": "t"}), Post).kind is None
