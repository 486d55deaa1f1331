"""Xiaohongshu's answers, one case each: the state of pages, lists, comments, topics, refusals and missing notes."""

import json
from datetime import datetime

import pytest

from collectors.platforms import Answer, xiaohongshu
from collectors.platforms.literal import DEEPEST, read_literal, state_of
from data.model import Author, Edge, HashtagCount, Post, Sighting
from tests.collectors.invented_answers import NOTE, NOTE_PAGE, note, note_page, state_page
from tests.collectors.test_mapped import ORIGIN

SEEN = datetime(2031, 5, 6, 7, 8, 9)
EDITH, SITE = "https://edith.xiaohongshu.com", "https://www.xiaohongshu.com"
FEED, SEARCH = f"{EDITH}/api/sns/web/v1/feed", f"{EDITH}/api/sns/web/v1/search/notes"
COMMENTS = f"{EDITH}/api/sns/web/v2/comment/page?note_id={NOTE}&cursor="


def page(address, body, *, asked=None, **more):
    body = body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()
    asked = json.dumps(asked).encode() if asked else b""
    return xiaohongshu.page(Answer(address=address, body=body, seen_at=SEEN, asked=asked, **more))


def rows(item):
    return list(xiaohongshu.rows(item, format="test", sha256="0" * 64, origin=ORIGIN))


def all_rows(address, body, **more):
    return [row for item in page(address, body, **more).items for row in rows(item)]


# JavaScript literals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("undefined", None),
        ("NaN", None),
        ("[-Infinity, Infinity, void 0]", [None, None, None]),
        ("{a:undefined,'b':\"undefined\",\"c\":'it\\'s',}", {"a": None, "b": "undefined", "c": "it's"}),
        ("[1,,2,]", [1, None, 2]),
        ("[undefined,[undefined]]", [None, [None]]),
        (
            r'"\u002F\x41\u{1F3E0}\ud83c\udfe0\n\0\q\
z"',
            "/A🏠🏠\n\0qz",
        ),
        ("[0x1F,0b11,0o17,.5,5.,1e3,-2,+3,10n,12345678901234567890]", [31, 3, 15, 0.5, 5.0, 1000.0, -2, 3, 10, 12345678901234567890]),
        ("{/* a */1:!0,$x_:!1 // b\n}", {"1": True, "$x_": False}),
        ('{d:new Date("2031"),m:new Map([[1,2]]),s:new Set()}', {"d": "2031", "m": [[1, 2]], "s": None}),
        ("`a\nb`", "a\nb"),
        ('{"a":"</script><b>{}[]:,undefined"};(function(){})()', {"a": "</script><b>{}[]:,undefined"}),
        ("1e999", None),
        ('"\ud800x"', "\ud800x"),
    ],
)
def test_a_literal_is_read(text, value):
    assert read_literal(text) == value


@pytest.mark.parametrize(
    "text", ["", "{", '{"a"', '{"a":', '{"a":1', "[1", '"abc', "{a 1}", "[1 2]", "alert(1)", "{a:b}", "new", "new X", "}", "-"]
)
def test_what_is_no_literal_is_refused(text):
    with pytest.raises(ValueError, match="state"):
        read_literal(text)


def test_depth_is_bounded():
    assert read_literal("[" * DEEPEST + "]" * DEEPEST)
    for text in ("[" * 100_000, "{a:" * 100_000, "!" * 100_000, "void " * 100_000, "new A(" * 100_000):
        with pytest.raises(ValueError, match="deep"):
            read_literal(text)


def test_a_state_is_found_by_its_name():
    assert state_of("<script>if(window.X==1){};window.X = {a:1}</script>", "window.X") == {"a": 1}
    assert state_of("<script>window.XY={a:1}</script>", "window.X") is None


# Notes ------------------------------------------------------------------------------------------------------------------


def test_every_field_of_a_note_page():
    post, sighting, author, edge = all_rows(NOTE_PAGE, note_page())
    assert post == Post(
        record_id=post.record_id, platform="xiaohongshu", post_id=NOTE, url=f"{SITE}/explore/{NOTE}", author_key=post.author_key,
        author_id="5f0000000000000000000001", author_name="折纸人", title="折一只纸鸢", text="第一步 undefined 第二步 #纸鸢[话题]# @云朵",
        text_sha256=post.text_sha256, published_at=datetime(2031, 4, 26, 20), published_grain="second", kind="original",
        hashtags=("纸鸢", "手工"), tag_keys=("纸鸢", "手工"), mentions=("云朵",), region="云南", run_id="run",
    )  # fmt: skip
    assert sighting == Sighting(
        record_id=post.record_id, platform="xiaohongshu", post_id=NOTE, format="test", seen_at=SEEN, seen_at_basis="told",
        surface="www.xiaohongshu.com note page, logged out", likes=12000, likes_grain="rounded", likes_shown="1.2万", favourites=100000,
        favourites_grain="at_least", favourites_shown="10万+", shares=33, shares_grain="exact", run_id="run",
        extra='{"edited_at":"2031-04-26T20:10:00","type":"normal"}',
    )  # fmt: skip
    assert (author.name, author.author_id, author.avatar_url) == ("折纸人", "5f0000000000000000000001", "https://pictures.example/a.jpg")
    assert (edge.to_name, edge.kind) == ("云朵", "mention")


@pytest.mark.parametrize(
    ("shown", "value", "grain"), [("10+", 10, "at_least"), ("1千+", 1000, "at_least"), ("1万+", 10000, "at_least"), ("9999", 9999, "exact")]
)
def test_masked_counts_are_at_least(shown, value, grain):
    sighting = all_rows(NOTE_PAGE, note_page(note(interactInfo={"likedCount": shown})))[1]
    assert (sighting.likes, sighting.likes_grain, sighting.comments) == (value, grain, None)


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"_rawValue": x}, lambda x: {"_value": {"_rawValue": x}}])
def test_wrapped_states_and_the_first_note(wrap):
    detail = {"other": {"note": note(noteId="other")}, NOTE: wrap({"note": wrap(note())})}
    state = {"user": {"loggedIn": wrap(True)}, "note": {"firstNoteId": wrap(NOTE), "noteDetailMap": wrap(detail)}}
    post, sighting, *_ = all_rows(NOTE_PAGE, state_page(state))
    assert (post.post_id, sighting.surface) == (NOTE, "www.xiaohongshu.com note page, logged in")


@pytest.mark.parametrize(
    "state",
    [
        "window.__INITIAL_STATE__={'noteData':{'data':{'noteData':%s}}}",
        "window.__SETUP_SERVER_STATE__={LAUNCHER_SSR_STORE_PAGE_DATA:{noteData:%s}}",
    ],
)
def test_pages_of_telephones(state):
    text = "<html><script>" + state % json.dumps(note()) + "</script></html>"
    assert all_rows(NOTE_PAGE, text)[0].title == "折一只纸鸢"


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (note_page({}), {}, "unreachable"),
        (note_page(noteDetailMap={}), {}, "unreachable"),
        (note_page({}) + "<p>当前笔记暂时无法浏览</p><aside>登录后推荐更懂你的笔记</aside>", {}, "unreachable"),
        (note_page({}) + "<script>const wall = '请完成安全验证'</script>", {}, "unreachable"),
        (note_page({}, serverRequestInfo={"state": "fail", "errMsg": "当前笔记暂时无法浏览", "errCode": 300031}), {}, "unreachable"),
        (state_page({}), {}, "unknown"),
        ("", {"status": 302, "location": f"{SITE}/404?errorCode=-510001&errorMsg=x&originalUrl={SITE}/explore/{NOTE}"}, "unreachable"),
        ("", {"status": 302, "location": "/404?error_code=300031&error_msg=x"}, "unreachable"),
    ],
)
def test_a_missing_note_is_a_sighting_and_no_post(body, more, status):
    (sighting,) = all_rows(NOTE_PAGE, body, **more)
    assert (type(sighting), sighting.post_id, sighting.status) == (Sighting, NOTE, status)


@pytest.mark.parametrize(
    ("address", "body", "more", "kind"),
    [
        (NOTE_PAGE, "", {"status": 302, "location": f"{SITE}/website-login/captcha?verifyType=102&verifyBiz=461"}, "captcha"),
        (NOTE_PAGE, "", {"status": 302, "location": f"{SITE}/login?redirectPath=x"}, "login"),
        (NOTE_PAGE, "", {"status": 302, "location": "/404?errorCode=300017&errorMsg=x"}, "link"),
        (NOTE_PAGE, note_page({}, serverRequestInfo={"errCode": 300012}), {}, "blocked"),
        (f"{SITE}/404?errorCode=300017", "<html></html>", {}, "link"),
        (f"{SITE}/search_result?keyword=x", "<html>登录后查看搜索结果</html>", {}, "login"),
        (f"{SITE}/search_result?keyword=x", state_page({"search": {"feeds": []}}) + "<p>登录后查看搜索结果</p>", {}, "login"),
        (NOTE_PAGE, "<html>请完成安全验证</html>", {}, "captcha"),
        (NOTE_PAGE, note_page({}) + "<p>请完成安全验证</p>", {}, "captcha"),
        (NOTE_PAGE, note_page({}) + "<p>访问频次异常，请勿频繁操作</p>", {}, "too_fast"),
        (NOTE_PAGE, note_page({}) + "<p>访问链接异常</p>", {}, "link"),
        (NOTE_PAGE, note_page({}) + "<p>登录后查看更多</p>", {}, "login"),
        (SEARCH, {"code": 0, "success": False, "msg": "服务繁忙", "data": None}, {}, "unknown"),
        (FEED, {"code": 0, "success": True, "data": {}}, {"status": 461}, "captcha"),
        (FEED, {"code": 0, "success": True, "data": {}}, {"status": 471}, "captcha"),
        (FEED, {"code": 0, "success": True, "data": {"items": []}}, {}, "unknown"),
        (SEARCH, {"code": -1, "success": False}, {"status": 406}, "signature"),
        (SEARCH, {"code": 300011}, {}, "account"),
        (SEARCH, {"code": 300012, "msg": "网络连接异常，请检查网络设置或重启试试"}, {}, "blocked"),
        (SEARCH, {"code": 300013, "msg": "访问频次异常，请勿频繁操作或重启试试"}, {}, "too_fast"),
        (SEARCH, {"code": 300015}, {}, "signature"),
        (SEARCH, {"code": -100, "msg": "登录已过期"}, {}, "login"),
        (SEARCH, {"code": -101, "msg": "无登录信息"}, {}, "login"),
        (SEARCH, {"code": -104}, {}, "permission"),
        (SEARCH, {"code": 4711}, {}, "unknown"),
        (SEARCH, {}, {"status": 503}, "server"),
        (SEARCH, {}, {"status": 404}, "unknown"),
    ],
)
def test_a_refusal_is_told_by_its_kind(address, body, more, kind):
    assert page(address, body, **more).refusal.kind == kind


@pytest.mark.parametrize("code", [-510000, -510001, 300031])
def test_the_interface_says_that_a_note_is_gone(code):
    told = {"code": code, "success": False, "msg": "笔记状态异常，请稍后查看", "data": {}}
    (sighting,) = all_rows(FEED, told, asked={"source_note_id": NOTE})
    assert (sighting.post_id, sighting.status) == (NOTE, "unreachable")
    assert sighting.status_wording == f"{code} 笔记状态异常，请稍后查看"
    assert all_rows(COMMENTS, told)[0].post_id == NOTE
    assert page(FEED, told).refusal


def test_a_page_without_a_state_or_cut_off_is_said():
    with pytest.raises(ValueError, match="carries no state"):
        page(NOTE_PAGE, "<html></html>")
    with pytest.raises(ValueError, match="cut off"):
        page(NOTE_PAGE, note_page()[:400])


# Interfaces -------------------------------------------------------------------------------------------------------------


def snake(told):
    """A note as the interfaces name things."""
    names = {"noteId": "note_id", "lastUpdateTime": "last_update_time", "ipLocation": "ip_location", "interactInfo": "interact_info"}
    names |= {
        "likedCount": "liked_count",
        "collectedCount": "collected_count",
        "commentCount": "comment_count",
        "shareCount": "share_count",
    }
    names |= {"tagList": "tag_list", "atUserList": "at_user_list", "userId": "user_id", "xsecToken": "xsec_token"}
    if isinstance(told, dict):
        return {names.get(name, name): snake(value) for name, value in told.items()}
    return [snake(value) for value in told] if isinstance(told, list) else told


def test_a_note_of_the_interface_is_the_note_of_the_page():
    told = {"code": 0, "success": True, "data": {"items": [{"id": NOTE, "model_type": "note", "note_card": snake(note())}]}}
    ours, theirs = all_rows(FEED, told), all_rows(NOTE_PAGE, note_page())
    for one, other in zip(ours, theirs, strict=True):
        assert type(one) is type(other)
        for name in (
            "text",
            "title",
            "published_at",
            "hashtags",
            "mentions",
            "region",
            "likes",
            "favourites",
            "comments",
            "shares",
            "extra",
        ):
            assert getattr(one, name, None) == getattr(other, name, None)


def test_cards_of_a_search_tell_neither_text_nor_time():
    card = {"display_title": "纸鸢", "type": "video", "user": {"user_id": "u1", "nick_name": "甲"}, "interact_info": {"liked_count": "赞"}}
    items = [
        {"id": NOTE, "model_type": "note", "xsec_token": "x", "note_card": card},
        {"id": "0", "model_type": "rec_query"},
        {"model_type": "note"},
    ]
    told = {"code": 0, "data": {"has_more": True, "items": [*items, items[0]]}}
    found = page(SEARCH, told, asked={"keyword": "纸鸢", "page": 3})
    assert (len(found.items), found.next, found.left_out) == (1, {"page": "4"}, {"entries of lists that are no notes": 2})
    post, sighting, _ = rows(found.items[0])
    assert (post.title, post.text, post.published_at, post.hashtags, post.author_name) == ("纸鸢", None, None, None, "甲")
    assert (sighting.likes, sighting.comments) == (0, None)
    card["corner_tag_info"] = [{"type": "publish_time", "text": "3天前"}]
    assert rows(page(SEARCH, told).items[0])[0].published_grain == "day"
    card["corner_tag_info"] = [{"type": "publish_time", "text": "编辑于 06-27"}]
    assert rows(page(SEARCH, told).items[0])[0].published_at is None
    told["data"]["has_more"] = False
    assert page(SEARCH, told).next is None
    assert page(SEARCH, {"code": 0, "data": {"has_more": False}}).empty


def test_notes_of_an_account_and_what_its_page_says_of_it():
    told = {
        "code": 0,
        "data": {"notes": [{"note_id": NOTE, "display_title": "x", "user": {"user_id": "u"}}], "cursor": NOTE, "has_more": True},
    }
    found = page(f"{EDITH}/api/sns/web/v1/user_posted?user_id=u", told)
    assert (found.next, rows(found.items[0])[0].post_id) == ({"cursor": NOTE}, NOTE)
    uid = "5f0000000000000000000001"
    basic = {"basicInfo": {"nickname": "折纸人", "desc": "折", "ipLocation": "云南", "imageb": "https://pictures.example/a.jpg"}}
    state = {"user": {"loggedIn": False, "notes": {"_rawValue": [[{"id": NOTE, "noteCard": {"displayTitle": "x"}}], []]}}}
    state["user"]["userPageData"] = {**basic, "interactions": [{"type": "follows", "count": "3"}, {"type": "fans", "count": "1千+"}]}
    post, sighting, author = all_rows(f"{SITE}/user/profile/{uid}", state_page(state))
    assert (post.post_id, post.author_id, sighting.surface) == (NOTE, None, "www.xiaohongshu.com user page, logged out")
    assert type(author) is Author
    assert (author.author_id, author.followers, author.followers_grain, author.region, author.bio) == (uid, 1000, "at_least", "云南", "折")


def test_the_logged_in_user_is_no_part_of_what_is_read():
    state = {"user": {"userInfo": {"nickname": "我自己", "userId": "me"}, "notes": [[{"id": NOTE, "noteCard": {"displayTitle": "x"}}]]}}
    found = page(f"{SITE}/user/profile/5f0000000000000000000001", state_page(state))
    assert "我自己" not in str([item.told for item in found.items])


def test_comments_and_replies():
    reply = {"id": "c2", "content": "回", "user_info": {"user_id": "u2"}, "target_comment": {"id": "c1", "user_info": {"nickname": "别人"}}}
    top = {"id": "c1", "content": "好", "create_time": 1935000100000, "like_count": "", "user_info": {"user_id": "u1", "nickname": "甲"}}
    told = {
        "code": 0,
        "data": {"comments": [{**top, "sub_comments": [reply, {"id": "c3", "content": "又"}]}], "cursor": "c1", "has_more": True},
    }
    found = page(COMMENTS, told)
    assert found.next == {"cursor": "c1"}
    assert "别人" not in str([item.told for item in found.items])
    posts = [rows(item)[0] for item in found.items]
    assert [(p.post_id, p.parent_id, p.root_id) for p in posts] == [("c1", NOTE, NOTE), ("c2", "c1", NOTE), ("c3", "c1", NOTE)]
    edges = [edge for item in found.items for edge in rows(item) if type(edge) is Edge]
    assert [(e.to_id, e.to_is_comment) for e in edges] == [(NOTE, False), ("c1", True), ("c1", True)]
    assert [row.likes for item in found.items for row in rows(item) if type(row) is Sighting] == [None, None, None]
    address = f"{EDITH}/api/sns/web/v2/comment/sub/page?note_id={NOTE}&root_comment_id=c1&cursor="
    (item,) = page(address, {"code": 0, "data": {"comments": [{"id": "c4", "content": "x"}], "has_more": False, "cursor": ""}}).items
    assert (rows(item)[0].parent_id, rows(item)[0].root_id) == ("c1", NOTE)


# Topics -----------------------------------------------------------------------------------------------------------------


def test_views_of_topics_exact_by_search_and_rounded_by_page():
    told = {
        "code": 0,
        "data": {"topic_info_dtos": [{"id": "t1", "name": "纸鸢", "view_num": 9918059975}, {"id": "t2", "view_num": 5}, {"name": "x"}]},
    }
    found = page(f"{EDITH}/web_api/sns/v1/search/topic", told)
    (first,), (second,) = rows(found.items[0]), rows(found.items[1])
    assert (first.tag, first.topic_id, first.views, first.views_grain) == ("纸鸢", "t1", 9918059975, "exact")
    assert (second.tag, second.topic_id) == (None, "t2")
    with pytest.raises(ValueError, match="counter"):
        rows(found.items[2])
    for text, views in (("<span>1065.3</span>万浏览", 10653000), ("<span>14.4</span>亿次浏览", 1440000000), ("<span>812</span> 浏览", 812)):
        html = f'<html><div class="summary"><div class="title">#纸鸢</div><div class="meta">{text}</div></div></html>'
        (row,) = all_rows(f"{SITE}/page/topics/5a438d9e?naviHidden=yes", html)
        assert (row.tag, row.topic_id, row.views) == ("纸鸢", "5a438d9e", views)
    with pytest.raises(ValueError, match="no views"):
        page(f"{SITE}/page/topics/5a438d9e", "<html></html>")


def test_notes_of_a_topic_and_how_many_there_are():
    told = {
        "id": NOTE, "type": "normal", "title": "x", "desc": "", "likes": 246, "collects": 3, "create_time": 1935000000000,
        "user": {"userid": "u1", "nickname": "甲", "images": "https://pictures.example/a.jpg"},
    }  # fmt: skip
    data = {"notes": [told], "total_note_count": 16, "total_user_count": 15, "has_more": True, "cursor": "c"}
    found = page(f"{SITE}/web_api/sns/v3/page/notes?page_size=20&sort=hot&page_id=5a43&cursor=", {"code": 0, "data": data})
    assert (found.total, found.next) == (16, {"cursor": "c"})
    post, sighting, author = rows(found.items[0])
    assert (post.author_id, post.text, post.published_at) == ("u1", None, datetime(2031, 4, 26, 20))
    assert (sighting.likes, sighting.favourites, author.name) == (246, 3, "甲")
    (row,) = rows(found.items[1])
    assert type(row) is HashtagCount
    assert (row.topic_id, row.tag, row.discussions, row.participants, row.views) == ("5a43", None, 16, 15, None)


def test_only_what_is_read_has_an_endpoint():
    for address in (f"{SITE}/explore", f"{EDITH}/api/sns/web/v1/user/selfinfo", f"{EDITH}/api/sns/web/v2/user/me", f"{SITE}/explore/short"):
        assert xiaohongshu.endpoint(address) is None
