"""Weibo's answers, one case each: what is a page, what is a refusal, what is gone, and every odd form of a field."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from collectors.platforms import Answer, clean, weibo, without_tokens
from collectors.platforms.weibo_ids import id_of_short_id, short_id_of_id, time_of_id
from data.model import Author, Edge, HashtagCount, Post, Sighting, Trend
from tests.collectors.invented_answers import SEARCH, cards, mblog, user
from tests.collectors.test_mapped import ORIGIN

SEEN = datetime(2031, 5, 6, 7, 8, 9)
SHOW, AJAX = "https://m.weibo.cn/statuses/show?id=5300000000000001", "https://weibo.com/ajax/statuses/show?id=Kkzwhj69V"
S = "https://s.weibo.com/weibo?q=%23%E7%BA%B8%E9%B8%A2%23"


def answer(address, body, **more):
    body = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Answer(address=address, body=body, seen_at=SEEN, **more)


def page(address, body, **more):
    return weibo.page(answer(address, body, **more))


def rows(item):
    return list(weibo.rows(item, format="test", sha256="0" * 64, origin=ORIGIN))


def all_rows(address, body):
    return [row for item in page(address, body).items for row in rows(item)]


def of_post(**more):
    """The rows of one post of the mobile search."""
    return all_rows(SEARCH, cards(mblog(1, **more)))


# What a page is ---------------------------------------------------------------------------------------------------------


def test_a_page_of_cards_goes_on_by_page_or_by_since_id():
    found = page(SEARCH, cards(mblog(1), mblog(2), mblog(1)))
    assert [item.told["id"] for item in found.items] == ["5300000000000001", "5300000000000002"]
    assert (found.next, found.total, found.empty) == ({"page": "2"}, 40, False)
    assert page(SEARCH, cards(mblog(1), page=None)).next is None
    assert page(SEARCH, cards(mblog(1), since_id=5299999999999999)).next == {"since_id": "5299999999999999"}
    nothing = page(SEARCH, {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}})
    assert nothing.empty and nothing.says == "这里还没有内容" and nothing.next is None


@pytest.mark.parametrize("told", [{"ok": 0, "msg": "系统错误"}, {"ok": 0, "data": {"cards": []}}, {"msg": "系统错误", "data": {}}, {}])
def test_a_page_without_cards_is_an_end_only_where_it_says_so(told):
    with pytest.raises(ValueError, match="neither cards nor word that there are none"):
        page(SEARCH, told)


@pytest.mark.parametrize(
    "address",
    [
        "https://m.weibo.cn/comments/hotflow?mid=5300000000000001",
        "https://weibo.com/ajax/statuses/buildComments?id=5300000000000001",
        "https://m.weibo.cn/api/statuses/repostTimeline?id=5300000000000001",
        "https://weibo.com/ajax/statuses/repostTimeline?id=5300000000000001",
        "https://weibo.com/ajax/statuses/mymblog?uid=1",
    ],
)
def test_a_list_that_answers_not_ok_is_empty_only_where_it_says_so(address):
    """Else what refuses in words that nobody knows passed for a post without comments."""
    for says in ("这里还没有内容", "快来发表你的评论吧"):
        assert page(address, {"ok": 0, "msg": says}).empty
    for told in ({"ok": 0, "msg": "系统错误"}, {"ok": 0}, {"ok": "0", "data": {}}):
        with pytest.raises(ValueError, match="there is no list, nor word that it is empty"):
            page(address, told)
    assert page(address, {"ok": 1, "data": {}}).empty


def test_cards_stand_in_groups_too_and_other_types_are_none():
    told = cards()
    told["data"]["cards"] = [
        {
            "card_type": 11,
            "card_group": [{"card_type": 9, "mblog": mblog(1)}, {"card_type": 4, "desc": "x"}, {"card_type": 10, "user": user()}],
        },
        {"card_type": 9, "mblog": mblog(2)},
        {"card_type": 8, "mblog": mblog(3)},
        "no card",
    ]
    assert [item.told["id"][-1] for item in page(SEARCH, told).items] == ["1", "2"]


@pytest.mark.parametrize(
    ("address", "body", "more", "kind"),
    [
        (SEARCH, {"ok": -100, "errno": "-100", "msg": "", "url": "https://m.weibo.cn/captcha?scene=limit&referer=/"}, {}, "captcha"),
        (SEARCH, {"ok": -100, "url": "https://passport.weibo.com/sso/signin?entry=wapsso"}, {}, "login"),
        (SHOW, {"ok": -100, "url": "https://weibo.com/login.php?url=x"}, {}, "guest"),
        (SEARCH, "<html><head><title>Sina Visitor System</title></head></html>", {}, "visitor"),
        (SEARCH, "", {"status": 302, "location": "https://visitor.passport.weibo.cn/visitor/visitor?a=1"}, "visitor"),
        (S, "", {"status": 302, "location": "https://passport.weibo.com/sso/signin"}, "login"),
        (S, "<html><title>微博</title><body>请完成安全验证</body></html>", {}, "captcha"),
        (S, "<html><title>sorry</title></html>", {}, "unknown"),
        (SEARCH, "", {"status": 432}, "blocked"),
        (SEARCH, "", {"status": 403}, "blocked"),
        (SEARCH, "", {"status": 414}, "blocked"),
        (SEARCH, "", {"status": 418}, "too_fast"),
        (SEARCH, "", {"status": 429}, "too_fast"),
        (SEARCH, "", {"status": 502}, "server"),
        (SEARCH, "", {"status": 404}, "unknown"),
        (SHOW, {"ok": 0, "msg": "请求过于频繁"}, {}, "too_fast"),
        (SHOW, {"ok": 0, "msg": "请先登录"}, {}, "login"),
    ],
)
def test_a_refusal_is_told_by_its_kind(address, body, more, kind):
    found = page(address, body, **more)
    assert found.refusal.kind == kind and not found.empty and not found.items


def test_a_search_page_whose_posts_speak_of_captchas_is_none():
    text = SEARCH_PAGE.replace("放风筝", "验证码 captcha passport.weibo")
    assert page(S, text).refusal is None


@pytest.mark.parametrize("body", ['{"ok":1,"data":', "[1]", "null", "gibberish", '{"a":' * 5000])
def test_what_is_no_answer_is_said(body):
    with pytest.raises(ValueError, match="JSON"):
        page(SEARCH, body)


def test_only_what_is_read_has_an_endpoint():
    for address in (
        "https://m.weibo.cn/api/config",
        "https://weibo.com/ajax/profile/detail?uid=1",
        "https://weibo.com/ajax/feed/friendstimeline",
        "https://m.weibo.cn/message/list",
        "https://evil.example/statuses/show?id=1",
        "https://m.weibo.cn.evil.example/statuses/show",
        "https://[bad/statuses/show",
        "https://m.weibo.cn:99999/statuses/show",
        "",
    ):
        assert weibo.endpoint(address) is None


# Posts ------------------------------------------------------------------------------------------------------------------


def test_every_field_of_a_mobile_post():
    post, sighting, author, edge = of_post(edit_count=2, edit_at="Tue May 06 14:30:00 +0800 2031", mblogtype=2)
    assert post == Post(
        record_id=post.record_id, platform="weibo", post_id="5300000000000001", url="https://weibo.com/7000000001/Kk0000001",
        author_key=post.author_key, author_id="7000000001", author_name="纸船1", text="#纸鸢# 放风筝1\n看@云[心]",
        text_sha256=post.text_sha256,
        published_at=datetime(2031, 5, 6, 6), published_grain="second", kind="original", hashtags=("纸鸢",), tag_keys=("纸鸢",),
        mentions=("云",), region="云南", source_client="纸手机", run_id="run",
    )  # fmt: skip
    assert sighting == Sighting(
        record_id=post.record_id, platform="weibo", post_id="5300000000000001", format="test", seen_at=SEEN, seen_at_basis="told",
        surface="m.weibo.cn container", likes=2370000, likes_grain="rounded", likes_shown="237万", reposts=3, reposts_grain="exact",
        comments=1000000, comments_grain="at_least", comments_shown="100万+", run_id="run",
        extra='{"edit_count":2,"edited_at":"2031-05-06T06:30:00","pinned":true}',
    )  # fmt: skip
    assert author == Author(
        record_id=post.record_id, platform="weibo", author_key=author.author_key, author_id="7000000001", seen_at=SEEN,
        seen_at_basis="told", name="纸船1", followers=136000, followers_grain="rounded", posts=12, verified=False,
        verified_kind="普通用户", avatar_url="https://pictures.example/1.jpg", bio="折纸", run_id="run",
    )  # fmt: skip
    assert (edge.to_name, edge.kind, edge.evidence) == ("云", "mention", "api")


@pytest.mark.parametrize(
    ("shown", "at"),
    [
        ("Tue May 06 14:00:00 +0800 2031", datetime(2031, 5, 6, 6)),
        ("刚刚", SEEN),
        ("5分钟前", datetime(2031, 5, 6, 7, 3, 9)),
        ("昨天 12:30", datetime(2031, 5, 5, 4, 30)),
        ("06-27", datetime(2030, 6, 26, 16)),
        ("2018-06-27", datetime(2018, 6, 26, 16)),
        ("", None),
    ],
)
def test_times_of_posts_new_and_old(shown, at):
    assert of_post(created_at=shown)[0].published_at == at


def test_exactly_a_million_is_at_least_that_on_mobile_and_a_million_on_the_desktop():
    assert of_post(attitudes_count=1000000)[1].likes_grain == "at_least"
    desktop = all_rows(AJAX, {"ok": 1, **mblog(1, attitudes_count=1000000)})
    assert (desktop[1].likes, desktop[1].likes_grain) == (1000000, "exact")


def test_what_is_not_told_is_none():
    bare = {"id": 5300000000000001, "text": "话", "user": {"id": 7}}
    post, sighting, author = all_rows(SEARCH, cards(bare))
    assert (post.published_at, post.region, post.source_client, post.hashtags, post.mentions) == (None, None, None, (), ())
    assert (sighting.likes, sighting.comments, sighting.reposts, sighting.extra) == (None,) * 4
    assert (author.verified, author.verified_kind, author.followers, author.bio) == (None,) * 4


@pytest.mark.parametrize(
    "link", ['<a href="/status/1">全文</a>', '<span class="expand">展开</span>', "<a href='x'>展开<i class=\"i\">c</i></a>"]
)
def test_a_cut_text_loses_its_link_and_is_asked_for(link):
    told = cards(mblog(1, text=f"开头 ...{link}", isLongText=True))
    (item,) = page(SEARCH, told).items
    assert weibo.long_text_needed(item) == "5300000000000001"
    assert rows(item)[0].text == "开头 ..."


def test_a_long_text_that_was_sent_is_taken():
    told = {"ok": 1, **mblog(1, isLongText=True, longText={"longTextContent": "全部<br />第二行"})}
    (item,) = page(AJAX, told).items
    assert weibo.long_text_needed(item) is None
    assert rows(item)[0].text == "全部\n第二行"
    assert weibo.long_text_needed(replace(item, told=mblog(1))) is None


def test_the_long_text_belongs_to_the_post_of_the_address():
    for address, mid in (
        ("https://m.weibo.cn/statuses/extend?id=4607741009594608", "4607741009594608"),
        ("https://weibo.com/ajax/statuses/longtext?id=K3fnuEfZK", "4607741009594608"),
    ):
        post, sighting = all_rows(address, {"ok": 1, "data": {"longTextContent": "#纸鸢#<br />全文", "attitudes_count": "1.2万"}})
        assert (post.post_id, post.text, post.hashtags, sighting.likes) == (mid, "#纸鸢#\n全文", ("纸鸢",), 12000)
    assert page("https://weibo.com/ajax/statuses/longtext?id=K3fnuEfZK", {"ok": 1, "data": {}}).empty


WORDINGS = [
    ("抱歉，此微博已被作者删除。查看帮助：<a href='x'>网页链接</a>", "deleted_by_author"),
    ("抱歉，作者已设置仅展示半年内微博，此微博已不可见。", "half_year_only"),
    ("抱歉，由于作者设置，你暂时没有这条微博的查看权限哦。", "private"),
    ("根据博主设置，此内容无法访问", "private"),
    ("该账号因被投诉违反法律法规和《微博社区公约》的相关规定，现已无法查看", "removed_by_platform"),
    ("该微博因违反《微博社区公约》的相关规定，已被删除", "removed_by_platform"),
    ("微博不存在或暂无查看权限!", "private"),
    ("该微博不存在", "unreachable"),
    ("", "unreachable"),
]


@pytest.mark.parametrize(("wording", "status"), WORDINGS)
@pytest.mark.parametrize("gone", [{"user": None}, {"user": None, "deleted": "1"}, {"deleted": True}])
def test_a_gone_original_is_a_sighting_with_its_wording_and_no_post(wording, status, gone):
    original = {"id": "5299999999999999", "text": wording, "created_at": ""} | gone
    post, _, _, *rest = of_post(retweeted_status=original)
    assert (post.kind, post.root_id) == ("repost", "5299999999999999")
    (sighting,) = [row for row in rest if type(row) is Sighting]
    assert (sighting.post_id, sighting.status, sighting.context) == ("5299999999999999", status, True)
    assert not [row for row in rest if type(row) in (Post, Author)]


@pytest.mark.parametrize(("wording", "status"), WORDINGS)
def test_a_live_post_that_says_the_same_is_there(wording, status):
    post, sighting, *_ = of_post(text=wording or "话")
    assert sighting.status == "visible" and post.text


@pytest.mark.parametrize(
    ("address", "body", "more"),
    [
        (SHOW, {"ok": 0, "msg": "该微博因违反《微博社区公约》的相关规定，已被删除"}, {}),
        ("https://weibo.com/ajax/statuses/show?id=5300000000000001", {"ok": 0, "message": "该微博因违反规定，已被删除"}, {"status": 400}),
        ("https://m.weibo.cn/detail/5300000000000001", '<p class="h5-4con">该微博因违反规定，已被删除</p>', {}),
    ],
)
def test_a_single_post_that_is_gone(address, body, more):
    found = page(address, body if isinstance(body, dict) else "<html>" + body + "</html>", **more)
    ((sighting,),) = [rows(item) for item in found.items]
    assert (sighting.post_id, sighting.status, sighting.context) == ("5300000000000001", "removed_by_platform", False)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"ok": 0, "msg": "系统错误"}, 200),
        ({"ok": 0, "msg": "网络异常，请重试"}, 200),
        ({}, 404),
        ({"error": "not found"}, 404),
        ({"ok": 1}, 400),
    ],
)
def test_an_answer_that_says_nothing_of_a_post_does_not_say_that_it_is_gone(told, status):
    with pytest.raises(ValueError, match="no post|neither the post"):
        page(SHOW, told, status=status)


def test_a_post_that_was_removed_by_a_law_about_networks_is_gone():
    (item,) = page(SHOW, {"ok": 0, "msg": "该微博因违反《网络安全法》，已被删除"}).items
    assert [row.status for row in rows(item)] == ["removed_by_platform"]


@pytest.mark.parametrize(
    ("visible", "more", "status", "wording"),
    [
        (1, {}, "private", None),
        ("3", {}, "private", None),
        (4, {}, "private", None),
        (10, {}, "unknown", None),  # what it means was never seen
        (4, {"user": None, "text": "该微博因违反规定，已被删除"}, "removed_by_platform", "该微博因违反规定，已被删除"),
    ],
)
def test_a_single_post_that_is_no_longer_public_is_told_and_not_kept(visible, more, status, wording):
    told = mblog(1, **({"visible": {"type": visible}, "text": "私密", "isLongText": True} | more))
    shown = f"<script>var $render_data = {json.dumps([{'status': told}])}[0] || {{}};</script>"
    for address, body in (
        (SHOW, {"ok": 1, "data": told}),
        (AJAX, {"ok": 1, **told}),
        ("https://m.weibo.cn/detail/5300000000000001", f"<html>{shown}</html>"),
    ):
        (item,) = page(address, body).items
        assert not {"私密", "纸船1"} & set(json.dumps(item.told, ensure_ascii=False).split('"')) and weibo.long_text_needed(item) is None
        (sighting,) = rows(item)
        assert (sighting.post_id, sighting.status, sighting.status_wording) == ("5300000000000001", status, wording)


def test_posts_that_are_not_public_are_counted_and_not_kept():
    found = page(SEARCH, cards(mblog(1, visible={"type": 1}), mblog(2, visible={"type": 10}), mblog(3)))
    assert [item.told["id"][-1] for item in found.items] == ["3"]
    assert found.left_out == {"posts that are not public": 2}
    (item,) = page(SEARCH, cards(mblog(1, retweeted_status=mblog(2, visible={"type": 3}, text="私密")))).items
    assert "私密" not in json.dumps(item.told, ensure_ascii=False)
    assert [row.status for row in rows(item) if type(row) is Sighting] == ["visible", "private"]


def test_a_repost_chain_names_who_it_came_by():
    text = "看//<a href='/n/甲'>@甲</a>:好//<a href='/n/乙'>@乙</a>：哈<a href='/n/丙'>@丙</a>"
    edges = [row for row in of_post(text=text, retweeted_status=mblog(2)) if type(row) is Edge and row.from_id.endswith("1")]
    told = [(edge.to_id, edge.to_name, edge.kind, edge.evidence) for edge in edges]
    assert told == [("5300000000000002", None, "repost", "api"), (None, "甲", "repost", "chain"), (None, "丙", "mention", "api")]


def test_a_quick_repost_tells_its_original():
    assert of_post(ori_mid="5300000000000009")[0].root_id == "5300000000000009"


def test_pictures_may_be_an_object_and_super_topics_are_no_hashtags():
    topics = [{"topic_title": "放风筝"}, {"topic_title": "纸鸢超话"}, {"title": "", "topic_title": "纸鸢"}]
    assert of_post(pics={"0": {"pid": "x"}}, topic_struct=topics)[0].hashtags == ("纸鸢", "放风筝")


@pytest.mark.parametrize(
    "odd", [{"id": None, "mid": None}, {"id": "x1", "mid": "x1"}, {"attitudes_count": {"x": 1}}, {"created_at": "one day"}]
)
def test_a_post_that_cannot_be_read_costs_itself(odd):
    found = page(SEARCH, cards(mblog(1, **odd), mblog(2)))
    assert len(found.items) == 2
    with pytest.raises(ValueError, match="id|count|time"):
        rows(found.items[0])
    assert rows(found.items[1])[0].post_id == "5300000000000002"


@pytest.mark.parametrize(("bid", "mid"), [("K3fnuEfZK", "4607741009594608"), ("0", "0"), ("z0000", "350000000")])
def test_short_and_long_ids_are_one(bid, mid):
    assert (id_of_short_id(bid), short_id_of_id(mid)) == (mid, bid)


@pytest.mark.parametrize(
    ("mid", "at"),
    [
        ("4934567890123456", datetime(2023, 8, 14, 1, 22, 7)),
        ("4607741009594608", datetime(2021, 2, 23, 4, 28, 47)),
        *[(mid, None) for mid in ("81", "", "x1", "1000000000000000", "53000000000000011", "５" * 16)],
    ],
)
def test_a_long_id_tells_when_it_was_given(mid, at):
    assert time_of_id(mid) == at


# Search pages -----------------------------------------------------------------------------------------------------------

CARD = """<div class="card-wrap" action-type="feed_list_item" mid="5300000000000001"><div class="card"><div class="card-feed">
<div class="avator"><img src="https://pictures.example/1.jpg"></div><div class="content">
<a href="//weibo.com/u/7000000001?refer_flag=1" class="name" nick-name="纸船">纸船</a><svg><use xlink:href="#woo_svg_vgold"></use></svg>
<div class="from"><a href="//weibo.com/7000000001/Kk0000001?refer_flag=1">  今天08:15 转赞人数超过100 </a> 来自 <a href="x">纸手机</a></div>
<p class="txt" node-type="feed_list_content" nick-name="纸船">
   <a href="x">#<em class="s-color-red">纸鸢</em>#</a> 放风筝<img alt="[心]" title="[心]">...<a action-type="fl_unfold">展开<i>c</i></a></p>
FULL ORIGINAL</div></div><div class="card-act"><ul><li><a action-type="feed_list_forward"><i></i> 转发</a></li>
<li><a action-type="feed_list_comment"><i></i> 1.2万</a></li>
<li><a action-type="feed_list_like" action-data="mid=5300000000000001"><button><span class="woo-like-count">赞</span></button></a></li>
</ul></div></div></div>"""
WHOLE = """<p class="txt" node-type="feed_list_content_full" style="display: none">
   全文<br/>第二行 <a href="//weibo.com/n/%E4%BA%91">@云</a>\u200b<a action-type="fl_fold">收起<i>d</i></a></p>"""
ORIGINAL = """<div class="card-comment"><div class="con"><div node-type="feed_list_forwardContent">
<a href="//weibo.com/7000000002" class="name" nick-name="云">@云</a><p class="txt" node-type="feed_list_content">原文</p></div>
<div class="func"><p class="from"><a href="//weibo.com/7000000002/Kk0000002?x">05月01日 10:00</a></p><ul class="act s-fr">
<li><a action-type="feed_list_forward" href="x">转发 12</a></li><li><a action-type="feed_list_comment">34</a></li>
<li><a action-type="feed_list_like" action-data="mid=5300000000000002"><em>56</em></a></li></ul></div></div></div>"""
SEARCH_PAGE = (
    "<html><head><title>微博搜索</title><script>$CONFIG['product'] = 'search'; $CONFIG['islogin'] = '1';</script></head><body>"
    + CARD.replace("FULL", "").replace("ORIGINAL", "")
    + '<ul class="s-scroll"><li>1</li><li>2</li><li>3</li></ul><a class="next" href="/weibo?q=%23x%23&page=2">下一页</a></body></html>'
)


def test_every_field_of_a_card():
    found = page(S, SEARCH_PAGE)
    assert (found.pages, found.next, found.items[0].surface) == (3, {"page": "2"}, "s.weibo.com search page, logged in")
    assert weibo.long_text_needed(found.items[0]) == "5300000000000001"
    post, sighting, author = rows(found.items[0])
    assert (post.post_id, post.url, post.text) == ("5300000000000001", "https://weibo.com/7000000001/Kk0000001", "#纸鸢# 放风筝[心]...")
    assert (post.published_at, post.published_grain, post.source_client) == (datetime(2031, 5, 6, 0, 15), "minute", "纸手机")
    assert (sighting.reposts, sighting.comments, sighting.comments_grain, sighting.likes) == (0, 12000, "rounded", 0)
    assert (author.name, author.verified, author.verified_kind, author.author_id) == ("纸船", True, "金V", "7000000001")


def test_the_whole_text_hidden_on_the_page_is_taken():
    (item,) = page(S, SEARCH_PAGE.replace(CARD.replace("FULL", "").replace("ORIGINAL", ""), CARD.replace("FULL", WHOLE))).items
    assert weibo.long_text_needed(item) is None
    post = rows(item)[0]
    assert (post.text, post.mentions) == ("全文\n第二行 @云", ("云",))


def test_the_original_in_a_card_is_context():
    body = SEARCH_PAGE.replace(CARD.replace("FULL", "").replace("ORIGINAL", ""), CARD.replace("ORIGINAL", ORIGINAL))
    (item,) = page(S, body).items
    told = rows(item)
    posts, sightings = [r for r in told if type(r) is Post], [r for r in told if type(r) is Sighting]
    assert [(p.post_id, p.kind, p.root_id) for p in posts] == [
        ("5300000000000001", "repost", "5300000000000002"),
        ("5300000000000002", "original", None),
    ]
    assert (posts[1].text, posts[1].author_id, posts[1].author_name) == ("原文", "7000000002", "云")
    assert [(s.context, s.reposts, s.comments, s.likes) for s in sightings] == [(False, 0, 12000, 0), (True, 12, 34, 56)]
    gone = ORIGINAL[: ORIGINAL.index('<div class="con">')] + "<p>抱歉，该微博已被作者删除</p></div>"
    (item,) = page(S, body.replace(ORIGINAL, gone)).items
    assert [(r.kind, r.root_id) for r in rows(item) if type(r) is Post] == [("repost", None)]


def test_recommended_posts_are_no_results():
    body = SEARCH_PAGE.replace("<body>", '<body><div class="card card-no-result"><p>抱歉，未找到“x”相关结果。</p></div>')
    found = page(S, body)
    assert found.empty and found.pages == 0 and found.next is None
    assert found.left_out == {"posts recommended where nothing was found": 1}


# Hashtags, comments -----------------------------------------------------------------------------------------------------


def test_counters_exact_before_rounded_and_in_the_old_shape():
    address = "https://m.s.weibo.com/ajax_topic/detail?q=%23%E7%BA%B8%E9%B8%A2%23"
    shown = {"r": {"val": 3192.8, "unit": "万"}, "m": {"val": 12, "unit": ""}, "ori_uv": {"val": 1.5, "unit": "亿"}}
    for data, views in (
        ({"baseInfo": {"count": {"read": 31927522}}, "baseData": {"sum_all": shown}}, (31927522, "exact")),
        ({"baseInfo": {"count": {}}, "baseData": {"sum_all": shown}}, (31928000, "rounded")),
        ({"baseData": shown}, (31928000, "rounded")),
    ):
        for code in ("100000", 100000):
            (row,) = all_rows(address, {"code": code, "data": data})
            assert type(row) is HashtagCount
            assert (row.views, row.views_grain, row.discussions, row.tag) == (*views, 12, "纸鸢")
    assert (row.participants, row.participants_grain) == (150000000, "rounded")
    assert page(address, {"code": "100000", "msg": "success", "data": {}}).empty
    assert page(address, {"code": "100000", "data": []}).empty
    with pytest.raises(ValueError, match="100001"):
        page(address, {"code": "100001", "msg": "x"})


def test_counters_are_told_without_the_accounts_beside_them():
    info = {"count": {"read": 1}, "lists_users": [{"screen_name": "谁"}], "claim_info": {"name": "谁"}}
    (item,) = page("https://m.s.weibo.com/ajax_topic/detail?q=x", {"code": 100000, "data": {"baseInfo": info}}).items
    assert "谁" not in json.dumps(item.told, ensure_ascii=False)


@pytest.mark.parametrize(
    ("labels", "asked", "starts", "seconds"),
    [
        (["23:40", "23:50", "00:00"], "", [datetime(2031, 5, 5, 15, 40), datetime(2031, 5, 5, 15, 50), datetime(2031, 5, 5, 16)], 600),
        (["14:00", "15:00"], "24h", [datetime(2031, 5, 6, 6), datetime(2031, 5, 6, 7)], 3600),
        (["16:00", "15:00"], "24h", [datetime(2031, 5, 5, 8), datetime(2031, 5, 6, 7)], 82800),
        (["05-05", "05-06"], "7d", [datetime(2031, 5, 4, 16), datetime(2031, 5, 5, 16)], 86400),
        (["2031-05-05", "2031-05-06"], "30d", [datetime(2031, 5, 4, 16), datetime(2031, 5, 5, 16)], 86400),
        (["12-31", "01-01"], "30d", [datetime(2030, 12, 30, 16), datetime(2030, 12, 31, 16)], 86400),
        (["15:00"], "24h", [datetime(2031, 5, 6, 7)], 3600),
    ],
)
def test_slots_of_a_trend_get_their_dates(labels, asked, starts, seconds):
    address = f"https://m.s.weibo.com/ajax_topic/trend?q=%23%E7%BA%B8%E9%B8%A2%23&time={asked}"
    data = {"read": [{"time": label, "value": n} for n, label in enumerate(labels)], "me": [{"time": labels[-1], "value": 9}]}
    told = all_rows(address, {"code": "100000", "data": data})
    assert all(type(row) is Trend and row.tag == "纸鸢" for row in told)
    assert [row.slot_start for row in told] == starts and {row.slot_seconds for row in told} == {seconds}
    assert [row.views for row in told] == list(range(len(labels))) and told[-1].discussions == 9
    assert told[-1].partial == ((SEEN - starts[-1]).total_seconds() < seconds)


def test_comments_and_their_replies_are_items_of_their_own():
    reply = {
        "id": 3,
        "rootid": 1,
        "text": "回<a href='/n/甲'>@甲</a>",
        "reply_comment": {"id": 2, "text": "别人的话", "user": user(9)},
        "user": user(3),
    }
    told = {
        "ok": 1,
        "data": {
            "data": [
                {
                    "id": "1",
                    "rootid": "1",
                    "text": "好",
                    "created_at": "刚刚",
                    "source": "来自云南",
                    "like_count": 5,
                    "user": user(1),
                    "comments": [reply],
                },
                {"id": "4", "text": "x", "comments": False, "user": user(4)},
            ],
            "max_id": 77,
            "max_id_type": 1,
            "total_number": 9,
        },
    }
    found = page("https://m.weibo.cn/comments/hotflow?id=5300000000000001&mid=5300000000000001&max_id_type=0", told)
    assert (found.next, found.total) == ({"max_id": "77", "max_id_type": "1"}, 9)
    assert "别人的话" not in json.dumps([item.told for item in found.items], ensure_ascii=False)
    posts = [rows(item)[0] for item in found.items]
    assert [(p.post_id, p.parent_id, p.root_id) for p in posts] == [
        ("1", "5300000000000001", "5300000000000001"),
        ("3", "2", "5300000000000001"),
        ("4", "5300000000000001", "5300000000000001"),
    ]
    assert (posts[0].region, posts[0].is_comment, posts[0].published_at) == ("云南", True, SEEN)
    edges = [edge for item in found.items for edge in rows(item) if type(edge) is Edge]
    assert [(e.from_id, e.to_id, e.to_is_comment, e.to_name, e.kind) for e in edges] == [
        ("1", "5300000000000001", False, None, "reply"),
        ("3", "2", True, None, "reply"),
        ("3", None, None, "甲", "mention"),
        ("4", "5300000000000001", False, None, "reply"),
    ]
    told["data"]["max_id"] = 0
    assert page("https://m.weibo.cn/comments/hotflow?id=1", told).next is None


@pytest.mark.parametrize("odd", ["http://[no-address?gsid=secret", "https://weibo.com:99999999/?gsid=secret"])
def test_of_what_is_no_address_nothing_is_kept(odd):
    assert without_tokens(odd) == "-"


def test_addresses_and_answers_are_kept_without_tokens():
    address = "https://user:word@www.xiaohongshu.com/explore/1?xsec_token=AB%3D&gsid=x&st=1&_T=2&sig=z&q=%23x%23#frag"
    assert without_tokens(address) == "https://www.xiaohongshu.com/explore/1?xsec_token=-&gsid=-&st=-&_T=-&sig=-&q=%23x%23"
    told = {"xsec_token": "SECRET", "a": [{"xsecToken": "SECRET", "url": "/explore/1?xsec_token=SECRET%3D&x=1"}], "text": "a=b", "n": 1}
    kept = clean(told)
    assert "SECRET" not in json.dumps(kept) and kept["text"] == "a=b" and kept["a"][0]["url"].endswith("&x=1")
