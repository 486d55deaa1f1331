"""Weibo's answers as another honest server would write them: numbers as text, fields left out, other nesting, other spaces."""

import json
from datetime import datetime

import pytest

from collectors.platforms import Answer, weibo
from data.model import Sighting
from tests.collectors.invented_answers import SEARCH, cards, mblog, user
from tests.collectors.test_platform_weibo import AJAX, SEARCH_PAGE, SHOW, S, all_rows, of_post, page, rows


def ids(found):
    return [str(item.told["id"]) for item in found.items]


def test_types_of_cards_may_be_text_or_left_out_and_groups_may_hold_groups():
    told = cards()
    told["data"]["cards"] = [
        {"card_type": "9", "mblog": mblog(1)},
        {"card_type": "11", "card_group": [{"mblog": mblog(2)}, {"card_type": 11, "card_group": [{"card_type": 9, "mblog": mblog(3)}]}]},
        {"card_type": 4, "mblog": None},
        {"card_type": 9},
        {"card_type": 11, "card_group": None},
        None,
    ]
    assert ids(page(SEARCH, told)) == ["5300000000000001", "5300000000000002", "5300000000000003"]


def test_a_page_without_posts_for_everybody_is_not_the_last():
    hidden = page(SEARCH, cards(mblog(1, visible={"type": 1})))
    assert hidden.items == () and hidden.next == {"page": "2"}
    told = cards()
    told["data"]["cards"] = [{"card_type": 8, "desc": "banner"}]
    assert page(SEARCH, told).next == {"page": "2"}


@pytest.mark.parametrize("visible", [{"type": 0}, {"type": "0", "list_id": "0"}, {}, None])
def test_what_is_public_may_be_told_as_text_or_not_at_all(visible):
    assert len(page(SEARCH, cards(mblog(1, visible=visible))).items) == 1


def test_ids_and_counts_may_be_numbers_or_text():
    number = mblog(1)
    text = json.loads(json.dumps(number))
    number |= {"id": 5300000000000001, "mid": 5300000000000001, "reposts_count": 12, "attitudes_count": 7}
    text |= {"reposts_count": "12", "attitudes_count": "7"}
    text["user"] = {**text["user"], "id": str(text["user"]["id"])}
    told = [all_rows(SEARCH, cards(one)) for one in (number, text)]
    assert {(rows[0].post_id, rows[0].author_id, rows[1].reposts, rows[1].likes) for rows in told} == {
        ("5300000000000001", "7000000001", 12, 7)
    }


@pytest.mark.parametrize("left_out", ["bid", "mid", "region_name", "source", "pics", "pic_ids", "visible", "mblogtype", "textLength"])
def test_a_post_without_one_of_its_fields_is_a_post(left_out):
    whole = mblog(1)
    whole.pop(left_out, None)
    told = all_rows(SEARCH, cards(whole))[0]
    assert (told.post_id, told.text) == ("5300000000000001", of_post()[0].text)


@pytest.mark.parametrize(
    ("status", "says", "kind"),
    [
        (418, "", "too_fast"), (432, "此微博已被作者删除", "blocked"), (414, "", "blocked"), (403, "", "blocked"),
        (403, "根据博主设置，此内容无法访问", None), (200, "此微博已被作者删除", None),
    ],
)  # fmt: skip
def test_a_refusal_that_looks_like_a_post_that_is_gone(status, says, kind):
    found = page(SHOW, {"ok": 0, "msg": says}, status=status)
    assert (found.refusal.kind if found.refusal else None) == kind
    assert [item.kind for item in found.items] == ([] if kind else ["gone"])


def test_a_list_that_is_asked_too_fast_is_no_empty_list():
    assert page(SEARCH, {"ok": 0, "msg": "请求过于频繁，歇歇吧", "data": {"cards": []}}).refusal.kind == "too_fast"


def test_a_mark_of_byte_order_hides_no_refusal():
    told = b"\xef\xbb\xbf" + json.dumps({"ok": -100, "url": "https://m.weibo.cn/captcha?scene=limit"}).encode()
    assert page(SEARCH, told).refusal.kind == "captcha"


@pytest.mark.parametrize("code", ["100000", 100000])
@pytest.mark.parametrize("count", [{"read": 31927522, "mention": 28998}, {"read": "31927522", "mention": "28998"}])
def test_a_topic_in_both_shapes(code, count):
    address = "https://m.s.weibo.com/ajax_topic/detail?q=%23x%23"
    topic = {"topic_ori": "x", "object": {"biz": {"containerid": "231522" + "0" * 32}}, "count": count}
    [row] = all_rows(address, {"data": {"baseInfo": topic, "baseData": {}}, "code": code})
    assert (row.views, row.views_grain, row.discussions, row.originals) == (31927522, "exact", 28998, None)
    shown = {"r": {"val": 3192.8, "unit": "万"}, "m": {"val": "2.9", "unit": "万"}, "ori_um": None}
    for layer in (shown, {"sum_all": shown}):
        [row] = all_rows(address, {"code": code, "data": {"baseData": layer}})
        assert (row.tag, row.views, row.views_grain, row.discussions) == ("x", 31928000, "rounded", 29000)


@pytest.mark.parametrize("config", ["$CONFIG['product']='search'", '$CONFIG["product"] = "search"', "$CONFIG['product']  =  'search'"])
def test_the_search_site_is_known_by_its_own_word_however_spaced(config):
    text = f"<html><head><title>x</title><script>{config}; $CONFIG['islogin']='1';</script></head><body>验证码</body></html>"
    assert page(S, text).refusal is None
    plain = SEARCH_PAGE.replace("$CONFIG['islogin'] = '1';", "$CONFIG['islogin']=1;")
    assert plain != SEARCH_PAGE and page(S, plain).items[0].surface.endswith("logged in")


def test_nothing_found_may_be_told_in_words_alone():
    found = page(S, "<html><head><title>微博搜索</title></head><body><p>抱歉，未找到相关结果。</p></body></html>")
    assert found.empty and found.says


def test_an_answer_without_any_of_its_optional_parts_is_empty():
    for told in ({"ok": 1}, {"ok": 1, "data": {}}, {"ok": 1, "data": {"cards": None}}, {"data": {"cards": {}}, "ok": "1"}):
        assert page(SEARCH, told).empty
    assert weibo.page(Answer(address=SEARCH, body=b'{"ok":1}', seen_at=datetime(2031, 1, 1))).next is None


@pytest.mark.parametrize("kind", [4, 8, 10, "17"])
def test_what_stands_in_cards_of_other_kinds_was_not_searched_for(kind):
    told = cards(mblog(1))
    told["data"]["cards"].append({"card_type": kind, "card_group": [{"card_type": 9, "mblog": mblog(2)}]})
    assert ids(page(SEARCH, told)) == ["5300000000000001"]


def test_what_rises_stands_below_the_hot_list_and_is_none_of_it():
    hot, rises = ([{"card_type": 4, "desc": title, "desc_extr": heat}] for title, heat in (("纸鸢", "剧集 200"), ("纸船", 50)))
    told = {"cardlistInfo": {"containerid": "106003type=25&t=3"}}
    told["cards"] = [{"card_type": 8}, {"card_type": 11, "card_group": hot}, {"card_type": 11, "title": "实时上升", "card_group": rises}]
    [row] = all_rows("https://m.weibo.cn/api/container/getIndex?containerid=106003type%3D25", {"ok": 1, "data": told})
    assert (row.title, row.rank, row.heat) == ("纸鸢", 1, 200)


@pytest.mark.parametrize(("quick", "root"), [({}, None), ({"ori_mid": "5300000000000009"}, "5300000000000009")])
def test_a_repost_whose_original_is_gone_without_an_id_is_a_repost(quick, root):
    post, *rest = of_post(retweeted_status={"user": None, "deleted": "1", "text": "抱歉，此微博已被作者删除。"}, **quick)
    assert (post.kind, post.root_id) == ("repost", root)
    assert [row.post_id for row in rest if type(row) is Sighting] == [post.post_id]


@pytest.mark.parametrize(
    ("mark", "pinned"),
    [
        ({"mblogtype": 2}, True), ({"mblogtype": "2"}, True), ({"isTop": 1}, True), ({"title": {"text": "置顶", "base_color": 1}}, True),
        ({"title": {"text": "赞过的微博"}}, False), ({"title": "置顶"}, False), ({"mblogtype": 0, "title": None}, False),
    ],
)  # fmt: skip
def test_what_is_pinned_is_told_in_three_ways(mark, pinned):
    [item] = page(SEARCH, cards(mblog(1, **mark))).items
    assert weibo.is_pinned(item) is pinned
    assert of_post(**mark)[1].extra == ('{"pinned":true}' if pinned else None)


def test_exactly_a_million_likes_of_a_comment_are_at_least_that_on_mobile():
    comment = {"id": 9, "text": "好", "user": user(2), "like_count": 1_000_000, "like_counts": 1_000_000}
    mobile = all_rows("https://m.weibo.cn/comments/hotflow?id=5300000000000001", {"ok": 1, "data": {"data": [comment]}})[1]
    desktop = all_rows("https://weibo.com/ajax/statuses/buildComments?id=5300000000000001", {"ok": 1, "data": [comment]})[1]
    assert (mobile.likes_grain, desktop.likes_grain) == ("at_least", "exact")


def test_a_page_of_reposts_that_are_all_hidden_is_not_the_last():
    def after(number, reposts):
        address = f"https://weibo.com/ajax/statuses/repostTimeline?id=5300000000000009&page={number}"
        return page(address, {"ok": 1, "data": reposts, "max_page": 3, "total_number": 41}).next

    assert after(2, []) == after(2, [mblog(1)]) == {"page": "3"}
    assert after(3, []) is after(3, [mblog(1)]) is None


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("address", [SHOW, AJAX, SEARCH])
def test_an_interface_that_is_gone_tells_nothing_of_posts(address, status):
    assert page(address, {"ok": 0, "message": "地址不存在"}, status=status).refusal.kind == "unknown"


@pytest.mark.parametrize("told", [{"ok": 1}, {"ok": 1, "data": {}}, {"ok": 1, "data": {"status": mblog(1)}}])
def test_an_answer_without_the_post_does_not_tell_that_it_is_gone(told):
    with pytest.raises(ValueError, match="no post"):
        page(SHOW, told)


def test_an_error_in_the_place_of_a_post_tells_that_it_is_gone():
    for told, status in (({"ok": 0}, 200), ({"error_code": 20101, "message": "该微博不存在"}, 400), ({"error_code": 20101}, 200)):
        assert [item.kind for item in page(SHOW, told, status=status).items] == ["gone"]


NOTHING_COUNTED = {name: {"val": 0, "unit": ""} for name in ("r", "m", "interact", "ori_m")}


@pytest.mark.parametrize(
    "data",
    [
        {"baseInfo": {"topic_ori": "x", "object": {}, "count": {"read": 0, "mention": 0}}, "baseData": {"sum_all": NOTHING_COUNTED}},
        {"baseInfo": {"topic_ori": "x", "count": {"read": "0", "mention": "0"}}, "baseData": {}},
        {"baseData": {"sum_all": NOTHING_COUNTED}}, {"baseData": NOTHING_COUNTED}, {"baseData": {"m_rank_pos_duration": {"data": []}}},
    ],
)  # fmt: skip
def test_nothing_counted_without_a_container_is_no_topic(data):
    address = "https://m.s.weibo.com/ajax_topic/detail?q=%23x%23"
    assert page(address, {"code": "100000", "data": data}).empty
    registered = {"object": {"biz": {"containerid": "231522" + "0" * 32}}, "count": {"read": 0, "mention": 0}}
    [row] = all_rows(address, {"code": "100000", "data": {"baseInfo": registered}})
    assert (row.views, row.views_grain) == (0, "exact")


def test_the_head_of_the_desktop_search_is_kept_without_accounts():
    heads = {
        "topic_ori": "纸鸢", "count": {"read": 391785293, "mention": 168275}, "claim_info": {"screen_name": "谁", "id": 7000000009},
        "object_attr": {"intention": {"topping_docs_topic": "5300000000000001_7000000009"}},
    }  # fmt: skip
    [item] = page("https://weibo.com/ajax/statuses/search?q=%23x%23&page=1", {"ok": 1, "statuses": [], "topicHeads": heads}).items
    assert item.told["baseInfo"] == {"topic_ori": "纸鸢", "count": heads["count"]}


@pytest.mark.parametrize("head", ['<div class="card-topic-a">', '<div id="pl_topic_header">', '<div id="pl_topic_header"><div>'])
def test_the_counters_in_the_head_of_a_search_page_in_both_layouts(head):
    head += "<h1><a>#纸鸢#</a></h1><div class='total'><span>阅读3.2亿</span><span>讨论1.4万</span></div></div></div>"
    row = all_rows(S, SEARCH_PAGE.replace("<body>", f"<body>{head}"))[-1]
    assert (row.tag, row.views, row.views_grain, row.discussions) == ("纸鸢", 320_000_000, "rounded", 14_000)


def test_an_emoji_may_tell_itself_in_its_title_alone():
    assert all_rows(S, SEARCH_PAGE.replace('<img alt="[心]" title="[心]">', '<img title="[心]">'))[0].text == "#纸鸢# 放风筝[心]..."


SAYS_NONE = "抱歉，未找到相关结果。"


@pytest.mark.parametrize("list_", ["<div>", '<div id="pl_feedlist_index">'])
@pytest.mark.parametrize("around", [f"<p>{SAYS_NONE}</p>", f'<div class="card-wrap"><p>{SAYS_NONE}</p></div>'])
def test_posts_recommended_beside_the_words_that_nothing_was_found_are_no_results(list_, around):
    found = page(S, SEARCH_PAGE.replace("<body>", f"<body>{list_}{around}"))
    assert found.empty and found.says and found.next is None
    assert found.left_out == {"posts recommended where nothing was found": 1}


@pytest.mark.parametrize(
    "said", [SEARCH_PAGE.replace("放风筝", SAYS_NONE), SEARCH_PAGE.replace("<body>", f"<body><script>'{SAYS_NONE}'</script>")]
)
def test_the_same_words_in_a_post_or_a_script_hide_no_results(said):
    assert len(page(S, said).items) == 1


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("https://weibo.com/login.php?url=https%3A%2F%2Fs.weibo.com%2Fweibo%3Fq%3Dcaptcha", "login"),
        ("https://passport.weibo.com/visitor/visitor?url=https%3A%2F%2Fs.weibo.com%2Fweibo%3Fq%3Dcaptcha", "visitor"),
        ("https://passport.weibo.com/sso/signin?url=https%3A%2F%2Fs.weibo.com%2Fweibo%3Fq%3Dvisitor", "login"),
        ("https://m.weibo.cn/captcha?scene=limit&referer=/visitor", "captcha"),
        ("https://visitor.passport.weibo.cn", "visitor"),
    ],
)
def test_where_a_refusal_leads_is_told_by_its_address_and_not_by_what_was_asked_for(where, kind):
    assert page(S, "", status=302, location=where).refusal.kind == kind


def test_a_dead_session_is_known_by_the_address_it_leads_to():
    for where, kind in (
        ("https://weibo.com/login.php?url=/captcha", "guest"),
        ("https://passport.weibo.com/sso/signin?url=/visitor", "login"),
    ):
        assert page(SEARCH, {"ok": -100, "url": where}).refusal.kind == kind


@pytest.mark.parametrize(
    ("shown", "seen_at", "at"),
    [
        ("01月01日 08:00", datetime(2031, 12, 31, 4), datetime(2031, 1, 1)),
        ("12月31日 08:00", datetime(2031, 12, 31, 4), datetime(2031, 12, 31)),
        ("12月31日 23:00", datetime(2031, 12, 31, 16, 30), datetime(2031, 12, 31, 15)),
        ("05月07日 08:00", datetime(2031, 5, 6, 4), datetime(2030, 5, 7)),
    ],
)
def test_a_day_later_than_now_belongs_to_an_earlier_year(shown, seen_at, at):
    body = SEARCH_PAGE.replace("今天08:15 转赞人数超过100", shown)
    [item] = weibo.page(Answer(address=S, body=body.encode(), seen_at=seen_at)).items
    assert rows(item)[0].published_at == at
    [item] = weibo.page(Answer(address=SEARCH, body=json.dumps(cards(mblog(1, created_at=shown))).encode(), seen_at=seen_at)).items
    assert rows(item)[0].published_at == at


@pytest.mark.parametrize(("shown", "at"), [("5分钟前", "2031-05-06T07:03:09"), ("05-05 10:00", "2031-05-05T02:00:00")])
def test_the_time_of_an_edit_has_every_form_that_the_time_of_a_post_has(shown, at):
    assert json.loads(of_post(edit_count=1, edit_at=shown)[1].extra) == {"edit_count": 1, "edited_at": at}
